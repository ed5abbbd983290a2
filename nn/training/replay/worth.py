"""Worth: whether a training is long enough for its steps to be made a program.

Owns what making one costs, in batches of eager mode.
"""

from collections import deque
from typing import Any

from autograd.replay import MOST_REMEMBERED
from nn.training.state import Training

# What it costs to make a program: as much as so many batches, and so many samples, in eager mode.
# Measured for networks from 2-16-16-2 to 64-32-10 and batches of 1 to 64, within a factor of two.
PRICE_IN_BATCHES, PRICE_IN_SAMPLES = 80.0, 1000.0
PRICE_OF_GROWTH = 2.0  # for each operand that a recording has more than eager mode
PRICE_AGAIN = 0.4  # of that: where the machine code is remembered, it is recorded and no more
BESIDE = 3.0  # samples: what a batch takes beside its own, such as the update of the weights
# What is trained by the programs whose machine code is remembered, as `_kind`.
made_lately: "deque[Any]" = deque(maxlen=MOST_REMEMBERED)


class Worth:
    """Which batches of a training are worth a program.

    Args:
        training: whose batches they are.
        mode: of the program.
    """

    def __init__(self, training: Training, mode: str) -> None:
        self._training, self._mode = training, mode
        self._of_all = type(training.model), len(training.optimizer.parameters), training.cost
        self._known: dict[int, bool] = {}  # the sizes of batches that were asked for
        self._growth = 1.0

    def pays(self, size: int) -> bool:
        """Whether enough batches of this size are to come for a program to be worth making."""
        if size not in self._known:
            training = self._training
            n_epochs = training.epochs - training.finished
            n_left = n_epochs  # of the last batch of each, if it is smaller than the others
            if size == training.batch_size:
                n_left *= len(training.order) // size
                n_left -= training.position // size
            price = PRICE_IN_BATCHES + PRICE_IN_SAMPLES / (size + BESIDE)
            price *= 1.0 + PRICE_OF_GROWTH * (self._growth - 1.0)
            if self._kind(size) in made_lately:
                price *= PRICE_AGAIN
            self._known[size] = n_left >= price
        return self._known[size]

    def price(self, growth: float) -> None:
        """Reckon from now on with a recording so many times as large as the graph of eager mode."""
        self._growth = max(1.0, growth)
        self._known.clear()

    def note(self, size: int) -> None:
        """There is a program for batches of this size, whose machine code is remembered."""
        kind = self._kind(size)
        if kind in made_lately:
            made_lately.remove(kind)
        made_lately.append(kind)  # the one used least lately stands first, and goes

    def _kind(self, size: int) -> tuple[Any, ...]:
        """What trainings have in common whose steps are likely to be one program."""
        model, n, cost = self._of_all
        # By its name and code, so that nothing is kept which a closure holds.
        loss = [getattr(cost.loss, name, "") for name in ("__qualname__", "__code__", "__class__")]
        return model, n, size, self._mode, *loss, bool(cost.l1), bool(cost.l2)
