"""micrograd's programs with their import changed: the same numbers, to the last bit."""

import random

import numpy as np
import pytest
from sklearn.datasets import make_moons

from autograd import Value
from nn import MLP, Layer, Neuron


def demo() -> tuple[MLP, object]:
    """A model as micrograd's demo makes it, and the loss it minimises: hinge and L2 penalty."""
    np.random.seed(1337)
    random.seed(1337)
    points, moons = make_moons(n_samples=100, noise=0.1)
    signs = 2 * moons - 1
    model = MLP(2, [16, 16, 1])

    def loss():
        scores = [model([Value(x) for x in point]) for point in points]
        margins = [(1 + -sign * score).relu() for sign, score in zip(signs, scores, strict=True)]
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        right = [(sign > 0) == (score.data > 0) for sign, score in zip(signs, scores, strict=True)]
        return sum(margins) * (1.0 / len(margins)) + penalty, sum(right) / len(right)

    return model, loss


def test_first_loss_is_micrograds_to_the_last_bit():
    _, loss = demo()
    total_loss, accuracy = loss()
    assert total_loss.data == 0.8958441028683222
    assert accuracy == 0.5


def test_the_demo_follows_micrograd_itself():
    from micrograd.engine import Value as TheirValue
    from micrograd.nn import MLP as TheirMLP

    model, loss = demo()
    random.seed(1337)
    np.random.seed(1337)
    X, y = make_moons(n_samples=100, noise=0.1)
    theirs = TheirMLP(2, [16, 16, 1])
    for k in range(3):
        ours, _ = loss()
        scores = [theirs(list(map(TheirValue, row))) for row in X]
        losses = [(1 + -(2 * yi - 1) * s).relu() for yi, s in zip(y, scores, strict=True)]
        expected = sum(losses) * (1.0 / len(losses))
        expected = expected + 1e-4 * sum(p * p for p in theirs.parameters())
        assert ours.data == pytest.approx(expected.data, rel=1e-12)
        model.zero_grad()
        ours.backward()
        theirs.zero_grad()
        expected.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p, q in zip(model.parameters(), theirs.parameters(), strict=True):
            assert p.grad == pytest.approx(q.grad, rel=1e-9, abs=1e-12)
            p.data -= learning_rate * p.grad
            q.data -= learning_rate * q.grad


def test_weights_are_drawn_in_micrograds_order():
    random.seed(7)
    model = MLP(3, [4, 2])
    random.seed(7)
    for layer in model.layers:
        for neuron in layer.neurons:
            assert [w.data for w in neuron.w] == [random.uniform(-1, 1) for _ in neuron.weights]
            assert neuron.b.data == 0.0
    assert model.parameters()[:4] == [*model.layers[0].neurons[0].w, model.layers[0].neurons[0].b]


def test_trace_graph_notebook():
    random.seed(1337)
    n = Neuron(2)
    x = [Value(1.0), Value(-2.0)]
    y = n(x)
    y.backward()
    random.seed(1337)
    w1, w2 = random.uniform(-1, 1), random.uniform(-1, 1)
    z = w1 * 1.0 + w2 * -2.0
    assert y.data == max(z, 0.0)
    assert x[1].grad == (w2 if z > 0 else 0.0)
    nodes, pending = set(), [y]
    while pending:
        node = pending.pop()
        nodes.add(node)
        pending += node._prev
    assert {*x, *n.w, n.b, y} <= nodes


def test_w_and_b_are_read_only():
    neuron = Neuron(2, seed=1)
    with pytest.raises(AttributeError):
        neuron.w = []
    with pytest.raises(AttributeError):
        neuron.b = Value(1.0)


@pytest.mark.parametrize("seed", [3, random.Random(3)], ids=["int", "Random"])
def test_a_seed_never_touches_the_global_state(seed):
    random.seed(99)
    before = random.getstate()
    first = MLP(2, [3, 1], seed=seed).state_dict()
    assert random.getstate() == before
    assert MLP(2, [3, 1], seed=random.Random(3)).state_dict() == first


def test_one_output_is_a_value_but_layers_inside_pass_lists():
    model = MLP(2, [1, 1, 1], seed=0)
    assert isinstance(model([1.0, 2.0]), Value)
    (output,) = Layer(2, 1, seed=0)([1.0, 2.0])
    assert isinstance(output, Value)
    assert len(MLP(2, [3, 2], seed=0)([1.0, 2.0])) == 2
