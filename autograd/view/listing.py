"""The user's code as the stepper shows it: blocks of lines, and where in them an operation stands.

Owns which lines are shown: of a function that was stepped all of it, else from the first recorded
line of a function or cell to the last.
"""

import inspect
import linecache
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from autograd.origin import Line

MOST_LINES = 400  # of one block


class Block(NamedTuple):
    """Lines of code: their file, the number of the first, and the lines."""

    file: str
    first: int
    lines: tuple[str, ...]


def listing(
    lines: Iterable[Line | None], function: Callable[..., Any] | None = None
) -> tuple[Block, ...]:
    """Return the code around recorded lines, in the order in which it was first used.

    Args:
        lines: of the records.
        function: shown whole, if its source is known.
    """
    blocks: list[Block] = []
    if function is not None and (whole := _source_of(function)) is not None:
        blocks.append(whole)
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        if line is not None and find(blocks, line) is None:
            first, last = spans.get((line.file, line.function), (line.number, line.number))
            spans[line.file, line.function] = min(first, line.number), max(last, line.number)
    for (file, _), (first, last) in spans.items():
        found = linecache.getlines(file)[first - 1 : min(last, first + MOST_LINES - 1)]
        if found:
            blocks.append(Block(file, first, tuple(text.rstrip("\n") for text in found)))
    return tuple(blocks)


def find(blocks: Iterable[Block], line: Line) -> tuple[int, int] | None:
    """Return the block that a line stands in, and its row there; None if it is not shown."""
    for k, block in enumerate(blocks):
        if block.file == line.file and 0 <= line.number - block.first < len(block.lines):
            return k, line.number - block.first
    return None


def _source_of(function: Callable[..., Any]) -> Block | None:
    try:
        file = inspect.getsourcefile(function)
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):  # typed at a prompt, or a callable object
        return None
    if file is None or len(lines) > MOST_LINES:
        return None
    return Block(file, first, tuple(text.rstrip("\n") for text in lines))
