"""`glassgrad lessons DIR`: the lessons as notebooks, copied to where a learner works in them.

Owns where the lessons of this installation are, and that no work of the learner is overwritten.
"""

import argparse
import contextlib
import shlex
import shutil
import tempfile
from pathlib import Path

import nn
from nn.command import options as read
from nn.command.options import CommandError
from nn.command.output import check_folder
from nn.extras import is_installed, remedy


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Copy the lessons, notebooks for JupyterLab, into a folder. A lesson that is there "
        "already is left alone: nothing is copied then, unless --force is given."
    )
    parser.add_argument("folder", metavar="DIR", type=read.path, help="made if it is not there")
    parser.add_argument("--lang", choices=["ko", "en"], default="en", help="default: en")
    parser.add_argument("--force", action="store_true", help="replace lessons that are there")


def run(options: argparse.Namespace) -> int:
    """Copy the lessons of the language and say how to open them; return 0."""
    folder = Path(options.folder)
    found = lessons(options.lang)
    check_folder(folder, "DIR")
    if folders := [path.name for path in found if (folder / path.name).is_dir()]:
        raise CommandError(f"{folder / folders[0]} is a folder; move it, or name another DIR")
    there = [path.name for path in found if (folder / path.name).exists()]
    if there and not options.force:
        others = f" (and {len(there) - 1} more)" * (len(there) > 1)
        raise CommandError(
            f"{folder / there[0]}{others} is there already, perhaps with your work; name another "
            "DIR, or replace it with --force"
        )
    copy(found, folder)
    start = f"jupyter lab {shlex.quote(str(folder))}"
    print(f"wrote {len(found)} lessons into {folder}")
    if is_installed("jupyterlab"):
        print(f"open them: {start}")
    else:
        print(f"{remedy('notebook', 'open them with JupyterLab')}, then {start}")
    return 0


def lessons(lang: str) -> list[Path]:
    """Return the notebooks of "en" or "ko" that this installation brings, in their order.

    The wheel has them inside nn, a checkout in its folder notebooks. Raises CommandError without
    any.
    """
    package = Path(str(nn.__file__)).resolve().parent
    for home in (package / "lessons", package.parent / "notebooks"):
        if found := sorted((home / lang).glob("[0-9][0-9]_*.ipynb")):
            return found
    raise CommandError(
        "the lessons are missing from this installation: pip install --force-reinstall glassgrad"
    )


def copy(files: list[Path], folder: Path) -> None:
    """Copy `files` into `folder`, making it; a disk that fills up leaves everything as it was.

    All are written beside their places first and then take their names. Raises OSError.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".lessons-", dir=folder))
        try:
            for file in files:
                _write(beside / file.name, file.read_bytes(), folder / file.name)
            for file in files:
                (beside / file.name).replace(folder / file.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except BaseException:
        with contextlib.suppress(OSError):  # a folder with something in it stays
            for path in made:
                path.rmdir()
        raise


def _write(path: Path, content: bytes, meant: Path) -> None:
    """Write a file that is still on its way; an error names where it was to go."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(meant)) from None
