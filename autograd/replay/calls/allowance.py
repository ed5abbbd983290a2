"""Allowance: how many programs a function may have before they have shown that they are used.

Owns when another one is made at its first call, and when it has to wait until it would have paid.
"""

from autograd.replay.calls.layout import Layout, changing

# Operations that are translated without asking, half a second of making programs: of ways and
# layouts that are met once each, more would take longer than they can save.
FREE = 6_000
# What a program costs beside its operations, in operations.
BESIDE = 100
# Recording and translating an operation takes as long as running it so many times in eager mode,
# forward and backward.
CALLS = 64
# Of what an operation costs, as much is recording it; what a program has in lanes, in packs and in
# rounds is translated once for many.
RECORDING = 0.25


class Allowance:
    """What the programs of one function have cost so far."""

    def __init__(self) -> None:
        self._n_operations, self._cost = 0, 0.0

    def spend(self, n_operations: int, share: float = 1.0) -> None:
        """Count a program of so many operations, of which this share was written."""
        with changing:
            self._n_operations += n_operations
            self._cost += n_operations * (RECORDING + (1.0 - RECORDING) * share) + BESIDE

    @property
    def patience(self) -> float:
        """How many calls are to find no program of their layout before another one is made.

        As many as cost what the mean program does: so all together take twice as long as they need,
        at worst. None at first.
        """
        if self._cost <= FREE:
            return 0.0
        return CALLS * self._cost / max(1, self._n_operations)

    def has_to_wait(self, layout: Layout) -> bool:
        """Whether a call that found no program in its layout is to run without one."""
        with changing:
            layout.n_missed += 1
            return layout.n_missed <= self.patience
