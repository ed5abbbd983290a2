"""A user's operation that breaks the contract of `Op`: one clear error, which names it.

Owns the errors of rows outside the table; what works is in test_user_op.py.
"""

import json
import math

import pytest

import autograd as ag
from autograd import Op, Value
from autograd.op import REAL, TABLE
from tests.test_user_op import row, table_as_it_was  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("partials", "message"),
    [
        (lambda y, x: (1.0, 2.0), "tuple of 1 derivatives.*got 2"),
        (lambda y, x: (), "got 0"),
        (lambda y, x: 1.0, r"got a float; a tuple of one is written \(x,\)"),
        (lambda y, x: [1.0], "got a list"),
        (lambda y, x: None, "got a NoneType"),
        (lambda y, x: ("1.0",), "a derivative must be a number or None, got '1.0'"),
        (lambda y, x: ([1.0],), r"got \[1.0\]"),
    ],
)
def test_a_rule_that_breaks_the_contract(partials, message):
    broken = row(lambda x: x, partials)
    with pytest.raises(TypeError, match=f"^{broken.name}: .*{message}"):
        broken(Value(1.0))
    with pytest.raises(TypeError, match=f"^{broken.name}: "):
        ag.grad(broken)(1.0)
    assert broken(1.0) == 1.0


@pytest.mark.parametrize("result", ["1", None, [1.0], Value(1.0), object()])
def test_a_forward_that_gives_no_number(result):
    broken = row(lambda x: result, lambda y, x: (1.0,))
    for operand in (1.0, Value(1.0)):
        with pytest.raises(TypeError, match=f"^{broken.name}: its forward must return a number"):
            broken(operand)


@pytest.mark.parametrize(
    "error", [KeyError("k"), RuntimeError("r"), ValueError("own"), TypeError("t")]
)
def test_a_users_own_error_comes_through(error):
    def fails(*_):
        raise error

    for broken in (row(fails, lambda y, x: (1.0,)), row(lambda x: x, lambda y, x: fails())):
        with pytest.raises(type(error), match=str(error)):
            broken(Value(1.0))


def test_a_rule_of_floats_alone_is_named_when_it_is_differentiated_again():
    sine = row(math.sin, lambda y, x: (math.cos(x),))
    assert ag.grad(sine)(0.0) == 1.0
    for differentiate in (
        lambda: ag.grad(ag.grad(sine))(1.0),
        lambda: ag.gradcheck(sine, (1.0,), order=2),
    ):
        with pytest.raises(TypeError, match="a function of autograd") as raised:
            differentiate()
        (note,) = raised.value.__notes__
        assert note == (
            f"This was raised by the partials of {sine.name!r}, asked for what can be "
            "differentiated again: write them with the functions of autograd."
        )


@pytest.mark.parametrize(
    "error",
    [json.JSONDecodeError("m", "document", 0), UnicodeDecodeError("utf-8", b"x", 0, 1, "r")],
)
def test_a_users_own_kind_of_value_error_comes_through(error):
    def fails(*_):
        raise error

    for broken in (row(fails, lambda y, x: (1.0,)), row(lambda x: x, lambda y, x: fails())):
        with pytest.raises(type(error)):
            broken(Value(1.0))


def test_a_parameter_out_of_range_is_not_called_an_overflow():
    with pytest.raises(ValueError, match=r"^polygamma: n must be a whole number >= 0") as raised:
        ag.polygamma(0.5, Value(1.0))
    notes = getattr(raised.value, "__notes__", [])
    assert "math.exp" not in str(raised.value) + "".join(notes)


@pytest.mark.parametrize("name", ["two words", "", "3rd", "a-b", None, 3])
def test_a_name_must_be_an_identifier(name):
    with pytest.raises((ValueError, TypeError), match=r"^Op: name must be"):
        Op(name, lambda x: x, lambda y, x: (1.0,))
    assert name not in TABLE


def test_the_engines_names_are_taken():
    before = TABLE["sin"]
    for name in ("sin", "add", "sum", "pow", "gt", "peak", "identity"):
        with pytest.raises(ValueError, match=f"'{name}' is one of the engine's operations"):
            Op(name, lambda x: x, lambda y, x: (1.0,))
    assert TABLE["sin"] is before is ag.sin


@pytest.mark.parametrize(
    "arguments",
    [(lambda x: x, None), (None, lambda y, x: (1.0,)), (lambda x: x, (1.0,)), ("x", "1")],
)
def test_forward_and_partials_must_be_functions(arguments):
    with pytest.raises(TypeError, match=r"^Op 'broken': forward and partials must be functions"):
        Op("broken", *arguments)
    assert "broken" not in TABLE


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"domain": ()}, TypeError, r"domain must be a tuple with an Interval for each.*got \(\)"),
        ({"domain": (3,)}, TypeError, "domain must be a tuple with an Interval for each"),
        ({"domain": (...,)}, TypeError, "domain must be a tuple with an Interval for each"),
        ({"domain": REAL}, TypeError, "domain must be a tuple with an Interval for each"),
        ({"notation": 5}, TypeError, "notation must be text such as .*got 5"),
        ({"notation": ("{0}", 5)}, TypeError, "notation must be text such as"),
        ({"notation": ("{0}", "x", "y")}, TypeError, "notation must be text such as"),
        ({"notation": "{5}"}, ValueError, r"names input \{5\}; the operation takes 1, counted"),
        ({"notation": ("{0}", "{1}")}, ValueError, "names input {1}"),
        ({"kinks": 3}, TypeError, "kinks must be a tuple of Kinks, got 3"),
        ({"kinks": ("at 0",)}, TypeError, "kinks must be a tuple of Kinks"),
    ],
)
def test_what_else_a_row_may_be_given(more, error, message):
    with pytest.raises(error, match=f"^Op 'broken': .*{message}"):
        Op("broken", lambda x: x, lambda y, x: (1.0,), **more)
    assert "broken" not in TABLE


def test_a_rule_that_keeps_its_operands_to_itself():
    with pytest.raises(TypeError, match=r"^Op 'broken': partials must be a function.*wrap it"):
        Op("broken", math.exp, math.hypot)
    assert "broken" not in TABLE


def test_a_rule_without_an_operand():
    with pytest.raises(TypeError, match=r"^Op 'broken': partials takes the output and then each"):
        Op("broken", lambda x: x, lambda y: (1.0,))
    assert "broken" not in TABLE


@pytest.mark.parametrize("operation", ["sin", "log", "hypot", "maximum", "add", "a user's"])
def test_a_wrong_number_of_operands_is_named(operation):
    op = TABLE[operation] if operation in TABLE else row(abs, lambda y, x: (1.0,))
    for count in {0, 1, 2, 3} - {op.arity}:
        for make in (float, int, Value):
            operands = "1 operand" if op.arity == 1 else f"{op.arity} operands"
            with pytest.raises(TypeError, match=f"^{op.name}: takes {operands}, got {count}"):
                op(*[make(2) for _ in range(count)])


def test_a_rule_with_a_function_of_math_says_what_to_use_in_higher_orders():
    sine = row(math.sin, lambda y, x: (math.cos(x),))
    assert ag.grad(sine)(1.0) == math.cos(1.0)
    with pytest.raises(TypeError, match=r"autograd\.exp rather than math\.exp"):
        ag.grad(ag.grad(sine))(1.0)
