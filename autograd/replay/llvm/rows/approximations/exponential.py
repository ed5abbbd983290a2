"""e^x, e^x - 1 and tanh by one reduction: x = k log(2) + r, and e^r by a polynomial.

Owns `Power`, e^x before its parts are multiplied and added, which activation functions use, too.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.bits import MANTISSA, ONE, ROUNDER, Bits, bits_of, polynomial
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

# e^2r = 1 + 2r + r^2 p(r) for |r| <= log(2)/4; error 2^-56
EXP_TWICE = (
    2.0000000000000004,
    1.333333333333334,
    0.6666666666659865,
    0.2666666666663109,
    0.08888888907007005,
    0.025396825454804553,
    0.006349189457938154,
    0.001410930809100291,
    0.0002828295868059918,
    5.14253599387262e-05,
)
# tanh(x) = x + x^3 p(x^2)/q(x^2) for |x| <= 0.5625, where q(z) = ... + z^3; error 2^-59
TANH_TOP = (-1612.9039979540530, -99.201328867526227, -0.96436527250715778)
TANH_BOTTOM = (4838.7119938621592, 2233.0887841474370, 112.71809618473212)

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
    """1 - 2/(e^2a + 1), a = |x|; a + a^3 p(a^2)/q(a^2) where that would cancel: one division."""
    a = abs(x)
    a = select(a > 20.0, 20.0, a)  # where it is 1 to the last digit
    shifted = fma(a, 2.0 * LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    r = fma(-k, 0.5 * LN2_LOW, fma(-k, 0.5 * LN2_HIGH, a))
    scale = two_to(bits_of(shifted))
    power = fma(scale, fma(r * r, polynomial(r, EXP_TWICE), r + r), scale + 1.0)  # e^2a + 1
    square = a * a
    top = a * square * fma(square, fma(square, TANH_TOP[2], TANH_TOP[1]), TANH_TOP[0])
    bottom = fma(square, fma(square, square + TANH_BOTTOM[2], TANH_BOTTOM[1]), TANH_BOTTOM[0])
    is_small = a < 0.5625
    quotient = select(is_small, top, -2.0) / select(is_small, bottom, power)
    return copysign(select(is_small, a, 1.0) + quotient, x)
