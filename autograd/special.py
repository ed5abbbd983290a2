"""Functions on floats that `math` does not have: the forwards of some rows of the table.

Each is total (inf and nan instead of exceptions) and as accurate as double precision allows; the
source of a formula stands in its docstring.
"""

import math

INF, NAN = math.inf, math.nan
SQRT_HALF = math.sqrt(0.5)


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
    """log(e^a + e^b) = max + log(1 + e^-|a-b|); two equal infinities are their own answer."""
    if a == b:
        return a + math.log(2.0)
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def logsumexp(*xs: float) -> float:
    """log(e^x1 + e^x2 + ...), shifted by the largest so that nothing overflows."""
    top = maximum(*xs)
    if math.isinf(top) or top != top:
        return top
    first = xs.index(top)  # its own exponential is 1: log1p keeps the digits of the others
    return top + math.log1p(total(*[math.exp(x - top) for x in xs[:first] + xs[first + 1 :]]))


def gelu(x: float) -> float:
    """x times the normal distribution function, by erfc so that the lower tail keeps its digits."""
    return 0.5 * x * math.erfc(-x * SQRT_HALF)


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


# Bernoulli numbers B2, B4, ..., B24, for the Euler-Maclaurin sums below.
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
    43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730,
)  # fmt: skip


def digamma(x: float) -> float:
    """The derivative of log(gamma(x)).

    Upward recurrence, then the asymptotic series (DLMF 5.5.2, 5.11.2); below zero by reflection
    (DLMF 5.5.4). -inf at 0.0, inf at -0.0, nan at negative integers and -inf, as in PyTorch.
    """
    if x == 0.0:
        return math.copysign(INF, -x)
    if x == INF:
        return INF
    if x < 0.0:
        return NAN if _is_whole(x) else digamma(1.0 - x) - math.pi * _cotangent(x)
    terms = []
    while x < 14.0:
        terms.append(-1.0 / x)
        x += 1.0
    tail, square = 0.0, x * x
    for j in range(7, -1, -1):
        tail = (tail + _BERNOULLI[j] / (2 * j + 2)) / square
    return math.fsum([*terms, math.log(x), -0.5 / x, -tail])


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, n a whole number >= 0.

    (-1)^(n+1) n! zeta(n+1, x) (DLMF 5.15.2, 25.11.43); below zero by reflection (DLMF 5.15.6).
    At its poles 0, -1, ... it is inf for odd n, -inf for even n, as in PyTorch. Raises ValueError
    for any other n.
    """
    if not (n >= 0.0 and n == math.floor(n) and n < INF):
        raise ValueError(f"polygamma: n must be a whole number >= 0, got {n!r}")
    if n == 0.0 or x != x:
        return digamma(x)
    order = int(n)
    sign = 1.0 if order % 2 else -1.0
    if x == -INF:
        return NAN
    if x <= 0.0 and _is_whole(x):
        return sign * INF
    if x < 0.0:
        return -sign * polygamma(n, 1.0 - x) - math.pi * _cotangent_derivative(order, x)
    return sign * _times_factorial(order, _hurwitz_zeta(order + 1, x))


def _is_whole(x: float) -> bool:
    return math.isinf(x) or x == math.floor(x)


def _times_factorial(order: int, z: float) -> float:
    if order <= 170:
        return math.factorial(order) * z
    exponent = math.lgamma(order + 1.0) + (math.log(z) if z > 0.0 else -INF)
    return math.exp(exponent) if exponent < 709.0 else INF


def _hurwitz_zeta(s: int, x: float) -> float:
    """sum of (x+k)^-s over k >= 0, for s >= 2 and x > 0 (DLMF 25.11.43)."""
    if x == INF:
        return 0.0
    terms = []
    while x < 12.0 + s:
        terms.append(_inverse_power(x, s))
        x += 1.0
    last = _inverse_power(x, s)
    terms += [_inverse_power(x, s - 1) / (s - 1), 0.5 * last]
    factor = last * s / x
    for j, b in enumerate(_BERNOULLI, start=1):
        terms.append(b * factor / math.factorial(2 * j))
        factor *= (s + 2 * j - 1) * (s + 2 * j) / (x * x)
    return INF if total(*terms) == INF else math.fsum(terms)


def _inverse_power(x: float, s: int) -> float:
    try:
        return math.pow(x, -s)
    except OverflowError:
        return INF


def _cotangent(x: float) -> float:
    """cot(pi x), its argument reduced exactly to one period and to the side of its zero."""
    r = x - math.floor(x + 0.5)
    if abs(r) > 0.25:
        return math.copysign(math.tan(math.pi * (0.5 - abs(r))), r)
    return 1.0 / math.tan(math.pi * r)


def _cotangent_derivative(order: int, x: float) -> float:
    """The derivative of that order of cot(pi x): pi^n P_n(cot), P_{n+1} = -(1 + c^2) P_n'."""
    coefficients = [0.0, 1.0]
    for _ in range(order):
        slope = [k * c for k, c in enumerate(coefficients)][1:]
        coefficients = [0.0] * (len(slope) + 2)
        for k, c in enumerate(slope):
            coefficients[k] -= c
            coefficients[k + 2] -= c
    c, value = _cotangent(x), coefficients.pop()  # from the first: 0 * inf would be nan
    for coefficient in reversed(coefficients):
        value = value * c + coefficient
    return math.pi**order * value


def distance_to_gamma_pole(x: float) -> float:
    """How far x is, with its sign, from the nearest of 0, -1, -2, ..., the poles of gamma."""
    return x if x > -0.5 else x - math.floor(x + 0.5)


def gap_to_second(*xs: float) -> float:
    """By how much the largest exceeds the next one; 1 when there is one only."""
    ordered = sorted(xs, reverse=True)
    return ordered[0] - ordered[1] if len(xs) > 1 else 1.0
