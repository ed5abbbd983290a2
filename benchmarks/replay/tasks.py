"""The trainings whose steps are timed: the network, the loss, the samples and their order.

Owns what all engines train: from the same weights, on the same batches in the same order. Nothing
here imports an engine: HIPS autograd's process reads this file, too.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import cycle, pairwise, repeat
from typing import Any, NamedTuple

from benchmarks.moons_step import ALPHA, LEARNING_RATE, moons

Samples = tuple[list[list[float]], list[int]]


class Weights(NamedTuple):
    """The parameters of one layer: a row of weights and a bias for each neuron."""

    rows: list[list[float]]
    biases: list[float]


class Batch(NamedTuple):
    """Some samples and their labels."""

    rows: list[list[float]]
    labels: list[int]


@dataclass(frozen=True)
class Task:
    """Stochastic gradient descent on a multi-layer perceptron.

    Args:
        sizes: the number of inputs, then of the neurons of each layer; the last one is linear.
        activation: of the others: "relu" or "tanh".
        loss: "hinge" (one output, labels -1 and 1) or "cross_entropy" (labels are classes).
        l2: times which the sum of the squares of all parameters is added to the mean loss.
        lr: the learning rate.
        samples: makes the rows and the labels.
        batch_size: how many samples make a step; all of them, or less, shuffled in each epoch.
        epochs: how many a call does where many steps are one call.
        unrolled: how many steps a program has that is unrolled over steps.
        training: after how many steps a training is over and begins anew, where it takes less time
            the fewer samples have a loss; 0 where it does not.
    """

    sizes: tuple[int, ...]
    activation: str
    loss: str
    l2: float
    lr: float
    samples: Callable[[], Samples]
    batch_size: int
    epochs: int
    unrolled: int
    training: int = 0

    @cached_property
    def weights(self) -> list[Weights]:
        """The initial weights: uniform, within 1 for narrow layers and less for wide ones."""
        source = random.Random(1337)
        return [
            Weights(
                [[source.uniform(-1, 1) * min(1.0, 4.0 / n) for _ in range(n)] for _ in range(m)],
                [0.0] * m,
            )
            for n, m in pairwise(self.sizes)
        ]

    @cached_property
    def is_full(self) -> bool:
        """Whether each step is on all samples."""
        return self.batch_size >= len(self.samples()[0])

    @cached_property
    def epochs_of_samples(self) -> list[list[list[int]]]:
        """The samples of each batch of each epoch, as `nn.fit(..., seed=0)` draws them."""
        source, size = random.Random(0), self.batch_size
        epochs = []
        for _ in range(self.epochs):
            order = list(range(len(self.samples()[0])))
            source.shuffle(order)
            epochs.append([order[k : k + size] for k in range(0, len(order), size)])
        return epochs

    @cached_property
    def epochs_of_batches(self) -> list[list[Batch]]:
        """The batches of each epoch."""
        rows, labels = self.samples()
        return [
            [Batch([rows[i] for i in part], [labels[i] for i in part]) for part in epoch]
            for epoch in self.epochs_of_samples
        ]

    def batches(self, convert: Callable[[Batch], Any] = lambda batch: batch) -> Iterator[Any]:
        """The batches of the steps, without end: after the last epoch comes the first again.

        Steps on all samples do not depend on their order: they are one and the same batch. Each is
        converted now, as an engine wants it, and not when a step is timed.
        """
        if self.is_full:
            return repeat(convert(self.full_batch))
        return cycle([convert(batch) for epoch in self.epochs_of_batches for batch in epoch])

    @cached_property
    def full_batch(self) -> Batch:
        """All samples."""
        return Batch(*self.samples())

    @cached_property
    def unrolled_steps(self) -> list[list[list[Batch]]]:
        """For each epoch its batches, in groups of at most `unrolled` batches of one size.

        For steps on all samples: one group of them, which is no whole number of epochs.
        """
        if self.is_full:
            return [[[self.full_batch] * self.unrolled]]
        return [_groups(epoch, self.unrolled) for epoch in self.epochs_of_batches]

    def summed_gradients(self, after: Sequence[float]) -> list[float]:
        """What was subtracted from the initial weights until now, over the learning rate.

        `after` are the parameters, layer by layer: the rows of weights, then the biases.
        """
        before = [
            number
            for layer in self.weights
            for row in [*layer.rows, layer.biases]
            for number in row
        ]
        return [(b - a) / self.lr for b, a in zip(before, after, strict=True)]


# Of so many steps the learning rates are in sum what they are of the 100 of micrograd's demo, where
# step k has 1 - 0.9 k/100.
DEMO = round(sum(1.0 - 0.9 * k / 100 for k in range(100)) / LEARNING_RATE)


def _groups(batches: list[Batch], most: int) -> list[list[Batch]]:
    """Neighbours of one size, at most so many together."""
    groups: list[list[Batch]] = []
    for batch in batches:
        last = groups[-1] if groups else []
        if last and len(last) < most and len(last[0].rows) == len(batch.rows):
            last.append(batch)
        else:
            groups.append([batch])
    return groups


@cache
def _moons() -> Samples:
    return moons(100)


@cache
def _digits() -> Samples:
    from sklearn.datasets import load_digits

    bunch: Any = load_digits()
    return (bunch.data / 16.0).tolist(), bunch.target.tolist()


def _demo(activation: str, batch_size: int, epochs: int, unrolled: int) -> Task:
    """The training of micrograd's demo."""
    return Task(
        (2, 16, 16, 1),
        activation,
        "hinge",
        ALPHA,
        LEARNING_RATE,
        _moons,
        batch_size,
        epochs,
        unrolled,
        DEMO,
    )


TASKS: dict[str, Task] = {
    f"moons-{activation}-{name}": _demo(activation, *numbers)
    for activation in ("relu", "tanh")
    for name, numbers in {
        "full": (100, DEMO, 10),
        "32": (32, 20, 3),
        "1": (1, 10, 10),
    }.items()
}
TASKS["digits"] = Task((64, 32, 10), "relu", "cross_entropy", 0.0, 0.1, _digits, 32, 5, 8)
