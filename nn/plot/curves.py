"""Curves over the epochs of a training."""

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nn.plot.speaking import Language, Say, speaker
from nn.plot.style import BLUE, GREY, VERMILLION, finished, legend_beside, new_figure
from nn.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGE = 1e250  # from here matplotlib would look for margins and ticks beyond the largest float
LARGE_TICKS = [10.0**k for k in range(-300, 301, 50)]


def loss_curve(history: History, lang: Language = "en") -> "Figure":
    """Return the loss of each epoch, and the accuracy below it if the history has it.

    Both of the training samples and, dashed, of those kept for validation, with the best epoch
    where early stopping went back to it. What is measured on training samples is "running": each
    sample counts as the model was when its batch came, so it lags behind the validation.

    Args:
        history: of a training.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises ValueError for a history without an epoch, and for another language.
    """
    if not isinstance(history, History):
        raise TypeError(
            f"loss_curve: expected the History of one training, got {type(history).__name__}; to "
            'compare several, plot history["loss"] of each'
        )
    say = speaker(lang, "loss_curve")
    if not len(history):
        raise ValueError("loss_curve: the history is empty; train for an epoch first")
    has_accuracy = not {"accuracy", "val_accuracy"}.isdisjoint(history.measured.names)
    figure = new_figure("the loss curve", 7.2, 5.6 if has_accuracy else 3.8)
    from matplotlib.ticker import FixedLocator, MaxNLocator

    panels = figure.subplots(1 + has_accuracy, 1, sharex=True, squeeze=False)[:, 0]
    losses = _draw(panels[0], history, "loss", "val_loss", say)
    finite = [loss for loss in losses if math.isfinite(loss)]
    name = f" ({history.loss_name})" if history.loss_name else ""
    if history.spans_decades("loss", "val_loss"):
        name += f"\n{say('logarithmic')}"
        if max(finite) > LARGE:
            panels[0].set_ylim(min(finite) / 10.0, sys.float_info.max)
        panels[0].set_yscale("log")
        panels[0].yaxis.set_major_formatter("{x:g}")
        if max(finite) > LARGE:
            panels[0].yaxis.set_major_locator(FixedLocator(LARGE_TICKS))
            panels[0].minorticks_off()
    else:
        panels[0].set_ylim(bottom=min([0.0, *finite]))
    panels[0].set(ylabel=f"{say('loss')}{name}", title=say("curves"))
    if has_accuracy:
        _draw(panels[1], history, "accuracy", "val_accuracy", say)
        panels[1].set(ylabel=say("accuracy"), ylim=(0.0, 1.02))
    for axes in panels:
        if history.best_epoch is not None:
            axes.axvline(
                history.best_epoch, color=GREY, ls=":",
                label=say("best_epoch", epoch=history.best_epoch),
            )  # fmt: skip
        axes.grid(alpha=0.3)
        legend_beside(axes)
    panels[-1].set_xlabel(say("epoch"))
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    return finished(figure)


def _draw(
    axes: "Axes", history: History, training: str, validation: str, say: Say
) -> Sequence[float]:
    """Draw a measure of the training and of the validation, and return all its numbers."""
    marker = "o" if len(history) == 1 else ""
    styles = (
        (training, say("running"), BLUE, "-"),
        (validation, say("validation"), VERMILLION, "--"),
    )
    numbers: list[float] = []
    for measure, label, color, style in styles:
        if measure in history.measured.names:
            axes.plot(
                history["epoch"], history[measure], style, color=color, marker=marker, label=label
            )
            numbers += history[measure]
    return numbers
