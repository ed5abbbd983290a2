"""What can be reached from a model and its loss: all that they may compute with.

Owns the walk through attributes, containers, closures, global variables and classes, and the key
that it leaves; `holding` and `looked_up` say what there is to see, and only this changes anything.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from queue import SimpleQueue
from types import FunctionType
from typing import Any

from autograd import Value
from autograd.replay import pass_on
from nn.optim import SGD
from nn.training.replay.holding import NAMES, PLAIN, Held, Holding, as_it_is, held_by
from nn.training.replay.looked_up import Space, looked_up_by, variables_of
from nn.training.replay.ones_own import (
    home,
    is_module,
    is_ones_own,
    is_ours,
    names_in,
    properties_of,
)
from nn.training.replay.put_back import (
    clear_cache,
    empty_slot,
    remembered,
    set_cell,
    set_names,
    set_slot,
)
from nn.training.state import Training

# Ours that change in a training: they count where one's own functions name an attribute of theirs.
OF_A_TRAINING = (SGD, Training)
_ARE_PLAIN = frozenset(map(id, PLAIN))  # a class of the user's may say that it equals any


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
        # Each clears what a function has remembered since, numbers of what is put back.
        self.caches: list[Callable[[], Any]] = []
        self.has_own_code = False
        self._is_kept = is_kept
        self._held: list[Any] = []
        self._parts: list[Any] = []
        self._pending = [*roots]
        self._roots = set(map(id, roots))
        self._seen: set[int] = set()
        self._kinds: dict[int, Held] = {}  # by the identity of a class
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
        if id(type(thing)) in _ARE_PLAIN:
            self._parts.append(as_it_is(thing))
            return
        self._held.append(thing)
        self._parts.append(id(thing))
        if id(thing) in self._seen or type(thing) is Value:
            return
        self._seen.add(id(thing))
        names = getattr(thing, "__dict__", None)
        names = names if isinstance(names, dict) else None
        if type(thing) in OF_A_TRAINING:
            self._of_a_training.append(thing)
        elif type(thing) is FunctionType:
            self._look_into_function(thing)
        else:
            self._look_into(thing, names)
        if names is not None and "__wrapped__" in names:
            self._pending.append(names["__wrapped__"])  # a compiled or cached function's
            if self._is_kept and hasattr(thing, "cache_clear"):
                self.caches.append(partial(clear_cache, thing, remembered(thing)))

    def _look_into(self, thing: Any, names: dict[str, Any] | None) -> None:
        """Look into what a thing holds, and into these attributes of it."""
        kind = type(thing)
        held = self._kinds.get(id(kind)) or self._kinds.setdefault(id(kind), held_by(kind))
        for row in held.rows:
            self._follow(row, thing)
        if is_module(thing):  # which of its names are looked up, nobody can tell
            self._look_at_variables([thing])
            if is_ones_own(home(thing)):
                self._look_at_space(vars(thing), variables_of(thing))
        elif not held.rows and (hasattr(kind, "__next__") or isinstance(thing, SimpleQueue)):
            self.iterators.append(thing)  # nobody can look into one without taking something out
        elif held.has_attributes or id(thing) in self._roots:
            if names is not None and held.are_private_too:
                self._follow(NAMES, names)
            elif names is not None:
                self._look_at_public(thing, names)
            if held.slots:
                self._look_into_slots(thing, held.slots)
            if held.is_own:
                self.has_own_code = True
                self._pending.append(kind)

    def _follow(self, row: Holding, thing: Any) -> None:
        if row.things is not None:
            self._look_at_all(row.things(thing))
        if row.bits is not None:
            self._parts.append(row.bits(thing))
        if row.sources is not None:
            self.sources += row.sources(thing)
        if row.put_back is not None and self._is_kept:
            self.put_back += row.put_back(thing)

    def _look_at_all(self, things: Iterable[Any]) -> None:
        """Look at these; most are of one kind, and go at the speed of C."""
        things = [*things]
        kinds = set(map(type, things))
        if kinds == {Value}:
            self._held += things
            self._parts.append(tuple(map(id, things)))
        elif kinds == {float}:
            self._parts.append(array("d", things).tobytes())
        else:
            self._pending += [*things, len(things)]

    def _look_at_public(self, thing: Any, names: dict[str, Any]) -> None:
        """Look at the attributes of a thing of ours, but for those in which it counts its calls."""
        public = {n: x for n, x in names.items() if n[:1] != "_" or n[:2] == "__"}
        self._pending += [*public, *public.values()]
        if self._is_kept:
            self.put_back += [partial(set_slot, thing, n, x) for n, x in public.items()]

    def _look_into_slots(self, thing: Any, slots: list[str]) -> None:
        found = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
        self._pending += found.values()
        if self._is_kept:
            self.put_back += [partial(set_slot, thing, name, x) for name, x in found.items()]
            self.put_back += [partial(empty_slot, thing, n) for n in slots if n not in found]

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

    def _look_into_function(self, function: FunctionType) -> None:
        where = home(function)
        if is_ours(where) and "__wrapped__" not in vars(function):
            return
        # One of ours around a function keeps what it was given beside it, as vmap its axes.
        if not is_ours(where):
            self.has_own_code = True
            self._named |= names_in(function.__code__)
        self._pending += [function.__code__, function.__defaults__, function.__kwdefaults__]
        self._follow(NAMES, vars(function))
        found: list[Any] = []
        for cell in function.__closure__ or ():
            try:
                found.append(cell.cell_contents)
            except ValueError:  # nothing has been assigned yet
                continue
            if self._is_kept:
                self.put_back.append(partial(set_cell, cell, found[-1]))
        self._look_at_variables(found)
        if is_ones_own(where):
            for space, variables in looked_up_by(function, found):
                self._look_at_space(space, variables)

    def _look_at_space(self, space: Space, variables: Space) -> None:
        """Look into these variables of a module."""
        self._look_at_variables(variables.values())
        if self._is_kept:
            self.put_back += [partial(space.__setitem__, n, x) for n, x in variables.items()]

    def _look_at_variables(self, found: Iterable[Any]) -> None:
        """Look into what functions look up; of a module it counts which one it is.

        Those who have found it know which of its names they look up there.
        """
        for x in found:
            if is_module(x):
                self._held.append(x)
                self._parts.append(id(x))
                if is_ones_own(home(type(x))):
                    self._pending.append(type(x))
            else:
                self._pending.append(x)

    def leaves(self) -> list[Value]:
        """The Values among all that was seen, whose numbers may be assigned."""
        return [x for x in self._held if issubclass(type(x), Value) and x.op is None]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelKey) and self._parts == other._parts

    def __hash__(self) -> int:
        return self._hash
