"""Value as one writes with it: construction, operators, comparing.

Owns what DESIGN section 3 says of comparing and of Value's operators; numbers themselves are judged
in test_rows.py, what counts as a number in test_number.py.
"""

import copy
import math
import operator
from fractions import Fraction

import pytest

import autograd as ag
from autograd import Value

BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
    "floordiv": operator.floordiv,
    "pow": operator.pow,
}
IN_PLACE = {
    "add": operator.iadd,
    "sub": operator.isub,
    "mul": operator.imul,
    "div": operator.itruediv,
    "mod": operator.imod,
    "floordiv": operator.ifloordiv,
    "pow": operator.ipow,
}


def test_a_leaf():
    x = Value(2, label="x")
    assert (x.data, x.grad, x.op, x.inputs, x.partials, x.label) == (2.0, 0.0, None, (), (), "x")
    assert type(x.data) is float
    assert type(x.grad) is float
    assert Value(1.5).label == ""
    assert Value(1.5, "w").label == "w"


def test_a_node_keeps_what_made_it():
    x = Value(3.0)
    y = 2 * x - x
    product, again = y.inputs
    assert (y.op.name, y.data, y.partials, y.label) == ("sub", 3.0, (1.0, -1.0), "")
    assert again is x
    assert product.op.name == "mul"
    assert product.inputs == (2.0, x)
    assert type(product.inputs[0]) is float
    assert product.partials == (None, 2.0), "no edge leads to a constant"


def test_a_square_has_its_operand_twice():
    x = Value(3.0)
    y = x * x
    assert y.inputs == (x, x)
    assert y.partials == (3.0, 3.0)
    y.backward()
    assert x.grad == 6.0


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("other", [2, 2.0, True, Fraction(5, 2), -3])
def test_operators_in_every_arrangement(name, other):
    apply, x = BINARY[name], 1.25
    number = float(other)
    ours = {
        "Value, Value": (apply(Value(x), Value(number)), apply(x, number)),
        "Value, number": (apply(Value(x), other), apply(x, number)),
        "number, Value": (apply(other, Value(x)), apply(number, x)),
    }
    for arrangement, (got, expected) in ours.items():
        assert type(got) is Value, arrangement
        if isinstance(expected, complex):  # Python's (-3.0)**1.25
            expected = math.nan
        assert got.data == expected or (math.isnan(got.data) and math.isnan(expected)), arrangement
        leaves = {type(operand) for operand in got.inputs}
        assert leaves == ({Value} if arrangement == "Value, Value" else {Value, float})


def tensor_of_another_engine():
    """Something that has all attributes of a Value and is none."""
    slots = [name for base in Value.__mro__ for name in vars(base).get("__slots__", ())]
    return type("Tensor", (), dict.fromkeys(slots, 5.0))()


@pytest.mark.parametrize("name", BINARY)
def test_what_only_looks_like_a_value_is_refused(name):
    tensor = tensor_of_another_engine()
    for apply in (
        lambda: BINARY[name](Value(2.0), tensor),
        lambda: BINARY[name](tensor, Value(2.0)),
    ):
        with pytest.raises(TypeError, match=r"expected a number, got Tensor"):
            apply()


def test_what_only_looks_like_a_value_is_refused_among_many():
    for apply in (
        lambda tensor: ag.sum([Value(1.0), tensor, 2.0]),
        lambda tensor: ag.max([tensor, Value(1.0)]),
        lambda tensor: ag.dot([Value(1.0), 2.0], [3.0, tensor]),
        lambda tensor: ag.logsumexp([Value(1.0), tensor, Value(2.0)]),
        lambda tensor: ag.where(Value(1.0), tensor, 2.0),
        lambda tensor: ag.nll(0, Value(1.0), tensor),
    ):
        with pytest.raises(TypeError, match=r"expected a number, got Tensor"):
            apply(tensor_of_another_engine())
        with ag.no_grad(), pytest.raises(TypeError, match=r"expected a number, got Tensor"):
            apply(tensor_of_another_engine())


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_forms_make_a_new_node(name):
    x = before = Value(2.5)
    x = IN_PLACE[name](x, 2.0)
    assert x is not before
    assert before.data == 2.5
    assert before.op is None
    assert x.inputs == (before, 2.0)
    assert x.data == BINARY[name](2.5, 2.0)


def test_a_loop_of_in_place_additions_differentiates():
    x = Value(2.0)
    total = 0
    for _ in range(3):
        total += x * x
    total.backward()
    assert (total.data, x.grad) == (12.0, 12.0)


def test_unary_operators_and_the_builtin_functions_of_numbers():
    x = Value(-2.0)
    assert (-x).data == 2.0
    assert +x is x
    assert abs(x).data == 2.0
    assert abs(x).op.name == "abs"
    y = sum([x, x * x, 3])
    assert y.data == 5.0
    y.backward()
    assert x.grad == -3.0
    assert math.prod([x, x, 2.0]).data == 8.0
    assert sum([x], start=Value(1.0)).data == -1.0


def test_remainder_has_the_sign_of_the_divisor_and_both_partials():
    v, w = Value(-7.5), Value(2.0)
    y = v % w
    y.backward()
    assert (y.data, v.grad, w.grad) == (0.5, 1.0, 4.0)
    assert (7.5 % Value(-2.0)).data == -0.5
    quotient = v // w
    quotient.backward()
    assert quotient.data == -4.0
    assert quotient.partials == (None, None)


def test_powers_choose_their_row():
    x, n = Value(2.0), Value(3.0)
    assert (x**3).op.name == "power"
    assert (x**n).op.name == "pow"
    assert (2**n).op.name == "pow"
    assert [(x**k).data for k in (3, 3.0, Fraction(3), True)] == [8.0, 8.0, 8.0, 2.0]
    with pytest.raises(TypeError):
        pow(x, 2, 5)


@pytest.mark.parametrize(
    "method", ["exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "erf"]
)
def test_methods_are_the_functions(method):
    x = Value(0.7)
    ours, function = getattr(x, method)(), getattr(ag, method)(x)
    assert ours.op is function.op
    assert (ours.data, ours.partials, ours.inputs) == (
        function.data,
        function.partials,
        function.inputs,
    )


def test_a_subclass_computes_as_a_value_does():
    class Parameter(Value):
        """What a learner writes to add a method of their own."""

        def cubed(self):
            return self * self * self

    p = Parameter(2.0, label="p")
    for y, expected in (
        (p + 1, 1.0),
        (1.0 - p, -1.0),
        (p * Value(3.0), 3.0),
        (p**2, 4.0),
        (2.0 / p, -0.5),
        (p.cubed(), 12.0),
        (ag.exp(p) * 0.0 + ag.dot([p, 1.0], [2.0, p], p), 4.0),
        (ag.sum([p, 1.0, Value(1.0)]), 1.0),
    ):
        p.grad = 0.0
        y.backward()
        assert p.grad == expected
    assert type(copy.deepcopy(p)) is Parameter


# Comparing


@pytest.mark.parametrize("number", [1, 2.0, 2, Fraction(5, 2), 3.0, math.inf, math.nan])
@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge", "eq", "ne"])
def test_comparing_with_a_number_compares_numbers(name, number):
    compare = getattr(operator, name)
    x = Value(2.0)
    assert compare(x, number) is compare(2.0, number)
    assert compare(number, x) is compare(number, 2.0)
    if name in ("lt", "le", "gt", "ge"):
        assert compare(x, Value(number)) is compare(2.0, float(number))


def test_two_values_are_equal_when_they_are_one():
    x, same_number = Value(2.0), Value(2.0)
    assert x == x
    assert x != same_number
    assert not x == same_number  # noqa: SIM201 - __eq__ itself
    assert len({x, same_number, x}) == 2
    assert hash(x) == hash(x)
    assert [same_number, x].index(x) == 1
    assert {x: "x"}[x] == "x"


def test_a_value_equals_nothing_that_is_no_number():
    x = Value(2.0)
    for other in ("2.0", None, [2.0], object()):
        assert x != other
        assert other != x
        with pytest.raises(TypeError):
            x < other


def test_truth_is_the_truth_of_the_number():
    assert [bool(Value(x)) for x in (0.0, -0.0, 1.0, -1.0, math.nan)] == [False] * 2 + [True] * 3


def test_sorting_and_the_largest():
    a, b, c = Value(3.0), Value(-1.0), Value(2.0)
    assert sorted([a, b, c]) == [b, c, a]
    assert max([a, b, c]) is a
    assert min(a, b, c, 5) is b
    assert max(a, 7.0) == 7.0


# Refused


@pytest.mark.parametrize("function", [float, int, complex, math.exp, math.isnan])
def test_a_value_is_no_float_and_says_what_to_use(function):
    with pytest.raises(TypeError, match=r"\.data.*autograd\.exp"):
        function(Value(2.0))


def test_a_value_is_no_sequence_and_no_index():
    x = Value(1.0)
    for use in (len, list, lambda x: x[0], lambda x: [1, 2][x], range, lambda x: x @ x):
        with pytest.raises(TypeError):
            use(x)


def test_an_attribute_that_does_not_exist_cannot_be_set():
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 2.0
