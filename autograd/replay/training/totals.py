"""Totals: weighted sums of many rows of numbers, each from the left, as a loop in Python adds them.

Owns how the costs of batches become the mean ones of epochs.
"""

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from operator import add, mul, truediv

from autograd.replay.backends import has_llvm
from autograd.replay.handlers import pass_on

FEWEST = 300  # numbers that are worth it


def means_of(numbers: "array[float]", weights: Sequence[float], n: int) -> "array[float]":
    """For each row of as many numbers as weights: (0.0 + number * weight + ...) / n."""
    native = _native() if len(numbers) >= FEWEST else None
    if native is None:
        return _means(numbers, weights, n)
    return native(numbers, array("d", weights), n)


def _means(numbers: "array[float]", weights: Sequence[float], n: int) -> "array[float]":
    width = len(weights)
    found = [0.0] * (len(numbers) // width)
    for i, weight in enumerate(weights):  # one number of each row at a time: loops of C
        found = list(map(add, found, map(mul, numbers[i::width], repeat(weight))))
    return array("d", map(truediv, found, repeat(n)))


@cache
def _native() -> Callable[..., "array[float]"] | None:
    """The native code for it, if it can be here and does what this Python does."""
    if not has_llvm():
        return None
    try:
        from autograd.replay.llvm.training.totals import means
    except (ImportError, OSError) as error:  # llvmlite is there and broken
        pass_on(error)
        return None
    numbers, weights = array("d", [0.1, 0.7, 1e17, -0.3, 1.1, 3e17]), array("d", [3.0, 7.0, -1.0])
    return means if means(numbers, weights, 7) == _means(numbers, weights, 7) else None
