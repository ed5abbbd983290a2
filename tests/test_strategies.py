"""The strategies: what they draw is what they promise, and failures shrink to what can be read."""

import copy
import math
import pickle
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, find, given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value, ops
from autograd.backward import topological_order
from autograd.check.strategies import LEFT_OUT, Program, expressions, operands, programs, values
from nn.strategies import data, networks

ROWS = list(ops.TABLE.values())
calm = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def same(a, b):
    return a == b or (a != a and b != b)


# Operands


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_operands_are_inside_the_domain_and_off_the_kinks(row):
    @settings(calm, max_examples=12)
    @given(operands(row))
    def check(xs):
        assert len(xs) == (row.arity or len(xs))
        assert all(
            x in interval
            for interval, x in zip(row.domain, xs, strict=False)
            if interval is not ...
        )
        assert math.isfinite(row.compute(xs))
        if row is not ops.where:
            assert all(abs(kink.switch(*xs)) >= 1e-3 for kink in row.kinks)

    check()


@pytest.mark.parametrize("what", ["log", None, [ops.log], math.log, ag.softmax])
def test_what_is_no_operation_is_refused(what):
    for draw in (lambda: operands(what), lambda: programs(operations=[what])):
        with pytest.raises(TypeError, match=r"expected an operation, such as autograd\.log, got "):
            draw()


@pytest.mark.parametrize("row", [row for row in ROWS if row.kinks], ids=lambda row: row.name)
def test_edges_reach_every_kink(row):
    reached = set()

    @settings(calm, max_examples=400)
    @given(operands(row, edges=True, size=3))
    def draw(xs):
        for kink in row.kinks:
            try:
                switch = kink.switch(*xs)
            except (ArithmeticError, ValueError):
                continue
            # sin(pi x) and cos(x) are 0 nowhere but at 0: then as near as floats come.
            if abs(switch) < 1e-14:
                reached.add(kink.where)

    draw()
    assert reached == {kink.where for kink in row.kinks}


@pytest.mark.parametrize(
    "row", [ops.sqrt, ops.asin, ops.acosh, ops.log1p, ops.atanh], ids=lambda r: r.name
)
def test_edges_reach_the_ends_of_a_domain(row):
    ends = {x for x in (row.domain[0].low, row.domain[0].high) if math.isfinite(x)}
    seen = set()

    @settings(calm, max_examples=300)
    @given(operands(row, edges=True))
    def draw(xs):
        seen.add(xs[0])

    draw()
    assert ends <= seen
    assert {math.inf, -math.inf} <= seen
    assert any(x != x for x in seen)


def test_operands_of_an_operation_of_ones_own():
    row = ag.Op(
        "strategy_bend", lambda x: max(x - 0.3, 0.0), lambda y, x: (1.0,),
        kinks=(ag.Kink("x = 0.3", lambda x: x - 0.3, "1"),),
    )  # fmt: skip
    try:
        assert find(
            operands(row, edges=True),
            lambda xs: xs[0] == 0.3,
            settings=settings(calm, max_examples=3000),
        )
    finally:
        del ops.TABLE["strategy_bend"]


# Values


def test_from_type_works_without_importing_the_strategies():
    code = (
        "import sys, hypothesis.strategies as st\n"
        "assert 'numpy' not in sys.modules\n"
        "assert 'autograd.check.strategies' not in sys.modules\n"
        "from autograd import Value\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "assert isinstance(st.from_type(Value).example(), Value)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@calm
@given(values(1.0, 2.0), values(edges=True), st.from_type(Value))
def test_values(bounded, anything, default):
    assert 1.0 <= bounded.data <= 2.0
    assert bounded.op is anything.op is default.op is None
    assert math.isfinite(default.data)


# Expressions


def depth(root):
    found = {}
    for node in topological_order(root):
        found[node] = 1 + max([found[x] for x in node.inputs if isinstance(x, Value)], default=0)
    return found[root]


def uses(root):
    counts = {}
    for node in topological_order(root):
        for x in node.inputs:
            if isinstance(x, Value):
                counts[x] = counts.get(x, 0) + 1
    return counts


def test_expressions_share_fan_out_and_are_deep():
    deepest = widest = constants = 0
    met = set()

    @settings(calm, max_examples=600)
    @given(expressions(max_size=14))
    def draw(root):
        nonlocal deepest, widest, constants
        order = topological_order(root)
        assert all(math.isfinite(node.data) for node in order)
        deepest = max(deepest, depth(root))
        widest = max(widest, *uses(root).values(), 0)
        constants += any(x.__class__ is float for node in order for x in node.inputs)
        met.update(node.op.name for node in order if node.op)

    draw()
    assert deepest >= 6
    assert widest >= 4
    assert constants > 30
    every = set(ops.TABLE) - set(LEFT_OUT)
    assert met <= every
    assert len(met) > 0.9 * len(every)


@pytest.mark.parametrize(
    ("has", "most"),
    [
        (
            lambda root: any(
                n.op is ops.tanh and n.inputs[0].op is ops.sum_ for n in topological_order(root)
            ),
            2,
        ),
        (lambda root: depth(root) > 3, 3),
        (lambda root: any(count >= 3 for count in uses(root).values()), 2),
        (lambda root: root.op is ops.mul, 1),
    ],
)
def test_a_failing_expression_shrinks_to_a_minimal_one(has, most):
    root = find(
        expressions(operations=[ops.add, ops.mul, ops.tanh, ops.sum_]), has,
        settings=settings(calm, max_examples=3000),
    )  # fmt: skip
    order = topological_order(root)
    assert len([node for node in order if node.op]) <= most
    assert {node.data for node in order if node.op is None} <= {0.0}


def test_a_failure_prints_the_program():
    @settings(calm, print_blob=False)
    @given(expressions(operations=[ops.mul, ops.tanh]))
    def wrong(root):
        assert root.op is not ops.tanh

    with pytest.raises(AssertionError) as caught:
        wrong()
    notes = "\n".join(getattr(caught.value, "__notes__", []))
    assert "from autograd import Value" in notes
    assert "ag.tanh(x0)" in notes


@calm
@given(programs())
def test_a_program_is_printed_as_one_that_runs(program):
    assert isinstance(program, Program)
    room = {}
    exec(repr(program), room)
    last = repr(program).strip().splitlines()[-1].split(" = ")[0]
    right = program([Value(x) for x in program.numbers])  # a number, if no leaf is used
    assert same(room[last].data, right.data if isinstance(right, Value) else right)


# The engine under attack


@settings(calm, max_examples=200)
@given(programs(edges=True, max_size=8))
def test_no_exception_comes_out_of_arithmetic_and_all_ways_agree(program):
    leaves = [Value(x) for x in program.numbers]
    root = program(leaves)
    assert same(program(list(program.numbers)), root.data)
    if root in leaves:
        return
    root.backward()
    by_grad = ag.grad(program)(list(program.numbers))
    again = ag.vjp(program, list(program.numbers))[1](1.0)[0]
    assert all(map(same, by_grad, [leaf.grad for leaf in leaves]))
    assert all(map(same, again, by_grad))
    for twin in (copy.deepcopy(root), pickle.loads(pickle.dumps(root))):
        assert same(twin.data, root.data)
        assert [str(n.grad) for n in topological_order(twin)] == [
            str(n.grad) for n in topological_order(root)
        ]


@settings(calm, max_examples=100)
@given(programs(max_size=8))
def test_gradcheck_never_accuses_a_random_program(program):
    verdict = ag.gradcheck(program, (list(program.numbers),), order=2)
    assert not verdict.accuses, verdict


# Networks and data


@settings(calm, max_examples=40)
@given(st.data())
def test_networks_and_data(draw):
    model = draw.draw(networks(n_inputs=2, n_outputs=2))
    X, y = draw.draw(data(n_inputs=2))
    assert len(X) == len(y)
    assert set(y) <= {0, 1}
    assert not ag.gradcheck(nn.cross_entropy([model(x) for x in X], y)).accuses


def test_an_unknown_task_is_one_clear_error():
    with pytest.raises(ValueError, match="task must be one of classification, regression"):
        data(task="ranking")
