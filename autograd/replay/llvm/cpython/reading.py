"""Reading: native code that takes numbers out of Python's floats, ints, lists, dicts and arrays.

Owns what an object is asked before its numbers are read; see `objects` for where these stand.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.number import EXACT
from autograd.replay.llvm.code import DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.cpython.objects import (
    CLASS,
    CONTIGUOUS,
    DATA,
    FLAGS,
    I1,
    ITEMS,
    KIND,
    LENGTHS,
    NATIVE,
    NUMBER,
    OBJECT,
    OBJECTS,
    RANK,
    SIZE,
    field,
    floats,
    number_kind,
    pointer,
    python_function,
    tuple_items,
)
from autograd.replay.llvm.loops import loop


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
        for each in floats():
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
        self.go_on_if(self._is_exact(found))
        place = self.builder.gep(goal, [ir.Constant(I64, i)])
        self.builder.store(self.builder.sitofp(found, DOUBLE), place)

    def items(self, x: ir.Value, kind: type, n: int) -> ir.Value:
        """Where the n items of a list or tuple stand."""
        self.is_a(x, kind)
        self.go_on_if_equal(self.field(x, SIZE, I64), ir.Constant(I64, n))
        if kind is list:
            return self.field(x, ITEMS, OBJECTS)
        return field(self.builder, x, tuple_items() or 0, OBJECT)

    def values(self, x: ir.Value, names: Sequence[str]) -> Iterator[ir.Value]:
        """The values of a dict that has these very objects as keys, in this order."""
        self.is_a(x, dict)
        builder = self.builder
        size = python_function(builder.module, "PyDict_Size", I64, OBJECT)
        self.go_on_if_equal(builder.call(size, [x]), ir.Constant(I64, len(names)))
        kinds = [OBJECT, I64.as_pointer(), OBJECTS, OBJECTS]
        following = python_function(builder.module, "PyDict_Next", I32, *kinds)
        place, found, value = builder.alloca(I64), builder.alloca(OBJECT), builder.alloca(OBJECT)
        builder.store(ir.Constant(I64, 0), place)
        for name in names:
            is_there = builder.call(following, [x, place, found, value])
            self.go_on_if_equal(is_there, ir.Constant(I32, 1))
            self.go_on_if_equal(builder.load(found), pointer(id(name), OBJECT))
            yield builder.load(value)

    def numbers(self, items: ir.Value, n: int, goal: ir.Value) -> None:
        """Put the numbers of n floats in a row at `goal`."""
        read = _numbers_reader(self.builder.module)
        self.go_on_if(self.builder.call(read, [items, ir.Constant(I64, n), goal]))

    def array(self, x: ir.Value, lengths: Sequence[int]) -> ir.Value:
        """Where the numbers of an array of doubles without gaps stand."""
        return self._data(x, lengths, "float64", POINTER)

    def wholes(self, x: ir.Value, lengths: Sequence[int], goal: ir.Value) -> None:
        """Put the numbers of an array of int64 without gaps in a row at `goal`, if doubles can."""
        numbers = self._data(x, lengths, "int64", I64.as_pointer())
        builder, are_exact = self.builder, self.builder.alloca(I1)
        builder.store(I1(1), are_exact)
        with loop(builder, ir.Constant(I64, math.prod(lengths))) as i:
            found = builder.load(builder.gep(numbers, [i]))
            builder.store(builder.and_(builder.load(are_exact), self._is_exact(found)), are_exact)
            builder.store(builder.sitofp(found, DOUBLE), builder.gep(goal, [i]))
        self.go_on_if(builder.load(are_exact))

    def _is_exact(self, whole: ir.Value) -> ir.Value:
        """Whether a double can be this int, and any of less size."""
        least, n = ir.Constant(I64, 1 - EXACT), ir.Constant(I64, 2 * EXACT - 1)
        return self.builder.icmp_unsigned("<", self.builder.sub(whole, least), n)

    def _data(self, x: ir.Value, lengths: Sequence[int], kind: str, numbers: ir.Type) -> ir.Value:
        import numpy  # loaded already: an argument is an array

        self.is_a(x, numpy.ndarray)
        self.go_on_if_equal(self.field(x, KIND, OBJECT), pointer(id(number_kind(kind)), OBJECT))
        self.go_on_if_equal(self.field(x, RANK, I32), ir.Constant(I32, len(lengths)))
        wanted = ir.Constant(I32, CONTIGUOUS | NATIVE)
        self.go_on_if_equal(self.builder.and_(self.field(x, FLAGS, I32), wanted), wanted)
        found = self.field(x, LENGTHS, I64.as_pointer())
        for i, length in enumerate(lengths):
            self.go_on_if_equal(self.item(found, i), ir.Constant(I64, length))
        return self.field(x, DATA, numbers)


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
