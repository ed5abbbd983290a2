"""What a model returns of the samples that are left out of a step, and who needs it.

Owns what is counted of them, and when none may be left out on that account.
"""

from __future__ import annotations

import math
from array import array

import pytest

import autograd as ag
from autograd.replay import Decision
from autograd.replay.llvm.samples import condense
from tests.replay.gated import LOSSES
from tests.replay.screened import Training, alike, left_out, made, moons

pytestmark = pytest.mark.usefixtures(made.__name__)


def test_a_nan_that_was_returned_before_does_not_end_a_training():
    """What the model returns of a sample left out stays as it was, where nobody asks for it."""
    rows, targets = moons(64)
    screened, whole = (Training((2, 6, 1), LOSSES["hinge"], rows, targets) for _ in range(2))
    for training, answers in ((screened, False), (whole, True)):
        training.go(300, 0.1, answers)
        before = [w.data for w in training.weights]
        training.weights[0].data = math.nan
        assert len(training.go(1, 0.1, answers=True)[0]) == 0
        for w, x in zip(training.weights, before, strict=True):
            w.data = x
        assert len(training.go(300, 0.1, answers)[0]) == 300
    assert screened.bits() == whole.bits()
    assert left_out() > 0


@pytest.mark.parametrize("border", [0.0, 0.25, -1.5, math.inf, math.nan])
def test_those_that_are_right_are_counted_as_ever(border):
    rows, targets = moons(80)
    classes = array("q", [int(t > 0) for t in targets])
    answers = Decision(border, classes)
    sizes, legs = (2, 6, 1), [(500, 0.1)]
    n_right = alike(sizes, LOSSES["hinge"], rows, targets, legs, answers)
    assert (
        n_right[-490:] == counted(Training(sizes, LOSSES["hinge"], rows, targets), answers)[-490:]
    )
    assert left_out() > 0


@pytest.mark.parametrize("width", [8, 4, 1])  # AVX-512, AVX2, no such instruction
@pytest.mark.parametrize("n", [64, 67, 81])
def test_what_some_return_is_brought_back_to_their_places(n, width, monkeypatch):
    width = min(width, condense.lanes_in_order())
    monkeypatch.setattr(condense, "lanes_in_order", lambda: width)
    rows, targets = moons(n)
    answers = Decision(0.25, array("q", [int(t > 0) for t in targets]))
    sizes, legs = (2, 6, 1), [(500, 0.1)]
    n_right = alike(sizes, LOSSES["hinge"], rows, targets, legs, answers)
    assert left_out() > 0
    whole = counted(Training(sizes, LOSSES["hinge"], rows, targets), answers)
    assert n_right[-490:] == whole[-490:]


@pytest.mark.parametrize("border", [-2.0, -1.25, 1.25, 2.0])
def test_who_goes_back_over_the_border_meanwhile_is_counted_too(border):
    """Of samples that are far from a loss all the time, and left out."""
    rows, targets = moons(80)
    answers = Decision(border, array("q", [int(t > 0) for t in targets]))
    legs = [(600, 0.1), *[(60, rate) for rate in (-0.02, 0.02) for _ in range(3)]]
    screened, whole = (Training((2, 6, 1), LOSSES["hinge"], rows, targets) for _ in range(2))
    for n_steps, rate in legs:
        _, right = screened.go(n_steps, rate, answers)
        whole.returned.clear()
        whole.go(n_steps, rate, answers=True)
        assert right == of_class(whole.returned, answers)[-len(right) :]  # after those not compiled
        assert len(right) > n_steps - 5
    assert left_out() > 0


def counted(training, decision):
    """How many are right in each of 500 steps, by what the model returned."""
    training.go(500, 0.1, answers=True)
    return of_class(training.returned, decision)


def of_class(returned, decision):
    """How many are right, for each list of what the model returned."""
    right = []
    for outputs in returned:
        pairs = zip(outputs, decision.classes, strict=True)
        right.append(sum(int(y > decision.border) == c for y, c in pairs))
    return right


def test_what_is_returned_may_be_a_term_of_the_cost():
    rows, targets = moons(70)

    def margin(y, t, w=None):
        return ag.relu(0.5 - y[0] * t)

    alike((2, 6, 1), margin, rows, targets, [(400, 0.1)], answer=margin)
    assert left_out() > 1000


def test_what_is_asked_may_be_made_of_what_is_returned():
    rows, targets = moons(90)
    answers = Decision(0.0, array("q", [int(t > 0) for t in targets]))

    def answer(y, t, w):
        return w[0] * (0.3 * y[-1] + 0.1)

    def training():
        made = Training(
            (2, 6, 1), lambda y, t: loss(y, t, made.weights), rows, targets, answer=answer
        )
        return made

    def loss(y, t, w):
        return ag.relu(1.0 - y[0] * t) if answer(y, t, w) * 2.0 > -1e6 else y[0]

    right = training().go(500, 0.1, answers)[1]
    assert right[-490:] == counted(training(), answers)[-490:]


def test_none_is_left_out_where_all_that_a_model_returns_is_kept():
    rows, targets = moons(64)
    training = Training((2, 6, 1), LOSSES["hinge"], rows, targets)
    training.go(200, 0.1, answers=True)
    assert left_out() == 0
