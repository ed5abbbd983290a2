"""Numbers without their history in compiled functions: detach() and no_grad.

Owns that sweeps meet the graph that eager mode has: what a detached number was made from is not in
it, and would be visited earlier than where it stands.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits

KINDS = ("mul", "add", "sub", "tanh", "relu", "where", "detach", "detach", "no_grad", "grad")


def step(kind, v):
    if kind == "tanh":
        return ag.tanh(v[0])
    if kind == "relu":
        return ag.relu(v[0])
    if kind == "where":
        return ag.where(ag.relu(v[0]), v[1] * 2.0, v[2])
    if kind == "detach":
        return v[0].detach() * v[1]
    if kind == "no_grad":
        with ag.no_grad():
            factor = v[0] * v[2] + v[0]
        return factor * v[1]
    if kind == "grad":  # of a function that has a detached number in it
        return ag.grad(lambda x: x * v[1].detach() * ag.sin(x * v[2]))(v[0])
    return {"mul": v[0] * v[1], "add": v[0] + v[1], "sub": v[0] - v[1] * 0.3}[kind]


def function(draw):
    steps = [(draw.choice(KINDS), [draw.randrange(1000) for _ in range(3)]) for _ in range(9)]

    def f(xs):
        values = [*xs]
        for kind, places in steps:
            values.append(step(kind, [values[i % len(values)] for i in places]))
        result = values[-1]
        for x in values[:-1]:
            result = result * 0.5 + x
        return result

    return f


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(60))
def test_the_derivatives_of_a_random_function(seed, backend):
    draw = random.Random(seed)
    f = function(draw)
    g = ag.value_and_grad(f) if seed % 3 else ag.jacobian(ag.grad(f))
    compiled = ag.compile(g, backend=backend)  # a warning is an error in tests
    for _ in range(6):
        xs = [draw.gauss(0.0, 1.0) for _ in range(3)]
        assert bits(compiled(xs)) == bits(g(xs))
    assert not compiled.report().n_eager


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_detached_leaf_is_read_at_each_call(backend):
    w = Value(2.0)

    def f(x):
        with ag.no_grad():
            half = w * 0.5
        return x * w.detach() + half * x

    compiled = ag.compile(ag.value_and_grad(f), backend=backend)
    for number in (2.0, 3.0, -1.0):
        w.data = number
        assert compiled(4.0) == (6.0 * number, 1.5 * number)
