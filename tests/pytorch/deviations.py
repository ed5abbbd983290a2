"""Where the engine differs from PyTorch on purpose, why, and what is right instead.

Owns `DEVIATIONS`, the one table of exceptions. Each is DESIGN section 4's, or PyTorch is
inaccurate and the formula or limit that it misses is given. A test fails for a deviation at a
point where PyTorch has come to agree with it, and for any difference that is not here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import mpmath
from mpmath import mpf

from tests.golden.comparison import Entries, Point

INF, NAN = math.inf, math.nan


@dataclass(frozen=True)
class Deviation:
    """What replaces PyTorch's numbers, for some operations at some points.

    reason: a rule of DESIGN, or what PyTorch does wrong.
    operations: names in the table.
    applies: of the operands: whether it is such a point.
    expected: of the name and the operands: the right numbers, for the entries that may differ.
    """

    reason: str
    operations: tuple[str, ...]
    applies: Callable[..., bool]
    expected: Callable[..., Entries]


def expected(name: str, point: Point) -> Entries:
    """The entries in which the engine deviates from PyTorch at `point`, with the right numbers."""
    found: Entries = {}
    for deviation in DEVIATIONS:
        if name in deviation.operations and deviation.applies(*point):
            found |= deviation.expected(name, *point)
    return found


def _has_nan(*operands: float) -> bool:
    return any(math.isnan(x) for x in operands)


def _is_whole(x: float) -> bool:
    return math.isfinite(x) and x == math.floor(x)


def _soft_plus(_: str, x: float) -> Entries:
    e = math.exp(-x)
    return {(): x + math.log1p(e), (0,): 1.0 / (1.0 + e), (0, 0): e / (1.0 + e) ** 2}


def _silu_second(_: str, x: float) -> Entries:
    with mpmath.workdps(50):
        s = 1 / (1 + mpmath.exp(-mpf(x)))
        return {(0, 0): float(s * (1 - s) * (2 + x * (1 - 2 * s)))}


def _polygammas(name: str, *operands: float) -> Entries:
    """From digamma on, the numbers that lgamma, digamma or polygamma(n, x) gives at `operands`."""
    first = int(operands[0]) if name == "polygamma" else ("lgamma", "digamma").index(name) - 1
    orders = range(first, first + 3)
    return {(0,) * i: _polygamma(n, operands[-1]) for i, n in enumerate(orders) if n >= 0}


def _polygamma(n: int, x: float) -> float:
    if x == -INF:
        return NAN
    if x == INF:
        return 0.0 if n else INF
    if x <= 0 and _is_whole(x):  # a pole; the lead's decision, which is PyTorch's at 0
        return NAN if n == 0 else INF if n % 2 else -INF
    with mpmath.workdps(50):
        return float(mpmath.psi(n, mpf(x)))


def _trigamma_takes_part(*operands: float) -> bool:
    """Whether PyTorch's trigamma is among value, first and second derivative, and wrong."""
    x = operands[-1]
    if len(operands) == 2 and operands[0] > 1:
        return False
    return 0.1 <= x < 13.0 or -4.0 < x <= -0.1 or (x < 0 and _is_whole(x))


def _logistic_second(_: str, a: float, b: float) -> Entries:
    e = math.exp(-abs(a - b))
    p = e / (1.0 + e) ** 2
    return {(0, 0): p, (0, 1): -p, (1, 0): -p, (1, 1): p}


def _exponentials_overflow(a: float, b: float) -> bool:
    """e^|a-b| is infinite although both shares, sigmoid(a-b) and sigmoid(b-a), are numbers."""
    return a != b and not _has_nan(a, b) and abs(a - b) > 709.78


def _products_of_the_others(_: str, *xs: float) -> Entries:
    places = range(len(xs))
    found: Entries = {(i,): _product(xs, i) for i in places}
    found |= {(i, j): 0.0 if i == j else _product(xs, i, j) for i in places for j in places}
    return found


def _product(xs: Sequence[float], *left_out: int) -> float:
    """Those before the first one left out, times those between, times those after the last."""
    ends = (-1, *sorted(left_out), len(xs))
    pieces = [math.prod(xs[a + 1 : b]) for a, b in pairwise(ends)]
    return math.prod(pieces)


def _pow_where_one_over_x_overflows(_: str, x: float, y: float) -> Entries:
    """The derivative by x of x^y log(x) contains x^y / x; y x^(y-1) and its own are 0 / x."""
    if y == 0.0:
        return {(0,): NAN, (1, 0): NAN}
    found: Entries = {(1, 0): math.pow(x, y) * INF}
    return found | {(0, 0): NAN} if y == 1.0 else found


def _atan2_first(_: str, a: float, b: float) -> Entries:
    with mpmath.workdps(50):
        y, x = mpf(a), mpf(b)
        square = x * x + y * y
        found: Entries = {(0,): float(x / square), (1,): float(-y / square)}
        if abs(a) == abs(b):
            found[0, 0] = float(-2 * x * y / square**2)
            found[1, 1] = -found[0, 0]
        return found


# What IEEE-754's pow gives at -0.0 and -inf: value, first and second derivative of x**n.
_POWERS: dict[Point, Entries] = {
    (-0.0, 0.5): {(0,): INF},
    (-0.0, 1.5): {(0, 0): INF},
    (-0.0, -0.5): {(): INF},
    (-INF, 0.5): {(): INF, (0,): 0.0},
    (-INF, 1.5): {(0,): INF, (0, 0): 0.0},
    (-INF, 2.5): {(0, 0): INF},
    (-INF, -0.5): {(): 0.0},
}
_CUBE_ROOTS: dict[float, Entries] = {
    0.0: {(0,): INF},
    5e-324: {(0, 0): -INF},
    -5e-324: {(0, 0): INF},
    INF: {(0,): 0.0},
    -INF: {(0,): 0.0},
}

DEVIATIONS: tuple[Deviation, ...] = (
    # DESIGN, section 4.
    Deviation(
        "a nan is let through: it has no sign, and is neither above nor below anything",
        ("sign", "gt", "heaviside"),
        _has_nan,
        lambda name, *_: {(): NAN},
    ),
    Deviation(
        "a kink lets a nan through in value and gradient",
        ("abs", "relu", "leaky_relu", "elu"),
        lambda x, *_: math.isnan(x),
        lambda name, *_: {(0,): NAN},
    ),
    Deviation(
        "a nan among the operands goes to the gradient by each of them",
        ("maximum", "minimum", "clip"),
        _has_nan,
        lambda name, *operands: {(i,): NAN for i in range(len(operands))},
    ),
    Deviation(
        "mixed seconds are right: d/dy of y x^(y-1) at y = 0 is 1/x",
        ("pow",),
        lambda x, y: y == 0 and 1e-300 < x < 1e10,
        lambda name, x, y: {(0, 1): 1.0 / x},
    ),
    Deviation(
        "the derivative by the exponent is nan for x < 0, and so is its own derivative",
        ("pow",),
        lambda x, y: y == 0 and x < 0,
        lambda name, x, y: {(1, 0): NAN},
    ),
    Deviation(
        "x = y = 0 selects 0 for both derivatives: no edges, so no second ones",
        ("pow",),
        lambda x, y: x == 0 and y == 0,
        lambda name, x, y: {(0, 0): 0.0, (0, 1): 0.0, (1, 0): 0.0, (1, 1): 0.0},
    ),
    Deviation(
        "x nan, y = 0 selects 0 for the derivative by x: no edge, so no second ones",
        ("pow",),
        lambda x, y: math.isnan(x) and y == 0,
        lambda name, x, y: {(0, 0): 0.0, (0, 1): 0.0},
    ),
    Deviation(
        "x = 0, y > 0 selects 0 for the derivative by y: no edge, so no second ones",
        ("pow",),
        lambda x, y: x == 0 and 0 < y < INF,
        lambda name, x, y: {(1, 0): 0.0, (1, 1): 0.0},
    ),
    Deviation(
        "x = 0, y = inf: as above, and the derivative by x is 0 for every large y",
        ("pow",),
        lambda x, y: x == 0 and y == INF,
        lambda name, x, y: {(0, 1): 0.0, (1, 0): 0.0, (1, 1): 0.0},
    ),
    Deviation(
        "a live 0 * inf stays nan: log(x) is inf for x = inf",
        ("pow",),
        lambda x, y: x == INF and y == 0,
        lambda name, x, y: {(1, 0): NAN},
    ),
    Deviation(
        "an accepted limit: log's 1/x overflows to inf at a subnormal base, and in the derivative "
        "by x of x^y log(x) it is multiplied by x^y; a live 0 * inf stays nan",
        ("pow",),
        lambda x, y: x == 5e-324 and 0 <= y < INF,
        _pow_where_one_over_x_overflows,
    ),
    Deviation(
        "the origin selects 0 for both derivatives: no edges, so no second ones",
        ("atan2",),
        lambda a, b: a == 0 and b == 0,
        lambda name, a, b: {(0, 0): 0.0, (0, 1): 0.0, (1, 0): 0.0, (1, 1): 0.0},
    ),
    Deviation(
        "the partials are the shifted softmax (DESIGN, section 1), which +inf makes nan",
        ("logsumexp",),
        lambda *xs: len(xs) == 2 and xs[0] == INF and xs[1] < INF,
        lambda name, *xs: {(1,): NAN},
    ),
    # PyTorch's powers of -0.0 and -inf are not its own with a tensor exponent, nor C's.
    Deviation(
        "IEEE-754's pow: PyTorch takes sqrt and 1/sqrt for the numbers 0.5 and -0.5",
        ("power",),
        lambda x, n: any(repr((x, n)) == repr(point) for point in _POWERS),
        lambda name, x, n: _POWERS[x, n],
    ),
    Deviation(
        "PyTorch has no cbrt, and what stands in for it is 0 * inf at 0, and at inf",
        ("cbrt",),
        lambda x: x in _CUBE_ROOTS,
        lambda name, x: _CUBE_ROOTS[x],
    ),
    # PyTorch loses digits.
    Deviation(
        "PyTorch's softplus is x itself above 20, off by e^-x",
        ("softplus",),
        lambda x: 20.0 <= x <= 30.0,
        _soft_plus,
    ),
    Deviation(
        "PyTorch's silu'' cancels for large x: 1 - sigmoid(x) is 0",
        ("silu",),
        lambda x: x == 38.0,
        _silu_second,
    ),
    Deviation(
        "PyTorch's gelu'' squares x to inf, times the density 0",
        ("gelu",),
        lambda x: abs(x) == 1e300,
        lambda name, x: {(0, 0): 0.0},
    ),
    Deviation(
        "PyTorch's trigamma is good to 5e-10; beside and at the poles it divides by sin(pi x) "
        "of an x it has rounded",
        ("lgamma", "digamma", "polygamma"),
        _trigamma_takes_part,
        _polygammas,
    ),
    Deviation(
        "PyTorch's polygamma(4, x) sums powers that cancel at negative half integers",
        ("polygamma",),
        lambda n, x: n in (2.0, 3.0) and x in (-3.5, -7.5, -170.5),
        _polygammas,
    ),
    Deviation(
        "PyTorch's polygamma(n, inf) is nan for n > 1; the limit is 0",
        ("digamma", "polygamma"),
        lambda *operands: operands[-1] == INF,
        _polygammas,
    ),
    Deviation(
        "polygamma has no limit at -inf: PyTorch has nan for n = 0 and 1 too, beyond infinities",
        ("digamma", "polygamma"),
        lambda *operands: operands[-1] == -INF,
        _polygammas,
    ),
    Deviation(
        "PyTorch's logaddexp'' is inf/inf where e^|a-b| overflows",
        ("logaddexp",),
        _exponentials_overflow,
        _logistic_second,
    ),
    Deviation(
        "PyTorch's partials of logsumexp are e^(x - logsumexp), where log 2 is lost beside 1e300",
        ("logsumexp",),
        lambda *xs: len(xs) == 2 and xs[0] == xs[1] and abs(xs[0]) == 1e300,
        lambda name, a, b: {(0,): 0.5, (1,): 0.5} | _logistic_second(name, a, b),
    ),
    Deviation(
        "PyTorch's prod divides the product by each factor: wrong where it is inf, nan or 0 or "
        "rounds, and not flat in each factor",
        ("prod",),
        lambda *xs: (
            _has_nan(*xs)
            or math.isinf(max(map(abs, xs)))
            or (len(xs) == 3 and 1e300 in xs)
            or len(xs) == 5
        ),
        _products_of_the_others,
    ),
    Deviation(
        "PyTorch's atan2 squares tiny numbers to 0",
        ("atan2",),
        lambda a, b: not _has_nan(a, b) and 0 < max(abs(a), abs(b)) < 1e-160,
        _atan2_first,
    ),
)
