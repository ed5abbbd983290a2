"""Arguments: what a call brings, taken apart into numbers and a layout.

Owns what counts as an input of a program (floats, ints, arrays and buffers of them, in any
container), what is part of the program instead (everything else, and all shapes), and the order in
which numbers stand: `bind`, in `binding`, walks like `take_apart`.
"""

import sys
from collections import ChainMap, UserDict, UserList, deque
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, NamedTuple

from autograd.attributes import attributes_of
from autograd.number import EXACT, as_number, is_array
from autograd.replay.recording.blocks import as_doubles, is_of_time, kind_of_block, view_of
from autograd.replay.recording.memory_order import order_of
from autograd.replay.recording.traced import Traced
from autograd.value import Value


class Parts(NamedTuple):
    """One call, taken apart.

    Attributes:
        key: all that the program is made for: layouts, and what is no number.
        numbers: the Python numbers among the arguments, in order.
        arrays: its arrays and buffers, each one of doubles without gaps.
        has_values: whether a Value stands somewhere, or what stands for a number in a recording:
            the call is part of a graph.
    """

    key: tuple[Any, ...]
    numbers: list[float]
    arrays: list[Any]
    has_values: bool


def take_apart(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Parts:
    """The numbers of a call, and what its program is made for.

    Raises TypeError, which names the argument, for what can neither be a number nor a key.
    """
    walk = _Walk()
    try:
        key = [walk.key(x, i) for i, x in enumerate(args)]
        key += [(name, walk.key(x, name)) for name, x in kwargs.items()]
    except RecursionError:
        raise TypeError(
            "compile: an argument holds itself, or lists in lists some hundred deep; give numbers "
            "in flatter lists, tuples, dicts or arrays"
        ) from None
    return Parts((len(args), *key), walk.numbers, walk.arrays, walk.has_values)


class _Walk:
    """What `take_apart` has met so far."""

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.arrays: list[Any] = []
        self.has_values = False
        self._within: set[int] = set()  # the dataclasses that are being looked at

    def key(self, x: Any, where: Any) -> Any:
        """Note the numbers in `x`; return the rest."""
        kind = type(x)
        if kind is float:
            self.numbers.append(x)
            return "float"
        if kind is list or kind is tuple:
            if x and set(map(type, x)) == {float}:  # most lists, at the speed of C
                self.numbers.extend(x)
                return kind, len(x)
            return kind, tuple([self.key(item, where) for item in x])
        if isinstance(x, (Value, Traced)):
            self.has_values = True
            return "Value"
        if isinstance(x, dict):
            names = tuple(x)
            if set(map(type, names)) - {str}:  # 0.0 == -0.0 == False
                names = tuple([self.fixed(name, where) for name in names])
            items = tuple([self.key(item, where) for item in x.values()])
            if kind is dict:
                return kind, names, items
            return kind, names, items, getattr(x, "default_factory", None), self.attributes(x)
        if isinstance(x, (list, tuple)):
            return kind, tuple([self.key(item, where) for item in x]), self.attributes(x)
        if is_of_own_int(x):
            return kind, int(x), self.attributes(x)
        if is_whole(x):
            self.numbers.append(float(x))
            return "int" if is_usual(x) else (kind, "a number")
        if is_float(x):
            self.numbers.append(as_number(x, f"compile: argument {where!r}"))
            return "float" if is_usual(x) else (kind, "a number")
        if is_array(x) and not is_usual_array(x):
            return kind, ("array", x.shape, x.dtype.str)
        block = as_doubles(x)
        if block is not None:
            self.arrays.append(block)
            return kind_of_block(x)
        if is_array(x):
            if x.dtype.kind != "O":  # bools, dates, text, ints beyond doubles
                return kind, self.of_array(x, where)
            items = tuple([self.key(item, where) for item in x.ravel().tolist()])
            return "array", x.shape, items, *order_of(x)
        return self.fixed(x, where)

    def _in_memory(self, x: Any, where: Any) -> Any:
        """A buffer not made of doubles, such as a bytearray, by what it holds; None: it is none."""
        view, numpy = view_of(x), sys.modules.get("numpy")
        if view is None:
            return None
        if "O" not in view.format:
            return view.format, view.shape, view.tobytes()
        return None if numpy is None else self.of_array(numpy.asarray(view), where)

    def of_array(self, x: Any, where: Any) -> tuple[Any, ...]:
        """An array by what it holds: its bytes, unless these only tell where that stands."""
        found: Any
        if x.dtype.kind != "T" and not x.dtype.hasobject:
            found = x.tobytes()
        else:
            found = tuple([self.fixed(item, where) for item in x.ravel().tolist()])
        return x.shape, x.dtype, found, *order_of(x)

    def fixed(self, x: Any, where: Any) -> Any:
        """What is part of the program, as a key."""
        kind: Any = type(x)
        if is_array(x):
            return kind, self.of_array(x, where), self.attributes(x)
        if is_of_time(x):
            return kind, x.dtype, x.tobytes()
        if kind is slice:
            return kind, tuple([self.fixed(part, where) for part in (x.start, x.stop, x.step)])
        parts = _parts_of(x)
        if parts is not None:
            return kind, tuple([self.fixed(part, where) for part in parts]), self.attributes(x)
        try:
            hash(x)
        except (TypeError, ValueError):  # of a memoryview that may be written
            in_memory = self._in_memory(x, where)
            if in_memory is not None:
                return kind, in_memory
            if not is_dataclass(x) and not vars_of(x):
                raise TypeError(
                    f"compile: argument {where!r} holds one of type {kind.__name__}, which is "
                    "neither a number nor hashable and has no attributes by which it is known; "
                    "give its numbers in lists, tuples, dicts or arrays"
                ) from None
            if not is_dataclass(x):
                return kind, _Itself(x), self.attributes(x)
        if is_dataclass(x) and not isinstance(x, type):
            return kind, self.of_fields(x, where)
        if kind is tuple or kind is frozenset:
            return kind, x, tuple([self.fixed(part, where) for part in x])
        if kind in _NUMBERS:
            return kind, x, repr(x)  # 0.0 == -0.0 == False
        if kind in _WORDS:
            return kind, x
        if str(kind.__module__).partition(".")[0] in sys.stdlib_module_names and not vars_of(x):
            # Equal ones may differ in what their text tells: ranges, times of other zones.
            return kind, x, repr(x) if kind.__eq__ is not object.__eq__ else ""
        return kind, _Itself(x), self.attributes(x)

    def of_fields(self, x: Any, where: Any) -> tuple[Any, ...]:
        """A dataclass by what it holds; an object in it that is not hashable by which one it is."""
        if id(x) in self._within:  # one that holds itself
            return (_Itself(x),)
        self._within.add(id(x))
        names = dict.fromkeys([each.name for each in fields(x)]) | vars_of(x)
        found = []
        for name in names:
            part = getattr(x, name, None)
            try:
                found.append((name, self.fixed(part, where)))
            except TypeError:
                found.append((name, _Itself(part)))
        self._within.discard(id(x))
        return tuple(found)

    def attributes(self, x: Any) -> tuple[Any, ...]:
        """The attributes of an object as a key: numbers and words, and which object else."""
        return tuple([(name, _shallow(part)) for name, part in vars_of(x).items()])


def _parts_of(x: Any) -> Sequence[Any] | None:
    """What a container holds that is no list, tuple or dict, but may change as these; else None.

    Views show what their dict holds when they are asked.
    """
    if isinstance(x, _LIKE_LISTS):
        return [*x]
    if type(x) in (list, tuple):  # in one of these
        return [*x]
    return [*x.items()] if isinstance(x, (dict, UserDict, ChainMap, MappingProxyType)) else None


_LIKE_LISTS: Any = (
    type({}.keys()), type({}.values()), type({}.items()), set, deque, UserList,
)  # fmt: skip
_NUMBERS, _WORDS = (float, complex, int, bool), (str, bytes, type(None))


def vars_of(x: Any) -> dict[str, Any]:
    """The attributes of an object of which a function may ask; none of what can be called.

    Functions have none that count, and a model has too many to look at in each call. What every
    Value has, such as its number, is read where the program is run.
    """
    if isinstance(x, type) or callable(x):
        return {}
    return attributes_of(x, Value if isinstance(x, Value) else object)


def _shallow(x: Any) -> Any:
    if type(x) in _NUMBERS:
        return type(x), x, repr(x)
    return (type(x), x) if type(x) in _WORDS else _Itself(x)


class _Itself:
    """An object as a key that another one, equal to it, is not: it may hold other Values."""

    def __init__(self, x: Any) -> None:
        self._x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other._x is self._x

    def __hash__(self) -> int:
        return id(self._x)


def is_usual(x: Any) -> bool:
    """Whether a number computes as Python's ints and floats do; narrower ones of NumPy do not."""
    kind: Any = type(x)
    is_of_numpy = kind.__module__ == "numpy" and kind.__name__ in ("float64", "int64")
    return kind is int or kind is float or is_of_numpy


def is_usual_array(x: Any) -> bool:
    """Whether an array is NumPy's own: one of a subclass may compute in a way of its own."""
    return type(x).__name__ in ("ndarray", "memmap") and type(x).__module__ == "numpy"


def is_other_array(x: Any) -> bool:
    """Whether it is an array that no program computes: of another kind than floats and Values."""
    if not is_array(x):
        return False
    # What is taken apart has its kind from its items again; where there are none, it is float64.
    is_taken_apart = x.dtype.kind == "O" or (
        x.ndim and (x.dtype.name == "float64" or (x.size and x.dtype.name in ("int64", "bool")))
    )
    return not (is_usual_array(x) or type(x).__name__ == "PlainArray") or not is_taken_apart


def is_of_own_int(x: Any) -> bool:
    """Whether it is of a class of ints, which may compute, or be asked for, in a way of its own."""
    return isinstance(x, int) and type(x) not in (int, bool)


def is_whole(x: Any) -> bool:
    """Whether it is an int of which a program can compute as of a float."""
    if isinstance(x, bool) or not isinstance(x, Integral) or is_of_time(x):
        return False
    return -EXACT < int(x) < EXACT


def is_float(x: Any) -> bool:
    """Whether it is a number that becomes a float: NumPy's floats, fractions, decimals."""
    if isinstance(x, (Fraction, Decimal)):
        return True
    return (isinstance(x, Real) and not isinstance(x, Integral)) or (is_array(x) and x.ndim == 0)
