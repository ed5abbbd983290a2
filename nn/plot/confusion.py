"""Which classes a model takes for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.samples import samples_of
from nn.evaluate import largest, predict
from nn.module import Module
from nn.plot.style import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion_matrix(model: Module, data: tuple[Sequence[Any], Sequence[Any]]) -> "Figure":
    """Return how many samples of each class (rows) the model takes for each class (columns).

    Args:
        model: with an output for each class.
        data: (X, y), y the index of the class of each sample.
    """
    figure = new_figure("the confusion matrix", 5.6, 5.2)
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
