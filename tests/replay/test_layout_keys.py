"""compile: arguments that are equal and yet not the same have programs of their own.

Owns what is known by value, what by its attributes, and classes of one's own that are containers.
"""

import collections
import datetime
import warnings
from dataclasses import dataclass, field

import numpy as np
import pytest

import autograd as ag
from autograd.replay.recording.refusals import MADE_ROOM

EAST = datetime.timezone(datetime.timedelta(hours=1))


@dataclass(frozen=True)
class Hidden:
    a: float
    scale: float = field(default=1.0, compare=False, repr=False)


@dataclass(frozen=True)
class First:
    number: float = 2.0


@dataclass(frozen=True)
class Second:
    number: float = 5.0


class Alike:
    """Every one is equal to every other."""

    def __init__(self, scale):
        self.scale = scale

    def __eq__(self, other):
        return isinstance(other, Alike)

    def __hash__(self):
        return 1

    def __repr__(self):
        return "Alike"


class Words(frozenset):
    pass


def words(scale):
    made = Words(["a"])
    made.scale = scale
    return made


class Row(list):
    def __init__(self, items=(), scale=1.0):
        super().__init__(items)
        self.scale = scale


class Pair(tuple):
    def __new__(cls, x, y, scale=1.0):
        made = super().__new__(cls, (x, y))
        made.scale = scale
        return made


class Table(dict):
    scale = 1.0


def table(scale):
    made = Table(a=1.0)
    made.scale = scale
    return made


class Weights(np.ndarray):
    pass


CASES = {
    "range": (lambda x, r: x * r.stop, range(0, 10, 3), range(0, 12, 3)),
    "hour": (
        lambda x, t: x * t.hour,
        datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC),
        datetime.datetime(2020, 1, 1, 13, tzinfo=EAST),
    ),
    "zone": (
        lambda x, zone: x * len(zone.tzname(None)),
        datetime.timezone(datetime.timedelta(0), "A"),
        datetime.timezone(datetime.timedelta(0), "BBB"),
    ),
    "dataclass": (lambda x, one: x * one.scale, Hidden(1.0, 2.0), Hidden(1.0, 5.0)),
    "own equality": (lambda x, one: x * one.scale, Alike(2.0), Alike(5.0)),
    "frozenset": (lambda x, one: x * one.scale, words(2.0), words(5.0)),
    "defaultdict": (
        lambda x, d: x * d["b"],
        collections.defaultdict(lambda: 2.0, a=1.0),
        collections.defaultdict(lambda: 5.0, a=1.0),
    ),
    "dict": (lambda x, d: x * d["a"] * d.scale, table(2.0), table(5.0)),
    "list": (lambda x, p: x * p[0] * p.scale, Row([3.0], 2.0), Row([3.0], 5.0)),
    "tuple": (lambda x, p: x * p[0] * p[1] * p.scale, Pair(3.0, 4.0, 2.0), Pair(3.0, 4.0, 5.0)),
    "zeros": (lambda x, t: ag.atan2(x * t[0], -x), (0.0, "a"), (-0.0, "a")),
    "class": (lambda x, kind: x * kind.number, First, Second),
    "bool": (lambda x, t: x * (2.0 if t[0] is True else 5.0), ((True, "a"),), ((1, "a"),)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("around", [lambda f: f, ag.grad], ids=["plain", "grad"])
def test_equal_arguments_that_differ_have_programs_of_their_own(case, around):
    function, one, other = CASES[case]
    eager = around(function)
    compiled = ag.compile(eager)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, what in ((1.0, one), (2.0, one), (3.0, other), (4.0, one), (5.0, other)):
            right = eager(ag.Value(x), what)
            assert compiled(x, what) == getattr(right, "data", right)


def test_an_objects_attributes_are_looked_at_in_each_call():
    thing = Alike(2.0)
    compiled = ag.compile(lambda x, one: x * one.scale)
    assert [compiled(x, thing) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    thing.scale = 5.0
    assert [compiled(x, thing) for x in (1.0, 2.0, 3.0)] == [5.0, 10.0, 15.0]


@dataclass(eq=False)
class Settings:
    layers: list
    scale: float = 2.0
    parent: object = None
    later: float = field(init=False)


class Slotted:
    __slots__ = ("scale", "unset")

    def __init__(self, scale):
        self.scale = scale


def test_a_dataclass_may_hold_anything_and_itself():
    given = Settings([1, 2])
    given.parent = Settings([given], parent=given)
    compiled = ag.compile(lambda x, one: x * one.scale)
    assert [compiled(x, given) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    given.scale = 5.0
    assert [compiled(x, given) for x in (1.0, 2.0)] == [5.0, 10.0]


def test_attributes_in_slots_are_looked_at():
    thing = Slotted(2.0)
    compiled = ag.compile(lambda x, one: x * one.scale)
    assert [compiled(x, thing) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    thing.scale = 5.0
    assert compiled(4.0, thing) == 20.0


class Schedule:
    __slots__ = ("__rate",)

    def __init__(self, rate):
        self.__rate = rate

    def halve(self):
        self.__rate /= 2

    def __mul__(self, x):
        return self.__rate * x


def test_private_attributes_in_slots_are_looked_at():
    schedule = Schedule(2.0)
    compiled = ag.compile(lambda x, one: one * x)
    assert [compiled(x, schedule) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
    schedule.halve()
    assert [compiled(x, schedule) for x in (3.0, 4.0)] == [3.0, 4.0]


class Weighted(list):
    __slots__ = ("__unit", "scale")

    @property
    def unit(self):
        return self.__unit

    @unit.setter
    def unit(self, unit):
        self.__unit = unit


def test_a_list_of_ones_own_brings_what_it_has_in_slots():
    row = Weighted([3.0])
    row.scale, row.unit = 2.0, 1.0
    compiled = ag.compile(lambda p: p[0] * (p.scale if hasattr(p, "scale") else 100.0) * p.unit)
    for number, scale, unit in ((3.0, 2.0, 1.0), (4.0, 2.0, 1.0), (4.0, 5.0, 1.0), (4.0, 5.0, 7.0)):
        row[0], row.scale, row.unit = number, scale, unit
        assert compiled(row) == number * scale * unit
    del row.scale
    assert compiled(row) == 4.0 * 100.0 * 7.0


def test_containers_of_ones_own_come_back_as_they_are():
    pair = Pair(3.0, 4.0)
    gradient = ag.grad(lambda p: p[0] * p[1])
    assert gradient(pair) == ag.compile(gradient)(pair) == (4.0, 3.0)
    assert type(gradient(pair)) is type(ag.compile(gradient)(pair)) is Pair
    row = Row([3.0, 4.0])
    assert type(ag.compile(gradient)(row)) is type(gradient(row)) is Row


def test_layouts_that_take_turns_are_not_recorded_in_each_turn(monkeypatch):
    monkeypatch.setattr("autograd.replay.calls.layout.CALLS_UNTIL_AGAIN", 10)
    monkeypatch.setattr("autograd.replay.calls.allowance.FREE", 10**6)
    compiled, runs = ag.compile(ag.sum), []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for turn in range(30):
            assert [compiled([float(turn)] * k) for k in range(1, 71)] == [
                float(turn * k) for k in range(1, 71)
            ]
            runs.append(compiled.n_eager)
    assert runs[:10] == [6 * max(0, turn) for turn in range(10)]  # seventy but 64 have no program
    # After ten calls each has one again, and six others go.
    assert runs[-1] - runs[10] < 6 * 20
    assert compiled.report().eager == {MADE_ROOM: compiled.n_eager}
    assert f"{compiled.n_eager:,} {MADE_ROOM}" in str(compiled.report())


def test_words_in_turn_are_recorded_once_each_and_a_great_many_not_at_all(monkeypatch):
    monkeypatch.setattr("autograd.replay.calls.allowance.FREE", 10**6)
    compiled = ag.compile(lambda x, word: x * len(word))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert [compiled(2.0, "w" * k) for k in range(600)] == [2.0 * k for k in range(600)]
    assert ["more than 512 layouts" in str(one.message) for one in said] == [True]
    assert compiled.n_eager == 600 - 512
