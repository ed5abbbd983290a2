"""Callbacks: what is called while a model trains, and when to stop early.

Owns the interface of a callback, and the rule of early stopping.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nn.checks import rate, whole_number

if TYPE_CHECKING:
    from nn.training.state import Training

MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy")


class Callback:
    """What `fit` calls while it trains; subclass it and override what you need.

    Each method gets the `Training`: its `model`, `optimizer`, `history`, `epoch` (from 1) of
    `epochs`, `batch` (from 1) in that epoch and `batch_loss`. Setting `training.stop = True` ends
    the training after this batch or epoch.
    """

    def on_train_begin(self, training: "Training") -> None:
        """Before the first batch; after a resume before the next one."""

    def on_batch_end(self, training: "Training") -> None:
        """After each weight update."""

    def on_epoch_end(self, training: "Training") -> None:
        """After each epoch, when its measures are in `training.history`."""

    def on_train_end(self, training: "Training") -> None:
        """When the training ends, also early: the model has the weights that it will keep."""


class _AfterEachEpoch(Callback):
    """A plain function as a callback."""

    def __init__(self, function: Callable[["Training"], Any]) -> None:
        self.function = function

    def on_epoch_end(self, training: "Training") -> None:
        self.function(training)


def sees_batches(callbacks: Iterable[Callback]) -> bool:
    """Whether one of them wants to be called after each batch."""
    mine = [getattr(one.on_batch_end, "__func__", None) for one in callbacks]  # of object or class
    return any(function is not Callback.on_batch_end for function in mine)


def callbacks_of(callbacks: Any) -> list[Callback]:
    """Return the argument `callbacks` as objects; TypeError for what can be neither."""
    if isinstance(callbacks, Callback) or callable(callbacks):
        callbacks = [callbacks]
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"fit: callbacks must be a list of functions, got {callbacks!r:.40}")
    return [_callback(callback) for callback in callbacks]


def _callback(callback: Any) -> Callback:
    if isinstance(callback, Callback):
        return callback
    if isinstance(callback, type) or not callable(callback):
        raise TypeError(
            "fit: a callback is a function that takes the training, called after each epoch, or "
            f"an object of a subclass of nn.Callback; got {callback!r:.40}"
        )
    return _AfterEachEpoch(callback)


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when a measure has not improved for `patience` epochs, and keep the best weights.

    Args:
        patience: how many epochs without improvement end the training.
        min_delta: by how much more than this a measure must change to count as improved.
        measure: `val_loss`, `val_accuracy`, `loss` or `accuracy`; a loss is to fall, an accuracy
            to rise.
    """

    patience: int
    min_delta: float = 0.0
    measure: str = "val_loss"

    def __post_init__(self) -> None:
        whole_number(self.patience, "EarlyStopping: patience")
        rate(self.min_delta, "EarlyStopping: min_delta")
        if self.measure not in MEASURES:
            raise ValueError(
                f"EarlyStopping: measure must be one of {', '.join(MEASURES)}; "
                f"got {self.measure!r:.40}"
            )

    def improves(self, value: float, best: "Best | None") -> bool:
        """Whether `value` is better than the best so far; nan never is."""
        if best is None:
            return value == value
        if self.measure.endswith("accuracy"):
            return value > best.value + self.min_delta
        return value < best.value - self.min_delta

    def is_over(self, epoch: int, best: "Best | None") -> bool:
        """Whether the training is to stop after `epoch`."""
        return epoch - (best.epoch if best is not None else 0) >= self.patience


@dataclass(frozen=True)
class Best:
    """The best epoch so far by `measure`, and all parameters after it."""

    measure: str
    epoch: int
    value: float
    weights: "array[float]"


def early_stopping_of(early_stopping: Any) -> EarlyStopping | None:
    """Return the argument `early_stopping` as an object: a number is its patience."""
    if early_stopping is None or isinstance(early_stopping, EarlyStopping):
        return early_stopping
    if isinstance(early_stopping, bool) or not hasattr(early_stopping, "__index__"):
        raise TypeError(
            "fit: early_stopping must be a number of epochs or nn.EarlyStopping(patience=...), "
            f"got {early_stopping!r:.40}"
        )
    return EarlyStopping(whole_number(early_stopping, "fit: early_stopping"))
