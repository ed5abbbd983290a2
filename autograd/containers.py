"""What goes in comes out: numbers inside lists, tuples, dicts and NumPy arrays.

`flatten` takes a container apart into its numbers and a `Shape`; the Shape puts numbers back.
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from autograd.attributes import attributes_of, give_attributes
from autograd.number import is_array


class Shape(NamedTuple):
    """A container without its numbers: what kind it is, and the shapes of its items."""

    kind: Any  # None for one number, "array", or the class of a list, tuple or dict
    items: tuple[Any, ...] = ()  # Shapes; for an array its lengths
    keys: Sequence[Any] = ()  # what its items are found by; () for an array
    empty: Any = None  # an empty one like it, for a dict (a defaultdict keeps its factory), and for
    # a list or tuple that has attributes

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        if self.kind is None:
            return 1
        if self.kind == "array":
            return math.prod(self.items)
        return sum(item.size for item in self.items)

    def rebuild(self, numbers: Iterable[Any]) -> Any:
        """The container again, holding `numbers` in order."""
        return _rebuild(self, iter(numbers))

    def path(self, place: int) -> str:
        """How to write the number at `place` of the flattened container: "[0]['w']"."""
        if self.kind is None:
            return ""
        for key, item in zip(self.keys, self.items, strict=False):
            if place < item.size:
                return f"[{key!r}]{item.path(place)}"
            place -= item.size
        return f".flat[{place}]"

    def describe(self) -> str:
        """What it is, with its article: "a list of 2"."""
        if self.kind is None:
            return "a number"
        if self.kind == "array":
            return f"an array of shape {self.items}"
        name = self.kind.__name__
        return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name} of {len(self.items)}"


NUMBER = Shape(None)


def flatten(
    tree: Any, *, into_lists: bool = True, whole: Callable[[Any], bool] | None = None
) -> tuple[list[Any], Shape]:
    """The numbers in `tree`, in order, and its Shape. Whatever is no container is a number.

    Without `into_lists`, lists and arrays are left whole and stand where numbers would, and so does
    everything for which `whole` holds.
    """
    numbers: list[Any] = []
    return numbers, _collect(tree, numbers, into_lists, whole)


def _collect(
    tree: Any, numbers: list[Any], into_lists: bool, whole: Callable[[Any], bool] | None
) -> Shape:
    if whole is not None and whole(tree):
        numbers.append(tree)
        return NUMBER
    if isinstance(tree, dict):
        items = tuple([_collect(x, numbers, into_lists, whole) for x in tree.values()])
        empty = copy.copy(tree)
        empty.clear()
        return Shape(type(tree), items, tuple(tree), empty)
    if isinstance(tree, tuple) or (into_lists and isinstance(tree, list)):
        items = tuple([_collect(x, numbers, into_lists, whole) for x in tree])
        return Shape(type(tree), items, range(len(tree)), _bare(tree))
    if is_array(tree) and tree.ndim == 0:
        tree = tree.tolist()  # None for a masked one, whose .item() is what the mask hides
    elif is_array(tree) and into_lists:
        numbers += tree.ravel().tolist()
        return Shape("array", tree.shape)
    numbers.append(tree)
    return NUMBER


def _bare(tree: Any) -> Any:
    """An empty list or tuple with the attributes of this one; None if it has none."""
    if type(tree) in (list, tuple) or not attributes_of(tree):
        return None
    return made_like(tree, ())


def flatten_like(tree: Any, shape: Shape, who: str) -> list[Any]:
    """The numbers in `tree` in the order of `shape`, the same containers and lengths.

    The keys of a dict may stand in any order. Raises ValueError that begins with `who` and the
    place where the layouts differ.
    """
    numbers: list[Any] = []
    _collect_like(tree, shape, who, numbers)
    return numbers


def _collect_like(tree: Any, shape: Shape, where: str, numbers: list[Any]) -> None:
    if isinstance(tree, dict) and isinstance(shape.empty, dict):
        missing = [k for k in shape.keys if k not in tree]
        if missing or len(tree) > len(shape.keys):
            unknown = [k for k in tree if k not in shape.keys]
            raise ValueError(f"{where}: other keys are needed: missing {missing}, extra {unknown}")
        parts = [tree[k] for k in shape.keys]
    elif type(tree) is shape.kind and len(tree) == len(shape.items):
        parts = tree
    elif is_array(tree) and shape.kind == "array" and tree.shape == shape.items:
        numbers += tree.ravel().tolist()
        return
    else:
        leaves, given = flatten(tree)
        if not shape.kind is given.kind is None:
            raise ValueError(f"{where}: expected {shape.describe()}, got {given.describe()}")
        numbers += leaves
        return
    for key, x, item in zip(shape.keys, parts, shape.items, strict=True):
        _collect_like(x, item, f"{where}[{key!r}]", numbers)


def _rebuild(shape: Shape, numbers: Iterator[Any]) -> Any:
    if shape.kind is None:
        return next(numbers)
    if shape.kind == "array":
        return _array(shape.items, numbers)
    return container_of(shape, [_rebuild(item, numbers) for item in shape.items])


def container_of(shape: Shape, items: Iterable[Any]) -> Any:
    """A list, tuple or dict of this layout that holds `items`."""
    if isinstance(shape.empty, dict):
        result = copy.copy(shape.empty)
        for key, item in zip(shape.keys, items, strict=True):
            result[key] = item  # not update(), which adds up in a Counter
        return result
    return made_of(shape.kind, items) if shape.empty is None else made_like(shape.empty, items)


def made_like(tree: Any, items: Iterable[Any]) -> Any:
    """A list or tuple of the class of this one, with its attributes, that holds `items`."""
    made = made_of(type(tree), items)
    if type(tree) not in (list, tuple):
        give_attributes(made, attributes_of(tree))
    return made


def made_of(kind: Any, items: Iterable[Any]) -> Any:
    """A list or tuple of a class, which may be one of its own that is made of something else."""
    if issubclass(kind, tuple):
        return tuple.__new__(kind, items)
    made: Any = list.__new__(kind)
    list.extend(made, items)
    return made


def _array(lengths: tuple[int, ...], numbers: Iterator[Any]) -> Any:
    import numpy  # loaded already: the shape came from an array

    result = numpy.empty(lengths, dtype=object)
    flat = result.ravel()  # a view: `result` is contiguous
    for k in range(flat.size):
        flat[k] = next(numbers)
    return plain_if_possible(result)


def plain_if_possible(array: Any) -> Any:
    """The array as one of floats, ints or bools, if it holds nothing else."""
    items = array.ravel().tolist()
    if not all(isinstance(x, (int, float)) for x in items):
        return array
    kinds = set(map(type, items))
    with suppress(OverflowError):  # an int of more than 64 bits
        return array.astype(kinds.pop() if kinds in ({int}, {bool}) else float)
    return array


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
        return container_of(outer, parts)
    if inner.kind not in (None, "array"):
        parts, start = [], 0
        for item in inner.items:
            parts.append(nest(outer, item, [row[start : start + item.size] for row in rows]))
            start += item.size
        return container_of(inner, parts)
    flat = [x for row in rows for x in row]
    lengths = (*outer.items, *inner.items)
    return Shape("array", lengths).rebuild(flat) if lengths else flat[0]
