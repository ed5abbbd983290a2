"""Taking: the numbers that a call brings, out of its arguments, to where a program reads them.

Owns which arguments a program takes: those of the layout and the names for which it was made, and,
as long as it has not been compared on others, of these very numbers.
"""

import ctypes
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import BLOCKS, DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.cpython.layouts import FIXED
from autograd.replay.llvm.cpython.objects import (
    NUMBER,
    OBJECT,
    place_of,
    pointer,
    python_function,
)
from autograd.replay.llvm.cpython.reading import Reader
from autograd.value import Value


class Addresses(NamedTuple):
    """Of the memory of a program, known before it is translated."""

    given: int  # the numbers that come in a list
    blocks: int
    work: int
    outputs: int


class Taken:
    """Takes the numbers out of arguments, one after another.

    No function within a function, which would refer to itself: what is freed at once is in no
    circle.

    Args:
        reader: writes the code.
        at: where the numbers go.
        kept: is given the objects that the code refers to.
    """

    def __init__(self, reader: Reader, at: Addresses, kept: list[Any]) -> None:
        self._reader, self._at, self._kept = reader, at, kept
        self._given = pointer(at.given, POINTER)
        self._place = self._block = 0

    def argument(self, x: ir.Value, key: Any) -> None:
        """An argument, or a part of one, laid out as `take_apart` has it."""
        reader = self._reader
        if key == "float":
            reader.number(x, self._given, self._place)
            self._place += 1
        elif key == "int":
            reader.whole(x, self._given, self._place)
            self._place += 1
        elif key[0] in FIXED:
            self._kept.append(key[1])
            reader.go_on_if_equal(x, pointer(id(key[1]), OBJECT))
        elif key[0] == "array":
            self._array(x, key)
        elif key[0] is dict:
            self._kept.append(key[1])
            for item, inner in zip(reader.values(x, key[1]), key[2], strict=True):
                self.argument(item, inner)
        elif isinstance(key[1], int):
            goal = reader.builder.gep(self._given, [ir.Constant(I64, self._place)])
            reader.numbers(reader.items(x, key[0], key[1]), key[1], goal)
            self._place += key[1]
        else:
            items = reader.items(x, key[0], len(key[1]))
            for i, inner in enumerate(key[1]):
                self.argument(reader.item(items, i), inner)

    def _array(self, x: ir.Value, key: Any) -> None:
        self._block += 1
        if key[2] == "int":
            room = (ctypes.c_double * max(1, math.prod(key[1])))()
            self._kept.append(room)
            start = pointer(ctypes.addressof(room), POINTER)
            self._reader.wholes(x, key[1], start)
        else:
            start = self._reader.array(x, key[1])
        builder = self._reader.builder
        goal = builder.gep(pointer(self._at.blocks, BLOCKS), [ir.Constant(I64, self._block)])
        builder.store(start, goal)

    def leaf(self, leaf: Value) -> None:
        """The number of a Value of the function's own."""
        reader = self._reader
        self._kept.append(leaf)
        data = reader.field(pointer(id(leaf), OBJECT), place_of("_number") or 0, OBJECT)
        goal = reader.builder.gep(self._given, [ir.Constant(I64, self._place)])
        reader.builder.store(reader.field(data, NUMBER, DOUBLE), goal)
        self._place += 1


def read_names(reader: Reader, found: ir.Value, names: tuple[str, ...], kept: list[Any]) -> None:
    """Continue where the last arguments have these very names, in this order."""
    if not names:
        reader.go_on_if_equal(found, ir.Constant(OBJECT, None))
        return
    kept.append(names)
    reader.go_on_if(reader.builder.icmp_unsigned("!=", found, ir.Constant(OBJECT, None)))
    items = reader.items(found, tuple, len(names))
    for i, name in enumerate(names):
        reader.go_on_if_equal(reader.item(items, i), pointer(id(name), OBJECT))


def refuse_others(reader: Reader, sizes: Sequence[int], at: Addresses, served: int) -> None:
    """Continue where the inputs have the bits of those that are served."""
    builder, blocks = reader.builder, pointer(at.blocks, BLOCKS)
    differ = python_function(builder.module, "memcmp", I32, POINTER, POINTER, I64)
    for block, size in enumerate(sizes):
        found = builder.load(builder.gep(blocks, [ir.Constant(I64, block)]))
        wanted = [found, pointer(served, POINTER), ir.Constant(I64, 8 * size)]
        reader.go_on_if_equal(builder.call(differ, wanted), ir.Constant(I32, 0))
        served += 8 * size
