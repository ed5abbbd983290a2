"""Where a Value comes from: the scope, the line of code and the calls that made it.

Owns `scope`, `recording` and `boxed`, and the one slot of a Value in which they leave a note. No
derivative depends on it: it is there for pictures, explanations and the stepper. Operations pay for
it only inside a `with` block; a boxed function pays for its results, not for its operations.
"""

import functools
import linecache
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator
from typing import Any, NamedTuple, TypeVar

from autograd import modes
from autograd.number import is_array

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Frames of these packages are passed over in the search for the user's line.
_OURS = {"autograd", "nn", "numpy"}


class Scope:
    """One entry of a `with scope(name)` block; two entries are two scopes.

    Attributes:
        name: what the block was called.
        outer: the Scope around it, or None.
    """

    __slots__ = ("name", "outer")

    def __init__(self, name: str, outer: "Scope | None") -> None:
        self.name = name
        self.outer = outer


class Line(NamedTuple):
    """A line of the user's code: its file, its number there, its text, the function it is in."""

    file: str
    number: int
    text: str
    function: str


class Call:
    """One call of a boxed function or of a module.

    Attributes:
        owner: the module that was called; None for a function.
        name: of the function, or of the module's class.
    """

    __slots__ = ("_arguments", "name", "owner")

    def __init__(self, owner: object, name: str, arguments: tuple[Any, ...]) -> None:
        self.owner = owner
        self.name = name
        # Lists are copied: the caller may fill them with something else later.
        self._arguments = tuple([tuple(x) if x.__class__ is list else x for x in arguments])

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The Values among the arguments, each once."""
        return tuple(dict.fromkeys(_values(self._arguments)))


class Origin(NamedTuple):
    """What is known of where a Value comes from.

    Attributes:
        scope: the innermost `with scope` block that its operation ran in, or None.
        line: the line of code, if its operation ran inside `with recording()`.
        calls: the Calls that returned it, the innermost first.
    """

    scope: Scope | None = None
    line: Line | None = None
    calls: tuple[Call, ...] = ()


class _Context(threading.local):
    """One thread's blocks."""

    scope: Scope | None = None
    lines = 0


_context = _Context()


def origin_of(node: Any) -> Origin | None:
    """Return the note that was left at `node`, None if there is none."""
    note = getattr(node, "_origin", None)
    return Origin(calls=note) if note.__class__ is tuple else note


def mark(node: Any) -> None:
    """Leave a note at a node that was made just now, if a block of this thread asks for one."""
    if _context.scope is not None or _context.lines:
        node._origin = Origin(_context.scope, _line() if _context.lines else None)


class _Block(ContextDecorator):
    """A `with` block that makes operations look at their context."""

    def __enter__(self) -> None:
        modes.activate(1)
        self._open()

    def __exit__(self, *exception: Any) -> None:
        self._close()
        modes.activate(-1)

    def _recreate_cm(self) -> "_Block":
        raise NotImplementedError

    def _open(self) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError


class scope(_Block):
    """Inside `with scope("attention"):` operations belong to a box of that name in pictures.

    Scopes may be nested, and a function may be decorated: `@scope("attention")`. Each entry is a
    box of its own. Costs time inside the block; a function that is called often is better `boxed`.

    Args:
        name: of the box; TypeError unless it is a text.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"scope: name must be a text, got {type(name).__name__}")
        self.name = name
        self._before: list[Scope | None] = []

    def _recreate_cm(self) -> "scope":
        return scope(self.name)

    def _open(self) -> None:
        self._before.append(_context.scope)
        _context.scope = Scope(self.name, _context.scope)

    def _close(self) -> None:
        _context.scope = self._before.pop()


class recording(_Block):
    """Inside `with recording():` each operation remembers the line of code that it stands on.

    `step`, and messages about a node, show that line. The line is the innermost one outside of
    autograd, nn and NumPy. Works as a decorator too, and in the current thread only.
    """

    def _recreate_cm(self) -> "recording":
        return recording()

    def _open(self) -> None:
        _context.lines += 1

    def _close(self) -> None:
        _context.lines -= 1


def boxed(function: _Function, *, is_method: bool = False) -> _Function:
    """Return `function` such that what it computes can be folded to one box in a picture.

    The Values that it returns, directly or in lists, tuples and dicts, remember the call; what
    lies between them and the Values among its arguments is the inside of the box.

    Args:
        function: of Values or nested lists of them; its name is the name of the box.
        is_method: whether its first argument is the module that it belongs to, whose class gives
            the name. `nn.Module` does this to the `__call__` of every module.
    """
    name = getattr(function, "__name__", type(function).__name__)

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        inputs = (*arguments, *options.values()) if options else arguments
        if is_method:
            owner = inputs[0]
            note = Call(owner, type(owner).__name__, inputs[1:])
        else:
            note = Call(None, name, inputs)
        for node in result if result.__class__ is list else (result,):  # the usual cases
            if hasattr(type(node), "_origin"):
                _add(node, note)
            else:
                for inner in _values(node):
                    _add(inner, note)
        return result

    return call  # type: ignore[return-value]


def _add(node: Any, call: Call) -> None:
    """Note at `node` that `call` returned it; a leaf was made by no call."""
    if node.inputs:
        note: Any = getattr(node, "_origin", ())
        # The calls alone are kept as they are: one tuple less for each neuron of a network.
        if note.__class__ is tuple:
            node._origin = (*note, call)
        else:
            node._origin = note._replace(calls=(*note.calls, call))


def _values(thing: Any) -> Iterator[Any]:
    """The Values in nested lists, tuples, dicts and arrays, found without recursion."""
    pending = [thing]
    while pending:
        one = pending.pop()
        if hasattr(type(one), "_origin"):
            yield one
        elif isinstance(one, (list, tuple)):
            pending += one[::-1]
        elif isinstance(one, dict):
            pending += reversed(one.values())
        elif is_array(one) and one.dtype.hasobject:
            pending += one.ravel().tolist()[::-1]


def _line() -> Line | None:
    """The innermost line of the running code that is not of `_OURS`."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    code = frame.f_code
    text = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return Line(code.co_filename, frame.f_lineno, text, code.co_name)
