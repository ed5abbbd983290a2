"""Stepping: the records are what the engine does, moving changes nothing, and mistakes are said."""

import math
import re
from dataclasses import astuple

import pytest
from hypothesis import given, settings, strategies as st
from IPython.lib.pretty import pretty

import autograd as ag
import nn
from autograd import Value
from autograd.backward import topological_order
from nn.losses import mse_loss


def neuron():
    w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.88, "b")
    y = ag.tanh(w * x + b)
    y.label = "y"
    loss = (y - 1.0) ** 2
    loss.label = "loss"
    return loss, y, (w, x, b)


def bits(numbers):
    return [float(x).hex() for x in numbers]


def test_the_phases_come_in_the_learners_order():
    loss, y, (w, _, b) = neuron()
    stepper = ag.step(loss, prediction=y, optimizer=nn.SGD([w, b], lr=0.1))
    assert stepper.phases == {
        "forward": (0, 2), "loss": (3, 5), "backward": (6, 10), "update": (11, 12)
    }  # fmt: skip
    assert [r.op for r in stepper.records] == [
        "mul", "add", "tanh", "sub", "power", "power", "power", "sub", "tanh", "add", "mul",
        None, None,
    ]  # fmt: skip
    assert [r.index for r in stepper] == list(range(13))


def test_a_notebook_shows_a_record_and_a_verdict_as_a_sentence():
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    assert pretty(ag.step(w * x).records[:2]) == (
        "(0 forward: Compute v2 = w*x = 2*3 = 6.,\n"
        " 1 loss: The result is v2 = 6. Backpropagation starts with dv2/dv2 = 1.)"
    )
    verdict = ag.gradcheck(w * x)
    assert pretty([verdict]) == f"[{verdict.message}]"


def test_a_record_says_what_ran_on_what_numbers():
    loss, y, _ = neuron()
    first = ag.step(loss, prediction=y).records[0]
    assert first.formula == "w*x"
    assert first.latex == r"w \cdot x"
    assert first.numbers == "-3*2 = -6"
    assert [(one.name, one.data) for one in first.inputs] == [("w", -3.0), ("x", 2.0)]
    assert (first.data, first.gradient, first.additions) == (-6.0, None, ())
    assert first.message == "Compute v2 = w*x = -3*2 = -6."


def test_a_factor_of_one_and_a_division_by_one_are_shown_as_they_ran():
    w, x = Value(1.0, "w"), Value(2.0, "x")
    assert ag.step(w * x).records[0].message == "Compute v2 = w*x = 1*2 = 2."
    stepper = ag.step(ag.sum([w * x]) / 1.0)  # as a loss of one sample ends
    assert [record.formula for record in stepper][:3] == ["w*x", "sum(v2)", "v3/1"]
    assert [record.latex for record in stepper][2] == r"\frac{v_{3}}{1}"
    assert "back to the inputs of v3/1: v3.grad += 1*1 = 1." in stepper.records[4].message
    assert "sum(v2)의 입력에" in ag.step(stepper.nodes[-1], lang="ko").records[5].message


def test_no_term_and_no_digit_is_lost_in_what_is_said_of_a_neuron():
    model = nn.MLP(2, [3, 1], seed=0)
    first, *_ = ag.step(model([1.488087668812345, -0.04110592484631234])).records
    w1, w2 = (f"{w.data:.6g}" for w in model.layers[0].neurons[0].weights)
    name = "layer1.neuron1"
    assert first.message == (
        f"Compute {first.name} = {name}.w1*1.48809 + {name}.w2*(-0.0411059) + {name}.b"
        f" = {w1}*1.48809 + {w2}*(-0.0411059) + 0 = {first.data:.6g}."
    )
    assert [one.name for one in first.inputs][2:4] == ["1.48809", "-0.0411059"]
    assert "1.48809" in first.latex
    assert "1.488087668812345" not in first.latex
    assert "*1.488087668812345 + " in first.numbers  # the record has every digit


def test_a_long_formula_is_cut_between_its_terms():
    w, x = [Value(0.5, f"w{i}") for i in range(64)], [Value(2.0, f"x{i}") for i in range(64)]
    message = ag.step(ag.dot(w, x, Value(0.0, "b"))).records[0].message
    assert message.startswith("Compute v129 = w0*x0 + w1*x1 + ")
    assert "*x5 + ... + w59*" in message
    assert "w63*x63 + b = 0.5*2 + " in message
    assert all(re.fullmatch(r"[\w.]+\*[\w.]+|[\w.]+|[=+]|\.\.\.", one) for one in message.split())


def test_the_phase_before_backpropagation_is_called_a_loss_only_if_there_is_one():
    loss, y, _ = neuron()
    for stepper, english, korean in (
        (lambda lang: ag.step(loss, prediction=y, lang=lang), "Loss calculation", "손실 계산"),
        (lambda lang: ag.step(loss, lang=lang), "Result", "결과"),
    ):
        for lang, said in (("en", english), ("ko", korean)):
            found = stepper(lang)
            turn = found.phases["loss"][1]
            assert found.text(turn).splitlines()[0].endswith(f"| {said}")
            assert [one["name"] for one in found.payload()["phases"]][1] == said


def test_backpropagation_says_what_was_added_to_whose_gradient():
    a = Value(3.0, "a")
    stepper = ag.step(a * a)
    assert [astuple(one) for one in stepper.records[-1].additions] == [
        (0, 0, 3.0, "a", 1.0, 3.0, 0.0, 3.0),  # node, operand, partial, its rule, upstream, ...
        (0, 1, 3.0, "a", 1.0, 3.0, 3.0, 6.0),
    ]
    assert stepper.gradients_at(-1) == [6.0, 1.0]
    assert a.grad == 0.0


def test_a_local_derivative_says_by_which_formula_it_came_about():
    x, w = Value(0.5, "x"), Value(2.0, "w")
    asks = ag.Op("asks_of_test", lambda x: x, lambda y, x: (1.0 if x > 0 else -1.0,))
    y = asks(ag.tanh(w * x) - 3.0)
    rules = {
        record.op: [one.rule for one in record.additions]
        for record in ag.step(y, names={"x": x, "w": w}).records if record.additions
    }  # fmt: skip
    assert rules == {
        "asks_of_test": [""],  # its rule cannot be written as a formula
        "sub": [""],  # 1: the number itself
        "tanh": ["1 - v3*v3"],
        "mul": ["x", "w"],
    }


NUMBERS = st.floats(-2, 2) | st.sampled_from([0.0, -0.0, math.nan, math.inf, 1e308])


@given(st.lists(NUMBERS, min_size=1, max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_gradients_are_those_of_backward_to_the_last_bit(numbers, data):
    nodes = [Value(x) for x in numbers]
    ops = [ag.add, ag.mul, ag.sub, ag.maximum, ag.tanh, ag.relu, ag.exp, ag.where, ag.floor]
    for op in data.draw(st.lists(st.sampled_from(ops), min_size=1, max_size=12)):
        operands = [
            data.draw(st.sampled_from([*nodes[-3:], 0.5]))
            if k
            else data.draw(st.sampled_from(nodes))
            for k in range(op.arity)
        ]
        nodes.append(op(*operands))
    root = nodes[-1]
    stepper = ag.step(root)
    before = [(repr(node.data), repr(node.grad)) for node in nodes]
    stepper.payload()
    assert [(repr(node.data), repr(node.grad)) for node in nodes] == before
    order = topological_order(root)
    found = stepper.gradients_at(-1)
    root.backward()  # adds to a grad of +0.0, so a -0.0 ends as +0.0
    assert bits(0.0 if x is None else x + 0.0 for x in found) == bits(x.grad for x in order)
    assert bits(stepper.data_at(-1)) == bits(node.data for node in order)


def test_weight_update_is_the_optimizers_own_and_changes_nothing():
    model = nn.MLP(2, [3, 1])
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    loss = mse_loss([model([1.0, -2.0])], [0.5])
    loss.backward()
    optimizer.step()  # now there are velocities
    loss = mse_loss([model([1.0, -2.0])], [0.5])
    before = [p.data for p in model.parameters()], [p.grad for p in model.parameters()]
    velocities = list(optimizer.velocities)
    stepper = ag.step(loss, optimizer=optimizer)
    assert ([p.data for p in model.parameters()], [p.grad for p in model.parameters()]) == before
    assert optimizer.velocities == velocities
    index = {node: i for i, node in enumerate(stepper.nodes)}
    shown = stepper.data_at(-1)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    assert [shown[index[p]] for p in model.parameters()] == [p.data for p in model.parameters()]
    assert stepper.records[-1].formula.startswith("SGD(")


def test_plain_sgd_is_written_as_learners_know_it():
    loss, _, (w, _, b) = neuron()
    update = ag.step(loss, optimizer=nn.SGD([w, b], lr=0.1)).jump("update")
    assert update.formula == "w - lr*dloss/dw"
    assert update.latex.startswith(r"w \leftarrow w - \alpha \cdot \frac{\partial")
    assert update.numbers == f"-3 - 0.1*({update.gradient!r}) = {update.data!r}"


def test_what_a_module_returned_ends_forward_propagation():
    model = nn.MLP(2, [2, 1])
    outputs = [model([1.0, 2.0]), model([0.5, -1.0])]
    stepper = ag.step(mse_loss(outputs, [1.0, 0.0]))
    made = {record.node for record in stepper if record.phase == "forward"}
    assert {stepper.nodes[i] for i in made} >= set(outputs)
    loss = [record.op for record in stepper if record.phase == "loss"]
    assert loss == ["sub", "sub", "dot", "div", "div"]
    assert "layer1.neuron2.w1" in stepper.names
    assert "layer2.neuron1.b" in stepper.names


def test_without_a_module_the_result_alone_is_the_loss():
    a = Value(2.0, "a")
    stepper = ag.step(a * a + 1)
    assert stepper.phases == {"forward": (0, 1), "loss": (2, 2), "backward": (3, 4)}


def square_loss(w, x, target):
    z = w * x
    error = z - target
    return error**2


def test_a_function_is_shown_line_by_line():
    stepper = ag.step(square_loss, -3.0, Value(2.0), 1)
    assert stepper.names == ("w", "x", "z", "target", "error", "square_loss")
    assert [record.line.text for record in stepper.records[:3]] == [
        "z = w * x", "error = z - target", "return error**2"
    ]  # fmt: skip
    (block,) = stepper.code
    assert block.lines[0] == "def square_loss(w, x, target):"
    lines = stepper.payload()["records"]
    assert [record["line"] for record in lines[:3]] == [[0, 1], [0, 2], [0, 3]]


def test_recorded_lines_are_shown_without_a_function():
    with ag.recording():
        a = Value(2.0)
        b = ag.exp(a)
        c = (
            b
            + a
        )  # fmt: skip
    stepper = ag.step(c)
    assert stepper.names == ("v0", "b", "v2")  # a part of a statement names nothing
    (block,) = stepper.code
    assert "b = ag.exp(a)" in block.lines[0]


def test_a_line_names_only_what_it_surely_assigns():
    def inner(q):
        return q * 2

    with ag.recording():
        a = Value(1.0)
        z = inner(a * 3)
        y = z + inner(a)
        t = [y * 2, y * 4]
    names = ag.step(t[0] + t[1]).names
    assert "z" not in names  # the line made a*3, the call made z
    assert "y" in names
    assert "t" not in names


# Moving


def test_forward_back_and_jump_move_the_index():
    loss, y, (w, _, b) = neuron()
    stepper = ag.step(loss, prediction=y, optimizer=nn.SGD([w, b], lr=0.1))
    assert stepper.forward().index == stepper.index == 1
    assert stepper.forward(100).index == 12
    assert stepper.back(2).index == 10
    assert stepper.back(100).index == 0
    assert stepper.jump("backward").index == 6
    assert stepper.jump("y").index == 7  # y receives its gradient there
    assert stepper.jump(w).index == 10
    assert stepper.jump(w).index == 11
    stepper.index = -1
    assert stepper.index == 12


def test_run_goes_on_to_where_a_condition_holds():
    loss, y, _ = neuron()
    stepper = ag.step(loss, prediction=y)
    assert stepper.run(op="tanh").index == 2
    assert stepper.run(op="tanh").phase == "backward"
    assert stepper.run(op="tanh") is None
    with pytest.raises(ValueError, match="run: no step is a 'foo'; there are "):
        stepper.run(op="foo")
    stepper.index = 0
    assert stepper.run(gradient_above=0.8).index == 5  # dL/dL = 1
    assert stepper.run(gradient_above=0.8).index == 6
    assert stepper.run(gradient_above=0.8).additions[1].after == pytest.approx(0.882454, rel=1e-6)
    assert stepper.run(gradient_above=1e9) is None
    stepper.index = 0
    assert stepper.run(where=lambda record: record.data < -5).name == "v2"
    assert stepper.run(nan=True) is None


def test_run_finds_where_nan_is_made():
    a = Value(math.inf, "a")
    stepper = ag.step(ag.exp(a * 2.0 - a))
    assert stepper.run(nan=True).op == "sub"
    b = Value(0.0, "b")
    stepper = ag.step(ag.sqrt(b) * 0.0)
    assert stepper.run(nan=True).phase == "backward"


def test_the_state_after_a_step():
    a = Value(2.0, "a")
    stepper = ag.step(a * 3.0 + 1.0)
    assert stepper.data_at(0) == [2.0, 6.0, None]
    assert stepper.data_at(1) == [2.0, 6.0, 7.0]
    assert stepper.gradients_at(1) == [None, None, None]
    assert stepper.gradients_at(2) == [None, None, 1.0]
    assert stepper.gradients_at() == [None, None, None]
    assert stepper.gradients_at(-1) == [3.0, 1.0, 1.0]


def test_observers_hear_of_each_move():
    stepper = ag.step(Value(2.0) * 3.0)
    heard = []
    stepper.observe(heard.append)
    stepper.forward()
    stepper.play(0)
    assert heard == [1, 2]


def test_play_prints_where_nothing_else_shows_it(capsys):
    stepper = ag.step(Value(2.0, "a") * 3.0)
    stepper.play(0)
    printed = capsys.readouterr().out
    assert printed.count("Step ") == 3
    assert "a*3" in printed


def test_the_records_keep_the_numbers_of_their_time():
    w = Value(2.0, "w")
    stepper = ag.step(w * 3.0)
    w.data = 100.0
    assert stepper.data_at(0)[0] == 2.0
    assert stepper.payload()["nodes"][0]["data"] == "2.0"


def test_a_long_chain_is_stepped_without_recursion():
    y = Value(1.0)
    for _ in range(5_000):
        y = y * 1.0001
    stepper = ag.step(y)
    assert len(stepper) == 10_001
    assert stepper.gradients_at(-1)[0] == pytest.approx(1.0001**5_000, rel=1e-12)


# Mistakes


def too_long():
    y = Value(0.0)
    for _ in range(100_001):
        y = y + 1.0
    return y


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: ag.step(3.0), TypeError, "expected a Value or a function"),
        (lambda: ag.step(Value(1.0)), ValueError, "is a leaf"),
        (lambda: ag.step(Value(1.0) * 2, 3.0), TypeError, "arguments are for a function"),
        (lambda: ag.step(lambda x: 1.0, 2.0), TypeError, "the function returned float"),
        (lambda: ag.step(Value(1.0) * 2, lang="fr"), ValueError, "'en' or 'ko'"),
        (lambda: ag.step(Value(1.0) * 2, prediction=Value(1.0)), ValueError, "prediction"),
        (
            lambda: ag.step(Value(1.0) * 2, optimizer=3),
            TypeError,
            r"optimizer must be one such as nn.SGD\(model.parameters\(\), lr=0.1\), got 3",
        ),
        (lambda: ag.step(too_long()), ValueError, "100,002 nodes are more than 100,000"),
        (
            lambda: ag.step(Value(1.0) * 2, optimizer=nn.SGD([Value(1.0)], lr=0.1)),
            ValueError,
            "none of the optimizer's parameters",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_clear_line(make, error, said):
    with pytest.raises(error, match=said) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_wrong_place_is_refused_and_the_index_stays():
    stepper = ag.step(Value(2.0, "a") * 3.0)
    for wrong in (3, -4, 1.0, "1", True):
        with pytest.raises(IndexError, match="from 0 to 2"):
            stepper.index = wrong
    with pytest.raises(ValueError, match="no step is about 'q'; there are forward"):
        stepper.jump("q")
    with pytest.raises(ValueError, match="say where to stop"):
        stepper.run()
    assert stepper.index == 0
