"""Sums side by side: no sum begins before those before it are done, and the bits are as ever.

Owns the fences between them, where there are some and where not; and a relu as one instruction.
"""

from __future__ import annotations

import ctypes
import random
from types import SimpleNamespace

import pytest
from llvmlite import ir

import autograd as ag
from autograd import ops
from autograd.op import TABLE
from autograd.replay.llvm import fence as module
from autograd.replay.llvm.machine import any_register, function_of, register_lanes, translated
from autograd.replay.llvm.rows.lowering import Lowering
from autograd.replay.llvm.samples import parts, stages
from tests.replay.eager import SPECIAL, agree
from tests.replay.gated import LOSSES, cost_of, numbers


def step(sizes, activation, n=21):
    """A training step of a network: the function, calls of it."""
    draw = random.Random(f"{sizes}")
    cost, n_weights = cost_of(sizes, LOSSES["hinge"], activation=activation)
    rows = [numbers(draw, sizes[0]) for _ in range(n)]
    targets = [draw.choice((-1.0, 1.0)) for _ in range(n)]
    return ag.value_and_grad(cost), [(numbers(draw, n_weights, 0.5), rows, targets)] * 2


@pytest.fixture
def fences(monkeypatch):
    """How many numbers each fence is told that is written."""
    written = []

    def noted(builder, done):
        written.append(len(done))
        module.fence(builder, done)

    monkeypatch.setattr(parts, "fence", noted)
    return written


@pytest.mark.parametrize("sizes", [(2, 16, 16, 1), (5, 21, 9, 1)])
def test_the_sums_of_a_wide_layer_go_on_a_few_at_a_time(sizes, fences):
    g, calls = step(sizes, ag.relu)
    agree(g, *calls, of=g)
    assert len(fences) >= sizes[1] // stages.AT_ONCE - 1
    assert any(fences)


def test_what_takes_long_may_go_on_while_the_next_sums_begin(fences):
    g, calls = step((2, 30, 1), ag.tanh)
    agree(g, *calls, of=g)
    assert len(fences) <= 1, "before the first tanh alone"


def test_a_fence_is_told_what_was_made_before_it_and_is_read_after_it():
    rows = [ops.mul, ops.add, ops.relu, ops.mul, ops.tanh, ops.mul]
    operands = [(-1, -2), (0, -1), (1,), (2, -1), (2,), (3, 4)]
    part = SimpleNamespace(_samples=SimpleNamespace(rows=rows, operands=operands))
    groups = [[0], [1], [2], [3], [4], [5]]
    assert parts.Part._fences(part, groups, {1}) == {1: [0]}
    assert parts.Part._fences(part, groups, {3}) == {3: [2]}
    assert parts.Part._fences(part, groups, {1, 3}) == {1: [0], 3: [2]}
    assert parts.Part._fences(part, groups, {5}) == {}, "a tanh is among them"


def test_a_processor_whose_registers_have_no_known_name(monkeypatch, fences):
    monkeypatch.setattr(module, "any_register", lambda: "")
    monkeypatch.setattr(ir.IRBuilder, "asm", lambda *_, **__: pytest.fail("a fence is written"))
    g, calls = step((2, 16, 16, 1), ag.relu)
    agree(g, *calls, of=g)
    assert fences


def test_what_is_told_fits_in_registers(fences, monkeypatch):
    """However many sums go on side by side: LLVM refuses assembly that asks for more."""
    monkeypatch.setattr(stages, "AT_ONCE", 32)
    monkeypatch.setattr(stages, "MOST", 10_000)
    g, calls = step((2, 32, 32, 1), ag.relu, n=9)
    agree(g, *calls, of=g)
    assert max(fences) > module.MOST


def test_this_processors_registers_are_known():
    """Or nothing here is tested."""
    assert any_register() in ("v", "x", "w")


@pytest.mark.parametrize("width", [1, 8, 16])
def test_a_relu_has_the_bits_of_the_table_in_any_lanes(width):
    """The sign of a zero, too, and whichever way round the processor's instruction takes them."""
    made = ir.Module()
    pointer = ir.DoubleType().as_pointer()
    function = ir.Function(made, ir.FunctionType(ir.VoidType(), [pointer, pointer]), "f")
    builder = ir.IRBuilder(function.append_basic_block())
    lowering = Lowering(made, width)
    source, goal = (builder.bitcast(x, lowering.number.as_pointer()) for x in function.args)
    result = lowering.emit(builder, "relu", [builder.load(source, align=8)])
    builder.store(result, goal, align=8)
    builder.ret_void()

    engine = translated(str(made))
    kind = ctypes.CFUNCTYPE(None, *[ctypes.POINTER(ctypes.c_double)] * 2)
    f = function_of(engine, kind, "f")
    for start in range(0, len(SPECIAL), width):
        some = [*SPECIAL, *SPECIAL][start : start + width]
        x, y = (ctypes.c_double * width)(*some), (ctypes.c_double * width)()
        f(x, y)
        for a, b in zip(some, y, strict=True):
            expected = TABLE["relu"].compute((a,))
            assert expected.hex() == b.hex() or (a != a and b != b)
    if register_lanes() > 2 and width > 1:
        assert ".max.pd" in str(made), "one instruction"
