"""Functions that compute in other threads, and other threads that compute beside a recording.

Owns that the first run as they stand, with one warning, and that the second let programs be.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits, on_values, plain

both = pytest.mark.parametrize("backend", BACKENDS)
POOL = ThreadPoolExecutor(1)
WEIGHT = Value(3.0)


def elsewhere(call):
    """What a call returns in another thread."""
    return POOL.submit(call).result()


def _decides(x):
    return elsewhere(lambda: x * x if x > 0.0 else -x)


def _compares(x):
    return x * x if elsewhere(lambda: bool(x > 0.0)) else -x


def _compares_what_it_made(x):
    y = x * 2.0
    return x * x if elsewhere(lambda: bool(y > 0.0)) else -x


def _compares_what_that_made(x):
    return x * x if elsewhere(lambda: bool(x * 2.0 > 0.0)) else -x


def _compares_without_history(x):
    with ag.no_grad():
        y = x * 2.0
    return x * x if elsewhere(lambda: bool(y > 0.0)) else -x


def _reads(x):
    return x * x if elsewhere(lambda: x.data > 0.0) else -x


def _detaches(x):
    return x * x if elsewhere(lambda: x.detach() > 0.0) else -x


def _is_true(x):
    return x * x if elsewhere(lambda: bool(ag.maximum(x, 0.0))) else -x


def _makes_of_others(x):
    return x * elsewhere(lambda: WEIGHT * WEIGHT if WEIGHT > 0.0 else WEIGHT * 0.5)


def _detaches_others(x):
    return x * elsewhere(WEIGHT.detach)


FUNCTIONS = [_decides, _compares, _compares_what_it_made, _compares_what_that_made,
             _compares_without_history, _reads, _detaches, _is_true, _makes_of_others,
             _detaches_others]  # fmt: skip
NUMBERS_OF_CALLS = (1.0, 2.0, 3.0, -1.0, -2.0, 4.0)


@both
@pytest.mark.parametrize("f", FUNCTIONS)
def test_what_computes_in_another_thread_runs_as_it_stands(backend, f):
    for g in (f, ag.grad(f)):
        compiled = ag.compile(g, backend=backend)
        with pytest.warns(RuntimeWarning, match="in another thread") as said:
            first = compiled(1.0)
        assert len(said) == 1
        if f not in (_makes_of_others, _detaches_others):
            assert "test_other_threads.py" in str(said[0].message)
        found = [first, *map(compiled, NUMBERS_OF_CALLS[1:])]
        right = [g(x if g is not f else on_values(x)) for x in NUMBERS_OF_CALLS]
        assert bits(found) == bits(plain(right))


@both
def test_an_int_that_decides_in_another_thread(backend):
    rows = [5.0, 7.0, 9.0]
    compiled = ag.compile(lambda n, x: x * elsewhere(lambda: rows[n]), backend=backend)
    with pytest.warns(RuntimeWarning, match="in another thread"):
        assert compiled(0, 2.0) == 10.0
    assert [compiled(1, 2.0), compiled(2, 3.0), compiled(0, 2.0)] == [14.0, 27.0, 10.0]


@both
def test_threads_that_compute_for_themselves_do_not_matter(backend):
    """They make, compare and read Values, and a weight that the compiled function has."""
    is_over, n_rounds = threading.Event(), 0

    def work():
        nonlocal n_rounds
        while not is_over.is_set():
            x = Value(0.5)
            for _ in range(20):
                x = ag.tanh(x * WEIGHT) if x > 0.0 and WEIGHT > 0.0 else x.detach() - WEIGHT.data
            x.backward()
            n_rounds += 1

    def f(xs):
        for _ in range(30):
            pairs = zip(xs, [*xs[1:], xs[0]], strict=True)
            xs = [x * WEIGHT - ag.sin(y) if x > y else x * 0.5 for x, y in pairs]
        return ag.sum(xs)

    thread, before = threading.Thread(target=work), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        for k in range(10):
            compiled = ag.compile(ag.grad(f), backend=backend)
            for shift in (0.0, 1e-9):
                compiled([0.5 + shift, 0.25 * k, -1.0])
            assert compiled.report().paths
            assert not compiled.n_eager
    finally:
        is_over.set()
        thread.join()
        sys.setswitchinterval(before)
    assert n_rounds
    assert WEIGHT.data == 3.0
