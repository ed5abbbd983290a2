"""Fences: where LLVM may not change the order in which instructions are written.

Owns that one, of which nothing is left for the processor to do. LLVM's scheduler moves what begins
a sum before all that is not needed for it, so that the sums of many neurons begin one after another
and wait for their next terms in memory, where registers had been enough for a few at a time.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd.replay.llvm.machine import any_register, n_registers, register_lanes
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.rows.registers import parts

MOST = 3 * n_registers() // 4  # vectors of eight; all that are told are in registers there
_MEMORY = "~{memory}"


def fence(builder: ir.IRBuilder, done: Sequence[ir.Value]) -> None:
    """What was read and written before is before all that is after, and some numbers are there.

    Args:
        done: vectors of eight that have been computed; the first `MOST` of them count.
    """
    kind = any_register()
    if not kind:
        return
    n = LANES // register_lanes()
    each = [part for vector in done[:MOST] for part in parts(builder, vector, n)]
    function = ir.FunctionType(ir.VoidType(), [part.type for part in each])
    builder.asm(function, "", ",".join([kind] * len(each) + [_MEMORY]), each, True)
