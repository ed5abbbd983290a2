"""Memory order: in which order the elements of an array stand in memory, which NumPy may tell.

Owns that order as a part of a layout, and arrays that stand as another one does: "A" and "K", as in
`x.ravel("K")`, ask for it.
"""

from collections.abc import Sequence
from typing import Any


def order_of(x: Any) -> tuple[Any, ...]:
    """The order of an array: () if it is C's, as of nearly all, gaps or not.

    Else its axes, the one of the largest steps first, and whether it is Fortran's order, without
    gaps: "A" means that one alone.
    """
    if x.ndim < 2 or x.flags.c_contiguous:
        return ()
    axes = _axes_by_steps(x)
    return (axes, bool(x.flags.f_contiguous)) if axes != tuple(range(x.ndim)) else ()


def _axes_by_steps(x: Any) -> tuple[int, ...]:
    """The axes as "K" walks over them, the innermost last.

    One that takes no step, as it is repeated or of length 1, may stand anywhere: NumPy leaves it
    where it is if it can, by inserting each axis among those within it.
    """
    steps = [abs(step) * (n > 1) for step, n in zip(x.strides, x.shape, strict=True)]
    found: list[int] = []  # the innermost first
    for axis in reversed(range(x.ndim)):
        place = len(found)
        for i in reversed(range(len(found))):
            if steps[axis] and steps[found[i]]:
                if steps[found[i]] <= steps[axis]:
                    break
                place = i
        found.insert(place, axis)
    return tuple(reversed(found))


def copy_of(x: Any) -> Any:
    """A copy of an array that stands in memory in the order of this one.

    `x.copy("K")` closes gaps, and "A" then finds Fortran's order where there was none.
    """
    made = _room_like(x, x.dtype)
    made[...] = x
    return made


def objects_like(x: Any, items: Sequence[Any]) -> Any:
    """An array of objects of the shape and the order of another one.

    Args:
        x: the other array.
        items: its elements, by its axes.
    """
    import numpy  # loaded already: an argument is an array

    flat = numpy.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        flat[i] = item
    if not order_of(x):
        return flat.reshape(x.shape)
    made = _room_like(x, flat.dtype)
    made[...] = flat.reshape(x.shape)
    return made


def _room_like(x: Any, kind: Any) -> Any:
    """An array of a kind that is yet to be filled."""
    import numpy

    order = order_of(x)
    if not order:
        return numpy.empty(x.shape, kind)
    axes, is_fortran = order
    *outer, inner = [x.shape[i] for i in axes]
    room = numpy.empty([*outer, inner + (not is_fortran)], kind)  # a gap where it had one
    return room[..., :inner].transpose([axes.index(i) for i in range(x.ndim)])
