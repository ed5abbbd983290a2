"""Activation functions: what a neuron does with z = W.x + b.

Owns the one table from names to functions, and the choice of one by name or by function.
"""

from collections.abc import Callable
from typing import Any

import autograd as ag

Activation = Callable[[Any], Any]


def identity(z: Any) -> Any:
    """Return z as it is: a linear neuron."""
    return z


ACTIVATIONS: dict[str, Activation] = {
    "identity": identity,
    "relu": ag.relu,
    "leaky_relu": ag.leaky_relu,
    "tanh": ag.tanh,
    "sigmoid": ag.sigmoid,
    "softplus": ag.softplus,
    "elu": ag.elu,
    "gelu": ag.gelu,
    "silu": ag.silu,
}


def activation_function(activation: str | Activation | None) -> Activation:
    """Return the function that `activation` names: a name of the table, a function, None.

    None is the identity. Raises ValueError for an unknown name and for softmax, which works on a
    whole layer, and TypeError for anything else.
    """
    if activation is None:
        return identity
    if activation == "softmax" or activation is ag.softmax:
        raise ValueError(
            "activation: softmax is not for a single neuron; leave out the output activation: "
            "cross_entropy takes the logits, and ag.softmax(model(x)) gives the probabilities"
        )
    if isinstance(activation, str):
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"activation: unknown name {activation!r}; choose one of "
                f"{', '.join(ACTIVATIONS)}, or give a function"
            )
        return ACTIVATIONS[activation]
    if not callable(activation):
        raise TypeError(f"activation: expected a name or a function, got {activation!r:.40}")
    return activation


def activation_name(function: Activation) -> str | None:
    """Return the table's name of `function`, or None for a function of one's own."""
    for name, known in ACTIVATIONS.items():
        if known is function:
            return name
    return None
