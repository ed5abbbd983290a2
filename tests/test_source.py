"""`source`: the program computes the same bits, whatever the graph holds and is called."""

import ast
import struct

import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value, ops
from autograd.backward import topological_order
from autograd.op import BUILTIN, TABLE


def bits(x):
    return "nan" if x != x else struct.pack("d", x)


def run(value, **options):
    """What the program's last line makes."""
    text = ag.source(value, **options)
    scope = {}
    exec(compile(text, "program", "exec"), scope)
    return scope[ast.parse(text).body[-1].targets[0].id]


def assert_same(value, **options):
    again = run(value, **options)
    one, other = topological_order(value), topological_order(again)
    assert [node.op for node in one] == [node.op for node in other]
    assert [str(node.label) for node in one if node.op is None] == [
        str(node.label) for node in other if node.op is None
    ]
    for node in one:
        node.grad = 0.0
    value.backward()
    again.backward()
    for a, b in zip(one, other, strict=True):
        assert bits(a.data) == bits(b.data)
        assert bits(a.grad) == bits(b.grad)


def test_a_neuron_reads_as_one_would_write_it():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.88, label="b")
    assert ag.source(ag.tanh(w * x + b)) == (
        "import autograd as ag\n"
        "from autograd import Value\n"
        "\n"
        "w = Value(-3.0, label='w')\n"
        "x = Value(2.0, label='x')\n"
        "v2 = w * x\n"
        "b = Value(6.88, label='b')\n"
        "v4 = v2 + b\n"
        "v5 = ag.tanh(v4)\n"
    ).replace("Value(-3.0", "Value((-3.0)")


LEAVES = st.floats(allow_nan=True, allow_infinity=True)
UNARY = [ag.tanh, ag.exp, ag.relu, ag.abs, ops.co_square, lambda x: -x, lambda x: x**2]
BINARY = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b,
    lambda a, b: a**b, ag.maximum, ag.atan2, lambda a, b: ag.where(a > b, a, b),
    lambda a, b: ag.sum([a, b, a]), lambda a, b: ag.dot([a, 2.0], [b, b], -1.5),
    lambda a, b: 3.0 - a, lambda a, b: a % 2.0, lambda a, b: -2.0 * b, lambda a, b: (-2.0) ** b,
]  # fmt: skip


@given(st.lists(LEAVES, min_size=1, max_size=4), st.data())
def test_random_graphs(numbers, data):
    values = [Value(x) for x in numbers]
    for _ in range(data.draw(st.integers(1, 12))):
        pick = st.sampled_from(values)
        if data.draw(st.booleans()):
            values.append(data.draw(st.sampled_from(UNARY))(data.draw(pick)))
        else:
            values.append(data.draw(st.sampled_from(BINARY))(data.draw(pick), data.draw(pick)))
    assert_same(values[-1])


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_row_of_the_table(name):
    row = TABLE[name]
    first = 1.0 if name == "polygamma" else 1.5  # its order is a whole number
    for numbers in ((first, 0.25, 2.0), (2.0, 0.75, -0.0)):
        operands = [Value(x) for x in numbers[: row.arity or 3]]
        result = row(*operands)
        if isinstance(result, Value) and result.op is not None:
            assert_same(result)
        mixed = [Value(numbers[0]), *numbers[1 : row.arity or 3]]
        result = row(*mixed)
        if isinstance(result, Value) and result.op is not None:
            assert_same(result)


@pytest.mark.parametrize(
    "label",
    [
        "lambda", "None", "a b", "1st", "", "ag", "ops", "math", "Value", "TABLE", "exp", "가중치",
        "x'; import os #", "a\nb = 1", "\\", '"""', "{x}", "\u212b", "v2", "²", "😀", "_", "__x__",
    ],
)  # fmt: skip
def test_any_label_and_two_of_the_same(label):
    x, y = Value(2.0, label=label), Value(float("nan"), label=label)
    assert_same(ag.exp(x * y) + x)


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_two_labels(one, other):
    assert_same(Value(2.0, label=one) - Value(3.0, label=other))


def test_names():
    x, w = Value(2.0), Value(3.0)
    assert "w = Value(3.0)\nx = Value(2.0)" in ag.source(w * x, names={"x": x, "w": w})


def test_a_leaf():
    assert_same(Value(-0.0, label="x"))


def test_a_row_of_ones_own():
    cube = ag.Op("cube_of_source", lambda x: x**3, lambda y, x: (3 * x * x,))
    try:
        result = cube(Value(2.0)) + 1
        written = ag.source(result + cube(Value(1.0, label="= TABLE['x']")))
        assert "TABLE['cube_of_source'](v0)" in written
        said = [line for line in written.splitlines() if line.startswith("#")]
        assert len(said) == 1
        assert said[0].endswith("the operation 'cube_of_source': ag.Op('cube_of_source', ...)")
        assert_same(result)
    finally:
        del TABLE["cube_of_source"]


def test_a_long_chain_and_many_operands():
    x = y = Value(1.0)
    for _ in range(50_000):
        y = y + x
    again = run(y)
    assert again.data == 50_001.0
    assert_same(ag.sum([Value(float(k), label="x") for k in range(5_000)]))


def test_a_network():
    import nn

    model = nn.MLP(2, [3, 1], seed=0)
    assert_same(nn.mse_loss(model([1.0, -1.0]), 1.0))


def test_what_is_no_value():
    with pytest.raises(TypeError, match="source: expected a Value, got float"):
        ag.source(1.0)
