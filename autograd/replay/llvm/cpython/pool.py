"""Pool: floats of a result's lists that nobody has kept are given again, with other numbers.

Owns these floats: of the last two results, since whoever assigns one to the name of the one before
keeps that until the call is over. Lists themselves are made anew, for their owner may change them.
"""

import ctypes
from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64
from autograd.replay.llvm.cpython.objects import (
    ITEMS,
    NUMBER,
    OBJECT,
    OBJECTS,
    field,
    is_alone,
    let_go,
    pointer,
    python_function,
    refer,
    word,
)


class Pool:
    """Twice as many floats as a row of numbers has.

    Args:
        n: how many numbers that are.
        kept: is given what the code refers to.
    """

    def __init__(self, n: int, kept: list[Any]) -> None:
        floats = [float(i) for i in range(2 * n)]  # a list, whose length never changes
        turn = ctypes.c_longlong(0)
        kept += [floats, turn]
        self._n = n
        self._floats = pointer(word(id(floats) + ITEMS), OBJECTS)
        self._turn = pointer(ctypes.addressof(turn), I64.as_pointer())

    def turned(self, builder: ir.IRBuilder) -> ir.Value:
        """Where the floats of the result before the last one stand; next time those of this one."""
        turn = builder.load(self._turn)
        builder.store(builder.sub(ir.Constant(I64, self._n), turn), self._turn)
        return builder.gep(self._floats, [turn])

    @staticmethod
    def number(
        builder: ir.IRBuilder, x: ir.Value, place: ir.Value, no_memory: ir.Block
    ) -> ir.Value:
        """A float with this number, for somebody else, too: that of the pool in its place."""
        found = renewed(builder, x, place, no_memory)
        refer(builder, found)
        return found


def renewed(builder: ir.IRBuilder, x: ir.Value, place: ir.Value, no_memory: ir.Block) -> ir.Value:
    """The float that stands in a place, now of this number; a new one, if somebody has kept it."""
    old = builder.load(place)
    with builder.if_else(is_alone(builder, old)) as (alone, kept):
        with alone:
            builder.store(x, field(builder, old, NUMBER, DOUBLE))
            was_alone = builder.block
        with kept:
            make = python_function(builder.module, "PyFloat_FromDouble", OBJECT, DOUBLE)
            new = builder.call(make, [x])
            is_there = builder.icmp_unsigned("!=", new, ir.Constant(OBJECT, None))
            following = builder.append_basic_block()
            builder.cbranch(is_there, following, no_memory)
            builder.position_at_end(following)
            builder.store(new, place)
            let_go(builder, old)
    found = builder.phi(OBJECT)
    found.add_incoming(old, was_alone)
    found.add_incoming(new, following)
    return found
