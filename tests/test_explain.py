"""`explain`: paths that add up to the derivative, orders of backpropagation, and how it is said."""

import json
import math
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value, ops
from autograd.backward import topological_order
from autograd.op import BUILTIN, TABLE
from autograd.view.paths import MOST_PUSHES, UNCOUNTED, Paths, replay
from autograd.view.rules import RULES


def a_graph(seed, size):
    source = random.Random(seed)
    nodes = [Value(source.uniform(-1.5, 1.5), label=f"x{k}") for k in range(3)]
    for _ in range(size):
        a, b = source.choice(nodes), source.choice([*nodes, 0.5])
        nodes.append(
            source.choice(
                [
                    lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, ag.maximum,
                    lambda a, b: ag.relu(a), lambda a, b: ag.dot([a, b], [b, a], a),
                ]
            )(a, b)
        )  # fmt: skip
    return nodes[-1]


def recursive_paths(node, start):
    """The products of all paths, by definition."""
    if node is start:
        return [1.0]
    return [
        partial * product
        for x, partial in zip(node.inputs, node.partials or (), strict=bool(node.inputs))
        if isinstance(x, Value) and partial is not None
        for product in recursive_paths(x, start)
    ]


def recursive_naive(root):
    """What backpropagation without an order gives: each node passes on all it has, at once."""
    gradients, pushes = {root: 1.0}, 0

    def visit(node):
        nonlocal pushes
        for x, partial in zip(node.inputs, node.partials or (), strict=bool(node.inputs)):
            if isinstance(x, Value) and partial is not None:
                gradients[x] = gradients.get(x, 0.0) + partial * gradients[node]
                pushes += 1
                visit(x)

    visit(root)
    return gradients, pushes


@given(st.integers(0, 2**32), st.integers(1, 10), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_paths_add_up_to_the_derivative(seed, size, pick):
    result = a_graph(seed, size)
    order = topological_order(result)
    by = order[pick % len(order)]
    state = [(node.data, node.grad) for node in order]
    expected = recursive_paths(result, by)
    found = ag.explain(result, by=by, limit=10**9)
    assert [(node.data, node.grad) for node in order] == state
    assert found.derivative.count == len(expected)
    assert sorted(path.product for path in found.derivative.paths) == pytest.approx(
        sorted(expected), rel=1e-12, abs=1e-300
    )
    result.backward()
    assert found.derivative.gradient == by.grad
    assert found.derivative.total == pytest.approx(by.grad, rel=1e-9, abs=1e-9)
    for path in found.derivative.paths:
        assert path.nodes[0] == order.index(by)
        assert path.nodes[-1] == len(order) - 1
        assert len(path.partials) == len(path.nodes) - 1
    folded = ag.explain(result, by=by, limit=1).derivative
    if by is not result:
        assert sum(one.paths for one in folded.consumers) == len(expected)
        assert sum(one.product for one in folded.consumers) == pytest.approx(
            by.grad, rel=1e-9, abs=1e-9
        )


@given(st.integers(0, 2**32), st.integers(1, 7), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_the_naive_order_is_replayed(seed, size, pick):
    result = a_graph(seed, size)
    order = topological_order(result)
    by = order[pick % len(order)]
    gradients, pushes = recursive_naive(result)
    found = replay(order, by)
    assert found.is_whole == (pushes < MOST_PUSHES)
    assert len(found.naive) == min(pushes, MOST_PUSHES)
    if found.is_whole:
        assert found.naive_gradient == gradients.get(by, 0.0)
    result.backward()
    assert found.gradient == by.grad
    assert len(found.right) <= len(found.naive)


def test_the_classic_case():
    a = Value(1.0, label="a")
    b = a + a
    c = b + b
    found = ag.explain(c, by=a, names={"b": b, "c": c})
    assert (found.order.naive_gradient, found.order.gradient) == (6.0, 4.0)
    assert (len(found.order.naive), len(found.order.right)) == (6, 4)
    assert found.derivative.count == 4
    text = str(found)
    assert "dc/da = 6.0" in text
    for way in ("a -> b (operand 1) -> c (operand 2)", "a -> b (operand 2) -> c (operand 1)"):
        assert way in text
    korean = str(ag.explain(c, by=a, lang="ko", names={"b": b, "c": c}))
    assert korean.count("dc/da") == 3
    assert "a -> b (피연산자 2) -> c (피연산자 1)" in korean
    assert "several parts" not in text


def test_why_both_orders_give_the_same():
    a = Value(1.0, label="a")
    apart = ag.explain((a + a) + (a + a), by=a)  # only a itself gets its gradient in parts
    assert apart.order.shared == ()
    assert "no node on the way gets its gradient in several parts; a," in str(apart)
    korean = str(ag.explain((a + a) + (a + a), by=a, lang="ko"))
    assert "경로 중간에 기울기를 여러 번에 나누어 받는 노드가 없기 때문입니다" in korean
    b = a * 2.0
    chance = ag.explain(ag.cos(b * 0.0) + b * 3.0, by=a, names={"b": b})
    assert len(chance.order.shared) == 1
    assert "the numbers happen to be the same: b gets its gradient in several parts" in str(chance)
    lone = ag.explain(ag.tanh(b), by=a)
    assert "no node on the way gets its gradient in several parts." in str(lone)


def test_what_ran_is_written_as_it_ran():
    told = str(ag.explain(Value(0.486, label="v") / 1.0)).splitlines()
    assert told[0] == "v1 = v/1 = 0.486/1 = 0.486"
    assert "1/1 = 1.0" in told[3]
    w, x = Value(0.5159, "w"), 1.4880876688123457
    told = ag.explain(ag.dot([w], [x], Value(0.0, "b")))
    assert str(told).startswith("v2 = w*1.48809 + b = 0.5159*1.48809 + 0 = 0.7677")
    rows = [line.split() for line in str(told).splitlines()[3:]]
    assert rows == [
        ["w", "0.5159", repr(x)], ["1.48809", repr(x), "-"], ["b", "0.0", "1.0"]
    ]  # fmt: skip
    shown = ag.explain(w * 1.0)._repr_markdown_()
    assert "= 1$$" in shown
    assert "= 1 = 1" not in shown


@pytest.mark.parametrize("op", ["where", "maximum", "relu"])
def test_an_operand_that_gets_nothing_has_no_number(op):
    x, y = Value(-1.0, "x"), Value(2.0, "y")
    node = {
        "where": lambda: ag.where(1.0, y, x), "maximum": lambda: ag.maximum(x, y),
        "relu": lambda: ag.relu(x),
    }[op]()  # fmt: skip
    told = ag.explain(node)
    (row,) = [line.split() for line in str(told).splitlines() if line.split()[0] == "x"]
    formula = {"where": [], "maximum": ["H(x", "-", "y)", "="], "relu": ["(x", ">", "0)", "="]}[op]
    assert row == ["x", "-1.0", *formula, "none"]
    shown = told._repr_markdown_()
    assert "= $$" not in shown
    assert (r"\partial x" in shown) == (op != "where")


def test_the_naive_order_stops():
    x = Value(1.0, label="x")
    y = x
    for _ in range(30):
        y = y + y
    found = ag.explain(y, by=x)
    assert found.derivative.count == 2**30
    assert found.derivative.gradient == 2.0**30
    assert not found.order.is_whole
    assert len(found.order.naive) == MOST_PUSHES
    assert "not done after 2,000 pushes" in str(found)


def test_a_deep_graph_with_more_paths_than_can_be_counted():
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = ag.maximum(y, -2.0) + y * 0.0
    found = ag.explain(y, by=x)
    assert found.derivative.count == UNCOUNTED
    assert found.derivative.gradient == 1.0
    assert "more than 1e+30 paths" in str(found)


def test_one_path_of_a_long_chain_is_cut_in_the_middle():
    x = y = Value(1.0, label="x")
    for _ in range(20_000):
        y = -y
    text = str(ag.explain(y, by=x))
    assert "x -> v1 -> v2 -> ... 19,995 ... -> v19998 -> v19999 -> v20000" in text


def test_a_leaf_and_itself_and_what_is_not_there():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    assert str(ag.explain(x)) == "x = 2.0 is a leaf: a number that was given, not computed."
    assert ag.explain(x, by=x).derivative.gradient == 1.0
    itself = ag.explain(x * y, by=None)
    assert itself.derivative is None
    other = ag.explain(x * x, by=y)
    assert other.derivative.gradient == 0.0
    assert not other.derivative.is_used
    assert "was not made from y" in str(other)
    dead = ag.explain(ag.maximum(x, y), by=x)
    assert dead.derivative.count == 0
    assert "Every path is cut" in str(dead)
    result = x * y
    assert ag.explain(result, by=result).derivative.total == 1.0


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_row_can_be_explained(name, lang):
    row = TABLE[name]
    numbers = (1.0 if name == "polygamma" or row.has_index else 1.5, 0.25, 2.0)
    values = [Value(x, label=f"x{k}") for k, x in enumerate(numbers[: row.arity or 3])]
    result = row(*values)
    if not isinstance(result, Value) or result.op is None:
        return
    found = ag.explain(result, by=values[0], lang=lang)
    assert found.op == name
    assert [one.partial for one in found.operands] == list(result.partials)
    assert all(one.derivative for one in found.operands if one.partial is not None)
    assert str(found)
    assert "$$" in found._repr_markdown_()


def test_rules_are_of_rows_of_the_table_and_true():
    assert set(RULES) <= set(TABLE)
    a, b = Value(3.0), Value(-2.0)
    for result, expected in [
        (a + b, (1.0, 1.0)), (a - b, (1.0, -1.0)), (a * b, (-2.0, 3.0)),
        (a / b, (1 / -2.0, -3.0 / 4.0)), (-a, (-1.0,)), (a**3, (27.0, None)),
        (ag.dot([a], [b], Value(1.0)), (-2.0, 3.0, 1.0)), (ag.mean([a, b]), (0.5, 0.5)),
        (ag.maximum(a, b), (1.0, None)), (ag.relu(a), (1.0,)), (ag.abs(b), (-1.0,)),
        (ag.exp(b), (math.exp(-2.0),)), (ag.log(a), (1 / 3.0,)),
    ]:  # fmt: skip
        assert tuple(one.partial for one in ag.explain(result).operands) == pytest.approx(expected)


def test_a_wide_operation_and_constants():
    values = [Value(float(k), label=f"x{k}") for k in range(5_000)]
    found = ag.explain(ag.sum(values), by=values[7])
    assert found.operands[0].derivative is None
    assert "... 4,988 more" in str(found)
    assert len(str(found)) < 5_000
    assert "$$" in ag.explain(ag.sum(values[:3]))._repr_markdown_()
    assert [one.name for one in ag.explain(values[2] * 3.0).operands] == ["x2", ""]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 1e-320])
def test_any_number(number):
    x = Value(number, label="x")
    for lang in ("en", "ko"):
        found = ag.explain(ag.tanh(x * 2.0), by=x, lang=lang)
        assert str(found)
        assert found._repr_markdown_()


@pytest.mark.parametrize(
    "label", ["<b>x</b>", "a|b", "$x$", "`x`", "[a](b)", "x\ny", "뉴런", "_x_"]
)
def test_names_are_text_in_markdown(label):
    x = Value(2.0, label=label)
    shown = ag.explain(x * 3.0, by=x)._repr_markdown_()
    tables = [line for line in shown.splitlines() if line.startswith("|")]
    assert "<b>" not in shown.replace("\\mathrm{<b>x</b>}", "")
    assert {line.replace("\\|", "").count("|") for line in tables} <= {4}


def test_english_is_ascii_and_korean_survives_cp949():
    model = nn.MLP(2, [3, 1], seed=0)
    loss = nn.mse_loss(model([1.0, -1.0]), 1.0)
    weight = model.parameters()[0]
    assert str(ag.explain(loss, by=weight)).isascii()
    korean = str(ag.explain(loss, by=weight, lang="ko"))
    assert korean.encode("cp949").decode("cp949") == korean
    assert "역위상 순서" in korean


def test_a_users_own_operation():
    cube = ag.Op("cube_of_explain", lambda x: x**3, lambda y, x: (3 * x * x,))
    try:
        found = ag.explain(cube(Value(2.0, label="x")))
        assert found.operands[0].partial == 12.0
        assert "local derivative" in found.rule
    finally:
        del TABLE["cube_of_explain"]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((1.0,), {}, TypeError, "expected a Value, got float"),
        ((Value(1.0),), {"by": "w"}, TypeError, "expected a Value, got str"),
        ((Value(1.0),), {"lang": "fr"}, ValueError, "lang must be 'en' or 'ko', got 'fr'"),
        ((Value(1.0),), {"limit": 0}, ValueError, "limit must be at least 1"),
    ],
)
def test_bad_arguments(arguments, options, error, words):
    with pytest.raises(error, match=words):
        ag.explain(*arguments, **options)


def test_paths_of_a_slice_only():
    x, y = Value(1.0), Value(2.0)
    result = ag.sum([x * y, y * y, ops.co_square(y)])
    assert Paths(topological_order(result), x).count == 1


def test_the_command():
    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "nn", "explain", *words], capture_output=True, text=True,
            encoding="utf-8", env=None, check=False,
        )  # fmt: skip

    done = run("a*a + a", "a=3", "--by", "a")
    assert (done.returncode, done.stderr) == (0, "")
    assert "= 7.0" in done.stdout
    assert "3 paths" in done.stdout
    assert "역위상" in run("a*a", "a=3", "--by", "a", "--lang", "ko").stdout
    for words in (["a*a", "a=3", "--by", "b"], ["a*"], ["a*a"], ["a", "a=1", "--lang", "fr"]):
        done = run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert json.dumps(done.stderr).count("\\n") <= 2
        assert "Traceback" not in done.stderr


def test_a_rule_that_asks_for_numbers_has_no_formula():
    asks = ag.Op("asks_of_test", lambda x: x * x, lambda y, x: (2 * x if x > 0 else -2 * x,))
    x = Value(3.0, "x")
    (operand,) = ag.explain(asks(x), by=x).operands
    assert (operand.derivative, operand.latex, operand.partial) == (None, None, 6.0)
