"""IEEE numbers: Python's arithmetic where that does not raise, IEEE-754's where it does.

Owns the operators one by one; what rows do with them at the edges is test_edges.py's.
"""

import math
import operator

import pytest

from autograd.ieee import IEEE, forward

INF, NAN = math.inf, math.nan
OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.floordiv,
    operator.pow,
]  # fmt: skip


@pytest.mark.parametrize("apply", OPERATORS)
def test_where_python_does_not_raise_it_is_python(apply):
    for a, b in ((7.0, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.5, 4.0), (3.0, 0.25)):
        expected = apply(a, b)
        for found in (apply(IEEE(a), b), apply(a, IEEE(b)), apply(IEEE(a), IEEE(b))):
            assert type(found) is IEEE
            assert float(found) == expected


@pytest.mark.parametrize(
    ("apply", "a", "b", "expected"),
    [
        (operator.truediv, 2.0, 0.0, INF),
        (operator.truediv, 2.0, -0.0, -INF),
        (operator.truediv, -2.0, 0.0, -INF),
        (operator.truediv, -INF, -0.0, INF),
        (operator.truediv, 0.0, 0.0, NAN),
        (operator.truediv, NAN, 0.0, NAN),
        (operator.floordiv, 2.0, -0.0, -INF),
        (operator.floordiv, 0.0, 0.0, NAN),
        (operator.mod, 2.0, 0.0, NAN),
        (operator.pow, 0.0, -1.0, INF),
        (operator.pow, -0.0, -1.0, -INF),
        (operator.pow, -0.0, -3.0, -INF),
        (operator.pow, -0.0, -2.0, INF),
        (operator.pow, -0.0, -0.5, INF),
        (operator.pow, -8.0, 1.0 / 3.0, NAN),
        (operator.pow, -1e200, 3.0, -INF),
        (operator.pow, -1e200, 2.0, INF),
        (operator.pow, 1e200, 2.5, INF),
    ],
)
def test_where_python_raises_it_is_ieee(apply, a, b, expected):
    for found in (apply(IEEE(a), b), apply(a, IEEE(b)), apply(IEEE(a), IEEE(b))):
        assert type(found) is IEEE
        assert float(found) == expected or (expected != expected and found != found)


def test_signs():
    assert float(-IEEE(2.0)) == -2.0
    assert float(+IEEE(-2.0)) == -2.0
    assert float(abs(IEEE(-2.0))) == 2.0
    assert all(type(x) is IEEE for x in (-IEEE(2.0), +IEEE(2.0), abs(IEEE(2.0))))


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (math.lgamma, 0.0, INF),
        (math.lgamma, -3.0, INF),
        (math.lgamma, 1e308, INF),
        (math.exp, 1e3, INF),
        (math.sinh, -1e3, -INF),
        (math.log, -0.0, -INF),
        (math.log, -1.0, NAN),
        (math.log1p, -1.0, -INF),
        (math.atanh, -1.0, -INF),
        (math.sqrt, -1.0, NAN),
        (math.sin, INF, NAN),
    ],
)
def test_a_function_of_math_where_it_raises(function, x, expected):
    found = forward(function, [x])
    assert type(found) is float
    assert found == expected or (expected != expected and found != found)
