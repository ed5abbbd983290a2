"""The operands at which each operation has an edge: those that docs/edges.md shows.

Owns `POINTS`. An edge is a zero of either sign, a subnormal, an infinity, a nan, an end of the
domain with its neighbours, a kink or pole, a place where a value or a rule over- or underflows, a
tie. tests/pytorch/edges.py compares at these and at many more; this file needs no PyTorch.
"""

from __future__ import annotations

import math

Point = tuple[float, ...]

INF, NAN = math.inf, math.nan
TINY = 5e-324  # the smallest positive double
ABOVE_ONE, BELOW_ONE = math.nextafter(1.0, 2.0), math.nextafter(1.0, 0.0)
_NAMES = {"tiny": TINY, "up": ABOVE_ONE, "down": BELOW_ONE, "pi": math.pi}

# Every operation of one variable.
COMMON = "0 -0 tiny -tiny inf -inf nan"


def _number(word: str) -> float:
    sign, name = (-1.0, word[1:]) if word[0] == "-" else (1.0, word)
    return sign * _NAMES[name] if name in _NAMES else float(word)


def _points(text: str) -> tuple[Point, ...]:
    """Operand tuples, separated by commas."""
    return tuple(tuple(map(_number, words.split())) for words in text.split(","))


# Operands of one variable beyond COMMON: ends of domains, kinks, poles, roots, over- and underflow.
_OWN: dict[str, str] = {
    **dict.fromkeys(("identity", "neg", "abs", "sign", "cbrt", "relu"), ""),
    "floor": "1 -1 1.5 -1.5 4503599627370497.5",
    "exp": "709.782712893384 709.7827128933841 -745 -746",
    "expm1": "709.782712893384 709.7827128933841 -746",
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), "-1 1e300"),
    "log1p": f"-1 {math.nextafter(-1.0, 0.0)} {math.nextafter(-1.0, -2.0)}",
    "sin": "pi 1e22",
    "cos": f"{math.pi / 2} 1e22",
    "tan": f"{math.pi / 2} 1e22",
    "co_square": "1 -1 down 1e300 -1e300",
    "asin": "1 -1 down up -up",
    "acos": "1 -1 down up -up",
    "atan": "1e300 -1e300",
    "sinh": "710.4758600739439 711 -710",
    "cosh": "710.4758600739439 711 -710",
    "tanh": "19 20 400 -710",
    "asinh": "1e300 -1e300",
    "acosh": "1 up down 1e300",
    "atanh": "1 -1 down -down up -up",
    "sigmoid": "36 37 710 -710 -745 -746",
    "log_sigmoid": "37 745 746 -745 -1e300",
    "softplus": f"20 {math.nextafter(20.0, 21.0)} 37 710 -745 -746 1e300",
    "silu": "38 710 -710 -745 -746 1e300 -1e300",
    "gelu": "8 9 -37 -38.5 -39 1e300 -1e300",
    "erf": "6 1e300",
    "erfc": "26 27 28 -6 1e300",
    "lgamma": "1 2 -1 -2 -170.5 171.5 1e17 -1e17 1e300 -1e300",
    "digamma": "1.4616321449683623 -1 -2 -170.5 1e17 -1e17 1e300",
}

_POWERS = (
    "0 0, -0 0, nan 0, inf 0, -1 0, 0 1, -0 1, 0 2, -0 3, 0 0.5, -0 0.5, 0 1.5, -0 1.5, 0 -1,"
    "-0 -1, -0 -2, 0 -0.5, -0 -0.5, -2 2, -8 0.3333333333333333, -1 0.5, tiny 0.5, tiny 1, tiny 2,"
    "tiny -1, 1e300 2, 1e300 -2, -1e300 3, inf 1, inf 2, inf 0.5, inf -1, -inf 2, -inf 3, -inf 0.5,"
    "-inf 1.5, -inf -1, 0 inf, 1 inf, 2 inf, 0.5 inf, 2 -inf, 0 -inf, nan 1, nan 2, 1 nan, 2 nan"
)
_REMAINDERS = (
    "1 0, 1 -0, 0 0, 0 1, -0 1, 6 3, -6 3, 7.5 2, -7.5 2, 7.5 -2, 1 0.1, tiny 1, -tiny 1, 5 tiny,"
    "-1e-20 3, 1e300 7, 1 inf, -1 inf, 1 -inf, 0 inf, inf 1, inf inf, nan 1, 1 nan, 1 1"
)
_COMPARED = "0 -0, 1 1, 0 tiny, tiny 0, inf inf, inf -inf, -inf -inf, 1 inf, nan 1, 1 nan, nan nan"
_SELECTED = "0 -0, -0 0, 1 1, inf inf, -inf -inf, inf -inf, 1 inf, nan 1, 1 nan, nan nan, nan inf"
_SOFTMAX = (
    "1, inf, -inf, nan, 0 0, 0 1e300, 1e300 0, 0 -745, -745 0, -746 0, -inf 0, 0 -inf, inf 0,"
    "0 inf, inf inf, -inf -inf, nan 0, 0 nan"
)
_LARGEST = (
    "1, nan, 1 2, 2 2, 2 2 2, 1 2 2, 1 1 2, 0 -0, -0 0, -0 0 0, inf inf 1, -inf -inf 1, inf -inf,"
    "nan 1, 1 nan, nan nan 1"
)
_LOGITS = (
    "1, inf, -inf, nan, 0 0, 0 1e300, 0 -745, 0 -746, 0 -40, -inf 0, inf 0, inf inf, -inf -inf,"
    "nan 0, 1e300 1e300, -1e300 -1e300, -inf 0 1"
)

POINTS: dict[str, tuple[Point, ...]] = {
    name: tuple((_number(word),) for word in f"{COMMON} {own}".split())
    for name, own in _OWN.items()
} | {
    "add": _points(
        "0 -0, -0 -0, tiny -tiny, tiny tiny, 1.7e308 1.7e308, 1 inf, inf inf, inf -inf, nan 1,"
        "1 nan"
    ),
    "sub": _points(
        "0 0, -0 0, 0 -0, tiny tiny, 1.7e308 -1.7e308, 1 inf, inf inf, inf -inf, nan 1, 1 nan"
    ),
    "mul": _points(
        "0 -0, -0 -0, 0 inf, 1 inf, inf -inf, 1e300 1e300, 1e300 -1e300, tiny tiny, -tiny tiny,"
        "tiny 1e300, nan 0, 0 nan, inf nan"
    ),
    "div": _points(
        "1 0, 1 -0, 0 0, 0 1, -0 1, inf 1, 1 inf, inf inf, inf 0, 0 inf, 1 tiny, 1e300 tiny,"
        "tiny 1e300, tiny tiny, nan 1, 1 nan, nan 0"
    ),
    "power": _points(_POWERS),
    "pow": _points(_POWERS + ", 2 0"),
    "mod": _points(_REMAINDERS),
    "floordiv": _points(_REMAINDERS),
    "hypot": _points(
        "0 0, -0 0, 0 1, -1 0, tiny 0, tiny tiny, 1e-200 1e-200, 1e200 1e200, 1e300 1e300, inf 1,"
        "1 -inf, inf inf, inf nan, nan 1, 1 nan"
    ),
    "atan2": _points(
        "0 0, 0 -0, -0 0, -0 -0, 0 1, 0 -1, -0 -1, 1 0, -1 0, tiny tiny, tiny -1, 1e-200 1e-200,"
        "1e200 1e200, 1 inf, 1 -inf, inf 1, inf inf, inf -inf, nan 1, 1 nan"
    ),
    "logaddexp": _points(
        "0 0, 745 0, 745 -1, 0 1e300, 1e300 1e300, -1e300 -1e300, 1e300 -1e300, 0 -inf, inf 0,"
        "inf inf, -inf -inf, inf -inf, nan 0, 0 nan, nan inf"
    ),
    **dict.fromkeys(("gt", "eq", "heaviside"), _points(_COMPARED)),
    **dict.fromkeys(("maximum", "minimum"), _points(_SELECTED)),
    "leaky_relu": _points(
        "0 0.01, -0 0.01, tiny 0.01, -tiny 0.01, inf 0.01, -inf 0.01, nan 0.01, 0 0, -1 0, -inf 0,"
        "0 2, 0 -0.5"
    ),
    "elu": _points(
        "0 1, -0 1, tiny 1, -tiny 1, -38 1, -745 1, -746 1, inf 1, -inf 1, nan 1, 0 2, 0 -1, 0 0,"
        "-1 0, -inf 0"
    ),
    "polygamma": tuple(
        (n, *map(_number, (word,)))
        for n in (0.0, 1.0, 2.0, 3.0)
        for word in "0 -0 tiny -1 -2 -1.5 1e17 1e300 inf -inf nan".split()
    ),
    "clip": (
        *((x, -1.0, 1.0) for x in (0.0, -0.0, 1.0, -1.0, 2.0, -2.5, INF, -INF, NAN, ABOVE_ONE)),
        *((x, 2.0, 1.0) for x in (0.0, 1.0, 1.5, 2.0, 3.0, NAN)),
        *((x, 1.0, 1.0) for x in (0.0, 1.0, 2.0)),
        *((x, 0.0, -0.0) for x in (0.0, -0.0)),
        *((x, -0.0, 0.0) for x in (0.0, -0.0)),
        *((x, -INF, INF) for x in (0.0, INF, -INF, NAN)),
        *((x, NAN, 1.0) for x in (0.0, 1.0, 2.0, NAN)),
        *((x, 0.0, NAN) for x in (-1.0, 0.0, 2.0)),
    ),
    "where": _points("1 2 3, 0 2 3, 1 2 nan, nan 2 3, -0 2 3, 1 inf 3, 0 nan 3, 1 -0 -inf"),
    "sum": _points("1, -0, -0 -0, inf -inf, 1e300 1e300 -1e300, nan 1"),
    "mean": _points("1, -0, 1.7e308 1.7e308, inf 1, inf -inf, nan 1"),
    "prod": _points(
        "2, 0, 0 3 4, 3 0 4, 0 0 4, 0 0 0, -0 3, 0 inf, 0 inf 2, inf 2, nan 0 2, 1e300 1e300 0,"
        "1e300 1e300 1e-300, 1e-300 1e-300 1e300, inf inf, -inf inf 0"
    ),
    **dict.fromkeys(("softmax", "log_softmax"), _points(_SOFTMAX)),
    "logsumexp": _points(
        "1, inf, -inf, nan, -inf -inf, -inf 0, inf 0, inf inf, inf -inf, 1e300 1e300,"
        "-1e300 -1e300, 1e3 1e3, 0 -745, 0 -746, nan 0, nan inf, -inf -inf -inf"
    ),
    **dict.fromkeys(
        ("nll", "take"),
        tuple((float(k), *xs) for xs in _points(_LOGITS) for k in range(len(xs))),
    ),
    **dict.fromkeys(("max", "min", "peak"), _points(_LARGEST)),
    "dot": _points(
        "1 2 3 4 5, 0 inf 1, inf 0 1, 0 1 -0, -0 1 -0, 1e300 1e300 -inf, nan 0 1, tiny tiny 0"
    ),
}  # fmt: skip
