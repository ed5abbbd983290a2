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
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.containers import Shape
from autograd.modes import listeners
from autograd.replay.llvm.code import BLOCKS, DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.cpython.layouts import FIXED
from autograd.replay.llvm.cpython.making import Maker
from autograd.replay.llvm.cpython.objects import (
    NUMBER,
    OBJECT,
    OBJECTS,
    place_of,
    pointer,
    python_function,
)
from autograd.replay.llvm.cpython.reading import Reader
from autograd.replay.llvm.cpython.reusing import Reused
from autograd.replay.programs import Direct

WORD = I64.as_pointer()
ENTRY = ir.FunctionType(OBJECT, [OBJECT, OBJECTS, I64, OBJECT])
FASTCALL_WITH_KEYWORDS = 0x0080 | 0x0002


class Addresses(NamedTuple):
    """Of the memory of a program, known before it is translated."""

    given: int  # the numbers that come in a list
    blocks: int
    work: int
    outputs: int


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
        _read_names(reader, names, direct.names, kept)
        _read(reader, direct, arguments, at, kept)
        is_held = builder.load(pointer(ctypes.addressof(self._is_held), WORD))
        with builder.if_then(builder.icmp_unsigned("!=", is_held, none), likely=False):
            _refuse_others(reader, sizes, at, ctypes.addressof(self._served))
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
        made = _made(Maker(builder, outputs, no_memory), direct.shape, builder, kept)
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


def _read_names(reader: Reader, found: ir.Value, names: tuple[str, ...], kept: list[Any]) -> None:
    """Continue where the last arguments have these very names, in this order."""
    if not names:
        reader.go_on_if_equal(found, ir.Constant(OBJECT, None))
        return
    kept.append(names)
    reader.go_on_if(reader.builder.icmp_unsigned("!=", found, ir.Constant(OBJECT, None)))
    items = reader.items(found, tuple, len(names))
    for i, name in enumerate(names):
        reader.go_on_if_equal(reader.item(items, i), pointer(id(name), OBJECT))


def _read(
    reader: Reader, direct: Direct, arguments: ir.Value, at: Addresses, kept: list[Any]
) -> None:
    """Take the numbers out of the arguments, and out of the function's own leaves."""
    builder, place, block = reader.builder, 0, 0
    given = pointer(at.given, POINTER)

    def read(x: ir.Value, key: Any) -> None:
        nonlocal place, block
        if key == "float":
            reader.number(x, given, place)
            place += 1
        elif key == "int":
            reader.whole(x, given, place)
            place += 1
        elif key[0] in FIXED:
            kept.append(key[1])
            reader.go_on_if_equal(x, pointer(id(key[1]), OBJECT))
        elif key[0] == "array":
            block += 1
            if key[2] == "int":
                room = (ctypes.c_double * max(1, math.prod(key[1])))()
                kept.append(room)
                start = pointer(ctypes.addressof(room), POINTER)
                reader.wholes(x, key[1], start)
            else:
                start = reader.array(x, key[1])
            goal = builder.gep(pointer(at.blocks, BLOCKS), [ir.Constant(I64, block)])
            builder.store(start, goal)
        elif key[0] is dict:
            kept.append(key[1])
            for item, inner in zip(reader.values(x, key[1]), key[2], strict=True):
                read(item, inner)
        elif isinstance(key[1], int):
            goal = builder.gep(given, [ir.Constant(I64, place)])
            reader.numbers(reader.items(x, key[0], key[1]), key[1], goal)
            place += key[1]
        else:
            items = reader.items(x, key[0], len(key[1]))
            for i, inner in enumerate(key[1]):
                read(reader.item(items, i), inner)

    for i, key in enumerate(direct.arguments):
        read(reader.item(arguments, i), key)
    for leaf in direct.leaves:
        kept.append(leaf)
        data = reader.field(pointer(id(leaf), OBJECT), place_of("_data") or 0, OBJECT)
        goal = builder.gep(given, [ir.Constant(I64, place)])
        builder.store(reader.field(data, NUMBER, DOUBLE), goal)
        place += 1


def _refuse_others(reader: Reader, sizes: Sequence[int], at: Addresses, served: int) -> None:
    """Continue where the inputs have the bits of those that are served."""
    builder, blocks = reader.builder, pointer(at.blocks, BLOCKS)
    differ = python_function(builder.module, "memcmp", I32, POINTER, POINTER, I64)
    for block, size in enumerate(sizes):
        found = builder.load(builder.gep(blocks, [ir.Constant(I64, block)]))
        wanted = [found, pointer(served, POINTER), ir.Constant(I64, 8 * size)]
        reader.go_on_if_equal(builder.call(differ, wanted), ir.Constant(I32, 0))
        served += 8 * size


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
