"""Binding: the arguments of a call with nodes in place of the numbers, as a recording gets them.

Owns which number becomes a Value and which one stays plain.
"""

import copy
from array import array
from collections.abc import Collection
from typing import Any, NamedTuple

from autograd.containers import made_like
from autograd.number import is_array
from autograd.replay.recording.arguments import (
    is_float,
    is_of_own_int,
    is_usual,
    is_usual_array,
    is_whole,
)
from autograd.replay.recording.blocks import as_doubles, kind_of_block
from autograd.replay.recording.memory_order import copy_of, objects_like
from autograd.replay.recording.plain_arrays import plain_array
from autograd.replay.recording.plain_numbers import Floating, Whole, Wrapping
from autograd.replay.recording.traced import Traced
from autograd.value import Value


class Span(NamedTuple):
    """An argument with items in a row, such as the samples of a batch.

    Attributes:
        n: how many there are.
        scalars, arrays: which ones of the nodes of `Bound` it has.
    """

    n: int
    scalars: range
    arrays: range


class Bound(NamedTuple):
    """The arguments as a recorded function gets them.

    Attributes:
        args, kwargs: with fresh nodes in place of the numbers.
        scalars: the nodes for `Parts.numbers`.
        arrays: for each array of `Parts.arrays` its nodes. In eager mode both leave out those of an
            object that stood elsewhere before.
        has_plain: whether there are plain numbers.
        is_unlike: whether one of these, or an array, computes otherwise than Python's floats and
            ints do.
        has_twins: whether one container or buffer stands in several places.
        spans: the arguments that are lists, tuples or arrays.
        shares: for each argument its place or name, and how many of `scalars` and `arrays` it has.
    """

    args: list[Any]
    kwargs: dict[str, Any]
    scalars: list[Value]
    arrays: list[list[Value]]
    has_plain: bool
    is_unlike: bool
    has_twins: bool
    spans: list[Span]
    shares: list[tuple[int | str, int, int]]


def bind(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    are_plain: bool = False,
    is_recorded: bool = True,
    but_for: Collection[int] = (),
) -> Bound:
    """The same call with fresh nodes, in the order of `take_apart`.

    Args:
        args, kwargs: of the call.
        are_plain: whether floats, too, are plain numbers in eager mode, as ints are; else they are
            Values in both.
        is_recorded: whether plain numbers are `Traced` ones; else, in eager mode, they are left as
            they are.
        but_for: the places, -1 for the last, of arguments whose floats are Values nevertheless.
    """
    binder = _Binder(are_plain, is_recorded)
    bound = []
    values = {i % len(args) for i in but_for if type(i) is int} if args else set()
    for i, x in enumerate(args):
        binder.are_plain = are_plain and i not in values
        bound.append(binder.argument(x, i))
    binder.are_plain = are_plain
    named = {name: binder.argument(x, name) for name, x in kwargs.items()}
    scalars, arrays = binder.scalars, binder.arrays
    flags = binder.has_plain, binder.is_unlike, binder.has_twins
    return Bound(bound, named, scalars, arrays, *flags, binder.spans, binder.shares)


class _Binder:
    """What `bind` has made so far."""

    def __init__(self, are_plain: bool, is_recorded: bool) -> None:
        self.are_plain, self._is_recorded = are_plain, is_recorded
        self.scalars: list[Value] = []
        self.arrays: list[list[Value]] = []
        self.spans: list[Span] = []
        self.shares: list[tuple[int | str, int, int]] = []
        self.has_plain = self.is_unlike = self.has_twins = False
        # By what was given and whether its floats are plain: it, which keeps its id, and its twin.
        self._twins: dict[tuple[int, bool], tuple[Any, Any]] = {}

    def argument(self, x: Any, where: int | str) -> Any:
        """An argument, as `bound`."""
        before = len(self.scalars), len(self.arrays)
        twin = self.bound(x)
        n = len(x) if isinstance(x, (list, tuple)) or (is_array(x) and x.ndim) else 0
        here = range(before[0], len(self.scalars)), range(before[1], len(self.arrays))
        self.spans += [Span(n, *here)] if n else []
        self.shares.append((where, len(here[0]), len(here[1])))
        return twin

    def bound(self, x: Any) -> Any:
        """`x` with nodes in place of its numbers; in eager mode one object stays one object.

        Not in a recording, whose program serves others, too: a function that asks gives other
        numbers in the two.
        """
        if not (isinstance(x, (list, tuple, dict, bytearray, array)) or is_array(x)):
            return self._made(x)
        place = id(x), self.are_plain
        known = self._twins.get(place)
        self.has_twins |= known is not None
        if known is not None and not self._is_recorded:
            return known[1]
        made = self._made(x)
        self._twins[place] = x, made
        return made

    def _made(self, x: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return made_like(x, [self.bound(item) for item in x])
        if isinstance(x, dict):
            twin = copy.copy(x)  # x.copy() of a class of its own is a plain dict
            for name, item in x.items():
                twin[name] = self.bound(item)
            return twin
        if isinstance(x, Traced):  # of the recording of a function that this one is called in
            return x
        if is_array(x) and not is_usual_array(x):
            self.is_unlike = True
            return x
        if is_of_own_int(x):
            return x
        if is_whole(x):
            self.scalars.append(Value(float(x)))
            return self._whole(x, self.scalars[-1])
        if isinstance(x, float) or is_float(x):
            self.scalars.append(Value(x))
            if not self.are_plain:
                return self.scalars[-1]
            self.has_plain = True
            self.is_unlike |= not is_usual(x)
            return Floating(self.scalars[-1]) if self._is_recorded else x
        if self._is_left(x):
            return copy_of(x)
        block = as_doubles(x)
        if block is not None:
            return self._of_block(x, block)
        if not is_array(x) or x.dtype.kind != "O":
            return _as_given(x)
        return objects_like(x, [self.bound(item) for item in x.ravel().tolist()])

    def _is_left(self, x: Any) -> bool:
        """Whether it is an array of numbers that stay what they are; the function gets a copy."""
        if self._is_recorded or not is_array(x) or x.ndim == 0:
            return False
        return bool(x.dtype.kind in ("fiu" if self.are_plain else "iu"))

    def _whole(self, number: Any, node: Value) -> Any:
        self.has_plain = True
        if not self._is_recorded:
            return number
        return Whole(node) if is_usual(number) else Wrapping(node)

    def _of_block(self, x: Any, block: Any) -> Any:
        numbers = (block.ravel() if is_array(block) else block).tolist()
        nodes = [Value(number) for number in numbers]
        self.arrays.append(nodes)
        items: list[Any] = [*nodes]
        kind = kind_of_block(x)[2]
        self.is_unlike |= self.are_plain and kind.startswith("float ")
        if kind.startswith("int"):
            make = Wrapping if kind != "int" else Whole
            self.has_plain = True
            in_array = is_array(x)
            items = [make(v, in_array) if self._is_recorded else int(v._number) for v in nodes]
        elif self.are_plain:
            self.has_plain = True
            in_array = is_array(x)
            items = [Floating(v, in_array) if self._is_recorded else v._number for v in nodes]
            if is_array(x) and self._is_recorded:
                return plain_array(objects_like(x, items))
        return objects_like(x, items) if is_array(x) else items


def _as_given(x: Any) -> Any:
    """What is no number: a copy of what the function may change."""
    if is_array(x):
        return copy_of(x)
    return x[:] if isinstance(x, (bytearray, array)) else x


def which_items(arguments: Any) -> list[Any]:
    """Which objects stand in some containers, one after another, and what is in their buffers."""
    if isinstance(arguments, dict):
        return [id(x) for x in arguments] + which_items([*arguments.values()])
    if is_array(arguments) and arguments.dtype.kind == "O":
        import numpy  # loaded already; an array of ours gives numbers outside of it another object

        return which_items(numpy.asarray(arguments).ravel().tolist())
    if isinstance(arguments, (list, tuple)):
        return [len(arguments), *[i for x in arguments for i in (which_items(x) or [id(x)])]]
    if is_array(arguments) or isinstance(arguments, (bytearray, array)):
        return [id(arguments), arguments.tobytes() if is_array(arguments) else bytes(arguments)]
    return []
