"""Where things stand in the picture of a network: columns of circles, folded where they are long.

Owns which neurons of a layer are shown and every coordinate, in points. The coordinates are given
to the renderer, so that a large network is drawn at once, and the same on every machine.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

CIRCLE = 36.0  # the diameter of a neuron
ROW = 46.0  # from one neuron to the next below
COLUMN = 170.0  # from one layer to the next, at least
STEEPNESS = 3.0  # how many times that the columns are high, at most
LINE = 17.0  # from one line of the legend to the next
TITLE = 48.0  # from the first neuron up to the middle of a column's title
LONGEST, LONGEST_TITLE = 40, 100  # letters of a name and of a title; what follows is cut
NARROW, WIDE = 6.6, 12.0  # of a letter at most, at the size of the names: Latin, Korean


@dataclass(frozen=True)
class Column:
    """The neurons of one layer, or the inputs: which of them are shown, and where."""

    size: int
    shown: tuple[int, ...]
    x: float
    heights: tuple[float, ...]  # y of each one shown
    fold: float | None  # y of the line that says how many are not shown

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.size - len(self.shown)


def columns_of(sizes: Sequence[int], limit: int) -> list[Column]:
    """Return a column for each size, from left to right, all centred on y = 0.

    A column of more than `limit` shows the first ones and the last, with a line in between that
    says how many there are more; that line takes a place too.
    """
    pitch = max(COLUMN, min(max(sizes), limit) * ROW / STEEPNESS)
    return [_column(size, limit, i * pitch) for i, size in enumerate(sizes)]


def _column(size: int, limit: int, x: float) -> Column:
    places = min(size, limit)
    heights = [ROW * ((places - 1) / 2 - place) for place in range(places)]
    if size <= limit:
        return Column(size, tuple(range(size)), x, tuple(heights), None)
    fold = heights.pop(-2)
    return Column(size, (*range(limit - 2), size - 1), x, tuple(heights), fold)


def width_of(text: str) -> float:
    """Return a width, in points, that the longest line of `text` hardly exceeds in a picture."""
    return max(
        sum(WIDE if unicodedata.east_asian_width(c) in "WF" else NARROW for c in line[:LONGEST])
        for line in text.split("\n")
    )
