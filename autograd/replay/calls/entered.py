"""Entered: an object that CPython calls at the speed of a function, which may change between calls.

Owns how a call of a compiled function becomes a call of native code, of one program after another.
"""

import ctypes
import functools
import weakref
from collections.abc import Callable, Iterable
from typing import Any, Self

from autograd.replay.calls.layout import Layout
from autograd.replay.programs import Entrance

FLAGS = 168  # in a class of CPython's, where pointers have eight bytes
HAS_VECTORCALL = 1 << 11


class Entered(functools.partial[Any]):
    """It is called in `f`'s place: first the way through Python, `_call`; later programs.

    It is a partial of nothing, because CPython calls such an object at the speed of `func`.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _call_as_its_base(cls)

    def __new__(cls, f: Callable[..., Any], *_: Any, **__: Any) -> Self:
        """Calls go to `_call`."""
        return super().__new__(cls, f)

    def __init__(self, f: Callable[..., Any]) -> None:
        functools.update_wrapper(self, f, updated=())
        self._slow = _called_weakly(self)  # one object, whose address is in native code
        self._enter_by(self._slow)
        self._entrances: list[Entrance] = []
        self._left: list[Entrance] = []

    def _call(self, /, *args: Any, **kwargs: Any) -> Any:
        """What it does where no native code takes the call."""
        raise NotImplementedError

    def _open(self, layouts: Iterable[Layout]) -> None:
        """Let calls enter native code: one entrance after another, of one layout after another."""
        entrances = [one for each in layouts for one in each.entrances()]
        # Native code that may be running just now: making a list may have called a finaliser.
        self._left = [*[one for one in self._left if one.is_running], *self._entrances]
        self._entrances = entrances
        following = None
        for one in reversed(entrances):
            one.go_on_with(following)
            following = one
        self._enter_by(following.function if following is not None else self._slow)

    def _enter_by(self, function: Callable[..., Any]) -> None:
        """Let calls of this object be calls of `function`."""
        super().__setstate__((function, (), {}, self.__dict__))  # type: ignore[misc]


def _call_as_its_base(cls: type) -> None:
    """Let objects of a class be called as quickly as partials, as they are from Python 3.12 on.

    Before, a class that is written in Python loses the flag that says that its objects can be
    called without a tuple of the arguments, though what is called then is still there. It is given
    back, if that is where it is looked for; a class with a `__call__` of its own does without.
    """
    flags = functools.partial.__flags__, cls.__flags__
    if "__call__" in vars(cls) or not flags[0] & HAS_VECTORCALL or flags[1] & HAS_VECTORCALL:
        return
    found = ctypes.c_ulong.from_address(id(cls) + FLAGS)
    if ctypes.sizeof(found) == ctypes.sizeof(ctypes.c_void_p) == 8 and found.value == flags[1]:
        found.value |= HAS_VECTORCALL


def _called_weakly(entered: Entered) -> Callable[..., Any]:
    """A function that calls `entered` and does not keep it: native code is freed at once.

    In a cycle it would stay until the garbage collector looks at the oldest objects.
    """
    reference = weakref.ref(entered)

    def slow(*args: Any, **kwargs: Any) -> Any:
        owner = reference()
        if owner is None:  # somebody kept what a compiled function calls, and not itself
            raise ReferenceError("compile: the compiled function does not exist any more")
        return owner._call(*args, **kwargs)

    return slow
