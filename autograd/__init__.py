"""A scalar autograd engine you can see through.

    from autograd import Value

    x = Value(3.0)
    y = x * x + 1
    y.backward()
    x.grad    # 6.0
"""

from autograd import ops as ops
from autograd.functions import (
    clip,
    dot,
    elu,
    leaky_relu,
    log_softmax,
    logsumexp,
    max,
    mean,
    min,
    prod,
    softmax,
    sum,
    take,
)
from autograd.modes import no_grad
from autograd.op import Interval, Kink, Op, edge
from autograd.ops import (
    abs_ as abs,
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
    pow_ as pow,
    power,
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
from autograd.value import Value
