"""A batch: outputs of a model and the targets they are compared with.

Owns the check that the two fit together, the wording of the refusals that all losses share, and
the recognition of outputs that softmax or sigmoid have been applied to already.
"""

from typing import Any, NamedTuple

import autograd as ag
from autograd import Value
from nn.nested import as_lists, entries, shape_of

Shape = tuple[int, ...]


class Pairs(NamedTuple):
    """Entries of the outputs and of the targets, in order, and the shape both had."""

    outputs: list[Any]
    targets: list[Any]
    shape: Shape

    def place(self, i: int) -> str:
        """Return where entry i stands, as an index: [3], or [1][0] in rows."""
        indices = []
        for length in reversed(self.shape):
            i, index = divmod(i, length)
            indices.append(f"[{index}]")
        return "".join(reversed(indices))


def pairs(loss: str, name: str, outputs: Any, targets: Any) -> Pairs:
    """Return the entries of both, which must have one shape, or raise ValueError."""
    outputs, targets = as_lists(outputs), as_lists(targets)
    shapes = shape_of(outputs), shape_of(targets)
    for argument, shape in zip((name, "targets"), shapes, strict=True):
        if shape is None:
            raise ValueError(f"{loss}: {argument} has rows of different lengths; make them equal")
    ours, theirs = shapes
    if ours is None or theirs is None or ours != theirs:
        raise ValueError(
            f"{loss}: {name} have shape {_text(ours)}, targets {_text(theirs)}; "
            f"{_remedy(ours or (), theirs or ())}"
        )
    found = Pairs(entries(outputs), entries(targets), ours)
    if not found.outputs:
        raise ValueError(f"{loss}: {name} is empty; give at least one sample")
    return found


def batch(loss: str, name: str, outputs: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    """Return both as lists of the same length, at least one sample long, or raise ValueError."""
    rows, answers = as_lists(outputs), as_lists(targets)
    for argument, values in ((name, rows), ("targets", answers)):
        if not isinstance(values, list):
            raise ValueError(
                f"{loss}: {argument} must be a list with an entry for each sample, got "
                f"{type(values).__name__}; for one sample write [{name}], [target]"
            )
    if len(rows) != len(answers):
        raise ValueError(
            f"{loss}: {len(rows)} {name}, but {len(answers)} targets; give one for each sample"
        )
    if not rows:
        raise ValueError(f"{loss}: {name} is empty; give at least one sample")
    return rows, answers


def number_of(entry: Any) -> Any:
    """Return the number in a `Value`, or in what stands for one in a recording; else `entry`."""
    if isinstance(entry, Value):
        return entry.data
    return entry.number if hasattr(entry, "as_value") else entry


def is_traced(entry: Any) -> bool:
    """Whether it is a node, or a number of a recording: to be asked nothing but bounds."""
    return hasattr(entry, "_apply_op")


def is_softmax(row: list[Any]) -> bool:
    """Whether the entries are n exponentials, each divided by the sum of all n."""
    if not all(isinstance(entry, Value) and entry.op is ag.div for entry in row):
        return False
    exponentials = tuple(entry.inputs[0] for entry in row)
    total = row[0].inputs[1]
    return (
        all(entry.inputs[1] is total for entry in row)
        and isinstance(total, Value)
        and total.op is not None
        and total.op.name == "sum"
        and total.inputs == exponentials
    )


def is_sigmoid(entry: Any) -> bool:
    """Whether the entry is what the sigmoid function returned."""
    return isinstance(entry, Value) and entry.op is ag.sigmoid


def _remedy(outputs: Shape, targets: Shape) -> str:
    """What makes the targets fit the outputs."""
    if targets == (*outputs, 1):
        return "the model gives one number for each sample, so write [t for (t,) in targets]"
    if outputs == (*targets, 1):
        return "each sample's output is a row of one, so write [[t] for t in targets]"
    if len(outputs) == 2 and outputs[:1] == targets:
        return "give a row of targets for each sample; for class indices use cross_entropy"
    return "give one target for each prediction"


def _text(shape: Shape | None) -> str:
    return str(list(shape)) if shape else "of one number"
