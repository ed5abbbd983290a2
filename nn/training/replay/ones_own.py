"""Whose a function, class or object is, and the names in it.

Owns telling the user's own modules from ours, Python's and installed ones; and which names the code
of a function looks up, and which attributes a class has.
"""

import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from autograd import attributes

OURS = ("autograd", "nn")  # their functions and classes hold nothing that changes


def home(thing: Any) -> str:
    """The name of the module in which a function or class, or the class of an object, stands."""
    kind = thing if isinstance(thing, (FunctionType, type)) else type(thing)
    return str(kind.__module__)


def is_ours(module: str) -> bool:
    """Whether a module is one of glassgrad's."""
    return module.partition(".")[0] in OURS


@cache
def is_ones_own(module: str) -> bool:
    """Whether a module is the user's own: neither ours nor Python's nor installed."""
    if is_ours(module) or module.partition(".")[0] in sys.stdlib_module_names:
        return False
    folders = Path(getattr(sys.modules.get(module), "__file__", None) or "").parts
    return not {"site-packages", "dist-packages"} & {*folders}


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
    """The names of the slots of a class and its bases, of those of them that are one's own."""
    slots = attributes.slots_of(kind)
    return [slot.__name__ for slot in slots if is_ones_own(home(slot.__objclass__))]
