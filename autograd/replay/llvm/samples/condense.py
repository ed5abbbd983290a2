"""Condensing: the numbers of those samples that a gate lets through, side by side.

Owns that code, and what is to be condensed. Of the lanes of a register some are let through; in one
instruction these are brought together, in an order that is looked up. Where a processor has no such
instruction, a register has one lane, and a sample is moved or not.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I32, I64, Code
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import lanes_in_order
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.against import Against
from autograd.replay.llvm.samples.strips import varies
from autograd.replay.tapes.gates import Gate
from autograd.replay.tapes.samples import Samples

UNASKED = 6  # columns that are moved without asking whether there is anything to move
AT_ONCE = 1024  # vectors of eight doubles, 64 KB: what stands side by side before it is used up
# To move a number of all samples takes as long as to compute so many again, if all are let through.
MOST_AGAIN = 4
QUICK = (ops.add, ops.sub, ops.mul, ops.neg, ops.relu)
ORDERS = "orders.of.lanes"
BIT, BYTE = ir.IntType(1), ir.IntType(8)


def at_once(n_columns: int, n: int) -> int:
    """How many of n samples, if so many numbers of each are kept."""
    return min(max(1, AT_ONCE // n_columns) * LANES, n)


def crossing(
    samples: Samples, gate: Gate, read_later: Collection[int]
) -> tuple[list[int], list[int]]:
    """What the samples that are let through bring with them, and what is computed again of that.

    Computed again is what takes a few instructions of what comes along anyway, as a relu of its
    operand or a neuron of few inputs, unless one of its numbers is read later: those of all samples
    stay as they are.
    """
    read = {i for p in gate.positions for i in samples.operands[p] if varies(samples, i)}
    read -= {*gate.positions}
    again: set[int] = set()
    for p in sorted(read):
        made = _made_of(samples, p, (read | again) - {p})
        if {*made}.isdisjoint(read_later):
            again.update(made)
    return sorted(read - again), sorted(again)


def _made_of(samples: Samples, position: int, there: Collection[int]) -> Collection[int]:
    """What is computed for a position if some numbers are there; nothing if that is too much."""
    found, left = set[int](), [position]
    while left:
        p = left.pop()
        if p in there or p in found or not varies(samples, p):
            continue
        if p < 0 or samples.rows[p] not in QUICK or len(found) == MOST_AGAIN:
            return ()
        found.add(p)
        left += samples.operands[p]
    return found


class Column(NamedTuple):
    """Numbers of samples that follow each other: from where they are moved, and to where."""

    source: ir.Value  # points to the first sample's
    goal: ir.Value


def condense(
    code: Code,
    are_open: Callable[[ir.Value], ir.Value],
    in_place: Sequence[Column],
    copied: Sequence[Column],
    n: ir.Value,
    beside: Against | None = None,
) -> ir.Value:
    """Write the loop that moves what belongs to the samples let through to the front.

    Args:
        are_open: which of the samples from one on are let through, of as many as
            `lanes_in_order` says.
        in_place, copied: the columns; of the first ones the goal is the source.
        n: how many samples there are.
        beside: sums that go on meanwhile, from the first sample to the last.

    Returns how many are let through.
    """
    builder, width = code.builder, lanes_in_order()
    vector = ir.VectorType(DOUBLE, width)
    bits_of = ir.IntType(width)
    with builder.goto_entry_block():
        count = builder.alloca(I64)
    builder.store(ir.Constant(I64, 0), count)
    n_blocks = builder.udiv(builder.add(n, ir.Constant(I64, width - 1)), ir.Constant(I64, width))
    with loop(builder, n_blocks) as number:
        index = builder.mul(number, ir.Constant(I64, width))
        some = builder.and_(are_open(index), _are_samples(builder, n, index))
        bits = builder.bitcast(some, bits_of)
        before, order = builder.load(count), _order(code, bits)
        is_any = builder.icmp_unsigned("!=", bits, ir.Constant(bits_of, 0))
        is_all = builder.icmp_unsigned("==", bits, ir.Constant(bits_of, (1 << width) - 1))
        stays = builder.and_(is_all, builder.icmp_unsigned("==", before, index))
        for columns, is_moved in (
            (in_place, builder.and_(is_any, builder.not_(stays))),
            (copied, is_any),
        ):
            if columns:
                # To move few takes less time than a jump that the processor did not foresee.
                is_asked = len(columns) > UNASKED
                with builder.if_then(is_moved) if is_asked else nullcontext():
                    for column in columns:
                        moved = _permuted(code, lanes(builder, column.source, index), order)
                        goal = builder.gep(column.goal, [before])
                        goal = builder.bitcast(goal, vector.as_pointer())
                        builder.store(moved, goal, align=8)
        builder.store(builder.add(before, builder.zext(builder.ctpop(bits), I64)), count)
        if beside is not None:
            beside.go_on(code, n, index, width)
    return builder.load(count)


def where_not_zero(code: Code, conditions: Sequence[ir.Value]) -> Callable[[ir.Value], ir.Value]:
    """What `condense` asks for: the samples of which one of some columns is not 0."""
    width = lanes_in_order()
    zeros = ir.Constant(ir.VectorType(DOUBLE, width), [ir.Constant(DOUBLE, 0.0)] * width)

    def are_open(index: ir.Value) -> ir.Value:
        some: ir.Value = ir.Constant(ir.VectorType(BIT, width), [ir.Constant(BIT, 0)] * width)
        for condition in conditions:
            numbers = lanes(code.builder, condition, index)
            some = code.builder.or_(some, code.builder.fcmp_unordered("!=", numbers, zeros))
        return some

    return are_open


def lanes(builder: ir.IRBuilder, column: ir.Value, index: ir.Value) -> ir.Value:
    """The numbers of a column of as many samples as `lanes_in_order` says, from one on."""
    pointer = builder.gep(column, [index])
    pointer = builder.bitcast(pointer, ir.VectorType(DOUBLE, lanes_in_order()).as_pointer())
    return builder.load(pointer, align=8)


def in_all_lanes(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    """A number in as many lanes as `lanes_in_order` says."""
    kind = ir.VectorType(x.type, lanes_in_order())
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), x, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, lanes_in_order()), [0] * lanes_in_order())
    return builder.shuffle_vector(first, first, zeros)


def _are_samples(builder: ir.IRBuilder, n: ir.Value, index: ir.Value) -> ir.Value:
    """In which lanes there is one: the last block may have fewer."""
    words = ir.VectorType(I64, lanes_in_order())
    left = in_all_lanes(builder, builder.sub(n, index))
    return builder.icmp_signed("<", ir.Constant(words, [*range(lanes_in_order())]), left)


def _order(code: Code, bits: ir.Value) -> ir.Value | None:
    """The lanes whose bits are set, in order, before any others: looked up in a table.

    AVX-512 wants the number of the double in each lane, AVX2 those of its two halves.
    """
    width = lanes_in_order()
    if width == 1:
        return None
    parts = 8 // width
    table = code.module.ir.globals.get(ORDERS)
    if table is None:
        orders: list[int] = []
        for mask in range(1 << width):
            found = [lane for lane in range(width) if mask >> lane & 1]
            found += [0] * (width - len(found))
            orders += [lane * parts + part for lane in found for part in range(parts)]
        kind = ir.ArrayType(BYTE, len(orders))
        table = ir.GlobalVariable(code.module.ir, kind, ORDERS)
        table.linkage, table.global_constant = "internal", True
        table.initializer = ir.Constant(kind, orders)
    builder = code.builder
    place = builder.mul(builder.zext(bits, I64), ir.Constant(I64, 8))
    found_at = builder.gep(table, [ir.Constant(I64, 0), place])
    found_at = builder.bitcast(found_at, ir.VectorType(BYTE, 8).as_pointer())
    order = builder.load(found_at, align=1)
    return builder.zext(order, ir.VectorType(I64 if width == 8 else I32, 8))


def _permuted(code: Code, value: ir.Value, order: ir.Value | None) -> ir.Value:
    """The lanes in that order."""
    if order is None:
        return value
    name, kind = "llvm.x86.avx512.permvar.df.512", value.type
    if lanes_in_order() < 8:  # of words of half the size
        name, kind = "llvm.x86.avx2.permd", order.type
    function = code.module.ir.globals.get(name)
    if function is None:
        function = ir.Function(code.module.ir, ir.FunctionType(kind, [kind, order.type]), name)
    builder = code.builder
    moved = builder.call(function, [builder.bitcast(value, kind), order])
    return builder.bitcast(moved, value.type)
