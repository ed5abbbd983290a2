"""What a model makes of the samples at each epoch of a page, counted in Python.

Owns the predictions, how many of them a page can afford, and which samples stand for the rest.
"""

import copy
import math
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nn.evaluate import loss_of, numbers_of, predict, rmse
from nn.losses import LOSSES
from nn.nested import as_lists, entries
from nn.page.outcomes import Task
from nn.page.packing import packed
from nn.training.history import History

MAX_SAMPLES = 500  # shown of each set
MAX_CLASSES = 60  # in a confusion matrix
# Multiplications of the predictions that are counted: some 3 seconds.
MAX_WORK = 40_000_000

Rows = list[list[float]]
Outputs = Callable[[Sequence[float], Rows], Rows]


def outcome_part(
    task: Task,
    sets: list[tuple[Rows, list[Any]]],
    epochs: dict[int, "array[float]"],
    outputs_of: Outputs,
    cost: int,
) -> dict[str, Any]:
    """What the model makes of the samples at each epoch of the page."""
    affordable = max(20, MAX_WORK // (cost * len(epochs)))
    if task.classes is None:
        return _answers_part(sets, epochs, outputs_of, affordable)
    rows, targets = sets[-1]
    places = spread(len(rows), affordable)
    shown = spread(len(places), MAX_SAMPLES)
    actual = [task.actual(targets[i]) for i in places]
    n = len(task.classes)
    counts, scores, predicted, right = [], [], [], []
    for parameters in epochs.values():
        outputs = outputs_of(parameters, [rows[i] for i in places])
        answers = [task.predicted(row) for row in outputs]
        table = [0] * (n * n)
        for a, p in zip(actual, answers, strict=True):
            table[a * n + p] += 1
        counts += table if n <= MAX_CLASSES else []
        right.append(sum(map(int.__eq__, actual, answers)))
        predicted += [answers[i] for i in shown]
        scores += [task.score(outputs[i], actual[i]) for i in shown]
    return {
        "set": len(sets) - 1,
        "total": len(rows),
        "counted": len(places),
        "shown": len(shown),
        "counts": packed(counts, "I"),
        "right": right,
        "actual": packed((actual[i] for i in shown), "I"),
        "predicted": packed(predicted, "B" if n < 256 else "I"),
        "scores": packed(scores),
    }


def _answers_part(
    sets: list[tuple[Rows, list[Any]]],
    epochs: dict[int, "array[float]"],
    outputs_of: Outputs,
    affordable: int,
) -> dict[str, Any]:
    """The outputs for the shown samples of each set, where they are numbers to compare.

    With the RMSE of each epoch, where the last set is shown whole and has one number each.
    """
    places = [spread(len(rows), min(MAX_SAMPLES, affordable)) for rows, _ in sets]
    actual, answers = [], []
    for chosen, (rows, targets) in zip(places, sets, strict=True):
        actual.append([float(number) for i in chosen for number in entries(targets[i])])
        samples = [rows[i] for i in chosen]
        answers.append(
            [
                [number for row in outputs_of(parameters, samples) for number in row]
                for parameters in epochs.values()
            ]
        )
    is_whole = len(actual[-1]) == len(sets[-1][0])
    return {
        "shown": [len(chosen) for chosen in places],
        "actual": [packed(numbers) for numbers in actual],
        "answers": [
            packed(number for numbers in of_set for number in numbers) for of_set in answers
        ],
        "rmse": packed(rmse(numbers, actual[-1]) for numbers in answers[-1]) if is_whole else None,
    }


def right_at_last(
    history: History, task: Task, samples: tuple[Rows, list[Any]], outputs_of: Outputs
) -> list[int] | None:
    """How many samples the model as it is now gets right, and of how many; None for numbers."""
    if task.classes is None or history.model is None:
        return None
    rows, targets = samples
    outputs = outputs_of([parameter.data for parameter in history.model.parameters()], rows)
    pairs = zip(outputs, targets, strict=True)
    return [sum(task.predicted(row) == task.actual(target) for row, target in pairs), len(rows)]


def error_at_last(
    history: History, task: Task, samples: tuple[Rows, list[Any]], outputs_of: Outputs, unit: float
) -> dict[str, float] | None:
    """How far off the model as it is now is, where it predicts one number; None elsewhere.

    Args:
        unit: what 1 of the outputs is in the target's own units.

    Returns the RMSE in those units, and that of always predicting the mean of the targets.
    """
    rows, targets = samples
    actual = [float(y) for target in targets for y in entries(target)]
    if task.classes is not None or history.model is None or len(actual) > len(rows):
        return None
    outputs = outputs_of([parameter.data for parameter in history.model.parameters()], rows)
    mean = math.fsum(actual) / len(actual)
    error = unit * rmse([row[0] for row in outputs], actual)
    if not math.isfinite(error):  # a training that diverged
        return None
    return {
        "rmse": error,
        "spread": unit * rmse([mean] * len(actual), actual),
    }


def losses_around(
    history: History,
    epochs: dict[int, "array[float]"],
    samples: tuple[Rows, list[Any]],
    outputs_of: Outputs,
) -> str | None:
    """The loss over these samples before the training and now, packed; None without a known one."""
    if history.loss_name not in LOSSES or history.model is None or 0 not in epochs:
        return None
    is_single = not isinstance(samples[1][0], list)  # the target, and so what the model returns

    def outputs(parameters: Sequence[float], rows: Sequence[Any]) -> list[Any]:
        found = outputs_of(parameters, [*rows])
        return [row[0] for row in found] if is_single and len(found[0]) == 1 else [*found]

    now = [parameter.data for parameter in history.model.parameters()]
    both = (partial(outputs, parameters) for parameters in (epochs[0], now))
    try:
        return packed((loss_of(one, samples, history.loss_name) for one in both), "d")
    except (TypeError, ValueError):  # a function of one's own had this name, for other targets
        return None


def outputs_of_copy(model: Any) -> Outputs | None:
    """Forward propagation through a copy of a model of the user's own; None if it has no copy."""
    try:
        twin = copy.deepcopy(model)
    except TypeError:  # it holds something like a lock or an open file
        return None
    places = twin.parameters()

    def outputs_of(parameters: Sequence[float], rows: Rows) -> Rows:
        for place, number in zip(places, parameters, strict=True):
            place.data = number
        return [entries(numbers_of(as_lists(output))) for output in predict(twin, rows)]

    return outputs_of


def spread(n: int, limit: int) -> list[int]:
    """At most `limit` of the numbers 0 to n - 1, evenly spread, with the first and the last."""
    if n <= limit:
        return list(range(n))
    return sorted({round(i * (n - 1) / (limit - 1)) for i in range(limit)})
