"""What is switched on in this thread: `no_grad`, and whether a transform is running.

An operation must not pay for modes nobody uses, so it looks at `active`, one module-level count of
open with-blocks in all threads, and only when that is not zero at its own thread's context.

A thread started inside a transformed function begins with a context of its own: hand it Values, not
numbers, or the derivatives of what it computes are lost.
"""

import threading
from contextlib import ContextDecorator
from typing import Any

active = 0
_lock = threading.Lock()


class _Context(threading.local):
    """One thread's switches."""

    recording = True  # operations on Values build a graph
    transforms = 0  # how many of grad, jvp, ... are running


_context = _Context()


def is_recording() -> bool:
    """Whether an operation on Values of this thread is recorded in a graph."""
    return _context.recording


def in_transform() -> bool:
    """Whether this thread is inside the function given to grad, jvp, vmap, ..."""
    return _context.transforms > 0


def activate(change: int) -> None:
    """Count one open with-block more or less: while there are any, operations look for theirs."""
    global active
    with _lock:
        active += change


class _SetRecording(ContextDecorator):
    """Sets recording on or off for a with-block or a decorated function; may be nested."""

    _value: bool

    def __init__(self) -> None:
        self._before: list[bool] = []

    def _recreate_cm(self) -> "_SetRecording":
        return type(self)()

    def __enter__(self) -> None:
        self._before.append(_context.recording)
        activate(1)
        _context.recording = self._value

    def __exit__(self, *exception: Any) -> None:
        _context.recording = self._before.pop()
        activate(-1)


class no_grad(_SetRecording):
    """Inside `with no_grad():` operations compute numbers and record nothing.

    Their results are Values without inputs, through which no gradient flows. Works as a decorator
    too (`@no_grad()`), and in the current thread only.
    """

    _value = False


class enable_grad(_SetRecording):
    """Records inside a `no_grad` block; transforms use it to see the function they are given."""

    _value = True


class transforming:
    """Marks, in this thread, that the function given to a transform is running."""

    def __enter__(self) -> None:
        _context.transforms += 1

    def __exit__(self, *exception: Any) -> None:
        _context.transforms -= 1
