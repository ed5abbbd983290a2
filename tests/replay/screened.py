"""Trainings of which samples are left out that can have no loss, and the same without.

Owns what the tests of that have in common.
"""

from __future__ import annotations

import math
import random
from array import array

import pytest

import autograd as ag
from autograd.replay import Descent
from autograd.replay.llvm import remembered
from autograd.replay.tapes import screening
from tests.replay.gated import cost_of, numbers

MADE: list[Training] = []
ACTIVATIONS = {"relu": ag.relu, "tanh": ag.tanh}


@pytest.fixture
def made(monkeypatch):
    """The trainings made by a test; of small networks, too, samples may be left out."""
    monkeypatch.setattr(screening, "LEAST", 1)
    monkeypatch.setattr(screening, "FEWEST", 3)
    remembered.forget()
    MADE.clear()
    yield MADE
    remembered.forget()


def left_out():
    return sum(training.n_left_out for training in MADE)


class Training:
    """Stochastic gradient descent on all samples of a network.

    `answer` is what the model returns, of (outputs and the first input, target, weights).
    """

    def __init__(
        self, sizes, loss, rows, targets, *, mode="exact", momentum=0.0, answer=None, **options
    ):
        n = cost_of(sizes, loss, **options)[1]
        self.weights = [ag.Value(x) for x in numbers(random.Random(n), n)]
        self.n = len(rows)
        self.speeds = [0.0 if momentum else None] * n

        def cost(rows, targets):
            outputs = []

            def noted(y, t):
                outputs.append(answer(y, t, self.weights) if answer else y[0])
                return loss(y, t)

            total, _ = cost_of(sizes, noted, **options)
            return total(self.weights, rows, targets), outputs

        def update(weight, gradient, velocity, rates):
            if velocity is None:
                return weight - rates[0] * gradient, None
            velocity = momentum * velocity + gradient
            return weight - rates[0] * velocity, velocity

        self.n_left_out, self.returned = 0, []
        MADE.append(self)
        self.steps = Descent(cost, self.weights, update, rows, targets, mode=mode)

    def go(self, n_steps, rate, answers=True):
        """So many steps, or until one is left to eager mode: costs, how many samples are right."""
        costs, right = array("d"), []
        while len(costs) < n_steps:
            sizes = [(self.n, n_steps - len(costs))]
            done = self.steps.run(range(self.n), sizes, [rate], self.speeds, answers=answers)
            assert not self.steps.refusal
            if not done.costs:
                break
            costs += done.costs
            self.n_left_out += done.n_left_out
            right += done.n_right
            for returned in done.returned:
                x = returned.numbers
                self.returned += [x[k : k + self.n] for k in range(0, len(x), self.n)]
            self.speeds = list(done.velocities) or self.speeds
        return [x.hex() for x in costs], right

    def bits(self):
        return [w.data.hex() for w in self.weights]


def moons(n, seed=0, noise=0.3):
    draw = random.Random(f"{n} {seed}")
    rows, targets = [], []
    for i in range(n):
        angle, side = draw.uniform(0.0, math.pi), i % 2
        x, y = math.cos(angle), math.sin(angle)
        row = (1.0 - x, 0.5 - y) if side else (x, y)
        rows.append([c + draw.gauss(0.0, noise) for c in row])
        targets.append(1.0 if side else -1.0)
    return rows, targets


def alike(sizes, loss, rows, targets, legs, answers=False, **options):
    """Both trainings, leg by leg: (steps, rate); what the samples right were."""
    screened, whole = (Training(sizes, loss, rows, targets, **options) for _ in range(2))
    found = []
    for n_steps, rate in legs:
        costs, right = screened.go(n_steps, rate, answers)
        assert costs == whole.go(n_steps, rate, True)[0]
        assert screened.bits() == whole.bits()
        found += right
    return found
