"""The attributes of an object: found wherever they stand, and given to another as they are.

Owns classes of every kind; who copies, compares and compiles such objects has tests of its own.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest

from autograd.attributes import attributes_of, give_attributes, slots_of


class Base:
    __slots__ = ("__secret", "shared", "unset")

    def __init__(self, secret, shared):
        self.__secret, self.shared = secret, shared


class Same(Base):
    __slots__ = ("__secret", "shared")  # both again: one has another name, one is hidden

    def __init__(self, secret, shared):
        super().__init__(secret, shared)
        self.__secret = secret + 1


class Both(Base):
    """Has a `__dict__` as well."""


class ___:  # in a class of such a name Python leaves private names as they are
    __slots__ = ("__secret",)

    def __init__(self, secret):
        self.__secret = secret


class Once:
    __slots__ = iter(["a", "b"])  # read when the class was made, and empty since


class Guessing:
    __slots__ = ("a", "b")

    def __getattr__(self, name):
        return 0.0


@dataclass(frozen=True, slots=True)
class Frozen:
    a: float


class List(list):
    __slots__ = ("a",)


def renamed():
    kind = type("Other", (Base,), {"__slots__": ("note",)})
    kind.__name__ = Base.__name__
    found = kind(1.0, 2.0)
    found.note = "n"
    return found


def with_dict():
    found = Both(1.0, 2.0)
    found.more = 3.0
    return found


def assigned(kind, **attributes):
    found = kind()
    for name, x in attributes.items():
        setattr(found, name, x)
    return found


CASES = {
    "private": (Base(1.0, 2.0), {"_Base__secret": 1.0, "shared": 2.0}),
    "twice": (Same(1.0, 2.0), {"_Base__secret": 1.0, "_Same__secret": 2.0, "shared": 2.0}),
    "both": (with_dict(), {"_Base__secret": 1.0, "shared": 2.0, "more": 3.0}),
    "renamed": (renamed(), {"_Base__secret": 1.0, "shared": 2.0, "note": "n"}),
    "underscores": (___(1.0), {"__secret": 1.0}),
    "iterator": (assigned(Once, b=1.0), {"b": 1.0}),
    "getattr": (assigned(Guessing, b=1.0), {"b": 1.0}),
    "frozen": (Frozen(1.0), {"a": 1.0}),
    "list": (assigned(List, a=1.0), {"a": 1.0}),
    "nothing": (object(), {}),
    "number": (1.0, {}),
    "slice": (slice(1, 2), {}),
    "decimal": (Decimal("1.5"), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_attributes_are_found_and_given(case):
    thing, expected = CASES[case]
    assert attributes_of(thing) == expected
    if expected:
        twin = type(thing).__new__(type(thing))
        give_attributes(twin, attributes_of(thing))
        assert attributes_of(twin) == expected


class Zoo(Base):
    # Not sorted, as their order is what is tested; one is a private name that ends another.
    __slots__ = {"zebra": "for help()", "___ape": "", "ape": "", "__ape": "", "bear": ""}  # noqa: RUF023


class Single(Zoo):
    __slots__ = "only"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Zoo, "_Base__secret shared unset zebra _Zoo___ape ape _Zoo__ape bear"),
        (Single, "_Base__secret shared unset zebra _Zoo___ape ape _Zoo__ape bear only"),
        (Same, "_Base__secret shared unset _Same__secret shared"),
        (___, "__secret"),
        (Once, "a b"),
    ],
    ids=["dict", "text", "twice", "one", "iterator"],
)
def test_slots_come_in_the_order_of_their_definition(kind, names):
    assert [slot.__name__ for slot in slots_of(kind)] == names.split()


def test_what_is_given_is_not_shared():
    thing = with_dict()
    attributes_of(thing)["more"] = 4.0
    assert thing.more == 3.0


def test_those_of_a_base_can_be_left_out():
    assert {slot.__name__ for slot in slots_of(Same, beside=Base)} == {"_Same__secret", "shared"}
    assert attributes_of(Same(1.0, 2.0), beside=Base) == {"_Same__secret": 2.0, "shared": 2.0}
    assert {slot.__name__ for slot in slots_of(Fraction)} == {"_numerator", "_denominator"}


def test_what_a_class_has_no_place_for_is_an_error():
    for thing in (Base(1.0, 2.0), Frozen(1.0)):
        with pytest.raises(AttributeError, match="unknown"):
            give_attributes(thing, {"unknown": 1.0})
