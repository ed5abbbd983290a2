"""How well a model predicts numbers."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.encodings import NumberTarget
from nn.data.preparation import Preparation
from nn.data.samples import samples_of
from nn.evaluate import predict
from nn.module import Module
from nn.plot.inputs import Input, inputs_of, ticks_over
from nn.plot.speaking import Language, Say, speaker
from nn.plot.style import (
    BLUE,
    GREY,
    ORANGE,
    VERMILLION,
    finished,
    legend_beside,
    name_of,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What the samples are called: without those of a test they may be any.
SETS = (("samples",), ("training_samples", "test_samples"))
POINTS = 200  # of the curve
MARGIN = 0.05  # how far around the samples the curve is drawn, as a part of their span

Data = tuple[Sequence[Any], Sequence[Any]]


def regression(
    model: Module,
    data: Data,
    preparation: Preparation | None = None,
    test: Data | None = None,
    lang: Language = "en",
) -> "Figure":
    """Return the model's curve through the samples; for several features what it predicts of each.

    With one feature: the prediction as a curve over it, and the samples. With several: for each
    sample the predicted over the actual value; what is predicted right lies on the diagonal.

    Args:
        model: with one output.
        data: (X, y) as the network sees them, y a number for each sample; filled markers.
        preparation: of the data; gives the names and the original units.
        test: samples that were not trained on, as hollow markers.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    The title has R² = 1 - (sum of squared errors) / (that of the deviations from the mean), of the
    test samples if there are any. Raises ValueError for a model with several outputs, targets that
    are no numbers, or another language.
    """
    say = speaker(lang, "regression")
    rows, targets = samples_of(data)
    parts = [(rows, targets)] if test is None else [(rows, targets), samples_of(test)]
    inputs = inputs_of(len(rows[0]), preparation, "regression")
    target = _target(preparation)
    actual, predicted = [], []
    for some, answers in parts:
        _check(some, answers, len(rows[0]))
        outputs = predict(model, some)
        if isinstance(outputs[0], list):
            raise ValueError(f"regression: the model must have one output, got {len(outputs[0])}")
        actual.append([target.original(answer) for answer in answers])
        predicted.append([target.original(output) for output in outputs])
    figure = new_figure("the regression", 7.0, 4.8)
    axes = figure.add_subplot()
    if len(inputs) == 1:
        seen = ticks_over([row[0] for some, _ in parts for row in some], POINTS, MARGIN)
        curve = [target.original(output) for output in predict(model, [[x] for x in seen])]
        for number, (some, _) in enumerate(parts):
            xs = [inputs[0].original(x) for [x] in some]
            _scatter(axes, xs, actual[number], SETS[test is not None][number], say)
        xs = [inputs[0].original(x) for x in seen]
        axes.plot(xs, curve, color=VERMILLION, linewidth=2.0, label=say("prediction"))
        axes.set(xlabel=inputs[0].name, ylabel=target.name)
    else:
        for number in range(len(parts)):
            _scatter(axes, actual[number], predicted[number], SETS[test is not None][number], say)
        numbers = [number for some in (*actual, *predicted) for number in some]
        ends = [min(numbers), max(numbers)]
        axes.plot(ends, ends, color=GREY, ls="--", label=say("diagonal"))
        axes.set(
            xlabel=say("target_actual", target=target.name),
            ylabel=say("target_predicted", target=target.name),
        )
        axes.set_aspect("equal", adjustable="datalim")
    r = _r_squared(actual[-1], predicted[-1]) or say("one_value")
    axes.set_title(say("regression" if test is None else "regression_test", r=r))
    axes.grid(alpha=0.3)
    legend_beside(axes)
    return finished(figure)


def _target(preparation: Preparation | None) -> Input:
    """The name of the target and its units."""
    if preparation is None:
        return Input("y")
    target = preparation.target
    if not isinstance(target, NumberTarget):
        raise ValueError(
            f"regression: the target {target.name!r:.40} is a class; "
            "use decision_boundary or confusion_matrix"
        )
    return Input(name_of(target.name), target.mean, target.deviation)


def _check(rows: list[Any], targets: list[Any], n_inputs: int) -> None:
    if len(rows[0]) != n_inputs:
        raise ValueError(
            f"regression: the test samples must have {n_inputs} features, got {len(rows[0])}"
        )
    for i, target in enumerate(targets):
        if not isinstance(target, (int, float)):
            raise ValueError(
                f"regression: the targets must be numbers; got {target!r:.40} (sample {i})"
            )


def _scatter(axes: "Axes", xs: list[float], ys: list[float], which: str, say: Say) -> None:
    """Draw the samples: those of the test as hollow squares, all others filled."""
    is_test = which == "test_samples"
    axes.scatter(
        xs,
        ys,
        s=26,
        marker="s" if is_test else "o",
        facecolors="none" if is_test else BLUE,
        edgecolors=ORANGE if is_test else "white",
        linewidths=1.5 if is_test else 0.5,
        label=say(which),
    )


def _r_squared(actual: list[float], predicted: list[float]) -> str:
    """R² in words; "" where all actual values are one."""
    mean = math.fsum(actual) / len(actual)
    variance = math.fsum((y - mean) ** 2 for y in actual)
    if not variance:
        return ""
    error = math.fsum((y - p) ** 2 for y, p in zip(actual, predicted, strict=True))
    return f"{1.0 - error / variance:.3f}"
