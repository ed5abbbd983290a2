"""Measured: the numbers that each epoch of a training gave.

Owns how they are kept: side by side in a few bytes, and as rows from when somebody looks at them. A
program may train a million epochs in a second; a dict for each would take longer, and all memory.
"""

from array import array
from collections.abc import Iterable, Mapping
from itertools import count


class Measured:
    """The measures of epochs, in order, each a number by name; every epoch has the same."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()  # beside `epoch`
        self._numbers = array("d")  # those of an epoch beside each other
        # Of the first epochs, as far as somebody has looked: whoever has a row may change it.
        self._rows: list[dict[str, float]] = []

    @property
    def names(self) -> list[str]:
        """`epoch` and those of the measures; none before the first epoch."""
        return ["epoch", *self._names] if self._names else []

    @property
    def rows(self) -> list[dict[str, float]]:
        """Of each epoch its number `epoch` and its measures; always the same list."""
        if len(self._rows) < len(self):
            self._rows += self._rows_from(len(self._rows))
        return self._rows

    def extend(self, measures: Mapping[str, Iterable[float]]) -> None:
        """Add epochs, of each measure a number for each.

        Raises ValueError for other measures than before and TypeError for what is no number; then
        nothing is added.
        """
        columns = {name: _column(name, numbers) for name, numbers in measures.items()}
        if self._names and columns.keys() != set(self._names):
            raise ValueError(
                f"History: this epoch has {', '.join(['epoch', *columns])}; "
                f"those before have {', '.join(self.names)}"
            )
        n = max(map(len, columns.values()), default=0)
        if uneven := [name for name, column in columns.items() if len(column) != n]:
            n_there = len(columns[uneven[0]])
            raise ValueError(f"History: {uneven[0]} has numbers of {n_there} of {n} epochs")
        names = self._names or tuple(columns)
        numbers = array("d", bytes(8 * n * len(names)))
        for i, name in enumerate(names):
            numbers[i :: len(names)] = columns[name]
        self._names = names
        self._numbers += numbers

    def of(self, name: str) -> list[float]:
        """One measure of all epochs; KeyError names those there are."""
        if self._names and name not in self.names:
            raise KeyError(f"History: no {name!r}; there are {', '.join(self.names)}")
        seen = [row[name] for row in self._rows]
        if name == "epoch":
            return [*seen, *range(len(seen) + 1, len(self) + 1)]
        width = len(self._names)
        start = width * len(seen) + self._names.index(name) if width else 0
        return [*seen, *self._numbers[start :: max(1, width)]]

    def last(self) -> dict[str, float]:
        """The row of the last epoch, on its own; empty before the first epoch."""
        n = len(self)
        if n == len(self._rows):
            return {**self._rows[-1]} if n else {}
        return self._rows_from(n - 1)[0]

    def copy(self) -> "Measured":
        """The same epochs, which do not change when these do."""
        other = Measured()
        other._names, other._numbers = self._names, self._numbers[:]
        other._rows = [{**row} for row in self._rows]
        return other

    def __len__(self) -> int:
        return len(self._numbers) // max(1, len(self._names))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Measured):
            return NotImplemented
        return self.names == other.names and all(
            self.of(name) == other.of(name) for name in self.names
        )

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _rows_from(self, start: int) -> list[dict[str, float]]:
        width, names = len(self._names), self.names
        columns = [self._numbers[i::width] for i in range(width * start, width * (start + 1))]
        rows = zip(count(start + 1), *columns, strict=False)
        return [dict(zip(names, row, strict=True)) for row in rows]


def _column(name: str, numbers: Iterable[float]) -> "array[float]":
    try:
        return array("d", numbers)
    except (TypeError, OverflowError):
        raise TypeError(f"History: {name} must be a number in every epoch") from None
