"""Activation functions of the parts of e^x and log(1 + f), so that what is rounded is little."""

import math
from typing import NamedTuple

from autograd.replay.llvm.rows.approximations.exponential import (
    exp,
    limited,
    power_of_e,
    two_scales,
)
from autograd.replay.llvm.rows.approximations.logarithm import log_of_sum
from autograd.replay.llvm.rows.lanes import Number, copysign, fma, is_infinite, select
from autograd.replay.llvm.rows.signs import not_below_zero


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
    result = copysign(select(x > 40.0, x, result), x)  # a sum of zeros is +0.0
    return select(infinite, math.nan, result)  # -inf * 0


def _log_one_plus_exp(x: Number) -> Number:
    """log(1 + e^x) for x <= 0."""
    e = exp(x)
    large = e > 0.5
    f = select(large, fma(e, 0.5, -0.5), e)  # exact
    return log_of_sum(f, select(large, 1.0, 0.0))


def softplus(x: Number) -> Number:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return not_below_zero(x) + _log_one_plus_exp(-abs(x))


def log_sigmoid(x: Number) -> Number:
    """log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|)."""
    return select(x > 0.0, 0.0, x) - _log_one_plus_exp(-abs(x))


def logaddexp(a: Number, b: Number) -> Number:
    """log(e^a + e^b) = max + log(1 + e^-|a - b|); two equal infinities are their own answer.

    Within 2 (1 + c) ulp, c its condition number: where the sum cancels, the errors of its parts
    stay, and are no more than two ulp of each operand would make.
    """
    top = select(b > a, b, a)
    result = top + _log_one_plus_exp(-abs(a - b))
    return select(a.equals(b) & is_infinite(a), a, result)
