"""THE table: every operation of the engine, one row each.

A row states how to compute the number and, once, its derivative:

    name = Op("name", forward, partials, notation, domain, kinks)

`partials(y, *inputs)` gets the output first and returns the derivative by each input, written in
the rows themselves, so that the same rule gives numbers, derivatives of derivatives, a picture, an
explanation. None says: no edge. To add an operation, add a row: it can then be differentiated to
any order, drawn and pickled. (CONTRIBUTING says where to publish its name and test its numbers.)
"""

import math
import operator
from typing import Any

from autograd import gamma, special
from autograd.op import (
    BUILTIN,
    INDEX,
    POSITIVE,
    REAL,
    TABLE as TABLE,
    Interval,
    Kink,
    Op,
    edge,
    live,
)

INF = math.inf
INV_LN2, INV_LN10 = 1.0 / math.log(2.0), 1.0 / math.log(10.0)
INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)

AT_ZERO_0 = Kink("x = 0", lambda x, *_: x, "derivative 0")
CLOSED_UNIT = Interval(-1.0, 1.0, includes_low=True, includes_high=True)

# Comparisons: the conditions that rules select by. Their derivative is zero everywhere: no edges.

gt = Op("gt", special.gt, lambda y, a, b: (None, None), ("({0} > {1})", "[{0} > {1}]"))
eq = Op("eq", special.eq, lambda y, a, b: (None, None), ("({0} = {1})", "[{0} = {1}]"))
heaviside = Op("heaviside", special.heaviside, lambda y, a, b: (None, None), "H({0} - {1})")


def _above(a: Any, b: float) -> Any:
    """live(gt(a, b)); floats, the usual case, by a shorter way."""
    return special.gt(a, b) or None if a.__class__ is float else live(gt(a, b))


def _is_equal(a: Any, b: float) -> Any:
    """live(eq(a, b)), in the same way."""
    return special.eq(a, b) or None if a.__class__ is float else live(eq(a, b))


# Arithmetic

identity = Op("identity", lambda x: x, lambda y, x: (1.0,), "{0}")
add = Op("add", operator.add, lambda y, a, b: (1.0, 1.0), "{0} + {1}")
sub = Op("sub", operator.sub, lambda y, a, b: (1.0, -1.0), "{0} - {1}")
mul = Op("mul", operator.mul, lambda y, a, b: (b, a), ("{0}*{1}", r"{0} \cdot {1}"))
div = Op(
    "div",
    operator.truediv,
    lambda y, a, b: (1.0 / b, -y / b),
    ("{0}/{1}", r"\frac{{{0}}}{{{1}}}"),
    kinks=(Kink("b = 0", lambda a, b: b, "pole"),),
)
neg = Op("neg", operator.neg, lambda y, x: (-1.0,), "-{0}")
power: Op = Op(  # Value**number: the exponent is a parameter, so x**0 is flat for every x
    "power",
    math.pow,
    lambda y, x, n: (n * power(x, n - 1.0) if n != 0.0 else None, None),
    ("{0}**{1}", "{{{0}}}^{{{1}}}"),
    domain=(POSITIVE, REAL),
)
pow_: Op = Op(  # Value**Value, number**Value
    "pow",
    math.pow,
    lambda y, x, n: (
        edge(1.0 - eq(n, 0.0) * (1.0 - eq(x, x) + eq(x, 0.0)), n * pow_(x, n - 1.0)),
        edge(1.0 - eq(x, 0.0) * eq(maximum(n, 0.0), n), y * log(x)),
    ),
    ("{0}**{1}", "{{{0}}}^{{{1}}}"),
    domain=(POSITIVE, REAL),
)
mod = Op(
    "mod",
    operator.mod,
    lambda y, a, b: (1.0, -floordiv(a, b)),
    ("{0} % {1}", r"{0} \, \mathrm{{mod}} \, {1}"),
    kinks=(Kink("a/b a whole number", lambda a, b: math.sin(math.pi * a / b), "derivative 1"),),
)
floordiv: Op = Op(
    "floordiv",
    operator.floordiv,
    lambda y, a, b: (None, None),
    ("{0} // {1}", r"\lfloor {0} / {1} \rfloor"),
    kinks=(Kink("a/b a whole number", lambda a, b: math.sin(math.pi * a / b), "derivative 0"),),
)
floor = Op(
    "floor",
    special.floor,
    lambda y, x: (None,),
    ("floor({0})", r"\lfloor {0} \rfloor"),
    kinks=(Kink("x a whole number", lambda x: math.sin(math.pi * x), "derivative 0"),),
)
sqrt = Op(
    "sqrt",
    math.sqrt,
    lambda y, x: (0.5 / y,),
    ("sqrt({0})", r"\sqrt{{{0}}}"),
    domain=(Interval(0.0, INF, includes_low=True),),
    kinks=(Kink("x = 0", lambda x: x, "derivative inf"),),
)
cbrt = Op(
    "cbrt",
    special.cbrt,
    lambda y, x: (1.0 / (3.0 * (y * y)),),
    ("cbrt({0})", r"\sqrt[3]{{{0}}}"),
    kinks=(Kink("x = 0", lambda x: x, "derivative inf"),),
)
hypot = Op(
    "hypot",
    math.hypot,
    lambda y, a, b: (a / y, b / y),
    ("hypot({0}, {1})", r"\sqrt{{{0}^2 + {1}^2}}"),
    kinks=(Kink("a = b = 0", lambda a, b: math.hypot(a, b), "derivative nan"),),
)

# Exponentials and logarithms

exp = Op("exp", math.exp, lambda y, x: (y,), ("exp({0})", "e^{{{0}}}"))
expm1 = Op("expm1", math.expm1, lambda y, x: (exp(x),), ("expm1({0})", "e^{{{0}}} - 1"))
log: Op = Op("log", math.log, lambda y, x: (1.0 / x,), ("log({0})", r"\ln {0}"), (POSITIVE,))
log1p = Op(
    "log1p",
    math.log1p,
    lambda y, x: (1.0 / (1.0 + x),),
    ("log1p({0})", r"\ln(1 + {0})"),
    (Interval(low=-1.0),),
)
log2 = Op("log2", math.log2, lambda y, x: (INV_LN2 / x,), domain=(POSITIVE,))
log10 = Op("log10", math.log10, lambda y, x: (INV_LN10 / x,), domain=(POSITIVE,))
logaddexp = Op("logaddexp", special.logaddexp, lambda y, a, b: (sigmoid(a - b), sigmoid(b - a)))

# Trigonometric and hyperbolic functions

co_square = Op(  # 1 - x*x without cancellation; one edge, so that 0*inf cannot arise at x = +-1
    "co_square",
    lambda x: (1.0 - x) * (1.0 + x),
    lambda y, x: (-2.0 * x,),
    ("1 - {0}**2", "1 - {0}^2"),
)

sin = Op("sin", math.sin, lambda y, x: (cos(x),), ("sin({0})", r"\sin {0}"))
cos: Op = Op("cos", math.cos, lambda y, x: (-sin(x),), ("cos({0})", r"\cos {0}"))
tan = Op(
    "tan",
    math.tan,
    lambda y, x: (1.0 + y * y,),
    ("tan({0})", r"\tan {0}"),
    kinks=(Kink("x = pi/2 + k pi", math.cos, "pole"),),
)
asin = Op(
    "asin",
    math.asin,
    lambda y, x: (1.0 / sqrt(co_square(x)),),
    ("asin({0})", r"\arcsin {0}"),
    (CLOSED_UNIT,),
)
acos = Op(
    "acos",
    math.acos,
    lambda y, x: (-1.0 / sqrt(co_square(x)),),
    ("acos({0})", r"\arccos {0}"),
    (CLOSED_UNIT,),
)
atan = Op("atan", math.atan, lambda y, x: (1.0 / (1.0 + x * x),), ("atan({0})", r"\arctan {0}"))
atan2 = Op(  # 0 at the origin, as PyTorch; divided twice so that no square overflows
    "atan2",
    math.atan2,
    lambda y, a, b: (
        edge(hypot(a, b), b / hypot(a, b) / hypot(a, b)),
        edge(hypot(a, b), -a / hypot(a, b) / hypot(a, b)),
    ),
    ("atan2({0}, {1})", r"\operatorname{{atan2}}({0}, {1})"),
    kinks=(Kink("a = 0, b < 0", lambda a, b: a if b <= 0.0 else 1.0, "of the formula"),),
)
sinh = Op("sinh", math.sinh, lambda y, x: (cosh(x),), ("sinh({0})", r"\sinh {0}"))
cosh: Op = Op("cosh", math.cosh, lambda y, x: (sinh(x),), ("cosh({0})", r"\cosh {0}"))
tanh = Op("tanh", math.tanh, lambda y, x: (1.0 - y * y,), ("tanh({0})", r"\tanh {0}"))
asinh = Op("asinh", math.asinh, lambda y, x: (1.0 / hypot(1.0, x),))
acosh = Op(
    "acosh",
    math.acosh,
    # beyond 1e8 the root of x*x - 1 is x, and the square may overflow
    lambda y, x: (where(gt(x, 1e8) * gt(INF, x), 1.0 / x, 1.0 / sqrt(0.0 - co_square(x))),),
    domain=(Interval(1.0, INF, includes_low=True),),
)
atanh = Op(
    "atanh",
    math.atanh,
    lambda y, x: (1.0 / co_square(x),),
    domain=(Interval(-1.0, 1.0),),
)

# Activation functions

sigmoid: Op = Op(
    "sigmoid", special.sigmoid, lambda y, x: (y * (1.0 - y),), ("sigmoid({0})", r"\sigma({0})")
)
log_sigmoid = Op("log_sigmoid", special.log_sigmoid, lambda y, x: (sigmoid(-x),))
softplus = Op("softplus", special.softplus, lambda y, x: (sigmoid(x),))
relu = Op(
    "relu",
    lambda x: 0.0 if x < 0.0 else x,  # noqa: FURB136 - max(x, 0.0) would hide a nan
    lambda y, x: (_above(x, 0.0),),
    kinks=(AT_ZERO_0,),
)
SLOPE, ALPHA = 0.01, 1.0  # of leaky_relu and elu, where none is given
leaky_relu = Op(
    "leaky_relu",
    lambda x, slope: x if x > 0.0 else slope * x,
    lambda y, x, slope: (
        gt(x, 0.0) + (1.0 - gt(x, 0.0)) * slope,
        edge(1.0 - gt(x, 0.0), (1.0 - gt(x, 0.0)) * x),
    ),
    kinks=(Kink("x = 0", lambda x, slope: x, "derivative slope"),),
)
elu = Op(
    "elu",
    lambda x, alpha: x if x > 0.0 else alpha * math.expm1(x),
    lambda y, x, alpha: (
        where(gt(x, 0.0), gt(x, 0.0), where(gt(0.0, x), alpha * exp(x), alpha)),
        edge(1.0 - gt(x, 0.0), expm1(x)),
    ),
    kinks=(Kink("x = 0", lambda x, alpha: x, "derivative alpha, the next one 0"),),
)
silu = Op("silu", lambda x: x * special.sigmoid(x), lambda y, x: (sigmoid(x) + y * sigmoid(-x),))
gelu = Op(
    "gelu",
    special.gelu,
    lambda y, x: (0.5 * erfc(-x * special.SQRT_HALF) + x * (INV_SQRT_2PI * exp(-0.5 * (x * x))),),
    ("gelu({0})", r"{0} \, \Phi({0})"),
)

# Error and gamma functions

erf = Op("erf", math.erf, lambda y, x: (special.TWO_OVER_SQRT_PI * exp(-(x * x)),))
erfc: Op = Op("erfc", math.erfc, lambda y, x: (-special.TWO_OVER_SQRT_PI * exp(-(x * x)),))
GAMMA_POLES = (Kink("x = 0, -1, -2, ...", gamma.distance_to_gamma_pole, "pole"),)
lgamma = Op(
    "lgamma", gamma.lgamma, lambda y, x: (digamma(x),), ("lgamma({0})", r"\ln|\Gamma({0})|"),
    kinks=GAMMA_POLES,
)  # fmt: skip
digamma: Op = Op(
    "digamma", gamma.digamma, lambda y, x: (polygamma(1.0, x),), ("digamma({0})", r"\psi({0})"),
    kinks=GAMMA_POLES,
)  # fmt: skip
polygamma: Op = Op(
    "polygamma",
    gamma.polygamma,
    lambda y, n, x: (None, polygamma(n + 1.0, x)),
    ("polygamma({0}, {1})", r"\psi^{{({0})}}({1})"),
    domain=(Interval(0.0, INF, includes_low=True), REAL),
    kinks=(Kink("x = 0, -1, ...", lambda n, x: gamma.distance_to_gamma_pole(x), "pole"),),
)

# Selection: the input that is not selected has no edge

abs_ = Op(
    "abs",
    operator.abs,
    lambda y, x: (2.0 * heaviside(x, 0.0) - 1.0,),
    ("|{0}|", "|{0}|"),
    kinks=(AT_ZERO_0,),
)
sign = Op("sign", special.sign, lambda y, x: (None,), kinks=(AT_ZERO_0,))
where: Op = Op(
    "where",
    lambda condition, a, b: a if condition else b,
    lambda y, condition, a, b: (None, edge(condition, 1.0), edge(eq(condition, 0.0), 1.0)),
    ("{1} if {0} else {2}", r"{1} \ \mathrm{{if}} \ {0} \ \mathrm{{else}} \ {2}"),
    kinks=(Kink("condition = 0", lambda condition, a, b: condition, "of the input selected"),),
)
EQUAL_HALVES = (Kink("a = b", lambda a, b: a - b, "1/2 each"),)
maximum: Op = Op(
    "maximum",
    special.maximum,
    lambda y, a, b: (
        live(heaviside(a, b)),
        live(heaviside(b, a)),
    ),
    domain=(REAL, REAL),
    kinks=EQUAL_HALVES,
)
minimum = Op(
    "minimum",
    special.minimum,
    lambda y, a, b: (
        live(heaviside(b, a)),
        live(heaviside(a, b)),
    ),
    domain=(REAL, REAL),
    kinks=EQUAL_HALVES,
)


def _clip_partials(y: Any, x: Any, low: Any, high: Any) -> tuple[Any, ...]:
    inside = (1.0 - gt(low, x)) * (1.0 - gt(x, high))
    below = gt(low, x) * gt(high, low)
    above = gt(maximum(x, low), high)
    return live(inside), live(below), live(above)


clip = Op(
    "clip",
    special.clip,
    _clip_partials,
    kinks=(
        Kink("x = low", lambda x, low, high: x - low, "derivative 1"),
        Kink("x = high", lambda x, low, high: x - high, "derivative 1"),
        Kink("low = high", lambda x, low, high: high - low, "that of high where x is above it"),
    ),
)

# Any number of inputs

peak = Op(  # the largest input as a constant: the shift that keeps exponentials from overflowing
    "peak", special.maximum, lambda y, *xs: (None,) * len(xs), "max({...})"
)


def _softmax_partials(y: Any, *xs: Any) -> tuple[Any, ...]:
    shift = peak(*xs)
    exponentials = [exp(x - shift) for x in xs]
    total = sum_(*exponentials)
    return tuple([e / total for e in exponentials])


def _nll_partials(y: Any, k: Any, *xs: Any) -> tuple[Any, ...]:
    """softmax(xs), minus 1 at k: there the others' share with its sign, so that no digit is lost.

    A condition that is multiplied, not selected by, leaves the same graph whatever k is.
    """
    if not xs:
        return (None,)
    shift = peak(*xs)
    exponentials = [exp(x - shift) for x in xs]
    total = sum_(*exponentials)
    is_k = [eq(k, float(j)) for j in range(len(xs))]
    others = [e * (1.0 - c) for e, c in zip(exponentials, is_k, strict=True)]
    rest = sum_(*others)
    return None, *[(e - rest * c) / total for e, c in zip(others, is_k, strict=True)]


def _product_partials(y: Any, *xs: Any) -> tuple[Any, ...]:
    """For each input the product of those before it times the product of those after it."""
    before, after = [1.0], [1.0]
    for x in xs[:-1]:
        before.append(before[-1] * x)
    for x in xs[:0:-1]:
        after.append(x * after[-1])
    return tuple([b * a for b, a in zip(before, reversed(after), strict=True)])


def _dot_partials(y: Any, *wxb: Any) -> tuple[Any, ...]:
    """The x's for the w's, the w's for the x's, 1 for the bias."""
    n = len(wxb) // 2
    return wxb[n:-1] + wxb[:n] + (1.0,)


def _ties(largest: Any, xs: tuple[Any, ...], gap: Any) -> tuple[Any, ...]:
    """1/k for each of the k inputs that equal the largest (or smallest), no edge for the rest."""
    shares = [1.0 - gap(largest, x) for x in xs]
    count = sum_(*shares)
    return tuple([edge(share, share / count) for share in shares])


TIES = (
    Kink("two largest equal", special.gap_to_second, "1/k for each of k",
         piece=lambda *xs: xs.index(max(xs))),
)  # fmt: skip
sum_ = Op("sum", special.total, lambda y, *xs: (1.0,) * len(xs))
mean = Op(
    "mean", lambda *xs: special.total(*xs) / len(xs), lambda y, *xs: (1.0 / len(xs),) * len(xs)
)
prod = Op("prod", special.product, _product_partials)
dot = Op("dot", special.dot, _dot_partials)  # of (w1, ..., wn, x1, ..., xn, bias)
logsumexp = Op("logsumexp", special.logsumexp, _softmax_partials)
nll = Op(  # of (k, x0, x1, ...): negative log-likelihood, -log softmax(xs)[k]
    "nll",
    special.nll,
    _nll_partials,
    domain=(INDEX, REAL, ...),
)
take = Op(  # of (k, x0, x1, ...): xs[k]
    "take",
    special.take,
    lambda y, k, *xs: (None, *[_is_equal(k, float(j)) for j in range(len(xs))]),
    domain=(INDEX, REAL, ...),
)
max_ = Op("max", special.maximum, lambda y, *xs: _ties(y, xs, gt), kinks=TIES)
min_ = Op(
    "min",
    special.minimum,
    lambda y, *xs: _ties(y, xs, lambda least, x: gt(x, least)),
    kinks=(Kink("two smallest equal", lambda *xs: special.gap_to_second(*[-x for x in xs]),
                "1/k for each of k", piece=lambda *xs: xs.index(min(xs))),),
)  # fmt: skip

BUILTIN.update(TABLE)

# Rows that other rows and the engine are made of: no functions of the package.
INTERNAL = ("gt", "eq", "heaviside", "identity", "co_square")

# Operations under the names NumPy's functions look for on the elements of an object array.
METHODS: dict[str, Op] = {
    name: row
    for name, row in TABLE.items()
    if row.arity in (1, 2) and name not in ("pow", "power", *INTERNAL)
} | {
    "arcsin": asin,
    "arccos": acos,
    "arctan": atan,
    "arcsinh": asinh,
    "arccosh": acosh,
    "arctanh": atanh,
    "arctan2": atan2,
}
