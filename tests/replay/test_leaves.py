"""The numbers of many leaves at once are those that Python reads and writes one by one.

Owns what can stand in a leaf: floats of every kind, nothing, and what is no float.
"""

import gc
import math
import sys
from array import array

import pytest

from autograd import Value
from autograd.replay.training import leaves as module
from autograd.replay.training.leaves import Leaves

SPECIAL = [0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, 5e-324, 1.7976931348623157e308]


class Weight(Value):
    """A leaf with a name of its own for its class, and an attribute more."""

    __slots__ = ("note",)


class Watched(Value):
    """A leaf that looks at its gradient being set."""

    __slots__ = ("seen",)

    @property
    def grad(self):
        return self.seen[-1] if hasattr(self, "seen") else 0.0

    @grad.setter
    def grad(self, x):
        self.seen = [*getattr(self, "seen", []), x]


@pytest.fixture(params=["native", "python"])
def way(request, monkeypatch):
    if request.param == "native":
        assert module._native_slots() is not None
    else:
        monkeypatch.setattr(module, "_native_slots", lambda: None)


def bits(numbers):
    return [float(x).hex() for x in numbers]


def test_numbers_are_those_of_the_leaves(way):
    leaves = [Value(x) for x in SPECIAL] + [Weight(2.5)]
    assert bits(Leaves(leaves).numbers()) == bits([*SPECIAL, 2.5])


def test_each_gets_its_number_and_gradient(way):
    leaves = [Value(0.0) for _ in SPECIAL]
    Leaves(leaves).put(array("d", SPECIAL), array("d", SPECIAL[::-1]))
    assert bits([x.data for x in leaves]) == bits(SPECIAL)
    assert bits([x.grad for x in leaves]) == bits(SPECIAL[::-1])
    assert all(type(x.data) is float and type(x.grad) is float for x in leaves)


def test_what_stands_there_already_may_stay(way):
    leaf = Value(3.0)
    held = leaf.data
    Leaves([leaf]).put(array("d", [3.0]), array("d", [-0.0]))
    assert leaf.data == held
    assert math.copysign(1.0, leaf.grad) == -1.0


def test_zeros_of_both_signs_take_the_place_of_each_other(way):
    leaves = [Value(0.0), Value(-0.0)]
    Leaves(leaves).put(array("d", [-0.0, 0.0]), array("d", [0.0, 0.0]))
    assert bits([x.data for x in leaves]) == bits([-0.0, 0.0])


def test_a_gradient_that_is_no_float_or_is_missing_is_replaced(way):
    leaves = [Value(1.0), Value(2.0), Value(3.0)]
    leaves[0].grad = 7  # as a user's own code may leave it
    del leaves[1].grad
    leaves[2].grad = [1.0]
    Leaves(leaves).put(array("d", [1.0, 2.0, 3.0]), array("d", [0.5, 0.25, 0.125]))
    assert [x.grad for x in leaves] == [0.5, 0.25, 0.125]


def test_a_number_that_is_no_float_is_read_as_python_reads_it(way):
    leaf = Value(1.0)
    leaf._number = 7
    assert bits(Leaves([leaf]).numbers()) == bits([7.0])


def test_a_leaf_without_a_number_is_an_error(way):
    leaf = Value(1.0)
    del leaf._number
    with pytest.raises(AttributeError, match="_number"):
        Leaves([leaf]).numbers()


def test_a_subclass_with_a_gradient_of_its_own_is_told(way):
    leaf = Watched(1.0)
    Leaves([leaf]).put(array("d", [2.0]), array("d", [0.5]))
    assert leaf.seen[-1] == 0.5
    assert leaf.data == 2.0


def test_no_leaves(way):
    leaves = Leaves([])
    assert list(leaves.numbers()) == []
    leaves.put(array("d"), array("d"))


def test_floats_that_are_replaced_are_freed_and_none_too_often(way):
    leaves = [Value(0.5 + i) for i in range(50)]
    held = [x.data for x in leaves]
    together = Leaves(leaves)
    counts = [sys.getrefcount(x) for x in held]
    for k in range(200):
        together.put(array("d", [k + 0.25 + i for i in range(50)]), array("d", [k + 0.5] * 50))
    assert [sys.getrefcount(x) for x in held] == [n - 1 for n in counts]
    gc.collect()
    before = sys.getallocatedblocks()
    for k in range(200):
        together.put(array("d", [k + 0.75 + i for i in range(50)]), array("d", [k + 0.5] * 50))
    assert sys.getallocatedblocks() - before < 100
