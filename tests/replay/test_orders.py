"""Orders of epochs drawn at once: those of `random.Random.shuffle`, and the source left the same.

Owns the comparison with shuffling in Python, with and without native code.
"""

import random
import sys
from array import array

import pytest

from autograd.replay import backends
from autograd.replay.llvm.shuffle import Shuffling
from autograd.replay.training import orders
from autograd.replay.training.orders import draw_orders


def one_by_one(source, n, n_orders):
    found = []
    for _ in range(n_orders):
        order = list(range(n))
        source.shuffle(order)
        found += order
    return found


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 16, 17, 31, 32, 33, 100, 1000, 4097, 70000])
@pytest.mark.parametrize("n_orders", [1, 2, 7])
def test_they_are_those_of_shuffle(n, n_orders, monkeypatch):
    assert orders._is_usual()
    monkeypatch.setattr(orders, "FEWEST", 0)
    for seed in range(20 if n < 1000 else 1):
        mine, theirs = random.Random(seed), random.Random(seed)
        mine.random(), theirs.random()
        assert [*draw_orders(mine, n, n_orders)] == one_by_one(theirs, n, n_orders)
        assert mine.getstate() == theirs.getstate()


def test_no_word_is_drawn_in_vain(monkeypatch):
    """As many as there are numbers left, each of which takes one or more."""
    asked = []
    go_on = Shuffling.go_on

    def noted(self, words):
        assert len(words) == self.left
        asked.append(len(words))
        go_on(self, words)

    monkeypatch.setattr(Shuffling, "go_on", noted)
    mine, theirs = random.Random(3), random.Random(3)
    assert [*draw_orders(mine, 100, 50)] == one_by_one(theirs, 100, 50)
    assert mine.getstate() == theirs.getstate()
    assert asked[0] == 99 * 50
    assert asked == sorted(asked, reverse=True)
    assert 1.3 < sum(asked) / asked[0] < 1.5


@pytest.mark.parametrize("at_once", [1, 2, 7, 100])
@pytest.mark.parametrize("n", [2, 3, 33])
def test_shuffling_goes_on_where_its_words_ended(n, at_once):
    mine, theirs = random.Random(5), random.Random(5)
    found = array("q", range(n)) * 4
    shuffling = Shuffling(found, n)
    while shuffling.left:
        words = mine.randbytes(4 * min(at_once, shuffling.left))
        shuffling.go_on(array("I", words))
    assert [*found] == one_by_one(theirs, n, 4)
    assert mine.getstate() == theirs.getstate()


def test_without_llvmlite_python_shuffles(monkeypatch):
    monkeypatch.setitem(sys.modules, "autograd.replay.llvm.shuffle", None)
    orders._is_usual.cache_clear()
    try:
        assert not orders._is_usual()
        assert backends.has_llvm()
        mine, theirs = random.Random(1), random.Random(1)
        assert [*draw_orders(mine, 10, 3)] == one_by_one(theirs, 10, 3)
    finally:
        orders._is_usual.cache_clear()
