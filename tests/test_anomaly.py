"""detect_anomaly: the first nan or inf stops the run and says where it came from."""

import linecache
import math
import re
import threading
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import AnomalyError, Value, modes, ops
from autograd.diagnose import LEAF_REMEDY, OTHERWISE, REMEDIES

PAGE = Path(__file__).parents[1] / "docs" / "anomalies.md"


def anomaly(function, *arguments):
    with pytest.raises(AnomalyError) as caught, ag.detect_anomaly():
        function(*arguments)
    assert modes.active == 0
    text = str(caught.value)
    assert len(text.splitlines()) <= 12
    text.encode("cp949")
    return caught.value


def test_a_value_names_operation_operands_line_causes_and_remedy():
    def run():
        z = Value(-2.0, label="z")
        p = ag.relu(z)
        p.label = "p"
        return -ag.log(p)

    error = anomaly(run)
    assert (error.where, error.op) == ("value", ops.log)
    assert error.node.data == -math.inf
    assert [x.label for x in error.inputs] == ["p"]
    assert [x.label for x in error.causes] == ["p"]
    assert error.line.file == __file__
    assert "ag.log(p)" in error.line.text
    lines = str(error).splitlines()
    assert lines[0] == "anomaly: the first -inf is the result of 'log'"
    assert lines[1] == "  it is log(p=0.0) = -inf"
    assert f"{__file__}:" in lines[2]
    assert lines[3].startswith("  because p=0.0 is relu(z=-2.0) at ")
    assert "log_sigmoid" in lines[-1]


@pytest.mark.parametrize(
    ("function", "op", "numbers", "words"),
    [
        (ag.log, "log", (0.0,), "log_softmax"),
        (ag.log, "log", (-1.0,), "where"),
        (ag.exp, "exp", (1000.0,), "logsumexp"),
        (ag.div, "div", (1.0, 0.0), "divisor"),
        (ag.sqrt, "sqrt", (-1.0,), "above 0"),
        (ag.acos, "acos", (1.5,), "clip"),
        (ag.pow, "pow", (-8.0, 0.5), "base"),
        (ag.mul, "mul", (1e200, 1e200), "overflows"),
        (ag.lgamma, "lgamma", (-1.0,), "poles"),
        (lambda a: ag.sum([a, a]), "sum", (1.7e308,), "mean"),
        (lambda a, b: ag.dot([a], [b]), "dot", (1e200, 1e200), "standardise"),
    ],
)
def test_each_operation_has_its_remedy(function, op, numbers, words):
    error = anomaly(function, *map(Value, numbers))
    assert error.op.name == op
    assert words in error.remedy
    assert error.remedy in str(error)


def test_a_number_that_was_given_is_told_as_such():
    error = anomaly(lambda: Value(math.nan, label="pixel") * 2.0)
    assert error.remedy == LEAF_REMEDY
    assert [x.label for x in error.causes] == ["pixel"]
    row = ag.Op("anomaly_row", lambda x: math.inf, lambda y, x: (1.0,))
    try:
        assert anomaly(row, Value(1.0)).remedy == OTHERWISE
    finally:
        del ops.TABLE["anomaly_row"]


def test_every_remedy_is_for_an_operation_that_there_is():
    assert set(REMEDIES) <= set(ops.TABLE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (name, match[0])
        for name, remedy in REMEDIES.items()
        if (match := re.search(r"\w+\(where\(.*\)\)", remedy))
    ],
)
def test_the_code_in_a_remedy_is_the_operations_own_and_helps(name, text):
    assert text.startswith(f"{name}(")
    for number in (-2.0, -1.0, -0.5, 0.0, 1.0):
        with ag.detect_anomaly():
            x = Value(number)
            eval(text, {**vars(ag), "x": x}).backward()


@pytest.mark.parametrize(
    ("row", "number"),
    [(ag.log, -1.0), (ag.log1p, -1.0), (ag.log1p, -3.0), (ag.sqrt, -2.0), (ag.acosh, 0.5)],
)
def test_an_operand_outside_of_the_domain_is_the_cause(row, number):
    error = anomaly(row, Value(number, label="z"))
    assert [x.label for x in error.causes] == ["z"]
    assert f"because z={number} was given" in str(error)


def test_a_gradient_names_the_rule_that_sent_it_and_nothing_has_changed():
    x = Value(0.0, label="x")
    with ag.detect_anomaly():
        y = ag.sqrt(x) * ag.sqrt(x)
    error = anomaly(y.backward)
    assert (error.where, error.op) == ("gradient", ops.sqrt)
    assert "its local derivative is inf; times the incoming 0.0 it is nan" in str(error)
    assert "it goes to x=0.0" in str(error)
    assert "ag.sqrt(x) * ag.sqrt(x)" in str(error)
    assert (x.grad, y.grad) == (0.0, 0.0)
    steep = ag.sin(Value(1e-300) * 1e300) * 1e300
    error = anomaly(steep.backward)
    assert "overflows" in str(error)
    assert "lower the learning rate" in error.remedy


def test_a_graph_made_before_the_block_is_examined():
    loss = ag.log(Value(0.0, label="p")) * 0.0
    error = anomaly(loss.backward)
    assert (error.where, error.op, error.line) == ("value", ops.log, None)
    assert "make it inside to see it" in str(error)
    leaf = anomaly(Value(math.inf, label="loss").backward)
    assert "a leaf 'loss', which was given" in str(leaf)


@pytest.mark.parametrize(
    "run",
    [
        lambda f: ag.grad(f)(0.0),
        lambda f: ag.value_and_grad(f)(0.0),
        lambda f: ag.grad(f)(Value(0.0)),
        lambda f: ag.vjp(f, 0.0)[1](1.0),
        lambda f: ag.jvp(f, (0.0,), (1.0,)),
        lambda f: ag.jvp(f, (Value(0.0),), (1.0,)),
        lambda f: ag.hessian(f)(0.0),
        lambda f: ag.grad(ag.grad(f))(0.0),
        lambda f: ag.jacobian(f)(0.0),
    ],
)
def test_transforms_speak_of_the_users_node(run):
    error = anomaly(run, lambda x: ag.cbrt(x) + 1.0)
    assert (error.where, error.op) == ("gradient", ops.cbrt)
    assert "ag.cbrt(x) + 1.0" in str(error)


def test_second_order_only():
    error = anomaly(ag.grad(ag.grad(lambda x: x**1.5)), 0.0)
    assert error.where == "gradient"


def test_what_is_right_is_left_alone():
    X, y = nn.moons(10, seed=0)
    model = nn.MLP(2, [4, 2], seed=0)
    with ag.detect_anomaly():
        nn.fit(model, (X, y), "cross_entropy", lr=0.1, epochs=2, seed=0)
        x = Value(-1.0)
        ag.log(ag.where(x > 0, x, 1.0)).backward()
        assert ag.clip(x, low=0.0).data == 0.0
        assert ag.hessian(lambda v: v**3)(2.0) == 12.0


def test_where_does_not_hide_what_it_does_not_select():
    error = anomaly(lambda x: ag.where(x > 0, ag.log(x), 0.0), Value(0.0))
    assert error.op is ops.log


def test_no_grad_inside_is_watched_too():
    @ag.no_grad()
    def run():
        return ag.log(Value(-1.0))

    assert anomaly(run).op is ops.log


def test_only_in_its_block_and_its_thread():
    found = []
    with ag.detect_anomaly():
        thread = threading.Thread(target=lambda: found.append(ag.log(Value(0.0)).data))
        thread.start()
        thread.join()
    assert found == [-math.inf]
    assert ag.log(Value(0.0)).data == -math.inf

    @ag.detect_anomaly()
    def run(n):
        return run(n - 1) if n else ag.log(Value(0.0))

    with pytest.raises(AnomalyError):
        run(3)
    assert modes.active == 0
    assert ag.log(Value(0.0)).data == -math.inf


def test_lines_are_there_with_scope_and_recording_too():
    with ag.detect_anomaly(), ag.scope("inner"), ag.recording():
        y = ag.exp(Value(1.0))
    assert y._origin.scope.name == "inner"
    assert "ag.exp" in y._origin.line.text


def test_deep_graphs_are_no_trouble():
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y + 1e-9
    loss = ag.log(y - y.data)
    error = anomaly(loss.backward)
    assert error.op is ops.log
    assert len(error.causes) <= 3
    assert x.grad == 0.0


def test_the_page_shows_what_is_printed_and_every_remedy(tmp_path, monkeypatch):
    text = PAGE.read_text(encoding="utf-8")
    code, shown = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL).groups()
    (tmp_path / "train.py").write_text(code)
    monkeypatch.chdir(tmp_path)  # where the lines of train.py are looked up
    linecache.clearcache()
    with pytest.raises(AnomalyError) as caught:
        exec(compile(code, "train.py", "exec"), {})
    assert str(caught.value) == shown.strip()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE))
    assert rows == REMEDIES
