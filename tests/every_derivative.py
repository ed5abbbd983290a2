"""First and second derivatives of a function of one number, each way there is to them.

Owns the rule that all ways agree; tests of edges state the number, `check` and `second` try them.
"""

import math

import autograd as ag
from autograd import Value


def same(got, expected):
    """Equal numbers; nan is nan; the signs of zeros are not compared."""
    return got == expected or (math.isnan(got) and math.isnan(expected))


def every_derivative(f, x):
    """The derivative of f at x, each way there is to it."""
    leaf = Value(x)
    y = f(leaf)
    if isinstance(y, Value):
        y.backward()
    return {
        "backward": leaf.grad,
        "grad": ag.grad(f)(x),
        "grad on a Value": ag.grad(f)(Value(x)).data,
        "jvp": ag.jvp(f, (x,), (1.0,))[1],
        "jvp on a Value": ag.jvp(f, (Value(x),), (1.0,))[1].data,
        "vjp": ag.vjp(f, x)[1](1.0)[0],
    }


def check(f, x, expected):
    for way, got in every_derivative(f, x).items():
        assert same(got, expected), f"{way}: {got!r}, expected {expected!r}"


def second(f, x):
    """The second derivative of f at x: reverse on reverse, forward on reverse, forward twice."""
    found = {
        ag.grad(ag.grad(f))(x),
        ag.hessian(f)(x),
        ag.jvp(ag.grad(f), (x,), (1.0,))[1],
        ag.jvp(lambda t: ag.jvp(f, (t,), (1.0,))[1], (x,), (1.0,))[1],
        ag.grad(lambda t: ag.jvp(f, (t,), (1.0,))[1])(x),
    }
    finite = {x for x in found if not math.isnan(x)}
    assert len(finite) <= 1 and (not finite or len(found) == 1), found  # noqa: PT018
    return found.pop()
