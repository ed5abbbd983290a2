"""nn.json holds what PyTorch gives today, here.

Numbers may differ in the last digits: PyTorch picks its functions by the processor it runs on.
"""

from __future__ import annotations

import json
import math
from typing import Any

from tests.golden.make_nn import GOLDEN_NN, golden_nn_text


def difference(stored: Any, fresh: Any, path: str = "") -> str:
    """Where two JSON values differ, numbers by more than 1e-12 relatively; "" for nowhere."""
    if isinstance(fresh, dict) and isinstance(stored, dict):
        if list(fresh) != list(stored):
            return f"{path}: other names"
        found = (difference(stored[key], fresh[key], f"{path}/{key}") for key in fresh)
        return next(filter(None, found), "")
    if isinstance(fresh, list) and isinstance(stored, list):
        if len(fresh) != len(stored):
            return f"{path}: another length"
        pairs = enumerate(zip(stored, fresh, strict=True))
        return next(filter(None, (difference(a, b, f"{path}/{i}") for i, (a, b) in pairs)), "")
    if isinstance(fresh, float) and isinstance(stored, float):
        same = math.isclose(stored, fresh, rel_tol=1e-12, abs_tol=1e-15)
    else:
        same = type(stored) is type(fresh) and stored == fresh
    return "" if same else f"{path}: {stored!r}, now {fresh!r}"


def test_nn_json_equals_a_fresh_make() -> None:
    stored = json.loads(GOLDEN_NN.read_text(encoding="ascii"))
    found = difference(stored, json.loads(golden_nn_text()))
    assert not found, f"{found}; run `python -m tests.golden.make`"


def test_a_changed_number_is_noticed() -> None:
    stored = {"a": [1.0, [2.0, 3.0]], "b": "x"}
    assert difference(stored, {"a": [1.0, [2.0, 3.0 + 1e-9]], "b": "x"}).startswith("/a/1/1: ")
    assert difference(stored, {"a": [1.0, [2.0, 3.0]], "b": "y"}) == "/b: 'x', now 'y'"
    assert difference(stored, {"a": [1.0, [2.0]], "b": "x"}) == "/a/1: another length"
