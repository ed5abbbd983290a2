"""Long sums that run once, as a penalty, beside the loop over the samples: the bits stay.

Owns the comparison with eager mode of such sums, whatever they add and whoever reads them; and
which of them are moved there.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd.replay import Descent
from autograd.replay.llvm import alongside
from autograd.replay.llvm.remembered import forget
from tests.replay.eager import SPECIAL, agree


def _in_steps(w):
    total = w[0] * 0.5
    for x in w:
        total = total + x * x
    return total


def _two(w):
    return ag.sum([x * x for x in w]) * 1e-3 + ag.sum([abs(x) for x in w[:-3]]) * 1e-2


def _norm(w):
    squares = ag.sum([x * x for x in w])
    return ag.sqrt(squares + 1.0) + squares * squares


PENALTIES = {
    "squares": lambda w: 1e-3 * ag.sum([x * x for x in w]),
    "sizes": lambda w: 1e-3 * ag.sum([abs(x) for x in w]),
    "the weights themselves": lambda w: ag.sum(w) ** 2,
    "every second one": lambda w: ag.sum([x * x for x in w[::2]]),
    "backwards": lambda w: ag.sum([x * x for x in w[::-1]]),
    "in steps": _in_steps,
    "two sums": _two,
    "read by several": _norm,
    "with a constant": lambda w: ag.sum([*[x * x for x in w], 2.5]),
}


def cost_of(penalty, width):
    """(weights, rows) -> a cost of samples, with a penalty of `3 * width + 1` weights."""

    def cost(w, rows):
        outputs = []
        for row in rows:
            hidden = [ag.tanh(ag.dot(w[2 * k : 2 * k + 2], row)) for k in range(width)]
            outputs.append(ag.dot(w[2 * width : 3 * width], hidden, w[-1]))
        return ag.mean([(y - 0.5) * (y - 0.5) for y in outputs]) + penalty(w)

    return cost, 3 * width + 1


def numbers(draw, n):
    return [draw.gauss(0.0, 0.7) for _ in range(n)]


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize(("width", "n"), [(11, 3), (20, 9), (33, 40), (12, 500)])
def test_a_penalty(penalty, width, n):
    """Of 500 samples there are more rounds than weights: none of them adds anything."""
    draw = random.Random(width)
    cost, n_weights = cost_of(PENALTIES[penalty], width)
    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(n)]
    agree(g, *[(numbers(draw, n_weights), rows) for _ in range(2)], of=g)


@pytest.mark.parametrize("special", SPECIAL)
def test_whatever_a_weight_is(special):
    draw = random.Random(7)
    cost, n_weights = cost_of(PENALTIES["squares"], 12)
    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(20)]
    calls = []
    for k in (0, 17, n_weights - 1):
        w = numbers(draw, n_weights)
        calls.append((w[:k] + [special] + w[k + 1 :], rows))
    agree(g, *calls, of=g)


def test_the_order_of_additions_is_that_of_eager_mode():
    """Its last bits are: in another order this sum is another one."""
    draw = random.Random(2)
    cost, n_weights = cost_of(lambda w: ag.sum([x * x for x in w]), 40)
    w = numbers(draw, n_weights)
    in_order, backwards = ag.sum([x * x for x in w]), ag.sum([x * x for x in w[::-1]])
    assert in_order != backwards
    rows = [numbers(draw, 2) for _ in range(24)]
    g = ag.value_and_grad(cost)
    agree(g, (w, rows), of=g)


@pytest.mark.parametrize("n", [16, 90])
def test_a_sum_that_the_samples_need_comes_before_them(n):
    draw = random.Random(n)

    def cost(w, rows):
        size = ag.sum([x * x for x in w])
        outputs = [ag.dot(w[: len(row)], row) / ag.sqrt(size) for row in rows]
        return ag.sum([ag.tanh(y) for y in outputs]) + 0.1 * size

    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 3) for _ in range(n)]
    agree(g, *[(numbers(draw, 50), rows) for _ in range(2)], of=g)


def test_a_sum_of_what_samples_have_made():
    """It comes after the first pass and runs beside the next one, if beside any."""
    draw = random.Random(4)

    def cost(w, rows):
        first = [ag.tanh(ag.dot(w[:2], row)) for row in rows]
        center = ag.mean(first)
        scaled = ag.sum([x * center * x for x in w])
        return ag.sum([(y - center) * (y - center) for y in first]) + scaled

    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(30)]
    agree(g, *[(numbers(draw, 45), rows) for _ in range(2)], of=g)


# Which are moved


def _found(penalty, width, n):
    """The sums beside the passes of a step of a training."""
    found = []
    original = alongside.sums_alongside

    def look(*args):
        found.append(original(*args))
        return found[-1]

    draw = random.Random(0)
    cost, n_weights = cost_of(penalty, width)
    weights = [ag.Value(x) for x in numbers(draw, n_weights)]
    rows = [numbers(draw, 2) for _ in range(n)]
    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.replay.llvm.assembly.sums_alongside", look)
        steps = Descent(
            lambda rows, _: (cost(weights, rows), [0.0 for _ in rows]),
            weights,
            lambda w, g, v, rates: (w - rates[0] * g, v),
            rows,
            [0.0] * n,
        )
        steps.run([*range(n)], [(n, 1)], [0.1], [None] * n_weights)
    return found[0]


def test_a_penalty_runs_beside_the_pass_and_what_is_made_of_it_comes_after():
    (found,) = _found(PENALTIES["squares"], 20, 32)
    assert len(found.terms) == len(found.links) + (found.start in found.terms) >= 60
    assert found.group == 0
    assert found.followers


def test_a_short_sum_stays_where_it_is():
    assert _found(PENALTIES["squares"], 5, 32) == []
