"""Model files that are damaged, foreign or hostile: each is refused in one line that costs little.

Owns what `load` says of them; what a file keeps is in test_serialize.py.
"""

import json
import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nn import MLP, Layer, Neuron, load, save
from nn.serialize import load_prepared, pack, to_bytes
from tests.nn.test_serialize import CLASSIFIER, MODEL, PREPARED


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


def test_every_truncation_is_refused(tmp_path):
    content = to_bytes(MODEL)
    for length in range(len(content)):
        refusal(tmp_path / "m", content[:length])


def test_trailing_bytes_are_refused(tmp_path):
    assert "there are" in refusal(tmp_path / "m", to_bytes(MODEL) + b"\0")


def loads_or_is_refused(path, content):
    """Whether `load` takes a file of this content; else it refuses it in one line."""
    path.write_bytes(content)
    start = time.process_time()
    problem = ""
    try:
        load_prepared(path)
    except ValueError as error:
        problem = str(error)
    assert time.process_time() - start < 5
    assert problem.isprintable()
    assert len(problem) < len(str(path)) + 500
    return not problem


@pytest.mark.parametrize(
    "content", [to_bytes(MODEL), to_bytes(CLASSIFIER, PREPARED)], ids=["bare", "prepared"]
)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 10**6),
)
def test_a_damaged_file_loads_or_is_refused(tmp_path_factory, content, changes, cut):
    damaged = bytearray(content)
    for place, byte in changes:
        damaged[place % len(damaged)] = byte
    path = tmp_path_factory.getbasetemp() / "damaged"
    loads_or_is_refused(path, bytes(damaged))
    assert not loads_or_is_refused(path, bytes(damaged)[: cut % len(damaged)])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(
        ["n_inputs", "layer_sizes", "n_outputs", "activation", "output_activation", "seed", "init"]
    ),
    JSON | st.integers(-3, 5) | st.just([3, 1]) | st.sampled_from(["relu", "softmax", "step"]),
)


@given(ARGUMENTS, st.sampled_from(["MLP", "Layer", "Neuron"]), JSON)
def test_any_metadata_load_or_are_refused(tmp_path_factory, arguments, kind, prepared):
    path = tmp_path_factory.getbasetemp() / "described"
    tensors = {}
    for name, numbers in MODEL.state_dict().items():
        array = np.array(numbers)
        tensors[name] = (array.shape, array.ravel().tolist())
    architecture = json.dumps({**arguments, "module": kind})
    loads_or_is_refused(path, pack({"architecture": architecture}, tensors))
    both = {"architecture": architecture, "preparation": json.dumps(prepared)}
    assert not loads_or_is_refused(path, pack(both, tensors))


@given(st.dictionaries(st.sampled_from(["a", "b", "__metadata__"]), JSON), st.binary(max_size=16))
def test_any_header_is_refused(tmp_path_factory, header, body):
    path = tmp_path_factory.getbasetemp() / "headed"
    assert not loads_or_is_refused(path, build(header, body))


@given(st.binary(max_size=200))
def test_a_foreign_file_is_refused(tmp_path_factory, content):
    refusal(tmp_path_factory.getbasetemp() / "foreign", content)


def test_a_header_larger_than_any_model_needs_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("nn.serialize.MAX_HEADER", 300)
    assert "its header has" in refusal(tmp_path / "m", to_bytes(CLASSIFIER, PREPARED))


def test_a_file_that_announces_much_costs_little(tmp_path):
    entry = {"dtype": "F64", "shape": [10**12], "data_offsets": [0, 8 * 10**12]}
    tracemalloc.start()
    try:
        message = refusal(tmp_path / "m", build({"a": entry}, b"\0" * 8))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "the header tells of 8000000000000 bytes of numbers, there are 8" in message
    assert peak < 2_000_000


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
        ({**ARCHITECTURE, "surprise": 1}, "damaged architecture: MLP has no argument 'surprise'"),
        ({**ARCHITECTURE, "\x1b[31m": 1}, "MLP has no argument '\\x1b[31m'"),
        ({**ARCHITECTURE, "n_inputs": "2"}, "n_inputs must be a whole number"),
        ({**ARCHITECTURE, "layer_sizes": [3, 1.5]}, "layer_sizes[1] must be a whole number"),
        ({**ARCHITECTURE, "activation": "__import__('os')"}, "unknown name"),
        ({**ARCHITECTURE, "activation": ["relu", "relu"]}, "activation lists 2 for 1 hidden"),
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


@pytest.mark.parametrize(
    ("model", "preparation", "message"),
    [
        (MODEL, PREPARED, "the model has 2 inputs, but its preparation 3"),
        (MLP(3, [2, 2], seed=1), PREPARED, "the model has 2 outputs, but its preparation 3"),
        (Layer(3, 2, seed=1), PREPARED, "the model has 2 outputs, but its preparation 3"),
        (Neuron(3, seed=1), PREPARED, "the model has 1 outputs, but its preparation 3"),
    ],
)
def test_a_preparation_of_other_sizes(tmp_path, model, preparation, message):
    with pytest.raises(ValueError, match=message):
        save(model, tmp_path / "m", preparation)
    assert list(tmp_path.iterdir()) == []
    kind = {"module": type(model).__name__, **model.architecture()}
    metadata = {"architecture": json.dumps(kind), "preparation": preparation.to_json()}
    tensors = {}
    for name, numbers in model.state_dict().items():
        array = np.array(numbers)
        tensors[name] = (array.shape, array.ravel().tolist())
    assert message in refusal(tmp_path / "m", pack(metadata, tensors))
