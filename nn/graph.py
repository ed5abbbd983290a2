"""The computation graph of one neuron as a picture.

Owns the names in it: x1, x2, ... the inputs, w1, w2, ... the weights, b the bias, z = W.x + b,
y = f(z).
"""

from collections.abc import Sequence

from autograd import Value
from autograd.view import Drawing, RendererNotFound, draw
from nn.layers import Neuron


def draw_neuron(neuron: Neuron, inputs: Sequence[float], limit: int = 24) -> Drawing:
    """Return the graph of `neuron` on one sample, with the gradients of its output.

    Args:
        neuron: is left as it was; the gradients shown are not added to its own.
        inputs: as many numbers as it has inputs.
        limit: how many boxes to draw; the rest become one.
    """
    shown = Neuron(neuron.n_inputs, neuron.activation, init=lambda *_: 0.0)
    shown.load_state_dict(neuron.state_dict())
    xs = [Value(x, f"x{i}") for i, x in enumerate(inputs, 1)]
    y = shown(xs)
    y.backward()
    names = {f"w{i}": weight for i, weight in enumerate(shown.weights, 1)}
    names |= {"b": shown.bias, "y": y}
    if len(y.inputs) == 1:  # an activation function made y of z
        names["z"] = y.inputs[0]
    return draw(y, names=names, limit=limit)


def can_draw() -> bool:
    """Whether a program that draws graphs is installed."""
    try:
        draw(Value(0.0)).svg()
    except RendererNotFound:
        return False
    return True
