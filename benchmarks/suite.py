"""Running a suite: check that all agree, then time them, and say what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from benchmarks import memory, report
from benchmarks.peers import ValueEngine
from benchmarks.timing import interleave, ratios
from benchmarks.workload import Run, Workload


@dataclass(frozen=True)
class MemoryLimit:
    """The live memory of these engines, ours first, which may take so much a node."""

    engines: tuple[ValueEngine, ...]
    bytes_a_node: float


@dataclass(frozen=True)
class Suite:
    """Workloads run together under one name."""

    name: str
    what: str
    workloads: tuple[Workload, ...]
    memory_limit: MemoryLimit | None = None

    def names(self) -> list[str]:
        """What `--only` may choose from."""
        return [workload.name for workload in self.workloads] + ["memory"] * bool(self.memory_limit)


class Disagreement(Exception):
    """Two contestants of a workload do not compute the same gradients."""


def run(suite: Suite, only: Sequence[str], rounds: int) -> None:
    """Run the chosen parts of a suite (all if `only` is empty) and print what came out.

    Raises Disagreement before anything of a workload is timed.
    """
    for workload in suite.workloads:
        if not only or workload.name in only:
            _time(workload, rounds)
    if suite.memory_limit and (not only or "memory" in only):
        _weigh(suite.memory_limit)


def _time(workload: Workload, rounds: int) -> None:
    report.heading(workload.name, workload.what)
    present = [c for c in workload.contestants if c.peer.is_installed()]
    runs = {contestant.name: contestant.prepare() for contestant in present}
    difference = _check(workload, runs)
    once = {name: run.once for name, run in runs.items()}
    ours, *others = runs
    for collector in (True, False):
        seconds = interleave(once, rounds, collector)
        report.times(seconds, collector)
        for name in others:
            report.ratio(name, ours, ratios(seconds, name, ours), collector, workload.targets)
    report.agreement(others, difference)


def _check(workload: Workload, runs: dict[str, Run]) -> float:
    """Run everyone once; the greatest relative difference of their gradients, if it is allowed."""
    gradients = {name: run.gradients(run.once()) for name, run in runs.items()}
    ours, *others = gradients
    worst = 0.0
    for name in others:
        difference = relative_difference(gradients[ours], gradients[name])
        if not difference <= workload.tolerance:
            raise Disagreement(
                f"{workload.name}: the gradients of {ours} and {name} differ by {difference:.3g} "
                f"relative to the largest, more than {workload.tolerance:.3g}"
            )
        worst = max(worst, difference)
    return worst


def relative_difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The greatest difference between two gradients, relative to the largest entry of ours."""
    if len(ours) != len(theirs) or not all(map(isfinite, [*ours, *theirs])):
        return float("inf")
    largest = max(map(abs, ours), default=0.0) or 1.0
    return max((abs(a - b) / largest for a, b in zip(ours, theirs, strict=True)), default=0.0)


def _weigh(limit: MemoryLimit) -> None:
    report.heading("memory", "live bytes after backward, random graph of 1e5 mixed operations")
    for engine in limit.engines:
        if engine.is_installed():
            is_ours = engine is limit.engines[0]
            report.memory(
                engine.name, memory.measure(engine), limit.bytes_a_node if is_ours else None
            )
