"""Initialisers: each has the distribution it names, for wide and narrow layers; seeds and refusals.

The distribution is tested whole, by Kolmogorov and Smirnov's test, and by its moments within five
standard errors; the seeds are fixed.
"""

import math
import random
from random import Random

import numpy as np
import pytest
from scipy import stats

from nn import INITIALISERS, MLP, Layer
from nn.init import initialiser, random_source

SHAPES = [(100, 60), (3, 2000), (2000, 3), (1, 4000)]
N_SIGMA = 5


def expected_distribution(name, fan_in, fan_out):
    """The distribution that the literature gives, as scipy has it."""

    def uniform(bound):
        return stats.uniform(-bound, 2 * bound)

    return {
        "uniform": uniform(1.0),
        "normal": stats.norm(),
        "xavier": uniform(math.sqrt(6 / (fan_in + fan_out))),
        "xavier_normal": stats.norm(scale=math.sqrt(2 / (fan_in + fan_out))),
        "he": stats.norm(scale=math.sqrt(2 / fan_in)),
        "he_uniform": uniform(math.sqrt(6 / fan_in)),
    }[name]


def weights_of(name, fan_in, fan_out, seed):
    layer = Layer(fan_in, fan_out, seed=seed, init=name)
    assert all(bias.data == 0.0 for bias in layer.bias)
    return np.array([w.data for row in layer.weights for w in row])


def problems(weights, distribution):
    """What tells `weights` from a sample of `distribution`; nothing for a right initialiser."""
    n, deviation = len(weights), distribution.std()
    z = weights / deviation
    kurtosis = float(distribution.stats(moments="k")) + 3.0
    eighth = distribution.moment(8) / deviation**8
    moments = {  # found, expected, standard error
        "mean": (z.mean(), 0.0, 1.0),
        "variance": ((z**2).mean(), 1.0, math.sqrt(kurtosis - 1.0)),
        "kurtosis": ((z**4).mean(), kurtosis, math.sqrt(eighth - kurtosis**2)),
    }
    found = [
        name
        for name, (got, expected, error) in moments.items()
        if abs(got - expected) > N_SIGMA * error / math.sqrt(n)
    ]
    low, high = distribution.support()
    if weights.min() < low or weights.max() > high:
        found.append("support")
    if stats.kstest(weights, distribution.cdf).pvalue < 1e-5:
        found.append("distribution")
    return found


RANDOM = sorted(set(INITIALISERS) - {"zeros"})


@pytest.mark.parametrize(("fan_in", "fan_out"), SHAPES)
@pytest.mark.parametrize("name", RANDOM)
def test_each_has_its_distribution(name, fan_in, fan_out):
    weights = weights_of(name, fan_in, fan_out, seed=11)
    assert problems(weights, expected_distribution(name, fan_in, fan_out)) == []


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("factor", [0.9, 1.1, math.sqrt(2.0)])
def test_another_spread_would_be_noticed(name, factor):
    weights = factor * weights_of(name, 100, 60, seed=11)
    assert "variance" in problems(weights, expected_distribution(name, 100, 60))


@pytest.mark.parametrize(("name", "other"), [("xavier", "xavier_normal"), ("he", "he_uniform")])
def test_another_form_would_be_noticed(name, other):
    weights = weights_of(other, 100, 60, seed=11)
    found = problems(weights, expected_distribution(name, 100, 60))
    assert "distribution" in found
    assert "variance" not in found  # the two forms have one variance


def test_zeros_draws_nothing():
    source = Random(1)
    before = source.getstate()
    model = MLP(3, [4, 2], seed=source, init="zeros")
    assert all(p.data == 0.0 for p in model.parameters())
    assert source.getstate() == before


def test_neurons_that_start_alike_stay_alike():
    model = MLP(2, [3, 1], "tanh", seed=1, init=lambda n_inputs, n_outputs, source: 0.5)
    model([1.0, -2.0]).backward()
    rows = [[w.grad for w in neuron.weights] for neuron in model.layers[0].neurons]
    assert rows[0] == rows[1] == rows[2]
    assert any(rows[0])


@pytest.mark.parametrize("name", INITIALISERS)
def test_a_seed_gives_the_same_weights_and_touches_nothing(name):
    before = random.getstate()
    first = MLP(2, [3, 1], seed=3, init=name).state_dict()
    assert MLP(2, [3, 1], seed=Random(3), init=name).state_dict() == first
    assert MLP(2, [3, 1], seed=3, init=INITIALISERS[name]).state_dict() == first
    assert random.getstate() == before
    random.seed(3)
    assert MLP(2, [3, 1], init=name).state_dict() == first  # None: the global source
    assert name == "zeros" or MLP(2, [3, 1], seed=4, init=name).state_dict() != first


def test_weights_are_those_of_the_source_in_order():
    model, source = MLP(3, [2, 1], seed=4, init="he_uniform"), Random(4)
    bounds = [math.sqrt(6 / 3)] * 6 + [math.sqrt(6 / 2)] * 2
    weights = [w.data for layer in model.layers for row in layer.weights for w in row]
    assert weights == [source.uniform(-bound, bound) for bound in bounds]


def test_the_fans_are_those_of_the_layer():
    seen = []
    MLP(5, [4, 3, 2], seed=1, init=lambda *fans: seen.append(fans[:2]) or 0.0)
    assert seen == [(5, 4)] * 20 + [(4, 3)] * 12 + [(3, 2)] * 6


def test_names_and_functions():
    assert initialiser("xavier_normal") is INITIALISERS["xavier_normal"]
    assert initialiser(max) is max
    with pytest.raises(ValueError, match="uniform, zeros, normal, xavier, xavier_normal, he, he_u"):
        initialiser("kaiming")
    with pytest.raises(TypeError, match="init: expected a name or a function, got 3"):
        initialiser(3)
    assert random_source(random) is random_source(None)
