"""Rows of the table as LLVM instructions: the bits of `Op.compute`, on doubles and on vectors.

Owns the comparison for every row, on special numbers in all combinations and on any bits.
"""

from __future__ import annotations

import itertools
import math
import random
import struct
from functools import cache

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir

from autograd.op import BUILTIN, TABLE
from autograd.replay.llvm.rows.lowering import APPROXIMATED, Lowering, is_lowered
from autograd.replay.llvm.rows.twins import TOGETHER, TWINS
from autograd.replay.llvm.rows.writers import CALLED_BACK, WRITERS
from tests.compiled_rows import CASES, COMPARED, library, library_of_several

WIDTHS = (1, 8)

SIGNALLING = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000001))[0]  # a nan
SPECIAL = [
    sign * x
    for x in (
        0.0, 5e-324, 2.0**-1022 - 5e-324, 2.0**-1022, 1e-200, 2.0**-53, 0.3, 0.5, 1.0,
        1.0 + 2.0**-52, 2.0, 3.0, 709.9, 745.2, 2.0**52 + 1.0, 1e200, 1.7976931348623157e308,
        math.inf,
    )
    for sign in (1.0, -1.0)
] + [math.nan, SIGNALLING, 0.5 * math.pi, 20.0]  # fmt: skip
# Operands three and more at a time: fewer of them.
FEWER = [0.0, -0.0, 5e-324, 0.5, -1.0, 3.0, -800.0, 1e308, math.inf, -math.inf, math.nan]


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
    return [bits(compute((*row, *case.known))) for row in operands(case).T.tolist()]


def test_every_row_is_written_or_called_back_for_a_reason():
    assert WRITERS.keys() | CALLED_BACK.keys() == BUILTIN
    assert not WRITERS.keys() & CALLED_BACK.keys()
    assert all(CALLED_BACK.values())
    assert is_lowered("tanh")
    assert not is_lowered("lgamma")
    assert not is_lowered("a row of the user's")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", [*CASES, *COMPARED], ids=lambda case: case.symbol)
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


SEVERAL = [
    (case, fast)
    for fast, names in ((False, TWINS.keys() | TOGETHER), (True, APPROXIMATED))
    for case in CASES
    if case.name in names
]


@pytest.mark.parametrize("times", [2, 4])
@pytest.mark.parametrize(
    ("case", "fast"), SEVERAL, ids=[f"{c.name}-{'fast' if f else 'exact'}" for c, f in SEVERAL]
)
def test_several_vectors_at_once_have_the_bits_of_one_after_the_other(case, fast, times):
    columns = operands(case)
    names = APPROXIMATED if fast else TWINS.keys() | TOGETHER
    together = library_of_several(8, fast, frozenset(names), times)(case, columns)
    alone = library(8, fast)(case, columns)
    assert [*map(bits, together.tolist())] == [*map(bits, alone.tolist())]


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
