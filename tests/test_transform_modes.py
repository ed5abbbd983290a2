"""Transforms beside what else a thread may be in: no_grad, an exception on its way, other threads.

A transform sees the function it is given whatever is switched off around it, and leaves the
thread's switches as it found them.
"""

from typing import Any

import pytest

import autograd as ag
from autograd import Value, no_grad
from autograd.modes import in_transform, is_recording
from tests.transform_cases import OF_CUBE_AT_2, TRANSFORMS, cube, each_transform, kinds


def test_no_grad_inside_the_function_makes_constants() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            scale = x * x
        return scale * x

    assert ag.grad(f)(3.0) == 9.0
    assert ag.jvp(f, 3.0, 1.0) == (27.0, 9.0)
    assert ag.hessian(f)(3.0) == 0.0
    assert ag.grad(no_grad()(cube))(3.0) == 0.0


@each_transform
def test_no_grad_around_a_transform_does_not_blind_it(name: str) -> None:
    with no_grad():
        assert TRANSFORMS[name](cube, 2.0) == OF_CUBE_AT_2[name]
        assert not is_recording()
    assert is_recording()


@each_transform
def test_no_grad_around_a_transform_leaves_its_results_without_history(name: str) -> None:
    with no_grad():
        results = TRANSFORMS[name](cube, Value(2.0))
    assert [x.data for x in results] == OF_CUBE_AT_2[name]
    assert [x.op for x in results] == [None] * len(results)


def test_no_grad_around_a_transform_whose_gradient_is_an_operand() -> None:
    """The derivative of w*x by x is w itself, which has a history of its own."""
    w = Value(3.0) * 1.0
    with no_grad():
        slope = ag.grad(lambda x: w * x)(Value(2.0))
        tangent = ag.jvp(lambda x: x, Value(2.0), w)[1]
    assert [(g.data, g.op) for g in (slope, tangent)] == [(3.0, None), (3.0, None)]


def test_no_grad_around_an_inner_transform_makes_its_value_a_constant() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            value, slope = ag.value_and_grad(cube)(x)
        return (value + slope) * x

    assert ag.grad(f)(2.0) == 20.0


@each_transform
def test_an_exception_in_the_function_passes_and_leaves_no_trace(name: str) -> None:
    def f(x: Any) -> Any:
        assert in_transform() or "vmap" in name
        raise LookupError("from inside")

    for around in (no_grad(), ag.no_grad()):
        with pytest.raises(LookupError, match="from inside"), around:
            TRANSFORMS[name](f, 2.0)
    with pytest.raises(LookupError, match="from inside"):
        ag.grad(lambda x: TRANSFORMS[name](f, x)[0])(2.0)
    assert not in_transform()
    assert is_recording()
    assert kinds(TRANSFORMS[name](cube, 2.0)) == {float}
