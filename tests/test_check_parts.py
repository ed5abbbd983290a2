"""The parts of the gradient check by themselves: verdicts, recorded graphs, lines to go along.

Owns their numbers; what they find together is test_gradcheck.py's.
"""

import dataclasses
import math
import random

import pytest

import autograd as ag
from autograd import Value
from autograd.check import blame, gradcheck, one_order, rules, sweeps
from autograd.check.differences import compare
from autograd.check.one_order import OneOrder, _differ
from autograd.check.recorded import (
    Recorded,
    nearby,
    numbers_at,
    same,
    side,
    topological_order,
    weights,
)
from autograd.check.rules import check_rules, groups_of
from autograd.check.sweeps import _agree, chain_rule, check_backward, check_forward
from autograd.check.verdict import Verdict

EPS = 2.0**-52
INF, NAN = math.inf, math.nan


def test_a_verdict_says_nothing_that_it_was_not_told():
    verdict = Verdict("passed", "all is well")
    assert (verdict.op, verdict.node, verdict.number, verdict.argument) == (None,) * 4
    assert all(math.isnan(x) for x in (verdict.rule, verdict.differences, verdict.margin))
    assert (verdict.error, verdict.order, verdict.accused) == (INF, 1, ())
    assert bool(verdict)
    assert not verdict.accuses
    assert str(verdict) == "all is well"
    wrong = Verdict("wrong", "the rule", accused=(verdict,))
    assert wrong.accuses
    assert not wrong
    assert "accused" not in repr(wrong)
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.status = "wrong"
    assert verdict != Verdict("passed", "all is well")  # each is of its own run
    assert len({verdict, wrong}) == 2


def graph():
    """(|x| + relu(y)) * x + relu(z) * 2, with z < 0, whose edge is dead."""
    x, y, z = Value(-3.0), Value(2.0), Value(-1.0)
    size, positive, off = ag.abs(x), ag.relu(y), ag.relu(z)
    total = size + positive
    product = total * x
    twice = off * 2.0
    return (x, y, z), (size, positive, off, total, product, twice), product + twice


def test_a_recorded_graph():
    (x, y, z), (size, positive, off, total, product, twice), root = graph()
    recorded = Recorded(root)
    assert recorded.order == [x, size, y, positive, total, product, z, off, twice, root]
    assert recorded.order == topological_order(root)
    assert recorded.leaves == [x, y, z]
    assert recorded.number == {node: k for k, node in enumerate(recorded.order, start=1)}
    assert recorded.live == {x, size, y, positive, total, product, off, twice, root}
    number, sides = recorded.at([-3.0, 2.0, -1.0])
    assert (number, sides) == (-15.0, (-1.0, 1.0, -1.0))
    assert recorded.at([4.0, -1.0, 5.0]) == (26.0, (1.0, -1.0, 1.0))
    for numbers in ([1.0, 2.0], [1.0] * 4):
        with pytest.raises(ValueError, match="zip"):
            recorded.at(numbers)
        with pytest.raises(ValueError, match="zip"):
            recorded.on_values([Value(number) for number in numbers])


def test_what_is_no_leaf_of_a_recorded_graph_keeps_its_number():
    (x, _, _), _, root = graph()
    recorded = Recorded(root, [x])
    assert recorded.at([4.0]) == (24.0, (1.0, 1.0, -1.0))
    again = Value(4.0)
    found = recorded.on_values([again])
    assert found.data == 24.0
    found.backward()
    assert again.grad == 10.0
    assert x.grad == 0.0


def test_the_kinks_of_what_no_live_edge_reaches_do_not_count():
    x, z = Value(-3.0), Value(-1.0)
    recorded = Recorded(ag.where(Value(1.0), x * x, ag.abs(z)), [x, z])
    assert recorded.at([2.0, 5.0]) == (4.0, (1.0,))  # the switch of where, not that of abs
    assert numbers_at(recorded.order, {x: 3.0, z: 1.0})[recorded.root] == 9.0


def test_the_numbers_of_a_neighbourhood():
    draw = random.Random(7)
    shares = [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) * 1e-3 for _ in range(3)]
    expected = [2.0 + 2.0 * shares[0], 0.0 + shares[1], -4.0 + 4.0 * shares[2]]
    assert nearby([2.0, 0.0, -4.0], 1e-3) == expected
    assert len({abs(share) for share in shares}) == 3


def test_same_numbers_and_sides():
    assert same(1.0, 1.0)
    assert same(NAN, NAN)
    assert not same(1.0, NAN)
    assert not same(NAN, 1.0)
    assert not same(1.0, 2.0)
    assert side(ag.ops.abs_, [-2.0]) == (-1.0,)
    assert side(ag.ops.max_, [1.0, 3.0, 2.0]) == (1.0, 1.0)
    assert side(ag.ops.abs_, [0.0]) == (0.0,)
    for op, operands in ((ag.ops.div, [1.0, NAN]), (ag.ops.mod, [1.0, 0.0])):
        (unknown,) = side(op, operands)
        assert math.isnan(unknown)


# Rules


def test_groups_of_operands_to_vary():
    assert groups_of([]) == []
    assert groups_of([4, 7]) == [[4], [7]]
    assert groups_of(list(range(64))) == [[k] for k in range(64)]
    assert groups_of(list(range(65))) == [[k, k + 1] for k in range(0, 64, 2)] + [[64]]
    assert groups_of(list(range(129)))[1] == [3, 4, 5]
    assert groups_of([1, 2, 3], 1) == [[1], [2], [3]]
    assert groups_of([1, 2, 3], 2) == [[1, 2], [3]]


def test_the_rules_of_live_nodes_are_checked_once_each():
    a, b = Value(2.0), Value(3.0)
    taken, left = a * a, b * b
    root = ag.where(Value(1.0), taken, left)
    found = list(check_rules(Recorded(root)))
    assert [(one.node, one.argument, one.rule) for one in found] == [
        (taken, 0, 2.0), (taken, 1, 2.0), (root, 0, 0.0), (root, 1, 1.0), (root, 2, 0.0)
    ]  # fmt: skip
    assert {one.comparison.status for one in found} == {"passed"}
    assert {one.how for one in found} == {""}
    shifted = ag.ops.peak(a, b) * 1.0  # a constant by design: its node is left out
    assert {one.node for one in check_rules(Recorded(shifted))} == {shifted}


@pytest.mark.parametrize("wrong", [4, 5, 65])
def test_in_a_group_the_wrong_operand_is_found(monkeypatch, wrong):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    rule = lambda y, *xs: tuple([1.0 + 1e-3 * (i == wrong) for i in range(len(xs))])  # noqa: E731
    op = ag.Op("sum_with_a_wrong_rule", ag.special.total, rule)
    found = list(check_rules(Recorded(op(*[Value(0.5 + k) for k in range(66)]))))
    assert [one.argument for one in found if one.comparison.status != "passed"] == [wrong]
    assert len(found) == 33 + 1


def test_several_operands_moved_together(monkeypatch):
    monkeypatch.setattr(rules, "compare", lambda *given, **more: (given, more))
    numbers, claims = [1.0, 2.0, 3.0, 4.0], [1.0, 4.0, -5.0, 2.0]
    (moved, start, claim), more = rules.compare_rule(ag.ops.max_, numbers, claims, [0, 2, 3])
    a, b, c = weights(3, 0)
    assert weights(3, 1) != [a, b, c]  # groups that begin elsewhere are moved in other ways
    assert claim == a - 5.0 * b + 2.0 * c
    assert (start, more) == (0.0, {"noise": EPS * 24.0})
    operands = [1.0 + 0.5 * a, 2.0, 3.0 + 0.5 * b, 4.0 + 0.5 * c]
    assert moved(0.5) == (max(operands), side(ag.ops.max_, operands))
    assert numbers == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("status", "size", "x", "calls", "expected"),
    [
        ("passed", 1.0, 2.0, 1, "passed"),
        ("wrong", 1.0, 2.0, 2, "wrong"),
        ("wrong", 1e-290, 2.0, 2, "wrong"),
        ("wrong", 0.9e-290, 2.0, 2, "inconclusive"),
        ("wrong", 1.0, 1e150, 2, "inconclusive"),
        ("kink", 1.0, 1e150, 1, "kink"),
    ],
)
def test_who_is_not_accused(monkeypatch, status, size, x, calls, expected):
    found = compare(lambda x: (x, ()), 2.0, 1.0)._replace(status=status, size=size)
    seen = []
    monkeypatch.setattr(rules, "compare", lambda *given, **more: seen.append(more) or found)
    assert rules.compare_rule(ag.ops.mul, [x, 3.0], [3.0, x], [0]).status == expected
    assert len(seen) == calls
    assert seen[1:] == [{"noise": 4.0 * EPS * (3.0 * x)}] * (calls - 1)


def test_what_the_other_operands_may_hide():
    assert rules._absorbed(ag.ops.mul, [2.0, 3.0], 0) == 4.0 * EPS * 6.0
    assert rules._absorbed(ag.ops.sum_, [1.0, -7.0, INF], 0) == 4.0 * EPS * 7.0
    assert rules._absorbed(ag.ops.sin, [2.0], 0) == 0.0
    assert rules._absorbed(ag.ops.div, [2.0, 0.0], 0) == 0.0
    for x in (0.0, 1.01e-100, -1.01e-100, 0.99e100, 1.0):
        assert not rules.is_extreme(x)
    for x in (1e-100, -1e-101, 1e100, -1e101, NAN, INF, 5e-324):
        assert rules.is_extreme(x)
    assert rules.along(ag.ops.maximum, [1.0, 2.0], 0)(5.0) == (5.0, (1.0,))


# Sweeps


def test_the_chain_rule_written_once_more():
    (x, y, z), (size, positive, off, total, product, twice), root = graph()
    gradients = chain_rule(Recorded(root))
    expected = {
        root: 1.0, product: 1.0, twice: 1.0, off: 2.0, total: -3.0, size: -3.0, positive: -3.0,
        x: 8.0, y: -3.0, z: 0.0,
    }  # fmt: skip
    assert gradients.by_node == expected
    assert gradients.size == {node: abs(number) for node, number in expected.items()}
    both = Value(2.0)
    assert chain_rule(Recorded(both - both)).by_node[both] == 0.0
    assert chain_rule(Recorded(both - both)).size[both] == 2.0


def test_the_first_node_at_which_backward_is_wrong():
    leaves, (_, _, _, total, _, _), root = graph()
    recorded = Recorded(root)
    gradients = chain_rule(recorded)
    assert check_backward(recorded, gradients) is None
    assert [leaf.grad for leaf in leaves] == [0.0, 0.0, 0.0]  # it ran on a copy
    gradients.by_node[total] = gradients.by_node[leaves[0]] = 7.0
    assert check_backward(recorded, gradients) == (total, "backward()", -3.0, 7.0)


@pytest.mark.parametrize(("error", "is_seen"), [(0.0, False), (4e-9, False), (1.2e-8, True)])
def test_the_first_node_at_which_forward_mode_is_wrong(monkeypatch, error, is_seen):
    _, (size, _, _, total, _, _), root = graph()
    recorded = Recorded(root)
    push = sweeps.push_forward

    def wrong(order, tangents):
        found = push(order, tangents)
        found[size] += error / 8.0  # within its bound, 3e-9
        found[total] += error
        return found

    monkeypatch.setattr(sweeps, "push_forward", wrong)
    # along (3, 2, 1): |x| moves by -3, relu(y) by 2; the sum of their sizes is 5
    fault = check_forward(recorded, [3.0, 2.0, 1.0])
    assert (fault == (total, "forward mode", -1.0 + error, -1.0)) is is_seen
    assert (fault is None) is not is_seen
    monkeypatch.setattr(sweeps, "push_forward", lambda order, tangents: tangents)
    assert check_forward(recorded, [3.0, 2.0, 1.0]) == (size, "forward mode", 0.0, -3.0)
    for seeds in ([1.0], [1.0] * 4):
        with pytest.raises(ValueError, match="zip"):
            check_forward(recorded, seeds)


def test_what_agrees():
    assert _agree(1.0 + 0.9e-9, 1.0, 1.0)
    assert _agree(1.0 - 0.9e-9, 1.0, 1.0)
    assert not _agree(1.0 + 1.1e-9, 1.0, 1.0)
    assert not _agree(1.0 - 1.1e-9, 1.0, 1.0)
    assert _agree(1.0 + 1.9e-9, 1.0, 2.0)
    assert _agree(1e-9, 0.0, 1.0)
    assert _agree(5.0, INF, 1.0)
    assert _agree(5.0, 1.0, INF)
    assert _agree(5.0, 5.0, 0.0)
    assert not _agree(NAN, 1.0, 1.0)


# One order


def function(numbers):
    x, y, z = numbers
    return x * y + ag.sin(x) * 0.0 * z + y


def lines_of(monkeypatch, most_work):
    monkeypatch.setattr(one_order, "MOST_WORK", most_work)
    check = OneOrder(function, [3.0, -2.0, 0.0], 1, None)
    gradients = chain_rule(check.recorded)
    return check, check._lines(check.recorded.at, gradients)


def test_a_line_along_each_leaf(monkeypatch):
    check, lines = lines_of(monkeypatch, 3 * 9)
    assert len(check.recorded.order) == 9
    depth = (8.0 + 2.0 * math.sqrt(9)) * EPS
    found = [(place, claim, slack, noise, x) for place, claim, slack, noise, _, x in lines]
    assert found == [
        (0, -2.0, depth * 2.0, 0.0, 3.0),
        (1, 4.0, depth * 4.0, 0.0, -2.0),
        (2, 0.0, 0.0, 0.0, 0.0),
    ]
    assert [line(5.0)[0] for *_, line, _ in lines] == [-12.0, 20.0, -8.0]


def test_lines_through_all_leaves(monkeypatch):
    _, lines = lines_of(monkeypatch, 3 * 9 - 1)
    assert len(lines) == 3
    depth = (8.0 + 2.0 * math.sqrt(9)) * EPS
    for seed, (place, claim, slack, noise, line, x) in enumerate(lines):
        draw = random.Random(seed)
        way = [draw.choice((-1.0, 1.0)) * scale for scale in (3.0, 2.0, 1.0)]
        assert (place, x) == (None, 0.0)
        assert claim == -2.0 * way[0] + 4.0 * way[1]
        assert slack == pytest.approx(depth * 14.0, rel=1e-15, abs=0.0)
        assert noise == pytest.approx(EPS * 14.0, rel=1e-15, abs=0.0)
        y = -2.0 + 0.5 * way[1]
        assert line(0.5)[0] == (3.0 + 0.5 * way[0]) * y + y
    assert len({claim for _, claim, *_ in lines}) > 1


def test_what_differs_by_more_than_rounding():
    assert not _differ(1.0, 1.0 + 0.9e-9, 1.0)
    assert _differ(1.0, 1.0 + 1.1e-9, 1.0)
    assert _differ(1.0 + 1.1e-9, 1.0, 1.0)
    assert not _differ(1.0, 1.0 + 1.9e-9, 2.0)
    assert _differ(NAN, 1.0, 1.0)
    assert not _differ(0.0, 0.0, 0.0)


def test_a_derivative_that_forward_mode_keeps_outside_of_its_graph(monkeypatch):
    """Its number is right; differentiated again, it is lost."""
    jvp = blame.jvp

    def lossy(function, primals, tangents):
        value, tangent = jvp(function, primals, tangents)
        return value, 0.0 * tangent + tangent.data

    def function(unused, x):
        return 2.0 * unused + ag.sin(x) * x

    assert gradcheck(function, (3.0, 0.7), order=2).status == "passed"
    monkeypatch.setattr(blame, "jvp", lossy)
    verdict = gradcheck(function, (3.0, 0.7), order=2)
    assert (verdict.status, verdict.argument, verdict.order) == ("wrong", 1, 2)
    assert "jvp" in str(verdict)
    assert verdict.rule == 0.0
    by_x = 2.0 * math.cos(0.7) - 0.7 * math.sin(0.7)
    assert verdict.differences == pytest.approx(blame.weights(2)[1] * by_x, rel=1e-14)
