"""Whether the inputs of a step are those of the one before: one number of one sample tells.

Owns the comparison with a training that leaves nobody out, where samples take each other's place,
and what is found of where inputs stand.
"""

from __future__ import annotations

import pytest

from autograd.replay.llvm.memory import Memory
from autograd.replay.llvm.samples.unchanged import Region, regions_of
from autograd.replay.tapes.samples import Samples
from tests.replay.gated import LOSSES
from tests.replay.screened import Training, made, moons

pytestmark = pytest.mark.usefixtures(made.__name__)


class Tape:
    """As many inputs as are asked for, and some constants."""

    def __init__(self, n_inputs, constants=()):
        self.n_inputs, self.constants = n_inputs, constants


def regions(sizes, outside, constants=()):
    tape = Tape(sum(sizes), constants)
    n = len(outside[0])
    samples = Samples(n, [], [], outside, [], [], [], [])
    return regions_of(Memory(tape, sizes, None), samples, range(len(outside)))


@pytest.mark.parametrize("place", [0, 1, 39, 78, 79])
def test_one_sample_in_the_place_of_another(place):
    """Eighty samples of eighty-one, one of them another than before, anywhere among them."""
    rows, targets = moons(81)
    both = [Training((2, 4, 1), LOSSES["hinge"], rows, targets) for _ in range(2)]
    order = [*range(80)]
    for _ in range(6):
        for training, answers in zip(both, (False, True), strict=True):
            training.steps.run(order, [(80, 40)], [0.05], training.speeds, answers=answers)
            assert not training.steps.refusal
        assert both[0].bits() == both[1].bits()
        order[place] = 80 if order[place] != 80 else place
    assert (
        both[0].steps.run(order, [(80, 40)], [0.05], both[0].speeds, answers=False).n_left_out > 0
    )


def test_a_label_may_be_all_that_differs():
    rows, targets = moons(80)
    rows, targets = [*rows, rows[79]], [*targets, -targets[79]]
    both = [Training((2, 4, 1), LOSSES["hinge"], rows, targets) for _ in range(2)]
    for last in (79, 80, 79, 80):
        for training, answers in zip(both, (False, True), strict=True):
            order = [*range(79), last]
            training.steps.run(order, [(80, 40)], [0.05], training.speeds, answers=answers)
        assert both[0].bits() == both[1].bits()


def test_where_inputs_stand():
    rows = [(0, 2, 4), (1, 3, 5)]
    assert regions([6, 3], [*rows, (6, 7, 8)]) == [Region(0, 0, 6), Region(1, 0, 3)]
    assert regions([6], [rows[1]]) == [Region(0, 1, 5)]
    assert regions([6], [rows[0][::-1]]) == [Region(0, 0, 5)]  # samples from the last on
    assert regions([3], [(0, 1, 2), (3, 4, 3)], (1.0, 2.0)) == [Region(0, 0, 3)]
    assert regions([3], [(0, 2, 1)]) is None  # in no order
    assert regions([3], [(0, 1, 3)], (1.0,)) is None  # some are constants
    assert regions([30], [(0, 10, 20)]) is None  # much else stands between
