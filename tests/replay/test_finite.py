"""Whether numbers are finite, in native code: one that is not is found at every place.

Owns the comparison for all lengths about the widths of the sums.
"""

from __future__ import annotations

import ctypes
import math
from array import array

import pytest
from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64
from autograd.replay.llvm.machine import function_of, translated
from autograd.replay.llvm.training.finite import WIDTHS, are_finite


@pytest.fixture(scope="module", params=[False, True], ids=["as written", "optimised"])
def code(request):
    module = ir.Module("finite")
    kind = ir.FunctionType(ir.IntType(8), [DOUBLE.as_pointer(), I64])
    function = ir.Function(module, kind, "finite")
    builder = ir.IRBuilder(function.append_basic_block())
    found = are_finite(builder, *function.args)
    builder.ret(builder.zext(found, ir.IntType(8)))
    engine = translated(str(module), is_optimised=request.param)
    kind = ctypes.CFUNCTYPE(ctypes.c_uint8, ctypes.c_void_p, ctypes.c_longlong)
    native = function_of(engine, kind, "finite")

    def call(numbers, start, n):
        return bool(native(numbers.buffer_info()[0] + 8 * start, n))

    return call


LARGE = (1.7976931348623157e308, -1.7976931348623157e308, 5e-324, -0.0, 0.5)


@pytest.mark.parametrize("n", range(2 * WIDTHS[0] + WIDTHS[1] + 3))
def test_one_that_is_not_is_found_wherever_it_stands(code, n):
    numbers = array("d", [LARGE[i % 5] for i in range(n)])
    assert code(numbers, 0, n)
    for bad in (math.nan, -math.nan, math.inf, -math.inf):
        for i in range(n):
            kept, numbers[i] = numbers[i], bad
            assert not code(numbers, 0, n), (bad, i)
            numbers[i] = kept


@pytest.mark.parametrize("n", [0, 1, 7, 8, 31, 32, 33, 41])
@pytest.mark.parametrize("start", range(1, 9))
def test_no_others_are_read(code, n, start):
    """They may begin at any double, and what stands beside them is not theirs."""
    numbers = array("d", [math.nan] * (start + n + 40))
    numbers[start : start + n] = array("d", [1.5] * n)
    assert code(numbers, start, n)
