"""What a model's outputs mean, and what it makes of the samples at each epoch that a page shows.

Owns the reading of targets and outputs as classes or numbers, and the predictions that a page
counts: they come from Python, so the page never disagrees with what the command printed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import autograd as ag
from nn.data.encodings import ClassTarget
from nn.evaluate import binary_threshold, decision_rule, largest
from nn.nested import entries


@dataclass(frozen=True)
class Task:
    """How outputs and targets are read.

    `classes` is None for a regression. `border`: above it a single output means the second class;
    None where the largest output wins. `probability`: what makes probabilities of the outputs:
    "softmax", "sigmoid", "" (they are probabilities), or None (there are none).
    """

    classes: list[str] | None
    border: float | None = None
    target_border: float | None = None
    probability: str | None = None

    def predicted(self, outputs: Sequence[float]) -> int:
        """Return the index of the class that the outputs of one sample mean."""
        if self.border is None:
            return largest(list(outputs))
        return int(outputs[0] > self.border)

    def actual(self, target: Any) -> int:
        """Return the index of the class that a target means."""
        if isinstance(target, list):
            return largest(target)
        return int(target) if self.target_border is None else int(target > self.target_border)

    def score(self, outputs: Sequence[float], actual: int) -> float:
        """Return how much speaks for the class `actual`: its probability, if there are any.

        Else the margin, positive where that class wins: the distance from the border, or from
        the largest of the other outputs.
        """
        if self.border is not None:
            sign = 1 if actual else -1
            if self.probability is None:
                return sign * (outputs[0] - self.border)
            p = ag.sigmoid(outputs[0]) if self.probability == "sigmoid" else outputs[0]
            return float(p if actual else 1.0 - p)
        if self.probability == "softmax":
            return float(ag.softmax(list(outputs))[actual])
        if self.probability == "":
            return outputs[actual]
        others = [output for i, output in enumerate(outputs) if i != actual]
        return outputs[actual] - max(others, default=math.nan)


def task_of(history: Any, preparation: Any, n_outputs: int, ends_in: str) -> Task | None:
    """Return how the outputs of a history's model are read; None if they fit no reading.

    Args:
        history: a `History` with `data` and `loss_name`.
        preparation: a `Preparation` or None; what it says about the target wins.
        n_outputs: of the model.
        ends_in: the name of the activation of its output layer, "" where that is unknown.
    """
    loss = (history.loss_name or "").removesuffix("_loss")
    target = preparation and preparation.target
    if isinstance(target, ClassTarget):
        border, target_border = target.border, None
        if border is not None:
            target_border = sum(map(target.encoded, target.classes)) / 2
        probability = _probability(loss, border, ends_in)
        return Task(list(target.classes), border, target_border, probability)
    targets = history.data[1]
    if preparation is not None:
        return _numbers(targets, n_outputs)
    if n_outputs == 1:
        target_border = binary_threshold(targets)
        if target_border is None:
            return _numbers(targets, n_outputs)
        with_logits = loss == "binary_cross_entropy_with_logits"
        border = 0.0 if with_logits else target_border
        names = ["-1", "1"] if target_border == 0 else ["0", "1"]
        return Task(names, border, target_border, _probability(loss, border, ends_in))
    if decision_rule([0.0] * n_outputs, targets) is None:
        return _numbers(targets, n_outputs)
    names = [str(i) for i in range(n_outputs)]
    return Task(names, probability=_probability(loss, None, ends_in))


def _numbers(targets: Sequence[Any], n_outputs: int) -> Task | None:
    """A regression, if each target holds a number for each output."""
    listed = [entries(target) for target in targets]
    fits = all(len(one) == n_outputs and all(isinstance(y, Real) for y in one) for one in listed)
    return Task(None) if fits else None


def _probability(loss: str, border: float | None, ends_in: str) -> str | None:
    """What makes probabilities of the outputs of a classifier."""
    if border is None:
        if loss == "cross_entropy" and ends_in != "softmax":
            return "softmax"
        return "" if ends_in == "softmax" else None
    if loss == "binary_cross_entropy_with_logits":
        return "sigmoid"
    return "" if loss == "binary_cross_entropy" or ends_in == "sigmoid" else None
