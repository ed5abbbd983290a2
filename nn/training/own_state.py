"""The state of an optimiser of the user's own, beside what `SGD` has, in a checkpoint.

Owns which of its attributes are kept, numbers, texts and lists and dicts of them by parameter or by
name, and how they stand in JSON.
"""

import copy
from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn.optim import SGD

PLAIN = (type(None), bool, int, float, str)
_OF_SGD = ("parameters", "velocities", "lr", "momentum", "dampening", "weight_decay", "nesterov")


def own_state(optimizer: SGD, parameters: Sequence[Value]) -> dict[str, Any]:
    """Return the attributes of a subclass of SGD that a checkpoint can keep: name -> as JSON.

    Args:
        optimizer: whose.
        parameters: all of the training, by whose places its dicts may be kept.
    """
    places = {id(parameter): i for i, parameter in enumerate(parameters)}
    found = {}
    for name, thing in vars(optimizer).items():
        if name.strip("_") not in _OF_SGD:
            try:
                found[name] = _kept(thing, places)
            except TypeError:
                continue  # it is no number: `lost_by` says so when somebody resumes
    return found


def lost_by(optimizer: SGD, parameters: Sequence[Value], kept: dict[str, Any]) -> list[str]:
    """The attributes that change and are not in `kept`, the state of a checkpoint: their names."""
    now = own_state(optimizer, parameters)
    return [
        name
        for name, thing in vars(optimizer).items()
        if name.strip("_") not in _OF_SGD
        and not callable(thing)
        and (name not in now or name not in kept)
    ]


def put_back(optimizer: SGD, parameters: Sequence[Value], kept: dict[str, Any]) -> None:
    """Give an optimiser the attributes that `own_state` has found."""
    for name, thing in kept.items():
        setattr(optimizer, name, _again(copy.deepcopy(thing), parameters))


def check(thing: Any, n_parameters: int) -> None:
    """Raise ValueError or TypeError unless `own_state` can have found this."""
    if isinstance(thing, dict):
        ((kind, items),) = thing.items()
        if kind == "list":
            for item in items:
                check(item, n_parameters)
        elif kind == "dict":
            for key, item in items:
                is_place = isinstance(key, int) and 0 <= key < n_parameters
                if not (is_place or isinstance(key, str)):
                    raise ValueError
                check(item, n_parameters)
        else:
            raise ValueError
    elif not isinstance(thing, PLAIN):
        raise TypeError


def _kept(thing: Any, places: dict[int, int]) -> Any:
    if isinstance(thing, PLAIN):
        return thing
    if type(thing) is list:
        return {"list": [_kept(item, places) for item in thing]}
    if type(thing) is dict and all(type(key) is str or id(key) in places for key in thing):
        return {
            "dict": [
                [key if type(key) is str else places[id(key)], _kept(item, places)]
                for key, item in thing.items()
            ]
        }
    raise TypeError


def _again(thing: Any, parameters: Sequence[Value]) -> Any:
    if not isinstance(thing, dict):
        return thing
    if "list" in thing:
        return [_again(item, parameters) for item in thing["list"]]
    return {
        key if isinstance(key, str) else parameters[key]: _again(item, parameters)
        for key, item in thing["dict"]
    }
