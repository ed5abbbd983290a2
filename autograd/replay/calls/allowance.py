"""Allowance: how many programs a function may have before they have shown that they are used.

Owns when another one is made at its first call, and when it has to wait until it would have paid.
"""

from autograd.replay.calls.layout import Layout, changing

# Operations that are translated without asking, half a second of making programs: of ways and
# layouts that are met once each, more would take longer than they can save.
FREE = 6_000
# Recordings that end in an error; a function that goes on to raise is not recorded each time.
FREE_ERRORS = 3
# What a program costs beside its operations, in operations.
BESIDE = 100


class Allowance:
    """What the programs of one function have cost so far."""

    def __init__(self) -> None:
        self._n_programs, self._cost, self._seconds = 0, 0, 0.0

    def spend(self, n_operations: int, seconds: float) -> None:
        """Count a program of so many operations, which took so long to make."""
        with changing:
            self._n_programs += 1
            self._cost += n_operations + BESIDE
            self._seconds += seconds

    @property
    def price(self) -> float:
        """How many seconds calls are to run without a program of theirs before it is made.

        As many as the mean program took: so all together take twice as long as they need, at worst.
        None at first.
        """
        return self._seconds / self._n_programs if self._cost > FREE else 0.0

    def spend_in_vain(self, layout: Layout, seconds: float) -> None:
        """Count a recording that ended in an error of the function's."""
        with changing:
            layout.n_raised += 1
            layout.seconds_raised += seconds if layout.n_raised > FREE_ERRORS else 0.0

    def seconds_to_wait(self, layout: Layout) -> float:
        """How long calls of a layout are to run without a program; errors have cost time, too."""
        return max(self.price, layout.seconds_raised)

    def has_to_wait(self, layout: Layout) -> bool:
        """Whether a call that found no program in its layout is to run without one."""
        with changing:
            layout.n_missed += 1
            return layout.seconds_missed < self.seconds_to_wait(layout)
