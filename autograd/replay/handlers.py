"""Handlers: what a handler of a signal raises, such as a timeout, wherever it breaks in.

Owns telling it from an error of the code it broke into, which may be run in another way.
"""

import signal
from types import CodeType
from typing import Any


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
