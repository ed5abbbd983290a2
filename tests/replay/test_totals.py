"""The mean costs of many batches: as a loop in Python adds and divides them, native or not.

Owns that.
"""

from __future__ import annotations

import random
from array import array

import pytest

from autograd.replay import means_of
from autograd.replay.backends import has_llvm
from autograd.replay.training import totals
from tests.replay.eager import SPECIAL, bits


@pytest.mark.parametrize("n", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("n_rows", [0, 1, 2, 5, 400])
@pytest.mark.parametrize("is_native", [True, False])
def test_each_row_is_added_from_the_left(n, n_rows, is_native, monkeypatch):
    draw = random.Random(n + n_rows)
    kinds = [lambda: draw.gauss(0.0, 10.0 ** draw.randint(-9, 9)), lambda: draw.choice(SPECIAL)]
    weights = [draw.choice([1, 3, 32, 0.1]) for _ in range(n)]
    monkeypatch.setattr(totals, "FEWEST", 0)
    divisor = draw.choice([1, 3, 100, 7919])
    if not is_native:
        monkeypatch.setattr(totals, "_native", lambda: None)
    for kind in kinds:
        numbers = array("d", [kind() for _ in range(n * n_rows)])
        right = []
        for row in range(n_rows):
            total = 0.0
            for number, weight in zip(numbers[row * n : row * n + n], weights, strict=True):
                total += number * weight
            right.append(total / divisor)
        assert bits([*means_of(numbers, weights, divisor)]) == bits(right)


def test_native_code_is_used_where_there_is_a_compiler():
    assert (totals._native() is not None) == has_llvm()
