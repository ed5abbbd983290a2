"""Model files: saving a model as safetensors and loading it again.

Owns the file format (https://github.com/huggingface/safetensors: an 8-byte little-endian length, a
JSON header, the numbers) and what makes a file safe: it is read as data, never as code, and every
length in it is checked against the bytes that are there. PyTorch reads the files with
`safetensors.torch.load_file`.
"""

import json
import os
import struct
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from random import Random
from typing import Any

from nn.files import write_atomically
from nn.layers import MLP, Layer, Neuron
from nn.module import Module, Numbers
from nn.nested import entries, reshape, shape_of

# What a file may ask to be rebuilt. The constructor's arguments come from its metadata.
MODULES: dict[str, type[Module]] = {"MLP": MLP, "Layer": Layer, "Neuron": Neuron}
# Element types that can be read: their letter for `struct`, their size in bytes. Written is F64.
TYPES = {"F64": ("d", 8), "F32": ("f", 4)}
MAX_HEADER = 100_000_000  # bytes; the limit of the safetensors format


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write the parameters of `model` to `path`, whole or not at all.

    Parameters are named as in `state_dict`, in double precision. The metadata hold the
    architecture, from which `load` rebuilds an MLP, a Layer or a Neuron whose activations have
    names. Raises OSError.
    """
    write_atomically(path, to_bytes(model))


def to_bytes(model: Module) -> bytes:
    """Return the contents of the file that `save` writes."""
    metadata = {}
    architecture = model.architecture()
    if architecture is not None:
        description = {"module": type(model).__name__, **architecture}
        metadata["architecture"] = json.dumps(description)
    tensors = {}
    for name, numbers in model.state_dict().items():
        tensors[name] = (shape_of(numbers) or (), entries(numbers))
    return pack(metadata, tensors)


def pack(
    metadata: dict[str, str], tensors: Mapping[str, tuple[Sequence[int], Sequence[float]]]
) -> bytes:
    """Return a safetensors file with these metadata and tensors: name -> shape, its numbers."""
    header: dict[str, Any] = {"__metadata__": metadata}
    body = bytearray()
    for name, (shape, numbers) in tensors.items():
        start = len(body)
        body += struct.pack(f"<{len(numbers)}d", *numbers)
        offsets = [start, len(body)]
        header[name] = {"dtype": "F64", "shape": list(shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the numbers start at a multiple of 8
    return struct.pack("<Q", len(text)) + text + body


def load(path: str | os.PathLike[str], into: Module | None = None) -> Module:
    """Read a model that `save` wrote: rebuild it, or set the parameters of `into`.

    Args:
        path: a safetensors file, in double or single precision.
        into: a model of the same sizes, for a file without architecture: of a class of your own,
            or written by PyTorch. Default: the file's architecture is rebuilt.

    Raises ValueError, in one line that names the file, for anything but a whole and consistent
    file, and OSError if it cannot be read.
    """
    content = Path(path).read_bytes()
    try:
        metadata, state = from_bytes(content)
        model = into if into is not None else _rebuild(metadata, state)
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from None
    return model


def from_bytes(content: bytes) -> tuple[dict[str, str], dict[str, Numbers]]:
    """Return the metadata and the state of a safetensors file, or raise ValueError."""
    if len(content) < 8:
        raise ValueError("no model file: it is shorter than a header")
    (length,) = struct.unpack_from("<Q", content)
    if length > min(len(content) - 8, MAX_HEADER):
        raise ValueError("no model file, or cut off: its header is longer than the file")
    header = _parse_header(content[8 : 8 + length])
    body = memoryview(content)[8 + length :]
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError("damaged header: its metadata are not text")
    tensors = {name: _parse_entry(name, entry) for name, entry in header.items()}
    end = 0
    for name, (_, _, start, stop) in sorted(tensors.items(), key=lambda item: item[1][2:]):
        if start != end:
            raise ValueError(f"damaged header: the numbers of {name!r:.60} do not follow the last")
        end = stop
    if end != len(body):
        raise ValueError(
            f"cut off or damaged: the header tells of {end} bytes of numbers, there are {len(body)}"
        )
    return metadata, {name: _numbers(body, tensor) for name, tensor in tensors.items()}


# letter for `struct`, shape, first byte, byte after the last
_Tensor = tuple[str, tuple[int, ...], int, int]


def _parse_header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode(), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise ValueError("no model file: its header is not JSON, or names a thing twice") from None
    if not isinstance(header, dict):
        raise ValueError("no model file: its header is not a JSON object")
    return header


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _parse_entry(name: str, entry: Any) -> _Tensor:
    """The header's entry for one tensor, checked for consistency in itself."""
    problem = ValueError(f"damaged header: the entry of {name!r:.60} is wrong")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise problem
    shape, offsets = entry["shape"], entry["data_offsets"]
    for sizes, least in ((shape, 1), (offsets, 0)):  # no module here has an empty tensor
        if not isinstance(sizes, list) or not all(type(n) is int and n >= least for n in sizes):
            raise problem
    if not isinstance(entry["dtype"], str):
        raise problem
    if entry["dtype"] not in TYPES:
        raise ValueError(
            f"{name!r:.60} has numbers of type {entry['dtype']!r:.20}; "
            f"only {' and '.join(TYPES)} can be read"
        )
    letter, size = TYPES[entry["dtype"]]
    if len(offsets) != 2 or len(shape) > 32 or offsets[1] - offsets[0] != prod(shape) * size:
        raise problem
    return letter, tuple(shape), offsets[0], offsets[1]


def _numbers(body: memoryview, tensor: _Tensor) -> Numbers:
    letter, shape, start, stop = tensor
    data = body[start:stop]
    flat = [number for (number,) in struct.iter_unpack(f"<{letter}", data)]
    numbers: Numbers = reshape(flat, shape)
    return numbers


def _rebuild(metadata: dict[str, str], state: dict[str, Numbers]) -> Module:
    """Build the module that the metadata describe, with all weights 0."""
    if "architecture" not in metadata:
        raise ValueError(
            "it holds parameters without the architecture; "
            "build the model yourself and call load(path, into=model)"
        )
    try:
        arguments = json.loads(metadata["architecture"])
    except (ValueError, RecursionError):
        arguments = None
    kind = arguments.pop("module", None) if isinstance(arguments, dict) else None
    if not isinstance(kind, str) or kind not in MODULES:
        raise ValueError(
            f"unknown architecture {kind!r:.40}; known are {', '.join(MODULES)}: "
            "a newer glassgrad may know it, or call load(path, into=model)"
        )
    n_weights = 0
    n_numbers = sum(prod(shape_of(numbers) or ()) for numbers in state.values())

    def draw(n_inputs: int, n_outputs: int, source: Random) -> float:
        # A damaged or hostile file may describe a network of any size: never build more weights
        # than the file has numbers.
        nonlocal n_weights
        n_weights += 1
        if n_weights > n_numbers:
            raise ValueError("the architecture is larger than the numbers in the file")
        return 0.0

    try:
        return MODULES[kind](**arguments, seed=0, init=draw)  # type: ignore[call-arg]
    except TypeError as error:
        raise ValueError(f"damaged architecture: {error}") from None
