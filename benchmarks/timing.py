"""Interleaved timing: every contestant once a round, so that a busy machine slows all alike."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple


class Spread(NamedTuple):
    """The median, the least and the greatest of some measurements."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, numbers: list[float]) -> "Spread":
        """The spread of at least one number."""
        return cls(median(numbers), min(numbers), max(numbers))


def interleave(
    once: Mapping[str, Callable[[], Any]], rounds: int, collector: bool
) -> dict[str, list[float]]:
    """Time each function once a round; return name -> seconds, one for each round.

    Who starts moves on by one each round. Before each, garbage is collected, untimed. `collector`
    says whether the garbage collector may run meanwhile; afterwards it is as it was before.
    """
    names = list(once)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    was_enabled = gc.isenabled()
    try:
        for k in range(rounds):
            first = k % len(names)
            for name in names[first:] + names[:first]:
                seconds[name].append(_time(once[name], collector))
    finally:
        gc.enable() if was_enabled else gc.disable()
    return seconds


def _time(function: Callable[[], Any], collector: bool) -> float:
    gc.enable()
    gc.collect()
    if not collector:
        gc.disable()
    start = perf_counter()
    kept = function()
    seconds = perf_counter() - start
    del kept
    return seconds


def ratios(seconds: Mapping[str, list[float]], name: str, by: str) -> Spread:
    """How many times as long `name` took as `by`, round by round."""
    return Spread.of([a / b for a, b in zip(seconds[name], seconds[by], strict=True)])
