"""The 60-digit oracle: what every operation means, and its derivatives, from mpmath alone.

Owns `DEFINITIONS`: for each operation that `autograd` exports its mathematical definition as a
function of mpf arguments, operands worth trying, and the box that hypothesis draws from;
`INTERNAL`, the same of the rows that are no public names; `EVERY`, both.
Nothing here imports the engine or states a derivative (`differences.py` takes them numerically),
so an agreement between the two is evidence.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import mpmath
from mpmath import mpf

from tests.differences import Orders, differences, multi_indices


@dataclass(frozen=True)
class Definition:
    """What an operation means, and where to try it.

    `function` takes one mpf per operand. `cases` are operand tuples; `box` is one interval per
    operand for random operands, restricted by `smooth` to points where the function has all
    its derivatives. `live` are the positions that may be `Value`s, the others are parameters.
    `call` passes flat operands to the engine's function.
    """

    function: Callable[..., Any]
    cases: tuple[tuple[float, ...], ...]
    box: tuple[tuple[float, float], ...]
    live: tuple[int, ...]
    smooth: Callable[..., bool] = lambda *operands: True
    call: Callable[..., Any] = lambda operation, *operands: operation(*operands)


DEFINITIONS: dict[str, Definition] = {}
INTERNAL: dict[str, Definition] = {}


def _sequence(operation: Callable[..., Any], *operands: Any) -> Any:
    return operation(list(operands))


def _dot(operation: Callable[..., Any], *operands: Any) -> Any:
    half = len(operands) // 2
    return operation(list(operands[:half]), list(operands[half:-1]), operands[-1])


def _unary(
    name: str,
    function: Callable[..., Any],
    cases: str,
    low: float,
    high: float,
    smooth: Callable[..., bool] = lambda *operands: True,
    table: dict[str, Definition] = DEFINITIONS,
) -> None:
    operands = tuple((float(word),) for word in cases.split())
    table[name] = Definition(function, operands, ((low, high),), (0,), smooth)


def _many(
    name: str,
    function: Callable[..., Any],
    cases: str,
    *box: tuple[float, float],
    live: tuple[int, ...] | None = None,
    smooth: Callable[..., bool] = lambda *operands: True,
    call: Callable[..., Any] = lambda operation, *operands: operation(*operands),
    table: dict[str, Definition] = DEFINITIONS,
) -> None:
    operands = tuple(tuple(float(word) for word in case.split()) for case in cases.split(","))
    live = tuple(range(len(box))) if live is None else live
    table[name] = Definition(function, operands, box, live, smooth, call)


def _off_zero(x: float) -> bool:
    return x != 0


def _off_poles(x: float) -> bool:
    return x > 0 or x != math.floor(x)


def _distinct(*operands: float) -> bool:
    return len(set(operands)) == len(operands)


def _cube_root(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.root(abs(x), 3)


def _log_gamma(x: Any) -> Any:
    return mpmath.loggamma(x) if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


def _polygamma(n: Any, x: Any) -> Any:
    if x > -30:
        return mpmath.psi(int(n), x)
    # By reflection: mpmath's own way there takes -x steps.
    cotangents = mpmath.diff(lambda t: mpmath.cospi(t) / mpmath.sinpi(t), x, int(n))
    return (-1) ** int(n) * mpmath.psi(int(n), 1 - x) - mpmath.pi * cotangents


def _log_sum_exp(*xs: Any) -> Any:
    return mpmath.log(sum(mpmath.exp(x) for x in xs))


def _negative_log_likelihood(k: Any, *xs: Any) -> Any:
    # log1p keeps what the others add to a probability near 1.
    others = [x - xs[int(k)] for j, x in enumerate(xs) if j != int(k)]
    return mpmath.log1p(sum(mpmath.exp(x) for x in others))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _soft_plus(x: Any) -> Any:
    # log(1 + e^x): log1p keeps all digits where e^x is far below the working precision.
    return mpmath.log1p(mpmath.exp(x))


# Arithmetic.
_PAIRS = "2 3, -1.5 0.7, 1e200 3e-200, 1e-200 -2e-200, 1e100 1e100, 0.1 -0.1, 1e5 1e-5, 0 3, -4 0"
_many("add", lambda x, y: x + y, _PAIRS, (-1e3, 1e3), (-1e3, 1e3))
_many("sub", lambda x, y: x - y, _PAIRS, (-1e3, 1e3), (-1e3, 1e3))
_many("mul", lambda x, y: x * y, _PAIRS, (-1e3, 1e3), (-1e3, 1e3))
_many(
    "div",
    lambda x, y: x / y,
    "2 3, -1.5 0.7, 1e90 3e-90, 1e-90 -2e-90, 1e-200 1e200, 1e100 1e100, 0.1 -0.1, 0 3, 1 49,"
    "1e200 7e150, -3e-250 1e-90",
    (-1e3, 1e3),
    (-1e3, 1e3),
    smooth=lambda x, y: y != 0,
)
_unary("neg", lambda x: -x, "0 1 -2.5 1e300 -1e-300", -1e3, 1e3)
_many(
    "power",
    lambda x, n: x**n if n != math.floor(n) else x ** int(n),
    "2 3, -2 3, 0 3, 0 2, 0 1, 3 0, -0.7 0, 2 -1, -2 -3, 2 0.5, 1e-90 0.5, 1e90 -0.5, 1e200 1.5,"
    "1e-100 2.5, 1.0000000001 1e9, 0.999 -700, 7.3 -0.3333333333333333, -1e-50 5, 1e100 2,"
    "-1e75 -1, 5 300.25, 1e-3 -100.5, 0.5 1000, 1e-20 1.0000000000000002, 3 1e-20, -1.5 101",
    (1e-3, 30),
    (-9, 9),
    live=(0,),
)
_many(
    "pow",
    lambda x, y: x**y,
    "2 3, 2 0, 2 -1, 0.3 0.7, 7.5 -2.25, 1e-90 0.5, 1e90 -0.5, 1e200 1e-5, 1e-200 1e-5, 5 300.25,"
    "1 3.7, 1 0, 1.0000000001 1e9, 0.999 -700, 1e-3 -100.5, 3 1e-20, 0.5 1000, 1e-20 3, 1e100 2,"
    "1e-100 1, 0.9999999999 -3",
    (1e-3, 30),
    (-9, 9),
)
_many(
    "mod",
    lambda x, y: x - y * mpmath.floor(x / y),
    "7 3, -7 3, 7 -3, -7 -3, 1 0.1, 2 0.1, 3 0.1, 0.3 0.1, 0.6 0.2, -1 0.1, 5.5 0.25001, 1e5 0.3,"
    "2.9999999999999996 1, 3.0000000000000004 1, 5.999999999999999 3, -1e-20 3, 1e-20 -3,"
    "1e200 3e199, 1e-200 3e-201, 1e15 0.7, 0.5 1e10, -0.5 1e10",
    (-1e3, 1e3),
    (0.1, 40),
    smooth=lambda x, y: math.fmod(x, y) != 0,
)
_many(
    "floordiv",
    lambda x, y: mpmath.floor(x / y),
    "7 3, -7 3, 7 -3, 1 0.1, 2 0.1, 0.3 0.1, 0.6 0.2, 2.9999999999999996 1, 5.999999999999999 3,"
    "-1e-20 3, 1e200 3e199, 1e15 0.7, -0.5 1e10, 1e5 -0.3",
    (-1e3, 1e3),
    (0.1, 40),
    smooth=lambda x, y: math.fmod(x, y) != 0,
)
_unary(
    "floor",
    mpmath.floor,
    "0.5 -0.5 2.9999999999999996 12345678.25 -3.7 1e-300",
    -1e3,
    1e3,
    lambda x: x != math.floor(x),
)
_many(
    "hypot",
    lambda x, y: mpmath.sqrt(x * x + y * y),
    "3 4, -3 4, 1e-5 1, 1 1e-5, 1e200 1e200, 1e200 -3e199, 1e-200 1e-200, -2e-200 1e-201, 0 2,"
    "-2 0, 1e90 -2e90, 1e-90 1e-90, 1e200 1e-200, 3e-160 4e-160, 5e160 12e160, 1e50 1",
    (-1e3, 1e3),
    (-1e3, 1e3),
    smooth=lambda x, y: x != 0 or y != 0,
)
_many(
    "atan2",
    mpmath.atan2,
    "1 2, -1 2, 1 -2, -1 -2, 1e-5 1, 1 1e-5, 1e-9 -1, -1e-9 -1, 0 2, 1 0, -1 0, 1e200 1e200,"
    "1e200 -3e199, 1e-200 1e-200, -2e-200 1e-201, 1e90 -2e90, 1e-90 1e-90, 1e-200 -1,"
    "5e160 12e160, 3e-160 -4e-160",
    (-1e3, 1e3),
    (-1e3, 1e3),
    smooth=lambda y, x: y != 0,
)

# Powers, exponentials, logarithms.
_unary("exp", mpmath.exp, "0 1 -1 1e-300 -1e-9 20 700 -700 709.7 0.3333333333333333", -30, 30)
_unary("expm1", mpmath.expm1, "0 1 -1 1e-300 -1e-17 1e-9 -1e-5 20 700 -30 -700", -30, 30)
_unary(
    "log",
    mpmath.log,
    "1 2 0.5 1e-90 1e90 1e200 1e-150 1.0000000001 0.9999999999 10 5e-310",
    1e-3,
    1e3,
)
_unary(
    "log2", lambda x: mpmath.log(x) / mpmath.log(2), "1 2 8 0.1 1e-90 1e90 1.00000001", 1e-3, 1e3
)
_unary("log10", mpmath.log10, "1 2 1000 0.1 1e-90 1e90 1.00000001", 1e-3, 1e3)
_unary(
    "log1p",
    mpmath.log1p,
    "0 1 1e-300 -1e-17 1e-9 -0.5 -0.999 -0.999999999999 -0.9999999999999999 1e90 1e5",
    -0.99,
    100,
)
_unary("sqrt", mpmath.sqrt, "1 2 0.25 1e-90 1e90 1e-300 1e300 3e-20 1e5", 1e-3, 1e3)
_unary(
    "cbrt",
    _cube_root,
    "1 8 -8 0.3 -0.3 1e-90 -1e90 1e-180 1e300 1e5 -5e-20",
    -1e3,
    1e3,
    _off_zero,
)

# Trigonometric and hyperbolic functions.
_ANGLES = "0 1e-300 1e-9 -1e-5 0.5 -1 1.5707963267948966 3.141592653589793 -2.5 10 1e5 -1e10 1e200"
_unary("sin", mpmath.sin, _ANGLES, -30, 30)
_unary("cos", mpmath.cos, _ANGLES, -30, 30)
_unary(
    "tan", mpmath.tan, "0 1e-300 1e-9 0.5 -1 1.5 1.5707 -1.57079 1.5707963 3.14 10 1e5", -1.5, 1.5
)
_INVERSE = "0 1e-300 1e-9 -1e-5 0.5 -0.5 0.9 -0.99 0.9999999 0.999999999999 -0.999999999999"
_unary("asin", mpmath.asin, _INVERSE, -0.999, 0.999)
_unary("acos", mpmath.acos, _INVERSE, -0.999, 0.999)
_unary("atanh", mpmath.atanh, _INVERSE, -0.999, 0.999)
_unary("atan", mpmath.atan, "0 1e-300 1e-9 -1e-5 0.5 -1 1 3 -20 1e5 -1e40", -30, 30)
_unary("sinh", mpmath.sinh, "0 1e-300 1e-9 -1e-5 0.5 -1 3 20 -40 700 -709.5", -30, 30)
_unary("cosh", mpmath.cosh, "0 1e-300 1e-9 -1e-5 0.5 -1 3 20 -40 700 -709.5", -30, 30)
_unary("tanh", mpmath.tanh, "0 1e-300 1e-9 -1e-5 0.3 0.6584789484624084 -1 3 -6 9 20 -400", -9, 9)
_unary("asinh", mpmath.asinh, "0 1e-300 1e-9 -1e-5 0.5 -1 3 -20 1e5 -1e90 1e160 1e200", -30, 30)
_unary(
    "acosh",
    mpmath.acosh,
    "1.000000000001 1.0000001 1.001 1.5 2 20 1e5 1e40",
    1.001,
    100,
)

# Activations.
_WIDE = "0 1e-300 1e-9 -1e-5 0.5 -0.5 1 -1 3 -3 9 -9 25 -25 45 -45 400 -400 700 -700"
_unary("sigmoid", _sigmoid, _WIDE, -30, 30)
_unary("log_sigmoid", lambda x: -_soft_plus(-x), _WIDE, -30, 30)
_unary("softplus", _soft_plus, _WIDE, -30, 30)
_unary("silu", lambda x: x * _sigmoid(x), _WIDE + " -1.2784645427610738", -30, 30)
_unary(
    "gelu",
    lambda x: x * mpmath.ncdf(x),
    "0 1e-300 1e-9 -1e-5 0.5 -0.5 -0.75179 1 -1 1.4142135623730951 -2 3 -3 5 -5 8 -8 12 -12 -20"
    " -30 -37 30 300",
    -9,
    9,
)
_KINKED = "1e-300 -1e-300 1e-9 -1e-9 0.5 -0.5 3 -3 40 -40 1e200 -1e200"
_unary("abs", abs, _KINKED, -1e3, 1e3, _off_zero)
_unary("sign", mpmath.sign, _KINKED, -1e3, 1e3, _off_zero)
_unary("relu", lambda x: x if x > 0 else mpf(0), _KINKED, -1e3, 1e3, _off_zero)
_many(
    "leaky_relu",
    lambda x, slope: x if x > 0 else slope * x,
    "1 0.01, -1 0.01, 1e-300 0.2, -1e-300 0.2, 5 -0.5, -5 -0.5, -1e200 0.1, 3 0, -3 0, -3 1",
    (-1e3, 1e3),
    (-1, 1),
    live=(0,),
    smooth=lambda x, slope: x != 0,
)
_many(
    "elu",
    lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x),
    "1 1, -1 1, 1e-300 1, -1e-300 1, -1e-9 1, -1e-9 0.3, 5 2, -5 2, -40 1, -700 1, 700 1, -3 -1,"
    "-3 0",
    (-30, 30),
    (-2, 2),
    live=(0,),
    smooth=lambda x, alpha: x != 0,
)

# Special functions.
_unary("erf", mpmath.erf, "0 1e-300 1e-9 -1e-5 0.3 -0.7071067811865476 1 -2 4 -6 15 -26", -6, 6)
_unary("erfc", mpmath.erfc, "0 1e-300 1e-9 -1e-5 0.3 0.7 1 -2 4 -6 10 15 20 26 26.5 -26", -6, 20)
_unary(
    "lgamma",
    _log_gamma,
    "1 2 1.00000001 0.99999999 1.001 2.000000001 1.9999999 0.5 1.5 3 10.3 171.5 1e5 1e15 1e100"
    " 1e-10 1e-90 -1e-10 -0.5 -1.5 -2.5 -2.4570247 -2.457024738220801 -3.7 -10.3 -20.001 -100.7",
    0.05,
    60,
)
_unary(
    "digamma",
    mpmath.digamma,
    "1 2 0.5 1.4616 1.4616321449683622 1.461632 1.47 3 7.5 10.3 1e5 1e15 1e90 1e-5 1e-90 -1e-10"
    " -0.5 -1.5 -0.504083008264455 -2.5 -3.7 -10.3 -20.001 -100.7",
    -6,
    60,
    _off_poles,
)
_many(
    "polygamma",
    _polygamma,
    "1 1, 1 0.5, 1 3.3, 1 1e5, 1 1e-5, 1 1e-60, 1 -0.5, 1 -3.7, 1 -20.001, 2 1, 2 0.3, 2 12.5,"
    "2 -0.5, 2 -2.6, 3 1.5, 3 1e4, 3 -1.25, 3 1e-3, 4 0.7, 4 25, 4 -4.4, 5 2.5, 5 0.1, 5 -1.5,"
    "5 -0.75, 5 -2.5, 4 -3.0001, 1 1e15, 3 1e90",
    (1, 5),
    (0.1, 40),
    live=(1,),
    smooth=lambda n, x: _off_poles(x),
)

# Choosing. The two sides are different, or a kink would be differentiated.
_DISTINCT = "1 2, 2 1, -3 1e-300, 1e200 -1e200, 1 1.0000000000000002, -5 -7, 0 1e-300"
_many("maximum", max, _DISTINCT, (-1e3, 1e3), (-1e3, 1e3), smooth=_distinct)
_many("minimum", min, _DISTINCT, (-1e3, 1e3), (-1e3, 1e3), smooth=_distinct)
_many(
    "clip",
    lambda x, low, high: min(max(x, low), high),
    "0.5 0 1, -0.5 0 1, 1.5 0 1, 1e200 -2 3, -1e-300 -1 0, 0.9999999999999999 -1 1",
    (-3, 3),
    (-1, -0.5),
    (0.5, 1),
    live=(0,),
    smooth=_distinct,
)
_many(
    "where",
    lambda condition, a, b: a + 0 * b if condition else b + 0 * a,
    "1 2 3, 0 2 3, 1 1e200 -5, 0 1e-300 0.1, -1 4 4, 0.5 -1 7",
    (0, 1),
    (-1e3, 1e3),
    (-1e3, 1e3),
    live=(1, 2),
)

# Functions of many operands.
_TRIPLES = "1 2 3, -1.5 0.7 1e-5, 1e5 -1e5 1, 0.1 0.2 0.3, 1e-200 1e-150 1e-170, 1e90 2 -3e89"
_BOX = (-30.0, 30.0)
_many("sum", lambda *xs: sum(xs), _TRIPLES + ", 0.1, 1 2 3 4 5", _BOX, _BOX, _BOX, call=_sequence)
_many(
    "mean",
    lambda *xs: sum(xs) / len(xs),
    _TRIPLES + ", 0.1, 1 2 3 4 5",
    _BOX,
    _BOX,
    _BOX,
    call=_sequence,
)
_many(
    "prod",
    lambda *xs: reduce(lambda a, b: a * b, xs),
    "1 2 3, -1.5 0.7 1e-5, 0 2 3, 0 0 3, 1e90 2 -1e-90, 0.1, 1 2 3 4 5, 0.1 0.3 0 -0.7",
    _BOX,
    _BOX,
    _BOX,
    call=_sequence,
)
_many(
    "dot",
    lambda *v: v[-1] + sum(v[i] * v[i + len(v) // 2] for i in range(len(v) // 2)),
    "2 3 1, 1 2 3 4 5, -0.5 0.7 1e-5 1e5 0.1, 0 0 1 2 3, 1e100 1 2 1e-100 0, 0.1 0.2 0.3 0.4 0",
    _BOX,
    _BOX,
    _BOX,
    _BOX,
    _BOX,
    call=_dot,
)
_LOG_SUMS = (
    "1 2, 2 1, 0 0, 1e5 100001, 1e5 -1e5, -1e5 -1e5, 1e5 99990, 3 -40, -40 3, 1e-9 -1e-9,"
    "700 -700, 1e5 99970.5, 0.3 -0.2, -745 0"
)
_many("logaddexp", _log_sum_exp, _LOG_SUMS + ", -1e200 3", _BOX, _BOX)
_many(
    "logsumexp",
    _log_sum_exp,
    _LOG_SUMS + ", 1 2 3, 0 0 0, 1e5 99999 99998, -1e5 -100001 -1e5, 0.5, -0.5 0.25 30 7, 5 -700 4",
    _BOX,
    _BOX,
    _BOX,
    call=_sequence,
)
_many(
    "nll",
    _negative_log_likelihood,
    "0 1 2 3, 1 1 2 3, 2 1 2 3, 1 0 0 0, 0 1e5 99999 99998, 2 -1e5 -100001 -1e5, 0 3 -40 -36.6,"
    "1 3 -40 -36.6, 0 700 -0.3 0.1, 1 700 -0.3 0.1, 2 -745 0 30, 2 0.3 -0.2 -1e200, 0 0.3 -0.2 -90",
    (0, 2),
    _BOX,
    _BOX,
    _BOX,
    live=(1, 2, 3),
)
_many(
    "max",
    lambda *xs: max(xs),
    _TRIPLES + ", 0.1, 4 9 -3 2 1",
    _BOX,
    _BOX,
    _BOX,
    smooth=_distinct,
    call=_sequence,
)
_many(
    "min",
    lambda *xs: min(xs),
    _TRIPLES + ", 0.1, 4 9 -3 2 1",
    _BOX,
    _BOX,
    _BOX,
    smooth=_distinct,
    call=_sequence,
)

# Functions that are no row of the table: the first of their outputs stands for all, because
# permuting the operands makes every output the first.
_many(
    "softmax",
    lambda *xs: mpmath.exp(xs[0] - _log_sum_exp(*xs)),
    _LOG_SUMS + ", 1 2 3, 0 0 0, 1e5 99999 99998, 5 -700 4, 0.5, -30 -29 -31",
    _BOX,
    _BOX,
    _BOX,
    call=lambda operation, *xs: operation(list(xs))[0],
)
_many(
    "log_softmax",
    lambda *xs: xs[0] - _log_sum_exp(*xs),
    _LOG_SUMS + ", 1 2 3, 0 0 0, 1e5 99999 99998, 5 -700 4, 0.5, -30 -29 -31",
    _BOX,
    _BOX,
    _BOX,
    call=lambda operation, *xs: operation(list(xs))[0],
)
NOT_ROWS = ("softmax", "log_softmax")

# Rows that `autograd` does not export.
_unary("identity", lambda x: x, "0 1 -2.5 1e300 -1e-300", -1e3, 1e3, table=INTERNAL)
_unary(
    "co_square",
    lambda x: 1 - x * x,
    "0 1 -1 1e-300 1e-9 -1e-5 0.5 -0.999999999999 0.9999999999999999 1.0000000000000002 -3 1e100"
    " 1e200",
    -3,
    3,
    table=INTERNAL,
)
_many(
    "take",
    lambda k, *xs: xs[int(k)],
    "0 1 2 3, 1 1 2 3, 2 -1.5 0.7 1e300, 1 0 -0 0, 2 1 1e-300 4",
    (0, 2),
    _BOX,
    _BOX,
    _BOX,
    live=(1, 2, 3),
    table=INTERNAL,
)
EVERY = DEFINITIONS | INTERNAL


def live_positions(name: str, operands: tuple[float, ...]) -> tuple[int, ...]:
    """The positions of `operands` that may be `Value`s."""
    definition = EVERY[name]
    # An n-ary definition has cases of any length; all of their operands are live.
    every = len(definition.live) == len(definition.box)
    return tuple(range(len(operands))) if every else definition.live


@cache
def derivatives(name: str, operands: tuple[float, ...], order: int) -> dict[Orders, Any]:
    """The value and every partial derivative of a definition up to `order`, to 45 digits."""
    wanted = multi_indices(len(operands), live_positions(name, operands), order)
    return differences(EVERY[name].function, operands, wanted)
