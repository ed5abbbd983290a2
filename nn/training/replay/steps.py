"""Compiled training: the steps of `fit` as a program, many batches at once.

Owns when a batch of a training is run by the program and when in eager mode, and how many follow
each other before Ctrl-C, the progress bar and callbacks have their turn.
"""

import marshal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from inspect import signature
from operator import is_
from typing import Any

from autograd import Value
from autograd.origin import users_level
from autograd.replay import (
    Descent,
    Words,
    too_many_ways_to_pay,
    too_much_to_look_at,
)
from nn.extras import is_installed, remedy
from nn.module import Module
from nn.nested import entries
from nn.optim import sgd_update
from nn.training.replay.course import Course
from nn.training.replay.forward import CompiledForward
from nn.training.replay.own_step import has_own_code, own_step
from nn.training.replay.report import TrainingReport
from nn.training.replay.surroundings import ModelSurroundings
from nn.training.replay.target_classes import TargetClasses
from nn.training.replay.worth import Worth
from nn.training.state import Training

SECONDS = 0.05  # between two looks at Ctrl-C
LEAST_LOOKING = 0.3  # seconds, before it is asked whether programs have saved as many


class CompiledSteps:
    """The program of a training.

    Args:
        training: whose batches it runs.
        mode: "exact", eager's bits, or "fast".
        is_watched: whether callbacks are called between epochs, who may look at gradients and
            change the model, the optimiser's parameters and the samples.
        one_by_one: whether they are called after each batch.

    Attributes:
        while_making: see `Descent`.
    """

    while_making: Callable[[], AbstractContextManager[Any]] = staticmethod(nullcontext)

    def __init__(self, training: Training, mode: str, is_watched: bool, one_by_one: bool) -> None:
        is_watched = is_watched or has_own_code(training)
        self._training, self._is_watched, self._one_by_one = training, is_watched, one_by_one
        self._mode = mode
        # What the loop of `fit` works with; a callback may give the training others.
        self._model, self._optimizer, self._cost = training.model, training.optimizer, training.cost
        self._samples = training.rows, training.targets
        self._forward = CompiledForward(training.model, mode, is_watched)
        training.forward = self._forward
        self._descent: Descent | None = None
        self._refusal = ""  # why there is no program, or no more
        self._is_told = True  # of it, once a batch has shown that eager mode can do it
        self._at_once = 1
        self._has_left_one = True  # the next batch, to eager mode
        self._seconds_looking = 0.0  # for what may have been changed
        self._n_steps = 0  # batches that programs ran
        self._n_left_out = 0  # times that a sample was left out of these
        self._worth = Worth(training, mode)
        self._classes = TargetClasses(None, [])
        self._parameters: list[Value] = []
        self._seen: list[Any] = []

    def advance(self) -> int:
        """Run some of the next batches of this epoch, or none, and count them.

        None: the next batch is one for eager mode.
        """
        training, optimizer = self._training, self._optimizer
        if training.model is not self._model:  # a callback has given another one to be measured
            training.forward = None
        may_be_changed = self._is_watched or self._forward.runs_model
        # Within an epoch nobody but the model itself, and its loss, in a batch of eager mode.
        may_be_changed &= self._one_by_one or training.position == 0 or self._has_left_one
        self._has_left_one = True
        is_first_step = optimizer.momentum and None in optimizer.velocities
        is_uneven = len(optimizer.velocities) != len(optimizer.parameters)
        if not self._is_told:
            what = "the rest is trained" if self._n_steps else "trained"
            text = f"fit: {what} uncompiled: {self._refusal}"
            warnings.warn(text, RuntimeWarning, stacklevel=users_level())
            self._is_told = True
        if self._refusal or is_first_step or is_uneven:
            return 0
        next_size = min(training.batch_size, len(training.order) - training.position)
        if self._descent is None and not self._worth.pays(next_size):
            return 0
        if self._descent is None or (may_be_changed and self._is_of_other_parameters()):
            made = self._new_descent()
            if isinstance(made, str):
                self._refuse(made)
                return 0
            if self._descent is None:
                size = training.batch_size
                self._worth.reckon_with(made.ways(training.order, size))
                if not self._worth.pays(size) and not self._worth.ways.serve_all:
                    what = "batches" if self._worth.ways.share == 1.0 else "samples"
                    least, lines = self._worth.least(size), made.lines
                    self._refuse(too_many_ways_to_pay(least, what, lines))
                    return 0
            self._descent = made
        elif may_be_changed and (why := self._look_again(self._descent)):
            self._refuse(why)
            return 0
        course = Course(training, self._at_once, self._epochs_unseen(), self._worth.pays)
        if not course.sizes:
            return 0
        start = time.perf_counter()
        try:
            course.draw()
            done = self._descent.run(
                course.samples,
                course.sizes,
                optimizer.rates,
                optimizer.velocities,
                self._is_watched,
                self._classes.wanted,
            )
        except BaseException:  # a second Ctrl-C, or what another handler of a signal raises
            course.take_back()
            raise
        seconds = time.perf_counter() - start
        if done.velocities:
            optimizer.velocities = [*done.velocities]
        course.count(done.costs, self._classes.n_right(done, course.samples), done.kept)
        n = len(done.costs)
        if n and self._descent.is_remembered:
            self._worth.note(next_size)
        if n and not self._one_by_one:
            most = 2 * max(n, self._at_once)  # n may be few for there were no more to come
            self._at_once = max(1, min(int(n * SECONDS / max(seconds, 1e-9)), most))
        elif why := self._descent.refusal:
            self._refuse(why)
        self._has_left_one = n == 0
        self._n_steps += n
        self._n_left_out += done.n_left_out
        return n

    def report(self, n_batches: int) -> TrainingReport:
        """What became of this training, of so many batches."""
        made = self._descent.reports() if self._descent is not None else []
        sources = self._descent.texts() if self._descent is not None else []
        notes = [self._refusal] if self._refusal else self._worth.notes()
        n_eager = n_batches - self._n_steps
        counts = self._n_steps, n_eager, self._n_left_out
        return TrainingReport(self._mode, *counts, made, notes, sources)

    def next_order(self) -> list[int] | None:
        """The order of the samples in the next epoch, where a program draws it; else None."""
        training = self._training
        if training.order or self._descent is None or not training.may_draw_ahead():
            return None
        if training.schedule is not None:  # it is asked first, and may raise
            return None
        return training.next_orders(1).tolist()

    def _new_descent(self) -> Descent | str:
        """The steps as programs, or why there can be none."""
        model, optimizer, cost = self._model, self._optimizer, self._cost
        if why := own_step(optimizer):
            return why

        def of_batch(rows: list[Any], targets: list[Any]) -> tuple[Any, list[Any]]:
            given = entries([rows, targets])
            outputs = [model(row) for row in rows]
            found = cost(outputs, targets)
            now = entries([rows, targets])
            if len(given) != len(now) or not all(map(is_, given, now)):
                raise ValueError("the model or the loss changes a sample")
            if not isinstance(found, Value):
                raise TypeError(f"the loss is a {type(found).__name__}, no Value")
            return found, outputs

        rows, targets = self._samples
        try:
            descent = Descent(
                of_batch,
                optimizer.parameters,
                lambda weight, gradient, velocity, rates: sgd_update(
                    weight, gradient, velocity, *rates
                ),
                rows,
                targets,
                self._mode,
                surroundings=ModelSurroundings(model, cost),
                patience=self._worth.patience,
                while_making=self.while_making,
                words=_words(model, optimizer),
            )
        except TypeError as error:
            return str(error)
        self._parameters = [*optimizer.parameters]
        self._remember_samples()
        return descent

    def _look_again(self, descent: Descent) -> str:
        """Let the programs know what may have been changed; why they cannot go on, if so."""
        start = time.perf_counter()
        descent.look_again()
        why = own_step(self._optimizer) or self._changed_samples(descent)
        self._seconds_looking += time.perf_counter() - start
        if not why and self._seconds_looking > max(LEAST_LOOKING, descent.seconds_saved):
            return too_much_to_look_at("batch" if self._one_by_one else "epoch")
        return why

    def _is_of_other_parameters(self) -> bool:
        """Whether a callback has changed which parameters are trained."""
        now = self._optimizer.parameters
        return len(now) != len(self._parameters) or not all(map(is_, now, self._parameters))

    def _changed_samples(self, descent: Descent) -> str:
        """Let the programs read the samples anew if a callback has changed any; why they cannot."""
        if self._is_watched and not self._are_as_seen():
            try:
                descent.take(*self._samples)
            except TypeError as error:
                return str(error)
            self._remember_samples()
        return ""

    def _are_as_seen(self) -> bool:
        """Whether the samples that come next are what they were: all, or those of a batch."""
        training = self._training
        if training.position == 0:
            return _are_same([*self._samples], self._seen)
        end = training.position + training.batch_size * self._one_by_one
        batch = training.order[training.position : end]
        return all(
            _are_same([now[i] for i in batch], [seen[i] for i in batch])
            for now, seen in zip(self._samples, self._seen, strict=True)
        )

    def _remember_samples(self) -> None:
        self._classes = TargetClasses(self._training.is_right, self._samples[1])
        self._seen = _copied([*self._samples]) if self._is_watched else []

    def _refuse(self, why: str) -> None:
        self._refusal, self._is_told = why, False
        self._training.forward = None

    def _epochs_unseen(self) -> int:
        """How many epochs may go by, that under way included, before anybody looks."""
        training = self._training
        is_measured = training.history.validation is not None or training.early_stopping is not None
        if self._is_watched or is_measured:
            return 1
        return training.epochs - training.finished


def _words(model: Any, optimizer: Any) -> Words:
    """What rates and parameters are called in the text of a step."""
    rates = [*signature(sgd_update).parameters][3:]  # after weight, gradient and velocity
    named = model.named_parameters() if isinstance(model, Module) else []
    path_of = {parameter: path for path, parameter in named}
    return Words(rates, [path_of.get(p, "a parameter") for p in optimizer.parameters])


def say_what_compiles() -> None:
    """Tell who has no llvmlite that the program is Python."""
    if not is_installed("llvmlite"):
        print(
            remedy("compile", "compiled to Python, not native code, without llvmlite"),
            file=sys.stderr,
        )


def _are_same(now: Any, before: Any) -> bool:
    """Whether nested lists hold the same numbers, of the same classes: 0.0 is not -0.0."""
    try:
        return marshal.dumps(now, 2) == marshal.dumps(before, 2)
    except ValueError:  # anything but numbers
        return bool(now == before)


def _copied(samples: Any) -> Any:
    """Lists at any depth as new lists of the same numbers."""
    return [_copied(x) if isinstance(x, list) else x for x in samples]
