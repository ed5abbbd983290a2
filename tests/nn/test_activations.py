"""Activations: step, softmax over a layer, one for each layer, and what a model file may name."""

import json
import math
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from nn import ACTIVATIONS, MLP, Layer, Neuron
from nn.activations import activation_function, activation_name, step, takes_layer

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALAR = [name for name, function in ACTIVATIONS.items() if not takes_layer(function)]


def test_a_function_of_ones_own_is_shown_by_its_name():
    class Scaled:
        def __call__(self, z):
            return 2.0 * z

    softsign = ag.Op("softsign_of_test", lambda x: x / (1 + abs(x)), lambda y, x: ((y / x) ** 2,))
    for activation, name in (
        (ag.tanh, "tanh"), (None, "identity"), (softsign, "softsign_of_test"), (math.sin, "sin"),
        (partial(ag.leaky_relu, slope=0.2), "leaky_relu"), (Scaled(), "Scaled"),
        (partial(partial(softsign)), "softsign_of_test"),
    ):  # fmt: skip
        assert f"activation='{name}'" in repr(Neuron(2, activation=activation))


# step


@given(FINITE, FINITE)
def test_step_is_the_comparison(z, threshold):
    expected = 1.0 if z > threshold else 0.0
    for answer in (step(z, threshold), step(Value(z), threshold).data):
        assert (answer, math.copysign(1.0, answer)) == (expected, 1.0)  # and never -0.0


def test_step_at_the_edges():
    assert [step(z) for z in (-math.inf, -5e-324, -0.0, 0.0, 5e-324, math.inf)] == [0] * 4 + [1] * 2
    assert math.isnan(step(math.nan))
    assert math.isnan(step(Value(math.nan)).data)


def test_no_gradient_gets_through_a_step():
    z = Value(0.7)
    y = step(z) * z
    y.backward()
    assert z.grad == 1.0  # that of the factor z alone: the step is a constant
    assert ag.hessian(lambda z: step(z) * z * z)(0.7) == 2.0
    model = MLP(2, [3, 1], activation="step", seed=1)
    model([1.0, 2.0]).backward()
    hidden, output = model.layers
    assert all(p.grad == 0.0 for p in hidden.parameters())
    assert output.neurons[0].bias.grad == 1.0


def test_a_perceptron_computes_and():
    neuron = Neuron(2, activation="step", seed=0)
    neuron.load_state_dict({"weight": [[1.0, 1.0]], "bias": [-1.5]})
    assert [neuron([a, b]).data for a in (0, 1) for b in (0, 1)] == [0.0, 0.0, 0.0, 1.0]


# softmax


@pytest.mark.parametrize("activation", ["softmax", ag.softmax])
def test_softmax_of_a_layer_by_hand(activation):
    layer = Layer(2, 3, activation=activation, seed=1)
    x = np.array([0.3, -1.2])
    z = np.array(layer.state_dict()["weight"]) @ x
    expected = np.exp(z) / np.exp(z).sum()
    outputs = layer(x)
    assert [y.data for y in outputs] == pytest.approx(list(expected), rel=1e-14)
    outputs[1].backward()
    slopes = [-expected[1] * expected[k] + (k == 1) * expected[1] for k in range(3)]
    assert [n.bias.grad for n in layer.neurons] == pytest.approx(slopes, rel=1e-13)
    assert layer.activation is ag.softmax
    assert repr(layer) == "Layer(2, 3, activation='softmax')"


def test_softmax_of_a_layer_is_numerically_ags():
    layer = Layer(1, 2, activation="softmax", seed=1)
    layer.load_state_dict({"weight": [[1.0], [0.0]], "bias": [0.0, 0.0]})
    assert [y.data for y in layer([1000.0])] == [1.0, 0.0]
    assert [y.data for y in layer([-1e308])] == [0.0, 1.0]


def test_softmax_ends_a_network_or_stands_inside():
    model = MLP(3, [4, 2], activation="tanh", output_activation="softmax", seed=5)
    outputs = model([0.1, 0.2, 0.3])
    assert math.fsum(y.data for y in outputs) == pytest.approx(1.0, rel=1e-15)
    inside = MLP(2, [3, 1], activation="softmax", seed=5)
    hidden = inside.layers[0]([0.5, 1.0])
    assert inside([0.5, 1.0]).data == inside.layers[1](hidden)[0].data


@pytest.mark.parametrize("activation", ["softmax", ag.softmax])
def test_softmax_of_one_is_refused_with_a_remedy(activation):
    remedies = {
        lambda: Neuron(2, activation): "Neuron: activation softmax is not for a single neuron",
        lambda: Layer(2, 1, activation): "Layer: activation softmax of a single neuron is always 1",
        lambda: MLP(2, [3, 1], output_activation=activation): "is always 1; give the layer two",
        lambda: MLP(2, [1, 3], activation=activation): "or use sigmoid",
    }
    for build, message in remedies.items():
        with pytest.raises(ValueError) as caught:
            build()
        assert message in str(caught.value)
        assert "sigmoid" in str(caught.value)


# One for each layer


def test_each_hidden_layer_may_have_its_own():
    model = MLP(2, [3, 4, 2], activation=["tanh", "relu"], output_activation="sigmoid", seed=3)
    assert [activation_name(layer.activation) for layer in model.layers] == [
        "tanh",
        "relu",
        "sigmoid",
    ]
    x = np.array([0.4, -0.9])
    state = {name: np.array(numbers) for name, numbers in model.state_dict().items()}
    for k, function in enumerate(
        (np.tanh, lambda z: np.maximum(z, 0), lambda z: 1 / (1 + np.exp(-z)))
    ):
        x = function(state[f"layers.{k}.weight"] @ x + state[f"layers.{k}.bias"])
    assert [y.data for y in model([0.4, -0.9])] == pytest.approx(list(x), rel=1e-14)


def test_a_list_may_mix_names_functions_and_none():
    model = MLP(1, [1, 1, 1, 1], activation=("relu", lambda z: z * z, None), seed=3)
    assert model.architecture() is None  # an unnamed function
    for layer in model.layers:
        layer.load_state_dict({"weight": [[1.0]], "bias": [-1.0]})
    assert model([4.0]).data == ((4.0 - 1.0) - 1.0) ** 2 - 1.0 - 1.0


def test_the_list_draws_the_same_weights():
    one = MLP(2, [3, 3, 1], activation="tanh", seed=Random(2))
    several = MLP(2, [3, 3, 1], activation=["tanh", "softmax"], seed=Random(2))
    assert one.state_dict() == several.state_dict()


NAMES = st.sampled_from(sorted(ACTIVATIONS))


@given(st.lists(st.tuples(st.integers(2, 4), NAMES), min_size=1, max_size=4))
def test_the_architecture_builds_the_same_model(described):
    sizes, names = [size for size, _ in described], [name for _, name in described]
    model = MLP(3, sizes, names[:-1], names[-1], seed=1)
    architecture = json.loads(json.dumps(model.architecture()))
    twin = MLP(**architecture, seed=1)
    assert repr(twin) == repr(model)
    assert twin.architecture() == model.architecture()
    assert eval(repr(model), {"MLP": MLP}).architecture() == architecture
    x = [0.3, -0.8, 1.5]
    assert [y.data for y in twin(x)] == [y.data for y in model(x)]
    if len(set(names[:-1])) == 1:
        assert architecture["activation"] == names[0]  # as in files of older versions


def test_what_a_layer_is_not_is_not_described():
    layer = Layer(2, 3, "softmax", seed=0)
    layer.neurons[1].activation = ag.tanh
    assert layer.architecture() is None
    for neuron in layer.neurons:
        neuron.activation = ag.tanh
    assert layer.architecture() is None
    assert MLP(2, [2, 2], lambda z: z, "softmax", seed=0).architecture() is None


BASE = {"n_inputs": 2, "layer_sizes": [3, 3, 1]}
DEEP = json.loads("[" * 400 + "]" * 400)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {**BASE, "activation": ["tanh"]},
            "activation lists 1 for 2 hidden layers; give one",
        ),
        ({**BASE, "activation": []}, "activation lists 0 for 2 hidden layers"),
        ({**BASE, "activation": ["tanh"] * 3}, "that of the output layer is output_activation"),
        ({**BASE, "activation": ["tanh", "rulu"]}, "activation[1]: unknown name 'rulu'; did you"),
        ({**BASE, "activation": ["tanh", "x" * 10**6]}, "activation[1]: unknown name 'xxx"),
        (
            {**BASE, "activation": ["tanh", 5]},
            "activation[1]: expected a name or a function, got 5",
        ),
        (
            {**BASE, "activation": ["tanh", ["relu"]]},
            "activation[1]: expected a name or a function",
        ),
        ({**BASE, "activation": {"0": "relu"}}, "activation: expected a name or a function"),
        ({**BASE, "activation": ["tanh", DEEP]}, "activation[1]: expected a name or a function"),
        ({**BASE, "output_activation": ["relu"]}, "MLP: output_activation: expected a name"),
        ({**BASE, "output_activation": "softmax"}, "softmax of a single neuron is always 1"),
        ({**BASE, "layer_sizes": [3, DEEP, 1]}, "layer_sizes[1] must be a whole number"),
        ({**BASE, "layer_sizes": [3, [3], 1]}, "layer_sizes[1] must be a whole number"),
        ({**BASE, "layer_sizes": {"3": 1}}, "MLP: layer_sizes must be a list"),
        ({**BASE, "layer_sizes": 10**9}, "MLP: layer_sizes must be a list"),
        ({**BASE, "layer_sizes": [10**9] * 10}, "too many weights"),
        ({**BASE, "layer_sizes": [1] * 10**6}, "too many weights"),
        (
            {**BASE, "layer_sizes": [1] * 10**6, "activation": ["relu"] * 2},
            "activation lists 2 for 999999",
        ),
        ({**BASE, "n_inputs": 10**30}, "too many weights"),
        ({**BASE, "n_inputs": DEEP}, "MLP: n_inputs must be a whole number"),
        ({**BASE, "n_inputs": True}, "MLP: n_inputs must be a whole number"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_hostile_architecture_ends_in_a_short_refusal(arguments, message):
    drawn = 0

    def draw(n_inputs, n_outputs, source):  # as nn.serialize limits what a file may ask for
        nonlocal drawn
        drawn += 1
        if drawn > 100:
            raise ValueError("too many weights")
        return 0.0

    with pytest.raises((ValueError, TypeError)) as caught:
        MLP(**arguments, seed=0, init=draw)
    text = str(caught.value)
    assert message in text
    assert len(text) < 300
    assert "\n" not in text


# The choice by name


def test_the_choice_of_a_function():
    assert activation_function("step") is step
    assert activation_function(None)(3.0) == 3.0
    assert activation_function(math.sin) is math.sin
    assert activation_name(math.sin) is None
    assert [activation_name(f) for f in ACTIVATIONS.values()] == list(ACTIVATIONS)
    assert [name for name, f in ACTIVATIONS.items() if takes_layer(f)] == ["softmax"]


@pytest.mark.parametrize(
    ("wrong", "near"), [("Relu", "relu"), ("leakyrelu", "leaky_relu"), ("SIGMOID", "sigmoid")]
)
def test_a_misspelt_name_gets_a_suggestion(wrong, near):
    with pytest.raises(ValueError, match=f"unknown name '{wrong}'; did you mean '{near}'"):
        Neuron(2, wrong)
    with pytest.raises(ValueError, match="unknown name 'zzz'; choose one of identity, step, relu"):
        Neuron(2, "zzz")


@pytest.mark.parametrize("name", sorted(set(SCALAR) - {"step"}))
@given(z=st.floats(-20, 20))
def test_the_derivative_in_a_neuron_is_the_functions(name, z):
    neuron = Neuron(1, name, seed=0)
    neuron.load_state_dict({"weight": [[1.0]], "bias": [z]})
    y = neuron([0.0])
    y.backward()
    value, tangent = ag.jvp(ACTIVATIONS[name], (z,), (1.0,))
    assert (y.data, neuron.bias.grad) == (value, tangent)
