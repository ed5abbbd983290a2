"""Sums over samples of sums of each: the first sample's is no beginning of the whole.

Owns losses of several outputs, added up as users write them: the samples are found, and the bits
are those of eager mode.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd.replay import Descent
from autograd.replay.llvm.remembered import forget
from tests.replay.eager import SPECIAL, agree


def _squares(y, t):
    return [(a - b) * (a - b) for a, b in zip(y, t, strict=True)]


def _sizes(y, t):
    return [abs(a - b) for a, b in zip(y, t, strict=True)]


def _products(y, t):  # which may be -0.0
    return [a * b for a, b in zip(y, t, strict=True)]


def _subtracted(parts):
    """As `loss -= log_likelihood` for each sample."""
    found = 0.0
    for part in parts:
        found -= ag.sum(part)
    return found


def _added_in_place(parts):
    found = 0.0
    for part in parts:
        found += sum(part) + 0.5 * sum(x * x - 1.0 for x in part)
    return found


TOTALS = {
    "subtracted": _subtracted,
    "two sums of each": _added_in_place,
    "mean of sums": lambda parts: ag.mean([ag.sum(part) for part in parts]),
    "sum of Python's sums": lambda parts: sum(map(sum, parts)),
    "sum of means": lambda parts: ag.sum([ag.mean(part) for part in parts]),
    "backwards": lambda parts: ag.sum([ag.sum(part) for part in parts][::-1]),
    "each backwards": lambda parts: ag.sum([ag.sum(part[::-1]) for part in parts]),
    "half of each": lambda parts: ag.sum([0.5 * ag.sum(part) for part in parts]),
    "all in one": lambda parts: ag.sum([x for part in parts for x in part]),
}


def cost_of(terms, total, n_outputs, penalty):
    """(weights, rows, targets) -> a cost; and how many weights there are."""
    width = 5

    def cost(w, rows, targets):
        parts = []
        for row, t in zip(rows, targets, strict=True):
            hidden = [ag.tanh(ag.dot(w[2 * k : 2 * k + 2], row)) for k in range(width)]
            start = 2 * width
            ws = [w[start + j * width : start + (j + 1) * width] for j in range(n_outputs)]
            parts.append(terms([ag.dot(each, hidden) for each in ws], t))
        found = total(parts)
        if penalty == "before":
            return ag.sum([x * x for x in w]) * 1e-3 + found
        return found + ag.sum([x * x for x in w]) * 1e-3 if penalty == "after" else found

    return cost, 2 * width + n_outputs * width


def numbers(draw, n):
    return [draw.gauss(0.0, 0.7) for _ in range(n)]


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("terms", [_squares, _sizes, _products])
@pytest.mark.parametrize(
    ("n_outputs", "n", "penalty"),
    [(2, 9, ""), (3, 16, "after"), (4, 33, "before"), (5, 3, ""), (1, 12, "after")],
)
def test_the_samples_are_found(total, terms, n_outputs, n, penalty):
    draw = random.Random(n)
    cost, n_weights = cost_of(terms, TOTALS[total], n_outputs, penalty)
    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(n)]
    targets = [numbers(draw, n_outputs) for _ in range(n)]
    calls = [(numbers(draw, n_weights), rows, targets) for _ in range(2)]
    agree(g, *calls, of=g)
    if n > 8:  # of fewer it may be less code to have none
        assert _samples_of_a_step(cost, calls[0]) == n


def _samples_of_a_step(cost, call):
    """In a training, which knows whose inputs are whose."""
    weights, rows, targets = call
    parameters = [ag.Value(w) for w in weights]
    forget()
    steps = Descent(
        lambda rows, targets: (cost(parameters, rows, targets), [0.0 for _ in rows]),
        parameters,
        lambda w, g, v, rates: (w - rates[0] * g, v),
        rows,
        targets,
    )
    n = len(rows)
    steps.run([*range(n)], [(n, 1)], [0.1], [None] * len(weights))
    ((step,),) = steps._steps.values()
    return step.program.samples


@pytest.mark.parametrize("total", ["mean of sums", "subtracted"])
@pytest.mark.parametrize("special", SPECIAL)
def test_whatever_is_added(special, total):
    draw = random.Random(3)
    cost, n_weights = cost_of(_products, TOTALS[total], 3, "")
    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(12)]
    targets = [numbers(draw, 3) for _ in range(12)]
    weights, calls = numbers(draw, n_weights), []
    for s in (0, 5, 11):
        changed = [special, 0.0, -0.0]
        calls.append((weights, rows, targets[:s] + [changed] + targets[s + 1 :]))
    agree(g, *calls, of=g)


@pytest.mark.parametrize("unlike", [0, 4, 9])
def test_a_sample_may_have_a_sum_of_its_own_kind(unlike):
    draw = random.Random(unlike)

    def cost(w, rows):
        parts = []
        for s, row in enumerate(rows):
            part = [ag.tanh(ag.dot(w[k : k + 2], row)) for k in range(4)]
            parts.append(part[:2] if s == unlike else part)
        return ag.sum([ag.sum(part) for part in parts])

    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(10)]
    agree(g, *[(numbers(draw, 6), rows) for _ in range(2)], of=g)


def test_the_first_one_s_own_sum_is_known_when_its_derivatives_are():
    """An autoencoder: what the total begins with is seen to be the first sample's by the others."""
    draw = random.Random(1)
    rows = [numbers(draw, 4) for _ in range(12)]

    def cost(w):
        found = 0.0
        for row in rows:
            hidden = [ag.tanh(ag.dot(w[4 * k : 4 * k + 4], row)) for k in range(6)]
            code = [ag.dot(w[24 + 6 * k : 30 + 6 * k], hidden) for k in range(2)]
            out = [ag.dot(w[36 + 2 * k : 38 + 2 * k], code) for k in range(4)]
            found += sum(_squares(out, row)) + 0.5 * sum(m * m + ag.exp(m) - 1.0 for m in code)
        return found / len(rows)

    g = ag.value_and_grad(cost)
    compiled, _ = agree(g, *[(numbers(draw, 44),) for _ in range(2)], of=g)
    assert compiled._last.program.samples == len(rows)
