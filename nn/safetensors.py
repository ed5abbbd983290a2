"""The container of model files: named tensors of numbers, and metadata that are texts.

Owns the format safetensors (https://github.com/huggingface/safetensors: an 8-byte little-endian
length, a JSON header, the numbers) and what makes it safe: every length is checked against the
bytes that are there before anything is made of them. PyTorch reads the files with
`safetensors.torch.load_file`.
"""

import io
import json
import os
import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from nn.module import Numbers
from nn.nested import reshape
from nn.strict_json import parse

# Element types that can be read: their letter for `struct`, their size in bytes. Written is F64.
TYPES = {"F64": ("d", 8), "F32": ("f", 4)}
MAX_HEADER = 100_000_000  # bytes; the limit of the safetensors format

# metadata, and the numbers of each tensor in nested lists of its shape
Contents = tuple[dict[str, str], dict[str, Numbers]]
# letter for `struct`, shape, first byte, byte after the last
_Tensor = tuple[str, tuple[int, ...], int, int]


def pack(
    metadata: dict[str, str], tensors: Mapping[str, tuple[Sequence[int], Sequence[float]]]
) -> bytes:
    """Return a safetensors file with these metadata and tensors: name -> shape, its numbers."""
    header: dict[str, Any] = {"__metadata__": metadata}
    body = bytearray()
    for name, (shape, numbers) in tensors.items():
        start = len(body)
        column = array("d", numbers)
        if sys.byteorder == "big":
            column.byteswap()
        body += column.tobytes()
        offsets = [start, len(body)]
        header[name] = {"dtype": "F64", "shape": list(shape), "data_offsets": offsets}
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the numbers start at a multiple of 8
    return struct.pack("<Q", len(text)) + text + body


def from_bytes(content: bytes) -> Contents:
    """Return the metadata and the tensors of a safetensors file, or raise ValueError."""
    return _read(io.BytesIO(content), MAX_HEADER)


def from_file(path: str | os.PathLike[str], max_header: int = MAX_HEADER) -> Contents:
    """Return the metadata and the tensors of the file `path`, reading no more than is consistent.

    Raises ValueError, and OSError if it cannot be read.
    """
    with Path(path).open("rb") as file:
        return _read(file, max_header)


def _read(file: BinaryIO, max_header: int) -> Contents:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start = file.read(8)
    if size < 8 or len(start) < 8:
        raise ValueError("no model file: it is shorter than a header")
    (length,) = struct.unpack("<Q", start)
    if length > size - 8:
        raise ValueError("no model file, or cut off: its header is longer than the file")
    if length > max_header:
        raise ValueError(f"no model file: its header has {length} bytes, more than {max_header}")
    header = _parse_header(file.read(length))
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise ValueError("damaged header: its metadata are not text")
    tensors = {name: _parse_entry(name, entry) for name, entry in header.items()}
    end = 0
    for name, (_, _, start_of_it, stop) in sorted(tensors.items(), key=lambda item: item[1][2:]):
        if start_of_it != end:
            raise ValueError(f"damaged header: the numbers of {name!r:.60} do not follow the last")
        end = stop
    n_bytes = size - 8 - length
    if end != n_bytes:
        raise ValueError(
            f"cut off or damaged: the header tells of {end} bytes of numbers, there are {n_bytes}"
        )
    body = memoryview(file.read(n_bytes))
    if len(body) != n_bytes:  # somebody is writing it at this moment
        raise ValueError("cut off: the file changed while it was read")
    return metadata, {name: _numbers(body, tensor) for name, tensor in tensors.items()}


def _parse_header(text: bytes) -> dict[str, Any]:
    try:
        header = parse(text.decode())
    except ValueError:
        raise ValueError("no model file: its header is not JSON, or names a thing twice") from None
    if not isinstance(header, dict):
        raise ValueError("no model file: its header is not a JSON object")
    return header


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
