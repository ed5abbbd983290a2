"""A step of which one number is not finite is left to eager mode, wherever that number stands.

Owns that for each place among new weights and what the model returns, and for the cost.
"""

from __future__ import annotations

import math
from array import array

import pytest

import autograd as ag
from autograd.replay import Decision, Descent

LARGEST = 1.7976931348623157e308
N_ROWS = 21


def descent(cost, weights, rows):
    def update(weight, gradient, velocity, rates):
        return weight - rates[0] * gradient, velocity

    steps = Descent(cost, weights, update, rows, [1.0] * len(rows))

    def run(rate=1e-3, n=1, answers=True):
        """How many of n steps were run by a program."""
        order, speeds = array("q", range(len(rows))), [None] * len(weights)
        done = steps.run(order, [(len(rows), n)], [rate], speeds, answers=answers)
        assert not steps.refusal
        return len(done.costs)

    while run(n=5) < 5:  # recorded, compared with eager mode
        assert steps.n_steps < 10
    return run


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 16, 35, 67])
def test_new_weights(n):
    weights = [ag.Value(0.5) for _ in range(n)]
    rows = [[-1e-3] * n for _ in range(N_ROWS)]

    def cost(rows, targets):
        outputs = [ag.dot(weights, row) for row in rows]
        return ag.mean(outputs), outputs

    run = descent(cost, weights, rows)
    for w in weights:
        for other in weights:
            other.data = 0.5
        w.data = LARGEST
        assert run(rate=1e300) == 0
        assert [other.data for other in weights] == [LARGEST if o is w else 0.5 for o in weights]
        w.data = LARGEST / 2
        assert run(rate=1e300) == 1
    for bad in (math.nan, math.inf, -math.inf):
        weights[-1].data = bad
        assert run() == 0


@pytest.mark.parametrize("n_rows", [1, 7, 8, 9, N_ROWS, 33])
@pytest.mark.parametrize("is_counted", [False, True])
def test_what_the_model_returns(n_rows, is_counted):
    """Of a sample that has no loss: the cost and all gradients are finite."""
    w = ag.Value(0.5)
    answers = Decision(0.0, array("q", [1] * n_rows)) if is_counted else True

    def made(rows):
        def cost(rows, targets):
            outputs = [w * row[0] for row in rows]
            return ag.mean([ag.relu(1.0 - y) for y in outputs]) + 1e-3 * w * w, outputs

        return descent(cost, [w], rows)

    for k in range(n_rows):
        w.data = 0.5
        run = made([[1e307 if i == k else 0.1 * i] for i in range(n_rows)])
        w.data = 1.0
        assert run(answers=answers) == 1
        w.data = 100.0
        assert run(answers=answers) == 0
        assert w.data == 100.0


def test_the_cost_alone():
    w = ag.Value(0.5)

    def cost(rows, targets):
        outputs = [w * row[0] for row in rows]
        return ag.mean(outputs) + 1.0 / ag.relu(w), outputs

    run = descent(cost, [w], [[1.0]] * N_ROWS)
    assert run() == 1
    w.data = 0.0
    assert run() == 0
