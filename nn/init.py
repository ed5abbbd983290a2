"""Initial weights, and where their random numbers come from.

Owns the table of initialisers by name, and what `seed` means everywhere in nn. Biases start at 0.
"""

import math
import random
from collections.abc import Callable
from operator import index
from typing import cast

Seed = int | random.Random | None
# (number of inputs, number of outputs of the layer, source) -> one weight
Initialiser = Callable[[int, int, random.Random], float]


# The functions of the module are the methods of one hidden `random.Random`.
_GLOBAL = cast(random.Random, random)


def random_source(seed: Seed) -> random.Random:
    """Return the source that `seed` stands for.

    None is Python's global `random` module; an int starts a generator of its own; a
    `random.Random` is used, and advanced, as it is. Raises TypeError for anything else, and
    ValueError for an int below 0, which Python takes for the one above.
    """
    if seed is None or seed is _GLOBAL:
        return _GLOBAL
    if isinstance(seed, random.Random):
        return seed
    try:
        number = index(seed)
    except TypeError:
        raise TypeError(
            f"seed: expected an int, a random.Random or None, got {seed!r:.40}"
        ) from None
    if number < 0:
        raise ValueError(f"seed: must be at least 0, got {number}; Python takes it for {-number}")
    return random.Random(number)


def uniform(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from U(-1, 1), as micrograd does: for narrow layers."""
    return source.uniform(-1, 1)


def zeros(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Return 0: for a single layer, or to see that neurons which start alike stay alike."""
    return 0.0


def normal(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from N(0, 1), the standard normal distribution: for narrow layers."""
    return source.gauss(0.0, 1.0)


def xavier(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from U(-a, a), a = sqrt(6 / (n_inputs + n_outputs)) (Glorot and Bengio, 2010, eq. 16).

    For activations that are linear around 0: tanh, sigmoid, identity. Keeps the variance of the
    outputs near that of the inputs, and that of the gradients too.
    """
    bound = math.sqrt(6.0 / (n_inputs + n_outputs))
    return source.uniform(-bound, bound)


def xavier_normal(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from the normal distribution with the variance of `xavier`, 2 / (n_inputs + n_outputs).

    (Glorot and Bengio, 2010, eq. 12.)
    """
    return source.gauss(0.0, math.sqrt(2.0 / (n_inputs + n_outputs)))


def he(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from the normal distribution with variance 2 / n_inputs (He et al., 2015, eq. 10).

    For relu and its like, which halve the variance.
    """
    return source.gauss(0.0, math.sqrt(2.0 / n_inputs))


def he_uniform(n_inputs: int, n_outputs: int, source: random.Random) -> float:
    """Draw from U(-a, a), a = sqrt(6 / n_inputs): the variance of `he` (He et al., 2015)."""
    bound = math.sqrt(6.0 / n_inputs)
    return source.uniform(-bound, bound)


INITIALISERS: dict[str, Initialiser] = {
    "uniform": uniform,
    "zeros": zeros,
    "normal": normal,
    "xavier": xavier,
    "xavier_normal": xavier_normal,
    "he": he,
    "he_uniform": he_uniform,
}


def initialiser(init: str | Initialiser) -> Initialiser:
    """Return the initialiser that `init` names, or `init` itself if it is a function.

    Raises ValueError for an unknown name, TypeError for anything else.
    """
    if isinstance(init, str):
        if init not in INITIALISERS:
            raise ValueError(
                f"init: unknown name {init!r:.40}; choose one of {', '.join(INITIALISERS)}, "
                "or give a function (n_inputs, n_outputs, source) -> weight"
            )
        return INITIALISERS[init]
    if not callable(init):
        raise TypeError(f"init: expected a name or a function, got {init!r:.40}")
    return init
