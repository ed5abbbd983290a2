"""Driver: many batches of samples through the program of a training step, in one call.

Owns the loop over batches. It is one piece of native code for all programs, made once.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from autograd.replay.llvm.code import BLOCKS, DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.machine import machine

PROGRAM = ir.FunctionType(I32, [BLOCKS, POINTER, POINTER])
ORDER = I64.as_pointer()
# In order, as `drive` names them.
ARGUMENTS = {
    "program": PROGRAM.as_pointer(),
    "blocks": BLOCKS,  # the state, the rows of a batch, its targets
    "work": POINTER,
    "outputs": POINTER,  # the cost, the new state, the outputs of the model
    "all_rows": POINTER,
    "row_size": I64,
    "all_targets": POINTER,
    "target_size": I64,
    "order": ORDER,  # the samples of all batches
    "batch_size": I64,
    "n_batches": I64,
    "n_rates": I64,  # the numbers of the state before those that a step changes
    "n_new": I64,
    "n_outputs": I64,
    "log": POINTER,  # for each batch its cost and the outputs of the model
}
_Drive = ctypes.PYFUNCTYPE(
    ctypes.c_longlong,
    *[ctypes.c_longlong if kind is I64 else ctypes.c_void_p for kind in ARGUMENTS.values()],
)


@cache
def driver() -> tuple[Any, llvm.ExecutionEngine]:
    """The loop as a function of ctypes, which returns how many batches it ran, and its code.

    It stops before a batch whose program answers a guard otherwise, or whose outputs are not all
    finite: the state is then as it was before that batch.
    """
    module = ir.Module("driver")
    function = ir.Function(module, ir.FunctionType(I64, list(ARGUMENTS.values())), "drive")
    _write(function)
    target = machine()
    parsed = llvm.parse_assembly(str(module))
    parsed.triple, parsed.data_layout = target.triple, str(target.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(target, options)
    builder.getModulePassManager().run(parsed, builder)
    engine = llvm.create_mcjit_compiler(parsed, target)
    engine.finalize_object()
    drive = _Drive(engine.get_function_address("drive"))
    return drive, engine


def _write(function: ir.Function) -> None:
    named = dict(zip(ARGUMENTS, function.args, strict=True))
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    stopped = function.append_basic_block("stopped")

    def block(number: int) -> ir.Value:
        return builder.load(builder.gep(named["blocks"], [ir.Constant(I64, number)]))

    state, rows, targets = block(0), block(1), block(2)
    kept = builder.sub(named["n_outputs"], named["n_new"])  # of the outputs of each batch
    outputs, one = named["outputs"], ir.Constant(I64, 1)
    with _loop(builder, named["n_batches"]) as batch:
        start = builder.mul(batch, named["batch_size"])
        with _loop(builder, named["batch_size"]) as i:
            sample = builder.load(builder.gep(named["order"], [builder.add(start, i)]))
            for source, size, goal in (
                (named["all_rows"], named["row_size"], rows),
                (named["all_targets"], named["target_size"], targets),
            ):
                _copy(
                    builder,
                    builder.gep(source, [builder.mul(sample, size)]),
                    builder.gep(goal, [builder.mul(i, size)]),
                    size,
                )
        status = builder.call(named["program"], [named["blocks"], named["work"], outputs])
        _stop_unless(builder, builder.icmp_unsigned("==", status, ir.Constant(I32, 0)), stopped)
        # x - x is 0 unless x is nan or infinite: one sum of them tells of all.
        with builder.goto_entry_block():
            total = builder.alloca(DOUBLE)
        builder.store(ir.Constant(DOUBLE, 0.0), total)
        with _loop(builder, named["n_outputs"]) as j:
            x = builder.load(builder.gep(outputs, [j]))
            rest = builder.fsub(x, x)
            flags = ["reassoc"]  # of zeros and nan: any order is the same
            builder.store(builder.fadd(builder.load(total), rest, flags=flags), total)
        is_finite = builder.fcmp_ordered("==", builder.load(total), ir.Constant(DOUBLE, 0.0))
        _stop_unless(builder, is_finite, stopped)
        new = builder.gep(outputs, [one])
        _copy(builder, new, builder.gep(state, [named["n_rates"]]), named["n_new"])
        line = builder.gep(named["log"], [builder.mul(batch, kept)])
        builder.store(builder.load(outputs), line)
        answers = builder.gep(new, [named["n_new"]])
        _copy(builder, answers, builder.gep(line, [one]), builder.sub(kept, one))
    builder.ret(named["n_batches"])
    builder.position_at_end(stopped)
    count = builder.phi(I64)
    for origin in list(stopped.function.blocks):
        end = origin.terminator
        if end is not None and stopped in end.operands:
            count.add_incoming(batch, origin)
    builder.ret(count)


def _stop_unless(builder: ir.IRBuilder, condition: ir.Value, stopped: ir.Block) -> None:
    following = builder.append_basic_block()
    builder.cbranch(condition, following, stopped)
    builder.position_at_end(following)


def _copy(builder: ir.IRBuilder, source: ir.Value, goal: ir.Value, size: ir.Value) -> None:
    with _loop(builder, size) as j:
        builder.store(builder.load(builder.gep(source, [j])), builder.gep(goal, [j]))


@contextmanager
def _loop(builder: ir.IRBuilder, n: ir.Value) -> Iterator[ir.Value]:
    """A loop from 0 to n - 1; yields the count."""
    before, test = builder.block, builder.append_basic_block("test")
    body, done = builder.append_basic_block("body"), builder.append_basic_block("done")
    builder.branch(test)
    builder.position_at_end(test)
    i = builder.phi(I64)
    i.add_incoming(ir.Constant(I64, 0), before)
    builder.cbranch(builder.icmp_signed("<", i, n), body, done)
    builder.position_at_end(body)
    yield i
    i.add_incoming(builder.add(i, ir.Constant(I64, 1)), builder.block)
    builder.branch(test)
    builder.position_at_end(done)
