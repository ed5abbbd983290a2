"""L1 and L2 penalties: their numbers, their gradients, what they do to the weights."""

import math

import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from nn import MLP, SGD, Neuron, mse_loss
from nn.losses import l1_penalty, l2_penalty
from tests.nn.nodes import count_nodes

WEIGHTS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8)


@given(WEIGHTS)
def test_penalties_are_the_sums(numbers):
    weights = [Value(w) for w in numbers]
    absolute, square = l1_penalty(weights), l2_penalty(iter(weights))
    assert absolute.data == pytest.approx(math.fsum(map(abs, numbers)), rel=1e-14)
    assert square.data == pytest.approx(math.fsum(w * w for w in numbers), rel=1e-14)
    absolute.backward()
    assert [w.grad for w in weights] == [(w > 0) - (w < 0) for w in numbers]
    assert ag.grad(l2_penalty)(numbers) == [2 * w for w in numbers]
    n = len(numbers)
    assert ag.hessian(l2_penalty)(numbers) == [[2.0 * (i == k) for k in range(n)] for i in range(n)]
    assert ag.hessian(l1_penalty)(numbers) == [[0.0] * n] * n


def test_penalties_are_few_nodes():
    parameters = MLP(2, [8, 1], seed=1).parameters()
    assert count_nodes(l1_penalty(parameters)) == 2 * len(parameters) + 1
    assert count_nodes(l2_penalty(parameters)) == len(parameters) + 1


def test_weight_decay_is_half_of_the_l2_penalty():
    data = [([1.0, -2.0], 0.5), ([0.3, 0.7], -1.0)]
    trained = []
    for by_penalty in (True, False):
        model = MLP(2, [3, 1], "tanh", seed=1)
        optimizer = SGD(model.parameters(), lr=0.1, weight_decay=0.0 if by_penalty else 0.2)
        for _ in range(10):
            loss = mse_loss([model(x) for x, _ in data], [y for _, y in data])
            if by_penalty:
                loss = loss + 0.5 * 0.2 * l2_penalty(model.parameters())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        trained.append([p.data for p in model.parameters()])
    assert trained[0] == pytest.approx(trained[1], rel=1e-12)


def test_l1_drives_a_useless_weight_to_nothing():
    neuron = Neuron(2, activation=None, seed=1)  # the second input is noise
    data = [([a, b], 2.0 * a) for a, b in ((1, 0.3), (-1, -0.2), (0.5, -0.4), (-0.5, 0.1))]
    optimizer = SGD(neuron.parameters(), lr=0.05)
    for _ in range(400):
        loss = mse_loss([neuron(x) for x, _ in data], [y for _, y in data])
        optimizer.zero_grad()
        (loss + 0.1 * l1_penalty(neuron.weights)).backward()
        optimizer.step()
    useful, useless = (abs(w.data) for w in neuron.weights)
    assert useful > 1.5
    assert useless < 0.01


@pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])
def test_refusals(penalty):
    name = penalty.__name__
    with pytest.raises(TypeError, match=rf"{name}: parameters .* got MLP; write {name}\(model.par"):
        penalty(MLP(2, [1]))
    with pytest.raises(TypeError, match="got Value; write"):
        penalty(Value(1.0))
    with pytest.raises(ValueError, match=f"{name}: parameters is empty"):
        penalty([])
