"""Elementary functions as straight-line arithmetic on all lanes at once, within 2 ulp.

Owns the two tables of what fast mode writes: `FUNCTIONS`, from the C library's name of a function
to what stands for it, and `ROWS`, from the name of a row of the table of operations. In order:
`exponential`, `logarithm`, `activations` of the parts of both, `error_function`, `trigonometric`;
`quotients` divides where a function ends with it.

Each reduces its argument to a small interval (W. J. Cody and W. Waite, Software Manual for the
Elementary Functions, 1980), where a polynomial serves whose coefficients
`python -m tests.minimax` computes, and takes every double: zeros keep their sign, subnormal
results their digits, inf and nan are those of the exact function. `python -m tests.approximations`
measures the errors. One is not within 2 ulp: `logaddexp` where its parts cancel.
"""

import math
from collections.abc import Callable

from autograd.replay.llvm.rows.approximations.activations import (
    log_sigmoid,
    logaddexp,
    sigmoid,
    silu,
    softplus,
)
from autograd.replay.llvm.rows.approximations.error_function import erf, erfc, gelu
from autograd.replay.llvm.rows.approximations.exponential import exp, expm1, tanh
from autograd.replay.llvm.rows.approximations.logarithm import log, log1p
from autograd.replay.llvm.rows.approximations.trigonometric import cos, sin
from autograd.replay.llvm.rows.lanes import Body, Number, select


def _root(x: Number) -> Number:
    return select(x.equals(-math.inf), math.inf, x.code.intrinsic("sqrt", x) + 0.0)


# x^n for exponents that are known beforehand.
SMALL_POWERS: dict[float, Callable[[Number], Number]] = {
    -2.0: lambda x: 1.0 / x * (1.0 / x),
    -1.0: lambda x: 1.0 / x,
    0.5: _root,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    4.0: lambda x: x * x * (x * x),
}

# In place of functions of the C library, wherever a row needs one of them.
FUNCTIONS: dict[str, Body] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "sin": sin,
    "cos": cos,
    "erf": erf,
    "erfc": erfc,
}
# In place of whole rows.
ROWS: dict[str, Body] = {
    "sigmoid": sigmoid,
    "silu": silu,
    "gelu": gelu,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "logaddexp": logaddexp,
}
# Of which registers for eight vectors of eight doubles, as AVX2 has them, have room for two on
# their way: measured, but for expm1 and log_sigmoid, which are made of the like. sin, erf and gelu
# take longer so, and of the others nothing is known.
NARROW = {"exp", "expm1", "log", "log1p", "tanh", "sigmoid", "silu", "softplus", "log_sigmoid"}
