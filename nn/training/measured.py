"""Measured: the numbers that each epoch of a training gave.

Owns how they are kept: each measure in a few bytes, and as rows from when somebody looks at them. A
program may train a million epochs in a second; a dict for each would take longer, and all memory.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from threading import RLock

from autograd.replay import freed_by_fork

# Numbers become rows once, whoever looks: a thread that shows a training while another one trains.
_looking = freed_by_fork(RLock())


class Measured:
    """The measures of epochs, in order, each a number by name; every epoch has the same."""

    def __init__(self) -> None:
        # Of the first epochs, as far as somebody has looked: whoever has the list may change it.
        self._rows: list[dict[str, float]] = []
        # Of the others, for each measure its numbers; all have as many.
        self._columns: list[array[float]] = []
        self._names: tuple[str, ...] = ()  # beside `epoch`

    @property
    def names(self) -> list[str]:
        """`epoch` and those of the measures; none before the first epoch."""
        with _looking:
            if self._rows:
                return [*self._rows[0]]
            return ["epoch", *self._names] if self._n_unseen else []

    @property
    def rows(self) -> list[dict[str, float]]:
        """Of each epoch its number `epoch` and its measures; always the same list."""
        with _looking:
            self._look()
            return self._rows

    def extend(self, measures: Mapping[str, Iterable[float]]) -> None:
        """Add epochs, of each measure a number for each.

        Raises ValueError for other measures than before and TypeError for what is no number; then
        nothing is added.
        """
        columns = {name: _column(name, numbers) for name, numbers in measures.items()}
        before = self.names
        if before and {"epoch", *columns} != set(before):
            raise ValueError(
                f"History: this epoch has {', '.join(['epoch', *columns])}; "
                f"those before have {', '.join(before)}"
            )
        n = max(map(len, columns.values()), default=0)
        if uneven := [name for name, column in columns.items() if len(column) != n]:
            n_there = len(columns[uneven[0]])
            raise ValueError(f"History: {uneven[0]} has numbers of {n_there} of {n} epochs")
        with _looking:
            if columns.keys() != set(self._names):
                names, none = tuple(columns), [array("d") for _ in columns]
                self._look()  # what there is keeps its names
                self._names, self._columns = names, none  # no signal is handled in between
            new = [columns[name] for name in self._names]
            # In C, where no signal handler runs: all measures go on, or none.
            deque(map(array.extend, self._columns, new), maxlen=0)

    def of(self, name: str) -> list[float]:
        """One measure of all epochs; KeyError names those there are."""
        with _looking:
            names = self.names
            if names and name not in names:
                raise KeyError(f"History: no {name!r}; there are {', '.join(names)}")
            seen = [row[name] for row in self._rows]
            if not self._n_unseen:
                return seen
            if name == "epoch":
                return [*seen, *range(len(seen) + 1, len(self) + 1)]
            return [*seen, *self._columns[self._names.index(name)]]

    def numbers(self, names: Iterable[str]) -> "array[float]":
        """Of each epoch these measures, one after another."""
        with _looking:
            if not self._rows and (*names,) == self._names:
                return _beside_each_other(self._columns)
            return _beside_each_other([array("d", self.of(name)) for name in names])

    def last(self) -> dict[str, float]:
        """The row of the last epoch, on its own; empty before the first epoch."""
        with _looking:
            if not self._n_unseen:
                return {**self._rows[-1]} if self._rows else {}
            return self._rows_of([column[-1:] for column in self._columns], len(self))[0]

    def copy(self) -> "Measured":
        """The same epochs, which do not change when these do."""
        other = Measured()
        with _looking:
            other._rows = [{**row} for row in self._rows]
            other._names = self._names
            other._columns = [column[:] for column in self._columns]
        return other

    def __len__(self) -> int:
        with _looking:
            return len(self._rows) + self._n_unseen

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Measured):
            return NotImplemented
        return self.names == other.names and all(
            self.of(name) == other.of(name) for name in self.names
        )

    __hash__ = None  # type: ignore[assignment]  # it changes

    @property
    def _n_unseen(self) -> int:
        """How many epochs nobody has looked at."""
        return len(self._columns[0]) if self._columns else 0

    def _look(self) -> None:
        rows = self._rows_of(self._columns, len(self._rows) + 1)
        none = [array("d") for _ in self._names]
        self._rows += rows  # Python handles a signal after a call: not from here on
        self._columns = none

    def _rows_of(self, columns: "Sequence[array[float]]", first: int) -> list[dict[str, float]]:
        names = ["epoch", *self._names]
        rows = zip(count(first), *columns, strict=False) if columns else ()
        return [dict(zip(names, row, strict=True)) for row in rows]


def _beside_each_other(columns: "Sequence[array[float]]") -> "array[float]":
    n = len(columns)
    found = array("d", bytes(8 * sum(map(len, columns))))
    for i, column in enumerate(columns):
        found[i::n] = column
    return found


def _column(name: str, numbers: Iterable[float]) -> "array[float]":
    if isinstance(numbers, array) and numbers.typecode == "d":
        return numbers
    try:
        return array("d", numbers)
    except (TypeError, OverflowError):
        raise TypeError(f"History: {name} must be a number in every epoch") from None
