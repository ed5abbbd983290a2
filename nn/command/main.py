"""The command line: `glassgrad train|predict|draw|step|explain|check|conformance|
lessons|doctor`.

Owns which commands there are and how each ends. Whatever goes wrong ends in one line on stderr:
exit code 2 for what the user can mend, 130 for Ctrl-C.
"""

import argparse
import contextlib
import errno
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from nn.activations import ACTIVATIONS
from nn.command.options import CommandError, Parser, joined, say

# name -> (what it does; its module has `arguments(parser)` and `run(options) -> exit code`)
COMMANDS = {
    "train": "train a network on a data set or on a CSV file of your own",
    "predict": "let a trained network predict the rows of a CSV file",
    "draw": "draw a trained network, or an expression, as a picture",
    "step": "step through an expression and its backpropagation, one operation at a time",
    "explain": "explain how the result of an expression, or a gradient, came about",
    "conformance": "try anyone's scalar autograd engine: a score by property",
    "check": "check the gradients of an expression against finite differences",
    "lessons": "copy the lessons, notebooks in English or Korean, into a folder",
    "doctor": "report versions, files and what is missing",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: `sys.argv`) ask for; return the exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started this: `glassgrad ... >&-`
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal in cp949 or ASCII shows any text
            stream.reconfigure(errors="backslashreplace")
    typed = sys.argv[1:] if arguments is None else arguments
    words = joined(typed, list(ACTIVATIONS))
    try:
        options, unknown = _parser(words).parse_known_args(words)
        if _begins_with_minus(unknown, words, options):
            # a word with a space in it is no option
            words = [f" {word}" if word == unknown[0] else word for word in words]
            options, unknown = _parser(words).parse_known_args(words)
        if hasattr(options, "numbers"):  # NAME=NUMBER may stand on either side of an option
            more = [word for word in unknown if not word.startswith("-")]
            options.numbers = [*options.numbers, *more]
            unknown = [word for word in unknown if word.startswith("-")]
        if unknown:
            options.parser.refuse_unknown(unknown, typed)
        code = int(options.run(options))
        sys.stdout.flush()  # here, where a full disk can still be reported
    except KeyboardInterrupt:
        return say("interrupted", 130)
    except BrokenPipeError:  # `glassgrad predict ... | head` has read enough
        _close_stdout()
        return 1
    except OSError as error:
        if error.filename is None:
            _close_stdout()
        return say(_words_of(error), 2)
    except (CommandError, ValueError, FloatingPointError, ModuleNotFoundError) as error:
        return say(str(error), 2)
    except OverflowError:  # predictions far from all that was learned, say
        return say(_TOO_LARGE, 2)
    return code


_TOO_LARGE = (
    "numbers became too large to square or add; give the columns other units, or train with a "
    "smaller --lr"
)


def _begins_with_minus(unknown: list[str], words: Sequence[str], options: Any) -> bool:
    """Whether the expression was taken for an option: "-x**2"."""
    if not (unknown and hasattr(options, "numbers")) or unknown[0].startswith("--"):
        return False
    return words.index(unknown[0]) < words.index(options.expression)


REMEDIES = {
    errno.ENOENT: "check the name",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "one of its folders is a file; name another",
    errno.EACCES: "ask for the permission, or name another",
    errno.EROFS: "name a folder on another disk",
    errno.ENOSPC: "make room, or name a folder on another disk",
    errno.EDQUOT: "make room, or name a folder on another disk",
    errno.EFBIG: "make room, or name a folder on another disk",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def _words_of(error: OSError) -> str:
    """What went wrong with a file, and what helps."""
    if error.strerror is None:
        return str(error)
    where = error.filename if error.filename is not None else "what is printed"
    remedy = "" if ";" in error.strerror else REMEDIES.get(error.errno or 0, "")
    return f"{where}: {error.strerror}{'; ' * bool(remedy)}{remedy}"


def _close_stdout() -> None:
    """Let what is still to be printed vanish: at the exit Python would fail again over it."""
    with contextlib.suppress(io.UnsupportedOperation):  # a notebook's stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _ShowVersion(argparse.Action):
    """Prints the version, looked up only if it is asked for, and leaves."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from nn.command.doctor import version

        print(f"glassgrad {version()}")
        parser.exit()


def _parser(words: Sequence[str]) -> Parser:
    """The parser of the command that `words` name, with only the names of the others.

    So a command imports what it needs and no more: doctor is to work where the rest may not.
    """
    parser = Parser(
        prog="glassgrad", description="Neural networks that you can see through.", epilog=EPILOG
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show it and leave")
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        command.set_defaults(parser=command)
        if name in words:
            module = import_module(f"nn.command.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


EPILOG = "glassgrad COMMAND --help tells about a command. python -m nn does the same."
