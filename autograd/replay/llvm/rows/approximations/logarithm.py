"""log(x) and log(1 + x) by one reduction: 2^k (1 + f), and log(1 + f) by a polynomial.

Owns `log_of_sum`, log(1 + f) + k log(2), which activation functions use, too.
"""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.approximations.exponential import LN2_HIGH, LN2_LOW
from autograd.replay.llvm.rows.bits import BIAS, MANTISSA, ONE, Bits, bits_of, pattern, polynomial
from autograd.replay.llvm.rows.lanes import Number, copysign, fma, select

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


def log_of_sum(f: Number, k: Number) -> Number:
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
    result = log_of_sum(m - 1.0, k)
    result = select(x < math.inf, result, x)  # inf and nan
    return select(x > 0.0, result, select(x.equals(0.0), -math.inf, math.nan))


def log1p(x: Number) -> Number:
    """log(1 + x), of 1 + x = 2^k (1 + f), where f = 2^-k x + (2^-k - 1) keeps the digits of x."""
    y = 1.0 + x
    biased, m = _exponent(y)
    scale = ((2 * BIAS - biased) << MANTISSA).number()
    f = select(y < 2.0**60, fma(x, scale, scale - 1.0), m - 1.0)
    result = copysign(log_of_sum(f, _whole(biased) - BIAS), x)
    result = select(x < math.inf, result, x)
    return select(x > -1.0, result, select(x.equals(-1.0), -math.inf, math.nan))
