"""tanh as the GNU C library computes it, and others that descend from fdlibm.

Owns its steps: by e^y - 1, which is computed in between.
"""

import functools
import math
import struct

from autograd.replay.llvm.rows.bits import MANTISSA, ONE, ROUNDER, bits_of, rarely
from autograd.replay.llvm.rows.lanes import Condition, Number, copysign, select
from autograd.replay.llvm.rows.twins.agreeing import Range, around, between
from autograd.replay.llvm.rows.twins.steps import Rounding, rounding_of

# Of e^y - 1 (fdlibm's s_expm1.c, Sun Microsystems 1993): log(2) in two parts, and where y is
# reduced by a multiple of it that is known. Only the upper half of a number is compared there.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LOG2_E = 1.44269504088896338700e00
HALF_LN2, THREE_HALVES_LN2 = struct.unpack(">dd", bytes.fromhex("3fd62e43000000003ff0a2b200000000"))
# Of r (e^r + 1)/(e^r - 1) = 2 + r^2/6 (1 + q1 r^2/2 + ...)
Q1, Q2, Q3, Q4, Q5 = (
    -3.33333333333331316428e-02,
    1.58730158725481460165e-03,
    -7.93650757867487942473e-05,
    4.00821782732936239552e-06,
    -2.01099218183624371326e-07,
)
LARGEST = 22.0  # from where on tanh is 1
LONG = 6.75  # a little less than where 2x is reduced by 20 log(2)
MANY = 1 << 17  # numbers that are compared: in 61 binades, and in the 9 that networks use
FEW = 1 << 10


def steps(rounding: Rounding, x: Number) -> Number:
    """By p = e^2|x| - 1: 1 - 2/(p + 2); below 1 by p = e^-2|x| - 1: -p/(p + 2)."""
    size = abs(x)
    size = select(size > LARGEST, LARGEST, size)
    is_large = size >= 1.0
    p = _power(rounding, size, is_large)
    quotient = select(is_large, 2.0, p) / (p + 2.0)  # its sign does not matter
    return copysign(select(is_large, 1.0 - quotient, quotient), x)


def _power(rounding: Rounding, size: Number, is_positive: Condition) -> Number:
    """e^y - 1 of y = 2 size, or of -2 size below 1."""
    y = size * select(is_positive, 2.0, -2.0)
    is_whole = size < 0.5 * HALF_LN2  # y = r
    k = size.code.intrinsic("trunc", rounding.sum(y, LOG2_E, select(is_positive, 0.5, -0.5)))
    k = select(is_whole, 0.0, k)
    near, low = rounding.sum(-k, LN2_HIGH, y), k * LN2_LOW
    r = near - low
    rest = (near - r) - low
    half = 0.5 * r
    square = r * half
    fourth = square * square
    q = rounding.sum(fourth, rounding.sum(square, Q3, Q2), rounding.sum(square, Q1, 1.0))
    q = rounding.sum(fourth * fourth, rounding.sum(square, Q5, Q4), q)
    t = rounding.sum(-q, half, 3.0)
    error = square * ((q - t) / rounding.sum(-r, t, 6.0))
    # r error - square where y = r, which has no rest; else (r (error - rest) - rest) - square
    error = rounding.sum(error - rest, r, -select(is_whole, square, rest))
    error = error - select(is_whole, 0.0, square)

    exponent = bits_of(k + ROUNDER) << MANTISSA
    scale, inverse = (exponent + ONE).number(), (ONE - exponent).number()
    is_near = ~is_positive & (k >= -1.0)  # there 1 is not added to be subtracted again
    first = select(is_near, 0.0, select(is_positive, 1.0 - inverse, 1.0))
    taken = select(is_near, 0.5, 1.0)
    usual = (first + (r - error)) * scale
    usual = usual - select(is_positive | is_whole, 0.0, taken)

    def of_long() -> Number:
        added = error + select(k > 56.0, 0.0, inverse)
        return select(k < 20.0, usual, (1.0 + (r - added)) * scale)

    return rarely(size > LONG, usual, of_long)


def asked() -> list[Range]:
    """The numbers for which the twin must give the bits of the library."""
    quarters = [0.25 * n * math.log(2.0) for n in range(1, 128)]
    edges = [0.5 * HALF_LN2, 0.5 * THREE_HALVES_LN2, 1.0, LONG, LARGEST, *quarters]
    return [
        between(2.0**-56, 32.0, MANY),
        between(2.0**-5, 16.0, MANY),
        between(0.5 * THREE_HALVES_LN2, 0.75 * math.log(2.0), FEW),  # reduced either way by log(2)
        *map(around, edges),
    ]


@functools.cache
def rounding() -> Rounding | None:
    """How the library of this process rounds the steps, if they are its own."""
    return rounding_of("tanh", steps, asked())


def tanh(x: Number) -> Number:
    """tanh(x), with the bits of the C library."""
    found = rounding()
    return x.code.libm("tanh", x) if found is None else steps(found, x)
