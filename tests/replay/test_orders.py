"""Orders of epochs drawn at once: those of `random.Random.shuffle`, and the source left the same.

Owns the comparison with shuffling in Python, with and without native code.
"""

import random
import sys

import pytest

from autograd.replay import backends
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


@pytest.mark.parametrize("n_drawn", [0, 1, 397, 525, 526, 622, 623, 624, 625, 1247, 1248])
def test_the_words_go_on_where_the_source_stands(n_drawn):
    """A generator makes 624 words at a time: before, in and after the last of them."""
    mine, theirs = random.Random(5), random.Random(5)
    for source in (mine, theirs):
        source.setstate(random.Random(9).getstate())
        for _ in range(n_drawn):
            source.getrandbits(32)
    assert [*draw_orders(mine, 100, 50)] == one_by_one(theirs, 100, 50)
    assert mine.getstate() == theirs.getstate()
    assert mine.getrandbits(32) == theirs.getrandbits(32)


def test_a_state_whose_words_are_used_up_stays_so(monkeypatch):
    """No words are made before they are asked for."""
    monkeypatch.setattr(orders, "FEWEST", 0)
    ends = set()
    for n_drawn in range(600, 630):
        mine, theirs = random.Random(1), random.Random(1)
        for source in (mine, theirs):
            source.getrandbits(32 * n_drawn)
        assert [*draw_orders(mine, 2, 3)] == one_by_one(theirs, 2, 3)
        assert mine.getstate() == theirs.getstate()
        ends.add(theirs.getstate()[1][-1])
    assert {1, 623, 624} <= ends  # or this would show nothing


def test_what_gauss_has_kept_is_kept():
    mine, theirs = random.Random(3), random.Random(3)
    assert mine.gauss(0, 1) == theirs.gauss(0, 1)
    draw_orders(mine, 100, 4)
    one_by_one(theirs, 100, 4)
    assert mine.getstate()[2] is not None
    assert mine.gauss(0, 1) == theirs.gauss(0, 1)


def test_without_llvmlite_python_shuffles(monkeypatch):
    monkeypatch.setitem(sys.modules, "autograd.replay.llvm.training.shuffle", None)
    orders._is_usual.cache_clear()
    try:
        assert not orders._is_usual()
        assert backends.has_llvm()
        mine, theirs = random.Random(1), random.Random(1)
        assert [*draw_orders(mine, 10, 3)] == one_by_one(theirs, 10, 3)
    finally:
        orders._is_usual.cache_clear()
