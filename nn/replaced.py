"""Replaced: a model with other parameters, as a function of which it can be differentiated.

Owns the copy: of the modules and containers in which parameters stand, and of nothing else.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograd import Value
from autograd.attributes import give_attributes

Members = Callable[[object], Iterable[tuple[str, object]]]


def replaced(root: Any, new: Mapping[Value, Any], members: Members) -> Any:
    """A copy of `root` with other things in place of some Values; what has none of these is shared.

    Args:
        root: a module.
        new: for each Value what takes its place, wherever it stands.
        members: the attributes or items of a module or a container.
    """
    things: dict[int, Any] = {}  # that there are, by their ids
    holders: dict[int, list[int]] = {}  # in which each of them stands
    pending: list[Any] = [root]
    while pending:
        thing = pending.pop()
        if id(thing) in things:
            continue
        things[id(thing)] = thing
        for _, item in members(thing) if not isinstance(thing, Value) else ():
            holders.setdefault(id(item), []).append(id(thing))
            pending.append(item)
    made = {id(value): x for value, x in new.items()}
    affected = [i for i in made if i in things]
    copied: set[int] = set()
    while affected:
        for i in holders.get(affected.pop(), ()):
            if i not in copied:
                copied.add(i)
                affected.append(i)
    for i in copied:
        made[i] = copy.copy(things[i])

    def renewed(item: Any) -> Any:
        if isinstance(item, tuple) and id(item) in copied:  # which cannot be filled later
            items = [renewed(x) for x in item]
            return type(item)(*items) if hasattr(item, "_fields") else type(item)(items)
        return made.get(id(item), item)

    for i in copied:
        thing, twin = things[i], made[i]
        if isinstance(thing, list):
            twin[:] = map(renewed, thing)
        elif isinstance(thing, dict):
            twin.update({key: renewed(item) for key, item in thing.items()})
        elif hasattr(thing, "dtype"):
            for place, item in enumerate(thing.flat):
                twin.flat[place] = renewed(item)
        elif not isinstance(thing, tuple):
            give_attributes(twin, {name: renewed(item) for name, item in members(thing)})
    return made.get(id(root), root)
