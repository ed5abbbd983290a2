"""What is switched on in this thread, and telling who listens what happens here.

Owns each thread's switches: whether operations are recorded, whether a transform is running, who
listens; and a function for each thing that these are told (`ran`, `swept`, `read`, ...). What they
hear is in `listening.py`; the with-blocks that set switches are in `blocks.py`.

An operation must not pay for modes nobody uses, so it looks at `active`, one module-level count of
open with-blocks in all threads, and only when that is not zero at its own thread's context.

A thread started inside a transformed function begins with a context of its own: hand it Values, not
numbers, or the derivatives of what it computes are lost.
"""

import threading
from array import array
from collections.abc import Callable
from typing import Any, TypeVar

from autograd.forking import freed_by_fork
from autograd.listening import Listener, Recorder

_Opened = TypeVar("_Opened")
_Found = TypeVar("_Found")
Undo = Callable[[], None]

active = 0
# How many listeners and recorders there are, in all threads. Native code reads it at its address:
# a compiled function then runs as it stands, so that each of its operations is heard of.
listeners = array("q", [0])
_lock = freed_by_fork(threading.Lock())
_recorders: tuple[Recorder, ...] = ()  # of all threads
_switches: dict[int, dict[str, Any]] = {}  # of each thread, by its number


class _Context(threading.local):
    """One thread's switches; `vars` of it is a dict that belongs to this thread alone."""

    def __init__(self) -> None:
        self.recording = True  # operations on Values build a graph
        self.blocks: tuple[Any, ...] = ()  # open ones, as often as entered; each has a `value`
        self.transforms = 0  # how many of grad, jvp, ... are running
        self.sweeps = 0  # how many of them run rules again on Values just now
        self.listeners: tuple[Listener, ...] = ()
        self.recorder: Recorder | None = None  # the last of
        self.recorders: tuple[Recorder | None, ...] = ()  # which are told, one inside another
        with _lock:
            _switches[threading.get_ident()] = vars(self)


_context = _Context()


def is_recording() -> bool:
    """Whether an operation on Values of this thread is recorded in a graph."""
    return _context.recording


def in_transform() -> bool:
    """Whether this thread is inside the function given to grad, jvp, vmap, ..."""
    return _context.transforms > 0


def here() -> dict[str, Any]:
    """This thread's switches: who sets one sees to it that it is set back."""
    return vars(_context)


def recount() -> None:
    """Count what is open in all threads, after each change; so a change broken off heals, too."""
    global active, _recorders
    with _lock:
        recorders: tuple[Recorder | None, ...] = ()
        n_open = n_heard = 0
        for each in _switches.values():
            n_open += len(each["blocks"])
            if each["recorders"]:
                recorders += each["recorders"]
            if each["listeners"]:
                n_open += len(each["listeners"])
                n_heard += [listener.only_marks for listener in each["listeners"]].count(False)
        _recorders = tuple(dict.fromkeys(filter(None, recorders))) if recorders else ()
        listeners[0] = n_heard + len(recorders)
        active = n_open + len(recorders)


def listen(listener: Listener) -> Undo:
    """Let `listener` know of everything in this thread, until what is returned is called."""
    mine = here()
    mine["listeners"] = (*_context.listeners, listener)
    recount()

    def unlisten() -> None:
        mine["listeners"] = without_last(mine["listeners"], listener)
        recount()

    return unlisten


def is_listened_to() -> bool:
    """Whether anybody wants to know of this thread's operations one by one."""
    return bool(active) and any(not listener.only_marks for listener in _context.listeners)


def ran(op: Any, inputs: tuple[Any, ...], node: Any) -> None:
    """Tell recorders, and each listener of this thread once, that an operation has made a node."""
    for each in _recorders:
        each.made.add(id(node))
    recorder = _context.recorder
    if recorder is None:
        _used_elsewhere(inputs, node)
    elif op.is_own:
        recorder.ran_own(node)
    if not _context.sweeps:
        if recorder is not None:
            recorder.ran(op, inputs)
        for listener in dict.fromkeys(_context.listeners):
            listener.ran(op, inputs, node)


def _used_elsewhere(used: tuple[Any, ...], node: Any = None) -> None:
    """Tell the recorders of other threads what this one does, if nothing is recorded in it."""
    if _recorders and not _context.recorders:
        for recorder in _recorders:
            recorder.elsewhere(used, node)


def swept(order: Any, derivatives: dict[Any, Any], direction: str) -> None:
    """Tell each listener of this thread, once, what a sweep has found."""
    if not _context.sweeps:
        for listener in dict.fromkeys(_context.listeners):
            listener.swept(order, derivatives, direction)


def keeps_dead_edges() -> bool:
    """Whether this thread's recorder wants an edge that is not there at present."""
    recorder = _context.recorder
    return recorder is not None and recorder.keeps_dead_edges(_context.transforms)


def kept(partial: Any, condition: Any, of: Any) -> Any:
    """Tell this thread's recorder of an edge that is kept; return its derivative."""
    recorder = _context.recorder
    return partial if recorder is None else recorder.kept(partial, condition, of)


def masking() -> Recorder | None:
    """This thread's recorder, if it wants to know what each edge sends in a sweep."""
    recorder = _context.recorder
    return recorder if recorder is not None and recorder.masks else None


def is_recorded(node: Any) -> bool:
    """Whether this thread's recorder was told when the node was made; it is of all changes, too."""
    recorder = _context.recorder
    return recorder is not None and id(node) in recorder.made


def cut(op: Any, inputs: tuple[Any, ...], leaf: Any) -> None:
    """Tell this thread's recorder of a number without its history: of detach, or under no_grad."""
    if _context.recorder is not None:
        _context.recorder.cut(op, inputs, leaf)
    else:
        _used_elsewhere(inputs, leaf)


def begins(leaf: Any, number: Any) -> Any:
    """Tell this thread's recorder of what a leaf is made; return the number that it is to have."""
    return number if _context.recorder is None else _context.recorder.begins(leaf, number)


def asked(question: str, a: Any, b: Any, answer: bool) -> None:
    """Tell this thread's recorder what a comparison answered."""
    if _context.recorder is not None:
        _context.recorder.asked(question, a, b, answer)
    else:
        _used_elsewhere((a, b))


def compared(question: str, a: Any, b: Any, answer: Any) -> Any:
    """The same of one that may be asked later, or never; return what stands for the answer."""
    recorder = _context.recorder
    if recorder is not None:
        return recorder.compared(question, a, b, answer)
    _used_elsewhere((a, b))
    return answer


def identified(a: Any, b: Any) -> None:
    """Tell this thread's recorder of two Values that were compared by == or !=."""
    if _context.recorder is not None:
        _context.recorder.identified(a, b)


def read(x: Any) -> None:
    """Tell this thread's recorder that the number of a Value was taken out of it."""
    if _context.recorder is not None:
        _context.recorder.read(x)
    else:
        _used_elsewhere((x,))


def changed(what: str) -> None:
    """Tell this thread's recorder that a Value was changed in place."""
    if _context.recorder is not None:
        _context.recorder.changed(what)


class _Recorded:
    """What stands among the open blocks while a function is recorded: it is, in a no_grad, too."""

    value = True


def counted(switch: str, call: Callable[[], _Found], by: int = 1) -> _Found:
    """What `call` returns, while this thread's "transforms" or "sweeps" are so many more.

    Ends as `recorded_by` does.
    """
    mine = here()
    depth = mine[switch]
    try:
        mine[switch] = depth + by
        return call()
    finally:
        mine[switch] = depth


def recorded_by(
    recorder: Recorder | None, call: Callable[[], _Found], *, is_transform: bool = False
) -> _Found:
    """What `call` returns, while `recorder` is told of everything in this thread.

    Args:
        recorder: None: nobody is told, in a recording, too.
        call: in it, operations build a graph.
        is_transform: whether transforms in it give Values.

    However it ends, by a handler of a signal as well, nothing of this is left on: a with-block
    would not do, whose `__exit__` may be broken into before its first line.
    """
    mine, block = here(), _Recorded()
    before = {name: mine[name] for name in ("recorder", "recorders", "transforms")}
    try:
        mine.update(
            recorder=recorder,
            recorders=(*before["recorders"], recorder),
            transforms=before["transforms"] + is_transform,
            blocks=(*mine["blocks"], block),
            recording=True,
        )
        recount()
        return call()
    finally:
        try:
            mine.update(before)
            close(mine, block)
        except BaseException:  # once more, where this was broken into
            mine.update(before)
            close(mine, block)
            raise


def close(mine: dict[str, Any], block: Any) -> None:
    """End a block of a thread: the one that was opened last and is still open decides there."""
    blocks = without_last(mine["blocks"], block)
    mine.update(blocks=blocks, recording=blocks[-1].value if blocks else True)
    recount()


def without_last(opened: tuple[_Opened, ...], one: _Opened) -> tuple[_Opened, ...]:
    """What stays open in a thread when one is closed: all but its last entry there, if any."""
    i = max((i for i, each in enumerate(opened) if each is one), default=len(opened))
    return opened[:i] + opened[i + 1 :]
