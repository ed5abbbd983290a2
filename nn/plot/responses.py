"""What neurons answer to every input: maps over the plane of two inputs, curves over one."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nn.evaluate import numbers_of, outputs_of
from nn.layers import MLP
from nn.plot.inputs import Input, ticks_over
from nn.plot.panels import IN_A_ROW, Panel, draw_layer, n_columns_of, n_rows_of, titled
from nn.plot.speaking import Say
from nn.plot.style import BLUE, diverging, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 40  # points a side of a map
POINTS = 200  # of a curve
MARGIN = 0.15  # how far around the samples they reach, as a part of their span


def maps_of(model: MLP, rows: list[Any], inputs: list[Input], say: Say) -> "Figure":
    """Return the output of each hidden neuron over the plane of the two inputs, as a map."""
    x1, x2 = (ticks_over([row[axis] for row in rows], GRID, MARGIN) for axis in (0, 1))
    xs, ys = [inputs[0].original(x) for x in x1], [inputs[1].original(x) for x in x2]
    return _figure_of(
        model,
        [[a, b] for b in x2 for a in x1],
        lambda signals: _map_panel(xs, ys, signals, say),
        say("output"),
        lambda goes_below: say(
            "maps", right=inputs[0].name, up=inputs[1].name,
            hatched=say("hatched") if goes_below else "",
        ),
        say,
    )  # fmt: skip


def curves_of(model: MLP, rows: list[Any], inputs: list[Input], say: Say) -> "Figure":
    """Return the output of each hidden neuron over the one input, as a curve."""
    seen = ticks_over([row[0] for row in rows], POINTS, MARGIN)
    xs = [inputs[0].original(x) for x in seen]
    return _figure_of(
        model,
        [[x] for x in seen],
        lambda signals: _curve_panel(xs, signals),
        "",
        lambda _: say("responses", name=inputs[0].name),
        say,
    )


def _figure_of(
    model: MLP,
    signals: list[list[float]],
    panel_of: Callable[[list[list[float]]], Panel],
    scale: str,
    title: Callable[[bool], str],
    say: Say,
) -> "Figure":
    """The panels of each hidden layer below those of the one before, for a list of samples.

    Args: `title` is given whether an output lies below 0.
    """
    hidden = model.layers[:-1]
    n_rows = [n_rows_of(layer) for layer in hidden]
    n_columns = max(n_columns_of(layer) for layer in hidden)
    figure = new_figure(
        "the hidden neurons", 1.25 * max(n_columns, 2) + 1.6, 1.35 * sum(n_rows) + 0.8
    )
    parts = figure.subfigures(len(hidden), 1, height_ratios=n_rows, squeeze=False)[:, 0]
    goes_below = False
    for depth, (layer, part) in enumerate(zip(hidden, parts, strict=True), 1):
        signals = [numbers_of(output) for output in outputs_of(layer, signals)]
        goes_below = goes_below or any(y < 0.0 for output in signals for y in output)
        number = depth if len(hidden) > 1 else None
        draw_layer(part, layer, n_columns, panel_of(signals), say, number, scale)
    return titled(figure, title(goes_below))


def _map_panel(xs: list[float], ys: list[float], signals: list[list[float]], say: Say) -> Panel:
    """How to draw the outputs of a neuron over the plane, all of a layer on one scale."""
    highest = max(abs(y) for output in signals for y in output) or 1.0
    half_x, half_y = (xs[1] - xs[0]) / 2.0, (ys[1] - ys[0]) / 2.0
    extent = (xs[0] - half_x, xs[-1] + half_x, ys[0] - half_y, ys[-1] + half_y)

    def draw(axes: "Axes", i: int) -> Any:
        heights = [output[i] for output in signals]
        grid = [heights[k : k + GRID] for k in range(0, len(heights), GRID)]
        image = axes.imshow(
            grid, cmap=diverging(), vmin=-highest, vmax=highest, origin="lower", extent=extent,
            aspect="auto", interpolation="bilinear",
        )  # fmt: skip
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
                0.5, 0.5, f"{say('always')}\n{low:.2g}", transform=axes.transAxes, ha="center",
                va="center", fontsize=7,
            )  # fmt: skip
        return image

    return draw


def _curve_panel(xs: list[float], signals: list[list[float]]) -> Panel:
    """How to draw the outputs of a neuron over one input, all of a layer on one scale."""
    from matplotlib.ticker import MaxNLocator

    low = min(0.0, *(y for output in signals for y in output))
    high = max(0.0, *(y for output in signals for y in output))
    space = 0.05 * (high - low) or 1.0

    def draw(axes: "Axes", i: int) -> None:
        axes.axhline(0.0, color="black", linewidth=0.5)
        axes.plot(xs, [output[i] for output in signals], color=BLUE)
        axes.set_ylim(low - space, high + space)
        axes.xaxis.set_major_locator(MaxNLocator(3))
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.tick_params(labelsize=7, length=2, labelleft=i % IN_A_ROW == 0)

    return draw
