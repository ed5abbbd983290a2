"""Whether a function written in lanes has the bits of a function of the C library.

Owns the comparison: native code that asks both for the same numbers, hundreds of thousands of them
in a few milliseconds.
"""

import ctypes
import math
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import translated
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.rows.bits import Bits, bits_of, pattern
from autograd.replay.llvm.rows.lanes import INTEGER, Body, Code, Shape

EVERYWHERE = 1 << 14  # numbers among all doubles
AROUND = 16  # neighbours of an edge


class Range(NamedTuple):
    """Numbers whose bits are `first`, `first + step`, ... as integers: n, a multiple of LANES."""

    first: int
    step: int
    n: int


def between(low: float, high: float, count: int) -> Range:
    """Positive numbers, as many in each binade."""
    return Range(pattern(low), (pattern(high) - pattern(low)) // count, count)


def around(edge: float) -> Range:
    """A positive number and its neighbours."""
    return Range(pattern(edge) - AROUND // 2, 1, AROUND)


def agrees(symbol: str, body: Body, ranges: Iterable[Range]) -> bool:
    """Whether `body` gives what the C library's function does, bit by bit, for all numbers asked.

    Args:
        symbol: the library's function of one double.
        body: writes the function in lanes.
        ranges: the numbers; every other one is taken with a minus. Some of all doubles but nan are
            asked besides.
    """
    asked = [between(5e-324, math.inf, EVERYWHERE), *ranges]
    engine = translated(_module(symbol, body))
    address = engine.get_function_address("differences")
    function = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)(address)
    table = array("q", [x for each in asked for x in each])
    return bool(function(table.buffer_info()[0], len(asked)) == 0)


def _module(symbol: str, body: Body) -> str:
    """The module of `differences(ranges, how many)`: 0, or the bits that differ anywhere."""
    module = ir.Module("agreeing")
    shape = Shape(module, LANES)
    words = INTEGER.as_pointer()
    kind = ir.FunctionType(INTEGER, [words, INTEGER])
    function = ir.Function(module, kind, "differences")
    builder = ir.IRBuilder(function.append_basic_block())
    code = Code(shape, builder, {})
    found = builder.alloca(shape.bits)
    builder.store(_vector(shape, [0] * LANES), found)
    table, n_ranges = function.args
    with loop(builder, n_ranges) as number:
        start = builder.mul(number, ir.Constant(INTEGER, len(Range._fields)))
        first, step, n = [
            builder.load(builder.gep(table, [builder.add(start, ir.Constant(INTEGER, i))]))
            for i in range(len(Range._fields))
        ]
        with loop(builder, builder.udiv(n, ir.Constant(INTEGER, LANES))) as block:
            before = builder.mul(block, ir.Constant(INTEGER, LANES))
            counts = builder.add(_splat(code, before), _vector(shape, range(LANES)))
            size = builder.add(_splat(code, first), builder.mul(counts, _splat(code, step)))
            signs = _vector(shape, [lane % 2 << 63 for lane in range(LANES)])
            x = Bits(code, builder.or_(size, signs)).number()
            mine, theirs = code.function("mine", body, x), code.libm(symbol, x)
            differ = bits_of(mine) ^ bits_of(theirs)
            builder.store(builder.or_(builder.load(found), differ.value), found)
    total: ir.Value = ir.Constant(INTEGER, 0)
    for lane in range(LANES):
        at = ir.Constant(ir.IntType(32), lane)
        total = builder.or_(total, builder.extract_element(builder.load(found), at))
    builder.ret(total)
    return str(module)


def _vector(shape: Shape, words: Sequence[int]) -> ir.Constant:
    return ir.Constant(shape.bits, list(words))


def _splat(code: Code, word: ir.Value) -> ir.Value:
    empty = ir.Constant(code.shape.bits, ir.Undefined)
    first = code.builder.insert_element(empty, word, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return code.builder.shuffle_vector(first, empty, zeros)
