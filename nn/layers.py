"""Neuron, Layer, MLP: forward propagation through fully connected layers.

Owns y = f(z), z = W.x + b, from one neuron to a multi-layer perceptron. Weights are drawn in the
order of micrograd: neuron by neuron, first its weights, then its bias, which is 0.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from autograd import Value, dot
from nn.activations import Activation, activation_function, activation_name
from nn.checks import whole_number
from nn.init import Initialiser, Seed, initialiser, random_source
from nn.module import Arrangement, Module
from nn.nested import as_lists


class Neuron(Module):
    """One neuron: weighs its inputs, adds the bias, applies the activation function.

    Args:
        n_inputs: how many inputs, and so how many synapse weights, it has.
        activation: a name of `nn.activations.ACTIVATIONS`, a function, or None for a linear one.
        seed: an int or a `random.Random`; None draws from Python's global `random` module.
        init: a name of `nn.init.INITIALISERS`, or a function.

    Calling it with `n_inputs` numbers or `Value`s returns one `Value`.
    """

    def __init__(
        self,
        n_inputs: int,
        activation: str | Activation | None = "relu",
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        size = whole_number(n_inputs, "Neuron: n_inputs")
        draw, source = initialiser(init), random_source(seed)
        self.activation = activation_function(activation)
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
        """Return its sizes and the name of its activation; None for an unnamed function."""
        name = activation_name(self.activation)
        return {"n_inputs": self.n_inputs, "activation": name} if name is not None else None

    def __repr__(self) -> str:
        return f"Neuron({self.n_inputs}, activation={_shown(self.activation)})"


class Layer(Module):
    """Neurons side by side: each gets all the inputs, and each gives one output.

    Args:
        n_inputs: how many inputs each neuron has.
        n_outputs: how many neurons there are.
        activation, seed, init: as for `Neuron`.

    Calling it with `n_inputs` numbers or `Value`s returns the list of its `n_outputs` outputs.
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activation: str | Activation | None = "relu",
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        whole_number(n_inputs, "Layer: n_inputs")
        size = whole_number(n_outputs, "Layer: n_outputs")
        draw, source = initialiser(init), random_source(seed)

        def draw_for_layer(n_inputs: int, _: int, source: Random) -> float:
            return draw(n_inputs, size, source)

        self.neurons = [Neuron(n_inputs, activation, source, draw_for_layer) for _ in range(size)]

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        """Return the outputs of the neurons; a list even if there is only one."""
        if inputs.__class__ is not list:
            inputs = _row(inputs, self)
        return [neuron(inputs) for neuron in self.neurons]

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
        """The activation function of its neurons."""
        return self.neurons[0].activation

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
        """Return its sizes and the name of its activation; None where neurons differ."""
        names = {activation_name(neuron.activation) for neuron in self.neurons}
        if len(names) > 1 or None in names:
            return None
        sizes = {"n_inputs": self.n_inputs, "n_outputs": self.n_outputs}
        return {**sizes, "activation": names.pop()}

    def __repr__(self) -> str:
        return (
            f"Layer({self.n_inputs}, {self.n_outputs}, "
            f"activation={_shown(self.neurons[0].activation)})"
        )


class MLP(Module):
    """Multi-layer perceptron: layers one after another, each fed by the one before.

    Args:
        n_inputs: how many inputs the network has.
        layer_sizes: how many neurons each layer has; the last is the number of outputs.
        activation: of the hidden layers, as for `Neuron`.
        output_activation: of the output layer; None, the default, leaves it linear, as
            cross_entropy and hinge_loss want it.
        seed, init: as for `Neuron`.

    Calling it with one sample, `n_inputs` numbers or `Value`s, returns the list of the outputs;
    if there is one output, that `Value` itself.
    """

    def __init__(
        self,
        n_inputs: int,
        layer_sizes: Sequence[int],
        activation: str | Activation | None = "relu",
        output_activation: str | Activation | None = None,
        seed: Seed = None,
        init: str | Initialiser = "uniform",
    ) -> None:
        listed = as_lists(layer_sizes)
        if not isinstance(listed, list) or not listed:
            raise ValueError(
                "MLP: layer_sizes must be a list with the size of each layer, the output layer "
                f"last, such as [16, 16, 1]; got {layer_sizes!r:.40}"
            )
        sizes = [whole_number(n_inputs, "MLP: n_inputs")]
        sizes += [whole_number(size, f"MLP: layer_sizes[{i}]") for i, size in enumerate(listed)]
        functions = [activation] * (len(listed) - 1) + [output_activation]
        source = random_source(seed)
        self.layers = [
            Layer(fan_in, fan_out, function, source, init)
            for fan_in, fan_out, function in zip(sizes, sizes[1:], functions, strict=False)
        ]

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """Return the outputs for one sample: a list, or one `Value` if there is one output."""
        for layer in self.layers:
            inputs = layer(inputs)
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
        """Return its sizes and the names of its activations; None where hidden layers differ."""
        described = [layer.architecture() for layer in self.layers]
        names = [layer and layer["activation"] for layer in described]
        hidden = set(names[:-1]) or {"relu"}
        if None in names or len(hidden) > 1:
            return None
        return {
            "n_inputs": self.n_inputs,
            "layer_sizes": self.layer_sizes,
            "activation": hidden.pop(),
            "output_activation": names[-1],
        }

    def __repr__(self) -> str:
        hidden = f", activation={_shown(self.layers[0].activation)}" if self.layers[1:] else ""
        return (
            f"MLP({self.n_inputs}, {self.layer_sizes}{hidden}, "
            f"output_activation={_shown(self.layers[-1].activation)})"
        )


def _row(inputs: Any, module: Neuron | Layer) -> list[Any]:
    """Return one sample as a list of as many inputs as `module` has, or refuse it."""
    who, n_inputs = type(module).__name__, module.n_inputs
    row = as_lists(inputs)
    if not isinstance(row, list):
        raise TypeError(
            f"{who}: inputs must be a list of {n_inputs} numbers, got "
            f"{type(inputs).__name__}; a single input is written [x]"
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


def _shown(activation: Activation) -> str:
    return repr(activation_name(activation) or getattr(activation, "__name__", activation))
