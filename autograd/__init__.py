"""A scalar autograd engine you can see through.

    from autograd import Value

    x = Value(3.0)
    y = x * x + 1
    y.backward()
    x.grad  # 6.0

`Value` is a number that remembers how it was made; `backward()` finds the derivatives. `grad` and
its like turn functions into their derivatives. `Op` is one row: an operation of your own.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd import ops as ops
from autograd._clash import warn_of_other_autograd
from autograd.blocks import no_grad
from autograd.functions import (
    clip,
    dot,
    elu,
    leaky_relu,
    log_softmax,
    logsumexp,
    max as max,
    mean,
    min as min,
    power,
    prod,
    softmax,
    sum as sum,
)
from autograd.indexing import take
from autograd.op import Interval, Kink, Op, edge
from autograd.ops import (
    abs_ as _abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    cos,
    cosh,
    digamma,
    div,
    erf,
    erfc,
    exp,
    expm1,
    floor,
    floordiv,
    gelu,
    hypot,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    logaddexp,
    maximum,
    minimum,
    mod,
    mul,
    neg,
    nll,
    polygamma,
    pow_ as _pow,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    sub,
    tan,
    tanh,
    where,
)
from autograd.origin import boxed, recording, scope
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value
from autograd.vectorize import vmap

if TYPE_CHECKING:
    from autograd.check import assert_gradients, gradcheck
    from autograd.diagnose import AnomalyError, detect_anomaly
    from autograd.program import source
    from autograd.replay import compile as compile
    from autograd.view import draw, explain, step

warn_of_other_autograd()

_LAZY = {
    "AnomalyError": "autograd.diagnose",
    "assert_gradients": "autograd.check",
    "compile": "autograd.replay",
    "detect_anomaly": "autograd.diagnose",
    "gradcheck": "autograd.check",
    "draw": "autograd.view",
    "explain": "autograd.view",
    "source": "autograd.program",
    "step": "autograd.view",
}


def __getattr__(name: str) -> Any:
    """What shows or checks a graph, imported when first asked for: that takes time."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


abs, pow = _abs, _pow

# Names of builtins are attributes of the module only: write `import autograd as ag` and ag.sum;
# `from autograd import *` rebinds no builtin.
_OF_BUILTINS = ("abs", "compile", "max", "min", "pow", "sum")
__all__ = [
    "AnomalyError",
    "Interval",
    "Kink",
    "Op",
    "Value",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "assert_gradients",
    "atan",
    "atan2",
    "atanh",
    "boxed",
    "cbrt",
    "clip",
    "cos",
    "cosh",
    "detect_anomaly",
    "digamma",
    "div",
    "dot",
    "draw",
    "edge",
    "elu",
    "erf",
    "erfc",
    "exp",
    "explain",
    "expm1",
    "floor",
    "floordiv",
    "gelu",
    "grad",
    "gradcheck",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "mul",
    "neg",
    "nll",
    "no_grad",
    "polygamma",
    "power",
    "prod",
    "recording",
    "relu",
    "scope",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "source",
    "sqrt",
    "step",
    "sub",
    "take",
    "tan",
    "tanh",
    "value_and_grad",
    "vjp",
    "vmap",
    "where",
]


def __dir__() -> list[str]:
    """What the package offers, for completion: not the files behind it, which share its names."""
    return sorted((*__all__, *_OF_BUILTINS, *(name for name in globals() if name[:2] == "__")))
