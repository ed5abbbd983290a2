"""Model files: what they keep, both ways with the safetensors library.

Those that are damaged or hostile are in test_damaged_files.py.
"""

import json
from random import Random

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import autograd as ag
from autograd import Value
from nn import MLP, Layer, Module, Neuron, Preparation, load, problem_of, save
from nn.data.preparation import CategoryColumn, ClassTarget, NumberColumn, NumberTarget
from nn.serialize import load_prepared

MODEL = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", seed=1)
PREPARED = Preparation(
    (NumberColumn("키", 160.0, 10.0), CategoryColumn("색", ("빨강", "파랑"))),
    ClassTarget("종", ("개", "고양이", "새"), "index"),
)
CLASSIFIER = MLP(3, [2, 3], seed=1)


@pytest.mark.parametrize(
    "model",
    [
        MODEL,
        MLP(3, [1], seed=2),
        MLP(1, [2, 2, 2], None, seed=2),
        MLP(2, [3, 3, 2], "gelu", seed=3),
        Layer(3, 2, "elu", seed=4),
        Neuron(4, "leaky_relu", seed=5),
    ],
    ids=repr,
)
def test_a_saved_model_is_rebuilt_to_the_bit(tmp_path, model):
    path = tmp_path / "model.safetensors"
    save(model, path)
    loaded = load(str(path))
    assert repr(loaded) == repr(model)
    assert loaded.state_dict() == model.state_dict()
    row = [0.3, -0.7, 1.1, 0.5][: model.n_inputs]
    outputs = [m(row) if isinstance(m(row), list) else [m(row)] for m in (model, loaded)]
    assert [y.data for y in outputs[0]] == [y.data for y in outputs[1]]


def test_the_numbers_survive_whatever_they_are(tmp_path):
    model = MLP(2, [2, 1], seed=0)
    numbers = [float("inf"), -0.0, 5e-324, 1.7976931348623157e308, 0.1, -1 / 3, 1e-200, 3.0, 2.0]
    for parameter, number in zip(model.parameters(), numbers, strict=True):
        parameter.data = number
    save(model, tmp_path / "m")
    restored = [p.data for p in load(tmp_path / "m").parameters()]
    assert [x.hex() for x in restored] == [x.hex() for x in numbers]


def test_the_safetensors_library_reads_it(tmp_path):
    save(MODEL, tmp_path / "m")
    tensors = load_file(tmp_path / "m")
    assert {name: array.dtype for name, array in tensors.items()} == dict.fromkeys(
        ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"], np.float64
    )
    assert {name: array.tolist() for name, array in tensors.items()} == MODEL.state_dict()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_files_of_the_safetensors_library_are_read(tmp_path, dtype):
    tensors = {name: np.array(x, dtype=dtype) for name, x in MODEL.state_dict().items()}
    save_file(tensors, tmp_path / "m", metadata={"format": "pt"})
    model = MLP(2, [3, 1], seed=9)
    assert load(tmp_path / "m", into=model) is model
    assert model.state_dict() == {name: array.tolist() for name, array in tensors.items()}
    with pytest.raises(ValueError, match=r"call load\(path, into=model\)"):
        load(tmp_path / "m")


def test_a_file_without_named_architecture(tmp_path):
    model = MLP(2, [3, 1], activation=lambda z: z * z, seed=1)
    with pytest.warns(UserWarning, match=r"m holds the .*MLP.* without .*into=model\)$") as w:
        save(model, tmp_path / "m")
    assert w[0].filename == __file__
    other = MLP(2, [3, 1], activation=lambda z: z * z, seed=2)
    assert load(tmp_path / "m", into=other).state_dict() == model.state_dict()
    with pytest.raises(ValueError, match="parameters without the architecture"):
        load(tmp_path / "m")
    with pytest.raises(ValueError, match="here has shape"):
        load(tmp_path / "m", into=MLP(2, [4, 1]))


def test_a_module_of_ones_own(tmp_path):
    class Own(Module):
        def __init__(self):
            self.factor = Value(2.5)
            self.head = Layer(2, 2, seed=0)

    save(Own(), tmp_path / "m")
    fresh = Own()
    fresh.factor.data = 0.0
    assert load(tmp_path / "m", into=fresh).factor.data == 2.5


class Residual(Layer):
    def __call__(self, inputs):
        return [a + b for a, b in zip(inputs, super().__call__(inputs), strict=True)]


class Negated(Neuron):
    def __call__(self, inputs):
        return -super().__call__(inputs)


class Doubled(MLP):
    def __call__(self, inputs):
        return super().__call__(inputs) * 2.0


class Named(MLP):
    """Computes as an MLP does."""


def with_part(place, part):
    model = MLP(2, [3, 3, 1], seed=0)
    if place == "layer":
        model.layers[1] = part
    else:
        model.layers[0].neurons[2] = part
    return model


@pytest.mark.parametrize(
    "model",
    [
        with_part("layer", Residual(3, 3, seed=1)),
        with_part("neuron", Negated(2, seed=1)),
        Doubled(2, [3, 1], seed=1),
        Residual(2, 2, seed=1),
        Negated(2, seed=1),
    ],
    ids=["layer in it", "neuron in it", "MLP", "layer", "neuron"],
)
def test_what_computes_in_a_way_of_its_own_is_not_loaded_as_another(tmp_path, model):
    with pytest.warns(UserWarning, match=r"kept only of layers that compute as nn's do"):
        save(model, tmp_path / "m")
    with pytest.raises(ValueError, match="parameters without the architecture"):
        load(tmp_path / "m")
    before = model([0.3, -0.7])
    state = model.state_dict()
    for parameter in model.parameters():
        parameter.data = 0.5
    load(tmp_path / "m", into=model)
    assert model.state_dict() == state
    assert repr(model([0.3, -0.7])) == repr(before)


def test_a_subclass_that_computes_alike_is_loaded_as_what_it_computes(tmp_path):
    model = Named(2, [3, 1], seed=1)
    save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert type(loaded) is MLP
    assert loaded([0.3, -0.7]).data == model([0.3, -0.7]).data


def test_mixed_activations_are_not_misremembered(tmp_path):
    model = MLP(2, [3, 3, 1], seed=1)
    model.layers[1].neurons[0].activation = ag.tanh
    with pytest.warns(UserWarning, match="without its architecture"):
        save(model, tmp_path / "m")
    with pytest.raises(ValueError, match="parameters without the architecture"):
        load(tmp_path / "m")


def test_loading_leaves_the_global_generator_alone(tmp_path):
    import random

    save(MODEL, tmp_path / "m")
    before = random.getstate()
    load(tmp_path / "m")
    assert random.getstate() == before


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m"
    save(MODEL, path)
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save(MLP(5, [5], seed=0), path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_model_file_keeps_the_preparation(tmp_path):
    path = tmp_path / "m"
    save(CLASSIFIER, path, PREPARED)
    model, preparation = load_prepared(path)
    assert preparation == PREPARED
    assert model.state_dict() == CLASSIFIER.state_dict()
    with pytest.warns(UserWarning, match="also keeps how its rows are prepared") as told:
        assert load(path).state_dict() == CLASSIFIER.state_dict()
    assert told[0].filename == __file__
    other = MLP(3, [2, 3], seed=2)
    assert load_prepared(path, into=other) == (other, PREPARED)
    assert "고양이".encode() in path.read_bytes()  # to be read by people too
    tensors = load_file(path)
    assert {name: array.tolist() for name, array in tensors.items()} == CLASSIFIER.state_dict()
    with safe_open(path, "np") as file:
        metadata = file.metadata()
    assert Preparation.from_json(metadata["preparation"]) == PREPARED
    assert json.loads(metadata["architecture"])["module"] == "MLP"
    save(MODEL, path)
    assert load_prepared(path)[1] is None


@pytest.mark.parametrize("name", ["iris", "diabetes", "moons"])
def test_an_answer_is_the_same_after_loading(tmp_path, name):
    training, test = problem_of(name, seed=1).split(0.2, seed=1)
    preparation = Preparation.of(training)
    model = MLP(preparation.n_inputs, [4, preparation.n_outputs], seed=1)
    save(model, tmp_path / "m", preparation)
    again, prepared = load_prepared(tmp_path / "m")
    for row in test.rows[:20]:
        expected = preparation.answer(model(preparation.row(row)))
        assert prepared.answer(again(prepared.row(row))) == expected


def test_a_neuron_and_a_layer_have_preparations_too(tmp_path):
    one = Preparation((NumberColumn("x", 0.0, 1.0),), NumberTarget("y", 1.0, 2.0))
    for model in (Neuron(1, "identity", seed=1), Layer(1, 1, seed=1)):
        save(model, tmp_path / "m", one)
        assert load_prepared(tmp_path / "m")[1] == one


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda path: save(path, MODEL),
            "save: expected a model and a path, got PosixPath and MLP",
        ),
        (lambda path: save(str(path), MODEL), "got str and MLP; write save(model, path)"),
        (lambda path: save(MODEL, None), "got MLP and NoneType; write save(model, path)"),
        (lambda path: save(MODEL.state_dict(), path), "expected a model and a path, got dict and"),
        (lambda path: save(MODEL, path, {"a": 1}), "preparation must be a Preparation, got dict"),
        (lambda path: load(MODEL), "load: expected the path of a file, got MLP"),
        (lambda path: load(path, MODEL.state_dict()), "load: into must be a model, got dict"),
    ],
)
def test_wrong_arguments(tmp_path, call, message):
    with pytest.raises(TypeError) as caught:
        call(tmp_path / "m")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_random_models_survive(tmp_path):
    source = Random(3)
    for _ in range(20):
        sizes = [source.randint(1, 5) for _ in range(source.randint(1, 4))]
        model = MLP(source.randint(1, 5), sizes, seed=source)
        save(model, tmp_path / "m")
        assert load(tmp_path / "m").state_dict() == model.state_dict()
