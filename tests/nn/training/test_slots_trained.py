"""Training modules whose parameters and submodules stand in `__slots__`, also compiled.

Owns that they are trained to the bits of those in a `__dict__`, and what of slots is looked at.
"""

import importlib

import pytest

import nn
from autograd import Value
from nn.training.replay.surroundings import ModelSurroundings
from tests.nn.test_slots import Line, Model

DATA = [[0.1 * k] for k in range(-8, 9)], [0.3 * k + 1.0 for k in range(-8, 9)]


class InDict(nn.Module):
    """What `Line` computes, with its parameters where most modules have them."""

    def __init__(self):
        self.slope, self.bias = Value(0.5), Value(0.0)

    __call__ = Line.unboxed


@pytest.mark.parametrize("compiled", [False, True])
def test_they_are_trained_as_attributes_are(compiled):
    found = {}
    for kind in (Line, InDict):
        model = kind()
        history = nn.fit(
            model, DATA, "mse", lr=0.05, epochs=400, batch_size=4, seed=0, verbose=False,
            compiled=compiled, l2=1e-3,
        )  # fmt: skip
        found[kind] = [p.data.hex() for p in model.parameters()], list(history["loss"])
        if compiled:
            assert history.compiled.n_steps > 0
    assert found[Line] == found[InDict]
    assert found[Line][0] != [p.data.hex() for p in Line().parameters()]


def test_a_program_sees_that_a_slot_holds_another_module():
    def swaps(training):
        if training.finished == 200:
            training.model.head = nn.Neuron(1, "sigmoid", seed=3)

    trained = []
    for compiled in (False, True):
        model = Model()
        history = nn.fit(
            model, DATA, "mse", lr=0.01, epochs=400, seed=0, verbose=False, callbacks=[swaps],
            compiled=compiled,
        )  # fmt: skip
        trained.append([p.data.hex() for p in model.parameters()])
    assert history.compiled.n_steps > 0
    assert trained[0] == trained[1]


def test_a_run_that_is_not_to_count_sets_no_slot():
    model = Model()
    surroundings = ModelSurroundings(model)
    with pytest.raises(ValueError, match="changes attributes"), surroundings.kept():
        model.unset, model.z = 1.0, Value(7.0)
    assert not hasattr(model, "unset")
    assert model.z is model.again


INSTALLED = """
import nn

class Mixed:
    __slots__ = ("scale",)

class Holder(Mixed, nn.Module):
    __slots__ = ("head",)

    def __init__(self):
        self.head, self.scale = nn.Neuron(1, seed=0), 2.0

    def __call__(self, inputs):
        return self.head(inputs) * self.scale
"""


def test_slots_of_a_module_of_an_installed_package_count(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "installed_holder.py").write_text(INSTALLED)
    monkeypatch.syspath_prepend(folder)
    model = importlib.import_module("installed_holder").Holder()
    surroundings = ModelSurroundings(model)
    keys = [surroundings.key()]
    assert surroundings.key() == keys[0]
    for name, thing in {"head": nn.Neuron(1, seed=1), "scale": 3.0}.items():
        setattr(model, name, thing)
        keys.append(surroundings.key())
    assert keys[0] != keys[1] != keys[2]
