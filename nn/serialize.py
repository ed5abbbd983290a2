"""Model files: saving a network with all that a prediction needs, and loading it again.

Owns what the metadata of such a file hold, and that a file is data, never code. The container is
that of `nn.safetensors`; its tensors are the `state_dict`, its metadata are

    architecture   JSON: "module", one of `MODULES`, and the arguments of its constructor
    preparation    JSON: scaling, categories and classes, as `Preparation.to_json` writes them

each only where the model has it.
"""

import json
import os
import warnings
from inspect import signature
from math import prod
from random import Random
from typing import Any

from autograd.files import write_atomically
from autograd.origin import users_level
from nn.data.preparation import Preparation
from nn.layers import MLP, Layer, Neuron
from nn.module import Module, Numbers
from nn.nested import entries, shape_of
from nn.safetensors import from_bytes, from_file, pack
from nn.strict_json import parse

__all__ = ["MODULES", "from_bytes", "load", "load_prepared", "pack", "save", "to_bytes"]

# What a file may ask to be rebuilt. The constructor's arguments come from its metadata.
MODULES: dict[str, type[Module]] = {"MLP": MLP, "Layer": Layer, "Neuron": Neuron}
# Bytes. JSON takes some twenty times its length as Python objects; of a model of a hundred layers
# and a thousand classes it is 50,000 bytes.
MAX_HEADER = 4_000_000

_Path = str | os.PathLike[str]


def save(model: Module, path: _Path, preparation: Preparation | None = None) -> None:
    """Write the parameters of `model` to `path`, whole or not at all.

    Args:
        model: parameters are named as in its `state_dict`, in double precision. The architecture
            is kept of an MLP, a Layer or a Neuron whose activations are in `nn.ACTIVATIONS` and of
            whose parts none computes in a way of its own; that it is not of another is a
            UserWarning.
        path: of the file, `.safetensors` by custom.
        preparation: of the data it was trained on, for predictions from tables.

    Raises ValueError for a preparation of other sizes than the model's, and OSError.
    """
    given: tuple[object, object] = model, path
    if not isinstance(given[0], Module) or not isinstance(given[1], (str, os.PathLike)):
        kinds = [type(argument).__name__ for argument in given]
        raise TypeError(
            f"save: expected a model and a path, got {kinds[0]} and {kinds[1]}; "
            "write save(model, path)"
        )
    write_atomically(path, to_bytes(model, preparation))
    if isinstance(model, tuple(MODULES.values())) and model.architecture() is None:
        warnings.warn(
            f"save: {os.fspath(path)!s} holds the numbers of {model!r} without its architecture, "
            "which is kept only of layers that compute as nn's do, with functions of "
            "nn.ACTIVATIONS; to load it, build the model as you did here and call "
            "load(path, into=model)",
            stacklevel=users_level(),
        )


def to_bytes(model: Module, preparation: Preparation | None = None) -> bytes:
    """Return the contents of the file that `save` writes."""
    metadata = {}
    architecture = model.architecture()
    if architecture is not None:
        own = type(model).__name__
        kind = next((name for name, kind in MODULES.items() if isinstance(model, kind)), own)
        description = {"module": kind, **architecture}
        metadata["architecture"] = json.dumps(description)
    if preparation is not None:
        if not isinstance(preparation, Preparation):
            raise TypeError(
                f"save: preparation must be a Preparation, got {type(preparation).__name__}"
            )
        _check_sizes(model, preparation)
        metadata["preparation"] = preparation.to_json()
    tensors = {}
    for name, numbers in model.state_dict().items():
        tensors[name] = (shape_of(numbers) or (), entries(numbers))
    return pack(metadata, tensors)


def load(path: _Path, into: Module | None = None) -> Module:
    """Read a model that `save` wrote: rebuild it, or set the parameters of `into`.

    Args:
        path: a safetensors file, in double or single precision.
        into: a model of the same sizes, for a file without architecture: of a class of your own,
            or written by PyTorch. Default: the file's architecture is rebuilt.

    Raises ValueError, in one line that names the file, for anything but a whole and consistent
    file, and OSError if it cannot be read. Warns where the file has a preparation, which it leaves
    out: rows as they stand in a table are no input of such a model.
    """
    model, preparation = load_prepared(path, into)
    if preparation is not None:
        warnings.warn(
            f"load: {os.fspath(path)} also keeps how its rows are prepared (scaling, categories, "
            "classes), which load leaves out: model, preparation = load_prepared(path), and "
            "preparation.row(...) makes a row of a table an input",
            UserWarning,
            stacklevel=users_level(),
        )
    return model


def load_prepared(path: _Path, into: Module | None = None) -> tuple[Module, Preparation | None]:
    """Read a model as `load` does, and the preparation of its data if the file has one."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"load: expected the path of a file, got {type(path).__name__}")
    if into is not None and not isinstance(into, Module):
        raise TypeError(f"load: into must be a model, got {type(into).__name__}")
    try:
        metadata, state = from_file(path, MAX_HEADER)
        preparation = None
        if "preparation" in metadata:
            preparation = Preparation.from_json(metadata["preparation"])
        model = into if into is not None else _rebuild(metadata, state)
        if preparation is not None:
            _check_sizes(model, preparation)
        model.load_state_dict(state)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from None
    return model, preparation


def _check_sizes(model: Module, preparation: Preparation) -> None:
    """Raise ValueError if `model` has other numbers of inputs or outputs than it is given.

    A module of one's own may not tell its sizes.
    """
    n_outputs: Any = None
    if isinstance(model, MLP):
        n_outputs = model.layer_sizes[-1]
    elif isinstance(model, (Layer, Neuron)):
        n_outputs = getattr(model, "n_outputs", 1)
    for what, of_model, prepared in (
        ("inputs", getattr(model, "n_inputs", None), preparation.n_inputs),
        ("outputs", n_outputs, preparation.n_outputs),
    ):
        if isinstance(of_model, int) and of_model != prepared:
            raise ValueError(
                f"the model has {of_model} {what}, but its preparation {prepared}; "
                "they must be of one training"
            )


def _rebuild(metadata: dict[str, str], state: dict[str, Numbers]) -> Module:
    """Build the module that the metadata describe, with all weights 0."""
    if "architecture" not in metadata:
        raise ValueError(
            "it holds parameters without the architecture; "
            "build the model yourself and call load(path, into=model)"
        )
    try:
        arguments = parse(metadata["architecture"])
    except ValueError:
        arguments = None
    kind = arguments.pop("module", None) if isinstance(arguments, dict) else None
    if not isinstance(kind, str) or kind not in MODULES:
        shown = repr(kind) if isinstance(kind, str | None) else f"a {type(kind).__name__}"
        raise ValueError(
            f"unknown architecture {shown:.40}; known are {', '.join(MODULES)}: "
            "a newer glassgrad may know it, or call load(path, into=model)"
        )
    known = signature(MODULES[kind]).parameters.keys() - {"seed", "init"}
    for name in arguments:
        if name not in known:
            raise ValueError(f"damaged architecture: {kind} has no argument {name!r:.40}")
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
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"damaged architecture: {error!s:.200}") from None
