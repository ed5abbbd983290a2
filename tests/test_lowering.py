"""Rows of the table as LLVM instructions: the bits of `Op.compute`, on doubles and on vectors.

Owns a small compiler: each row becomes a function from arrays of operands to an array of results.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import random
import struct
from functools import cache
from typing import NamedTuple

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from autograd.op import BUILTIN, TABLE
from autograd.replay.llvm.lowering import CALLED_BACK, WRITERS, Lowering, is_lowered

WIDTHS = (1, 8)
N_ARY = (1, 2, 3, 4, 5)  # operands of a row that takes any number of them

SPECIAL = [
    sign * x
    for x in (
        0.0, 5e-324, 2.0**-1022 - 5e-324, 2.0**-1022, 1e-200, 2.0**-53, 0.3, 0.5, 1.0,
        1.0 + 2.0**-52, 2.0, 3.0, 709.9, 745.2, 2.0**52 + 1.0, 1e200, 1.7976931348623157e308,
        math.inf,
    )
    for sign in (1.0, -1.0)
] + [math.nan, 0.5 * math.pi, 20.0]  # fmt: skip
# Operands three and more at a time: fewer of them.
FEWER = [0.0, -0.0, 5e-324, 0.5, -1.0, 3.0, -800.0, 1e308, math.inf, -math.inf, math.nan]


class Case(NamedTuple):
    """A row with a number of operands."""

    name: str
    arity: int

    @property
    def symbol(self) -> str:
        return f"row.{self.name}.{self.arity}"


def arities(name):
    arity = TABLE[name].arity
    if name == "dot":
        return (1, 3, 5, 7)  # weights, inputs, bias
    return N_ARY if arity is None else (arity,)


CASES = [Case(name, arity) for name in sorted(WRITERS) for arity in arities(name)]


class Library:
    """Rows compiled for one width: `library(case, columns)` applies one to arrays of operands."""

    def __init__(self, cases, width, fast):
        module = ir.Module(name=f"rows of width {width}")
        lowering = Lowering(module, width, fast)
        self.width = width
        for case in cases:
            _write_loop(module, lowering, width, case)
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


def _write_loop(module, lowering, width, case):
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

    operands = [
        builder.load(place(inputs, builder.add(i, builder.mul(n, size(k)))), align=8)
        for k in range(case.arity)
    ]
    result = lowering.emit(builder, case.name, operands)
    builder.store(result, place(output, i), align=8)
    following = builder.add(i, size(width))
    i.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, n), loop, done)
    ir.IRBuilder(done).ret_void()


@cache
def library(width, fast=False):
    return Library(CASES, width, fast)


@cache
def operands(case):
    """Columns of operands: the special numbers in all combinations, and any bits."""
    few = SPECIAL if case.arity <= 2 else FEWER if case.arity == 3 else FEWER[::2]
    rows = list(itertools.islice(itertools.product(few, repeat=case.arity), 20_000))
    draw = random.Random(f"{case.name} {case.arity}")

    def number():
        kind = draw.randrange(4)
        if kind == 0:
            return struct.unpack("<d", struct.pack("<Q", draw.getrandbits(64)))[0]
        if kind == 1:
            return draw.choice((-1.0, 1.0)) * 2.0 ** draw.uniform(-60.0, 12.0)
        if kind == 2:
            return float(draw.randint(-9, 9))
        return draw.uniform(-4.0, 4.0)

    rows += [tuple(number() for _ in range(case.arity)) for _ in range(4000)]
    if case.arity == 1:  # and every binade
        rows += [
            (sign * math.ldexp(draw.uniform(0.5, 1.0), exponent),)
            for exponent in range(-1074, 1025)
            for sign in (1.0, -1.0)
        ]
    return np.array(rows).T.copy()


def bits(x):
    return "nan" if math.isnan(x) else x.hex()


@cache
def expected(case):
    compute = TABLE[case.name].compute
    return [bits(compute(row)) for row in operands(case).T.tolist()]


def test_every_row_is_written_or_called_back_for_a_reason():
    assert WRITERS.keys() | CALLED_BACK.keys() == BUILTIN
    assert not WRITERS.keys() & CALLED_BACK.keys()
    assert all(CALLED_BACK.values())
    assert is_lowered("tanh")
    assert not is_lowered("lgamma")
    assert not is_lowered("a row of the user's")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.arity}")
def test_a_row_gives_the_bits_of_compute(case, width):
    columns = operands(case)
    got = [bits(x) for x in library(width)(case, columns).tolist()]
    wrong = [
        (row, value, should)
        for row, value, should in zip(columns.T.tolist(), got, expected(case), strict=True)
        if value != should
    ]
    assert len(expected(case)) > 4000
    assert wrong[:5] == []


def test_calls_of_the_c_library_are_left_alone():
    module = ir.Module(name="one row of each")
    lowering = Lowering(module)
    kind = ir.FunctionType(lowering.number, [lowering.number])
    builder = ir.IRBuilder(ir.Function(module, kind, "constant").append_basic_block())
    half = lowering.constant(0.5)
    builder.ret(lowering.emit(builder, "pow", [lowering.emit(builder, "exp", [half]), half]))
    text = str(_optimized(module))
    assert "call double @exp(double" in text  # not folded into a number of LLVM's own
    assert "call double @pow(double" in text  # not replaced by a square root
    assert "fast" not in text


def _optimized(module):
    llvm.initialize_native_target()
    parsed = llvm.parse_assembly(str(module))
    machine = llvm.Target.from_default_triple().create_target_machine(opt=3)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    llvm.create_pass_builder(machine, options).getModulePassManager().run(
        parsed, llvm.create_pass_builder(machine, options)
    )
    return parsed


def test_a_row_of_no_operands_is_a_constant():
    module = ir.Module()
    lowering = Lowering(module, width=8)
    assert lowering.emit(ir.IRBuilder(), "sum", []) == lowering.constant(0.0)
    assert lowering.emit(ir.IRBuilder(), "prod", []) == lowering.constant(1.0)


def test_a_width_below_one_is_refused():
    with pytest.raises(ValueError, match="width"):
        Lowering(ir.Module(), width=0)
