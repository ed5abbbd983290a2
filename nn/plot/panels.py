"""A panel for each neuron of a layer.

Owns how they are arranged, numbered and named, and how many of a wide layer are shown.
"""

import math
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nn.activations import activation_name
from nn.layers import Layer
from nn.plot.speaking import Say
from nn.plot.style import finished, name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NEURONS = 32  # of a layer that are shown
IN_A_ROW = 8
LETTERS_AN_INCH = 11  # of a title
WIDE = 1.7  # how many letters a Korean one is wide

# A panel of a neuron, its place in the layer -> the image in it, None where there is none.
Panel = Callable[["Axes", int], Any]


def draw_layer(
    part: Any,
    layer: Layer,
    n_columns: int,
    draw: Panel,
    say: Say,
    depth: int | None = None,
    scale: str = "",
) -> None:
    """Draw a panel for each neuron, the name of the layer and, if it has one, the colours' scale.

    Args:
        part: a figure or subfigure.
        layer: whose neurons are drawn.
        n_columns: panels side by side.
        draw: draws one neuron.
        say: says the texts.
        depth: which hidden layer it is, where there are several.
        scale: what the colours mean; "" for panels without.
    """
    shown = min(layer.n_outputs, MOST_NEURONS)
    panels = part.subplots(n_rows_of(layer), n_columns, squeeze=False)
    coloured = []
    for i, axes in enumerate(panels.flat):
        if i >= shown:
            axes.set_axis_off()
            continue
        axes.set_title(str(i + 1), fontsize=8, pad=2)
        axes.set_xticks([])
        axes.set_yticks([])
        coloured.append(draw(axes, i))
    if scale:
        bar = part.colorbar(coloured[0], ax=panels, label=scale, aspect=30, pad=0.02)
        if min(image.get_array().min() for image in coloured) >= 0.0:
            bar.ax.set_ylim(bottom=0.0)
        bar.ax.tick_params(labelsize=8)
    function = name_of(
        activation_name(layer.activation) or getattr(layer.activation, "__name__", "")
    )
    name = say("layer_n", n=depth, function=function) if depth else say("layer", function=function)
    if shown < layer.n_outputs:
        name += ", " + say("shown_of", shown=shown, total=layer.n_outputs)
    part.supylabel(name, fontsize=9)


def titled(figure: "Figure", title: str) -> "Figure":
    """Return `figure`, finished, with a title."""
    width = sum(WIDE if letter > "\u2e7f" else 1.0 for letter in title)
    letters = int(LETTERS_AN_INCH * figure.get_figwidth() * len(title) / width)
    figure.suptitle("\n".join(textwrap.wrap(title, letters)), fontsize=10)
    return finished(figure)


def n_columns_of(layer: Layer) -> int:
    """How many panels stand side by side."""
    return min(layer.n_outputs, IN_A_ROW)


def n_rows_of(layer: Layer) -> int:
    """How many rows of panels there are."""
    return math.ceil(min(layer.n_outputs, MOST_NEURONS) / IN_A_ROW)
