"""Formulas from the table's own rules: right as Python, valid as LaTeX, for every row."""

import math
import random

import pytest
from matplotlib.mathtext import MathTextParser

import autograd as ag
from autograd import Op, Value, ops
from autograd.op import TABLE
from autograd.view.symbols import derivatives, formula, latex_name, number_text

ROWS = [row for row in ops.TABLE.values() if row.name in ops.BUILTIN]
# What the formulas call; the rows by their names, and the signs that are no Python.
FUNCTIONS = {
    **TABLE,
    "H": lambda x: ops.heaviside(x, 0.0),
    "max": ops.max_,
    "min": ops.min_,
    "inf": math.inf,
    "__builtins__": {},
}

# Their rules compute 1 - x**2 as (1 - x)*(1 + x), which has other bits.
BY_A_PRODUCT = (ops.asin, ops.acos, ops.acosh, ops.atanh)


def names_of(row, size=3):
    count = size if row.arity is None else row.arity
    if row is ops.dot:
        return [f"{letter}{i}" for letter in "wx" for i in range(size)] + ["b"]
    return ["x"] if count == 1 else ["a", "b", "c", "d"][:count]


def operands(row, source, count):
    numbers = []
    for i in range(count):
        interval = row.domain[min(i, len(row.domain) - 1 - (row.domain[-1] is ...))]
        low, high = max(interval.low, -3.0), min(interval.high, 3.0)
        numbers.append(source.uniform(low + 0.01 * (high - low), high - 0.01 * (high - low)))
    return numbers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_derivative_is_what_the_engine_recorded_as_python_reads_it(row):
    source = random.Random(row.name)
    names = names_of(row)
    texts = derivatives(row, "y", names)
    compared = 0
    for _ in range(20):
        numbers = operands(row, source, len(names))
        if row is ops.polygamma:
            numbers[0] = float(source.randrange(4))
        if row.has_index:
            numbers[0] = float(source.randrange(len(numbers) - 1))
        y = row(*map(Value, numbers))
        given = dict(zip(names, numbers, strict=True)) | {"y": y.data}
        for text, partial in zip(texts, y.partials, strict=True):
            if partial is None:  # not selected at these numbers, or no edge at all
                continue
            text = text.replace(" = ", " == ")  # a condition, as mathematics has it
            found = eval(text, FUNCTIONS, given)  # a formula of our own table
            if row in BY_A_PRODUCT:
                assert float(found) == pytest.approx(partial)
            else:
                assert float(found) == partial
            compared += 1
    assert compared or all(text is None for text in texts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_latex_is_valid(row):
    parser = MathTextParser("path")
    names = names_of(row)
    for latex in (formula(row, names, latex=True), *derivatives(row, "y", names, latex=True)):
        if latex is not None:
            parser.parse(f"${latex}$")


@pytest.mark.parametrize(
    ("row", "names", "text", "latex"),
    [
        (ops.mul, ["w", "x"], "w*x", r"w \cdot x"),
        (ops.mul, ["w", "-2.5"], "w*(-2.5)", r"w \cdot \left(-2.5\right)"),
        (ops.mul, ["1", "2"], "1*2", r"1 \cdot 2"),  # as it ran: a factor of 1 is one, too
        (ops.div, ["v22", 1.0], "v22/1", r"\frac{v_{22}}{1}"),
        (ops.sum_, ["a"], "sum(a)", None),
        (ops.sub, ["a", "b - c"], "a - (b - c)", r"a - \mathrm{b\ -\ c}"),
        (ops.div, ["a", "b"], "a/b", r"\frac{a}{b}"),
        (ops.power, ["-2.0", "3"], "(-2.0)**3", "{-2.0}^{3}"),
        (ops.power, ["x", -1.0], "x**(-1)", None),
        (ops.sub, ["-2", "-3"], "-2 - (-3)", r"-2 - \left(-3\right)"),
        (ops.tanh, ["w1*x1 + b"], "tanh(w1*x1 + b)", r"\tanh \mathrm{w1*x1\ +\ b}"),
        (ops.dot, ["w1", "w2", "x1", "x2", "b"], "w1*x1 + w2*x2 + b", None),
        (ops.dot, ["w", "x", 0.0], "w*x", None),  # a bias that nobody gave
        (ops.dot, ["0.5", "-2", "0"], "0.5*(-2) + 0", None),
        (ops.sum_, ["a", "b", "c"], "a + b + c", "a + b + c"),
        (ops.where, ["c", "a", "b"], "a if c else b", None),
    ],
)
def test_formula(row, names, text, latex):
    assert formula(row, names) == text
    if latex is not None:
        assert formula(row, names, latex=True) == latex


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (ops.mul, ["b", "a"]),
        (ops.add, ["1", "1"]),
        (ops.tanh, ["1 - y*y"]),
        (ops.sigmoid, ["y*(1 - y)"]),
        (ops.relu, ["(x > 0)"]),
        (ops.div, ["1/b", "-y/b"]),
        (ops.mod, ["1", "-(a // b)"]),
        (ops.power, ["b*a**(b - 1)", None]),
        (ops.sign, [None]),
        (ops.prod, ["b*c", "a*c", "a*b"]),
    ],
    ids=lambda row: getattr(row, "name", ""),
)
def test_derivatives(row, expected):
    assert derivatives(row, "y", names_of(row)) == expected


def test_a_one_that_was_given_stays_in_a_derivative():
    assert derivatives(ops.div, "y", ["v22", "1"]) == ["1/1", "-y/1"]


def test_an_operation_of_ones_own():
    swish = Op("swish_of_test", lambda x: x / (1 + math.exp(-x)), lambda y, x: (
        ag.sigmoid(x) + y * (1.0 - ag.sigmoid(x)),
    ))  # fmt: skip
    assert formula(swish, ["z"]) == "swish_of_test(z)"
    assert formula(swish, ["z"], latex=True) == r"\operatorname{swish\_of\_test}(z)"
    assert derivatives(swish, "y", ["z"]) == ["sigmoid(z) + y*(1 - sigmoid(z))"]


def test_a_rule_that_asks_for_numbers_is_refused():
    branch = Op("branch_of_test", abs, lambda y, x: (1.0 if x > 0 else -1.0,))
    with pytest.raises(TypeError):
        derivatives(branch, "y", ["x"])
    truth = Op("truth_of_test", abs, lambda y, x: (1.0 if x else -1.0,))
    with pytest.raises(TypeError, match=r"edge\(\) or where\(\)"):
        derivatives(truth, "y", ["x"])


def test_a_thousand_terms_are_written_at_once():
    names = [f"w{i}" for i in range(5000)] + [f"x{i}" for i in range(5000)] + ["b"]
    text = formula(ops.dot, names)
    assert text.startswith("w0*x0 + w1*x1 + ")
    assert text.endswith(" + w4999*x4999 + b")


def test_numbers_keep_every_digit():
    assert [number_text(x) for x in (2.0, -0.0, 0.1, 1e300, math.nan, -math.inf)] == [
        "2", "-0.0", "0.1", "1e+300", "nan", "-inf"
    ]  # fmt: skip
    assert latex_name("1e-07") == r"1 \cdot 10^{-7}"


NAMES = ["a b", "50%", "x_1", "<b>", "너비", "a\\b", "{x}", "$", "^", "~"]


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_names_in_latex(name):
    MathTextParser("path").parse(f"${latex_name(name)}$")


def test_a_letter_with_a_hat():
    assert [latex_name(name) for name in ("ŷ", "y\u0302", "ŷ2", "ŷ_2", "y2")] == [
        r"\hat{y}", r"\hat{y}", r"\hat{y}_{2}", r"\hat{y}_{2}", "y_{2}"
    ]  # fmt: skip
    assert latex_name("ŷŷ") == r"\mathrm{ŷŷ}"
    MathTextParser("path").parse(f"${latex_name('ŷ2')}$")


def test_what_only_a_browser_draws_is_escaped_too():
    assert latex_name("#&") == r"\mathrm{\#\&}"  # mathtext knows neither, MathJax and KaTeX do
