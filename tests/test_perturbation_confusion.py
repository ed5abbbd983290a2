"""Nested transforms whose functions close over each other's arguments: no derivative is confused.

After Siskind and Pearlmutter, "Perturbation confusion and referential transparency" (2005), and
Manzyuk and others, "Perturbation confusion in forward automatic differentiation of higher-order
functions" (2019); with gradients through gradients, recursion, generators and threads.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, no_grad
from tests.transform_cases import STEPS, Function

PAIRS = list(product(STEPS, repeat=2))
each_pair = pytest.mark.parametrize(("outer", "inner"), PAIRS)


@each_pair
def test_the_example_of_siskind_and_pearlmutter(outer: str, inner: str) -> None:
    d, e = STEPS[outer], STEPS[inner]
    assert d(lambda x: x * e(lambda y: x + y)(1.0))(1.0) == 1.0
    assert d(lambda x: x * e(lambda y: x * y)(2.0))(1.0) == 2.0
    assert d(lambda x: x * e(lambda y: x * y)(x))(3.0) == 6.0
    assert d(lambda x: e(lambda y: y * y * y * x * x)(x))(2.0) == 96.0  # (3 x^4)'
    assert d(lambda x: e(lambda y: x)(x))(2.0) == 0.0
    assert d(lambda x: e(lambda x: x * x)(x) * x)(3.0) == 12.0  # the name does not matter


@each_pair
def test_an_inner_function_that_leaks_its_argument(outer: str, inner: str) -> None:
    d, e = STEPS[outer], STEPS[inner]
    leaked = []

    def f(x: Any) -> Any:
        slope = e(lambda y: (leaked.append(y), x * y * y)[1])(x)
        return slope * leaked[-1]  # 2 x^2 times x: what leaked is the outer x

    assert d(f)(2.0) == 24.0


@pytest.mark.parametrize("mix", list(product(STEPS, repeat=3)), ids="-".join)
def test_three_levels_with_closures_over_each(mix: tuple[str, ...]) -> None:
    a, b, c = (STEPS[name] for name in mix)
    third = a(lambda x: b(lambda y: c(lambda z: x * y * y * z * z * z)(x * y))(x))
    assert third(2.0) == 72 * 2.0**5  # of 3 x^3 y^4 by y is 12 x^6 at y = x


def test_a_derivative_of_a_function_of_functions_by_a_shift() -> None:
    def shifted(f: Function, u: Any) -> Function:
        return lambda x: f(x + u)

    for d, e in product(STEPS.values(), repeat=2):
        slope_by_shift = lambda f, d=d: lambda x: d(lambda u: shifted(f, u)(x))(0.0)  # noqa: E731
        assert slope_by_shift(slope_by_shift(lambda x: x**3))(2.0) == 12.0
        assert e(slope_by_shift(lambda x: x**3))(2.0) == 12.0


def test_a_saddle_point_found_by_an_inner_newton_step() -> None:
    def height(x: Any, y: Any) -> Any:
        return x * x * y - y * y + 3 * y

    def best(x: Any) -> Any:  # height is a parabola in y: one step of Newton's method is exact
        slope, bend = ag.grad(height, 1), ag.hessian(height, 1)
        return 0.0 - slope(x, 0.0) / bend(x, 0.0)

    def top(x: Any) -> Any:
        return height(x, best(x))

    x = 1.5
    assert best(x) == (x * x + 3) / 2
    assert ag.grad(top)(x) == x * (x * x + 3)  # ((x^2 + 3)^2 / 4)'
    assert ag.hessian(top)(x) == 3 * x * x + 3


def test_a_gradient_of_a_gradient_step() -> None:
    def loss(w: Any, x: Any) -> Any:
        return sum((a * b - 1.0) ** 2 for a, b in zip(w, x, strict=True))

    def after_a_step(x: Any) -> Any:
        w = [0.5, 2.0]
        step = ag.grad(loss)(w, x)
        return loss([a - 0.1 * g for a, g in zip(w, step, strict=True)], x)

    def by_hand(a: Any, b: Any) -> Any:
        moved = a - mpmath.mpf(0.1) * 2 * (a * b - 1) * b
        return (moved * b - 1) ** 2

    got = ag.grad(after_a_step)([3.0, -0.7])
    expected = [
        float(mpmath.diff(lambda b, a=a: by_hand(a, b), mpmath.mpf(b)))
        for a, b in ((0.5, 3.0), (2.0, -0.7))
    ]
    assert got == pytest.approx(expected, rel=1e-12)


def test_a_gradient_inside_vmap_inside_a_jacobian() -> None:
    inner = ag.vmap(ag.grad(lambda z: z**3))
    assert ag.jacobian(inner)([1.0, 2.0]) == [[6.0, 0.0], [0.0, 12.0]]
    np.testing.assert_array_equal(ag.jacobian(inner)(np.array([1.0, 2.0])), np.diag([6.0, 12.0]))
    shared = ag.jacobian(lambda w: ag.vmap(ag.grad(lambda z: w * z**3))([1.0, 2.0]))
    assert shared(5.0) == [3.0, 12.0]


def test_recursion_through_a_transform() -> None:
    def power(x: Any, n: int) -> Any:
        return x if n == 1 else x * power(x, n - 1)

    def fall(x: Any, n: int) -> Any:
        return power(x, 5) if n == 0 else ag.grad(fall)(x, n - 1)

    assert [fall(2.0, n) for n in range(5)] == [32.0, 80.0, 160.0, 240.0, 240.0]


def test_generators_in_the_function() -> None:
    def f(xs: Any) -> Any:
        def slopes() -> Any:
            for x in xs:
                yield ag.grad(lambda z, x=x: x * z * z)(x)

        return ag.sum(slopes())  # each is 2 x^2

    assert ag.grad(f)([1.0, 2.0]) == [4.0, 8.0]


def test_threads_run_transforms_at_the_same_time() -> None:
    n_threads, rounds = 8, 20
    gate = threading.Barrier(n_threads)

    def work(k: int) -> list[Any]:
        gate.wait(timeout=60)
        results: list[Any] = []
        for _ in range(rounds):
            if k % 2:
                with no_grad():
                    results.append((Value(1.0) * 2).op)
            results.append(ag.hessian(lambda x: ag.sin(x * k) * x)(0.5))
            results.append(ag.jvp(ag.grad(lambda x: x**3 * k), 2.0, 1.0))
            x = Value(float(k))
            (x * x).backward()
            results.append(x.grad)
        return results

    alone = []
    for k in range(n_threads):
        gate = threading.Barrier(1)
        alone.append(work(k))
    gate = threading.Barrier(n_threads)
    with ThreadPoolExecutor(n_threads) as pool:
        assert list(pool.map(work, range(n_threads))) == alone
