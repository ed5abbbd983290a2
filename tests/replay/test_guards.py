"""Functions that decide by their numbers: each way is recorded, none is answered wrongly.

Owns comparisons, conditions, loops, the most ways a function may take, and nan on the way.
"""

from __future__ import annotations

import math
import operator
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits

both = pytest.mark.parametrize("backend", BACKENDS)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
BOUNDS = (0.0, -0.0, 1.0, math.nan, math.inf, 1, True, 2**53 + 1, 2**53 + 3, 10**400, -(10**400),
          Fraction(1, 3), Decimal("0.1"), np.float64(0.5), np.int64(3))  # fmt: skip
NEAR = (*SPECIAL, 3.0, 2.0**53, 2.0**53 + 2.0, 2.0**53 + 4.0, 1 / 3, 0.1, -math.pi)


@both
@pytest.mark.parametrize("question", COMPARISONS, ids=lambda q: q.__name__)
def test_every_comparison_with_every_number(backend, question):
    for bound in BOUNDS:
        compiled = ag.compile(
            lambda x, bound=bound: (x * 2.0, "yes") if question(x, bound) else (-x, "no"),
            backend=backend,
        )
        numbers = [x for x in NEAR if x == x or not isinstance(bound, Decimal)]  # that raises
        for x in numbers + numbers[::-1]:
            right = (x * 2.0, "yes") if question(x, bound) else (-x, "no")
            assert bits(compiled(x)) == bits(right), (x, bound)
        assert len(compiled.report().paths) <= 2


@both
@pytest.mark.parametrize("question", COMPARISONS[:4], ids=lambda q: q.__name__)
def test_every_comparison_of_two_values(backend, question):
    compiled = ag.compile(lambda x, y: x if question(x * 2.0, y) else y, backend=backend)
    for x in SPECIAL:
        for y in SPECIAL:
            assert bits(compiled(x, y)) == bits(x if question(x * 2.0, y) else y)
    assert len(compiled.report().paths) == 2


@both
def test_two_values_are_equal_only_if_they_are_one(backend):
    compiled = ag.compile(
        lambda x, y: (x == y, x != y, x == x, x in [y, 0.5], x + y), backend=backend
    )
    calls = (1.0, 2.0), (2.0, 2.0), (math.nan, 1.0)
    with pytest.warns(RuntimeWarning, match="two Values are one and the same") as told:
        found = [compiled(x, y) for x, y in calls]
    assert bits(found) == bits([(False, True, True, False, x + y) for x, y in calls])
    (warning,) = told
    assert warning.filename == __file__
    assert "x == y" in str(warning.message)
    assert "Write a - b == 0.0" in str(warning.message)


@both
def test_who_asks_by_identity_on_purpose_is_told_nothing(backend):
    weights = [Value(1.0), Value(1.0)]

    def f(x):
        found = weights.index(weights[1]), weights[0] in weights[1:], {*weights} == {*weights}
        return x * 2.0, found, weights.count(x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled = ag.compile(f, backend=backend)
        assert [compiled(x) for x in (1.0, 2.0, 1.0)] == [
            (2.0 * x, (1, False, True), 0) for x in (1.0, 2.0, 1.0)
        ]
        grad = ag.compile(ag.grad(lambda x, t: x * (2.0 if x == x * t else 3.0)), backend=backend)
        assert [grad(1.0, t) for t in (1.0, 2.0, 1.0)] == [3.0] * 3  # as uncompiled: no news


def branches(steps):
    """A function that decides by its numbers, at every step."""

    def f(xs):
        total = xs[0]
        for kind, i, bound in steps:
            x = xs[i % len(xs)]
            if kind == 0:
                total = total * x if x > bound else total - x
            elif kind == 1:
                total = total + 1.0 if total <= x else ag.tanh(total)
            elif kind == 2:
                total = total * 0.5 if x else total + bound
            elif kind == 3:
                n = 0
                while abs(total) > 2.0 and n < 5:
                    total, n = total * 0.3, n + 1
            elif kind == 4:
                total = -total if total == bound else total + x
            else:
                total = max(total, x) * min(x, bound + 0.0 * x)
        return total, ag.sum([x * total for x in sorted(xs)])

    return f


number = st.one_of(st.sampled_from(SPECIAL), st.floats(-3.0, 3.0))
steps = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.sampled_from((0.0, 1.0, -0.5))),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps, st.lists(st.lists(number, min_size=3, max_size=3), min_size=4, max_size=8))
def test_random_branches(steps, calls):
    f = branches(steps)
    agree(f, *[(xs,) for xs in calls])
    g = ag.value_and_grad(lambda xs: f(xs)[1])
    agree(g, *[(xs,) for xs in calls], of=g)


@both
def test_loops_that_depend_on_data(backend):
    def f(x):
        n = 0
        while x > 1.0:
            x, n = x * 0.5, n + 1
        return x, n

    compiled = ag.compile(f, backend=backend)
    for x in (1.5, 40.0, 1.0, math.nan, 1e6, 3.0, 40.0, -1.0):
        y, n = f(Value(x))
        assert bits(compiled(x)) == bits((y.data, n))


@both
def test_too_many_ways_run_as_they_stand_with_one_warning(backend):
    def f(x):
        return x * float(sum(1 for k in range(40) if x > k))

    compiled = ag.compile(ag.value_and_grad(f), backend=backend)
    numbers = [k + 0.5 for k in range(40)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for x in numbers * 2:
            assert compiled(x) == ag.value_and_grad(f)(x)
    (warning,) = caught
    assert warning.category is RuntimeWarning
    assert "more than 32 ways" in str(warning.message)
    assert warning.filename == __file__
    report = compiled.report()
    assert (len(report.paths), report.n_eager) == (0, 48)
    assert "more than 32 ways" in str(report)
    assert compiled(np.float64(1.5)) == ag.value_and_grad(f)(1.5)  # the same layout, no new warning


@both
def test_selections_are_no_guards(backend):
    def f(x, y):
        chosen = ag.where(ag.relu(x), ag.maximum(x, y), ag.minimum(x, y))
        return ag.clip(chosen, -1.0, 1.0) + abs(y) + ag.relu(x - y)

    g = ag.value_and_grad(f, (0, 1))
    compiled = ag.compile(g, backend=backend)
    for x in SPECIAL[:-3]:
        for y in SPECIAL[:-3]:
            assert bits(compiled(x, y)) == bits(g(x, y))
    (path,) = compiled.report().paths
    assert path.guards == 0


@both
def test_a_guard_holds_for_leaves_too(backend):
    w = Value(1.0)
    compiled = ag.compile(lambda x: x * w if w > 0.0 else x - w, backend=backend)
    for weight in (1.0, 2.0, -1.0, 0.0, math.nan, 3.0, -2.0):
        w.data = weight
        assert bits(compiled(2.0)) == bits(2.0 * weight if weight > 0.0 else 2.0 - weight)


@both
@pytest.mark.parametrize("decides", [
    lambda slope: slope < 0.1,
    lambda slope: abs(slope) < 1e-6,
    lambda slope: slope != 0.0,
    bool,
    lambda slope: slope == 0.0,
    lambda slope: slope.data > 0.5,
])  # fmt: skip
@pytest.mark.parametrize("f", [
    lambda x: ag.relu(ag.log(x)),
    lambda x: ag.maximum(ag.log(x), -1.0),
])  # fmt: skip
def test_a_question_about_a_gradient_with_a_dead_edge(backend, f, decides):
    """Behind an edge that is absent in eager mode 0 * inf is no nan."""

    def asks(x):
        return x + 1.0 if decides(ag.grad(f)(x)) else x + 2.0

    for numbers in ((1.5, 2.0, 0.0, 3.0, 0.0, 0.25), (0.0, 0.0, 2.0, 0.0)):
        compiled = ag.compile(asks, backend=backend)
        for x in numbers:
            assert compiled(x) == asks(Value(x)).data, x
        assert not any(layout.eager for layout in compiled._layouts.values())
