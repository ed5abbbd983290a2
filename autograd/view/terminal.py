"""The stepper in a terminal: a step as text, and the keys that move it.

Owns the text, at most 80 columns wide, and the reading of single keys. English is written in ASCII,
so that every terminal shows it.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, TextIO
from unicodedata import east_asian_width

from autograd.view.words import words

if TYPE_CHECKING:
    from autograd.view.stepper import Stepper

WIDTH = 80
MOST_ROWS = 12  # of the table of numbers

# What a terminal sends for a key, and what the key does.
KEYS = {
    "\x1b[C": "forward", " ": "forward", "\r": "forward", "\n": "forward",
    "\x1b[D": "back", "\x7f": "back", "\x08": "back",
    "\x1b[H": "first", "\x1b[1~": "first", "\x1b[F": "last", "\x1b[4~": "last",
    "\x1b[B": "phase", "n": "phase", "\x1b[A": "phase back", "p": "phase back",
    "c": "continue", "q": "quit", "\x1b": "quit", "\x03": "quit", "\x04": "quit", "": "quit",
    # what Windows sends
    "\xe0M": "forward", "\xe0K": "back", "\xe0G": "first", "\xe0O": "last",
    "\xe0P": "phase", "\xe0H": "phase back",
}  # fmt: skip


def text_of(stepper: "Stepper", index: int) -> str:
    """Return a step as lines of text: where one is, what happens, and the numbers it touches."""
    record, texts = stepper.records[index], words(stepper.lang)
    place = texts["step_of"].format(step=index + 1, total=len(stepper))
    head = f"{place} | {stepper.title_of(record.phase)}"
    if record.line is not None:
        head += f" | {_cut(PurePath(record.line.file).name)}:{record.line.number}"
    lines = [head, *_wrapped(record.message, "")]
    if record.line is not None:
        lines += _wrapped(record.line.text, "    > ")
    return "\n".join([*lines, "", *_table(stepper, index)])


def interact(
    stepper: "Stepper",
    go_on: Callable[[], object] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
) -> None:
    """Move a stepper with keys and print where it is; without a terminal print the steps.

    Args:
        stepper: which to move.
        go_on: goes to the next step at which a condition holds, as the key c does (default: to
            the next nan); without a terminal only these steps are printed.
        stdin, stdout: default: the process's own.
    """
    stdin, stdout = stdin or sys.stdin, stdout or sys.stdout
    if not (stdin.isatty() and stdout.isatty()):
        if go_on is None:
            for index in range(len(stepper)):
                print(text_of(stepper, index), end="\n\n", file=stdout)
            print(words(stepper.lang)["terminal_marks"], file=stdout)
            return
        any_found = False
        while go_on():
            print(stepper, end="\n\n", file=stdout)
            any_found = True
        if not any_found:
            print(words(stepper.lang)["not_found"], file=stdout)
        return
    texts = words(stepper.lang)
    said = ""
    with _single_keys(stdin) as read:
        while True:
            below = said or f"{texts['terminal_marks']}\n{texts['terminal_keys']}"
            shown = f"{text_of(stepper, stepper.index)}\n\n{below}"
            # To the upper left corner, and all below it gone.
            print(f"\x1b[H\x1b[2J{shown}", file=stdout, flush=True)
            said, key = "", KEYS.get(read())
            if key == "quit":
                return
            if key in ("forward", "back"):
                stepper.forward(1 if key == "forward" else -1)
            elif key in ("first", "last"):
                stepper.index = 0 if key == "first" else len(stepper) - 1
            elif key in ("phase", "phase back"):
                starts = [first for first, _ in stepper.phases.values()]
                ahead = [i for i in starts if i > stepper.index]
                behind = [i for i in starts if i < stepper.index]
                if key == "phase":
                    stepper.index = ahead[0] if ahead else len(stepper) - 1
                else:
                    stepper.index = behind[-1] if behind else 0
            elif key == "continue":
                found = go_on() if go_on else stepper.run(nan=True)
                missed = texts["not_found"] if go_on else texts["no_stop"]
                said = "" if found else "\n".join(_wrapped(missed, ""))


@contextmanager
def _single_keys(stdin: TextIO) -> Iterator[Callable[[], str]]:
    """A function that waits for one key and returns what the terminal sends for it."""
    if sys.platform == "win32":
        import msvcrt

        def read() -> str:
            key = msvcrt.getwch()
            return "\xe0" + msvcrt.getwch() if key in ("\x00", "\xe0") else key

        yield read
        return
    import os
    import select
    import termios
    import tty

    terminal = stdin.fileno()
    before = termios.tcgetattr(terminal)

    def read_key() -> str:
        key = os.read(terminal, 1)
        # The rest of a key that sends several characters is there at once; Escape alone is not.
        while key.startswith(b"\x1b") and select.select([terminal], [], [], 0.05)[0]:
            key += os.read(terminal, 1)
            if key != b"\x1bO" and (key[-1:].isalpha() or key.endswith(b"~")):
                break
        return key.decode("ascii", "replace").replace("\x1bO", "\x1b[")

    try:
        tty.setcbreak(terminal)
        yield read_key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _table(stepper: "Stepper", index: int) -> list[str]:
    """The numbers after a step: of all nodes of a small graph, else of those it touches."""
    record, texts = stepper.records[index], words(stepper.lang)
    data, gradients = stepper.data_at(index), stepper.gradients_at(index)
    touched = [one.node for one in record.inputs if one.node is not None]
    rows = list(range(len(data)))
    if len(rows) > MOST_ROWS:
        rows = list(dict.fromkeys([*touched, record.node]))
    hidden = len(rows) - MOST_ROWS
    if hidden > 0:
        rows = [*rows[: MOST_ROWS - 1], record.node]
    cells = [("", texts["name"], texts["data"], texts["gradient"])]
    for i in rows:
        mark = ">" if i == record.node else "." if i in touched else ""
        cells.append((mark, _cut(stepper.names[i]), _number(data[i]), _number(gradients[i])))
    if hidden > 0:
        cells.insert(-1, ("", f"... {hidden:,}", "", ""))
    widths = [max(_width(row[k]) for row in cells) for k in range(4)]
    return [
        "  ".join(
            [_pad(row[0], widths[0]), _pad(row[1], widths[1])]
            + [_pad(row[k], widths[k], right=True) for k in (2, 3)]
        ).rstrip()
        for row in cells
    ]


def _number(x: float | None) -> str:
    return "-" if x is None else f"{x:.6g}"


def _cut(name: str) -> str:
    shown = "".join(sign if sign.isprintable() else "?" for sign in name)
    return shown if len(shown) <= 30 else shown[:27] + "..."


def _wrapped(text: str, first: str) -> list[str]:
    """`text` in lines of at most WIDTH columns; a word that is longer is cut."""
    safe = "".join(sign if sign.isprintable() else " " for sign in text)
    lines, room = [first], WIDTH - _width(first)
    for word in safe.split():
        while _width(word) > WIDTH - 4:
            word = word[: len(word) - max(1, (_width(word) - WIDTH + 4) // 2) - 3] + "..."
        if _width(word) > room:
            lines.append("    ")
            room = WIDTH - 4
        lines[-1] += f"{word} "
        room -= _width(word) + 1
    return [line.rstrip() for line in lines]


def _is_wide(sign: str) -> bool:
    return east_asian_width(sign) in "WF"


def _width(text: str) -> int:
    return len(text) + sum(map(_is_wide, text))


def _pad(text: str, width: int, right: bool = False) -> str:
    room = " " * (width - _width(text))
    return room + text if right else text + room
