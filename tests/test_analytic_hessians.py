"""Gradients and Hessians of the classical test functions against their formulas.

Owns Rosenbrock (two and n variables), Himmelblau, Beale and Wood: the derivatives are written
out by hand, every container goes in and comes out, and SciPy's Newton methods find the minima.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import autograd as ag
from autograd import Value

Array = np.ndarray[Any, np.dtype[np.float64]]


def rosenbrock(x: Sequence[Any]) -> Any:
    total: Any = 0.0
    for a, b in pairwise(x):
        total = total + 100 * (b - a**2) ** 2 + (1 - a) ** 2
    return total


def rosenbrock_in_slices(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rosenbrock_gradient(x: Array) -> Array:
    gradient = np.zeros_like(x)
    gradient[:-1] = -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    gradient[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return gradient


def rosenbrock_hessian(x: Array) -> Array:
    diagonal = np.zeros_like(x)
    diagonal[:-1] = 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    diagonal[1:] += 200
    beside = -400 * x[:-1]
    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)


def himmelblau(v: Sequence[Any]) -> Any:
    x, y = v
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def himmelblau_gradient(v: Array) -> Array:
    x, y = v
    first, second = x**2 + y - 11, x + y**2 - 7
    return np.array([4 * x * first + 2 * second, 2 * first + 4 * y * second])


def himmelblau_hessian(v: Array) -> Array:
    x, y = v
    mixed = 4 * (x + y)
    return np.array([[12 * x**2 + 4 * y - 42, mixed], [mixed, 12 * y**2 + 4 * x - 26]])


_BEALE = (1.5, 2.25, 2.625)


def beale(v: Sequence[Any]) -> Any:
    x, y = v
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def beale_gradient(v: Array) -> Array:
    x, y = v
    gradient = np.zeros(2)
    for i, c in enumerate(_BEALE, start=1):
        residual = c - x * (1 - y**i)
        gradient += 2 * residual * np.array([y**i - 1, i * x * y ** (i - 1)])
    return gradient


def beale_hessian(v: Array) -> Array:
    x, y = v
    hessian = np.zeros((2, 2))
    for i, c in enumerate(_BEALE, start=1):
        residual = c - x * (1 - y**i)
        slope = np.array([y**i - 1, i * x * y ** (i - 1)])
        mixed = i * y ** (i - 1)
        bend = i * (i - 1) * x * y ** (i - 2) if i > 1 else 0.0
        hessian += 2 * np.outer(slope, slope)
        hessian += 2 * residual * np.array([[0.0, mixed], [mixed, bend]])
    return hessian


def wood(v: Sequence[Any]) -> Any:
    a, b, c, d = v
    return (
        100 * (b - a**2) ** 2
        + (1 - a) ** 2
        + 90 * (d - c**2) ** 2
        + (1 - c) ** 2
        + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2)
        + 19.8 * (b - 1) * (d - 1)
    )


def wood_gradient(v: Array) -> Array:
    a, b, c, d = v
    return np.array(
        [
            -400 * a * (b - a**2) - 2 * (1 - a),
            200 * (b - a**2) + 20.2 * (b - 1) + 19.8 * (d - 1),
            -360 * c * (d - c**2) - 2 * (1 - c),
            180 * (d - c**2) + 20.2 * (d - 1) + 19.8 * (b - 1),
        ]
    )


def wood_hessian(v: Array) -> Array:
    a, b, c, d = v
    return np.array(
        [
            [1200 * a**2 - 400 * b + 2, -400 * a, 0, 0],
            [-400 * a, 220.2, 0, 19.8],
            [0, 0, 1080 * c**2 - 360 * d + 2, -360 * c],
            [0, 19.8, -360 * c, 200.2],
        ]
    )


@dataclass(frozen=True)
class Problem:
    function: Callable[[Any], Any]
    gradient: Callable[[Array], Array]
    hessian: Callable[[Array], Array]
    start: tuple[float, ...]
    minimum: tuple[float, ...]


_ROSENBROCK = (rosenbrock_gradient, rosenbrock_hessian)
PROBLEMS = {
    "rosenbrock-2": Problem(rosenbrock, *_ROSENBROCK, (-1.2, 1.0), (1.0, 1.0)),
    "rosenbrock-7": Problem(
        rosenbrock, *_ROSENBROCK, (1.3, 0.7, 0.8, 1.9, 1.2, 0.9, 1.1), (1.0,) * 7
    ),
    "rosenbrock-5-in-slices": Problem(
        rosenbrock_in_slices, *_ROSENBROCK, (1.3, 0.7, 0.8, 1.9, 1.2), (1.0,) * 5
    ),
    "himmelblau": Problem(
        himmelblau, himmelblau_gradient, himmelblau_hessian, (2.5, 2.5), (3.0, 2.0)
    ),
    "beale": Problem(beale, beale_gradient, beale_hessian, (2.5, 0.3), (3.0, 0.5)),
    "wood": Problem(wood, wood_gradient, wood_hessian, (-3.0, -1.0, -3.0, -1.0), (1.0,) * 4),
}
every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
# Written with indices and loops, so that any sequence will do.
of_sequences = pytest.mark.parametrize(
    "problem",
    [p for p in PROBLEMS.values() if p.function is not rosenbrock_in_slices],
    ids=[name for name, p in PROBLEMS.items() if p.function is not rosenbrock_in_slices],
)


def points(problem: Problem) -> list[Array]:
    random = np.random.default_rng(20)
    n = len(problem.start)
    near = [np.array(problem.start), np.array(problem.minimum)]
    return near + [random.uniform(-2, 2, n) for _ in range(5)] + [np.zeros(n)]


def assert_close(got: Any, expected: Array, size: Array) -> None:
    """Agree to 1e-12 of the terms that were added up: at a minimum they cancel."""
    assert np.shape(got) == expected.shape
    np.testing.assert_allclose(
        np.asarray(got, dtype=float), expected, rtol=1e-12, atol=1e-12 * float(np.max(np.abs(size)))
    )


@every_problem
def test_gradient_and_hessian_of_arrays(problem: Problem) -> None:
    for x in points(problem):
        hessian = ag.hessian(problem.function)(x)
        gradient = ag.grad(problem.function)(x)
        value, same = ag.value_and_grad(problem.function)(x)
        assert isinstance(gradient, np.ndarray)
        assert gradient.dtype == np.float64
        assert isinstance(hessian, np.ndarray)
        assert hessian.dtype == np.float64
        exact = problem.hessian(x)
        assert_close(hessian, exact, exact)
        assert_close(gradient, problem.gradient(x), exact)
        assert value == problem.function(x)
        assert (gradient == same).all()
        np.testing.assert_allclose(hessian, hessian.T, rtol=1e-13)


@of_sequences
@pytest.mark.parametrize("container", [list, tuple])
def test_gradient_and_hessian_of_sequences(problem: Problem, container: type[Any]) -> None:
    for x in points(problem):
        numbers = container(x.tolist())
        gradient = ag.grad(problem.function)(numbers)
        hessian = ag.hessian(problem.function)(numbers)
        assert type(gradient) is container
        assert type(hessian) is container
        assert all(type(row) is container for row in hessian)
        assert all(type(entry) is float for row in hessian for entry in row)
        exact = problem.hessian(x)
        assert_close(hessian, exact, exact)
        assert_close(gradient, problem.gradient(x), exact)


@of_sequences
def test_gradient_and_hessian_of_dicts(problem: Problem) -> None:
    def function(named: dict[str, Any]) -> Any:
        return problem.function(list(named.values()))

    for x in points(problem):
        names = [f"x{i}" for i in range(len(x))]
        named = dict(zip(names, x.tolist(), strict=True))
        gradient = ag.grad(function)(named)
        hessian = ag.hessian(function)(named)
        assert list(gradient) == names
        assert list(hessian) == names
        assert all(list(row) == names for row in hessian.values())
        exact = problem.hessian(x)
        assert_close([[hessian[i][j] for j in names] for i in names], exact, exact)
        assert_close([gradient[i] for i in names], problem.gradient(x), exact)


@of_sequences
def test_gradient_and_hessian_of_separate_numbers(problem: Problem) -> None:
    def function(*numbers: Any) -> Any:
        return problem.function(numbers)

    x = np.array(problem.start)
    every = tuple(range(len(x)))
    gradient = ag.grad(function, argnums=every)(*x)
    exact = problem.hessian(x)
    assert_close(gradient, problem.gradient(x), exact)
    rows = [[ag.grad(ag.grad(function, argnums=i), argnums=j)(*x) for j in every] for i in every]
    assert_close(rows, exact, exact)


@of_sequences
def test_backward_leaves_the_gradient_in_grad(problem: Problem) -> None:
    for x in points(problem):
        leaves = [Value(v) for v in x]
        problem.function(leaves).backward()
        assert_close([v.grad for v in leaves], problem.gradient(x), problem.hessian(x))


@every_problem
def test_products_with_the_hessian(problem: Problem) -> None:
    random = np.random.default_rng(21)
    for x in points(problem):
        direction = random.uniform(-1, 1, len(x))
        exact = problem.hessian(x)
        assert_close(ag.hvp(problem.function, (x,), (direction,)), exact @ direction, exact)
        _, tangent = ag.jvp(ag.grad(problem.function), (x,), (direction,))
        assert_close(tangent, exact @ direction, exact)
        assert_close(ag.jacobian(ag.grad(problem.function))(x), exact, exact)


@every_problem
@pytest.mark.parametrize("method", ["trust-exact", "trust-ncg", "BFGS"])
def test_scipy_finds_the_minimum(problem: Problem, method: str) -> None:
    second_order = {} if method == "BFGS" else {"hess": ag.hessian(problem.function)}
    found = minimize(
        problem.function,
        np.array(problem.start),
        jac=ag.grad(problem.function),
        method=method,
        options={"gtol": 1e-7},
        **second_order,
    )
    assert np.linalg.norm(problem.gradient(found.x)) < 1e-5, found.message
    np.testing.assert_allclose(found.x, problem.minimum, atol=1e-6)
