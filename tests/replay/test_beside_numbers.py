"""What stands in a result beside its numbers: each call's own, unless nobody can change it.

Owns objects, keys, and the attributes of containers of one's own.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)


class Note:
    """Equal and hashable by its name, and anybody may write to its log."""

    def __init__(self, name):
        self.name, self.log = name, []

    def __eq__(self, other):
        return isinstance(other, Note) and self.name == other.name

    def __hash__(self):
        return hash(self.name)


@dataclass(frozen=True)
class Frozen:
    """Nobody can assign to it, but what it holds may change."""

    name: str
    part: object = field(default=None, hash=False, compare=False)


class Deep(Frozen):
    """To this one, which is no dataclass itself, attributes can be assigned."""


class Colour(enum.Enum):
    RED = 1


class Slots(dict):
    """A dict with an attribute that is in no `__dict__`."""

    __slots__ = ("step",)


class Vector(list):
    """A list with one."""

    __slots__ = ("unit",)

    def __init__(self, xs=(), unit=""):
        super().__init__(xs)
        self.unit = unit


def with_step(x, step):
    found = Slots(a=x * 2.0)
    found.step = step
    return found


NOTE = Note("one for all calls")
MUTABLE = {
    "object": (lambda x: (x * 2.0, Note("a")), lambda result: result[1].log),
    "frozen": (lambda x: (x * 2.0, Frozen("a", [])), lambda result: result[1].part),
    "in a set": (lambda x: (x, frozenset([Note("a")])), lambda result: next(iter(result[1])).log),
    "in a tuple in a set": (
        lambda x: (x, frozenset([(1, Note("a"))])),
        lambda result: next(iter(result[1]))[1].log,
    ),
    "below a frozen one": (lambda x: (x, Deep("a")), lambda result: vars(result[1])),
    "key": (lambda x: {Note("a"): x * 2.0}, lambda result: next(iter(result)).log),
    "attribute": (lambda x: with_step(x, []), lambda result: result.step),
    "attribute of a list": (lambda x: [Vector([x], [])], lambda result: result[0].unit),
    "attribute that is hashable": (
        lambda x: with_step(x, Note("a")),
        lambda result: result.step.log,
    ),
    "method": (lambda x: (x, Note("a").__eq__), lambda result: result[1].__self__.log),
}


@both
@pytest.mark.parametrize(("f", "part"), MUTABLE.values(), ids=MUTABLE)
def test_what_can_be_changed_is_each_results_own(backend, f, part):
    compiled = ag.compile(f, backend=backend)
    results = [compiled(1.0)]
    with pytest.warns(RuntimeWarning, match="returns something that is another thing at each call"):
        results.append(compiled(2.0))
    results += [compiled(3.0), compiled(4.0)]
    assert len({id(part(result)) for result in results}) == 4
    assert compiled.n_eager


IMMUTABLE = {
    "None": lambda: None,
    "bool": lambda: True,
    "int": lambda: int("1" + "0" * 30),
    "float": lambda: float("-0"),
    "nan": lambda: complex("nan+1j"),
    "text": lambda: "-".join("ab"),
    "bytes": lambda: bytes([1, 2]),
    "range": lambda: range(3),
    "Decimal": lambda: Decimal("1.50"),
    "Fraction": lambda: Fraction(1, 3),
    "date": lambda: date(2020, 1, 2),
    "time": lambda: datetime(2020, 1, 2, tzinfo=UTC),
    "enum": lambda: Colour.RED,
    "class": lambda: Note,
    "function": lambda: with_step,
    "builtin": lambda: len,
    "the same object": lambda: NOTE,
    "float of NumPy": lambda: np.float32(0.5),
    "bool of NumPy": lambda: np.bool_(True),
    "frozenset": lambda: frozenset([1, "a", (2.0, frozenset(), Fraction(1, 2))]),
    "frozen dataclass": lambda: Frozen("a", (1, Decimal(2))),
}


@both
@pytest.mark.parametrize("make", IMMUTABLE.values(), ids=IMMUTABLE)
def test_what_nobody_can_change_lets_programs_run(backend, make):
    compiled = ag.compile(lambda x: [x * 2.0, {"b": make()}], backend=backend)
    for x in (1.0, 2.0, 3.0):
        twice, rest = compiled(x)
        assert (twice, type(rest["b"]), repr(rest["b"])) == (2.0 * x, type(make()), repr(make()))
    assert not compiled.n_eager


@both
def test_an_attribute_in_a_slot_is_compared(backend):
    n_calls = 0

    def f(x):
        nonlocal n_calls
        n_calls += 1
        return with_step(x, n_calls)

    compiled = ag.compile(f, backend=backend)
    assert compiled(1.0).step == 1
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        assert compiled(2.0).step == 2
    assert [compiled(x).step for x in (3.0, 4.0)] == [3, 4]


@both
def test_attributes_in_slots_are_those_of_the_function(backend):
    compiled = ag.compile(lambda x: Vector([x, x * 2.0], "m"), backend=backend)
    for x in (1.0, 2.0, 3.0):
        found = compiled(x)
        assert (type(found), found.unit, [*found]) == (Vector, "m", [x, 2.0 * x])
    assert not compiled.n_eager
    given = Vector([2.0, 3.0], "m")
    slope = ag.compile(ag.grad(lambda v: v[0] * v[1]), backend=backend)
    for found in (slope(given), slope(given), ag.grad(lambda v: v[0] * v[1])(given)):
        assert (type(found), found.unit, [*found]) == (Vector, "m", [3.0, 2.0])
    assert ag.jacobian(lambda x: Vector([x, x], "m"))(1.0).unit == "m"


@both
def test_keys_that_are_numbers_are_those_of_python(backend):
    compiled = ag.compile(lambda n, x: {n: x, (n, 1): {n + 1: x * n}}, backend=backend)
    for n, x in ((3, 1.0), (3, 2.0), (4, 2.0), (3, 3.0)):
        found = compiled(n, x)
        assert found == {n: x, (n, 1): {n + 1: x * n}}
        keys = [*found, *[*found][1], *found[n, 1]]
        assert [type(key) for key in keys] == [int, tuple, int, int, int]
    assert not compiled.n_eager
