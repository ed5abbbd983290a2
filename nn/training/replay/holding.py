"""Holding: what a thing holds in the way of its kind, such as a list, a property or an array.

Owns a row for each kind of Python's, NumPy's and ours: what is in such a thing, what of it is
compared as bits, and how it is set back. A thing may be of several kinds, as a module that is a
dict: all their rows count, so their order does not matter.
"""

import ctypes
import functools
import threading
import weakref
from argparse import Namespace
from array import array
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, MappingView
from contextvars import ContextVar, copy_context
from functools import partial
from queue import Queue
from random import Random
from types import (
    BuiltinMethodType,
    DynamicClassAttribute,
    MappingProxyType,
    MethodType,
    MethodWrapperType,
    SimpleNamespace,
)
from typing import Any, NamedTuple

from autograd import Op
from nn.data.problem import Problem
from nn.module import Module
from nn.training.callbacks import Callback
from nn.training.history import History
from nn.training.random_sources import NumpySource, NumpyState
from nn.training.replay.ones_own import home, is_ones_own, is_ours, slots_of
from nn.training.replay.put_back import (
    CACHED,
    fill,
    remembered,
    set_block,
    set_class,
    set_context,
    set_items,
    set_names,
)

# Compared as they are; anything else only by being the same object.
PLAIN = (int, float, complex, str, bytes, bool, type(None))
Undo = Callable[[], Any]


class Holding(NamedTuple):
    """What things of some kinds hold beside their attributes.

    Attributes:
        kinds: one is the class of such a thing, or a base of its class.
        things: what is in it, to be looked at in its turn.
        bits: what of it is compared as it is.
        put_back: functions that set it to what it holds now.
        sources: of random numbers.
        has_attributes: whether they count though its class is not the user's own.
    """

    kinds: tuple[type, ...]
    things: Callable[[Any], Iterable[Any]] | None = None
    bits: Callable[[Any], Hashable] | None = None
    put_back: Callable[[Any], Iterable[Undo]] | None = None
    sources: Callable[[Any], Iterable[Any]] | None = None
    has_attributes: bool = True


class Held(NamedTuple):
    """What counts of the things of one class.

    Attributes:
        rows: of all its kinds.
        is_own: whether the class is the user's own.
        has_attributes: whether attributes count.
        are_private_too: whether all of them.
        slots: the names of those that count.
    """

    rows: tuple[Holding, ...]
    is_own: bool
    has_attributes: bool
    are_private_too: bool
    slots: list[str]


def held_by(kind: type) -> Held:
    """What counts of the things of this class.

    Of a class of ours that is of a kind of Python's, such as a compiled function, which is a
    partial, private attributes do not count: there it keeps what it has counted.
    """
    rows = {base: row for base in kind.__mro__ if (row := _row_of(base)) is not None}
    is_own = is_ones_own(home(kind))
    has_attributes = is_own or any(row.has_attributes for row in rows.values())
    is_made_by_us = is_ours(home(kind)) and not any(is_ours(home(base)) for base in rows)
    of_kinds = tuple(dict.fromkeys(rows.values()))
    return Held(of_kinds, is_own, has_attributes, not is_made_by_us, slots_of(kind))


def as_it_is(number: Any) -> Hashable:
    """What is plain, with its class, as 1 is 1.0; a float by its bits, as 0.0 is -0.0."""
    return type(number), number.hex() if isinstance(number, float) else number


def _kind_of(names: dict[Any, Any]) -> type[dict[Any, Any]]:
    """Whose methods are asked, whatever a dict of one's own says of itself."""
    return OrderedDict if isinstance(names, OrderedDict) else dict  # it has an order of its own


def _words(names: dict[Any, Any]) -> Hashable:
    """The names that are words, at their places: nearly all are."""
    order = _kind_of(names).__iter__(names)
    return tuple([name if type(name) is str else type(name) for name in order])


def _values_of_names(names: dict[Any, Any]) -> list[Any]:
    kind = _kind_of(names)
    others = [name for name in kind.__iter__(names) if type(name) is not str]
    return [*others, *kind.values(names)]


def _names_put_back(names: dict[Any, Any]) -> list[Undo]:
    kind = _kind_of(names)
    before = dict(zip(kind.__iter__(names), kind.values(names), strict=True))
    return [partial(set_names, names, before)]


def _of_class(kind: type) -> list[Any]:
    if not is_ones_own(home(kind)):
        return []
    return [*vars(kind).values(), *kind.__bases__, type(kind)]


def _class_put_back(kind: type) -> list[Undo]:
    if not is_ones_own(home(kind)):
        return []
    return [partial(set_class, kind, n, x) for n, x in vars(kind).items() if n[:2] != "__"]


def _of_partial(thing: Any) -> tuple[Any, ...]:
    """Nothing of ours: what a compiled function calls changes when a program is made."""
    return () if is_ours(home(type(thing))) else (thing.func, thing.args, thing.keywords)


def _behind_proxy(proxy: Any) -> list[Any]:
    """What it stands for, whose methods it forwards; a class stands first in its own order."""
    methods = [getattr(proxy, name, None) for name in ("__reduce_ex__", "__setattr__", "__dir__")]
    found = [getattr(method, "__self__", None) for method in methods]
    found += getattr(proxy, "__mro__", ())[:1]
    return [x for x in found if any(each is proxy for each in weakref.getweakrefs(x))][:1]


def _context_put_back(variable: ContextVar[Any]) -> list[Undo]:
    is_set = variable in copy_context()
    return [partial(set_context, variable, variable.get())] if is_set else []


def _objects_of_array(thing: Any) -> list[Any]:
    """The objects themselves: a record is a new tuple whenever it is asked for."""
    kind = getattr(thing, "dtype", None)
    if kind is None:  # an object in a record
        return [thing]
    if getattr(kind, "names", None):
        return [x for name in kind.names for x in _objects_of_array(thing[name])]
    return [*thing.ravel().tolist()] if kind.hasobject else []


def _things_of_numpy(thing: Any) -> list[Any]:
    return _objects_of_array(thing) if hasattr(thing, "tobytes") else []


def _bits_of_array(thing: Any) -> Hashable:
    return (thing.shape, thing.tobytes()) if hasattr(thing, "tobytes") else ()


def _array_put_back(thing: Any) -> list[Undo]:
    if not hasattr(thing, "tobytes") or not thing.flags.writeable:
        return []
    return [partial(thing.__setitem__, ..., thing.copy())]


def _sources_of_numpy(thing: Any) -> list[Any]:
    if hasattr(thing, "bit_generator"):
        return [NumpySource(thing.bit_generator)]
    return [NumpyState(thing)] if hasattr(thing, "get_state") else []


def _kept_in_cache(function: Any) -> list[Any]:
    """An object of one's own that a function makes once; a number may be made anew at any time."""
    return [x for x in remembered(function) if not isinstance(x, PLAIN)]


_PAIRS: Any = type({}.items())
_VIEWS: Any = (type({}.keys()), type({}.values()))  # which are made when they are asked for
_DESCRIPTORS: Any = (
    functools.cached_property, functools.partialmethod, functools.singledispatchmethod,
    DynamicClassAttribute,
)  # fmt: skip
_WITH_NAMES: Any = (
    Module, Callback, Problem, SimpleNamespace, Namespace, UserDict, UserList, ChainMap, Queue,
    threading.local, threading.Event, threading.Semaphore,
    weakref.WeakKeyDictionary, weakref.WeakValueDictionary, weakref.WeakSet,
)  # fmt: skip

# Of a dict, and of the attributes of a thing.
NAMES = Holding(
    (dict,),
    _values_of_names,
    _words,
    put_back=_names_put_back,
)
HOLDINGS = (
    Holding((*_WITH_NAMES, Op, *_DESCRIPTORS)),  # all that they hold is in attributes
    Holding(
        (list,), list.__iter__, put_back=lambda x: [partial(set_items, x, [*list.__iter__(x)])]
    ),
    Holding(PLAIN, bits=as_it_is),  # of a class of one's own
    Holding((tuple,), tuple.__iter__),
    Holding((frozenset,), frozenset.__iter__),
    Holding((set,), set.__iter__, put_back=lambda x: [partial(fill, x, [*set.__iter__(x)])]),
    Holding((deque,), deque.__iter__, put_back=lambda x: [partial(fill, x, [*deque.__iter__(x)])]),
    NAMES,
    Holding((defaultdict,), lambda x: [x.default_factory]),
    Holding(_VIEWS, lambda x: x),
    Holding((_PAIRS,), lambda x: [each for pair in x for each in pair]),
    Holding((MappingView,), lambda x: [x._mapping]),
    Holding((MappingProxyType,), lambda x: [*x, *x.values()]),
    Holding(
        (array, bytearray),
        bits=bytes,
        put_back=lambda x: [partial(x.__setitem__, slice(None), x[:])],
    ),
    Holding(
        (memoryview, ctypes.Array),
        bits=bytes,
        put_back=lambda x: [partial(set_block, x, bytes(x))],
    ),
    Holding((ContextVar,), lambda x: [x.get(None)], put_back=_context_put_back),
    Holding((weakref.ref,), lambda x: [x()]),
    Holding((CACHED,), _kept_in_cache),
    Holding(weakref.ProxyTypes, _behind_proxy),
    Holding((partial,), _of_partial),
    Holding((property,), lambda x: [x.fget]),
    Holding((staticmethod, classmethod), lambda x: [x.__func__]),
    Holding((MethodType,), lambda x: [x.__self__, x.__func__], has_attributes=False),
    Holding(  # the random() of a Random
        (BuiltinMethodType, MethodWrapperType), lambda x: [x.__self__], has_attributes=False
    ),
    Holding((type,), _of_class, put_back=_class_put_back, has_attributes=False),
    Holding((Random,), sources=lambda x: [x], has_attributes=False),  # one of them is its state
    Holding((History,), lambda x: [len(x)], has_attributes=False),
)
_ROWS = {kind: row for row in HOLDINGS for kind in row.kinds}
# What NumPy has is known by where it stands, so that nobody has to load it.
_NUMPY = Holding((), _things_of_numpy, _bits_of_array, _array_put_back, _sources_of_numpy)


def _row_of(kind: type) -> Holding | None:
    is_numpys = home(kind).partition(".")[0] == "numpy" and not hasattr(kind, "__next__")
    return _NUMPY if is_numpys else _ROWS.get(kind)
