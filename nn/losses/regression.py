"""Losses of regression: the target is a number, and what counts is how far off a prediction is.

Owns the mean squared, the mean absolute and the Huber error.
"""

from numbers import Real
from typing import Any

import autograd as ag
from autograd import Value
from nn.checks import rate
from nn.losses.batches import pairs


@ag.boxed
def mse_loss(predictions: Any, targets: Any) -> Any:
    """Return the mean squared error: the mean of (prediction - target)**2 over all entries.

    Args:
        predictions: a list with a number or `Value`, or a row of them, for each sample.
        targets: the same shape.

    Raises ValueError if the shapes differ. As PyTorch's `mse_loss`.
    """
    errors = _errors("mse_loss", predictions, targets)
    return ag.dot(errors, errors) / len(errors)


@ag.boxed
def l1_loss(predictions: Any, targets: Any) -> Any:
    """Return the mean absolute error: the mean of |prediction - target| over all entries.

    Its derivative at a prediction that is exact is 0. Arguments and errors as for `mse_loss`; as
    PyTorch's `l1_loss`.
    """
    return ag.mean([ag.abs(error) for error in _errors("l1_loss", predictions, targets)])


@ag.boxed
def huber_loss(predictions: Any, targets: Any, delta: float = 1.0) -> Any:
    """Return the mean of the Huber loss (Huber, 1964): squared near the target, linear far off.

    With e = prediction - target it is e**2 / 2 where |e| < delta, and delta * (|e| - delta / 2)
    elsewhere, so that outliers pull no harder than `delta`.

    Args:
        predictions, targets: as for `mse_loss`.
        delta: where the square ends, a number > 0, in units of the targets.

    Raises ValueError if the shapes differ or for another delta. As PyTorch's `huber_loss`.
    """
    delta = rate(delta, "huber_loss: delta")
    if delta == 0.0:
        raise ValueError("huber_loss: delta must be > 0, got 0; for a linear loss use l1_loss")
    errors = _errors("huber_loss", predictions, targets)
    # p * (e - p / 2) is e**2 / 2 where p is e, and delta * (|e| - delta / 2) where p is +-delta:
    # the same graph on either side, so that one compiled program serves all errors.
    pulls = [
        ag.where(ag.relu(delta - ag.abs(error)), error, delta * ag.sign(error)) for error in errors
    ]
    reaches = [error - pull / 2 for error, pull in zip(errors, pulls, strict=True)]
    return ag.dot(pulls, reaches) / len(errors)


def _errors(loss: str, predictions: Any, targets: Any) -> list[Any]:
    """prediction - target for every entry."""
    found = pairs(loss, "predictions", predictions, targets)
    errors = []
    for i, (prediction, target) in enumerate(zip(found.outputs, found.targets, strict=True)):
        try:
            errors.append(ag.sub(prediction, target))
        except TypeError:
            is_target = isinstance(prediction, (Real, Value))
            name, entry = ("targets", target) if is_target else ("predictions", prediction)
            raise TypeError(
                f"{loss}: {name}{found.place(i)} must be a number, got {entry!r:.40}"
            ) from None
    return errors
