"""Objects as arguments of a compiled function, by which it is known whether they are others.

Owns those that are not hashable, and arguments that can have no program.
"""

import asyncio
import gc
import warnings
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)


@dataclass
class Line:
    """A dataclass as it is by default: equal by its fields, and not hashable."""

    w: float
    b: float


@both
def test_what_is_not_hashable_is_known_by_what_it_holds(backend):
    compiled = ag.compile(lambda line, x: line.w * x + line.b, backend=backend)
    line = Line(2.0, 1.0)
    assert [compiled(line, 3.0), compiled(line, 4.0), compiled(Line(2.0, 1.0), 5.0)] == [7, 9, 11]
    line.w = 5.0
    assert [compiled(line, 3.0), compiled(Line(2.0, 1.0), 3.0)] == [16.0, 7.0]
    compiled = ag.compile(lambda things, x: sum(things) * x, backend=backend)
    last = deque([1.0, 2.0])
    assert [compiled(last, 1.0), compiled(last, 2.0), compiled({1.0, 2.0}, 3.0)] == [3.0, 6.0, 9.0]
    last.append(3.0)
    assert compiled(last, 2.0) == 12.0
    compiled = ag.compile(lambda space, x: space.k * x, backend=backend)
    space = SimpleNamespace(k=2.0)
    assert [compiled(space, 1.0), compiled(space, 2.0)] == [2.0, 4.0]
    space.k = 3.0
    assert compiled(space, 2.0) == 6.0
    assert not compiled.n_eager


def test_an_argument_that_holds_itself_is_refused():
    endless, deep = [1.0], [1.0]
    endless.append(endless)
    for _ in range(5000):
        deep = [deep]
    compiled = ag.compile(lambda xs: 2.0)
    for argument in (endless, deep):
        with pytest.raises(TypeError, match="an argument holds itself, or lists in lists"):
            compiled(argument)
    assert compiled([1.0]) == 2.0


def test_a_coroutine_is_made_and_awaited_as_it_stands():
    async def twice(x):
        return 2.0 * x

    compiled = ag.compile(twice)
    with pytest.warns(RuntimeWarning) as said:
        assert asyncio.run(compiled(2.0)).data == 4.0
    gc.collect()
    assert ["runs uncompiled" in str(one.message) for one in said] == [True]  # none "never awaited"


@dataclass(eq=False)
class Holder:
    a: object


@both
def test_a_value_in_an_object_is_read_at_each_call(backend):
    compiled = ag.compile(lambda x, held: x * held.a, backend=backend)
    held, number = Holder(ag.Value(2.0)), 2.0
    compiled(1.0, held), compiled(2.0, held)
    for x in range(600):
        held.a.data = number = x / 2
        assert compiled(3.0, held) == 3.0 * number
    assert (compiled.n_eager, len(compiled.report().paths)) == (0, 1)
    held.a = ag.Value(7.0)  # another one is another layout
    assert [compiled(x, held) for x in (1.0, 2.0, 3.0)] == [7.0, 14.0, 21.0]
    things = deque([ag.Value(2.0)])
    compiled = ag.compile(lambda x, held: x * held[0], backend=backend)
    assert [compiled(x, things) for x in (1.0, 2.0)] == [2.0, 4.0]
    things[0].data = 5.0
    assert compiled(2.0, things) == 10.0
    assert len(compiled.report().paths) == 1


def replaced_where_it_stood(array, number):
    """Put another float into an array of objects, at the address of the old one if that is free."""
    address, array[0] = id(array[0]), None
    gc.collect()
    others = [float(str(number)) for _ in range(100_000)]
    array[0] = next((x for x in others if id(x) == address), others[0])


@both
@pytest.mark.parametrize(
    "hold", [Holder, lambda a: deque([a]), memoryview], ids=["field", "deque", "buffer"]
)
def test_arrays_of_objects_are_known_by_what_they_hold(backend, hold):
    def f(x, held):
        array = held.a if isinstance(held, Holder) else np.asarray(held)
        return x * array.ravel()[0]

    array = np.array([float("2.5"), "a"], dtype=object)
    held = hold(array)
    compiled = ag.compile(f, backend=backend)
    assert [compiled(x, held) for x in (1.0, 2.0)] == [2.5, 5.0]
    replaced_where_it_stood(array, 7.5)
    assert [compiled(x, held) for x in (1.0, 2.0)] == [7.5, 15.0]


DATES = np.array(["2020-01-01", "2021-01-01"], dtype="M8[D]")


@both
@pytest.mark.parametrize(
    "hold", [Holder, lambda a: deque([a]), lambda a: a], ids=["field", "deque", "itself"]
)
@pytest.mark.parametrize(
    "what", [DATES, DATES - DATES[0], DATES[::-1], DATES[0], DATES[1] - DATES[0]], ids=repr
)
def test_dates_are_known_by_what_they_hold(backend, hold, what):
    def f(x, held):
        found = held.a if isinstance(held, Holder) else held[0] if isinstance(held, deque) else held
        return x * float(np.asarray(found).astype(np.int64).sum())

    compiled = ag.compile(f, backend=backend)
    for given in (what, what, what.copy(), what + np.timedelta64(1, "D"), what):
        assert compiled(2.0, hold(given)) == f(2.0, hold(given))
    assert len(compiled.report().paths) == 2


def squares(a, b):
    return ag.sum([(x - y) ** 2 for x, y in zip(a, b, strict=True)]) + (0.5 if a is b else 0.0)


@both
@pytest.mark.parametrize("make", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_one_object_in_two_places_is_one_where_the_function_runs(backend, make):
    xs, ys = make([1.0, 2.0]), make([1.0, 4.0])
    calls = {
        "arguments": (ag.grad(lambda s, a, b: s * squares(a, b)), lambda a, b: (2.0, a, b)),
        "rows": (ag.grad(lambda s, rows: s * squares(*rows)), lambda a, b: (2.0, [a, b])),
        "names": (ag.grad(lambda s, d: s * squares(**d)), lambda a, b: (2.0, {"a": a, "b": b})),
        "Values": (squares, lambda a, b: (a, b)),
        "differentiated": (ag.grad(squares, (0, 1)), lambda a, b: (a, b)),
        "one of two": (ag.grad(squares), lambda a, b: (a, b)),
    }
    for name, (f, given) in calls.items():
        compiled = ag.compile(f, backend=backend)
        are_copies = name in (
            "differentiated",
            "one of two",
        )  # to a function that is differentiated
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = [compiled(*given(a, b)) for a, b in ((xs, xs), (xs, ys), (ys, ys), (xs, xs))]
        right = [f(*given(a, b)) for a, b in ((xs, xs), (xs, ys), (ys, ys), (xs, xs))]
        assert repr(found) == repr(right), name
        assert len(said) == (not are_copies), name
