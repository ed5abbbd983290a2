"""The plane of two features, divided by what a model decides."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.preparation import Preparation
from nn.data.samples import samples_of
from nn.evaluate import predict
from nn.module import Module
from nn.plot.decisions import Classes, classes_of
from nn.plot.inputs import Input, inputs_of, ticks_over
from nn.plot.speaking import Language, Say, speaker
from nn.plot.style import (
    GREY,
    HATCHES,
    class_color,
    class_marker,
    finished,
    legend_beside,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 60  # points a side at which a decision boundary is computed
MARGIN = 0.15  # how far around the samples it is drawn, as a part of their span

Data = tuple[Sequence[Any], Sequence[Any]]


def decision_boundary(
    model: Module,
    data: Data,
    preparation: Preparation | None = None,
    test: Data | None = None,
    lang: Language = "en",
) -> "Figure":
    """Return the plane of two features, divided by what the model decides, with the samples.

    Args:
        model: with two inputs; its decision is the largest of its outputs, or the sign of one.
        data: (X, y) as the network sees them, y the class of each sample; filled markers.
        preparation: of the data; gives names of classes and features, and the original units.
        test: samples that were not trained on, as hollow markers.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises ValueError for samples of another number of features, targets that are no classes, or
    another language.
    """
    say = speaker(lang, "decision_boundary")
    rows, targets = samples_of(data)
    parts = [(rows, targets)] if test is None else [(rows, targets), samples_of(test)]
    for some, _ in parts:
        if len(some[0]) != 2:
            raise ValueError(
                f"decision_boundary: the samples must have 2 features, got {len(some[0])}"
            )
    x1, x2 = (
        ticks_over([row[axis] for some, _ in parts for row in some], GRID, MARGIN)
        for axis in (0, 1)
    )
    outputs = predict(model, [[a, b] for b in x2 for a in x1])
    known = [target for _, some in parts for target in some]
    classes = classes_of(outputs[0], known, None, preparation, "decision_boundary")
    inputs = inputs_of(2, preparation, "decision_boundary")
    figure = new_figure(
        "the decision boundary", 6.8, _height(x1, x2) if preparation is None else 4.8
    )
    axes = figure.add_subplot()
    _draw_regions(axes, inputs, x1, x2, [classes.margins(output) for output in outputs])
    for number, (some, answers) in enumerate(parts):
        _draw_samples(axes, inputs, some, answers, classes, hollow=number == 1)
    axes.set(xlabel=inputs[0].name, ylabel=inputs[1].name, title=say("boundary"))
    if preparation is None:
        axes.set_aspect("equal")
        # The plain layout makes room for a legend as if the axes were as wide as they may be.
        figure.set_layout_engine("compressed")
    names = classes.names if preparation else [say("class", name=name) for name in classes.names]
    _add_legend(axes, names, say, is_divided=test is not None)
    return finished(figure)


def _height(x1: list[float], x2: list[float]) -> float:
    """Of a figure whose axes have the same scale, in inches."""
    return min(max(5.0 * (x2[-1] - x2[0]) / (x1[-1] - x1[0]) + 1.0, 3.2), 7.0)


def _draw_regions(
    axes: "Axes", inputs: list[Input], x1: list[float], x2: list[float], margins: list[list[float]]
) -> None:
    """Colour and hatch where each class is ahead, and draw the border between them."""
    xs, ys = [inputs[0].original(x) for x in x1], [inputs[1].original(x) for x in x2]
    for i in range(len(margins[0])):
        heights = [margin[i] for margin in margins]
        if not max(heights) > 0.0:  # this class never wins, or all is nan
            continue
        grid = [heights[k : k + GRID] for k in range(0, len(heights), GRID)]
        region = axes.contourf(
            xs,
            ys,
            grid,
            levels=[0.0, math.inf],
            colors=[class_color(i)],
            alpha=0.25,
            hatches=[HATCHES[i % len(HATCHES)]],
        )
        region.set(edgecolor=class_color(i), linewidth=0.0)
        if min(heights) < 0.0:
            axes.contour(xs, ys, grid, levels=[0.0], colors="black", linewidths=1.0)


def _draw_samples(
    axes: "Axes",
    inputs: list[Input],
    rows: list[Any],
    targets: list[Any],
    classes: Classes,
    hollow: bool,
) -> None:
    actual = [classes.actual(target, i) for i, target in enumerate(targets)]
    for number in range(len(classes.names)):
        points = [row for row, i in zip(rows, actual, strict=True) if i == number]
        axes.scatter(
            [inputs[0].original(a) for a, _ in points],
            [inputs[1].original(b) for _, b in points],
            s=30 if hollow else 26,
            marker=class_marker(number),
            facecolors="white" if hollow else class_color(number),
            edgecolors=class_color(number) if hollow else "black",
            linewidths=1.5 if hollow else 0.5,
        )


def _add_legend(axes: "Axes", names: list[str], say: Say, is_divided: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Any] = []
    for i, name in enumerate(names):
        color = class_color(i)
        patch = Patch(
            facecolor=(color, 0.25), edgecolor=(color, 0.25), hatch=HATCHES[i % len(HATCHES)]
        )
        marker = Line2D(
            [], [], ls="", marker=class_marker(i), markerfacecolor=color, markeredgecolor="black",
            markeredgewidth=0.5, markersize=6,
        )  # fmt: skip
        entries.append(((patch, marker), name))
    if is_divided:
        for fill, name in ((GREY, say("training")), ("white", say("test"))):
            marker = Line2D(
                [], [], ls="", marker="o", markerfacecolor=fill, markeredgecolor=GREY, markersize=6
            )
            entries.append((marker, name))
    handles, labels = zip(*entries, strict=True)
    legend_beside(axes, handles=list(handles), labels=list(labels), handleheight=1.4)
