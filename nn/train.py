"""Training: gradient descent over epochs and batches.

Owns the loop of forward propagation, loss, backpropagation and weight update.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd import Value
from nn.checks import whole_number
from nn.data.samples import samples_of
from nn.evaluate import decision_rule, numbers_of, predict
from nn.extras import is_installed, remedy
from nn.history import History
from nn.init import Seed, random_source
from nn.module import Module
from nn.optim import SGD

# (outputs of a batch, their targets) -> what to minimise
Loss = Callable[[list[Any], list[Any]], Any]


def fit(
    model: Module,
    data: tuple[Sequence[Any], Sequence[Any]],
    loss: Loss,
    optimizer: SGD,
    epochs: int = 100,
    batch_size: int | None = 32,
    seed: Seed = None,
    verbose: bool = True,
) -> History:
    """Train `model` on `data` and return what each epoch gave.

    Args:
        model: called with one sample, returns its output or the list of its outputs.
        data: (X, y), a row and a target for each sample.
        loss: (outputs, targets) of a batch -> one `Value`, such as `nn.cross_entropy`.
        optimizer: changes the model's parameters, such as `nn.SGD(model.parameters(), lr=0.1)`.
        epochs: how many times every sample is seen.
        batch_size: how many samples make one weight update: None for all (gradient descent), 1
            for each (stochastic); the last batch of an epoch may be smaller.
        seed: of the order of the samples, new in each epoch; as for `nn.Neuron`.
        verbose: whether to show a progress bar on stderr (tqdm, the extra `train`).

    The history has the `loss` of each epoch and, where the targets are classes, the `accuracy`:
    means over its samples, each as the model was when its batch came.

    Raises ValueError for data that do not fit together, and FloatingPointError, before the
    weights change, when the loss is nan or infinite.
    """
    if not callable(loss):
        raise TypeError(f"fit: loss must be a function such as nn.cross_entropy, got {loss!r:.40}")
    if not isinstance(optimizer, SGD):
        raise TypeError(
            "fit: optimizer must be one such as nn.SGD(model.parameters(), lr=0.1), "
            f"got {optimizer!r:.40}"
        )
    rows, targets = samples_of(data)
    epochs = whole_number(epochs, "fit: epochs")
    size = len(rows)
    if batch_size is not None:
        size = min(size, whole_number(batch_size, "fit: batch_size (None for all samples)"))
    source = random_source(seed)
    _check_parameters(model, optimizer)
    is_right = decision_rule(predict(model, rows[:1])[0], targets)
    history = History()
    model.train()
    with _progress_bar(epochs * math.ceil(len(rows) / size), verbose) as bar:
        for epoch in range(1, epochs + 1):
            order = list(range(len(rows)))
            source.shuffle(order)
            total, n_right = 0.0, 0
            for start in range(0, len(rows), size):
                batch = order[start : start + size]
                outputs = [model(rows[i]) for i in batch]
                answers = [targets[i] for i in batch]
                cost = loss(outputs, answers)
                _check_cost(cost, f"epoch {epoch}, batch {start // size + 1}")
                optimizer.zero_grad()
                cost.backward()
                optimizer.step()
                total += cost.data * len(batch)
                if is_right is not None:
                    n_right += list(map(is_right, map(numbers_of, outputs), answers)).count(True)
                bar.update()
            measures = {"loss": total / len(rows)}
            if is_right is not None:
                measures["accuracy"] = n_right / len(rows)
            history.append(**measures)
            bar.set_postfix(epoch=epoch, **measures)
    return history


def _check_parameters(model: Module, optimizer: SGD) -> None:
    trained = {id(parameter) for parameter in optimizer.parameters}
    if not any(id(parameter) in trained for parameter in model.parameters()):
        raise ValueError(
            "fit: the optimizer holds none of this model's parameters; "
            "make it anew: SGD(model.parameters(), lr=...)"
        )


def _check_cost(cost: Any, when: str) -> None:
    if not isinstance(cost, Value) or cost.op is None:
        raise ValueError(
            f"fit: loss must return a Value computed from the outputs, got {cost!r:.60}"
        )
    if not math.isfinite(cost.data):
        raise FloatingPointError(
            f"fit: the loss became {cost.data} in {when}; the weights are those before it: "
            "train again with a smaller learning rate"
        )


class _NoBar:
    """Stands for the progress bar where none is shown."""

    def update(self) -> None: ...

    def set_postfix(self, **measures: float) -> None: ...


@contextmanager
def _progress_bar(n_batches: int, verbose: bool) -> Iterator[Any]:
    """A tqdm bar, or one line saying how to get it."""
    if verbose and is_installed("tqdm"):
        from tqdm import tqdm

        with tqdm(total=n_batches, unit="batch") as bar:
            yield bar
        return
    if verbose:
        print(remedy("train", "no progress bar without tqdm"), file=sys.stderr)
    yield _NoBar()
