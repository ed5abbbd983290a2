"""Neuron, Layer, MLP: forward propagation through fully connected layers.

Owns y = f(z), z = W.x + b, from one neuron to a multi-layer perceptron. Weights are drawn in the
order of micrograd: neuron by neuron, first its weights, then its bias, which is 0.
"""

import reprlib
from collections.abc import Sequence
from random import Random
from typing import Any

from autograd import Value, dot
from nn.activations import (
    Activation,
    activation_function,
    activation_name,
    identity,
    shown_name,
    takes_layer,
)
from nn.checks import whole_number
from nn.init import Initialiser, Seed, initialiser, random_source
from nn.module import Arrangement, Module, computes_as
from nn.nested import as_lists

ActivationChoice = str | Activation | None  # a name of the table, a function, None for a linear one


class Neuron(Module):
    """One neuron: weighs its inputs, adds the bias, applies the activation function.

    Args:
        n_inputs: how many inputs, and so how many synapse weights, it has.
        activation: a name of `nn.activations.ACTIVATIONS`, a function, or None for a linear one;
            not softmax, which needs the outputs of a whole layer.
        seed: an int or a `random.Random`; None draws from Python's global `random` module.
        init: a name of `nn.INITIALISERS`, or a function; uniform is micrograd's, for narrow layers;
            he suits relu, xavier tanh and sigmoid.

    Calling it with `n_inputs` numbers or `Value`s returns one `Value`.
    """

    def __init__(
        self,
        n_inputs: int,
        activation: ActivationChoice = "relu",
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        size = whole_number(n_inputs, "Neuron: n_inputs")
        draw, source = initialiser(init), random_source(seed)
        self.activation = activation_function(activation)
        if takes_layer(self.activation):
            raise ValueError(
                "Neuron: activation softmax is not for a single neuron, it compares those of a "
                "layer; use sigmoid, or a Layer or MLP with two outputs or more"
            )
        self.weights = [Value(draw(size, 1, source)) for _ in range(size)]
        self.bias = Value(0.0)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Return y = f(w1*x1 + ... + wn*xn + b)."""
        if inputs.__class__ is not list or len(inputs) != len(self.weights):
            inputs = _row(inputs, self)
        return self.activation(dot(self.weights, inputs, self.bias))

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return len(self.weights)

    @property
    def w(self) -> list[Value]:
        """The weights, by micrograd's name."""
        return self.weights

    @property
    def b(self) -> Value:
        """The bias, by micrograd's name."""
        return self.bias

    def arrangement(self) -> dict[str, Arrangement]:
        """Return `weight` of shape [1, n_inputs] and `bias` of shape [1], as a layer of one."""
        return {"weight": [[*self.weights]], "bias": [self.bias]}

    def architecture(self) -> dict[str, Any] | None:
        """Return its sizes and the name of its activation; None for what these do not tell.

        That is a function without a name, and a subclass that computes in a way of its own.
        """
        if not computes_as(self, Neuron):
            return None
        name = activation_name(self.activation)
        return {"n_inputs": self.n_inputs, "activation": name} if name is not None else None

    def __repr__(self) -> str:
        return f"Neuron({self.n_inputs}, activation={shown_name(self.activation)!r})"


class Layer(Module):
    """Neurons side by side: each gets all the inputs, and each gives one output.

    Args:
        n_inputs: how many inputs each neuron has.
        n_outputs: how many neurons there are.
        activation: as for `Neuron`; or softmax, for at least two neurons: these are linear then,
            and the layer's outputs are positive and sum to 1.
        seed, init: as for `Neuron`.

    Calling it with `n_inputs` numbers or `Value`s returns the list of its `n_outputs` outputs.
    """

    across: Activation | None = None  # applied to the list of the neurons' outputs: softmax

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: ActivationChoice = "relu",
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        whole_number(n_inputs, "Layer: n_inputs")
        size = whole_number(n_outputs, "Layer: n_outputs")
        draw, source = initialiser(init), random_source(seed)
        function = activation_function(activation)
        if takes_layer(function):
            if size < 2:
                raise ValueError(
                    "Layer: activation softmax of a single neuron is always 1; "
                    "give the layer two neurons or more, or use sigmoid"
                )
            self.across, function = function, identity

        def draw_for_layer(n_inputs: int, _: int, source: Random) -> float:
            return draw(n_inputs, size, source)

        self.neurons = [Neuron(n_inputs, function, source, draw_for_layer) for _ in range(size)]

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        """Return the outputs of the neurons; a list even if there is only one."""
        if inputs.__class__ is not list:
            inputs = _row(inputs, self)
        # One note of the whole call is enough: a picture knows whose the weights are.
        outputs = [neuron.unboxed(inputs) for neuron in self.neurons]
        return outputs if self.across is None else self.across(outputs)

    @property
    def n_inputs(self) -> int:
        """The number of inputs of each neuron."""
        return self.neurons[0].n_inputs

    @property
    def n_outputs(self) -> int:
        """The number of neurons."""
        return len(self.neurons)

    @property
    def activation(self) -> Activation:
        """The activation function of its neurons; softmax where that is applied across them."""
        return self.neurons[0].activation if self.across is None else self.across

    @property
    def weights(self) -> list[list[Value]]:
        """The weight matrix W: one row for each neuron."""
        return [neuron.weights for neuron in self.neurons]

    @property
    def bias(self) -> list[Value]:
        """The biases b: one for each neuron."""
        return [neuron.bias for neuron in self.neurons]

    def arrangement(self) -> dict[str, Arrangement]:
        """Return `weight` of shape [n_outputs, n_inputs] and `bias`, as PyTorch's `nn.Linear`."""
        return {"weight": [[*row] for row in self.weights], "bias": [*self.bias]}

    def architecture(self) -> dict[str, Any] | None:
        """Return its sizes and its activation's name; None as for `Neuron`, or if some differ."""
        own = computes_as(self, Layer) and all(computes_as(one, Neuron) for one in self.neurons)
        if not own:
            return None
        names = {activation_name(neuron.activation) for neuron in self.neurons}
        if len(names) > 1 or (self.across is not None and names != {"identity"}):
            return None
        name = activation_name(self.activation)
        if name is None:
            return None
        return {"n_inputs": self.n_inputs, "n_outputs": self.n_outputs, "activation": name}

    def __repr__(self) -> str:
        return (
            f"Layer({self.n_inputs}, {self.n_outputs}, activation={shown_name(self.activation)!r})"
        )


class MLP(Module):
    """Multi-layer perceptron: layers one after another, each fed by the one before.

    Args:
        n_inputs: how many inputs the network has.
        layer_sizes: how many neurons each layer has; the last is the number of outputs.
        activation: of the hidden layers, as for `Layer`; or a list with one for each of them.
        output_activation: of the output layer; None, the default, leaves it linear, as
            cross_entropy, binary_cross_entropy_with_logits and hinge_loss want it.
        seed, init: as for `Neuron`.

    Calling it with one sample, `n_inputs` numbers or `Value`s, returns the list of the outputs;
    if there is one output, that `Value` itself.
    """

    def __init__(
        self,
        n_inputs: int,
        layer_sizes: Sequence[int],
        activation: ActivationChoice | Sequence[ActivationChoice] = "relu",
        output_activation: ActivationChoice = None,
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        fan_in = whole_number(n_inputs, "MLP: n_inputs")
        sizes = _layer_sizes(layer_sizes)
        functions = _hidden_activations(activation, len(sizes) - 1)
        functions.append(activation_function(output_activation, "MLP: output_activation"))
        source = random_source(seed)
        self.layers: list[Layer] = []
        for i, (size, function) in enumerate(zip(sizes, functions, strict=True)):
            fan_out = whole_number(size, f"MLP: layer_sizes[{i}]")
            self.layers.append(Layer(fan_in, fan_out, function, source, init))
            fan_in = fan_out

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Return the outputs for one sample: a list, or one `Value` if there is one output."""
        for layer in self.layers:
            inputs = layer.unboxed(inputs)
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return self.layers[0].n_inputs

    @property
    def layer_sizes(self) -> list[int]:
        """The number of neurons of each layer, the output layer last."""
        return [layer.n_outputs for layer in self.layers]

    def architecture(self) -> dict[str, Any] | None:
        """Return its sizes and the names of its activations; None as for `Layer`.

        `activation` is one name where all hidden layers have the same, else a list of names.
        """
        layers = self.layers if computes_as(self, MLP) else []
        described = [layer.architecture() for layer in layers]
        names = [layer["activation"] for layer in described if layer is not None]
        if len(names) < len(self.layers):
            return None
        *hidden, output = names
        return {
            "n_inputs": self.n_inputs,
            "layer_sizes": self.layer_sizes,
            "activation": hidden if len(set(hidden)) > 1 else (hidden or ["relu"])[0],
            "output_activation": output,
        }

    def __repr__(self) -> str:
        shown = [repr(shown_name(layer.activation)) for layer in self.layers]
        *hidden, output = shown
        named = hidden[0] if len(set(hidden)) == 1 else f"[{', '.join(hidden)}]"
        return (
            f"MLP({self.n_inputs}, {self.layer_sizes}, "
            f"{f'activation={named}, ' if hidden else ''}output_activation={output})"
        )


def _layer_sizes(layer_sizes: Any) -> list[Any]:
    """The sizes as a list, not yet checked one by one, or ValueError."""
    listed = layer_sizes.tolist() if hasattr(layer_sizes, "tolist") else layer_sizes
    if not isinstance(listed, (list, tuple)) or not listed:
        raise ValueError(
            "MLP: layer_sizes must be a list with the size of each layer, the output layer "
            f"last, such as [16, 16, 1]; got {reprlib.repr(layer_sizes):.40}"
        )
    for i, size in enumerate(listed):
        if isinstance(size, (list, tuple)):  # whole_number would show it, however deep it is
            raise ValueError(
                f"MLP: layer_sizes[{i}] must be a whole number, at least 1; got a list"
            )
    return list(listed)


def _hidden_activations(activation: Any, n_hidden: int) -> list[Activation]:
    """One function for each hidden layer, from one choice for all or a list of them."""
    if not isinstance(activation, (list, tuple)):
        return [activation_function(activation)] * n_hidden
    if len(activation) != n_hidden:
        raise ValueError(
            f"MLP: activation lists {len(activation)} for {n_hidden} hidden "
            f"layer{'' if n_hidden == 1 else 's'}; give one for each, or one name for all "
            "(that of the output layer is output_activation)"
        )
    return [activation_function(one, f"activation[{i}]") for i, one in enumerate(activation)]


def _row(inputs: Any, module: Neuron | Layer) -> list[Any]:
    """Return one sample as a list of as many inputs as `module` has, or refuse it."""
    who, n_inputs = type(module).__name__, module.n_inputs
    row = as_lists(inputs)
    if not isinstance(row, list):
        xs = ", ".join(f"x{i}" for i in (1, 2, 3)[:n_inputs]) + ", ..." * (n_inputs > 3)
        raise TypeError(
            f"{who}: inputs must be a list of {n_inputs} number{'s' * (n_inputs > 1)}, got "
            f"{type(inputs).__name__}; one sample is written [{xs}], and [[{xs}]] where there may "
            "be several, as in predict"
        )
    if row and isinstance(row[0], list):
        raise ValueError(
            f"{who}: inputs must be one sample, got a batch of {len(row)}; "
            "call the model for each: [model(row) for row in X]"
        )
    if len(row) != n_inputs:
        raise ValueError(
            f"{who}: inputs must have length {n_inputs}, got {len(row)}; give each sample "
            f"{n_inputs} numbers, or build the model with n_inputs={len(row)}"
        )
    return row
