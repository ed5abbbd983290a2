"""Pool: floats of a result that nobody has kept are given again, with other numbers in them.

Owns these floats: of the last two results, since whoever assigns one to the name of the one before
keeps that until the call is over. Lists and dicts are made anew, for their owner may change them.
"""

import ctypes
from typing import Any

from llvmlite import ir

from autograd.containers import Shape
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
    references_are_counted,
    word,
)

MOST = 16_384  # numbers of a result whose floats stay in memory: two results are a megabyte


def floats_to_give_again(shape: Shape, builder: ir.IRBuilder, kept: list[Any]) -> ir.Value | None:
    """Where native code finds the floats of the result before the last one, to be `renewed`.

    None where that is not possible: there are none, or too many, or they do not stay alone.

    Args:
        shape: of the result.
        kept: is given what the code refers to.
    """
    n = _n_floats(shape)
    if not 0 < n <= MOST or shape.kind is None or not references_are_counted():
        return None
    floats = [float(i) for i in range(2 * n)]  # a list, which frees them; its length never changes
    turn = ctypes.c_longlong(0)
    kept += [floats, turn]
    place = pointer(ctypes.addressof(turn), I64.as_pointer())
    first = builder.load(place)
    builder.store(builder.sub(ir.Constant(I64, n), first), place)  # next time those of this one
    return builder.gep(pointer(word(id(floats) + ITEMS), OBJECTS), [first])


def _n_floats(shape: Shape) -> int:
    """How many numbers a result has that are in no array."""
    if shape.kind is None or shape.kind == "array":
        return int(shape.kind is None)
    return sum(map(_n_floats, shape.items))


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
