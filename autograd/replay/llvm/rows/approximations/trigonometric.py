"""sin and cos by one reduction: x = k pi/2 + r, and sin(r) and cos(r) by polynomials."""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.bits import ROUNDER, Bits, bits_of, polynomial, rarely
from autograd.replay.llvm.rows.lanes import Number, fma, select

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

TWO_OVER_PI = 2.0 / math.pi
# pi/2 as a sum of doubles, each what is left of those before.
PI_2_HIGH, PI_2_MIDDLE, PI_2_LOW = (
    1.5707963267948966,
    6.123233995736766e-17,
    -1.4973849048591698e-33,
)
# Up to here x - k pi/2 has all its digits; larger angles take the C library's way.
LARGEST_ANGLE = 2.0**30


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
