"""Neuron, Layer, MLP: the formula, what may be an input, and every refusal."""

import math
import pickle
from copy import deepcopy
from random import Random

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from nn import ACTIVATIONS, MLP, Layer, Neuron, predict


def neuron_of(weights, bias, activation):
    neuron = Neuron(len(weights), activation, seed=0)
    for parameter, number in zip(neuron.weights, weights, strict=True):
        parameter.data = number
    neuron.bias.data = bias
    return neuron


def test_a_neuron_computes_y_of_z():
    y = neuron_of([2.0, -3.0], 0.5, "tanh")([1.5, 0.25])
    z = 0.5 + 2.0 * 1.5 + -3.0 * 0.25
    assert y.data == math.tanh(z)
    (z_node,) = y.inputs
    assert z_node.data == z
    assert z_node.op is ag.ops.dot  # all products and the bias are one node


def test_gradients_of_a_neuron_by_hand():
    neuron = neuron_of([2.0, -3.0], 0.5, "sigmoid")
    xs = [Value(1.5), Value(0.25)]
    y = neuron(xs)
    y.backward()
    slope = y.data * (1 - y.data)
    assert [w.grad for w in neuron.weights] == pytest.approx([slope * 1.5, slope * 0.25])
    assert neuron.bias.grad == pytest.approx(slope)
    assert [x.grad for x in xs] == pytest.approx([slope * 2.0, slope * -3.0])


AT_MINUS_ONE = {
    "identity": -1.0,
    "step": 0.0,
    "relu": 0.0,
    "leaky_relu": -0.01,
    "tanh": -0.7615941559557649,
    "sigmoid": 0.2689414213699951,
    "softplus": 0.31326168751822286,
    "elu": -0.6321205588285577,
    "gelu": -0.15865525393145707,
    "silu": -0.2689414213699951,
}


def test_every_activation_is_tested():
    assert AT_MINUS_ONE.keys() == ACTIVATIONS.keys() - {"softmax"}  # of a layer: test_activations


@pytest.mark.parametrize(("name", "expected"), AT_MINUS_ONE.items())
def test_activations(name, expected):
    assert neuron_of([1.0], 0.0, name)([-1.0]).data == pytest.approx(expected, rel=1e-15)
    assert neuron_of([1.0], 0.0, name)([2.0]).data == pytest.approx(ACTIVATIONS[name](2.0))


def test_an_activation_may_be_a_function_or_none():
    assert neuron_of([1.0], 0.0, None)([-1.0]).data == -1.0
    assert neuron_of([1.0], 0.0, lambda z: z * z)([-3.0]).data == 9.0


def test_an_mlp_is_its_matrices():
    model = MLP(3, [4, 2], activation="tanh", seed=5)
    x = np.array([0.3, -1.2, 2.0])
    state = {name: np.array(numbers) for name, numbers in model.state_dict().items()}
    hidden = np.tanh(state["layers.0.weight"] @ x + state["layers.0.bias"])
    expected = state["layers.1.weight"] @ hidden + state["layers.1.bias"]
    assert [y.data for y in model(x)] == pytest.approx(list(expected), rel=1e-14)


def test_inputs_may_be_lists_tuples_rows_and_values():
    model = MLP(2, [3, 1], seed=1)
    expected = model([0.5, 2.0]).data
    inputs = [
        (0.5, 2.0),
        [0.5, 2],
        [Value(0.5), 2.0],
        np.array([0.5, 2.0]),
        np.array([0.5, 2.0], dtype=np.float32),
        np.array([Value(0.5), Value(2.0)], dtype=object),
    ]
    for row in inputs:
        assert model(row).data == expected


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Neuron(0), "Neuron: n_inputs must be a whole number, at least 1; got 0"),
        (lambda: Neuron(2.0), "Neuron: n_inputs must be a whole number, at least 1; got 2.0"),
        (lambda: Neuron(True), "n_inputs must be a whole number"),
        (lambda: Layer(2, -1), "Layer: n_outputs must be a whole number, at least 1; got -1"),
        (lambda: Layer("2", 1), "Layer: n_inputs must be a whole number, at least 1; got '2'"),
        (lambda: MLP(None, [1]), "MLP: n_inputs must be a whole number, at least 1; got None"),
        (lambda: MLP(2, [16, 0, 1]), "MLP: layer_sizes[1] must be a whole number"),
        (lambda: MLP(2, 16), "MLP: layer_sizes must be a list with the size of each layer"),
        (lambda: MLP(2, []), "MLP: layer_sizes must be a list with the size of each layer"),
        (lambda: MLP(2, "16"), "MLP: layer_sizes must be a list with the size of each layer"),
        (lambda: Neuron(2, "rellu"), "activation: unknown name 'rellu'; did you mean 'relu'? Or "),
        (lambda: Neuron(2, init="kaiming"), "init: unknown name 'kaiming'; choose one of uniform"),
    ],
)
def test_wrong_constructions_name_the_argument(build, message):
    with pytest.raises(ValueError) as caught:
        build()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Neuron(2, activation=3), "activation: expected a name or a function, got 3"),
        (lambda: Neuron(2, init=0.5), "init: expected a name or a function, got 0.5"),
        (lambda: Neuron(2, seed="1"), "seed: expected an int, a random.Random or None, got '1'"),
        (lambda: Neuron(2, seed=1.5), "seed: expected an int, a random.Random or None, got 1.5"),
    ],
)
def test_wrong_types_name_the_argument(build, message):
    with pytest.raises(TypeError) as caught:
        build()
    assert message in str(caught.value)


@pytest.mark.parametrize("model", [Neuron(2, seed=0), Layer(2, 2, seed=0), MLP(2, [2], seed=0)])
@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([1.0, 2.0, 3.0], ValueError, "inputs must have length 2, got 3"),
        ([1.0], ValueError, "inputs must have length 2, got 1"),
        ([], ValueError, "inputs must have length 2, got 0"),
        (np.zeros(3), ValueError, "inputs must have length 2, got 3"),
        (np.zeros((3, 2)), ValueError, "call the model for each: [model(row) for row in X]"),
        (1.0, TypeError, "got float; one sample is written [x1, x2], and [[x1, x2]] where there"),
        (Value(1.0), TypeError, "got Value; one sample is written [x1, x2], and [[x1, x2]] where"),
        (["a", "b"], TypeError, "str 'a'"),
        ([None, 1.0], TypeError, "None"),
    ],
)
def test_wrong_inputs_name_the_remedy(model, inputs, error, message):
    with pytest.raises(error) as caught:
        model(inputs)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("n_inputs", "message"),
    [
        (1, "a list of 1 number, got float; one sample is written [x1], and [[x1]] where"),
        (3, "one sample is written [x1, x2, x3], and [[x1, x2, x3]] where"),
        (30, "one sample is written [x1, x2, x3, ...], and [[x1, x2, x3, ...]] where"),
    ],
)
def test_who_gives_predict_one_row_learns_how_it_is_written(n_inputs, message):
    with pytest.raises(TypeError) as caught:
        predict(MLP(n_inputs, [2], seed=0), [1.0] * n_inputs)
    assert message in str(caught.value)


def test_an_initialiser_may_be_a_function():
    seen = []

    def rule(n_inputs, n_outputs, source):
        seen.append((n_inputs, n_outputs))
        return source.random()

    model = MLP(3, [2, 1], seed=4, init=rule)
    source = Random(4)
    assert [p.data for p in model.parameters()][:3] == [source.random() for _ in range(3)]
    assert seen == [(3, 2)] * 6 + [(2, 1)] * 2


def test_models_show_copy_and_pickle():
    model = MLP(2, [3, 1], seed=1)
    assert repr(model) == "MLP(2, [3, 1], activation='relu', output_activation='identity')"
    assert repr(model.layers[0]) == "Layer(2, 3, activation='relu')"
    assert repr(Neuron(2, abs)) == "Neuron(2, activation='abs')"
    for copied in (deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert copied([1.0, 2.0]).data == model([1.0, 2.0]).data
        copied.parameters()[0].data += 1.0
        assert copied.state_dict() != model.state_dict()
