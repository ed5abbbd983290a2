"""Activation functions of the parts of e^x and log(1 + f), so that what is rounded is little."""

import math
from typing import NamedTuple

from autograd.replay.llvm.approximations.exponential import (
    LN2_HIGH,
    exp,
    limited,
    power_of_e,
    two_scales,
)
from autograd.replay.llvm.approximations.logarithm import log_of_sum, log_rest
from autograd.replay.llvm.lanes import Number, fma, is_infinite, select


class Quotient(NamedTuple):
    """value + rest = numerator / (1 + e)."""

    value: Number
    rest: Number


def _over_one_plus(numerator: Number, e: Number) -> Quotient:
    denominator = 1.0 + e
    lost = e - (denominator - 1.0)  # for 0 <= e <= 1
    inverse = 1.0 / denominator
    value = numerator * inverse
    left = fma(-value, lost, fma(-value, denominator, numerator))
    return Quotient(value, left * inverse)


def sigmoid(x: Number) -> Number:
    """1/(1 + e^-x) where x >= 0, else e^x/(1 + e^x)."""
    e = exp(-abs(x))
    quotient = _over_one_plus(select(x >= 0.0, 1.0, e), e)
    return quotient.value + quotient.rest


def silu(x: Number) -> Number:
    """x sigmoid(x), scaled last: where e^x is subnormal, x e^x need not be."""
    infinite = x.equals(-math.inf)
    x = select(x < -800.0, -800.0, x)  # far below where the result is -0.0
    size = limited(-abs(x), -800.0, 0.0)
    shifted, r, rest = power_of_e(size)
    first, second = two_scales(size, shifted)
    unscaled = 1.0 + (r + rest)
    positive = x >= 0.0
    quotient = _over_one_plus(select(positive, 1.0, unscaled), unscaled * first * second)
    product = x * quotient.value
    result = product + fma(x, quotient.rest, fma(x, quotient.value, -product))
    result = result * select(positive, 1.0, first) * select(positive, 1.0, second)
    result = select(x > 40.0, x, result)
    return select(infinite, math.nan, result)  # -inf * 0


class Halved(NamedTuple):
    """1 + e^x = 2^k (1 + f), -1/4 <= f <= 1/2."""

    f: Number
    k: Number


def _one_plus_exp(x: Number) -> Halved:
    """Of x <= 0."""
    e = exp(x)
    large = e > 0.5
    return Halved(select(large, fma(e, 0.5, -0.5), e), select(large, 1.0, 0.0))  # exact


def softplus(x: Number) -> Number:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return select(x < 0.0, 0.0, x) + log_of_sum(*_one_plus_exp(-abs(x)))


def log_sigmoid(x: Number) -> Number:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|)."""
    return select(x > 0.0, 0.0, x) - log_of_sum(*_one_plus_exp(-abs(x)))


def logaddexp(a: Number, b: Number) -> Number:
    """log(e^a + e^b) = max + log(1 + e^-|a - b|); two equal infinities are their own answer.

    Near 0 these cancel. Where they do, max + log(2) is exact: what else is added is small.
    """
    top = select(b > a, b, a)
    f, k = _one_plus_exp(-abs(a - b))
    result = fma(k, LN2_HIGH, top) + log_rest(f, k)
    return select(a.equals(b) & is_infinite(a), a, result)
