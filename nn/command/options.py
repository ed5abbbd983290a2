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

ALIKE = 0.75  # from this likeness on another option may have been meant; --bogus and --out: 0.67

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


def meant(word: str, known: Iterable[str], nearness: float = 0.6) -> str:
    """Return "; did you mean tanh?" if `word` is nearly one of `known`, else ""."""
    near = difflib.get_close_matches(word[:40], list(known), 1, nearness)
    return f"; did you mean {near[0]}?" if near else ""


def as_options(message: str) -> str:
    """Return what the library says as a command says it: without the spelling of Python.

    `missing="drop" (--missing drop)`, which serves both, becomes `--missing drop`.
    """
    return _IN_BOTH.sub(r"\2", message)


_IN_BOTH = re.compile(r"""\b(\w+)=["'\[].{0,80}? \((--\1 (?:"[^"]*"|[^\s)"]+))\)""")


class _Formatter(argparse.HelpFormatter):
    """Leaves the lines of a table as they are: text of one line alone is folded."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """Reports a wrong argument in one line that points to the help of its command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False, formatter_class=_Formatter)

    def error(self, message: str) -> NoReturn:
        """Print the line and leave with exit code 2."""
        raise SystemExit(say(f"{message} (see {self.prog} --help)", 2))

    def refuse_unknown(self, words: Sequence[str], typed: Sequence[str]) -> None:
        """Report words that no argument took, with the option that may have been meant.

        Args:
            words: as they were left over.
            typed: the whole command line as it was typed.
        """
        actions = {name: action for action in self._actions for name in action.option_strings}
        if (option := _list_before(words[0], typed)) in actions:
            try:
                actions[option].type(words[0])  # type: ignore[operator,misc]  # it reads text
            except argparse.ArgumentTypeError as error:
                self.error(f"argument {option}: {error}")
        option = words[0].partition("=")[0]
        hint = meant(option, actions, ALIKE) if option.startswith("-") else ""
        shown = [word if word in typed else word.partition("=")[0] for word in words]
        shown = [word or "''" for word in shown]
        self.error(f"unrecognized arguments: {' '.join(shown)}{hint}")


def _list_before(word: str, typed: Sequence[str]) -> str:
    """The list option that `word` follows, as in `--hidden 16 x`; "" if none, or a new option."""
    if word.startswith("--"):
        return ""
    before = list(typed[: typed.index(word)]) if word in typed else []
    for option, values in LISTS.items():
        words = before.copy()
        while words and values.fullmatch(words[-1]):
            words.pop()
        if words and words[-1] == option:
            return option
    return ""


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
        if word == "--hidden" and words[:1] == [""]:  # as a shell gives an empty variable: none
            words.pop(0)
        while words and LISTS[word].fullmatch(words[0]) and _is_value(word, words[0], names):
            values.append(words.pop(0))
        if word == "--activation" and not values and words and not words[0].startswith("-"):
            values.append(words.pop(0))  # a wrong name is to be refused as one
        if word == "--compiled" and not values:
            values.append("exact")  # so that `--compiled=` is a word like other wrong ones
        result.append(f"{word}={','.join(values)}")
    return result


def _is_value(option: str, word: str, names: Sequence[str]) -> bool:
    if option == "--hidden":
        return not word.lower().endswith((".csv", ".tsv", ".txt"))
    return option == "--compiled" or all(name in names for name in word.split(","))


def number(least: int = 1, or_else: str = "") -> Callable[[str], int]:
    """Return what reads a whole number of at least `least`; `or_else` is said of a wrong one."""

    def check(value: Any) -> int:
        try:
            return whole_number(value, "it", least)
        except ValueError as error:
            raise ValueError(str(error).replace("; got", f"{or_else}; got", 1)) from None

    return _reader(int, check)


def factor(below: float | None = None, positive: bool = False) -> Callable[[str], float]:
    """Return what reads a finite number of at least 0, with further bounds."""

    def check(value: Any) -> float:
        try:
            result = rate(value, "it")
        except ValueError:
            if not positive:
                raise
            raise ValueError(
                f"it must be a number greater than 0, such as 0.01, and finite; got {value!r:.40}"
            ) from None
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
    """Read how to compile: `exact`, `fast` or `off`."""
    if text not in COMPILED:
        raise argparse.ArgumentTypeError(
            f"it must be one of {', '.join(COMPILED)}, or left out for exact; got {text!r:.40}"
        )
    return text


def batch_size(text: str) -> int | str:
    """Read how many samples make a weight update: a number, or `all`."""
    return "all" if text == "all" else number(or_else=", or all")(text)


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
