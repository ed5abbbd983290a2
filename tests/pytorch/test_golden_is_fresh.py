"""golden.json holds what PyTorch gives today, here.

Numbers may differ in the last digits: PyTorch picks its functions by the processor it runs on.
"""

from __future__ import annotations

import json
import math

from tests.golden.comparison import DEVIATES
from tests.golden.make import GOLDEN, golden_text


def close(stored: str, fresh: str) -> bool:
    """Whether two texts are the same words, numbers to 1e-13 relatively or 1e-16 absolutely.

    Where PyTorch is wrong, 1e-6 relatively will do.
    """
    for a, b in zip(stored.split(), fresh.split(), strict=True):
        if a.startswith(DEVIATES) != b.startswith(DEVIATES):
            return False
        relative = 1e-6 if a.startswith(DEVIATES) else 1e-13
        x, y = float(a.removeprefix(DEVIATES)), float(b.removeprefix(DEVIATES))
        if a != b and not math.isclose(x, y, rel_tol=relative, abs_tol=1e-16):
            return False
    return True


def test_golden_json_equals_a_fresh_make() -> None:
    text = golden_text()
    stored, fresh = json.loads(GOLDEN.read_text(encoding="ascii")), json.loads(text)
    advice = "run `python -m tests.golden.make`"
    assert stored["pytorch"] == fresh["pytorch"], advice
    assert list(stored["operations"]) == list(fresh["operations"]), advice
    for name, operation in fresh["operations"].items():
        before = stored["operations"][name]
        assert before["parameters"] == operation["parameters"], (name, advice)
        old, new = before["points"], operation["points"]
        assert [row[0] for row in old] == [row[0] for row in new], (name, advice)
        for old_row, new_row in zip(old, new, strict=True):
            assert all(map(close, old_row, new_row)), (name, old_row, new_row, advice)
