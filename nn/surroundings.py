"""Surroundings of a training: what a model computes with beside its parameters' numbers.

Owns what of it can be seen, attributes and sources of random numbers, and putting it back after a
run of the model that is not to count.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from autograd import Value
from nn.module import Module

# Compared as they are; anything else only by being the same object.
PLAIN = (int, float, complex, str, bytes, bool, type(None))


class ModelKey:
    """The attributes of modules at one moment, to compare with those at another.

    It holds them, so that none is freed and its place given to another object.
    """

    def __init__(self, *roots: Any) -> None:
        self._held: list[Any] = []
        self.modules: list[Module] = []
        self.sources: list[Random] = []
        self._parts: list[Any] = []
        pending = [*roots]
        seen: set[int] = set()
        while pending:
            thing = pending.pop()
            if isinstance(thing, PLAIN):
                number = thing.hex() if isinstance(thing, float) else thing  # 0.0 is not -0.0
                self._parts.append((type(thing), number))
                continue
            self._held.append(thing)
            self._parts.append(id(thing))
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if isinstance(thing, Module):
                self.modules.append(thing)
                pending += [x for item in vars(thing).items() for x in item]
            elif isinstance(thing, dict):
                pending += [x for item in thing.items() for x in item]
            elif isinstance(thing, (list, tuple)):
                if set(map(type, thing)) == {Value}:  # most lists, at the speed of C
                    self._held += thing
                    self._parts.append(tuple(map(id, thing)))
                else:
                    pending += [*thing, len(thing)]
            elif isinstance(thing, Random):
                self.sources.append(thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelKey) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(tuple(self._parts))


class ModelSurroundings:
    """What `fit` can see of what a cost depends on: the attributes of all modules.

    Args:
        roots: the model, and the loss, which may be a module or hold some.
    """

    def __init__(self, *roots: Any) -> None:
        self._roots = roots

    def key(self) -> ModelKey:
        """Attributes, but for the numbers of Values and the state of sources of random numbers."""
        return ModelKey(*self._roots)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block after which the attributes and the random numbers to come are as before.

        Raises ValueError, when the block ends, if it drew random numbers or set an attribute.
        """
        before = self.key()
        attributes = [{**vars(module)} for module in before.modules]
        sources: list[Any] = [random, *before.sources]
        states = [source.getstate() for source in sources]
        numpy_state = _numpy_state()
        try:
            yield
            now = [source.getstate() for source in sources]
            changed = ""
            if now != states or _bytes(_numpy_state()) != _bytes(numpy_state):
                changed = "draws random numbers"
            elif before != self.key():
                changed = "sets attributes of the model"
        finally:
            for source, state in zip(sources, states, strict=True):
                source.setstate(state)
            if numpy_state is not None:
                sys.modules["numpy.random"].set_state(numpy_state)
            for module, own in zip(before.modules, attributes, strict=True):
                vars(module).update(own)
                for name in vars(module).keys() - own.keys():
                    del vars(module)[name]
        if changed:
            raise ValueError(
                f"the model or the loss {changed}, which a program would do once and never again"
            )


def _numpy_state() -> Any:
    """The state of NumPy's global source of random numbers, if anybody has loaded it."""
    numpy = sys.modules.get("numpy.random")
    return numpy.get_state() if numpy is not None else None


def _bytes(state: Any) -> Any:
    return None if state is None else [x.tobytes() if hasattr(x, "tobytes") else x for x in state]
