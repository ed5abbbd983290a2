"""e^x as the GNU C library computes it since 2018.

Owns its steps (S. Nagy, optimized routines of Arm): e^x = 2^(k/128) e^r, the first factor from a
table, which is computed here, the second by a polynomial.
"""

import functools
from decimal import Context, Decimal, localcontext

from autograd.replay.llvm.rows.bits import MANTISSA, ROUNDER, bits_of, looked_up, pattern, rarely
from autograd.replay.llvm.rows.lanes import Number
from autograd.replay.llvm.rows.twins.agreeing import Range, around, between
from autograd.replay.llvm.rows.twins.steps import Rounding, rounding_of

PARTS = 7  # 2^7 parts of a binade
N = 1 << PARTS
STEPS_TO_ONE = float.fromhex("0x1.71547652b82fep+7")  # N / log(2)
# -log(2)/N as a sum of doubles, the first with zeros at its end.
STEP_HIGH, STEP_LOW = map(float.fromhex, ("-0x1.62e42fefa0000p-8", "-0x1.cf79abc9e3b3ap-47"))
# e^r = 1 + r + c2 r^2 + ... + c5 r^5, |r| <= log(2)/2N
C2, C3, C4, C5 = map(
    float.fromhex,
    (
        "0x1.ffffffffffdbdp-2",
        "0x1.555555555543cp-3",
        "0x1.55555cf172b91p-5",
        "0x1.1111167a4d017p-7",
    ),
)
LARGEST = 512.0  # beyond it the library goes on otherwise, lest a part be subnormal or infinite
MANY, FEW = 1 << 17, 1 << 14


@functools.cache
def table() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Of 2^(k/N), k < N: the bits less k steps of the exponent, and what the double lacks of it."""
    powers, lost = [], []
    with localcontext(Context(prec=50, traps=[])):  # not as the user has set it
        for k in range(N):
            power = Decimal(2) ** (Decimal(k) / N)
            double = float(power)
            powers.append(pattern(double) - (k << MANTISSA) // N)
            lost.append(pattern(float((power - Decimal(double)) / Decimal(double))))
    return tuple(powers), tuple(lost)


def steps(rounding: Rounding, x: Number) -> Number:
    """e^x = 2^(k/N) (1 + r + lost + r^2 (c2 + c3 r) + r^4 (c4 + c5 r))."""
    shifted = rounding.sum(x, STEPS_TO_ONE, ROUNDER)
    k, bits = shifted - ROUNDER, bits_of(shifted)
    r = rounding.sum(k, STEP_LOW, rounding.sum(k, STEP_HIGH, x))
    powers, lost = table()
    index = bits & (N - 1)
    scale = (looked_up("exp.powers", powers, index) + (bits << (MANTISSA - PARTS))).number()
    square = r * r
    rest = looked_up("exp.lost", lost, index).number() + r
    rest = rounding.sum(rounding.sum(r, C3, C2), square, rest)
    rest = rounding.sum(square * square, rounding.sum(r, C5, C4), rest)
    usual = rounding.sum(scale, rest, scale)
    return rarely(abs(x) >= LARGEST, usual, lambda: x.code.libm("exp", x))


def asked() -> list[Range]:
    """The numbers for which the twin must give the bits of the library."""
    return [
        between(2.0**-60, LARGEST, MANY),
        between(2.0**-6, 64.0, MANY),
        between(64.0, LARGEST, FEW),
        *map(around, [LARGEST, 1.0, *[k / STEPS_TO_ONE for k in range(1, 4 * N)]]),
        *map(around, [(k + 0.5) / STEPS_TO_ONE for k in range(4 * N)]),
    ]


@functools.cache
def rounding() -> Rounding | None:
    """How the library of this process rounds the steps, if they are its own."""
    return rounding_of("exp", steps, asked())


def exp(x: Number) -> Number:
    """e^x, with the bits of the C library."""
    found = rounding()
    return x.code.libm("exp", x) if found is None else steps(found, x)
