"""`python -m tests.minimax`: the coefficients in autograd/replay/llvm/rows/approximations.

Owns their computation: Remez's exchange algorithm (E. Remez, 1934; see J.-M. Muller, Elementary
Functions, chapter 3) in 60 digits. Each polynomial is the remainder of a series that starts with
exact terms; its own largest error is the smallest possible, and the function's is that times the
power that stands before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import mp, mpf

Function = Callable[[Any], Any]


class Problem(NamedTuple):
    """Find p of this degree such that |p - function| on [low, high] is as small as it can be."""

    degree: int
    low: Any
    high: Any
    function: Function


def remez(problem: Problem) -> tuple[list[Any], Any]:
    """The coefficients of p, that of the highest power last, and the largest error."""
    degree, low, high, function = problem
    n = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    points = [middle - half * mp.cos(mp.pi * i / (n - 1)) for i in range(n)]
    for _ in range(30):
        coefficients = _alternating(problem, points)

        def error(x: Any, p: list[Any] = coefficients) -> Any:
            return _value(p, x) - function(x)

        points = _extrema(error, low, high, n)
        sizes = [abs(error(x)) for x in points]
        if max(sizes) < min(sizes) * mpf("1.0001"):
            break
    return coefficients, max(sizes)


def _alternating(problem: Problem, points: list[Any]) -> list[Any]:
    """The coefficients that are off by e, -e, e, ... at the points: a system of equations."""
    degree, _, _, function = problem
    n = len(points)
    matrix, right = mp.matrix(n, n), mp.matrix(n, 1)
    for i, x in enumerate(points):
        for j in range(degree + 1):
            matrix[i, j] = x**j
        matrix[i, n - 1] = (-1) ** i
        right[i] = function(x)
    solution = mp.lu_solve(matrix, right)
    return [solution[j] for j in range(n - 1)]


def _value(coefficients: list[Any], x: Any) -> Any:
    """The polynomial's, by W. G. Horner's scheme."""
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _extrema(error: Function, low: Any, high: Any, n: int) -> list[Any]:
    """The n points where the error alternates and is largest."""
    steps = 24 * n
    middle, half = (low + high) / 2, (high - low) / 2
    grid = [middle - half * mp.cos(mp.pi * i / steps) for i in range(steps + 1)]
    values = [error(x) for x in grid]
    found: list[tuple[Any, Any]] = []
    for i, value in enumerate(values):
        left, right = values[max(i - 1, 0)], values[min(i + 1, steps)]
        if abs(value) < abs(left) or abs(value) < abs(right):
            continue
        x = grid[i]
        if 0 < i < steps and left - 2 * value + right != 0:
            a, b = grid[i - 1], grid[i + 1]
            for _ in range(40):  # a ternary search between the neighbours
                p, q = a + (b - a) / 3, b - (b - a) / 3
                a, b = (a, q) if abs(error(p)) > abs(error(q)) else (p, b)
            x = (a + b) / 2
        size = error(x)
        if found and (found[-1][1] > 0) == (size > 0):
            if abs(size) > abs(found[-1][1]):
                found[-1] = (x, size)
        else:
            found.append((x, size))
    while len(found) > n:
        found.pop(0 if abs(found[0][1]) < abs(found[-1][1]) else -1)
    return [x for x, _ in found]


def _or(limit: Any, function: Function) -> Function:
    """function(x), and at 0, where it is 0/0, the limit."""
    return lambda x: function(x) if abs(x) > mpf(10) ** -15 else limit(x)


def _fraction(z: Any) -> Any:
    return (z - mpf("3.75")) / (z + mpf("3.75"))


def _tanh_rest(z: Any) -> Any:
    x = mp.sqrt(z)
    return (mp.tanh(x) / x - 1) / z


def _scaled_erfc(t: Any) -> Any:
    z = mpf("3.75") * (1 + t) / (1 - t)
    return (1 + 2 * z) * mp.exp(z * z) * mp.erfc(z)


def problems() -> dict[str, Problem]:
    """The polynomials by name; called where mp has enough digits."""
    half_ln2 = mp.log(2) / 2 * (1 + mpf(2) ** -30)
    eighth = mp.pi / 4 * (1 + mpf(2) ** -30)
    ratio = mpf("0.2") ** 2  # of s = f / (2 + f), squared, where 1 + f is in [0.75, 1.5]

    def log_rest(z: Any) -> Any:  # (log((1 + s)/(1 - s)) - 2s) / s^3, in z = s^2
        s = mp.sqrt(z)
        return (2 * mp.atanh(s) - 2 * s) / s**3

    return {
        "EXP": Problem(  # e^r = 1 + r + r^2 p(r)
            10,
            -half_ln2,
            half_ln2,
            _or(lambda r: mpf(1) / 2 + r / 6 + r * r / 24, lambda r: (mp.expm1(r) - r) / (r * r)),
        ),
        "TANH": Problem(  # tanh(r) = r + r^3 p(r^2)
            7,
            mpf(0),
            half_ln2**2,
            _or(lambda z: -mpf(1) / 3 + 2 * z / 15 - 17 * z * z / 315, _tanh_rest),
        ),
        "LOG": Problem(  # log((1 + s)/(1 - s)) = 2s + s^3 p(s^2)
            7,
            mpf(0),
            ratio,
            _or(lambda z: mpf(2) / 3 + 2 * z / 5 + 2 * z * z / 7, log_rest),
        ),
        "SIN": Problem(  # sin(r) = r + r^3 p(r^2)
            5,
            mpf(0),
            eighth**2,
            _or(
                lambda z: -mpf(1) / 6 + z / 120 - z * z / 5040,
                lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
            ),
        ),
        "COS": Problem(  # cos(r) = 1 - r^2/2 + r^4 p(r^2)
            5,
            mpf(0),
            eighth**2,
            _or(
                lambda z: mpf(1) / 24 - z / 720 + z * z / 40320,
                lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / (z * z),
            ),
        ),
        "ERF": Problem(  # erf(x) = x + x p(x^2)
            8,
            mpf(0),
            mpf("0.25"),
            _or(
                lambda z: (1 - z / 3 + z * z / 10) * 2 / mp.sqrt(mp.pi) - 1,
                lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1,
            ),
        ),
        "ERFC": Problem(  # erfc(z) = e^(-z^2) (c + p(t)) / (1 + 2z), t = (z - 3.75) / (z + 3.75)
            22, mpf(-1), _fraction(mpf(28)), lambda t: _scaled_erfc(t)
        ),
    }


def coefficients(name: str) -> tuple[list[float], float]:
    """Its coefficients as doubles, and log2 of the error before they are rounded."""
    with mp.workdps(60):
        found, error = remez(problems()[name])
        return [float(c) for c in found], float(mp.log(error, 2))


def main() -> None:
    """Print what stands in approximations/*.py."""
    with mp.workdps(60):
        names = list(problems())
    for name in names:
        found, error = coefficients(name)
        print(f"{name} = (  # error 2**{error:.1f}")
        for c in found:
            print(f"    {c!r},")
        print(")")


if __name__ == "__main__":
    main()
