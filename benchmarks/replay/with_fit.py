"""`nn.fit` in the contests: one training as a user starts it, which waits while others are timed.

Owns how a training is stopped between two epochs and goes on, without a callback: where there is
one, `fit` looks after each epoch at what it may have changed.
"""

import gc
from array import array
from collections.abc import Sequence
from threading import Semaphore, Thread, current_thread
from time import perf_counter
from typing import Any

import nn
from benchmarks.replay.tasks import TASKS
from benchmarks.replay.with_glassgrad import Beginning, gradients_of, model_of
from nn.training.replay.steps import CompiledSteps
from nn.training.state import Training

ENDLESS = 10**12  # epochs


class Fit:
    """A training whose time is counted in epochs.

    Args:
        name: of the task.
        compiled: as for `nn.fit`.
    """

    def __init__(self, name: str, compiled: bool | str) -> None:
        from autograd.replay.llvm.remembered import forget

        self._task = TASKS[name]
        self._model = model_of(self._task)
        self._beginning = Beginning(self._task, self._model.parameters())
        forget()  # what was made before: the time until this one is ready is told
        self._trainer = _Trainer(self._model, name, compiled)
        self._trainer.start()
        self.steps = self._task.epochs * len(self._task.epochs_of_samples[0])

    def seconds(self, calls: int) -> float:
        """How long so many times `self.steps` steps take, the garbage collector running."""
        gc.collect()
        gc.freeze()  # as in `Run`
        try:
            seconds = 0.0
            while calls:
                at_once = self._beginning.calls(calls, self.steps)
                seconds += self._go_on(at_once)
                calls -= at_once
            return seconds
        finally:
            gc.unfreeze()

    def result(self) -> Sequence[float]:
        """Train for `self.steps` steps; the numbers on which all contestants must agree."""
        self._go_on()
        return gradients_of(self._task, self._model)(None)

    def _go_on(self, calls: int = 1) -> float:
        self._beginning.before(calls * self.steps)  # it waits meanwhile
        return self._trainer.go_on(calls * self._task.epochs)

    def close(self) -> None:
        """End the training."""
        self._trainer.end()


class _Trainer(Thread):
    """A thread that trains as many epochs as it is told to, and then waits.

    `nn.fit` calls it by `look_up` at the beginning of each epoch. Of `n_left` epochs, those that
    are yet to begin, a program runs no more in a call.
    """

    def __init__(self, model: Any, name: str, compiled: bool | str) -> None:
        super().__init__(daemon=True)
        self._model, self._task, self._compiled = model, TASKS[name], compiled
        self.n_left = 0
        self._told, self._waits = Semaphore(0), Semaphore(0)
        self._start = self._seconds = 0.0
        self._is_ending = False
        self._error: BaseException | None = None

    def run(self) -> None:
        """See Thread: one call of `nn.fit`."""
        task = self._task
        settings: dict[str, Any] = {"lr": task.lr, "l2": task.l2, "compiled": self._compiled}
        try:
            nn.fit(
                self._model,
                task.samples(),
                task.loss,
                epochs=ENDLESS,
                batch_size=task.batch_size,
                seed=0,
                verbose=False,
                **settings,
            )
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        self._waits.release()

    def look_up(self, training: Training) -> None:
        """Let the next epoch begin, or wait until it is wanted."""
        if self.n_left == 0:
            self._seconds = perf_counter() - self._start
            self._waits.release()
            self._told.acquire()
            training.stop = self._is_ending
            self._start = perf_counter()
        self.n_left -= 1

    def go_on(self, epochs: int) -> float:
        """Train so many epochs; the seconds they took. Raises what `nn.fit` raised."""
        self._wait()
        self.n_left = epochs
        self._told.release()
        self._wait()
        self._waits.release()  # it still does
        return self._seconds

    def end(self) -> None:
        """Let `nn.fit` return."""
        self._is_ending = True
        self._told.release()
        self.join()

    def _wait(self) -> None:
        self._waits.acquire()
        if self._error is not None:
            self._waits.release()
            raise self._error


_begin_epoch = Training.begin_epoch


def _watched(self: Training, order: list[int] | None = None) -> None:
    """`Training.begin_epoch`, before which a trainer looks up."""
    thread = current_thread()
    if isinstance(thread, _Trainer):
        thread.look_up(self)
    _begin_epoch(self, order)


_count_epochs = Training.count_epochs


def _counted(
    self: Training,
    costs: "array[float]",
    n_right: Sequence[float],
    sizes: Sequence[tuple[int, int]],
) -> None:
    """`Training.count_epochs`, for epochs that begin without anybody's looking up."""
    thread, before = current_thread(), self.finished
    _count_epochs(self, costs, n_right, sizes)
    if isinstance(thread, _Trainer):
        thread.n_left -= self.finished - before


_epochs_unseen = CompiledSteps._epochs_unseen


def _no_more_than_told(self: CompiledSteps) -> int:
    """`CompiledSteps._epochs_unseen`, of which a trainer runs no more than it is told to."""
    thread, found = current_thread(), _epochs_unseen(self)
    return min(found, 1 + thread.n_left) if isinstance(thread, _Trainer) else found


Training.begin_epoch = _watched  # type: ignore[method-assign]
Training.count_epochs = _counted  # type: ignore[method-assign]
CompiledSteps._epochs_unseen = _no_more_than_told  # type: ignore[method-assign]
