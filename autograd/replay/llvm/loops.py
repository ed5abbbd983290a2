"""Loops of native code that is not a program's: counting, and copying doubles."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llvmlite import ir

from autograd.replay.llvm.rows.lanes import INTEGER


@contextmanager
def loop(builder: ir.IRBuilder, n: ir.Value) -> Iterator[ir.Value]:
    """A loop from 0 to n - 1; yields the count."""
    before, test = builder.block, builder.append_basic_block("test")
    body, done = builder.append_basic_block("body"), builder.append_basic_block("done")
    builder.branch(test)
    builder.position_at_end(test)
    i = builder.phi(INTEGER)
    i.add_incoming(ir.Constant(INTEGER, 0), before)
    builder.cbranch(builder.icmp_signed("<", i, n), body, done)
    builder.position_at_end(body)
    yield i
    i.add_incoming(builder.add(i, ir.Constant(INTEGER, 1)), builder.block)
    builder.branch(test)
    builder.position_at_end(done)


def carried(
    builder: ir.IRBuilder,
    n: ir.Value,
    start: ir.Value,
    following: Callable[[ir.Value, ir.Value], ir.Value],
) -> ir.Value:
    """A number that a loop from 0 to n - 1 makes of itself, in a register: of the count and it."""
    before, test = builder.block, builder.append_basic_block("test")
    body, done = builder.append_basic_block("body"), builder.append_basic_block("done")
    builder.branch(test)
    builder.position_at_end(test)
    i, number = builder.phi(INTEGER), builder.phi(start.type)
    i.add_incoming(ir.Constant(INTEGER, 0), before)
    number.add_incoming(start, before)
    builder.cbranch(builder.icmp_signed("<", i, n), body, done)
    builder.position_at_end(body)
    new = following(i, number)
    i.add_incoming(builder.add(i, ir.Constant(INTEGER, 1)), builder.block)
    number.add_incoming(new, builder.block)
    builder.branch(test)
    builder.position_at_end(done)
    return number


def copy(builder: ir.IRBuilder, source: ir.Value, goal: ir.Value, size: ir.Value) -> None:
    """Copy so many doubles."""
    with loop(builder, size) as j:
        builder.store(builder.load(builder.gep(source, [j])), builder.gep(goal, [j]))
