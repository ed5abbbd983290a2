"""Blocks: arrays and buffers of numbers, which a program reads where they are.

Owns which ones these are, as doubles without gaps, and how they are laid out.
"""

import sys
from typing import Any

from autograd.number import EXACT, is_array
from autograd.replay.recording.memory_order import order_of


def as_doubles(x: Any) -> Any:
    """An array or buffer of numbers as one of doubles without gaps; None for anything else.

    What is one already is not copied.
    """
    if is_array(x):
        if x.dtype.kind not in "fiu" or _is_beyond_doubles(x):
            return None
        import numpy  # loaded already: x is an array

        return numpy.ascontiguousarray(x, dtype=numpy.float64)
    if isinstance(x, (bytes, bytearray)) or is_of_time(x):
        return None
    view = view_of(x)
    if view is None:
        return None
    kind = view.format.removeprefix("<" if sys.byteorder == "little" else ">")  # as ctypes has it
    if view.ndim != 1 or kind not in tuple("dfbBhHiIlLqQ"):
        return None
    if kind == "d" and view.contiguous:
        return view if view.format == "d" else view.cast("B").cast("d")
    from array import array

    numbers = x.tolist() if hasattr(x, "tolist") else [*x]
    if kind in tuple("lLqQ") and any(abs(number) >= EXACT for number in numbers):
        return None
    return memoryview(array("d", numbers))


def view_of(x: Any) -> memoryview | None:
    """What is a buffer as one; None for anything else, and for what shows none of its own."""
    try:
        return memoryview(x)
    except (TypeError, ValueError, BufferError):
        return None


def _is_beyond_doubles(x: Any) -> bool:
    """Whether an array has ints that no double is."""
    if x.dtype.kind == "f" or x.dtype.itemsize < 8 or not x.size:
        return False
    return bool(x.max() >= EXACT or x.min() <= -EXACT)


def kind_of_block(x: Any) -> tuple[Any, ...]:
    """What a program is made for, of what `as_doubles` takes: its layout, and "float" or "int".

    Numbers of other sizes, and those without a sign, have another word.
    """
    if is_array(x):
        kind, is_usual = "float" if x.dtype.kind == "f" else "int", x.dtype.kind in "fi"
        is_usual = is_usual and x.dtype.itemsize == 8
        kind = kind if is_usual else f"{kind} {x.dtype.str}"
        return "array", x.shape, kind, *order_of(x)
    view = memoryview(x)
    return "buffer", len(view), "float" if view.format[-1] in "df" else "int"


def is_of_time(x: Any) -> bool:
    """Whether it is a datetime64 or a timedelta64, which NumPy counts among the ints."""
    return type(x).__module__ == "numpy" and type(x).__name__ in ("datetime64", "timedelta64")
