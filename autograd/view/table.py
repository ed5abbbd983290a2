"""Tables and sentences as lines for a terminal, and as Markdown.

Owns how columns are aligned, and that a name is shown as it is: it may hold what a terminal or
Markdown obeys.
"""

import html
import re
from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import east_asian_width


class Table(NamedTuple):
    """Rows below a heading; all but the first column are numbers or formulas."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def grid(table: Table) -> list[str]:
    """Return a table as lines, its columns aligned."""
    rows = [[plain(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def plain(text: str) -> str:
    """Return a cell or sentence in one line, without what a terminal obeys."""
    return "".join(c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Korean letter takes two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def escaped(text: str) -> str:
    """Return text for Markdown that shows it as it is."""
    safe = html.escape("".join(c if c.isprintable() else " " for c in text), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+\-!|~$])", r"\\\1", safe)
