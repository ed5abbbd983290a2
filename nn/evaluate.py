"""Evaluating: what a model predicts, and how much of it is right.

Owns predictions as plain numbers, and the rule by which an output counts as a class.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, no_grad
from autograd.origin import users_level
from nn.checks import finite_number
from nn.data.samples import samples_of
from nn.losses import is_probability_row, loss_function
from nn.module import Module, evaluating
from nn.nested import as_lists, entries

ENOUGH_SAMPLES = 200  # to see whether a loss has fallen


@dataclass(frozen=True)
class DecisionRule:
    """How an output of the model is compared with a target: whether both mean the same class.

    Attributes:
        of_output, of_target: what each means, an index or whether it is the second class.
        border: between two classes; None where an output is a row with an entry for each class.
    """

    of_output: Callable[[Any], Any]
    of_target: Callable[[Any], Any]
    border: float | None = None

    def __call__(self, output: Any, target: Any) -> bool:
        """Whether they are the same class."""
        return bool(self.of_output(output) == self.of_target(target))


def predict(model: Module, X: Sequence[Any]) -> list[Any]:
    """Return the model's output for each row of X: a float, or a list where it has several.

    Builds no graph, and switches the model to `eval()` meanwhile. Raises TypeError for what is no
    model or holds no rows.
    """
    if not isinstance(model, Module):
        raise TypeError(f"predict: the model must be a Module, got {model!r:.40}")
    rows = as_lists(X)
    if not isinstance(rows, list):
        raise TypeError(f"predict: X must be a list with a row for each sample, got {X!r:.40}")
    return [numbers_of(output) for output in outputs_of(model, rows)]


def loss_of(
    outputs_of: Callable[[Sequence[Any]], list[Any]], data: tuple[list[Any], list[Any]], loss: str
) -> float:
    """Return the loss of that name over the samples, of which the first 200 are enough.

    Args:
        outputs_of: the outputs for rows, as `predict` gives them.
    """
    rows, targets = (part[:ENOUGH_SAMPLES] for part in data)
    return float(numbers_of(loss_function(loss)(outputs_of(rows), targets)))


def rmse(answers: Sequence[float], actual: Sequence[float]) -> float:
    """Return the root mean squared error, in the units of the answers."""
    errors = [answer - truth for answer, truth in zip(answers, actual, strict=True)]
    return math.hypot(*errors) / math.sqrt(len(errors))


def outputs_of(
    model: Module, rows: Sequence[Any], forward: Callable[[Sequence[Any]], list[Any]] | None = None
) -> list[Any]:
    """Return what the model returns for each row, in `eval()` and without a graph.

    Args:
        forward: what is asked in the model's place; None for the model itself.
    """
    try:
        with evaluating(model), no_grad():
            return [model(row) for row in rows] if forward is None else forward(rows)
    except TypeError as error:
        if "indices must be integers" in str(error):
            error.add_note(
                "The features of a sample are floats: table[int(x[0])] is a row of a list, "
                "autograd.take(table, x[0]) one that fit(..., compiled=True) can choose, too."
            )
        raise


def accuracy(
    model: Module, data: tuple[Sequence[Any], Sequence[Any]], threshold: float | None = None
) -> float:
    """Return the part of the samples, from 0 to 1, whose class the model gets right.

    Args:
        model: with an output for each class, the largest being its choice; or with one output.
        data: (X, y); y the class indices or rows of probabilities, or, for one output, labels
            -1 and +1, or 0 and 1.
        threshold: above it a single output, and a label, mean the second class. Default: midway
            between the labels, 0 or 0.5. For the logits of labels 0 and 1, as of
            `binary_cross_entropy_with_logits`, give 0, as the history of a training has it.

    An output of nan is never right. Raises ValueError if the targets are not classes. Warns where
    the labels are 0 and 1 and the outputs are no probabilities, for then it takes a threshold to
    know what they mean.
    """
    rows, targets = samples_of(data)
    outputs = predict(model, rows)
    if threshold is not None:
        threshold = threshold_of(threshold, outputs[0], "accuracy: threshold")
    is_right = decision_rule(outputs[0], targets, threshold)
    if is_right is None:
        expected = (
            f"the class indices 0 to {len(outputs[0]) - 1}"
            if isinstance(outputs[0], list)
            else "both -1 and +1, or both 0 and 1 (for one of them alone, give a threshold)"
        )
        raise ValueError(f"accuracy: the targets must be {expected}; got {_some(targets)}")
    if threshold is None and is_right.border == 0.5 and any(y < 0.0 or y > 1.0 for y in outputs):
        warnings.warn(
            "accuracy: outputs for the labels 0 and 1 lie below 0 or above 1; if they are logits, "
            "give threshold=0 (0.5 was taken), or threshold=0.5 if they are to be near the labels",
            stacklevel=users_level(),
        )
    n_right = sum(
        is_right(output, target) and not any(map(math.isnan, entries(output)))
        for output, target in zip(outputs, targets, strict=True)
    )
    return n_right / len(rows)


def threshold_of(threshold: float, output: Any, name: str) -> float:
    """The threshold as a float; ValueError for what is none, and where outputs are several."""
    if isinstance(output, list):
        raise ValueError(
            f"{name} is for a single output; the model has {len(output)}, of which the largest is "
            "its choice"
        )
    return finite_number(threshold, name)


def decision_rule(
    output: Any, targets: list[Any], threshold: float | None = None
) -> DecisionRule | None:
    """Return how an output like `output` is compared with a target; None if these are no classes.

    Several outputs: the index of the largest. One: whether it lies above the threshold.
    """
    if isinstance(output, list):
        if all(_is_class(target, len(output)) for target in targets):
            return DecisionRule(largest, lambda target: target)
        if all(_is_probability_row(target, len(output)) for target in targets):
            return DecisionRule(largest, largest)
        return None
    border = binary_threshold(targets) if threshold is None else threshold
    if border is None:
        return None
    return DecisionRule(lambda output: output > border, lambda target: target > border, border)


def binary_threshold(targets: list[Any]) -> float | None:
    """Return what separates labels -1 and +1 (0.0), or 0 and 1 (0.5); None for other targets."""
    labels = {target for target in targets if not isinstance(target, list)}
    if labels == {-1, 1}:
        return 0.0
    return 0.5 if labels == {0, 1} else None


def largest(row: list[Any]) -> int:
    """Return the index of the largest entry, the first of equal ones."""
    return row.index(max(row))


def numbers_of(output: Any) -> Any:
    """Return what a model returned as a float or a list of floats."""
    if isinstance(output, Value):
        return output.data
    lists = as_lists(output)
    return [numbers_of(entry) for entry in lists] if isinstance(lists, list) else lists


def _is_class(target: Any, n_classes: int) -> bool:
    return isinstance(target, int) and 0 <= target < n_classes


def _is_probability_row(target: Any, n_classes: int) -> bool:
    return isinstance(target, list) and len(target) == n_classes and is_probability_row(target)


def _some(targets: list[Any]) -> str:
    return ", ".join(f"{target!r:.20}" for target in targets[:3]) + ", ..." * (len(targets) > 3)
