"""Surroundings of a training: what a model and its loss compute with beside its parameters.

Owns what of it can be seen - attributes, closures, global variables, sources of random numbers,
what is printed - and putting it back after a run of the model that is not to count.
"""

import random
import sys
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from random import Random
from types import BuiltinMethodType, CodeType, FunctionType, MethodType
from typing import Any, TextIO, cast

from autograd import Value
from nn.module import Module

# Compared as they are; anything else only by being the same object.
PLAIN = (int, float, complex, str, bytes, bool, type(None))
OURS = ("autograd", "nn")  # their functions and classes hold nothing that changes


class ModelKey:
    """What can be reached from a model and a loss at one moment, to compare with another moment.

    Args:
        roots: modules, functions or objects. They are looked into, and so are modules, containers,
            and functions, classes and objects of the user's own files; of all else it counts
            which object it is.
        is_kept: whether `put_back` is to be filled.

    It holds what it has seen, so that none is freed and its place given to another object.
    """

    def __init__(self, roots: Sequence[Any], is_kept: bool = False) -> None:
        self.sources: list[Any] = []  # of random numbers
        self.put_back: list[Callable[[], Any]] = []  # each sets a place to what it holds now
        self._is_kept = is_kept
        self._held: list[Any] = []
        self._parts: list[Any] = []
        self._pending = [*roots]
        self._roots = set(map(id, roots))
        seen: set[int] = set()
        while self._pending:
            thing = self._pending.pop()
            if isinstance(thing, PLAIN):
                number = thing.hex() if isinstance(thing, float) else thing  # 0.0 is not -0.0
                self._parts.append((type(thing), number))
                continue
            self._held.append(thing)
            self._parts.append(id(thing))
            if id(thing) not in seen:
                seen.add(id(thing))
                self._look_into(thing)
        self._hash = hash(tuple(self._parts))

    def _look_into(self, thing: Any) -> None:
        if isinstance(thing, list):
            kinds = set(map(type, thing))
            if kinds == {Value}:  # most lists, at the speed of C
                self._held += thing
                self._parts.append(tuple(map(id, thing)))
            elif kinds == {float}:
                self._parts.append(array("d", thing).tobytes())
            else:
                self._pending += [*thing, len(thing)]
            if self._is_kept:
                self.put_back.append(partial(thing.__setitem__, slice(None), [*thing]))
        elif isinstance(thing, tuple):
            self._pending += [*thing, len(thing)]
        elif isinstance(thing, dict):
            self._look_into_names(thing)
        elif isinstance(thing, Random):
            self.sources.append(thing)
        elif _home(type(thing)).partition(".")[0] == "numpy":
            self._look_into_numpy(thing)
        elif isinstance(thing, partial):
            self._pending += [thing.func, thing.args, thing.keywords]
        elif isinstance(thing, MethodType):
            self._pending += [thing.__self__, thing.__func__]
        elif isinstance(thing, BuiltinMethodType):  # such as the random() of a Random
            self._pending.append(thing.__self__)
        elif isinstance(thing, (staticmethod, classmethod)):
            self._pending.append(thing.__func__)
        elif isinstance(thing, property):
            self._pending.append(thing.fget)
        elif isinstance(thing, FunctionType):
            self._look_into_function(thing)
        elif isinstance(thing, type):
            if _is_ones_own(_home(thing)):
                self._pending += [*vars(thing).values(), *thing.__bases__]
                if self._is_kept:
                    names = [name for name in vars(thing) if not name.startswith("__")]
                    self.put_back += [partial(setattr, thing, n, vars(thing)[n]) for n in names]
        elif isinstance(thing, Module) or id(thing) in self._roots or _is_ones_own(_home(thing)):
            self._look_into_names(getattr(thing, "__dict__", {}))
            self._pending.append(type(thing))

    def _look_into_names(self, names: dict[Any, Any]) -> None:
        self._pending += [x for item in names.items() for x in item]
        if self._is_kept:
            self.put_back.append(partial(_set_names, names, {**names}))

    def _look_into_function(self, function: FunctionType) -> None:
        if _home(function).partition(".")[0] in OURS:
            return
        self._pending += [function.__defaults__, function.__kwdefaults__]
        for cell in function.__closure__ or ():
            try:
                found = cell.cell_contents
            except ValueError:  # nothing has been assigned yet
                continue
            self._pending.append(found)
            if self._is_kept:
                self.put_back.append(partial(setattr, cell, "cell_contents", found))
        if _is_ones_own(_home(function)):
            space = function.__globals__
            for name in sorted(_names(function.__code__) & space.keys()):
                self._pending.append(space[name])
                if self._is_kept:
                    self.put_back.append(partial(space.__setitem__, name, space[name]))

    def _look_into_numpy(self, thing: Any) -> None:
        if hasattr(thing, "bit_generator"):
            self.sources.append(_NumpySource(thing.bit_generator))
        elif hasattr(thing, "get_state"):
            self.sources.append(_Legacy(thing))
        elif hasattr(thing, "tobytes"):
            self._parts.append((thing.shape, thing.tobytes()))
            if self._is_kept and thing.shape and thing.flags.writeable:
                self.put_back.append(partial(thing.__setitem__, ..., thing.copy()))

    def leaves(self) -> list[Value]:
        """The Values among all that was seen, whose numbers may be assigned."""
        return [x for x in self._held if isinstance(x, Value) and x.op is None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelKey) and self._parts == other._parts

    def __hash__(self) -> int:
        return self._hash


class ModelSurroundings:
    """What `fit` can see of what a cost depends on.

    Args:
        roots: the model, and the cost, whose loss may be a module or hold some.
    """

    def __init__(self, *roots: Any) -> None:
        self._roots = roots

    def key(self) -> ModelKey:
        """All of it, but for the numbers of Values and the state of sources of random numbers."""
        return ModelKey(self._roots)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block after which all of it, and the random numbers to come, are as before.

        Raises ValueError, when the block ends, if it drew random numbers, changed something or
        printed; what it printed is not shown.
        """
        before = ModelKey(self._roots, is_kept=True)
        leaves = before.leaves()
        numbers = [leaf.data for leaf in leaves]
        sources = [random, *before.sources, *_numpy_sources()]
        states = [source.getstate() for source in sources]
        out, listener = sys.stdout, _Listener(sys.stdout)
        sys.stdout = cast(TextIO, listener)
        try:
            yield
            changed = ""
            if [source.getstate() for source in sources] != states:
                changed = "draws random numbers"
            elif before != self.key():
                changed = "changes attributes or variables"
            elif [leaf.data.hex() for leaf in leaves] != [number.hex() for number in numbers]:
                changed = "assigns .data"
            elif listener.has_heard:
                changed = "prints"
        finally:
            sys.stdout = out
            for source, state in zip(sources, states, strict=True):
                source.setstate(state)
            for put_back in before.put_back:
                put_back()
            for leaf, number in zip(leaves, numbers, strict=True):
                if leaf.data.hex() != number.hex():
                    leaf.data = number
        if changed:
            raise ValueError(
                f"the model or the loss {changed}, which a program would do once and never again"
            )


class _Listener:
    """Stands for sys.stdout: it keeps to itself what this thread prints."""

    def __init__(self, out: Any) -> None:
        self._out, self._thread = out, threading.get_ident()
        self.has_heard = False

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return int(self._out.write(text))
        self.has_heard = True
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)


class _NumpySource:
    """A bit generator of NumPy, with the methods of `random.Random`."""

    def __init__(self, bits: Any) -> None:
        self._bits = bits

    def getstate(self) -> Any:
        return _comparable(self._bits.state)

    def setstate(self, state: Any) -> None:
        self._bits.state = state


class _Legacy:
    """A RandomState of NumPy, or its global one, with the methods of `random.Random`."""

    def __init__(self, state: Any) -> None:
        self._random = state

    def getstate(self) -> Any:
        return _comparable(self._random.get_state(legacy=False))

    def setstate(self, state: Any) -> None:
        self._random.set_state(state)


def _numpy_sources() -> list[_Legacy]:
    """NumPy's global source, if anybody has loaded it."""
    numpy_random = sys.modules.get("numpy.random")
    return [_Legacy(numpy_random)] if numpy_random is not None else []


def _comparable(state: Any) -> Any:
    """A state of NumPy's with a tuple in place of an array."""
    if isinstance(state, dict):
        return {name: _comparable(x) for name, x in state.items()}
    return tuple(state.tolist()) if hasattr(state, "tolist") else state


def _home(thing: Any) -> str:
    """The name of the module in which a function or class, or the class of an object, stands."""
    kind = thing if isinstance(thing, (FunctionType, type)) else type(thing)
    return str(kind.__module__)


@cache
def _is_ones_own(home: str) -> bool:
    """Whether a module is the user's own: neither ours nor Python's nor installed."""
    package = home.partition(".")[0]
    if package in OURS or package in sys.stdlib_module_names:
        return False
    folders = Path(getattr(sys.modules.get(home), "__file__", None) or "").parts
    return not {"site-packages", "dist-packages"} & {*folders}


def _names(code: CodeType) -> set[str]:
    """The names that a function, and functions inside it, look up."""
    found = {*code.co_names}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def _set_names(names: dict[Any, Any], before: dict[Any, Any]) -> None:
    if names != before or names.keys() != before.keys():
        for name in names.keys() - before.keys():
            del names[name]
    names.update(before)
