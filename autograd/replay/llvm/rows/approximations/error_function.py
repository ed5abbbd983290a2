"""erf, erfc and gelu by e^(-z^2) and a polynomial that serves the whole half-line z >= 0.

Owns `_tail`, erfc with what was lost when it was rounded: where it is small, each factor counts.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.approximations.exponential import power_of_e, two_scales
from autograd.replay.llvm.rows.bits import polynomial
from autograd.replay.llvm.rows.lanes import Number, copysign, fma, select

# erfc(z) = e^(-z^2) p(t) / (1 + 2z), t = (z - 3.75) / (z + 3.75) (M. M. Shepherd and
# J. G. Laframboise, Mathematics of Computation 36, 1981), for 0 <= z <= 28; error 2^-56. Here is
# the first coefficient as a sum of two doubles, and then the others.
ERFC_FIRST, ERFC_FIRST_REST = 1.2375126308378275, 1.0840099730001407e-16
ERFC = (
    -0.1402405985855467,
    0.0035854154854626417,
    0.08227673849011273,
    -0.10880393014165296,
    0.09230432116152956,
    -0.05869339859151555,
    0.028362277400090972,
    -0.009746579540982538,
    0.0017556260239702552,
    0.00029371359273674394,
    -0.0002901550207948813,
    5.16491753292795e-05,
    2.2387509039796078e-05,
    -1.144355219310525e-05,
    -9.808274174491261e-07,
    1.7487951972972517e-06,
    -4.7129986656056156e-08,
    -2.5295762591022327e-07,
    1.5125903895207038e-08,
    3.2773596263523864e-08,
    -5.688705977236532e-10,
    -2.2981488046403265e-09,
)
CENTRE = 3.75
# erf(x) = x + x p(x^2) for |x| <= 1/2; error 2^-57
ERF = (
    0.12837916709551256,
    -0.37612638903183476,
    0.11283791670925561,
    -0.026866170632954243,
    0.0052239773740628955,
    -0.0008548297842497417,
    0.00012053339321401695,
    -1.4845952533043799e-05,
    1.4726897879477318e-06,
)
# sqrt(2) as a sum of doubles.
SQRT_HALF = math.sqrt(0.5)
ROOT_2, ROOT_2_REST = 1.4142135623730951, -9.667293313452913e-17


class Sum(NamedTuple):
    """An unevaluated sum of a number and a much smaller one."""

    value: Number
    rest: Number


class Tail(NamedTuple):
    """erfc(z) = (value + rest) * first * second."""

    value: Number
    rest: Number
    first: Number
    second: Number


def _square(x: Number) -> Sum:
    value = x * x
    return Sum(value, fma(x, x, -value))


def _tail(double: Sum, square: Sum) -> Tail:
    """erfc(z) for z >= 0 from 2z and z^2, which is at most 790."""
    shifted, r, rest = power_of_e(-square.value)
    first, second = two_scales(-square.value, shifted)
    exponential = 1.0 + (r + rest)
    exponential_rest = ((1.0 - exponential) + r) + rest - square.rest * exponential
    z = 0.5 * double.value
    t = (z - CENTRE) / (z + CENTRE)
    p = polynomial(t, ERFC)
    factor = fma(t, p, ERFC_FIRST)
    factor_rest = fma(t, p, ERFC_FIRST - factor) + ERFC_FIRST_REST
    numerator = exponential * factor
    numerator_rest = fma(exponential, factor, -numerator) + fma(
        exponential, factor_rest, exponential_rest * factor
    )
    denominator = 1.0 + double.value
    one = denominator - double.value
    lost = (1.0 - one) + (double.value - (denominator - one))  # D. E. Knuth's sum of two numbers
    denominator_rest = lost + double.rest
    inverse = 1.0 / denominator
    value = numerator * inverse
    left = fma(-value, denominator, numerator) + fma(-value, denominator_rest, numerator_rest)
    return Tail(value, left * inverse, first, second)


def _of(z: Number) -> Tail:
    return _tail(Sum(z + z, z.code.number(0.0)), _square(z))


def _near_zero(x: Number) -> Number:
    """erf(x) for |x| <= 1/2."""
    return fma(x, polynomial(x * x, ERF), x)


def erfc(x: Number) -> Number:
    """1 - erf(x) where |x| < 1/2, else erfc(|x|), or 2 minus that where x < 0."""
    z = abs(x)
    value, rest, first, second = _of(select(z > 28.0, 28.0, z))
    scale = first * second
    left = (2.0 - value * scale) - rest * scale
    right = (value + rest) * first * second
    return select(z < 0.5, 1.0 - _near_zero(x), select(x < 0.0, left, right))


def erf(x: Number) -> Number:
    """1 - erfc(|x|) with the sign of x, but near 0, where nothing would be left of it."""
    z = abs(x)
    value, rest, first, second = _of(select(z > 6.0, 6.0, z))
    scale = first * second
    far = copysign((1.0 - value * scale) - rest * scale, x)
    return select(z < 0.5, _near_zero(x), far)


def gelu(x: Number) -> Number:
    """x erfc(-x/sqrt(2))/2, where the square is x^2/2 and not that of a rounded quotient."""
    infinite = x.equals(-math.inf)
    size = abs(x)
    size = select(size > 39.0, 39.0, size)  # beyond, it is x or -0.0
    square, square_rest = _square(size)
    double = size * ROOT_2
    double_rest = fma(size, ROOT_2_REST, fma(size, ROOT_2, -double))
    value, rest, first, second = _tail(
        Sum(double, double_rest), Sum(0.5 * square, 0.5 * square_rest)
    )
    half = 0.5 * size
    product = half * value
    below = product + fma(half, rest, fma(half, value, -product))
    share = 0.5 * value * (first * second)
    above = 1.0 - share
    above_rest = ((1.0 - above) - share) - 0.5 * rest * (first * second)
    product = size * above
    right = product + fma(size, above_rest, fma(size, above, -product))
    right = select(x > 10.0, x, right)
    far = select(x < 0.0, below * first * second, right)
    near = fma(0.5 * x, _near_zero(x * SQRT_HALF), 0.5 * x)
    result = copysign(select(size < 0.35, near, far), x)
    return select(infinite, math.nan, result)  # -inf * 0
