"""A zoo of wrong rules, each wrong in a way that people get wrong, for the checker to name.

Owns `ZOO`: the row whose rule is replaced, the wrong rule, operands at which it shows, which
operands are wrong, and the lowest order at which it can be found.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd import ops
from autograd.op import edge, live
from autograd.value import Value


class Wrong(NamedTuple):
    """One wrong rule."""

    kind: str
    row: str
    rule: Callable[..., tuple[Any, ...]]
    at: tuple[float, ...]
    arguments: tuple[int, ...]
    order: int = 1


def off(factor: float, row: str) -> Callable[..., tuple[Any, ...]]:
    """The row's own rule, every derivative times `factor`."""
    right = ops.TABLE[row].partials

    def rule(y: Any, *xs: Any) -> tuple[Any, ...]:
        return tuple([None if p is None else p * factor for p in right(y, *xs)])

    return rule


def swapped(row: str) -> Callable[..., tuple[Any, ...]]:
    """The derivatives in the wrong order."""
    right = ops.TABLE[row].partials
    return lambda y, *xs: right(y, *xs)[::-1]


def constant(x: Any) -> Any:
    """A number without its history: what a rule must not make of its operands."""
    return x.data if isinstance(x, Value) else x


ZOO = [
    # the sign
    Wrong("sign", "sub", lambda y, a, b: (1.0, 1.0), (2.0, 3.0), (1,)),
    Wrong("sign", "neg", lambda y, x: (1.0,), (2.0,), (0,)),
    Wrong("sign", "cos", lambda y, x: (ops.sin(x),), (0.7,), (0,)),
    Wrong("sign", "acos", lambda y, x: (1.0 / ops.sqrt(1.0 - x * x),), (0.3,), (0,)),
    Wrong("sign", "div", lambda y, a, b: (1.0 / b, y / b), (2.0, 3.0), (1,)),
    Wrong("sign", "erfc", off(-1.0, "erfc"), (0.4,), (0,)),
    Wrong("sign", "log_sigmoid", lambda y, x: (ops.sigmoid(x),), (0.4,), (0,)),
    # a factor
    Wrong("factor", "sqrt", lambda y, x: (1.0 / y,), (2.0,), (0,)),
    Wrong("factor", "log2", lambda y, x: (1.0 / x,), (3.0,), (0,)),
    Wrong("factor", "log10", lambda y, x: (1.0 / x,), (3.0,), (0,)),
    Wrong("factor", "power", lambda y, x, n: (ops.power(x, n - 1.0), None), (2.0, 3.0), (0,)),
    Wrong("factor", "mean", lambda y, *xs: (1.0,) * len(xs), (1.0, 2.0, 4.0), (0, 1, 2)),
    Wrong("factor", "cbrt", lambda y, x: (1.0 / (y * y),), (2.0,), (0,)),
    Wrong("factor", "erf", lambda y, x: (ops.exp(-(x * x)),), (0.4,), (0,)),
    Wrong("factor", "hypot", lambda y, a, b: (2.0 * a / y, 2.0 * b / y), (3.0, 4.0), (0, 1)),
    # swapped operands
    Wrong("swapped", "mul", lambda y, a, b: (a, b), (2.0, 3.0), (0, 1)),
    Wrong("swapped", "div", swapped("div"), (2.0, 3.0), (0, 1)),
    Wrong("swapped", "atan2", swapped("atan2"), (1.0, 2.0), (0, 1)),
    Wrong("swapped", "logaddexp", swapped("logaddexp"), (1.0, 2.0), (0, 1)),
    Wrong("swapped", "pow", swapped("pow"), (2.0, 3.0), (0, 1)),
    Wrong("swapped", "maximum", swapped("maximum"), (1.0, 2.0), (0, 1)),
    Wrong("swapped", "dot", swapped("dot"), (1.0, 2.0, 3.0, 5.0, 7.0), (0, 1, 3, 4)),
    # off by little, at well-conditioned operands
    *[Wrong("off by 1e-6", row, off(1.0 + 1e-6, row), at, tuple(range(len(at))))
      for row, at in (("tanh", (0.5,)), ("mul", (2.0, 3.0)), ("exp", (1.0,)), ("log", (2.0,)),
                      ("sigmoid", (0.3,)), ("gelu", (1.2,)), ("softplus", (-0.7,)))],
    *[Wrong("off by 1e-7", row, off(1.0 - 1e-7, row), at, tuple(range(len(at))))
      for row, at in (("tanh", (0.5,)), ("div", (2.0, 3.0)), ("sin", (1.0,)), ("lgamma", (2.7,)),
                      ("silu", (0.3,)), ("hypot", (1.2, 0.5)), ("logsumexp", (0.1, 0.5, -0.3)))],
    # a factor of the chain that was dropped, or a power
    Wrong("chain", "sigmoid", lambda y, x: (1.0 - y,), (0.3,), (0,)),
    Wrong("chain", "tanh", lambda y, x: (1.0 - y,), (0.3,), (0,)),
    Wrong("chain", "tanh", lambda y, x: (1.0 - x * x,), (0.3,), (0,)),
    Wrong("chain", "gelu", lambda y, x: (0.5 * ops.erfc(-x * 0.7071067811865476),), (0.8,), (0,)),
    Wrong("chain", "silu", lambda y, x: (ops.sigmoid(x),), (0.8,), (0,)),
    Wrong("chain", "prod", lambda y, *xs: tuple([y for _ in xs]), (1.5, 2.0, 3.0), (0, 1, 2)),
    Wrong("chain", "asinh", lambda y, x: (1.0 / (1.0 + x * x),), (0.8,), (0,)),
    # in one branch only
    Wrong("branch", "relu", lambda y, x: (1.0,), (-1.5,), (0,)),
    Wrong("branch", "relu", lambda y, x: (live(ops.gt(-x, 0.0)),), (1.5,), (0,)),
    Wrong("branch", "leaky_relu", lambda y, x, s: (1.0, None), (-2.0, 0.1), (0,)),
    Wrong("branch", "elu", lambda y, x, a: (1.0, None), (-1.0, 0.5), (0,)),
    Wrong("branch", "abs", lambda y, x: (1.0,), (-2.0,), (0,)),
    Wrong("branch", "clip", lambda y, x, a, b: (1.0, None, None), (3.0, -1.0, 1.0), (0, 2)),
    Wrong("branch", "where", lambda y, c, a, b: (None, 1.0, edge(ops.eq(c, 0.0), 1.0)),
          (0.0, 2.0, 3.0), (1,)),
    # an edge that is missing, or one too many
    Wrong("edge", "mul", lambda y, a, b: (b, None), (2.0, 3.0), (1,)),
    Wrong("edge", "exp", lambda y, x: (None,), (1.0,), (0,)),
    Wrong("edge", "floor", lambda y, x: (1.0,), (1.5,), (0,)),
    Wrong("edge", "sign", lambda y, x: (x,), (1.5,), (0,)),
    Wrong("edge", "max", lambda y, *xs: (1.0,) * len(xs), (1.0, 3.0, 2.0), (0, 2)),
    # right numbers, wrong when differentiated again
    Wrong("order 2", "tanh", lambda y, x: (1.0 - y * constant(y),), (0.5,), (0,), 2),
    Wrong("order 2", "exp", lambda y, x: (constant(y),), (0.5,), (0,), 2),
    Wrong("order 2", "mul", lambda y, a, b: (constant(b), constant(a)), (2.0, 3.0), (0, 1), 2),
    Wrong("order 2", "log", lambda y, x: (1.0 / constant(x),), (2.0,), (0,), 2),
    Wrong("order 3", "sin", lambda y, x: (ops.cos(x) * (1.0 + (x - constant(x)) ** 2.0),), (0.6,),
          (0,), 3),
]  # fmt: skip
