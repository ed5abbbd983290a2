"""Choice: the rows and targets of the samples of a batch, side by side.

Owns the code that a batch begins with, before its program runs.
"""

from llvmlite import ir

from autograd.replay.llvm.code import I64
from autograd.replay.llvm.loops import copy, loop


def are_beside(builder: ir.IRBuilder, samples: ir.Value, size: ir.Value) -> ir.Value:
    """Whether the samples of a batch follow each other."""
    with builder.goto_entry_block():
        differences = builder.alloca(I64)
    builder.store(ir.Constant(I64, 0), differences)
    first = builder.load(samples)
    with loop(builder, size) as j:
        sample = builder.load(builder.gep(samples, [j]))
        found = builder.xor(sample, builder.add(first, j))
        builder.store(builder.or_(builder.load(differences), found), differences)
    return builder.icmp_unsigned("==", builder.load(differences), ir.Constant(I64, 0))


def are_there(
    builder: ir.IRBuilder,
    named: dict[str, ir.Value],
    samples: ir.Value,
    size: ir.Value,
    beside: ir.Value,
) -> ir.Value:
    """Whether there are samples of these numbers: a callback may have put any in their place."""
    with builder.goto_entry_block():
        outside = builder.alloca(I64)

    def note(sample: ir.Value) -> None:
        is_there = builder.icmp_unsigned("<", sample, named["n_samples"])
        found = builder.zext(builder.not_(is_there), I64)
        builder.store(builder.or_(builder.load(outside), found), outside)

    builder.store(ir.Constant(I64, 0), outside)
    first = builder.load(samples)
    note(first)
    with builder.if_else(beside) as (then, otherwise):
        with then:
            note(builder.add(first, builder.sub(size, ir.Constant(I64, 1))))
        with otherwise, loop(builder, size) as j:
            note(builder.load(builder.gep(samples, [j])))
    return builder.icmp_unsigned("==", builder.load(outside), ir.Constant(I64, 0))


def choose(
    builder: ir.IRBuilder,
    named: dict[str, ir.Value],
    samples: ir.Value,
    size: ir.Value,
    beside: ir.Value,
) -> None:
    """Let the blocks be the rows and targets of a batch; where these follow each other, as such.

    Args:
        named: the arguments of the driver.
        samples: which ones; size: how many; beside: see `are_beside`.
    """
    first = builder.load(samples)
    tables = [("all_rows", "row_size", "rows"), ("all_targets", "target_size", "targets")]
    for number, (every, width, room) in enumerate(tables, 1):
        goal = builder.gep(named["blocks"], [ir.Constant(I64, number)])
        with builder.if_else(beside) as (then, otherwise):
            with then:
                start = builder.gep(named[every], [builder.mul(first, named[width])])
                builder.store(start, goal)
            with otherwise:
                builder.store(named[room], goal)
                _gather(builder, named[every], named[room], named[width], samples, size)


def _gather(
    builder: ir.IRBuilder,
    every: ir.Value,
    room: ir.Value,
    width: ir.Value,
    samples: ir.Value,
    size: ir.Value,
) -> None:
    """Copy the rows of some samples; short ones, as most targets are, without a loop for each."""
    done = builder.append_basic_block("gathered")
    for short in (1, 2):
        other = builder.append_basic_block("longer")
        rows = builder.append_basic_block("short")
        is_short = builder.icmp_unsigned("==", width, ir.Constant(I64, short))
        builder.cbranch(is_short, rows, other)
        builder.position_at_end(rows)
        with loop(builder, size) as j:
            sample = builder.load(builder.gep(samples, [j]))
            for i in range(short):
                source = builder.add(builder.mul(sample, width), ir.Constant(I64, i))
                place = builder.add(builder.mul(j, width), ir.Constant(I64, i))
                x = builder.load(builder.gep(every, [source]))
                builder.store(x, builder.gep(room, [place]))
        builder.branch(done)
        builder.position_at_end(other)
    with loop(builder, size) as j:
        sample = builder.load(builder.gep(samples, [j]))
        source = builder.gep(every, [builder.mul(sample, width)])
        copy(builder, source, builder.gep(room, [builder.mul(j, width)]), width)
    builder.branch(done)
    builder.position_at_end(done)
