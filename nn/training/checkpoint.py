"""Checkpoint: a training as plain numbers, from which it goes on bit for bit.

Owns what belongs to it, and its file: a safetensors container whose metadata hold JSON. A file is
read as data, never as code, and everything in it is checked before anything is used.
"""

import hashlib
import json
import os
import struct
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from random import Random
from typing import Any

from autograd.files import write_atomically
from nn.nested import entries, shape_of
from nn.safetensors import from_file, pack
from nn.training.callbacks import Best
from nn.training.measured import Measured
from nn.training.own_state import check

FORMAT = "glassgrad training 2"
READ = (FORMAT, "glassgrad training 1")  # which has the measures as rows
SECONDS = 2.0  # between two writes while a training runs: each one waits for the disk
SHARE = 0.1  # of the time may go into them

Plan = dict[str, int | float | str]


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands, between two batches.

    Attributes:
        plan: what the training is of: sizes, data, batch size, loss; compared before going on.
        epoch: how many epochs are finished.
        position: how many samples of the next epoch have been trained on.
        order: the order of its samples; empty before it has begun.
        total, n_right: sums over these samples of the cost and of the right answers.
        random: the state of the random source, None for one without.
        given_lr, lr: the learning rate the training was begun with, and that of now.
        weights: all parameters, the model's first.
        velocities: the optimiser's, one for each parameter that it changes.
        own: attributes of an optimiser of the user's own, as `own_state` has them.
        held_out: the samples drawn for validation.
        best: the best epoch so far, for early stopping.
        measured, snapshots: as of `History`.
    """

    plan: Plan
    epoch: int
    position: int
    order: list[int]
    total: float
    n_right: int
    random: tuple[Any, ...] | None
    given_lr: float
    lr: float
    weights: "array[float]"
    velocities: list[float | None]
    own: dict[str, Any]
    held_out: list[int]
    best: Best | None
    measured: Measured
    snapshots: dict[int, "array[float]"]

    def require_plan(self, plan: Plan) -> None:
        """Raise ValueError, naming the first difference, unless this is a training of `plan`."""
        for name in plan:
            if self.plan.get(name) != plan[name]:
                was, is_now = _around_difference(str(self.plan.get(name)), str(plan[name]))
                differs = (
                    f"{name} was {was}, is {is_now}"
                    if not name.startswith("fingerprint")
                    else f"the {name.removeprefix('fingerprint of the ')} has other numbers"
                )
                raise ValueError(
                    f"fit: the checkpoint to resume is of another training: {differs}; give what "
                    "it was trained with, or leave out resume"
                )

    def to_bytes(self) -> bytes:
        """Return the contents of its file."""
        epochs = list(self.snapshots)
        state = {
            **{name: getattr(self, name) for name in _PLAIN},
            "best": self.best and [self.best.measure, self.best.epoch, self.best.value],
            "snapshots": epochs,
        }
        snapshots = [number for epoch in epochs for number in self.snapshots[epoch]]
        measures = self.measured.numbers(_measures(self.plan))
        tensors: dict[str, tuple[list[int], Any]] = {
            "weights": ([len(self.weights)], self.weights),
            "snapshots": ([len(epochs), len(snapshots) // len(epochs)], snapshots),
        }
        if measures:
            tensors["measures"] = ([len(measures)], measures)
        if self.best is not None:
            tensors["best"] = ([len(self.best.weights)], self.best.weights)
        return pack({"format": FORMAT, "training": json.dumps(state)}, tensors)

    @classmethod
    def of(cls, metadata: dict[str, str], tensors: dict[str, Any]) -> "Checkpoint":
        """Return the checkpoint that a file holds; ValueError for one that holds none."""
        if metadata.get("format") not in READ:
            kind = "a model file: nn.load reads it" if "architecture" in metadata else "another"
            raise ValueError(f"it holds no training, it is {kind}")
        try:
            state = json.loads(metadata["training"])
            return _rebuild(state, tensors)
        except _WHAT_DAMAGE_RAISES as e:
            reason = e.args[0] if isinstance(e, _DamageError) else "its entries do not fit"
            raise ValueError(f"damaged: {reason}") from None


# The entries that JSON keeps as they are.
_PLAIN = (
    *("plan", "epoch", "position", "order", "total", "n_right", "random"),
    *("given_lr", "lr", "velocities", "own", "held_out"),
)


def read_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read what `fit(..., checkpoint=path)` wrote.

    Raises ValueError, in one line that names the file, for anything but a whole and consistent
    checkpoint, and OSError if it cannot be read.
    """
    try:
        return Checkpoint.of(*from_file(path))
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: no whole checkpoint: {error}") from None


class CheckpointFile:
    """Keeps the checkpoint of a running training in a file, written whole or not at all.

    The first one is written at once, so that a folder that is missing is told before an hour of
    training. Raises OSError.
    """

    def __init__(self, path: str | os.PathLike[str], first: Checkpoint) -> None:
        self.path = path
        self.save(first)

    def save(self, checkpoint: Checkpoint) -> None:
        """Write it."""
        start = time.monotonic()
        write_atomically(self.path, checkpoint.to_bytes())
        end = time.monotonic()
        self._due = end + max(SECONDS, (end - start) / SHARE)

    def save_if_due(self, capture: Callable[[], Checkpoint]) -> None:
        """Write what `capture` returns, unless the last write was just now, or took long."""
        if time.monotonic() >= self._due:
            self.save(capture())


def fingerprint(data: tuple[list[Any], list[Any]] | None) -> str:
    """Return a few digits that tell these samples and targets from others."""
    if data is None:
        return ""
    rows, targets = data
    numbers = entries(rows)
    content = struct.pack(f"<{len(numbers)}d", *numbers)
    text = repr((shape_of(rows), _as_floats(targets)))
    return hashlib.blake2b(content + text.encode(), digest_size=16).hexdigest()


def _around_difference(*texts: str) -> list[str]:
    """Both texts, cut to what stands about the first place where they differ."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    start = max(0, len(list(same)) - 20)
    return [f"{'...' * (start > 0)}{text[start : start + 60]}" for text in texts]


def _as_floats(thing: Any) -> Any:
    if isinstance(thing, list):
        return [_as_floats(item) for item in thing]
    return float(thing) if isinstance(thing, (int, float)) else thing


# A wrong type or number in a file may fail anywhere in `_rebuild`, in one of these ways.
_WHAT_DAMAGE_RAISES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class _DamageError(ValueError):
    """What is wrong with the numbers of a file."""


def _need(condition: bool, what: str) -> None:
    if not condition:
        raise _DamageError(f"{what} does not fit the rest")


def _rebuild(state: dict[str, Any], tensors: dict[str, Any]) -> Checkpoint:
    """The checkpoint of these entries, each checked."""
    plan = state["plan"]
    _need(all(type(value) in (int, float, str) for value in plan.values()), "plan")
    counts = [plan[name] for name in ("parameters", "others", "trained", "samples", "batch_size")]
    _need(all(map(_is_count, counts)), "plan")
    epoch, position, order = state["epoch"], state["position"], state["order"]
    held_out = _indices(state["held_out"], plan["samples"], "held_out")
    n_samples = plan["samples"] - len(held_out)
    _need(_is_count(epoch) and _is_count(position) and n_samples > 0, "epoch")
    _need(_indices(order, n_samples, "order") == [] or len(order) == n_samples, "order")
    whole_batches = position % plan["batch_size"] == 0 or position == n_samples
    _need(position <= len(order) and whole_batches, "position")
    _need(_is_count(state["n_right"]) and state["n_right"] <= position, "n_right")
    width = plan["parameters"] + plan["others"]
    weights = _numbers(tensors["weights"], width, "weights")
    velocities = [None if v is None else _number(v) for v in state["velocities"]]
    _need(len(velocities) == plan["trained"], "velocities")
    own = state.get("own", {})
    check(own, plan["parameters"] + plan["others"])
    names = _measures(plan)
    measured = Measured()
    measured.extend(_columns(state, tensors, names))
    _need(len(measured) == epoch, "measures")
    kept = state["snapshots"]
    _need(all(map(_is_count, kept)) and kept == sorted(set(kept)), "snapshots")
    _need(kept[0] == 0 and len(kept) == len(tensors["snapshots"]), "snapshots")
    # Between two epochs the last one is kept. Amid one it may not be: where a program that runs
    # many epochs stops at a batch, nobody has seen the weights before that epoch.
    _need(kept[-1] == epoch or (kept[-1] < epoch and position > 0), "snapshots")
    return Checkpoint(
        plan=plan,
        epoch=epoch,
        position=position,
        order=order,
        total=_number(state["total"]),
        n_right=state["n_right"],
        random=_random_state(state["random"]),
        given_lr=_rate(state["given_lr"]),
        lr=_rate(state["lr"]),
        weights=weights,
        velocities=velocities,
        own=own,
        held_out=held_out,
        best=_best(state["best"], tensors, epoch, names, width),
        measured=measured,
        snapshots={
            number: _numbers(row, plan["parameters"], "snapshots")
            for number, row in zip(kept, tensors["snapshots"], strict=True)
        },
    )


def _measures(plan: Plan) -> list[str]:
    """The names of what each epoch gave."""
    return str(plan["measures"]).split(", ")


def _columns(
    state: dict[str, Any], tensors: dict[str, Any], names: list[str]
) -> dict[str, list[float]]:
    """Of each measure the numbers of all epochs."""
    if "rows" not in state:
        numbers = tensors.get("measures", [])  # none before the first epoch
        _need(isinstance(numbers, list) and len(numbers) % len(names) == 0, "measures")
        return {name: numbers[i :: len(names)] for i, name in enumerate(names)}
    for number, row in enumerate(state["rows"], 1):
        _need(list(row) == ["epoch", *names] and row["epoch"] == number, "rows")
    return {name: [_number(row[name]) for row in state["rows"]] for name in names}


def _best(
    entry: Any, tensors: dict[str, Any], last: int, names: list[str], width: int
) -> Best | None:
    if entry is None:
        return None
    measure, epoch, value = entry
    _need(measure in names and _is_count(epoch) and 1 <= epoch <= last, "best")
    return Best(measure, epoch, _number(value), _numbers(tensors["best"], width, "best"))


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _number(value: Any) -> float:
    _need(type(value) in (int, float), "a number")
    return float(value)


def _rate(value: Any) -> float:
    _need(0.0 <= _number(value) < float("inf"), "lr")
    return float(value)


def _indices(values: Any, n: int, what: str) -> list[int]:
    """The list `values` of different numbers below n."""
    _need(isinstance(values, list) and all(map(_is_count, values)), what)
    _need(len(set(values)) == len(values) <= n and max(values, default=-1) < n, what)
    return list(values)


def _numbers(values: Any, width: int, what: str) -> "array[float]":
    _need(isinstance(values, list) and len(values) == width, what)
    return array("d", values)


def _random_state(entry: Any) -> tuple[Any, ...] | None:
    if entry is None:
        return None
    version, numbers, gauss = entry
    state = version, tuple(numbers), None if gauss is None else _number(gauss)
    Random().setstate(state)  # ValueError or TypeError unless it is one
    return state
