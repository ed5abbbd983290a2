"""The plane of two features, coloured by what a model decides."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.samples import samples_of
from nn.evaluate import binary_threshold, largest, predict
from nn.module import Module
from nn.plot.style import COLORS, MARKERS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRID = 60  # points a side at which a decision boundary is computed
MARGIN = 0.5  # how far around the samples it is drawn, in units of the features


def decision_boundary(model: Module, data: tuple[Sequence[Any], Sequence[Any]]) -> "Figure":
    """Return the plane of two features, coloured by what the model decides, with the samples.

    Args:
        model: with two inputs; its decision is the largest of its outputs, or the sign of one.
        data: (X, y), y the class of each sample.
    """
    figure = new_figure("the decision boundary", 6.4, 4.8)
    rows, targets = samples_of(data)
    if len(rows[0]) != 2:
        raise ValueError(f"decision_boundary: the samples must have 2 features, got {len(rows[0])}")
    x1, x2 = (_ticks([row[axis] for row in rows]) for axis in (0, 1))
    outputs = predict(model, [[a, b] for b in x2 for a in x1])
    labels = sorted(set(targets))
    threshold = binary_threshold(targets)
    if isinstance(outputs[0], list):
        heights = [float(largest(output)) for output in outputs]
        borders = [i + 0.5 for i in range(len(outputs[0]) - 1)]
    elif threshold is not None:
        heights, borders = outputs, [threshold]
    else:
        raise ValueError(
            "decision_boundary: for a model with one output the targets must be -1 and +1, "
            f"or 0 and 1; got {labels!r:.40}"
        )
    axes = figure.add_subplot()
    grid = [heights[i : i + GRID] for i in range(0, len(heights), GRID)]
    levels = [-math.inf, *borders, math.inf]
    colors = [COLORS[i % len(COLORS)] for i in range(len(levels) - 1)]
    axes.contourf(x1, x2, grid, levels=levels, colors=colors, alpha=0.25)
    axes.contour(x1, x2, grid, levels=borders, colors="black", linewidths=1.0)
    for i, label in enumerate(labels):
        points = [row for row, target in zip(rows, targets, strict=True) if target == label]
        axes.scatter(
            [point[0] for point in points],
            [point[1] for point in points],
            s=24,
            color=COLORS[i % len(COLORS)],
            marker=MARKERS[i % len(MARKERS)],
            edgecolors="black",
            linewidths=0.5,
            label=f"class {label}",
        )
    axes.set(xlabel="x1", ylabel="x2", title="Decision boundary", aspect="equal")
    axes.legend(loc="upper right")
    return figure


def _ticks(values: list[float]) -> list[float]:
    """`GRID` equally spaced numbers that reach `MARGIN` beyond the values on both sides."""
    low, high = min(values) - MARGIN, max(values) + MARGIN
    return [low + (high - low) * i / (GRID - 1) for i in range(GRID)]
