"""The gradient check at one order, and beside the order before: which question is asked, and where.

Owns the bounds and the neighbourhoods of those questions; what they find together is
test_gradcheck.py's, the numbers of the parts are test_check_parts.py's.
"""

import math

import pytest

import autograd as ag
from autograd import Value
from autograd.check import blame, one_order
from autograd.check.differences import compare
from autograd.check.one_order import OneOrder, _is_its_graph, _is_moderate
from autograd.check.recorded import Recorded, nearby
from autograd.check.sweeps import chain_rule

EPS = 2.0**-52


def checked(function, *numbers):
    """The check of a function at order 1, and the gradients of its graph."""
    check = OneOrder(function, list(numbers), 1, None)
    return check, chain_rule(check.recorded)


def with_one_unused(numbers):
    x, _, y = numbers
    return ag.sin(x) * y


# The lines of differences


def test_the_way_that_a_function_took():
    def function(numbers):
        x, z = numbers
        return ag.where(Value(1.0), x * ag.relu(x), ag.abs(z))

    check, _ = checked(function, 3.0, -1.0)
    number, way = check._called([-2.0, 5.0])
    assert number == 0.0
    # a leaf, x, relu and on which side of 0, their product, z, abs (dead: no side), where
    names = [one for one in way if not isinstance(one, float)]
    assert names == [None, None, "relu", "mul", None, "abs", "where"]
    assert [one for one in way if isinstance(one, float)] == [-1.0, 1.0]


@pytest.mark.parametrize("most_work", [200_000, 1])
def test_along_an_unused_leaf_nothing_is_claimed(monkeypatch, most_work):
    monkeypatch.setattr(one_order, "MOST_WORK", most_work)
    check, found = checked(with_one_unused, 0.0, 5.0, 3.0)
    lines = check._lines(check.recorded.at, found)
    depth = (8.0 + 2.0 * math.sqrt(4)) * EPS
    if most_work > 1:
        assert [line[1:3] for line in lines] == [(3.0, depth * 3.0), (0.0, 0.0), (0.0, 0.0)]
        return
    # x is 0: it is moved by 1, up or down
    assert {abs(claim) for _, claim, *_ in lines} == {3.0}
    assert [slack for _, _, slack, *_ in lines] == pytest.approx([depth * 3.0] * 3, rel=1e-15)
    for _, claim, _, _, line, _ in lines:
        moved = math.sin(0.5 * claim / 3.0)
        assert abs(line(0.5)[0]) in (abs(moved) * 1.5, abs(moved) * 4.5)


# The transforms beside backward()


def test_grad_may_give_nothing_for_an_unused_leaf(monkeypatch):
    check, found = checked(with_one_unused, 0.7, 5.0, 3.0)
    assert check._transforms(found) is None
    right = one_order.grad
    monkeypatch.setattr(one_order, "grad", lambda f: lambda at: [d or 1e-10 for d in right(f)(at)])
    verdict = check._transforms(found)
    assert (verdict.status, verdict.argument) == ("wrong", 1)
    assert (verdict.rule, verdict.differences) == (1e-10, 0.0)


@pytest.mark.parametrize(("most_work", "calls"), [(8, 1), (7, 0)])
def test_the_graphs_up_to_which_the_transforms_are_run(monkeypatch, most_work, calls):
    check, found = checked(with_one_unused, 0.7, 5.0, 3.0)
    assert len(check.recorded.order) == 4
    monkeypatch.setattr(one_order, "MOST_WORK", most_work)
    right, seen = one_order.grad, []
    monkeypatch.setattr(one_order, "grad", lambda f: seen.append(f) or right(f))
    assert check._transforms(found) is None
    assert len(seen) == calls


@pytest.mark.parametrize("share", [0.95, 1.05])
def test_the_rounding_that_jvp_may_have(monkeypatch, share):
    check, found = checked(lambda numbers: 2.0 * numbers[0], 3.0)
    (seed,) = blame.weights(1)
    assert seed * seed > 1.1  # a size times the seed is not one divided by it
    tangent = 2.0 * seed + share * 1e-9 * 2.0 * abs(seed)
    monkeypatch.setattr(one_order, "jvp", lambda *given: (6.0, tangent))
    verdict = check._transforms(found)
    assert (verdict is None) is (share < 1.0)
    assert verdict is None or "jvp" in str(verdict)


# The whole against differences


@pytest.mark.parametrize(("most", "levels"), [(4, 2200), (3, 120)])
def test_the_graphs_up_to_which_every_step_is_tried(monkeypatch, most, levels):
    check, found = checked(with_one_unused, 0.7, 5.0, 3.0)
    monkeypatch.setattr(one_order, "MOST_AT_ALL_STEPS", most)
    seen = []
    monkeypatch.setattr(
        one_order, "compare", lambda *given: seen.append(given[-1]) or compare(*given)
    )
    assert check._with_the_whole([], found)
    assert seen == [levels] * 3


@pytest.mark.parametrize("other", ["passed", "kink"])
def test_the_parts_decide_where_only_rounding_is_in_doubt(monkeypatch, other):
    check, found = checked(with_one_unused, 0.7, 5.0, 3.0)
    statuses = iter(["wrong", "inconclusive", other])
    monkeypatch.setattr(
        one_order, "compare", lambda *given: compare(*given)._replace(status=next(statuses))
    )
    verdict = check._with_the_whole(list(one_order.check_rules(check.recorded)), found)
    assert verdict.status == ("passed" if other == "passed" else "inconclusive")
    assert bool(verdict) == ("node by node" in str(verdict))


# Whether a function is its graph


def test_where_a_function_is_held_against_its_graph():
    seen = []

    def function(numbers):
        seen.append([x.data for x in numbers])
        return numbers[0] * numbers[1]

    numbers = [2.0, -3.0]
    graph = Recorded(*blame.run(function, numbers))
    assert _is_its_graph(function, graph, numbers)
    sizes = (1e-6, -1e-6, 1e-2, -1e-2)
    assert seen == [numbers] + [nearby(numbers, size) for size in sizes]
    assert not _is_its_graph(lambda values: values[0] * values[1].data * 1.5, graph, numbers)


def test_a_function_that_refuses_other_numbers_may_be_another():
    def function(numbers):
        if numbers[0].data != 2.0:
            raise LookupError("of 2 only")
        return numbers[0] * 3.0

    assert not _is_its_graph(function, Recorded(*blame.run(function, [2.0])), [2.0])


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda x: x * 1e60 * 1e-60, 2.0, True),
        (lambda x: x + 1.0, 1e-101, False),  # a number
        (lambda x: x * 1e60 * 1e60, 2e-60, False),  # a derivative, 1e120
        (lambda x: x * 1e120 * 1e-60, 2e-60, False),  # a partial
    ],
)
def test_numbers_whose_products_may_leave_the_range(function, x, expected):
    recorded = Recorded(function(Value(x)))
    assert _is_moderate(recorded, chain_rule(recorded)) is expected


# A derivative against the order before it


def against(monkeypatch, function, numbers, lossy):
    """The derivative of `function` beside a forward mode whose tangent is made `lossy`."""
    right = blame.jvp

    def jvp(*given):
        value, tangent = right(*given)
        return value, lossy(tangent)

    def values(given):
        return function(*given)

    graph = Recorded(*blame.run(values, numbers))
    check = OneOrder(blame.derivative_of(values), numbers, 2, None)
    assert check.against(values, graph) is None
    monkeypatch.setattr(blame, "jvp", jvp)
    return check.against(values, graph)


@pytest.mark.parametrize("error", [1.999e-6, 2.001e-6])
def test_the_rounding_of_a_derivative_that_is_differentiated_again(monkeypatch, error):
    def lossy(tangent):  # the number is kept, its derivative is too large
        return tangent * (1.0 + error) - tangent.data * error

    verdict = against(monkeypatch, ag.sin, [0.7], lossy)
    assert (verdict is None) is (error < 2e-6)  # 1e-9 times 1000 of the two sizes together
    assert verdict is None or (verdict.argument, verdict.order) == (0, 2)


def test_a_derivative_by_what_only_forward_mode_uses(monkeypatch):
    at = Value(0.0)

    def lossy(tangent):
        return tangent + 1e-7 * (at - at.data)

    def function(x, y):
        nonlocal at
        at = x
        return 2.0 * x + ag.sin(y)

    verdict = against(monkeypatch, function, [3.0, 0.7], lossy)
    assert (verdict.status, verdict.argument) == ("wrong", 0)
    assert (verdict.rule, verdict.differences) == (1e-7, 0.0)


def test_a_derivative_by_what_forward_mode_does_not_use(monkeypatch):
    verdict = against(
        monkeypatch, lambda x: 1e-7 * ag.sin(x), [0.7], lambda tangent: Value(tangent.data)
    )
    assert (verdict.status, verdict.argument, verdict.rule) == ("wrong", 0, 0.0)
    weight = blame.weights(1)[0]
    assert verdict.differences == pytest.approx(-1e-7 * math.sin(0.7) * weight, rel=1e-14)


def test_forward_mode_is_not_blamed_for_what_the_function_keeps_outside(monkeypatch):
    verdict = against(
        monkeypatch,
        lambda x: ag.sin(x) * x.data,
        [0.7],
        lambda tangent: 0.0 * tangent + tangent.data,
    )
    assert verdict is None
