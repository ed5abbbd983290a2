"""Layouts: which arguments and results native code can take apart and make.

Owns the answer; every other layout goes through Python.
"""

import math
from collections.abc import Sequence
from typing import Any

from autograd.containers import Shape
from autograd.replay.llvm.cpython.objects import array_is_usual, place_of, python_is_usual
from autograd.replay.programs import Direct

# What is no number and the same object at each call: True, None, a word in the program's text.
FIXED = (bool, type(None), str)
MOST_ROWS = 256  # of lists in lists: each is code of its own


def is_possible(direct: Direct) -> bool:
    """Whether native code can take the arguments apart and make the result."""
    kinds = [_rows(key) for key in direct.arguments]
    if None in kinds or sum(kind or 0 for kind in kinds) > MOST_ROWS:
        return False
    if not python_is_usual() or _rows_of(direct.shape) > MOST_ROWS:
        return False
    if direct.leaves and place_of("_number") is None:
        return False
    has_arrays = _has_array(direct.shape) or any(map(_brings_array, direct.arguments))
    return array_is_usual() if has_arrays else True


def _rows(key: Any) -> int | None:
    """How many containers an argument has; None if it holds anything but numbers."""
    if key in ("float", "int") or key[0] in FIXED:
        return 1
    if key[0] == "array":
        in_other_order = len(key) > 3
        return 1 if key[2] in ("float", "int") and not in_other_order else None
    if key[0] is dict and _are_plain(key[1]):
        inner = [_rows(one) for one in key[2]]
    elif key[0] not in (list, tuple):
        return None
    elif isinstance(key[1], int):
        return 1
    else:
        inner = [_rows(one) for one in key[1]]
    return None if None in inner else 1 + sum(one or 0 for one in inner)


def _rows_of(shape: Shape) -> float:
    """How many containers and numbers a result has; a row of numbers counts once."""
    if shape.kind in (None, "array"):
        return 1
    if shape.kind not in (list, tuple) and not (shape.kind is dict and _are_plain(shape.keys)):
        return math.inf
    if shape.kind is not dict and all(item.kind is None for item in shape.items):
        return 1
    return 1 + sum(map(_rows_of, shape.items))


def _are_plain(names: Sequence[Any]) -> bool:
    """Whether no code of Python runs when a dict looks for them."""
    return all(type(name) is str for name in names)


def _has_array(shape: Shape) -> bool:
    return shape.kind == "array" or (shape.kind is not None and any(map(_has_array, shape.items)))


def _brings_array(key: Any) -> bool:
    """Whether an argument is an array or holds one."""
    if isinstance(key, str) or key[0] == "array":
        return not isinstance(key, str)
    if key[0] in FIXED:
        return False
    inner = key[2] if key[0] is dict else key[1]
    return not isinstance(inner, int) and any(map(_brings_array, inner))
