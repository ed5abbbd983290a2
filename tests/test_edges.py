"""Arithmetic at the edges: IEEE-754 values and never an exception, stable over all doubles.

Owns the first paragraph of DESIGN section 4. test_golden.py compares every row with PyTorch; here
the rules are stated one by one.
"""

import itertools
import math

import pytest

import autograd as ag
from autograd import Value
from tests.every_derivative import check, same

INF, NAN = math.inf, math.nan


# IEEE-754 values, never an exception


@pytest.mark.parametrize(
    ("f", "x", "value", "derivative"),
    [
        (ag.log, 0.0, -INF, INF),
        (ag.log, -0.0, -INF, -INF),
        (ag.log, -1.0, NAN, -1.0),
        (ag.log, INF, INF, 0.0),
        (lambda x: 1 / x, 0.0, INF, -INF),
        (lambda x: 1 / x, -0.0, -INF, -INF),
        (lambda x: x / 0.0, 1.0, INF, INF),
        (lambda x: x / 0.0, 0.0, NAN, INF),
        (lambda x: x / INF, 1.0, 0.0, 0.0),
        (ag.exp, 710.0, INF, INF),
        (ag.exp, -800.0, 0.0, 0.0),
        (ag.exp, INF, INF, INF),
        (ag.expm1, 710.0, INF, INF),
        (ag.sinh, -711.0, -INF, INF),
        (ag.cosh, -711.0, INF, -INF),
        (ag.sqrt, -1.0, NAN, NAN),
        (ag.sqrt, 0.0, 0.0, INF),
        (ag.sin, INF, NAN, NAN),
        (ag.asin, 2.0, NAN, NAN),
        (ag.asin, 1.0, math.pi / 2, INF),
        (ag.acosh, 1.0, 0.0, INF),
        (ag.atanh, 1.0, INF, INF),
        (ag.atanh, -1.0, -INF, INF),
        (ag.lgamma, 0.0, INF, -INF),
        (lambda x: x ** (1 / 3), -8.0, NAN, NAN),
        (lambda x: x**-1, 0.0, INF, -INF),
        (lambda x: x**-1, -0.0, -INF, -INF),
        (lambda x: x**400, 1e10, INF, INF),
        (lambda x: x**401, -1e10, -INF, INF),
        (lambda x: x % 0.0, 1.0, NAN, 1.0),
        (lambda x: x * 1e308, 1e10, INF, 1e308),
        (lambda x: 2.0**x, 2000.0, INF, INF),
        (lambda x: 0.0**x, -1.0, INF, None),
    ],
)
def test_arithmetic_gives_ieee_values(f, x, value, derivative):
    assert same(f(Value(x)).data, value)
    if derivative is not None:
        check(f, x, derivative)


@pytest.mark.parametrize("name", sorted(set(ag.ops.TABLE) - {"polygamma"}))
def test_no_row_raises_at_any_edge(name):
    """Values, gradients and second derivatives at every pair of awkward numbers."""
    edges = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 710.0, 1e308, -1e308, 5e-324, INF, -INF, NAN]
    row = ag.ops.TABLE[name]
    arity = row.arity if row.arity is not None else 3
    if arity == 3:
        points = list(itertools.product(edges[::2], edges[1::2], edges[::3]))
    else:
        points = list(itertools.product(edges, repeat=arity))
    for point in points:
        leaves = [Value(x) for x in point]
        y = row(*leaves)
        assert type(y.data) is float
        assert same(y.data, row(*point)), point
        assert all(p is None or type(p) is float for p in y.partials)
        y.backward()
        assert all(type(x.grad) is float for x in leaves)
        for k in range(arity):
            one = row(*[x if i == k else x.data for i, x in enumerate(leaves)])
            assert same(one.data, y.data)


@pytest.mark.parametrize("name", sorted(set(ag.ops.TABLE) - {"polygamma"}))
def test_no_second_derivative_raises_at_any_edge(name):
    """By one operand, the others being numbers, and by all of them."""
    edges = [0.0, -0.0, 1.0, -2.5, 710.0, 1e308, 5e-324, INF, -INF, NAN]
    row = ag.ops.TABLE[name]
    arity = row.arity if row.arity is not None else 2 + (name == "dot")
    if arity == 3:
        points = list(itertools.product(edges[::3], edges[1::3], edges[::2]))
    else:
        points = list(itertools.product(edges, repeat=arity))
    failures = []
    for point in points:
        for argnums in (*range(arity), tuple(range(arity))):
            try:
                ag.hessian(row, argnums)(*point)
            except (ArithmeticError, ValueError) as error:
                failures.append(f"{name}{point} by {argnums}: {error!r}")
    assert not failures, "\n".join(failures[:5])


# Stable over the whole range


@pytest.mark.parametrize("x", [-1e308, -800.0, -50.0, 0.0, 50.0, 800.0, 1e308, INF, -INF])
def test_stable_functions_have_finite_honest_numbers(x):
    sigmoid = ag.sigmoid(Value(x))
    assert 0.0 <= sigmoid.data <= 1.0
    check(ag.sigmoid, x, sigmoid.data * (1.0 - sigmoid.data))
    check(ag.softplus, x, sigmoid.data)
    assert ag.softplus(x) >= max(x, 0.0)
    assert ag.log_sigmoid(x) <= min(x, 0.0)
    assert ag.logsumexp([x, x]) == pytest.approx(x + math.log(2.0))
    assert ag.logaddexp(x, -INF) == x
    if math.isfinite(x):
        assert ag.softmax([x, x]) == [0.5, 0.5]
        assert ag.log_softmax([x, 0.0])[0] <= 0.0
        assert sum(ag.softmax([x, 0.0, -x])) == pytest.approx(1.0)


def test_softmax_and_logsumexp_far_apart():
    logits = [Value(x) for x in (1000.0, 0.0, -1000.0)]
    y = ag.logsumexp(logits)
    y.backward()
    assert (y.data, [x.grad for x in logits]) == (1000.0, [1.0, 0.0, 0.0])
    assert ag.softmax([1e308, -1e308]) == [1.0, 0.0]
    assert ag.log_softmax([0.0, 1e300]) == [-1e300, 0.0]
    jacobian = ag.jacobian(ag.softmax)([800.0, -800.0])
    assert jacobian == [[0.0, 0.0], [0.0, 0.0]]
