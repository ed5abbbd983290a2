"""Ctrl-C while a model trains: finish the batch, keep what was learned, say how to go on.

Owns the signal handler that puts the first Ctrl-C off. Without it a KeyboardInterrupt is raised
between any two bytecodes, so also between the updates of two weights.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any

_REMEDY: ContextVar[str | None] = ContextVar("how a user goes on", default=None)


@contextmanager
def resumed_by(words: str) -> Iterator[None]:
    """Inside the with-block an interrupted training is gone on with by `words`, not by Python."""
    token = _REMEDY.set(words)
    try:
        yield
    finally:
        _REMEDY.reset(token)


def interrupted(where: str, call: str) -> str:
    """Return what is said of an interrupted training.

    Args:
        where: it was interrupted.
        call: by which Python goes on with it.
    """
    kept = f"interrupted {where}; the model keeps what it has learned. To go on: "
    remedy = _REMEDY.get()
    return f"fit: {kept}{call}" if remedy is None else f"{kept}{remedy}"


class DeferredInterrupt:
    """Inside the with-block the first Ctrl-C is only `requested()`; a second one raises at once.

    Only in the main thread, where Python handles signals, and only in place of Python's own
    handler: whoever has installed another one wants something else. What was there before is put
    back in any case.
    """

    def __init__(self) -> None:
        self._is_requested = False
        self._is_installed = False

    def requested(self) -> bool:
        """Whether Ctrl-C has been pressed."""
        return self._is_requested

    def __enter__(self) -> "DeferredInterrupt":
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._handle)
            self._is_installed = True
        return self

    def __exit__(self, *exception: Any) -> None:
        if self._is_installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._is_requested:
            # Here, for the KeyboardInterrupt may break into __exit__ before its first line.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.default_int_handler(number, frame)  # raises KeyboardInterrupt
        self._is_requested = True
