"""Conventions at kinks, and powers at the edges, in first and second order.

Owns two paragraphs of DESIGN section 4, sentence by sentence.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.every_derivative import check, same, second

INF, NAN = math.inf, math.nan


# Kinks


@pytest.mark.parametrize(
    ("f", "at", "first"),
    [
        (ag.relu, 0.0, 0.0),
        (ag.relu, -0.0, 0.0),
        (ag.abs, 0.0, 0.0),
        (lambda x: ag.abs(-x), 0.0, 0.0),
        (ag.leaky_relu, 0.0, 0.01),
        (lambda x: ag.leaky_relu(x, 0.3), 0.0, 0.3),
        (lambda x: ag.clip(x, -1.0, 1.0), 1.0, 1.0),
        (lambda x: ag.clip(x, -1.0, 1.0), -1.0, 1.0),
        (lambda x: ag.clip(x, -1.0, 1.0), 1.0 + 1e-15, 0.0),
        (lambda x: ag.clip(x, 2.0, None), 2.0, 1.0),
        (lambda x: ag.maximum(x, 1.0), 1.0, 0.5),
        (lambda x: ag.minimum(x, 1.0), 1.0, 0.5),
        (lambda x: ag.maximum(x, x), 3.0, 1.0),
        (lambda x: ag.max([x, 2.0, 2.0, 1.0]), 2.0, 1 / 3),
        (lambda x: ag.min([x, 2.0, 2.0, 3.0, 2.0]), 2.0, 1 / 4),
        (ag.sign, 0.0, 0.0),
        (ag.floor, 2.0, 0.0),
    ],
)
def test_conventions_at_kinks_and_second_derivatives_zero(f, at, first):
    check(f, at, first)
    assert second(f, at) == 0.0
    smooth = lambda x: f(x) * 3.0 + x * x  # noqa: E731 - the kink inside something curved
    check(smooth, at, 3.0 * first + 2.0 * at)
    assert second(smooth, at) == 2.0


def test_the_square_of_a_kinked_function_curves_by_its_slope():
    assert second(lambda x: ag.relu(x) ** 2, 0.0) == 0.0
    assert second(lambda x: ag.leaky_relu(x, 0.5) ** 2, 0.0) == 0.5
    assert second(lambda x: ag.maximum(x, 1.0) ** 2, 1.0) == 0.5
    assert second(lambda x: abs(x) ** 2, 0.0) == 0.0


@pytest.mark.parametrize("ties", [2, 3, 5])
def test_ties_share_equally(ties):
    for select in (ag.max, ag.min):
        leaves = [Value(2.0) for _ in range(ties)] + [Value(9.0 if select is ag.min else -9.0)]
        y = select(leaves)
        y.backward()
        assert [x.grad for x in leaves] == [1 / ties] * ties + [0.0]
        hessian = ag.hessian(select)([x.data for x in leaves])
        assert hessian == [[0.0] * (ties + 1)] * (ties + 1)


def test_a_nan_passes_through_value_and_gradient():
    one_operand = (ag.relu, ag.abs, ag.leaky_relu, lambda x: ag.clip(x, 0.0, 1.0), ag.sign)
    for f in one_operand:
        assert math.isnan(f(Value(NAN)).data)
    for f in one_operand[:-1]:
        check(f, NAN, NAN)
    for f in (ag.maximum, ag.minimum):
        for a, b in ((NAN, 1.0), (1.0, NAN), (NAN, NAN)):
            leaves = [Value(a), Value(b)]
            y = f(*leaves)
            y.backward()
            assert math.isnan(y.data)
            assert all(math.isnan(x.grad) for x in leaves), "in both"
    assert math.isnan(ag.max([1.0, NAN, 2.0]))
    assert math.isnan(ag.min([NAN, 1.0]))


def test_comparison_rows_carry_no_derivative():
    gt, heaviside = ag.ops.TABLE["gt"], ag.ops.TABLE["heaviside"]
    assert [gt(1.0, 0.0), gt(0.0, 0.0), gt(-1.0, 0.0)] == [1.0, 0.0, 0.0]
    assert [heaviside(x, 0.0) for x in (1.0, 0.0, -0.0, -1.0)] == [1.0, 0.5, 0.5, 0.0]
    for row in (gt, heaviside):
        assert math.isnan(row(NAN, 0.0))
        assert math.isnan(row(0.0, NAN))
        x = Value(0.0)
        assert row(x, x).partials == (None, None)


# Powers


@pytest.mark.parametrize("x", [0.0, -0.0, 2.0, -2.0, INF, -INF, NAN, 5e-324, 1e308])
@pytest.mark.parametrize("zero", [0, 0.0, -0.0, False, Fraction(0), np.int64(0), np.float32(0)])
def test_a_power_of_zero_is_flat_everywhere(x, zero):
    for f in (lambda x: x**zero, lambda x: ag.power(x, zero)):
        assert f(Value(x)).data == 1.0
        check(f, x, 0.0)
        assert second(f, x) == 0.0


def test_small_whole_powers_at_zero():
    check(lambda x: x**1, 0.0, 1.0)
    check(lambda x: x**2, 0.0, 0.0)
    assert second(lambda x: x**1, 0.0) == 0.0
    assert second(lambda x: x**2, 0.0) == 2.0
    assert second(lambda x: x**3, 0.0) == 0.0
    assert ag.grad(ag.grad(ag.grad(lambda x: x**3)))(0.0) == 6.0
    assert ag.grad(ag.grad(ag.grad(lambda x: x**2)))(0.0) == 0.0
    assert second(lambda x: x**3, -2.0) == -12.0


def test_an_exponent_that_is_a_number_is_a_parameter():
    y = Value(-2.0) ** 3
    assert y.partials == (12.0, None)
    check(lambda x: x**3, -2.0, 12.0)


def partials_of_pow(x, n):
    base, exponent = Value(x), Value(n)
    y = base**exponent
    y.backward()
    gradient = ag.grad(lambda x, n: x**n, (0, 1))(x, n)
    assert same(gradient[0], base.grad)
    assert same(gradient[1], exponent.grad)
    return base.grad, exponent.grad


def test_value_to_a_value_in_its_base():
    assert partials_of_pow(0.0, 0.0)[0] == 0.0
    assert partials_of_pow(NAN, 0.0)[0] == 0.0
    assert partials_of_pow(0.0, 1.0)[0] == 1.0
    assert partials_of_pow(0.0, 0.5)[0] == INF
    assert partials_of_pow(0.0, 2.0)[0] == 0.0
    assert partials_of_pow(-2.0, 3.0)[0] == 12.0
    assert partials_of_pow(3.0, 0.0)[0] == 0.0
    assert math.isnan(partials_of_pow(-8.0, 1 / 3)[0])


def test_value_to_a_value_in_its_exponent():
    assert partials_of_pow(0.0, 0.0)[1] == 0.0
    assert partials_of_pow(0.0, 2.0)[1] == 0.0
    assert partials_of_pow(0.0, -1.0)[1] == -INF
    assert math.isnan(partials_of_pow(-2.0, 2.0)[1])
    assert math.isnan(partials_of_pow(-2.0, 3.0)[1])
    assert partials_of_pow(2.0, 3.0)[1] == 8.0 * math.log(2.0)


def test_mixed_second_derivatives_of_a_power():
    def hessian(x, n):
        return ag.hessian(lambda x, n: x**n, (0, 1))(x, n)

    assert hessian(2.0, 0.0)[0][1] == hessian(2.0, 0.0)[1][0] == 0.5
    x, n = 1.7, 2.3
    by_hand = x ** (n - 1) * (1 + n * math.log(x))
    (_, by_xn), (by_nx, by_nn) = hessian(x, n)
    assert by_xn == pytest.approx(by_hand, rel=1e-14)
    assert by_nx == pytest.approx(by_hand, rel=1e-14)
    assert by_nn == pytest.approx(x**n * math.log(x) ** 2, rel=1e-14)
    assert hessian(2.0, 0.0)[0][0] == 0.0
    assert hessian(3.0, 1.0)[0][0] == 0.0
