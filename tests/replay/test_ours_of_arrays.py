"""Operations of ours, and functions of Python's, on arrays of plain floats: element by element.

Owns that a function is compiled that uses them on data it is not differentiated by.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS, bits

USES = {
    "exp": ag.exp, "tanh": ag.tanh, "sqrt": ag.sqrt, "erf": ag.erf, "relu": ag.relu,
    "maximum": lambda a: ag.maximum(a, 0.5), "power": lambda a: ag.power(a, 2.0),
    "where": lambda a: ag.where(ag.relu(a - 1.0), a, 2.0), "softmax": ag.softmax,
    "vectorize": np.vectorize(lambda v: v * 2.0 + 1.0), "twice": lambda a: ag.log(ag.exp(-0.5 * a)),
    "sum": lambda a: [ag.sum(ag.exp(a) * a)] * 5,
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_they_are_compiled(backend, use):
    g = ag.value_and_grad(lambda w, a: ag.sum([w * v * k for k, v in enumerate(use(a))]))
    compiled = ag.compile(g, backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(4):
            data = np.arange(5.0) + 0.25 * k
            assert bits(compiled(1.5 + k, data)) == bits(g(1.5 + k, data))
    assert compiled.n_eager == 0


def test_weighted_least_squares():
    def loss(w, rows, targets, age):
        r = rows @ w - targets
        return ag.sum(ag.exp(-0.1 * age) * r * r)

    source = np.random.default_rng(0)
    rows, targets = source.normal(size=(50, 2)), source.normal(size=50)
    g = ag.value_and_grad(loss)
    compiled = ag.compile(g)
    for k in range(4):
        args = np.array([0.1, 0.2]) + k, rows, targets, np.arange(50.0) * k
        assert bits(compiled(*args)) == bits(g(*args))
    assert compiled.n_eager == 0
    assert len(compiled.report().paths) == 1


def test_what_numpy_does_its_own_way_is_still_refused():
    compiled = ag.compile(ag.grad(lambda w, a: w * float(ag.exp(a).sum())))
    with pytest.warns(RuntimeWarning, match="bits of its own"):
        compiled(1.5, np.arange(5.0))
