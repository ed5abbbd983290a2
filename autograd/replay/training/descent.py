"""Descent: a training by programs, many batches of samples in one call.

Owns which program runs a batch, and which batches are left to eager mode.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from autograd.indexing import MOST_NUMBERS
from autograd.modes import is_listened_to
from autograd.origin import Line
from autograd.replay.handlers import pass_on
from autograd.replay.programs import Decision
from autograd.replay.recording.refusals import too_many_ways_of_batches
from autograd.replay.reports import PathReport
from autograd.replay.training.done import NOTHING, Done
from autograd.replay.training.legend import Words
from autograd.replay.training.proof import Proof, why_none
from autograd.replay.training.running import Runner, only_next, planned
from autograd.replay.training.step import Cost, State, Step, Steps, Update
from autograd.replay.training.surroundings import NoSurroundings, Surroundings
from autograd.replay.training.table import Table
from autograd.replay.training.ways import (
    Ways,
    batches_of,
    few_of,
    growth_of,
    ways_of,
    with_batches,
)
from autograd.value import Value

MOST_PROGRAMS = 8  # for the ways through a cost that compares, for batches of one size
MOST_SURROUNDINGS = 8  # for which there are programs

NO_WORDS = Words()

_Found = TypeVar("_Found")


class Descent:
    """A training in compiled steps.

    Args:
        cost: what is minimised, and what the model returned, for a batch.
        parameters: the leaves that are trained.
        update: the rule of the optimiser, as arithmetic.
        rows, targets: all samples; numbers, or lists of numbers.
        mode, backend: as for `compile`.
        surroundings: what else the cost depends on.
        patience: how many batches of a size are to find no program that goes their way before
            another one is made, of the size and of what making the last one took, in batches of
            eager mode; none by default.
        while_making: a with-block around the making of a program, which may take seconds.
        words: what rates and parameters are called in the texts of programs.

    Attributes:
        n_steps: how many batches were run by programs.
        refusal: why no more are run by programs; "" while they are.

    Raises TypeError for samples of which no program can be made: of different layouts, or of
    anything but numbers.
    """

    def __init__(
        self,
        cost: Cost,
        parameters: Sequence[Value],
        update: Update,
        rows: Sequence[Any],
        targets: Sequence[Any],
        mode: str = "exact",
        backend: str | None = None,
        surroundings: Surroundings | None = None,
        patience: Callable[[int, float], float] = lambda size, price: 0.0,
        while_making: Callable[[], AbstractContextManager[Any]] = nullcontext,
        words: Words = NO_WORDS,
    ) -> None:
        self._patience, self._while_making = patience, while_making
        self._backend = backend
        samples = Table(rows, "X"), Table(targets, "y")
        self._maker = Steps(cost, parameters, update, *samples, mode, words)
        self._surroundings: Surroundings = surroundings or NoSurroundings()
        self._proof = Proof(self._maker, self._surroundings, mode)
        self._runner = Runner(self._maker, self._proof)
        self._key = self._surroundings.key()
        self._keys = {self._key}
        self._steps: dict[tuple[int, bool, bool, Hashable], list[Step]] = {}
        self._n_missed: Counter[int] = Counter()  # batches of a size since the last program of it
        self._making: dict[int, float] = {}  # of the last program of a size: the seconds it took
        self.n_steps = 0
        self.refusal = ""

    def take(self, rows: Sequence[Any], targets: Sequence[Any]) -> None:
        """Train on other samples from now on; TypeError as at the beginning."""
        tables = Table(rows, "X"), Table(targets, "y")
        if [table.key for table in tables] != [self._maker.rows.key, self._maker.targets.key]:
            self._steps.clear()
        self._maker.rows, self._maker.targets = tables

    @property
    def lines(self) -> "Counter[Line]":
        """Of the code of model and loss: where they asked which way to go, and how often."""
        return self._maker.lines

    def ways(self, samples: Sequence[int], size: int = 1) -> Ways:
        """How a few of these samples, and the first batches of them, go through the cost.

        Where it raises an error, as if all went one way: `run` meets that.
        """
        few, found = few_of(samples), Ways()
        growth = self._looked_at(lambda: growth_of(self._maker, few[0]))
        if growth is not None:  # what does more than compute has done it once and is here no more
            found = self._looked_at(lambda: ways_of(self._maker, few)) or found
        if found.are_one and size > 1:
            look = partial(with_batches, found, self._maker, batches_of(samples, size))
            found = self._looked_at(look) or found
        return found if growth is None else found._replace(growth=growth)

    def _looked_at(self, look: Callable[[], _Found]) -> _Found | None:
        """What a look at the cost finds out; None where the cost raises an error."""
        try:
            with self._surroundings.kept():
                return look()
        except Exception as error:  # noqa: BLE001 - of the user's functions
            pass_on(error)
        return None

    @property
    def is_remembered(self) -> bool:
        """Whether the machine code of its steps is kept, for another training that has the same."""
        programs = [step.program for steps in self._steps.values() for step in steps]
        return all(one.backend == "llvm" and one.n_calls_back == 0 for one in programs)

    def reports(self) -> list[PathReport]:
        """What was made: of each program that batches may take, those of large batches first."""
        return [step.report for step in self._largest_first()]

    def texts(self) -> list[str]:
        """These programs, as text of Python."""
        return [step.text for step in self._largest_first()]

    def _largest_first(self) -> list[Step]:
        by_size = sorted(self._steps.items(), key=lambda item: -item[0][0])
        return [step for _, steps in by_size for step in steps]

    @property
    def seconds_saved(self) -> float:
        """How long what the programs have run so far would have taken in eager mode, about."""
        return self.n_steps * self._proof.seconds

    def look_again(self) -> None:
        """Somebody may have changed the surroundings."""
        self._key = self._surroundings.key()
        self._keys.add(self._key)

    def run(
        self,
        order: Sequence[int],
        sizes: Sequence[tuple[int, int]],
        rates: Sequence[float],
        velocities: Sequence[float | None],
        with_gradients: bool = False,
        answers: Decision | bool = True,
    ) -> Done:
        """Run some of the next batches, or none: then the next one is left to eager mode.

        Args:
            order: their samples; after the last of these the first again.
            sizes: how many samples a batch has, and how many such batches follow each other; and
                STATE_NOTED where the numbers of the parameters are to be kept.
            rates: of the optimiser.
            velocities: one for each parameter, or None for each.
            with_gradients: whether `.grad` of the parameters is to be that of the last batch, as
                eager mode leaves it; otherwise it becomes 0.
            answers: whether what the model returns is kept; or by which decision the samples that
                are right are counted, if it returns a number, or a list of numbers, for each.

        The parameters have their new numbers. A batch is left to eager mode if no program goes its
        way and it is too early for another (see `patience`), if a cost, weight or output is nan or
        infinite, if a row that Python computes raises an error, or if somebody, such as
        detect_anomaly, listens to the operations: it has changed nothing.
        """
        if is_listened_to():
            return NOTHING
        if len(self._keys) > MOST_SURROUNDINGS:
            return self._refuse(
                "what it computes with beside the parameters, such as an attribute of the model or "
                "a factor in the loss, changes again and again; make it a Value, which a program "
                "reads anew"
            )
        state = self._maker.state(rates, velocities, with_gradients)
        size, samples = sizes[0][0], _as_array(order)
        if not self._maker.has(samples[:size]):  # negative, as Python counts, or an error
            return NOTHING
        steps = self._steps_of(size, state)
        for step in [*steps]:
            plan = planned(step, sizes, lambda size: self._steps_of(size, state), answers)
            done = self._runner.run(plan, samples, state, answers)
            if done is not None:
                if done.costs and steps[0] is not step:  # the next is likely to take the same way
                    steps.remove(step)
                    steps.insert(0, step)
                return self._counted(done)
        if size in self._making and self._n_missed[size] < self._patience(size, self._price(size)):
            self._n_missed[size] += 1
            return NOTHING
        if len(steps) >= MOST_PROGRAMS:
            lines = self._maker.lines
            return self._refuse(too_many_ways_of_batches(MOST_PROGRAMS, MOST_NUMBERS, lines))
        self._n_missed[size] = 0
        first, start = samples[:size], perf_counter()
        try:
            with self._while_making(), self._surroundings.kept():
                steps.insert(0, self._maker.recorded(first, state, self._backend))
        except Exception as error:  # noqa: BLE001 - of the user's functions; eager mode meets it
            pass_on(error)
            return self._refuse(why_none(error))
        self._making[size] = perf_counter() - start
        done = self._runner.run(only_next(size, steps[0]), first, state, answers)
        return self._counted(done or NOTHING)

    def _counted(self, done: Done) -> Done:
        """The same: what it ran is counted, and no more is run if a program is not right."""
        self.n_steps += len(done.costs)
        return self._refuse(done.refusal) if done.refusal else done

    def _price(self, size: int) -> float:
        """What making the last program of a size took, in batches of eager mode; 0: not known."""
        seconds = self._proof.seconds
        return self._making[size] / seconds if seconds else 0.0

    def _steps_of(self, size: int, state: State) -> list[Step]:
        """The programs for batches of this size, the likeliest first."""
        key = (size, bool(state.velocities), state.with_gradients, self._key)
        return self._steps.setdefault(key, [])

    def _refuse(self, why: str) -> Done:
        self.refusal = why
        self._steps.clear()
        return NOTHING._replace(refusal=why)


def _as_array(order: Sequence[int]) -> "array[int]":
    """The same, and no copy: of many epochs it is large."""
    if isinstance(order, array) and order.typecode == "q":
        return order
    return array("q", order)
