"""Deadness is structural, never numeric: what is not selected has no edge.

Owns that paragraph of DESIGN section 4, in every mode and in second order.
"""

import math

import autograd as ag
from autograd import Value
from tests.every_derivative import check, second

INF, NAN = math.inf, math.nan


# Deadness is structural


def test_what_is_not_selected_sends_nothing():
    check(lambda x: ag.where(x > 0, ag.log(x), 0.0), 0.0, 0.0)
    check(lambda x: ag.where(x > 0, ag.sqrt(x), x * 2.0), 0.0, 2.0)
    check(lambda x: ag.where(x == 0, 1.0, ag.sin(x) / x), 0.0, 0.0)
    check(lambda x: ag.relu(ag.log(x)), 0.0, 0.0)
    check(lambda x: ag.maximum(ag.sqrt(x) - 1.0, x), 0.0, 1.0)
    check(lambda x: ag.minimum(1.0 / x, 5.0), 0.0, 0.0)
    check(lambda x: ag.clip(1.0 / x, -1.0, 1.0), 0.0, 0.0)
    check(lambda x: ag.max([ag.log(x), 0.0, x]), 0.0, 0.5)
    check(lambda x: ag.floor(ag.sqrt(x)), 0.0, 0.0)
    check(lambda x: ag.sign(ag.sqrt(x)) + x, 0.0, 1.0)
    check(lambda x: ag.where(ag.sqrt(x), x, 3.0 * x), 0.0, 3.0)
    check(lambda x: ag.sqrt(x) ** 0 + x, 0.0, 1.0)
    check(lambda x: (x * 0.0) // ag.sqrt(x), 0.0, 0.0)


def test_a_live_zero_times_infinity_stays_nan():
    check(lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0, NAN)
    check(lambda x: ag.sqrt(x) * 0.0, 0.0, NAN)
    check(lambda x: ag.abs(ag.sqrt(x)), 0.0, NAN)
    check(lambda x: ag.sqrt(x) ** 2, 0.0, NAN)
    check(lambda x: ag.where(x >= 0, ag.sqrt(x), 0.0), 0.0, INF)

    def shared(x):
        root = ag.sqrt(x)
        return root * root

    check(shared, 0.0, NAN)


def test_deadness_holds_in_second_order():
    assert second(lambda x: ag.where(x > 0, ag.log(x), x * x), 0.0) == 2.0
    assert second(lambda x: ag.where(x > 0, ag.log(x), x * x), 2.0) == -0.25
    assert second(lambda x: ag.maximum(x * x, -1.0 / (x * x)), 0.0) == 2.0
    assert second(lambda x: ag.relu(ag.log(x)) + x * x, 0.0) == 2.0
    assert math.isnan(second(lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0))


def test_the_other_operand_still_gets_its_gradient():
    x, w = Value(0.0), Value(3.0)
    y = ag.where(x > 0, ag.log(x), w * x + w)
    y.backward()
    assert (x.grad, w.grad) == (3.0, 1.0)
    dead = y.inputs[1]
    assert dead.grad == 0.0
    assert y.partials[0] is None
    assert y.partials[1] is None


def test_nodes_that_no_live_edge_reaches_keep_their_gradient():
    x = Value(4.0)
    dead = ag.sqrt(x)
    dead.grad = 7.0
    y = ag.where(False, dead, x)
    y.backward()
    assert (dead.grad, x.grad) == (7.0, 1.0)


def test_identically_zero_partials_are_no_edges():
    x = Value(2.5)
    for node in (ag.sign(x), ag.floor(x), x // 1.0, 7.0 // x, x**0):
        assert set(node.partials) == {None}, node
    assert ag.where(x, 1.0, 2.0).partials == (None, None, None)
    assert (x * 3.0).partials == (3.0, None)


def test_where_chooses_by_truth():
    a, b = Value(1.0), Value(2.0)
    for condition, expected in (
        (True, 1.0),
        (False, 2.0),
        (0.0, 2.0),
        (-0.0, 2.0),
        (-3, 1.0),
        (NAN, 1.0),
        (a > 0, 1.0),
        (Value(0.0), 2.0),
    ):
        assert ag.where(condition, a, b).data == expected
    assert ag.where(True, 1.0, NAN) == 1.0
