"""Condensing: the numbers of those samples that a gate lets through, side by side.

Owns that code, and what is to be condensed. Of eight lanes some are let through; one instruction of
AVX-512 brings these together.
"""

from collections.abc import Mapping

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I32, I64, VECTOR
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import has_many_registers
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.strips import Strip, varies
from autograd.replay.tapes.gates import Gate
from autograd.replay.tapes.samples import Samples

AT_ONCE = 1024  # vectors of eight doubles, 64 KB: so much is condensed before it is used up
COMPRESS = "llvm.x86.avx512.mask.compress.v8f64"
BITS = ir.IntType(LANES)
MASK = ir.VectorType(ir.IntType(1), LANES)


def can_condense() -> bool:
    """Whether this processor can."""
    return has_many_registers()


def at_once(n_columns: int) -> int:
    """How many samples, if so many numbers of each are kept."""
    return max(1, AT_ONCE // n_columns) * LANES


def crossing(samples: Samples, gate: Gate) -> tuple[list[int], list[int]]:
    """What the samples that are let through bring with them, and what is computed again of that.

    A relu is made of its operand once more where that comes along.
    """
    read = {i for p in gate.positions for i in samples.operands[p] if varies(samples, i)}
    read -= {*gate.positions}
    again = [p for p in sorted(read) if p >= 0 and samples.rows[p] is ops.relu]
    again = [p for p in again if read.issuperset(samples.operands[p])]
    return sorted(read.difference(again)), again


def condense(
    strip: Strip,
    conditions: tuple[int, ...],
    goals: Mapping[int, int],
    count: ir.Value,
    is_descending: bool,
) -> None:
    """Write the loop that appends a strip's samples.

    Args:
        conditions: where all of them are 0, a sample is left out.
        goals: of each position or -1 - e the place of the first sample's.
        count: points to the number of samples that are there, and will be.
        is_descending: whether the last sample of the strip comes first.
    """
    code, builder = strip.code, strip.code.builder
    n_blocks = strip.n_blocks()
    last = builder.sub(n_blocks, ir.Constant(I64, 1))
    with loop(builder, n_blocks) as n:
        number = builder.sub(last, n) if is_descending else n
        index = builder.mul(number, ir.Constant(I64, LANES))

        def lanes(i: int) -> ir.Value:
            found = strip.load(i, index)
            return code.mixed(found, found, [*range(LANES)][::-1]) if is_descending else found

        mask = _is_sample(strip, index, is_descending)
        some: ir.Value = ir.Constant(MASK, [ir.Constant(ir.IntType(1), 0)] * LANES)
        for p in conditions:
            zero = ir.Constant(VECTOR, [ir.Constant(DOUBLE, 0.0)] * LANES)
            some = builder.or_(some, builder.fcmp_unordered("!=", lanes(p), zero))
        mask = builder.and_(mask, some)
        bits = builder.bitcast(mask, BITS)
        with builder.if_then(builder.icmp_unsigned("!=", bits, ir.Constant(BITS, 0))):
            before = builder.load(count)
            for i, place in goals.items():
                compressed = _compress(strip, lanes(i), mask)
                goal = builder.bitcast(code.address(place, before), VECTOR.as_pointer())
                builder.store(compressed, goal, align=8)
            more = builder.zext(builder.ctpop(bits), I64)
            builder.store(builder.add(before, more), count)


def _is_sample(strip: Strip, index: ir.Value, is_descending: bool) -> ir.Value:
    """In which lanes there is one: the last block may have fewer than eight."""
    builder = strip.code.builder
    order = [*range(LANES)][::-1] if is_descending else [*range(LANES)]
    kind = ir.VectorType(I64, LANES)
    left = builder.insert_element(
        ir.Constant(kind, ir.Undefined), builder.sub(strip.n, index), ir.Constant(I32, 0)
    )
    zeros = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
    left = builder.shuffle_vector(left, left, zeros)
    return builder.icmp_signed("<", ir.Constant(kind, order), left)


def _compress(strip: Strip, value: ir.Value, mask: ir.Value) -> ir.Value:
    """The lanes of the mask, and zeros after them."""
    module = strip.code.module.ir
    function = module.globals.get(COMPRESS)
    if function is None:
        kind = ir.FunctionType(VECTOR, [VECTOR, VECTOR, MASK])
        function = ir.Function(module, kind, COMPRESS)
    zeros = ir.Constant(VECTOR, [ir.Constant(DOUBLE, 0.0)] * LANES)
    return strip.code.builder.call(function, [value, zeros, mask])
