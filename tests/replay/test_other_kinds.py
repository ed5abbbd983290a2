"""Numbers, arrays, objects and errors of other kinds: what is compiled is what is not.

Owns that nothing of a recording comes out of it, that what is asked of a class or a kind of number
is answered as without `compile`, and that errors a function catches do not stay.
"""

from __future__ import annotations

import collections
import dataclasses
import enum

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.replay.recording.notes import NotReplayable
from tests.replay.eager import BACKENDS, bits, plain

both = pytest.mark.parametrize("backend", BACKENDS)
pytestmark = pytest.mark.filterwarnings("ignore:compile:RuntimeWarning")


@dataclasses.dataclass(frozen=True)
class Info:
    n: int


class Named(dict):
    pass


def named(x, n):
    found = Named(a=x * n)
    found.n = n
    return found


@both
def test_an_object_in_a_result_holds_this_calls_int(backend):
    compiled = ag.compile(lambda x, n: (x * n, Info(n), [Info(n + 1)]), backend=backend)
    with_attribute = ag.compile(named, backend=backend)
    for x, n in ((1.0, 2), (2.0, 2), (3.0, 3), (3.0, 4)):
        y, one, (other,) = compiled(x, n)
        assert (y, one, other) == (x * n, Info(n), Info(n + 1))
        assert (type(y), type(one.n), type(other.n)) == (float, int, int)
        found = with_attribute(x, n)
        assert (type(found), found, found.n, type(found.n)) == (Named, {"a": x * n}, n, int)


class Row(list):
    pass


class Pair(tuple):
    pass


def marked(kind, items, **attributes):
    found = kind(items)
    vars(found).update(attributes)
    return found


@both
def test_lists_and_tuples_of_own_classes_keep_their_attributes(backend):
    def f(x):
        return marked(Row, [x, [marked(Pair, (x * x,), unit="m")]], name="row", sizes=(1, 2))

    compiled = ag.compile(f, backend=backend)
    for x in (1.0, 2.0, 3.0, 2.0):
        row = compiled(x)
        assert (type(row), row, vars(row)) == (Row, [x, [(x * x,)]], vars(f(x)))
        assert (type(row[1][0]), vars(row[1][0])) == (Pair, {"unit": "m"})


class Slotted(list):
    __slots__ = ("__unit", "name")

    def __init__(self, items, name, unit):
        super().__init__(items)
        self.name, self.__unit = name, unit

    @property
    def unit(self):
        return self.__unit


@both
def test_lists_of_own_classes_keep_what_they_have_in_slots(backend):
    def f(x, unit):
        return Slotted([x * x], "row", unit)

    compiled = ag.compile(f, backend=backend)
    for x, unit in ((1.0, "m"), (2.0, "m"), (3.0, "s"), (2.0, "m")):
        row = compiled(x, unit)
        assert (type(row), row, row.name, row.unit) == (Slotted, [x * x], "row", unit)


def test_what_stands_in_a_slot_and_differs_from_call_to_call_is_found():
    calls = []

    def f(x):
        calls.append(x)
        return Slotted([x * 2], "row", len(calls))

    compiled = ag.compile(f)
    with pytest.warns(RuntimeWarning, match="runs uncompiled: .* it returns"):
        assert [compiled(x).unit == len(calls) for x in (1.0, 2.0, 3.0)] == [True] * 3


@both
@pytest.mark.parametrize("of_call", [lambda x, n: x * 3, lambda x, n: n, lambda x, n: [1]])
def test_an_attribute_that_differs_from_call_to_call_is_found(backend, of_call):
    calls = []

    def f(x):
        calls.append(x)
        return marked(Row, [x * 2], found=of_call(x, len(calls)))

    compiled = ag.compile(f, backend=backend)
    with pytest.warns(RuntimeWarning, match="runs uncompiled: .* it returns"):
        rows = [(x, compiled(x), len(calls)) for x in (1.0, 2.0, 3.0)]
    for x, row, n in rows:
        assert row == [x * 2]
        assert plain(row.found) == plain(of_call(Value(x), n))


@both
def test_the_factory_of_a_dict_is_that_of_this_call(backend):
    compiled = ag.compile(lambda x: collections.defaultdict(lambda: x * 2, a=x), backend=backend)
    usual = ag.compile(lambda x: collections.defaultdict(list, a=x), backend=backend)
    for x in (1.0, 2.0, 3.0):
        assert plain(compiled(x)["new"]) == 2.0 * x
        assert usual(x)["new"] == []
    assert not usual.n_eager


OTHER_ARRAYS = [
    np.arange(2, dtype=np.float32), np.array(["2020-01-01"], "M8[ns]"), np.array(["a", "bb"]),
    np.array([1j, 2.0]), np.ma.array([1.0, 2.0], mask=[0, 1]), np.array(3), np.ones(2, dtype="f2"),
    np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
]  # fmt: skip


@both
@pytest.mark.parametrize("array", OTHER_ARRAYS, ids=lambda x: f"{type(x).__name__} {x.dtype}")
def test_an_array_of_another_kind_in_a_result_stays_what_it_is(backend, array):
    compiled = ag.compile(lambda x: (x * 2.0, {"a": array}), backend=backend)
    for x in (1.0, 2.0, 3.0):
        y, found = compiled(x)
        assert y == 2.0 * x
        assert found["a"] is array


class Letter(enum.IntEnum):
    A = 1
    B = 2


class Z7(int):
    def __add__(self, other):
        return Z7((int(self) + int(other)) % 7)


@both
def test_an_int_of_a_class_of_its_own_is_what_it_is(backend):
    cases = [
        (lambda x, m: x * 2.0 if m is Letter.A else x, [*[Letter.B] * 3, *[Letter.A] * 3]),
        (lambda x, n: x * (n + n), [*[Z7(1)] * 3, Z7(5), Z7(6), Z7(5)]),
        (lambda x, n: x * (2.0 if type(n) is Z7 else 3.0), [*[Z7(1)] * 3, 1, 1, Z7(2), 2]),
    ]
    for f, ints in cases:
        compiled = ag.compile(f, backend=backend)
        for k, n in enumerate(ints):
            x = 1.0 + k
            assert bits(compiled(x, n)) == bits(f(Value(x), n).data)


@both
def test_an_error_of_a_power_that_is_caught_does_not_stay(backend):
    def inverse(x, n):
        try:
            return x * n**-1
        except ZeroDivisionError:
            return x

    def large(x, s):
        try:
            return x * s**1000
        except OverflowError:
            return x

    for f, numbers in ((inverse, [0, 0, 4, 0, 5]), (large, [7.0, 9.0, 1.0, 7.0, 1.0, 0.5])):
        g = ag.value_and_grad(f)
        compiled = ag.compile(g, backend=backend)
        for k, n in enumerate(numbers):
            assert bits(compiled(1.0 + k, n)) == bits(g(1.0 + k, n))


@both
def test_short_floats_of_numpy_compare_and_compute_in_their_way(backend):
    t, k = np.float32(0.3), np.float32(0.1)
    asks = ag.compile(lambda x: x * 2.0 if x < t else x, backend=backend)
    for x in (0.1, 0.2, 0.3, float(t)):
        assert asks(x) == (2.0 * x if x < t else x)
    for f in (lambda x, n: x * (n * k), lambda x, n: x * (k * n), lambda x, n: x * (k - n)):
        compiled = ag.compile(f, backend=backend)
        for n in (1, 2, 3, 4):
            assert compiled(1.0, n) == f(1.0, n)


@both
def test_numbers_of_numpys_compute_with_ints(backend):
    one, two = np.int64(3), np.float64(0.1)

    def f(x, n):
        return x * (one * n + n * two - (two - n) / (one + n)) + (one > n) + (n < two) * 2.0

    compiled = ag.compile(f, backend=backend)
    for n in range(1, 7):
        assert bits(compiled(1.5, n)) == bits(f(Value(1.5), n).data)
    assert compiled.n_eager <= 3


@both
def test_ints_in_arrays_compute_as_numpy_does(backend):
    N = np.array([3 * i * i + 1 for i in range(40)])
    cases = [
        lambda x, N: x * (N / 3).sum(), lambda x, N: x * (2.0 if N.dtype.kind == "i" else 3.0),
        lambda x, N: x * float((N * 10**15 * 10**6)[0]), lambda x, N: x * N[3] + N.sum(),
    ]  # fmt: skip
    for f in cases:
        compiled = ag.compile(f, backend=backend)
        for x, n in ((1.0, N), (2.0, N), (3.0, N + 1)):
            assert bits(float(compiled(x, n))) == bits(float(plain(f(Value(x), n))))
    with np.errstate(over="ignore"):
        compiled = ag.compile(lambda x, n: x * (n + n), backend=backend)
        for n in (5, 6, 100):
            assert compiled(1.0, np.int8(n)) == float(np.int8(n) + np.int8(n))
    with pytest.raises(ValueError, match="negative integer powers"):
        ag.compile(lambda x, N: x * (N**-1)[0], backend=backend)(1.0, N)


@both
@pytest.mark.parametrize("f", [
    lambda w, X: w * np.outer(X, X).sum(), lambda w, X: w * np.stack([X, X]).sum(),
    lambda w, X: w * np.concatenate([X, X]).mean(), lambda w, X: w * np.split(X, 2)[0].sum(),
], ids=["outer", "stack", "concatenate", "split"])  # fmt: skip
def test_plain_arrays_stay_plain_where_numpy_moves_them(backend, f):
    g = ag.grad(f)
    compiled = ag.compile(g, backend=backend)
    for X in (
        np.arange(12.0),
        np.arange(12.0) + 1.0,
        *np.random.default_rng(0).normal(size=(4, 12)),
    ):
        assert bits(compiled(1.0, X)) == bits(g(1.0, X))


@both
def test_the_largest_of_an_array_with_nan(backend):
    for name in ("argmax", "argmin", "argsort"):
        g = ag.value_and_grad(lambda w, X, name=name: w * X[np.ravel(getattr(X, name)())[0]])
        compiled = ag.compile(g, backend=backend)
        for X in ([3.0, 2.0, 1.0], [4.0, 2.0, 1.0], [3.0, np.nan, 1.0], [0.0, 1.0, 1.0]):
            assert bits(compiled(1.0, np.array(X))) == bits(g(1.0, np.array(X)))


@both
def test_arrays_of_one_key_hold_the_same(backend):
    r1 = np.array([(1.0, 2.0)], dtype=[("a", "f8"), ("b", "f8")])
    r2 = r1.view([("b", "f8"), ("a", "f8")])
    compiled = ag.compile(lambda x, r: x * float(r["a"][0]), backend=backend)
    assert [compiled(x, r) for x, r in ((1.0, r1), (2.0, r1), (3.0, r2))] == [1.0, 2.0, 6.0]
    if hasattr(np.dtypes, "StringDType"):
        s1, s2 = (np.array([c * 40], dtype=np.dtypes.StringDType()) for c in "ab")
        compiled = ag.compile(lambda x, s: x * 2 if s[0][0] == "a" else x, backend=backend)
        assert [compiled(x, s) for x, s in ((1.0, s1), (2.0, s1), (3.0, s2))] == [2.0, 4.0, 3.0]


@both
@pytest.mark.parametrize("make", [
    lambda: np.array([False, True]), lambda: bytearray(b"ab"), lambda: np.array([1j, 2.0]),
    lambda: np.array(["a", "b"]), lambda: np.array([2**60, 3]),
], ids=["bool", "bytearray", "complex", "text", "large"])  # fmt: skip
def test_what_changes_an_argument_gets_a_copy_in_each_call(backend, make):
    def f(x, m):
        y = x * float(m[0] == m[1])
        m[0] = m[1]
        return y

    compiled = ag.compile(f, backend=backend)
    for x in (1.0, 2.0, 3.0, 4.0):
        ours, theirs = make(), make()
        assert bits(compiled(x, ours)) == bits(f(Value(x), theirs).data)
        assert list(ours) == list(make())
    assert "it changes a list, dict or array" in str(compiled.report())


@both
def test_a_condition_that_is_nan_by_an_edge_that_is_not_there(backend):
    def f(x):
        return ag.where(ag.grad(lambda x: ag.relu(ag.log(x)))(x), 1.0, 2.0)

    for xs in ((0.0, 0.0), (2.0, 3.0, 0.5, 0.0)):
        compiled = ag.compile(f, backend=backend)
        assert [compiled(x) for x in xs] == [f(Value(x)).data for x in xs]


@both
def test_complex_numbers_and_times(backend):
    compiled = ag.compile(lambda x: x * 2 if x == 1j or x == 1 + 0j else x, backend=backend)
    assert [compiled(x) for x in (1.0, 2.0, 1.0, 3.0)] == [2.0, 2.0, 2.0, 3.0]
    hours = ag.compile(lambda x, t: x * float(t / np.timedelta64(1, "h")), backend=backend)
    times = (np.timedelta64(1, "D"), np.timedelta64(1, "D"), np.timedelta64(2, "h"))
    assert [hours(1.0, t) for t in times] == [24.0, 24.0, 2.0]


@pytest.mark.parametrize(
    ("f", "given"),
    [
        (lambda n: n, np.int64(3)),
        (lambda n: n, np.int32(3)),
        (lambda a: (a * a).sum(), np.arange(4)),
        (lambda a: {"total": sum(a)}, np.arange(4)),
    ],
)
def test_a_number_of_numpys_that_comes_back_is_the_reason(f, given):
    compiled = ag.compile(f)
    with pytest.warns(RuntimeWarning, match=r"returns a number of class int(32|64), .* int\(n\)"):
        found = compiled(given)
    assert bits(found) == bits(compiled(given)) == bits(f(given))


@both
def test_a_refusal_that_is_caught_is_a_refusal(backend):
    def f(x):
        y = x * x
        try:
            y.backward()
        except ValueError:
            return -1.0
        return x.grad

    compiled = ag.compile(f, backend=backend)
    for _ in range(2):
        with pytest.raises(NotReplayable, match="backward"):
            compiled(2.0)
