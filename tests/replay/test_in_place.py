"""What sums over samples begin with is computed in their lanes, and where they go on.

Owns that packs which are wanted are made, whatever they are made of; and that nobody who reads such
a number elsewhere, too, finds the sum in its place.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd import ops
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.packs import Packer
from autograd.replay.llvm.samples.sums import Sums
from autograd.replay.tapes.straighten import straightened
from autograd.replay.tapes.tape import Tape
from tests.replay.eager import agree
from tests.replay.gated import LOSSES, cost_of, numbers
from tests.replay.test_packs import _tape


@pytest.fixture
def begun(monkeypatch):
    """Of each total whether it stands where its sums begin already."""
    found = []
    write = Sums.begin

    def noted(sums, code):
        for starts, total in sums.starts().items():
            found.append(
                [code.memory.place(slot) for slot in starts] == [*range(total, total + LANES)]
            )
        write(sums, code)

    monkeypatch.setattr(Sums, "begin", noted)
    monkeypatch.setattr("autograd.replay.llvm.program.are_better", lambda *_: False)
    return found


def sums_from(starts_of, is_returned=False):
    """(weights, rows) -> sums over the rows that begin with what is made of the weights."""

    def f(w, rows):
        starts = starts_of(w)
        factors = [ag.tanh(ag.dot(w, row)) for row in rows]
        sums = [
            ag.sum([start, *[e * row[j] for e, row in zip(factors, rows, strict=True)]])
            for j, start in enumerate(starts)
        ]
        return (sums, starts) if is_returned else sums

    return f


def calls(n_weights, n=24):
    draw = random.Random(n_weights)
    rows = [numbers(draw, n_weights) for _ in range(n)]
    return [(numbers(draw, n_weights), rows) for _ in range(2)]


@pytest.mark.parametrize("n", [8, 11, 16, 21])
def test_sums_go_on_from_where_they_begin(n, begun):
    agree(sums_from(lambda w: [0.0 + 0.002 * x + 0.001 * x for x in w]), *calls(n))
    assert begun == [True] * (n // LANES)


@pytest.mark.parametrize("n", [8, 16])
def test_what_is_returned_as_well_stays_what_it_was(n, begun):
    agree(sums_from(lambda w: [0.002 * x + 0.001 for x in w], is_returned=True), *calls(n))
    assert begun == [False] * (n // LANES)


def test_what_other_sums_begin_with_as_well_stays_what_it_was(begun):
    def f(w, rows):
        made = sums_from(lambda w: [0.002 * x + 0.001 for x in w], is_returned=True)
        sums, starts = made(w, rows)
        return [*sums, *[ag.exp(x) for x in starts]]

    agree(f, *calls(16))
    assert begun == [False, False]


def test_what_a_comparison_asks_of_as_well_stays_what_it_was(begun):
    def f(w, rows):
        made = sums_from(lambda w: [0.002 * x + 0.001 for x in w], is_returned=True)
        sums, starts = made(w, rows)
        return [x if start > 0.0 else -x for x, start in zip(sums, starts, strict=True)]

    agree(f, *calls(8))
    assert not any(begun)


def test_starts_in_any_order_of_the_inputs(begun):
    """What they are made of stands nowhere side by side."""
    order = random.Random(3).sample(range(16), 16)
    agree(sums_from(lambda w: [0.5 * w[i] - w[order[i]] * w[-1] for i in order]), *calls(16))
    assert begun == [True, True]


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("n", [8, 16, 19, 21])
def test_what_is_made_before_an_earlier_pass(n, is_turned, begun):
    """There it stands in packs of another order, the last of which have slots in common."""
    order = range(n)[::-1] if is_turned else range(n)

    def f(w, rows):
        starts = [0.002 * x + 0.001 for x in w]
        total = ag.sum([ag.exp(0.1 * ag.dot(w, row)) for row in rows])
        factors = [ag.tanh(ag.dot(w, row)) * total for row in rows]
        return [
            ag.sum([starts[i], *[e * row[j] for e, row in zip(factors, rows, strict=True)]])
            for j, i in enumerate(order)
        ]

    agree(f, *calls(n))
    assert len(begun) == n // LANES
    assert not (is_turned and any(begun))


@pytest.mark.parametrize("sizes", [(2, 16, 16, 1), (3, 9, 1), (8, 8, 1), (2, 1)])
def test_a_penalty_is_there_before_the_samples_are(sizes, begun):
    draw = random.Random(f"{sizes}")
    cost, n_weights = cost_of(sizes, LOSSES["hinge"], penalty=1e-2)
    rows = [numbers(draw, sizes[0]) for _ in range(20)]
    targets = [draw.choice((-1.0, 1.0)) for _ in rows]
    g = ag.value_and_grad(cost)
    agree(g, *[(numbers(draw, n_weights), rows, targets) for _ in range(2)], of=g)
    if sizes[1] >= LANES:
        assert any(begun)


@pytest.mark.parametrize("seed", range(40))
def test_packs_that_are_wanted(seed):
    """Each is one or none at all; what runs is the same, and after what it reads."""
    draw = random.Random(seed)
    tape = straightened(_tape(random.Random(seed), 120))
    slots = range(tape.first, tape.n_slots)
    wanted = [tuple(draw.sample(slots, LANES)) for _ in range(3)]
    rows_of = {}
    for slot in slots:
        rows_of.setdefault(tape.rows[slot - tape.first], []).append(slot)
    alike = [many for many in rows_of.values() if len(many) >= LANES]
    wanted += [tuple(draw.sample(draw.choice(alike), LANES)) for _ in range(10 if alike else 0)]
    packer = Packer(tape, Memory(tape, [30, tape.n_inputs - 30], None))
    items = packer.items(slots, wanted)
    done = set(range(tape.first))
    for item in items:
        assert len({tape.rows[slot - tape.first] for slot in item}) == 1
        for slot in item:
            assert done.issuperset(tape.operands[slot - tape.first])
        done.update(item)
    assert done == set(range(tape.n_slots))
    lanes = [slot for item in items for slot in item]
    for item in items:
        assert len({*item}) == len(item)
        assert not packer.is_alone(item) or all(lanes.count(slot) == 1 for slot in item)
    made = [slot for item in {*wanted}.intersection(items) for slot in item]
    assert len({*made}) == len(made)


def test_a_pack_that_is_wanted_is_made_with_all_that_it_is_made_of():
    n = 2 * LANES
    order = [*range(0, n, 2), *range(1, n, 2)]
    first = n + 100  # inputs, most of which nobody reads
    rows = [ops.mul] * n + [ops.add] * n
    operands = [(i, n) for i in range(n)] + [(first + i, first + i) for i in range(n)]

    tape = Tape(first, [], rows, operands, [*range(first + n, first + 2 * n)], [])
    wanted = [tuple(first + n + i for i in order[k : k + LANES]) for k in (0, LANES)]
    items = Packer(tape, Memory(tape, [first], None)).items(range(first, first + 2 * n), wanted)
    assert sorted(items) == sorted([*wanted, *[tuple(s - n for s in item) for item in wanted]])
    plain = Packer(tape, Memory(tape, [first], None)).items(range(first, first + 2 * n))
    assert wanted[0] not in plain


def test_a_pack_that_is_wanted_of_several_rows_is_none():
    first, n = 2 * LANES, LANES
    rows = [ops.neg] * n + [ops.add] * n
    operands = [(i,) for i in range(n)] + [(i, n + i) for i in range(n)]
    tape = Tape(first, [], rows, operands, [*range(first, first + 2 * n)], [])
    wanted = tuple([first + i + n * (i % 2) for i in range(LANES)])
    items = Packer(tape, Memory(tape, [first], None)).items(range(first, first + 2 * n), [wanted])
    assert sorted(items) == [tuple(range(first + k, first + k + n)) for k in (0, n)]


def test_packs_that_are_wanted_have_no_slot_in_common():
    """Neither two of them, nor the lanes of one that read one number."""
    first, n = 3 * LANES, 2 * LANES
    rows = [ops.mul] * n + [ops.add] * LANES
    operands = [(i, LANES + i) for i in range(n)] + [(first + 12, i) for i in range(LANES)]
    slots = range(first, first + n + LANES)
    tape = Tape(first, [], rows, operands, [*slots], [])
    wanted = [tuple(slots[k : k + LANES]) for k in (n, 4, 0)]
    items = Packer(tape, Memory(tape, [first], None)).items(slots, wanted)
    packs = [item for item in items if len(item) > 1]
    assert all(len({*item}) == LANES for item in packs)
    assert (wanted[1] in packs) != (wanted[2] in packs)
    assert wanted[0] in packs
