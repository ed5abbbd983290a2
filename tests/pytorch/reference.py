"""PyTorch's double-precision expression for every operation of the table, and its derivatives.

This module owns the mapping from an operation's name to PyTorch, nothing else: the operands that
are worth trying stand in `edges.py`, the comparisons in the tests beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from tests.golden.comparison import Entries


@dataclass(frozen=True)
class Reference:
    """One operation as PyTorch computes it.

    function: takes the operands in glassgrad's order, as float64 tensors.
    parameters: positions that PyTorch takes as plain numbers, without a derivative.
    note: where PyTorch has no such function, what stands in for it.
    """

    function: Callable[..., Tensor]
    parameters: frozenset[int] = field(default_factory=frozenset)
    note: str = ""


@dataclass(frozen=True)
class Derivatives:
    """Value, gradient and Hessian at one point; `None` where PyTorch records no dependence."""

    value: float
    first: tuple[float | None, ...]
    second: tuple[tuple[float | None, ...], ...]

    def entries(self) -> Entries:
        """Every number by the operands it is differentiated by; no dependence is a derivative 0."""
        found: Entries = {(): self.value}
        for i, (first, row) in enumerate(zip(self.first, self.second, strict=True)):
            found[i,] = first or 0.0
            found |= {(i, j): number or 0.0 for j, number in enumerate(row)}
        return found


def _cbrt(x: Tensor) -> Tensor:
    return torch.copysign(x.abs().pow(1.0 / 3.0), x)


def _dot(*operands: Tensor) -> Tensor:
    """Bias first, then weight times input, left to right; operands are ws, then xs, then bias."""
    n = len(operands) // 2
    total = operands[-1]
    for weight, x in zip(operands[:n], operands[n : 2 * n], strict=True):
        total = total + weight * x
    return total


def _stacked(function: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    return lambda *operands: function(torch.stack(operands))


def _heaviside(a: Tensor, b: Tensor) -> Tensor:
    return ((a > b).double() + (a >= b).double()) / 2


_SECOND = frozenset({1})

REFERENCE: dict[str, Reference] = {
    # comparisons and constants
    "identity": Reference(torch.clone),
    "gt": Reference(lambda a, b: torch.gt(a, b).double()),
    "eq": Reference(lambda a, b: torch.eq(a, b).double()),
    "heaviside": Reference(_heaviside, note="one operand in PyTorch: (a > b) / 2 + (a >= b) / 2"),
    "peak": Reference(_stacked(lambda t: torch.amax(t.detach(), 0)), note="amax of a constant"),
    # arithmetic
    "add": Reference(torch.add),
    "sub": Reference(torch.sub),
    "mul": Reference(torch.mul),
    "div": Reference(torch.div),
    "neg": Reference(torch.neg),
    "power": Reference(torch.pow, _SECOND),
    "pow": Reference(torch.pow),
    "mod": Reference(torch.remainder),
    "floordiv": Reference(
        lambda a, b: torch.floor_divide(a.detach(), b.detach()), note="no derivative in PyTorch"
    ),
    "floor": Reference(torch.floor),
    "abs": Reference(torch.abs),
    "sign": Reference(torch.sign),
    # exponentials and logarithms
    "exp": Reference(torch.exp),
    "expm1": Reference(torch.expm1),
    "log": Reference(torch.log),
    "log1p": Reference(torch.log1p),
    "log2": Reference(torch.log2),
    "log10": Reference(torch.log10),
    "sqrt": Reference(torch.sqrt),
    "cbrt": Reference(_cbrt, note="no cbrt in PyTorch: copysign(|x|**(1/3), x)"),
    "logaddexp": Reference(torch.logaddexp),
    "hypot": Reference(torch.hypot),
    # trigonometric and hyperbolic
    "sin": Reference(torch.sin),
    "cos": Reference(torch.cos),
    "tan": Reference(torch.tan),
    "co_square": Reference(lambda x: (1.0 - x) * (1.0 + x), note="(1 - x)(1 + x)"),
    "asin": Reference(torch.asin),
    "acos": Reference(torch.acos),
    "atan": Reference(torch.atan),
    "atan2": Reference(torch.atan2),
    "sinh": Reference(torch.sinh),
    "cosh": Reference(torch.cosh),
    "tanh": Reference(torch.tanh),
    "asinh": Reference(torch.asinh),
    "acosh": Reference(torch.acosh),
    "atanh": Reference(torch.atanh),
    # activations
    "sigmoid": Reference(torch.sigmoid),
    "log_sigmoid": Reference(functional.logsigmoid),
    "relu": Reference(torch.relu),
    "leaky_relu": Reference(functional.leaky_relu, _SECOND),
    "elu": Reference(functional.elu, _SECOND),
    "gelu": Reference(functional.gelu),
    "silu": Reference(functional.silu),
    "softplus": Reference(functional.softplus, note="PyTorch returns x itself above 20"),
    # special functions
    "erf": Reference(torch.erf),
    "erfc": Reference(torch.erfc),
    "lgamma": Reference(torch.lgamma),
    "digamma": Reference(torch.digamma),
    "polygamma": Reference(lambda n, x: torch.polygamma(int(n), x), frozenset({0})),
    # selection
    "maximum": Reference(torch.maximum),
    "minimum": Reference(torch.minimum),
    "clip": Reference(torch.clamp),
    "where": Reference(lambda c, a, b: torch.where(torch.tensor(bool(c)), a, b), frozenset({0})),
    # over sequences
    "sum": Reference(_stacked(lambda t: t.sum(0))),
    "mean": Reference(_stacked(lambda t: t.mean(0))),
    "prod": Reference(_stacked(lambda t: t.prod(0))),
    "logsumexp": Reference(_stacked(lambda t: torch.logsumexp(t, 0))),
    "nll": Reference(
        lambda k, *xs: -torch.stack(xs).log_softmax(0)[int(k)],
        frozenset({0}),
        note="-log_softmax(x)[k], which is what nll_loss takes",
    ),
    "take": Reference(
        lambda k, *xs: torch.stack(xs).index_select(0, torch.tensor([int(k)]))[0],
        frozenset({0}),
        note="index_select, as an embedding does",
    ),
    # amax and amin share a tie as max() and min() over a whole tensor do; they differ at nan only.
    "max": Reference(_stacked(lambda t: torch.amax(t, 0)), note="amax; max() at nan gives 1 to it"),
    "min": Reference(_stacked(lambda t: torch.amin(t, 0)), note="amin; min() at nan gives 1 to it"),
    "dot": Reference(_dot),
    "softmax": Reference(_stacked(lambda t: t.softmax(0)[0]), note="its first output"),
    "log_softmax": Reference(_stacked(lambda t: t.log_softmax(0)[0]), note="its first output"),
}


def _gradient(output: Tensor, inputs: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
    """Cotangents of the inputs, `None` for each one the output has no recorded path to."""
    if not output.requires_grad:
        return (None,) * len(inputs)
    return torch.autograd.grad(
        output.sum(), inputs, create_graph=True, retain_graph=True, allow_unused=True
    )


def _number(tensor: Tensor | None) -> float | None:
    return None if tensor is None else float(tensor.detach().reshape(-1)[0])


def derivatives(name: str, operands: Sequence[float], width: int = 0) -> Derivatives:
    """Value, gradient and Hessian of the named operation at `operands`, as PyTorch gives them.

    width: 0 runs on 0-d tensors (PyTorch's scalar loop), n > 0 on n equal lanes (its SIMD loop,
        which has other code for many functions). Only the first lane is returned.
    """
    reference = REFERENCE[name]
    shape = (width,) if width else ()
    arguments: list[float | Tensor] = []
    inputs: list[Tensor] = []
    for position, number in enumerate(operands):
        if position in reference.parameters:
            arguments.append(number)
        else:
            leaf = torch.full(shape, number, dtype=torch.float64, requires_grad=True)
            arguments.append(leaf)
            inputs.append(leaf)
    value = reference.function(*arguments)
    first = _gradient(value, inputs)
    second = tuple(
        (None,) * len(inputs) if row is None else _gradient(row, inputs) for row in first
    )
    return Derivatives(
        value=float(value.detach().reshape(-1)[0]),
        first=tuple(_number(entry) for entry in first),
        second=tuple(tuple(_number(entry) for entry in row) for row in second),
    )


def same(a: float | None, b: float | None) -> bool:
    """Whether two entries are the same number, nan equal to nan and -0.0 unlike 0.0."""
    if a is None or b is None:
        return a is b
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)
