"""Functions of many samples: whatever they share and however they are summed, eager's bits.

Owns named shapes of batches, each with every remainder by the number of lanes.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits

SIZES = (1, 2, 3, 7, 8, 9, 10, 13, 15, 16, 17, 22, 24, 29, 40)


def rows(n, k, seed=0, special=False):
    draw = random.Random(f"{n} {k} {seed}")
    found = [[draw.uniform(-2.0, 2.0) for _ in range(k)] for _ in range(n)]
    if special:
        for row in found[:: max(1, n // 3)]:
            row[draw.randrange(k)] = draw.choice(SPECIAL)
    return found


def neuron(w, x):
    return ag.tanh(ag.dot(w[: len(x)], x, w[len(x)]))


def recurrent(w, xs):
    """The same weights at each of three steps of a sample."""
    states = []
    for x in xs:
        state = 0.5
        for number in x:
            state = ag.tanh(w[0] * state + w[1] * number + w[2])
        states.append(state)
    return ag.mean(states)


def log_of_mean(w, xs):
    return ag.log(ag.mean([ag.exp(neuron(w, x)) for x in xs]))


def softmax_over_samples(w, xs):
    shares = ag.softmax([neuron(w, x) for x in xs])
    return ag.sum([p * neuron(w, x) for p, x in zip(shares, xs, strict=True)])


def variance(w, xs):
    ys = [neuron(w, x) for x in xs]
    middle = ag.mean(ys)
    return ag.mean([(y - middle) ** 2 for y in ys])


def normalised(w, xs):
    ys = [ag.relu(ag.dot(w[:3], x)) for x in xs]
    middle = ag.mean(ys)
    spread = ag.sqrt(ag.mean([(y - middle) ** 2 for y in ys]) + 1e-5)
    return ag.sum([ag.softplus((y - middle) / spread * w[3]) for y in ys]) * w[0]


def both_directions(w, xs):
    ys = [neuron(w, x) for x in xs]
    return ag.sum(ys) * ag.sum(ys[::-1]) + ag.mean([y * y for y in reversed(ys)])


def plus_by_plus(w, xs):
    total, other = 0.0, w[0]
    for i, x in enumerate(xs):
        y = neuron(w, x)
        total = total + y * y
        other = y + other if i % 2 else other - y
    return total / len(xs) + other


def different_structure(w, xs):
    ys = []
    for i, x in enumerate(xs):
        y = neuron(w, x)
        ys.append(ag.exp(y) if i == 2 else y * w[1] if i % 5 == 4 else y)
    return ag.sum(ys)


def constants(w, xs):
    return ag.mean([(neuron(w, x) - 0.25 * i) ** 2 for i, x in enumerate(xs)])


def signs(w, xs):
    return ag.sum([ag.relu(1.0 - (1.0 if i % 3 else -1.0) * neuron(w, x))
                   for i, x in enumerate(xs)])  # fmt: skip


def duplicated(w, xs):
    ys = [neuron(w, x) for x in xs]
    return ag.sum(ys + ys[: len(ys) // 2] + ys[:1])


def extremes(w, xs):
    ys = [neuron(w, x) for x in xs]
    return ag.max(ys) - ag.min(ys)


def running(w, xs):
    """Each sample takes what the one before left: no two run side by side."""
    state = w[0]
    for x in xs:
        state = ag.tanh(state * w[1] + ag.dot(w[:3], x))
    return state


def called_back(w, xs):
    return ag.sum([ag.lgamma(2.5 + neuron(w, x)) for x in xs])


def alike(w, xs):
    """Terms that are no different from sample to sample."""
    n = -(w[0] * w[1])
    return (ag.mean([n for _ in xs]) + ag.sum([w[2] * 3.0 for _ in xs])) * w[3]


def two_layers(w, xs):
    total = []
    for x in xs:
        hidden = [ag.relu(ag.dot(w[i : i + 3], x, w[i + 1])) for i in range(2)]
        logits = [hidden[0] * w[2] + hidden[1], hidden[1] * w[4] - hidden[0]]
        total.append(-ag.log_softmax(logits)[len(total) % 2])
    return ag.mean(total) + 1e-2 * ag.sum([p * p for p in w])


BATCHES = [recurrent, log_of_mean, softmax_over_samples, variance, normalised, both_directions,
           plus_by_plus, different_structure, constants, signs, duplicated, extremes, running,
           called_back, alike, two_layers]  # fmt: skip


@pytest.mark.parametrize("f", BATCHES, ids=lambda f: f.__name__)
def test_a_gradient_over_a_batch_has_the_bits_of_eager_mode(f):
    g = ag.value_and_grad(f)
    for n in SIZES:
        w = rows(1, 5, seed=1)[0]
        calls = [(w, rows(n, 3)), ([-0.7 * x for x in w], rows(n, 3, seed=2))]
        agree(g, *calls, (w, rows(n, 3, seed=3, special=True)), of=g)


@pytest.mark.parametrize("f", BATCHES, ids=lambda f: f.__name__)
def test_second_derivatives_over_a_batch_too(f):
    g = ag.hessian(f)
    for n in (1, 3, 9):
        w = rows(1, 5, seed=4)[0]
        agree(g, (w, rows(n, 3)), ([0.9 * x for x in w], rows(n, 3, seed=5)), of=g)


@pytest.mark.parametrize("backend", BACKENDS)
def test_arrays_and_own_weights_in_a_batch(backend):
    weights = [Value(x) for x in rows(1, 4, seed=6)[0]]

    def scores(batch):
        return np.array([neuron(weights, row) for row in batch])

    def back_to_inputs(batch):
        return ag.sum([s * s for s in scores(batch)])

    compiled = ag.compile(scores, backend=backend)
    slopes = ag.compile(ag.value_and_grad(back_to_inputs), backend=backend)
    for n in SIZES:
        for seed in range(3):
            batch = np.array(rows(n, 3, seed=seed))
            weights[seed].data *= 1.5
            assert bits(compiled(batch).tolist()) == bits(scores(batch).tolist())
            right = ag.value_and_grad(back_to_inputs)(batch)
            assert bits(slopes(batch)) == bits(right)


@pytest.mark.parametrize("backend", BACKENDS)
def test_vmap_of_gradients_with_shared_weights(backend):
    def loss(w, x):
        return (neuron(w, x) - x[0]) ** 2

    f = ag.vmap(ag.value_and_grad(loss), in_axes=(None, 0))
    compiled = ag.compile(f, backend=backend)
    for n in SIZES:
        for seed in range(3):
            w, xs = rows(1, 4, seed=seed)[0], rows(n, 3, seed=seed, special=seed == 2)
            assert bits(compiled(w, xs)) == bits(f(w, xs))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_guard_in_a_mapped_sample_sends_it_on_its_own_way(backend):
    def f(x, y):
        if x > y:
            return x * x
        while x < 3.0:
            x = x * 2.0 + 1.0
        return x - y

    g = ag.vmap(ag.value_and_grad(f, (0, 1)))
    compiled = ag.compile(g, backend=backend)
    draw = random.Random(0)
    for n in SIZES:
        xs = [draw.uniform(-0.9, 4.0) for _ in range(n)]
        ys = [draw.choice((0.0, 1.0, float("nan"), 2.0)) for _ in range(n)]
        assert bits(compiled(xs, ys)) == bits(g(xs, ys))
    assert "sample by sample" in str(compiled.report())


def test_samples_really_run_in_lanes():
    for f in (recurrent, log_of_mean, variance, both_directions, constants, signs):
        compiled = ag.compile(ag.value_and_grad(f), backend="llvm")
        compiled(rows(1, 5)[0], rows(24, 3))
        assert compiled.report().paths[0].samples == 24, f.__name__


def slope_of_each(w, xs, ys):
    """A list of 27 numbers for each sample, which no sum makes one."""

    def loss(w, x, y):
        return (ag.sum([w[i + 18] * neuron(w[2 * i : 2 * i + 3], x) for i in range(9)]) - y) ** 2

    return ag.vmap(ag.grad(loss), (None, 0, 0))(w, xs, ys)


@pytest.mark.parametrize("n", [8, 19])
@pytest.mark.parametrize("as_given", ["lists", "an array", "many arrays"])
def test_samples_are_known_by_the_arguments_too(n, as_given):
    w, calls = rows(1, 27)[0], []
    for seed in range(2):
        xs, (ys,) = rows(n, 2, seed=seed, special=seed == 1), rows(1, n, seed=seed)
        if as_given == "an array":
            xs, ys = np.array(xs), np.array(ys)
        elif as_given == "many arrays":
            xs = [np.array(x) for x in xs]
        calls.append((w, xs, ys))
    compiled, _ = agree(slope_of_each, *calls, of=slope_of_each)
    assert compiled.report().paths[0].samples == n
    by_name = ag.compile(slope_of_each)
    w, xs, ys = calls[0]
    assert bits(by_name(w, ys=ys, xs=xs)) == bits(slope_of_each(w, xs, ys))
    assert by_name.report().paths[0].samples == n


PAIRS = {
    "product": lambda a, b: a * a * b * b,
    "sum": lambda a, b: ag.tanh(a * b) + a,
    "distance": lambda a, b: ag.sqrt((a - b) ** 2 + 1.0),
    "three": lambda a, b: ag.exp(a * b) * b - a,
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("n", [4, 5, 8, 13, 16, 64])
@pytest.mark.parametrize("partner", ["the other way round", "next", "two on"])
def test_samples_that_read_each_other(pair, n, partner):
    """What is a sample's own and reads another's comes after that one's, of all samples."""
    order = {
        "the other way round": [*reversed(range(n))],
        "next": [(i + 1) % n for i in range(n)],
        "two on": [(i + 2) % n for i in range(n)],
    }[partner]

    def outputs(w, xs):
        return [ag.tanh(w[0] * x + w[1]) for x in xs]

    def cost(w, xs):
        ys = outputs(w, xs)
        return ag.sum([PAIRS[pair](y, ys[j]) for y, j in zip(ys, order, strict=True)])

    def both(w, xs):
        return ag.grad(cost)(w, xs), ag.sum(outputs(w, xs))

    draw = random.Random(n)
    calls = [([draw.gauss(0.0, 1.0), 0.25], rows(n, 1, seed)) for seed in range(3)]
    calls = [(w, [x for (x,) in xs]) for w, xs in calls]
    agree(both, *calls, of=both)
    agree(ag.value_and_grad(cost), *calls, of=ag.value_and_grad(cost))
