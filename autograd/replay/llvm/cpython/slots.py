"""Slots: numbers of many Values read and written at once.

Owns the native code for it, which does what `x.grad = number` does, and no more: an attribute of a
Value is a slot, a reference to a float at a fixed distance from the object's start.
"""

import ctypes
from array import array
from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64, POINTER
from autograd.replay.llvm.cpython.objects import (
    NUMBER,
    OBJECT,
    OBJECTS,
    field,
    place_of,
    python_function,
    python_is_usual,
)
from autograd.replay.llvm.cpython.reading import Reader
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import function_of, translated

NONE = ir.VoidType()
ARGUMENTS = [OBJECTS, I64, I64, POINTER]  # the Values, how many, where the slot is, the numbers
_Call = ctypes.PYFUNCTYPE(
    ctypes.c_longlong, ctypes.c_void_p, ctypes.c_longlong, ctypes.c_longlong, ctypes.c_void_p
)


class _Code(NamedTuple):
    read: Any
    write: Any


def is_possible() -> bool:
    """Whether Values are laid out here as this module reads them."""
    return python_is_usual() and None not in (place_of("_number"), place_of("grad"))


def read(values: "array[int]", name: str) -> "array[float] | None":
    """The numbers in a slot of the Values at these addresses; None if one holds no float."""
    found = array("d", bytes(8 * len(values)))
    start, goal = values.buffer_info()[0], found.buffer_info()[0]
    is_read = _code().read(start, len(values), place_of(name), goal)
    return found if is_read else None


def write(values: "array[int]", name: str, numbers: "array[float]") -> None:
    """Put numbers into a slot of the Values at these addresses."""
    start, source = values.buffer_info()[0], numbers.buffer_info()[0]
    _code().write(start, len(values), place_of(name), source)


@cache
def _code() -> _Code:
    module = ir.Module("slots")
    for name, writer in (("read", _write_read), ("write", _write_write)):
        writer(ir.Function(module, ir.FunctionType(I64, ARGUMENTS), name))
    engine = translated(str(module))
    return _Code(*[function_of(engine, _Call, name) for name in ("read", "write")])


def _write_read(function: ir.Function) -> None:
    """The function that returns whether all slots hold floats, whose numbers it then has read."""
    values, n, place, goal = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    other = function.append_basic_block("other")
    with loop(builder, n) as i:
        held = builder.load(_slot(builder, values, place, i))
        _go_on_if_float(builder, held, other)
        x = builder.load(field(builder, held, NUMBER, DOUBLE))
        builder.store(x, builder.gep(goal, [i]))
    builder.ret(ir.Constant(I64, 1))
    builder.position_at_end(other)
    builder.ret(ir.Constant(I64, 0))


def _write_write(function: ir.Function) -> None:
    """The function that puts a new float into each slot, but where the same number stands there."""
    module = function.module
    make = python_function(module, "PyFloat_FromDouble", OBJECT, DOUBLE)
    release = python_function(module, "Py_DecRef", NONE, OBJECT)
    values, n, place, source = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    failed = function.append_basic_block("failed")
    with loop(builder, n) as i:
        slot, anew = _slot(builder, values, place, i), builder.append_basic_block("anew")
        x, before = builder.load(builder.gep(source, [i])), builder.load(slot)
        following = builder.append_basic_block("following")
        _go_on_if_float(builder, before, anew)
        held = builder.load(field(builder, before, NUMBER, I64))  # bits: -0.0 is not 0.0
        is_same = builder.icmp_unsigned("==", held, builder.bitcast(x, I64))
        builder.cbranch(is_same, following, anew)
        builder.position_at_end(anew)
        made, is_made = builder.call(make, [x]), builder.append_basic_block("made")
        is_none = builder.icmp_unsigned("==", made, ir.Constant(OBJECT, None))
        builder.cbranch(is_none, failed, is_made)
        builder.position_at_end(is_made)
        builder.store(made, slot)
        builder.call(release, [before])  # which may be nothing, for a deleted attribute
        builder.branch(following)
        builder.position_at_end(following)
    builder.ret(ir.Constant(I64, 1))
    builder.position_at_end(failed)  # ctypes raises the MemoryError that is set
    builder.ret(ir.Constant(I64, 0))


def _slot(builder: ir.IRBuilder, values: ir.Value, place: ir.Value, i: ir.Value) -> ir.Value:
    """Where the i-th Value keeps the reference."""
    value = builder.load(builder.gep(values, [i]))
    return builder.bitcast(builder.gep(value, [place]), OBJECTS)


def _go_on_if_float(builder: ir.IRBuilder, held: ir.Value, otherwise: ir.Block) -> None:
    """Continue where a reference is one to a float, and not to nothing."""
    reader = Reader(builder, otherwise)
    reader.go_on_if(builder.icmp_unsigned("!=", held, ir.Constant(OBJECT, None)))
    reader.is_a(held, float)
