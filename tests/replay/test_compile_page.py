"""docs/compile.md names every file of the package, and none that is not there.

Owns the comparison.
"""

import re
from pathlib import Path

HERE = Path(__file__).parents[2]
PACKAGE = HERE / "autograd" / "replay"


def test_each_file_has_a_row_in_the_table():
    page = (HERE / "docs" / "compile.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(\.\./autograd/replay/([^)]*)\)", page))
    there = {path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py"}
    assert {name for name in named if "/" not in name and name != "llvm"} == there
    assert all((PACKAGE / name).exists() for name in named)
