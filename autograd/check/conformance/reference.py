"""What is right: the kit's own definition of every operation, in plain floats.

Owns the values and the partial derivatives that an engine is measured by, and two machines that
run a program by them: `Floats` computes numbers only; `Slopes` carries with each number its
derivative by every leaf, forwards, so that it shares no graph walk with what it judges.
Values are IEEE-754's, as PyTorch has them in double: log(0) is -inf, 1/0 inf, log(-1) nan.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Definition(NamedTuple):
    """`value(*x)`, and `partials(y, *x)`, where None says: that input was not selected."""

    value: Callable[..., float]
    partials: Callable[..., tuple[float | None, ...]]


def divide(a: float, b: float) -> float:
    """a / b; by zero inf with its sign, or nan."""
    if b != 0.0:
        return a / b
    return a * math.copysign(math.inf, b) if a != 0.0 else math.nan


def power(x: float, n: float) -> float:
    """x**n; inf and nan where Python raises, nan where it turns complex."""
    try:
        return math.pow(x, n)
    except OverflowError:
        return -math.inf if x < 0.0 and n % 2.0 == 1.0 else math.inf
    except ValueError:  # a negative power of zero, or a root of a negative number
        if x != 0.0:
            return math.nan
        return math.copysign(math.inf, x) if n % 2.0 == 1.0 else math.inf


def log(x: float) -> float:
    """The natural logarithm; -inf at 0, nan below."""
    if x == 0.0:
        return -math.inf
    return math.log(x) if x > 0.0 else math.nan


def _guarded(
    function: Callable[[float], float], beyond: Callable[[float], float]
) -> Callable[[float], float]:
    """`function`, with what `beyond` says where it raises."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except (OverflowError, ValueError):
            return beyond(x)

    return guarded


exp = _guarded(math.exp, lambda x: math.inf)
expm1 = _guarded(math.expm1, lambda x: math.inf)
sinh = _guarded(math.sinh, lambda x: math.copysign(math.inf, x))
cosh = _guarded(math.cosh, lambda x: math.inf)
sqrt = _guarded(math.sqrt, lambda x: math.nan)
sin = _guarded(math.sin, lambda x: math.nan)
cos = _guarded(math.cos, lambda x: math.nan)


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    return exp(x) / (1.0 + exp(x))


def softplus(x: float) -> float:
    """log(1 + e^x), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def larger(a: float, b: float) -> float:
    """The larger one; nan if either is nan."""
    return math.nan if math.isnan(a) or math.isnan(b) else max(a, b)


def _share(d: float) -> float | None:
    """What the input that lies above the other by `d` gets: all, half in a tie, no edge."""
    return 1.0 if d > 0.0 else 0.5 if d == 0.0 else None


def _sign(x: float) -> float:
    return float((x > 0.0) - (x < 0.0))


ARITHMETIC = {
    "add": Definition(operator.add, lambda y, a, b: (1.0, 1.0)),
    "sub": Definition(operator.sub, lambda y, a, b: (1.0, -1.0)),
    "mul": Definition(operator.mul, lambda y, a, b: (b, a)),
    "div": Definition(divide, lambda y, a, b: (divide(1.0, b), divide(-y, b))),
    "neg": Definition(operator.neg, lambda y, x: (-1.0,)),
    "pow": Definition(
        power,
        lambda y, x, n: (n * power(x, n - 1.0) if n != 0.0 else None, y * log(x)),
    ),
}
FUNCTIONS = {
    "exp": Definition(exp, lambda y, x: (y,)),
    "expm1": Definition(expm1, lambda y, x: (exp(x),)),
    "log": Definition(log, lambda y, x: (divide(1.0, x),)),
    "log1p": Definition(
        lambda x: math.log1p(x) if x > -1.0 else log(1.0 + x),
        lambda y, x: (divide(1.0, 1.0 + x),),
    ),
    "log2": Definition(lambda x: log(x) / math.log(2.0),
                       lambda y, x: (divide(1.0, x * math.log(2.0)),)),
    "log10": Definition(lambda x: log(x) / math.log(10.0),
                        lambda y, x: (divide(1.0, x * math.log(10.0)),)),
    "sqrt": Definition(sqrt, lambda y, x: (divide(0.5, y),)),
    "sin": Definition(sin, lambda y, x: (cos(x),)),
    "cos": Definition(cos, lambda y, x: (-sin(x),)),
    "tan": Definition(math.tan, lambda y, x: (1.0 + y * y,)),
    "asin": Definition(math.asin, lambda y, x: (divide(1.0, math.sqrt(1.0 - x * x)),)),
    "acos": Definition(math.acos, lambda y, x: (divide(-1.0, math.sqrt(1.0 - x * x)),)),
    "atan": Definition(math.atan, lambda y, x: (1.0 / (1.0 + x * x),)),
    "sinh": Definition(sinh, lambda y, x: (cosh(x),)),
    "cosh": Definition(cosh, lambda y, x: (sinh(x),)),
    "tanh": Definition(math.tanh, lambda y, x: (1.0 - y * y,)),
    "sigmoid": Definition(sigmoid, lambda y, x: (sigmoid(x) * sigmoid(-x),)),
    "softplus": Definition(softplus, lambda y, x: (sigmoid(x),)),
    "silu": Definition(lambda x: x * sigmoid(x), lambda y, x: (sigmoid(x) + y * sigmoid(-x),)),
    "erf": Definition(math.erf, lambda y, x: (2.0 / math.sqrt(math.pi) * exp(-x * x),)),
    "relu": Definition(lambda x: 0.0 if x < 0.0 else x,  # noqa: FURB136 - max() would hide a nan
                       lambda y, x: (None if x <= 0.0 else 1.0,)),
    "abs": Definition(abs, lambda y, x: (_sign(x),)),
    "maximum": Definition(larger, lambda y, a, b: (_share(a - b), _share(b - a))),
    "minimum": Definition(lambda a, b: -larger(-a, -b),
                          lambda y, a, b: (_share(b - a), _share(a - b))),
}  # fmt: skip
DEFINITIONS = ARITHMETIC | FUNCTIONS


class Floats:
    """Runs a program on plain floats; leaves get the numbers in `leaves`, if given, in order."""

    def __init__(self, leaves: Sequence[float] | None = None) -> None:
        self._leaves = None if leaves is None else iter(leaves)

    def leaf(self, number: float) -> float:
        return float(number) if self._leaves is None else next(self._leaves)

    def apply(self, operation: str, operands: Sequence[float], in_place: bool = False) -> float:
        return DEFINITIONS[operation].value(*map(float, operands))

    def backward(self, node: float) -> None:
        """Nothing: only the number is wanted."""

    def assign(self, node: float, number: float) -> None:
        raise ValueError("a plain float cannot be assigned")

    def read(self, node: float, what: str) -> float:
        return node


class Sloped:
    """A number with its derivatives by the nodes that it depends on."""

    def __init__(self, number: float, slopes: "dict[Sloped, float]") -> None:
        self.number = number
        self.slopes = slopes
        self.grad = 0.0


class Slopes:
    """Runs a program forwards with derivatives by every leaf and by the nodes named `watched`.

    Args:
        resets: backward starts from zero gradients instead of adding to those there are.
        inner: follow the derivatives by inner nodes as well, where a program reads them.
    """

    def __init__(self, resets: bool = False, inner: bool = False) -> None:
        self.resets = resets
        self.inner = inner

    def leaf(self, number: float) -> Sloped:
        node = Sloped(float(number), {})
        node.slopes[node] = 1.0
        return node

    def apply(self, operation: str, operands: Sequence[Any], in_place: bool = False) -> Sloped:
        definition = DEFINITIONS[operation]
        numbers = [x.number if isinstance(x, Sloped) else float(x) for x in operands]
        y = definition.value(*numbers)
        slopes: dict[Sloped, float] = {}
        for x, partial in zip(operands, definition.partials(y, *numbers), strict=True):
            if isinstance(x, Sloped) and partial is not None:
                for node, slope in x.slopes.items():
                    slopes[node] = slopes.get(node, 0.0) + partial * slope
        result = Sloped(y, slopes)
        if self.inner:
            slopes[result] = 1.0
        return result

    def backward(self, node: Sloped) -> None:
        for reached, slope in node.slopes.items():
            reached.grad = slope if self.resets else reached.grad + slope

    def assign(self, node: Sloped, number: float) -> None:
        node.number = float(number)

    def read(self, node: Sloped, what: str) -> float:
        return node.number if what == "data" else node.grad
