"""docs/compile.md names every room of the package, and every file but those of `llvm`.

Those are in the first lines of their rooms: see tests/test_rooms.py.

Owns the comparison, and that of the program that the page shows.
"""

import re
from pathlib import Path
from typing import Any

import autograd as ag
import nn

HERE = Path(__file__).parents[2]
PACKAGE = HERE / "autograd" / "replay"


def test_each_file_has_a_row_in_the_table():
    page = (HERE / "docs" / "compile.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(\.\./autograd/replay/([^)]*)\)", page))
    named = {name for name in named if name.endswith(".py")}
    there = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert named == {
        name for name in there if not name.endswith("__init__.py") and "llvm/" not in name
    }


def test_each_room_has_a_row():
    rooms = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}
    page = (HERE / "docs" / "compile.md").read_text(encoding="utf-8")
    for room in rooms:
        name = room.relative_to(PACKAGE).as_posix()
        # A row of its own, or a word in that of its house.
        within = f"`{name.removeprefix('llvm/rows/')}/`"
        assert f"(../autograd/replay/{name})" in page or within in page, name


def test_the_program_that_is_shown_is_the_one_that_is_made():
    page = (HERE / "docs" / "compile.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:python|text)\n(.*?)```", page, re.DOTALL)
    (code,) = [block for block in blocks if "def slope" in block]
    shown, of_training = [block for block in blocks if "def program" in block]
    space: dict[str, Any] = {"ag": ag, "nn": nn}
    exec(code, space)
    assert space["slope"].source == shown
    (code,) = [block for block in blocks if "xs = [k / 25" in block]
    exec(code, space)
    assert space["history"].compiled.source == of_training
