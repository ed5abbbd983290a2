"""Writing a file whole or not at all.

Owns the one way in which pictures, pages, models and trainings reach the disk: a failure at any
point (a full disk, Ctrl-C, a crash) leaves the file that was there before, whole.
"""

import errno
import os
import secrets
import stat
from pathlib import Path

__all__ = ["write_atomically"]


def write_atomically(path: str | os.PathLike[str], content: bytes) -> None:
    """Replace the file `path` by `content` in one step.

    The bytes go to a new file in the same folder, reach the disk, and only then take the name
    `path`, with the permissions of the file that was there. The folder must exist. A device or
    pipe, such as /dev/stdout, is written to as it is. Raises OSError; then `path` is what it was.
    """
    if _is_stream(path):
        _write_to_stream(Path(path), content)
        return
    target = Path(path).resolve()  # a symbolic link stays a link to the new content
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    # A file system takes names of 255 bytes; a letter takes up to 4.
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                temporary.chmod(mode)
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            # Names the file that was meant, not the temporary one.
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
    _sync_folder(target.parent)


def _is_stream(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is a device, pipe or socket, which a new file must not take the place of."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):  # nothing is there yet, or the path is none
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _write_to_stream(stream: Path, content: bytes) -> None:
    try:
        with stream.open("wb") as file:
            file.write(content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(stream)) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system can (Windows cannot open folders)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
