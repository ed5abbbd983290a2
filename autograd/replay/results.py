"""Results: the numbers of a program put together as what the function returned.

Owns the containers of a result, and what stands in them beside numbers.
"""

import copy
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from autograd.containers import Shape, made_of

Builder = Callable[[Sequence[float]], Any]


def builder_of(shape: Shape, fixed: dict[int, Any], wholes: Collection[int] = ()) -> Builder:
    """A function that puts the numbers of a result together.

    Args:
        shape: the layout of what the function returned.
        fixed: places in the flattened result that hold no number of the program: a string, an
            int, None; the same in every call.
        wholes: places that hold a whole number.
    """
    if fixed or wholes:

        def build_around(numbers: Sequence[float]) -> Any:
            rest = iter(numbers)
            items = [fixed[i] if i in fixed else next(rest) for i in range(size)]
            return shape.rebuild([int(x) if i in wholes else x for i, x in enumerate(items)])

        size = shape.size
        return build_around
    if shape.kind is None:
        return lambda numbers: numbers[0]
    if shape.kind is list and all(item.kind is None for item in shape.items):
        return list
    return lambda numbers: _filled(shape, iter(numbers))


def _filled(shape: Shape, numbers: Iterator[float]) -> Any:
    """`shape.rebuild(numbers)`, arrays of floats at once."""
    if shape.kind is None:
        return next(numbers)
    if shape.kind == "array":
        import numpy  # loaded already: an argument or a result is an array

        return numpy.fromiter(numbers, dtype=float, count=math.prod(shape.items)).reshape(
            shape.items
        )
    if all(item.kind is None for item in shape.items) and shape.kind in (list, tuple):
        return shape.kind([next(numbers) for _ in shape.items])
    items = [_filled(item, numbers) for item in shape.items]
    if shape.empty is None:
        return made_of(shape.kind, items)
    result = copy.copy(shape.empty)
    for name, item in zip(shape.keys, items, strict=True):
        result[name] = item
    return result
