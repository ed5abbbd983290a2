"""Squares and cubes in native code: a product where pow is sure to return it, else pow itself."""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
from autograd import Value
from autograd.replay.llvm.rows import powers, writers
from tests.replay.eager import bits


@pytest.mark.parametrize("n", [2, 3])
def test_the_library_is_asked_whether_it_is_exact_enough(n):
    def below(x, n):  # as of a library that is off by one unit now and then
        exact = math.pow(x, n)
        return math.nextafter(exact, 0.0) if int(x) % 16 == 0 else exact

    assert powers.is_exact_enough(n)
    assert not powers.is_exact_enough(n, below)


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_square_and_a_cube_have_the_bits_of_pow(monkeypatch, is_exact):
    monkeypatch.setattr(writers, "is_exact_enough", lambda n: is_exact)

    def f(x):
        return x**2, x**3

    source, compiled = random.Random(0), ag.compile(f, backend="llvm")
    for _ in range(2000):
        x = source.uniform(-2.0, 2.0) * 2.0 ** source.randrange(-400, 400)
        assert bits(compiled(x)) == bits(tuple(y.data for y in f(Value(x))))
