"""gradcheck where differences mislead: no wrong rule passes at a jump or beside a large number."""

import math

import pytest

import autograd as ag
from autograd import ops


@pytest.mark.parametrize(
    ("forward", "claim", "x"),
    [
        (lambda x: float(math.floor(x)), 7.0, 2.0),
        (lambda x: float(x >= 1.0), 3.0, 1.0),
        (lambda x: x + 1e3 * (x >= 2.0), 2000.0, 2.0),
        (lambda x: float(round(x)), 2.0, 2.5),
        (lambda x: x % 1.0, 5.0, 2.0),
    ],
)
def test_no_rule_passes_at_a_jump(forward, claim, x):
    op = ag.Op("zoo_jump", forward=forward, partials=lambda y, x: (claim,))
    try:
        assert not ag.gradcheck(op, (x,))
    finally:
        del ops.TABLE["zoo_jump"]


@pytest.mark.parametrize("offset", [1e11, 1e12, 1e13, 1e14, 1e15])
@pytest.mark.parametrize("x", [2.0, 3.3, 0.7])
def test_a_missing_edge_does_not_pass_beside_a_large_number(offset, x):
    op = ag.Op("zoo_offset", forward=lambda x: offset + x, partials=lambda y, x: (None,))
    try:
        assert not ag.gradcheck(op, (x,))
    finally:
        del ops.TABLE["zoo_offset"]


@pytest.mark.parametrize(
    "forward",
    [
        lambda x: ag.sqrt(x * x),
        lambda x: ag.sqrt(ag.sqrt(x * x * x * x)),
        lambda x: ag.sqrt(x * x) + x * x,
    ],
)
@pytest.mark.parametrize("claim", [1.0, 0.0, -2.5])
def test_squares_that_vanish_hide_no_kink(forward, claim):
    """|x| written with squares is 0 within 1e-162 of its kink, and yet not flat there."""
    op = ag.Op("zoo_squares", forward=forward, partials=lambda y, x: (claim,))
    try:
        status = "kink" if abs(claim) <= 1.0 else "inconclusive"  # beyond both slopes it is wrong
        assert ag.gradcheck(op, (0.0,)).status == status
        assert ag.gradcheck(op, (-0.5,)).status == "wrong"
    finally:
        del ops.TABLE["zoo_squares"]
