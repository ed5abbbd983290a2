"""Activation functions: what a neuron does with z = W.x + b.

Owns the one table from names to functions, the choice of one by name or by function, and which of
them work on a whole layer at once.
"""

import reprlib
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

import autograd as ag

# z -> y; softmax alone takes the list of the z of a whole layer, see `takes_layer`.
Activation = Callable[[Any], Any]


def identity(z: Any) -> Any:
    """Return z as it is: a linear neuron."""
    return z


def step(z: Any, threshold: float = 0.0) -> Any:
    """Return 1.0 if z > threshold, else 0.0: the perceptron's activation (Rosenblatt, 1958).

    nan stays nan. The derivative is 0 everywhere, so no edge leads through a step: the weights
    before it get the gradient 0, and gradient descent cannot train them. To train, use sigmoid,
    which is a smooth step, and read off its output at 0.5.
    """
    return ag.relu(ag.sign(z - threshold if threshold else z))


ACTIVATIONS: dict[str, Activation] = {
    "identity": identity,
    "step": step,
    "relu": ag.relu,
    "leaky_relu": ag.leaky_relu,
    "tanh": ag.tanh,
    "sigmoid": ag.sigmoid,
    "softplus": ag.softplus,
    "elu": ag.elu,
    "gelu": ag.gelu,
    "silu": ag.silu,
    "softmax": ag.softmax,
}


def takes_layer(activation: Activation) -> bool:
    """Whether `activation` takes the numbers of a whole layer and returns as many: softmax."""
    return activation is ag.softmax


def activation_function(
    activation: str | Activation | None, argument: str = "activation"
) -> Activation:
    """Return the function that `activation` names: a name of the table, a function, None.

    None is the identity. `argument` is what the errors call it. Raises ValueError for an unknown
    name, TypeError for anything else.
    """
    if activation is None:
        return identity
    if isinstance(activation, str):
        if activation not in ACTIVATIONS:
            near = get_close_matches(activation[:40].lower(), ACTIVATIONS, n=1)
            raise ValueError(
                f"{argument}: unknown name {activation!r:.40}; "
                f"{f'did you mean {near[0]!r}? Or ' if near else ''}"
                f"choose one of {', '.join(ACTIVATIONS)}, or give a function"
            )
        return ACTIVATIONS[activation]
    if not callable(activation):
        raise TypeError(
            f"{argument}: expected a name or a function, got {reprlib.repr(activation):.40}"
        )
    return activation


def activation_name(function: Activation) -> str | None:
    """Return the table's name of `function`, or None for a function of one's own."""
    for name, known in ACTIVATIONS.items():
        if known is function:
            return name
    return None


def shown_name(activation: Activation) -> str:
    """Return the name of an activation function: the table's, or the function's own."""
    found: object = activation
    while isinstance(found, partial):
        found = found.func
    if isinstance(found, ag.Op):
        return activation_name(activation) or found.name
    return activation_name(activation) or str(getattr(found, "__name__", type(found).__name__))
