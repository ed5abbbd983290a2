"""The state of an optimiser of the user's own, beside what `SGD` has, in a checkpoint.

Owns which of its attributes are kept, numbers, texts, and lists, tuples and dicts of them by name,
by number or by parameter, and how they stand in JSON.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from autograd import Value
from autograd.attributes import attributes_of, slots_of
from nn.optim import SGD

_PLAIN = (type(None), bool, int, float, str)
_LISTS: dict[str, Any] = {"list": list, "tuple": tuple}
_OF_SGD = {"parameters", "velocities", "lr", "momentum", "dampening", "weight_decay", "nesterov"}


def own_state(optimizer: SGD, parameters: Sequence[Value]) -> dict[str, Any]:
    """Return the attributes of a subclass of SGD that a checkpoint can keep: name -> as JSON.

    Args:
        optimizer: whose.
        parameters: all of the training, by whose places its dicts may be kept.
    """
    places = {id(parameter): i for i, parameter in enumerate(parameters)}
    found = {}
    for name, thing in _own(optimizer).items():
        with suppress(TypeError):  # it is no number: `lost_by` says so when somebody resumes
            found[name] = _kept(thing, places)
    return found


def lost_by(optimizer: SGD, parameters: Sequence[Value], kept: dict[str, Any]) -> list[str]:
    """The attributes that change and are not in `kept`, the state of a checkpoint: their names."""
    now = own_state(optimizer, parameters)
    own = {name: thing for name, thing in _own(optimizer).items() if not callable(thing)}
    return [name for name in own if name not in now or name not in kept]


def put_back(optimizer: SGD, parameters: Sequence[Value], kept: dict[str, Any]) -> None:
    """Give an optimiser the attributes that `own_state` has found, but none that its class has.

    A slot is no more of the class than a place for one.
    """
    kind = type(optimizer)
    slots = {slot.__name__ for slot in slots_of(kind)}
    for name, thing in kept.items():
        if name in slots or not hasattr(kind, name):
            setattr(optimizer, name, _again(thing, parameters))


def check(own: Any, n_parameters: int) -> None:
    """Raise ValueError or TypeError unless `own_state` can have found this."""
    for name, thing in own.items():
        if not name.isidentifier() or name.strip("_") in _OF_SGD:
            raise ValueError(name)
        _check(thing, n_parameters)


def _own(optimizer: SGD) -> dict[str, Any]:
    found = attributes_of(optimizer)
    return {name: thing for name, thing in found.items() if name.strip("_") not in _OF_SGD}


def _kept(thing: Any, places: dict[int, int]) -> Any:
    """A number, text or None as it is, and what holds others as {its kind: its items}."""
    if isinstance(thing, _PLAIN):
        return thing
    for kind, of_kind in _LISTS.items():
        if type(thing) is of_kind:
            return {kind: [_kept(item, places) for item in thing]}
    if type(thing) is not dict:
        raise TypeError
    pairs = [(_kept_key(key, places), _kept(item, places)) for key, item in thing.items()]
    return {"dict": [list(pair) for pair in pairs]}


def _kept_key(key: Any, places: dict[int, int]) -> Any:
    if id(key) in places:
        return {"parameter": places[id(key)]}
    if type(key) not in (str, int):
        raise TypeError
    return key


def _again(thing: Any, parameters: Sequence[Value]) -> Any:
    if not isinstance(thing, dict):
        return thing
    ((kind, content),) = thing.items()
    if kind == "parameter":
        return parameters[content]
    if kind == "dict":
        return {_again(key, parameters): _again(item, parameters) for key, item in content}
    return _LISTS[kind](_again(item, parameters) for item in content)


def _check(thing: Any, n_parameters: int) -> None:
    if isinstance(thing, _PLAIN):
        return
    ((kind, content),) = thing.items()
    if kind == "dict":
        for key, item in content:
            if isinstance(key, dict):
                place = key["parameter"]
                if type(place) is not int or not 0 <= place < n_parameters or len(key) > 1:
                    raise ValueError(place)
            elif type(key) not in (str, int):
                raise TypeError(key)
            _check(item, n_parameters)
    elif kind in _LISTS:
        for item in content:
            _check(item, n_parameters)
    else:
        raise ValueError(kind)
