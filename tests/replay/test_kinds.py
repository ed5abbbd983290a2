"""Samples of several kinds, by labels that the function knows: they run in lanes, and no bit moves.

Owns the comparison with eager mode of losses as people write them, and of random ones; that these
samples are found; and the alignment of what kinds have in common.
"""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd.replay.tapes.alignment import aligned
from autograd.replay.tapes.ordering import Sequel, in_order_of
from tests.replay.eager import SPECIAL, agree, bits
from tests.replay.test_random_batches import join, stage

CLASSES = 3


def scores(w, x):
    """Two layers of neurons; what the last ones give."""
    hidden = [ag.tanh(ag.dot(row[:-1], x, row[-1])) for row in w[:4]]
    return [ag.dot(row[: len(hidden)], hidden, row[0]) for row in w[4:]]


def _log_softmax(s, label):
    return -ag.log_softmax(s)[label]


def _log_of_softmax(s, label):
    return -ag.log(ag.softmax(s)[label])


def _logsumexp(s, label):
    return ag.logsumexp(s) - s[label]


def _taken(s, label):
    return ag.logsumexp(s) - ag.take(s, label)


def _margins(s, label):
    return sum(ag.maximum(0.0, s[j] - s[label] + 1.0) for j in range(CLASSES) if j != label)


def _by_if(s, label):
    if label == 0:
        return ag.log(1.0 + ag.exp(-s[0]))
    return s[1] ** 2 if label == 1 else abs(s[2] - 1.0)


def _logits(s, label):
    return nn.binary_cross_entropy_with_logits(s[0], min(label, 1))


def _one_hot(s, label):
    return nn.cross_entropy([s], [[int(j == label) for j in range(CLASSES)]])


LOSSES = [
    _log_softmax, _log_of_softmax, _logsumexp, _taken, _margins, _by_if, _logits, _one_hot
]  # fmt: skip


def problem(draw, n):
    w = [[draw.gauss(0.0, 0.7) for _ in range(5)] for _ in range(4 + CLASSES)]
    X = [[draw.gauss(0.0, 1.0) for _ in range(4)] for _ in range(n)]
    return w, X


def total(loss, labels):
    def cost(w, X):
        found = [loss(scores(w, x), label) for x, label in zip(X, labels, strict=True)]
        return ag.mean(found) + 0.01 * ag.sum([p * p for row in w for p in row])

    return cost


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [6, 19])
def test_losses_that_know_their_labels_run_in_lanes(loss, n):
    draw = random.Random(n)
    labels = [draw.randrange(CLASSES) for _ in range(n)]
    g = ag.value_and_grad(total(loss, labels), (0, 1))
    compiled, _ = agree(g, *[problem(draw, n) for _ in range(3)], of=g)
    assert compiled._last.program.samples == n


@pytest.mark.parametrize("loss", LOSSES)
def test_in_fast_mode_they_are_right_within_rounding(loss):
    draw = random.Random(1)
    labels = [draw.randrange(CLASSES) for _ in range(12)]
    g = ag.value_and_grad(total(loss, labels))
    compiled = ag.compile(g, mode="fast")
    for _ in range(3):
        w, X = problem(draw, 12)
        value, gradient = compiled(w, X)
        right, exact = g(w, X)
        assert value == pytest.approx(right, rel=1e-12)
        for got, row in zip(gradient, exact, strict=True):
            assert got == pytest.approx(row, rel=1e-10, abs=1e-13)
    assert compiled._last.program.samples == 12


@pytest.mark.parametrize("loss", [_log_softmax, _by_if, _margins])
def test_second_derivatives_have_eager_bits(loss):
    draw = random.Random(2)
    labels = [draw.randrange(CLASSES) for _ in range(7)]
    cost = total(loss, labels)

    def curvature(w, X):
        slopes = ag.grad(cost)(w, X)
        return ag.sum([p * p for row in slopes for p in row])

    g = ag.grad(curvature)
    agree(g, *[problem(draw, 7) for _ in range(2)], of=g)


@pytest.mark.parametrize("n", [9, 16, 21])
def test_what_is_computed_first_may_be_another_half_of_the_program(n, monkeypatch):
    """The score of a sample's class is read first, and with it all that scores are made of."""
    monkeypatch.setattr("autograd.replay.llvm.program.are_better", lambda *_: False)
    draw = random.Random(n)
    labels = [draw.randrange(CLASSES) for _ in range(n)]

    def cost(w, X):
        found = 0.0
        for x, label in zip(X, labels, strict=True):
            pixels = [
                ag.relu(sum(a * b for a, b in zip(w[0], x[i:], strict=False))) for i in range(40)
            ]
            s = [sum(a * b for a, b in zip(row, pixels, strict=True)) for row in w[1:]]
            found -= ag.log_softmax(s)[label]
        return found / n

    def given(k):
        return [draw.gauss(0.0, 0.5) for _ in range(k)]

    calls = [([given(4), *[given(40) for _ in range(CLASSES)]], [given(44) for _ in range(n)])]
    calls.append((calls[0][0], [given(44) for _ in range(n)]))
    g = ag.value_and_grad(cost)
    compiled, _ = agree(g, *calls, of=g)
    assert compiled._last.program.samples == n


@pytest.mark.parametrize("n", [16, 24])
def test_rows_of_a_table_that_the_samples_choose(n):
    """A model of characters, of 27 classes: rows are read twice, and contexts stand there twice."""
    draw = random.Random(n)
    contexts = [[draw.randrange(27) for _ in range(3)] for _ in range(n)]
    contexts[3], contexts[5] = [4, 4, 4], contexts[2]
    labels = [draw.randrange(27) for _ in range(n)]

    def cost(weights):
        found = 0.0
        for context, label in zip(contexts, labels, strict=True):
            x = [number for i in context for number in weights["table"][i]]
            hidden = [sum(a * b for a, b in zip(row, x, strict=True)) for row in weights["first"]]
            hidden = [ag.tanh(y) for y in hidden]
            s = [sum(a * b for a, b in zip(row, hidden, strict=True)) for row in weights["last"]]
            found -= ag.log_softmax(s)[label]
        return found / n

    def given(rows, k):
        return [[draw.gauss(0.0, 0.7) for _ in range(k)] for _ in range(rows)]

    def weights():
        return {"table": given(27, 2), "first": given(5, 6), "last": given(27, 5)}

    g = ag.value_and_grad(cost)
    calls = [(weights(),) for _ in range(2)]
    compiled, _ = agree(g, *calls, of=g)
    assert compiled._last.program.samples == n


@pytest.mark.parametrize("special", SPECIAL)
def test_of_any_number(special):
    """What a sample does not select may be anything."""
    draw = random.Random(3)
    labels = [draw.randrange(CLASSES) for _ in range(9)]
    for loss in (_by_if, _taken, _margins):
        w, X = problem(draw, 9)
        X[4][1] = w[5][2] = special
        g = ag.value_and_grad(total(loss, labels))
        agree(g, (w, X), problem(draw, 9), of=g)


def test_terms_that_one_sample_adds_in_another_order():
    """It is of the same kind by all that is computed, and not by what its sum adds first."""
    draw = random.Random(4)
    labels = [0, 1, 1, 0, 1, 0, 1, 0, 0]

    def cost(w, X):
        found = 0.0
        for i, (x, label) in enumerate(zip(X, labels, strict=True)):
            s = scores(w, x)
            a, b = ag.sin(s[label]), ag.exp(s[2])
            for term in (a, b) if i % 4 else (b, a):
                found = found + term
        return found

    g = ag.value_and_grad(cost)
    agree(g, *[problem(draw, 9) for _ in range(3)], of=g)


def test_samples_that_have_too_little_in_common_stay_apart():
    draw = random.Random(5)
    functions = [ag.sin, ag.cos, ag.tanh, ag.atan, ag.exp, ag.sigmoid, ag.softplus, ag.relu]
    programs = [[draw.choice(functions) for _ in range(60)] for _ in range(9)]

    def cost(w, X):
        found = []
        for program, x in zip(programs, X, strict=True):
            y = x[0]
            for function, p in zip(program, itertools.cycle(w[0]), strict=False):
                y = function(y * p) + x[1]
            found.append(y)
        return ag.sum(found)

    g = ag.value_and_grad(cost)
    compiled, _ = agree(g, *[problem(draw, 9) for _ in range(2)], of=g)
    assert not compiled._last.program.samples


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_random_kinds_have_the_bits_of_eager_mode(seed):
    draw = random.Random(seed)
    n, n_kinds = draw.choice((3, 5, 8, 9, 13)), draw.randint(2, 4)
    kinds = [draw.randrange(n_kinds) for _ in range(n)]
    before, after, joined = stage(draw), stage(draw), join(draw)
    between = [stage(draw) for _ in range(n_kinds)]
    last = [stage(draw) for _ in range(n_kinds)] if draw.random() < 0.3 else [stage(draw)] * n_kinds
    heads = [stage(draw) for _ in range(n_kinds)]
    has_heads, subtracts, chooses = [draw.random() < 0.4 for _ in range(3)]
    chosen = [draw.randrange(6) for _ in range(n)]

    def f(w, X):
        rows = [X[i] for i in chosen] if chooses else X[:n]
        own = [before(x, w) for x in rows]
        own = [between[k](mine, w) for k, mine in zip(kinds, own, strict=True)]
        own = [after(mine, w) for mine in own]
        if has_heads:  # of which each reads its own first
            scores = [[head(mine, w)[-1] for head in heads] for mine in own]
            own = [
                [s[k] - ag.sum(s), mine[-1]] for k, s, mine in zip(kinds, scores, own, strict=True)
            ]
        totals = joined([mine[0] for mine in own])
        own = [last[k](mine, [*w, *totals]) for k, mine in zip(kinds, own, strict=True)]
        found = totals[0]
        for mine in own:
            found = found - mine[1] if subtracts else found + mine[1]
        return found

    w = [draw.gauss(0.0, 0.7) for _ in range(3)]
    X = [[draw.gauss(0.0, 0.7) for _ in range(3)] for _ in range(max(n, 6))]
    if draw.random() < 0.2:
        X[draw.randrange(n)][0] = draw.choice(SPECIAL)
    g = ag.value_and_grad(f, (0, 1))
    agree(g, (w, X), of=g)


@given(st.lists(st.integers(0, 6), max_size=60), st.lists(st.integers(0, 6), max_size=60))
def test_what_is_aligned_is_the_same_and_in_both_orders(a, b):
    found = aligned(a, b)
    assert all(a[i] == b[j] for i, j in found)
    for places in zip(*found, strict=True):
        assert [*places] == sorted(set(places))
    if a and b and a[0] == b[0]:
        assert found[0] == (0, 0)


@given(st.integers(0, 10**9), st.integers(1, 60))
def test_what_stands_in_another_order_is_brought_into_the_model_s(seed, n):
    draw = random.Random(seed)
    reads = [draw.sample(range(k), min(k, draw.randint(0, 2))) for k in range(n)]
    signs = [draw.randrange(4) for _ in range(n)]
    wishes = [draw.random() for _ in range(n)]
    are_different = draw.random() < 0.5
    known = set()
    for k in range(n if are_different else 0):  # nothing is computed twice
        if _made_of(k, Sequel(signs, reads)) in known:
            signs[k] = (k,)
        known.add(_made_of(k, Sequel(signs, reads)))
    turned = []  # any order in which each stands behind what it reads
    while len(turned) < n:
        ready = [k for k in range(n) if k not in turned and {*reads[k]} <= {*turned}]
        turned.append(min(ready, key=wishes.__getitem__))
    place = {k: p for p, k in enumerate(turned)}
    other = Sequel([signs[k] for k in turned], [[place[i] for i in reads[k]] for k in turned])
    found = [turned[p] for p in in_order_of(Sequel(signs, reads), other)]
    assert sorted(found) == [*range(n)]
    assert all(found.index(i) < found.index(k) for k in range(n) for i in reads[k])
    if are_different:
        assert found == [*range(n)]


def _made_of(k, sequel):
    return sequel.signs[k], *[_made_of(i, sequel) for i in sequel.reads[k]]


def test_little_that_is_put_in_or_left_out_is_found():
    draw = random.Random(6)
    a = [draw.randrange(400) for _ in range(3000)]
    kept = [i for i in range(3000) if i % 97]
    assert aligned(a, [a[i] for i in kept])[-1] == (2999, len(kept) - 1)
    assert len(aligned(a, [a[i] for i in kept])) > 0.99 * len(kept)


def test_a_function_of_ones_own_is_called_for_its_own_samples_alone():
    """It may count its calls, or refuse numbers of others: who calls it stays apart."""
    asked = []

    def forward(x):
        asked.append(x)
        return x**0.5

    own = ag.Op("own_root_of_kinds", forward, lambda y, x: (0.5 / y,))

    def cost(w, X):
        found = [ag.exp(scores(w, x)[0]) for x in X]
        return ag.sum([own(s) if i % 3 else s for i, s in enumerate(found)])

    g, draw = ag.value_and_grad(cost), random.Random(7)
    compiled = ag.compile(g)
    for i in range(4):
        w, X = problem(draw, 8)
        asked.clear()
        got = compiled(w, X)
        calls = [*asked]
        asked.clear()
        assert bits(got) == bits(g(w, X))
        assert i < 2 or calls == asked  # before, the program is compared with the function
    assert compiled.n_eager == 0
