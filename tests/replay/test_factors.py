"""Derivatives of derivatives in compiled functions: a factor 1 leaves out a multiplication.

Owns that a program's graph is eager mode's there. Where 1/2 and 1/2 add up to 1 in a derivative,
eager mode takes the other factor itself, which may be a number with other users: what these send
back is added one by one, and not first to a product.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits


def inner(y):
    double, power = y[1] + y[1], ag.exp(y[0])
    result = ag.dot([double, power], [power, y[1]], y[0])
    for x in (*y, double, power):
        result = result * 0.5 + x
    return result


def of_a_pullback(x):
    _, pull = ag.vjp(inner, x[:2])
    return ag.sum(pull(x[2])[0]) * 0.5 + x[0]


def of_a_slope(x):
    slope = ag.grad(inner)(x[:2])
    return slope[0] * 0.25 + slope[1] * 0.5 + slope[0] * x[2] + slope[1] * 0.5


def of_halves(x):
    a = ag.sin(x[0] * x[1])
    return (a * x[2]) * 0.5 + ag.exp(a) * x[1] + (a * x[2]) * 0.5 + a * 1.0


def grad_of_grad(f):
    return ag.grad(lambda x: ag.sum(ag.grad(f)(x)))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f", [of_a_pullback, of_a_slope, of_halves])
@pytest.mark.parametrize("transform", [ag.hessian, grad_of_grad])
def test_second_derivatives(f, transform, backend):
    draw = random.Random(1)
    g = transform(f)
    compiled = ag.compile(g, backend=backend)
    for _ in range(60):
        x = [draw.gauss(0.0, 1.0) for _ in range(3)]
        assert bits(compiled(x)) == bits(g(x)) == bits(g([Value(y) for y in x]))
    report = compiled.report()
    assert (len(report.paths), report.n_eager) == (1, 0)
