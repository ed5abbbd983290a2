"""Warnings of compiled functions and trainings point to the line of the user's that calls.

Owns the file and the line of each, whatever of ours, of NumPy or of Python's lies in between.
"""

from __future__ import annotations

import functools
import warnings
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.replay.calls.layout import MOST_LAYOUTS_EVER
from tests.nn.training.both_modes import Counting
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)


def drawing():
    """A function that gives another number at each call."""
    draw = count(1)
    return lambda x: x * float(next(draw))


def changing(xs):
    xs.append(1.0)
    return xs[0] * 2.0


class Own(np.ndarray):
    pass


def of_own_array(x):
    return x[0] * 2.0


def only_of_ints(x, n):
    return x * 2.0 if isinstance(n, int) else x


def with_an_object(x):
    return x * 2.0, object()


def is_other(x, y):
    return x == y, x + y


def with_class(x, n):
    return x * 2.0, n


REFUSED = {
    "random": (lambda: drawing(), [(1.0,), (2.0,)]),
    "changes": (lambda: changing, [([1.0],)]),
    "array of one's own": (lambda: of_own_array, [(np.ones(2).view(Own),)]),
    "an int itself": (lambda: only_of_ints, [(1.0, 2), (2.0, 3)]),
    "object": (lambda: with_an_object, [(1.0,), (2.0,)]),
    "identity": (lambda: is_other, [(1.0, 2.0), (2.0, 2.0)]),
    "number of NumPy's": (lambda: with_class, [(1.0, np.int64(3))] * 2),
    "ways": (
        lambda: lambda x: x * float(sum(1 for k in range(40) if x > k)),
        [(k + 0.5,) for k in range(40)],
    ),
    "layouts": (
        lambda: lambda x, name: x, [(1.0, str(k)) for k in range(MOST_LAYOUTS_EVER + 2)]
    ),
}  # fmt: skip


def called(f, args):
    """Call it; the line after `def` is where a warning is to point to."""
    return f(*args)


def places_of(run):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run()
    assert told
    assert {warning.category for warning in told} == {RuntimeWarning}
    return [(warning.filename, warning.lineno) for warning in told]


HERE = __file__, called.__code__.co_firstlineno + 2


@both
@pytest.mark.parametrize("kind", REFUSED)
def test_why_it_runs_uncompiled(backend, kind):
    make, calls = REFUSED[kind]
    compiled = ag.compile(make(), backend=backend)
    assert places_of(lambda: [called(compiled, args) for args in calls]) == [HERE]


WAYS_IN = {
    "numpy.vectorize": lambda f: called(np.vectorize(f), ([1.0, 2.0, 3.0],)),
    "map": lambda f: called(list, (map(f, [1.0, 2.0, 3.0]),)),
    "sorted": lambda f: called(functools.partial(sorted, key=f), ([1.0, 2.0, 3.0],)),
    "ag.vmap": lambda f: called(ag.vmap(f), ([1.0, 2.0, 3.0],)),
    "method": lambda f: [called(_holder(f).f, (x,)) for x in (1.0, 2.0, 3.0)],
    "functools.lru_cache": lambda f: [
        called(functools.lru_cache(f), (x,)) for x in (1.0, 2.0, 3.0)
    ],
}


def _holder(f):
    return SimpleNamespace(f=f)


@both
@pytest.mark.parametrize("kind", WAYS_IN)
def test_whatever_lies_between(backend, kind):
    compiled = ag.compile(drawing(), backend=backend)
    assert places_of(lambda: WAYS_IN[kind](compiled)) == [HERE]


@both
def test_of_one_sample(backend):
    draw = count(1)

    def f(x):
        return x * float(next(draw)) if x > 0.0 else -x

    compiled = ag.compile(ag.vmap(f), backend=backend)
    batches = [([1.0, -2.0, 3.0],)] * 4
    assert places_of(lambda: [called(compiled, args) for args in batches]) == [HERE]


@both
def test_inside_of_a_function_of_the_users_that_is_differentiated(backend):
    compiled = ag.compile(drawing(), backend=backend)

    def outer(x):
        called(compiled, (1.0,)), called(compiled, (2.0,))
        return x * x

    assert places_of(lambda: ag.vmap(outer)([1.0, 2.0])) == [HERE]


@pytest.mark.parametrize("wrapped", [lambda f: f, ag.scope("training")], ids=["fit", "decorated"])
def test_a_training_that_is_not_compiled(wrapped):
    options = {"epochs": 400, "lr": 0.1, "verbose": False, "compiled": True}
    fit = functools.partial(wrapped(nn.fit), **options)
    args = Counting(), nn.moons(64, seed=0), "cross_entropy"
    assert places_of(lambda: called(fit, args)) == [HERE]
