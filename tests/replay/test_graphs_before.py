"""Graphs that were there before a function is recorded: their inner nodes keep their numbers.

Owns what a program reads anew (leaves), what it computes (nodes of the recording, made by whatever
thread) and what was computed once and for all.
"""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "make",
    [
        lambda w, s: lambda x: x * s,
        lambda w, s: lambda x: x * s + w,
        lambda w, s: lambda x: ag.exp(s * w) * x,
        lambda w, s: lambda x: x * x if s > w else x,
        lambda w, s: lambda x: (s + 1.0) * x * (s + 1.0),
        lambda w, s: lambda x: x * copy.copy(s) * copy.deepcopy(w),
        lambda w, s: lambda x: x * s.detach() + w.detach(),
        lambda w, s: lambda x: x * s.inputs[0] * s,
    ],
)
def test_an_inner_node_made_outside_keeps_its_number(make, backend):
    w = Value(2.0)
    f = make(w, ag.exp(w))
    for g in (f, ag.value_and_grad(f), ag.grad(ag.grad(f))):
        compiled = ag.compile(g, backend=backend)
        for number in (2.0, 2.0, -1.0, 3.0, 2.0):
            w.data = number
            for x in (1.0, -0.5):
                right = g(Value(x)) if g is f else g(x)
                assert bits(compiled(x)) == bits(right)


def test_a_result_may_be_such_a_node():
    w = Value(2.0)
    s = ag.exp(w)
    compiled = ag.compile(lambda x: [s, s, w, x])
    compiled(1.0)
    w.data = 5.0
    assert compiled(3.0) == compiled(3.0) == [s.data, s.data, 5.0, 3.0]


def test_what_another_thread_computes_from_parameters_is_computed_anew():
    w = Value(2.0)

    def f(x):
        with ThreadPoolExecutor(1) as pool:
            return x * pool.submit(ag.exp, w).result()

    compiled = ag.compile(f)
    assert [compiled(x) for x in (1.0, 2.0)] == [f(Value(x)).data for x in (1.0, 2.0)]
    w.data = 3.0
    assert compiled(1.0) == f(Value(1.0)).data
    assert not compiled.n_eager


def test_two_recordings_at_once_know_their_own_nodes():
    w = Value(2.0)

    def inner(x):
        return ag.exp(w) * x

    def f(x):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(ag.compile(inner), 1.0).result()
        return ag.exp(w) * x + inner(x)

    compiled = ag.compile(f)
    for number in (2.0, 3.0, 1.0):
        w.data = number
        assert compiled(number) == f(Value(number)).data
