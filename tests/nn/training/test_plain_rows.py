"""Rows and targets in fit(compiled=True) are the plain numbers that they are in eager mode.

Owns models that ask, divide and look up what is in a row, as one does with Python's own numbers.
"""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
import nn
from autograd import Value
from nn import Layer, Module
from tests.nn.training.both_modes import both
from tests.replay.plain_programs import expression, function

DECIDES = ("round", "int", "math.sqrt", "float", "bool", "abs")
FEW = (0.0, 0.5, 1.0, 2.0, -1.5)
SMALL = (0, 1, 2, -1)


class Given(Module):
    """A layer beside a function of the row alone, whose share is trained."""

    def __init__(self, of_row):
        self.layer = Layer(3, 1, activation="tanh", seed=1)
        self.share = Value(0.5)
        self.of_row = of_row

    def __call__(self, row):
        """The output."""
        return self.layer(row)[0] * 0.3 + self.share * self.of_row(row)


def data(draw, pick):
    return [[pick() for _ in range(3)] for _ in range(9)], [draw.random() for _ in range(9)]


@pytest.mark.parametrize("seed", range(40))
def test_a_random_expression_of_a_row(seed, monkeypatch):
    draw = random.Random(seed)
    names = ["x[0]", "x[1]", "x[2]"]
    of_row = function(expression(draw, names, 2 + seed % 2, DECIDES), "x")
    pick = [lambda: draw.choice(FEW), lambda: draw.choice(SMALL), draw.random][seed % 3]
    both(
        lambda: Given(of_row), data(draw, pick), ["mse", "l1"][seed % 2], monkeypatch,
        batch_size=[None, 4, 1][seed % 3],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of_row", "is_compiled"),
    [
        (lambda x: 1.0 if x[0] == x[1] else -1.0, True),
        (lambda x: x[0] / (x[1] + 3.0), True),
        (lambda x: 2.0 if x[0] in x[1:] else 0.5, True),
        (lambda x: x[0] * (x[1] + 2.0) ** 0.5, True),
        (lambda x: sorted(x)[1] - max(x), True),
        (lambda x: x[0] // 0.7 + x[1] % 0.7, True),
        (lambda x: sum(x) / len(x), True),
        (lambda x: ag.softmax(x)[0], True),
        (lambda x: math.sqrt(x[0] + 2.0), False),
        (lambda x: {0.0: 1.0, 0.5: 2.0}.get(x[0], 3.0), False),
        (lambda x: float(x[0] in {0.0, 0.5}), False),
        (lambda x: float(f"{x[0]:.1f}"), False),
    ],
)
def test_what_a_model_does_with_a_row(of_row, is_compiled, monkeypatch):
    draw = random.Random(4)
    samples = data(draw, lambda: draw.choice(FEW))
    found = both(lambda: Given(of_row), samples, "mse", monkeypatch, batch_size=None)
    assert bool(found.n_steps) == is_compiled


@pytest.mark.parametrize("batch_size", [None, 3])
def test_a_division_by_zero_is_python_s_own_error(batch_size, monkeypatch):
    rows = [[1.0, 0.5 * i, 2.0] for i in range(1, 9)] + [[1.0, 0.0, 2.0]]
    found = both(
        lambda: Given(lambda x: x[0] / x[1]), (rows, [0.5] * 9), "mse", monkeypatch,
        batch_size=batch_size,
    )  # fmt: skip
    assert found["error"].startswith("ZeroDivisionError")


def test_who_indexes_a_list_by_a_feature_is_told_that_it_is_a_float():
    class Bigram(nn.Module):
        def __init__(self):
            self.table = [[ag.Value(0.1 * k), ag.Value(-0.1 * k)] for k in range(4)]

        def __call__(self, x):
            return self.table[x[0]]

    data = [[k % 4] for k in range(8)], [k % 2 for k in range(8)]
    with pytest.raises(TypeError, match="list indices must be integers") as caught:
        nn.fit(Bigram(), data, "cross_entropy", lr=0.1, verbose=False)
    (note,) = caught.value.__notes__
    assert "table[int(x[0])]" in note
    assert "autograd.take(table, x[0])" in note
