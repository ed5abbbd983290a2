"""What a page carries of a network, and forward propagation of many samples on plain numbers.

Owns the flat form of a Neuron, Layer or MLP: layer by layer, neuron by neuron, its weights and
then its bias. `outputs` gives the bits of `nn.predict`, several times faster, because it makes no
`Value` for a sum: a page needs every sample at every epoch it shows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import autograd as ag
from autograd import Value, no_grad
from nn.activations import ACTIVATIONS, Activation, activation_name, shown_name, takes_layer
from nn.evaluate import numbers_of
from nn.layers import MLP, Layer, Neuron
from nn.module import Module, computes_as


@dataclass(frozen=True)
class FlatLayer:
    """A layer by the places of its numbers among the parameters of the model."""

    weights: list[list[int]]  # for each neuron, for each input
    bias: list[int]  # for each neuron
    activations: list[Activation]  # of each neuron
    softmax: bool  # across the neurons, after their activations

    @property
    def name(self) -> str:
        """The name of what the layer applies, for a reader."""
        if self.softmax:
            return "softmax"
        names = {shown_name(activation) for activation in self.activations}
        return names.pop() if len(names) == 1 else ", ".join(sorted(names))


@dataclass(frozen=True)
class FlatNetwork:
    """Layers one after another, each fed by the one before."""

    layers: list[FlatLayer]

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then the number of neurons of each layer."""
        return [len(self.layers[0].weights[0]), *(len(layer.bias) for layer in self.layers)]

    @property
    def n_numbers(self) -> int:
        """How many weights and biases there are; a shared one counts wherever it is used."""
        return sum(len(row) + 1 for layer in self.layers for row in layer.weights)

    def numbers(self, parameters: Sequence[float]) -> Iterator[float]:
        """Yield the weights and biases in the order of the page."""
        for layer in self.layers:
            for row, bias in zip(layer.weights, layer.bias, strict=True):
                yield from (parameters[i] for i in row)
                yield parameters[bias]

    def outputs(
        self, parameters: Sequence[float], rows: Sequence[Sequence[float]]
    ) -> list[list[float]]:
        """Return the outputs for each row, in the bits of `nn.predict`."""
        # Neuron by neuron, all samples at once: `columns` holds an array for each neuron.
        columns = [list(column) for column in zip(*rows, strict=True)]
        for layer in self.layers:
            neurons = zip(layer.weights, layer.bias, layer.activations, strict=True)
            columns = [
                _activated(
                    activation, _sums([parameters[i] for i in row], parameters[bias], columns)
                )
                for row, bias, activation in neurons
            ]
            if layer.softmax:
                rows = [ag.softmax(list(row)) for row in zip(*columns, strict=True)]
                columns = [list(column) for column in zip(*rows, strict=True)]
        return [list(row) for row in zip(*columns, strict=True)]


def flat_network(model: object) -> FlatNetwork | None:
    """Return `model` in flat form; None if it computes in a way of its own.

    A Neuron, a Layer or an MLP qualifies whose forward propagation is not overridden and whose
    weights and biases are all parameters.
    """
    layers = _layers(model)
    if layers is None or not isinstance(model, Module):
        return None
    places = {id(parameter): i for i, parameter in enumerate(model.parameters())}
    flat = []
    for neurons, softmax in layers:
        if not all(computes_as(neuron, Neuron) for neuron in neurons):
            return None
        used = [parameter for neuron in neurons for parameter in (*neuron.weights, neuron.bias)]
        if any(id(parameter) not in places for parameter in used):
            return None
        flat.append(
            FlatLayer(
                [[places[id(weight)] for weight in neuron.weights] for neuron in neurons],
                [places[id(neuron.bias)] for neuron in neurons],
                [neuron.activation for neuron in neurons],
                softmax,
            )
        )
    fan_in = [len(layer.weights[0]) for layer in flat[1:]]
    return FlatNetwork(flat) if fan_in == [len(layer.bias) for layer in flat[:-1]] else None


def plain_function(activation: Activation) -> Callable[[float], float]:
    """Return `activation` as a function from float to float."""
    if activation_name(activation) is not None:
        return activation

    def on_value(z: float) -> float:
        with no_grad():
            return float(numbers_of(activation(Value(z))))

    return on_value


def _layers(model: object) -> list[tuple[list[Neuron], bool]] | None:
    """The neurons of each layer, and whether softmax follows; None for another kind of model."""
    if isinstance(model, Neuron):
        return [([model], False)]
    layers: list[Any] = model.layers if isinstance(model, MLP) else [model]
    if isinstance(model, MLP) and not computes_as(model, MLP):
        return None
    if not layers or not all(computes_as(layer, Layer) and layer.neurons for layer in layers):
        return None
    if any(layer.across is not None and not takes_layer(layer.across) for layer in layers):
        return None
    return [(layer.neurons, layer.across is not None) for layer in layers]


def _sums(weights: list[float], bias: float, columns: list[list[float]]) -> list[float]:
    """z = b + w1 x1 + ... + wn xn of one neuron for each sample, in the order of `autograd.dot`."""
    sums = [bias] * len(columns[0])
    for weight, column in zip(weights, columns, strict=True):
        sums = [z + weight * x for z, x in zip(sums, column, strict=True)]
    return sums


def _activated(activation: Activation, sums: list[float]) -> list[float]:
    if activation is ACTIVATIONS["identity"]:
        return sums
    return list(map(plain_function(activation), sums))
