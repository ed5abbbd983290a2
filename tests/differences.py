"""Derivatives by central differences in arbitrary precision, sharing nothing with the engine.

Owns `differences`, which differentiates any function of mpf arguments at exact doubles with a
precision raised until two step sizes agree to 45 digits, and `error`, the exactly computed
error of a double.
"""

import math
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import mpmath
from mpmath import mp, mpf

Orders = tuple[int, ...]  # how often to differentiate in each operand

DIGITS = 45  # two different steps must agree to this many
NOTHING = mpf(10) ** -400  # below the smallest double by so much that it may be called zero
COARSE, FINE = 133, 160  # the steps are 2**-133 and 2**-160 of the operand

# The coefficients of central differences with an error of order h squared.
_STENCILS: tuple[tuple[tuple[int, float], ...], ...] = (
    ((0, 1.0),),
    ((-1, -0.5), (1, 0.5)),
    ((-1, 1.0), (0, -2.0), (1, 1.0)),
    ((-2, -0.5), (-1, 1.0), (1, -1.0), (2, 0.5)),
    ((-2, 1.0), (-1, -4.0), (0, 6.0), (1, -4.0), (2, 1.0)),
)


def multi_indices(n_operands: int, live: tuple[int, ...], order: int) -> list[Orders]:
    """Every way to differentiate at most `order` times, in the `live` operands only."""
    ranges = [range(order + 1) if i in live else range(1) for i in range(n_operands)]
    return [orders for orders in product(*ranges) if sum(orders) <= order]


def differences(
    function: Callable[..., Any], operands: tuple[float, ...], wanted: list[Orders]
) -> dict[Orders, Any]:
    """Differentiate by central differences until two step sizes agree to `DIGITS` digits.

    Operands are taken as the exact doubles they are; at most four derivatives in each. Raises
    ArithmeticError when 5000 digits of working precision do not suffice, which is how a kink
    or a pole shows itself.
    """
    found: dict[Orders, Any] = {}
    missing = wanted
    digits = 70 + 40 * max(sum(orders) for orders in wanted)
    while missing:
        if digits > 5000:
            raise ArithmeticError(f"no limit at {operands} for {missing}")
        with mp.workdps(digits):
            coarse = _Differences(function, operands, COARSE)
            fine = _Differences(function, operands, FINE)
            still = []
            for orders in missing:
                a, noise = coarse(orders)
                b, fine_noise = fine(orders)
                if noise < NOTHING and max(abs(a), abs(b)) < NOTHING:
                    found[orders] = mpf(0)
                elif b != 0 and max(abs(a - b), fine_noise) <= abs(b) * mpf(10) ** -DIGITS:
                    found[orders] = b
                elif fine_noise < abs(b) * mpf(10) ** -DIGITS and _is_all_truncation(a, b):
                    found[orders] = mpf(0)
                else:
                    still.append(orders)
            missing = still
        digits = digits * 8 // 5
    return {orders: found[orders] for orders in wanted}


def _is_all_truncation(coarse: Any, fine: Any) -> bool:
    # Around a true zero a difference quotient is c h^2 (1 + O(h^2)): it shrinks as h^2 does.
    return bool(abs(fine - coarse * mpf(4) ** (COARSE - FINE)) <= abs(fine) * mpf(10) ** -30)


class _Differences:
    """Central differences of one function at one point with steps of 2**-exponent, relatively."""

    def __init__(self, function: Callable[..., Any], operands: tuple[float, ...], exponent: int):
        self.function = cache(function)
        self.point = [mpf(x) for x in operands]
        smallest = min([abs(x) for x in operands if x != 0] + [1.0])
        # Never wider than 1: sin varies over 1 even at 1e200.
        sizes = [min(abs(x), 1.0) or smallest for x in operands]
        # Powers of two: the steps and the shifted operands are exact.
        self.steps = [mpf(2) ** (math.frexp(size)[1] - exponent) for size in sizes]

    def __call__(self, orders: Orders) -> tuple[Any, Any]:
        """Return the difference quotient and a bound on its rounding error."""
        total, largest = mpf(0), mpf(0)
        for terms in product(*(_STENCILS[order] for order in orders)):
            shifted = [
                x + h * k for x, h, (k, _) in zip(self.point, self.steps, terms, strict=True)
            ]
            value = self.function(*shifted)
            total += value * mpf(math.prod(weight for _, weight in terms))
            largest = max(largest, abs(value))
        scale = mpmath.fprod(h**order for h, order in zip(self.steps, orders, strict=True))
        return total / scale, 64 * largest * mp.eps / scale


def error(got: float, expected: Any) -> tuple[float, float]:
    """The relative and the absolute error of a double, exactly subtracted.

    An infinity is right where the expected number is too large for a double.
    """
    if math.isnan(got):
        return math.inf, math.inf
    if math.isinf(got):
        right = abs(expected) > 1.79e308 and (got > 0) == (expected > 0)
        return (0.0, 0.0) if right else (math.inf, math.inf)
    with mp.workdps(60):
        absolute = abs(mpf(got) - expected)
        relative = absolute / abs(expected) if expected else (mpf("inf") if absolute else mpf(0))
        return float(relative), float(absolute)
