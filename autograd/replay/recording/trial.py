"""Trial: a program compared with the function it was recorded from, on other numbers.

Owns what must be the same: the bits of all numbers, the containers, and what stands between them.
"""

import math
import sys
from collections.abc import Collection, Hashable, Mapping, Sequence
from numbers import Number
from typing import Any, NamedTuple, Protocol

from autograd.attributes import attributes_of
from autograd.containers import Shape
from autograd.node import number_of
from autograd.number import is_array
from autograd.replay.recording.refusals import RETURNS_OBJECTS, returns_number
from autograd.replay.recording.traced import Traced
from autograd.replay.tapes.tape import Tape
from autograd.value import Value

CLOSE = 1e-6  # relative to the largest number


class Trial(NamedTuple):
    """A path whose program is yet to be compared with the function on other numbers.

    Attributes:
        inputs: what it was recorded with, as doubles.
        is_repeated: whether it has been compared on the same numbers.
    """

    inputs: bytes
    is_repeated: bool


class Recorded(Protocol):
    """What a result of the function looked like when it was recorded."""

    @property
    def shape(self) -> Shape:
        """Its containers."""

    @property
    def wholes(self) -> Collection[int]:
        """The places of it that hold a whole number."""

    @property
    def is_near(self) -> bool:
        """Whether the last digits of its numbers may be others than the function's."""

    @property
    def fixed(self) -> Mapping[int, Any]:
        """What stands in it and is no number of the program, by its place."""


def difference(
    recorded: Recorded, found: Sequence[float] | None, right: Sequence[Any], shape: Shape
) -> str:
    """Why a program does not give what the function itself has given; "" if it does.

    Args:
        recorded: what the program was made from.
        found: its outputs; None if a guard is answered otherwise.
        right, shape: what the function returned, taken apart.
    """
    fixed = {i: x for i, x in enumerate(right) if not is_number(x)}
    for i, x in [*fixed.items()]:  # numbers, as eager mode and NumPy have them
        kind: type = int if i in recorded.wholes else float
        if isinstance(x, kind) and i not in recorded.fixed:
            del fixed[i]
    for i, x in fixed.items():
        if isinstance(x, Number) and i not in recorded.fixed:
            return returns_number(type(x))
    numbers = [float(plain(x)) for i, x in enumerate(right) if i not in fixed]
    mode = "fast" if recorded.is_near else "exact"
    if found is None or not is_translation(found, numbers, mode):
        return (
            "its program does not give the same numbers as the function itself: something in it "
            "is no operation on Values, such as random numbers, a list or attribute it changes, or "
            "a sum that NumPy adds up in an order of its own"
        )
    is_as_before = shape == recorded.shape and fixed.keys() == recorded.fixed.keys()
    is_as_before = is_as_before and _have_the_same_words(shape, recorded.shape)
    if is_as_before and all(_is_the_same(x, recorded.fixed[i]) for i, x in fixed.items()):
        return ""
    return RETURNS_OBJECTS


def is_number(x: Any) -> bool:
    """Whether it is one in a result: what a program computes, or a float."""
    return x.__class__ is float or isinstance(x, (Value, Traced))


def plain(x: Any) -> Any:
    """A result that eager mode gives, as a number if it is one."""
    return x.number if isinstance(x, Traced) else number_of(x)


def same(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether they hold the same bits; one nan is as good as another."""
    return len(a) == len(b) and [x.hex() for x in a] == [x.hex() for x in b]


def close(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether the first are as near to the others as those of a fast program are to be."""
    limit = CLOSE * max([1.0, *map(abs, b)])
    return len(a) == len(b) and all(abs(x - y) <= limit for x, y in zip(a, b, strict=True))


def is_translation(found: Sequence[float], tape: Sequence[float], mode: str) -> bool:
    """Whether these may be the outputs of a translation of what gives those, in a mode."""
    if mode == "exact" or len(found) != len(tape):
        return same(found, tape)
    pairs = [p for p in zip(found, tape, strict=True) if all(map(math.isfinite, p))]
    return close([x for x, _ in pairs], [y for _, y in pairs])


def is_same_way(a: Tape, b: Tape) -> bool:
    """Whether both are one way through a function: recorded by two threads at once, say."""
    return a.guards == b.guards and _compute_the_same(a, b)


def serves_for(a: Tape, b: Tape) -> bool:
    """Whether the first asks less and computes the same."""
    return {*a.guards} < {*b.guards} and _compute_the_same(a, b)


def _compute_the_same(a: Tape, b: Tape) -> bool:
    return (
        (a.rows, a.operands, a.outputs) == (b.rows, b.operands, b.outputs)
        and same(a.constants, b.constants)
    )  # fmt: skip


def _have_the_same_words(a: Shape, b: Shape) -> bool:
    """Whether containers of one layout have: keys, and the attributes of classes of their own."""
    if a.kind in (None, "array"):
        return True
    ours, theirs = attributes_of(a.empty), attributes_of(b.empty)
    if ours.keys() != theirs.keys():
        return False
    if issubclass(a.kind, dict) and not all(map(_is_the_same, a.keys, b.keys)):
        return False
    return all(_is_the_same(x, theirs[name]) for name, x in ours.items()) and all(
        map(_have_the_same_words, a.items, b.items)
    )


def _is_the_same(a: Any, b: Any) -> bool:
    """Whether it is one thing, or another that nobody can change or tell from it."""
    return a is b or _told_from_others(a) == _told_from_others(b)


def _told_from_others(x: Any) -> Hashable:
    """What tells it from others: its text, if nobody can change it, else which object it is.

    A class that says what is equal to it may have what can be changed all the same. Those of
    Python's own library that are hashable then have nothing, nor have numbers of NumPy.
    """
    kind: Any = type(x)
    if kind is tuple or kind is frozenset:
        return kind, kind([_told_from_others(part) for part in x])
    if is_array(x) and not x.size:
        return kind, x.shape, x.dtype
    parameters = vars(kind).get("__dataclass_params__")
    if parameters is not None and parameters.frozen:
        found = attributes_of(x).items()
        return kind, tuple([(name, _told_from_others(part)) for name, part in found])
    if _is_of_library(x) and kind.__eq__ is not object.__eq__ and kind.__hash__ is not None:
        return (kind, repr(x)) if isinstance(x, Number) else (kind, repr(x), x)  # of nan, nan
    return id(x)


def _is_of_library(x: Any) -> bool:
    """Whether it is of a class of Python's own, without a `__dict__`, or a number of NumPy."""
    package = str(type(x).__module__).partition(".")[0]
    if package == "numpy":
        return hasattr(x, "dtype") and x.dtype.kind not in "OV"
    return package in sys.stdlib_module_names and not hasattr(x, "__dict__")
