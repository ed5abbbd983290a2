"""Remembered: the machine code of training steps that were translated lately.

Owns when two steps are one program. To record a step takes a third of the time to make a program of
it; a model trained again, or another with as many neurons, as in a search for a learning rate or
in cross-validation, has the same tape and needs no more than that.
"""

import hashlib
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain
from threading import Lock
from typing import Any

from autograd.replay.llvm.program import NativeProgram, Plan
from autograd.replay.tape import QUESTIONS, Tape

MOST = 8  # programs; the one that was used least lately goes first

_programs: OrderedDict[bytes, NativeProgram] = OrderedDict()
_changing = Lock()


def step_program(tape: Tape, sizes: Sequence[int], fast: bool) -> NativeProgram:
    """Machine code for the tape of a training step, with memory of its own.

    Args:
        sizes: how many of its inputs come in a list, and then in each array.
        fast: as for `Lowering`.
    """
    key = _key(tape, sizes, fast)
    with _changing:
        found = _programs.get(key)
        if found is not None:
            _programs.move_to_end(key)
    if found is not None:
        return found.again()
    found = Plan.of(tape, fast).translated(sizes)
    if found.n_calls_back == 0:  # then its rows are those of the engine's table, which stay
        with _changing:
            _programs[key] = found
            while len(_programs) > MOST:
                _programs.popitem(last=False)
    return found


def forget() -> None:
    """Let the next step be translated anew, to time or to test that."""
    with _changing:
        _programs.clear()


def _key(tape: Tape, sizes: Sequence[int], fast: bool) -> bytes:
    """What the machine code of a tape depends on, in 32 bytes."""
    names = sorted({row.name for row in tape.rows})
    number = {name: i for i, name in enumerate(names)}
    questions = [*QUESTIONS]
    guards = [(questions.index(g.question), g.a, g.b, int(g.answer)) for g in tape.guards]
    parts: list[array[Any]] = [
        array("q", [fast, tape.n_inputs, *sizes]),
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
