"""Unseen: code that may decide by a bool where a recording cannot see it.

Owns finding that. `c is True`, `match c` and `isinstance(c, bool)` ask no number: what stands for a
bool in a recording answers them as no bool does. Looked at is the code that is running, what it may
call by the names in it (functions of its module, of those around it, and methods), and the
functions that these names, its local variables and the functions themselves hold: see `held`.
"""

import opcode
import operator
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType
from typing import Any

from autograd.origin import is_ours
from autograd.replay.recording.plain_numbers import Floating, Whole
from autograd.value import Value

MOST = 500  # pieces of code
MOST_ITEMS = 32  # of a container
DEPTH = 4  # of lists in lists
_IS, _LOAD = opcode.opmap["IS_OP"], opcode.opmap["LOAD_CONST"]
_MATCH = opcode.opmap["MATCH_CLASS"]
_OF_KINDS, _KINDS = {"isinstance", "type", "issubclass"}, {"bool", "int"}
_DECIDING = {operator.is_, operator.is_not}
_NAMES = {function.__name__ for function in _DECIDING}
_HOLD_NOTHING = {
    float, int, bool, Value, Floating, Whole, type(None), str, range, zip, enumerate,
    type(iter([])), type(iter(())), type(iter({})), type(iter(range(0))),
}  # fmt: skip
_NOTHING: frozenset[int] = frozenset()
_Known = dict[tuple[int, frozenset[int]], bool]


def may_decide(frame: FrameType, known: _Known) -> bool:
    """Whether a frame's code, or what it reaches, may decide so.

    Args:
        known: a dict for the caller to keep: of code by its id, and those of the functions and
            classes that its variables bring.
    """
    # This is asked at each comparison: most variables are numbers, few attributes are functions.
    code = frame.f_code
    given = [x for x in frame.f_locals.values() if type(x) not in _HOLD_NOTHING]
    brought: list[Any] = []
    for thing in [x for x in given if type(x) not in _INSIDE]:
        brought.append(type(thing))
        inside = _attributes(thing)
        found = [inside[name] for name in code.co_names if name in inside]
        given += [x for x in found if type(x) not in _HOLD_NOTHING]
    functions = [*held(given)] if len(given) > len(brought) else []
    brought += [getattr(each, "__code__", each) for each in functions]
    key = id(code), frozenset(map(id, brought)) if brought else _NOTHING
    if key not in known:
        known[key] = _reaches(frame, functions)
    return known[key]


def _reaches(frame: FrameType, given: Sequence[Any]) -> bool:
    found = [*given]
    pending = [(frame.f_code, {**frame.f_globals, **frame.f_locals})]
    seen: set[int] = set()
    while (pending or found) and len(seen) < MOST:
        if found:
            function = found.pop()
            if type(function) is not FunctionType:
                return True
            pending.append((function.__code__, function.__globals__ | _around(function)))
            continue
        code, names = pending.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        if _decides(code):
            return True
        pending += [(inner, names) for inner in code.co_consts if isinstance(inner, CodeType)]
        found += held(_called(code, names))
    return False


def _called(code: CodeType, names: Mapping[str, Any]) -> Iterator[Any]:
    """What code may call by the names in it, or find a function in.

    That has such a name, or is an attribute or a method, by such names, of what has one; or it is a
    method of a class of its module. (Of what stands there the type is asked: an object may do
    anything when it is asked for its class.)
    """
    mentioned = {*code.co_names, *code.co_freevars}
    wanted = mentioned | {"__init__", "__call__"}
    module, own = names.get("__name__"), mentioned.union(code.co_varnames)
    pending = [(x, wanted) for name, x in names.items() if name in own]
    pending += [(x, mentioned) for x in names.values() if _is_class(x) and x.__module__ == module]
    seen: set[int] = set()
    while pending:
        thing, looked_for = pending.pop()
        yield thing
        kind = thing if _is_class(thing) else type(thing)
        if kind not in _INSIDE and id(thing) not in seen:
            seen.add(id(thing))
            for inside in (_attributes(thing), *map(vars, kind.__mro__)):
                pending += [(inside[each], wanted) for each in looked_for if each in inside]


def _is_class(thing: Any) -> bool:
    return issubclass(type(thing), type)


def _attributes(thing: Any) -> Mapping[str, Any]:
    try:
        found = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return {}
    return found if isinstance(found, Mapping) else {}


def held(things: Iterable[Any]) -> Iterator[Any]:
    """The user's functions among some things, and `is` as one; and those which these hold.

    That is in a container, of which the first items are looked at, in a partial, as a default, and
    in what surrounds a function.
    """
    pending, seen = deque(things), set()
    while pending:
        thing = pending.popleft()
        look = _INSIDE.get(type(thing))
        if look is None or id(thing) in seen:
            continue
        seen.add(id(thing))
        if type(thing) is FunctionType:
            if is_ours(thing.__code__, thing.__globals__):
                continue
            yield thing
        elif type(thing) is BuiltinFunctionType and thing in _DECIDING:
            yield thing
        pending.extend(look(thing))


def _holds_nothing(x: Any) -> bool:
    """Whether it is a number or the like, or a list that begins with one, or with such a list."""
    for _ in range(DEPTH):
        if type(x) is not list or not x:
            break
        x = x[0]
    return type(x) in _HOLD_NOTHING


def _of_list(items: list[Any]) -> Iterable[Any]:
    return () if _holds_nothing(items) else items[:MOST_ITEMS]


def _of_function(function: FunctionType) -> Iterable[Any]:
    by_name = function.__kwdefaults__ or {}
    return [*(function.__defaults__ or ()), *by_name.values(), *_around(function).values()]


_INSIDE: dict[type, Callable[[Any], Iterable[Any]]] = {
    list: _of_list,
    tuple: lambda items: items[:MOST_ITEMS],
    set: lambda items: islice(items, MOST_ITEMS),
    frozenset: lambda items: islice(items, MOST_ITEMS),
    dict: lambda items: [*islice(items.values(), MOST_ITEMS)],
    partial: lambda thing: (thing.func, *thing.args, *thing.keywords.values()),
    staticmethod: lambda thing: (thing.__func__,),
    classmethod: lambda thing: (thing.__func__,),
    MethodType: lambda thing: (thing.__func__,),
    FunctionType: _of_function,
    property: lambda thing: (thing.fget,),
    **dict.fromkeys((BuiltinFunctionType, *_HOLD_NOTHING), lambda thing: ()),
}


def _around(function: FunctionType) -> dict[str, Any]:
    """The variables of the functions around it that it uses."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: _content(cell) for name, cell in cells}


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty, yet
        return None


def _decides(code: CodeType) -> bool:
    """Whether an instruction of it does: `is` of anything but None, a match, a question of kind."""
    names = {*code.co_names}
    if not names.isdisjoint(_NAMES):
        return True
    if not (names.isdisjoint(_OF_KINDS) or names.isdisjoint(_KINDS)):
        return True
    before = -1, 0
    for at in range(0, len(code.co_code), 2):
        operation, operand = code.co_code[at], code.co_code[at + 1]
        if operation == _MATCH or (operation == _IS and not _is_none(code, *before)):
            return True
        before = operation, operand
    return False


def _is_none(code: CodeType, operation: int, operand: int) -> bool:
    is_constant = operation == _LOAD and operand < len(code.co_consts)
    return is_constant and code.co_consts[operand] is None
