"""Arguments that change between calls: layouts, lengths, kinds, and numbers in place.

Owns that each call is served by what fits it, natively or not, with the result of eager mode.
"""

from __future__ import annotations

import array
import random
from collections import OrderedDict

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS, bits

both = pytest.mark.parametrize("backend", BACKENDS)


def total(tree):
    """Of all numbers in containers of any depth; each weighs less than the one before."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, np.ndarray):
        tree = tree.ravel().tolist()
    if not isinstance(tree, (list, tuple)):
        return tree * 0.5
    found = 1.0
    for item in tree:
        found = found * 0.75 + total(item) * total(item)
    return found


FLOATS = np.linspace(-1.0, 1.0, 12)
LOCKED = FLOATS[:4].copy()
LOCKED.flags.writeable = False
TREES = [
    [1.0, 2.0], [1.0, 2.0, 3.0], (1.0, 2.0), [], (), {}, [[]], [[], [1.0]], [[1.0], []],
    {"a": 1.0}, {"b": 1.0}, {"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}, OrderedDict(a=1.0),
    {"a": [1.0, (2.0,)], "b": {}}, [1.0, [2.0]], [[1.0], 2.0], ([1.0], [2.0]), [(1.0,), (2.0,)],
    FLOATS, FLOATS[:3], FLOATS[::2], FLOATS[::-1], FLOATS.reshape(3, 4), FLOATS.reshape(3, 4).T,
    FLOATS.reshape(4, 3)[1:, ::2], FLOATS[:0], FLOATS[:0].reshape(0, 3), LOCKED,
    FLOATS.astype(np.float32), FLOATS.astype(">f8"), [FLOATS[:2], 1.0], {"w": FLOATS, "b": 0.5},
    1.0, -0.0, np.float64(2.0), np.float32(0.1), np.array(3.0),
]  # fmt: skip


@both
def test_any_tree_after_any_other(backend):
    g = ag.value_and_grad(total)
    right = [bits(g(tree)) for tree in TREES]
    compiled = ag.compile(g, backend=backend)
    draw = random.Random(0)
    order = [k for k in range(len(TREES)) for _ in range(4)]
    draw.shuffle(order)
    for k in order:
        assert bits(compiled(TREES[k])) == right[k], TREES[k]
    assert not compiled.n_eager


@both
def test_numbers_changed_in_place_are_seen(backend):
    g = ag.value_and_grad(total)
    compiled = ag.compile(g, backend=backend)
    trees = [[1.0, 2.0, 3.0], np.arange(3.0), {"a": 1.0, "b": 2.0}, np.arange(6.0)[::2]]
    for step in range(6):
        for tree in trees:
            tree["a" if isinstance(tree, dict) else 1] = 0.3 * step - 1.0
            assert bits(compiled(tree)) == bits(g(tree))
    numbers = array.array("d", [1.0, 2.0, 3.0])
    for step in range(4):
        numbers[0] = step
        assert bits(compiled(numbers)) == bits(g(list(numbers)))
        assert bits(compiled(memoryview(numbers)[::-1])) == bits(g(list(numbers)[::-1]))


@both
def test_a_list_that_grows_and_shrinks(backend):
    def f(xs):
        xs.append(xs[0] * 2.0)
        xs[0] = xs[-1] + xs.pop(1)
        return ag.sum(xs) * xs[0]

    g = ag.value_and_grad(f)
    compiled = ag.compile(g, backend=backend)
    for n in (3, 2, 3, 4, 2, 3, 3):
        xs = [0.5 * n + k for k in range(n)]
        kept = [*xs]
        assert bits(compiled(xs)) == bits(g(kept))
        assert xs == [0.5 * n + k for k in range(n)]  # the function changes its own list only


@both
@pytest.mark.parametrize("kind", [int, np.int8, np.int64, np.uint16, np.bool_, bool])
def test_whole_numbers_where_floats_were(backend, kind):
    wraps = kind in (np.int8, np.uint16)  # such ints are not multiplied by each other
    g = ag.value_and_grad(lambda x, n: x * n + (n * (n * x) if wraps else n * n * x), 0)
    compiled = ag.compile(g, backend=backend)
    for x in (0.5, 1.5, -2.0):
        for n in (0, 1, 3):
            for m in (float(n), kind(n), [kind(n)], np.array([n], dtype=kind)):
                if isinstance(m, (list, np.ndarray)):
                    first = ag.value_and_grad(lambda x, ns: x * ns[0] + 1.0)
                    again = ag.compile(first, backend=backend)
                    for y in (x, x + 1.0, x - 1.0):
                        assert bits(again(y, m)) == bits(first(y, m))
                else:
                    assert bits(compiled(x, m)) == bits(g(x, m))


@both
def test_results_in_containers_that_change_with_the_way(backend):
    def f(x, n):
        if x > 0.0:
            return {"yes": [x] * n, "n": n}
        return (x, [x * k for k in range(n)], None)

    compiled = ag.compile(f, backend=backend)
    for _ in range(3):
        for x in (1.0, -1.0, 2.0):
            for n in (0, 1, 3):
                right = (
                    {"yes": [x] * n, "n": n} if x > 0.0 else (x, [x * k for k in range(n)], None)
                )
                assert bits(compiled(x, n)) == bits(right)
