"""What is switched on in this thread: `no_grad`, who listens, and whether a transform is running.

An operation must not pay for modes nobody uses, so it looks at `active`, one module-level count of
open with-blocks in all threads, and only when that is not zero at its own thread's context.

A thread started inside a transformed function begins with a context of its own: hand it Values, not
numbers, or the derivatives of what it computes are lost.
"""

import functools
import inspect
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import ContextDecorator, contextmanager
from typing import Any, TypeVar

from autograd.forking import freed_by_fork

_Opened = TypeVar("_Opened")
Undo = Callable[[], None]

active = 0
# How many listeners and recorders there are, in all threads. Native code reads it at its address:
# a compiled function then runs as it stands, so that each of its operations is heard of.
listeners = array("q", [0])
_lock = freed_by_fork(threading.Lock())
_recorders: "tuple[Recorder, ...]" = ()  # of all threads


class _Context(threading.local):
    """One thread's switches; `vars` of it is a dict that belongs to this thread alone."""

    recording = True  # operations on Values build a graph
    blocks: tuple["_SetRecording", ...] = ()  # that are open, one as often as it was entered
    transforms = 0  # how many of grad, jvp, ... are running
    sweeps = 0  # how many of them run rules again on Values just now
    listeners: tuple["Listener", ...] = ()
    recorder: "Recorder | None" = None


class Listener:
    """What wants to know, in one thread, of operations and sweeps while a with-block is open.

    Attributes:
        only_marks: whether it does nothing but leave a note at each node, of which there are none
            where a program runs.
    """

    only_marks = False

    def ran(self, op: Any, inputs: tuple[Any, ...], node: Any) -> None:
        """`op` has run on `inputs` and made `node`; under no_grad that is a leaf."""

    def swept(self, order: Any, derivatives: dict[Any, Any], direction: str) -> None:
        """A sweep along `order` has found `derivatives`; direction: "backward" or "forward"."""


class Recorder:
    """What records a function as a program, in one thread, is told of what no graph remembers.

    Attributes:
        made: by id, the nodes that operations have made meanwhile, in any thread.
    """

    def __init__(self) -> None:
        self.made: set[int] = set()

    def cut(self, op: Any, inputs: tuple[Any, ...], leaf: Any) -> None:
        """`leaf` is the number that `op` made of `inputs`, without its history."""

    def begins(self, leaf: Any, number: Any) -> Any:
        """The number of a new leaf, which may stand for another one in a program."""
        return number

    def asked(self, question: str, a: Any, b: Any, answer: bool) -> None:
        """The function asked whether `a question b`, where question is an operator of Python."""

    def ran_own(self, node: Any) -> None:
        """An operation of the user's own made `node`: it may raise for other numbers."""

    def ran(self, op: Any, inputs: tuple[Any, ...]) -> None:
        """The function itself, and no sweep, ran an operation."""

    def read(self, x: Any) -> None:
        """The function took the number out of the Value `x`, and may do anything with it."""

    def changed(self, what: str) -> None:
        """The function changed a Value: `what` says how."""

    def keeps_dead_edges(self, depth: int) -> bool:
        """Whether a rule's edge is recorded where it is dead, too, `depth` transforms deep."""
        return True


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


def _listen(change: int) -> None:
    """Count one listener or recorder more or less."""
    activate(change)
    with _lock:
        listeners[0] += change


def listen(listener: Listener) -> Undo:
    """Let `listener` know of everything in this thread, until what is returned is called."""
    here = vars(_context)
    here["listeners"] = (*_context.listeners, listener)
    count = activate if listener.only_marks else _listen
    count(1)

    def unlisten() -> None:
        here["listeners"] = without_last(here["listeners"], listener)
        count(-1)

    return unlisten


def is_listened_to() -> bool:
    """Whether anybody wants to know of this thread's operations one by one."""
    return bool(active) and any(not listener.only_marks for listener in _context.listeners)


def ran(op: Any, inputs: tuple[Any, ...], node: Any) -> None:
    """Tell recorders, and each listener of this thread once, that an operation has made a node."""
    for recorder in _recorders:
        recorder.made.add(id(node))
    if op.is_own and _context.recorder is not None:
        _context.recorder.ran_own(node)
    if not _context.sweeps:
        if _context.recorder is not None:
            _context.recorder.ran(op, inputs)
        for listener in dict.fromkeys(_context.listeners):
            listener.ran(op, inputs, node)


def swept(order: Any, derivatives: dict[Any, Any], direction: str) -> None:
    """Tell each listener of this thread, once, what a sweep has found."""
    if not _context.sweeps:
        for listener in dict.fromkeys(_context.listeners):
            listener.swept(order, derivatives, direction)


def keeps_dead_edges() -> bool:
    """Whether this thread's recorder wants an edge that is not there at present."""
    recorder = _context.recorder
    return recorder is not None and recorder.keeps_dead_edges(_context.transforms)


def cut(op: Any, inputs: tuple[Any, ...], leaf: Any) -> None:
    """Tell this thread's recorder of a number without its history: of detach, or under no_grad."""
    if _context.recorder is not None:
        _context.recorder.cut(op, inputs, leaf)


def begins(leaf: Any, number: Any) -> Any:
    """Tell this thread's recorder of what a leaf is made; return the number that it is to have."""
    return number if _context.recorder is None else _context.recorder.begins(leaf, number)


def asked(question: str, a: Any, b: Any, answer: bool) -> None:
    """Tell this thread's recorder what a comparison answered."""
    if _context.recorder is not None:
        _context.recorder.asked(question, a, b, answer)


def read(x: Any) -> None:
    """Tell this thread's recorder that the number of a Value was taken out of it."""
    if _context.recorder is not None:
        _context.recorder.read(x)


def changed(what: str) -> None:
    """Tell this thread's recorder that a Value was changed in place."""
    if _context.recorder is not None:
        _context.recorder.changed(what)


@contextmanager
def recording_by(recorder: Recorder | None) -> Iterator[None]:
    """Let `recorder` know of everything in this thread; None: nobody, in a recording too."""
    before, _context.recorder = _context.recorder, recorder
    _listen(1)
    _record_by(recorder, is_begun=True)
    try:
        yield
    finally:
        _record_by(recorder, is_begun=False)
        _listen(-1)
        _context.recorder = before


def _record_by(recorder: Recorder | None, is_begun: bool) -> None:
    global _recorders
    with _lock:
        others = tuple([each for each in _recorders if each is not recorder])
        _recorders = (*others, recorder) if is_begun and recorder is not None else others


@contextmanager
def sweeping() -> Iterator[None]:
    """Marks that rules run again on Values: that is no user's operation, nobody is told."""
    _context.sweeps += 1
    try:
        yield
    finally:
        _context.sweeps -= 1


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
        entries.append((vars(_context), self._open()))

    def __exit__(self, *exception: Any) -> None:
        entries = vars(self)["_entries"]
        own = [k for k, (where, _) in enumerate(entries) if where is vars(_context)]
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


def without_last(opened: tuple[_Opened, ...], one: _Opened) -> tuple[_Opened, ...]:
    """What stays open in a thread when one is closed: all but its last entry there."""
    i = max(i for i, each in enumerate(opened) if each is one)
    return opened[:i] + opened[i + 1 :]


class _SetRecording(Block):
    """Sets recording on or off: the block that was opened last and is still open decides."""

    value: bool

    def _recreate_cm(self) -> "_SetRecording":
        return type(self)()

    def _open(self) -> Undo:
        here = vars(_context)
        here["blocks"] = (*_context.blocks, self)
        here["recording"] = self.value
        activate(1)

        def close() -> None:
            here["blocks"] = without_last(here["blocks"], self)
            here["recording"] = here["blocks"][-1].value if here["blocks"] else True
            activate(-1)

        return close


class no_grad(_SetRecording):
    """Inside `with no_grad():` operations compute numbers and record nothing.

    Their results are Values without inputs, through which no gradient flows. Works as a decorator
    too (`@no_grad()`), and in the current thread only.
    """

    value = False


class enable_grad(_SetRecording):
    """Records inside a `no_grad` block; transforms use it to see the function they are given."""

    value = True


class transforming:
    """Marks, in this thread, that the function given to a transform is running."""

    def __enter__(self) -> None:
        _context.transforms += 1

    def __exit__(self, *exception: Any) -> None:
        _context.transforms -= 1
