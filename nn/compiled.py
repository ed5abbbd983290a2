"""Compiled training: the steps of `fit` as a program, many batches at once.

Owns when a batch of a training is run by the program and when in eager mode, and how many follow
each other before Ctrl-C, the progress bar and callbacks have their turn.
"""

import time
import warnings
from typing import Any

from autograd.replay import Descent
from nn.optim import sgd_update
from nn.training import Training

SECONDS = 0.05  # between two looks at Ctrl-C


class CompiledSteps:
    """The program of a training.

    Args:
        training: whose batches it runs.
        mode: "exact", eager's bits, or "fast".
        one_by_one: whether somebody wants to see the model after each batch.

    Raises TypeError if the samples are not numbers in lists of one layout.
    """

    def __init__(self, training: Training, mode: str, one_by_one: bool) -> None:
        self._training, self._one_by_one = training, one_by_one
        model, cost = training.model, training.cost

        def of_batch(rows: list[Any], targets: list[Any]) -> tuple[Any, list[Any]]:
            outputs = [model(row) for row in rows]
            return cost(outputs, targets), outputs

        self._descent = Descent(
            of_batch,
            training.optimizer.parameters,
            lambda weight, gradient, velocity, rates: sgd_update(
                weight, gradient, velocity, *rates
            ),
            training.rows,
            training.targets,
            mode,
        )
        self._at_once = 1
        self._gives_rows = False

    def advance(self) -> int:
        """Run some of the next batches of this epoch, or none, and count them.

        None: the next batch is one for eager mode.
        """
        training, optimizer = self._training, self._training.optimizer
        refused = self._descent.refusal
        if refused or (optimizer.momentum and None in optimizer.velocities):
            return 0
        batches = self._next_batches()
        start = time.perf_counter()
        done, velocities = self._descent.run(batches, optimizer.rates, optimizer.velocities)
        seconds = time.perf_counter() - start
        optimizer.velocities = velocities
        for batch, cost, numbers in zip(batches, done.costs, done.outputs, strict=False):
            size = len(numbers) // len(batch)
            outputs: list[Any] = numbers
            if self._gives_rows:
                outputs = [numbers[i : i + size] for i in range(0, len(numbers), size)]
            training.end_batch(cost, outputs, [training.targets[i] for i in batch])
        if why := self._descent.refusal:
            warnings.warn(
                f"fit: the rest is trained uncompiled: {why}",
                RuntimeWarning,
                stacklevel=5,
            )
        if done.costs:
            wanted = int(len(done.costs) * SECONDS / max(seconds, 1e-9))
            self._at_once = max(1, min(wanted, 2 * len(done.costs)))
        return len(done.costs)

    def note_outputs(self, outputs: list[Any]) -> None:
        """Remember whether the model returns a number or a row, from a batch in eager mode."""
        self._gives_rows = isinstance(outputs[0], list)

    def _next_batches(self) -> list[list[int]]:
        training = self._training
        at_once = 1 if self._one_by_one else self._at_once
        size, order = training.batch_size, training.order
        left = order[training.position : training.position + at_once * size]
        batches = [left[i : i + size] for i in range(0, len(left), size)]
        if len(batches) > 1 and len(batches[-1]) < size:  # a program of its own
            batches.pop()
        return batches
