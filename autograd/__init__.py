"""A scalar autograd engine you can see through.

`Value` is a number that remembers how it was made; `backward()` finds the derivatives. `grad` and
its like turn functions into their derivatives. `Op` is one row: an operation of your own.
"""

from typing import TYPE_CHECKING, Any

from autograd import ops as ops
from autograd._clash import warn_of_other_autograd
from autograd.functions import (
    clip,
    dot,
    elu,
    leaky_relu,
    log_softmax,
    logsumexp,
    mean,
    power,
    prod,
    softmax,
    take,
)
from autograd.functions import (
    max as max,
)
from autograd.functions import (
    min as min,
)
from autograd.functions import (
    sum as sum,
)
from autograd.modes import no_grad
from autograd.op import Interval, Kink, Op, edge
from autograd.ops import (
    abs_ as _abs,
)
from autograd.ops import (
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
    polygamma,
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
from autograd.ops import (
    pow_ as _pow,
)
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value
from autograd.vectorize import vmap

if TYPE_CHECKING:
    from autograd.view import draw

warn_of_other_autograd()


def __getattr__(name: str) -> Any:
    """`draw`, imported when it is first asked for: it doubles the time that import takes."""
    if name == "draw":
        from autograd.view import draw

        return draw
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


abs, pow = _abs, _pow

# Names of builtins (abs, max, min, pow, sum) are attributes of the module only: `import autograd as
# ag` and write ag.sum; `from autograd import *` rebinds no builtin.
__all__ = [
    "Interval",
    "Kink",
    "Op",
    "Value",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "clip",
    "cos",
    "cosh",
    "digamma",
    "div",
    "dot",
    "draw",
    "edge",
    "elu",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "floordiv",
    "gelu",
    "grad",
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
    "no_grad",
    "polygamma",
    "power",
    "prod",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "sub",
    "take",
    "tan",
    "tanh",
    "value_and_grad",
    "vjp",
    "vmap",
    "where",
]
