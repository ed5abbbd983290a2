"""Checks of arguments that many functions share.

Owns what a count and a rate may be, and the wording of a refusal: what, and what it must be.
"""

import math
import reprlib
from numbers import Real
from operator import index
from typing import Any


def whole_number(value: Any, name: str, least: int = 1) -> int:
    """Return `value` as an int if it is a whole number of at least `least`, else ValueError."""
    try:
        number = index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool):
        got = reprlib.repr(value)
        raise ValueError(f"{name} must be a whole number, at least {least}; got {got:.40}")
    return number


def rate(value: Any, name: str) -> float:
    """Return `value` as a float if it is a finite number of at least 0, else ValueError."""
    number = _as_float(value)
    if not 0.0 <= number < math.inf:
        got = reprlib.repr(value)
        raise ValueError(f"{name} must be a number, at least 0 and finite; got {got:.40}")
    return number


def finite_number(value: Any, name: str) -> float:
    """Return `value` as a float if it is a finite number, else ValueError."""
    number = _as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number; got {reprlib.repr(value):.40}")
    return number


def _as_float(value: Any) -> float:
    """`value` as a float; nan for what is no number, inf for an int beyond the floats."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf
