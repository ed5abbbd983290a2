"""compile together with every transform, inside and outside: eager mode's bits.

Owns both orders, third derivatives, and derivatives at kinks and edges to second order.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits

both = pytest.mark.parametrize("backend", BACKENDS)


def smooth(xs):
    total = xs[0]
    for x in xs:
        total = total * ag.sin(x) + x**3 / (1.0 + x * x) - ag.exp(-total) * xs[-1]
    return total


def rows(xs):
    return {"a": smooth(xs), "b": [xs[0] * xs[-1], ag.tanh(xs[0])]}


def turning(xs):
    """A function with branches, kinks and selections."""
    total = ag.relu(xs[0]) * abs(xs[-1]) + ag.maximum(xs[0], xs[-1])
    if xs[0] > xs[-1]:
        total = total * xs[0]
    return total + ag.where(ag.relu(xs[-1]), ag.log(xs[-1]), 0.5 * xs[0])


def along(f):
    return lambda xs: ag.jvp(f, (xs,), ([0.5 - 0.25 * k for k in range(len(xs))],))


def product(f):
    return lambda xs: ag.hvp(f, xs, [1.0 + k for k in range(len(xs))])


def back(f):
    def pulled(xs):
        value, pullback = ag.vjp(f, xs)
        return value, pullback(-1.5)

    return pulled


def twice(f):
    return lambda xs: ag.grad(lambda ys: ag.dot(ag.grad(f)(ys), [1.0 + k for k in range(len(ys))]))(
        xs
    )


TRANSFORMS = {
    "grad": ag.grad, "value_and_grad": ag.value_and_grad, "hessian": ag.hessian,
    "jacobian": ag.jacobian, "jvp": along, "vjp": back, "hvp": product, "grad of grad": twice,
    "jacobian of grad": lambda f: ag.jacobian(ag.grad(f)),
    "third": lambda f: ag.jacobian(ag.hessian(f)),
}  # fmt: skip
POINTS = ([0.5, -1.25], [0.5, -1.25], [2.0, 0.75], [-0.5, 3.0], [1.0, 1.0], [0.0, -0.0])


@both
@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("f", [smooth, turning], ids=lambda f: f.__name__)
def test_compiled_inside_and_outside(backend, name, f):
    transform = TRANSFORMS[name]
    right = [bits(transform(f)(xs)) for xs in POINTS]
    one = ag.compile(f, backend=backend)
    for xs in POINTS:
        one(xs)
    forms = {
        "outside": ag.compile(transform(f), backend=backend),
        "inside": transform(one),
        "both": ag.compile(transform(one), backend=backend),
        "twice": ag.compile(ag.compile(transform(f), backend=backend), backend=backend),
    }
    for form, g in forms.items():
        for xs, expected in zip(POINTS, right, strict=True):
            assert bits(g(xs)) == expected, (form, xs)


@both
def test_vmap_inside_and_outside(backend):
    batches = ([[0.5, 1.0], [2.0, -1.0]], [[0.25, 0.0], [1.0, 1.0]], [[3.0] * 2] * 2, [[1.0, 2.0]])
    for f in (smooth, turning, rows):
        for transform in (lambda f: f, ag.jacobian):
            eager = ag.vmap(transform(f))
            right = [bits(eager(batch)) for batch in batches]
            inside = ag.vmap(ag.compile(transform(f), backend=backend))
            outside = ag.compile(eager, backend=backend)
            whole = ag.compile(ag.vmap(ag.compile(transform(f), backend=backend)), backend=backend)
            for _ in range(2):
                for batch, expected in zip(batches, right, strict=True):
                    assert bits(inside(batch)) == expected
                    assert bits(outside(batch)) == expected
                    assert bits(whole(batch)) == expected


@both
def test_derivatives_of_a_mapped_function(backend):
    def total(xs, scale):
        return ag.sum(ag.vmap(lambda x: ag.tanh(x * scale) * x if x > 0.0 else x)(xs))

    for transform in (ag.value_and_grad, ag.hessian):
        g = transform(total, (0, 1))
        compiled = ag.compile(g, backend=backend)
        for xs in ([1.0, -2.0, 0.5], [1.0, 2.0, 0.5], [1.0, -2.0, 0.25]):
            for scale in (0.5, -1.5):
                assert bits(compiled(xs, scale)) == bits(g(xs, scale))


@both
def test_arrays_through_every_transform(backend):
    matrix = np.arange(9.0).reshape(3, 3) / 5.0

    def form(x):
        return (x @ matrix @ x) * np.exp(-x @ x) + (x[::2] ** 2).sum()

    for transform in (ag.grad, ag.value_and_grad, ag.hessian, lambda f: ag.jacobian(ag.hessian(f))):
        g = transform(form)
        compiled = ag.compile(g, backend=backend)
        for scale in (1.0, 1.0, -0.5, 2.0):
            for x in (np.array([0.5, -1.0, 0.25]) * scale, (np.arange(6.0) * scale)[::2]):
                assert bits(compiled(x)) == bits(g(x))


EDGES = {
    "relu": lambda x, y: ag.relu(x) * y + ag.relu(x * y),
    "abs": lambda x, y: abs(x) * abs(y),
    "maximum": lambda x, y: ag.maximum(x, y) * ag.minimum(x, 0.5),
    "clip": lambda x, y: ag.clip(x * y, -1.0, 1.0) * x,
    "where": lambda x, y: ag.where(x, ag.log(y), x * y) + ag.where(x, y, 1.0),
    "sqrt": lambda x, y: ag.sqrt(x) * ag.sqrt(y),
    "power": lambda x, y: x**y,
    "cube": lambda x, y: x**3 * y**-2,
    "root": lambda x, y: x**0.5 + y**0,
    "log": lambda x, y: ag.log(x) * ag.exp(y),
    "division": lambda x, y: x / y,
    "logsumexp": lambda x, y: ag.logsumexp([x, y, 0.0]),
    "product": lambda x, y: ag.prod([x, y, x]),
    "softplus": lambda x, y: ag.softplus(x) * ag.sigmoid(y),
    "floor": lambda x, y: (x // 1.0) * y + x % 2.0,
    "dot": lambda x, y: ag.dot([x, y], [y, x], x),
}  # fmt: skip


@both
@pytest.mark.parametrize("name", EDGES)
def test_second_derivatives_at_kinks_and_edges(backend, name):
    f = EDGES[name]
    g = ag.jacobian(ag.value_and_grad(f, (0, 1)), (0, 1))
    compiled = ag.compile(g, backend=backend)
    first = ag.compile(ag.value_and_grad(f, (0, 1)), backend=backend)
    points = SPECIAL if backend == "python" else SPECIAL[:7] + SPECIAL[-3:]
    for x, y in itertools.product(points, repeat=2):
        assert bits(first(x, y)) == bits(ag.value_and_grad(f, (0, 1))(x, y)), (x, y)
        assert bits(compiled(x, y)) == bits(g(x, y)), (x, y)


@pytest.mark.parametrize(
    "function", [ag.relu, lambda x: ag.maximum(x, 1.0), abs, lambda x: x * 0.0]
)
def test_a_seed_of_minus_zero_for_an_output_that_is_an_input(function):
    """The sum for an input begins at 0.0 there, too: an edge that is dead adds nothing to it."""

    def pulled(x, seed):
        return ag.vjp(lambda x: [x, function(x)], x)[1]([seed, 1.0])

    seeds = [(x, seed) for seed in (0.5, 0.0, -0.0) for x in (2.0, -1.0, 0.0, -0.0)]
    agree(pulled, *seeds, of=pulled)
    agree(pulled, *reversed(seeds), of=pulled)
