"""Where the result of a command goes: a folder for many files, or one file.

Owns the checks before an hour of work.
"""

import os
from pathlib import Path

from nn.command.options import CommandError


def check_folder(folder: Path, option: str = "--out") -> None:
    """Raise OSError or CommandError if nothing could be written into `folder`."""
    try:
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    except OSError as error:  # a name too long, or a folder that may not be searched
        raise OSError(error.errno, error.strerror, f"{option} {folder}") from None
    if not nearest.is_dir():
        raise CommandError(f"{option}: {nearest} is a file; name a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise CommandError(f"{option}: no permission to write to {nearest}; name another folder")


def check_file(path: Path, option: str, *inputs: Path) -> None:
    """Raise OSError or CommandError if `path` cannot be written, or is one of the inputs."""
    if path.is_dir():
        raise CommandError(f"{option}: {path} is a folder; name a file in it")
    for source in inputs:
        if path.exists() and source.exists() and path.samefile(source):
            raise CommandError(f"{option}: {path} would replace what it is made from; name another")
    if not path.absolute().parent.is_dir():
        raise CommandError(f"{option}: there is no folder {path.absolute().parent}; make it first")
    check_folder(path.absolute().parent, option)
