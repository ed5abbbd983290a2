"""The arguments of `fit`: what each may be, and what is said of one that cannot be.

Owns the choice of loss and optimiser by name, the samples kept for validation, and the wording of
a call that has its arguments in the wrong places.
"""

import inspect
import math
import os
import reprlib
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Real
from random import Random
from typing import Any

from nn.data.samples import n_held_out, samples_of
from nn.evaluate import DecisionRule, binary_threshold, decision_rule, threshold_of
from nn.losses import Loss, binary_cross_entropy_with_logits, loss_function
from nn.module import Module
from nn.nested import entries, shape_of
from nn.optim import OPTIMIZERS, SGD
from nn.training.callbacks import EarlyStopping
from nn.training.checkpoint import Checkpoint, read_checkpoint
from nn.training.history import History

CALL = 'fit(model, (X, y), "mse", lr=0.1)'


def check_places(model: Any, loss: Any, optimizer: Any) -> None:
    """Raise TypeError for a model, data, loss or optimiser given in the place of another."""
    if not isinstance(model, Module):
        raise TypeError(
            "fit: the model comes first, a Module such as nn.MLP(2, [16, 1]), got "
            f"{_shown(model)}; write {CALL}"
        )
    if isinstance(loss, (list, tuple)) or hasattr(loss, "tolist"):
        raise TypeError(f"fit: X and y belong together in one pair, and then the loss: {CALL}")
    kinds = tuple(OPTIMIZERS.values())
    if isinstance(loss, kinds) or (isinstance(loss, str) and loss in OPTIMIZERS):
        raise TypeError(
            "fit: the loss comes before the optimizer: "
            'fit(model, (X, y), "mse", nn.SGD(model.parameters(), lr=0.1))'
        )
    if isinstance(optimizer, Real):
        raise TypeError(
            f"fit: the fourth argument is the optimizer; give the learning rate by name: {CALL}"
        )
    if not isinstance(optimizer, (str, *kinds)):
        raise TypeError(
            f"fit: optimizer must be a name ({', '.join(OPTIMIZERS)}) or one such as "
            "nn.SGD(model.parameters(), lr=0.1), or an nn.SGD with a step() of your own, got "
            f"{_shown(optimizer)}"
        )


def loss_of(loss: str | Loss) -> Loss:
    """Return the loss that `loss` names or is."""
    try:
        return loss_function(loss)
    except (TypeError, ValueError) as error:
        raise type(error)(f"fit: {error}") from None


def optimizer_of(
    optimizer: str | SGD,
    model: Module,
    settings: dict[str, Any],
    has_schedule: bool,
    others: Iterable[str],
) -> SGD:
    """Return the optimiser: the one given, or one made by name with `settings`.

    With a schedule, which sets the learning rate of each epoch, `lr` may be left out. `others` are
    the other arguments of `fit`, for the error that lists what there is.
    """
    kind = OPTIMIZERS.get(optimizer) if isinstance(optimizer, str) else type(optimizer)
    if kind is None:
        raise ValueError(
            f"fit: unknown optimizer {optimizer!r:.40}; choose one of {', '.join(OPTIMIZERS)}"
        )
    known = [name for name in inspect.signature(kind).parameters if name != "parameters"]
    for name in settings:
        if name not in known:
            near = get_close_matches(name, [*known, *others], n=1)
            raise TypeError(
                f"fit: unknown argument {name!r:.40}; "
                f"{f'did you mean {near[0]!r}? ' if near else ''}"
                f"{kind.__name__} takes {', '.join(known)}, fit itself {', '.join(others)}"
            )
    if not isinstance(optimizer, str):
        if settings:
            raise TypeError(
                f"fit: {', '.join(settings)} given beside an optimizer that has its own; set it "
                "where the optimizer is made, such as nn.SGD(model.parameters(), lr=0.1)"
            )
        _check_parameters(model, optimizer)
        return optimizer
    if "lr" not in settings:
        if not has_schedule:
            raise TypeError("fit: no learning rate; give lr=..., such as 0.1")
        settings = {"lr": 0.0, **settings}
    return kind(model.parameters(), **settings)


def decision_rule_of(
    threshold: float | bool | None, loss: Loss, output: Any, targets: list[Any]
) -> DecisionRule | None:
    """Return how answers are counted as right; None where the targets are no classes."""
    if threshold is False:
        return None
    border = binary_threshold(targets)
    if threshold is not None:
        border = threshold_of(threshold, output, "fit: threshold (False for no accuracy)")
    elif loss is binary_cross_entropy_with_logits and border is not None:
        border = 0.0  # the output is a logit, not the probability
    return decision_rule(output, targets, border)


def rates_of(optimizer: SGD) -> dict[str, float]:
    """The numbers that an optimiser was made with: the learning rate, and those that are not 0."""
    found = {}
    for name in inspect.signature(type(optimizer)).parameters:
        number = getattr(optimizer, name, None)
        if isinstance(number, (int, float)) and (number or name == "lr"):
            found[name] = float(number)
    return found


def _check_parameters(model: Module, optimizer: SGD) -> None:
    trained = set(optimizer.parameters)
    if trained.isdisjoint(model.parameters()):
        raise ValueError(
            "fit: the optimizer holds none of this model's parameters; "
            "make it anew: SGD(model.parameters(), lr=...)"
        )


def pair_of(data: Any, name: str) -> tuple[list[Any], list[Any]]:
    """Return (X, y) as lists of finite numbers; ValueError for what does not fit together."""
    try:
        rows, targets = samples_of(data)
    except ValueError as error:
        raise ValueError(f"fit: {name}: {error}" if name != "data" else f"fit: {error}") from None
    for i, target in enumerate(targets):
        for number in entries(target):
            if isinstance(number, float) and not math.isfinite(number):
                raise ValueError(
                    f"fit: {name}: y[{i}] holds {number}; every target must be a finite number: "
                    "leave that sample out"
                )
    return rows, targets


def check_targets(output: Any, targets: list[Any]) -> None:
    """Raise ValueError for targets in rows of one number where the model has one output."""
    if not isinstance(output, list) and all(
        isinstance(target, list) and len(target) == 1 for target in targets
    ):
        raise ValueError(
            "fit: y is a column, a row of one number for each sample, but a model with one output "
            "takes plain numbers: give [row[0] for row in y] (in NumPy y.ravel())"
        )


def validation_of(validation: Any, rows: list[Any]) -> float | tuple[list[Any], list[Any]] | None:
    """Return the argument `validation`: a fraction, or (X, y) as lists, with rows like `rows`."""
    if validation is None:
        return None
    if isinstance(validation, (bool, Real)):
        fraction = float(validation)
        if not 0.0 < fraction < 1.0:  # True is 1
            raise ValueError(
                "fit: validation must be a part of the samples between 0 and 1, such as 0.2, or a "
                f"pair (X, y); got {validation!r:.40}"
            )
        return fraction
    pair = pair_of(validation, "validation")
    if shape_of(pair[0][0]) != shape_of(rows[0]):
        raise ValueError(
            f"fit: validation: its rows have {len(pair[0][0])} numbers, those of the data "
            f"{len(rows[0])}; every sample needs the same features"
        )
    return pair


def draw_samples(fraction: float, n: int, source: Random) -> list[int]:
    """Return which of n samples are kept for validation, at least one and not all."""
    if n < 2:
        raise ValueError("fit: validation needs at least 2 samples to divide, there is 1")
    order = list(range(n))
    source.shuffle(order)
    return sorted(order[: n_held_out(fraction, n)])


def compile_mode_of(compiled: Any) -> str | None:
    """Return the argument `compiled` as a mode of `autograd.compile`; None for eager mode."""
    if compiled is False or compiled is None:
        return None
    if compiled is True:
        return "exact"
    if isinstance(compiled, str) and compiled in ("exact", "fast"):  # an array has many answers
        return compiled
    raise ValueError(
        f'fit: compiled must be True (eager\'s bits), "fast" or False; got {compiled!r:.40}'
    )


def check_measure(early_stopping: EarlyStopping | None, measures: list[str]) -> None:
    """Raise ValueError if early stopping watches what this training does not measure."""
    if early_stopping is None or early_stopping.measure in measures:
        return
    measure = early_stopping.measure
    if measure.startswith("val_") and "val_loss" not in measures:
        remedy = 'give validation=0.2, or EarlyStopping(patience, measure="loss")'
    else:
        remedy = "the targets are no classes, so there is no accuracy; watch a loss"
    raise ValueError(f"fit: early_stopping watches {measure}, which is not measured; {remedy}")


def check_path(checkpoint: Any) -> None:
    """Raise TypeError unless it is a path, or None."""
    if checkpoint is not None and not isinstance(checkpoint, (str, os.PathLike)):
        raise TypeError(f"fit: checkpoint must be the path of a file, got {_shown(checkpoint)}")


def checkpoint_of(resume: Any) -> Checkpoint | None:
    """Return where the training that `resume` names stood: a History, or the path of a file."""
    if resume is None or isinstance(resume, Checkpoint):
        return resume
    if isinstance(resume, History):
        if resume.checkpoint is None:
            raise ValueError("fit: the history to resume is not one that fit returned")
        return resume.checkpoint
    if isinstance(resume, (str, os.PathLike)):
        return read_checkpoint(resume)
    raise TypeError(
        "fit: resume must be what fit returned, or the path given as checkpoint; got "
        f"{_shown(resume)}"
    )


def _shown(thing: Any) -> str:
    return (
        f"{reprlib.repr(thing):.40}" if not isinstance(thing, type) else f"class {thing.__name__}"
    )
