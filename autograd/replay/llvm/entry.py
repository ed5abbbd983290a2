"""Entry: a program of a few floats as a function that Python calls without any detour.

Owns the function by which CPython enters native code: it takes the floats out of their objects,
runs the program and makes the result, a float or tuples and lists of floats. Whatever else is
passed, a guard that is answered otherwise, and a nan go the usual way, through Python.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from autograd.containers import Shape
from autograd.replay.llvm.code import BLOCKS, DOUBLE, I32, I64, POINTER

OBJECT = ir.IntType(8).as_pointer()
OBJECTS = OBJECT.as_pointer()
ENTRY = ir.FunctionType(OBJECT, [OBJECT, OBJECTS, I64, OBJECT])
MOST_NUMBERS = 64  # of arguments or results
# Where CPython keeps what: the class of an object, a float's number, a tuple's or list's items.
CLASS, NUMBER, ITEMS = 8, 16, 24
FASTCALL_WITH_KEYWORDS = 0x0080 | 0x0002


def is_possible(n_arguments: int, shape: Shape) -> bool:
    """Whether this Python keeps its objects where the entry looks, and the call is that simple."""
    usual = sys.maxsize > 2**32 and (float.__basicsize__, tuple.__basicsize__) == (24, 24)
    return usual and n_arguments <= MOST_NUMBERS >= shape.size and _is_plain(shape)


def _is_plain(shape: Shape) -> bool:
    return shape.kind in (None, list, tuple) and all(map(_is_plain, shape.items))


class Addresses:
    """Of the memory of a program, known before it is translated."""

    def __init__(self, given: int, blocks: int, work: int, outputs: int) -> None:
        self.given, self.blocks, self.work, self.outputs = given, blocks, work, outputs


def write_entry(
    program: ir.Function, n_arguments: int, shape: Shape, at: Addresses, slow: int
) -> None:
    """Add the function `entry` to the module of `program`.

    Args:
        program: the function (blocks, work, outputs) -> 0 if all is well.
        n_arguments: how many floats it takes.
        shape: the layout of its result.
        at: the program's memory.
        slow: the address of the Python function that serves all other calls.
    """
    function = ir.Function(program.module, ENTRY, "entry")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    otherwise = function.append_basic_block("otherwise")
    _, arguments, count, names = function.args

    def go_on_if(condition: ir.Value) -> None:
        following = function.append_basic_block()
        builder.cbranch(condition, following, otherwise)
        builder.position_at_end(following)

    def field(base: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
        return builder.bitcast(builder.gep(base, [ir.Constant(I64, offset)]), kind.as_pointer())

    go_on_if(builder.icmp_signed("==", count, ir.Constant(I64, n_arguments)))
    go_on_if(builder.icmp_unsigned("==", names, ir.Constant(OBJECT, None)))
    float_class = _pointer(id(float), OBJECT)
    objects = [
        builder.load(builder.gep(arguments, [ir.Constant(I64, i)])) for i in range(n_arguments)
    ]
    for x in objects:
        kind = builder.load(field(x, CLASS, OBJECT))
        go_on_if(builder.icmp_unsigned("==", kind, float_class))
    given = _pointer(at.given, POINTER)
    for i, x in enumerate(objects):
        number = builder.load(field(x, NUMBER, DOUBLE))
        builder.store(number, builder.gep(given, [ir.Constant(I64, i)]))
    outputs = _pointer(at.outputs, POINTER)
    status = builder.call(
        program, [_pointer(at.blocks, BLOCKS), _pointer(at.work, POINTER), outputs]
    )
    go_on_if(builder.icmp_unsigned("==", status, ir.Constant(I32, 0)))
    results = [builder.load(builder.gep(outputs, [ir.Constant(I64, i)])) for i in range(shape.size)]
    for x in results:
        go_on_if(builder.fcmp_ordered("ord", x, x))
    new = {
        name: ir.Function(program.module, ir.FunctionType(OBJECT, [taken]), name)
        for name, taken in (
            ("PyFloat_FromDouble", DOUBLE), ("PyTuple_New", I64), ("PyList_New", I64)
        )
    }  # fmt: skip
    rest = iter(results)

    def made(part: Shape) -> ir.Value:
        if part.kind is None:
            return builder.call(new["PyFloat_FromDouble"], [next(rest)])
        size = ir.Constant(I64, len(part.items))
        container = builder.call(new[f"Py{part.kind.__name__.title()}_New"], [size])
        items = field(container, ITEMS, OBJECT)
        if part.kind is list:
            items = builder.load(field(container, ITEMS, OBJECTS))
        for i, item in enumerate(part.items):
            builder.store(made(item), builder.gep(items, [ir.Constant(I64, i)]))
        return container

    # Out of memory for an object of 24 bytes is left to CPython's own fate: the next allocation.
    builder.ret(made(shape))
    builder.position_at_end(otherwise)
    kind = ir.FunctionType(OBJECT, [OBJECT, OBJECTS, I64, OBJECT])
    vectorcall = ir.Function(program.module, kind, "PyObject_Vectorcall")
    builder.ret(builder.call(vectorcall, [_pointer(slow, OBJECT), arguments, count, names]))


def _pointer(address: int, kind: ir.Type) -> ir.Value:
    return ir.Constant(I64, address).inttoptr(kind)


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def as_builtin(address: int, owner: Any) -> Callable[..., Any]:
    """A function at an address as one of Python's; it keeps `owner`, whose code it is."""
    method = owner.method = _Method(b"compiled", address, FASTCALL_WITH_KEYWORDS, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    made: Callable[..., Any] = make(ctypes.addressof(method), owner, None)
    return made
