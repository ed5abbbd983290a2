"""What each hidden neuron responds to.

Owns the three forms of that picture: for two inputs a map of the neuron's output over the plane,
for the pixels of a square image its weights as an image, otherwise its weights as bars.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nn.activations import activation_name
from nn.data.preparation import Preparation
from nn.data.samples import samples_of
from nn.evaluate import numbers_of, outputs_of
from nn.layers import MLP, Layer
from nn.module import Module
from nn.plot.inputs import Input, inputs_of, ticks_over
from nn.plot.style import BLUE, VERMILLION, diverging, finished, name_of, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NEURONS = 32  # of a layer that are shown
MOST_BARS = 40  # of a neuron
IN_A_ROW = 8
GRID = 40  # points a side of a map
MARGIN = 0.15  # how far around the samples a map reaches, as a part of their span
SMALLEST_IMAGE = 8  # pixels a side

# A panel of a neuron, its place in the layer -> what is coloured by a scale, or None.
Panel = Callable[["Axes", int], Any]


def hidden_neurons(
    model: Module,
    data: tuple[Sequence[Any], Sequence[Any]],
    preparation: Preparation | None = None,
) -> "Figure":
    """Return what the hidden neurons of an MLP respond to.

    With two inputs, each neuron's output over the plane of the features, layer by layer. With as
    many inputs as a square image of at least 8 x 8 has pixels, the weights of the first hidden
    layer as images. Otherwise those weights as bars. Blue is above 0, vermillion below; what is
    below is hatched, marked or points to the left too. At most 32 neurons of a layer are shown.

    Args:
        model: an MLP with a hidden layer.
        data: (X, y) as the network sees them; they tell which part of the plane is of interest.
        preparation: of the data; gives the names of the features and the original units.

    Raises TypeError for another kind of model, ValueError without a hidden layer or for samples of
    another number of features.
    """
    if not isinstance(model, MLP):
        raise TypeError(f"hidden_neurons: the model must be an MLP, got {type(model).__name__}")
    if not model.layers[1:]:
        raise ValueError(
            "hidden_neurons: this MLP has no hidden layer; give it one, such as MLP(2, [8, 1])"
        )
    rows, _ = samples_of(data)
    n_inputs = model.n_inputs
    if len(rows[0]) != n_inputs:
        raise ValueError(
            f"hidden_neurons: the samples must have {n_inputs} features, got {len(rows[0])}"
        )
    inputs = inputs_of(n_inputs, preparation, "hidden_neurons")
    side = math.isqrt(n_inputs)
    if n_inputs == 2:
        return _maps(model, rows, inputs)
    if side * side == n_inputs and side >= SMALLEST_IMAGE:
        return _images(model.layers[0], side)
    return _bars(model.layers[0], inputs)


def _maps(model: MLP, rows: list[Any], inputs: list[Input]) -> "Figure":
    """The output of each neuron of each hidden layer over the plane of the two inputs."""
    hidden = model.layers[:-1]
    n_rows = [_n_rows(layer) for layer in hidden]
    n_columns = max(_n_columns(layer) for layer in hidden)
    figure = new_figure("the hidden neurons", 1.25 * n_columns + 1.6, 1.35 * sum(n_rows) + 0.8)
    x1, x2 = (ticks_over([row[axis] for row in rows], GRID, MARGIN) for axis in (0, 1))
    xs, ys = [inputs[0].original(x) for x in x1], [inputs[1].original(x) for x in x2]
    signals: list[Any] = [[a, b] for b in x2 for a in x1]
    parts = figure.subfigures(len(hidden), 1, height_ratios=n_rows, squeeze=False)[:, 0]
    for depth, (layer, part) in enumerate(zip(hidden, parts, strict=True), 1):
        signals = [numbers_of(output) for output in outputs_of(layer, signals)]
        number = f" {depth}" if len(hidden) > 1 else ""
        panel = _map_panel(xs, ys, signals)
        _draw_layer(part, layer, f"hidden layer{number}", n_columns, panel, "output")
    return _titled(
        figure,
        f"What the hidden neurons respond to ({inputs[0].name} to the right, {inputs[1].name} "
        "upwards; hatched: below 0)",
    )


def _map_panel(xs: list[float], ys: list[float], signals: list[list[float]]) -> Panel:
    """How to draw the outputs of a neuron over the plane, all of a layer on one scale."""
    highest = max(abs(y) for output in signals for y in output) or 1.0

    def draw(axes: "Axes", i: int) -> Any:
        heights = [output[i] for output in signals]
        grid = [heights[k : k + GRID] for k in range(0, len(heights), GRID)]
        image = axes.pcolormesh(
            xs, ys, grid, cmap=diverging(), vmin=-highest, vmax=highest, shading="nearest"
        )
        low, high = min(heights), max(heights)
        if low < 0.0:
            below = axes.contourf(
                xs, ys, grid, levels=[-math.inf, 0.0], colors="none", hatches=["////"]
            )
            below.set(edgecolor="#00000055", linewidth=0.0)
            if high > 0.0:
                axes.contour(xs, ys, grid, levels=[0.0], colors="black", linewidths=0.8)
        if low == high:
            axes.text(
                0.5, 0.5, f"always\n{low:.2g}", transform=axes.transAxes, ha="center",
                va="center", fontsize=7,
            )  # fmt: skip
        return image

    return draw


def _images(layer: Layer, side: int) -> "Figure":
    """The weights of each neuron as an image of `side` x `side` pixels."""
    n_rows, n_columns = _n_rows(layer), _n_columns(layer)
    figure = new_figure("the hidden neurons", 1.25 * n_columns + 1.6, 1.35 * n_rows + 0.8)
    weights = [[w.data for w in neuron.weights] for neuron in layer.neurons]
    highest = max(abs(w) for row in weights for w in row) or 1.0

    def draw(axes: "Axes", i: int) -> Any:
        row = weights[i]
        grid = [row[k : k + side] for k in range(0, len(row), side)]
        image = axes.imshow(grid, cmap=diverging(), vmin=-highest, vmax=highest)
        below = [k for k, w in enumerate(row) if w < 0.0]
        axes.scatter(
            [k % side for k in below],
            [k // side for k in below],
            s=[60.0 / side * (abs(row[k]) / highest) for k in below],
            marker="_",
            color="black",
            linewidths=0.8,
        )
        return image

    _draw_layer(figure, layer, "hidden layer", n_columns, draw, "weight")
    return _titled(
        figure,
        f"Weights of the hidden neurons as images of {side} x {side} pixels; "
        "a dash marks those below 0",
    )


def _bars(layer: Layer, inputs: list[Input]) -> "Figure":
    """The weights of each neuron as bars, one for each input."""
    sizes = [
        max(abs(neuron.weights[i].data) for neuron in layer.neurons) for i in range(len(inputs))
    ]
    by_size = sorted(range(len(inputs)), key=lambda i: -sizes[i])
    shown = sorted(by_size[:MOST_BARS])
    highest = max(sizes) or 1.0
    n_rows, n_columns = _n_rows(layer), _n_columns(layer)
    width = 1.2 * n_columns + 2.6
    figure = new_figure("the hidden neurons", width, (0.16 * len(shown) + 0.5) * n_rows + 0.8)

    def draw(axes: "Axes", i: int) -> None:
        values = [layer.neurons[i].weights[k].data for k in shown]
        places = range(len(shown))
        axes.barh(places, values, color=[BLUE if v >= 0.0 else VERMILLION for v in values])
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.set(xlim=(-1.05 * highest, 1.05 * highest), ylim=(len(shown) - 0.5, -0.5))
        axes.tick_params(labelsize=7, length=2)
        if i % n_columns == 0:
            axes.set_yticks(places, [inputs[k].name for k in shown], fontsize=7)
            axes.tick_params(labelleft=True)
        else:
            axes.set_yticks([])

    _draw_layer(figure, layer, "hidden layer", n_columns, draw, "weight")
    rest = (
        f"; the {len(shown)} of {len(inputs)} inputs with the largest"
        if by_size[MOST_BARS:]
        else ""
    )
    return _titled(figure, f"Weights of the hidden neurons{rest}")


def _draw_layer(
    part: Any, layer: Layer, name: str, n_columns: int, draw: Panel, scale: str
) -> None:
    """Draw a panel for each neuron, a name for the layer and the scale of the colours."""
    shown = min(layer.n_outputs, MOST_NEURONS)
    panels = part.subplots(_n_rows(layer), n_columns, squeeze=False)
    coloured = []
    for i, axes in enumerate(panels.flat):
        if i >= shown:
            axes.set_axis_off()
            continue
        axes.set_title(str(i + 1), fontsize=8, pad=2)
        axes.set_xticks([])
        axes.set_yticks([])
        coloured.append(draw(axes, i))
    if coloured[0] is not None:
        bar = part.colorbar(coloured[0], ax=panels, label=scale, aspect=30, pad=0.02)
        if min(image.get_array().min() for image in coloured) >= 0.0:
            bar.ax.set_ylim(bottom=0.0)
        bar.ax.tick_params(labelsize=8)
    more = f", {shown} of {layer.n_outputs}" if shown < layer.n_outputs else ""
    function = activation_name(layer.activation) or getattr(layer.activation, "__name__", "")
    part.supylabel(f"{name} ({name_of(function)}){more}", fontsize=9)


def _titled(figure: "Figure", title: str) -> "Figure":
    figure.suptitle(title, fontsize=10)
    return finished(figure)


def _n_columns(layer: Layer) -> int:
    return min(layer.n_outputs, IN_A_ROW)


def _n_rows(layer: Layer) -> int:
    return math.ceil(min(layer.n_outputs, MOST_NEURONS) / IN_A_ROW)
