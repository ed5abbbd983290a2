"""What goes in comes out: numbers inside lists, tuples, dicts and NumPy arrays.

`flatten` takes a container apart into its numbers and a `Shape`; the Shape puts numbers back.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd.number import is_array


class Shape(NamedTuple):
    """A container without its numbers: what kind it is, and the shapes of its items."""

    kind: Any  # None for one number, "array", or the class of a list, tuple or dict
    items: tuple[Any, ...] = ()  # Shapes; for an array its lengths
    keys: tuple[Any, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        if self.kind is None:
            return 1
        if self.kind == "array":
            return math.prod(self.items)
        return sum(item.size for item in self.items)

    def rebuild(self, numbers: Sequence[Any]) -> Any:
        """The container again, holding `numbers` in order."""
        return _rebuild(self, iter(numbers))


NUMBER = Shape(None)


def flatten(tree: Any) -> tuple[list[Any], Shape]:
    """The numbers in `tree`, in order, and its Shape. Whatever is no container is a number."""
    numbers: list[Any] = []
    return numbers, _collect(tree, numbers)


def _collect(tree: Any, numbers: list[Any]) -> Shape:
    if isinstance(tree, dict):
        items = tuple([_collect(x, numbers) for x in tree.values()])
        return Shape(type(tree), items, tuple(tree))
    if isinstance(tree, (list, tuple)):
        return Shape(type(tree), tuple([_collect(x, numbers) for x in tree]))
    if is_array(tree) and tree.ndim > 0:
        numbers += tree.ravel().tolist()
        return Shape("array", tree.shape)
    numbers.append(tree)
    return NUMBER


def _rebuild(shape: Shape, numbers: Iterator[Any]) -> Any:
    if shape.kind is None:
        return next(numbers)
    if shape.kind == "array":
        return _array(shape.items, numbers)
    return _container(shape, [_rebuild(item, numbers) for item in shape.items])


def _container(shape: Shape, items: list[Any]) -> Any:
    if issubclass(shape.kind, dict):
        return dict(zip(shape.keys, items, strict=True))
    if hasattr(shape.kind, "_fields"):  # a named tuple
        return shape.kind(*items)
    return shape.kind(items)


def _array(lengths: tuple[int, ...], numbers: Iterator[Any]) -> Any:
    import numpy  # loaded already: the shape came from an array

    result = numpy.empty(lengths, dtype=object)
    flat = result.ravel()  # a view: `result` is contiguous
    for k in range(flat.size):
        flat[k] = next(numbers)
    plain = all(isinstance(x, (int, float)) for x in flat)
    return result.astype(float) if plain else result


def nest(outer: Shape, inner: Shape, rows: Sequence[Sequence[Any]]) -> Any:
    """The layout of a Jacobian: for each number of `outer` one row, a container like `inner`.

    Containers of `outer` stand outside those of `inner`; an array in an array, or in a number,
    is one array that has the lengths of both, outer first.
    """
    if outer.kind not in (None, "array"):
        parts, start = [], 0
        for item in outer.items:
            parts.append(nest(item, inner, rows[start : start + item.size]))
            start += item.size
        return _container(outer, parts)
    if inner.kind not in (None, "array"):
        parts, start = [], 0
        for item in inner.items:
            parts.append(nest(outer, item, [row[start : start + item.size] for row in rows]))
            start += item.size
        return _container(inner, parts)
    flat = [x for row in rows for x in row]
    lengths = (*outer.items, *inner.items)
    return Shape("array", lengths).rebuild(flat) if lengths else flat[0]


def where_is(tree: Any, place: int) -> str:
    """How to write the number at `place` of the flattened tree: "[0]['w']", for messages."""
    return _paths(tree, "")[place]


def _paths(tree: Any, path: str) -> list[str]:
    if isinstance(tree, dict):
        return [p for k, x in tree.items() for p in _paths(x, f"{path}[{k!r}]")]
    if isinstance(tree, (list, tuple)):
        return [p for k, x in enumerate(tree) for p in _paths(x, f"{path}[{k}]")]
    if is_array(tree) and tree.ndim > 0:
        return [f"{path}.flat[{k}]" for k in range(tree.size)]
    return [path]
