"""Module: finding parameters, naming, saving and restoring them."""

import numpy as np
import pytest

import nn
from autograd import Value
from nn import MLP, Layer, Module, Neuron
from nn.nested import entries


class Scaled(Module):
    """A module of one's own, without a constructor call to Module."""

    def __init__(self) -> None:
        self.scale = Value(3.0)
        self.table = [[Value(1.0), Value(2.0)], [Value(4.0), Value(5.0)]]
        self.parts = {"head": Neuron(2, seed=0)}
        self.pair = (Layer(2, 1, seed=0), "text", 7)
        self.last_output = self.scale * 2  # not a leaf: no parameter
        self.itself = self

    def __call__(self, inputs):
        return self.scale * self.parts["head"](inputs)


def test_parameters_are_found_wherever_they_are():
    module = Scaled()
    assert [name for name, _ in module.named_parameters()] == [
        "scale",
        "table.0.0",
        "table.0.1",
        "table.1.0",
        "table.1.1",
        "parts.head.weights.0",
        "parts.head.weights.1",
        "parts.head.bias",
        "pair.0.neurons.0.weights.0",
        "pair.0.neurons.0.weights.1",
        "pair.0.neurons.0.bias",
    ]


def test_names_are_the_python_path():
    model = MLP(2, [4, 1], seed=0)
    names = dict(model.named_parameters())
    assert names["layers.0.neurons.3.weights.1"] is model.layers[0].neurons[3].weights[1]
    assert len(names) == len(model.parameters()) == 2 * 4 + 4 + 4 + 1


def test_a_shared_parameter_is_found_once_and_saved_twice():
    model = MLP(2, [2, 2], seed=0)
    model.layers[1] = model.layers[0]
    assert len(model.parameters()) == 6
    assert model.state_dict()["layers.1.weight"] == model.state_dict()["layers.0.weight"]
    model.load_state_dict(model.state_dict())


def test_state_dict_is_arranged_as_pytorchs():
    model = MLP(3, [2, 1], seed=0)
    state = model.state_dict()
    assert {name: np.shape(numbers) for name, numbers in state.items()} == {
        "layers.0.weight": (2, 3),
        "layers.0.bias": (2,),
        "layers.1.weight": (1, 2),
        "layers.1.bias": (1,),
    }
    assert state["layers.0.weight"][1][2] == model.layers[0].neurons[1].weights[2].data
    assert {name: np.shape(numbers) for name, numbers in Neuron(4).state_dict().items()} == {
        "weight": (1, 4),
        "bias": (1,),
    }


def test_state_of_a_module_of_ones_own():
    module = Scaled()
    del module.itself
    assert module.state_dict() == {
        "scale": 3.0,
        "table": [[1.0, 2.0], [4.0, 5.0]],
        "parts.head.weight": [[w.data for w in module.parts["head"].weights]],
        "parts.head.bias": [0.0],
        "pair.0.weight": [[w.data for w in module.pair[0].neurons[0].weights]],
        "pair.0.bias": [0.0],
    }


@pytest.mark.parametrize("kind", [list, np.array, lambda x: np.array(x, dtype=object)])
def test_a_state_can_be_loaded(kind):
    source, target = MLP(3, [2, 1], seed=1), MLP(3, [2, 1], seed=2)
    state = {name: kind(numbers) for name, numbers in source.state_dict().items()}
    target.load_state_dict(state)
    assert target.state_dict() == source.state_dict()
    assert all(type(p.data) is float for p in target.parameters())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("layers.1.bias"), "layers.1.bias is missing"),
        (lambda s: s.update(extra=1.0), "'extra' is unexpected"),
        (
            lambda s: s.update({"layers.0.weight": [[1.0, 2.0]]}),
            "layers.0.weight has shape [1, 2], here has shape [2, 3]",
        ),
        (
            lambda s: s.update({"layers.0.weight": [[1.0], [1.0, 2.0, 3.0]]}),
            "layers.0.weight has rows of different lengths",
        ),
        (lambda s: s.update({"layers.0.bias": 1.0}), "layers.0.bias is one number"),
        (lambda s: s.update({"layers.1.bias": ["1.0"]}), "layers.1.bias holds '1.0', not a number"),
        (lambda s: s.update({"layers.1.bias": [10**400]}), "layers.1.bias holds 1000000000000000"),
        (lambda s: s.update({"layers.1.bias": [None]}), "layers.1.bias holds None, not a number"),
        (lambda s: s.clear(), "(and 1 more): the state must be that of a model of the same kind"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    model = MLP(3, [2, 1], seed=1)
    before = model.state_dict()
    state = MLP(3, [2, 1], seed=2).state_dict()
    change(state)
    with pytest.raises(ValueError) as caught:
        model.load_state_dict(state)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert model.state_dict() == before


@pytest.mark.parametrize("state", [None, [1.0], 3])
def test_what_is_no_state(state):
    with pytest.raises(TypeError, match="load_state_dict: expected what state_dict"):
        MLP(1, [1]).load_state_dict(state)


def test_a_softmax_layer_has_the_parameters_of_a_linear_one():
    ending, linear = MLP(3, [2, 2], output_activation="softmax", seed=1), MLP(3, [2, 2], seed=1)
    assert ending.state_dict() == linear.state_dict()
    names = [name for name, _ in ending.named_parameters()]
    assert names == [name for name, _ in linear.named_parameters()]
    linear.load_state_dict(ending.state_dict())


def test_zero_grad():
    model = MLP(2, [2, 1], seed=0)
    model([1.0, 1.0]).backward()
    assert any(p.grad != 0.0 for p in model.parameters())
    model.zero_grad()
    assert all(p.grad == 0.0 for p in model.parameters())


def test_train_and_eval_reach_every_module():
    module = Scaled()
    assert module.training
    assert module.eval() is module
    assert not module.parts["head"].training
    assert not module.pair[0].neurons[0].training
    module.train()
    assert module.pair[0].neurons[0].training
    assert Neuron(1).training


class Child(Module):
    def __init__(self, parent):
        self.parent = parent
        self.weight = Value(0.5)

    def __call__(self, inputs):
        return inputs[0] * self.weight


class Parent(Module):
    def __init__(self):
        self.loop = self
        self.children = [Child(self), Child(self)]
        self.head = Neuron(1, seed=0)

    def __call__(self, inputs):
        return self.head([self.children[0](inputs) + self.children[1](inputs)])


def test_a_child_may_know_its_parent():
    model = Parent()
    assert list(model.state_dict()) == [
        "children.0.weight", "children.1.weight", "head.weight", "head.bias"
    ]  # fmt: skip
    assert len(model.parameters()) == 4
    assert list(model.children[0].state_dict())[-1] == "weight"  # asked alone, its parent is inside
    nn.fit(model, ([[1.0], [2.0]], [1.0, 2.0]), "mse", lr=0.1, epochs=2, verbose=False)
    other = Parent()
    other.load_state_dict(model.state_dict())
    assert other([2.0]).data == model([2.0]).data


def test_calling_a_module_without_a_call():
    class Net(Module):
        def forward(self, inputs):  # as PyTorch has it
            return inputs[0]

    with pytest.raises(NotImplementedError, match=r"^Net does not say .* `def __call__\(self, inp"):
        Net()([1.0])


def test_parameters_in_an_array():
    class Plane(Module):
        def __init__(self):
            self.rows = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], dtype=object)
            self.mixed = np.array([Value(5.0), "text"], dtype=object)
            self.plain = np.ones(3)

    plane = Plane()
    names = [name for name, _ in plane.named_parameters()]
    assert names == ["rows.0.0", "rows.0.1", "rows.1.0", "rows.1.1", "mixed.0"]
    assert plane.state_dict() == {"rows": [[1.0, 2.0], [3.0, 4.0]], "mixed.0": 5.0}
    assert entries(list(plane.arrangement().values())) == plane.parameters()


@pytest.mark.parametrize(
    "parameters",
    [{"a.b": Value(1.0), "a": {"b": Value(2.0)}}, {1: Value(1.0), "1": Value(2.0)}],
)
def test_two_parameters_of_one_name_are_not_saved_as_one(parameters):
    class Net(Module):
        def __init__(self):
            self.all = parameters

    assert len(Net().parameters()) == 2
    with pytest.raises(ValueError, match=r"two parameters of the model are called 'all\."):
        Net().state_dict()
