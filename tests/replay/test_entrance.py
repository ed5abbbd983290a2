"""Calls that native code serves without a detour, and those that it must leave to Python.

Owns the same numbers again, as whoever times a function calls it, before the program has been
compared on others; and ways through a function, and layouts, that take turns.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits
from tests.replay.entering import functions_called, proven

W = Value(1.5)
CASES = {
    "numbers": (lambda a, b: a * b + a, (2.0, -3.0), (2.0, -3.5)),
    "the other one": (lambda a, b: a * b + a, (2.0, -3.0), (2.5, -3.0)),
    "list": (lambda xs: ag.sum([x * x for x in xs]), ([0.5, 1.5, 2.0],), ([0.5, 1.5, 2.5],)),
    "nested": (lambda xs: xs[0][0] * xs[1][0], ([[0.5], [1.5]],), ([[0.5], [1.0]],)),
    "array": (lambda xs: ag.sum([x * x for x in xs]), (np.arange(40.0),), (np.arange(1.0, 41.0),)),
    "two arrays": (
        lambda xs, ys: xs[0] * ys[1],
        (np.arange(3.0), np.ones(2)),
        (np.arange(3.0), np.array([1.0, 2.0])),
    ),
    "minus zero": (lambda a: a + 0.0 * a, (0.0,), (-0.0,)),
    "leaf": (lambda a: a * W, (2.0,), None),
}


@pytest.mark.parametrize("name", CASES)
def test_native_code_serves_the_numbers_that_were_compared(name):
    f, args, others = CASES[name]
    g = ag.value_and_grad(f)
    compiled = ag.compile(g)
    W.data = 1.5
    expected = bits(g(*args))
    for _ in range(2):
        assert bits(compiled(*args)) == expected
    entered, found = functions_called(compiled, *args)
    assert entered == [], "the third call takes a detour"
    assert bits(found) == expected
    if others is None:
        W.data, others = 2.5, args
    entered, found = functions_called(compiled, *others)
    assert "judge" in entered, "others were never compared"
    assert bits(found) == bits(g(*others))
    for again in (others, args, others):
        entered, found = functions_called(compiled, *again)
        assert entered == []
        assert bits(found) == bits(g(*again))


def test_an_array_may_change_in_place():
    compiled = ag.compile(lambda xs: ag.sum([x * x for x in xs]))
    xs = np.arange(5.0)
    for _ in range(3):
        assert compiled(xs) == 30.0
    xs[4] = 5.0
    entered, found = functions_called(compiled, xs)
    assert "judge" in entered
    assert found == 39.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_first_other_number_shows_what_was_hidden(backend):
    """That f looks at a number by a way of its own is seen when the number is another."""

    def f(x):
        return x * (2.0 if x._number > 1.0 else 3.0)

    compiled = ag.compile(f, backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [compiled(2.0) for _ in range(5)] == [4.0] * 5
    with pytest.warns(RuntimeWarning, match="no operation on Values"):
        assert compiled(0.5) == 1.5
    assert [compiled(2.0), compiled(0.5)] == [4.0, 1.5]


def test_another_way_that_is_not_compared_yet_leaves_the_entrance_to_the_first():
    compiled = ag.compile(lambda x: x * 2.0 if x > 0.0 else x * 3.0)
    for x in (1.0, 2.0):
        compiled(x)
    for _ in range(3):
        assert compiled(-1.0) == -3.0
    assert functions_called(compiled, 5.0) == ([], 10.0)
    assert compiled(-2.0) == -6.0
    assert functions_called(compiled, -3.0) == ([], -9.0)


def test_a_layout_that_is_held_does_not_answer_for_another():
    compiled = ag.compile(lambda x: x[0] * 2.0 if isinstance(x, list) else x * 3.0)
    for _ in range(3):
        assert compiled(1.0) == 3.0
    for _ in range(3):
        assert compiled([1.0]) == 2.0
    assert [compiled(1.0), compiled([2.0]), compiled(2.0)] == [3.0, 4.0, 6.0]


@pytest.mark.parametrize("n_ways", [2, 3, 7])
def test_ways_that_take_turns(n_ways):
    def f(x):
        for i in range(n_ways - 1):
            if x < i:
                return x * (i + 2.0)
        return x - 1.0

    g = ag.value_and_grad(f)
    numbers = [i - 0.25 for i in range(n_ways)]
    compiled = proven(g, *[(x + shift,) for shift in (0.0, 0.1, 0.2) for x in numbers])
    assert len(compiled.report().paths) == n_ways
    for x in numbers * 2:
        assert functions_called(compiled, x) == ([], g(x))
    for x in (float("inf"), float("nan")):  # nan is less than no number
        assert bits(compiled(x)) == bits(g(x))


def test_a_new_way_goes_on_with_those_before():
    """Also one that Python must compute, and one that cannot be compiled."""
    row = ag.Op("entrance_row", lambda x: x * 4.0, lambda y, x: (4.0,))
    drawn = []

    def f(x):
        if x > 100.0:
            drawn.append(float(len(drawn)))
            return x + drawn[-1]
        if x > 10.0:
            return row(x)
        return x * 2.0 if x > 0.0 else x * 3.0

    compiled = proven(f, (1.0,), (2.0,), (-1.0,), (-2.0,))
    for x in (1.5, -1.5):
        assert functions_called(compiled, x) == ([], f(Value(x)).data)
    for x in (11.0, 12.0, 13.0):
        assert compiled(x) == 4.0 * x
    for x in (1.5, -1.5):
        assert functions_called(compiled, x) == ([], f(Value(x)).data)
    compiled(101.0)
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        compiled(102.0)
    assert [compiled(x) for x in (1.5, -1.5, 11.0)] == [3.0, -4.5, 44.0]
    assert compiled(103.0) == 103.0 + drawn[-1]


def test_layouts_take_turns():
    """Such as the last batch of an epoch, which is smaller than the others."""

    def f(w, rows, labels):
        losses = [ag.relu(1.0 - t * ag.dot(row, w)) for row, t in zip(rows, labels, strict=True)]
        return ag.mean(losses)

    g = ag.value_and_grad(f)
    draw = np.random.default_rng(0)

    def call(n, as_arrays):
        rows, labels = draw.normal(size=(n, 2)), draw.choice([-1, 1], size=n)
        given = (rows, labels) if as_arrays else (rows.tolist(), labels.tolist())
        return (draw.normal(size=2).tolist(), *given)

    kinds = [(32, True), (4, True), (3, False), (1, False)]
    compiled = proven(g, *[call(*kind) for _ in range(3) for kind in kinds])
    assert len(compiled.report().paths) == len(kinds)
    for kind in kinds * 2:
        args = call(*kind)
        entered, found = functions_called(compiled, *args)
        assert entered == []
        assert bits(found) == bits(g(*args))


def test_a_layout_that_is_given_up_leaves_the_entrance_to_others():
    draw = iter(range(100))
    compiled = proven(
        lambda x: x[0] + float(next(draw)) if isinstance(x, list) else x * 3.0, (1.0,), (2.0,)
    )
    compiled([1.0])
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        compiled([2.0])
    assert functions_called(compiled, 5.0) == ([], 15.0)
    assert compiled([3.0]) == 5.0


def test_a_listener_hears_every_way():
    compiled = proven(lambda x: ag.log(x) if x > -1.0 else x, (1.0,), (2.0,), (-1.0,), (-2.0,))
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError):
        compiled(-0.5)
    assert functions_called(compiled, -3.0) == ([], -3.0)
