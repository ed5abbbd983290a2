"""Where things stand in the picture of a network: columns of circles, folded where they are long.

Owns which neurons of a layer are shown, every coordinate, in points, and the lines of a title. The
coordinates are given to the renderer, so that a large network is drawn at once, and the same on
every machine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.view import quoted, room

CIRCLE = 36.0  # the diameter of a neuron
ROW = 46.0  # from one neuron to the next below
COLUMN = 170.0  # from one layer to the next, at least
STEEPNESS = 3.0  # how many times that the columns are high, at most
LINE = 17.0  # from one line of the legend to the next
TITLE = 48.0  # from the first neuron up to the middle of a column's title
TITLE_SIZE = 13.0  # of its letters, in points
TITLE_LINES = 4  # at most; what follows is cut


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


def title_of(title: str, width: float) -> dict[str, str]:
    """Return the attributes of a picture that write `title` above it, in lines of at most `width`.

    They begin at the left: a renderer that guesses their widths may not make room for all of a line
    in the middle. A line ends between words, and never inside of `name = 3`.

    Args:
        title: what is written; lines that it has stay.
        width: in points.
    """
    lines = [one for line in title.split("\n") for one in _lines(line, width)]
    if len(lines) > TITLE_LINES:
        lines = [*lines[: TITLE_LINES - 1], lines[TITLE_LINES - 1] + "…"]
    return {
        "label": quoted("\n".join(lines), "l", len(title) + 1),
        "labelloc": "t", "labeljust": "l", "fontname": "Helvetica", "fontsize": f"{TITLE_SIZE:g}",
    }  # fmt: skip


def _lines(text: str, width: float) -> list[str]:
    def fits(line: str) -> bool:
        return room(line + "…", size=TITLE_SIZE, longest=len(text) + 1) <= width

    lines: list[str] = []
    for word in re.split("(?<!=) (?!=)", text):
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
            continue
        rest = word
        while len(rest) > 1 and not fits(rest):
            n = 1
            while fits(rest[: n + 1]):
                n += 1
            lines.append(rest[:n])
            rest = rest[n:]
        lines.append(rest)
    return lines
