"""The weights of neurons: as images where the inputs are pixels, else as bars."""

from typing import TYPE_CHECKING, Any

from nn.layers import Layer
from nn.plot.inputs import Input
from nn.plot.panels import draw_layer, n_columns_of, n_rows_of, titled
from nn.plot.speaking import Say
from nn.plot.style import BLUE, VERMILLION, diverging, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BARS = 40  # of a neuron


def images_of(layer: Layer, side: int, say: Say) -> "Figure":
    """Return the weights of each neuron as an image of `side` x `side` pixels."""
    n_rows, n_columns = n_rows_of(layer), n_columns_of(layer)
    figure = new_figure("the hidden neurons", 1.25 * max(n_columns, 2) + 1.6, 1.35 * n_rows + 0.8)
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
            s=[(1.0 + 48.0 / side * abs(row[k]) / highest) ** 2 for k in below],
            marker="_",
            color="black",
            linewidths=0.8,
        )
        return image

    draw_layer(figure, layer, n_columns, draw, say, scale=say("weight"))
    return titled(figure, say("images", side=side))


def bars_of(layer: Layer, inputs: list[Input], say: Say) -> "Figure":
    """Return the weights of each neuron as bars, one for each input."""
    sizes = [
        max(abs(neuron.weights[i].data) for neuron in layer.neurons) for i in range(len(inputs))
    ]
    by_size = sorted(range(len(inputs)), key=lambda i: -sizes[i])
    shown = sorted(by_size[:MOST_BARS])
    reach = 1.05 * max(sizes) or 1.0
    n_rows, n_columns = n_rows_of(layer), n_columns_of(layer)
    width = 1.2 * max(n_columns, 2) + 2.6
    figure = new_figure("the hidden neurons", width, (0.16 * len(shown) + 0.5) * n_rows + 0.8)

    def draw(axes: "Axes", i: int) -> None:
        values = [layer.neurons[i].weights[k].data for k in shown]
        places = range(len(shown))
        axes.barh(places, values, color=[BLUE if v >= 0.0 else VERMILLION for v in values])
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.set(xlim=(-reach, reach), ylim=(len(shown) - 0.5, -0.5))
        axes.tick_params(labelsize=7, length=2)
        if i % n_columns == 0:
            axes.set_yticks(places, [inputs[k].name for k in shown], fontsize=7)
            axes.tick_params(labelleft=True)
        else:
            axes.set_yticks([])

    draw_layer(figure, layer, n_columns, draw, say)
    title = say(
        "largest_bars" if by_size[MOST_BARS:] else "bars",
        low=f"{-reach:.2g}", high=f"{reach:.2g}", shown=len(shown), total=len(inputs),
    )  # fmt: skip
    return titled(figure, title)
