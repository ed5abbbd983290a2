"""Holding contests: one after another on one core, printed as they end, and written as Markdown."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from benchmarks import report as words
from benchmarks.peers import PEERS, machine
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


def write(path: Path, held: Held, rounds: int) -> None:
    """Write all that has come out so far as Markdown."""
    who = ", ".join(f"{peer.name} {peer.version()}" for peer in PEERS if peer.is_installed())
    lines = [
        "# Benchmarks of compiled functions and training",
        "",
        "Written by `make bench` or, where the peers are installed, by",
        "`python -m benchmarks functions training compiling --markdown docs/benchmarks.md`.",
        "",
        f"{date.today().isoformat()}, {machine()}. {who}.",
        "",
        "All contestants of a workload compute in double precision, on one core, in turns, in",
        f"{rounds} rounds; before that their numbers are compared. A time is a median; a ratio",
        "is taken round by round and given as median (min - max): how many times as long as",
        "glassgrad's best of that mode. Times depend on the machine and on what else runs on it:",
        "ratios compare. `exact` has the bits of eager mode, `fast` is right within rounding.",
        "",
        "A promise is kept by the best of ours against the best of theirs, and where it says",
        "*nn.fit* by that alone. *ready in*: preparing, compiling, and the first result.",
        "",
        "- *nn.fit*: whole trainings by `nn.fit(compiled=...)` without the first three epochs, in",
        "  which the program is made; each epoch shuffles the samples and keeps a history.",
        "- *Descent*: `autograd.replay.Descent`, a call for all of one size that follow.",
        "- *a call a step*: `autograd.compile` of a step, parameters in and out as a list.",
        "- *in its arrays*: nothing goes in or out, the numbers lie in CasADi's arrays.",
        *report.markdown(held.outcomes, held.makings),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
