"""History: what each epoch of a training gave.

Owns the record that `fit` returns: the measures of each epoch and their CSV form, snapshots of the
parameters, and what is needed to show the training or to go on with it.
"""

import csv
import io
import math
import os
from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, overload

from autograd.files import write_atomically
from nn.module import Module
from nn.training.measured import Measured

if TYPE_CHECKING:
    from nn.training.checkpoint import Checkpoint
    from nn.training.replay.report import TrainingReport

DECADES = 100.0  # from this ratio of the largest to the smallest loss on, an axis is logarithmic
MAX_SNAPSHOTS = 100  # about: beside epoch 0 and the last one


class History:
    """The measures of each epoch, in order: `history.rows[0]["loss"]`, `history["loss"]`.

    Attributes:
        measured: what `rows` shows, as far as nobody has looked at it in a few bytes.
        model: what was trained.
        data: (X, y) it was trained on, without the samples kept for validation.
        validation: (X, y) kept for validation, or None.
        loss_name: the name of the loss function, `mse` for `nn.mse_loss`.
        optimizer: the class of the optimiser, `SGD`.
        rates: of the optimiser when the training began, by name: `lr`, and those that are not 0.
        batch_size: the samples of a mini-batch; 0 before the training.
        snapshots: epoch -> all parameters after it, in the order of `model.parameters()`; epoch 0
            is before the training. Of a long training about 100 are kept, evenly spread.
        stopped: why it ended before the last epoch: `interrupted`, `early stopping`, `callback`;
            else empty.
        best_epoch: the epoch whose weights early stopping has put back, else None.
        checkpoint: where the training stands, for `fit(..., resume=history)`.
        compiled: what `fit(..., compiled=True)` made of it, to be printed; else None.
    """

    def __init__(self) -> None:
        self.measured = Measured()
        self.model: Module | None = None
        self.data: tuple[list[Any], list[Any]] | None = None
        self.validation: tuple[list[Any], list[Any]] | None = None
        self.loss_name = ""
        self.optimizer = ""
        self.rates: dict[str, float] = {}
        self.batch_size = 0
        self.snapshots: dict[int, array[float]] = {}
        self.stopped = ""
        self.best_epoch: int | None = None
        self.checkpoint: Checkpoint | None = None
        self.compiled: TrainingReport | None = None

    @property
    def rows(self) -> list[dict[str, float]]:
        """For each finished epoch its number `epoch` and its measures.

        These are `loss` and `accuracy` of the training, `val_loss` and `val_accuracy` with
        validation, `lr` with a schedule.
        """
        return self.measured.rows

    @rows.setter
    def rows(self, rows: Iterable[dict[str, float]]) -> None:
        self.rows[:] = rows

    def append(self, **measures: float) -> None:
        """Add an epoch; every epoch has the same measures.

        Raises ValueError for others than before and TypeError for what is no number.
        """
        self.measured.extend({name: (number,) for name, number in measures.items()})

    def extend(self, **measures: Iterable[float]) -> None:
        """Add epochs, of each measure a number for each; every epoch has the same measures.

        Raises ValueError for others than before and TypeError for what is no number.
        """
        self.measured.extend(measures)

    def add_snapshot(self, epoch: int, parameters: "array[float]") -> None:
        """Keep the parameters as they are after `epoch`, the last one so far.

        Of n epochs every 2**k-th is kept, with the smallest k that leaves at most
        `MAX_SNAPSHOTS`; so what is kept depends on n alone, also in a training that was resumed.
        """
        stride = _stride(epoch)
        for kept in [kept for kept in self.snapshots if kept % stride]:
            del self.snapshots[kept]
        self.snapshots[epoch] = parameters

    def next_kept(self, epoch: int) -> int:
        """The first epoch after `epoch` whose parameters may be kept when more have followed."""
        stride = _stride(epoch + 1)
        return (epoch // stride + 1) * stride

    def spans_decades(self, *measures: str) -> bool:
        """Whether an axis of these measures, as far as there are, is best logarithmic.

        That is where all are positive and the largest is more than a hundred times the smallest.
        """
        there = [name for name in measures if name in self.measured.names]
        finite = [x for name in there for x in self[name] if math.isfinite(x)]
        return bool(finite) and min(finite) > 0.0 and max(finite) > DECADES * min(finite)

    def __getitem__(self, measure: str) -> list[float]:
        """Return one measure of all epochs; KeyError names those there are."""
        return self.measured.of(measure)

    def __iter__(self) -> Iterator[dict[str, float]]:
        """The rows, epoch by epoch."""
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.measured)

    def __repr__(self) -> str:
        last = ", ".join(
            f"{name}={number}" if name == "epoch" else f"{name}={number:.4g}"
            for name, number in self.measured.last().items()
        )
        why = f"; {self.stopped}" if self.stopped else ""
        return f"History({len(self)} epochs{'; the last: ' + last if last else ''}{why})"

    def to_csv(self) -> str:
        """Return a line with the names of the measures, then one for each epoch."""
        text = io.StringIO()
        if names := self.measured.names:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(names)
            columns = map(self.measured.of, names)  # to which another thread may add meanwhile
            writer.writerows(zip(*columns, strict=False))
        return text.getvalue()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to `path` as CSV, whole or not at all. Raises OSError."""
        write_atomically(path, self.to_csv().encode())

    @overload
    def to_html(
        self,
        path: None = None,
        *,
        test: tuple[Any, Any] | None = None,
        preparation: Any = None,
        title: str | None = None,
        lang: str | None = None,
    ) -> str: ...

    @overload
    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        test: tuple[Any, Any] | None = None,
        preparation: Any = None,
        title: str | None = None,
        lang: str | None = None,
    ) -> None: ...

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        test: tuple[Any, Any] | None = None,
        preparation: Any = None,
        title: str | None = None,
        lang: str | None = None,
    ) -> str | None:
        """Write the training as one page that works offline.

        Args:
            path: of the file, written whole or not at all; without one the page is returned.
            test: (X, y) that were not trained on, for the accuracy that is shown.
            preparation: the `Preparation` of the data, for the names of features and classes.
            title: of the page.
            lang: "ko" or "en"; None leaves it to the reader's browser.

        Raises OSError.
        """
        from nn.page.build import training_page

        page = training_page(self, test=test, preparation=preparation, title=title, lang=lang)
        if path is None:
            return page
        write_atomically(path, page.encode())
        return None


def _stride(n_epochs: int) -> int:
    """Of so many epochs every how many are kept."""
    stride = 1
    while n_epochs > MAX_SNAPSHOTS * stride:
        stride *= 2
    return stride
