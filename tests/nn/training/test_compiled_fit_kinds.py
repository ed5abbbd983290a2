"""fit(compiled=True) finds what a loss reads through kinds of one's own, of what Python gives.

Owns attributes beside what a container, a reference, an operation or a cached function holds;
things of two kinds; and descriptors, whose functions read variables.
"""

import argparse
import array
import collections
import ctypes
import enum
import functools
import operator
import queue
import threading
import types
import weakref

import numpy as np
import pytest

import autograd as ag
import nn
import tests.nn.settings_package.asked as asked
import tests.nn.settings_package.numbers as settings
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp
from tests.nn.training.places import (
    check_that_a_change_is_seen,
    check_that_it_is_put_back,
    scaled,
)

shared = 1.0


def own(kind, **members):
    """A class of one's own, of that kind."""
    return types.new_class(
        f"Own{kind.__name__}",
        (kind,),
        exec_body=lambda space: space.update(__module__=__name__, **members),
    )


def same(x):
    return x


class Labelled(int, enum.Enum):
    one = 1


class Pair(collections.namedtuple("Pair", "a b")):
    pass


class Slotted(dict):
    __slots__ = ("factor",)


class OwnOp(ag.Op):
    pass


def operation(kind, name):
    found = kind(name, lambda x: x, lambda y, x: (1.0,))
    del ag.op.TABLE[name]  # not for the tests of every row
    return found


bag = own(set)()  # which no factor is set on
WITH_ATTRIBUTE = {
    "partial": functools.partial(same),
    "own partial": own(functools.partial)(same),
    "own partialmethod": own(functools.partialmethod)(same),
    "own cached_property": own(functools.cached_property)(same),
    "own singledispatchmethod": own(functools.singledispatchmethod)(same),
    "operation": operation(ag.Op, "same_of_a_test"),
    "own operation": operation(OwnOp, "own_same_of_a_test"),
    "lru_cache": functools.lru_cache(same),
    "cache": functools.cache(same),
    "singledispatch": functools.singledispatch(same),
    "compiled": ag.compile(same),
    "own reference": own(weakref.ref)(bag),
    "proxy": weakref.proxy(chained := own(collections.ChainMap)()),
    "own property": own(property)(same),
    "own staticmethod": own(staticmethod)(same),
    "staticmethod": staticmethod(same),
    "own classmethod": own(classmethod)(same),
    "own DynamicClassAttribute": own(types.DynamicClassAttribute)(same),
    "own enum.property": own(enum.property)(same),
    "Counter": collections.Counter(),
    "OrderedDict": collections.OrderedDict(),
    "own defaultdict": own(collections.defaultdict)(float),
    "own UserDict": own(collections.UserDict)(),
    "own UserList": own(collections.UserList)(),
    "own UserString": own(collections.UserString)(""),
    "own ChainMap": chained,
    "own frozenset": own(frozenset)(),
    "own array": own(array.array)("d"),
    "own bytearray": own(bytearray)(),
    "own bytes": own(bytes)(),
    "own str": own(str)(),
    "own int": own(int)(),
    "own complex": own(complex)(),
    "own array of ctypes": own(ctypes.c_double * 2)(),
    "own namedtuple": Pair(1, 2),
    "member of an Enum": Labelled.one,
    "slot beside items": Slotted(),
    "own queue": own(queue.Queue)(),
    "own thread's": own(threading.local)(),
    "own event": own(threading.Event)(),
    "own namespace": own(types.SimpleNamespace)(),
    "own Namespace": own(argparse.Namespace)(),
    "own WeakSet": own(weakref.WeakSet)(),
    "own array of NumPy": np.ones(1).view(own(np.ndarray)),
    "own number of NumPy": own(np.float64)(1.0),
    "vectorize": np.vectorize(same),
    "own history": own(nn.History)(),
}


class WithProperty:
    read = property(lambda self: shared)


class WithPartial:
    read = functools.partialmethod(lambda self, y: shared * y, 1.0)


class WithCached:
    read = functools.cached_property(lambda self: shared)


class WithDynamic:
    read = types.DynamicClassAttribute(lambda self: shared)


class WithMember:
    read = enum.property(lambda self: shared)


class Dispatched:
    @functools.singledispatchmethod
    def read(self, x):
        return shared * x


class Registered:
    @functools.singledispatchmethod
    def read(self, x):
        raise TypeError

    @read.register
    def _(self, x: str):
        return shared * float(x)


class OfClass:
    @functools.singledispatchmethod
    @classmethod
    def read(cls, x):
        return shared * x


@functools.singledispatch
def dispatched(x):
    return shared * x


class Items(collections.defaultdict):
    """It says that it is empty."""

    def __iter__(self):
        return iter(())

    def values(self):
        return ()

    def __len__(self):
        return 0


class Row(list):
    """It says that it is empty, too."""

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


class ListModule(nn.Module, list):
    pass


class DictModule(nn.Module, dict):
    pass


class ArrayModule(nn.Module, np.ndarray):
    pass


class ListOp(ag.Op, list):
    pass


@functools.cache
def configuration():
    return types.SimpleNamespace()


@functools.lru_cache
def table():
    return {}


class Asked(types.ModuleType):
    @property
    def number(self):
        return shared


with_property, with_partial = WithProperty(), WithPartial()
with_dynamic, with_member, dispatching = WithDynamic(), WithMember(), Dispatched()
module = Asked("asked_of_a_test")
row, items, two_lists = Row([1.0]), Items(), ListModule([1.0])
two_dicts, two_arrays = DictModule(), np.ones(1).view(ArrayModule)
list_op = operation(ListOp, "list_of_a_test")
list_op.append(1.0)
makes = collections.defaultdict(lambda: shared)
wrapped = collections.UserDict()
values, pairs = wrapped.values(), wrapped.items()
record = np.array([(None,)], dtype=[("factor", object)])
listed = collections.UserList([1.0])
proxied = weakref.proxy(row_of_proxy := own(list)([1.0]))
get = operator.attrgetter("factor")


def put(number):
    global shared
    shared = settings.factor = asked._factor = number
    for one in WITH_ATTRIBUTE.values():
        one.factor = number
    list.__setitem__(row, 0, number)
    dict.__setitem__(items, "factor", number)
    configuration().factor = table()["factor"] = number
    two_lists[0] = two_dicts["factor"] = two_arrays[0] = list_op[0] = number
    wrapped["factor"] = record["factor"][0] = listed[0] = row_of_proxy[0] = number


def of_module():
    return module.number


PLACES = {
    **{f"{n} with it": functools.partial(getattr, x, "factor") for n, x in WITH_ATTRIBUTE.items()},
    "property": lambda: with_property.read,
    "partialmethod": lambda: with_partial.read(),
    "cached_property": lambda: WithCached().read,
    "DynamicClassAttribute": lambda: with_dynamic.read,
    "property of an Enum": lambda: with_member.read,
    "singledispatchmethod": lambda: dispatching.read(1.0),
    "registered method": lambda: Registered().read("1"),
    "singledispatchmethod of a class": lambda: OfClass.read(1.0),
    "singledispatch": lambda: dispatched(1.0),
    "list that says it is empty": lambda: row[0],
    "dict that says it is empty": lambda: items["factor"],
    "module that is a list": lambda: two_lists[0],
    "module that is a dict": lambda: two_dicts["factor"],
    "module that is an array": lambda: float(two_arrays[0]),
    "operation that is a list": lambda: list_op[0],
    "what makes a default": lambda: makes.default_factory(),
    "values of a UserDict": lambda: sum(values),
    "items of a UserDict": lambda: dict(pairs)["factor"],
    "object that a cache keeps": lambda: configuration().factor,
    "dict that a cache keeps": lambda: table()["factor"],
    "objects in records": lambda: record["factor"][0],
    "UserList": lambda: listed[0],
    "proxy of a list": lambda: proxied[0],
    "attrgetter of a module": lambda: get(settings),
    "__getattr__ of a module": lambda: asked.factor,
    "class of a module": of_module,
}


@pytest.mark.parametrize("place", PLACES)
def test_what_a_callback_changes_is_seen(place, monkeypatch):
    check_that_a_change_is_seen(PLACES[place], put, monkeypatch)


@pytest.mark.parametrize("place", PLACES)
def test_what_the_loss_changes_is_put_back_and_done_for_each_batch(place, monkeypatch):
    check_that_it_is_put_back(PLACES[place], put, monkeypatch)


def test_calls_of_a_compiled_function_do_not_change_the_key(monkeypatch):
    helper = ag.compile(lambda x: x * 2.0)

    def callback(training):
        helper(1.0 + training.epoch)

    loss = scaled(lambda: helper.factor)
    helper.factor = 1.0
    found = both(mlp, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[callback])
    assert found.n_steps >= 50
    assert found.said == []


def test_an_iterator_of_numpy_is_refused(monkeypatch):
    left = []

    def make():
        left[:] = [np.arange(1.0, 1000.0).flat]
        return mlp()

    loss = scaled(lambda: float(next(left[0])) * 1e-3)
    found = both(make, (ROWS, NUMBERS), loss, monkeypatch, epochs=2)
    assert "holds an iterator, a flatiter" in found.said[0]
