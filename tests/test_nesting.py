"""Transforms inside transforms: to fourth order in every mix of modes, without confusion.

The derivatives expected are known in closed form, or mpmath's, or exact in whole numbers.
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from tests.transform_cases import STEPS, Function

MIXES = [mix for order in (1, 2, 3, 4) for mix in product(("reverse", "forward"), repeat=order)]
MIXES += [("pullback", "forward", "pullback"), ("forward", "pullback", "reverse", "pullback")]

each_mix = pytest.mark.parametrize("mix", MIXES, ids="-".join)


def differentiated(f: Function, mix: tuple[str, ...]) -> Function:
    for step in mix:
        f = STEPS[step](f)
    return f


# A function, a point, and its derivatives there from the first to the fourth.
e, s, c = math.exp(0.7), math.sin(0.7), math.cos(0.7)
t = math.tanh(0.7)
KNOWN: dict[str, tuple[Function, tuple[float, ...]]] = {
    "x^5": (lambda x: x**5, (5 * 0.7**4, 20 * 0.7**3, 60 * 0.7**2, 120 * 0.7)),
    "x x x": (lambda x: x * x * x, (3 * 0.7**2, 6 * 0.7, 6.0, 0.0)),
    "1/x": (lambda x: 1 / x, (-(0.7**-2), 2 * 0.7**-3, -6 * 0.7**-4, 24 * 0.7**-5)),
    "log x": (ag.log, (1 / 0.7, -(0.7**-2), 2 * 0.7**-3, -6 * 0.7**-4)),
    "e^x sin x": (
        lambda x: ag.exp(x) * ag.sin(x),
        (e * (s + c), 2 * e * c, 2 * e * (c - s), -4 * e * s),
    ),
    "tanh x": (
        ag.tanh,
        (
            1 - t**2,
            -2 * t * (1 - t**2),
            (1 - t**2) * (6 * t**2 - 2),
            8 * t * (1 - t**2) * (2 - 3 * t**2),
        ),
    ),
    "2^x": (lambda x: 2**x, tuple(2**0.7 * math.log(2) ** k for k in (1, 2, 3, 4))),
    "dot": (lambda x: ag.dot([x, x], [x, x * x], x), (1 + 1.4 + 3 * 0.49, 2 + 4.2, 6.0, 0.0)),
    "prod": (lambda x: ag.prod([x, 2.0, x, x, x]), (8 * 0.343, 24 * 0.49, 48 * 0.7, 48.0)),
    "relu": (lambda x: ag.relu(x) ** 2, (1.4, 2.0, 0.0, 0.0)),
    "where": (lambda x: ag.where(x > 0, x**4, ag.log(x)), (4 * 0.343, 12 * 0.49, 16.8, 24.0)),
}


@each_mix
@pytest.mark.parametrize("name", KNOWN)
def test_known_derivatives_to_fourth_order(name: str, mix: tuple[str, ...]) -> None:
    f, expected = KNOWN[name]
    result = differentiated(f, mix)(0.7)
    assert type(result) is float
    assert result == pytest.approx(expected[len(mix) - 1], rel=1e-13, abs=1e-13)


@each_mix
def test_with_values_one_more_order_by_backward(mix: tuple[str, ...]) -> None:
    f, expected = KNOWN["e^x sin x"]
    x = Value(0.7)
    result = differentiated(f, mix)(x)
    result.backward()
    further = (*expected, -4 * e * (s + c))
    assert result.data == pytest.approx(expected[len(mix) - 1], rel=1e-13)
    assert x.grad == pytest.approx(further[len(mix)], rel=1e-13)


def polynomial(coefficients: list[int]) -> Function:
    def f(x: Any) -> Any:
        total: Any = 0.0
        for k in coefficients:  # Horner
            total = total * x + k
        return total

    return f


@given(
    st.lists(st.integers(-9, 9), min_size=1, max_size=6),
    st.integers(-4, 4),
    st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=4),
)
def test_polynomials_in_whole_numbers_are_exact(
    coefficients: list[int], x: int, mix: list[str]
) -> None:
    highest_first = coefficients
    for _ in mix:
        degree = len(highest_first) - 1
        highest_first = [k * (degree - i) for i, k in enumerate(highest_first[:-1])]
    expected = sum(k * x ** (len(highest_first) - 1 - i) for i, k in enumerate(highest_first))
    assert differentiated(polynomial(coefficients), tuple(mix))(float(x)) == expected


# Two operands, one of them possibly a number, a leaf of a closure, or both the same.
BINARY: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "+": (lambda a, b: (a + b) ** 3, lambda a, b: (a + b) ** 3),
    "-": (lambda a, b: (a - b) ** 3, lambda a, b: (a - b) ** 3),
    "*": (lambda a, b: (a * b) ** 3, lambda a, b: (a * b) ** 3),
    "/": (lambda a, b: a / b, lambda a, b: a / b),
    "**": (lambda a, b: a**b, lambda a, b: a**b),
    "%": (lambda a, b: (a % b) ** 3, lambda a, b: (a - b * mpmath.floor(a / b)) ** 3),
    "hypot": (ag.hypot, lambda a, b: mpmath.sqrt(a * a + b * b)),
    "atan2": (ag.atan2, mpmath.atan2),
    "maximum": (lambda a, b: ag.maximum(a, b) ** 3, lambda a, b: max(a, b) ** 3),
    "logaddexp": (ag.logaddexp, lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b))),
}
PLACES: dict[str, Callable[[Callable[[Any, Any], Any], Any], Function]] = {
    "Value with number": lambda f, w: lambda x: f(x, w),
    "number with Value": lambda f, w: lambda x: f(w, x),
    "Value with its square": lambda f, w: lambda x: f(x, x * x),
}


@pytest.mark.parametrize("closure", [1.9, Value(1.9)], ids=["number", "Value"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", BINARY)
def test_every_mix_of_value_and_number_to_third_order(name: str, place: str, closure: Any) -> None:
    ours, exact = BINARY[name]
    f = PLACES[place](ours, closure)
    with mpmath.workdps(50):
        reference = PLACES[place](exact, mpmath.mpf(1.9))
        expected = [float(mpmath.diff(reference, mpmath.mpf(1.3), n)) for n in (1, 2, 3)]
    for mix in [m for m in MIXES if len(m) < 4]:
        for x in (1.3, Value(1.3)):
            result = differentiated(f, mix)(x)
            number = result.data if type(x) is Value else result
            assert number == pytest.approx(expected[len(mix) - 1], rel=1e-11, abs=1e-12), mix


def test_a_tensor_of_fourth_derivatives() -> None:
    def f(x: Any) -> Any:
        return x[0] ** 2 * x[1] ** 2 + x[0] ** 3 * x[1]

    fourth = ag.jacobian(ag.jacobian(ag.hessian(f)))(np.array([2.0, 3.0]))
    expected = np.zeros((2, 2, 2, 2))
    for index in product((0, 1), repeat=4):
        ones = sum(index)
        expected[index] = {1: 6.0, 2: 4.0}.get(ones, 0.0)
    np.testing.assert_array_equal(fourth, expected)
