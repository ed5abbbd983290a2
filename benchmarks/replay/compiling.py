"""How long it takes to make a program, for each of its operations.

Owns the workloads of the suite `compiling` and what is promised for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks.peers import LLVM
from benchmarks.timing import Spread

MICROSECOND = 1e-6


@dataclass(frozen=True)
class Program:
    """A program that is made again and again.

    Args:
        name: of a function or a task: benchmarks/replay/functions.py, tasks.py.
        is_step: whether it is a step of that task.
        mode: "exact" or "fast".
        at_most: the seconds promised for each operation; None where nothing is.
        tier: what is made: a program, or what runs for the time being.
    """

    name: str
    is_step: bool
    mode: str
    at_most: float | None
    tier: str = "program"


class Making(NamedTuple):
    """What making a program took.

    Args:
        operations: of plain arithmetic, derivatives included, those of all samples counted.
        samples: how many run in lanes; 0 if none do.
        each: seconds for each operation.
    """

    program: Program
    operations: int
    samples: int
    each: Spread

    @property
    def reached(self) -> bool | None:
        """Whether it is what was promised; None where nothing was."""
        limit = self.program.at_most
        return None if limit is None else self.each.median <= limit


SCALAR, LANES, FIRST = 100 * MICROSECOND, 150 * MICROSECOND, 15 * MICROSECOND
PROGRAMS = (
    Program("rosenbrock-100", False, "exact", SCALAR),
    Program("random-1e3", False, "exact", SCALAR),
    Program("random-1e3", False, "fast", SCALAR),
    Program("random-3e3", False, "exact", SCALAR),
    Program("random-1e4", False, "exact", FIRST, "first tier"),
    Program("random-1e5", False, "exact", FIRST, "first tier"),
    Program("moons-relu-32", True, "exact", LANES),
    Program("moons-tanh-32", True, "fast", LANES),
    Program("moons-relu-full", True, "exact", LANES),
    Program("digits", True, "exact", LANES),
)


def make(program: Program, rounds: int) -> Making | None:
    """Make the program so many times; None without llvmlite."""
    if not LLVM.is_installed():
        return None
    from benchmarks.replay import with_glassgrad

    way: Callable[[str, str], Any] = (
        with_glassgrad.step_report if program.is_step else with_glassgrad.call_report
    )
    reports = [way(program.name, program.mode) for _ in range(rounds)]
    last = reports[-1]
    return Making(
        program,
        last.operations,
        last.samples,
        Spread.of([report.seconds / report.operations for report in reports]),
    )
