"""Results are written where the caller wants them as soon as they are made, in any order.

Owns results that are also inputs, constants, asked about, or there twice, and long enough programs.
"""

from __future__ import annotations

import random
import re

import pytest

import autograd as ag
from autograd.replay.llvm.assembly import PER_FUNCTION
from autograd.replay.llvm.program import Plan
from tests.replay.eager import agree
from tests.replay.test_reassociation import tape_of

N = 100  # numbers; the functions below compute more than PER_FUNCTION of them


def made(xs):
    """Rows of numbers, each made of the one before."""
    rows = [xs]
    for k in range(7):
        rows.append([ag.tanh(x) * (0.5 + k) + y for x, y in zip(rows[-1], xs[::-1], strict=True)])
    return rows


def _in_order(xs):
    return made(xs)[-1]


def _backwards(xs):
    return made(xs)[-1][::-1]


def _mixed(xs):
    order = random.Random(0).sample(range(N), N)
    rows = made(xs)
    return [rows[-1][i] for i in order], [rows[3][i] for i in order[:9]]


def _twice(xs):
    rows = made(xs)
    return rows[-1], rows[-1], rows[4][3], rows[4][:17], rows[-1][5]


def _often(xs):
    """One number in more places than a function of the program has instructions."""
    rows = made(xs)
    return [rows[-1][0]] * 600 + rows[-1]


def _with_inputs(xs):
    rows = made(xs)
    return xs[3:21], 2.0, rows[-1], xs[0], -0.0, rows[2][:8], 2.0


def _shifted(xs):
    """Rows of results that begin and end between the packs of eight."""
    rows = made(xs)
    return xs[0], rows[-1][3:], rows[-2][:-3]


def _asked(xs):
    """What is returned decides which way it goes, too."""
    last = made(xs)[-1]
    return [-x if x > 0.1 else x for x in last[:20]] + last if last[0] < 1e9 else last


def _few(xs):
    """Short rows: some numbers are in no pack."""
    return [made(xs)[-1][i] for i in (1, 2, 3, 50, 98, 99)]


FUNCTIONS = [_in_order, _backwards, _mixed, _twice, _often, _with_inputs, _shifted, _asked, _few]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_results_are_those_of_eager_mode(f):
    draw = random.Random(1)
    calls = [([draw.gauss(0.0, 1.0) for _ in range(N)],) for _ in range(3)]
    agree(f, *calls)


@pytest.mark.parametrize("n", [8, 13])
def test_results_of_samples_are_among_them(n):
    """Those wait for the end."""
    draw = random.Random(n)

    def f(w, rows):
        outputs = [ag.tanh(ag.dot(w[:3], row)) for row in rows]
        return ag.mean([y * y for y in outputs]), made(w)[-1], outputs[::-1], w[0] + outputs[2]

    calls = [
        ([draw.gauss(0.0, 1.0) for _ in range(N)], [[draw.random()] * 3 for _ in range(n)])
        for _ in range(2)
    ]
    agree(f, *calls)


def test_eight_results_that_are_made_in_a_row_are_written_at_once_and_not_kept_to_be_copied():
    def f(xs):
        for k in range(7):
            xs = [ag.tanh(x) * (0.5 + k) for x in xs]
        return xs

    tape = tape_of(f, [0.5 + 0.01 * i for i in range(N)])
    assert len(tape.rows) > PER_FUNCTION
    source = Plan.of(tape, fast=False).translated([N]).source
    goals = re.findall(r'getelementptr double, double\* %"\.3"', source)  # the third argument
    assert len(goals) == -(-N // 8)
    assert "outputs" not in source
