"""The logarithm of the gamma function and its derivatives, on floats.

Owns `lgamma`, `digamma` and `polygamma`, the forwards of three rows of the table. Each is total
(inf and nan instead of exceptions) and keeps its digits beside its roots, where `math.lgamma` loses
them. The numbers after DLMF are those of formulas in NIST's Digital Library of Mathematical
Functions.
"""

import math

from autograd.number import EXACT
from autograd.special import product_error, total

INF, NAN = math.inf, math.nan
_PI_REST = 1.2246467991473532e-16  # what the double lacks to pi
LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
NEGLIGIBLE = 2.0**-80  # of the first term of a sum, if all after it are not much more together
FAR = 14.0  # from here on the asymptotic series below have all digits

# Bernoulli numbers B2, B4, ..., B24.
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
    43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730,
)  # fmt: skip


def lgamma(x: float) -> float:
    """log |gamma(x)|; inf at 0, -1, -2, ... and at both infinities.

    Nearer than 14 by the series at 2 and the recurrence (DLMF 5.7.3, 5.5.1), beyond by Stirling's
    series (DLMF 5.11.1), there below zero by reflection (DLMF 5.5.3).
    """
    if x != x:
        return x
    if math.isinf(x) or (x <= 0.0 and _is_whole(x)):
        return INF
    if x >= FAR:
        return math.fsum(_stirling(x))
    if x <= -FAR:
        sine = math.sin(math.pi * (x - math.floor(x + 0.5)))
        others = [math.log(math.pi), -math.log(-x), -math.log(abs(sine))]
        return math.fsum([*others, *[-term for term in _stirling(-x)]])
    z, steps = _from_two(x)
    terms = [
        z * _ONE_MINUS_EULER,
        product_error(z, _ONE_MINUS_EULER) + z * _ONE_MINUS_EULER_REST,
        z * z * _polynomial(_LGAMMA_AT_TWO, z),
    ]
    if steps:  # gamma(x) is gamma(2 + z) times or divided by their product
        product, rest = _product(z, steps)
        logarithm = math.log(abs(product))
        terms += [logarithm, rest / product] if x > 2.0 else [-logarithm, -rest / product]
    return math.fsum(terms)


def _from_two(x: float) -> tuple[float, range]:
    """z from -0.7 to 0.3, and the whole numbers k for which gamma(x) has the factors z + k.

    They are factors of gamma(x) / gamma(2 + z) for x > 2, of its inverse for x < 2.
    """
    n = math.floor(x + 0.7)
    return x - n, range(2, n) if n > 2 else range(1, n - 1, -1)


def _product(z: float, steps: range) -> tuple[float, float]:
    """The product of z + k for each k, and what it lacks to the exact one."""
    product, rest = 1.0, 0.0
    for k in steps:
        factor = z + k
        lost = z - (factor - k)
        exact = product * factor
        rest = rest * factor + product * lost + product_error(product, factor)
        product = exact
    return product, rest


def _polynomial(coefficients: list[float], x: float) -> float:
    value = 0.0
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value


def _stirling(x: float) -> list[float]:
    """Terms whose sum is log(gamma(x)), for x >= 14."""
    logarithm = math.log(x)
    if x > 1e17:  # x log(x) may overflow, and the other terms are beyond the last digit
        return [x * (logarithm - 1.0)]
    tail, square = 0.0, x * x
    for j in range(7, -1, -1):
        tail = tail / square + _BERNOULLI[j] / ((2 * j + 1) * (2 * j + 2))
    product = (x - 0.5) * logarithm
    return [product, product_error(x - 0.5, logarithm), -x, LOG_SQRT_2PI, tail / x]


def digamma(x: float) -> float:
    """The derivative of lgamma.

    By the same series and recurrence (DLMF 5.7.4, 5.5.2), from 14 on by the asymptotic series (DLMF
    5.11.2), below zero by reflection (DLMF 5.5.4). -inf at 0.0, inf at -0.0, nan at negative
    integers and -inf, as in PyTorch.
    """
    if x == 0.0:
        return math.copysign(INF, -x)
    if x == INF:
        return INF
    if x < 0.0:
        return NAN if _is_whole(x) else digamma(1.0 - x) - math.pi * _cotangent(x)
    if not x < FAR:
        tail, square = 0.0, x * x
        for j in range(7, -1, -1):
            tail = (tail + _BERNOULLI[j] / (2 * j + 2)) / square
        return math.fsum([math.log(x), -0.5 / x, -tail])
    z, steps = _from_two(x)
    sign = math.copysign(1.0, x - 2.0)
    terms = [sign / (z + k) for k in steps]
    return math.fsum([_ONE_MINUS_EULER, z * _polynomial(_DIGAMMA_AT_TWO, z), *terms])


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, n a whole number >= 0.

    (-1)^(n+1) n! zeta(n+1, x) (DLMF 5.15.2, 25.11.43); from -1/2 on by recurrence (DLMF 5.15.5),
    further below by reflection (DLMF 5.15.6).
    At its poles 0, -1, ... it is inf for odd n, -inf for even n, as in PyTorch. Raises ValueError
    for any other n.
    """
    if not (0.0 <= n < INF and n == math.floor(n)):
        raise ValueError(f"polygamma: n must be a whole number >= 0, got {n!r}")
    if n == 0.0 or x != x:
        return digamma(x)
    order = int(n)
    sign = 1.0 if order % 2 else -1.0
    if x == -INF:
        return NAN
    if x <= 0.0 and _is_whole(x):
        return sign * INF
    if -0.5 < x < 0.0:  # by recurrence: a reflection raises the cotangent's error to a power
        pole = _times_factorial(order, _inverse_power(-x, order + 1), 1.0)
        return pole if math.isinf(pole) else pole + polygamma(n, x + 1.0)
    if x < 0.0:
        if order <= 100:
            poles = -math.pi * _cotangent_derivative(order, x)
        else:
            poles = sign * _two_poles(order, x)
        return poles if math.isinf(poles) else poles - sign * polygamma(n, 1.0 - x)
    if order > EXACT:  # n! / x^(n + 1), whose logarithm is about n (log(n / x) - 1)
        return sign * (INF if order > math.e * x else 0.0)
    unit = x if order > 1000 else 2.0 ** max(0, math.frexp(x)[1] - 1)
    return sign * _times_factorial(order, _hurwitz_zeta(order + 1, x, unit), unit)


def _is_whole(x: float) -> bool:
    return math.isinf(x) or x == math.floor(x)


def _times_factorial(order: int, z: float, unit: float) -> float:
    """order! z / unit^(order + 1), rounded once where the result is subnormal.

    To an order of 1000, the unit being a power of two; beyond by logarithms, because the factorial
    alone would take too long: with the digits that order log(order) has behind the point.
    """
    if z == 0.0 or math.isinf(z):
        return z
    try:
        if order > 1000:
            logarithms = lgamma(order + 1.0), -(order + 1) * math.log(unit), math.log(abs(z))
            return math.copysign(math.exp(math.fsum(logarithms)), z)
        factorial = math.factorial(order)
        bits = factorial.bit_length()
        fraction, exponent = math.frexp(z)
        exponent += bits - (order + 1) * (math.frexp(unit)[1] - 1)
        return math.ldexp(fraction * (factorial / (1 << bits)), exponent)
    except OverflowError:
        return math.copysign(INF, z)


def _hurwitz_zeta(s: int, x: float, unit: float = 1.0) -> float:
    """unit^s times the sum of (x+k)^-s over k >= 0, for s >= 2 and x > 0 (DLMF 25.11.43)."""
    if x == INF:
        return 0.0
    terms = []
    while x < 12.0 + s:
        terms.append(_inverse_power(x / unit, s))
        if terms[-1] < NEGLIGIBLE * terms[0]:
            return math.fsum(terms)
        x += 1.0
    last = _inverse_power(x / unit, s)
    terms += [_inverse_power(x / unit, s - 1) * (unit / (s - 1)), 0.5 * last]
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
        return math.copysign(_tangent(0.5 - abs(r)), r)
    return 1.0 / _tangent(r)


def _tangent(r: float) -> float:
    """tan(pi r) for |r| <= 1/4, with what the product loses."""
    tangent = math.tan(math.pi * r)
    lost: float = product_error(math.pi, r) + _PI_REST * r
    return tangent + (1.0 + tangent * tangent) * lost


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


def _two_poles(order: int, x: float) -> float:
    """order! times the sum of (x+k)^-(order+1) over all whole k, positive and negative.

    Of that series (DLMF 4.22.3, differentiated) those of the two nearest poles: from an order of
    100 on the others are beyond the last digit, or cancel as these do.
    """
    s = order + 1
    r = x - math.floor(x + 0.5)
    near = _inverse_power(2.0 * abs(r), s)
    far = _inverse_power(2.0 * (1.0 - abs(r)), s)
    odd = math.copysign(1.0, r) * (near - far)
    return _times_factorial(order, odd if s % 2 else near + far, 0.5)


def distance_to_gamma_pole(x: float) -> float:
    """How far x is, with its sign, from the nearest of 0, -1, -2, ..., the poles of gamma."""
    return x if x > -0.5 else x - math.floor(x + 0.5)


# digamma(2) = 1 - Euler's constant, and what the double lacks; then the coefficients of the series
# of digamma and log(gamma) at 2, (-1)^k (zeta(k) - 1), for k from 2 on.
_ONE_MINUS_EULER, _ONE_MINUS_EULER_REST = 0.42278433509846713, 4.942915152430645e-18
_DIGAMMA_AT_TWO = [(-1.0) ** k * _hurwitz_zeta(k, 2.0) for k in range(2, 42)]
_LGAMMA_AT_TWO = [c / k for k, c in enumerate(_DIGAMMA_AT_TWO, start=2)]
