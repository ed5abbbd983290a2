"""How long it takes to make a program, for each of its operations.

Owns the workloads of the suite `compiling` and what is promised for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.peers import LLVM
from benchmarks.timing import Spread

MICROSECOND = 1e-6
MOST_ROUNDS = 3  # some take ten seconds
STRAIGHT = 1.5  # times as long for each operation is still in proportion to their number


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
        written: those that the program consists of, in which a sample's stand once.
        samples: how many run in lanes; 0 if none do.
        each: seconds for each of `operations`.
    """

    program: Program
    operations: int
    written: int
    samples: int
    each: Spread

    @property
    def reached(self) -> bool | None:
        """Whether it is what was promised; None where nothing was."""
        limit = self.program.at_most
        return None if limit is None else self.each.median <= limit


class Growth(NamedTuple):
    """How the seconds for each operation grow from a small program to a large one of its kind."""

    small: Making
    large: Making

    @property
    def ratio(self) -> float:
        """1 where making takes time in proportion to the number of operations."""
        return self.large.each.median / self.small.each.median

    @property
    def reached(self) -> bool:
        """Whether it nearly does."""
        return self.ratio <= STRAIGHT


def growths(makings: Sequence[Making]) -> list[Growth]:
    """From the smallest to the largest random graph, translated and in the first tier."""
    found = []
    for tier in ("program", "first tier"):
        alike = [m for m in makings if m.program.tier == tier and m.program.name in SIZES]
        alike = [m for m in alike if m.program.mode == "exact"]
        if len(alike) > 1:
            alike.sort(key=lambda making: making.operations)
            found.append(Growth(alike[0], alike[-1]))
    return found


SCALAR, LANES, FIRST = 100 * MICROSECOND, 150 * MICROSECOND, 15 * MICROSECOND
SIZES = ("random-1e3", "random-3e3", "random-1e4", "random-1e5")
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

    way = with_glassgrad.made_step if program.is_step else with_glassgrad.made_function
    made = [way(program.name, program.mode) for _ in range(min(rounds, MOST_ROUNDS))]
    last = made[-1]
    return Making(
        program,
        last.operations,
        last.written,
        last.samples,
        Spread.of([one.seconds / one.operations for one in made]),
    )
