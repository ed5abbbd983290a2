"""Penalties: what large weights cost, to be added to a loss against overfitting.

Owns the L1 and the L2 penalty.
"""

from collections.abc import Iterable
from typing import Any

import autograd as ag


@ag.boxed
def l1_penalty(parameters: Iterable[Any]) -> Any:
    """Return the sum of |w| over `parameters`: times a small number it drives weights to 0.

    The derivative at a weight of 0 is 0. Raises ValueError for no parameters, TypeError for
    anything but a list of `Value`s or numbers.
    """
    return ag.sum([ag.abs(w) for w in _listed("l1_penalty", parameters)])


@ag.boxed
def l2_penalty(parameters: Iterable[Any]) -> Any:
    """Return the sum of w**2 over `parameters`: times a small number it keeps weights small.

    Half of it times a factor is what that `weight_decay` does in plain SGD. Errors as for
    `l1_penalty`.
    """
    weights = _listed("l2_penalty", parameters)
    return ag.dot(weights, weights)


def _listed(who: str, parameters: Any) -> list[Any]:
    if not isinstance(parameters, Iterable):
        raise TypeError(
            f"{who}: parameters must be a list of Values, got {type(parameters).__name__}; "
            f"write {who}(model.parameters())"
        )
    found = list(parameters)
    if not found:
        raise ValueError(f"{who}: parameters is empty; write {who}(model.parameters())")
    return found
