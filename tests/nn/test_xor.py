"""XOR: a multi-layer perceptron solves it, one neuron cannot.

Owns the proof, three ways: by algebra, by linear programming, by training. What is proved is of the
decision "z > threshold", z = w1*x1 + w2*x2 + b, and so of "f(z) > threshold" for every activation
function f that never falls. gelu and silu fall and rise again: below 0 they take each value twice,
and there one neuron of them does decide XOR. At a threshold of 0 or more they cannot either.
"""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, strategies as st
from scipy.optimize import linprog

import nn
from nn import ACTIVATIONS, MLP, Neuron
from nn.activations import takes_layer

POINTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR = [0, 1, 1, 0]
XNOR = [1 - y for y in XOR]

MONOTONE = ["identity", "step", "relu", "leaky_relu", "tanh", "sigmoid", "softplus", "elu"]
NOT_MONOTONE = ["gelu", "silu"]


def n_right(decisions, targets):
    return [bool(d) == bool(t) for d, t in zip(decisions, targets, strict=True)].count(True)


def neuron_of(w1, w2, b, activation):
    neuron = Neuron(2, activation, seed=0)
    neuron.load_state_dict({"weight": [[w1, w2]], "bias": [b]})
    return neuron


# A multi-layer perceptron solves it


def test_a_network_of_steps_by_hand():
    model = MLP(2, [2, 1], activation="step", output_activation="step", seed=0)
    model.load_state_dict(
        {
            "layers.0.weight": [[1.0, 1.0], [-1.0, -1.0]],  # or, nand
            "layers.0.bias": [-0.5, 1.5],
            "layers.1.weight": [[1.0, 1.0]],  # and
            "layers.1.bias": [-1.5],
        }
    )
    assert [model(x).data for x in POINTS] == XOR


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("loss", "output_activation", "targets"),
    [
        ("binary_cross_entropy_with_logits", None, XOR),
        ("binary_cross_entropy", "sigmoid", XOR),
        ("mse", "tanh", [2 * y - 1 for y in XOR]),
    ],
)
def test_a_network_learns_it(seed, loss, output_activation, targets):
    model = MLP(2, [4, 1], "tanh", output_activation, seed=seed)
    history = nn.fit(
        model, (POINTS, targets), loss, epochs=500, batch_size=None, seed=0, verbose=False,
        lr=0.3, momentum=0.9,
    )  # fmt: skip
    threshold = 0.0 if loss.endswith("logits") else None
    assert nn.accuracy(model, (POINTS, targets), threshold) == 1.0
    assert history["loss"][-1] < 0.02


def test_two_hidden_neurons_are_enough():
    solved = []
    for seed in range(8):
        model = MLP(2, [2, 1], "tanh", seed=seed)
        nn.fit(
            model, (POINTS, XOR), "binary_cross_entropy_with_logits", epochs=500, batch_size=None,
            seed=0, verbose=False, lr=0.3, momentum=0.9,
        )  # fmt: skip
        solved.append(nn.accuracy(model, (POINTS, XOR), threshold=0.0) == 1.0)
    assert solved.count(True) >= 4  # two are few: from some weights the descent ends elsewhere


# One neuron cannot: by algebra. z(0,1) + z(1,0) = z(0,0) + z(1,1), whatever the weights; XOR wants
# the two on the left above the threshold and the two on the right not, so the left sum the larger.

RATIONAL = st.fractions(-1000, 1000, max_denominator=1000)


@given(RATIONAL, RATIONAL, RATIONAL, RATIONAL)
def test_the_sums_are_equal_so_no_threshold_separates_them(w1, w2, b, threshold):
    z = [w1 * Fraction(x1) + w2 * Fraction(x2) + b for x1, x2 in POINTS]
    assert z[1] + z[2] == z[0] + z[3]
    decisions = [number > threshold for number in z]
    assert n_right(decisions, XOR) < 4
    assert n_right(decisions, XNOR) < 4


NUMBER = st.floats(-50.0, 50.0) | st.sampled_from([0.0, 1e-300, -1e-300, 1e300, -1e300])


def test_every_activation_is_called_one_or_the_other():
    names = {name for name, function in ACTIVATIONS.items() if not takes_layer(function)}
    assert names == {*MONOTONE, *NOT_MONOTONE}
    grid = [k / 8 for k in range(-80, 81)]
    for name in names:
        numbers = [ACTIVATIONS[name](z) for z in grid]
        assert (numbers == sorted(numbers)) == (name in MONOTONE)


@pytest.mark.parametrize("activation", MONOTONE)
@given(NUMBER, NUMBER, NUMBER, NUMBER)
def test_no_neuron_decides_it(activation, w1, w2, b, threshold):
    neuron = neuron_of(w1, w2, b, activation)
    decisions = [neuron(x).data > threshold for x in POINTS]
    assert n_right(decisions, XOR) < 4
    assert n_right(decisions, XNOR) < 4


@pytest.mark.parametrize("activation", NOT_MONOTONE)
@given(NUMBER, NUMBER, NUMBER, st.floats(0.0, 50.0))
def test_no_neuron_of_gelu_or_silu_decides_it_at_a_threshold_of_0_or_more(
    activation, w1, w2, b, threshold
):
    neuron = neuron_of(w1, w2, b, activation)
    decisions = [neuron(x).data > threshold for x in POINTS]
    assert n_right(decisions, XOR) < 4
    assert n_right(decisions, XNOR) < 4


@pytest.mark.parametrize(
    ("activation", "dip", "threshold"), [("silu", -1.28, -0.15), ("gelu", -0.75, -0.1)]
)
def test_below_0_one_neuron_of_gelu_or_silu_decides_it(activation, dip, threshold):
    xor = neuron_of(4.0, -4.0, dip, activation)  # z = dip where the inputs are equal, else beside
    assert [xor(x).data > threshold for x in POINTS] == [bool(y) for y in XOR]
    xnor = neuron_of(4.0, 4.0, dip - 4.0, activation)
    assert [xnor(x).data > threshold for x in POINTS] == [bool(y) for y in XNOR]


# One neuron cannot: by linear programming. Four points are finitely many, so a line that separates
# them can be scaled until each lies at least 1 beyond it: side * (w1*x1 + w2*x2 + b) >= 1.


def separating_line(targets):
    """What scipy finds for (w1, w2, b)."""
    sides = [1 if y else -1 for y in targets]
    rows = [[-s * x1, -s * x2, -s] for s, (x1, x2) in zip(sides, POINTS, strict=True)]
    return linprog([0.0] * 3, A_ub=rows, b_ub=[-1.0] * 4, bounds=[(None, None)] * 3)


def test_of_all_16_functions_of_two_bits_only_xor_and_xnor_have_no_line():
    found = {targets: separating_line(targets) for targets in product((0, 1), repeat=4)}
    infeasible = {targets for targets, result in found.items() if result.status == 2}
    assert infeasible == {tuple(XOR), tuple(XNOR)}
    for targets in found.keys() - infeasible:
        neuron = neuron_of(*found[targets].x, "identity")
        assert n_right([neuron(x).data > 0.0 for x in POINTS], targets) == 4


def test_the_certificate_in_whole_numbers():
    # Farkas: the four inequalities side * (x1, x2, 1) . (w1, w2, b) >= 1 add up to 0 >= 4.
    sides = [1 if y else -1 for y in XOR]
    rows = [(s * int(x1), s * int(x2), s) for s, (x1, x2) in zip(sides, POINTS, strict=True)]
    assert [sum(column) for column in zip(*rows, strict=True)] == [0, 0, 0]


# One neuron cannot: by training


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("activation", sorted({*MONOTONE, *NOT_MONOTONE} - {"step"}))
def test_training_one_neuron_never_gets_more_than_three(activation, seed):
    neuron = Neuron(2, activation, seed=seed)
    targets = [2 * y - 1 for y in XOR] if activation in ("tanh", "identity") else XOR
    threshold = 0.0 if targets != XOR else 0.5
    counts = []

    def count(training):
        decisions = [neuron(x).data > threshold for x in POINTS]
        counts.append(n_right(decisions, XOR))

    nn.fit(
        neuron, (POINTS, targets), "mse", epochs=60, batch_size=1, seed=seed, verbose=False,
        callbacks=[count], lr=0.1, momentum=0.5,
    )  # fmt: skip
    assert len(counts) == 60
    assert max(counts) <= 3
    assert math.isfinite(neuron.bias.data)


@pytest.mark.parametrize("loss", ["hinge", "binary_cross_entropy_with_logits", "l1", "huber"])
def test_nor_with_another_loss(loss):
    for seed in range(4):
        neuron = Neuron(2, activation=None, seed=seed)
        targets = [2 * y - 1 for y in XOR] if loss == "hinge" else XOR
        nn.fit(
            neuron, (POINTS, targets), loss, epochs=100, batch_size=None, seed=0, verbose=False,
            lr=0.2,
        )  # fmt: skip
        for threshold in (0.0, 0.5):
            assert n_right([neuron(x).data > threshold for x in POINTS], XOR) <= 3


def test_three_of_four_can_be_had():
    neuron = neuron_of(1.0, 1.0, -0.5, "identity")  # or
    assert n_right([neuron(x).data > 0.0 for x in POINTS], XOR) == 3
