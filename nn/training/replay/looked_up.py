"""Looked up: the variables that a function may read by their names, and where these stand.

Owns which names of which modules are a function's own business; it changes nothing.
"""

import sys
from collections.abc import Iterator
from operator import attrgetter
from types import FunctionType, ModuleType
from typing import Any

from nn.training.replay.ones_own import home, is_module, is_ones_own, names_in

Space = dict[str, Any]  # the variables of a module

# By which a function may look up a name that does not stand in its code.
BY_ANY_NAME = {"getattr", "vars", "__dict__", "attrgetter"}
# By which Python asks a module for a name that it has not.
ASKED_LAST = "__getattr__"


def looked_up_by(function: FunctionType, closed_over: list[Any]) -> Iterator[tuple[Space, Space]]:
    """For each module where a function of one's own may look: its space, and what is found there.

    Args:
        closed_over: what the closure of the function holds, which may be modules.
    """
    names = names_in(function.__code__)
    globals_found = _among(names, function.__globals__)
    yield function.__globals__, globals_found
    found = [*closed_over, *globals_found.values()]
    found += [sys.modules[name] for name in sorted(names & sys.modules.keys())]
    is_open = not names.isdisjoint(BY_ANY_NAME) or any(map(_looks_up_any_name, found))
    seen: set[ModuleType] = set()
    while found:  # modules, such as files of settings, and modules in these
        module = found.pop()
        if not is_module(module) or module in seen or not is_ones_own(home(module)):
            continue
        seen.add(module)
        space = vars(module)
        there = variables_of(module) if is_open else _among(names | {ASKED_LAST}, space)
        yield space, there
        found += there.values()


def variables_of(module: ModuleType) -> Space:
    """All variables of a module but for those that Python gives."""
    names = {name for name in vars(module) if name[:2] != "__"}
    return _among(names | {ASKED_LAST}, vars(module))


def _among(names: set[str], space: Space) -> Space:
    return {name: space[name] for name in sorted(names & space.keys())}


def _looks_up_any_name(thing: Any) -> bool:
    return thing is getattr or thing is vars or type(thing) is attrgetter
