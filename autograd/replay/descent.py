"""Descent: a training step as one program, and many batches of samples in one call of it.

Owns the program of a step (forward propagation, loss, backpropagation, weight update), and which
batches it leaves to eager mode.
"""

from array import array
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.containers import flatten
from autograd.linearize import Run
from autograd.replay.arguments import bind, take_apart
from autograd.replay.backends import Batches, Program, program_of
from autograd.replay.recorder import record
from autograd.replay.tape import tape_of
from autograd.value import Value

# (rows, targets) -> (what is minimised, the outputs of the model)
Cost = Callable[[list[Any], list[Any]], tuple[Any, list[Any]]]
# (weight, gradient, velocity, rates) -> (weight, velocity); None for no velocity
Update = Callable[[Any, Any, Any, Sequence[Any]], tuple[Any, Any]]

MOST_PROGRAMS = 8  # for the ways through a loss that compares, for each size of batches

_data = attrgetter("_data")


class Done(NamedTuple):
    """What a run of batches left: for each its cost, and what the model returned, as numbers."""

    costs: list[float]
    outputs: list[list[float]]


class Step(NamedTuple):
    """The program of a step for batches of one size, and the leaves it reads without training."""

    program: Program
    others: list[Value]


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
        tried = 0
        while len(done.costs) < len(batches) and tried < MOST_PROGRAMS:
            if tried == len(steps):
                if done.costs and tried:  # the batch that no program serves begins the next run
                    break
                steps.append(self._record(batches[0], rates, velocities, moving))
            n_before = len(done.costs)
            state = self._advance(steps[tried], batches[n_before:], state, len(rates), done)
            tried += 1
            if len(done.costs) > n_before and tried > 1:  # the next batch likely goes the same way
                steps.insert(0, steps.pop(tried - 1))
                tried = 0 if len(done.costs) < len(batches) else tried
        n = len(self._parameters)
        for parameter, number in zip(self._parameters, state[len(rates) :][:n], strict=True):
            parameter.data = number
        self.n_steps += len(done.costs)
        return done, state[len(rates) + n :] if moving else [*velocities]

    def _advance(
        self,
        step: Step,
        batches: Sequence[Sequence[int]],
        state: list[float],
        n_rates: int,
        done: Done,
    ) -> list[float]:
        """Run batches by one program, as many as it can; return the state after them."""
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
        others = map(_data, step.others)
        n_done, log = step.program.run_batches(given, [*state, *others])
        size = len(log) // len(batches) if n_done else 0
        for start in range(0, n_done * size, size or 1):
            done.costs.append(log[start])
            done.outputs.append(log[start + 1 : start + size].tolist())
        return step.program.state(len(state))

    def _record(
        self, batch: Sequence[int], rates: Sequence[float], velocities: Any, moving: bool
    ) -> Step:
        """The program of a step, recorded for these samples."""
        rows = bind(([self._rows[i] for i in batch],), {})
        targets = bind(([self._targets[i] for i in batch],), {})
        given = [Value(rate) for rate in rates]
        speeds = [Value(v) for v in velocities] if moving else [None] * len(velocities)
        state = [*given, *self._parameters, *(speeds if moving else [])]
        samples = [_all_nodes(rows), _all_nodes(targets)]

        def step() -> list[Any]:
            cost, outputs = self._cost(rows.args[0], targets.args[0])
            run = Run.of_graph("fit", self._parameters, cost)
            gradients = run.pull([1.0])
            new = [
                self._update(weight, gradient, speed, given)
                for weight, gradient, speed in zip(
                    self._parameters, gradients, speeds, strict=True
                )
            ]
            weights = [weight for weight, _ in new]
            return [cost, *weights, *[v for _, v in new if moving], *flatten(outputs)[0]]

        recording = record(step, (), {}, [*state, *samples[0], *samples[1]])
        inputs = [*state, *recording.leaves, *samples[0], *samples[1]]
        tape = tape_of(inputs, recording.constants, recording.outputs, recording.asked)
        sizes = [len(state) + len(recording.leaves), *map(len, samples)]
        return Step(program_of(tape, sizes, self._mode, self._backend), recording.leaves)


def _all_nodes(bound: Any) -> list[Value]:
    """The fresh nodes of samples, in the order of their numbers in a table."""
    if bound.arrays:
        raise TypeError("fit: compiled=True takes samples in lists of numbers")
    nodes: list[Value] = bound.scalars
    return nodes


def _of_one_kind(targets: Sequence[Any]) -> Sequence[Any]:
    """Targets that are whole numbers here and others there, all as floats."""
    kinds = {kind for kind in map(_kind, targets)}
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
