"""Rows of the table compiled one by one: functions from arrays of operands to arrays of results.

Owns a small compiler for the tests of the lowering.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import NamedTuple

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from autograd.op import TABLE
from autograd.replay.llvm.rows.lowering import Lowering
from autograd.replay.llvm.rows.writers import WRITERS

N_ARY = (1, 2, 3, 4, 5)  # operands of a row that takes any number of them


class Case(NamedTuple):
    """A row with a number of operands, and others after these that are known beforehand."""

    name: str
    arity: int
    known: tuple[float, ...] = ()

    @property
    def symbol(self) -> str:
        return ".".join(["row", self.name, *map(str, (self.arity, *self.known))])


def arities(name):
    arity = TABLE[name].arity
    if name == "dot":
        return (1, 3, 5, 7)  # weights, inputs, bias
    if TABLE[name].has_index:
        return (2, 3, 4, 5)  # which, and of what
    return N_ARY if arity is None else (arity,)


CASES = [Case(name, arity) for name in sorted(WRITERS) for arity in arities(name)]
# What a gate of a relu compares with may have an instruction of its own.
COMPARED = [Case(name, 1, (x,)) for name in ("gt", "heaviside") for x in (0.0, -0.0, 1.0)]


class Library:
    """Rows compiled for one width: `library(case, columns)` applies one to arrays of operands."""

    def __init__(self, cases, width, fast, times=1):
        module = ir.Module(name=f"rows of width {width}")
        lowering = Lowering(module, width, fast)
        self.width = times * width
        for case in cases:
            _write_loop(module, lowering, width, case, times)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.parsed = llvm.parse_assembly(str(module))
        self.parsed.verify()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
            opt=1,
            jit=True,
        )
        self.engine = llvm.create_mcjit_compiler(self.parsed, machine)
        self.engine.finalize_object()

    def __call__(self, case, columns):
        n = len(columns[0])
        padded = -(-n // self.width) * self.width
        inputs = np.zeros((case.arity, padded))
        inputs[:, :n] = columns
        output = np.empty(padded)
        pointer = ctypes.c_void_p
        function = ctypes.CFUNCTYPE(None, pointer, pointer, ctypes.c_int64)(
            self.engine.get_function_address(case.symbol)
        )
        function(output.ctypes.data, inputs.ctypes.data, padded)
        return output[:n]


def _write_loop(module, lowering, width, case, times):
    """void row(double* output, double* inputs, i64 n): one row of n inputs for each operand."""
    size, doubles = ir.IntType(64), ir.DoubleType().as_pointer()
    function = ir.Function(
        module, ir.FunctionType(ir.VoidType(), [doubles, doubles, size]), case.symbol
    )
    output, inputs, n = function.args
    entry, loop, done = (function.append_basic_block(x) for x in ("entry", "loop", "done"))
    ir.IRBuilder(entry).branch(loop)
    builder = ir.IRBuilder(loop)
    i = builder.phi(size)
    i.add_incoming(size(0), entry)

    def place(array, index):
        return builder.bitcast(builder.gep(array, [index]), lowering.number.as_pointer())

    starts = [builder.add(i, size(width * k)) for k in range(times)]
    operands = [
        [
            builder.load(place(inputs, builder.add(start, builder.mul(n, size(k)))), align=8)
            for k in range(case.arity)
        ]
        + [lowering.constant(x) for x in case.known]
        for start in starts
    ]
    if times > 1:
        results = lowering.emit_together(builder, case.name, operands)
    else:
        results = [lowering.emit(builder, case.name, operands[0])]
    for start, result in zip(starts, results, strict=True):
        builder.store(result, place(output, start), align=8)
    following = builder.add(i, size(width * len(starts)))
    i.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, n), loop, done)
    ir.IRBuilder(done).ret_void()


@cache
def library(width, fast=False):
    return Library([*CASES, *COMPARED], width, fast)


@cache
def library_of_several(width, fast, names, times):
    """Of the rows named: so many vectors of each at once."""
    return Library([case for case in CASES if case.name in names], width, fast, times)
