"""Objects: how native code reads Python's floats, lists and arrays, and makes new ones.

Owns where CPython and NumPy keep what. Nothing is taken for granted: `layouts` looks at objects of
this process, and what is not found where it is looked for is left to Python.
"""

import ctypes
import math
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.loops import loop
from autograd.replay.whole import EXACT
from autograd.value import Value

OBJECT = ir.IntType(8).as_pointer()
OBJECTS = OBJECT.as_pointer()
I1 = ir.IntType(1)
CLASS, NUMBER = 8, 16  # in any object, in a float
SIZE, ITEMS = 16, 24  # in a tuple, or a list, which has a pointer to its items
DATA, RANK, LENGTHS, KIND, FLAGS = 16, 24, 32, 56, 64  # in an array
CONTIGUOUS, NATIVE = 0x0001, 0x0100  # flags of an array: in order of C, aligned


@cache
def python_is_usual() -> bool:
    """Whether floats, tuples and lists are laid out as this module reads them."""
    if sys.maxsize <= 2**32:
        return False
    x, items = 0.1875, (0.5, 1.5)
    listed = list(items)
    is_float = _word(id(x) + CLASS) == id(float) and _double(id(x) + NUMBER) == x
    is_tuple = _word(id(items) + SIZE) == 2 and _word(id(items) + ITEMS) == id(items[0])
    is_list = _word(id(listed) + SIZE) == 2 and _word(_word(id(listed) + ITEMS)) == id(items[0])
    return is_float and is_tuple and is_list


@cache
def array_is_usual() -> bool:
    """Whether NumPy's arrays are laid out as this module reads them."""
    import numpy  # loaded already: an argument or a result is an array

    array = numpy.arange(6.0).reshape(2, 3)
    start = id(array)
    lengths = _word(start + LENGTHS)
    return (
        _word(start + DATA) == array.ctypes.data
        and ctypes.c_int.from_address(start + RANK).value == 2
        and (_word(lengths), _word(lengths + 8)) == (2, 3)
        and _word(start + KIND) == id(array.dtype)
        and ctypes.c_int.from_address(start + FLAGS).value == array.flags.num
    )


@cache
def place_of(name: str) -> int | None:
    """How far from its start a Value keeps the reference in a slot of it; None if not found."""
    value = Value(0.1875)
    setattr(value, name, 0.1875 + len(name))
    for offset in range(CLASS + 8, Value.__basicsize__, 8):
        if _word(id(value) + offset) == id(getattr(value, name)):
            return offset
    return None


def _word(address: int) -> int:
    return ctypes.c_size_t.from_address(address).value


def _double(address: int) -> float:
    return ctypes.c_double.from_address(address).value


class Reader(NamedTuple):
    """Code that reads objects, and goes elsewhere if one is not what the program is made for."""

    builder: ir.IRBuilder
    otherwise: ir.Block

    def go_on_if(self, condition: ir.Value) -> None:
        """Continue where the condition holds."""
        following = self.builder.append_basic_block()
        self.builder.cbranch(condition, following, self.otherwise)
        self.builder.position_at_end(following)

    def go_on_if_equal(self, a: ir.Value, b: ir.Value) -> None:
        """Continue where two words, or pointers, are equal."""
        self.go_on_if(self.builder.icmp_unsigned("==", a, b))

    def field(self, base: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
        """The field of an object."""
        return self.builder.load(field(self.builder, base, offset, kind))

    def item(self, items: ir.Value, i: int) -> ir.Value:
        """The i-th of a row of objects."""
        return self.builder.load(self.builder.gep(items, [ir.Constant(I64, i)]))

    def is_a(self, x: ir.Value, kind: type) -> None:
        """Continue where an object is of this very class."""
        self.go_on_if_equal(self.field(x, CLASS, OBJECT), pointer(id(kind), OBJECT))

    def number(self, x: ir.Value, goal: ir.Value, i: int) -> None:
        """Put the number of a float, Python's or NumPy's, at the i-th place of `goal`."""
        kind = self.field(x, CLASS, OBJECT)
        is_float: ir.Value = I1(0)
        for each in _floats():
            same = self.builder.icmp_unsigned("==", kind, pointer(id(each), OBJECT))
            is_float = self.builder.or_(is_float, same)
        self.go_on_if(is_float)
        place = self.builder.gep(goal, [ir.Constant(I64, i)])
        self.builder.store(self.field(x, NUMBER, DOUBLE), place)

    def whole(self, x: ir.Value, goal: ir.Value, i: int) -> None:
        """Put an int at the i-th place of `goal`, if a double can be any such int."""
        self.is_a(x, int)
        convert = python_function(
            self.builder.module, "PyLong_AsLongLongAndOverflow", I64, OBJECT, I32.as_pointer()
        )
        too_large = self.builder.alloca(I32)
        found = self.builder.call(convert, [x, too_large])
        self.go_on_if_equal(self.builder.load(too_large), ir.Constant(I32, 0))
        least, n = ir.Constant(I64, 1 - EXACT), ir.Constant(I64, 2 * EXACT - 1)
        self.go_on_if(self.builder.icmp_unsigned("<", self.builder.sub(found, least), n))
        place = self.builder.gep(goal, [ir.Constant(I64, i)])
        self.builder.store(self.builder.sitofp(found, DOUBLE), place)

    def items(self, x: ir.Value, kind: type, n: int) -> ir.Value:
        """Where the n items of a list or tuple stand."""
        self.is_a(x, kind)
        self.go_on_if_equal(self.field(x, SIZE, I64), ir.Constant(I64, n))
        if kind is list:
            return self.field(x, ITEMS, OBJECTS)
        return field(self.builder, x, ITEMS, OBJECT)

    def numbers(self, items: ir.Value, n: int, goal: ir.Value) -> None:
        """Put the numbers of n floats in a row at `goal`."""
        read = _numbers_reader(self.builder.module)
        self.go_on_if(self.builder.call(read, [items, ir.Constant(I64, n), goal]))

    def array(self, x: ir.Value, lengths: Sequence[int]) -> ir.Value:
        """Where the numbers of an array of doubles without gaps stand."""
        return self._data(x, lengths, "float64", POINTER)

    def wholes(self, x: ir.Value, lengths: Sequence[int], goal: ir.Value) -> None:
        """Put the numbers of an array of int64 without gaps in a row at `goal`."""
        numbers = self._data(x, lengths, "int64", I64.as_pointer())
        with loop(self.builder, ir.Constant(I64, math.prod(lengths))) as i:
            found = self.builder.load(self.builder.gep(numbers, [i]))
            converted = self.builder.sitofp(found, DOUBLE)
            self.builder.store(converted, self.builder.gep(goal, [i]))

    def _data(self, x: ir.Value, lengths: Sequence[int], kind: str, numbers: ir.Type) -> ir.Value:
        import numpy  # loaded already: an argument is an array

        self.is_a(x, numpy.ndarray)
        self.go_on_if_equal(self.field(x, KIND, OBJECT), pointer(id(_kind(kind)), OBJECT))
        self.go_on_if_equal(self.field(x, RANK, I32), ir.Constant(I32, len(lengths)))
        wanted = ir.Constant(I32, CONTIGUOUS | NATIVE)
        self.go_on_if_equal(self.builder.and_(self.field(x, FLAGS, I32), wanted), wanted)
        found = self.field(x, LENGTHS, I64.as_pointer())
        for i, length in enumerate(lengths):
            self.go_on_if_equal(self.item(found, i), ir.Constant(I64, length))
        return self.field(x, DATA, numbers)


def _floats() -> list[type]:
    """The classes of floats that are laid out as Python's are."""
    numpy = sys.modules.get("numpy")  # an argument is NumPy's only if somebody has loaded it
    if numpy is None or _double(id(x := numpy.float64(0.1875)) + NUMBER) != x:
        return [float]
    return [float, numpy.float64]


@cache
def _kind(name: str) -> Any:
    import numpy  # loaded already: an argument is an array

    return numpy.dtype(name)  # one object, for which NumPy itself asks, too


def pointer(address: int, kind: ir.Type) -> ir.Value:
    """An address as a constant."""
    return ir.Constant(I64, address).inttoptr(kind)


def field(builder: ir.IRBuilder, base: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
    """Where a field of an object stands."""
    return builder.bitcast(builder.gep(base, [ir.Constant(I64, offset)]), kind.as_pointer())


def python_function(module: ir.Module, name: str, result: ir.Type, *kinds: ir.Type) -> ir.Function:
    """A function of Python's C interface."""
    found = module.globals.get(name)
    if found is None:
        found = ir.Function(module, ir.FunctionType(result, kinds), name)
    return found


def _numbers_reader(module: ir.Module) -> ir.Function:
    """A function (objects, n, goal) -> whether all are floats, whose numbers then stand at goal."""
    function = module.globals.get("read_numbers")
    if function is not None:
        return function
    kind = ir.FunctionType(I1, [OBJECTS, I64, POINTER])
    function = ir.Function(module, kind, "read_numbers")
    function.linkage = "internal"
    objects, n, goal = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    bad = function.append_basic_block()
    with loop(builder, n) as i:
        x = builder.load(builder.gep(objects, [i]))
        reader = Reader(builder, bad)
        reader.is_a(x, float)
        builder.store(reader.field(x, NUMBER, DOUBLE), builder.gep(goal, [i]))
    builder.ret(ir.Constant(I1, 1))
    builder.position_at_end(bad)
    builder.ret(ir.Constant(I1, 0))
    return function


class Maker:
    """Code that makes the objects of a result.

    Args:
        builder: where it is written.
        numbers: the address of the numbers, in order.
    """

    def __init__(self, builder: ir.IRBuilder, numbers: ir.Value) -> None:
        self._builder, self._numbers = builder, numbers
        self._place = 0

    def _function(self, name: str, *kinds: ir.Type) -> ir.Function:
        return python_function(self._builder.module, name, OBJECT, *kinds)

    def number(self) -> ir.Value:
        """The next number as a float."""
        place = self._builder.gep(self._numbers, [ir.Constant(I64, self._place)])
        self._place += 1
        return self._builder.call(
            self._function("PyFloat_FromDouble", DOUBLE), [self._builder.load(place)]
        )

    def container(self, kind: type, n: int) -> tuple[ir.Value, ir.Value]:
        """A new list or tuple of n items, and where these are to be put."""
        name = "PyList_New" if kind is list else "PyTuple_New"
        made = self._builder.call(self._function(name, I64), [ir.Constant(I64, n)])
        if kind is list:
            return made, self._builder.load(field(self._builder, made, ITEMS, OBJECTS))
        return made, field(self._builder, made, ITEMS, OBJECT)

    def numbers(self, items: ir.Value, n: int) -> None:
        """Put the next n numbers there, as floats."""
        builder = self._builder
        make = self._function("PyFloat_FromDouble", DOUBLE)
        with loop(builder, ir.Constant(I64, n)) as i:
            at = builder.add(i, ir.Constant(I64, self._place))
            made = builder.call(make, [builder.load(builder.gep(self._numbers, [at]))])
            builder.store(made, builder.gep(items, [i]))
        self._place += n

    def array(self, make: Any, n: int) -> ir.Value:
        """A new array with the next n numbers, by a function of Python that makes an empty one."""
        builder = self._builder
        call = self._function("PyObject_CallNoArgs", OBJECT)
        made = builder.call(call, [pointer(id(make), OBJECT)])
        goal = builder.load(field(builder, made, DATA, POINTER))
        source = builder.gep(self._numbers, [ir.Constant(I64, self._place)])
        copy = (
            ir.Function(
                builder.module,
                ir.FunctionType(OBJECT, [POINTER, POINTER, I64]),
                "memcpy",
            )
            if "memcpy" not in builder.module.globals
            else builder.module.globals["memcpy"]
        )
        builder.call(copy, [goal, source, ir.Constant(I64, 8 * n)])
        self._place += n
        return made
