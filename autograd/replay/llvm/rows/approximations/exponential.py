"""e^x, e^x - 1 and tanh by one reduction: x = k log(2) + r, and e^r by a polynomial.

Owns `Power`, e^x before its parts are multiplied and added, which activation functions use, too.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.approximations.quotients import quotient
from autograd.replay.llvm.rows.bits import (
    MANTISSA,
    ONE,
    ROUNDER,
    SIGN,
    Bits,
    bits_of,
    horner,
    pattern,
    polynomial,
)
from autograd.replay.llvm.rows.lanes import Number, floor, fma, select
from autograd.replay.llvm.rows.registers import exponent, n_of_eight, scaled

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

# tanh(r) = r + r^3 p(r^2) for 0 <= r <= log(2)/2; error 2^-52, of the result 2^-55
TANH = (
    -0.3333333333333331,
    0.1333333333330599,
    -0.05396825392015058,
    0.02186948530900448,
    -0.008863129009141532,
    0.0035902117417630224,
    -0.0014365907283065177,
    0.00048745239770453525,
)

LOG2_E = 1.0 / math.log(2.0)
# log(2) as a sum of doubles, the second what is left of the first.
LN2_HIGH, LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17
# What tanh multiplies both parts of its quotient by: they lie below powers of 2 then rather than
# above them, where what is rounded is most.
ONE_OF_TANH = 1.25


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
    unscaled = 1.0 + (r + rest)
    if n_of_eight(x):
        return scaled(unscaled, shifted - ROUNDER)
    first, second = two_scales(x, shifted)
    return unscaled * first * second


def expm1(x: Number) -> Number:
    """e^x - 1 = 2 (h r + h rest + (h - 1/2)), where 2h is the scale of e^x."""
    shifted, r, rest = power_of_e(limited(x, -40.0, 710.0))
    half = ((bits_of(shifted) << MANTISSA) + (ONE - (1 << MANTISSA))).number()
    result = 2.0 * fma(half, rest, fma(half, r, half - 0.5))
    return select(abs(x) < 2.0**-54, x, result)


def tanh(x: Number) -> Number:
    """((s - 1) + (s + 1) t)/((s + 1) + (s - 1) t) of |x| = k log(2)/2 + r, s = 2^k, t = tanh(r).

    That is the theorem of addition, with tanh(k log(2)/2) = (s - 1)/(s + 1). Since k is rounded
    down, nothing cancels. The upper part is written as the lower one less 2 (1 - t), so that what
    is rounded in the one is in the other, too.
    """
    a = abs(x)
    a = select(a > 20.0, 20.0, a)  # where it is 1 to the last digit
    k, scale = _power_below(a * (2.0 * LOG2_E), ONE_OF_TANH)
    r = fma(-k, 0.5 * LN2_HIGH, a)  # what log(2) is more, 2^-56, is lost in the roundings
    square = r * r
    t = fma(r * square, horner(square, TANH), r)
    lower = fma(scale - ONE_OF_TANH, t, scale + ONE_OF_TANH)
    upper = fma(t, 2.0 * ONE_OF_TANH, lower - 2.0 * ONE_OF_TANH)
    return (bits_of(quotient(upper, lower)) | bits_of(x) & SIGN).number()


def _power_below(x: Number, c: float) -> tuple[Number, Number]:
    """k = floor(x), and c 2^k; for 0 <= x <= 1023 and 1 <= c < 2."""
    if n_of_eight(x):
        scale = scaled(c, x)
        return exponent(scale), scale
    k = floor(x)
    return k, ((bits_of(k + ROUNDER) << MANTISSA) + pattern(c)).number()
