"""The computation graph of one neuron as a picture.

Owns the names in it: x1, x2, ... the inputs, w1, w2, ... the weights, b the bias, z = W.x + b,
y = f(z); and what is shown of a neuron with many inputs.
"""

from collections.abc import Sequence

from autograd import Value, dot
from autograd.view import Drawing, RendererNotFound, draw
from nn.evaluate import predict
from nn.graph.layout import title_of
from nn.layers import Neuron

SHOWN = 4  # products; `draw` opens a dot of so many
NARROWEST = 560.0  # points that the graph of a neuron is wide at least


def draw_neuron(
    neuron: Neuron,
    inputs: Sequence[float],
    title: str | None = None,
    names: Sequence[str] | None = None,
) -> Drawing:
    """Return the graph of `neuron` on one sample, with the gradients of its output.

    Of more than four products it shows the largest four; the others are one box. The neuron is
    left as it was: the gradients are not added to its own.

    Args:
        neuron: of any number of inputs.
        inputs: that many numbers.
        title: a line above the picture, such as which neuron and which sample it shows.
        names: what each input is called beside x1, x2, ...; None: no more than that.
    """
    predict(neuron, [inputs])  # refuses inputs that do not fit
    bias = Value(neuron.bias.data, "b")
    called = [f"x{i}" for i in range(1, len(inputs) + 1)]
    if names is not None:
        both = zip(called, names, strict=True)
        called = [x if name in (x, "") else f"{x}\n{name}" for x, name in both]
    pairs = [
        (Value(w.data, f"w{i}"), Value(x, name))
        for i, (w, x, name) in enumerate(zip(neuron.weights, inputs, called, strict=True), 1)
    ]
    by_size = sorted(pairs, key=lambda pair: -abs(pair[0].data * pair[1].data))
    shown = [pair for pair in pairs if pair in by_size[:SHOWN]]
    rest = [pair for pair in pairs if pair in by_size[SHOWN:]]
    if rest:
        bias = dot([w for w, _ in rest], [x for _, x in rest], bias)
        bias.label = f"b + {len(rest)} product{'s' * (len(rest) > 1)}"
    z = dot([w for w, _ in shown], [x for _, x in shown], bias)
    z.label = "z"
    y = neuron.activation(z)
    y.label = "y"
    y.backward()
    n_boxes = 2 * len(shown) + (2 if y is z else 3)  # y, z, the pairs, and b or the rest
    drawing = draw(y, limit=n_boxes)
    if title is not None:
        drawing.attr(**title_of(title, NARROWEST))
    return drawing


def can_draw() -> bool:
    """Whether a program that draws graphs is installed."""
    try:
        draw(Value(0.0)).svg()
    except RendererNotFound:
        return False
    return True
