"""The operands at which each operation is most likely to be wrong, and their table in Markdown.

`python -m tests.pytorch.edges > edges.md` prints what PyTorch gives at every one of them.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Iterable, Iterator

import torch

from tests.golden import edge_points
from tests.golden.edge_points import Point
from tests.pytorch.reference import REFERENCE, Derivatives, derivatives, same

INF = math.inf
NAN = math.nan
TINY = 5e-324  # the smallest positive double
ABOVE_ONE = math.nextafter(1.0, 2.0)
BELOW_ONE = math.nextafter(1.0, 0.0)


def _signed(*numbers: float) -> tuple[float, ...]:
    return tuple(signed for x in numbers for signed in (x, -x))


COMMON = (
    *_signed(0.0, TINY, 1e-300, 1e-8, 0.5, BELOW_ONE, 1.0, ABOVE_ONE, 2.0),
    *_signed(38.0, 710.0, 745.0, 746.0, 1e300, INF),
    NAN,
)
POLES = (-0.5, -1.5, -2.0, -2.5, -3.0, -3.5, -170.5, 1.4616321449683623, 171.5, 1e17, -1e17)
SOFT = (*_signed(19.0, 20.0, math.nextafter(20.0, 21.0), 21.0, 30.0, 36.0, 37.0, 40.0), 100.0)

# Operands beyond COMMON, for the operations of one variable.
EXTRA: dict[str, tuple[float, ...]] = {
    "exp": (709.782712893384, 709.7827128933841),
    "expm1": (709.782712893384, 709.7827128933841),
    "log1p": (math.nextafter(-1.0, 0.0), math.nextafter(-1.0, -2.0)),
    "sin": (math.pi, math.pi / 2, 1e22),
    "cos": (math.pi, math.pi / 2, 1e22),
    "tan": (math.pi, math.pi / 2, 1e22),
    "sinh": (710.4758600739439, 711.0),
    "cosh": (710.4758600739439, 711.0),
    "tanh": (19.0, 20.0, 400.0),
    "erf": (5.0, 6.0),
    "erfc": (5.0, 26.0, 27.0, 28.0, -6.0),
    "gelu": (*_signed(5.0, 8.0, 9.0), -37.0, -38.5, -39.0, -0.7517915246935645),
    "silu": (-1.2784645427610738, -100.0, 100.0),
    "softplus": SOFT,
    "log_sigmoid": SOFT,
    "sigmoid": SOFT,
    "lgamma": POLES,
    "digamma": POLES,
    "floor": _signed(1.5, 4503599627370497.5),
}

UNARY = (
    "identity",
    "neg",
    "abs",
    "sign",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "co_square",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "sigmoid",
    "log_sigmoid",
    "relu",
    "gelu",
    "silu",
    "softplus",
    "erf",
    "erfc",
    "lgamma",
    "digamma",
    "floor",
)

SHORT = (0.0, -0.0, 1.0, -1.0, 2.0, -2.5, INF, -INF, NAN)
WIDE = (0.0, -0.0, TINY, -TINY, 1.0, -1.0, 1e300, -1e300, INF, -INF, NAN)


def _pairs(numbers: Iterable[float]) -> tuple[Point, ...]:
    return tuple(itertools.product(numbers, repeat=2))


def _with(parameters: Iterable[float], numbers: Iterable[float]) -> tuple[Point, ...]:
    return tuple((x, p) for p in parameters for x in numbers)


_BASES = (0.0, -0.0, TINY, 0.5, 1.0, 2.0, 1e300, INF, NAN, -0.5, -1.0, -2.0, -8.0, -1e300, -INF)
_EXPONENTS = (0.0, -0.0, 1.0, 2.0, 3.0, 0.5, 1.0 / 3.0, 1.5, 2.5, -1.0, -2.0, -3.0, -0.5, -1.5)
_ENDS = (INF, -INF, NAN)

_WIDELY: dict[str, tuple[Point, ...]] = {
    **{name: tuple((x,) for x in (*COMMON, *EXTRA.get(name, ()))) for name in UNARY},
    "add": _pairs(SHORT),
    "sub": _pairs(SHORT),
    "mul": _pairs(WIDE),
    "div": _pairs(WIDE),
    "power": _with((*_EXPONENTS, *_ENDS), _BASES),
    "pow": _with((*_EXPONENTS, 1074.0, 1e300, -1e300, *_ENDS), _BASES),
    "mod": (
        *_pairs((*SHORT, 0.5, 3.0)),
        *((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (6.0, 3.0), (-6.0, 3.0)),
        *((1.0, 0.1), (0.3, 0.1), (-0.3, 0.1), (0.6, 0.2), (4.35, 0.01), (1e17, 3.0), (1e300, 7.0)),
        *((-1e-20, 3.0), (1e-20, -3.0), (TINY, 1.0), (-TINY, 1.0), (5.0, TINY), (1e300, 1e-300)),
    ),
    "hypot": (*_pairs(WIDE), (3.0, 4.0), (1e200, 1e200), (1e-200, 1e-200)),
    "atan2": (*_pairs(WIDE), (1e200, 1e200), (1e-200, 1e-200)),
    "logaddexp": (*_pairs((0.0, 1.0, -1.0, 1e300, -1e300, 745.0, INF, -INF, NAN)), (1e3, 1e3)),
    "floordiv": (
        *_pairs((*SHORT, 0.5, 3.0)),
        *((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (6.0, 3.0), (-6.0, 3.0)),
        *((1.0, 0.1), (0.3, 0.1), (-0.3, 0.1), (0.6, 0.2), (4.35, 0.01), (1e17, 3.0), (1e300, 7.0)),
        *((-1e-20, 3.0), (1e-20, -3.0), (TINY, 1.0), (-TINY, 1.0), (5.0, TINY), (1e300, 1e-300)),
    ),
    **dict.fromkeys(("gt", "eq", "heaviside"), _pairs((*SHORT, TINY, ABOVE_ONE))),
    "maximum": _pairs(SHORT),
    "minimum": _pairs(SHORT),
    "leaky_relu": _with((0.01, 0.0, 1.0, 2.0, -0.5), COMMON),
    "elu": _with((1.0, 2.0, 0.5, 0.0, -1.0), COMMON),
    "polygamma": tuple((n, x) for n in (0.0, 1.0, 2.0, 3.0) for x in (*COMMON, *POLES)),
}

# And all that docs/edges.md shows, none twice.
POINTS: dict[str, tuple[Point, ...]] = {
    name: tuple({repr(p): p for p in (*_WIDELY.get(name, ()), *shown)}.values())
    for name, shown in edge_points.POINTS.items()
}


def _text(number: float | None) -> str:
    return "." if number is None else repr(number)


def _row(name: str, point: Point, scalar: Derivatives, lanes: Derivatives) -> Iterator[str]:
    pairs = [(scalar.value, lanes.value), *zip(scalar.first, lanes.first, strict=True)]
    for ours, theirs in zip(scalar.second, lanes.second, strict=True):
        pairs.extend(zip(ours, theirs, strict=True))
    entries = [
        # A difference of a few ulp between the two loops is no news; another kind of number is.
        _text(a) if same(a, b) or _near(a, b) else f"{_text(a)} (SIMD: {_text(b)})"
        for a, b in pairs
    ]
    n = len(scalar.first)
    yield f"{name}({', '.join(map(repr, point))})"
    yield entries[0]
    yield ", ".join(entries[1 : n + 1])
    yield "; ".join(", ".join(entries[n + 1 + n * i : n + 1 + n * (i + 1)]) for i in range(n))


def _near(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and a != 0.0 and math.isclose(a, b, rel_tol=1e-13)


def table(names: Iterable[str]) -> Iterator[str]:
    """Lines of Markdown: one table an operation, one row a point of `POINTS`."""
    for name in names:
        note = REFERENCE[name].note
        yield f"\n## {name}{': ' + note if note else ''}\n"
        yield "| at | value | first | second (rows ;) |\n|---|---|---|---|"
        for point in POINTS[name]:
            cells = _row(name, point, derivatives(name, point), derivatives(name, point, 17))
            yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print every table, or those of the operations named on the command line."""
    print(f"# PyTorch {torch.__version__} in double at the edges\n")
    print('"." = no recorded dependence. "(SIMD: ...)" = another result on a tensor of 17 lanes.')
    for line in table(sys.argv[1:] or POINTS):
        print(line)


if __name__ == "__main__":
    main()
