"""States: what a training step changes, before a batch and after it.

Owns the room for both, which change places with each batch, so that nothing is copied.
"""

from array import array

from autograd.replay.llvm.rows.lanes import ALIGNED

LINE = ALIGNED // 8  # doubles


class States:
    """Room for two states.

    A program writes the cost before the new numbers, where the last rate stands, and behind them
    what the model returns, where numbers may stand that it only reads: the driver puts these back.
    What a step changes stands at the beginning of a line, so that no vector of it lies across two.

    Args:
        state: the first one: rates, what a step changes, what it only reads.
        n_rates: how many rates there are.
        n_outputs: how many numbers a program writes.

    Attributes:
        first, second: the addresses.
    """

    def __init__(self, state: "array[float]", n_rates: int, n_outputs: int) -> None:
        self._n_rates = n_rates
        size = -(-max(n_rates + n_outputs, len(state) + 1) // LINE) * LINE
        self._room = array("d", bytes(8 * (2 * size + 2 * LINE)))
        self._start, _ = self._room.buffer_info()
        place = 1 + (-(self._start // 8 + 1 + n_rates)) % LINE
        for begin in (place, place + size):
            self._room[begin : begin + len(state)] = state
        self.first = self._start + 8 * place
        self.second = self.first + 8 * size

    def take(self, address: int, state: "array[float]") -> None:
        """Write the one that stands there into `state`."""
        begin = (address - self._start) // 8
        state[self._n_rates :] = self._room[begin + self._n_rates : begin + len(state)]
