"""Models that take rows of a table by whole numbers of a sample, in fit(compiled=True).

Owns embeddings, and losses that take by the target: one program serves all batches.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
import autograd.indexing
import nn.training.replay.worth
from autograd import Value
from nn import SGD, Layer, Module, l2_penalty
from tests.nn.training.both_modes import both

N_CLASSES = 5


class Embedding(Module):
    """Two rows of a table under a layer."""

    def __init__(self, is_tied=False, is_scaled=False, seed=1):
        draw = random.Random(seed)
        self.rows = [[Value(draw.gauss(0.0, 1.0)) for _ in range(2)] for _ in range(N_CLASSES)]
        self.scale = Value(0.5) if is_scaled else 1.0
        self.layer = Layer(4, 2 if is_tied else N_CLASSES, activation="tanh", seed=1)
        self.is_tied = is_tied

    def __call__(self, row):
        """A score for each class."""
        table = self.rows
        if isinstance(self.scale, Value):
            table = [[self.scale * ag.tanh(x) for x in row] for row in self.rows]
        hidden = self.layer([x for k in row[:2] for x in ag.take(table, k)])
        return [ag.dot(row, hidden) for row in self.rows] if self.is_tied else hidden


def samples(n=19, as_float=False):
    draw = random.Random(5)
    rows = [[draw.randrange(N_CLASSES), draw.randrange(N_CLASSES)] for _ in range(n)]
    if as_float:  # the indices stand beside numbers, and are floats then
        rows = [[float(i), float(j), 0.5] for i, j in rows]
    return rows, [draw.randrange(N_CLASSES) for _ in range(n)]


def by_hand(outputs, targets):
    """Cross-entropy as one writes it down."""
    taken = [ag.take(ag.log_softmax(z), c) for z, c in zip(outputs, targets, strict=True)]
    return -ag.mean(taken)


def of_a_table(outputs, targets):
    """A factor for each class."""
    factors = [1.0, 0.5, 2.0, 0.25, 3.0]
    terms = [
        ag.take(factors, c) * (z[0] - ag.take(z, c)) ** 2
        for z, c in zip(outputs, targets, strict=True)
    ]
    return ag.sum(terms)


@pytest.mark.parametrize("batch_size", [None, 4, 1])
@pytest.mark.parametrize("is_tied", [False, True], ids=["layer", "tied"])
@pytest.mark.parametrize("is_scaled", [False, True], ids=["leaves", "computed"])
@pytest.mark.parametrize("loss", ["cross_entropy", by_hand, of_a_table])
def test_one_program_serves_all_batches(batch_size, is_tied, is_scaled, loss, monkeypatch):
    found = both(
        lambda: Embedding(is_tied, is_scaled), samples(as_float=is_tied), loss, monkeypatch,
        batch_size=batch_size, epochs=9,
    )  # fmt: skip
    assert found.n_steps
    assert not found.said


def test_with_a_penalty_momentum_and_validation(monkeypatch):
    def make():
        model = Embedding(is_tied=True)
        optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
        return model, {"optimizer": optimizer}

    found = both(
        make, samples(40), "cross_entropy", monkeypatch,
        batch_size=8, l2=0.01, l1=0.001, validation=0.25,
    )  # fmt: skip
    assert found.n_steps
    assert not found.said


def test_an_index_outside_of_the_table_is_the_error_of_eager_mode(monkeypatch):
    rows, targets = samples()
    found = both(
        Embedding, ([*rows[:7], [0, N_CLASSES], *rows], [*targets, *targets[:8]]),
        "cross_entropy", monkeypatch,
    )  # fmt: skip
    assert found["error"].startswith("ValueError: take: index 5 is outside 0..4")
    found = both(
        Embedding, ([*rows[:7], [0, 1.5], *rows], [*targets, *targets[:8]]),
        "cross_entropy", monkeypatch,
    )  # fmt: skip
    assert found["error"].startswith("TypeError: take: index must be a whole number, got 1.5")


def test_a_table_too_large_for_one_program_is_named(monkeypatch):
    monkeypatch.setattr(autograd.indexing, "MOST_NUMBERS", 2 * N_CLASSES - 1)
    found = both(Embedding, samples(60), "cross_entropy", monkeypatch, batch_size=1)
    assert "or by indices with which take() reads a table of more than" in found.said[0]


def test_a_program_with_whole_tables_is_dearer(monkeypatch):
    """So that a training too short for it is left to eager mode, as any other is."""
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 20.0)
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_SAMPLES", 0.0)
    plain = [[0.25 * i, 0.5, 0.1, 0.3] for i in range(20)], [i % N_CLASSES for i in range(20)]
    at_once = {}
    for name, make, data in (
        ("layer", lambda: Layer(4, N_CLASSES, activation="tanh", seed=1), plain),
        ("table", Embedding, samples(20)),
    ):
        for epochs in (4, 6, 30):
            found = both(make, data, "cross_entropy", monkeypatch, batch_size=5, epochs=epochs)
            at_once[name, epochs] = bool(found.n_steps)
    assert [at_once["layer", n] for n in (4, 6, 30)] == [False, True, True]
    assert [at_once["table", n] for n in (4, 6, 30)] == [False, False, True]


def test_a_penalty_of_the_table_alone(monkeypatch):
    model = []

    def make():
        model[:] = [Embedding()]
        return model[0]

    def loss(outputs, targets):
        return by_hand(outputs, targets) + 0.1 * l2_penalty(model[0].parameters())

    found = both(make, samples(), loss, monkeypatch, batch_size=4)
    assert found.n_steps
    assert not found.said
