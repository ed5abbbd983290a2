"""Atomic writing: under every failure the old file stays whole and nothing is left behind."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.files import write_atomically

NEW = b"new" * 1000


def failing(error):
    def fail(*arguments):
        raise error

    return fail


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, where, error, existed):
    path = tmp_path / "file"
    if existed:
        path.write_bytes(b"old")
    if where == "fsync":
        monkeypatch.setattr(os, "fsync", failing(error))
    elif where == "replace":
        monkeypatch.setattr(Path, "replace", failing(error))
    else:
        real_open = Path.open

        def open_half(self, *arguments):
            file = real_open(self, *arguments)
            os.write(file.fileno(), NEW[:100])  # half the bytes arrive

            class Half:
                write = failing(error)

                def __enter__(self):
                    return self

                def __exit__(self, *exception):
                    file.close()

            return Half()

        monkeypatch.setattr(Path, "open", open_half)
    with pytest.raises(type(error)) as caught:
        write_atomically(path, NEW)
    monkeypatch.undo()
    if isinstance(error, OSError):
        assert str(caught.value) == f"[Errno 28] full: '{path}'"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"] * existed
    if existed:
        assert path.read_bytes() == b"old"


def test_it_writes_and_replaces(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"first")
    write_atomically(str(path), NEW)
    assert path.read_bytes() == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["x" * 250, "가" * 80])
def test_a_name_as_long_as_the_file_system_takes(tmp_path, name):
    write_atomically(tmp_path / name, NEW)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "file", NEW)
    modes = [(tmp_path / name).stat().st_mode for name in ("plain", "file")]
    assert modes[0] == modes[1]


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to("target")
    write_atomically(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == NEW


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_atomically(tmp_path / "no" / "file", NEW)
    assert "there is no such folder" in str(caught.value)
    assert str(tmp_path / "no") in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_file_system_that_takes_no_more(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = (
        "import resource, sys; from autograd.files import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_atomically(sys.argv[1], b'x' * 3000)\n"
        "except OSError as error: print(type(error).__name__)"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    assert result.stdout == "OSError\n"
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_permissions_stay(tmp_path, mode):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_atomically(path, NEW)
    assert (path.stat().st_mode & 0o777, path.read_bytes()) == (mode, NEW)


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, how: False)  # root may always
    with pytest.raises(PermissionError, match="Permission denied"):
        write_atomically(path, NEW)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
