"""Unseen: code that may decide by a bool where a recording cannot see it.

Owns finding that. `c is True`, `match c` and `isinstance(c, bool)` ask no number: what stands for a
bool in a recording answers them as no bool does. Looked at is the code that is running, and what it
may call by the names in it: functions of its module, of those around it, and methods.
"""

import opcode
from collections.abc import Iterator, Mapping
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from autograd.origin import is_ours

MOST = 500  # pieces of code
_IS, _LOAD = opcode.opmap["IS_OP"], opcode.opmap["LOAD_CONST"]
_MATCH = opcode.opmap["MATCH_CLASS"]
_OF_KINDS, _KINDS = {"isinstance", "type", "issubclass"}, {"bool", "int"}


def may_decide(frame: FrameType, known: dict[int, bool]) -> bool:
    """Whether a frame's code, or what it reaches, may decide so.

    Args:
        known: a dict for the caller to keep, of code by its id.
    """
    code = frame.f_code
    if id(code) not in known:
        known[id(code)] = _reaches(frame)
    return known[id(code)]


def _reaches(frame: FrameType) -> bool:
    around = {name: frame.f_locals.get(name) for name in frame.f_code.co_freevars}
    pending: list[tuple[CodeType, Mapping[str, Any]]] = [(frame.f_code, frame.f_globals | around)]
    seen: set[int] = set()
    while pending and len(seen) < MOST:
        code, names = pending.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        if _decides(code):
            return True
        pending += [(inner, names) for inner in code.co_consts if isinstance(inner, CodeType)]
        for function in _called(code, names):
            if not is_ours(function.__code__, function.__globals__):
                cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
                around = {name: _content(cell) for name, cell in cells}
                pending.append((function.__code__, function.__globals__ | around))
    return False


def _called(code: CodeType, names: Mapping[str, Any]) -> Iterator[FunctionType]:
    """The functions that code may call by a name in it.

    They stand in its module, in modules that it names, and in classes of its module as methods. (Of
    what stands there the type is asked: an object may do anything when it is asked for its class.)
    """
    mentioned = {*code.co_names, *code.co_freevars}
    for name, thing in names.items():
        found: list[Any] = []
        if issubclass(type(thing), type) and thing.__module__ == names.get("__name__"):
            methods = mentioned | {"__init__", "__call__"} if name in mentioned else mentioned
            found = [vars(thing).get(method) for method in methods]
        elif name in mentioned:
            is_module = type(thing) is ModuleType
            found = [vars(thing).get(each) for each in mentioned] if is_module else [thing]
        for each in found:
            function = each.__func__ if type(each) in (staticmethod, classmethod) else each
            if type(function) is FunctionType:
                yield function


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty, yet
        return None


def _decides(code: CodeType) -> bool:
    """Whether an instruction of it does: `is` of anything but None, a match, a question of kind."""
    names = {*code.co_names}
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
