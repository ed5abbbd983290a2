"""What a function takes out of its numbers, and results that are no numbers: never a stale one.

Owns `.data`, text made of a Value, results in containers of the user's own, and global variables.
"""

from __future__ import annotations

import copy
import math
import pickle
import warnings
from dataclasses import dataclass, field
from numbers import Integral
from types import SimpleNamespace

import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, agree, bits, on_values, plain

both = pytest.mark.parametrize("backend", BACKENDS)
NUMBERS = (1.0, 1.0, 2.0, -3.0, -4.0, 0.0, -0.0, 0.0, math.nan, 5.0, math.inf, -math.inf, 5e-324)


@both
@pytest.mark.parametrize("f", [
    lambda x: x * 2.0 if x.data > 0.0 else -x,
    lambda x: x * math.copysign(1.0, x.data),
    lambda x: (x * 2.0).data,
    lambda x: x.data * x,
    lambda x: x * (3.0 if math.isnan((x - x).data) else 2.0),
    lambda x: (x, round(x.data, 1) if math.isfinite(x.data) else 0.5),
    lambda x: x * float(len(str(x.data))),
    lambda x: (x * 2.0, f"{x:.1f}", f"{x}", str(x * 0.5), [f"{x:6.2e}"]),
    lambda x: x * len(repr(x)),
    lambda x: {f"{x.detach():.1f}": x * 3.0},
    lambda x: x * hash(x.data),
    lambda x: x + Value(2.0).data,
    lambda x: x if copy.copy(x) > 0.0 else x * 3.0,
    lambda x: x if copy.deepcopy([x * 2.0, x])[0] > 0.0 else x * 3.0,
    lambda x: x if pickle.loads(pickle.dumps(x * 2.0)).inputs[0] > 0.0 else x * 3.0,
], ids=[
    "branch", "sign", "result", "factor", "inner", "round", "text", "formats", "repr", "key",
    "hash", "own", "copy", "deepcopy", "pickle",
])  # fmt: skip
def test_a_number_that_is_taken_out_is_that_of_the_call(backend, f):
    compiled = ag.compile(f, backend=backend)
    for x in NUMBERS + NUMBERS[::-1]:
        assert bits(compiled(x)) == bits(plain(f(Value(x)))), x
    assert len(compiled.report().paths) <= 12


def test_a_number_taken_out_of_a_gradient_or_of_a_leaf():
    w = Value(1.0)

    def f(x):
        return x * w * x if w.data > 0.0 else -x * x * x

    for transform in (ag.grad, ag.value_and_grad, ag.hessian, lambda f: ag.grad(ag.grad(f))):
        g = transform(f)
        for backend in BACKENDS:
            compiled = ag.compile(g, backend=backend)
            for number in (1.0, 1.0, 2.0, -1.0, -1.0, 2.0, 0.0):
                w.data = number
                for x in (0.5, -2.0):
                    assert bits(compiled(x)) == bits(g(x))
    with ag.no_grad():
        agree(lambda x: x * (x * 2.0).data, (1.0,), (2.0,), (-3.0,))
    mapped = ag.vmap(ag.value_and_grad(lambda x: x * x if x.data > 1.0 else -x))
    agree(mapped, ([1.0, 2.0, 3.0],), ([0.5, -1.0, 7.0],), ([3.0, 3.0, 0.0],), of=mapped)


@both
def test_numbers_taken_out_of_every_call_are_told_of_once(backend):
    compiled = ag.compile(lambda x: x * x.data, backend=backend)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for k in range(40):
            assert compiled(float(k)) == float(k * k)
    (warning,) = caught
    assert "took out by .data or as text" in str(warning.message)
    assert "detach() instead of reading .data" in str(warning.message)
    assert warning.filename == __file__


@both
def test_an_index_may_be_the_number_of_a_value(backend):
    rows = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    f = lambda i, x: [x * y for y in ag.take(rows, i)]  # noqa: E731
    compiled = ag.compile(f, backend=backend)
    for i in (0.0, 1.0, 2.0, 0.0, 2.0, 1.0):
        assert compiled(i, 2.0) == [2.0 * y for y in rows[int(i)]]
    with pytest.raises(ValueError, match="index"):
        compiled(3.0, 2.0)
    with pytest.raises(TypeError, match=r"whole number, got 0\.5"):
        compiled(0.5, 2.0)


@dataclass
class Pair:
    first: object
    second: object


class Thing:
    pass


THING = Thing()


@both
@pytest.mark.parametrize("make", [
    lambda x, y: Pair(x, y), lambda x, y: {x, y}, lambda x, y: SimpleNamespace(x=x, y=y),
    lambda x, y: (item for item in (x, y)), lambda x, y: map(float, (1.0, 2.0)),
    lambda x, y: [1.0, Pair(1.0, x)], lambda x, y: lambda: x + y,
], ids=["dataclass", "set", "namespace", "generator", "map", "inner", "closure"])  # fmt: skip
def test_objects_with_numbers_are_new_at_each_call(backend, make):
    """A program would return again the object of the call in which it was recorded."""

    def numbers(made):
        if isinstance(made, list):
            return numbers(made[1])
        if isinstance(made, (Pair, SimpleNamespace)):
            made = list(vars(made).values())
        if callable(made):
            made = [made()]
        return sorted(plain(item) for item in made)

    compiled = ag.compile(lambda x, y: make(x * 2.0, y), backend=backend)
    with pytest.warns(RuntimeWarning, match="another thing at each call") as caught:
        first, second = compiled(1.0, 4.0), compiled(3.0, 5.0)
    assert [one.filename for one in caught] == [__file__]
    assert first is not second
    assert numbers(first) == numbers(make(2.0, 4.0))
    assert numbers(second) == numbers(make(6.0, 5.0))
    assert numbers(compiled(-1.0, 0.0)) == numbers(make(-2.0, 0.0))
    assert "runs as it stands" in str(compiled.report())


@both
def test_what_is_no_number_and_always_the_same_is_returned(backend):
    def f(x, n):
        fixed = (None, True, "text", b"b", 3, 2j, 1.5 + 0j, THING, frozenset({1}), range(3))
        return [x * 2.0, fixed, {"n": n, "kind": Thing}, x > 0.0]

    compiled = ag.compile(f, backend=backend)
    for x in (1.0, 2.0, 3.0, -1.0, 4.0):
        assert bits(compiled(x, 2)) == bits(plain(f(Value(x), 2)))
    assert not compiled.n_eager
    assert len(compiled.report().paths) == 2


@both
def test_results_of_another_layout_are_found(backend):
    sizes = iter([(1, 1), (2, 0), (1, 1), (0, 2)])

    def f(x):
        m, n = next(sizes)
        return [[x] * m, [x] * n]

    compiled = ag.compile(f, backend=backend)
    assert compiled(1.0) == [[1.0], [1.0]]
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        assert compiled(2.0) == [[2.0, 2.0], []]
    assert compiled(2.0) == [[2.0], [2.0]]
    assert compiled(2.0) == [[], [2.0, 2.0]]


SCALE = 2.0


@both
def test_a_global_number_is_part_of_the_program_and_a_global_value_is_not(backend):
    global SCALE
    scale = Value(2.0)
    by_number = ag.compile(lambda x: x * SCALE, backend=backend)
    by_value = ag.compile(lambda x: x * scale, backend=backend)
    for x in (1.0, 2.0, 3.0):
        assert by_number(x) == by_value(x) == 2.0 * x
    try:
        SCALE, scale.data = 3.0, 3.0
        assert by_number(2.0) == 4.0  # as `compile` says: all that is no leaf is in the program
        assert by_value(2.0) == 6.0
        assert ag.compile(by_number.__wrapped__, backend=backend)(2.0) == 6.0
    finally:
        SCALE = 2.0


def outcome(f, x):
    try:
        return bits(plain(f(x)))
    except (TypeError, AttributeError, ValueError) as error:
        return type(error), str(error)


@both
@pytest.mark.parametrize("f", [
    float, int, round, math.sin, lambda x: math.isnan(x), lambda x: range(x), lambda x: [1.0][x],
    lambda x: x + "a", lambda x: x + None, lambda x: x @ x, lambda x: x + [1.0], lambda x: x < "a",
    complex, lambda x: x % 0.5 if x % 2 else x, lambda x: divmod(x, 2.0), lambda x: x.nothing,
    lambda x: setattr(x, "nothing", 1.0), lambda x: x.data.nothing, lambda x: 1 << x,
], ids=range(19))  # fmt: skip
def test_what_eager_mode_refuses_is_refused_with_the_same_words(backend, f):
    compiled = ag.compile(f, backend=backend)
    for x in (1.0, 1.0, 2.0, 0.5):
        assert outcome(compiled, x) == outcome(f, Value(x))


@both
def test_numbers_without_history(backend):
    w = Value(0.5)

    def f(x, y):
        with ag.no_grad():
            fixed = x * y * w
        inner = x.detach() * y + fixed.detach()
        total = x * fixed + inner * y
        return total + ag.where(fixed, x, y) * (2.0 if inner > 0.0 else 3.0), fixed, inner

    agree(f, (1.0, 2.0), (-1.0, 2.0), (0.5, -0.0), (math.nan, 1.0))
    g = ag.value_and_grad(lambda x, y: f(x, y)[0], (0, 1))
    agree(g, (1.0, 2.0), (-1.0, 2.0), (0.5, -0.0), (1e200, 1e200), of=g)
    h = ag.hessian(lambda x: f(x, x)[0])
    agree(h, (1.0,), (-1.0,), (0.0,), (-0.0,), (1e200,), of=h)


def test_ints_and_floats_floor_and_sign():
    def f(x, n):
        rest = x % 1.0 + x // 2.0 + math.floor(x)
        return (
            rest * n + (n // 2) * x + (x > n) + (n == 2),
            n % 3,
            bool(n),
            f"{n!r} {[n]}",
            str((n,)),
        )

    for backend in BACKENDS:
        compiled = ag.compile(f, backend=backend)
        for x in (1.5, -0.5, 2.0, 1e300):
            for n in (1, 2, 2, -3):
                assert bits(compiled(x, n)) == bits(plain(f(on_values(x), n)))


@both
def test_a_whole_number_is_copied_and_shown_as_an_int(backend):
    def f(x, n):
        twin = copy.copy(n), copy.deepcopy([n]), pickle.loads(pickle.dumps(n)) + 1
        return x * n, isinstance(n, Integral), f"{n:3d} {n!r}", twin

    compiled = ag.compile(f, backend=backend)
    for n in (2, 3, 2, 4, 0, 3):
        assert bits(compiled(0.5, n)) == bits(plain(f(Value(0.5), n)))
    assert not compiled.n_eager


@both
def test_who_asks_whether_a_whole_number_is_an_int_is_told_at_once(backend):
    """In a program it is none: arithmetic on it is recorded."""

    def by_class(x, n):
        return x * n if isinstance(n, int) else x

    def by_pattern(x, n):
        match n:
            case int():
                return x * n
        return x

    def by_type(x, n):
        return x, type(n).__name__

    for f in (by_class, by_pattern, by_type):
        compiled = ag.compile(f, backend=backend)
        with pytest.warns(RuntimeWarning, match="runs uncompiled") as caught:
            assert bits(compiled(0.5, 3)) == bits(plain(f(Value(0.5), 3)))
        assert caught[0].filename == __file__
        assert bits(compiled(0.5, 4)) == bits(plain(f(Value(0.5), 4)))


@dataclass(frozen=True)
class Part:
    """Equal to others of its name, and with a weight of its own."""

    name: str
    weight: Value = field(compare=False, repr=False)


class Labelled:
    def __init__(self, name, weight):
        self.name, self.weight = name, weight

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


@both
@pytest.mark.parametrize("kind", [Part, Labelled])
def test_equal_objects_are_two(backend, kind):
    a, b = kind("w", Value(2.0)), kind("w", Value(10.0))
    assert a == b
    for given in ((a, b), ((a,), (b,))):
        compiled = ag.compile(
            lambda part, x: (part[0] if isinstance(part, tuple) else part).weight * x,
            backend=backend,
        )
        for part, weight in zip(given * 3, (2.0, 10.0) * 3, strict=True):
            for x in (1.0, 3.0):
                assert compiled(part, x) == weight * x
        assert len(compiled.report().paths) == 2


@dataclass(frozen=True)
class Settings:
    rate: float
    names: tuple = ("a", "b")


@both
def test_equal_settings_are_one(backend):
    compiled = ag.compile(lambda settings, x: settings.rate * x, backend=backend)
    for x in (1.0, 2.0, 3.0):
        assert compiled(Settings(0.5), x) == 0.5 * x
        assert compiled(Settings(0.25), x) == 0.25 * x
    assert len(compiled.report().paths) == 2
