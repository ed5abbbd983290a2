"""Course: the next batches of a training, which programs run in one call.

Owns how far such a call reaches, the orders of the epochs to come, and how what was run is counted.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from autograd.replay import STATE_NOTED
from nn.training.random_sources import of_a_training
from nn.training.state import Training

MOST_SAMPLES = 200_000  # in a call, where their order is laid out


class Course:
    """Batches that follow each other in a training, from the next one on; there may be none.

    Args:
        training: whose they are.
        n_batches: at most so many.
        n_epochs: in at most so many epochs, that under way included.
        pays: whether batches of a size are to be run by a program.

    Attributes:
        samples: in their order, when it is drawn; after the last of these the first again.
        sizes: how many samples a batch has, and how many such batches follow each other.
    """

    def __init__(
        self, training: Training, n_batches: int, n_epochs: int, pays: Callable[[int], bool]
    ) -> None:
        self._training = training
        self._orders = array("q")  # of the epochs after this one
        self._before: Any = None  # the state of the random source when these had not been drawn
        order = training.order[training.position :]
        first = _sizes(len(order), training.batch_size, n_batches, pays)
        self._epochs = [first]
        n_samples, n_left = sum(size * n for size, n in first), n_batches - _count(first)
        self.samples = array("q", order[:n_samples])
        whole = _sizes(len(training.rows), training.batch_size, training.n_batches, pays)
        pays_throughout = _count(whole) == training.n_batches
        n_more = min(n_epochs - 1, n_left // training.n_batches) if pays_throughout else 0
        if training.is_shuffled:
            n_more = min(n_more, MOST_SAMPLES // len(training.rows))
        if n_more > 0 and training.may_draw_ahead():
            self._epochs += [whole] * n_more
        self._kept = self._epochs_kept(training.finished, training.finished + len(self._epochs))
        self.sizes = self._legs(training.finished + 1)

    def draw(self) -> None:
        """Draw the orders of its epochs; whoever does not run them is to take these back."""
        training = self._training
        n_more = len(self._epochs) - 1
        if n_more and training.is_shuffled:  # else all epochs are as this one
            self._before = training.source.getstate()
            self._orders = training.next_orders(n_more)
            self.samples += self._orders

    def _legs(self, first: int) -> list[tuple[int, int]]:
        """The batches of all epochs, from the number `first` on, with what is kept between them."""
        found = [*self._epochs[0]]
        last, n_more = first, len(self._epochs) - 1
        for kept in [*self._kept, first + n_more]:
            n = kept - last  # epochs that follow each other, after the first
            whole = self._epochs[1] if n else []
            if len(whole) == 1:  # of batches of one size
                size, each = whole[0]
                before = found.pop()[1] if found and found[-1][0] == size else 0
                found.append((size, before + n * each))
            else:
                found += whole * n
            if kept in self._kept:
                found.append(STATE_NOTED)
            last = kept
        return found

    def _epochs_kept(self, finished: int, last: int) -> list[int]:
        """Which epochs after those finished, and before the last one, are kept with weights.

        The last of them is: whoever interrupts the one after it finds what eager mode has kept.
        """
        found: list[int] = []
        following = self._training.history.next_kept(finished)
        while following < last:
            found.append(following)
            following = self._training.history.next_kept(following)
        if last - 1 > finished and last - 1 not in found:
            found.append(last - 1)
        return found

    def count(
        self,
        costs: "array[float]",
        n_right: Sequence[float],
        kept: "Sequence[array[float]]",
    ) -> None:
        """Tell the training of the batches that were run, from the first on.

        Args:
            costs: one for each; none if none was run.
            n_right: for each how many samples are right, or () if that means nothing.
            kept: the weights of the epochs that are kept, as far as they were run.
        """
        training = self._training
        if len(costs) < _count(self.sizes):
            self.take_back()
        start = self._count_epoch(self._epochs[0], costs, n_right, 0)
        if start == len(costs):
            return
        training.end_epoch(is_kept=False)
        # Each of the others has the same batches; the last of them ends when somebody has looked.
        each = _count(self._epochs[1])
        n_whole = (len(costs) - start - 1) // each
        if n_whole:
            if training.is_shuffled and not self._orders:
                training.next_orders(n_whole)  # of these epochs, which nobody needs any more
            end = start + n_whole * each
            training.count_epochs(costs[start:end], n_right[start:end], self._epochs[1])
            start = end
        over = [epoch for epoch in self._kept if epoch <= training.finished]
        training.keep(over, kept[: len(over)])
        training.begin_epoch(self._order(1 + n_whole))
        self._count_epoch(self._epochs[1], costs, n_right, start)

    def take_back(self) -> None:
        """Let the orders that were drawn ahead be drawn when their epochs begin."""
        if self._before is not None:
            with of_a_training(self._training.source):
                self._training.source.setstate(self._before)
            self._orders, self._before = array("q"), None

    def _count_epoch(
        self,
        sizes: Sequence[tuple[int, int]],
        costs: "array[float]",
        n_right: Sequence[float],
        start: int,
    ) -> int:
        """Count the batches of one epoch that were run, from the number `start` on; the end."""
        for size, n in sizes:
            end = min(start + n, len(costs))
            if start < end:
                right = int(sum(n_right[start:end]))
                self._training.end_batches(costs[start:end], size, right)
            start = end
        return start

    def _order(self, epoch: int) -> list[int] | None:
        """Of the samples in an epoch after this one; None where it is not drawn."""
        n = len(self._training.rows)
        return self._orders[(epoch - 1) * n : epoch * n].tolist() or None


def _sizes(
    n_samples: int, batch_size: int, n_batches: int, pays: Callable[[int], bool]
) -> list[tuple[int, int]]:
    """The next batches of an epoch with so many samples left, at most `n_batches`."""
    n_full, rest = divmod(n_samples, batch_size)
    sizes = []
    if n_full:
        if not pays(batch_size):
            return []
        sizes.append((batch_size, min(n_full, n_batches)))
    if rest and n_full < n_batches and pays(rest):
        sizes.append((rest, 1))
    return sizes


def _count(sizes: list[tuple[int, int]]) -> int:
    return sum(n for _, n in sizes)
