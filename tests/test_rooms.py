"""The first lines of a room say in which order its files are to be read: each of them, once.

Owns the comparison of these lines with the files. The two packages themselves are no rooms: their
first lines are what `help` shows a user.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST = 4  # files that need no map


def within(room):
    """The names of the files and rooms that stand in a room."""
    files = {path.stem for path in room.glob("*.py")} - {"__init__", "__main__"}
    return files | {path.parent.name for path in room.glob("*/__init__.py")}


ROOMS = [
    path.parent
    for package in ("autograd", "nn")
    for path in sorted((ROOT / package).rglob("*/__init__.py"))
    if len(within(path.parent)) > MOST
]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(ROOT).as_posix())
def test_the_first_lines_of_a_room_name_each_file_once(room):
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    named = Counter(re.findall(r"`(\w+)/?`", text or ""))
    assert {name: named[name] for name in within(room)} == dict.fromkeys(within(room), 1)


def test_the_rooms_are_found():
    found = {room.relative_to(ROOT).as_posix() for room in ROOMS}
    assert {"autograd/replay", "autograd/replay/llvm/samples", "autograd/view", "nn/data"} <= found
