"""Worth: whether a training is long enough for its steps to be made a program.

Owns what making one costs, in batches of eager mode.
"""

import math
from collections import deque
from typing import Any

from autograd.replay import MOST_REMEMBERED, Ways
from nn.training.state import Training

# What it costs to make a program: as much as so many batches, and so many samples, in eager mode.
# Measured for networks from 2-16-16-2 to 64-32-10 and batches of 1 to 64, within a factor of two.
PRICE_IN_BATCHES, PRICE_IN_SAMPLES = 80.0, 1000.0
PRICE_OF_UNLIKE = 10.0  # of so many batches: of samples that do not run in the lanes of vectors
PRICE_OF_MEETING = 3.0  # the same where they are compared, but never go another way
PRICE_OF_PAIRS = 4.0  # where all of a batch is of no sample alone, such as of each pair
PRICE_OF_GROWTH = 2.0  # for each operand that a recording has more than eager mode
MOST_MISJUDGED = 10.0  # times that: what took longer was no program's fault
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
        self.ways = Ways()

    def pays(self, size: int) -> bool:
        """Whether enough batches of this size are to come for a program to be worth making."""
        if size not in self._known:
            self._known[size] = self._n_left(size) >= self.least(size)
        return self._known[size]

    def least(self, size: int) -> float:
        """From how many batches of this size on a program is worth making.

        Of these it serves those that go the way which most of them go: one batch of all samples
        does in every epoch, if no weight has a say in it.
        """
        ways, is_whole = self.ways, size == len(self._training.rows)
        n_to_agree = int(not ways.lasting) if is_whole else size
        served = min(ways.share**n_to_agree, ways.share_of_batches)
        return self._price(size) / served if served else math.inf

    def notes(self) -> list[str]:
        """For which sizes of batches no program was worth making."""
        return [
            f"batches of {size}: a program pays from about {self.least(size):,.0f} of them on"
            for size, pays in self._known.items()
            if not pays
        ]

    def patience(self, size: int, measured: float) -> float:
        """How many batches of this size are to find no program before another is made.

        Args:
            measured: what the last one cost, in batches of eager mode.
        """
        expected = self._price_of_new(size)
        price = max(expected, min(measured, MOST_MISJUDGED * expected))
        return price if price <= self._n_left(size) else math.inf

    def reckon_with(self, ways: Ways) -> None:
        """Count on samples that go such ways from now on."""
        self.ways = ways._replace(growth=max(1.0, ways.growth))
        self._known.clear()

    def _price(self, size: int) -> float:
        """What it costs to make a program, in batches of this size."""
        again = PRICE_AGAIN if self._kind(size) in made_lately else 1.0
        return self._price_of_new(size) * again

    def _price_of_new(self, size: int) -> float:
        """What it costs to make one whose machine code is not remembered."""
        ways, unlike = self.ways, 1.0
        if size > 1 and ways.meet and ways.lasting:
            unlike = PRICE_OF_MEETING
        elif size > 1 and (ways.meet or not ways.are_one):
            unlike = PRICE_OF_UNLIKE
        unlike += PRICE_OF_PAIRS * ways.between
        price = PRICE_IN_BATCHES * unlike + PRICE_IN_SAMPLES / (size + BESIDE)
        return price * (1.0 + PRICE_OF_GROWTH * (ways.growth - 1.0))

    def _n_left(self, size: int) -> int:
        """How many batches of this size are to come."""
        training = self._training
        n_epochs = training.epochs - training.finished
        if size != training.batch_size:  # the last batch of each, smaller than the others
            return n_epochs
        return n_epochs * (len(training.order) // size) - training.position // size

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
