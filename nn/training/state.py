"""Training: the state of one training, which the loop of `fit` advances batch by batch.

Owns what changes while a model trains, what closes an epoch, and the way to a checkpoint and back.
"""

import math
import warnings
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import is_
from random import Random
from typing import Any

from autograd import Value, no_grad
from autograd.node import stored_number
from autograd.origin import users_level
from autograd.replay import draw_orders, means_of, shuffles_as_usual
from nn.checks import rate
from nn.evaluate import DecisionRule, numbers_of, outputs_of
from nn.module import Module
from nn.optim import SGD
from nn.training.callbacks import Best, EarlyStopping
from nn.training.checkpoint import Checkpoint, Plan
from nn.training.cost import Cost
from nn.training.history import History
from nn.training.own_state import lost_by, own_state, put_back
from nn.training.random_sources import of_a_training

Schedule = Callable[[int], float]  # epoch, from 1 -> its learning rate


@dataclass(eq=False)
class Training:
    """A training under way, as callbacks see it.

    Attributes:
        model, optimizer: what is trained, and what changes it.
        history: the measures of the epochs so far.
        epochs: how many there are to be.
        stop: set it to True to end the training after this batch or epoch.
        batch_loss: what was minimised in the last batch, penalties included.
    """

    model: Module
    optimizer: SGD
    history: History
    epochs: int
    cost: Cost
    rows: list[Any]  # the samples that are trained on
    targets: list[Any]
    batch_size: int
    source: Random
    plan: Plan
    is_right: DecisionRule | None = None  # None where the targets are no classes
    held_out: list[int] = field(default_factory=list)
    early_stopping: EarlyStopping | None = None
    schedule: Schedule | None = None
    forward: Callable[[Sequence[Any]], list[Any]] | None = None  # of held-out rows, compiled

    stop: bool = field(default=False, init=False)
    batch_loss: float = field(default=math.nan, init=False)
    finished: int = field(default=0, init=False)  # epochs
    order: list[int] = field(default_factory=list, init=False)  # of the epoch under way
    position: int = field(default=0, init=False)  # how many of these samples are done
    total: float = field(default=0.0, init=False)  # the sum of their costs
    n_right: int = field(default=0, init=False)
    best: Best | None = field(default=None, init=False)
    goes_beyond: bool = field(default=False, init=False)  # the loss of the first batch: see `cost`

    def __post_init__(self) -> None:
        parameters = self.cost.parameters
        self.n_parameters = len(parameters)
        own = set(parameters)  # the optimizer may hold others, those of a loss
        self.parameters: list[Value] = parameters + [
            parameter for parameter in self.optimizer.parameters if parameter not in own
        ]
        self.given_lr = self.optimizer.lr
        self.history.add_snapshot(0, self._weights()[: self.n_parameters])

    def __repr__(self) -> str:  # without the samples, which dataclass would write out
        n_validation = len(self.history.validation[0]) if self.history.validation else 0
        return (
            f"Training(epoch {self.epoch} of {self.epochs}, batch {self.batch} of "
            f"{self.n_batches}, batch_loss={self.batch_loss:.4g}; {len(self.rows)} training and "
            f"{n_validation} validation samples, {self.n_parameters} parameters)"
        )

    @property
    def epoch(self) -> int:
        """The epoch under way, or the one that has just ended, from 1; 0 before the first."""
        return self.finished + 1 if self.order else self.finished

    @property
    def batch(self) -> int:
        """The batch of this epoch that has just ended, from 1; 0 before the first."""
        return math.ceil(self.position / self.batch_size)

    @property
    def n_batches(self) -> int:
        """How many batches an epoch has."""
        return math.ceil(len(self.rows) / self.batch_size)

    def is_over(self) -> bool:
        """Whether all epochs are finished, or early stopping or a callback ends it here."""
        return self.finished >= self.epochs or self.stop or self.has_stopped_early()

    def has_stopped_early(self) -> bool:
        """Whether the measure watched has not improved for long enough, with epochs left."""
        return (
            self.early_stopping is not None
            and self.finished < self.epochs
            and not self.order
            and self.early_stopping.is_over(self.finished, self.best)
        )

    def begin_epoch(self, order: list[int] | None = None) -> None:
        """Set the learning rate of the epoch and the order of its samples, unless it has begun.

        Where one batch holds them all, their order would change nothing but the rounding of sums.

        Args:
            order: one that `next_orders` has given for it; None to draw it now.
        """
        if self.order:
            return
        if self.schedule is not None:
            epoch = self.finished + 1
            self.optimizer.lr = rate(self.schedule(epoch), f"fit: schedule({epoch}), a rate,")
        if order is None:
            order = list(range(len(self.rows)))
            if self.is_shuffled:
                with of_a_training(self.source):
                    self.source.shuffle(order)
        self.order = order

    def next_orders(self, n: int) -> "array[int]":
        """Draw the orders of the samples of the n epochs after this one, one after another."""
        n_samples = len(self.rows)
        if not self.is_shuffled:
            return array("q", range(n_samples)) * n
        with of_a_training(self.source):
            return draw_orders(self.source, n_samples, n)

    @property
    def is_shuffled(self) -> bool:
        """Whether each epoch has an order of its own: a batch of all samples needs none."""
        return self.batch_size < len(self.rows)

    def may_draw_ahead(self) -> bool:
        """Whether orders can be drawn before their epochs and, if need be, as if they were not."""
        return not self.is_shuffled or shuffles_as_usual(self.source)

    def batches(self) -> Iterator[list[int]]:
        """Yield the samples of each batch of this epoch that is still to come."""
        while self.position < len(self.order):
            yield self.order[self.position : self.position + self.batch_size]

    def n_right_of(self, outputs: list[Any], targets: list[Any]) -> int:
        """How many outputs mean the class of their target; 0 where the targets are no classes."""
        if self.is_right is None:
            return 0
        return list(map(self.is_right, map(numbers_of, outputs), targets)).count(True)

    def end_batch(self, cost: float, size: int, n_right: int) -> None:
        """Count a batch of `size` samples after its weight update, `n_right` of them right."""
        self.batch_loss = cost
        self.total += cost * size
        self.n_right += n_right
        self.position += size

    def end_batches(self, costs: "array[float]", size: int, n_right: int) -> None:
        """Count batches of `size` samples after their weight updates, `n_right` of them right."""
        for cost in costs:
            self.total += cost * size
        self.batch_loss = costs[-1]
        self.n_right += n_right
        self.position += size * len(costs)

    def count_epochs(
        self, costs: "array[float]", n_right: Sequence[float], sizes: Sequence[tuple[int, int]]
    ) -> None:
        """Count whole epochs that nobody looks at, without a schedule: only losses are measured.

        Args:
            costs: of their batches.
            n_right: for each batch how many samples are right, or () if that means nothing.
            sizes: how many samples a batch has, and how many such batches follow each other, in
                each epoch.
        """
        of_batches = [size for size, n in sizes for _ in range(n)]
        n_rows = len(self.rows)
        measures = {"loss": means_of(costs, of_batches, n_rows)}
        if self.is_right is not None:
            right = array("d", n_right) if n_right else array("d", bytes(8 * len(costs)))
            ones = [1.0] * len(of_batches)  # sums of whole numbers are exact
            measures["accuracy"] = means_of(right, ones, n_rows)
        self.history.extend(**measures)
        self.batch_loss = costs[-1]
        self.finished += len(measures["loss"])

    def end_epoch(self, is_kept: bool = True) -> None:
        """Measure the epoch, and keep it in the history; its weights, too, if `is_kept`."""
        measures = {"loss": self.total / len(self.rows)}
        if self.is_right is not None:
            measures["accuracy"] = self.n_right / len(self.rows)
        if self.history.validation is not None:
            measures |= self._validation_measures(*self.history.validation)
        if self.schedule is not None:
            measures["lr"] = self.optimizer.lr
        self.finished, self.order, self.position = self.finished + 1, [], 0
        self.total, self.n_right = 0.0, 0
        self.history.append(**measures)
        if not is_kept:
            return
        weights = self._weights()
        self.history.add_snapshot(self.finished, weights[: self.n_parameters])
        watching = self.early_stopping
        if watching is not None and watching.improves(measures[watching.measure], self.best):
            value = measures[watching.measure]
            self.best = Best(watching.measure, self.finished, value, weights)

    def keep(self, epochs: Sequence[int], trained: "Sequence[array[float]]") -> None:
        """Keep the weights of epochs that nobody looked at.

        Args:
            epochs: their numbers.
            trained: for each the numbers of the optimiser's parameters after it.
        """
        mine, theirs = self.parameters[: self.n_parameters], [*self.optimizer.parameters]
        if len(mine) != len(theirs) or not all(map(is_, mine, theirs)):  # most have them in order
            place = {parameter: i for i, parameter in enumerate(theirs)}
            now = [(place.get(p), p.data) for p in mine]  # what the optimiser has not stays
            trained = [
                array("d", [x if i is None else numbers[i] for i, x in now]) for numbers in trained
            ]
        for epoch, weights in zip(epochs, trained, strict=True):
            self.history.add_snapshot(epoch, weights)

    def put_back_best(self) -> None:
        """Give the model the weights of its best epoch, where early stopping looks for it."""
        if self.early_stopping is not None and self.best is not None:
            self._set_weights(self.best.weights)
            self.history.best_epoch = self.best.epoch

    def capture(self) -> Checkpoint:
        """Return where the training stands, between two batches, as plain numbers."""
        state = None
        with suppress(NotImplementedError):  # random.SystemRandom has no state
            state = self.source.getstate()
        return Checkpoint(
            plan=self.plan,
            epoch=self.finished,
            position=self.position,
            order=[*self.order],
            total=self.total,
            n_right=self.n_right,
            random=state,
            given_lr=self.given_lr,
            lr=self.optimizer.lr,
            weights=self._weights(),
            velocities=[*self.optimizer.velocities],
            own=own_state(self.optimizer, self.parameters),
            held_out=[*self.held_out],
            best=self.best,
            measured=self.history.measured.copy(),
            snapshots={**self.history.snapshots},
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand where `checkpoint` was captured, which is of this plan.

        A learning rate that is not the one it was begun with is kept: it was changed on purpose.
        """
        self.finished, self.position = checkpoint.epoch, checkpoint.position
        self.order = [*checkpoint.order]
        self.total, self.n_right = checkpoint.total, checkpoint.n_right
        if checkpoint.random is not None:
            with suppress(NotImplementedError):
                self.source.setstate(checkpoint.random)
        if self.given_lr == checkpoint.given_lr:
            self.optimizer.lr = checkpoint.lr
        self._set_weights(checkpoint.weights)
        self.optimizer.velocities = [*checkpoint.velocities]
        if lost := lost_by(self.optimizer, self.parameters, checkpoint.own):
            kind = type(self.optimizer).__name__
            warnings.warn(
                f"fit: resumed without {', '.join(lost)} of {kind}, which the checkpoint does not "
                "hold: it keeps numbers, texts, and lists, tuples and dicts of them",
                RuntimeWarning,
                stacklevel=users_level(),
            )
        put_back(self.optimizer, self.parameters, checkpoint.own)
        watching, best = self.early_stopping, checkpoint.best
        if watching is not None and best is not None and best.measure == watching.measure:
            self.best = best
        self.history.measured = checkpoint.measured.copy()
        self.history.snapshots = {**checkpoint.snapshots}

    def _weights(self) -> "array[float]":
        return array("d", map(stored_number, self.parameters))

    def _set_weights(self, weights: "array[float]") -> None:
        for parameter, weight in zip(self.parameters, weights, strict=True):
            parameter.data = weight

    def _validation_measures(self, rows: list[Any], targets: list[Any]) -> dict[str, float]:
        outputs = outputs_of(self.model, rows, self.forward)
        with no_grad():
            measures = {"val_loss": float(numbers_of(self.cost(outputs, targets)))}
        if self.is_right is not None:
            measures["val_accuracy"] = self.n_right_of(outputs, targets) / len(rows)
        return measures
