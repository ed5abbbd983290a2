"""Arguments that native code takes apart itself, and results that it makes.

Owns numbers of every class, arrays of whole numbers, dicts, names, flags and words, and that
nothing of a result is held.
"""

from __future__ import annotations

import functools
import sys

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import bits
from tests.replay.entering import functions_called, proven

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
    """Native code holds nothing of a result but its floats, which a later call may use.

    All else has as many references as if Python had made it.
    """

    def f(x):
        return {"a": [x, {"b": x * 2.0}], "c": (x, x + 1.0), "d": [x * i for i in (3.0, 4.0, 5.0)]}

    def references(found, held):
        a, c, d = found["a"], found["c"], found["d"]
        counts = [sys.getrefcount(part) for part in (found, a, a[1], c, d)]
        return counts + [sys.getrefcount(x) - held for x in (a[1]["b"], c[1], d[2])]

    compiled = proven(f, (1.5,), (2.5,), (3.5,))
    entered, found = functions_called(compiled, 7.25)
    assert entered == []
    assert found == {"a": [7.25, {"b": 14.5}], "c": (7.25, 8.25), "d": [21.75, 29.0, 36.25]}
    in_python = ag.compile(f, backend="python")(7.25)
    assert references(found, held=1) == references(in_python, held=0)
