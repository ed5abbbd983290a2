"""fit(compiled=True) finds what a loss reads wherever Python lets it stand, and puts it back.

Owns the places: packages, closures, attributes of containers, caches, compiled helpers, and classes
that do not let themselves be set.
"""

import array
import collections
import contextvars
import ctypes
import enum
import functools
import queue
import random
import threading
import types
import weakref

import numpy as np
import pytest

import autograd as ag
import nn
import tests.nn.settings_package.numbers
from nn import Module
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp
from tests.nn.training.places import (
    check_that_a_change_is_seen,
    check_that_it_is_put_back,
    scaled,
)

settings = tests.nn.settings_package.numbers
factor = 1.0


def _in_closure():
    import tests.nn.settings_package.numbers as numbers

    return lambda: numbers.factor


def _of_import():
    from tests.nn.settings_package import numbers

    return numbers.factor


class Table(dict):
    pass


class Row(list):
    pass


class Pair(tuple):
    pass


class Number(float):
    pass


class Bag(set):
    pass


class Dice(random.Random):
    pass


class Meta(type):
    factor = 1.0


class OfMeta(metaclass=Meta):
    pass


class Private:
    __slots__ = ("__factor",)

    def set(self, number):
        self.__factor = number

    def get(self):
        return self.__factor


with_attributes = [Table(), Row(), Pair(), Number(), Bag(), Dice(1), collections.deque()]
with_attributes[-1] = type("Queue", (collections.deque,), {"__module__": __name__})()
private = Private()
wrapped, chained = collections.UserDict(), collections.ChainMap()
plain = {}
seen = types.MappingProxyType(plain)
block = bytearray(1)
view = memoryview(block)
raw = (ctypes.c_double * 1)()
objects = np.array([None, None], dtype=object)
of_thread, of_context = threading.local(), contextvars.ContextVar("factor")
held, holder = types.SimpleNamespace(), types.SimpleNamespace(module=settings)


class Measured(np.ndarray):
    pass


measured, row_of_numbers = np.ones(1).view(Measured), array.array("d", [1.0])
weak = weakref.ref(with_attributes[4])
by_weak_key, weak_values = weakref.WeakKeyDictionary(), weakref.WeakValueDictionary()
weak_values["bag"] = with_attributes[4]
names_of_settings = ["factor"]
values, items = plain.values(), plain.items()
problem, callback_of_ours = nn.problem_of("iris"), nn.Callback()


def put(number):
    global factor
    factor = settings.factor = Meta.factor = raw[0] = objects[0] = number
    plain["factor"] = wrapped["factor"] = chained["factor"] = of_thread.factor = number
    private.set(number)
    by_weak_key[OfMeta] = problem.rows[0][0] = callback_of_ours.factor = number
    of_context.set(number)
    block[0] = int(number * 8)
    measured[0] = row_of_numbers[0] = number
    for one in with_attributes:
        one.factor = number
    cached.cache_clear()


@functools.lru_cache
def cached():
    return plain["factor"]


PLACES = {
    "package": lambda: tests.nn.settings_package.numbers.factor,
    "closure": _in_closure(),
    "import": _of_import,
    "getattr": lambda: getattr(settings, "factor"),  # noqa: B009
    "getattr of a name": lambda: getattr(settings, names_of_settings[0]),
    "vars of a name": lambda: vars(settings)[names_of_settings[0]],
    "globals": lambda: globals()["factor"],
    "metaclass": lambda: OfMeta.factor,
    "private slot": private.get,
    "cache": lambda: cached(),
    "UserDict": lambda: wrapped["factor"],
    "ChainMap": lambda: chained["factor"],
    "MappingProxyType": lambda: seen["factor"],
    "weak key": lambda: by_weak_key[OfMeta],
    "weak value": lambda: weak_values["bag"].factor,
    "values of a dict": lambda: sum(values),
    "items of a dict": lambda: dict(items)["factor"],
    "problem": lambda: problem.rows[0][0],
    "callback": lambda: callback_of_ours.factor,
    "memoryview": lambda: view[0] / 8,
    "ctypes": lambda: raw[0],
    "array of objects": lambda: objects[0],
    "thread": lambda: of_thread.factor,
    "context": of_context.get,
    "weak reference": lambda: weak().factor,
    "module in an attribute": lambda: holder.module.factor,
    "module in a default": lambda module=settings: module.factor,
    "kind of array": lambda: float(measured[0]),
    "slot of an object": functools.partial(row_of_numbers.__getitem__, 0),
    **{type(x).__name__: functools.partial(getattr, x, "factor") for x in with_attributes},
}


def made():
    put(1.0)
    return mlp()


@pytest.mark.parametrize("place", PLACES)
def test_what_a_callback_changes_is_seen(place, monkeypatch):
    check_that_a_change_is_seen(PLACES[place], put, monkeypatch)


@pytest.mark.parametrize("place", PLACES)
def test_what_the_loss_changes_is_put_back_and_done_for_each_batch(place, monkeypatch):
    check_that_it_is_put_back(PLACES[place], put, monkeypatch)


def of_closure(number):
    return lambda x: number["factor"] * x**2


helper = ag.compile(of_closure(plain))
of_operation = ag.Op("scaled_square", lambda x: x * x, lambda y, x: (2.0 * x * plain["factor"],))
del ag.op.TABLE[of_operation.name]  # not for the tests of every row


@pytest.mark.parametrize("function", [helper, of_operation], ids=["compiled", "operation"])
def test_what_a_function_of_ours_reads_is_seen(function, monkeypatch):
    def callback(training):
        if training.epoch in (2, 5):
            put(1.0 / training.epoch)

    def loss(outputs, targets):
        return ag.mean([function(a - b) for a, b in zip(outputs, targets, strict=True)])

    found = both(made, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[callback])
    assert found.n_steps >= 50
    assert found.said == []


class Mode(enum.Enum):
    plain = 1


class Fixed(type):
    def __setattr__(cls, name, number):
        raise AttributeError("it is as it is")


class Constants(metaclass=Fixed):
    factor = 2.0


class Locked(dict):
    def __setitem__(self, name, number):
        raise TypeError("it is as it is")


class Around(Module):
    """A network beside things that cannot be set."""

    def __init__(self):
        self.net, self.mode, self.locked = mlp(), Mode.plain, Locked(factor=0.5)
        self.state = np.zeros(2)
        self.n_rows = [0]

    def __call__(self, x):
        if self.mode is not Mode.plain:
            raise ValueError
        return self.net(x) * Constants.factor * self.locked["factor"]


class Counting(Around):
    def __call__(self, x):
        self.n_rows[0] += 1
        self.state = self.state + 1.0
        return super().__call__(x) * (1.0 + 1e-3 * self.n_rows[0] + 1e-3 * float(self.state[1]))


def test_what_cannot_be_set_is_left_alone(monkeypatch):
    found = both(Around, (ROWS, NUMBERS), "mse", monkeypatch)
    assert found.n_steps >= 50
    assert found.said == []


def test_what_stands_beside_it_is_put_back(monkeypatch):
    found = both(Counting, (ROWS, NUMBERS), "mse", monkeypatch)
    assert found.n_steps == 0
    assert "changes attributes or variables" in found.said[0]


def test_the_order_of_a_dict_is_put_back(monkeypatch):
    order = {}

    def make():
        order.clear()
        order.update(a=0.5, b=1.0, c=1.5)
        return mlp()

    def loss(outputs, targets):
        name = next(iter(order))
        order[name] = factor = order.pop(name)
        return scaled(lambda: factor)(outputs, targets)

    assert both(make, (ROWS, NUMBERS), loss, monkeypatch, epochs=3).n_steps == 0


def test_an_array_of_no_dimension_is_put_back(monkeypatch):
    count = np.zeros(())

    def make():
        count[...] = 0.0
        return mlp()

    def loss(outputs, targets):
        np.add(count, 1.0, out=count)
        return scaled(lambda: float(count))(outputs, targets)

    assert both(make, (ROWS, NUMBERS), loss, monkeypatch, epochs=3).n_steps == 0


def test_what_a_function_remembers_is_left_alone_where_nothing_changes(monkeypatch):
    made = []

    @functools.cache
    def drawn():
        made.append(random.random())
        return 1.0

    drawn()
    found = both(mlp, (ROWS, NUMBERS), scaled(drawn), monkeypatch)
    assert found.n_steps >= 50
    assert len(made) == 1


def test_another_code_of_a_function_is_seen(monkeypatch):
    def read():
        return 1.0

    first, second = read.__code__, (lambda: 3.0).__code__

    def make():
        read.__code__ = first
        return mlp()

    def callback(training):
        if training.epoch == 5:
            read.__code__ = second

    loss = scaled(lambda: read())
    found = both(make, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[callback])
    assert found.n_steps >= 50


class Hostile:
    def __getattribute__(self, name):
        raise RuntimeError("not to be looked at")


def test_an_object_that_does_not_let_itself_be_looked_at_is_known_by_itself(monkeypatch):
    hostile = [Hostile()]
    found = both(mlp, (ROWS, NUMBERS), scaled(lambda: float(len(hostile))), monkeypatch)
    assert "error" not in found


def _limited(x):
    if abs(x) > 0.05:
        raise ValueError("limit passed")
    return x


limited = ag.Op("limited_of_a_test", _limited, lambda y, x: (1.0,))
del ag.op.TABLE[limited.name]


def test_a_check_that_nothing_needs_is_called_for_each_batch(monkeypatch):
    def loss(outputs, targets):
        found = scaled(lambda: 1.0)(outputs, targets)
        limited(found * 1e-4)
        return found

    found = both(mlp, (ROWS, NUMBERS), loss, monkeypatch)
    assert "limited_of_a_test" in found.said[0]


def test_a_queue_that_nobody_can_look_into_is_refused(monkeypatch):
    waiting = queue.SimpleQueue()

    def loss(outputs, targets):
        waiting.put(1)
        return ag.mean([(a - b) ** 2 for a, b in zip(outputs, targets, strict=True)])

    found = both(mlp, (ROWS, NUMBERS), loss, monkeypatch, epochs=2)
    assert waiting.qsize() == 2 * 2 * 5
    assert "holds an iterator, a SimpleQueue" in found.said[0]
