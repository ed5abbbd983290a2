"""Losses of classification: the target is a class.

Owns the cross-entropy of several classes and the hinge loss of two. (Losses of a yes or no for each
output, by its probability, are in `binary`.)
"""

from decimal import Decimal
from numbers import Integral, Real
from operator import index
from typing import Any

import autograd as ag
from autograd import Value
from nn.losses.batches import batch, is_softmax, is_traced, number_of

SUM_TOLERANCE = 1e-6  # how far from 1 a row of probabilities may sum


@ag.boxed
def cross_entropy(logits: Any, targets: Any) -> Any:
    """Return the mean of -log softmax(logits)[target], the cost of a classifier.

    Args:
        logits: a row for each sample, with one number or `Value` for each class: what the last
            layer gives without an activation function.
        targets: for each sample the index of its class, or a row with the probability of each.

    Raises ValueError for a class index out of range, probabilities that do not sum to 1, rows of
    the wrong length, or logits that are softmaxed already. As PyTorch's `cross_entropy`; stable
    for logits of any size.
    """
    rows, answers = batch("cross_entropy", "logits", logits, targets)
    losses = []
    for i, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        _check_logits(i, row)
        if len(row) != len(rows[0]):
            raise ValueError("cross_entropy: logits has rows of different lengths; make them equal")
        if isinstance(answer, list):
            _check_probabilities(i, answer, len(row))
            losses.append(-ag.dot(answer, ag.log_softmax(row)))
        else:
            losses.append(ag.nll.apply((_class_index(i, answer, len(row)), *row)))
    return ag.mean(losses)


@ag.boxed
def hinge_loss(scores: Any, targets: Any) -> Any:
    """Return the mean of max(0, 1 - target * score), the cost of a classifier with a margin.

    Args:
        scores: one number or `Value` for each sample; its sign is the predicted class.
        targets: +1 or -1 for each sample.

    Raises ValueError for any other target.
    """
    rows, answers = batch("hinge_loss", "scores", scores, targets)
    for i, (score, answer) in enumerate(zip(rows, answers, strict=True)):
        if isinstance(score, list):
            raise ValueError(
                f"hinge_loss: scores[{i}] is a row of {len(score)}; it takes one score for each "
                "sample: give the model one output, or use cross_entropy"
            )
        # One question, with one answer for all that is right: compiled, one program serves it.
        if not isinstance(answer, (Real, Decimal, Value)) or answer * answer != 1:
            raise ValueError(
                f"hinge_loss: targets[{i}] must be +1 or -1, got {number_of(answer)!r:.40}; "
                "from labels 0 and 1: [2 * label - 1 for label in y]"
            )
    margins = [
        1.0 - ag.mul(answer, score) if is_traced(answer) else 1.0 - float(answer) * score
        for score, answer in zip(rows, answers, strict=True)
    ]
    return ag.mean([ag.relu(margin) for margin in margins])


def is_probability_row(row: list[Any]) -> bool:
    """Whether the entries are numbers, at least 0, that sum to 1 within `SUM_TOLERANCE`."""
    total: Any = 0.0
    for entry in row:
        if not isinstance(entry, (Real, Value)):
            return False
        number: Any = entry if isinstance(entry, Value) or is_traced(entry) else float(entry)
        if not number >= 0.0:
            return False
        total = total + number
    return bool(-SUM_TOLERANCE <= total - 1.0 <= SUM_TOLERANCE)


def _check_logits(i: int, row: Any) -> None:
    if not isinstance(row, list) or not row:
        raise ValueError(
            f"cross_entropy: logits[{i}] must be a row with a number for each class, got "
            f"{type(row).__name__}; give the model one output for each class, "
            "or use binary_cross_entropy_with_logits or hinge_loss with a single output"
        )
    if is_softmax(row):
        raise ValueError(
            f"cross_entropy: logits[{i}] is the result of softmax already; "
            "give the outputs before softmax, cross_entropy applies it"
        )


def _class_index(i: int, answer: Any, n_classes: int) -> Any:
    """The target of sample i, an index of its logits, or ValueError.

    A whole number that a compiled function is given stays one: it is only asked for its range.
    """
    if not isinstance(answer, Integral):
        try:
            answer = index(answer)
        except TypeError:
            raise ValueError(
                f"cross_entropy: targets[{i}] must be a class index, a whole number from 0 to "
                f"{n_classes - 1}, or a row of probabilities; got {number_of(answer)!r:.40}"
            ) from None
    if not 0 <= answer < n_classes:
        raise ValueError(
            f"cross_entropy: targets[{i}] is class {number_of(answer)}, but there are "
            f"{n_classes} logits, for the classes 0 to {n_classes - 1}; number the classes from "
            "0, or give the model an output for each"
        )
    return answer if is_traced(answer) else float(answer)


def _check_probabilities(i: int, row: list[Any], n_classes: int) -> None:
    if len(row) != n_classes:
        raise ValueError(
            f"cross_entropy: targets[{i}] has {len(row)} probabilities for {n_classes} logits; "
            "give one for each class"
        )
    if not is_probability_row(row):
        raise ValueError(
            f"cross_entropy: targets[{i}] must hold probabilities, at least 0 and with the sum 1; "
            f"got {[number_of(entry) for entry in row]!r:.60}"
        )
