"""Objects: where CPython and NumPy keep what.

Owns the offsets and classes that native code goes by. Nothing is taken for granted: objects of this
process are looked at, and what is not found where it is looked for is left to Python.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import I64
from autograd.value import Value

OBJECT = ir.IntType(8).as_pointer()
OBJECTS = OBJECT.as_pointer()
I1 = ir.IntType(1)
COUNT, CLASS, NUMBER = 0, 8, 16  # of references, in any object; in a float
SIZE, ITEMS = 16, 24  # in a list, which has a pointer to its items; a tuple has SIZE, too
DATA, RANK, LENGTHS, KIND, FLAGS = 16, 24, 32, 56, 64  # in an array
CONTIGUOUS, NATIVE = 0x0001, 0x0100  # flags of an array: in order of C, aligned


@cache
def python_is_usual() -> bool:
    """Whether floats, tuples and lists are laid out as this module reads them."""
    if sys.maxsize <= 2**32:
        return False
    x, items = 0.1875, (0.5, 1.5)
    listed = list(items)
    is_float = word(id(x) + CLASS) == id(float) and _double(id(x) + NUMBER) == x
    is_tuple = word(id(items) + SIZE) == 2 and tuple_items() is not None
    is_list = word(id(listed) + SIZE) == 2 and word(word(id(listed) + ITEMS)) == id(items[0])
    return is_float and is_tuple and is_list


@cache
def tuple_items() -> int | None:
    """How far from its start a tuple has its items; None if they are not found.

    From Python 3.14 on its hash stands before them: see `tuple_hash`.
    """
    items = (0.5, 1.5)
    for place in (SIZE + 8, SIZE + 16):
        if [word(id(items) + place + 8 * i) for i in range(2)] == [*map(id, items)]:
            return place
    return None


@cache
def tuple_hash() -> int | None:
    """How far from its start a tuple remembers its hash, -1 before it is known; None if nowhere."""
    one, place = (*map(float, range(2)),), SIZE + 8
    before = _signed(id(one) + place)
    return place if (before, hash(one)) == (-1, _signed(id(one) + place)) else None


@cache
def array_is_usual() -> bool:
    """Whether NumPy's arrays are laid out as this module reads them."""
    import numpy  # loaded already: an argument or a result is an array

    array = numpy.arange(6.0).reshape(2, 3)
    start = id(array)
    lengths = word(start + LENGTHS)
    return (
        word(start + DATA) == array.ctypes.data
        and ctypes.c_int.from_address(start + RANK).value == 2
        and (word(lengths), word(lengths + 8)) == (2, 3)
        and word(start + KIND) == id(array.dtype)
        and ctypes.c_int.from_address(start + FLAGS).value == array.flags.num
    )


@cache
def place_of(name: str) -> int | None:
    """How far from its start a Value keeps the reference in a slot of it; None if not found."""
    value = Value(0.1875)
    setattr(value, name, 0.1875 + len(name))
    for offset in range(CLASS + 8, Value.__basicsize__, 8):
        if word(id(value) + offset) == id(getattr(value, name)):
            return offset
    return None


def word(address: int) -> int:
    """What stands there in memory."""
    return ctypes.c_size_t.from_address(address).value


def _signed(address: int) -> int:
    return ctypes.c_ssize_t.from_address(address).value


def _double(address: int) -> float:
    return ctypes.c_double.from_address(address).value


def floats() -> list[type]:
    """The classes of floats that are laid out as Python's are."""
    numpy = sys.modules.get("numpy")  # an argument is NumPy's only if somebody has loaded it
    if numpy is None or _double(id(x := numpy.float64(0.1875)) + NUMBER) != x:
        return [float]
    return [float, numpy.float64]


@cache
def number_kind(name: str) -> Any:
    """NumPy's description of a number, such as "float64", as arrays of it have it."""
    import numpy  # loaded already: an argument is an array

    return numpy.dtype(name)


@cache
def references_are_counted() -> bool:
    """Whether objects count their references in the first word, and nothing else stands there."""
    makers: tuple[Callable[[], Any], ...] = (lambda: tuple(range(1)), lambda: float("0.5"))
    for make in makers:
        one = make()
        before = word(id(one) + COUNT)
        other = one
        if (before, word(id(other) + COUNT)) != (1, 2):
            return False
    return True


def is_alone(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    """Whether one reference to an object is all, if `references_are_counted`."""
    count = builder.load(field(builder, x, COUNT, I64))
    return builder.icmp_unsigned("==", count, ir.Constant(I64, 1))


def refer(builder: ir.IRBuilder, x: ir.Value) -> None:
    """One reference more."""
    place = field(builder, x, COUNT, I64)
    builder.store(builder.add(builder.load(place), ir.Constant(I64, 1)), place)


def let_go(builder: ir.IRBuilder, x: ir.Value) -> None:
    """One reference less; the object is freed if that was the last one."""
    function = python_function(builder.module, "Py_DecRef", ir.VoidType(), OBJECT)
    builder.call(function, [x])


def pointer(address: int, kind: ir.Type) -> ir.Value:
    """An address as a constant."""
    return ir.Constant(I64, address).inttoptr(kind)


def field(builder: ir.IRBuilder, base: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
    """Where a field of an object stands."""
    return builder.bitcast(builder.gep(base, [ir.Constant(I64, offset)]), kind.as_pointer())


def python_function(module: ir.Module, name: str, result: ir.Type, *kinds: ir.Type) -> ir.Function:
    """A function of Python's C interface, or of C."""
    found = module.globals.get(name)
    if found is None:
        found = ir.Function(module, ir.FunctionType(result, kinds), name)
    return found
