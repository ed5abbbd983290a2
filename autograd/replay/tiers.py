"""Tiers: a program too long to be translated at once is interpreted first.

Owns when it is worth translating. Interpreting costs each call more, translating costs once; so it
is translated when as much time has gone into interpreting as translating would take, and never
costs more than twice the best that could have been done.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from autograd.replay.programs import Entrance, Program
from autograd.replay.python.program import interpret
from autograd.replay.tapes.tape import Tape

SECONDS_EACH = 60e-6  # to translate one


class TieredProgram:
    """A tape that is interpreted until it pays to translate it.

    Args:
        tape: the program, interpreted.
        n_operations: in plain arithmetic; n_written: how many instructions are written for them.
        translate: makes the native program.

    Attributes:
        seconds_later: how long that took, when it was done.
    """

    samples = loops = 0

    def __init__(
        self, tape: Tape, n_operations: int, n_written: int, translate: Callable[[], Program]
    ) -> None:
        self._tape, self._translate = tape, translate
        self._program: Program | None = None
        self.n_operations = n_operations
        self._seconds = 0.0  # spent on interpreting
        self.seconds_later = 0.0
        self._price = SECONDS_EACH * n_written

    @property
    def tier(self) -> str:
        """What runs for the time being."""
        if self._program is not None:
            return ""
        return (
            f"interpreted so far, for {self._seconds:.1f} s; translated when that is more than the "
            f"{self._price:.1f} s that translating takes"
        )

    @property
    def direct(self) -> Entrance | None:
        """The translated program as a function of Python, if it is there and that is possible."""
        return self._program.direct if self._program is not None else None

    @property
    def backend(self) -> str:
        """What it is translated by in the end."""
        return "llvm"

    @property
    def bytes(self) -> int:
        """Of the program's memory."""
        return self._program.bytes if self._program is not None else 8 * self._tape.n_slots

    @property
    def n_calls_back(self) -> int:
        """Rows that Python computes in the end."""
        return self._program.n_calls_back if self._program is not None else self._tape.n_own

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """See `Program.run`."""
        if self._program is None and self._seconds > self._price:
            start = time.perf_counter()
            self._program = self._translate()
            self.seconds_later = time.perf_counter() - start
        if self._program is not None:
            return self._program.run(numbers, arrays)
        start = time.perf_counter()
        blocks = [x.ravel() if hasattr(x, "ravel") else x for x in arrays]
        found = interpret(self._tape, [*numbers, *[x for block in blocks for x in block.tolist()]])
        self._seconds += time.perf_counter() - start
        return found
