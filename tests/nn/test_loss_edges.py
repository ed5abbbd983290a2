"""Losses at their edges: targets that are Values, tolerances, rows of one, and the box of each.

Owns what the tests of one loss each do not ask: whether a loss folds to a box of its name, where
exactly a row of probabilities is refused, and what a half of a cross-entropy that is left out is.
"""

import math
import re

import pytest

from autograd import Value
from nn import losses
from nn.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    l1_penalty,
    l2_penalty,
    mse_loss,
)
from nn.losses.classification import is_probability_row

PENALTIES = [l1_penalty, l2_penalty]


def box_of(value):
    (name, arguments, _), _ = value._origin
    return name, arguments


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_loss_is_one_box(loss):
    outputs, targets = [Value(0.5)], [1.0]
    if loss == "cross_entropy":
        outputs, targets = [[Value(0.5), Value(0.2)]], [1]
    name, arguments = box_of(LOSSES[loss](outputs, targets))
    assert name == LOSSES[loss].__name__
    assert arguments == [outputs, targets]


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_penalty_is_one_box(penalty):
    parameters = [Value(0.5), Value(-0.25)]
    assert box_of(penalty(parameters)) == (penalty.__name__, [parameters])


def test_the_hinge_of_targets_that_are_values():
    scores, targets = [Value(0.25), Value(-2.0), Value(0.5)], [Value(1.0), Value(-1.0), Value(-1.0)]
    loss = hinge_loss(scores, targets)
    assert loss.data == (0.75 + 0.0 + 1.5) / 3
    loss.backward()
    assert [3 * score.grad for score in scores] == pytest.approx([-1.0, 0.0, 1.0], rel=1e-15)
    assert [3 * target.grad for target in targets] == pytest.approx([-0.25, 0.0, -0.5], rel=1e-15)


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        ([0.5, 0.5 + 0.9e-6], True),
        ([0.5, 0.5 - 0.9e-6], True),
        ([0.5, 0.5 + 1.1e-6], False),
        ([0.5, 0.5 - 1.1e-6], False),
        ([0.0, 1.0], True),
        ([-0.5, 1.5], False),
        ([math.nan, 1.0], False),
        (["0.5", 0.5], False),
        ([None, 1.0], False),
        ([Value(0.25), 0.75], True),
    ],
)
def test_what_a_row_of_probabilities_is(row, is_one):
    assert is_probability_row(row) is is_one
    if not is_one:
        with pytest.raises(ValueError, match=r"^cross_entropy: targets\[0\]"):
            cross_entropy([[1.0, 2.0]], [row])


def test_a_class_that_is_no_number_is_told_the_numbers():
    with pytest.raises(ValueError, match=r"a whole number from 0 to 2, or a row"):
        cross_entropy([[1.0, 2.0, 3.0]], ["cat"])


def test_a_quotient_as_the_only_logit_is_no_softmax():
    logit = Value(1.0) / Value(2.0)
    assert cross_entropy([[logit]], [0]).data == 0.0
    assert binary_cross_entropy_with_logits([[logit]], [[1.0]]).data == math.log1p(math.exp(-0.5))


def test_a_half_of_finite_cost_is_left_in_whatever_its_weight_is():
    """Both halves cost what 1 / weight is, the number at which two signs would cancel."""
    p = math.exp(-1.0)
    loss = binary_cross_entropy([Value(p)], [Value(1.0)])
    assert loss.data == pytest.approx(1.0, rel=1e-15)
    logit = Value(-math.log(math.expm1(2.0)))
    loss = binary_cross_entropy_with_logits([logit], [Value(0.5)])
    expected = binary_cross_entropy_with_logits([logit.data], [0.5])
    assert loss.data == pytest.approx(expected, rel=1e-15)
    logit = Value(-0.5413248546129182)  # -log(e - 1), such that the cost is 1 to the last bit
    loss = binary_cross_entropy_with_logits([logit], [Value(1.0)])
    assert loss.data == pytest.approx(1.0, rel=1e-15)


def test_a_half_that_is_left_out_costs_nothing_at_other_targets():
    for p, t in ((1.0, 1.0), (0.0, 0.0)):
        target = Value(t)
        binary_cross_entropy([Value(p)], [target]).backward()
        assert target.grad == 0.0


@pytest.mark.parametrize(
    ("outputs", "targets", "remedy"),
    [
        ([[1.0, 2.0]] * 3, [1.0, 2.0], "give one target for each prediction"),
        ([1.0, 2.0, 3.0], [1.0, 2.0], "give one target for each prediction"),
        ([[1.0, 2.0]] * 3, [1.0, 2.0, 3.0], "give a row of targets for each sample"),
        ([1.0], [[1.0]], "write [t for (t,) in targets]"),
        ([[1.0]], [1.0], "write [[t] for t in targets]"),
    ],
)
def test_shapes_that_differ_have_their_remedy(outputs, targets, remedy):
    with pytest.raises(ValueError, match=re.escape(remedy)):
        mse_loss(outputs, targets)


def test_every_loss_is_exported():
    assert {loss.__name__ for loss in LOSSES.values()} <= set(dir(losses))
