"""Functions of several numbers: what takes a list, has a default, or is made of several rows.

Owns the public face of the n-ary rows (sum, mean, prod, dot, logsumexp, max, min) and softmax,
log_softmax, leaky_relu, elu, clip. A row's function is one node in the graph.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import ops
from autograd.number import is_array, require_unmasked, type_name


def _listed(values: Any, who: str, at_least: int = 0, any_shape: bool = True) -> list[Any]:
    """The values as a list; a clear error for what cannot be iterated, or for too few.

    Arrays of several dimensions are flattened; refused unless `any_shape`, where order matters.
    """
    if hasattr(values, "tolist"):
        require_unmasked(values, who)
        if not any_shape and getattr(values, "ndim", 1) > 1:
            raise ValueError(
                f"{who}: expected numbers in a row, got an array of shape {values.shape}; "
                f"write {who} for each of its rows"
            )
        values = values.tolist() if getattr(values, "ndim", 1) == 1 else values.ravel().tolist()
    try:
        listed = list(values)
    except TypeError:
        raise TypeError(
            f"{who}: expected a sequence of numbers, got {type_name(values)}; "
            f"write {who}([a, b, ...])"
        ) from None
    if len(listed) < at_least:
        raise ValueError(f"{who}: the sequence is empty; give at least one number")
    return listed


def sum(values: Iterable[Any]) -> Any:
    """The sum of the numbers, as one node; 0.0 for none."""
    listed = _listed(values, "sum")
    return ops.sum_.apply((*listed,)) if listed else 0.0


def mean(values: Iterable[Any]) -> Any:
    """The arithmetic mean of the numbers, as one node; ValueError for none."""
    return ops.mean.apply((*_listed(values, "mean", at_least=1),))


def prod(values: Iterable[Any]) -> Any:
    """The product of the numbers, as one node; 1.0 for none."""
    listed = _listed(values, "prod")
    return ops.prod.apply((*listed,)) if listed else 1.0


def max(values: Iterable[Any]) -> Any:
    """The largest of the numbers, as one node; k equal ones get 1/k of the gradient each."""
    return ops.max_.apply((*_listed(values, "max", at_least=1),))


def min(values: Iterable[Any]) -> Any:
    """The smallest of the numbers, as one node; k equal ones get 1/k of the gradient each."""
    return ops.min_.apply((*_listed(values, "min", at_least=1),))


def logsumexp(values: Iterable[Any]) -> Any:
    """log(e^x1 + e^x2 + ...), as one node; never overflows."""
    return ops.logsumexp.apply((*_listed(values, "logsumexp", at_least=1),))


def dot(ws: Sequence[Any], xs: Sequence[Any], bias: Any = 0.0) -> Any:
    """bias + w1*x1 + w2*x2 + ..., summed from left to right, as one node.

    Raises ValueError when `ws` and `xs` differ in length.
    """
    ws = ws if ws.__class__ is list else _listed(ws, "dot", any_shape=False)
    xs = xs if xs.__class__ is list else _listed(xs, "dot", any_shape=False)
    if len(ws) != len(xs):
        raise ValueError(
            f"dot: ws has {len(ws)} numbers and xs has {len(xs)}; give one x for each w"
        )
    return ops.dot.apply((*ws, *xs, bias))


def softmax(values: Iterable[Any]) -> list[Any]:
    """e^x / (the sum of all e^x) for each x, shifted by the largest so that nothing overflows."""
    listed = _listed(values, "softmax", at_least=1, any_shape=False)
    shift = ops.peak(*listed)
    exponentials = [ops.exp(x - shift) for x in listed]
    total = ops.sum_(*exponentials)
    return [e / total for e in exponentials]


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """The logarithms of `softmax(values)`, exact where a probability underflows or is near 1."""
    listed = _listed(values, "log_softmax", at_least=1, any_shape=False)
    shift = ops.peak(*listed)
    shifted = [x - shift for x in listed]
    total = ops.logsumexp(*shifted)  # its log1p keeps what the others add to the largest one
    return [x - total for x in shifted]


def power(x: Any, n: Any) -> Any:
    """x**n. A number n is a parameter: x**0 is flat everywhere; a Value n is differentiated by."""
    is_plain = not hasattr(n, "_apply_op") or hasattr(n, "as_value")  # in a recording, too
    is_variable = not is_plain or (is_array(n) and n.ndim > 0)
    return ops.pow_(x, n) if is_variable else ops.power(x, n)


def leaky_relu(x: Any, slope: Any = ops.SLOPE) -> Any:
    """x where x > 0, else slope * x; the derivative at 0 is `slope`."""
    return ops.leaky_relu(x, slope)


def elu(x: Any, alpha: Any = ops.ALPHA) -> Any:
    """x where x > 0, else alpha * (e^x - 1); the derivative at 0 is `alpha`."""
    return ops.elu(x, alpha)


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """x moved into [low, high], None for no bound; the derivative at a bound is 1."""
    return ops.clip(x, -math.inf if low is None else low, math.inf if high is None else high)
