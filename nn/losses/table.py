"""The losses by name.

Owns the one table from names to functions, and the choice of a loss by name or by function.
"""

import reprlib
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from nn.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from nn.losses.classification import cross_entropy, hinge_loss
from nn.losses.regression import huber_loss, l1_loss, mse_loss

# (outputs of a batch, their targets) -> what to minimise
Loss = Callable[[list[Any], list[Any]], Any]

LOSSES: dict[str, Loss] = {
    "mse": mse_loss,
    "l1": l1_loss,
    "huber": huber_loss,
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge_loss,
}
# What the same losses are called elsewhere: for the suggestion in an error.
_ELSEWHERE = {
    "mean_squared_error": "mse",
    "l2": "mse",
    "mae": "l1",
    "mean_absolute_error": "l1",
    "smooth_l1": "huber",
    "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "binary_crossentropy": "binary_cross_entropy",
    "log_loss": "cross_entropy",
    "nll": "cross_entropy",
    "categorical_crossentropy": "cross_entropy",
    "svm": "hinge",
}


def loss_function(loss: str | Loss) -> Loss:
    """Return the loss that `loss` names, or `loss` itself if it is a function.

    A function's own name, such as "mse_loss", stands for it too. Raises ValueError for an unknown
    name, TypeError for anything else.
    """
    if isinstance(loss, str):
        name = loss.removesuffix("_loss")
        if name not in LOSSES:
            raise ValueError(
                f"loss: unknown name {loss!r:.40}; {_suggestion(loss)}choose one of "
                f"{', '.join(LOSSES)}, or give a function (outputs, targets) -> Value"
            )
        return LOSSES[name]
    if not callable(loss):
        raise TypeError(
            f"loss: expected a name such as 'mse' or a function such as nn.cross_entropy, "
            f"got {reprlib.repr(loss):.40}"
        )
    return loss


def loss_name(loss: Loss) -> str:
    """Return the table's name of `loss`; for a function of one's own, that function's name."""
    for name, known in LOSSES.items():
        if known is loss:
            return name
    return getattr(loss, "__name__", type(loss).__name__)


def _suggestion(wrong: str) -> str:
    word = wrong[:40].strip().lower().replace("-", "_").replace(" ", "_").removesuffix("_loss")
    known = {**{name: name for name in LOSSES}, **_ELSEWHERE}
    near = get_close_matches(word, known, n=1)
    return f"did you mean {known[near[0]]!r}? Or " if near else ""
