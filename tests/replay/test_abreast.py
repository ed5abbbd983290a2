"""Neurons of a layer in the lanes of a vector: the same bits as in lanes of samples, and as eager.

Owns networks whose layers fill the lanes, some or none of them, of samples with a loss and without;
that these are computed so and those are not; and what is found of programs made by hand.
"""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
from autograd import ops
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples import abreast as module, condense, parts, strips
from autograd.replay.tapes.samples import Samples
from tests.replay.eager import SPECIAL, agree
from tests.replay.gated import LOSSES, cost_of, numbers

ACTIVATIONS = {"relu": ag.relu, "tanh": ag.tanh, "sigmoid": ag.sigmoid}


@pytest.fixture
def found(monkeypatch):
    """What each part of a program that is made has of them, if it has sums over the samples."""
    made = []

    def noted(memory, samples, body, rows, *others):
        made.append(module.abreast(memory, samples, body, rows, *others) if rows else None)
        return made[-1]

    monkeypatch.setattr(parts, "abreast", noted)
    return made


@pytest.fixture(params=[None, 1, 4])
def at_once(request, monkeypatch):
    """How many samples go on together."""
    if request.param is not None:
        monkeypatch.setattr(module, "_at_once", lambda samples, packs: request.param)


def step(sizes, n, loss="hinge", **options):
    """A training step: the function, calls of it."""
    draw = random.Random(f"{sizes} {n}")
    cost, n_weights = cost_of(sizes, LOSSES[loss], **options)
    rows = [numbers(draw, sizes[0]) for _ in range(n)]
    targets = [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 2.0) for _ in range(n)]
    weights = [numbers(draw, n_weights, scale) for scale in (0.2, 0.5, 2.0)]
    return ag.value_and_grad(cost), [(w, rows, targets) for w in weights]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(3, 16, 8, 1), (1, 8, 8, 8, 1), (2, 12, 17, 1)])
def test_bits_of_eager_mode(activation, sizes, at_once):
    g, calls = step(sizes, 35, activation=ACTIVATIONS[activation])
    agree(g, *calls, of=g)


@pytest.mark.parametrize("loss", LOSSES)
def test_bits_of_eager_mode_by_loss(loss):
    g, calls = step((2, 8, 8, 1), 33, loss)
    agree(g, *calls, of=g)


def test_strips_and_what_goes_on_together_may_be_short(monkeypatch, at_once):
    monkeypatch.setattr(strips, "FITS", 1)  # two blocks
    monkeypatch.setattr(condense, "AT_ONCE", 1)
    g, calls = step((2, 16, 8, 1), 77)
    agree(g, *calls, of=g)


@pytest.mark.parametrize("special", SPECIAL)
def test_whatever_a_sample_or_a_weight_is(special):
    g, [(w, rows, targets), *_] = step((2, 8, 8, 1), 21)
    calls = [(w[:k] + [special] + w[k + 1 :], rows, targets) for k in (0, 23, 40, len(w) - 1)]
    calls += [(w, rows[:s] + [[special, 0.5]] + rows[s + 1 :], targets) for s in (0, 7, 20)]
    agree(g, *calls, of=g)


def test_fast_mode_is_as_near_as_ever(found):
    g, calls = step((2, 16, 16, 1), 50)
    fast = ag.compile(g, mode="fast")
    for call in calls * 2:
        (value, gradients), (wanted, exact) = fast(*call), g(*call)
        assert math.isclose(value, wanted, rel_tol=1e-12)
        largest = max(map(abs, exact))
        assert all(abs(a - b) <= 1e-12 * largest for a, b in zip(gradients, exact, strict=True))
    assert any(found)


@pytest.mark.parametrize(
    ("activation", "sizes", "is_so"),
    [
        ("relu", (2, 8, 8, 1), True),
        ("tanh", (2, 8, 8, 1), True),
        ("relu", (2, 16, 16, 1), True),
        ("tanh", (2, 16, 16, 1), True),
        ("relu", (2, 12, 12, 1), True),  # half of the second vector's lanes are empty
        ("relu", (2, 10, 10, 1), False),  # three quarters are
        ("tanh", (2, 5, 1), False),
        ("relu", (2, 9, 9, 1), False),  # the last neuron would be alone
    ],
)
def test_layers_that_fill_lanes_are(activation, sizes, is_so, found):
    g, calls = step(sizes, 40, activation=ACTIVATIONS[activation])
    ag.compile(g)(*calls[0])
    assert any(found) is is_so


def test_all_of_backpropagation_is(found):
    """Of a training step of micrograd's demo: what is left in lanes of samples is the loss."""
    g, calls = step((2, 16, 16, 1), 100)
    ag.compile(g)(*calls[0])
    part = next(part for part in found if part)
    assert len(part.positions) > 16 * 16 * 2  # a product and a sum for each weight between layers
    assert all(len(terms) == LANES for terms in part._packs)
    assert len(part.turned) == 2  # of the second layer's neurons, from forward propagation


def test_what_is_turned_anyway_is_not(found):
    """Without a gate each neuron's gate of a relu would be turned instead of its derivative."""
    draw = random.Random(1)

    def cost(w, rows):
        def layer(x, k):
            return [ag.relu(ag.dot(w[k + 8 * i : k + 8 * i + 8], x)) for i in range(8)]

        return ag.mean([ag.sum(layer(layer(x, 0), 64)) ** 2 for x in rows])

    g = ag.value_and_grad(cost)
    agree(g, (numbers(draw, 128), [numbers(draw, 8) for _ in range(19)]), of=g)
    assert found
    assert not any(found)


def by_hand(rows, operands, outside=()):
    n = 3
    return Samples(n, rows, operands, [*outside], [[] for _ in range(n)], [0] * len(rows), [], [])


def test_packs_that_need_each_other_are_none():
    """A recurrence: what one lane makes another one reads."""
    rows, operands = [ops.mul] * 4, [(-1, 3), (-1, -2), (-1, 1), (-1, -2)]
    samples = by_hand(rows, operands, [(0, 0, 0), (1, 2, 3)])
    assert module._ordered(samples, [(0, 1), (2, 3)]) == []
    assert module._ordered(by_hand([ops.neg] * 2, [(-1,), (0,)], [(0, 1, 2)]), [(0, 1)]) == []


def test_packs_stand_after_what_they_read():
    rows = [ops.mul, ops.mul, ops.neg, ops.neg, ops.mul, ops.mul]
    operands = [(-1, -2), (-1, -3), (0,), (1,), (3, 0), (3, 1)]  # the last ones read one lane
    samples = by_hand(rows, operands, [(0, 1, 2), (3, 3, 3), (4, 4, 4)])
    packs = [(4, 5), (2, 3), (0, 1)]
    assert module._ordered(samples, packs) == packs[::-1]
    assert module._read(samples, packs) == ([], {3})


def test_what_lanes_of_samples_read_is_computed_there(monkeypatch):
    """Of twelve layers, whose last sum reads all of the first five: these are computed before."""
    n, rows, operands = LANES, [], []
    for layer in range(12):
        rows += [ops.neg] * n
        operands += [(-1 - k if layer == 0 else (layer - 1) * n + k,) for k in range(n)]
    first = 4 * n
    rows += [ops.add] * (n - 1)
    operands += [(first, first + 1)]
    operands += [(12 * n + k - 1, first + k + 1) for k in range(1, n - 1)]
    samples = by_hand(rows, operands, [(k, k + 1, k + 2) for k in range(n)])
    wanted = [tuple(range(layer * n, (layer + 1) * n)) for layer in (11, 7)]
    monkeypatch.setattr(module, "TURNED", 1.0)
    part = module.abreast(None, samples, range(len(rows)), wanted, (), ())
    assert part is not None
    assert part.positions == set(range(5 * n, 12 * n))
    assert part.turned == [tuple(range(first, first + n))]
    assert {*part.kept} == {*wanted}
