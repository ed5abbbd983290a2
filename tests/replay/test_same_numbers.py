"""Calls with the same numbers again, as whoever times a function makes them.

Owns that native code serves them without a detour, and that it serves no others before the program
has been compared with the function on these.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits


def functions_called(compiled, *args):
    """How many functions of Python a call enters, and its result."""
    entered = []

    def note(frame, event, arg):
        if event == "call":
            entered.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = compiled(*args)
    finally:
        sys.setprofile(before)
    return entered, result


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
    assert "_result_instead" in entered, "others were never compared"
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
    assert "_result_instead" in entered
    assert found == 39.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_first_other_number_shows_what_was_hidden(backend):
    """That f looks at a number by a way of its own is seen when the number is another."""

    def f(x):
        return x * (2.0 if x._data > 1.0 else 3.0)

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
