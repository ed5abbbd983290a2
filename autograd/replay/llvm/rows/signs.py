"""Signs of numbers, as numbers.

Owns the instruction of AVX-512 that says of each lane what kind of number it is and writes what a
table has for that kind: where there is one, a gate of a relu is one instruction, not four.
"""

import math

from llvmlite import ir

from autograd.replay.llvm.machine import register_lanes
from autograd.replay.llvm.rows.lanes import Number, select

# Intel SDM, VFIXUPIMMPD: a table has four bits for each kind, from the lowest on.
KINDS = ("quiet nan", "nan", "zero", "one", "-inf", "inf", "negative", "positive")
QUIET_NAN, ZERO, ONE = 0b0010, 0b1000, 0b1010  # of what to write
POSITIVE = {"quiet nan": QUIET_NAN, "nan": QUIET_NAN, "one": ONE, "inf": ONE, "positive": ONE}
FIXUP = "llvm.x86.avx512.mask.fixupimm.pd.512"
LANES = 8


def is_positive(x: Number) -> Number:
    """1 where x is above 0, 0 where it is not; nan where it is nan."""
    if x.code.shape.width == register_lanes() == LANES and x.constant is None:
        return _looked_up(x, POSITIVE)
    return select(x > 0.0, 1.0, select(x <= 0.0, 0.0, math.nan))


def _looked_up(x: Number, responses: dict[str, int]) -> Number:
    """What a table says of the kind of x; 0 where it says nothing."""
    table = sum(responses.get(kind, ZERO) << 4 * i for i, kind in enumerate(KINDS))
    word, small, byte = ir.IntType(64), ir.IntType(32), ir.IntType(8)
    words = ir.VectorType(word, LANES)
    module, builder = x.code.shape.module, x.code.builder
    function = module.globals.get(FIXUP)
    if function is None:
        number = x.code.shape.number
        kind = ir.FunctionType(number, [number, number, words, small, byte, small])
        function = ir.Function(module, kind, FIXUP)
    tables = ir.Constant(words, [ir.Constant(word, table)] * LANES)
    # Nothing of the first operand is kept; 0: no exceptions; -1: all lanes; 4: rounds as always.
    settings = [ir.Constant(small, 0), ir.Constant(byte, -1), ir.Constant(small, 4)]
    return Number(x.code, builder.call(function, [x.value, x.value, tables, *settings]))
