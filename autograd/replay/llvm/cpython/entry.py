"""Entry: a program as a function that Python calls without any detour.

Owns the function by which CPython enters native code: it takes the numbers out of floats, lists and
arrays, runs the program and makes the result of the same. With whatever else is passed, and where a
guard is answered otherwise, the entrance that follows has its turn; in the end, and with a nan, a
call goes the usual way, through Python.
"""

import ctypes
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from autograd.containers import Shape
from autograd.modes import listeners
from autograd.replay.llvm.code import BLOCKS, I32, I64, POINTER
from autograd.replay.llvm.cpython.making import Maker
from autograd.replay.llvm.cpython.objects import (
    OBJECT,
    OBJECTS,
    pointer,
    python_function,
)
from autograd.replay.llvm.cpython.pool import floats_to_give_again
from autograd.replay.llvm.cpython.reading import Reader
from autograd.replay.llvm.cpython.reusing import Reused
from autograd.replay.llvm.cpython.taking import Addresses, Taken, read_names, refuse_others
from autograd.replay.programs import Direct

WORD = I64.as_pointer()
ENTRY = ir.FunctionType(OBJECT, [OBJECT, OBJECTS, I64, OBJECT])
FASTCALL_WITH_KEYWORDS = 0x0080 | 0x0002


class Entry:
    """The function `entry` in the module of a program, and then as one of Python's.

    Args:
        program: the function (blocks, work, outputs) -> 0 if all is well.
        direct: the arguments and the result.
        sizes: how many inputs stand in each block.
        at: the program's memory.
        kept: is given the objects that the code refers to.

    Attributes:
        function: of Python; there once it is known where its code begins.
    """

    function: Callable[..., Any]

    def __init__(
        self,
        program: ir.Function,
        direct: Direct,
        sizes: Sequence[int],
        at: Addresses,
        kept: list[Any],
    ) -> None:
        self._kept = kept
        # Making a list may set off the garbage collector, and that any function of Python.
        self._is_making, self._is_held = ctypes.c_longlong(0), ctypes.c_longlong(0)
        self._served = (ctypes.c_double * max(1, sum(sizes)))()
        self._following = ctypes.c_longlong(0)  # where the code of the next entrance begins
        self._place = len(kept)  # of the function that it is
        kept += [None, self._following, self._is_making, self._is_held, self._served]
        function = ir.Function(program.module, ENTRY, "entry")
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        otherwise = function.append_basic_block("otherwise")
        _, arguments, count, names = function.args
        sure, reader = Reader(builder, otherwise), Reader(builder, function.append_basic_block())
        none = ir.Constant(I64, 0)
        sure.go_on_if_equal(builder.load(pointer(listeners.buffer_info()[0], WORD)), none)
        is_making = pointer(ctypes.addressof(self._is_making), WORD)
        sure.go_on_if_equal(builder.load(is_making), none)
        by_position = len(direct.arguments) - len(direct.names)
        reader.go_on_if_equal(count, ir.Constant(I64, by_position))
        read_names(reader, names, direct.names, kept)
        taken = Taken(reader, at, kept)
        for i, key in enumerate(direct.arguments):
            taken.argument(reader.item(arguments, i), key)
        for leaf in direct.leaves:
            taken.leaf(leaf)
        is_held = builder.load(pointer(ctypes.addressof(self._is_held), WORD))
        with builder.if_then(builder.icmp_unsigned("!=", is_held, none), likely=False):
            refuse_others(reader, sizes, at, ctypes.addressof(self._served))
        outputs, work = pointer(at.outputs, POINTER), pointer(at.work, POINTER)
        status = builder.call(program, [pointer(at.blocks, BLOCKS), work, outputs])
        reader.go_on_if_equal(status, ir.Constant(I32, 0))
        if direct.shape.size:
            _refuse_nan(sure, outputs, direct.shape.size)
        no_memory = function.append_basic_block("no_memory")
        last = Reused(direct.shape, kept) if Reused.is_possible(direct.shape) else None
        if last is not None:
            last.give_again(builder, outputs, no_memory)
        builder.store(ir.Constant(I64, 1), is_making)
        floats = floats_to_give_again(direct.shape, builder, kept) if last is None else None
        made = _made(Maker(builder, outputs, no_memory, floats), direct.shape, builder, kept)
        builder.store(none, is_making)
        if last is not None:
            last.keep(builder, made)
        builder.ret(made)
        builder.position_at_end(no_memory)  # MemoryError is set; what is half made is lost
        builder.store(none, is_making)
        builder.ret(ir.Constant(OBJECT, None))
        builder.position_at_end(reader.otherwise)
        following = builder.load(pointer(ctypes.addressof(self._following), WORD))
        sure.go_on_if(builder.icmp_unsigned("!=", following, none))
        following = builder.inttoptr(following, ENTRY.as_pointer())
        builder.ret(builder.call(following, function.args, tail="musttail"))
        builder.position_at_end(otherwise)
        call = python_function(
            program.module, "PyObject_Vectorcall", OBJECT, OBJECT, OBJECTS, I64, OBJECT
        )
        kept.append(direct.slow)
        slow = pointer(id(direct.slow), OBJECT)
        # In place of this function, for the call may end its life: no code is to be run after.
        builder.ret(builder.call(call, [slow, arguments, count, names], tail="musttail"))

    def begin_at(self, address: int) -> None:
        """Say where the machine code of `entry` begins; `function` keeps all that it refers to."""
        method = _Method(b"compiled", address, FASTCALL_WITH_KEYWORDS, None)
        self._kept.append(method)
        self._address = address
        make = ctypes.pythonapi.PyCFunction_NewEx
        make.restype = ctypes.py_object
        make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
        self.function = make(ctypes.addressof(method), self._kept, None)

    @property
    def is_running(self) -> bool:
        """See `Entrance`."""
        return bool(self._is_making.value)

    def go_on_with(self, following: "Entry | None") -> None:
        """See `Entrance`."""
        self._kept[self._place] = following.function if following is not None else None
        self._following.value = following._address if following is not None else 0

    def serve_only(self, inputs: bytes | None) -> None:
        """See `Entrance`."""
        if inputs is not None:
            ctypes.memmove(self._served, inputs, len(inputs))
        self._is_held.value = inputs is not None


def _refuse_nan(reader: Reader, outputs: ir.Value, n: int) -> None:
    """Continue where no output is nan: x - x is 0 or nan."""
    builder = reader.builder
    before = builder.block
    loop, done = builder.append_basic_block(), builder.append_basic_block()
    builder.branch(loop)
    builder.position_at_end(loop)
    i, is_good = builder.phi(I64), builder.phi(ir.IntType(1))
    i.add_incoming(ir.Constant(I64, 0), before)
    is_good.add_incoming(ir.Constant(ir.IntType(1), 1), before)
    x = builder.load(builder.gep(outputs, [i]))
    still = builder.and_(is_good, builder.fcmp_ordered("ord", x, x))
    following = builder.add(i, ir.Constant(I64, 1))
    i.add_incoming(following, loop)
    is_good.add_incoming(still, loop)
    is_less = builder.icmp_signed("<", following, ir.Constant(I64, n))
    builder.cbranch(is_less, loop, done)
    builder.position_at_end(done)
    reader.go_on_if(still)


def _made(maker: Maker, shape: Shape, builder: ir.IRBuilder, kept: list[Any]) -> ir.Value:
    """The result as Python's objects."""
    if shape.kind is None:
        return maker.number()
    if shape.kind == "array":
        import numpy  # loaded already: an argument or a result is an array

        make = functools.partial(numpy.empty, shape.items, numpy.float64)
        kept.append(make)
        return maker.array(make, math.prod(shape.items))
    if shape.kind is dict:
        kept.append(shape.keys)
        made = maker.mapping()
        for name, item in zip(shape.keys, shape.items, strict=True):
            maker.put(made, name, _made(maker, item, builder, kept))
        return made
    made, items = maker.container(shape.kind, len(shape.items))
    if len(shape.items) > 2 and all(item.kind is None for item in shape.items):
        maker.numbers(items, len(shape.items))
        return made
    for i, item in enumerate(shape.items):
        inner = _made(maker, item, builder, kept)
        builder.store(inner, builder.gep(items, [ir.Constant(I64, i)]))
    return made


class _Method(ctypes.Structure):
    """PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )
