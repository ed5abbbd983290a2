"""Models that differentiate in their own call: derivatives that the training differentiates again.

Owns eager's bits in such a training. Which edges are dead, as of a relu or a maximum, decides there
about the order of sums, and so has a program for each answer.
"""

import random

import pytest

import autograd as ag
import nn
from autograd import Value
from tests.nn.training.both_modes import bits


def layers(draw):
    """A random function of two numbers and five weights, with kinks."""
    steps = [(draw.randrange(7), draw.random(), draw.random()) for _ in range(draw.randint(4, 9))]

    def f(inputs, weights):
        v = [*inputs, *weights]
        for kind, i, j in steps:
            x, y = v[int(i * len(v))], v[int(j * len(v))]
            v.append(
                [
                    lambda x, y: ag.relu(x), lambda x, y: ag.tanh(x * y), lambda x, y: x + y,
                    lambda x, y: ag.maximum(x, y), lambda x, y: ag.relu(x - y) * y,
                    lambda x, y: ag.tanh(x) * ag.relu(y), lambda x, y: abs(x) * y,
                ][kind](x, y)
            )  # fmt: skip
        return ag.tanh(ag.sum(v[7:]))

    return f


class WithSlope(nn.Module):
    def __init__(self, seed):
        draw = random.Random(seed)
        self.weights = [Value(draw.uniform(-1.0, 1.0)) for _ in range(5)]
        self.f = layers(draw)

    def __call__(self, inputs):
        xs = [Value(x) for x in inputs]
        value, (by_inputs, _) = ag.value_and_grad(self.f, (0, 1))(xs, self.weights)
        return [value, *by_inputs]

    def parameters(self):
        return self.weights


def loss(outputs, targets):
    pairs = zip(outputs, targets, strict=True)
    return ag.mean([ag.relu(1.0 - y[0] * t) + 0.1 * (y[1] ** 2 + y[2] ** 2) for y, t in pairs])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("batch_size", [4, 20])
@pytest.mark.filterwarnings("ignore:fit. trained uncompiled", "ignore:fit. the rest is trained unc")
def test_bits(seed, batch_size):
    draw = random.Random(seed)
    X = [[draw.gauss(0.0, 1.0), draw.gauss(0.0, 1.0)] for _ in range(20)]
    y = [1.0 if a + b > 0.0 else -1.0 for a, b in X]
    found = []
    for compiled in (False, True):
        model = WithSlope(seed)
        history = nn.fit(
            model, (X, y), loss, lr=0.05, epochs=60, batch_size=batch_size, seed=0,
            verbose=False, threshold=False, compiled=compiled,
        )  # fmt: skip
        found.append(bits([[p.data for p in model.parameters()], history["loss"]]))
    assert found[0] == found[1]


class Penalised(nn.Module):
    def __init__(self):
        self.inner = nn.MLP(2, [6, 6, 1], activation="relu", seed=1)

    def __call__(self, inputs):
        xs = [Value(x) for x in inputs]
        value, slopes = ag.value_and_grad(self.inner)(xs)
        return [value, *slopes]

    def parameters(self):
        return self.inner.parameters()


@pytest.mark.filterwarnings("error")
def test_fast_mode_has_one_program():
    X, labels = nn.moons(40, noise=0.1, seed=0)
    y = [2.0 * label - 1.0 for label in labels]
    found = []
    for compiled in (False, "fast"):
        model = Penalised()
        history = nn.fit(
            model, (X, y), loss, lr=0.02, epochs=60, batch_size=10, seed=0, verbose=False,
            threshold=False, compiled=compiled,
        )  # fmt: skip
        found.append([*history["loss"], *[p.data for p in model.parameters()]])
    assert found[1] == pytest.approx(found[0], rel=1e-9)


def test_who_trains_uncompiled_for_dead_edges_is_told_so_and_of_fast_mode():
    X, labels = nn.moons(40, noise=0.1, seed=0)
    y = [2.0 * label - 1.0 for label in labels]
    with pytest.warns(
        RuntimeWarning, match=r"dead edges of relu .*compiled=\"fast\" has one program"
    ):
        nn.fit(
            Penalised(), (X, y), loss, lr=0.02, epochs=60, batch_size=10, seed=0, verbose=False,
            threshold=False, compiled=True,
        )  # fmt: skip
