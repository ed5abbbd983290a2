"""Holding contests: one after another on one core, printed as they end."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks import report as words
from benchmarks.replay import report
from benchmarks.replay.compiling import Making, make
from benchmarks.replay.contest import Outcome, hold
from benchmarks.replay.suites import Contests


class Held(NamedTuple):
    """What has come out so far."""

    outcomes: list[Outcome]
    makings: list[Making]


@contextmanager
def one_core() -> Iterator[None]:
    """A block in which this process and those it starts have one core, where the system can.

    Otherwise some would compute on several, and all would move from one to another.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def hold_all(contests: Contests, only: Sequence[str], rounds: int, held: Held) -> None:
    """Hold the chosen workloads of a suite (all if `only` is empty); what comes out joins `held`.

    Raises Disagreement, before anything of a workload is timed.
    """
    for workload in contests.workloads:
        if not only or workload.name in only:
            words.heading(workload.name, workload.what)
            outcome = hold(workload, rounds)
            held.outcomes.append(outcome)
            for line in report.lines(outcome):
                print(line, flush=True)
    for program in contests.programs:
        if not only or program.name in only:
            words.heading(f"compiling {program.name}", "recording and translating it")
            making = make(program, rounds)
            if making is None:
                print("  needs llvmlite", flush=True)
            else:
                held.makings.append(making)
                print(report.making(making), flush=True)
