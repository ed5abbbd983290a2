"""Ordinary operands for each operation: inside its domain, off its kinks, of moderate size.

Owns `POINTS`, the counterpart of the edge operands of `edges.py`. Where a function takes an even
or odd number of signs, both occur; no operand is so special that a wrong rule agrees by accident.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

Point = tuple[float, ...]

SIZES = (0.1, 0.3, 0.7, 1.3, 2.4, 3.7, 5.2, 7.5, 9.9, 12.3)
POSITIVE = (*SIZES, 0.011, 47.0, 830.0, 1e5, 1e-5)
REAL = tuple(signed for x in SIZES for signed in (x, -x))
WIDE = (*REAL, 0.011, -0.011, 47.0, -47.0, 830.0, -1e5, 1e-5)
UNIT = tuple(s * x for x in (0.011, 0.1, 0.3, 0.45, 0.6, 0.7, 0.85, 0.95) for s in (1.0, -1.0))
ABOVE_ONE = (1.011, 1.1, 1.3, 1.7, 2.4, 3.7, 5.2, 9.9, 47.0, 830.0)

UNARY: dict[str, tuple[float, ...]] = {
    **dict.fromkeys("identity neg abs sign floor relu cbrt".split(), WIDE),
    **dict.fromkeys("co_square sin cos tan atan asinh".split(), WIDE),
    **dict.fromkeys("exp expm1 sinh cosh tanh sigmoid log_sigmoid softplus".split(), REAL),
    **dict.fromkeys("gelu silu erf erfc lgamma digamma".split(), REAL),
    **dict.fromkeys("log log2 log10 sqrt".split(), POSITIVE),
    "log1p": (*POSITIVE, -0.1, -0.3, -0.7, -0.95, -1e-5),
    **dict.fromkeys("asin acos atanh".split(), UNIT),
    "acosh": ABOVE_ONE,
}

SIGNED = (0.3, -0.7, 1.7, -2.4, 3.9, -8.2)
BASES = (0.3, 0.7, 1.7, 2.4, 8.2)
EXPONENTS = (2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 1.5, 0.3, -0.7, 2.9, -3.4)
TRIPLES = ((1.0, 2.0, 3.0), (-1.5, 0.7, 0.2), (0.1, -0.2, 0.4), (5.2, -3.7, 4.9), (2.0, -0.9, -4.0))
LISTS = ((0.7,), (-2.4,), (0.3, 1.9), (1.9, -0.3), *TRIPLES, (0.5, -1.5, 2.5, 0.1, 1.2))


def _pairs(first: Iterable[float], second: Iterable[float]) -> tuple[Point, ...]:
    return tuple((a, b) for a, b in itertools.product(first, second) if a != b)


POINTS: dict[str, tuple[Point, ...]] = {
    **{name: tuple((x,) for x in numbers) for name, numbers in UNARY.items()},
    **dict.fromkeys(
        "add sub mul div hypot atan2 logaddexp maximum minimum gt eq heaviside".split(),
        _pairs(SIGNED, (0.4, -0.9, 1.1, -3.3, 6.5)),
    ),
    **dict.fromkeys(("mod", "floordiv"), _pairs(SIGNED, (0.4, -0.9, 1.1, -3.3, 6.5))),
    "pow": _pairs(BASES, EXPONENTS),
    "power": (*_pairs(BASES, EXPONENTS), *_pairs((-0.7, -2.4), (2.0, 3.0, -1.0, -2.0))),
    "leaky_relu": _pairs(REAL, (0.01, 0.2, -0.5)),
    "elu": _pairs(REAL, (1.0, 0.35, 1.9)),
    "polygamma": tuple((n, x) for n in (0.0, 1.0, 2.0, 3.0) for x in REAL),
    "clip": (
        *((x, -1.0, 2.0) for x in REAL),
        *((x, 0.5, 0.6) for x in (0.1, 0.55, 7.5)),
        *((x, 3.0, 1.0) for x in (0.3, 2.4, 7.5)),
    ),
    "where": ((1.0, 0.3, -0.7), (0.0, 0.3, -0.7), (-2.5, 1.7, 3.9), (0.1, -8.2, 2.4)),
    **dict.fromkeys("sum mean prod max min peak logsumexp softmax log_softmax".split(), LISTS),
    **dict.fromkeys(
        ("nll", "take"), tuple((float(k), *xs) for xs in LISTS for k in range(len(xs)))
    ),
    "dot": (
        *((2.0, 3.0, 0.5), (-0.7, 0.3, -1.1), (0.5,)),
        *((0.3, -0.7, 1.9, 2.2, 0.4), (0.1, 0.2, -0.3, 1.5, -2.5, 3.5, 0.9)),
    ),
}
