"""Totals in native code: weighted sums of rows of numbers, from the left, and their quotients.

Owns that code. Each product, sum and quotient is rounded, as Python's are.
"""

import ctypes
from array import array
from functools import cache
from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import function_of, translated

NUMBERS = DOUBLE.as_pointer()
_Totals = ctypes.PYFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_longlong,
    ctypes.c_double,
    ctypes.c_void_p,
    ctypes.c_longlong,
)


def means(numbers: "array[float]", weights: "array[float]", n: int) -> "array[float]":
    """The sum of each row of as many numbers as weights, times these, and divided by n."""
    width = len(weights)
    found = array("d", bytes(8 * (len(numbers) // width)))
    places = [each.buffer_info()[0] for each in (numbers, weights, found)]
    _code()(places[0], places[1], width, float(n), places[2], len(found))
    return found


@cache
def _code() -> Any:
    module = ir.Module("totals")
    kind = ir.FunctionType(ir.VoidType(), [NUMBERS, NUMBERS, I64, DOUBLE, NUMBERS, I64])
    function = ir.Function(module, kind, "totals")
    numbers, weights, width, n, found, n_rows = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    with loop(builder, n_rows) as row:
        goal = builder.gep(found, [row])
        start = builder.gep(numbers, [builder.mul(row, width)])
        with loop(builder, width) as i:
            number, weight = (builder.load(builder.gep(x, [i])) for x in (start, weights))
            builder.store(builder.fadd(builder.load(goal), builder.fmul(number, weight)), goal)
        builder.store(builder.fdiv(builder.load(goal), n), goal)
    builder.ret_void()
    return function_of(translated(str(module)), _Totals, "totals")
