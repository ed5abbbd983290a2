"""What each transform computes, by which arguments, and what kind of number it returns.

Layouts of arguments and results are test_containers.py's, nesting test_nesting.py's, no_grad and
exceptions test_transform_modes.py's, messages test_transform_messages.py's.
"""

import math
from typing import Any

import numpy as np
import pytest
import scipy.optimize

import autograd as ag
from autograd import Value
from tests.transform_cases import OF_CUBE_AT_2, TRANSFORMS, cube, each_transform, kinds


@each_transform
@pytest.mark.parametrize("number", [2.0, 2, np.float32(2), np.int64(2), np.array(2.0)])
def test_numbers_in_numbers_out(name: str, number: Any) -> None:
    result = TRANSFORMS[name](cube, number)
    assert result == OF_CUBE_AT_2[name]
    assert kinds(result) == {float}


@each_transform
def test_values_in_values_out(name: str) -> None:
    result = TRANSFORMS[name](cube, Value(2.0))
    assert [x.data for x in result] == OF_CUBE_AT_2[name]
    assert kinds(result) == {Value}


@each_transform
@pytest.mark.parametrize("constant", [7.0, 7, True, np.float64(7), Value(7.0)])
def test_a_function_that_returns_a_constant(name: str, constant: Any) -> None:
    number = float(constant.data if isinstance(constant, Value) else constant)
    with_value = name in ("value_and_grad", "jvp", "vjp")
    expected = [number, 0.0] if with_value else [0.0] * len(OF_CUBE_AT_2[name])
    result = TRANSFORMS[name](lambda x: constant, 2.0)
    assert result == expected
    assert kinds(result) == {float}
    recorded = TRANSFORMS[name](lambda x: constant, Value(2.0))
    assert [x.data for x in recorded] == expected
    assert kinds(recorded) == {Value}


@each_transform
def test_a_function_that_returns_its_argument(name: str) -> None:
    expected = {"jacobian": [1.0], "hessian": [0.0], "hvp": [0.0], "grad": [1.0]}
    expected |= {"vmap of grad": [1.0, 1.0]}
    assert TRANSFORMS[name](lambda x: x, 2.0) == expected.get(name, [2.0, 1.0])


@each_transform
def test_inside_another_transform_numbers_give_values(name: str) -> None:
    seen: list[Any] = []

    def outer(x: Any) -> Any:
        seen.extend(TRANSFORMS[name](cube, 2.0))
        return x

    assert ag.grad(outer)(1.0) == 1.0
    assert kinds(seen) == {Value}
    assert [x.data for x in seen] == OF_CUBE_AT_2[name]
    assert kinds(TRANSFORMS[name](cube, 2.0)) == {float}  # and outside again numbers


@each_transform
def test_outside_a_closure_over_values_is_over_constants(name: str) -> None:
    weight = Value(2.0)
    result = TRANSFORMS[name](lambda x: weight * x * x, 3.0)
    assert kinds(result) == {float}
    assert weight.grad == 0.0


@each_transform
def test_no_transform_touches_grad(name: str) -> None:
    x, weight = Value(2.0), Value(5.0)
    x.grad, weight.grad = 0.25, 0.5
    TRANSFORMS[name](lambda x: weight * x * x, x)
    assert (x.grad, weight.grad) == (0.25, 0.5)


def test_values_anywhere_among_the_arguments_give_values() -> None:
    def f(x: Any, other: Any, scale: Any = 1.0) -> Any:
        return x * x * scale

    holders = [Value(1.0), [Value(1.0)], {"a": (Value(1.0),)}, np.array([Value(1.0)])]
    for other in holders:
        assert type(ag.grad(f)(3.0, other)) is Value
    assert type(ag.grad(f)(3.0, 0.0, scale=Value(1.0))) is Value
    assert type(ag.grad(f)(3.0, [1.0, np.zeros(3), None])) is float


def test_values_as_tangents_and_cotangents_give_values() -> None:
    direction = Value(3.0)
    tangent = ag.jvp(cube, (2.0,), (direction,))[1]
    (cotangent,) = ag.vjp(cube, 2.0)[1](direction)
    product = ag.hvp(cube, 2.0, direction)
    for result, expected in ((tangent, 12.0), (cotangent, 12.0), (product, 12.0)):
        direction.grad = 0.0
        result.backward()
        assert (result.data, direction.grad) == (3 * expected, expected)


def test_a_pullback_is_used_again_and_inside_other_transforms() -> None:
    out, pullback = ag.vjp(lambda a, b: [a * b, a + b], 2.0, 3.0)
    assert out == [6.0, 5.0]
    assert pullback([1.0, 0.0]) == (3.0, 2.0)
    assert pullback([1.0, 0.0]) == (3.0, 2.0)
    assert pullback([0.0, 2.0]) == (2.0, 2.0)
    assert ag.grad(lambda c: pullback([c * c, 1.0])[0])(5.0) == 30.0
    assert ag.vjp(lambda: 4.0)[1](1.0) == ()


def test_argnums_choose_positional_arguments() -> None:
    def f(a: Any, b: Any, c: Any = 10.0) -> Any:
        return a * b * b + c * a

    assert ag.grad(f)(2.0, 3.0) == 19.0
    assert ag.grad(f, 1)(2.0, 3.0) == 12.0
    assert ag.grad(f, -1)(2.0, 3.0) == 12.0  # of the arguments of the call
    assert ag.grad(f, -1)(2.0, 3.0, 4.0) == 2.0
    assert ag.grad(f, argnums=(1, 0))(2.0, 3.0) == (12.0, 19.0)
    assert ag.grad(f, (0,))(2.0, 3.0) == (19.0,)
    assert ag.grad(f, ())(2.0, 3.0) == ()
    assert ag.value_and_grad(f, (0, -2))(2.0, 3.0, 4.0) == (26.0, (13.0, 12.0))
    assert ag.jacobian(f, (0, 1))(2.0, 3.0) == (19.0, 12.0)
    assert ag.hessian(f, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2), (1, 0, 1)])
def test_an_argument_named_twice_is_refused(argnums: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"argnums.*twice"):
        ag.grad(lambda a, b: a * b * b, argnums)(2.0, 3.0)


def test_keyword_arguments_are_handed_on() -> None:
    def f(x: Any, *, power: int, flag: str = "") -> Any:
        assert flag == "on"
        return x**power

    assert ag.grad(f)(2.0, power=3, flag="on") == 12.0
    assert ag.value_and_grad(f)(2.0, power=3, flag="on") == (8.0, 12.0)
    assert ag.jacobian(f)(2.0, power=3, flag="on") == 12.0
    assert ag.hessian(f)(2.0, power=3, flag="on") == 12.0
    assert ag.vmap(f)([1.0, 2.0], power=3, flag="on") == [1.0, 8.0]


def test_arguments_that_are_not_differentiated_arrive_as_they_are() -> None:
    sentinel, rows = object(), [1.0, 2.0]

    def f(x: Any, *others: Any) -> Any:
        assert others == (sentinel, rows, None, "text")
        assert others[1] is rows
        return x * others[1][1]

    assert ag.grad(f)(5.0, sentinel, rows, None, "text") == 2.0


def test_the_function_runs_once() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(x)
        return x * x

    ag.value_and_grad(f)(2.0)
    ag.jvp(f, 2.0, 1.0)
    _, pullback = ag.vjp(f, 2.0)
    pullback(1.0)
    pullback(1.0)
    ag.hessian(f)(2.0)
    assert len(calls) == 4


def test_the_same_value_twice_is_two_arguments() -> None:
    x = Value(3.0)
    by_a, by_b = ag.grad(lambda a, b: a * a * b, (0, 1))(x, x)
    assert (by_a.data, by_b.data) == (18.0, 9.0)
    assert [g.data for g in ag.grad(lambda xs: xs[0] * xs[0] * xs[1])([x, x])] == [18.0, 9.0]
    by_a.backward()  # by_a is 2ab, and both are x
    assert x.grad == 12.0


def test_backward_of_a_gradient_is_the_second_derivative() -> None:
    x, y = Value(1.2), Value(0.7)
    by_x = ag.grad(lambda a, b: ag.sin(a * b))(x, y)
    by_x.backward()
    assert by_x.data == pytest.approx(0.7 * math.cos(0.84), rel=1e-14)
    assert x.grad == pytest.approx(-0.49 * math.sin(0.84), rel=1e-14)
    assert y.grad == pytest.approx(math.cos(0.84) - 0.84 * math.sin(0.84), rel=1e-14)


def test_closures_over_values_are_differentiated_by_backward_too() -> None:
    weight = Value(3.0)
    slope = ag.grad(lambda x: weight * weight * x * x)(Value(2.0))
    slope.backward()  # 2 w^2 x
    assert weight.grad == 24.0


def test_operations_on_the_gradient_go_on() -> None:
    x = Value(2.0)
    penalty = ag.grad(cube)(x) ** 2  # (3 x^2)^2
    penalty.backward()
    assert x.grad == 36 * 2.0**3


def test_names_and_docstrings_survive() -> None:
    def potential(x: Any) -> Any:
        """The energy at x."""
        return x * x

    for transform in (ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, ag.vmap):
        result = transform(potential)
        assert (result.__name__, result.__doc__) == ("potential", "The energy at x.")


def test_functions_of_any_kind() -> None:
    class Spring:
        def __init__(self, stiffness: float) -> None:
            self.stiffness = stiffness

        def __call__(self, x: Any) -> Any:
            return self.stiffness * x * x

        def force(self, x: Any) -> Any:
            return -self.stiffness * x

        @ag.grad
        @staticmethod
        def slope(x: Any) -> Any:
            return x * x

    assert ag.grad(Spring(3.0))(2.0) == 12.0
    assert ag.grad(Spring(3.0).force)(2.0) == -3.0
    assert Spring.slope(2.0) == 4.0
    assert ag.grad(ag.sin)(0.0) == 1.0
    assert ag.grad(abs)(-2.0) == -1.0
    assert ag.grad(sum)([1.0, 2.0]) == [1.0, 1.0]


def rosen(x: Any) -> Any:
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def test_rosenbrock_in_slices_against_scipy() -> None:
    x = np.array([-1.2, 1.0, 0.5, 2.0])
    v = np.array([1.0, -2.0, 0.5, 3.0])
    np.testing.assert_allclose(ag.grad(rosen)(x), scipy.optimize.rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(ag.hessian(rosen)(x), scipy.optimize.rosen_hess(x), rtol=1e-13)
    np.testing.assert_allclose(
        ag.hvp(rosen, x, v), scipy.optimize.rosen_hess_prod(x, v), rtol=1e-13
    )


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact", "trust-constr"])
def test_scipy_minimises_with_exact_derivatives(method: str) -> None:
    second = {} if method == "BFGS" else {"hess": ag.hessian(rosen)}
    found = scipy.optimize.minimize(
        rosen, [-1.2, 1.0, 0.5], jac=ag.grad(rosen), method=method, **second
    )
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


def test_scipy_minimises_with_hessian_vector_products() -> None:
    found = scipy.optimize.minimize(
        ag.value_and_grad(rosen),
        [-1.2, 1.0, 0.5],
        jac=True,
        hessp=lambda x, v: ag.hvp(rosen, x, v),
        method="trust-ncg",
    )
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, atol=1e-6)


def test_hvp_of_two_arguments_is_a_tuple_of_two() -> None:
    found = ag.hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 10.0))
    assert found == (6.0 + 40.0, 4.0)
    assert ag.hvp(lambda x: x * x * x, (2.0,), (1.0,)) == 12.0
