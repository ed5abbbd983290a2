"""Model files: both ways with the safetensors library, and every damaged or hostile file."""

import json
import struct
import time
from random import Random

import numpy as np
import pytest
from hypothesis import given, strategies as st
from safetensors.numpy import load_file, save_file

import autograd as ag
from autograd import Value
from nn import MLP, Layer, Module, Neuron, load, save
from nn.serialize import to_bytes

MODEL = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", seed=1)


def build(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def refusal(path, content):
    """The message with which `load` refuses a file of this content."""
    path.write_bytes(content)
    with pytest.raises(ValueError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    assert len(message) < len(str(path)) + 400
    return message


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
    save(model, tmp_path / "m")
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


def test_mixed_activations_are_not_misremembered(tmp_path):
    model = MLP(2, [3, 3, 1], seed=1)
    model.layers[1].neurons[0].activation = ag.tanh
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


def test_every_truncation_is_refused(tmp_path):
    content = to_bytes(MODEL)
    for length in range(len(content)):
        refusal(tmp_path / "m", content[:length])


def test_trailing_bytes_are_refused(tmp_path):
    assert "there are" in refusal(tmp_path / "m", to_bytes(MODEL) + b"\0")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_file_loads_or_is_refused(tmp_path_factory, changes):
    content = bytearray(to_bytes(MODEL))
    for place, byte in changes:
        content[place % len(content)] = byte
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content)
    problem = ""
    try:
        load(path)
    except ValueError as error:
        problem = str(error)
    assert problem.isprintable()


@given(st.binary(max_size=200))
def test_a_foreign_file_is_refused(tmp_path_factory, content):
    refusal(tmp_path_factory.getbasetemp() / "foreign", content)


ENTRY = {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}
EIGHT = b"\0" * 8
ARCHITECTURE = {"module": "MLP", "n_inputs": 2, "layer_sizes": [3, 1]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "shorter than a header"),
        (b"\x80\x04\x95pickle" * 10, "its header is longer than the file"),
        (struct.pack("<Q", 2**63) + b"{}", "its header is longer than the file"),
        (build(b"{"), "its header is not JSON"),
        (build(b"\xff\xfe"), "its header is not JSON"),
        (build(b"[" * 100_000), "its header is not JSON"),
        (build(b'{"a": 1' + b"0" * 5000 + b"}"), "its header is not JSON"),
        (build(b'{"a": {}, "a": {}}'), "names a thing twice"),
        (build([1, 2]), "its header is not a JSON object"),
        (build({"a": 1}), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "more": 1}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "shape": [True]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "shape": [-1]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "shape": [0, 10**18]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "shape": [2]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "shape": [1] * 500}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "data_offsets": [0]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "data_offsets": [8, 0]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "dtype": ["F64"]}}, EIGHT), "the entry of 'a' is wrong"),
        (build({"a": {**ENTRY, "dtype": "I64"}}, EIGHT), "numbers of type 'I64'; only F64 and F32"),
        (build({"a": ENTRY, "b": ENTRY}, EIGHT), "the numbers of 'b' do not follow the last"),
        (build({"a": ENTRY}), "the header tells of 8 bytes of numbers, there are 0"),
        (build({"__metadata__": [1]}), "its metadata are not text"),
        (build({"__metadata__": {"architecture": 5}}), "its metadata are not text"),
        (build({"a": ENTRY}, EIGHT), "parameters without the architecture"),
        (build({"a\n\x1b[31m": ENTRY, "__metadata__": {"architecture": "{}"}}, EIGHT), "unknown"),
    ],
)
def test_hostile_headers(tmp_path, content, message):
    assert message in refusal(tmp_path / "m", content)


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ("not json", "unknown architecture None"),
        ("[" * 100_000, "unknown architecture None"),
        ('"MLP"', "unknown architecture None"),
        ({"module": "os.system", "command": "ls"}, "unknown architecture 'os.system'"),
        ({"module": ["MLP"]}, "unknown architecture a list"),
        ({"module": "MLP"}, "damaged architecture"),
        ({**ARCHITECTURE, "seed": 1}, "damaged architecture"),
        ({**ARCHITECTURE, "init": "he"}, "damaged architecture"),
        ({**ARCHITECTURE, "surprise": 1}, "damaged architecture"),
        ({**ARCHITECTURE, "n_inputs": "2"}, "n_inputs must be a whole number"),
        ({**ARCHITECTURE, "layer_sizes": [3, 1.5]}, "layer_sizes[1] must be a whole number"),
        ({**ARCHITECTURE, "activation": "__import__('os')"}, "unknown name"),
        ({**ARCHITECTURE, "activation": ["relu", "relu"]}, "activation has 2 entries for 1 hidden"),
        ({**ARCHITECTURE, "n_inputs": 10**12}, "larger than the numbers in the file"),
        ({**ARCHITECTURE, "layer_sizes": [10**6] * 5}, "larger than the numbers in the file"),
        ({**ARCHITECTURE, "layer_sizes": [4, 1]}, "layers.0.weight has shape [3, 2], here has"),
        ({**ARCHITECTURE, "layer_sizes": [2, 1]}, "the state must be that of"),
    ],
)
def test_hostile_architectures(tmp_path, architecture, message):
    text = architecture if isinstance(architecture, str) else json.dumps(architecture)
    header, body = {"__metadata__": {"architecture": text}}, b""
    for name, numbers in MODEL.state_dict().items():
        array = np.array(numbers)
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": offsets}
        body += array.tobytes()
    start = time.process_time()
    assert message in refusal(tmp_path / "m", build(header, body))
    assert time.process_time() - start < 5


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
