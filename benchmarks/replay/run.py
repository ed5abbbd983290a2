"""A workload made ready for one contestant, and how long its calls take."""

import gc
from collections.abc import Callable, Mapping, Sequence
from timeit import Timer
from typing import Any, Protocol

LEAST_SECONDS = 0.02  # calls are timed together so long that the clock's own cost is nothing


class Timed(Protocol):
    """What can be timed: in this process (`Run`) or in another one."""

    @property
    def steps(self) -> int:
        """How many units of the workload (calls, steps of training) one call does."""

    def seconds(self, calls: int) -> float:
        """How long so many calls take, one after another."""

    def result(self) -> Sequence[float]:
        """Call once; the numbers on which all contestants must agree."""

    def close(self) -> None:
        """Give back what the run holds."""


class Run:
    """A contestant in this process.

    Args:
        call: what is timed, with `arguments`.
        arguments: what it is called with.
        numbers: what `call` returned -> the numbers on which all contestants must agree.
        steps: how many units of the workload one call does.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        arguments: tuple[Any, ...],
        numbers: Callable[[Any], Sequence[float]],
        steps: int = 1,
    ) -> None:
        self.steps = steps
        self._call, self._arguments, self._numbers = call, arguments, numbers
        names = [f"argument{i}" for i in range(len(arguments))]
        # Written out, as in a user's program: call(*arguments) would time the unpacking, too. The
        # setup is timeit's way to let the collector run: engines that make cycles depend on it.
        self._timer = Timer(
            f"call({', '.join(names)})",
            "gc.enable()",
            globals={"gc": gc, "call": call, **dict(zip(names, arguments, strict=True))},
        )

    def seconds(self, calls: int) -> float:
        """How long so many calls take, the garbage collector running as it does for users."""
        gc.collect()
        gc.freeze()  # what the libraries of all peers hold is walked through at nobody's cost
        try:
            return self._timer.timeit(calls)
        finally:
            gc.unfreeze()

    def result(self) -> Sequence[float]:
        """Call once; the numbers on which all contestants must agree."""
        return self._numbers(self._call(*self._arguments))

    def close(self) -> None:
        """Nothing is held that is not freed with the run."""


def calls_of(run: Timed, least: float = LEAST_SECONDS) -> int:
    """How many calls take `least` seconds, at least one."""
    run.seconds(1)  # the first one since others were made ready is no measure of the rest
    calls, seconds = 1, run.seconds(1)
    while seconds < least / 2:
        calls = calls * 10 if seconds < least / 100 else round(calls * least / seconds)
        seconds = run.seconds(calls)
    return calls


def interleave(
    runs: Mapping[str, Timed], rounds: int, least: float = LEAST_SECONDS
) -> dict[str, list[float]]:
    """Time each run once a round; return name -> seconds for one step, a number for each round.

    Who starts moves on by one each round, so that a machine busy with other things slows all alike.
    """
    calls = {name: calls_of(run, least) for name, run in runs.items()}
    names = list(runs)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for k in range(rounds):
        first = k % len(names)
        for name in names[first:] + names[:first]:
            run = runs[name]
            seconds[name].append(run.seconds(calls[name]) / calls[name] / run.steps)
    return seconds
