"""Put back: a place in the user's objects set to what it held before, if it holds anything else.

Owns how that is done for each kind of place, and what a cached function remembers. What is as it
was is not touched: not every class lets itself be set.
"""

from collections import OrderedDict, deque
from contextvars import ContextVar
from functools import cache
from inspect import CO_VARARGS, CO_VARKEYWORDS
from operator import is_
from types import CellType
from typing import Any

CACHED: Any = type(cache(len))


def set_slot(thing: Any, name: str, before: Any) -> None:
    """An attribute that stands in a slot."""
    if getattr(thing, name, None) is not before:
        setattr(thing, name, before)


def empty_slot(thing: Any, name: str) -> None:
    """A slot to which nothing had been assigned."""
    if hasattr(thing, name):
        delattr(thing, name)


def set_cell(cell: CellType, before: Any) -> None:
    """A variable of a closure."""
    if cell.cell_contents is not before:
        cell.cell_contents = before


def set_class(kind: type, name: str, before: Any) -> None:
    """An attribute of a class, which may let nobody set it: an Enum."""
    if vars(kind).get(name) is not before:
        setattr(kind, name, before)


def set_items(container: list[Any], before: list[Any]) -> None:
    """The items of a list, which may be of a class of its own."""
    now = [*list.__iter__(container)]
    if len(now) != len(before) or not all(map(is_, now, before)):
        list.__setitem__(container, slice(None), before)


def fill(container: Any, before: list[Any]) -> None:
    """The items of a set or deque, which may be of a class of its own."""
    kind: Any = deque if isinstance(container, deque) else set
    now = [*kind.__iter__(container)]
    if len(now) == len(before) and all(map(is_, now, before)):
        return
    kind.clear(container)
    (kind.extend if kind is deque else kind.update)(container, before)


def set_names(names: dict[Any, Any], before: dict[Any, Any]) -> None:
    """The items of a dict, or the attributes of an object.

    An OrderedDict keeps an order of its own, which only its own methods know.
    """
    kind: type[dict[Any, Any]] = OrderedDict if isinstance(names, OrderedDict) else dict
    if [*names] != [*before]:
        kept = [name for name in before if name in names]
        stays = [name for name in names if name in before] == kept == [*before][: len(kept)]
        for name in [name for name in names if name not in before or not stays]:
            kind.__delitem__(names, name)
    for name, x in before.items():
        if name not in names or names[name] is not x:
            kind.__setitem__(names, name, x)


def set_block(block: Any, before: bytes) -> None:
    """The bytes of a memoryview or of an array of ctypes."""
    if bytes(block) != before:
        memoryview(block).cast("B")[:] = before


def set_context(variable: ContextVar[Any], before: Any) -> None:
    """A variable of the context."""
    if variable.get(None) is not before:
        variable.set(before)


def clear_cache(function: Any, before: list[Any]) -> None:
    """What a cached function remembers: forgotten, unless it is what it was."""
    now = remembered(function)
    if not now or len(now) != len(before) or not all(map(is_, now, before)):
        function.cache_clear()


def remembered(function: Any) -> list[Any]:
    """What a cached function without parameters gives again and again, if it has been called.

    Of others nobody can tell what they remember, but that is seldom anything that changes.
    """
    code = getattr(function.__wrapped__, "__code__", None)
    if type(function) is not CACHED or code is None or code.co_argcount or code.co_kwonlyargcount:
        return []
    if code.co_flags & (CO_VARARGS | CO_VARKEYWORDS) or not function.cache_info().currsize:
        return []
    return [function()]  # out of its cache
