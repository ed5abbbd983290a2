"""Sources of random numbers: their states, to be compared and put back.

Owns what `random`, a `random.Random` and NumPy's have in common here: `getstate` and `setstate`;
and which of their changes are draws of trainings, which are not to be taken for those of a model.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from autograd.replay import freed_by_fork

Draws = list[tuple[Any, Any]]  # the states of a source before and after each draw of a training

_watching: list[Draws] = []
# Held while a training draws, and while states are read; never in a user's code.
drawing = freed_by_fork(RLock())


@contextmanager
def watched() -> Iterator[Draws]:
    """A block in which draws of trainings, in any thread, are written down."""
    draws: Draws = []
    _watching.append(draws)
    try:
        yield draws
    finally:
        _watching[:] = [each for each in _watching if each is not draws]


@contextmanager
def of_a_training(source: Any) -> Iterator[None]:
    """A block in which a training draws from `source`."""
    if source is not random and type(source) is not random.Random:  # it may be the user's code
        yield
        return
    with drawing:
        logs = [*_watching]
        before = source.getstate() if logs else None
        yield
        for draws in logs:
            draws.append((before, source.getstate()))


def explains(draws: Draws, before: Any, after: Any) -> bool:
    """Whether these draws and nothing else lead a source from one state to the other."""
    for start, end in draws:
        before = end if start == before else before
    return bool(before == after)


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
