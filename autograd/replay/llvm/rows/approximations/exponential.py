"""e^x, e^x - 1 and tanh by one reduction: x = k log(2) + r, and e^r by a polynomial.

Owns `Power`, e^x before its parts are multiplied and added, which activation functions use, too.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.bits import (
    MANTISSA,
    ONE,
    ROUNDER,
    Bits,
    bits_of,
    horner,
    polynomial,
)
from autograd.replay.llvm.rows.lanes import Number, copysign, fma, select

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

# tanh(r) = r + r^3 p(r^2) for |r| <= log(2)/4; error 2^-51, of the result 2^-56
TANH = (
    -0.3333333333333328,
    0.13333333333213318,
    -0.05396825350094035,
    0.021869421950299412,
    -0.008858940934496178,
    0.003463981141521141,
)

LOG2_E = 1.0 / math.log(2.0)
# log(2) as a sum of doubles, the second what is left of the first.
LN2_HIGH, LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17
# What tanh multiplies the parts of its quotient by, where k is at most 1 and where it is more: the
# parts then lie below a power of 2 rather than above it, where what is rounded is most.
NEAR, FAR = 1.25, 1.5


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
    """((s - 1) + (s + 1) t)/((s + 1) + (s - 1) t) of |x| = k log(2)/2 + r, s = 2^k, t = tanh(r).

    That is the theorem of addition, with tanh(k log(2)/2) = (s - 1)/(s + 1): near 0 it is t, and
    from k = 2 on the upper part is written as the lower one less 2 (1 - t), so that what is rounded
    in the one is in the other, too.
    """
    a = abs(x)
    a = select(a > 20.0, 20.0, a)  # where it is 1 to the last digit
    shifted = fma(a, 2.0 * LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    r = fma(-k, 0.5 * LN2_HIGH, a)  # exact
    square = r * r
    t = r + fma(-k, 0.5 * LN2_LOW, r * square * horner(square, TANH))
    is_far = k > 1.0
    one = select(is_far, FAR, NEAR)
    scale = ((bits_of(shifted) << MANTISSA) + bits_of(one)).number()
    less, more = scale - one, scale + one
    lower = fma(less, t, more)
    upper = fma(select(is_far, 2.0 * FAR, more), t, select(is_far, lower - 2.0 * FAR, less))
    return copysign(upper / lower, x)
