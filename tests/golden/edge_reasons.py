"""Why PyTorch's or JAX's numbers are not the engine's at the edges that docs/edges.md shows.

Owns `reason`. PyTorch's known reasons stand in tests/pytorch/deviations.py and come first; here
are those for what is too small to fail a test there, and JAX's. The first one that applies counts.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.golden.comparison import Point
from tests.pytorch.deviations import DEVIATIONS

INF = math.inf
PYTORCH, JAX = "PyTorch", "JAX"
BOTH = f"{PYTORCH} {JAX}"


@dataclass(frozen=True)
class Difference:
    """One number that differs: the engine's, the other's, and of what it is the number."""

    operation: str
    point: Point
    at: tuple[int, ...]  # () is the value, (i,) a first derivative, (i, j) a second one
    ours: float
    theirs: float


@dataclass(frozen=True)
class Reason:
    """Why numbers differ: of these libraries, at these operations (all if none is named)."""

    libraries: str
    operations: str
    text: str
    applies: Callable[[Difference], bool] = lambda d: True

    def explains(self, library: str, d: Difference) -> bool:
        """Whether it is why `library` differs there."""
        named = not self.operations or d.operation in self.operations.split()
        return library in self.libraries.split() and named and self.applies(d)


def reason(library: str, difference: Difference) -> str | None:
    """Why this number of `library` is another than the engine's; None if nobody knows."""
    if library == PYTORCH:
        for deviation in DEVIATIONS:
            at = difference.operation in deviation.operations and deviation.applies(
                *difference.point
            )
            if at and difference.at in deviation.expected(difference.operation, *difference.point):
                return deviation.reason
    for candidate in REASONS:
        if candidate.explains(library, difference):
            return candidate.text
    return None


def _has_nan(d: Difference) -> bool:
    return any(map(math.isnan, d.point))


def _is_subnormal(x: float) -> bool:
    return 0.0 < abs(x) < sys.float_info.min


def _flushed(d: Difference) -> bool:
    return any(map(_is_subnormal, d.point)) or (_is_subnormal(d.ours) and d.theirs == 0.0)


def _at_zero(d: Difference) -> bool:
    return d.point[0] == 0.0


def _infinite(d: Difference) -> bool:
    return any(map(math.isinf, d.point))


def _overflows(d: Difference) -> bool:
    return any(abs(x) >= 1e200 for x in d.point)


REASONS = (
    Reason(
        BOTH,
        "",
        "only the sign of a zero differs: one of a tie of zeros, or of a sum begun at 0",
        lambda d: d.ours == 0.0 == d.theirs,
    ),
    Reason(
        JAX, "", "XLA takes subnormal operands for 0 and rounds subnormal results to 0", _flushed
    ),
    # Nan, and ties
    Reason(
        JAX,
        "gt heaviside",
        "a comparison with nan is false in JAX; glassgrad lets the nan through",
        _has_nan,
    ),
    Reason(
        JAX,
        "relu leaky_relu maximum minimum clip",
        "JAX selects by comparing, which is false for a nan: the gradient does not say so",
        _has_nan,
    ),
    Reason(
        JAX,
        "elu",
        "JAX's elu'' of nan is nan; glassgrad, as PyTorch, selects neither branch",
        _has_nan,
    ),
    Reason(JAX, "abs", "JAX's abs' selects by x >= 0: 1 at 0, -1 at nan"),
    Reason(JAX, "leaky_relu", "JAX selects by x >= 0: the kink has the slope of its right side"),
    Reason(JAX, "elu", "at the kink JAX has the second derivative of the left side", _at_zero),
    Reason(JAX, "elu", "JAX's derivative of expm1 is expm1 + 1, which cancels to 0; e^x is right"),
    Reason(
        JAX,
        "clip",
        "JAX's clip is a minimum of a maximum, and both share a tie: 1/2 each at a bound",
    ),
    # Powers and roots
    Reason(
        JAX,
        "cbrt",
        "JAX has the limit; glassgrad's rule 1/(3y²), differentiated, is inf * 0, as PyTorch's is",
    ),
    Reason(JAX, "power", "JAX's n x^(n-1) is 0 * inf or 0 * nan there; glassgrad has no edge"),
    Reason(
        JAX,
        "pow",
        "JAX's n x^(n-1) is 0 * inf or 0 * nan there, where glassgrad has no edge; and it "
        "takes log 1 for log 0, which times x^n = inf is nan",
    ),
    Reason(
        JAX,
        "hypot",
        "JAX shares the origin as a tie, and its rule forms inf / inf at an infinity",
        lambda d: d.point[0] == 0.0 or _infinite(d),
    ),
    Reason(
        JAX,
        "hypot",
        "JAX differentiates a scaled formula: beyond the range of squares it gives "
        "1.06 or inf where 1/√2 is right",
    ),
    Reason(
        BOTH,
        "asinh acosh",
        "x is squared, which overflows: 1/sqrt(x² ± 1) is 0 where 1/|x| is right",
    ),
    Reason(
        JAX,
        "atan2",
        "JAX divides 0 by 0 at the origin",
        lambda d: d.point[0] == d.point[1] == 0.0,
    ),
    Reason(BOTH, "atan2", "a² + b² underflows to 0 or overflows to inf"),
    # Logarithms of sums
    Reason(
        JAX,
        "logaddexp",
        "JAX's shares are e^(a - result), where log 2 is lost beside 1e300",
        lambda d: _overflows(d) and not _infinite(d),
    ),
    Reason(
        JAX,
        "logaddexp",
        "JAX puts 0 for inf in its shares e^(a - result), so that each is 1",
        _infinite,
    ),
    Reason(
        JAX,
        "logsumexp",
        "JAX does not shift by inf: e^0/inf is 0; glassgrad's shifted softmax is nan",
        _infinite,
    ),
    Reason(
        BOTH,
        "nll",
        "glassgrad's mixed derivative is a difference of numbers near 1, where 1e-17 is lost",
        lambda d: d.point[0] == 1.0 and d.ours == 0.0,
    ),
    Reason(
        BOTH,
        "nll log_softmax logsumexp",
        "e^x1 + e^x2 + ... is rounded before its log is taken: what is small beside 1 is lost",
    ),
    Reason(PYTORCH, "logaddexp", "PyTorch's share of b, 5e-324, is lost"),
    # Activation functions
    Reason(BOTH, "sigmoid", "1/(1 + e^-x) is 0 where e^-x overflows"),
    Reason(
        BOTH,
        "silu",
        "x times 1/(1 + e^-x), which is 0 where e^-x overflows",
        lambda d: d.point[0] < 0.0,
    ),
    Reason(BOTH, "silu", "the factor 1 - sigmoid(x) of silu'' cancels to 0 for large x"),
    Reason(
        BOTH,
        "softplus log_sigmoid",
        "the second derivative has a factor 1 - sigmoid(|x|), which cancels, or a subnormal one",
        lambda d: len(d.at) == 2,
    ),
    Reason(
        PYTORCH,
        "gelu",
        "1 + erf(x/√2) is 0 below x = -8.3, and with it the value and a part of the "
        "derivatives; subnormal factors have few digits",
    ),
    Reason(JAX, "tanh", "XLA's tanh(19) is 7 ulp below 1, and 1 - tanh(x)² shows it"),
    Reason(
        JAX,
        "atanh",
        "JAX's 1/(1 + x) * 1/(1 - x), differentiated, has inf * 0 at an end of the "
        "domain, and none of it at inf",
    ),
    # Subnormals
    Reason(PYTORCH, "log1p log_sigmoid", "PyTorch's log1p of a subnormal number is 0"),
    Reason(PYTORCH, "asin acos", "a product in PyTorch's rule underflows to 0"),
    Reason(
        PYTORCH,
        "co_square",
        "the stand-in's derivative is (1 - x) - (1 + x), where a small x is lost",
    ),
    # Gamma
    Reason(
        BOTH,
        "digamma",
        "beside a root: what is left are the last bits of numbers near 1",
        lambda d: d.at == () and d.point[0] > 1.0,
    ),
    Reason(
        JAX,
        "lgamma digamma polygamma",
        "XLA's digamma is nan at 0 as well; its polygamma(n, x) is n! ζ(n + 1, x), not reflected: "
        "wrong below 0, nan at inf and, for even n, at poles, 0 for large x",
    ),
    # Remainders and products
    Reason(
        JAX,
        "mod",
        "JAX's derivative by b is the floor of the rounded a/b: 1/0.1 is 10, inf/1 is inf",
    ),
    Reason(
        JAX, "prod", "JAX multiplies each factor by a tangent, which is 0 for the others: 0 * inf"
    ),
)
