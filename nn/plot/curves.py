"""Curves over the epochs of a training."""

from typing import TYPE_CHECKING

from nn.history import History
from nn.plot.style import COLORS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def loss_curve(history: History) -> "Figure":
    """Return the loss of each epoch, and the accuracy if the history has it."""
    if not len(history):
        raise ValueError("loss_curve: the history is empty; train for an epoch first")
    figure = new_figure("the loss curve", 6.4, 4.0)
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
