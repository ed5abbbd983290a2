"""Where a Value comes from: scopes, lines of code, calls, as pictures and the stepper read them."""

import copy
import pickle
import threading

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.backward import topological_order
from autograd.origin import origin_of
from autograd.view.calls import calls_of


def test_nothing_is_noted_unless_asked_for():
    a = Value(2.0)
    assert origin_of(a) is None
    assert origin_of(a * a + 1) is None


def test_scopes_nest_and_each_entry_is_a_scope_of_its_own():
    a = Value(2.0)
    with ag.scope("outer"):
        b = a * 2
        with ag.scope("inner"):
            c = b + a
        d = c * c
    e = d * a
    with ag.scope("outer"):
        f = e.tanh()
    scope = origin_of(c).scope
    assert (scope.name, scope.outer.name, scope.outer.outer) == ("inner", "outer", None)
    assert origin_of(b).scope is scope.outer is origin_of(d).scope
    assert origin_of(e) is None
    assert origin_of(f).scope is not scope.outer


def test_a_scope_closes_after_an_error_and_decorates():
    @ag.scope("attention")
    def double(x):
        return double(x * 2) if x < 8 else x + 1

    with pytest.raises(RuntimeError, match="stop"), ag.scope("lost"):
        raise RuntimeError("stop")
    y = double(Value(3.0))
    assert origin_of(y).scope.outer.outer.name == "attention"
    assert origin_of(y.inputs[0].inputs[0] * 1.0) is None
    with pytest.raises(TypeError, match="name must be a text, got int"):
        ag.scope(3)


def test_a_scope_is_of_one_thread():
    a, seen = Value(2.0), []
    with ag.scope("mine"):
        thread = threading.Thread(target=lambda: seen.append(a * a))
        thread.start()
        thread.join()
    assert origin_of(seen[0]) is None


def test_recording_notes_the_line_of_the_user():
    a = Value(2.0)
    with ag.recording():
        b = a * a
        c = ag.softmax([a, b])[0]  # many operations, one line
        d = (np.array([a, b]) * 2.0).sum()
    lines = [origin_of(node).line for node in (b, c, d)]
    assert [line.text for line in lines] == [
        "b = a * a",
        "c = ag.softmax([a, b])[0]  # many operations, one line",
        "d = (np.array([a, b]) * 2.0).sum()",
    ]
    assert {line.file for line in lines} == {__file__}
    assert lines[1].number == lines[0].number + 1
    assert lines[0].function == "test_recording_notes_the_line_of_the_user"
    assert origin_of(a * a) is None


def test_recording_names_the_line_that_called_a_module():
    model = nn.MLP(2, [2, 1], seed=1)
    with ag.recording():
        y = model([1.0, 2.0])
    assert origin_of(y).line.text == "y = model([1.0, 2.0])"
    assert origin_of(y.inputs[2]).line == origin_of(y).line  # that of a hidden neuron


def test_numbers_do_not_depend_on_notes():
    def program(x):
        return ag.softmax([x * 2, x.tanh(), x**2 / 3])[1].log()

    plain, noted = Value(0.7), Value(0.7)
    y = program(plain)
    with ag.recording(), ag.scope("a"):
        z = program(noted)
    y.backward()
    z.backward()
    assert (y.data, plain.grad) == (z.data, noted.grad)


def test_a_call_is_shared_by_all_that_it_returned():
    layer = nn.Layer(2, 3, seed=1)
    x = [Value(1.0), Value(2.0)]
    outputs = layer(x)
    calls = {origin_of(y).calls for y in outputs}
    assert len(calls) == 1
    ((call,),) = calls
    assert (call.owner, call.name, call.inputs) == (layer, "Layer", tuple(x))
    assert origin_of(layer(x)[0]).calls[0] != call


def test_a_call_that_returns_leaves_or_one_node_twice_leaves_one_note_at_most():
    class Same(nn.Module):
        def __call__(self, x):
            return x

    same, leaf = Same(), Value(1.0)
    for _ in range(3):
        assert same([leaf])[0] is leaf
        assert same(leaf) is leaf
        same({"a": leaf})
    assert leaf._origin is None  # or it would keep the arguments of each call
    y = leaf * 2.0
    assert len(origin_of(same([y, y])[0]).calls) == 1
    assert len(origin_of(same((y, y))[0]).calls) == 2  # another call


def test_calls_are_listed_from_the_innermost():
    class Net(nn.Module):
        def __init__(self):
            self.inner = nn.MLP(1, [1], seed=1)

        def __call__(self, x):
            return self.inner(x)

    net = Net()
    with ag.scope("all"):
        y = net([Value(1.0)])
    origin = origin_of(y)
    assert [call.owner for call in origin.calls] == [net.inner, net]
    assert origin.scope.name == "all"


def test_losses_are_boxed():
    x = Value(1.0)
    (call,) = origin_of(nn.mse_loss([x], [2.0])).calls
    assert (call.owner, call.name, call.inputs) == (None, "mse_loss", (x,))


def test_what_a_caller_does_to_its_list_later_does_not_matter():
    @ag.boxed
    def total(xs, *, weights):
        return {"sum": ag.sum([w * x for w, x in zip(weights, xs, strict=True)])}

    xs, weights = [Value(1.0), Value(2.0)], (Value(3.0), 4.0)
    given = (*xs, weights[0])
    y = total(xs, weights=weights)["sum"]
    xs[0] = y
    (call,) = origin_of(y).calls
    assert call.name == "total"
    assert call.inputs == given


def test_a_box_around_no_operation_notes_nothing():
    @ag.boxed
    def same(x):
        return x

    x = Value(1.0)
    assert same(x) is x
    assert origin_of(x) is None
    assert same(3.0) == 3.0
    assert same([x, 2.0, "text"])[0] is x
    assert same(None) is None


def test_arrays_of_values_are_marked():
    @ag.boxed
    def double(x):
        return x * 2

    x = np.array([Value(1.0), Value(2.0)])
    y = double(x)
    assert origin_of(y[1]).calls[0].inputs == (x[0], x[1])
    assert double(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_a_copy_has_no_origin():
    with ag.scope("a"):
        y = Value(2.0) * 3
    for twin in (copy.deepcopy(y), copy.copy(y), pickle.loads(pickle.dumps(y))):
        assert twin.data == 6.0
        assert origin_of(twin) is None


def test_calls_of_modules_inside_are_found_by_their_parameters():
    x = [Value(1.0), Value(2.0)]
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    y = model(x)
    order = topological_order(nn.mse_loss([y], [1.0]))
    calls = calls_of(order)
    assert [call.name for call in calls[y]] == ["Neuron", "Layer", "MLP"]
    assert [call.owner for call in calls[y]] == [
        model.layers[1].neurons[0],
        model.layers[1],
        model,
    ]
    hidden = y.inputs[3:6]
    assert [node.op.name for node in hidden] == ["tanh"] * 3
    assert [calls[node][0].owner for node in hidden] == model.layers[0].neurons
    assert {calls[node][1:] for node in hidden} == {calls[hidden[0]][1:]}
    assert set(calls[hidden[0]][1].inputs) == set(x)
    assert set(calls[y][1].inputs) == set(hidden)
    assert [[call.name for call in calls[node]] for node in calls if node not in (y, *hidden)] == [
        ["mse_loss"]
    ]


def test_what_follows_a_network_does_not_belong_to_it():
    y = nn.MLP(1, [1], seed=1)([Value(1.0)])
    loss = (y - 1.0) ** 2
    calls = calls_of(topological_order(loss))
    assert set(calls) == {y}


def test_the_calls_of_a_model_of_many_samples_are_apart():
    model = nn.MLP(2, [2, 1], seed=1)
    outputs = [model([float(i), 1.0]) for i in range(5)]
    calls = calls_of(topological_order(nn.mse_loss(outputs, [0.0] * 5)))
    assert len({calls[y][-1] for y in outputs}) == 5
    assert len({calls[y][0] for y in outputs}) == 5
    assert {calls[y][-1].owner for y in outputs} == {model}


def test_a_module_in_a_module_is_one_call_of_each():
    class Net(nn.Module):
        def __init__(self):
            self.parts = {"a": nn.Layer(1, 2, seed=1), "b": nn.Neuron(2, None, seed=2)}
            self.scale = Value(3.0)

        def __call__(self, x):
            return self.parts["b"](self.parts["a"](x)) * self.scale

    y = Net()([Value(1.0)])
    calls = calls_of(topological_order(y))
    assert sorted([call.name for call in found] for found in calls.values()) == [
        ["Net"],
        ["Neuron"],
        ["Neuron", "Layer"],
        ["Neuron", "Layer"],
    ]


def test_softmax_belongs_to_the_layer():
    model = nn.MLP(2, [3, 2], output_activation="softmax", seed=1)
    probabilities = model([1.0, 2.0])
    calls = calls_of(topological_order(*probabilities))
    assert [[call.name for call in calls[p]] for p in probabilities] == [["Layer", "MLP"]] * 2
