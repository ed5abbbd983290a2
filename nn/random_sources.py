"""Sources of random numbers: their states, to be compared and put back.

Owns what `random`, a `random.Random` and NumPy's have in common here: `getstate` and `setstate`;
and that trainings in several threads do not draw while one looks whether its model draws.
"""

import sys
from threading import RLock
from typing import Any

one_at_a_time = RLock()


class NumpySource:
    """A bit generator of NumPy, with the methods of `random.Random`."""

    def __init__(self, bits: Any) -> None:
        self._bits = bits

    def getstate(self) -> Any:
        return _comparable(self._bits.state)

    def setstate(self, state: Any) -> None:
        self._bits.state = state


class NumpyState:
    """A RandomState of NumPy, or its global one, with the methods of `random.Random`."""

    def __init__(self, state: Any) -> None:
        self._random = state

    def getstate(self) -> Any:
        return _comparable(self._random.get_state(legacy=False))

    def setstate(self, state: Any) -> None:
        self._random.set_state(state)


def numpy_sources() -> list[NumpyState]:
    """NumPy's global source, if anybody has loaded it."""
    numpy_random = sys.modules.get("numpy.random")
    return [NumpyState(numpy_random)] if numpy_random is not None else []


def _comparable(state: Any) -> Any:
    """A state of NumPy's with a tuple in place of an array."""
    if isinstance(state, dict):
        return {name: _comparable(x) for name, x in state.items()}
    return tuple(state.tolist()) if hasattr(state, "tolist") else state
