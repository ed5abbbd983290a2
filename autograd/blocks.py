"""With-blocks: what switches something on in this thread, `no_grad` and `enable_grad` among them.

Owns `Block`, which sees to it that what was switched on is switched off in the same thread,
however blocks overlap. What is on is in `modes.py`.
"""

import functools
import inspect
from contextlib import ContextDecorator
from typing import Any

from autograd.modes import Undo, close, here, recount


class Block(ContextDecorator):
    """A with-block that switches something on in this thread.

    It may decorate a function, whose calls are then in it; be entered many times, also by several
    threads; and overlap with others, as in two tasks of asyncio. Where a thread leaves a block that
    it has not entered, as when it frees a generator that stands in one, it is left for the thread
    that had entered it.
    """

    def __init__(self, *unexpected: Any) -> None:
        if unexpected:
            name = type(self).__name__
            raise TypeError(f"{name}: takes nothing; write `with {name}():`, or `@{name}()`")

    def _open(self) -> Undo:
        """Switch it on in this thread; what is returned switches it off there, whoever calls."""
        raise NotImplementedError

    def __enter__(self) -> None:
        entries = vars(self).setdefault("_entries", [])
        entries.append((here(), self._open()))

    def __exit__(self, *exception: Any) -> None:
        entries = vars(self)["_entries"]
        own = [k for k, (where, _) in enumerate(entries) if where is here()]
        entries.pop(own[-1] if own else -1)[1]()

    def __call__(self, function: Any) -> Any:
        """`function` inside the block; TypeError for one whose body runs after its call."""
        if any(is_later(function) for is_later in _RUN_LATER):
            name = type(self).__name__
            raise TypeError(
                f"{name}: {_name_of(function)} is a generator or async: its body runs after the "
                f"call that is decorated; write `with {name}(...):` inside of it"
            )
        return super().__call__(function)


_RUN_LATER = (
    inspect.isgeneratorfunction,
    inspect.iscoroutinefunction,
    inspect.isasyncgenfunction,
)


def _name_of(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return str(function.__name__)


class _SetRecording(Block):
    """Sets recording on or off: the block that was opened last and is still open decides."""

    value: bool

    def _recreate_cm(self) -> "_SetRecording":
        return type(self)()

    def _open(self) -> Undo:
        mine = here()
        mine.update(blocks=(*mine["blocks"], self), recording=self.value)
        recount()
        return functools.partial(close, mine, self)


class no_grad(_SetRecording):
    """Inside `with no_grad():` operations compute numbers and record nothing.

    Their results are Values without inputs, through which no gradient flows. Works as a decorator
    too (`@no_grad()`), and in the current thread only.
    """

    value = False


class enable_grad(_SetRecording):
    """Records inside a `no_grad` block; transforms use it to see the function they are given."""

    value = True
