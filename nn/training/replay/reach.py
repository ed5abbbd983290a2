"""What can be reached from a model and its loss: all that they may compute with.

Owns the walk through attributes, containers, closures, global variables and classes, and how each
place that it comes by is set back to what it holds.
"""

import ctypes
import sys
import threading
import weakref
from argparse import Namespace
from array import array
from collections import ChainMap, UserDict, UserList, deque
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar, copy_context
from functools import partial
from queue import Queue, SimpleQueue
from random import Random
from types import (
    BuiltinMethodType,
    FunctionType,
    MappingProxyType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any

from autograd import Op, Value
from autograd.replay import pass_on
from nn.data.problem import Problem
from nn.module import Module
from nn.optim import SGD
from nn.training.callbacks import Callback
from nn.training.history import History
from nn.training.random_sources import NumpySource, NumpyState
from nn.training.replay.ones_own import OURS, home, is_ones_own, names_in, properties_of, slots_of
from nn.training.replay.put_back import (
    fill,
    set_block,
    set_cell,
    set_class,
    set_context,
    set_items,
    set_names,
    set_slot,
)
from nn.training.state import Training

# Compared as they are; anything else only by being the same object.
PLAIN = (int, float, complex, str, bytes, bool, type(None))
# What one's own class may be a kind of, with attributes beside its items.
WITH_ITEMS = (list, tuple, frozenset, set, deque, dict, array, bytearray, Random, *PLAIN)
PAIRS: Any = type({}.items())
VIEWS: Any = (type({}.keys()), type({}.values()), PAIRS)
HOLDING = (Op, MappingProxyType, memoryview, ctypes.Array, weakref.ref, ContextVar, *VIEWS)
WITH_NAMES = (
    UserDict, UserList, ChainMap, Queue, threading.local, threading.Event, threading.Semaphore,
    weakref.WeakKeyDictionary, weakref.WeakValueDictionary, weakref.WeakSet, Callback, Problem,
)  # fmt: skip
# By which a function may look up a name that does not stand in its code.
BY_ANY_NAME = {"getattr", "vars", "__dict__", "attrgetter"}
# Ours that change in a training: they count where one's own functions name an attribute of theirs.
OF_A_TRAINING = (SGD, Training)


class ModelKey:
    """What can be reached from a model and a loss at one moment, to compare with another moment.

    Args:
        roots: modules, functions or objects. They are looked into, and so are modules, containers,
            and functions, classes and objects of the user's own files; of all else it counts
            which object it is.
        is_kept: whether `put_back` is to be filled.

    It holds what it has seen, so that none is freed and its place given to another object.

    Attributes:
        has_own_code: whether there are functions or classes that are not ours.
    """

    def __init__(self, roots: Sequence[Any], is_kept: bool = False) -> None:
        self.sources: list[Any] = []  # of random numbers
        self.iterators: list[Any] = []
        self.put_back: list[Callable[[], Any]] = []  # each sets a place to what it holds now
        self.caches: list[Any] = []  # functions that may remember numbers of what is put back
        self.has_own_code = False
        self._is_kept = is_kept
        self._held: list[Any] = []
        self._parts: list[Any] = []
        self._pending = [*roots]
        self._roots = set(map(id, roots))
        self._seen: set[int] = set()
        self._named: set[str] = set()  # attributes, by one's own functions
        self._of_a_training: list[Any] = []
        self._look_at_pending()
        while self._add_what_is_named():
            self._look_at_pending()
        self._hash = hash(tuple(self._parts))

    def _look_at_pending(self) -> None:
        while self._pending:
            thing = self._pending.pop()
            try:
                self._look_at(thing)
            except Exception as error:  # noqa: BLE001 - of the user's class: which one it is counts
                pass_on(error)
                self._held.append(thing)
                self._parts.append(id(thing))

    def _look_at(self, thing: Any) -> None:
        if isinstance(thing, PLAIN):
            number = thing.hex() if isinstance(thing, float) else thing  # 0.0 is not -0.0
            self._parts.append((type(thing), number))
            if type(thing) in PLAIN:
                return
        self._held.append(thing)
        self._parts.append(id(thing))
        if id(thing) in self._seen or thing.__class__ is Value:
            return
        self._seen.add(id(thing))
        self._look_into(thing)
        if isinstance(thing, WITH_ITEMS) and is_ones_own(home(type(thing))):
            self._look_into_object(thing)  # it may have attributes beside its items
        names = getattr(thing, "__dict__", None)
        if isinstance(names, dict) and "__wrapped__" in names:
            self._pending.append(names["__wrapped__"])  # a compiled or cached function's
            if self._is_kept and hasattr(thing, "cache_clear"):
                self.caches.append(thing)

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
                self.put_back.append(partial(set_items, thing, [*thing]))
        elif isinstance(thing, Module):
            self._look_into_object(thing)
        elif isinstance(thing, (tuple, frozenset)):
            self._pending += [*thing, len(thing)]
        elif isinstance(thing, (set, deque)):
            self._pending += [*thing, len(thing)]
            if self._is_kept:
                self.put_back.append(partial(fill, thing, [*thing]))
        elif isinstance(thing, (array, bytearray)):
            self._parts.append(bytes(thing))
            if self._is_kept:
                self.put_back.append(partial(thing.__setitem__, slice(None), thing[:]))
        elif isinstance(thing, dict):
            self._look_into_names(thing)
        elif type(thing) is History:
            self._pending.append(len(thing))
        elif type(thing) in OF_A_TRAINING:
            self._of_a_training.append(thing)
        elif isinstance(thing, (*HOLDING, *WITH_NAMES)):
            self._look_into_other(thing)
        elif isinstance(thing, Random):
            self.sources.append(thing)
        elif any(home(kind).partition(".")[0] == "numpy" for kind in type(thing).__mro__):
            self._look_into_numpy(thing)
            self._look_into_object(thing)  # one of a class of one's own has attributes, too
        elif isinstance(thing, partial):
            self._pending += [thing.func, thing.args, thing.keywords]
        elif isinstance(thing, MethodType):
            self._pending += [thing.__self__, thing.__func__]
        elif isinstance(thing, ModuleType):
            self._look_into_module(thing)
        elif isinstance(thing, (BuiltinMethodType, MethodWrapperType)):  # the random() of a Random
            self._pending.append(thing.__self__)
        elif isinstance(thing, (staticmethod, classmethod)):
            self._pending.append(thing.__func__)
        elif isinstance(thing, property):
            self._pending.append(thing.fget)
        elif isinstance(thing, FunctionType):
            self._look_into_function(thing)
        elif isinstance(thing, type):
            if is_ones_own(home(thing)):
                self._pending += [*vars(thing).values(), *thing.__bases__, type(thing)]
                if self._is_kept:
                    names = [name for name in vars(thing) if not name.startswith("__")]
                    self.put_back += [partial(set_class, thing, n, vars(thing)[n]) for n in names]
        elif hasattr(type(thing), "__next__") or isinstance(thing, SimpleQueue):
            self.iterators.append(thing)  # nobody can look into one without taking something out
        elif (
            isinstance(thing, (SimpleNamespace, Namespace))
            or id(thing) in self._roots
            or is_ones_own(home(thing))
        ):
            self._look_into_object(thing)

    def _add_what_is_named(self) -> bool:
        """Whether there are optimisers and trainings of which a function names an attribute.

        What they hold is pending then, but velocities only if these are named: numbers of a step.
        """
        left, self._of_a_training = self._of_a_training, []
        for thing in left:
            held = {name.lstrip("_"): x for name, x in vars(thing).items()}
            attributes = {*held, *properties_of(type(thing))} - {"parameters"}
            if self._named.isdisjoint(attributes):
                self._of_a_training.append(thing)
                continue
            if "velocities" not in self._named:
                held.pop("velocities", None)
            self._pending += [*held, *held.values()]
            if self._is_kept:
                self.put_back.append(partial(set_names, vars(thing), {**vars(thing)}))
        return bool(self._pending)

    def _look_into_object(self, thing: Any) -> None:
        self._look_into_names(getattr(thing, "__dict__", {}))
        if not is_ones_own(home(thing)):
            return
        self.has_own_code = True
        self._pending.append(type(thing))
        slots = slots_of(type(thing))
        found = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
        self._pending += found.values()
        if self._is_kept:
            self.put_back += [partial(set_slot, thing, name, x) for name, x in found.items()]

    def _look_into_names(self, names: dict[Any, Any]) -> None:
        self._pending += names
        self._pending += names.values()
        if self._is_kept:
            self.put_back.append(partial(set_names, names, {**names}))

    def _look_into_function(self, function: FunctionType) -> None:
        if home(function).partition(".")[0] in OURS:
            return
        self.has_own_code = True
        self._named |= names_in(function.__code__)
        self._pending += [function.__code__, function.__defaults__, function.__kwdefaults__]
        self._look_into_names(vars(function))
        found: list[Any] = []
        for cell in function.__closure__ or ():
            try:
                found.append(cell.cell_contents)
            except ValueError:  # nothing has been assigned yet
                continue
            if self._is_kept:
                self.put_back.append(partial(set_cell, cell, found[-1]))
        self._look_at_variables(found)
        if is_ones_own(home(function)):
            names = names_in(function.__code__)
            found += self._look_up(names, function.__globals__)
            found += [sys.modules[name] for name in sorted(names & sys.modules.keys())]
            seen, are_open = set(), not names.isdisjoint(BY_ANY_NAME)
            while found:  # modules, such as files of settings, and modules in these
                module = found.pop()
                if isinstance(module, ModuleType) and module not in seen:
                    seen.add(module)
                    if is_ones_own(module.__name__):
                        wanted = _names_of(module) if are_open else names
                        found += self._look_up(wanted, vars(module))

    def _look_into_module(self, module: ModuleType) -> None:
        """One that somebody holds: which of its names are looked up there, nobody can tell."""
        if is_ones_own(module.__name__):
            self._look_up(_names_of(module), vars(module))

    def _look_up(self, names: set[str], space: dict[str, Any]) -> list[Any]:
        """Look into the variables of these names."""
        found = {name: space[name] for name in sorted(names & space.keys())}
        self._look_at_variables(found.values())
        if self._is_kept:
            self.put_back += [partial(space.__setitem__, name, x) for name, x in found.items()]
        return [*found.values()]

    def _look_at_variables(self, found: Iterable[Any]) -> None:
        """Look into what functions look up; of a module it counts which one it is.

        Those who have found it know which of its names they look up there.
        """
        for x in found:
            if isinstance(x, ModuleType):
                self._held.append(x)
                self._parts.append(id(x))
            else:
                self._pending.append(x)

    def _look_into_numpy(self, thing: Any) -> None:
        if hasattr(thing, "bit_generator"):
            self.sources.append(NumpySource(thing.bit_generator))
        elif hasattr(thing, "get_state"):
            self.sources.append(NumpyState(thing))
        elif hasattr(thing, "tobytes"):
            if str(thing.dtype) == "object":
                self._pending += thing.ravel().tolist()
            self._parts.append((thing.shape, thing.tobytes()))
            if self._is_kept and thing.flags.writeable:
                self.put_back.append(partial(thing.__setitem__, ..., thing.copy()))

    def _look_into_other(self, thing: Any) -> None:
        """What holds something in a way of its own."""
        if isinstance(thing, Op):  # of the user's own
            self._pending += [thing.forward, thing.partials]
        elif isinstance(thing, PAIRS):  # which are made when they are asked for
            self._pending += [x for pair in thing for x in pair]
        elif isinstance(thing, VIEWS):
            self._pending += [*thing]
        elif isinstance(thing, MappingProxyType):
            self._look_into({**thing})
        elif isinstance(thing, (memoryview, ctypes.Array)):
            self._parts.append(bytes(thing))
            if self._is_kept:
                self.put_back.append(partial(set_block, thing, bytes(thing)))
        elif isinstance(thing, weakref.ref):
            self._pending.append(thing())
        elif isinstance(thing, ContextVar):
            self._pending.append(thing.get(None))
            if self._is_kept and thing in copy_context():
                self.put_back.append(partial(set_context, thing, thing.get()))
        else:
            self._look_into_object(thing)

    def leaves(self) -> list[Value]:
        """The Values among all that was seen, whose numbers may be assigned."""
        return [x for x in self._held if isinstance(x, Value) and x.op is None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelKey) and self._parts == other._parts

    def __hash__(self) -> int:
        return self._hash


def _names_of(module: ModuleType) -> set[str]:
    """The names of a module but for those that Python gives."""
    return {name for name in vars(module) if name[:2] != "__"}
