"""Orders: those of many epochs, drawn at once as `random.Random.shuffle` draws them one by one.

Owns where native code does it: the random source is left as shuffling in Python leaves it.
"""

from array import array
from functools import cache, lru_cache
from random import Random

from autograd.replay.backends import has_llvm
from autograd.replay.handlers import pass_on

FEWEST = 300  # samples that are worth it
AT_ONCE = 2_000_000  # samples; each is some 20 bytes while their orders are drawn


# What shuffling asks a source for, or native code does; somebody may have put another in its place.
_METHODS = {
    name: getattr(Random, name, None)
    for name in ("shuffle", "_randbelow", "getrandbits", "getstate", "setstate")
}


def shuffles_as_usual(source: object) -> bool:
    """Whether it is a `random.Random`, of no class derived from it, with the methods of old."""
    return (
        type(source) is Random
        and _METHODS.keys().isdisjoint(vars(source))
        and all(getattr(Random, name, None) is method for name, method in _METHODS.items())
    )


def draw_orders(source: Random, n: int, n_orders: int) -> "array[int]":
    """The orders, one after another, that shuffling `range(n)` so many times gives.

    Args:
        source: is left as shuffling leaves it.
    """
    is_worth_it = n > 1 and FEWEST <= n * n_orders <= AT_ONCE
    if not is_worth_it or not shuffles_as_usual(source) or not _is_usual():
        return _shuffled(source, n, n_orders)
    return _drawn(source, n, n_orders)


def _shuffled(source: Random, n: int, n_orders: int) -> "array[int]":
    found = array("q")
    for _ in range(n_orders):
        order = list(range(n))
        source.shuffle(order)
        found.extend(order)
    return found


def _drawn(source: Random, n: int, n_orders: int) -> "array[int]":
    from autograd.replay.llvm.training.shuffle import shuffle

    orders = _in_order(n) * n_orders
    shuffle(source, orders, n)
    return orders


@lru_cache(maxsize=1)
def _in_order(n: int) -> "array[int]":
    return array("q", range(n))


@cache
def _is_usual() -> bool:
    """Whether native code can shuffle here, and does what this Python does."""
    if not has_llvm() or array("I").itemsize != 4:
        return False
    try:
        mine, theirs = Random(1), Random(1)
        same = _drawn(mine, 150, 2) == _shuffled(theirs, 150, 2)
    except (ImportError, OSError) as error:  # llvmlite is there and broken
        pass_on(error)
        return False
    return same and mine.getstate() == theirs.getstate()
