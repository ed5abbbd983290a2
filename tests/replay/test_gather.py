"""What differs from sample to sample is brought side by side, whatever rows it stands in.

Owns rows of one number, of two, of more, of which some are read; and rows whose end is the array's.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import autograd as ag
from autograd.replay.llvm.program import Plan
from tests.replay.eager import agree
from tests.replay.test_reassociation import tape_of

READ = {
    1: [(0,)],
    2: [(0,), (1,), (0, 1), (1, 0)],
    3: [(0, 1, 2), (1, 2), (2,)],
    9: [(0,), (8,), (7, 8), (0, 1, 2, 3, 4, 5, 6, 7, 8), (5, 6, 7)],
}


@pytest.mark.parametrize("n", [8, 9, 16, 23, 40])
@pytest.mark.parametrize(
    ("width", "read"), [(width, read) for width, many in READ.items() for read in many]
)
def test_rows_of_any_width(n, width, read):
    """As lists of numbers, which stand behind others; and as an array, which begins with them."""
    draw = random.Random(width)

    def f(w, rows, targets):
        outputs = [ag.tanh(ag.sum([w[k] * row[i] for k, i in enumerate(read)])) for row in rows]
        return ag.sum([(y - t) * (y - t) for y, t in zip(outputs, targets, strict=True)])

    def g(w, rows, targets):
        return ag.value_and_grad(f)(w, rows, targets)

    calls = []
    for _ in range(2):
        w = [draw.gauss(0.0, 1.0) for _ in range(len(read))]
        rows = [[draw.gauss(0.0, 1.0) for _ in range(width)] for _ in range(n)]
        calls.append((w, rows, [draw.gauss(0.0, 1.0) for _ in range(n)]))
    agree(g, *calls, of=g)
    agree(g, *[(w, np.array(rows), np.array(targets)) for w, rows, targets in calls], of=g)


@pytest.mark.parametrize("width", [1, 2])
def test_short_rows_are_read_eight_samples_at_a_time(width):
    """Not number by number: a step of a small network would take a twentieth of its time for it."""

    def f(w, rows):
        hidden = [[ag.tanh(ag.dot(v, row)) for v in w] for row in rows]
        return ag.sum([ag.tanh(ag.dot(w[0][:1] * 3, h)) for h in hidden])

    tape = tape_of(
        ag.value_and_grad(f),
        [[0.5 + k] * width for k in range(3)],
        [[0.25] * width for _ in range(64)],
    )
    source = Plan.of(tape, fast=False).translated([tape.n_inputs]).source
    body = source[source.index('define internal void @"pass.0"') :]
    gathered = body[: body.index("done:")]
    assert "load <8 x double>" in gathered
    assert "insertelement" not in gathered


def test_data_of_the_function_around_it_are_not_written_one_by_one():
    """They are constants: LLVM takes ever longer for so many instructions in a row."""
    draw = random.Random(4)
    rows = [[draw.gauss(0.0, 1.0) for _ in range(5)] for _ in range(300)]

    def f(w):
        return ag.mean([ag.tanh(ag.dot(w, row)) for row in rows])

    g = ag.value_and_grad(f)
    in_native, _ = agree(g, ([0.1, -0.2, 0.3, 0.4, -0.5],), of=g)
    program = in_native._last.program
    assert program.samples == 300
    assert program.source.count("store") < 200
