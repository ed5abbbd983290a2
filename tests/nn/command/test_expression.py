"""Expressions on the command line: what they compute, and that nothing of them is run."""

import math

import pytest
from hypothesis import given, strategies as st

import autograd as ag
from nn.command.expression import CONSTANTS, FUNCTIONS, LONGEST, evaluate, numbers_of
from nn.command.main import main
from nn.command.options import CommandError


def bits(x):
    return math.copysign(1.0, x), x if x == x else "nan"


ATOMS = st.sampled_from(["w", "x", "2", "0.5", "(-3)"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{}({})".format, st.sampled_from(["tanh", "relu", "sin", "abs"]), inner),
        st.builds("-{}".format, inner),
        st.builds("max({}, {})".format, inner, inner),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, st.floats(-9, 9), st.floats(-9, 9))
def test_an_expression_computes_what_the_same_python_does(text, w, x):
    names = {"w": ag.Value(w), "x": ag.Value(x)}
    here = {"tanh": ag.tanh, "relu": ag.relu, "sin": ag.sin, "abs": ag.abs}
    python = eval(text, {**names, **here, "max": lambda a, b: ag.max([a, b])})
    numbers = {name: v.data for name, v in names.items() if name in text.replace("max", "")}
    if not isinstance(python, ag.Value):
        with pytest.raises(CommandError, match="was made of no name"):
            evaluate(text, numbers)
        return
    result, leaves = evaluate(text, numbers)
    assert bits(result.data) == bits(python.data)
    result.backward()
    python.backward()
    for name, value in leaves.items():
        assert bits(value.grad) == bits(names[name].grad)


def test_the_names_are_labels():
    result, leaves = evaluate("tanh(가중치*x + b)", {"가중치": -3.0, "x": 2.0, "b": 6.88})
    assert result.op is ag.tanh
    assert [leaf.label for leaf in leaves.values()] == ["가중치", "x", "b"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("x**2", 9.0), ("-x**2", -9.0), ("2**x", 8.0), ("x // 2", 1.0), ("x % 2", 1.0),
        ("1/0*x", math.inf), ("(-8)**(1/3) + x", math.nan), ("9**9**9**9*x", math.inf),
        ("max(x, 5)", 5.0), ("max([x, 5])", 5.0), ("mean(x, 1, 2)", 2.0), ("sum([]) + x", 3.0),
        ("dot([x], [2], 1)", 7.0), ("where(x > 2, x, 0)", 3.0), ("clip(x, 0, 1)", 1.0),
        ("leaky_relu(-x, 0.5)", -1.5), ("pi*x", 3 * math.pi), ("+x", 3.0), ("-(-x)", 3.0),
        ("x # why", 3.0), ("(2 - 2)*-1*x", 0.0), ("-(1 // 2)*x", 0.0), ("-(2.0 - 2)*x", -0.0),
        ("9**99*0*x", 0.0), ("2**-1*x", 1.5), ("step(x - 2)", 1.0), ("step(-x)", 0.0),
    ],
)  # fmt: skip
def test_what_may_be_written(text, number):
    result, _ = evaluate(text, {"x": 3.0})
    assert bits(result.data) == bits(number)


def test_a_name_of_ones_own_wins_over_a_constant():
    result, _ = evaluate("e*2", {"e": 1.0})
    assert result.data == 2.0
    assert set(CONSTANTS) == {"pi", "e", "inf", "nan"}


def test_every_operation_of_the_table_that_is_public_can_be_called():
    rows = {name for name in ag.__all__ if isinstance(vars(ag).get(name), ag.Op)}
    assert rows < set(FUNCTIONS)
    assert len(rows) > 40


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch owned')", "x.__class__", "(lambda: x)()", "[x for y in x]",
        "x if x else 1", "x[0]", "'a'*x", "1j*x", "True*x", "None", "x and x", "not x", "~x",
        "x @ x", "x << 1", "f'{x}'", "{x}", "{x: x}", "1 < x < 2", "x in [x]", "...", "(yield)",
        "log(*x)", "log(x, **x)", "eval(x)", "open(x)", "tanh(tanh)(x)", "(x := 1)", "x = 1",
        "x; x", "x\nx", "x\0", "", " ", "(", "x +", "lambda", "await x", "tanh(x", "tanh(x, x)",
        "[x]*9", "[1]*999999999 + x", "-[x]", "[x] < 1", "max() + x", "tanh([x])", "[x]", "tanh",
        "(" * 900 + "x" + ")" * 900, "-" * (LONGEST - 1) + "x", "+".join(["x"] * 999),
        "9" * (LONGEST - 2) + "*x", "x" * (LONGEST + 1), "log(x, base=2)",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_line(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        evaluate(text, {"x": 1.0})
    assert 0 < len(str(refused.value)) < 900
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "number", "slope"),
    [
        ("(b := a + a) + b", 4.0, 4.0),
        ("(c := (b := a + a) + b) * c", 16.0, 32.0),
        ("(e := a * a) + e", 2.0, 4.0),  # a name of one's own wins over a constant
        ("(k := 3) * a + k", 6.0, 3.0),
        ("(b := a) * b", 1.0, 2.0),
    ],
)
def test_a_part_may_be_named_and_used_again(text, number, slope):
    result, leaves = evaluate(text, {"a": 1.0})
    result.backward()
    assert (result.data, leaves["a"].grad, leaves["a"].label) == (number, slope, "a")
    assert leaves.keys() == {"a"}


def test_a_named_part_is_one_node_with_that_label():
    result, leaves = evaluate("(b := a + a) + b", {"a": 1.0})
    assert result.inputs[0] is result.inputs[1]
    assert result.inputs[0].label == "b"
    assert leaves["a"].label == "a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("np.tanh(a)", "'np.tanh': operations are called by their names alone, write tanh"),
        ("a.exp()", "'a.exp': operations are called by their names alone, write exp"),
        ("a.data", "'a.data': an expression has no dots"),
        ("a" + ".b" * 900, "an expression has no dots"),
        ("a^2", r"'a^2': a power is written with \*\*"),
        ("tanhh(a)", "no operation is called 'tanhh'; did you mean tanh\\?$"),
        ("wibble(a)", "no operation is called 'wibble'; there are abs, "),
        ("a*z", "z has no number; add z=NUMBER"),
        ("b + (b := a)", "'b': it is used before"),
        ("(b := a) + (b := a*a)", "b is named twice"),
        ("(a := a + 1)*a", r"no part can be called a; .* another name, such as \(a_new := ...\)"),
        ("softmax(a)", r"softmax gives a list; .* exp\(x\)/"),
        ("a +", "'a \\+': no expression: invalid syntax at its end"),
        ("(a := 2)*a", "a is both a name in the expression and a=1; leave a=1 out"),
    ],
)
def test_a_refusal_says_what_to_write(text, said):
    with pytest.raises(CommandError, match=said.replace("^", r"\^")):
        evaluate(text, {"a": 1.0})


@given(st.text(max_size=40))
def test_any_text_is_computed_or_refused(text):
    try:
        result, _ = evaluate(text, {"x": 1.0})
    except CommandError:
        return
    assert isinstance(result, ag.Value)


def test_numbers():
    assert numbers_of(["w=-3", "x=1e-3", "y=inf"]) == {"w": -3.0, "x": 0.001, "y": math.inf}
    assert numbers_of(["\ufb01=1"]) == {"fi": 1.0}  # as Python reads it in an expression


@pytest.mark.parametrize("word", ["", "w", "=1", "1=1", "w=", "w=a", "w x=1", "w=1=2", "--w=1"])
def test_words_that_give_no_number(word):
    with pytest.raises(CommandError):
        numbers_of([word])


def test_drawn_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["draw", "tanh(w*x + b)", "w=-3", "-o", "neuron.gv", "x=2", "b=6.88"]
    assert main(words) == 0
    assert capsys.readouterr().out == "wrote neuron.gv\n"
    source = (tmp_path / "neuron.gv").read_text()
    assert all(text in source for text in ("tanh", "6.88", "data 0.70", "grad 0.50"))
    assert main(["draw", "-w*x", "w=1", "x=2", "--direction", "TB"]) == 0
    assert (tmp_path / "graph.svg").read_text().count("<text") > 5
