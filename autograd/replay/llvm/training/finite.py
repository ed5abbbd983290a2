"""Whether numbers that follow each other are finite.

Owns that code: 0 x is 0 unless x is nan or infinite, and sums of that tell of all. Many of these
are made side by side, and none waits for another.
"""

from llvmlite import ir

from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.rows.lanes import DOUBLE, INTEGER

FUSED = ("contract",)  # one instruction, where there is one
WIDTHS = (32, 8, 1)  # of the sums: what is left of one is for the next


def are_finite(builder: ir.IRBuilder, numbers: ir.Value, n: ir.Value) -> ir.Value:
    """Whether n doubles are finite; there may be none."""
    found: ir.Value = ir.Constant(ir.IntType(1), 1)
    start, left = numbers, n
    for width in WIDTHS:
        size = ir.Constant(INTEGER, width)
        count = builder.udiv(left, size)
        is_zero = _are_finite(builder, start, count, width)
        found = builder.and_(found, is_zero)
        start, left = builder.gep(start, [builder.mul(count, size)]), builder.urem(left, size)
    return found


def _are_finite(builder: ir.IRBuilder, start: ir.Value, count: ir.Value, width: int) -> ir.Value:
    """Whether so many vectors of a width are."""
    vector, bits = ir.VectorType(DOUBLE, width), ir.IntType(width)
    zeros = ir.Constant(vector, [ir.Constant(DOUBLE, 0.0)] * width)

    def added(i: ir.Value, total: ir.Value) -> ir.Value:
        pointer = builder.gep(start, [builder.mul(i, ir.Constant(INTEGER, width))])
        x = builder.load(builder.bitcast(pointer, vector.as_pointer()), align=8)
        return builder.fadd(total, builder.fmul(x, zeros, FUSED), FUSED)

    total = carried(builder, count, zeros, added)
    is_zero = builder.bitcast(builder.fcmp_ordered("==", total, zeros), bits)
    return builder.icmp_unsigned("==", is_zero, ir.Constant(bits, -1))
