"""The attributes of an object: what stands in its `__dict__`, and in slots.

Owns finding them and giving them to another object. A slot is read and filled through what Python
made of it in the class: that has the name by which a private one is known, and asks neither a
`__getattr__` nor a `__setattr__` of the class.
"""

from collections.abc import Mapping
from types import MemberDescriptorType
from typing import Any

__all__ = ["attributes_of", "give_attributes", "slots_of"]


def slots_of(kind: type, beside: type = object) -> list[MemberDescriptorType]:
    """The slots of a class and its bases, but for those of `beside`, one of them, and its bases.

    Those that a class written in Python has, in the order of their definition, those of its bases
    first: of two of one name the last is the one that is seen.
    """
    found: list[MemberDescriptorType] = []
    for base in reversed(kind.__mro__):
        if base not in beside.__mro__ and "__slots__" in vars(base):
            members = [x for x in [*vars(base).values()] if type(x) is MemberDescriptorType]
            found += _as_defined([x for x in members if x.__objclass__ is base], base)
    return found


def _as_defined(slots: list[MemberDescriptorType], base: type) -> list[MemberDescriptorType]:
    """The slots of one class, which Python has sorted, in the order of its `__slots__`.

    They stay sorted where it tells none, as an iterator that is used up.
    """
    told = vars(base)["__slots__"]
    if len(slots) < 2 or not isinstance(told, (tuple, list, dict)):
        return slots
    places = {name: place for place, name in enumerate(told)}

    def place(slot: MemberDescriptorType) -> int:
        # A private one has the name of its class before its own, which may end like another.
        own = max(filter(slot.__name__.endswith, places), key=len, default=None)
        return len(places) if own is None else places[own]

    return sorted(slots, key=place)


def attributes_of(thing: Any, beside: type = object) -> dict[str, Any]:
    """What an object has in its `__dict__`, and in the slots of `slots_of`, as a dict of its own.

    A slot that nothing has been assigned to is left out.
    """
    names = getattr(thing, "__dict__", None)
    found = {**names} if isinstance(names, dict) else {}
    for slot in slots_of(type(thing), beside):
        try:
            found[slot.__name__] = slot.__get__(thing)
        except AttributeError:
            continue
    return found


def give_attributes(thing: Any, attributes: Mapping[str, Any]) -> None:
    """Give an object what `attributes_of` another one of its class has found.

    Raises AttributeError, as an assignment does, for one for which it has no place.
    """
    if not attributes:  # as for nearly all Values
        return
    slots = {slot.__name__: slot for slot in slots_of(type(thing))}
    for name, x in attributes.items():
        if name in slots:
            slots[name].__set__(thing, x)
        elif hasattr(thing, "__dict__"):
            vars(thing)[name] = x
        else:
            object.__setattr__(thing, name, x)
