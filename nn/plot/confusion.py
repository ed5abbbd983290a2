"""Which classes a model takes for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.preparation import Preparation
from nn.data.samples import samples_of
from nn.evaluate import predict
from nn.module import Module
from nn.plot.decisions import classes_of
from nn.plot.speaking import Language, speaker
from nn.plot.style import finished, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion_matrix(
    model: Module,
    data: tuple[Sequence[Any], Sequence[Any]],
    classes: Sequence[object] | None = None,
    preparation: Preparation | None = None,
    lang: Language = "en",
) -> "Figure":
    """Return how many samples of each class (rows) the model takes for each class (columns).

    A field is the darker the larger its part of the class is.

    Args:
        model: with an output for each class, or one for two classes.
        data: (X, y) as the network sees them, y the class of each sample.
        classes: a name for each class; default: those of the preparation, or the targets.
        preparation: of the data; a network that ends in logits of two classes needs it, because
            the targets 0 and 1 do not tell logits from probabilities.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises ValueError for targets that are no classes, another number of names, or another language.
    """
    say = speaker(lang, "confusion_matrix")
    rows, targets = samples_of(data)
    outputs = predict(model, rows)
    known = classes_of(outputs[0], targets, classes, preparation, "confusion_matrix")
    n_classes = len(known.names)
    side = min(max(0.42 * n_classes + 2.2, 4.4), 11.0)
    figure = new_figure("the confusion matrix", side + 0.6, side)
    counts = [[0] * n_classes for _ in range(n_classes)]
    for i, (output, target) in enumerate(zip(outputs, targets, strict=True)):
        counts[known.actual(target, i)][known.predicted(output)] += 1
    parts = [[count / (sum(row) or 1) for count in row] for row in counts]
    n_right = sum(counts[i][i] for i in range(n_classes))
    axes = figure.add_subplot()
    axes.imshow(parts, cmap="Blues", vmin=0.0, vmax=1.0)
    size = 10.0 if n_classes <= 12 else 8.0 if n_classes <= 20 else 6.0
    for actual, row in enumerate(counts):
        for predicted, count in enumerate(row):
            if count:
                color = "white" if parts[actual][predicted] > 0.5 else "black"
                axes.text(
                    predicted, actual, str(count),
                    ha="center", va="center", color=color, fontsize=size,
                )  # fmt: skip
    axes.set(
        xlabel=say("predicted_class"),
        ylabel=say("actual_class"),
        title=say(
            "confusion", right=n_right, total=len(rows), percent=f"{n_right / len(rows):.1%}"
        ),
    )
    longest = max(map(len, known.names))
    turned = longest * n_classes > 30
    axes.set_xticks(
        range(n_classes), known.names, fontsize=size,
        rotation=45 if turned else 0, ha="right" if turned else "center", rotation_mode="anchor",
    )  # fmt: skip
    axes.set_yticks(range(n_classes), known.names, fontsize=size)
    return finished(figure)
