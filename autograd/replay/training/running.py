"""Running: batches through the programs of steps, many in one call.

Owns which batches follow each other in a call, what a call is given and leaves, and that the first
batches of a program are compared with eager mode.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.node import stored_number
from autograd.replay.handlers import pass_on
from autograd.replay.programs import NOTE_STATE, Batches, Decision, Kind
from autograd.replay.training.done import NOTHING, Done, counts, read
from autograd.replay.training.proof import Proof
from autograd.replay.training.step import State, Step, Steps

STATE_NOTED = (0, 0)  # in place of batches of a size: here the parameters are noted


class Plan(NamedTuple):
    """Batches that are run in one call.

    Attributes:
        steps: the step for each size of a batch, that of the next batch first.
        schedule: which of them run how many batches: see `Batches`.
    """

    steps: dict[int, Step]
    schedule: "array[int]"


def only_next(size: int, step: Step) -> Plan:
    """Nothing but the next batch."""
    return Plan({size: step}, array("q", [0, 1]))


def planned(
    first: Step,
    sizes: Sequence[tuple[int, int]],
    steps_of: Callable[[int], Sequence[Step]],
    answers: Decision | bool,
) -> Plan:
    """The batches that can be run in one call, if the next one is run by the step given.

    Args:
        first: it.
        sizes, answers: as for `Descent.run`.
        steps_of: the steps for batches of a size, the likeliest first.
    """
    only = only_next(sizes[0][0], first)
    if not first.is_proven:
        return only
    steps, number, schedule = only.steps, {sizes[0][0]: 0}, array("q")
    for size, n in sizes:
        if (size, n) == STATE_NOTED:
            schedule.extend([NOTE_STATE, 1])
            continue
        if size not in number:
            likely = steps_of(size)
            if not likely or not _goes_with(likely[0], first, answers):
                break
            number[size] = len(steps)
            steps[size] = likely[0]
        schedule.extend([number[size], n])
    return Plan(steps, schedule)


def _goes_with(step: Step, first: Step, answers: Decision | bool) -> bool:
    """Whether a step can be run in one call with the first: they read and note the same."""
    reads_the_same = [*map(id, step.others)] == [*map(id, first.others)]
    notes_the_same = True
    if isinstance(answers, Decision):
        notes_the_same = counts(answers, step) == counts(answers, first)
    return step.is_proven and reads_the_same and notes_the_same


class Runner:
    """What runs the batches of a training.

    Args:
        maker: of the steps; it holds the samples and the parameters.
        proof: compares what a step leaves with eager mode.
    """

    def __init__(self, maker: Steps, proof: Proof) -> None:
        self._maker, self._proof = maker, proof

    def run(
        self, plan: Plan, samples: "array[int]", state: State, answers: Decision | bool
    ) -> Done | None:
        """Run batches of these samples; None if the first of them takes another way.

        The parameters have their new numbers, if any was run. Where a program does not leave what
        eager mode does, nothing was, and `refusal` says so.
        """
        steps, schedule = plan
        size, step = next(iter(steps.items()))
        if not step.is_proven:
            samples = samples[:size]
        others = array("d", map(stored_number, step.others))
        numbers = state.numbers + others
        n_given, n_rates = len(numbers) - len(others), len(state.rates)
        # The first program of a way is compared with the outputs that eager mode gives.
        if not step.is_proven or (isinstance(answers, Decision) and not counts(answers, step)):
            answers = True
        batches = Batches(
            self._maker.rows.numbers,
            self._maker.rows.size,
            self._maker.targets.numbers,
            self._maker.targets.size,
            samples,
            [Kind(each.program, size, each.width or 1) for size, each in steps.items()],
            schedule,
            n_rates,
            n_given - n_rates,
            answers,
        )
        try:
            n_done, log, kept, n_left_out = step.program.run_batches(batches, numbers)
        except Exception as error:  # noqa: BLE001 - of a row in Python; eager mode meets it
            pass_on(error)
            only = only_next(size, step)
            if schedule == only.schedule:
                return NOTHING
            return self.run(only, samples[:size], state, answers)
        if n_done == 0:
            given = state.numbers + others
            return None if self._goes_otherwise(step, samples[:size], given) else NOTHING
        after = numbers[n_rates:n_given]
        if not step.is_proven:
            why = self._why_wrong(step, [log[0], *after, *log[1:]], samples, state, others)
            if why:
                return NOTHING._replace(refusal=why)
        n = len(state.weights)
        gradients = after[-n:] if state.with_gradients else array("d", bytes(8 * n))
        self._maker.leaves.put(after[:n], gradients)
        done = read(log, n_done, [*steps.values()], batches)
        moving = after[n : 2 * n] if state.velocities else ()
        starts = range(0, len(kept), batches.n_new)
        noted = [kept[i : i + n] for i in starts]
        return done._replace(velocities=moving, kept=noted, n_left_out=n_left_out)

    def _why_wrong(
        self,
        step: Step,
        found: list[float],
        samples: "array[int]",
        state: State,
        others: "array[float]",
    ) -> str:
        """Why a program is not the step, by what it found for a batch; "" if it may be.

        It is proven when it was right with other weights than it was recorded with.
        """
        is_other = step.weights != state.weights
        if step.is_repeated and not is_other:
            return ""  # the same numbers again would prove nothing
        why = self._proof.difference(found, samples, state)
        why = why or self._proof.difference_of_kinds(
            step, len(samples), state, given=state.numbers + others
        )
        if not why:
            step.is_proven, step.is_repeated = is_other, True
        return why

    def _goes_otherwise(self, step: Step, samples: "array[int]", given: "array[float]") -> bool:
        """Whether a batch was stopped by a guard, and not by one of its numbers or an error."""
        try:
            return step.program.run(given, self._maker.blocks(samples)) is None
        except Exception as error:  # noqa: BLE001 - of a row in Python; eager mode meets it
            pass_on(error)
            return False
