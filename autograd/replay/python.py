"""Straight-line Python: the backend that is always there, and the text by which a program is read.

Owns how instructions are written in Python. A program that meets a number for which Python's
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
from autograd.replay.tapes.tape import QUESTIONS, Guard, Tape

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
PER_FUNCTION = 1000  # instructions; one function of very many takes Python ever longer to compile


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

    Attributes:
        source: their text.
        n_calls_back: how many rows of each run are a user's own functions.
    """

    backend = "python"
    samples = loops = 0
    direct = None
    tier = ""
    seconds_later = 0.0

    def __init__(self, tape: Tape) -> None:
        self.n_operations = len(tape.rows)
        self._tape = tape
        self.source, rows = written(tape)
        space: dict[str, Any] = {
            name: row.forward if row.name in BUILTIN else row for name, row in rows.items()
        }
        code = compile(self.source, "<glassgrad program>", "exec")
        exec(code, space)  # noqa: S102 - the text is made here, from the rows of the table
        self._run: Callable[[list[float]], list[float] | None] = space["program"]
        self.bytes = sys.getsizeof(self.source)
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


def written(tape: Tape) -> tuple[str, dict[str, Op]]:
    """The program as Python text, and the rows that it calls, by the names it calls them.

    `program(x)` takes the inputs in a list and returns the outputs in a list, or None where a
    guard is answered otherwise. Slots that only one function uses are its variables; the others
    stand in the list `s`.
    """
    cuts = list(range(0, len(tape.rows), PER_FUNCTION)) or [0]
    shared = _shared_slots(tape)
    called: dict[str, Op] = {}
    names: dict[Op, str] = {}  # two rows of the user's may have one name

    def name(slot: int) -> str:
        if slot < tape.n_inputs:
            return f"x[{slot}]"
        if slot < tape.first:
            return _constant(tape.constants[slot - tape.n_inputs])
        return f"s[{slot - tape.first}]" if slot in shared else f"v{slot - tape.first}"

    lines = []
    for number, start in enumerate(cuts):
        lines.append(f"def part_{number}(x, s):")
        rows = range(start, min(start + PER_FUNCTION, len(tape.rows)))
        for k in rows:
            row = tape.rows[k]
            operands = [name(i) for i in tape.operands[k]]
            text = _expression(row, operands)
            if not text:
                if row not in names:
                    plain = f"f_{row.name}"
                    names[row] = plain if plain not in called else f"f{len(called)}_{row.name}"
                    called[names[row]] = row
                text = f"{names[row]}({', '.join(operands)})"
            lines.append(f"    {name(tape.first + k)} = {text}")
        lines += ["    return", ""] if not rows else [""]

    asked: dict[int, list[Guard]] = {}  # by the part after which the numbers are there; -1: before
    for guard in tape.guards:
        asked.setdefault(max(-1, (guard.last - tape.first) // PER_FUNCTION), []).append(guard)

    def ask(number: int) -> None:
        for question, a, b, answer in asked.get(number, ()):
            lines.append(f"    if ({name(a)} {question} {name(b)}) is not {answer}:")
            lines.append("        return None")

    lines.append("def program(x):")
    ask(-1)
    lines.append(f"    s = [0.0] * {len(tape.rows) if shared else 0}")
    for number in range(len(cuts)):
        lines.append(f"    part_{number}(x, s)")
        ask(number)
    lines.append(f"    return [{', '.join(map(name, tape.outputs))}]")
    return "\n".join([*lines, ""]), called


def _shared_slots(tape: Tape) -> set[int]:
    """The slots of instructions that another function reads, or the end of the program."""
    shared = {*tape.read_at_the_end()}
    for k, operands in enumerate(tape.operands):
        here = k // PER_FUNCTION
        shared.update([i for i in operands if (i - tape.first) // PER_FUNCTION != here])
    return {i for i in shared if i >= tape.first}


def _expression(row: Op, operands: Sequence[str]) -> str:
    """How Python writes it; "" if it is the call of a function."""
    if row.name in SIGNS:
        return f"{operands[0]} {SIGNS[row.name]} {operands[1]}"
    if row.name == "neg":
        return f"-{operands[0]}"
    return ""


def _constant(x: float) -> str:
    """A float as an operand: nan and inf have no literal."""
    if x != x or x in (float("inf"), float("-inf")):
        return f"float('{x!r}')"
    return repr(x) if repr(x)[0] != "-" else f"({x!r})"
