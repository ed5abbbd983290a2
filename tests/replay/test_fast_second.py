"""Fast mode's second derivatives: one program, whichever edges are dead, near eager's numbers.

Owns that no warning calls them wrong, and that what is wrong is still told.
"""

from __future__ import annotations

import random
import warnings

import pytest

import autograd as ag
from tests.replay.eager import BACKENDS

SELECTIONS = {
    "relu": ag.relu,
    "maximum": lambda x: ag.maximum(x, 0.0),
    "clip": lambda x: ag.clip(x, 0.0, 2.0),
}


def slopes_squared(select, noise=lambda: 0.0):
    """The gradient of the squares of a recurrent cost's slopes."""

    def cost(w, X):
        state = total = 0.0
        for x in X:
            state = select(ag.tanh(state * w[0] + x * w[1]) * w[2] - x)
            total = total + state * state
        return total * total * (1.0 + noise())

    return ag.value_and_grad(lambda w, X: ag.sum([p * p for p in ag.grad(cost)(w, X)]))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SELECTIONS)
def test_other_last_digits_are_no_mistake(name, backend):
    g = slopes_squared(SELECTIONS[name])
    for seed in range(12):
        draw = random.Random(seed)
        compiled = ag.compile(g, mode="fast", backend=backend)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for _ in range(4):
                w, X = ([draw.gauss(0.0, 1.0) for _ in range(n)] for n in (3, 2))
                value, gradient = compiled(w, X)
                right, exact = g(w, X)
                scale = 1e-10 * max(1.0, abs(right), *map(abs, exact))
                assert value == pytest.approx(right, rel=1e-10, abs=scale)
                assert gradient == pytest.approx(exact, rel=1e-10, abs=scale)
        assert compiled.n_eager == 0
        assert len(compiled.report().paths) == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_drawn_at_random_is_told_nevertheless(backend):
    draw = random.Random(0)
    compiled = ag.compile(
        slopes_squared(ag.relu, lambda: 0.01 * draw.random()), mode="fast", backend=backend
    )
    with pytest.warns(RuntimeWarning, match="random numbers"):  # X is plain: it is compared at once
        compiled([0.5, 1.0, 2.0], [-1.0, 0.5])
