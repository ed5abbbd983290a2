"""What a workload is: something to time, who can run it, and what it must reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers import Peer


@dataclass(frozen=True)
class Run:
    """A workload made ready for one contestant.

    Args:
        once: what is timed; what it returns is kept alive until the clock has stopped, so that
            freeing it is not timed. Return nothing, and freeing is timed too.
        gradients: not timed: the gradients of the last `once`, given what that returned, in an
            order all contestants share.
    """

    once: Callable[[], Any]
    gradients: Callable[[Any], Sequence[float]]


@dataclass(frozen=True)
class Contestant:
    """A peer in one of the ways in which it can run a workload (`torch, compiled`)."""

    name: str
    peer: Peer
    prepare: Callable[[], Run]


@dataclass(frozen=True)
class Target:
    """`against` must take at least `on` (or `off`) times as long, the collector on (or off)."""

    against: str
    on: float
    off: float


@dataclass(frozen=True)
class Workload:
    """What is timed. The first contestant is ours: ratios are the others' time by its time.

    Args:
        name: for `--only` and the tables.
        what: one sentence on what one repetition does.
        contestants: ours first.
        targets: what the project has promised.
        tolerance: the greatest difference of any gradient, relative to the largest of them.
    """

    name: str
    what: str
    contestants: tuple[Contestant, ...]
    targets: tuple[Target, ...] = ()
    tolerance: float = 1e-9
