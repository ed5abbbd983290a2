"""A contest: all compute the same, are timed in turns, and are held against what is promised.

Owns what a workload and a target are here, and what came out of a workload.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from benchmarks.peers import Peer
from benchmarks.replay.run import LEAST_SECONDS, Timed, interleave
from benchmarks.suite import Disagreement, relative_difference
from benchmarks.timing import Spread, ratios

EXACT, FAST = "glassgrad exact", "glassgrad fast"


class Contestant(NamedTuple):
    """A peer in one of the ways in which it can run a workload.

    Args:
        name: the peer's name and mode, then what else sets it apart: "torch compile, unrolled".
        peer: takes part if it is installed.
        prepare: workload's name -> what is timed.
    """

    name: str
    peer: Peer
    prepare: Callable[[str], Timed]


class Target(NamedTuple):
    """What has been promised: the best of `against` takes `at_least` times as long as our best.

    Args:
        ours: with what the names of our contestants begin: "glassgrad fast".
        against: the same of the others: "torch" is all of them, "torch eager" some.
        at_least: the ratio.
        apart: with what the names of others end that do not count.
    """

    ours: str
    against: str
    at_least: float
    apart: str = ""

    @property
    def others(self) -> str:
        """Who counts, in words."""
        return f"{self.against}, {self.apart} apart" if self.apart else self.against


class Limit(NamedTuple):
    """What has been promised: our best takes `at_most` so many seconds."""

    ours: str
    at_most: float


@dataclass(frozen=True)
class Workload:
    """What is timed.

    Args:
        name: for `--only` and the tables.
        what: one sentence on what is computed.
        unit: what a time is of: "call", "step", "epoch".
        contestants: ours first.
        promises: what they must reach.
        reference: the first of contestants, whose numbers the others' must be; it does one step a
            call.
        a_unit: how many steps one unit is.
        tolerance: the greatest difference of any number, relative to the largest of them.
        remark: workload's name -> a sentence on what has been timed, or "".
    """

    name: str
    what: str
    unit: str
    contestants: tuple[Contestant, ...]
    reference: Contestant
    promises: tuple[Target | Limit, ...] = ()
    a_unit: int = 1
    tolerance: float = 1e-9
    remark: Callable[[str], str] = lambda _: ""


class Verdict(NamedTuple):
    """What became of a promise.

    Args:
        promise: which.
        ours, theirs: the contestants that were compared, "" where nobody of such a name took part.
        measured: the ratios or, for a limit, the seconds.
        reached: None where it cannot be judged.
    """

    promise: Target | Limit
    ours: str
    theirs: str
    measured: Spread | None
    reached: bool | None


@dataclass(frozen=True)
class Outcome:
    """What came out of a workload.

    Args:
        seconds: name -> how long one unit takes.
        ready: name -> seconds until the first result was there: drawing, compiling, one call.
        ratios: (name, ours) -> how many times as long as ours, which is our best of each mode.
        difference: the greatest, from the reference.
        remark: a sentence, or "".
    """

    workload: Workload
    seconds: dict[str, Spread]
    ready: dict[str, float]
    ratios: dict[tuple[str, str], Spread]
    difference: float
    verdicts: list[Verdict]
    remark: str


def hold(workload: Workload, rounds: int, least: float = LEAST_SECONDS) -> Outcome:
    """Let all that are installed run, in each round as often as takes `least` seconds.

    Raises Disagreement, before anything is timed, when one does not compute what the others do.
    """
    with ExitStack() as stack:
        runs: dict[str, Timed] = {}
        ready: dict[str, float] = {}
        results: dict[str, Sequence[float]] = {}
        for contestant in workload.contestants:
            if contestant.peer.is_installed():
                start = perf_counter()
                run = runs[contestant.name] = contestant.prepare(workload.name)
                stack.callback(run.close)
                results[contestant.name] = run.result()
                ready[contestant.name] = perf_counter() - start
        difference = _check(workload, runs, results)
        seconds = {
            name: [s * workload.a_unit for s in many]
            for name, many in interleave(runs, rounds, least).items()
        }
    bases = [best for mode in (EXACT, FAST) if (best := _best(mode, seconds))]
    return Outcome(
        workload,
        {name: Spread.of(many) for name, many in seconds.items()},
        ready,
        {(name, base): ratios(seconds, name, base) for name in seconds for base in bases},
        difference,
        [judge(promise, seconds) for promise in workload.promises],
        workload.remark(workload.name),
    )


def _check(
    workload: Workload, runs: dict[str, Timed], results: dict[str, Sequence[float]]
) -> float:
    """The greatest difference from the reference, each compared after as many steps as it did."""
    reference = workload.reference.prepare(workload.name)
    worst, steps, right = 0.0, 0, list[float]()
    for name in sorted(runs, key=lambda name: runs[name].steps):
        while steps < runs[name].steps:
            steps, right = steps + reference.steps, list(reference.result())
        difference = relative_difference(right, results[name])
        if not difference <= workload.tolerance:
            raise Disagreement(
                f"{workload.name}: the gradients of {workload.reference.name} and {name} differ by "
                f"{difference:.3g} relative to the largest, more than {workload.tolerance:.3g}"
            )
        worst = max(worst, difference)
    return worst


def judge(promise: Target | Limit, seconds: dict[str, list[float]]) -> Verdict:
    """Hold the best of ours against what was promised."""
    ours = _best(promise.ours, seconds)
    if isinstance(promise, Limit):
        if not ours:
            return Verdict(promise, ours, "", None, None)
        spread = Spread.of(seconds[ours])
        return Verdict(promise, ours, "", spread, spread.median <= promise.at_most)
    theirs = _best(promise.against, seconds, promise.apart)
    if not (ours and theirs):
        return Verdict(promise, ours, theirs, None, None)
    spread = ratios(seconds, theirs, ours)
    return Verdict(promise, ours, theirs, spread, spread.median >= promise.at_least)


def _best(beginning: str, seconds: dict[str, list[float]], apart: str = "") -> str:
    """The fastest of those whose names begin so, and do not end as `apart`; "" if there is none."""
    found = [name for name in seconds if name.startswith(beginning)]
    found = [name for name in found if not apart or not name.endswith(apart)]
    return min(found, key=lambda name: Spread.of(seconds[name]).median, default="")
