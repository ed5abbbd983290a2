"""Sources of random numbers: their states, to be compared and put back.

Owns what `random`, a `random.Random` and NumPy's have in common here: `getstate` and `setstate`;
and how often trainings have drawn from any, which is not to be taken for a draw of a model.
"""

import sys
from itertools import count
from typing import Any

_draws = count()


def note_draw() -> int:
    """Count one more draw of a training, in any thread; returns how many there were before."""
    return next(_draws)


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
