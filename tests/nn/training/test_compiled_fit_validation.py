"""fit(compiled=True) with held-out samples: what validation meets, and what it may change.

Owns outputs in any container, and code of the user's own that runs between two epochs.
"""

import itertools

import autograd as ag
import nn
from nn import Module
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp


class Pairs(Module):
    """A network that returns a tuple, or a dict."""

    def __init__(self, make):
        self.net, self.make = mlp(3, 2), make

    def __call__(self, row):
        return self.make(*self.net(row))


def likelihood(of):
    def loss(outputs, targets):
        both = zip(map(of, outputs), targets, strict=True)
        return ag.mean([(m - y) ** 2 * ag.exp(-s) + s for (m, s), y in both])

    return loss


def test_outputs_in_tuples_and_dicts_are_values_for_the_loss(monkeypatch):
    makes = [
        (lambda m, s: (m, s), lambda pair: pair),
        (lambda m, s: {"m": m, "s": s}, lambda named: named.values()),
        (lambda m, s: [(m,), [s]], lambda nested: [nested[0][0], nested[1][0]]),
    ]
    for make, of in makes:
        found = both(
            lambda make=make: Pairs(make), (ROWS, NUMBERS), likelihood(of), monkeypatch,
            validation=0.25, epochs=6,
        )  # fmt: skip
        assert found.said == []
        assert found.n_steps > 10


class Switching(Module):
    """Counts how often it is told to train, by a property."""

    def __init__(self):
        self.net, self.n, self._mode = mlp(), 0, True

    @property
    def training(self):
        return self._mode

    @training.setter
    def training(self, mode):
        self._mode = mode
        self.n += mode

    def __call__(self, row):
        return self.net(row) * (1.0 if self.n < 8 else 0.5)


def test_what_validation_changes_is_seen(monkeypatch):
    both(Switching, (ROWS, NUMBERS), "mse", monkeypatch, validation=0.25, epochs=20)


def test_a_loss_that_counts_validations_is_seen(monkeypatch):
    def make():
        seen["n"] = 0
        return mlp()

    seen = {"n": 0}

    def annealed(outputs, targets):
        seen["n"] += len(outputs) == 5
        return nn.mse_loss(outputs, targets) * (1.0 if seen["n"] < 8 else 0.5)

    both(make, (ROWS, NUMBERS), annealed, monkeypatch, validation=5 / 17, epochs=20, batch_size=12)


def test_an_iterator_by_its_slot_is_an_iterator(monkeypatch):
    class Dropping(Module):
        def __init__(self):
            self.net, self.draw = mlp(), itertools.cycle([0.9, 0.1, 0.7]).__next__

        def __call__(self, row):
            return self.net(row) * (0.0 if self.draw() < 0.3 else 1.0)

    found = both(Dropping, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "an iterator, a cycle" in found.said[0]
