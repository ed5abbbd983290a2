"""Condensing: the numbers of those samples that a gate lets through, side by side, and back.

Owns that code, and what is to be condensed. Of the lanes of a register some are let through; in one
instruction these are brought together, in an order that is looked up, and in one they are brought
back to where they were. Where a processor has no such instruction, a register has one lane, and a
sample is moved or not.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I32, I64, Code
from autograd.replay.llvm.loops import carried
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
ORDERS, RANKS = "orders.of.lanes", "ranks.of.lanes"
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
    noted: ir.Value | None = None,
) -> ir.Value:
    """Write the loop that moves what belongs to the samples let through to the front.

    Args:
        are_open: which of the samples from one on are let through, of as many as
            `lanes_in_order` says.
        in_place, copied: the columns; of the first ones the goal is the source.
        n: how many samples there are.
        beside: sums that go on meanwhile, from the first sample to the last.
        noted: points to bytes, one for each step, in which it is noted who is let through.

    Returns how many are let through.
    """
    builder, width = code.builder, lanes_in_order()
    bits_of = ir.IntType(width)
    n_blocks = builder.udiv(builder.add(n, ir.Constant(I64, width - 1)), ir.Constant(I64, width))

    def of_block(number: ir.Value, before: ir.Value) -> ir.Value:
        index = builder.mul(number, ir.Constant(I64, width))
        some = builder.and_(are_open(index), _are_samples(builder, n, index))
        bits = builder.bitcast(some, bits_of)
        if noted is not None:
            byte = bits if width == 8 else builder.zext(bits, BYTE)
            builder.store(byte, builder.gep(noted, [number]))
        order = _looked_up(code, bits, ORDERS, _order)
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
                        put_lanes(builder, moved, column.goal, before)
        if beside is not None:
            beside.go_on(code, n, index, width)
        return builder.add(before, builder.zext(builder.ctpop(bits), I64))

    return carried(builder, n_blocks, ir.Constant(I64, 0), of_block)


def spread(
    code: Code,
    noted: ir.Value,
    n_all: int,
    n: ir.Value,
    body: Callable[[ir.Value, ir.Value, Callable[[ir.Value], ir.Value]], None],
) -> None:
    """Write the loop that brings numbers back to those samples that `condense` has let through.

    It begins with the last ones, so that a column may be its own goal.

    Args:
        noted: where `condense` has noted who they are.
        n_all: how many samples there are.
        n: how many of them were let through.
        body: what is done in a step; it is given at which sample this begins, in which lanes there
            are some that were let through, and what brings into these lanes the numbers of a column
            at whose front theirs stand. In the other lanes there are any numbers then.
    """
    builder, width = code.builder, lanes_in_order()
    n_blocks = -(-n_all // width)

    def of_block(k: ir.Value, after: ir.Value) -> ir.Value:
        number = builder.sub(ir.Constant(I64, n_blocks - 1), k)
        byte = builder.load(builder.gep(noted, [number]))
        bits = byte if width == 8 else builder.trunc(byte, ir.IntType(width))
        before = builder.sub(after, builder.zext(builder.ctpop(bits), I64))
        rank = _looked_up(code, bits, RANKS, _ranks)

        def brought(column: ir.Value) -> ir.Value:
            return _permuted(code, lanes(builder, column, before), rank)

        index = builder.mul(number, ir.Constant(I64, width))
        body(index, builder.bitcast(bits, ir.VectorType(BIT, width)), brought)
        return before

    carried(builder, ir.Constant(I64, n_blocks), n, of_block)


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
    return builder.load(_lanes_at(builder, column, index), align=8)


def put_lanes(builder: ir.IRBuilder, x: ir.Value, column: ir.Value, index: ir.Value) -> None:
    """Put numbers where `lanes` finds them."""
    builder.store(x, _lanes_at(builder, column, index), align=8)


def _lanes_at(builder: ir.IRBuilder, column: ir.Value, index: ir.Value) -> ir.Value:
    kind = ir.VectorType(DOUBLE, lanes_in_order()).as_pointer()
    return builder.bitcast(builder.gep(column, [index]), kind)


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


def _order(mask: int) -> list[int]:
    """The lanes whose bits are set, in order, before any others."""
    width = lanes_in_order()
    found = [lane for lane in range(width) if mask >> lane & 1]
    return found + [0] * (width - len(found))


def _ranks(mask: int) -> list[int]:
    """For each lane how many before it have their bits set: where `_order` has brought it from."""
    return [(mask & (1 << lane) - 1).bit_count() for lane in range(lanes_in_order())]


def _looked_up(
    code: Code, bits: ir.Value, name: str, lanes_of: Callable[[int], list[int]]
) -> ir.Value | None:
    """From which lanes numbers are to come, by some bits: looked up in a table of that name.

    AVX-512 wants the number of the double for each lane, AVX2 those of its two halves.
    """
    width = lanes_in_order()
    if width == 1:
        return None
    parts = 8 // width
    table = code.module.ir.globals.get(name)
    if table is None:
        each = [lane for mask in range(1 << width) for lane in lanes_of(mask)]
        halves = [lane * parts + part for lane in each for part in range(parts)]
        kind = ir.ArrayType(BYTE, len(halves))
        table = ir.GlobalVariable(code.module.ir, kind, name)
        table.linkage, table.global_constant = "internal", True
        table.initializer = ir.Constant(kind, halves)
    builder = code.builder
    place = builder.mul(builder.zext(bits, I64), ir.Constant(I64, 8))
    found_at = builder.gep(table, [ir.Constant(I64, 0), place])
    found_at = builder.bitcast(found_at, ir.VectorType(BYTE, 8).as_pointer())
    found = builder.load(found_at, align=1)
    return builder.zext(found, ir.VectorType(I64 if width == 8 else I32, 8))


def _permuted(code: Code, value: ir.Value, order: ir.Value | None) -> ir.Value:
    """The numbers of these lanes."""
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
