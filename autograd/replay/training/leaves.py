"""Leaves: the numbers of many at once, to programs and back.

Owns what stands in `_number` and `grad` of them while nobody of Python's looks.
"""

from array import array
from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from types import ModuleType

from autograd.node import stored_number
from autograd.replay.backends import has_llvm
from autograd.replay.handlers import pass_on
from autograd.value import Value


class Leaves:
    """Some leaves, whose numbers are read and written together: in native code where that can be.

    Args:
        leaves: each once.
    """

    def __init__(self, leaves: Sequence[Value]) -> None:
        self._leaves = list(leaves)
        self._slots = _native_slots() if all(map(_is_plain, set(map(type, leaves)))) else None
        self._addresses = array("q", map(id, leaves))

    def numbers(self) -> "array[float]":
        """The number of each."""
        found = self._slots.read(self._addresses, "_number") if self._slots is not None else None
        return array("d", map(stored_number, self._leaves)) if found is None else found

    def put(self, numbers: "array[float]", gradients: "array[float]") -> None:
        """Give each its number and its gradient."""
        for name, new in (("grad", gradients), ("_number", numbers)):
            # Calls into C, in which no signal handler runs: all weights change or none.
            if self._slots is not None:
                self._slots.write(self._addresses, name, new)
            else:
                deque(map(setattr, self._leaves, repeat(name), new), maxlen=0)


def _is_plain(kind: type) -> bool:
    """Whether a subclass of Value has left these attributes what they are."""
    return all(getattr(kind, name) is getattr(Value, name) for name in ("_number", "grad"))


@cache
def _native_slots() -> ModuleType | None:
    """The native code for it, if there can be any here."""
    if not has_llvm():
        return None
    try:
        from autograd.replay.llvm.cpython import slots
    except (ImportError, OSError) as error:  # llvmlite is there and broken
        pass_on(error)
        return None
    return slots if slots.is_possible() else None
