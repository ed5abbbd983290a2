"""`with_parameters`: a model as a function of its parameters.

Owns that derivatives are those of `backward`, that the model is left as it is, and every place in
which a parameter may stand.
"""

from __future__ import annotations

from collections import namedtuple
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value

ROWS, LABELS = nn.moons(12, noise=0.1, seed=0)
MODELS = {
    "neuron": lambda: nn.Neuron(2, "tanh", seed=0),
    "layer": lambda: nn.Layer(2, 3, activation="softmax", seed=1),
    "mlp": lambda: nn.MLP(2, [3, 2], activation="tanh", seed=2),
}


def cost(model):
    outputs = [out if isinstance(out, list) else [out] for out in map(model, ROWS)]
    return ag.mean([y * y * (k + 1.5) + y for row in outputs for k, y in enumerate(row)])


def numbers(model):
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_that_of_backward(name):
    model = MODELS[name]()
    before = numbers(model)
    cost(model).backward()
    right = [p.grad for p in model.parameters()]
    found = ag.grad(lambda w: cost(model.with_parameters(w)))(before)
    assert found == right
    in_array = ag.grad(lambda w: cost(model.with_parameters(w)))(np.array(before))
    assert isinstance(in_array, np.ndarray)
    assert in_array.tolist() == right
    assert numbers(model) == before
    assert [p.grad for p in model.parameters()] == right


@pytest.mark.parametrize("name", MODELS)
def test_compiled_it_has_the_same_bits(name):
    model = MODELS[name]()
    eager = ag.value_and_grad(lambda w: cost(model.with_parameters(w)))
    replayed = ag.compile(eager)
    for k in range(4):
        weights = [0.1 * k * x - 0.05 for x in numbers(model)]
        assert replayed(weights) == eager(weights)
    assert replayed.n_eager == 0
    assert replayed.report().paths[0].leaves == 0


def test_the_hessian_of_a_network_is_symmetric_and_right():
    model = nn.MLP(2, [2, 1], activation="tanh", seed=0)
    matrix = ag.hessian(lambda w: cost(model.with_parameters(w)))(numbers(model))
    assert len(matrix) == len(matrix[0]) == 9
    for i in range(9):
        for j in range(9):
            assert matrix[i][j] == pytest.approx(matrix[j][i], rel=1e-12, abs=1e-15)

    def slopes(w):
        return ag.grad(lambda w: cost(model.with_parameters(w)))(w)

    step = 1e-6
    for j in range(9):
        up, down = ([x + s * (i == j) for i, x in enumerate(numbers(model))] for s in (step, -step))
        column = [(a - b) / (2 * step) for a, b in zip(slopes(up), slopes(down), strict=True)]
        assert [row[j] for row in matrix] == pytest.approx(column, rel=1e-6, abs=1e-8)


Pair = namedtuple("Pair", "a b")


class Everywhere(nn.Module):
    """Parameters in every place, one of them in two, and a way back to itself."""

    def __init__(self):
        self.source = Random(0)
        self.seen = []
        self.one = Value(2.0)
        self.rows = [[Value(3.0), Value(4.0)], self.one]
        self.pair = (Value(5.0), Pair(Value(6.0), [Value(7.0)]))
        self.by_name = {"x": Value(8.0), "y": {"z": Value(9.0)}}
        self.array = np.array([[Value(10.0)], [Value(11.0)]])
        self.inner = nn.Neuron(1, None, seed=0)
        self.inner.outer = self
        self.text = "text"

    def __call__(self, x):
        self.seen.append(x)
        values = [self.one, *self.rows[0], self.rows[1], self.pair[0], self.pair[1].a,
                  self.pair[1].b[0], self.by_name["x"], self.by_name["y"]["z"],
                  *self.array.ravel(), self.inner([x]), self.inner.outer.one]  # fmt: skip
        return ag.sum([v * (k + 1.0) for k, v in enumerate(values)])


def test_a_parameter_is_replaced_wherever_it_stands():
    model = Everywhere()
    before = numbers(model)
    assert len(before) == 12
    cost = model(1.5)
    cost.backward()
    right = [p.grad for p in model.parameters()]
    loss = lambda w: model.with_parameters(w)(1.5)  # noqa: E731
    assert ag.grad(loss)(before) == right
    twin = model.with_parameters(before)
    assert type(twin) is Everywhere
    assert type(twin.pair[1]) is Pair
    assert twin.rows[1] is twin.one
    assert twin.inner.outer is twin
    assert twin.inner is not model.inner
    assert (twin.source, twin.seen, twin.text) == (model.source, model.seen, model.text)
    assert twin.seen is model.seen
    assert model.array[0, 0].data == 10.0
    assert isinstance(model.array[0, 0], Value)
    assert numbers(model) == before


@given(seed=st.integers(0, 999), k=st.integers(0, 11))
@settings(max_examples=30, deadline=None)
def test_one_number_changes_what_its_parameter_would(seed, k):
    model, weights = Everywhere(), [Random(seed + i).uniform(-2, 2) for i in range(12)]
    found = model.with_parameters(weights)(0.5)
    for p, number in zip(model.parameters(), weights, strict=True):
        p.data = number
    expected = model(0.5).data
    assert float(found.data if isinstance(found, Value) else found) == expected
    weights[k] += 1.0
    model.parameters()[k].data += 1.0
    found = model.with_parameters(weights)(0.5)
    assert float(found.data if isinstance(found, Value) else found) == model(0.5).data


@pytest.mark.parametrize("n", [0, 12, 14])
def test_another_number_of_parameters_is_refused(n):
    model = nn.MLP(2, [3, 1], seed=0)
    with pytest.raises(ValueError, match=f"^with_parameters: MLP has 13 parameters, got {n}; give"):
        model.with_parameters([0.0] * n)


def test_a_model_without_parameters_is_itself():
    class Sum(nn.Module):
        def __call__(self, x):
            return ag.sum(x)

    model = Sum()
    assert model.with_parameters([])([1.0, 2.0]) == 3.0
