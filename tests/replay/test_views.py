"""Containers that are no list, tuple, dict or array: their numbers are part of the program.

Owns that another content is another program, wherever it stands, and that no argument is an error
which the function itself takes.
"""

from __future__ import annotations

from collections import ChainMap, UserDict, UserList, deque
from types import MappingProxyType

import pytest

import autograd as ag

BASE = {"a": 1.0, "b": 2.0}
MADE = {
    "values": lambda d: d.values(),
    "keys": lambda d: {x: k for k, x in d.items()}.keys(),
    "items": lambda d: d.items(),
    "mapping proxy": MappingProxyType,
    "user list": lambda d: UserList(d.values()),
    "user dict": UserDict,
    "chain map": lambda d: ChainMap(d, {"c": 5.0}),
    "deque": lambda d: deque(d.values()),
    "set": lambda d: set(d.values()),
    "in a list": lambda d: [d.values()],
    "of lists": lambda d: UserDict({k: [x, [x]] for k, x in d.items()}),
}


def numbers(x):
    if isinstance(x, (float, int)):
        return [x]
    if isinstance(x, str):
        return []
    items = x.items() if hasattr(x, "items") else x
    return [y for item in items for y in numbers(item)]


@pytest.mark.parametrize("name", MADE)
def test_another_content_is_seen(name):
    def f(x, held):
        return x * sum(numbers(held))

    slope = ag.grad(f)
    compiled = ag.compile(slope)
    for content in ({"a": 1.0, "b": 2.0}, {"a": 9.0, "b": 2.0}, {"a": 9.0}, {"a": 1.0, "b": 2.0}):
        for x in (1.0, 2.0, 3.0):
            held = MADE[name](content)
            assert compiled(x, held) == slope(x, held)


def test_one_view_of_a_dict_that_changes():
    slope = ag.grad(lambda x, held: x * sum(held))
    compiled, content = ag.compile(slope), {"a": 1.0, "b": 2.0}
    view = content.values()
    assert [compiled(x, view) for x in (1.0, 2.0, 3.0)] == [3.0, 3.0, 3.0]
    content["a"] = 9.0
    assert compiled(1.0, view) == slope(1.0, view) == 11.0


def test_a_slice():
    slope = ag.grad(lambda x, part: x * sum([1.0, 2.0, 3.0, 4.0][part]))
    compiled = ag.compile(slope)
    for part in (slice(2), slice(1, 3), slice(None, None, -1), slice(2), slice(1, None, 2)):
        for x in (1.0, 2.0, 3.0):
            assert compiled(x, part) == slope(x, part)
