"""Remembered: the machine code of training steps that were translated lately.

Owns when two steps are one program. To record a step takes a sixth to a third of the time that its
program takes; a model trained again, or another with as many neurons, as in a search for a learning
rate or in cross-validation, has the same tape and needs no more than that.
"""

import hashlib
from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from threading import Lock
from typing import Any

from autograd.forking import freed_by_fork
from autograd.replay.programs import MOST_REMEMBERED, StepProgram
from autograd.replay.tapes.phases import Outline
from autograd.replay.tapes.tape import QUESTIONS, Tape

_programs: dict[bytes, StepProgram] = {}
_changing = freed_by_fork(Lock())


def remembered(
    tape: Tape,
    sizes: Sequence[int],
    fast: bool,
    outline: Outline,
    make: Callable[[], StepProgram],
) -> StepProgram:
    """The machine code of an equal step, or what `make` makes.

    Trainings in several threads may have the same program: one that calls nothing in Python keeps
    the interpreter's lock from beginning to end, and reads nothing that a run before it has left.

    Args:
        tape: of the step.
        sizes: how many of its inputs come in a list, and then in each array.
        fast: as for `Lowering`.
        outline: what its inputs and outputs are, which its text tells.
        make: translates it.
    """
    key = _key(tape, sizes, fast, outline)
    with _changing:
        found = _programs.pop(key, None)
        if found is not None:
            _programs[key] = found  # as the last one
            return found
    found = make()
    if found.n_calls_back == 0:  # then its rows are those of the engine's table, which stay
        with _changing:
            _programs[key] = found
            while len(_programs) > MOST_REMEMBERED:  # the one that was used least lately goes
                del _programs[next(iter(_programs))]
    return found


def forget() -> None:
    """Let the next step be translated anew, to time or to test that."""
    with _changing:
        _programs.clear()


def _key(tape: Tape, sizes: Sequence[int], fast: bool, outline: Outline) -> bytes:
    """What the machine code of a tape depends on, and its text, in 32 bytes."""
    names = sorted({row.name for row in tape.rows})
    number = {name: i for i, name in enumerate(names)}
    questions = [*QUESTIONS]
    guards = [(questions.index(g.question), g.a, g.b, int(g.answer)) for g in tape.guards]
    settings = outline.rates, outline.velocities.start, outline.velocities.stop, outline.new
    parts: list[array[Any]] = [
        array("q", [fast, tape.compares, tape.n_inputs, *sizes, *settings]),
        array("d", tape.constants),
        array("q", [number[row.name] for row in tape.rows]),
        array("q", [len(read) for read in tape.operands]),
        array("q", chain.from_iterable(tape.operands)),
        array("q", tape.outputs),
        array("q", chain.from_iterable(guards)),
    ]
    found = hashlib.blake2b(" ".join(names).encode(), digest_size=32)
    found.update(array("q", [len(part) for part in parts]))
    for part in parts:
        found.update(part)
    return found.digest()
