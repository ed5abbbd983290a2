"""Multiplications by a 1 that all samples have: taken out of their program, and no bit is changed.

Owns the comparison with eager mode, whoever else reads such a product, and that it is taken out.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd import ops
from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.neutral import without_ones
from tests.replay.eager import SPECIAL, agree
from tests.replay.test_reassociation import tape_of


def numbers(draw, n):
    return [draw.gauss(0.0, 0.7) for _ in range(n)]


def _sums(w, rows):
    return ag.sum([ag.tanh(ag.dot(w, row) * 1.0) for row in rows])


def _returned(w, rows):
    """The products are outputs, too."""
    made = [ag.sin(ag.dot(w, row)) * 1.0 for row in rows]
    return ag.sum([x * x for x in made]), made


def _of_others(w, rows):
    """A sample reads another one's product."""
    made = [ag.sin(ag.dot(w, row)) * 1.0 for row in rows]
    return ag.sum([x * y for x, y in zip(made, made[::-1], strict=True)]), ag.sum(made)


def _of_ones(w, rows):
    """A product of a product, of inputs alone, and a square."""
    made = [1.0 * (1.0 * ag.exp(ag.dot(w, row))) + row[0] * 1.0 for row in rows]
    return ag.sum([1.0 * (x * x) for x in made])


def _labelled(w, rows):
    """One sample has another label: the factor is no 1."""
    labels = [1.0] * (len(rows) - 1) + [-1.0]
    return ag.sum([ag.relu(0.5 - ag.dot(w, row) * t) for row, t in zip(rows, labels, strict=True)])


def _alike(w, rows):
    return ag.sum([ag.relu(0.5 - ag.dot(w, row, w[0]) * 1.0) for row in rows])


def _cost(f):
    """What a derivative is taken of: the first result."""

    def cost(w, rows):
        found = f(w, rows)
        return found[0] if isinstance(found, tuple) else found

    return cost


@pytest.mark.parametrize("f", [_sums, _returned, _of_others, _of_ones, _labelled, _alike])
@pytest.mark.parametrize("n", [3, 8, 19])
def test_bits_are_those_of_eager_mode(f, n):
    draw = random.Random(n)
    rows = [numbers(draw, 3) for _ in range(n)]
    agree(f, *[(numbers(draw, 3), rows) for _ in range(2)])
    g = ag.value_and_grad(_cost(f), (0, 1))
    agree(g, *[(numbers(draw, 3), rows) for _ in range(2)], of=g)


@pytest.mark.parametrize("special", SPECIAL)
def test_of_any_number(special):
    draw = random.Random(2)
    rows = [numbers(draw, 3) for _ in range(9)]
    rows[4][1] = special
    for f in (_sums, _of_ones, _alike):
        g = ag.value_and_grad(f)
        agree(g, *[(numbers(draw, 3), rows) for _ in range(2)], of=g)


def _products_with_one(tape, samples):
    """The positions that multiply another one by a 1 of all samples."""
    constants = {tape.n_inputs + i: x for i, x in enumerate(tape.constants)}

    def is_one(i):
        return i < 0 and {constants.get(slot) for slot in samples.outside[-1 - i]} == {1.0}

    products = [p for p, row in enumerate(samples.rows) if row is ops.mul]
    return [
        p
        for p in products
        if max(samples.operands[p]) >= 0 and any(map(is_one, samples.operands[p]))
    ]


def _tape(f, n=9):
    draw = random.Random(1)
    return tape_of(f, numbers(draw, 3), [numbers(draw, 3) for _ in range(n)])


@pytest.mark.parametrize("f", [_sums, _of_ones, _alike])
def test_they_are_taken_out(f, monkeypatch):
    tape = _tape(ag.value_and_grad(f))
    _, after = find_samples(tape)
    monkeypatch.setattr("autograd.replay.tapes.finding.without_ones", lambda tape, samples: samples)
    _, before = find_samples(tape)
    assert _products_with_one(tape, before)
    assert not _products_with_one(tape, after)
    assert len(after.rows) < len(before.rows) == len(before.members[0])
    assert len(after.rows) == len(after.operands) == len(after.phases) == len(after.members[0])
    assert without_ones(tape, after) is after


def test_what_others_read_stays():
    tape = _tape(_returned)
    _, samples = find_samples(tape)
    kept = _products_with_one(tape, samples)
    assert kept
    assert not [p for operands in samples.operands for p in operands if p in kept]


def test_another_label_keeps_them():
    tape = _tape(ag.value_and_grad(_labelled))
    _, samples = find_samples(tape)
    assert samples is not None
    assert without_ones(tape, samples) is samples
