"""How each row of the table of operations is written on `Number`s.

Owns `WRITERS`, from the name of a row to the function that writes it, and `CALLED_BACK`, the rows
that cannot be written with the same bits, each with its reason. A writer is the row's forward on
`Number`s: the same operations in the same order, with `select` where the forward has an `if`, so
that it runs on all lanes of a vector at once. It takes every double, and gives what `Op.compute`
gives: inf and nan where Python's arithmetic raises.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from autograd import special
from autograd.replay.llvm.rows.approximations import SMALL_POWERS
from autograd.replay.llvm.rows.lanes import (
    Body,
    Condition,
    Number,
    copysign,
    exp,
    expm1,
    floor,
    is_infinite,
    log1p,
    select,
    sqrt,
)
from autograd.replay.llvm.rows.powers import cube, is_exact_enough, square
from autograd.replay.llvm.rows.signs import is_positive, not_below_zero

LN2 = special.LN2


def _libm(symbol: str) -> Body:
    """The writer that calls the C library's function of that name, which `math` wraps."""
    return lambda *numbers: numbers[0].code.call(symbol, *numbers)


# Comparisons and selection


def _gt(a: Number, b: Number) -> Number:
    if b.constant == 0.0:
        return is_positive(a)
    return select(a > b, 1.0, select(a <= b, 0.0, math.nan))


def _heaviside(a: Number, b: Number) -> Number:
    return select(a > b, 1.0, select(a < b, 0.0, select(a.equals(b), 0.5, math.nan)))


def _sign(x: Number) -> Number:
    return select(x > 0.0, 1.0, select(x < 0.0, -1.0, select(x.is_nan(), math.nan, 0.0)))


def _where(condition: Number, a: Number, b: Number) -> Number:
    return select(condition.differs(0.0), a, b)  # nan is true, as in Python


def _maximum(*xs: Number) -> Number:
    top = xs[0]
    for x in xs[1:]:
        top = select((x > top) | x.is_nan(), x, top)  # nothing is > nan: once nan, it stays
    return top


def _minimum(*xs: Number) -> Number:
    least = xs[0]
    for x in xs[1:]:
        least = select((x < least) | x.is_nan(), x, least)
    return least


# Arithmetic, as CPython has it for floats (Objects/floatobject.c)


def _fmod(a: Number, b: Number) -> tuple[Number, Condition]:
    """C's fmod, and where its sign is not that of b, to which Python's % moves it."""
    rest = _libm("fmod")(a, b)
    return rest, ((rest < 0.0) & (b > 0.0)) | ((rest > 0.0) & (b < 0.0))


def _mod(a: Number, b: Number) -> Number:
    rest, opposite = _fmod(a, b)
    return select(opposite, rest + b, select(rest.equals(0.0), copysign(0.0, b), rest))


def _floordiv(a: Number, b: Number) -> Number:
    rest, opposite = _fmod(a, b)
    quotient = (a - rest) / b
    quotient = select(opposite, quotient - 1.0, quotient)
    whole = floor(quotient)
    whole = select(quotient - whole > 0.5, whole + 1.0, whole)
    whole = select(quotient.equals(0.0), copysign(0.0, a / b), whole)
    return select(b.equals(0.0), a / b, whole)


def _cbrt(x: Number) -> Number:
    y = _libm("cbrt")(x)
    return select(y.equals(0.0) | is_infinite(y), y, y - (y - x / (y * y)) / 3.0)


# Exponentials and logarithms


def _power(x: Number, n: Number) -> Number:
    """The first two are exact, and what rules for the derivative of x^2 write."""
    if n.constant == 0.0:
        return x.code.number(1.0)
    if n.constant == 1.0:
        return x
    if n.constant == 2.0 and is_exact_enough(2):
        return square(x)
    if n.constant == 3.0 and is_exact_enough(3):
        return cube(x)
    # The C library's is nan where the other is a signalling nan; Python's is not (float_pow).
    return select(x.equals(1.0) | n.equals(0.0), 1.0, _libm("pow")(x, n))


def _fast_power(x: Number, n: Number) -> Number:
    simple = SMALL_POWERS.get(n.constant) if n.constant is not None else None
    return simple(x) if simple is not None else _power(x, n)


def _logaddexp(a: Number, b: Number) -> Number:
    top, other = select(b > a, b, a), select(b > a, a, b)
    near, middle, far = [other - top > limit for limit in special.HALFWAY]
    rows = zip(*special.HALVINGS, strict=True)
    halving = [select(near, zero, select(middle, one, two)) for zero, one, two in rows]
    cancelling = special.log_of_near(top, other, halving, expm1, log1p)
    usual = top + log1p(_exp_difference(other, top))
    result = select((top < 0.0) & far, cancelling, usual)
    return select(a.equals(b), a + LN2, result)


def _exp_difference(x: Number, top: Number) -> Number:
    e = exp(x - top)
    return select(e > 0.0, e + e * special.difference_error(x, top), e)


def _logsumexp(*xs: Number) -> Number:
    if len(xs) == 2:
        return _logaddexp(*xs)
    top = _maximum(*xs)
    return select(is_infinite(top), top, top + _log_of_total(top, xs))


def _nll(k: Number, *xs: Number) -> Number:
    top = _maximum(*xs)
    loss = (top - _take(k, *xs)) + _log_of_total(top, xs)
    return select(is_infinite(top), math.nan, loss)


def _take(k: Number, *xs: Number) -> Number:
    chosen = select(k.equals(0.0), xs[0], math.nan)
    for j, x in enumerate(xs[1:], start=1):
        chosen = select(k.equals(float(j)), x, chosen)
    return chosen


def _log_of_total(top: Number, xs: Sequence[Number]) -> Number:
    first = xs[0].equals(top)
    total = select(first, 0.0, 0.0 + _exp_difference(xs[0], top))
    for x in xs[1:]:
        is_first = x.equals(top) & ~first
        first = first | is_first
        total = select(is_first, total, total + _exp_difference(x, top))
    return log1p(total)


def _fused_dot(*numbers: Number) -> Number:
    """bias + w1 x1 + w2 x2 + ..., as `special.dot`, each product fused with its sum."""
    n = len(numbers) // 2
    result = numbers[-1]
    for i in range(n):
        result = result.code.intrinsic("fmuladd", numbers[i], numbers[n + i], result)
    return result


# Activation functions


def _sigmoid(x: Number) -> Number:
    e = exp(-abs(x))
    return select(x >= 0.0, 1.0, e) / (1.0 + e)


def _log_sigmoid(x: Number) -> Number:
    return select(x > 0.0, 0.0, x) - log1p(exp(-abs(x)))


def _softplus(x: Number) -> Number:
    return not_below_zero(x) + log1p(exp(-abs(x)))


def _gelu(x: Number) -> Number:
    z = -x * special.SQRT_HALF
    tail = _libm("erfc")(z)
    lost = special.product_error(-x, special.SQRT_HALF) - x * special.SQRT_HALF_REST
    mended = tail - special.TWO_OVER_SQRT_PI * exp(-z * z) * lost
    return 0.5 * x * select((z > 0.5) & (z < 30.0), mended, tail)


def _elu(x: Number, alpha: Number) -> Number:
    return select(x > 0.0, x, alpha * expm1(x))


# Functions of Numbers. A forward that is arithmetic alone writes itself: operator.add, special.dot.
WRITERS: dict[str, Callable[..., Any]] = {
    "gt": _gt,
    "eq": lambda a, b: select(a.equals(b), 1.0, 0.0),
    "heaviside": _heaviside,
    "identity": lambda x: x,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "power": _power,
    "pow": _power,
    "mod": _mod,
    "floordiv": _floordiv,
    "floor": floor,
    "sqrt": sqrt,
    "cbrt": _cbrt,
    "exp": exp,
    "expm1": expm1,
    "log": _libm("log"),
    "log1p": log1p,
    "log2": _libm("log2"),
    "log10": _libm("log10"),
    "logaddexp": _logaddexp,
    "co_square": lambda x: (1.0 - x) * (1.0 + x),
    "sin": _libm("sin"),
    "cos": _libm("cos"),
    "tan": _libm("tan"),
    "asin": _libm("asin"),
    "acos": _libm("acos"),
    "atan": _libm("atan"),
    "atan2": _libm("atan2"),
    "sinh": _libm("sinh"),
    "cosh": _libm("cosh"),
    "tanh": _libm("tanh"),
    "asinh": _libm("asinh"),
    "acosh": _libm("acosh"),
    "atanh": _libm("atanh"),
    "sigmoid": _sigmoid,
    "log_sigmoid": _log_sigmoid,
    "softplus": _softplus,
    "relu": not_below_zero,
    "leaky_relu": lambda x, slope: select(x > 0.0, x, slope * x),
    "elu": _elu,
    "silu": lambda x: x * _sigmoid(x),
    "gelu": _gelu,
    "erf": _libm("erf"),
    "erfc": _libm("erfc"),
    "abs": operator.abs,
    "sign": _sign,
    "where": _where,
    "maximum": _maximum,
    "minimum": _minimum,
    "clip": lambda x, low, high: _minimum(_maximum(x, low), high),
    "peak": _maximum,
    "sum": special.total,
    "mean": lambda *xs: special.total(*xs) / len(xs),
    "prod": special.product,
    "dot": special.dot,
    "logsumexp": _logsumexp,
    "nll": _nll,
    "take": _take,
    "max": _maximum,
    "min": _minimum,
}

# The same in fast mode, for the rows that are not in `approximations.ROWS`.
FAST_WRITERS: dict[str, Callable[..., Any]] = {
    **WRITERS,
    "power": _fast_power,
    "pow": _fast_power,
    "dot": _fused_dot,
}

CALLED_BACK: dict[str, str] = {
    "hypot": "CPython has its own, more exact than the C library's, and it changes with versions",
    "lgamma": "a series, and a product of as many factors as the number asks for",
    "digamma": "a loop whose length depends on the number, and an exactly rounded sum",
    "polygamma": "a loop whose length depends on the number, and an exactly rounded sum",
}
