"""fit(compiled=True) looks into what is one's own though it says that it stands elsewhere.

Owns functions and classes with the name of another's module, as functools.wraps copies it and
dataclasses.make_dataclass made it up; classes made by helpers; and proxies, which say nothing.
"""

import collections
import dataclasses
import functools
import importlib
import json
import sys
import types
import weakref

import pytest

import autograd as ag
import nn
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp
from tests.nn.training.places import (
    check_that_a_change_is_seen,
    check_that_it_is_put_back,
    n_run_while_it_changes,
    scaled,
)

shared = 1.0
DISGUISES = {
    "function of ours": nn.mse_loss,
    "operation": ag.tanh,
    "transform": ag.grad,
    "class of ours": nn.MLP,
    "method of ours": nn.MLP.__call__,
    "function of Python's": json.dumps,
}


class Decorator:
    """Of one's own, which keeps a factor."""

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.factor = 1.0


class Said:
    """A class that says it is ours, once it is disguised."""

    factor = 1.0

    def __init__(self):
        self.own = types.SimpleNamespace()


class Reducing:
    """What a proxy stands for, which is copied in a way of its own."""

    @staticmethod
    def __reduce_ex__(protocol):
        raise TypeError("not to be copied")


class Behind:
    """A class that a proxy stands for."""


def disguised(factory, like):
    """A new class that says it stands where `like` does."""
    return functools.update_wrapper(factory(), like, updated=())


def one_that_says(kind):
    """An object that gives another class for its own, as those of unittest.mock do."""
    return type("Mock", (), {"__class__": property(lambda self: kind)})()


def class_that_says(module, **members):
    """A class that somebody has given the name of another module."""
    return type("Said", (), {"__module__": module, **members})


def functions():
    for name, like in DISGUISES.items():

        @functools.wraps(like)
        def read():
            return shared

        yield f"wraps {name}", read


def in_closure():
    factor = 1.0

    def change(number):
        nonlocal factor
        factor = number

    @functools.wraps(nn.mse_loss)
    def read():
        return factor

    return read, change


class Plain:
    pass


read_closure, change_closure = in_closure()
made = dataclasses.make_dataclass("Made", ["factor"])(1.0)
slotted = dataclasses.make_dataclass("Slotted", ["factor"], slots=True)(1.0)
pair = collections.namedtuple("Pair", "bag n", module="collections")(Plain(), 1)
tupled = type("Tupled", (pair.__class__,), {"__module__": "nn.losses"})(Plain(), 1)
WITH_ATTRIBUTE = {
    "make_dataclass": made,
    "make_dataclass with slots": slotted,
    "new_class": types.new_class("New")(),
    "new_class of types": types.new_class(
        "New", exec_body=lambda x: x.update(__module__="types")
    )(),
    "type()": type("Typed", (), {})(),
    "class that says ours": class_that_says("nn.module")(),
    "class that says Python's": class_that_says("random")(),
    "class that says NumPy's": class_that_says("numpy")(),
    "class that says nothing": class_that_says(None)(),
    "class itself that says ours": class_that_says("nn"),
    "class itself that says Python's": class_that_says("typing"),
    "class with slots that says ours": class_that_says("autograd.value", __slots__=("factor",))(),
    "object that says it is a function": one_that_says(types.FunctionType),
    "object that says it is a module": one_that_says(types.ModuleType),
    "object that says it is a Value": one_that_says(ag.Value),
    "namedtuple's object": pair.bag,
    "tuple that says ours": tupled,
    "class disguised": disguised(lambda: type("Said", (Said,), {}), nn.MLP)(),
    "class itself disguised": disguised(lambda: type("Said", (Said,), {}), nn.MLP),
    "decorator": Decorator(nn.mse_loss),
    "decorator of a disguised class": disguised(
        lambda: type("Own", (Decorator,), {}), functools.partial
    )(nn.mse_loss),
    "proxy": weakref.proxy(behind := Plain()),
    "proxy of a function": weakref.proxy(in_closure),
    "proxy of a Reducing": weakref.proxy(reducing := Reducing()),
    "proxy of a class": weakref.proxy(Behind),
    "proxy of a module": weakref.proxy(module := types.ModuleType("nn.losses")),
}
said = types.ModuleType("nn.losses")
proxy_of_module = WITH_ATTRIBUTE["proxy of a module"]


def put(number):
    global shared
    shared = said.factor = number
    change_closure(number)
    for one in WITH_ATTRIBUTE.values():
        one.factor = number


PLACES = {
    **dict(functions()),
    **{f"{n} with it": functools.partial(getattr, x, "factor") for n, x in WITH_ATTRIBUTE.items()},
    "closure of what is wrapped": read_closure,
    "namedtuple": lambda: pair.bag.factor,
    "module that says ours": lambda: said.factor,
    "proxy among the variables": lambda: proxy_of_module.factor,
}
put(1.0)


@pytest.mark.parametrize("place", PLACES)
def test_what_a_callback_changes_is_seen(place, monkeypatch):
    check_that_a_change_is_seen(PLACES[place], put, monkeypatch)


@pytest.mark.parametrize("place", PLACES)
def test_what_the_loss_changes_is_put_back_and_done_for_each_batch(place, monkeypatch):
    check_that_it_is_put_back(PLACES[place], put, monkeypatch)


class Wrapped(nn.Module):
    """A network whose call is wrapped as one of ours."""

    def __init__(self):
        self.net = mlp()

    @functools.wraps(nn.MLP.__call__)
    def __call__(self, row):
        return self.net(row) * shared


class Proxied(nn.Module):
    """A network that holds a proxy."""

    def __init__(self):
        self.net, self.behind = mlp(), weakref.proxy(behind)

    def __call__(self, row):
        return self.net(row) * self.behind.factor


def of_activation():
    @functools.wraps(ag.tanh)
    def activation(x):
        return ag.tanh(x) * shared

    return mlp(activation=activation)


@pytest.mark.parametrize("kind", [Wrapped, Proxied, of_activation])
@pytest.mark.parametrize("validation", [None, 0.25])
def test_what_a_callback_changes_of_a_model_is_seen(kind, validation, monkeypatch):
    assert n_run_while_it_changes(put, kind, "mse", monkeypatch, validation=validation) >= 30


def test_a_wrapped_loss_that_counts_validations_is_seen(monkeypatch):
    seen = {"n": 0}

    def make():
        seen["n"] = 0
        return mlp()

    @functools.wraps(nn.mse_loss)
    def annealed(outputs, targets):
        seen["n"] += len(outputs) == 5
        return nn.mse_loss(outputs, targets) * (1.0 if seen["n"] < 8 else 0.5)

    both(make, (ROWS, NUMBERS), annealed, monkeypatch, validation=5 / 17, epochs=20, batch_size=12)


def test_axes_that_a_transform_was_given_are_seen(monkeypatch):
    axes = [0, None]

    def make():
        axes[:] = [0, None]
        return mlp()

    def callback(training):
        if training.epoch == 5:
            axes[:] = [None, 0]

    difference = ag.vmap(lambda x, y: ag.mean(x) if isinstance(x, list) else x * 3.0, in_axes=axes)

    def loss(outputs, targets):
        return ag.mean([x**2 for x in difference(outputs, outputs)])

    both(make, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[callback])


def test_a_proxy_of_an_iterator_is_told_by_what_it_stands_for(monkeypatch):
    class Halves:
        def __next__(self):
            return 0.5

    halves = Halves()
    proxy = weakref.proxy(halves)
    found = both(mlp, (ROWS, NUMBERS), scaled(lambda: next(proxy)), monkeypatch, epochs=2)
    assert "holds an iterator, a Halves" in found.said[0]


def test_a_file_of_ones_own_with_the_name_of_one_of_pythons_is_looked_into(tmp_path, monkeypatch):
    (tmp_path / "antigravity.py").write_text("factor = 1.0\ndef read():\n    return factor\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "antigravity", raising=False)
    mine = importlib.import_module("antigravity")
    put_there = functools.partial(setattr, mine, "factor")
    check_that_a_change_is_seen(mine.read, put_there, monkeypatch)
    check_that_a_change_is_seen(lambda: mine.factor, put_there, monkeypatch)
