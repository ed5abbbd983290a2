"""What is computed once runs eight alike instructions at a time, with the bits of eager mode.

Owns functions made of rows of numbers: side by side, shifted, across, turned, in any order; and
that packs are what they promise.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import op, ops
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.packs import Packer
from autograd.replay.llvm.scheduling import in_order, together
from autograd.replay.tapes.straighten import straightened
from autograd.replay.tapes.tape import Tape
from tests.replay.eager import SPECIAL, agree

ONE = (lambda x: -x, ag.tanh, ag.relu, lambda x: x * x, lambda x: x + 0.5, abs)
TWO = (lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, ag.maximum)


def _row_of_rows(draw, rows):
    """A new row of numbers made of others, as some formula of neurons would."""
    a, b = draw.choice(rows), draw.choice(rows)
    n, kind = min(len(a), len(b)), draw.randrange(9)
    one, two = draw.choice(ONE), draw.choice(TWO)
    if kind == 0:
        return [one(x) for x in a]
    if kind == 1:
        return [two(x, y) for x, y in zip(a, b, strict=False)]
    if kind == 2:  # one number for all
        return [two(a[0], y) for y in b]
    if kind == 3:  # shifted against each other
        shift = draw.randrange(1, 4)
        return [two(a[i], b[(i + shift) % len(b)]) for i in range(n)]
    if kind == 4:  # in any order
        order = draw.sample(range(n), n)
        return [two(a[i], b[j]) for i, j in enumerate(order)]
    if kind == 5:  # of each row a sum: neurons
        width = draw.randrange(1, 10)
        parts = [a[i : i + width] for i in range(len(a))]
        return [ag.dot(part[: len(b)], b[: len(part)], 0.25) for part in parts]
    if kind == 6:  # rows become columns
        width = draw.randrange(2, 10)
        return [x for i in range(width) for x in a[i::width]]
    if kind == 7:  # sums that go on
        total, found = 0.0, []
        for x in a:
            total = total + one(x)
            found.append(total)
        return found
    return [*a[::-1], ag.sum(b)]


def function(seed):
    draw = random.Random(seed)
    n_steps = draw.randint(1, 6)

    def f(w, v):
        draw = random.Random(seed)
        rows = [list(w), list(v), [x * 1.0 for x in w]]
        for _ in range(n_steps):
            rows.append(_row_of_rows(draw, rows)[:40])
        return [ag.sum(rows[-1]), *rows[-1][:20], rows[-2][0]]

    return f


numbers = st.one_of(st.floats(-3.0, 3.0), st.sampled_from(SPECIAL[:8]))


@settings(max_examples=150)
@given(st.integers(0, 10**9), st.lists(numbers, min_size=1, max_size=40), st.data())
def test_rows_of_numbers(seed, w, data):
    v = data.draw(st.lists(numbers, min_size=1, max_size=24))
    agree(function(seed), (w, v))


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(1, 36), st.integers(1, 24))
def test_gradients_of_rows_of_numbers(seed, m, n):
    draw = random.Random(seed)
    f = function(seed)
    w, v = [[draw.gauss(0.0, 1.0) for _ in range(k)] for k in (m, n)]
    total = ag.value_and_grad(lambda w, v: ag.sum(f(w, v)), argnums=(0, 1))
    agree(total, (w, v), ([x * 0.5 for x in w], v))


@pytest.mark.parametrize("sizes", [(2, 16, 16, 1), (3, 8, 9, 2), (5, 7, 1), (9, 17, 3), (64, 10)])
def test_a_step_on_one_sample(sizes):
    """A whole network with a penalty: the rows of its matrices in every direction."""
    draw = random.Random(3)
    shapes = [*zip(sizes[1:], sizes, strict=False)]
    start = [draw.gauss(0.0, 0.5) for n, m in shapes for _ in range(n * (m + 1))]

    def cost(w, x):
        left = iter(w)
        for k, (n, m) in enumerate(shapes):
            rows = [([next(left) for _ in range(m)], next(left)) for _ in range(n)]
            x = [ag.dot(row, x, bias) for row, bias in rows]
            x = x if k == len(shapes) - 1 else [ag.tanh(z) if k else ag.relu(z) for z in x]
        return ag.sum([z * z for z in x]) + 1e-3 * ag.sum([p * p for p in w])

    def step(w, x):
        value, gradient = ag.value_and_grad(cost)(w, x)
        return value, [p - 0.1 * g for p, g in zip(w, gradient, strict=True)]

    x = [draw.gauss(0.0, 1.0) for _ in range(sizes[0])]
    agree(step, (start, x), ([-p for p in start], x))


def _tape(rng, n_rows):
    """A tape of additions and products whose operands are often regular."""
    n_inputs, rows, operands = 40, [], []
    while len(rows) < n_rows:
        row, n = rng.choice((ops.add, ops.mul)), rng.randint(1, 20)
        slots = range(n_inputs + 3 + len(rows))
        a, b = rng.choice(slots), rng.choice(slots)
        i, j = rng.choice(((1, 0), (1, 1), (0, 1), (2, 1), (5, 0)))
        for k in range(n):
            if max(a + i * k, b + j * k) < len(slots):
                rows.append(row)
                operands.append((a + i * k, b + j * k))
    first = n_inputs + 3
    outputs = [first + k for k in range(len(rows)) if rng.random() < 0.3]
    return Tape(n_inputs, [0.0, -0.0, 1.0], rows, operands, outputs or [first], [])


@pytest.mark.parametrize("seed", range(40))
def test_packs_are_of_one_row_and_after_what_they_read(seed):
    tape = straightened(_tape(random.Random(seed), 120))
    packer = Packer(tape, Memory(tape, [30, tape.n_inputs - 30], None))
    items = packer.items(range(tape.first, tape.n_slots))
    done = set(range(tape.first))
    for item in items:
        assert len(item) in (1, LANES)
        assert len(set(item)) == len(item)
        assert len({tape.rows[slot - tape.first].name for slot in item}) == 1
        for slot in item:
            assert done.issuperset(tape.operands[slot - tape.first])
        done.update(item)
    assert done == set(range(tape.n_slots))
    assert sum(len(item) == 1 for item in items) <= len(tape.rows)


@pytest.mark.parametrize(
    ("n", "starts"), [(16, (0, 8)), (17, (0, 8)), (18, (0, 8)), (19, (0, 8, 11)), (23, (0, 8, 15))]
)
def test_alike_instructions_are_in_packs(n, starts):
    """One or two that are left of a run stay alone; of more the last pack begins earlier."""
    first = 2 * n + 1
    operands = [(i, n + i) for i in range(n)]
    tape = Tape(first, [], [ops.mul] * n, operands, [*range(first, first + n)], [])
    items = Packer(tape, Memory(tape, [first], None)).items(range(first, first + n))
    packs = [tuple(range(first + a, first + a + LANES)) for a in starts]
    left = [(first + i,) for i in range(starts[-1] + LANES, n)]
    assert sorted(items) == sorted(packs + left)


def test_what_is_computed_twice_is_computed_once():
    rows = [ops.mul, ops.mul, ops.add, ops.sub, ops.sub]
    tape = Tape(2, [], rows, [(0, 1), (0, 1), (2, 3), (0, 1), (1, 0)], [4, 5, 6], [])
    plain = straightened(tape)
    assert [row.name for row in plain.rows] == ["mul", "add", "sub", "sub"]
    a, b = plain.operands[1]
    assert a == b


def test_a_users_row_is_called_as_often_as_the_function_calls_it_and_in_its_order():
    called = []

    def forward(x):
        called.append(x)
        return x * 2.0

    twice = ag.Op("twice_in_packs", forward, lambda y, x: (2.0,))
    try:
        f = ag.compile(lambda x, y: ag.sum([twice(z * 3.0) for z in (y, x, x, y)]) + twice(x) * 0.5)
        for _ in range(2):
            f(1.0, 5.0)
        called.clear()
        assert f(1.0, 5.0) == 73.0
        assert called == [15.0, 3.0, 3.0, 15.0, 1.0]
    finally:
        del op.TABLE["twice_in_packs"]


def test_the_order_keeps_what_each_needs_before_it():
    rng = random.Random(1)
    for _ in range(30):
        n = rng.randint(1, 60)
        needs = [{m for m in range(k) if rng.random() < 0.1} for k in range(n)]
        order = in_order(needs, rng.choice((1, 4, 100)))
        assert sorted(order) == list(range(n))
        place = {k: i for i, k in enumerate(order)}
        assert all(place[m] < place[k] for k in range(n) for m in needs[k])


def test_a_long_chain_goes_on_between_the_others():
    others = [set() for _ in range(60)]
    chain = [{60 + k - 1} if k else set() for k in range(30)]
    order = in_order(others + chain, 8)
    places = [i for i, k in enumerate(order) if k >= 60]
    assert places[0] == 0
    assert all(b - a == 3 for a, b in pairwise(places[:20]))


def most_kept(order, needs):
    """How many results wait at once for those that need them, at most."""
    last, most, waiting = {}, 0, set()
    for k in order:
        last |= dict.fromkeys(needs[k], k)
    for k in order:
        waiting -= {m for m in needs[k] if last[m] == k}
        waiting |= {k} & last.keys()
        most = max(most, len(waiting))
    return most


@pytest.mark.parametrize(("n_registers", "most"), [(4, 8), (16, 18)])
def test_no_more_results_wait_than_registers_hold(n_registers, most):
    """An update of a hundred weights, gradient * rate, weight - that: a few at a time, not all."""
    needs = [set() for _ in range(100)] + [{k} for k in range(100)]
    order = in_order(needs, n_registers)
    assert sorted(order) == list(range(200))
    assert most_kept(order, needs) <= most
    assert most_kept(in_order(needs, 1000), needs) == 100


def test_a_circle_is_an_error():
    with pytest.raises(ValueError, match="circle"):
        in_order([{1}, {0}], 8)


@pytest.mark.parametrize("most", [1, 2, 4])
@pytest.mark.parametrize("seed", range(7))
def test_what_goes_together_is_alike_and_needs_none_of_it(seed, most):
    draw = random.Random(seed)
    reads = [draw.sample(range(k), min(k, draw.randrange(3))) for k in range(80)]
    kinds = [draw.choice([None, "tanh", "exp"]) for _ in range(80)]
    groups = together(range(80), kinds.__getitem__, reads.__getitem__, most)
    done = set()
    for group in groups:
        assert len({kinds[k] for k in group}) == 1
        assert len(group) in ((1,) if kinds[group[0]] is None else range(1, most + 1))
        assert len(group) != 3
        assert all(done.issuperset(reads[k]) for k in group)
        done.update(group)
    assert len(done) == sum(map(len, groups)) == 80


def test_four_go_together_then_two_then_one():
    groups = together(range(7), lambda k: "tanh", lambda k: (), 4)
    assert groups == [[0, 1, 2, 3], [4, 5], [6]]
    assert together(range(3), lambda k: "tanh", lambda k: (), 2) == [[0, 1], [2]]
    assert together(range(4), lambda k: "tanh", lambda k: range(k), 4) == [[0], [1], [2], [3]]
    assert together(range(3), lambda k: None, lambda k: (), 4) == [[0], [1], [2]]
