"""Whose a function, class or module is, and the names in it.

Owns telling the user's own modules from ours, Python's and installed ones; and which names the code
of a function looks up, and which attributes a class has.
"""

import os
import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeGuard

from autograd import attributes
from nn.module import Module

OURS = ("autograd", "nn")  # their functions and classes hold nothing that changes
_PYTHONS = Path(os.__file__).parent
# Of a class: Py_TPFLAGS_HEAPTYPE, as each has that is made by Python, and _IMMUTABLETYPE.
_IS_MADE, _IS_FIXED = 1 << 9, 1 << 8


def home(thing: FunctionType | ModuleType | type) -> str:
    """The name of the module where a function or class stands, or of a module; "" in doubt.

    What it says of itself counts only where that module bears it out: functools.wraps copies the
    name, make_dataclass may say it is Python's, and anybody can set it. In doubt it is one's own.
    """
    if type(thing) is FunctionType:  # knows the variables of its module, which nobody can set
        space = thing.__globals__
    elif is_module(thing):
        space = vars(thing)
    else:
        return _home_of_class(thing)
    name = str(space.get("__name__", ""))
    return name if _space_of(name) is space else ""


def _home_of_class(kind: Any) -> str:
    name = str(kind.__module__)
    if not kind.__flags__ & _IS_MADE or kind.__flags__ & _IS_FIXED:
        return name  # written in C: nobody can set its module
    found: Any = _space_of(name)
    for part in kind.__qualname__.split("."):  # who looks there finds it, or another
        found = found.get(part) if found is not None else None
        if found is kind:
            return name
        found = vars(found) if isinstance(found, type) else None
    return ""


def _space_of(name: str) -> dict[str, Any] | None:
    """The variables of a module that has been imported."""
    module = sys.modules.get(name)
    return vars(module) if is_module(module) else None


def is_module(thing: Any) -> TypeGuard[ModuleType]:
    """Whether a thing is a module; a proxy of one says so, and is none."""
    return issubclass(type(thing), ModuleType)


def is_ours(module: str) -> bool:
    """Whether a module is one of glassgrad's."""
    return module.partition(".")[0] in OURS


@cache
def is_ones_own(module: str) -> bool:
    """Whether a module is the user's own: neither ours nor Python's nor installed."""
    if is_ours(module):
        return False
    file = Path(getattr(sys.modules.get(module), "__file__", None) or "")
    if not {"site-packages", "dist-packages"}.isdisjoint(file.parts):
        return False
    is_named_so = module.partition(".")[0] in sys.stdlib_module_names  # as anybody may name a file
    return not is_named_so or (bool(file.name) and _PYTHONS not in file.parents)


def names_in(code: CodeType) -> set[str]:
    """The names that a function, and functions inside it, look up, also by globals()["name"]."""
    found = {*code.co_names}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
        elif isinstance(constant, str) and constant.isidentifier():
            found.add(constant)
    return found


def properties_of(kind: type) -> list[str]:
    """The names of the properties of a class."""
    return [name for each in kind.__mro__ for name, x in vars(each).items() if type(x) is property]


def slots_of(kind: type) -> list[str]:
    """The names of the slots of a module, or of a class and its bases that are one's own."""
    slots, of_all = attributes.slots_of(kind), issubclass(kind, Module)
    return [slot.__name__ for slot in slots if of_all or is_ones_own(home(slot.__objclass__))]
