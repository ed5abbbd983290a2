"""Ints in a compiled function: they are equal to numbers, have one zero, and keep their class.

Owns what eager mode sees of an int that a program takes for a float.
"""

from __future__ import annotations

import enum
import json
import math
import random
import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits

both = pytest.mark.parametrize("backend", BACKENDS)


def agree(f, backend, *calls):
    """Compare each call of a compiled function with the function itself, ints left as they are."""
    compiled = ag.compile(f, backend=backend)
    for call in calls * 2:
        right = f(*[Value(x) if isinstance(x, float) else x for x in call])
        assert bits(compiled(*call)) == bits(right.data if isinstance(right, Value) else right)


@both
@pytest.mark.parametrize("f", [
    lambda n, x: x if x == n else -x,
    lambda n, x: x if n == x else -x,
    lambda n, x: x if x != n else -x,
    lambda n, x: x if n in [x, 1e300] else -x,
    lambda n, x: x if x * 2.0 == n + n else -x,
])  # fmt: skip
def test_an_int_is_equal_to_a_number(f, backend):
    huge = float("inf"), float("nan"), 5e-324
    agree(f, backend, (2, 3.0), (2, 4.0), (2, 2.0), (0, -0.0), *[(0, x) for x in huge])


@both
@pytest.mark.parametrize("f", [
    lambda n, m, x: x / (-n),
    lambda n, m, x: x * (n * m),
    lambda n, m, x: x / (n * m),
    lambda n, m, x: -n * m,
    lambda n, m, x: x * (n - m),
])  # fmt: skip
def test_no_int_is_minus_zero(f, backend):
    agree(f, backend, (3, 2, 1.5), (4, -1, 2.5), (0, -5, 1.5), (-5, 0, 1.5), (0, 0, 2.5))


class Mode(enum.IntEnum):
    HALF = 1
    TWICE = 2


class Named(int):
    name = "of a class of its own"


@both
def test_the_class_of_an_int_is_seen_when_the_function_runs_as_it_stands(backend):
    def by_mode(x, mode):
        return x * 2.0 if mode is Mode.TWICE else x * 0.5

    def by_name(x, n):
        return x * 2.0 if getattr(n, "name", "") else x * 0.5

    for f, (a, b) in ((by_mode, Mode), (by_name, (Named(1), Named(2)))):
        compiled = ag.compile(f, backend=backend)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for n in (a, b, a, b):
                assert compiled(1.5, n) == f(1.5, n)


@both
@pytest.mark.parametrize("f", [
    lambda n, x: x * math.sqrt(n / 2),
    lambda n, x: x * round(n / 2),
    lambda n, x: x * random.Random(n).random(),
    lambda n, x: x * float(np.sqrt(n)),
    lambda n, x: x * len(json.dumps(n)),
    lambda n, x: x * float(np.arange(n).sum()),
])  # fmt: skip
def test_what_only_an_int_can_do_is_done_with_the_int(f, backend):
    """The function runs as it stands, with one warning; or a program is one for that int."""
    compiled = ag.compile(f, backend=backend)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for n, x in ((3, 2.0), (4, 2.0), (3, 1.5), (5, 0.5)):
            assert compiled(n, x) == f(n, Value(x)).data
    assert len(said) <= 1


@both
def test_the_function_s_own_error_about_an_int_is_the_one_that_comes_out(backend):
    def f(n, x):
        if not isinstance(n, int):
            raise TypeError("n must be an int")
        return x * [1.0, 2.0][n]

    compiled = ag.compile(f, backend=backend)
    with pytest.warns(RuntimeWarning, match="only be done with an int itself"):
        assert compiled(1, 3.0) == 6.0
    with pytest.raises(IndexError, match="list index out of range"):
        compiled(2, 3.0)
    assert compiled(0, 3.0) == 3.0


@both
def test_ints_that_no_double_is_are_not_rounded(backend):
    def f(xs, x):
        return x * float(int(xs[0]) % 2) + x

    compiled = ag.compile(f, backend=backend)
    for last in (0, 1, 0, 1, 3):
        large = np.array([2**53 + last, 1])
        assert compiled(large, 1.5) == f(large, 1.5)
        assert compiled(np.array([last, 1]), 1.5) == 1.5 + 1.5 * (last % 2)
        assert compiled(np.array([-(2**60) - last, 1], dtype=">i8"), 1.5) == f([last], 1.5)
        assert compiled(np.array([2**63 + last], dtype=np.uint64), 1.5) == f([last], 1.5)


@both
def test_an_array_of_ints_may_pick_rows(backend):
    def f(labels, x):
        return [x * float(y) for y in np.eye(3)[labels].ravel()]

    compiled = ag.compile(f, backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for labels in ([0, 2], [1, 1], [0, 2], [2, 0]):
            expected = [1.5 * y for y in np.eye(3)[labels].ravel()]
            assert compiled(np.array(labels), 1.5) == expected


@both
def test_masks_and_ints_among_the_results_keep_their_class(backend):
    def f(xs):
        return xs > 0.0, np.array([3, 2**40]), np.array([xs[0] > 0.0, 2]), xs * 2.0

    compiled = ag.compile(f, backend=backend)
    for xs in ([1.0, -2.0], [1.0, -3.0], [-1.0, 2.0], [1.0, -2.0]):
        xs = np.array(xs)
        mask, ints, mixed, twice = compiled(xs)
        assert bits(mask) == bits(xs > 0.0)
        assert bits(ints) == bits(np.array([3, 2**40]))
        assert bits(mixed) == bits(np.array([xs[0] > 0.0, 2]))
        assert bits(twice) == bits(xs * 2.0)


def test_what_numpy_calls_a_float_is_one_in_a_returned_array():
    for kind, dtype in (
        (np.float64, "float64"),
        (float, "float64"),
        (int, "int64"),
        (bool, "bool"),
    ):
        assert ag.vmap(lambda _, k=kind: k(2.0))(np.array([1.0, -1.0])).dtype == dtype
    mixed = ag.vmap(lambda x: np.float64(x) if x > 0.0 else 2)(np.array([1.0, -1.0]))
    assert mixed.dtype == "float64"
    beside = ag.compile(lambda x: np.array([x, np.float64(3.0)], dtype=object))
    for x in (1.0, 2.0, 0.5):
        assert bits(beside(x)) == bits(np.array([x, 3.0]))
    huge = ag.vmap(lambda _: 2**70)(np.array([1.0]))
    assert huge.tolist() == [2**70]


@both
def test_equal_keys_are_not_one_layout(backend):
    compiled = ag.compile(
        lambda d: [x if str(k) == "0.0" else -x for k, x in d.items()], backend=backend
    )
    for key in (0.0, -0.0, 0, False, 0.0, -0.0, (0.0,), (-0.0,)):
        for x in (1.5, 2.5):
            assert compiled({key: x}) == [x if str(key) == "0.0" else -x]
