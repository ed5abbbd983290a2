"""Nested lists: their shape and their entries.

Owns what vectors and matrices are in a package without arrays: lists of lists. NumPy arrays,
tensors and tuples are turned into them where data comes in.
"""

from typing import Any


def as_lists(thing: Any) -> Any:
    """Return arrays, tensors and tuples at any depth as lists; anything else as it is."""
    if hasattr(thing, "tolist"):
        thing = thing.tolist()
    if isinstance(thing, (list, tuple)):
        return [as_lists(item) for item in thing]
    return thing


def shape_of(nested: Any) -> tuple[int, ...] | None:
    """Return the lengths at each depth, () for a single entry; None if the lists are ragged."""
    if not isinstance(nested, list):
        return ()
    shapes = [shape_of(item) for item in nested]
    inner = shapes[0] if shapes else ()
    if inner is None or any(shape != inner for shape in shapes):
        return None
    return (len(nested), *inner)


def entries(nested: Any) -> list[Any]:
    """Return the entries of nested lists in order, row by row."""
    if not isinstance(nested, list):
        return [nested]
    return [entry for item in nested for entry in entries(item)]


def reshape(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """Return the entries of `flat` in nested lists of `shape`; the inverse of `entries`."""
    if not shape:
        return flat[0]
    size = len(flat) // shape[0] if shape[0] else 0
    return [reshape(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]
