"""Pictures of a training: loss curve, decision boundary, confusion matrix.

Owns every matplotlib figure of nn. Figures are made through matplotlib's object interface, never
through pyplot, so nothing global changes and no window opens. Colours are the colour-blind-safe
ones of Okabe and Ito, and never the only sign. All functions need the extra `plot`.
"""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data import samples_of
from nn.evaluate import binary_threshold, largest, predict
from nn.extras import extra
from nn.history import History
from nn.module import Module

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
MARKERS = "o^sDvP*X"
GRID = 60  # points a side at which a decision boundary is computed
MARGIN = 0.5  # how far around the samples it is drawn, in units of the features


def loss_curve(history: History) -> "Figure":
    """Return the loss of each epoch, and the accuracy if the history has it."""
    if not len(history):
        raise ValueError("loss_curve: the history is empty; train for an epoch first")
    figure = _figure("the loss curve", 6.4, 4.0)
    from matplotlib.ticker import MaxNLocator

    axes = figure.add_subplot()
    epochs = history["epoch"]
    marker = "o" if len(epochs) == 1 else ""
    axes.plot(epochs, history["loss"], color=COLORS[0], marker=marker, label="loss")
    axes.set(xlabel="epoch", ylabel="loss", title="Training")
    axes.set_ylim(bottom=min([0.0, *history["loss"]]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    lines = axes.get_lines()
    if "accuracy" in history.rows[0]:
        right = axes.twinx()
        right.plot(
            epochs, history["accuracy"], "--", color=COLORS[5], marker=marker, label="accuracy"
        )
        right.set(ylabel="accuracy", ylim=(0.0, 1.02))
        lines = [*lines, *right.get_lines()]
    axes.legend(handles=lines, loc="center right")
    return figure


def decision_boundary(model: Module, data: tuple[Sequence[Any], Sequence[Any]]) -> "Figure":
    """Return the plane of two features, coloured by what the model decides, with the samples.

    Args:
        model: with two inputs; its decision is the largest of its outputs, or the sign of one.
        data: (X, y), y the class of each sample.
    """
    figure = _figure("the decision boundary", 6.4, 4.8)
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


def confusion_matrix(model: Module, data: tuple[Sequence[Any], Sequence[Any]]) -> "Figure":
    """Return how many samples of each class (rows) the model takes for each class (columns).

    Args:
        model: with an output for each class.
        data: (X, y), y the index of the class of each sample.
    """
    figure = _figure("the confusion matrix", 5.6, 5.2)
    rows, targets = samples_of(data)
    outputs = predict(model, rows)
    if not isinstance(outputs[0], list):
        raise ValueError("confusion_matrix: the model must have an output for each class, got one")
    n_classes = len(outputs[0])
    counts = [[0] * n_classes for _ in range(n_classes)]
    for i, (output, target) in enumerate(zip(outputs, targets, strict=True)):
        if target not in range(n_classes):
            raise ValueError(
                f"confusion_matrix: the targets must be class indices 0 to {n_classes - 1}; "
                f"got {target!r:.40} (sample {i})"
            )
        counts[target][largest(output)] += 1
    most = max(map(max, counts))
    n_right = 0
    axes = figure.add_subplot()
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=most)
    for actual, row in enumerate(counts):
        n_right += row[actual]
        for predicted, count in enumerate(row):
            if count:
                color = "white" if count > most / 2 else "black"
                axes.text(predicted, actual, str(count), ha="center", va="center", color=color)
    axes.set(
        xticks=range(n_classes),
        yticks=range(n_classes),
        xlabel="predicted class",
        ylabel="actual class",
        title=f"Confusion matrix: {n_right} of {len(rows)} right",
    )
    return figure


def to_png(figure: "Figure") -> bytes:
    """Return the figure as the contents of a PNG file."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    return content.getvalue()


def _figure(purpose: str, width: float, height: float) -> "Figure":
    """An empty figure of a size in inches, or one line saying what to install."""
    with extra("plot", purpose):
        from matplotlib.figure import Figure
    return Figure(figsize=(width, height), layout="constrained")


def _ticks(values: list[float]) -> list[float]:
    """`GRID` equally spaced numbers that reach `MARGIN` beyond the values on both sides."""
    low, high = min(values) - MARGIN, max(values) + MARGIN
    return [low + (high - low) * i / (GRID - 1) for i in range(GRID)]
