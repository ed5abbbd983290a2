"""gradcheck: wrong rules are named, right ones never accused, and what it says is true.

Owns the checks of the checker: the zoo of wrong rules, faults of the sweeps, right rules at kinks,
at tiny and huge scales and under cancellation, and the faces of a Verdict.
"""

import collections
import math
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import autograd as ag
import autograd.check.sweeps
import autograd.linearize
import autograd.node
import nn
from autograd import Value, ops
from autograd.check.recorded import weights
from autograd.check.rules import CONSTANTS, compare_rule
from tests.zoo import ZOO

ROWS = [row for row in ops.TABLE.values() if row not in CONSTANTS]


def applied(name, numbers, labels=False):
    values = [Value(x) for x in numbers]
    return ops.TABLE[name].apply(tuple(values)), values


def by_arguments(wrong):
    def function(*values):
        mixed = list(wrong.at)
        for place, value in zip(wrong.arguments, values, strict=True):
            mixed[place] = value
        return ops.TABLE[wrong.row].apply(tuple(mixed))

    return function, tuple(wrong.at[place] for place in wrong.arguments)


# Wrong rules


def test_the_zoo_is_large():
    assert len(ZOO) >= 40
    assert len({wrong.kind for wrong in ZOO}) >= 9


@pytest.mark.parametrize("wrong", ZOO, ids=lambda w: f"{w.row}, {w.kind}")
def test_a_wrong_rule_is_named(wrong, monkeypatch):
    function, arguments = by_arguments(wrong)
    right = ag.gradcheck(function, arguments, order=max(2, wrong.order))
    assert right, right  # the animal's cage is not what is wrong
    monkeypatch.setattr(ops.TABLE[wrong.row], "partials", wrong.rule)
    for order in range(1, wrong.order):
        assert ag.gradcheck(function, arguments, order=order)
    verdict = ag.gradcheck(function, arguments, order=wrong.order)
    assert not verdict
    assert verdict.status == "wrong"
    assert verdict.accuses
    assert verdict.op is ops.TABLE[wrong.row]
    assert f"rule wrong at '{wrong.row}'" in str(verdict)
    assert f"argument {verdict.argument}" in str(verdict)
    assert verdict.argument in wrong.arguments
    assert abs(verdict.rule - verdict.differences) > 10 * verdict.error
    if wrong.order == 1:
        accused = {one.argument for one in verdict.accused if one.op.name == wrong.row}
        assert accused == set(wrong.arguments)


@pytest.mark.parametrize(
    "wrong", [w for w in ZOO if w.order == 1], ids=lambda w: f"{w.row}, {w.kind}"
)
def test_a_wrong_rule_is_named_inside_a_graph(wrong, monkeypatch):
    monkeypatch.setattr(ops.TABLE[wrong.row], "partials", wrong.rule)
    leaves = [Value(x) for x in wrong.at]
    inner = ops.TABLE[wrong.row].apply(tuple(leaves))
    root = ag.atan(inner) + ag.asinh(leaves[0])
    verdict = ag.gradcheck(root)
    assert verdict.status == "wrong"
    assert verdict.node is inner
    assert verdict.op.name == wrong.row
    assert all(leaf.grad == 0.0 for leaf in leaves)


def test_the_one_wrong_node_in_a_large_graph(monkeypatch):
    right = ops.tanh.partials

    def rule(y, x):
        return (y,) if x.__class__ is float and x == 0.4321 else right(y, x)

    monkeypatch.setattr(ops.tanh, "partials", rule)
    draw = random.Random(3)
    nodes = [Value(draw.uniform(-1, 1)) for _ in range(50)]
    culprit = ag.tanh(Value(0.4321))
    for k in range(20_000):
        a, b = draw.choice(nodes[-200:]), draw.choice(nodes[-200:])
        nodes.append(ag.tanh(a + 0.5 * b) if k % 3 else a * b + 0.3)
        if k == 10_000:
            product = nodes[-1] * culprit
    root = ag.sum(nodes[-150:]) + product
    start = time.perf_counter()
    verdict = ag.gradcheck(root)
    assert time.perf_counter() - start < 120  # it ends
    assert verdict.node is culprit
    assert "rule wrong at 'tanh' (node #" in str(verdict)


def test_a_wrong_rule_of_ones_own():
    cube = ag.Op("zoo_cube", lambda x: x * x * x, lambda y, x: (2.0 * x * x,))
    try:
        verdict = ag.gradcheck(lambda x: cube(ag.sin(x)), (1.2,))
        assert (verdict.op, verdict.number, verdict.argument) == (cube, 3, 0)
        assert str(verdict).startswith("rule wrong at 'zoo_cube' (node #3), argument 0: rule 1.7")
    finally:
        del ops.TABLE["zoo_cube"]


def test_a_right_rule_that_runs_a_wrong_one_is_not_accused(monkeypatch):
    monkeypatch.setattr(ops.cosh, "partials", lambda y, x: (-ops.sinh(x),))
    assert ag.gradcheck(ag.sinh, (0.4,))
    verdict = ag.gradcheck(ag.sinh, (0.4,), order=2)
    assert verdict.status == "wrong"
    assert str(verdict).startswith("rule wrong at 'cosh' (node #3), argument 0, in the graph of ")
    assert {one.op.name for one in verdict.accused} == {"cosh"}


# Wrong sweeps


def assigns(order, cotangents):  # = for +=
    for node in reversed(order):
        if node in cotangents:
            for x, partial in zip(node.inputs, node.partials, strict=True):
                if partial is not None:
                    cotangents[x] = partial * cotangents[node]
    return cotangents


def drops_a_factor(order, cotangents):
    for node in reversed(order):
        if node in cotangents:
            for x, partial in zip(node.inputs, node.partials, strict=True):
                if partial is not None:
                    cotangents[x] = cotangents.get(x, 0.0) + partial
    return cotangents


def forgets_the_last_input(order, cotangents):
    for node in reversed(order):
        if node in cotangents:
            for x, partial in list(zip(node.inputs, node.partials, strict=True))[
                : max(1, len(node.inputs) - 1)
            ]:
                if partial is not None:
                    cotangents[x] = cotangents.get(x, 0.0) + partial * cotangents[node]
    return cotangents


def in_the_wrong_order(order, cotangents):
    for node in sorted(order, key=lambda node: -node.data):
        if node in cotangents:
            for x, partial in zip(node.inputs, node.partials, strict=True):
                if partial is not None:
                    cotangents[x] = cotangents.get(x, 0.0) + partial * cotangents[node]
    return cotangents


def shared(x, y):
    a = ag.tanh(x * y)
    return a * a + ag.exp(a) * x - a / y


@pytest.mark.parametrize("module", [autograd.node, autograd.linearize])
@pytest.mark.parametrize(
    "fault", [assigns, drops_a_factor, forgets_the_last_input, in_the_wrong_order]
)
def test_a_wrong_sweep_is_found(fault, module, monkeypatch):
    assert ag.gradcheck(shared, (0.6, 1.7))
    monkeypatch.setattr(module, "pull_back", fault)
    verdict = ag.gradcheck(shared, (0.6, 1.7))
    assert verdict.status == "wrong"
    assert "sweep wrong" in str(verdict)
    assert "every rule is right" in str(verdict)


def test_a_wrong_forward_sweep_is_found(monkeypatch):
    right = autograd.check.sweeps.push_forward

    def fault(order, tangents):
        found = right(order, tangents)
        node = next(node for node in reversed(list(order)) if node.op is not None)
        found[node] *= 0.5
        return found

    for module in (autograd.check.sweeps, autograd.linearize):
        with monkeypatch.context() as patch:
            patch.setattr(module, "push_forward", fault)
            verdict = ag.gradcheck(shared, (0.6, 1.7))
            assert verdict.status == "wrong"
            assert "sweep wrong" in str(verdict)


def test_a_number_outside_of_the_graph_is_found():
    for f in (lambda x: x * x.data, lambda x: x * x.detach(), lambda x: x + quiet(x)):
        verdict = ag.gradcheck(f, (3.0,))
        assert verdict.status == "wrong"
        assert "is there .data, detach() or no_grad in it?" in str(verdict)


@ag.no_grad()
def quiet(x):
    return x * x


# Right rules are never accused


scales = st.one_of(
    st.floats(-3.0, 3.0),
    st.floats(allow_nan=False, allow_infinity=False),
    st.builds(lambda m, e: m * 10.0**e, st.floats(-10.0, 10.0), st.integers(-300, 300)),
    st.builds(lambda m, e: m * 10.0**e, st.floats(-10.0, 10.0), st.integers(-12, 12)),
    st.integers(-4, 4).map(float),
    st.builds(lambda n, e: n + e, st.integers(-3, 3), st.floats(-1e-6, 1e-6)),
    st.sampled_from([5e-324, 1e-310, 1e308, math.pi / 2, math.pi, -math.pi, 709.7, -745.0, 36.9]),
)


@settings(
    max_examples=10_000, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(ROWS), st.data())
def test_no_right_rule_is_accused(row, data):
    arity = row.arity or data.draw(st.sampled_from([1, 3, 5]))
    numbers = data.draw(st.lists(scales, min_size=arity, max_size=arity))
    place = data.draw(st.integers(0, arity - 1))
    if row.name == "polygamma":
        numbers[0], place = float(data.draw(st.integers(0, 4))), 1
    if row.name == "power":
        place = 0
    if data.draw(st.booleans()):  # near the others: cancellation, ties
        numbers = [numbers[0] + x * 1e-9 if abs(x) < 1e3 else x for x in numbers]
        if row.name == "polygamma":
            numbers[0] = 1.0
    if row.has_index:
        numbers, place = [float(data.draw(st.integers(0, arity - 1))), *numbers], place + 1
    y = row.compute(numbers)
    try:
        partials = row.partials(y, *numbers)
    except (ArithmeticError, ValueError):
        partials = row.partials_ieee(y, numbers)
    claims = [0.0 if p is None else p for p in partials]
    found = compare_rule(row, numbers, claims, [place])
    assert found.status != "wrong", (row.name, numbers, place, claims, found)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: (1.0 - ag.cos(x)) / (x * x), 1e-7),  # cancellation
        (lambda x: ag.sqrt(x * x + 1.0) - x, 1e7),
        (lambda x: (x + 1e10) - 1e10, 1.5),
        (lambda x: ag.exp(x) - ag.expm1(x), 20.0),
        (lambda x: ag.sin(x * 1e9), 1.0),
        (lambda x: ag.relu(x - 1.0), 1.0 + 1e-13),
        (lambda x: ag.sigmoid(x) * 1e-200, 3.0),
        (lambda x: ag.tanh(x * 1e200), 1e-200),
        (lambda x: ag.sum([x * k for k in range(-500, 501)]), 1.3),
        (lambda x: ag.where(x > 0, ag.log(x), 0.0), 1e-300),
        (lambda x: x - x, 3.0),
        (lambda x: ag.maximum(x, x), 3.0),
        (lambda x: ag.logsumexp([x, x + 1e-9, -x]), 1e5),
    ],
)
def test_awkward_right_functions_are_not_accused(f, x):
    for order in (1, 2):
        assert ag.gradcheck(f, (x,), order=order).status != "wrong"


def test_right_networks_pass():
    X, y = nn.moons(12, seed=0)
    for activation in nn.ACTIVATIONS:
        if activation in ("softmax", "step"):
            continue
        model = nn.MLP(2, [4, 2], activation=activation, seed=1)
        verdict = ag.gradcheck(nn.cross_entropy([model(x) for x in X], y))
        assert verdict, (activation, verdict)
        assert verdict.margin > 1


# What it says


def test_the_sentence_of_the_design(monkeypatch):
    monkeypatch.setattr(ops.tanh, "partials", lambda y, x: (0.9 * (1.0 - y * y),))
    x = Value(0.3, label="x")
    node = ag.tanh(x)
    verdict = ag.gradcheck(node * 2.0)
    assert str(verdict).startswith("rule wrong at 'tanh' (node #2), argument 0: rule 0.82")
    assert "differences 0.91" in str(verdict)
    assert "± " in str(verdict)
    with pytest.raises(AssertionError, match="rule wrong at 'tanh'"):
        ag.assert_gradients(node * 2.0)


@pytest.mark.parametrize(
    ("f", "x", "status", "words"),
    [
        (ag.relu, 0.0, "kink", "a kink within the step at 'relu' (node #2), argument 0: x = 0"),
        (lambda x: abs(x) * 3.0, 0.0, "kink", "x = 0 (derivative 0)"),
        (lambda x: ag.maximum(x, 2.0), 2.0, "kink", "a = b"),
        (lambda x: x * 2 if x >= 0 else x * 3, 0.0, "kink", "takes another branch"),
        (ag.sqrt, 0.0, "domain edge", "domain edge at 'sqrt'"),
        (lambda x: ag.acos(x) + x, 1.0, "domain edge", "domain edge at 'acos'"),
        (ag.log, 0.0, "not finite", "not finite at 'log' (node #2) of 0: the number is -inf"),
        (lambda x: ag.exp(x * 1e3), 1.0, "not finite", "'exp'"),
        (lambda x: x * math.nan, 1.0, "not finite", "'mul'"),
        (lambda x: ag.sin(x), 1e200, "inconclusive", "too noisy to tell"),
        (lambda x: x * random.random(), 1.0, "inconclusive", "randomness"),
    ],
)
def test_what_it_cannot_judge_is_false_and_accuses_nobody(f, x, status, words):
    verdict = ag.gradcheck(f, (x,))
    assert verdict.status == status
    assert not verdict
    assert not verdict.accuses
    assert words in str(verdict)
    assert "\n" not in str(verdict)


def test_a_kink_that_an_operation_does_not_state():
    def rule(y, x):
        return (ag.where(x > 0.0, 1.0, 0.1),)

    ramp = ag.Op("ramp", lambda x: x if x > 0 else 0.1 * x, rule)
    for f, x in ((ramp, 0.0), (lambda x: ramp(x - 3.0) * 2.0, 3.0)):
        verdict = ag.gradcheck(f, (x,))
        assert (verdict.status, verdict.accuses) == ("kink", False)
        said = "at 0 the slopes to its two sides differ; no difference can judge the rule's 0.1"
        assert said in str(verdict)
        assert str(verdict).endswith('kinks=(Kink("x = 0", lambda x: x, "derivative 0"),)')
    assert ag.gradcheck(ramp, (1e-9,))
    beyond = ag.Op("beyond", lambda x: x if x > 0 else 0.1 * x, lambda y, x: (1.5,))
    assert ag.gradcheck(beyond, (0.0,)).status == "inconclusive"
    assert ag.gradcheck(beyond, (0.5,)).accuses


def test_containers_several_results_and_arrays():
    import numpy as np

    assert ag.gradcheck(
        lambda p: {"a": p["w"] * p["x"], "b": [ag.sin(p["x"])]}, {"w": 2.0, "x": 0.3}, order=3
    )
    assert ag.gradcheck(lambda v, s: ag.softmax(v * s), (np.array([0.1, 0.5, -0.2]), 1.5), order=2)
    assert ag.gradcheck(lambda x: 3.0, (1.0,), order=2)
    assert ag.gradcheck(lambda x: x * 2.0, (1.0,), order=3)
    assert ag.gradcheck(Value(1.0))


def test_a_graph_stays_as_it_is():
    x = Value(0.4)
    y = ag.tanh(x) * x
    y.backward()
    before = x.grad
    assert ag.gradcheck(y, order=3)
    assert (x.grad, x.data, y.grad) == (before, 0.4, 1.0)
    x.data = 0.5
    verdict = ag.gradcheck(y)
    assert verdict.status == "inconclusive"
    assert "Build it again" in str(verdict)


def test_wide_nodes_and_deep_graphs(monkeypatch):
    xs = [Value(math.sin(k)) for k in range(3000)]
    assert ag.gradcheck(ag.sum(xs) + ag.logsumexp(xs))
    x = y = Value(0.3)
    for _ in range(30_000):
        y = ag.sin(y) + x * 0.1
    assert ag.gradcheck(y)
    right = ops.sum_.partials
    monkeypatch.setattr(ops.sum_, "partials", lambda y, *xs: (*right(y, *xs)[:-7], *[0.5] * 7))
    verdict = ag.gradcheck(ag.sum(xs))
    assert {one.argument for one in verdict.accused} == set(range(2993, 3000))


@pytest.mark.parametrize("n", [66, 67, 68, 70, 98, 100, 102, 128, 129, 196])
def test_one_error_in_all_operands_of_a_wide_node(monkeypatch, n):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    mean = lambda *x: math.fsum(x) / len(x)  # noqa: E731
    forgotten = ag.Op("mean_without_n", mean, lambda y, *x: (1.0,) * len(x))
    right = ag.Op("mean_with_n", mean, lambda y, *x: (1.0 / len(x),) * len(x))

    def loss_with(op):
        return lambda w, b: op(*[(w * (0.01 * i) + b - 0.5) ** 2 for i in range(n)])

    assert ag.gradcheck(loss_with(right), (0.3, 0.2))
    verdict = ag.gradcheck(loss_with(forgotten), (0.3, 0.2))
    assert (verdict.status, verdict.op) == ("wrong", forgotten)


def test_errors_that_cancel_in_a_group_are_found_by_the_whole(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))
    a, b = weights(2, 0)  # how the first two operands of 66 are moved together
    rule = lambda y, *x: (1.0 + 1.0 / a, 1.0 - 1.0 / b) + (1.0,) * 64  # noqa: E731
    op = ag.Op("sum_with_two_errors", lambda *x: math.fsum(x), rule)
    verdict = ag.gradcheck(lambda x: op(*[x * (1.0 + k) for k in range(66)]), (0.5,))
    assert (verdict.status, verdict.op, verdict.argument) == ("wrong", op, 0)
    assert [one.argument for one in verdict.accused] == [0, 1]


@pytest.mark.parametrize("what", [(lambda x: x * x, (1.5,)), (lambda x: [x, x * x], (1.5,))])
@pytest.mark.parametrize("order", [1, 2])
def test_a_check_records_inside_no_grad_as_a_transform_does(what, order):
    with ag.no_grad():
        assert ag.gradcheck(*what, order=order)
        assert (Value(1.0) * 2.0).op is None
        assert ag.gradcheck(sine_kept_outside, (0.7,)).status == "wrong"
    graph = Value(1.5) * 2.0
    with ag.no_grad():
        assert ag.gradcheck(graph, order=order)


def sine_kept_outside(x):
    return x * math.sin(x.data)


def test_a_namedtuple_is_one_argument():
    point = collections.namedtuple("Point", "x y")(1.5, 2.0)
    assert ag.gradcheck(lambda p: p.x * p.y**2, point)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ag.gradcheck(3.0), TypeError, "must be a function"),
        (lambda: ag.gradcheck(ag.sin), TypeError, "give the arguments"),
        (lambda: ag.gradcheck(Value(1.0), (1.0,)), TypeError, "leave the arguments out"),
        (lambda: ag.gradcheck(ag.sin, (1.0,), order=4), ValueError, "order must be 1, 2 or 3"),
        (lambda: ag.gradcheck(ag.sin, ("a",)), TypeError, "expected a number"),
        (lambda: ag.gradcheck(lambda x: None, (1.0,)), TypeError, "return statement"),
    ],
)
def test_bad_arguments_are_one_clear_error(call, error, words):
    with pytest.raises(error, match=words):
        call()
