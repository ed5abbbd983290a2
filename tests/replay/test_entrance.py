"""Calls that native code serves without a detour, and those that it must leave to Python.

Owns the same numbers again, as whoever times a function calls it, before the program has been
compared on others; floats of NumPy and ints; and ways through a function that take turns.
"""

from __future__ import annotations

import functools
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


def proven(f, *calls):
    """A compiled function, past the comparison."""
    compiled = ag.compile(f)
    for call in calls:
        compiled(*call)
    return compiled


KINDS = {
    "int": (lambda i: i, 0),
    "float64": (np.float64, 0),
    "bool": (lambda i: bool(i % 2), None),
    "int64": (np.int64, None),
    "float32": (np.float32, None),
    "int of a class of its own": (type("Whole", (int,), {}), None),
    "float of a class of its own": (type("Number", (float,), {}), None),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_listed", [False, True])
def test_numbers_of_other_classes(kind, is_listed):
    make, n_functions = KINDS[kind]

    def f(x):
        a, b = x if isinstance(x, list) else (x, 0.5)
        return a * a * 0.25 + b

    def call(i):
        return ([make(i), make(i + 1)],) if is_listed else (make(i),)

    g = ag.grad(f) if kind in ("float64", "float32") else f
    compiled = proven(g, *map(call, (1, 2, 3, 4)))
    for i in (3, 5, 0, 7):
        entered, found = functions_called(compiled, *call(i))
        assert n_functions is None or len(entered) == n_functions
        right = g(*call(i))
        assert bits(found) == bits(right.data if isinstance(right, Value) else right)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("size", [2**53 - 1, 2**53, 2**63, 10**400])
def test_ints_that_are_no_double_are_left_to_python(sign, size):
    n = sign * size
    compiled = proven(lambda a: a * 0.5, (1,), (2,), (3,))
    try:
        right = n * 0.5
    except OverflowError as error:
        with pytest.raises(type(error)):
            compiled(n)
    else:
        entered, found = functions_called(compiled, n)
        assert found == right
        assert (entered == []) == (abs(n) < 2**53)
    assert functions_called(compiled, -4) == ([], -2.0)


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
    draw = iter(range(100))

    def f(x):
        if x > 100.0:
            return x + float(next(draw))
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
    assert [compiled(x) for x in (1.5, -1.5, 11.0, 103.0)] == [3.0, -4.5, 44.0, 105.0]


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


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_arrays_of_whole_numbers(dtype):
    def f(x, labels):
        return x[labels[0]] * 2.0 - labels[1] * x[0]

    g = ag.value_and_grad(f)

    def call(i):
        return [0.5 * i, 1.0, 2.0], np.array([1, i % 2], dtype=dtype)

    compiled = proven(g, *map(call, range(6)))
    for i in range(4):
        entered, found = functions_called(compiled, *call(i))
        assert bits(found) == bits(g(*call(i)))
        assert (entered == []) == (dtype == "int64")
    far = [0.5, 1.0, 2.0], np.array([1, 2**53 + 1], dtype="int64")
    assert bits(compiled(*far)) == bits(g(*far))


def test_dicts():
    """As parameters are kept by name: nested, in and out."""

    def step(p, x):
        def loss(p):
            hidden = [ag.tanh(ag.dot(w, x, b)) for w, b in zip(p["w"], p["b"], strict=True)]
            return ag.dot(hidden, p["out"]["v"]) + p["out"]["c"]

        value, slopes = ag.value_and_grad(loss)(p)
        return {"loss": value, "slopes": slopes}

    def call(i):
        p = {
            "w": [[0.1 * i, 0.2], [0.3, -0.4]],
            "b": [0.5, 0.1 * i],
            "out": {"v": [1.0, i], "c": i},
        }
        return p, np.array([0.5, -float(i)])

    compiled = proven(step, *map(call, (1, 2, 3)))
    for i in (4, 0, -5):
        entered, found = functions_called(compiled, *call(i))
        assert entered == []
        right = step(*call(i))
        assert repr(found) == repr(ag.compile(step, backend="python")(*call(i)))
        assert [*found["slopes"]] == [*right["slopes"]] == ["w", "b", "out"]
        assert bits(found["slopes"]["w"]) == bits(right["slopes"]["w"])
    p, x = call(1)
    for other in (
        {**p, "more": 1.0},
        {"w": p["w"], "b": p["b"], "c": p["out"]},
        {"b": p["b"], "w": p["w"], "out": p["out"]},  # in another order
        type("Named", (dict,), {})(p),
    ):
        try:
            right = step(other, x)
        except KeyError:
            with pytest.raises(KeyError):
                compiled(other, x)
        else:
            found = compiled(other, x)
            assert type(found["slopes"]) is type(right["slopes"])
            assert [*found["slopes"]] == [*right["slopes"]]
    same = {"".join([*name]): x for name, x in p.items()}  # names made anew
    assert repr(compiled(same, x)) == repr(compiled(p, x))
    assert functions_called(compiled, p, x)[0] == []


@pytest.mark.parametrize("name", [0, (1, 2), None, type("Text", (str,), {})("a")])
def test_dicts_with_other_keys_than_text(name):
    compiled = proven(lambda p: {name: p[name] * 2.0}, *[({name: x},) for x in (1.0, 2.0, 3.0)])
    assert compiled({name: 4.0}) == {name: 8.0}


def test_arguments_by_name_and_what_is_no_number():
    def f(x, scale=1.0, kind="tanh", *, is_doubled=False, bias=None):
        y = {"tanh": ag.tanh, "relu": ag.relu}[kind](x * scale)
        y = y * 2.0 if is_doubled else y
        return y if bias is None else y + bias

    calls = [
        ((0.5,), {}),
        ((0.5,), {"scale": 2.0}),
        ((), {"x": 0.5, "scale": 2.0}),
        ((), {"scale": 2.0, "x": 0.5}),
        ((0.5, 2.0, "relu"), {}),
        ((0.5,), {"kind": "relu", "bias": 1.5}),
        ((0.5,), {"is_doubled": True}),
        ((0.5,), {"is_doubled": False, "bias": None}),
    ]

    def with_floats(make, args, given):
        """The call with something made of each float."""

        def one(x):
            return make(x) if isinstance(x, float) else x

        return [*map(one, args)], {name: one(x) for name, x in given.items()}

    compiled = ag.compile(f)
    for shift in (0.0, 0.25, 0.5):
        for call in calls:
            args, given = with_floats(lambda x: x + shift, *call)  # noqa: B023 - called at once
            compiled(*args, **given)
    for args, given in calls * 2:
        entered, found = functions_called(functools.partial(compiled, *args, **given))
        assert entered == []
        in_eager_mode, names = with_floats(Value, args, given)
        assert bits(found) == bits(f(*in_eager_mode, **names).data)
    word = "RELU".lower()  # equal, and another object
    assert compiled(0.5, 2.0, word) == 1.0
    with pytest.raises(TypeError, match="unexpected keyword argument 'bais'"):
        compiled(0.5, bais=1.0)


def test_what_is_made_is_let_go():
    """Native code holds nothing of a result: as many references as if Python had made it."""

    def f(x):
        return {"a": [x, {"b": x * 2.0}], "c": (x, x + 1.0), "d": [x * i for i in (3.0, 4.0, 5.0)]}

    def references(found):
        parts = [found, found["a"], found["a"][1], found["a"][1]["b"], found["c"], found["c"][1]]
        return [sys.getrefcount(part) for part in (*parts, found["d"], found["d"][2])]

    compiled = proven(f, (1.5,), (2.5,), (3.5,))
    entered, found = functions_called(compiled, 7.25)
    assert entered == []
    assert found == {"a": [7.25, {"b": 14.5}], "c": (7.25, 8.25), "d": [21.75, 29.0, 36.25]}
    assert references(found) == references(ag.compile(f, backend="python")(7.25))


def test_a_listener_hears_every_way():
    compiled = proven(lambda x: ag.log(x) if x > -1.0 else x, (1.0,), (2.0,), (-1.0,), (-2.0,))
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError):
        compiled(-0.5)
    assert functions_called(compiled, -3.0) == ([], -3.0)
