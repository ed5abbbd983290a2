"""Training: gradient descent over epochs and batches.

Owns `fit`: the loop of forward propagation, loss, backpropagation and weight update, and how it
begins and ends.
"""

import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.origin import users_level
from nn.checks import rate, whole_number
from nn.evaluate import predict
from nn.init import Seed, random_source
from nn.losses import Loss as Loss, loss_name
from nn.module import Module
from nn.nested import shape_of
from nn.optim import SGD
from nn.training.arguments import (
    check_measure,
    check_path,
    check_places,
    check_targets,
    checkpoint_of,
    compile_mode_of,
    decision_rule_of,
    draw_samples,
    loss_of,
    optimizer_of,
    pair_of,
    rates_of,
    validation_of,
)
from nn.training.callbacks import (
    Callback,
    EarlyStopping,
    callbacks_of,
    early_stopping_of,
    sees_batches,
)
from nn.training.checkpoint import CheckpointFile, Plan, fingerprint
from nn.training.cost import (
    Cost,
    pulls_beyond_labels,
    require_finite,
    require_gradient,
    require_recording,
)
from nn.training.history import History
from nn.training.interrupt import DeferredInterrupt, interrupted
from nn.training.progress import progress_bar
from nn.training.replay.steps import CompiledSteps, say_what_compiles
from nn.training.state import Schedule, Training


def fit(
    model: Module,
    data: tuple[Sequence[Any], Sequence[Any]],
    loss: str | Loss,
    optimizer: str | SGD = "sgd",
    epochs: int = 100,
    batch_size: int | None = 32,
    seed: Seed = None,
    verbose: bool = True,
    *,
    validation: float | tuple[Sequence[Any], Sequence[Any]] | None = None,
    early_stopping: int | EarlyStopping | None = None,
    callbacks: Iterable[Callback | Callable[[Training], Any]] = (),
    schedule: Schedule | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: History | str | os.PathLike[str] | None = None,
    compiled: bool | str = False,
    threshold: float | bool | None = None,
    **settings: Any,
) -> History:
    """Train `model` on `data` and return what each epoch gave.

    Args:
        model: called with one sample, returns its output or the list of its outputs.
        data: (X, y), a row and a target for each sample; `Preparation` scales features to about 1.
        loss: a name of `nn.losses.LOSSES` such as "mse", or a function (outputs, targets) of a
            batch -> one `Value`, such as `nn.cross_entropy`.
        optimizer: changes the model's parameters: "sgd", or `nn.SGD(model.parameters(), lr=0.1)`.
        epochs: how many times every sample is seen.
        batch_size: how many samples make one weight update: None for all (gradient descent), 1
            for each (stochastic); the last batch of an epoch may be smaller.
        seed: of the order of the samples, new in each epoch; as for `nn.Neuron`.
        verbose: whether to show a progress bar on stderr (tqdm, the extra `train`).
        validation: (X, y), or the fraction of the samples to draw for it; they are not trained
            on but measured after each epoch.
        early_stopping: end when `val_loss` has not improved for so many epochs, or an
            `nn.EarlyStopping`; the model then has the weights of the best epoch.
        callbacks: functions that take the `Training` after each epoch, or `nn.Callback`s.
        schedule: epoch, from 1 -> the learning rate of that epoch.
        l1, l2: penalties, times which the sum of |w| and of w**2 over all parameters is added to
            the loss.
        checkpoint: a file that keeps the training while it runs, written whole or not at all.
        resume: such a file, or a history that `fit` returned: go on from there, to the same bits
            as if it had never ended. Everything else is to be given as before. Of an optimiser of
            your own, too, what it keeps in attributes that are numbers, texts, and lists and dicts
            of these (keys: names or parameters).
        compiled: True to run the steps as a program, the same bits hundreds of times faster; "fast"
            for a program that is faster still and right within rounding. The first batch runs in
            eager mode, and so do batches that a program cannot, or of a size of which some 100 or
            fewer are to come: making a program costs as much. A model or loss that does more than
            compute, such as drawing random numbers or reading `.data`, is trained in eager mode,
            with a warning. Without callbacks the parameters' `.grad` is 0 in the end.
        threshold: above it a single output, and its target, mean the second class, as for
            `nn.accuracy`: 0 for logits that a loss function of your own takes. False: the targets
            are no classes, so there is no accuracy.
        settings: of an optimiser given by name: `lr`, `momentum`, `dampening`, `weight_decay`,
            `nesterov`.

    The history has the `loss` of each epoch and, where the targets are classes, the `accuracy`:
    means over its samples, each as the model was when its batch came. `val_loss` and
    `val_accuracy` are of the model as it is after the epoch. Penalties are part of the losses.

    Ctrl-C ends the training after the batch under way: the model keeps what it has learned, the
    history says `stopped == "interrupted"`. A second Ctrl-C raises KeyboardInterrupt at once.

    Raises TypeError and ValueError for arguments that do not fit together, FloatingPointError,
    before the weights change, when the loss is nan or infinite, and OSError if the checkpoint
    cannot be written.
    """
    check_places(model, loss, optimizer)
    loss = loss_of(loss)
    others = [name for name in inspect.signature(fit).parameters if name != "settings"]
    optimizer = optimizer_of(optimizer, model, settings, schedule is not None, others)
    rows, targets = pair_of(data, "data")
    epochs = whole_number(epochs, "fit: epochs")
    size = len(rows)
    if batch_size is not None:
        size = min(size, whole_number(batch_size, "fit: batch_size (None for all samples)"))
    source = random_source(seed)
    kept = validation_of(validation, rows)
    watching = early_stopping_of(early_stopping)
    listeners = callbacks_of(callbacks)
    if schedule is not None and not callable(schedule):
        raise TypeError(f"fit: schedule must be a function of the epoch, got {schedule!r:.40}")
    # Found before the model is called: what it keeps of a call without a graph is no parameter.
    cost = Cost(loss, model.parameters(), rate(l1, "fit: l1"), rate(l2, "fit: l2"))
    check_path(checkpoint)
    start = checkpoint_of(resume)
    mode = compile_mode_of(compiled)
    require_recording()

    output = predict(model, rows[:1])[0]
    all_targets = targets + kept[1] if isinstance(kept, tuple) else targets
    check_targets(output, all_targets)
    is_right = decision_rule_of(threshold, loss, output, all_targets)
    measures = ["loss"] + ["accuracy"] * (is_right is not None)
    measures += [f"val_{measure}" for measure in measures] if kept is not None else []
    check_measure(watching, measures)
    measures += ["lr"] * (schedule is not None)
    plan = _plan(model, optimizer, cost, (rows, targets), size, kept, measures)
    plan["threshold"] = "" if is_right is None else str(is_right.border)

    history = History()
    history.model, history.loss_name = model, loss_name(loss)
    if start is not None:
        start.require_plan(plan)
    held_out: list[int] = []
    if isinstance(kept, tuple):
        history.validation = kept
    elif kept is not None:
        held_out = draw_samples(kept, len(rows), source) if start is None else start.held_out
        history.validation = [rows[i] for i in held_out], [targets[i] for i in held_out]
        left = sorted(set(range(len(rows))) - set(held_out))
        rows, targets = [rows[i] for i in left], [targets[i] for i in left]
        size = min(size, len(rows))
    history.data, history.batch_size = (rows, targets), size
    training = Training(
        model=model,
        optimizer=optimizer,
        history=history,
        epochs=epochs,
        cost=cost,
        rows=rows,
        targets=targets,
        batch_size=size,
        source=source,
        plan=plan,
        is_right=is_right,
        held_out=held_out,
        early_stopping=watching,
        schedule=schedule,
    )
    if start is not None:
        training.restore(start)
    history.optimizer, history.rates = type(optimizer).__name__, rates_of(optimizer)
    steps = None
    if mode is not None:
        is_watched = bool(listeners) or schedule is not None
        steps = CompiledSteps(training, mode, is_watched, sees_batches(listeners))
        if verbose:
            say_what_compiles()
    _run(training, listeners, checkpoint, verbose, steps)
    is_guessed = threshold is None and is_right is not None and is_right.border == 0.5
    if is_guessed and training.goes_beyond:
        warnings.warn(
            "fit: the loss pulls outputs for the labels 0 and 1 below 0 or above 1, as those of "
            "logits, and the accuracy counts those above 0.5 as 1: give threshold=0 for logits, or "
            "threshold=0.5 if it is right",
            stacklevel=users_level(),
        )
    return history


def _run(
    training: Training,
    callbacks: list[Callback],
    path: str | os.PathLike[str] | None,
    verbose: bool,
    steps: CompiledSteps | None,
) -> None:
    """Train to the end, whatever ends it, and leave model and history as `fit` promises."""
    history = training.history
    n_done = training.finished * training.n_batches + training.batch
    n_batches = training.epochs * training.n_batches
    training.model.train()
    with DeferredInterrupt() as interrupt:
        file = CheckpointFile(path, training.capture()) if path is not None else None
        try:
            with progress_bar(n_batches, n_done, verbose) as bar:
                if steps is not None:
                    steps.while_making = bar.compiling
                for callback in callbacks:
                    callback.on_train_begin(training)
                _descend(training, callbacks, interrupt, file, bar, steps)
        except Exception:  # of a callback, the loss or the schedule: all between two updates
            history.checkpoint = training.capture()
            raise
        finally:
            if steps is not None:
                n_now = training.finished * training.n_batches + training.batch
                history.compiled = steps.report(n_now - n_done)
        history.checkpoint = training.capture()
        if file is not None:
            file.save(history.checkpoint)
        if training.has_stopped_early():
            history.stopped = "early stopping"
        elif training.stop:
            history.stopped = "callback"
        if interrupt.requested():
            history.stopped = "interrupted"
        training.put_back_best()
        for callback in callbacks:
            callback.on_train_end(training)
    if interrupt.requested():  # also one that came when all was done: it is not swallowed
        history.stopped = "interrupted"
        _say_interrupted(training, path)


def _descend(
    training: Training,
    callbacks: list[Callback],
    interrupt: DeferredInterrupt,
    file: CheckpointFile | None,
    bar: Any,
    steps: CompiledSteps | None,
) -> None:
    """Gradient descent: the loop over epochs and batches, by a program where there is one."""
    model, optimizer, cost = training.model, training.optimizer, training.cost
    rows, targets = training.rows, training.targets
    is_checked = False
    while not (training.is_over() or interrupt.requested()):
        training.begin_epoch(steps.next_order() if steps is not None else None)
        for batch in training.batches():
            n_done = steps.advance() if steps is not None and is_checked else 0
            if n_done == 0:
                answers = [targets[i] for i in batch]
                outputs = [model(rows[i]) for i in batch]  # forward propagation
                # Loss, which may empty its lists.
                loss = (cost.loss if is_checked else cost.first_loss)([*outputs], [*answers])
                if is_first := not is_checked:
                    require_gradient(loss, outputs, optimizer.parameters)
                    is_checked = True
                total = cost.with_penalties(loss)
                require_finite(total, training.epoch, training.batch + 1)
                optimizer.zero_grad()
                total.backward()  # backpropagation
                if is_first:
                    training.goes_beyond = pulls_beyond_labels(outputs, answers)
                n_right = training.n_right_of(outputs, answers)  # as it is before the update
                optimizer.step()  # weight update
                training.end_batch(total.data, len(batch), n_right)
                n_done = 1
            for callback in callbacks:
                callback.on_batch_end(training)
            bar.update(n_done)
            if interrupt.requested() or training.stop:
                return
        training.end_epoch()
        bar.set_postfix(refresh=False, **training.history.measured.last())
        for callback in callbacks:
            callback.on_epoch_end(training)
        if file is not None:
            file.save_if_due(training.capture)


_GIVEN = ("momentum", "dampening", "weight_decay", "nesterov")  # the learning rate may be changed


def _plan(
    model: Module,
    optimizer: SGD,
    cost: Cost,
    data: tuple[list[Any], list[Any]],
    batch_size: int,
    validation: float | tuple[list[Any], list[Any]] | None,
    measures: list[str],
) -> Plan:
    """What a training is of, by which a checkpoint is known to fit."""
    own = set(cost.parameters)
    shapes = {name: shape_of(array) for name, array in model.arrangement().items()}
    kept = validation if isinstance(validation, tuple) else None
    return {
        "parameters": len(own),
        "model": f"{type(model).__name__} {model.architecture() or shapes}",
        "trained": len(optimizer.parameters),
        "others": len([p for p in optimizer.parameters if p not in own]),
        "samples": len(data[0]),
        "batch_size": batch_size,
        **{name: str(getattr(optimizer, name)) for name in _GIVEN if type(optimizer) is SGD},
        "loss": loss_name(cost.loss),
        "l1": cost.l1,
        "l2": cost.l2,
        "validation": "(X, y)" if kept is not None else str(validation),
        "measures": ", ".join(measures),
        "fingerprint of the data": fingerprint(data),
        "fingerprint of the validation": fingerprint(kept),
    }


def _say_interrupted(training: Training, path: str | os.PathLike[str] | None) -> None:
    where = f"after epoch {training.epoch} of {training.epochs}"
    if training.order:
        where = (
            f"in epoch {training.epoch} of {training.epochs}, "
            f"after batch {training.batch} of {training.n_batches}"
        )
    resume = "history" if path is None else repr(os.fspath(path))
    print(interrupted(where, f"fit(..., resume={resume})"), file=sys.stderr)
