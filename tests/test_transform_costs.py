"""What transforms cost: steps in proportion to sizes, no depth of recursion, nothing left behind.

Counted in lines run and objects alive, never by a clock.
"""

import gc
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.transform_cases import TRANSFORMS, cube, each_transform


def steps_taken(work: Callable[[], Any], files: str) -> int:
    """How many lines of the engine's file `files` run during `work()`: time without a clock."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        if files not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "work",
    [
        lambda n: ag.grad(ag.sum)([1] * n),
        lambda n: ag.grad(lambda a: a.sum())(np.arange(n)),
        lambda n: ag.vjp(lambda xs: xs, [1.0] * n)[1]([1.0] * n),
        lambda n: ag.jvp(ag.sum, [1.0] * n, [1.0] * n),
        lambda n: ag.vjp(lambda x: [0.0] * n, 1.0),
    ],
    ids=["ints", "array of ints", "cotangent", "tangent", "constants returned"],
)
def test_taking_containers_apart_costs_steps_in_proportion_to_their_size(
    work: Callable[[int], Any],
) -> None:
    few, many = (steps_taken(lambda n=n: work(n), "containers.py") for n in (20, 200))
    assert many < 15 * few


@each_transform
def test_lines_run_in_proportion_to_the_nodes(name: str) -> None:
    def chain(n: int) -> Callable[[Any], Any]:
        def f(x: Any) -> Any:
            for _ in range(n):
                x = x * 0.5 + 1.0
            return x * x

        return f

    few, many = (
        steps_taken(lambda n=n: TRANSFORMS[name](chain(n), 2.0), "autograd") for n in (20, 200)
    )
    assert many < 15 * few


DEPTH = 100_000


def deep(x: Any) -> Any:
    """The square of x, after an even number of reflections at 1."""
    for _ in range(DEPTH):
        x = 2.0 - x
    return x * x


@each_transform
def test_deep_graphs(name: str) -> None:
    if name == "vmap of grad":
        assert ag.vmap(ag.grad(deep))([3.0]) == [6.0]
        return
    expected = {"grad": [6.0], "jacobian": [6.0], "hessian": [2.0], "hvp": [2.0]}
    assert TRANSFORMS[name](deep, 3.0) == expected.get(name, [9.0, 6.0])


def test_a_gradient_of_a_deep_graph_can_be_differentiated_by_backward() -> None:
    x = Value(3.0)
    ag.grad(deep)(x).backward()
    assert x.grad == 2.0


def values_alive() -> int:
    return sum(type(x) is Value for x in gc.get_objects())


def many_inputs(f: Callable[[Any], Any], x: Any) -> list[Any]:
    """The transforms of a function of several numbers, and their closures, used."""
    array, direction = np.array([2.0, 3.0]), np.array([1.0, 0.0])
    out, pullback = ag.vjp(lambda a: f(a) + x, array)
    pullback(direction)
    ag.jacobian(f)(array)
    ag.hessian(lambda a: f(a).sum(), 0)(array)
    ag.hvp(lambda a: f(a).sum(), array, direction)
    ag.jvp(f, (array,), (direction,))
    ag.vmap(ag.jacobian(f))(np.ones((3, 2)))
    return [out]


@pytest.mark.parametrize("start", [2.0, Value(2.0)], ids=["number", "Value"])
@pytest.mark.parametrize("use", [*TRANSFORMS.values(), many_inputs], ids=[*TRANSFORMS, "arrays"])
def test_nothing_is_left_alive(use: Callable[[Any, Any], Any], start: Any) -> None:
    use(cube, start)
    gc.collect()
    gc.disable()
    try:
        before = values_alive()
        use(cube, start)
        assert values_alive() == before  # by reference counting alone
    finally:
        gc.enable()


@each_transform
def test_an_exception_leaves_nothing_alive(name: str) -> None:
    def f(x: Any) -> Any:
        y = x * x
        raise LookupError(y.label)

    gc.collect()
    gc.disable()
    try:
        before = values_alive()
        with pytest.raises(LookupError):
            TRANSFORMS[name](f, 2.0)
        assert values_alive() == before
    finally:
        gc.enable()


@each_transform
def test_a_refused_result_leaves_nothing_alive(name: str) -> None:
    gc.collect()
    gc.disable()
    try:
        before = values_alive()
        with pytest.raises(TypeError):
            TRANSFORMS[name](lambda x: [x * x, "text"], 2.0)
        assert values_alive() == before
    finally:
        gc.enable()
