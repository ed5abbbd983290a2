"""Results: the numbers of a program put together as what the function returned.

Owns the containers of a result, and what stands in them beside numbers.
"""

import gc
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

from autograd.containers import Shape, container_of
from autograd.replay.recording.traced import Traced
from autograd.value import Value

MOST_LOOKED_AT = 10_000  # objects in the others of a result
_SIMPLE = (int, float, complex, str, bytes, type(None))
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


def holds_of_recording(outputs: Sequence[Any], shape: Shape, inputs: Sequence[Value]) -> bool:
    """Whether something in a result that is no number holds one of a recording, or of its graph."""
    given = set(map(id, inputs))
    pending = [x for x in outputs if not isinstance(x, (Value, Traced, *_SIMPLE))] + _besides(shape)
    seen: dict[int, Any] = {}
    while pending and len(seen) < MOST_LOOKED_AT:
        x = pending.pop()
        if isinstance(x, Traced) or (isinstance(x, Value) and (x.op or id(x) in given)):
            return True
        if id(x) in seen or isinstance(x, (Value, type, ModuleType, *_SIMPLE)):
            continue
        seen[id(x)] = x
        if isinstance(x, FunctionType):  # not all that its module holds
            pending += [x.__closure__, x.__defaults__, x.__kwdefaults__, x.__dict__]
        else:
            pending += gc.get_referents(x)
    return False


def _besides(shape: Shape) -> list[Any]:
    """What containers of a result hold beside their items: a factory, attributes."""
    found = [x for item in shape.items if isinstance(item, Shape) for x in _besides(item)]
    if shape.empty is not None and type(shape.empty) is not dict:
        found.append(shape.empty)
    return found


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
    return container_of(shape, items)
