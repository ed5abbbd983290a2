"""Modules whose parameters and submodules stand in `__slots__`: they are found as attributes are.

Owns this for everything that looks for them: names, gradients, files, copies, `with_parameters`
and pictures. Training is in tests/nn/training/test_slots_trained.py.
"""

import copy
import pickle
from dataclasses import dataclass, field

import pytest

import autograd as ag
import nn
from autograd import Value


class Base(nn.Module):
    __slots__ = ("z", "a", "unset")  # noqa: RUF023 - their order is what is tested

    def __init__(self):
        self.z, self.a = Value(2.0), [Value(0.5), Value(-1.0)]


class Model(Base):
    """Slots here and in its base, a private one, one that is never set, and a `__dict__`."""

    __slots__ = ("head", "__secret", "again")  # noqa: RUF023 - as above

    def __init__(self):
        super().__init__()
        self.head, self.__secret = nn.Neuron(1, "tanh", seed=0), Value(0.25)
        self.again = self.z  # a parameter that is shared
        self.plain = Value(3.0)

    def __call__(self, inputs):
        return self.head(inputs) * self.z + ag.dot(self.a, [inputs[0], self.again]) + self.__secret


@dataclass(slots=True, eq=False)
class Line(nn.Module):
    slope: Value = field(default_factory=lambda: Value(0.5))
    bias: Value = field(default_factory=lambda: Value(0.0))

    def __call__(self, inputs):
        return self.slope * inputs[0] + self.bias


@dataclass(slots=True, frozen=True)
class Frozen(nn.Module):
    slope: Value
    parts: tuple[Value, ...]

    def __call__(self, inputs):
        return self.slope * inputs[0] + ag.sum(self.parts)


NAMES = [
    "plain", "z", "a.0", "a.1", "head.weights.0", "head.bias", "_Model__secret",
]  # fmt: skip
STATE = ["plain", "z", "a", "head.weight", "head.bias", "_Model__secret", "again"]


def numbers(model):
    return [p.data for p in model.parameters()]


def test_they_are_named_in_the_order_of_their_definition():
    model = Model()
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert model.parameters()[1] is model.z is model.again
    assert list(model.state_dict()) == STATE
    assert [name for name, _ in Line().named_parameters()] == ["slope", "bias"]


def test_gradients_are_set_to_zero():
    model = Model()
    model([0.5]).backward()
    assert any(p.grad for p in (model.z, *model.a, *model.head.parameters()))
    model.zero_grad()
    assert not any(p.grad for p in (model.z, *model.a, *model.head.parameters()))


def test_a_module_in_a_slot_is_switched_to_eval():
    model = Model().eval()
    assert not model.head.training
    model.train()
    assert model.head.training


@pytest.mark.parametrize(("kind", "n"), [(Model, len(NAMES)), (Line, 2)])
def test_they_are_saved_and_loaded(kind, n, tmp_path):
    model, other = kind(), kind()
    for k, p in enumerate(model.parameters()):
        p.data = 0.125 * (k + 1)
    nn.save(model, tmp_path / "model.safetensors")
    nn.load(tmp_path / "model.safetensors", into=other)
    assert numbers(other) == numbers(model) == [0.125 * (k + 1) for k in range(n)]
    assert other([0.5]).data == model([0.5]).data


COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("copied", COPIES)
def test_copies_have_parameters_of_their_own(copied):
    model = Model()
    twin = COPIES[copied](model)
    assert [name for name, _ in twin.named_parameters()] == NAMES
    assert twin.again is twin.z
    assert not {*map(id, twin.parameters())} & {*map(id, model.parameters())}
    twin.z.data = 9.0
    assert twin([0.5]).data != model([0.5]).data


def slope_and_bias(model):
    return lambda weights: model.with_parameters(weights)([0.5])


def test_they_are_replaced_and_the_model_stays_as_it_is():
    model = Model()
    before = numbers(model)
    model([0.5]).backward()
    expected = [p.grad for p in model.parameters()]
    assert ag.grad(slope_and_bias(model))(before) == expected
    twin = model.with_parameters([x + 1.0 for x in before])
    assert twin.again is twin.z
    assert twin.head is not model.head
    assert numbers(twin) == []  # numbers stand in their places
    assert [twin.plain, twin.z, *twin.a] == [x + 1.0 for x in before[:4]]
    assert numbers(model) == before


def test_they_are_replaced_in_a_class_that_lets_nobody_set_them():
    model = Frozen(Value(2.0), (Value(1.0), Value(3.0)))
    assert ag.grad(slope_and_bias(model))(numbers(model)) == [0.5, 1.0, 1.0]
    assert numbers(model) == [2.0, 1.0, 3.0]


def test_the_call_of_a_slotted_dataclass_is_one_box():
    """Python makes such a class twice: of the second one, too, `unboxed` leaves no note."""
    assert Line.unboxed is Line.__call__.__wrapped__
    assert not hasattr(Line.unboxed, "__wrapped__")
    assert Line().unboxed([1.0])._origin is None


def test_drawing_names_the_part_in_a_slot():
    with pytest.raises(TypeError, match=r"draw a part of it: model\.head\.draw\(\)"):
        Model().draw()
