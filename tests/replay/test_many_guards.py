"""Functions that compare thousands of numbers: sorting, searching, counting.

Owns that each comparison is asked, whatever it is of, and that no function of native code grows
with their number, for LLVM would take a time that grows as its square.
"""

import math
import random
import re
from itertools import pairwise

import numpy as np
import pytest

import autograd as ag
from autograd.replay.calls import allowance
from autograd.replay.llvm.guards import MANY
from tests.replay.eager import BACKENDS, bits

N = 200


def median(w, xs):
    return (w - sorted(xs)[len(xs) // 2]) ** 2


def median_of_computed(w, xs):
    made = sorted([ag.tanh(w * x) for x in xs])
    return made[len(made) // 2] * w


def count_above_bounds(w, xs):
    return w * sum([1.0 for k, x in enumerate(xs) if x > (k % 11) * 0.1 - 0.5])


def count_above_one_bound(w, xs):
    return w * sum([1.0 for x in xs if x <= 0.25])


def never_nan(w, xs):
    return w * ag.sum(
        [x for k, x in enumerate(xs) if not x > (math.nan, math.inf, -math.inf)[k % 3]]
    )


def nearest(w, xs):
    return min([((x - w) ** 2, x) for x in xs], key=lambda pair: pair[0])[1] * w


def neighbours(w, xs):
    total = w
    for a, b in pairwise(xs):
        total = total + (b - a if b >= a else a)
    return total


FUNCTIONS = [
    median, median_of_computed, count_above_bounds, count_above_one_bound, never_nan, nearest,
    neighbours,
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("argnums", [0, (0, 1)])
def test_each_comparison_is_asked(f, backend, argnums, monkeypatch):
    monkeypatch.setattr(allowance, "FREE", 10**9)  # all ways have programs at once
    draw = random.Random(1)
    eager = ag.value_and_grad(f, argnums)
    compiled = ag.compile(eager, backend=backend)
    first = [draw.uniform(-1.0, 1.0) for _ in range(N)]
    calls = [(0.5, first), (0.5, first), (0.25, first)]
    for _ in range(10):  # one number alone is another, and all comparisons but a few as before
        changed = [*first]
        changed[draw.randrange(N)] = draw.choice([-2.0, 0.0, 0.3, 2.0])
        calls += [(0.5, changed), (0.25, first)]
    for w, xs in calls:
        assert bits(compiled(w, xs)) == bits(eager(w, xs))
    assert max(path.guards for path in compiled.report().paths) >= MANY
    assert not compiled.report().n_eager


def test_numbers_of_all_kinds_of_places_are_asked(monkeypatch):
    """Inputs of two arrays and of lists, leaves, constants, what is computed once and in lanes."""
    monkeypatch.setattr(allowance, "FREE", 10**9)
    leaves = [ag.Value(k / N) for k in range(N)]

    def f(w, X, Y, xs):
        made = [ag.tanh(w * x) for x in X]
        total = w
        for x, y, z, leaf, one in zip(X, Y, xs, leaves, made, strict=True):
            total = total + (x if x > y else -y) * (z if z <= leaf else 2.0 * leaf)
            total = total - (one if one < 0.5 else w) * (leaf if leaf == z else one)
            total = total + (one if one >= y else z)
        return total

    draw = np.random.default_rng(0)
    eager, compiled = ag.grad(f), ag.compile(ag.grad(f))
    X, Y, xs = draw.normal(size=N), draw.normal(size=N), draw.normal(size=N).tolist()
    for k in range(12):
        for w in (0.5, 0.75):
            assert bits(compiled(w, X, Y, xs)) == bits(eager(w, X, Y, xs))
        X, Y, xs = X.copy(), Y.copy(), [*xs]
        (X, Y, xs)[k % 3][k * 7] *= -3.0
        leaves[k * 11].data = xs[k * 11]
    assert not compiled.report().n_eager


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_no_function_of_native_code_grows_with_their_number(f, monkeypatch):
    found, translated = [], ag.replay.llvm.program.translated

    def longest(text, *args):
        parts = re.split(r"^define ", text, flags=re.MULTILINE)
        found.append(max(part.count("\n") for part in parts))
        return translated(text, *args)

    monkeypatch.setattr("autograd.replay.llvm.program.translated", longest)
    draw = random.Random(1)
    for n in (500, 4000):
        compiled = ag.compile(ag.grad(f))
        compiled(0.5, [draw.uniform(-1.0, 1.0) for _ in range(n)])
        assert compiled.report().paths[0].guards > n // 2
        if compiled.report().paths[0].tier:
            return  # it is interpreted first
    assert found[1] < 6000


def test_comparisons_count_as_operations_of_what_a_function_may_have_at_once():
    compiled = ag.compile(ag.grad(median))
    draw = random.Random(2)
    for _ in range(40):
        compiled(1.0, [draw.uniform(-1.0, 1.0) for _ in range(500)])
    report = compiled.report()
    assert 1 < len(report.paths) < 12
    assert report.n_eager > 20
