"""Outputs that a run of batches counts: as Python's max and comparison do, in both backends.

Owns ties, zeros of both signs and batches of several sizes in one call.
"""

from array import array

import pytest

from autograd import Value
from autograd.replay import Decision, Descent
from tests.replay.eager import BACKENDS

ROWS = [
    [0.0, 0.0, 0.0], [1.0, 1.0, 0.5], [-0.0, 0.0, -1.0], [0.5, 2.0, 2.0],
    [3.0, 1.0, 3.0], [-2.0, -2.0, -2.0], [0.25, -0.0, 0.0],
]  # fmt: skip
ORDER = [3, 0, 5, 1, 2, 4, 6, 6, 6, 0, 1, 4, 2, 5, 3]
SIZES = [(3, 2), (1, 2), (3, 2), (1, 1)]


def batches():
    start = 0
    for size, n in SIZES:
        for _ in range(n):
            yield ORDER[start : start + size]
            start += size


def run(backend, outputs, decision, times=1):
    """The counts of several batches in one call, whose outputs are those of the rows times 1."""
    weight = Value(1.0)

    def cost(rows, targets):
        found = [outputs(row, weight) for row in rows]
        return weight * 0.0 + targets[0] * 0.0, found

    def update(weight, gradient, velocity, rates):
        return weight + rates[0] * gradient, velocity

    descent = Descent(cost, [weight], update, ROWS, [0.5] * len(ROWS), backend=backend)
    for size in (3, 1):  # recorded, then compared with eager mode on other weights
        for start in (1.5, 1.0):
            weight.data = start
            done = descent.run(ORDER[:size], [(size, 1)], [0.0], [None], answers=decision)
            assert len(done.costs) == 1
    weight.data = 1.0
    return descent.run(ORDER, SIZES * times, [0.0], [None], answers=decision)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_largest_is_the_first_of_equal_ones(backend):
    classes = [0, 0, 1, 1, 2, 0, 0]
    done = run(backend, lambda row, w: [w * x for x in row], Decision(None, array("q", classes)))
    rows = {i: row.index(max(row)) == classes[i] for i, row in enumerate(ROWS)}
    assert [*done.n_right] == [sum(rows[i] for i in batch) for batch in batches()]
    assert (len(done.costs), done.returned) == (7, ())


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("border", [0.0, 0.5, -2.0])
def test_above_the_border_is_not_on_it(backend, border):
    classes = [0, 1, 1, 0, 1, 0, 1]
    done = run(backend, lambda row, w: w * row[0], Decision(border, array("q", classes)))
    right = {i: (row[0] > border) == classes[i] for i, row in enumerate(ROWS)}
    assert [*done.n_right] == [sum(right[i] for i in batch) for batch in batches()]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_order_is_gone_through_again(backend):
    decision = Decision(None, array("q", [0, 0, 1, 1, 2, 0, 0]))
    once, thrice = (run(backend, lambda row, w: [w * x for x in row], decision, n) for n in (1, 3))
    assert [*thrice.n_right] == [*once.n_right] * 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_that_cannot_be_counted_are_kept_batch_by_batch(backend):
    decision = Decision(0.5, array("q", [0] * len(ROWS)))  # of one number, but there are lists
    done = run(backend, lambda row, w: [w * x for x in row], decision)
    assert (len(done.costs), [*done.n_right]) == (7, [])
    assert [(kept.size, kept.width) for kept in done.returned] == [(3, 3), (1, 3)] * 2
    numbers = [x for kept in done.returned for x in kept.numbers]
    assert numbers == [x for i in ORDER for x in ROWS[i]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_that_nobody_wants_are_left_out(backend):
    done = run(backend, lambda row, w: [w * x for x in row], False)
    assert (len(done.costs), [*done.n_right], [*done.returned]) == (7, [], [])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "order", [[2, 3, 4], [4, 5, 6], [2, 3, 3], [2, 4, 3], [0, 0, 0], [6, 5, 4]]
)
def test_samples_that_follow_each_other_are_the_same_as_gathered(backend, order):
    weight = Value(1.0)

    def cost(rows, targets):
        return weight * targets[0], [[weight * x for x in row] for row in rows]

    def update(weight, gradient, velocity, rates):
        return weight - rates[0] * gradient, velocity

    targets = [0.5 * i for i in range(len(ROWS))]
    descent = Descent(cost, [weight], update, ROWS, targets, backend=backend)
    for start in (1.5, 1.0):
        weight.data = start
        assert len(descent.run(order, [(3, 1)], [0.0], [None]).costs) == 1
    weight.data = 1.0
    for given in (order * 2, order):  # after the last sample the first comes again
        done = descent.run(given, [(3, 2)], [0.0], [None])
        assert [*done.costs] == [targets[order[0]]] * 2
        assert [*done.returned[0].numbers] == [x for i in order * 2 for x in ROWS[i]]
