"""Step: forward propagation, loss, backpropagation and weight update of one batch, as one program.

Owns how a step is recorded, and the same step in eager mode, with which its program is compared.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

from autograd import modes
from autograd.containers import Shape, flatten
from autograd.linearize import Run
from autograd.node import number_of
from autograd.origin import Line
from autograd.replay.backends import step_program_of, why_python
from autograd.replay.programs import StepProgram
from autograd.replay.recording.conditions import Answers
from autograd.replay.recording.notes import How, WantsBools
from autograd.replay.recording.recorder import Recording, record, uncollected
from autograd.replay.recording.trial import same
from autograd.replay.reports import PathReport
from autograd.replay.tapes.tape import Tape, tape_of
from autograd.replay.training.leaves import Leaves
from autograd.replay.training.legend import Counts, Words, legend_of
from autograd.replay.training.table import Table
from autograd.value import Value

# (rows, targets) -> (what is minimised, the outputs of the model)
Cost = Callable[[list[Any], list[Any]], tuple[Any, list[Any]]]
# (weight, gradient, velocity, rates) -> (weight, velocity); None for no velocity
Update = Callable[[Any, Any, Any, Sequence[Any]], tuple[Any, Any]]


class State(NamedTuple):
    """Where a training stands between two batches.

    Attributes:
        rates: of the optimiser, the same for all parameters.
        weights: of the parameters.
        velocities: one for each parameter, or none.
        with_gradients: whether a step is to give the gradients, too.
    """

    rates: Sequence[float]
    weights: "array[float]"
    velocities: "array[float]"
    with_gradients: bool

    @property
    def numbers(self) -> "array[float]":
        """What a program is given, and gives after the rates: room for the gradients at the end."""
        room = array("d", bytes(8 * len(self.weights) * self.with_gradients))
        return array("d", self.rates) + self.weights + self.velocities + room


@dataclass(eq=False)
class Step:
    """The program of a step for batches of one size.

    Attributes:
        program: what runs; its outputs are the cost, the new state without rates, and what the
            model returned.
        others: the leaves that it reads and does not train.
        shape: of what the model returned; n_outputs: how many numbers that are.
        width: how many numbers it returned for each sample: 0 if each is a number and no list,
            None if they are no lists, or of different lengths.
        weights: of the batch that it was recorded with.
        report: what was made; text: its program, as text of Python.
        is_repeated: whether it has given the numbers of eager mode for a first batch.
        is_proven: whether it has with other weights.
    """

    program: StepProgram
    others: list[Value]
    shape: Shape
    n_outputs: int
    width: int | None
    weights: "array[float]"
    report: PathReport
    text: str
    is_repeated: bool = False
    is_proven: bool = False


class Steps:
    """The steps of a training.

    Args:
        cost: what is minimised, and what the model returned, for a batch.
        parameters: the leaves that are trained.
        update: the rule of the optimiser, as arithmetic.
        rows, targets: all samples.
        mode: as for `compile`.
        words: for its texts.
    """

    def __init__(
        self,
        cost: Cost,
        parameters: Sequence[Value],
        update: Update,
        rows: Table,
        targets: Table,
        mode: str,
        words: Words,
    ) -> None:
        self._mode, self._words = mode, words
        self._cost, self.parameters, self._update = cost, list(parameters), update
        self.leaves = Leaves(parameters)
        self.rows, self.targets = rows, targets
        self.lines: Counter[Line] = Counter()  # where the cost asked which way to go
        self._answers = Answers()
        self._how = How(exact=mode == "exact")

    def _record(self, f: Callable[[], Any], leaves: Sequence[Value]) -> Recording:
        try:
            recording = record(f, (), {}, leaves, self._how, shared=self.parameters)
        except WantsBools:
            self._how = self._how._replace(asks_all=True)
            recording = record(f, (), {}, leaves, self._how, shared=self.parameters)
        if recording.why_not:
            raise ValueError(recording.why_not)
        return recording

    def state(
        self,
        rates: Sequence[float],
        velocities: Sequence[float | None],
        with_gradients: bool,
    ) -> State:
        """The state now."""
        moving = array("d", [v for v in velocities if v is not None])
        if len(moving) < len(velocities):
            moving = array("d")
        return State(rates, self.leaves.numbers(), moving, with_gradients)

    def has(self, samples: "array[int]") -> bool:
        """Whether there are samples of these numbers, counted from 0."""
        n = min(len(self.rows), len(self.targets))
        return not samples or (min(samples) >= 0 and max(samples) < n)

    def blocks(self, samples: "array[int]") -> list[memoryview]:
        """What a program reads of a batch beside the state."""
        return [memoryview(table.of(samples)) for table in (self.rows, self.targets)]

    def unlike(self, size: int) -> list["array[int]"]:
        """Batches in which there are samples of each kind, if there are several."""
        kinds = array("q", sorted({*self.rows.unlike, *self.targets.unlike}))
        starts = range(0, len(kinds), size)
        return [(kinds[i:] + kinds * size)[:size] for i in starts]

    def recorded(self, samples: "array[int]", state: State, backend: str | None) -> Step:
        """The program of a step, recorded for these samples."""
        return uncollected(lambda: self._recorded(samples, state, backend))

    def _recorded(self, samples: "array[int]", state: State, backend: str | None) -> Step:
        start = perf_counter()
        rows, row_nodes = self.rows.bound(samples)
        targets, target_nodes = self.targets.bound(samples)
        rates, speeds = [[Value(x) for x in part] for part in (state.rates, state.velocities)]
        shape = Shape(None)

        def step() -> list[Any]:
            nonlocal shape
            cost, outputs = self._cost_to_differentiate(rows, targets)
            gradients = Run.of_graph("fit", self.parameters, cost).pull([1.0])
            answers, shape = flatten(outputs)
            return [
                cost,
                *self._updated(self.parameters, gradients, speeds, rates, state),
                *answers,
            ]

        given = [*rates, *self.parameters, *speeds]
        given += [Value(0.0) for _ in self.parameters] if state.with_gradients else []
        leaves = [*given, *row_nodes, *target_nodes]
        recording = self._record(step, leaves)
        self.lines |= recording.lines
        self._answers.see(recording.held)  # it is going to be compared with eager mode
        asked = recording.asked + self._answers.asked(recording.held)
        if recording.own:
            name = getattr(recording.own[0].op, "name", "")
            raise ValueError(
                f"nothing needs the result of {name}, an operation of your own, such as a check, "
                "which a program would not call"
            )
        inputs = [*given, *recording.leaves, *row_nodes, *target_nodes]
        compares, order = recording.compares, recording.order
        tape = tape_of(inputs, recording.constants, recording.outputs, asked, compares, order)
        sizes = [len(given) + len(recording.leaves), len(row_nodes), len(target_nodes)]
        n, n_speeds = len(self.parameters), len(speeds)
        n_gradients, n_others = n * state.with_gradients, len(recording.leaves)
        of_batch = len(row_nodes), len(target_nodes), shape.size
        counts = Counts(len(rates), n, n_speeds, n_gradients, n_others, *of_batch)
        program = step_program_of(tape, sizes, self._mode, backend, len(samples), counts.outline)
        width = _width(shape) if len(shape.items) == len(samples) else None
        why = why_python(backend) if program.backend == "python" else ""
        text = legend_of(counts, self._words) + program.text
        made = len(recording.leaves), len(tape.outputs), perf_counter() - start
        report = PathReport.of(f"batch of {len(samples)}", tape, program, *made, why)
        made_of = shape, shape.size, width, state.weights
        return Step(program, recording.leaves, *made_of, report, text)

    def cost_of(self, samples: Sequence[int]) -> Tape:
        """The cost of these samples, recorded; the parameters are its first inputs."""
        (rows, row_nodes), (targets, target_nodes) = [
            table.bound(samples) for table in (self.rows, self.targets)
        ]
        given = [*self.parameters, *row_nodes, *target_nodes]
        found = self._record(lambda: self._cost_to_differentiate(rows, targets)[0], given)
        self.lines |= found.lines
        if found.held and len(samples) == 1:
            (cost,), expected = found.outputs, self.eager_cost_of_one(samples[0])
            if same([number_of(cost)], [number_of(expected)]):
                self._answers.see(found.held)
        return tape_of([*given, *found.leaves], found.constants, found.outputs, found.asked)

    def _cost_to_differentiate(self, rows: Any, targets: Any) -> tuple[Any, Any]:
        """The cost, and outputs, in a recording: derivatives in it are differentiated again."""
        return modes.counted("transforms", lambda: self._cost(rows, targets))

    def eager_cost_of_one(self, sample: int) -> Any:
        """The same without a recording."""
        rows, targets = [
            table.bound([sample], is_recorded=False)[0] for table in (self.rows, self.targets)
        ]
        return self._cost(rows, targets)[0]

    def in_eager_mode(self, samples: "array[int]", state: State) -> list[float]:
        """The outputs of the program, by running the model; `.grad` is as that leaves it."""
        cost, outputs = self._cost(self.rows.plain(samples), self.targets.plain(samples))
        for parameter in self.parameters:
            parameter.grad = 0.0
        cost.backward()
        gradients = [parameter.grad for parameter in self.parameters]
        new = self._updated(state.weights, gradients, state.velocities, state.rates, state)
        return [float(number_of(x)) for x in [cost, *new, *flatten(outputs)[0]]]

    def _updated(
        self,
        weights: Sequence[Any],
        gradients: Sequence[Any],
        velocities: Sequence[Any],
        rates: Sequence[Any],
        state: State,
    ) -> list[Any]:
        """The new state, without rates."""
        before = velocities or [None] * len(weights)
        new = [
            self._update(weight, gradient, velocity, rates)
            for weight, gradient, velocity in zip(weights, gradients, before, strict=True)
        ]
        found = [weight for weight, _ in new]
        found += [velocity for _, velocity in new] if velocities else []
        return [*found, *gradients] if state.with_gradients else found


def _width(shape: Shape) -> int | None:
    """How many numbers the row of each sample has; 0 where it is one number, None otherwise."""
    kinds = set(map(_width_of_row, shape.items))
    return kinds.pop() if len(kinds) == 1 else None


def _width_of_row(shape: Shape) -> int | None:
    if shape.kind is None:
        return 0
    is_row = shape.kind is list and shape.items and all(x.kind is None for x in shape.items)
    return len(shape.items) if is_row else None
