"""How the command line is read: words, numbers and lists of them, and what is said of a wrong one.

Owns the parser that reports a mistake in one line, and the readers of single values. What each
command takes stands with the command.
"""

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from nn.checks import rate, whole_number

# Options that take several values, or may have none. What follows them and can be one of theirs is
# theirs, so that `--hidden 16 16 iris.csv` leaves the file alone: argparse would take all words to
# the next option.
LISTS = {
    "--hidden": re.compile(r"[-+]?[\d.,][\w.,+-]*"),
    "--activation": re.compile(r"[\w,]+"),
    "--compiled": re.compile(r"exact|fast|off"),
}
COMPILED = ("exact", "fast", "off")

# An expression that starts with a minus, such as -w*x: to argparse it looks like an option (and
# -o/tmp/x.svg is one).
NEGATIVE = re.compile(r"-(?![-o]).*[(+*/]")


class CommandError(Exception):
    """What the user can mend; the message is the one line that says what and how."""


def say(message: str, code: int) -> int:
    """Print the one line that a command leaves on stderr when it ends early; return `code`."""
    sys.stdout.flush()
    print(f"glassgrad: {as_options(' '.join(message.split()))}", file=sys.stderr)
    return code


def meant(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean tanh?" if `word` is nearly one of `known`, else ""."""
    near = difflib.get_close_matches(word[:40], list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def as_options(message: str) -> str:
    """Return what the library says as a command says it: without the spelling of Python.

    `missing="drop" (--missing drop)`, which serves both, becomes `--missing drop`.
    """
    return _IN_BOTH.sub(r"\2", message)


_IN_BOTH = re.compile(r"""\b(\w+)=["'\[].{0,80}? \((--\1 (?:"[^"]*"|[^\s)"]+))\)""")


class Parser(argparse.ArgumentParser):
    """Reports a wrong argument in one line that points to the help of its command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Print the line and leave with exit code 2."""
        raise SystemExit(say(f"{message} (see {self.prog} --help)", 2))

    def refuse_unknown(self, words: Sequence[str]) -> None:
        """Report words that no argument took, with the option that may have been meant."""
        known = [option for action in self._actions for option in action.option_strings]
        option = words[0].partition("=")[0]
        hint = meant(option, known) if option.startswith("-") else ""
        self.error(f"unrecognized arguments: {' '.join(words)}{hint}")


def joined(arguments: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return `arguments` as argparse takes them: list options joined, as `--hidden=16,16`.

    Args:
        arguments: the words of the command line.
        names: the activation functions, so that a file after `--activation tanh` stays a file.
    """
    result: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word not in LISTS:
            result.append(f" {word}" if NEGATIVE.match(word) else word)  # a space: no option
            continue
        values = []
        while words and LISTS[word].fullmatch(words[0]) and _is_value(word, words[0], names):
            values.append(words.pop(0))
        if word == "--activation" and not values and words and not words[0].startswith("-"):
            values.append(words.pop(0))  # a wrong name is to be refused as one
        result.append(f"{word}={','.join(values)}")
    return result


def _is_value(option: str, word: str, names: Sequence[str]) -> bool:
    if option == "--hidden":
        return not word.lower().endswith((".csv", ".tsv", ".txt"))
    return option == "--compiled" or all(name in names for name in word.split(","))


def number(least: int = 1) -> Callable[[str], int]:
    """Return what reads a whole number of at least `least`."""
    return _reader(int, lambda value: whole_number(value, "it", least))


def factor(below: float | None = None, positive: bool = False) -> Callable[[str], float]:
    """Return what reads a finite number of at least 0, with further bounds."""

    def check(value: Any) -> float:
        result = rate(value, "it")
        if below is not None and result >= below:
            raise ValueError(f"it must lie below {below:g}; got {value!r:.40}")
        if positive and result == 0.0:
            raise ValueError("it must be greater than 0: with 0 nothing is learned; try 0.01")
        return result

    return _reader(float, check)


def sizes(text: str) -> list[int]:
    """Read the sizes of the hidden layers: `16,16`; nothing for none."""
    read = number()
    return [read(word) for word in text.split(",")] if text else []


def names_of(table: dict[str, Any]) -> Callable[[str], list[str]]:
    """Return what reads names of `table`, with commas between them."""

    def read(text: str) -> list[str]:
        for name in text.split(","):
            if name not in table:
                raise argparse.ArgumentTypeError(
                    f"unknown name {name!r}"
                    + (meant(name, table) or f"; there are {', '.join(table)}")
                )
        return text.split(",")

    return read


def compile_mode(text: str) -> str:
    """Read how to compile: `exact`, which is what no word means, `fast` or `off`."""
    if text not in ("", *COMPILED):
        raise argparse.ArgumentTypeError(
            f"it must be one of {', '.join(COMPILED)}, or left out for exact; got {text!r:.40}"
        )
    return text or "exact"


def batch_size(text: str) -> int | str:
    """Read how many samples make a weight update: a number, or `all`."""
    return "all" if text == "all" else number()(text)


def path(text: str) -> str:
    """Read the name of a file or folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; give one, or leave the option out")
    if "\0" in text:
        raise argparse.ArgumentTypeError("a name cannot hold a null character")
    return text


def _reader(kind: type, check: Callable[[Any], Any]) -> Callable[[str], Any]:
    """Return what reads a checked number; argparse says whose it is before the refusal."""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = text
        try:
            return check(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read
