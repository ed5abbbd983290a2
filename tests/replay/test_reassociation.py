"""Long sums of fast programs: which are added in lanes, and that nothing else changes.

Owns the rewritten tape: on whole numbers, whose sums are exact in any order, it gives the bits of
the tape that it was made of.
"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import ops
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.program import Plan
from autograd.replay.llvm.reassociation import FEWEST, MANY, SIDE_BY_SIDE, reassociated
from autograd.replay.python.program import interpret
from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.straighten import straightened
from tests.replay.eager import bits


def tape_of(f, *args):
    """The tape of a compiled function, in plain arithmetic."""
    found = []

    def look(tape, *_):
        found.append(straightened(tape))
        raise LookupError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.replay.calls.path.program_of", look)
        with pytest.raises(LookupError):
            ag.compile(f)(*args)
    return found[0]


def longest_wait(tape, outputs):
    """How many additions follow each other at most before the outputs are there."""
    depth = [0] * tape.n_slots
    for k, (row, operands) in enumerate(zip(tape.rows, tape.operands, strict=True)):
        depth[tape.first + k] = (row is ops.add) + max([depth[i] for i in operands], default=0)
    return max(depth[slot] for slot in outputs)


def is_in_order(tape):
    """Whether each instruction reads earlier slots alone."""
    return all(max(read) < tape.first + k for k, read in enumerate(tape.operands))


@pytest.mark.parametrize("n", [FEWEST - 2, FEWEST - 1, FEWEST, 100, MANY - 2, MANY - 1, 337, 1000])
def test_a_long_sum_waits_an_eighth_as_often_or_less(n):
    tape = tape_of(lambda xs: ag.sum([x * x for x in xs]), [1.5] * n)
    new, samples = reassociated(tape, None)
    assert samples is None
    assert sorted(row.name for row in new.rows) == sorted(row.name for row in tape.rows)
    assert is_in_order(new)
    n_terms = n + 1  # the first of them 0.0
    if n_terms < FEWEST:
        assert new == tape
    else:
        n_totals = LANES * (SIDE_BY_SIDE if n_terms >= MANY else 1)
        a_total, all_totals = -(-n // n_totals) - 1, n_totals.bit_length() - 1
        assert longest_wait(new, new.outputs) == a_total + all_totals + 1  # that with the 0.0
    numbers = [float(i % 7 - 3) for i in range(n)]
    assert interpret(new, numbers) == interpret(tape, numbers)


def test_terms_are_added_in_the_lanes_in_which_they_are_made():
    """Not shifted by the 0.0 with which the sum begins: that takes an instruction for each pack."""
    tape = tape_of(lambda xs: ag.sum([x * x for x in xs]), [1.5] * 1000)
    source = Plan.of(tape, fast=True).translated([1000]).source
    assert source.count("fadd contract <8 x double>") == 1000 // LANES - 1
    assert "shufflevector" not in source


def test_sums_alike_stay_side_by_side():
    """Eight long dot products run in the lanes as they are."""
    rows = [[0.5 + i + j for j in range(40)] for i in range(LANES)]

    def f(w):
        return [ag.dot(w, row) for row in rows]

    tape = tape_of(f, [1.0] * 40)
    assert reassociated(tape, None)[0] == tape


def test_a_sum_that_is_read_on_the_way_stays():
    def f(xs):
        totals, total = [], 0.0
        for x in xs:
            total = total + x
            totals.append(total)
        return totals

    tape = tape_of(f, [1.0] * 50)
    assert reassociated(tape, None)[0] == tape


def penalised(n_samples):
    """A cost over samples with a penalty: of the first and not of the second kind of long sum."""

    def cost(w, rows, targets):
        losses = []
        for row, target in zip(rows, targets, strict=True):
            h = [ag.relu(ag.dot(w[4 * i : 4 * i + 4], row)) for i in range(10)]
            losses.append(ag.relu(1.0 - target * ag.dot(h, w[40:])))
        return ag.sum(losses) + ag.sum([p * p for p in w])

    draw = random.Random(n_samples)
    w = [float(draw.randint(-3, 3)) for _ in range(50)]
    rows = [[float(draw.randint(-3, 3)) for _ in range(4)] for _ in range(n_samples)]
    return ag.value_and_grad(cost), (w, rows, [float(draw.choice([-1, 1])) for _ in rows])


@pytest.mark.parametrize("n_samples", [33, 64])
def test_sums_over_samples_stay_and_the_penalty_does_not(n_samples):
    f, args = penalised(n_samples)
    tape = tape_of(f, *args)
    _, samples = find_samples(tape)
    assert samples is not None
    assert samples.n == n_samples
    new, moved = reassociated(tape, samples)
    assert moved is not None
    assert new != tape
    assert is_in_order(new)
    assert moved == find_samples(new)[1]
    assert all(group == sorted(group) for group in moved.scalars)
    numbers = [*args[0], *[x for row in args[1] for x in row], *args[2]]
    assert interpret(new, numbers) == interpret(tape, numbers)


@pytest.mark.parametrize("n_samples", [8, 33, 64])
def test_a_fast_program_gives_the_bits_of_exact_sums(n_samples):
    f, (w, rows, targets) = penalised(n_samples)
    compiled = ag.compile(f, mode="fast", backend="llvm")
    for k in (1.0, 2.0, 3.0):
        args = [k * x for x in w], rows, targets
        assert bits(compiled(*args)) == bits(f(*args))


def test_an_exact_program_has_its_sums_in_order():
    tape = tape_of(lambda xs: ag.sum([x * x for x in xs]), [1.5] * 100)
    assert Plan.of(tape, fast=False).tape == tape
    assert Plan.of(tape, fast=True).tape != tape


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=90), min_size=1, max_size=3))
def test_the_error_is_within_the_bound(rows):
    """(n / 8 + 8) u times the sum of the absolute terms: Higham, section 4.2."""
    compiled = ag.compile(lambda xss: [ag.sum(xs) for xs in xss], mode="fast", backend="llvm")
    for row, found in zip(rows, compiled(rows), strict=True):
        room = (len(row) / LANES + LANES) * 2.0**-53 * math.fsum(map(abs, row))
        assert abs(found - math.fsum(row)) <= 1.01 * room
