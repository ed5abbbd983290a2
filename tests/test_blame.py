"""Rules that are wrong when they are differentiated again: which are looked at, how, and why.

Owns the parts of autograd/check/blame.py, on operations that are made up here; what they find in a
function is test_gradcheck.py's.
"""

import math
import random

import pytest

import autograd as ag
from autograd import Value, ops
from autograd.check import blame
from autograd.check.blame import _Again, _number, _rounding
from autograd.check.differences import Comparison
from autograd.check.recorded import Recorded, nearby
from autograd.check.sweeps import chain_rule

EPS = 2.0**-52


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))


def square_kept_outside():
    """x^2, whose rule gives a number that its graph has not."""
    return ag.Op("square_kept_outside", lambda x: x * x, lambda y, x: (2.0 * _number(x),))


def product_kept_outside():
    """x^2 y^2, likewise, by both."""

    def rule(y, *operands):
        a, b = map(_number, operands)
        return 2.0 * a * b * b, 2.0 * a * a * b

    return ag.Op("product_kept_outside", lambda a, b: a * a * b * b, rule)


def first():
    """Its first operand; nothing comes of the other."""
    return ag.Op("first", lambda a, b: a, lambda y, a, b: (1.0, None))


# Functions of Values


def test_the_weights_of_several_numbers():
    for n in (0, 1, 9):
        draw = random.Random(n)
        expected = [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) for _ in range(n)]
        assert blame.weights(n) == expected
    assert {math.copysign(1.0, weight) for weight in expected} == {-1.0, 1.0}


def test_numbers_and_derivatives_weighed_together():
    a, b = blame.weights(2)
    assert blame.weighed([Value(3.0), Value(-2.0)]).data == a * 3.0 - b * 2.0
    assert blame.weighed([]) == 0.0
    values = [Value(3.0), Value(-2.0)]
    expected = a * -2.0 + b * 3.0
    assert blame.derivative_of(lambda v: v[0] * v[1])(values).data == expected
    assert blame.along(lambda v: v[0] * v[1])(values).data == expected


def test_a_function_is_run_on_leaves_of_its_own():
    result, leaves = blame.run(lambda v: v.pop() * 2.0, [3.0, 5.0])
    assert (result.data, [leaf.data for leaf in leaves]) == (10.0, [3.0, 5.0])
    result, _ = blame.run(lambda v: 7.0, [3.0])
    assert (result.__class__, result.data) == (Value, 7.0)
    with pytest.raises(ValueError, match=r"not defined at \[3.0\]"):
        blame.called(lambda v: v[1], [3.0])


# Which rules


def test_each_live_rule_is_looked_at_once(monkeypatch):
    seen = []

    class Looked:
        def __init__(self, *given):
            seen.append(given)

        def wrong(self):
            yield 0, 1.0, Comparison("wrong"), "so"

    monkeypatch.setattr(blame, "_Again", Looked)
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    products = [a * b, a * b, b * 2.0, ops.peak(a, c), b * c]
    root = ag.where(Value(1.0), products[0] + products[1] + products[2] + products[3], products[4])
    found = list(blame.check_rules_again(Recorded(root), 3))
    sums = [(ops.add, [6.0, 6.0], [0, 1], 3), (ops.add, [12.0, 6.0], [0, 1], 3)]
    sums.append((ops.add, [18.0, 5.0], [0, 1], 3))
    assert [one for one in seen if one[0] is ops.add] == sums
    assert [one for one in seen if one[0] is ops.mul] == [
        (ops.mul, [2.0, 3.0], [0, 1], 3),
        (ops.mul, [3.0, 2.0], [0], 3),
    ]
    assert [one[0] for one in seen if one[0] not in (ops.add, ops.mul)] == [root.op]
    assert {one.node for one in found} >= {root, *products[:3]}
    assert not {one.node for one in found} & {a, b, c, *products[3:]}
    assert {one[1:] for one in found} == {(0, 1.0, Comparison("wrong"), "so")}


def test_right_rules_are_left_alone(monkeypatch):
    compare_rule = blame.compare_rule
    held: list[str] = []

    def recorded(*given):
        held.append(compare_rule(*given).status)
        return compare_rule(*given)

    monkeypatch.setattr(blame, "compare", None)  # nothing of the graph is held against differences
    monkeypatch.setattr(blame, "compare_rule", recorded)  # but at operands nearby the rule is
    for op, numbers in (
        (first(), [3.0, 2.0]), (ops.mul, [3.0, 0.0]), (ops.exp, [0.5]), (ops.sin, [100.0]),
    ):  # fmt: skip
        places = list(range(len(numbers)))
        assert list(_Again(op, numbers, places, 2).wrong()) == []
        assert list(_Again(op, numbers, places[:1], 3).wrong()) == []
    assert held == ["passed"] * 2 * (2 + 2 + 1 + 1)


def slope_of_cube(y, x):
    return (3.0 * x,)  # right at 0 and at 1


@pytest.mark.parametrize(
    ("forward", "rule", "point", "wrong"),
    [
        (lambda x: x**3, slope_of_cube, (1.0,), 0),
        (lambda x: x**3, slope_of_cube, (0.0,), 0),
        (math.tanh, lambda y, x: (1.0 - y,), (0.0,), 0),
        (lambda x: 1.0 / (1.0 + math.exp(-x)), lambda y, x: (y * y,), (0.0,), 0),
        (lambda a, b: a * b, lambda y, a, b: (b, b), (2.0, 2.0), 1),
        (lambda a, b: a * b, lambda y, a, b: (a, b), (2.0, 2.0), 0),
        (lambda *x: sum(x) ** 2, lambda y, *x: (6.0 + x[0],) * 3, (1.0, 1.0, 1.5), 0),
    ],
)
@pytest.mark.parametrize("order", [2, 3])
def test_a_rule_that_is_right_at_one_point(monkeypatch, forward, rule, point, wrong, order):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    op = ag.Op("right_at_a_point", forward, rule)
    assert ag.gradcheck(op, point)
    verdict = ag.gradcheck(lambda *x: op(*x) * 1.0, point, order=order)
    assert (verdict.status, verdict.op, verdict.argument) == ("wrong", op, wrong)
    assert "nearby, at order 2: rule " in str(verdict)


def test_a_rule_that_is_right_where_it_is_run_is_not_accused_of_elsewhere(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    rule = lambda y, x: (2.0 * abs(x),)  # noqa: E731 - wrong below 0, far away
    op = ag.Op("square_above_0", lambda x: x * x, rule)
    assert ag.gradcheck(op, (1.0,), order=3)

    def log_above_1(x):
        if x <= 1.0:
            raise ValueError("no")
        return math.log(x)

    edge = ag.Op("log_above_1", log_above_1, lambda y, x: (1.0 / x,))
    assert ag.gradcheck(edge, (1.005,), order=2).status != "wrong"


def test_of_many_operands_the_wrong_one_is_found_nearby(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    rule = lambda y, *x: tuple([1.0 + (x[70] - 70.0) * (k == 70) for k in range(len(x))])  # noqa: E731
    op = ag.Op("sum_right_at_a_point", lambda *x: math.fsum(x), rule)
    numbers = [float(k) for k in range(100)]
    found = list(_Again(op, numbers, list(range(100)), 2)._elsewhere())
    assert [argument for argument, *_ in found] == [70]
    claim, how = found[0][1], found[0][3]
    assert claim == 1.0 + nearby(numbers, 1e-2)[70] - 70.0
    assert how.startswith("at operands 0.0")
    assert how.count(",") == 6 - 1 + 1  # six operands, and the words after them


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_where_an_operation_ends_on_one_side_the_other_is_looked_at(monkeypatch, sign):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))

    def cube(x):
        if sign * (x - 1.0) > 0.002:
            raise ValueError("no number there")
        return x**3

    op = ag.Op("cube_of_one_side", cube, slope_of_cube)
    ((argument, claim, compared, how),) = _Again(op, [1.0], [0], 2)._elsewhere()
    assert (argument, compared.status) == (0, "wrong")
    (near,) = nearby([1.0], -1e-2 if sign * (nearby([1.0], 1e-2)[0] - 1.0) > 0.0 else 1e-2)
    assert claim == 3.0 * near
    assert f"{near:.6g}" in how


def test_no_rule_is_looked_at_where_something_may_overflow_inside():
    op = square_kept_outside()
    assert list(_Again(op, [0.9e100], [0], 2).wrong())
    assert list(_Again(op, [1.1e100], [0], 2).wrong()) == []
    assert list(_Again(op, [3.0], [], 2).wrong()) == []


@pytest.mark.parametrize("order", [2, 3])
def test_what_is_said_of_a_number_that_the_graph_has_not(order):
    one = _Again(square_kept_outside(), [3.0], [0], order)
    found = list(one.wrong())
    if order == 3:  # the derivative of what the graph has not is 0 everywhere
        assert found == []
        return
    ((argument, claim, compared, how),) = found
    assert (argument, claim, how) == (0, 0.0, "differentiated again, at order ")
    assert compared.differences == pytest.approx(2.0, rel=1e-12)


def test_of_each_derivative_one_operand_is_named():
    found = list(_Again(product_kept_outside(), [3.0, 2.0], [0, 1], 2).wrong())
    how = "differentiated again by argument 0, at order "
    assert [(one[0], one[1], one[3]) for one in found] == [(0, 0.0, how), (1, 0.0, how)]
    differences = [one[2].differences for one in found]
    assert differences == pytest.approx([2.0 * 4.0, 4.0 * 3.0 * 2.0], rel=1e-12)
    ((argument, _, _, how),) = _Again(product_kept_outside(), [3.0, 2.0], [1], 2).wrong()
    assert (argument, how) == (1, "differentiated again by argument 1, at order ")


def test_how_differences_are_taken(monkeypatch):
    """The rule has x * x of Values in it, which rounds, and a number beside."""
    rule = lambda y, x: (3.0 * (x * x) + 0.0 * _number(x) + _number(x),)  # noqa: E731
    op = ag.Op("cube_with_more", lambda x: x**3 + 0.5 * x * x, rule)
    seen = []

    def compared(*given, **more):
        seen.append((given[1:], more))
        return Comparison("inconclusive")

    monkeypatch.setattr(blame, "compare", compared)
    assert list(_Again(op, [2.0], [0], 2).wrong()) == []
    moved = 3.0 * 4.0 + 12.0 + 12.0 + 14.0  # x * x and the threefold, and the sums
    assert seen == [((2.0, 12.0), {"noise": EPS * moved, "levels": 120})]


# Other numbers of Values than of floats


@pytest.mark.parametrize(
    ("op", "numbers", "claims", "calls"),
    [
        (ops.mul, [100.0, 3.0], [3.0, 100.0], []),
        (ops.mul, [100.0, 3.0], [3.0, 100.0 + 0.9e-7], []),
        (ops.mul, [100.0, 3.0], [3.0, 100.0 - 1.1e-7], [1]),
        (ops.mul, [100.0, 3.0], [3.0, 100.0 + 1.5e-7], [1]),
        (ops.mul, [100.0, 3.0], [0.0, -100.0], [0, 1]),
        (ops.mul, [100.0, 0.0], [0.0, 100.0], []),
        (ops.exp, [1.0], [math.e], []),
        (ops.div, [1.0, 0.0], [math.inf, -math.inf], []),
    ],
)
@pytest.mark.parametrize("status", ["wrong", "passed"])
def test_the_numbers_of_a_rule_on_values(monkeypatch, op, numbers, claims, calls, status):
    seen = []

    def compared(*given):
        seen.append(given)
        return Comparison(status)

    monkeypatch.setattr(blame, "compare_rule", compared)
    found = list(_Again(op, numbers, list(range(len(numbers))), 2)._other_numbers(claims))
    assert seen == [(op, numbers, claims, [i]) for i in calls]
    how = "run on Values, at order "
    expected = [(i, claims[i], Comparison("wrong"), how) for i in calls]
    assert found == (expected if status == "wrong" else [])


def test_a_derivative_that_is_none_is_nothing(monkeypatch):
    monkeypatch.setattr(blame, "compare_rule", None)
    assert list(_Again(first(), [3.0, 2.0], [0, 1], 2)._other_numbers([1.0, 0.0])) == []


# The rule as a function


def test_a_rule_on_values_beside_floats():
    x = Value(3.0)
    by_x, by_two = _Again(ops.mul, [3.0, 2.0], [0], 2)._rule([x])
    assert (by_x, by_two) == (2.0, x)
    by_x, _ = _Again(ops.div, [3.0, 0.0], [0], 2)._rule([x])
    assert _number(by_x) == math.inf


def test_a_rule_differentiated():
    one = _Again(ops.sin, [0.5], [0], 2)
    found = [
        _Again(ops.sin, [0.5], [0], k)._differentiated(0)([Value(0.5)]).data for k in (2, 3, 4)
    ]
    weight = blame.weights(1)[0]
    expected = [math.cos(0.5), -weight * math.sin(0.5), -weight * weight * math.cos(0.5)]
    assert found == pytest.approx(expected, rel=1e-15)
    assert one._differentiated(0)([Value(0.0)]).data == 1.0
    assert (
        _Again(first(), [3.0, 2.0], [0, 1], 2)._differentiated(1)([Value(3.0), Value(2.0)]) == 0.0
    )
    assert (
        _Again(first(), [3.0, 2.0], [0, 1], 2)._differentiated(0)([Value(3.0), Value(2.0)]) == 1.0
    )


def test_a_rule_along_one_operand():
    one = _Again(ops.prod, [2.0, 3.0, 5.0, 7.0], [0, 1, 3], 2)
    function = one._differentiated(0)
    assert [one._line(function, 0, k)(11.0)[0] for k in range(3)] == [105.0, 385.0, 165.0]
    one = _Again(ops.maximum, [2.0, 3.0, 5.0][:2], [0, 1], 2)
    there = [one._line(one._differentiated(0), 0, 0)(x) for x in (2.0, 4.0)]
    assert [number for number, _ in there] == [0.0, 1.0]
    assert [side[1:] for _, side in there] == [(-1.0,), (1.0,)]
    one = _Again(first(), [3.0, 2.0], [0, 1], 2)
    assert one._line(one._differentiated(0), 0, 1)(7.0) == (1.0, (True,))
    assert one._line(one._differentiated(1), 1, 1)(7.0) == (0.0, (False,))


# Whether a rule does what its graph does


def is_its_graph(rule, x=3.0):
    op = ag.Op("made_up", lambda x: x, lambda y, x: (rule(x),))
    one = _Again(op, [x], [0], 2)
    leaves = [Value(x)]
    return one._is_its_graph(leaves, one._rule(leaves))


def refusing(distance):
    def rule(x):
        if 0.0 < abs(_number(x) - 3.0) < distance:
            raise ValueError("not here")
        return 2.0 * _number(x)

    return rule


def test_rules_and_their_graphs():
    assert is_its_graph(lambda x: 2.0 * x)
    assert is_its_graph(lambda x: 2.0)
    assert is_its_graph(lambda x: None)
    assert not is_its_graph(lambda x: 2.0 * _number(x))
    assert not is_its_graph(lambda x: x * _number(x))
    assert not is_its_graph(lambda x: None if _number(x) == 3.0 else 1.0)
    assert not is_its_graph(lambda x: 1.0 if _number(x) == 3.0 else None)
    assert not is_its_graph(refusing(1e-4))  # the other neighbour tells
    assert is_its_graph(refusing(1.0))  # nobody can tell


def test_the_neighbours_at_which_a_rule_is_run_again(monkeypatch):
    right, sizes = blame.nearby, []
    monkeypatch.setattr(
        blame, "nearby", lambda numbers, size: sizes.append(size) or right(numbers, size)
    )
    assert is_its_graph(lambda x: 2.0 * x)
    assert sizes == [1e-6, -1e-2]


def test_what_rounding_inside_of_a_graph_may_move():
    x = Value(3.0)
    square = x * x
    recorded = Recorded(square * 5.0 + x)
    found = chain_rule(recorded).by_node
    assert _rounding(recorded, found) == EPS * (5.0 * 9.0 + 45.0 + 48.0)
    found[square] = math.inf
    assert _rounding(recorded, found) == math.inf
