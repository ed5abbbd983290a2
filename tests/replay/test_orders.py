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


def test_words_that_do_not_suffice_are_drawn_again(monkeypatch):
    from autograd.replay.llvm import shuffle

    asked = []
    native = shuffle.shuffle

    def noted(words, *arguments):
        asked.append(native(words, *arguments))
        return asked[-1]

    monkeypatch.setattr(shuffle, "shuffle", noted)
    monkeypatch.setattr(orders, "WORDS_EACH", 0.5)
    mine, theirs = random.Random(3), random.Random(3)
    assert [*draw_orders(mine, 100, 50)] == one_by_one(theirs, 100, 50)
    assert mine.getstate() == theirs.getstate()
    assert asked[:2] == [-1, -1]
    assert 1.3 < asked[2] / 5000 < 1.5


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
