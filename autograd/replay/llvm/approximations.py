"""Elementary functions as straight-line arithmetic on all lanes at once, within 2 ulp.

Owns `APPROXIMATIONS`, from the C library's name of a function to what stands for it in fast mode,
and the activation functions made of the same parts. Each reduces its argument to a small interval
(W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980), where a polynomial
serves whose coefficients `python -m tests.minimax` computes, and takes every double: zeros keep
their sign, subnormal results their digits, inf and nan are what the exact function gives.
The worst errors measured stand in tests/test_approximations.py.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from autograd.replay.llvm.bits import (
    BIAS,
    MANTISSA,
    ONE,
    ROUNDER,
    Bits,
    bits_of,
    pattern,
    polynomial,
    rarely,
)
from autograd.replay.llvm.lanes import Body, Number, copysign, fma, is_infinite, select

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
# log((1 + s)/(1 - s)) = 2s + s^3 p(s^2) for |s| <= 1/5; error 2^-55
LOG = (
    0.6666666666666666,
    0.4000000000000791,
    0.2857142856729436,
    0.22222223044536232,
    0.18181737973802176,
    0.1538885231994541,
    0.132100395917094,
    0.1360630857277191,
)
# sin(r) = r + r^3 p(r^2) for |r| <= pi/4; error 2^-55
SIN = (
    -0.16666666666666666,
    0.00833333333333095,
    -0.0001984126983676101,
    2.755731610365757e-06,
    -2.505113204974194e-08,
    1.591814257061163e-10,
)
# cos(r) = 1 - r^2/2 + r^4 p(r^2) for |r| <= pi/4; error 2^-59
COS = (
    0.041666666666666664,
    -0.0013888888888887398,
    2.480158729876704e-05,
    -2.755731727234419e-07,
    2.087614638222807e-09,
    -1.1382639806242927e-11,
)

LOG2_E = 1.0 / math.log(2.0)
# log(2) and pi/2 as sums of doubles, each the rest of the ones before rounded to a double.
LN2_HIGH, LN2_LOW = 0.6931471805599453, 2.3190468138462996e-17
PI_2_HIGH, PI_2_MIDDLE, PI_2_LOW = (
    1.5707963267948966,
    6.123233995736766e-17,
    -1.4973849048591698e-33,
)
TWO_OVER_PI = 2.0 / math.pi
# Up to here x - k pi/2 has all its digits; larger ones, in practice unheard of, take libm's way.
LARGEST_ANGLE = 2.0**30


class Power(NamedTuple):
    """e^x = scale * (1 + r + rest), |r| <= log(2)/2, scale a power of 2."""

    shifted: Number  # k + ROUNDER
    r: Number
    rest: Number


def _power(x: Number) -> Power:
    """e^x taken apart; the error of x - k log(2) is in the rest."""
    shifted = fma(x, LOG2_E, ROUNDER)
    k = shifted - ROUNDER
    near = fma(-k, LN2_HIGH, x)  # exact
    r = fma(-k, LN2_LOW, near)
    lost = fma(-k, LN2_LOW, near - r)
    return Power(shifted, r, fma(r * r, polynomial(r, EXP), lost))


def _two_to(shifted: Bits) -> Number:
    """2^k of the bits of k + ROUNDER, for -1022 <= k <= 1023."""
    return ((shifted << MANTISSA) + ONE).number()


def _two_scales(x: Number, shifted: Number) -> tuple[Number, Number]:
    """Two powers of 2 whose product is that of `_power`, even where it is none of a double."""
    half = bits_of(fma(x, 0.5 * LOG2_E, ROUNDER))
    return _two_to(half), _two_to(bits_of(shifted) - half)


def _limited(x: Number, low: float, high: float) -> Number:
    """x, or the nearer limit; nan stays."""
    x = select(x > high, high, x)
    return select(x < low, low, x)


def exp(x: Number) -> Number:
    """e^x."""
    x = _limited(x, -746.0, 710.0)
    shifted, r, rest = _power(x)
    first, second = _two_scales(x, shifted)
    return (1.0 + (r + rest)) * first * second


def expm1(x: Number) -> Number:
    """e^x - 1 = 2 (h r + h rest + (h - 1/2)), where 2h is the scale of e^x."""
    limited = _limited(x, -40.0, 710.0)
    shifted, r, rest = _power(limited)
    half = ((bits_of(shifted) << MANTISSA) + (ONE - (1 << MANTISSA))).number()
    result = 2.0 * fma(half, rest, fma(half, r, half - 0.5))
    return select(abs(x) < 2.0**-54, x, result)


def tanh(x: Number) -> Number:
    """(e^2a - 1)/(e^2a + 1), a = |x|; both with a low part, and a quotient that regards these."""
    a = abs(x)
    a = select(a > 20.0, 20.0, a)  # where it is 1 to the last digit
    shifted, r, rest = _power(a + a)
    scale = _two_to(bits_of(shifted))
    sum_ = r + rest
    lost = rest - (sum_ - r)
    top, bottom, scaled = scale - 1.0, scale + 1.0, scale * sum_
    numerator = top + scaled
    denominator = bottom + scaled
    numerator_rest = fma(scale, lost, scaled - (numerator - top))
    denominator_rest = fma(scale, lost, (scaled - (denominator - bottom)) + (1.0 - (bottom - scale)))
    inverse = 1.0 / denominator
    quotient = numerator * inverse
    left = fma(-quotient, denominator, numerator) + fma(-quotient, denominator_rest, numerator_rest)
    return copysign(fma(left, inverse, quotient), x)


class Exponent(NamedTuple):
    """x = 2^k m, 0.75 <= m < 1.5, of a positive normal x."""

    biased: Bits  # k + BIAS
    m: Number


def _exponent(x: Number) -> Exponent:
    offset = bits_of(x) + (ONE - pattern(0.75))
    m = (offset & ((1 << MANTISSA) - 1)) + pattern(0.75)
    return Exponent(offset >> MANTISSA, m.number())


def _whole(biased: Bits) -> Number:
    """k + BIAS as a number."""
    return (biased | pattern(2.0**52)).number() - 2.0**52


def _log_of_sum(f: Number, k: Number) -> Number:
    """log(1 + f) + k log(2) for -1/4 <= f <= 1/2, with s = f/(2 + f).

    log(1 + f) = 2s + s^3 p = f - (f^2/2 - s (f^2/2 + s^2 p)): the largest term is exact (K. C. Ng,
    in the FreeBSD msun library's e_log.c).
    """
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    tail = fma(s, half_square + z * polynomial(z, LOG), k * LN2_LOW)
    return fma(k, LN2_HIGH, f - (half_square - tail))


def log(x: Number) -> Number:
    """log(x), of x = 2^k (1 + f)."""
    small = x < 2.0**-1022
    biased, m = _exponent(select(small, x * 2.0**54, x))
    k = _whole(biased) - select(small, BIAS + 54.0, BIAS)
    result = _log_of_sum(m - 1.0, k)
    result = select(x < math.inf, result, x)  # inf and nan
    return select(x > 0.0, result, select(x.equals(0.0), -math.inf, math.nan))


def log1p(x: Number) -> Number:
    """log(1 + x), of 1 + x = 2^k (1 + f), where f = 2^-k x + (2^-k - 1) keeps the digits of x."""
    y = 1.0 + x
    biased, m = _exponent(y)
    scale = ((2 * BIAS - biased) << MANTISSA).number()
    f = select(y < 2.0**60, fma(x, scale, scale - 1.0), m - 1.0)
    result = copysign(_log_of_sum(f, _whole(biased) - BIAS), x)
    result = select(x < math.inf, result, x)
    return select(x > -1.0, result, select(x.equals(-1.0), -math.inf, math.nan))


class Angle(NamedTuple):
    """x = k pi/2 + r + rest, |r| <= pi/4."""

    k: Bits  # its last two bits count
    r: Number
    rest: Number


def _angle(x: Number) -> Angle:
    shifted = fma(x, TWO_OVER_PI, ROUNDER)
    k = shifted - ROUNDER
    near = fma(-k, PI_2_HIGH, x)  # exact
    product = k * PI_2_MIDDLE
    product_rest = fma(k, PI_2_MIDDLE, -product)
    r = near - product
    rest = ((near - r) - product) - fma(k, PI_2_LOW, product_rest)
    return Angle(bits_of(shifted), r, rest)


def _sine(angle: Angle, quarters: int) -> Number:
    """sin(x + quarters * pi/2): sin or cos of r + rest, of either sign."""
    z = angle.r * angle.r
    half = 0.5 * z
    sine = angle.r + fma(angle.r * z, polynomial(z, SIN), angle.rest * (1.0 - half))
    near = 1.0 - half
    low = fma(z * z, polynomial(z, COS), -angle.r * angle.rest)
    cosine = near + (((1.0 - near) - half) + low)
    k = angle.k + quarters
    chosen = bits_of(select((k & 1).is_zero(), sine, cosine))
    return (chosen ^ ((k & 2) << 62)).number()


def _sine_of(x: Number, quarters: int, symbol: str) -> Number:
    """The same for every x: very large ones by the C library."""
    size = abs(x)
    large = (size > LARGEST_ANGLE) & (size < math.inf)
    return rarely(large, _sine(_angle(x), quarters), lambda: x.code.libm(symbol, x))


def sin(x: Number) -> Number:
    """sin(x)."""
    return select(abs(x) < 2.0**-27, x, _sine_of(x, 0, "sin"))


def cos(x: Number) -> Number:
    """cos(x)."""
    return _sine_of(x, 1, "cos")


class Quotient(NamedTuple):
    """value + rest = numerator / (1 + e)."""

    value: Number
    rest: Number


def _over_one_plus(numerator: Number, e: Number) -> Quotient:
    denominator = 1.0 + e
    lost = e - (denominator - 1.0)  # for 0 <= e <= 1
    inverse = 1.0 / denominator
    value = numerator * inverse
    left = fma(-value, lost, fma(-value, denominator, numerator))
    return Quotient(value, left * inverse)


def sigmoid(x: Number) -> Number:
    """1/(1 + e^-x) where x >= 0, else e^x/(1 + e^x)."""
    e = exp(-abs(x))
    quotient = _over_one_plus(select(x >= 0.0, 1.0, e), e)
    return quotient.value + quotient.rest


def silu(x: Number) -> Number:
    """x sigmoid(x), scaled last: where e^x is subnormal, x e^x need not be."""
    infinite = x.equals(-math.inf)
    x = select(x < -800.0, -800.0, x)  # far below where the result is -0.0
    size = _limited(-abs(x), -800.0, 0.0)
    shifted, r, rest = _power(size)
    first, second = _two_scales(size, shifted)
    unscaled = 1.0 + (r + rest)
    positive = x >= 0.0
    quotient = _over_one_plus(select(positive, 1.0, unscaled), unscaled * first * second)
    product = x * quotient.value
    result = product + fma(x, quotient.rest, fma(x, quotient.value, -product))
    result = result * select(positive, 1.0, first) * select(positive, 1.0, second)
    result = select(x > 40.0, x, result)
    return select(infinite, math.nan, result)  # -inf * 0


def _log_one_plus_exp(x: Number) -> Number:
    """log(1 + e^x) for x <= 0."""
    e = exp(x)
    large = e > 0.5
    f = select(large, fma(e, 0.5, -0.5), e)  # exact
    return _log_of_sum(f, select(large, 1.0, 0.0))


def softplus(x: Number) -> Number:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return select(x < 0.0, 0.0, x) + _log_one_plus_exp(-abs(x))


def log_sigmoid(x: Number) -> Number:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|)."""
    return select(x > 0.0, 0.0, x) - _log_one_plus_exp(-abs(x))


def logaddexp(a: Number, b: Number) -> Number:
    """log(e^a + e^b) = max + log(1 + e^-|a - b|); two equal infinities are their own answer."""
    top = select(b > a, b, a)
    result = top + _log_one_plus_exp(-abs(a - b))
    return select(a.equals(b) & is_infinite(a), a, result)


def _root(x: Number) -> Number:
    return select(x.equals(-math.inf), math.inf, x.code.intrinsic("sqrt", x) + 0.0)


# x^n for exponents that are known beforehand.
SMALL_POWERS: dict[float, Callable[[Number], Number]] = {
    -2.0: lambda x: 1.0 / x * (1.0 / x),
    -1.0: lambda x: 1.0 / x,
    0.5: _root,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    4.0: lambda x: x * x * (x * x),
}

# What stands for functions of the C library, wherever a row needs one of them.
APPROXIMATIONS: dict[str, Body] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "sin": sin,
    "cos": cos,
}
# What stands for whole rows of the table.
ROWS: dict[str, Body] = {
    "sigmoid": sigmoid,
    "silu": silu,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "logaddexp": logaddexp,
}
