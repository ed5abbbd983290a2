"""Descent: a training step as one program, and many batches of samples in one call of it.

Owns the program of a step (forward propagation, loss, backpropagation, weight update), and which
batches it leaves to eager mode.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.containers import flatten
from autograd.linearize import Run
from autograd.replay.arguments import bind, take_apart
from autograd.replay.backends import program_of
from autograd.replay.programs import Batches, Program
from autograd.replay.recorder import collector_paused, record, run
from autograd.replay.tape import tape_of
from autograd.value import Value

# (rows, targets) -> (what is minimised, the outputs of the model)
Cost = Callable[[list[Any], list[Any]], tuple[Any, list[Any]]]
# (weight, gradient, velocity, rates) -> (weight, velocity); None for no velocity
Update = Callable[[Any, Any, Any, Sequence[Any]], tuple[Any, Any]]

MOST_PROGRAMS = 8  # for the ways through a loss that compares, for each size of batches
CLOSE = 1e-6  # how near a fast program comes to the function, relative to the largest number

_data = attrgetter("_data")


class Done(NamedTuple):
    """What a run of batches left: for each its cost, and what the model returned, as numbers."""

    costs: list[float]
    outputs: list[list[float]]


@dataclass(eq=False)
class Step:
    """The program of a step for batches of one size.

    Attributes:
        program: what runs.
        others: the leaves that it reads and does not train.
        is_proven: whether it has given the numbers of eager mode for a batch it was not made from.
    """

    program: Program
    others: list[Value]
    is_proven: bool = False


class Descent:
    """A training in compiled steps.

    Args:
        cost: what is minimised, and what the model returned, for a batch.
        parameters: the leaves that are trained.
        update: the rule of the optimiser, as arithmetic.
        rows, targets: all samples; numbers, or lists of numbers.
        mode, backend: as for `compile`.

    Attributes:
        n_steps: how many batches were run by programs.
        refusal: why no more programs are made; "" while they are.

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
    ) -> None:
        self._cost, self._parameters, self._update = cost, list(parameters), update
        self._mode, self._backend = mode, backend
        self._rows, self._targets = rows, _of_one_kind(targets)
        self._row_table, self._row_size = _table(self._rows, "X")
        self._target_table, self._target_size = _table(self._targets, "y")
        self._steps: dict[tuple[int, bool], list[Step]] = {}
        self.n_steps = 0
        self.refusal = ""

    def run(
        self,
        batches: Sequence[Sequence[int]],
        rates: Sequence[float],
        velocities: Sequence[float | None],
    ) -> tuple[Done, list[Any]]:
        """Run batches until the end, or until one that is left to eager mode.

        Args:
            batches: the samples of each, all equally many.
            rates: of the optimiser.
            velocities: one for each parameter, or None for each.

        Returns what was done, and the velocities; the parameters have their new numbers. A batch is
        left to eager mode if a number that decides is not as recorded, or if a cost or weight is
        nan or infinite: it has changed nothing.
        """
        moving = None not in velocities
        steps = self._steps.setdefault((len(batches[0]), moving), [])
        state = [*rates, *map(_data, self._parameters), *(velocities if moving else [])]
        done = Done([], [])
        while len(done.costs) < len(batches) and not self.refusal:
            n_before = len(done.costs)
            for step in [*steps]:
                state = self._advance(step, batches[n_before:], state, len(rates), done)
                if len(done.costs) > n_before or self.refusal:
                    steps.remove(step)  # the next batch is likely to take the same way
                    steps.insert(0, step)
                    break
            else:
                if len(steps) >= MOST_PROGRAMS:
                    self.refusal = f"its loss took more than {MOST_PROGRAMS} ways through the data"
                    break
                self._write_back(state, len(rates))
                steps.insert(0, self._record(batches[n_before], state, len(rates), moving))
                first = batches[n_before : n_before + 1]
                state = self._advance(steps[0], first, state, len(rates), done, is_own=True)
                if len(done.costs) == n_before:
                    break
        self._write_back(state, len(rates))
        self.n_steps += len(done.costs)
        n = len(rates) + len(self._parameters)
        return done, state[n:] if moving else [*velocities]

    def _write_back(self, state: list[float], n_rates: int) -> None:
        weights = state[n_rates : n_rates + len(self._parameters)]
        for parameter, weight in zip(self._parameters, weights, strict=True):
            parameter.data = weight

    def _advance(
        self,
        step: Step,
        batches: Sequence[Sequence[int]],
        state: list[float],
        n_rates: int,
        done: Done,
        is_own: bool = False,
    ) -> list[float]:
        """Run batches by one program, as many as it can; return the state after them.

        `is_own`: the batch is the one that the program was recorded with. The first other one is
        compared with eager mode.
        """
        expected = None
        if not (step.is_proven or is_own):
            batches = batches[:1]
            self._write_back(state, n_rates)
            moving = len(state) > n_rates + len(self._parameters)
            expected = self._in_eager_mode(batches[0], state, n_rates, moving)
        given = Batches(
            self._row_table,
            self._row_size,
            self._target_table,
            self._target_size,
            array("q", [i for batch in batches for i in batch]),
            len(batches[0]),
            n_rates,
            len(state) - n_rates,
        )
        n_done, log = step.program.run_batches(given, [*state, *map(_data, step.others)])
        after = step.program.state(len(state))
        size = len(log) // len(batches)
        if expected is not None and n_done:
            found = [log[0], *after[n_rates:], *log[1:]]
            if not self._agree(found, expected):
                self.refusal = (
                    "its program does not give the numbers of eager mode: the model or the loss "
                    "uses something that is no operation on Values, such as .data or random numbers"
                )
                return state
            step.is_proven = True
        for start in range(0, n_done * size, size or 1):
            done.costs.append(log[start])
            done.outputs.append(log[start + 1 : start + size].tolist())
        return after

    def _agree(self, found: Sequence[float], expected: Sequence[float]) -> bool:
        if self._mode == "exact":
            return [x.hex() for x in found] == [x.hex() for x in expected]
        largest = max([1.0, *map(abs, expected)])
        return all(abs(a - b) <= CLOSE * largest for a, b in zip(found, expected, strict=True))

    def _record(
        self, batch: Sequence[int], state: Sequence[float], n_rates: int, moving: bool
    ) -> Step:
        """The program of a step, recorded for these samples."""
        with collector_paused():
            return self._recorded(batch, state, n_rates, moving)

    def _recorded(
        self, batch: Sequence[int], state: Sequence[float], n_rates: int, moving: bool
    ) -> Step:
        step, given, rows, targets = self._step(batch, state, n_rates, moving)
        recording = record(step, (), {}, [*given, *rows, *targets])
        inputs = [*given, *recording.leaves, *rows, *targets]
        tape = tape_of(inputs, recording.constants, recording.outputs, recording.asked)
        sizes = [len(given) + len(recording.leaves), len(rows), len(targets)]
        return Step(program_of(tape, sizes, self._mode, self._backend), recording.leaves)

    def _in_eager_mode(
        self, batch: Sequence[int], state: Sequence[float], n_rates: int, moving: bool
    ) -> list[float]:
        """The cost, the new state and the outputs, without a program."""
        results = run(self._step(batch, state, n_rates, moving)[0], (), {})
        return [x._data if isinstance(x, Value) else float(x) for x in results]

    def _step(
        self, batch: Sequence[int], state: Sequence[float], n_rates: int, moving: bool
    ) -> tuple[Callable[[], list[Any]], list[Value], list[Value], list[Value]]:
        """A step on fresh nodes: the function, and its nodes of state, rows and targets."""
        n = n_rates + len(self._parameters)
        rows = bind(([self._rows[i] for i in batch],), {})
        targets = bind(([self._targets[i] for i in batch],), {})
        rates = [Value(x) for x in state[:n_rates]]
        speeds: list[Any] = [Value(x) for x in state[n:]] or [None] * len(self._parameters)

        def step() -> list[Any]:
            cost, outputs = self._cost(rows.args[0], targets.args[0])
            gradients = Run.of_graph("fit", self._parameters, cost).pull([1.0])
            new = [
                self._update(weight, gradient, speed, rates)
                for weight, gradient, speed in zip(self._parameters, gradients, speeds, strict=True)
            ]
            weights = [weight for weight, _ in new]
            return [cost, *weights, *[v for _, v in new if moving], *flatten(outputs)[0]]

        given = [*rates, *self._parameters, *(speeds if moving else [])]
        return step, given, rows.scalars, targets.scalars


def _of_one_kind(targets: Sequence[Any]) -> Sequence[Any]:
    """Targets that are whole numbers here and others there, all as floats."""
    kinds = set(map(_kind, targets))
    return targets if len(kinds) < 2 else [_as_floats(target) for target in targets]


def _kind(target: Any) -> Any:
    return take_apart((target,), {}).key


def _as_floats(target: Any) -> Any:
    if isinstance(target, list):
        return [_as_floats(x) for x in target]
    return float(target) if isinstance(target, int) else target


def _table(samples: Sequence[Any], name: str) -> tuple["array[float]", int]:
    """The numbers of all samples one after another, and how many each has."""
    table = array("d")
    key: Any = None
    for i, sample in enumerate(samples):
        parts = take_apart((sample,), {})
        if i == 0:
            key = parts.key
        if parts.key != key or parts.has_values or parts.arrays:
            raise TypeError(
                f"fit: compiled=True needs samples of one layout, numbers in lists; {name}[{i}] "
                "is another than the first"
            )
        table.extend(parts.numbers)
    return table, len(table) // max(1, len(samples))
