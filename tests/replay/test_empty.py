"""Compiled functions of nothing, and that return nothing: empty containers stay empty.

Owns these.
"""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS, bits

RESULTS = {
    "list": lambda xs: [x * 2.0 for x in xs],
    "tuple": lambda xs: tuple([x * 2.0 for x in xs]),
    "dict": lambda xs: {str(i): x * 2.0 for i, x in enumerate(xs)},
    "nested": lambda xs: ([], [x * 2.0 for x in xs], {}, ((), [[]])),
    "beside a number": lambda xs: ([x * 2.0 for x in xs], 1.0),
    "beside a word": lambda xs: ([x * 2.0 for x in xs], "word"),
    "sum": lambda xs: ag.sum(xs),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f", RESULTS.values(), ids=RESULTS)
def test_what_is_empty_stays_empty(f, backend):
    of_list, of_int = (
        ag.compile(f, backend=backend),
        ag.compile(lambda n, x: f([x * k for k in range(n)]), backend=backend),
    )
    of_more = ag.compile(lambda xs, x: (f(xs), x), backend=backend)
    for n in (0, 0, 1, 0, 2, 0, 1):
        for x in (0.5, -1.0, 2.0, 2.0):
            xs = [x] * n
            assert bits(of_list(xs)) == bits(f(xs))
            assert bits(of_more(xs, x)) == bits((f(xs), x))
            assert bits(of_int(n, x)) == bits(f([x * k for k in range(n)]))


@pytest.mark.parametrize("backend", BACKENDS)
def test_empty_arrays(backend):
    compiled = ag.compile(lambda xs, x: (xs * 2.0, ag.sum(xs) + x), backend=backend)
    for shape in ((0,), (0, 2), (2, 0), (1,)):
        for x in (0.5, -1.0, 2.0):
            twice, total = compiled(np.ones(shape), x)
            assert (twice.shape, twice.dtype, total) == (shape, float, x + float(np.prod(shape)))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dtype", ["int64", "bool", "float64", "float32", "U3"])
@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_empty_arrays_in_a_result_keep_their_dtype(backend, dtype, shape):
    compiled = ag.compile(lambda x: (x * 2.0, np.empty(shape, dtype)), backend=backend)
    for x in (0.5, 1.5, 2.5):
        twice, empty = compiled(x)
        assert (twice, empty.shape, empty.dtype) == (2.0 * x, shape, np.dtype(dtype))
    assert not compiled.n_eager


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_array_of_indices_is_one_of_ints(backend):
    found = ag.compile(lambda x: [x, np.flatnonzero(np.array([0, 0]))], backend=backend)
    assert [found(x)[1].dtype for x in (1.0, 2.0, 3.0)] == [np.dtype("int64")] * 3
