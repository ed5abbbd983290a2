"""Where a Value comes from: the scope, the line of code and the calls that made it.

Owns `scope`, `recording` and `boxed`, and the one slot of a Value in which they leave a note. No
derivative depends on it: it is there for pictures, explanations and the stepper. Operations pay for
it only inside a `with` block; a boxed function pays for its results, not for its operations.
"""

import functools
import linecache
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeVar

from autograd import modes
from autograd.blocks import Block
from autograd.listening import Listener
from autograd.number import is_array

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Frames of these packages, and of Python's own library, are passed over in the search for the
# user's line.
_OURS = {"autograd", "nn", "numpy"}
_LIBRARY = linecache.__file__.removesuffix("linecache.py")
_PACKAGES = f"{_LIBRARY}site-packages"


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

    @property
    def place(self) -> str:
        """File and number, as editors and terminals take them."""
        return f"{self.file}:{self.number}"


class Call:
    """One call of a boxed function or of a module; what it returned shares it.

    Attributes:
        owner: the module that was called; None for a function.
        name: of the function, or of the module's class.
        inputs: the Values among the arguments, each once.
    """

    __slots__ = ("_note", "inputs", "name", "owner")

    def __init__(self, note: tuple[Any, ...]) -> None:
        function, arguments, options = self._note = note
        self.owner = None if isinstance(function, str) else function
        self.name: str = function if self.owner is None else type(function).__name__
        self.inputs: tuple[Any, ...] = tuple(dict.fromkeys(_values((arguments, options))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self._note is other._note

    def __hash__(self) -> int:
        return id(self._note)


class Origin(NamedTuple):
    """What is known of where a Value comes from.

    Attributes:
        scope: the innermost `with scope` block that its operation ran in, or None.
        line: the line of code, if its operation ran inside `with recording()`.
        calls: the Calls that returned it and left a note, the innermost first. A module inside a
            module leaves none: ask `autograd.view.calls.calls_of`, which finds both.
    """

    scope: Scope | None = None
    line: Line | None = None
    calls: tuple[Call, ...] = ()


class _Context(threading.local):
    """One thread's blocks; `vars` of it is a dict that belongs to this thread alone."""

    scopes: tuple[Scope, ...] = ()  # that are open
    lines = 0  # how many blocks are open in which lines are recorded


_context = _Context()


def _innermost() -> Scope | None:
    """The Scope that operations of this thread run in."""
    return _context.scopes[-1] if _context.scopes else None


def origin_of(node: Any) -> Origin | None:
    """Return what is known of where `node` comes from; None for a leaf or if nothing is."""
    note = node._origin
    if note is None or not node.inputs:
        return None
    calls = []
    while note.__class__ is tuple:  # the outermost call first, each with what was there before it
        call, note = note
        calls.append(Call(call))
    calls.reverse()
    return Origin(calls=tuple(calls)) if note is None else note._replace(calls=tuple(calls))


class _Marks(Listener):
    """Leaves a note at each node made just now."""

    only_marks = True

    def ran(self, op: Any, inputs: tuple[Any, ...], node: Any) -> None:
        if node.op is not None:
            node._origin = Origin(_innermost(), current_line() if _context.lines else None)


_marks = _Marks()


class scope(Block):
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

    def _recreate_cm(self) -> "scope":
        return scope(self.name)

    def _open(self) -> modes.Undo:
        here, opened = vars(_context), Scope(self.name, _innermost())
        here["scopes"] = (*_context.scopes, opened)
        unlisten = modes.listen(_marks)

        def close() -> None:
            here["scopes"] = modes.without_last(here["scopes"], opened)
            unlisten()

        return close


class recording(Block):
    """Inside `with recording():` each operation remembers the line of code that it stands on.

    `step`, and messages about a node, show that line. The line is the innermost one outside of
    autograd, nn, NumPy and Python's own library. Works as a decorator too, and in the current
    thread only.
    """

    def _recreate_cm(self) -> "recording":
        return recording()

    def _open(self) -> modes.Undo:
        here = vars(_context)
        here["lines"] = _context.lines + 1
        unlisten = modes.listen(_marks)

        def close() -> None:
            here["lines"] -= 1
            unlisten()

        return close


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
        # Lists are copied: the caller may put something else in them later.
        given = [x.copy() if x.__class__ is list else x for x in arguments]
        note = (given.pop(0) if is_method else name, given, options)
        try:
            for node in result if result.__class__ is list else (result,):
                _note(node, note)
        except AttributeError:  # not Values alone
            for node in _values(result):
                _note(node, note)
        return result

    return call  # type: ignore[return-value]


def _note(node: Any, note: tuple[Any, ...]) -> None:
    """Leave a note of a call at what it returned, once; at no leaf, which would gather them."""
    if node.op is not None:
        before = node._origin
        if before.__class__ is not tuple or before[0] is not note:
            node._origin = (note, before)


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


def current_line(within: CodeType | None = None) -> Line | None:
    """The innermost line of the running code that is the user's.

    Args:
        within: of what a call of this code, if given, has called.
    """
    frame = sys._getframe(1)
    while _is_passed_over(frame):
        if frame.f_back is None or frame.f_code is within:
            return None
        frame = frame.f_back
    return _line(frame, frame.f_lineno)


Step = tuple[CodeType, Any]  # some code, and where in it


def steps_of(frames: Sequence[FrameType], known: dict[tuple[int, int], Any]) -> tuple[Step, ...]:
    """Where frames are, each in its code.

    Args:
        known: a dict for the caller to keep, in which places are remembered.

    Python calls by several instructions, and by others when it knows the function: what tells two
    calls in a line apart is where they stand in the text.
    """
    found: list[Step] = []
    for frame in frames:
        code, at = frame.f_code, frame.f_lasti
        where = known.get((id(code), at))
        if where is None:
            where = next(islice(code.co_positions(), at // 2, None), ())
            where = at if None in where else where  # Python has been told to forget it
            known[id(code), at] = where
        found.append((code, where))
    return tuple(found)


def raising_line(error: BaseException) -> Line | None:
    """The innermost line of the user's that an error has come through."""
    found, at = None, error.__traceback__
    while at is not None:
        if not _is_passed_over(at.tb_frame):
            found = at
        at = at.tb_next
    return None if found is None else _line(found.tb_frame, found.tb_lineno)


def users_level() -> int:
    """How many frames up from who asks the user's line is: as `stacklevel` of a warning."""
    frame, level = sys._getframe(1), 1
    while _is_passed_over(frame) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def _is_passed_over(frame: FrameType) -> bool:
    return is_ours(frame.f_code, frame.f_globals)


def is_ours(code: CodeType, of_module: Mapping[str, Any]) -> bool:
    """Whether code is none of the user's: ours, or Python's, as it finds its way into a call.

    Args:
        of_module: its global variables.
    """
    if str(of_module.get("__name__", "")).partition(".")[0] in _OURS:
        return True
    file = code.co_filename
    return file.startswith(_LIBRARY) and not file.startswith(_PACKAGES)


def users_frames(within: CodeType) -> Iterator[FrameType]:
    """The user's frames, the innermost first, of what a call of this code has called."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not within:
        if not _is_passed_over(frame):
            yield frame
        frame = frame.f_back


def _line(frame: FrameType, number: int) -> Line:
    code = frame.f_code
    text = linecache.getline(code.co_filename, number, frame.f_globals).strip()
    return Line(code.co_filename, number, text, code.co_name)
