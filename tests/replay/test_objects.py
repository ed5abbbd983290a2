"""Objects as arguments of a compiled function, by which it is known whether they are others.

Owns those that are not hashable, and arguments that can have no program.
"""

import asyncio
import gc
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

import autograd as ag
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)


@dataclass
class Line:
    """A dataclass as it is by default: equal by its fields, and not hashable."""

    w: float
    b: float


@both
def test_what_is_not_hashable_is_known_by_what_it_holds(backend):
    compiled = ag.compile(lambda line, x: line.w * x + line.b, backend=backend)
    line = Line(2.0, 1.0)
    assert [compiled(line, 3.0), compiled(line, 4.0), compiled(Line(2.0, 1.0), 5.0)] == [7, 9, 11]
    line.w = 5.0
    assert [compiled(line, 3.0), compiled(Line(2.0, 1.0), 3.0)] == [16.0, 7.0]
    compiled = ag.compile(lambda things, x: sum(things) * x, backend=backend)
    last = deque([1.0, 2.0])
    assert [compiled(last, 1.0), compiled(last, 2.0), compiled({1.0, 2.0}, 3.0)] == [3.0, 6.0, 9.0]
    last.append(3.0)
    assert compiled(last, 2.0) == 12.0
    compiled = ag.compile(lambda space, x: space.k * x, backend=backend)
    space = SimpleNamespace(k=2.0)
    assert [compiled(space, 1.0), compiled(space, 2.0)] == [2.0, 4.0]
    space.k = 3.0
    assert compiled(space, 2.0) == 6.0
    assert not compiled.n_eager


def test_an_argument_that_holds_itself_is_refused():
    endless, deep = [1.0], [1.0]
    endless.append(endless)
    for _ in range(5000):
        deep = [deep]
    compiled = ag.compile(lambda xs: 2.0)
    for argument in (endless, deep):
        with pytest.raises(TypeError, match="an argument holds itself, or lists in lists"):
            compiled(argument)
    assert compiled([1.0]) == 2.0


def test_a_coroutine_is_made_and_awaited_as_it_stands():
    async def twice(x):
        return 2.0 * x

    compiled = ag.compile(twice)
    with pytest.warns(RuntimeWarning) as said:
        assert asyncio.run(compiled(2.0)).data == 4.0
    gc.collect()
    assert ["runs uncompiled" in str(one.message) for one in said] == [True]  # none "never awaited"
