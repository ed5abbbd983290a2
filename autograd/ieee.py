"""Arithmetic that never raises: IEEE-754's inf and nan where Python raises an exception.

Python's floats raise on 1/0, log(0), exp(1000), (-8)**(1/3). The engine runs its rules on plain
floats, which costs nothing, and only when one of them raises does it evaluate the same expression
again here, on `IEEE` numbers, whose operators return what IEEE-754 says.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

INF, NAN = math.inf, math.nan


def divide(a: float, b: float) -> float:
    """a / b with x/0 = inf of the right sign and 0/0 = nan."""
    if b != 0.0:
        return a / b
    return NAN if a == 0.0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def modulo(a: float, b: float) -> float:
    """a % b (the sign of b, as Python's and torch.remainder) with x % 0 = nan."""
    return a % b if b != 0.0 else NAN


def floor_divide(a: float, b: float) -> float:
    """a // b with x // 0 = a / b."""
    return a // b if b != 0.0 else divide(a, b)


def power(a: float, b: float) -> float:
    """C's pow(a, b): 0**negative is inf, a negative base with a fractional exponent nan."""
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        return _after_pow(a, b)


def _after_pow(a: float, b: float) -> float:
    if a < 0.0 and b != math.floor(b):
        return NAN
    odd = b == math.floor(b) and math.fmod(b, 2.0) != 0.0
    return math.copysign(INF, a) if odd else INF


def _log_edge(pole: float) -> Callable[[float], float]:
    return lambda x: -INF if x == pole else NAN


# What a function of `math` should have returned where it raises; every other one: nan.
_AFTER: dict[Callable[..., Any], Callable[..., float]] = {
    math.exp: lambda x: INF,
    math.expm1: lambda x: INF,
    math.cosh: lambda x: INF,
    math.sinh: lambda x: math.copysign(INF, x),
    math.log: _log_edge(0.0),
    math.log2: _log_edge(0.0),
    math.log10: _log_edge(0.0),
    math.log1p: _log_edge(-1.0),
    math.atanh: lambda x: math.copysign(INF, x) if abs(x) == 1.0 else NAN,
    math.lgamma: lambda x: INF,
    math.pow: _after_pow,
}
_NAN_WHERE_IT_RAISES = frozenset(
    (math.sqrt, math.sin, math.cos, math.tan, math.asin, math.acos, math.acosh)
)


def _pair(rule: Callable[[float, float], float]) -> tuple[Any, Any]:
    """An operator of IEEE and its reflected form; any other kind of operand has its own say."""

    def forwards(self: float, other: Any, *_: None) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented
        return IEEE(rule(float(self), float(other)))

    def reflected(self: float, other: Any, *_: None) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented
        return IEEE(rule(float(other), float(self)))

    return forwards, reflected


class IEEE(float):
    """A float whose operators, and every `Op` applied to it, return inf or nan and never raise."""

    __slots__ = ()

    __add__, __radd__ = _pair(operator.add)
    __sub__, __rsub__ = _pair(operator.sub)
    __mul__, __rmul__ = _pair(operator.mul)
    __truediv__, __rtruediv__ = _pair(divide)
    __mod__, __rmod__ = _pair(modulo)
    __floordiv__, __rfloordiv__ = _pair(floor_divide)
    __pow__, __rpow__ = _pair(power)

    def __neg__(self) -> "IEEE":
        return IEEE(-float(self))

    def __pos__(self) -> "IEEE":
        return self

    def __abs__(self) -> "IEEE":
        return IEEE(abs(float(self)))

    @staticmethod
    def _apply_op(op: Any, inputs: Sequence[Any]) -> Any:
        for x in inputs:
            if not isinstance(x, (float, int)):  # a kind that takes floats in
                return op.apply(tuple([float(y) if isinstance(y, IEEE) else y for y in inputs]))
        return IEEE(forward(op.forward, [float(x) for x in inputs]))


def forward(function: Callable[..., Any], numbers: Sequence[float]) -> float:
    """`function(*numbers)` as IEEE-754 has it; an exception that is no arithmetic one passes."""
    try:
        return _real(function(*numbers))
    except (ArithmeticError, ValueError):
        if function in _AFTER:
            return _AFTER[function](*numbers)
        if function in _NAN_WHERE_IT_RAISES:
            return NAN
    return _real(function(*[IEEE(x) for x in numbers]))


def partials(rule: Callable[..., Any], output: float, numbers: Sequence[float]) -> tuple[Any, ...]:
    """`rule(output, *numbers)` as IEEE-754 has it: floats, and None where there is no edge."""
    result = rule(IEEE(output), *[IEEE(x) for x in numbers])
    return tuple([None if p is None else _real(p) for p in result])


def _real(x: Any) -> float:
    """A plain float; a complex result, which Python gives for (-8)**(1/3), is nan."""
    return NAN if isinstance(x, complex) else float(x)
