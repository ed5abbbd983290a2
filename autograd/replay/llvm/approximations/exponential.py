"""e^x, e^x - 1 and tanh by one reduction: x = k log(2) + r, and e^r by a polynomial.

Owns `Power`, e^x before its parts are multiplied and added, which activation functions use, too.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.bits import MANTISSA, ONE, ROUNDER, Bits, bits_of, polynomial
from autograd.replay.llvm.lanes import Number, copysign, fma, select

# e^r = 1 + r + r^2 p(r) for |r| <= log(2)/2; error 2^-59
EXP = (
    0.5,
    0.1666666666666667,
    0.041666666666666685,
    0.008333333333326141,
    0.0013888888888874409,
    0.00019841269874802054,
    2.4801587347313782e-05,
    2.7557255424012944e-06,
    2.7557252937495114e-07,
    2.510520701540567e-08,
    2.092158085484393e-09,
)

LOG2_E = 1.0 / math.log(2.0)
# log(2) as a sum of doubles, the second what is left of the first.
LN2_HIGH, LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17


class Power(NamedTuple):
    """e^x = scale * (1 + r + rest), |r| <= log(2)/2, scale a power of 2."""

    shifted: Number  # k + ROUNDER
    r: Number
    rest: Number


def power_of_e(x: Number) -> Power:
    """e^x taken apart; the error of x - k log(2) is in the rest."""
    shifted = fma(x, LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    near = fma(-k, LN2_HIGH, x)  # exact
    r = fma(-k, LN2_LOW, near)
    lost = fma(-k, LN2_LOW, near - r)
    return Power(shifted, r, fma(r * r, polynomial(r, EXP), lost))


def two_to(shifted: Bits) -> Number:
    """2^k of the bits of k + ROUNDER, for -1022 <= k <= 1023."""
    return ((shifted << MANTISSA) + ONE).number()


def two_scales(x: Number, shifted: Number) -> tuple[Number, Number]:
    """Two powers of 2 whose product is that of `power_of_e`, even where it is none of a double."""
    half = bits_of(fma(x, 0.5 * LOG2_E, ROUNDER))
    return two_to(half), two_to(bits_of(shifted) - half)


def limited(x: Number, low: float, high: float) -> Number:
    """x, or the nearer limit; nan stays."""
    x = select(x > high, high, x)
    return select(x < low, low, x)


def exp(x: Number) -> Number:
    """e^x."""
    x = limited(x, -746.0, 710.0)
    shifted, r, rest = power_of_e(x)
    first, second = two_scales(x, shifted)
    return (1.0 + (r + rest)) * first * second


def expm1(x: Number) -> Number:
    """e^x - 1 = 2 (h r + h rest + (h - 1/2)), where 2h is the scale of e^x."""
    shifted, r, rest = power_of_e(limited(x, -40.0, 710.0))
    half = ((bits_of(shifted) << MANTISSA) + (ONE - (1 << MANTISSA))).number()
    result = 2.0 * fma(half, rest, fma(half, r, half - 0.5))
    return select(abs(x) < 2.0**-54, x, result)


def tanh(x: Number) -> Number:
    """(e^2a - 1)/(e^2a + 1), a = |x|; both with a low part, and a quotient that regards these."""
    a = abs(x)
    a = select(a > 20.0, 20.0, a)  # where it is 1 to the last digit
    shifted, r, rest = power_of_e(a + a)
    scale = two_to(bits_of(shifted))
    sum_ = r + rest
    lost = rest - (sum_ - r)
    top, bottom, scaled = scale - 1.0, scale + 1.0, scale * sum_
    numerator = top + scaled
    denominator = bottom + scaled
    numerator_rest = fma(scale, lost, scaled - (numerator - top))
    denominator_rest = fma(
        scale, lost, (scaled - (denominator - bottom)) + (1.0 - (bottom - scale))
    )
    inverse = 1.0 / denominator
    quotient = numerator * inverse
    left = fma(-quotient, denominator, numerator) + fma(-quotient, denominator_rest, numerator_rest)
    return copysign(fma(left, inverse, quotient), x)
