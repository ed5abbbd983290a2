"""The rest of the list: every function at moderate numbers, and all arithmetic at its edges.

Owns the conventions asked of an engine at kinks, ties, overflow, infinities and nan: IEEE-754's
and PyTorch's in double.
"""

from autograd.check.conformance.programs import Program
from autograd.check.conformance.properties import ARITHMETIC, GRAPH, SIZE, Property, prop
from autograd.check.conformance.random_programs import COUNT
from autograd.check.conformance.reference import FUNCTIONS

# Where each function is tried, away from kinks and edges; 0.5 and -1.5 unless it says otherwise.
POINTS = {
    "log": (0.5, 3.0), "log2": (0.5, 3.0), "log10": (0.5, 3.0), "sqrt": (0.25, 4.0),
    "log1p": (-0.5, 2.0), "asin": (0.5, -0.75), "acos": (0.5, -0.75), "tan": (0.5, -1.0),
}  # fmt: skip
# And further out: 4 and -6 unless it says otherwise, where no usual formula loses more than a few
# digits.
FURTHER = {
    **dict.fromkeys(("log", "log2", "log10"), (0.01, 200.0)), "log1p": (-0.95, 50.0),
    "sqrt": (1e-4, 1e4), "exp": (12.0, -60.0), **dict.fromkeys(("sinh", "cosh"), (12.0, -12.0)),
    **dict.fromkeys(("sin", "cos", "tan", "atan", "relu", "abs"), (60.0, -60.0)),
    **dict.fromkeys(("asin", "acos"), (0.95, -0.3)),
}  # fmt: skip
OF_TWO = ("maximum", "minimum")
NOT_AT_ZERO = ("log", "log2", "log10", "sqrt", "relu", "abs")  # that is a property of its own


def of(function: str) -> Property:
    """The property that a function is right at moderate numbers."""
    if function in OF_TWO:
        programs = [
            f"a = Value({a}); b = Value({b}); y = {function}(a, b){factor}; y.backward()"
            for a, b, factor in (
                (2.0, 3.0, ""),
                (3.0, -2.0, ""),
                (2.0, 3.0, " * 4.0"),
                (60.0, -60.0, ""),
                (-60.0, -50.0, ""),
            )
        ]
        return prop(function, f"{function}(a, b)", *programs)
    points = POINTS.get(function, (0.5, -1.5))
    zero = () if function in NOT_AT_ZERO else ("0.0",)
    further = FURTHER.get(function, (4.0, -6.0))
    return prop(
        function,
        f"{function}(a)",
        *at(function, *map(str, points), *zero),
        f"a = Value({points[0] / 2}); y = {function}(a * 2.0) * 3.0; y.backward()",
        f"a = Value({points[0]}); b = {function}(a); y = b * b; y.backward()",
        *at(function, *map(str, further)),
    )


def at(function: str, *xs: str) -> list[str]:
    """One program for each operand."""
    return [f"a = Value({x}); y = {function}(a); y.backward()" for x in xs]


def value_at(function: str, *xs: str) -> list[Program]:
    """The same where only the number is asked for."""
    return [Program(f"a = Value({x}); y = {function}(a)", ("y.data",)) for x in xs]


NAN = "a = Value(math.nan); b = Value(1.0)"
TIE = "a = Value(2.0); b = Value(2.0)"

EDGES = (
    prop("power_zero_at_zero", "a**0 is flat, at 0 too",
         "a = Value(0.0); y = a ** 0; y.backward()",
         "a = Value(0.0); y = a ** 0.0; y.backward()",
         "a = Value(3.0); y = a ** 0; y.backward()"),
    prop("power_one_at_zero", "a**1 and a**2 at 0",
         "a = Value(0.0); y = a ** 1; y.backward()",
         "a = Value(0.0); y = a ** 2; y.backward()"),
    prop("times_zero", "0 * a keeps its derivative",
         "a = Value(0.0); b = Value(3.0); y = a * b; y.backward()",
         "a = Value(3.0); y = a * 0.0; y.backward()"),
    prop("relu_at_zero", "relu'(0) = 0", *at("relu", "0.0"),
         "a = Value(2.0); y = relu(a * 0.0) + a; y.backward()"),
    prop("abs_at_zero", "abs'(0) = 0", *at("abs", "0.0")),
    prop("ties", "equal inputs of max and min get 1/2 each",
         f"{TIE}; y = maximum(a, b); y.backward()", f"{TIE}; y = minimum(a, b); y.backward()"),
    prop("division_by_zero", "1/0 is inf, no exception",
         "a = Value(0.0); y = 1.0 / a; y.backward()",
         "a = Value(0.0); b = Value(-1.0); y = b / a; y.backward()",
         "a = Value(0.0); y = a ** -1; y.backward()",
         Program("a = Value(0.0); b = Value(0.0); y = a / b", ("y.data",))),
    prop("root_at_zero", "the derivative of a root at 0 is inf",
         "a = Value(0.0); y = a ** 0.5; y.backward()", *at("sqrt", "0.0")),
    prop("outside_the_domain", "nan, neither an exception nor a complex number",
         Program("a = Value(-8.0); y = a ** 0.5", ("y.data",)),
         *value_at("sqrt", "-1.0"), *value_at("log", "-1.0")),
    prop("overflow", "too large is inf, no exception",
         "a = Value(1e200); y = a * a; y.backward()",
         "a = Value(1e200); y = a ** 2; y.backward()",
         *at("exp", "1000.0"), *at("expm1", "1000.0"), *at("sinh", "1000.0", "-1000.0"),
         *at("cosh", "1000.0")),
    prop("underflow", "too small is 0", *at("exp", "-1000.0"), *at("erf", "-1000.0", "1000.0"),
         "a = Value(1e-200); y = a * a; y.backward()"),
    prop("log_of_zero", "log(0) is -inf, no exception", *at("log", "0.0"),
         *value_at("log2", "0.0"), *value_at("log10", "0.0"), *value_at("log1p", "-1.0")),
    prop("saturation", "far out a function is finite and flat",
         *[p for f in ("sigmoid", "tanh", "softplus", "silu") for p in at(f, "1000.0", "-1000.0")]),
    prop("infinity", "arithmetic with inf",
         "a = Value(math.inf); b = Value(2.0); y = a * b; y.backward()",
         Program("a = Value(math.inf); y = a - a", ("y.data",)),
         "a = Value(math.inf); y = 1.0 / a; y.backward()"),
    prop("nan_shows", "a nan is not hidden",
         Program("a = Value(math.nan); y = a * 0.0", ("y.data",)),
         *value_at("relu", "math.nan"), *value_at("abs", "math.nan"),
         Program(f"{NAN}; y = maximum(a, b)", ("y.data",)),
         Program(f"{NAN}; y = maximum(b, a)", ("y.data",)),
         Program(f"{NAN}; y = minimum(a, b)", ("y.data",)),
         Program(f"{NAN}; y = minimum(b, a)", ("y.data",))),
    prop("nan_gradient", "0 * inf in a gradient is nan",
         "a = Value(2.0); y = a * 0.0 * math.inf; y.backward()",
         "a = Value(2.0); y = a * math.inf * 0.0; y.backward()"),
)  # fmt: skip

RANDOM = prop("random_expressions", f"{COUNT} random expressions agree with differences")

PROPERTIES: tuple[Property, ...] = (
    *ARITHMETIC, *map(of, FUNCTIONS), *GRAPH, *SIZE, *EDGES, RANDOM
)  # fmt: skip
