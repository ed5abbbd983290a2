"""Functions on floats that `math` does not have: the forwards of some rows of the table.

Each is total (inf and nan instead of exceptions) and as accurate as double precision allows; the
source of a formula stands in its docstring.
"""

import math
from typing import Any

INF, NAN = math.inf, math.nan
SQRT_HALF, SQRT_HALF_REST = math.sqrt(0.5), -4.833646656726457e-17  # what the double lacks
LN2, LN2_REST = math.log(2.0), 2.3190468138462996e-17
# For k = 0, 1, 2: k log 2 and what the double lacks, 2^k + 1, log(1 + 2^-k) and what that lacks.
HALVINGS = (
    (0.0, 0.0, 2.0, LN2, LN2_REST),
    (LN2, LN2_REST, 3.0, 0.4054651081081644, -2.8811380259626426e-18),
    (2.0 * LN2, 2.0 * LN2_REST, 5.0, 0.22314355131420976, -9.091270597324799e-18),
)
HALFWAY = (-0.5 * LN2, -1.5 * LN2, -2.5 * LN2)  # from one to the next
TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
SPLIT = 2.0**27 + 1.0  # cuts the digits of a double in two halves


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), by the form whose exponential cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def log_sigmoid(x: float) -> float:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|)."""
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


def softplus(x: float) -> float:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def cbrt(x: float) -> float:
    """The cube root; one step of Newton's method mends the last digits of the C library's."""
    y = math.cbrt(x)
    return y - (y - x / (y * y)) / 3.0 if y != 0.0 and math.isfinite(y) else y


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b) = max + log(1 + e^-|a-b|); two equal infinities are their own answer.

    Where these may cancel, by `log_of_near`.
    """
    if a == b:
        return a + LN2
    top, other = (b, a) if b > a else (a, b)
    gap = other - top
    if top < 0.0 and gap > HALFWAY[2]:
        k = 0 if gap > HALFWAY[0] else 1 if gap > HALFWAY[1] else 2
        result: float = log_of_near(top, other, HALVINGS[k], math.expm1, math.log1p)
        return result
    return top + math.log1p(exp_difference(other, top))


def log_of_near(top: Any, other: Any, halving: Any, expm1: Any, log1p: Any) -> Any:
    """top + log(1 + 2^-k) + log(1 + (2^k e^(other - top) - 1) / (2^k + 1)), the last one small.

    So log(1 + e^(other - top)) has more digits than a double, and may cancel with top. Of floats or
    of what is written like them; a row of HALVINGS says what k is.
    """
    shift, shift_rest, parts, high, low = halving
    gap = other - top
    lost = difference_error(other, top) + (difference_error(gap, -shift) + shift_rest)
    less = expm1(gap + shift)
    less = less + (less + 1.0) * lost
    return ((top + high) + log1p(less / parts)) + (difference_error(top, -high) + low)


def logsumexp(*xs: float) -> float:
    """log(e^x1 + e^x2 + ...), shifted by the largest so that nothing overflows."""
    if len(xs) == 2:
        return logaddexp(*xs)
    top = maximum(*xs)
    if math.isinf(top) or top != top:
        return top
    return top + _log_of_total(top, xs)


def nll(k: float, *xs: float) -> float:
    """log(e^x1 + e^x2 + ...) - x[k], as the sum of two numbers that are not negative.

    nan where an infinity is the largest, as log_softmax in PyTorch; and unless k counts one of xs.
    """
    if not xs:
        return NAN
    top = maximum(*xs)
    if not math.isfinite(top) or k not in range(len(xs)):
        return NAN
    return (top - xs[int(k)]) + _log_of_total(top, xs)


def take(k: float, *xs: float) -> float:
    """x[k]; nan unless k counts one of xs."""
    return xs[int(k)] if 0.0 <= k < len(xs) and k == int(k) else NAN


def _log_of_total(top: float, xs: tuple[float, ...]) -> float:
    """log(the sum of all e^(x - top)) of the largest of xs and all xs."""
    first = xs.index(top)  # its own exponential is 1: log1p keeps the digits of the others
    others = [exp_difference(x, top) for x in xs[:first] + xs[first + 1 :]]
    return math.log1p(total(*others))


def exp_difference(x: float, top: float) -> float:
    """e^(x - top) for x <= top, with what rounds off the difference."""
    e = math.exp(x - top)
    return e + e * difference_error(x, top) if e > 0.0 else e


def gelu(x: float) -> float:
    """x times the normal distribution function, by erfc so that the lower tail keeps its digits."""
    z = -x * SQRT_HALF
    tail = math.erfc(z)
    if 0.5 < z < 30.0:  # the tail multiplies the rounding error of z by z^2: its slope mends that
        lost = product_error(-x, SQRT_HALF) - x * SQRT_HALF_REST
        tail -= TWO_OVER_SQRT_PI * math.exp(-z * z) * lost
    return 0.5 * x * tail


def floor(x: float) -> float:
    """The largest whole number not above x; -0.0, infinities and nan are their own floor."""
    return math.copysign(math.floor(x), x) if abs(x) < 2.0**52 else x


def sign(x: float) -> float:
    """-1, 0 or 1; nan for nan."""
    return NAN if x != x else float((x > 0.0) - (x < 0.0))


def maximum(*xs: float) -> float:
    """The largest; nan as soon as one is nan."""
    top = xs[0]
    for x in xs:
        if x != x:
            return x
        if x > top:
            top = x
    return top


def minimum(*xs: float) -> float:
    """The smallest; nan as soon as one is nan."""
    return -maximum(*[-x for x in xs])


def clip(x: float, low: float, high: float) -> float:
    """x moved into [low, high]; high wins where low > high; nan if any is nan."""
    return minimum(maximum(x, low), high)


def eq(a: float, b: float) -> float:
    """1 where a == b, else 0."""
    return float(a == b)


def gt(a: float, b: float) -> float:
    """1 where a > b, else 0; nan if either is nan."""
    return 1.0 if a > b else 0.0 if a <= b else NAN


def heaviside(a: float, b: float) -> float:
    """1 where a > b, 1/2 where they are equal, else 0; nan if either is nan."""
    return 1.0 if a > b else 0.0 if a < b else 0.5 if a == b else NAN


def total(*xs: float) -> float:
    """Their sum, from left to right: builtin sum changed its bits with Python 3.12."""
    result = 0.0
    for x in xs:
        result += x
    return result


def product(*xs: float) -> float:
    """Their product, from left to right."""
    result = 1.0
    for x in xs:
        result *= x
    return result


def dot(*numbers: float) -> float:
    """bias + w1 x1 + w2 x2 + ... of (w1, ..., wn, x1, ..., xn, bias), from left to right."""
    n = len(numbers) // 2
    result = numbers[-1]
    for i in range(n):
        result += numbers[i] * numbers[n + i]
    return result


def product_error(a: Any, b: Any) -> Any:
    """What the double a * b lacks to the exact product, unless a digit under- or overflows.

    Dekker, A floating-point technique for extending the available precision (1971).
    """
    a_high, b_high = SPLIT * a, SPLIT * b
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    return a_low * b_low - (((a * b - a_high * b_high) - a_low * b_high) - a_high * b_low)


def difference_error(a: Any, b: Any) -> Any:
    """What the double a - b lacks to the exact difference (Knuth, TAOCP 4.2.2).

    Of floats, or of what is written like them; so is `product_error`.
    """
    difference = a - b
    b_taken = a - difference
    return (a - (difference + b_taken)) + (b_taken - b)


def gap_to_second(*xs: float) -> float:
    """By how much the largest exceeds the next one; 1 when there is one only."""
    ordered = sorted(xs, reverse=True)
    return ordered[0] - ordered[1] if len(xs) > 1 else 1.0
