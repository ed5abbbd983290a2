"""Traced: what stands in a recording for a number that is a plain int or float in eager mode.

A program serves every number of an argument, as long as the function only computes with it
(`plain_numbers` says how). Where the function decides by one (an index, the length of a loop, a
text), the program holds for those numbers alone for which the decision is the same: a guard is
noted, and another number is recorded again. Owns what decides.
"""

import math
import operator
from typing import Any

from autograd.replay.recording.in_arrays import is_put_into_array
from autograd.value import Value


class Traced:
    """A number of a recording.

    Args:
        as_value: it, as a node of the graph.
        in_array: whether it stands in an array of NumPy's that does not know what it holds.
    """

    __slots__ = ("as_value", "in_array")
    __array_priority__ = -1.0  # NumPy's numbers leave an operator to it, and its arrays do not

    def __init__(self, as_value: Value, in_array: bool = False) -> None:
        if not isinstance(as_value, Value):  # statistics.mean() makes a number of the class it sees
            raise TypeError(f"{type(self).__name__} stands for a Value, not for {as_value!r:.40}")
        self.as_value, self.in_array = as_value, in_array

    @property
    def number(self) -> Any:
        """It, as Python's own, where no program depends on it."""
        raise NotImplementedError

    def alone(self) -> "Traced":
        """It, outside of the array in which it stands."""
        return type(self)(self.as_value) if self.in_array else self

    def _decides(self) -> Any:
        """It, as Python's own; from here on the program is one for this number."""
        raise NotImplementedError

    def __copy__(self) -> "Traced":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Traced":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self.number), (self._decides(),)

    def __index__(self) -> int:
        return operator.index(self._decides())

    def __int__(self) -> int:
        return int(self._decides())

    def __float__(self) -> float:
        return float(self._decides())

    def __hash__(self) -> int:
        return hash(self._decides())

    def __trunc__(self) -> Any:
        return math.trunc(self._decides())

    def __floor__(self) -> Any:
        return math.floor(self._decides())

    def __ceil__(self) -> Any:
        return math.ceil(self._decides())

    def __round__(self, digits: Any = None) -> Any:
        return round(self._decides(), digits)

    def __repr__(self) -> str:
        return repr(self._decides())

    def __format__(self, how: str) -> str:
        return format(self._decides(), how)

    def __bool__(self) -> bool:
        return bool(self.as_value)

    def __getattr__(self, name: str) -> Any:
        # What is asked of an object to find out what it is (hasattr(x, "tolist")) decides nothing.
        if name == "__array_struct__":  # NumPy alone asks that
            self.in_array |= is_put_into_array(self)
        kind = type(self.number)
        if name.startswith("_") or not hasattr(kind, name):
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        return getattr(self._decides(), name)
