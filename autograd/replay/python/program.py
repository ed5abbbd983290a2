"""PythonProgram: a tape as functions of Python, the backend that is always there.

Owns running that text, and a tape without any. A program that meets a number for which Python's
arithmetic raises is run again row by row, as IEEE-754 has it.
"""

import math
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any

from autograd.op import BUILTIN, Op
from autograd.replay.programs import NOTE_STATE, Batches, Decision, Ran, chosen
from autograd.replay.python.text import preamble, written
from autograd.replay.tapes.phases import Outline
from autograd.replay.tapes.repeating import repeating
from autograd.replay.tapes.tape import QUESTIONS, Tape


def interpret(tape: Tape, numbers: Sequence[float]) -> list[float] | None:
    """The outputs of a program, computed row by row; None if a guard is answered otherwise."""
    slots = [*numbers, *tape.constants]
    instructions = zip(tape.rows, tape.operands, strict=True)
    for guard in sorted(tape.guards, key=lambda guard: guard.last):  # each as soon as it can be
        _append(slots, islice(instructions, max(0, guard.last + 1 - len(slots))))
        if QUESTIONS[guard.question](slots[guard.a], slots[guard.b]) != guard.answer:
            return None
    _append(slots, instructions)
    return [slots[i] for i in tape.outputs]


def _append(slots: list[float], instructions: Iterable[tuple[Op, tuple[int, ...]]]) -> None:
    """Compute further slots: `Op.compute` written out, which takes a third of the time."""
    for row, operands in instructions:
        try:
            if len(operands) == 2:
                i, j = operands
                y = row.forward(slots[i], slots[j])
            elif len(operands) == 1:
                y = row.forward(slots[operands[0]])
            else:
                y = row.forward(*[slots[i] for i in operands])
        except (ArithmeticError, ValueError):
            y = row.compute_ieee([slots[i] for i in operands])
        slots.append(y if y.__class__ is float else row.checked(y, [slots[i] for i in operands]))


class PythonProgram:
    """A tape as functions of Python.

    Args:
        tape: the program.
        of_inputs, guesses: as for `find_samples`.
        outline: of a training step.

    Attributes:
        text: theirs.
        samples: how many samples run in loops; 0 for none.
        loops: how many loops there are for what repeats otherwise.
        n_calls_back: how many rows of each run are a user's own functions.
    """

    backend = "python"
    direct = None
    tier = ""
    seconds_later = 0.0

    def __init__(
        self,
        tape: Tape,
        of_inputs: Sequence[int] = (),
        guesses: Sequence[Sequence[int]] = (),
        outline: Outline | None = None,
    ) -> None:
        self._tape = tape
        plan = repeating(tape, of_inputs, guesses)
        self.n_operations = len(plan.tape.rows)
        self.samples, self.loops = plan.samples.n if plan.samples else 0, len(plan.loops)
        text, rows = written(*plan, outline)
        self.text = preamble(rows) + text
        space: dict[str, Any] = {
            name: row.forward if row.name in BUILTIN else row for name, row in rows.items()
        }
        code = compile(text, "<glassgrad program>", "exec")
        exec(code, space)  # noqa: S102 - the text is made here, from the rows of the table
        self._run: Callable[[list[float]], list[float] | None] = space["program"]
        self.bytes = sys.getsizeof(self.text)
        self.n_calls_back = tape.n_own

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> list[float] | None:
        """The outputs; None if a guard is answered otherwise."""
        given = [*numbers, *chain.from_iterable(_listed(block) for block in arrays)]
        try:
            return self._run(given)
        except (ArithmeticError, ValueError):
            return interpret(self._tape, given)

    def run_batches(self, batches: Batches, state: "array[float]") -> Ran:
        """See `StepProgram.run_batches`."""
        n_done, start, log, kept = 0, 0, array("d"), array("d")
        end, answers = batches.n_rates + batches.n_new, batches.answers
        for number, n in zip(batches.schedule[::2], batches.schedule[1::2], strict=True):
            if number == NOTE_STATE:
                kept.extend(state[batches.n_rates : end])
                continue
            program, size, width = batches.kinds[number]
            for _ in range(n):
                samples = batches.order[start : start + size]
                if min(samples) < 0 or max(samples) >= batches.n_samples:
                    return Ran(n_done, log, kept)
                rows = chosen(batches.rows, batches.row_size, samples)
                targets = chosen(batches.targets, batches.target_size, samples)
                found = program.run(state, [rows, targets])
                if found is None or not all(map(math.isfinite, found)):
                    return Ran(n_done, log, kept)
                state[batches.n_rates : end] = array("d", found[1 : 1 + batches.n_new])
                log.append(found[0])
                outputs = found[1 + batches.n_new :]
                if isinstance(answers, Decision):
                    log.append(_n_right(answers, samples, outputs, width))
                elif answers:
                    log.extend(outputs)
                n_done, start = n_done + 1, (start + size) % len(batches.order)
        return Ran(n_done, log, kept)


def _n_right(
    decision: Decision, samples: "array[int]", outputs: Sequence[float], width: int
) -> float:
    """How many of the samples the outputs give the right class."""
    right = 0
    for i, sample in enumerate(samples):
        if decision.border is not None:
            found: int = outputs[i] > decision.border
        else:
            row = outputs[i * width : (i + 1) * width]
            found = row.index(max(row))
        right += found == decision.classes[sample]
    return float(right)


def _listed(block: Any) -> list[float]:
    listed: list[float] = (block.ravel() if hasattr(block, "ravel") else block).tolist()
    return listed
