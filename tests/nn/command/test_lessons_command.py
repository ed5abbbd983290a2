"""`glassgrad lessons`: copied whole, never over what a learner has done, refused in one line."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from nn.command import lessons
from nn.command.main import main

HOME = Path(__file__).resolve().parents[3] / "notebooks"
NAMES = sorted(path.name for path in (HOME / "en").glob("*.ipynb"))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refusal(capsys, *arguments):
    """The line that a refused command leaves."""
    assert main(["lessons", *map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("glassgrad: ")
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("arguments", [[], ["--lang", "en"], ["--lang", "ko"]])
def test_the_lessons_of_a_language_are_copied(arguments, tmp_path, capsys):
    folder = tmp_path / "my lessons" / "today"
    assert main(["lessons", *arguments, str(folder)]) == 0
    lang = (arguments or ["", "en"])[1]
    assert contents(folder) == contents(HOME / lang)
    said = capsys.readouterr().out
    assert f"wrote {len(NAMES)} lessons into {folder}\n" in said
    assert f"jupyter lab '{folder}'" in said


def test_the_language_is_the_readers(tmp_path):
    for lang in ("en", "ko"):
        main(["lessons", "--lang", lang, str(tmp_path / lang)])
    first = [json.loads((tmp_path / lang / NAMES[0]).read_bytes()) for lang in ("en", "ko")]
    english, korean = (["".join(cell["source"]) for cell in one["cells"]] for one in first)
    assert english[0].startswith("# 01 The")
    assert korean[0].startswith("# 01 뉴런")
    assert len(english) == len(korean)


def test_a_learners_work_is_not_overwritten(tmp_path, capsys):
    (tmp_path / NAMES[-1]).write_text("my work")
    (tmp_path / "notes.txt").write_text("my notes")
    line = refusal(capsys, tmp_path)
    assert str(tmp_path / NAMES[-1]) in line
    assert "--force" in line
    assert contents(tmp_path) == {NAMES[-1]: b"my work", "notes.txt": b"my notes"}


def test_force_replaces_the_lessons_and_nothing_else(tmp_path):
    (tmp_path / NAMES[-1]).write_text("my work")
    (tmp_path / "notes.txt").write_text("my notes")
    assert main(["lessons", str(tmp_path), "--force"]) == 0
    assert contents(tmp_path) == contents(HOME / "en") | {"notes.txt": b"my notes"}


def test_what_cannot_be_a_folder_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert "is a file; name a folder" in refusal(capsys, tmp_path / "file")
    assert "is a file; name a folder" in refusal(capsys, tmp_path / "file" / "in it")
    (tmp_path / "there" / NAMES[0]).mkdir(parents=True)
    assert "is a folder; move it" in refusal(capsys, tmp_path / "there", "--force")
    assert list((tmp_path / "there").iterdir()) == [tmp_path / "there" / NAMES[0]]


@pytest.mark.parametrize("is_new", [True, False])
def test_a_full_disk_leaves_everything_as_it_was(is_new, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "a" / "b"
    if not is_new:
        assert main(["lessons", "--lang", "ko", str(folder)]) == 0
        capsys.readouterr()
    write = Path.write_bytes

    def full(path, content):
        if path.name == NAMES[-1]:
            write(path, content[:100])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    line = refusal(capsys, folder, "--force")
    assert str(folder / NAMES[-1]) in line
    assert "make room" in line
    if is_new:
        assert list(tmp_path.iterdir()) == []
    else:
        assert contents(folder) == contents(HOME / "ko")


def test_an_installation_without_lessons_says_so(tmp_path, capsys, monkeypatch):
    package = tmp_path / "site" / "nn"
    package.mkdir(parents=True)
    monkeypatch.setattr(lessons.nn, "__file__", str(package / "__init__.py"))
    assert "pip install --force-reinstall glassgrad" in refusal(capsys, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    shutil.copytree(HOME / "ko", package / "lessons" / "ko")  # as the wheel has them
    assert main(["lessons", "--lang", "ko", str(tmp_path / "new")]) == 0
    assert contents(tmp_path / "new") == contents(HOME / "ko")
