"""Handlers: what a handler of a signal raises, such as a timeout, wherever it breaks in.

Owns telling it from an error of the code it broke into, which may be run in another way, and code
into which it may not break.
"""

import signal
import threading
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any, TypeVar

_Found = TypeVar("_Found")


def put_off(call: Callable[[], _Found]) -> _Found:
    """What `call` returns; handlers of signals, such as Ctrl-C's, have their turn at the end."""
    # Python handles signals in its main thread, and those alone for which it has a function.
    if threading.current_thread() is not threading.main_thread():
        return call()
    found = {int(number): signal.getsignal(number) for number in signal.valid_signals()}
    handlers: dict[int, Any] = {n: handler for n, handler in found.items() if callable(handler)}
    heard: dict[int, FrameType | None] = {}
    try:
        for number in handlers:
            signal.signal(number, lambda number, frame: heard.setdefault(number, frame))
        return call()
    finally:
        try:
            _set(handlers)
        except BaseException:  # one that is in its place again, and has been heard
            _set(handlers)
            raise
        for number, frame in heard.items():
            handlers[number](number, frame)


def _set(handlers: Mapping[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def pass_on(error: Exception) -> None:
    """Raise again what a handler of a signal has raised, even where this error came of it."""
    codes = set(map(_code_of, map(signal.getsignal, signal.valid_signals()))) - {None}
    found: BaseException | None = error if codes else None
    while found is not None:
        place = found.__traceback__
        while place is not None:
            if place.tb_frame.f_code in codes:
                raise found
            place = place.tb_next
        found = found.__context__


def _code_of(handler: Any) -> CodeType | None:
    """The code of a handler; None of one that is not Python's, or is built in."""
    handler = getattr(handler, "func", handler)  # of a partial
    if callable(handler) and not hasattr(handler, "__code__") and not hasattr(handler, "__func__"):
        handler = type(handler).__call__
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code if isinstance(code, CodeType) else None
