"""Activation functions and their derivatives.

Owns how a function with jumps is drawn: the curve is interrupted there, and a dot shows the value
it has at the place itself. Places are found by halving, so functions of one's own are right too.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import autograd as ag
from nn.activations import (
    ACTIVATIONS,
    Activation,
    activation_function,
    activation_name,
    takes_layer,
)
from nn.evaluate import numbers_of
from nn.plot.speaking import Language, Say, speaker
from nn.plot.style import BLUE, VERMILLION, finished, legend_beside, name_of, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REACH = 4.0  # z goes from -REACH to REACH
POINTS = 401
NEAR = 1e-7  # how far beside a jump the values of its two sides are taken
IN_A_ROW = 4


def activation_functions(lang: Language = "en") -> "Figure":
    """Return every activation function of `nn.ACTIVATIONS` with its derivative.

    Solid: y = f(z); dashed: its derivative dy/dz as backpropagation uses it. A dot marks the value
    at a jump. softmax, a function of a whole layer, is not among them.

    Args:
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises ValueError for another language.
    """
    say = speaker(lang, "activation_functions")
    names = [name for name, function in ACTIVATIONS.items() if not takes_layer(function)]
    n_rows = math.ceil((len(names) + 1) / IN_A_ROW)
    figure = new_figure("the activation functions", 10.0, 2.5 * n_rows)
    panels = list(figure.subplots(n_rows, IN_A_ROW, squeeze=False).flat)
    for axes, name in zip(panels, names, strict=False):
        _draw(axes, ACTIVATIONS[name], say)
        axes.set_title(name, fontsize=11)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    panels[-1].legend(*panels[0].get_legend_handles_labels(), loc="center")
    return finished(figure)


def activation_function_plot(activation: str | Activation, lang: Language = "en") -> "Figure":
    """Return one activation function with its derivative, as `activation_functions` does.

    Args:
        activation: a name of `nn.ACTIVATIONS`, or a function of one's own.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises ValueError for an unknown name, and for softmax, which works on a whole layer;
    also for another language.
    """
    say = speaker(lang, "activation_function_plot")
    function = activation_function(activation)
    if takes_layer(function):
        raise ValueError("activation_function_plot: softmax works on a whole layer, not on one z")
    figure = new_figure("the activation function", 6.4, 3.8)
    axes = figure.add_subplot()
    _draw(axes, function, say)
    axes.set(
        xlabel="z", title=name_of(activation_name(function) or getattr(function, "__name__", "f"))
    )
    legend_beside(axes)
    return finished(figure)


def _draw(axes: "Axes", function: Activation, say: Say) -> None:
    slope = ag.grad(function)

    def value(z: float) -> float:
        with ag.no_grad():
            return float(numbers_of(function(ag.Value(z))))

    axes.axhline(0.0, color="black", linewidth=0.5)
    axes.axvline(0.0, color="black", linewidth=0.5)
    _draw_curve(axes, value, BLUE, "-", "y = f(z)")
    _draw_curve(axes, lambda z: float(slope(z)), VERMILLION, "--", say("derivative"))
    axes.set_xticks([-REACH, -REACH / 2, 0.0, REACH / 2, REACH])
    axes.grid(alpha=0.3)


def _draw_curve(
    axes: "Axes", function: Callable[[float], float], color: str, style: str, label: str
) -> None:
    """Draw a function, interrupted where it jumps; there, hollow and filled dots tell the value."""
    zs = [REACH * (2 * i / (POINTS - 1) - 1) for i in range(POINTS)]
    ys = [function(z) for z in zs]
    jumps = _jumps(function, zs, ys)
    for z in jumps:
        zs += [z - NEAR, z, z + NEAR]
        ys += [function(z - NEAR), math.nan, function(z + NEAR)]
    order = sorted((z, i) for i, z in enumerate(zs) if z not in jumps or math.isnan(ys[i]))
    axes.plot([z for z, _ in order], [ys[i] for _, i in order], style, color=color, label=label)
    for z in jumps:
        for fill, values in (
            ("white", (function(z - NEAR), function(z + NEAR))),
            (color, (function(z),)),
        ):
            axes.plot(
                [z] * len(values), values, ls="", marker="o", markersize=4.5,
                markerfacecolor=fill, markeredgecolor=color,
            )  # fmt: skip


def _jumps(
    function: Callable[[float], float], zs: Sequence[float], ys: Sequence[float]
) -> list[float]:
    """Where the function jumps: between neighbours it changes as much as over the whole step."""
    finite = [y for y in ys if math.isfinite(y)]
    smallest = (max(finite, default=0.0) - min(finite, default=0.0)) / 1000.0
    found = []
    for low, high, before, after in zip(zs, zs[1:], ys, ys[1:], strict=False):
        rise = abs(after - before)
        while rise > smallest:
            middle = (low + high) / 2.0
            if not low < middle < high:  # neighbours among the doubles
                # The place itself is the one of the two that can be written in few digits.
                found.append(min(low, high, key=lambda z: (len(f"{z:.12g}"), abs(z))))
                break
            y = function(middle)
            if abs(y - before) > abs(after - y):
                high, after = middle, y
            else:
                low, before = middle, y
            if abs(after - before) < 0.3 * rise:  # a curve without a jump halves each time
                break
    return sorted(set(found))
