"""take in compiled functions: one program for every index, with eager's bits.

Owns tables that are leaves, computed, or floats, and the indices for which there can be no program
of all.
"""

from __future__ import annotations

import itertools
import math
import random
import warnings

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.indexing import MOST_NUMBERS
from tests.replay.eager import BACKENDS, bits, on_values

both = pytest.mark.parametrize("backend", BACKENDS)
RANKS = 40  # more than a function has ways


def of_leaves(rows, bias, ks):
    """Rows under a layer, each number of them with several users."""
    taken = [x for k in ks for x in ag.take(rows, k)]
    hidden = [ag.tanh(ag.dot(taken, bias[i:] + bias[:i], bias[i])) for i in range(len(bias))]
    return ag.sum(hidden) * taken[0] + ag.prod(taken) - taken[-1] * taken[-1] * taken[0]


def of_computed(rows, bias, ks):
    """Rows that share what they were made from, so that the order of the sums matters."""
    tops = [ag.dot(row, bias[: len(row)]) for row in rows]
    deep = [[ag.sigmoid(t) * x for x in row] + [t] for t, row in zip(tops, rows, strict=True)]
    taken = [ag.take(deep, k) for k in ks]
    classes = [ag.take(ag.log_softmax(tops), k) for k in ks]
    return ag.mean([x * x for row in taken for x in row]) - ag.sum(classes) * taken[0][0]


def tied(rows, bias, ks):
    """The table is the last layer, too."""
    x = ag.take(rows, ks[0])
    logits = [ag.dot(row, x, b) for row, b in itertools.zip_longest(rows, bias[: len(rows)])]
    return -ag.take(ag.log_softmax(logits), ks[-1]) + ag.sum(ag.take(rows, ks[1]))


def numbers(draw, n_rows, n_columns, n_takes):
    rows = [[draw.gauss(0.0, 1.0) for _ in range(n_columns)] for _ in range(n_rows)]
    return rows, [draw.gauss(0.0, 1.0) for _ in range(n_columns * n_takes)]


@both
@pytest.mark.parametrize("f", [of_leaves, of_computed])
@pytest.mark.parametrize("seed", range(6))
def test_one_program_gives_eager_s_gradients_for_every_index(f, seed, backend):
    draw = random.Random(seed)
    n_rows, n_columns, n_takes = draw.choice([(4, 2, 3), (2, 3, 2), (7, 1, 4), (5, 4, 1)])
    g = ag.value_and_grad(f, argnums=(0, 1))
    compiled = ag.compile(g, backend=backend)
    for _ in range(RANKS):
        given = numbers(draw, n_rows, n_columns, n_takes)
        ks = [draw.randrange(n_rows) for _ in range(n_takes)]
        assert bits(compiled(*given, ks)) == bits(g(*given, ks)), ks
    assert len(compiled.report().paths) == 1
    assert not compiled.report().n_eager


@both
def test_a_table_that_is_the_last_layer_too(backend):
    draw = random.Random(3)
    g = ag.value_and_grad(tied, argnums=(0, 1))
    compiled = ag.compile(g, backend=backend)
    for ks in itertools.product(range(4), repeat=3):
        given = numbers(draw, 4, 4, 1)
        assert bits(compiled(*given, [*ks])) == bits(g(*given, [*ks]))
    assert len(compiled.report().paths) == 1


@both
@pytest.mark.parametrize("f", [of_leaves, of_computed])
def test_the_parameters_of_a_model_as_a_table(f, backend):
    """Leaves that the function met: backward() adds to the leaf itself, no argument's identity."""
    draw = random.Random(8)
    rows, bias = map(on_values, numbers(draw, 5, 2, 3))
    leaves = [x for row in rows for x in row] + bias

    def loss(ks):
        return f(rows, bias, ks)

    compiled = ag.compile(loss, backend=backend)
    step = ag.compile(lambda rows, bias, ks: ag.grad(f, argnums=(0, 1))(rows, bias, ks))
    for _ in range(RANKS):
        for leaf in leaves:
            leaf.data, leaf.grad = draw.gauss(0.0, 1.0), 0.0
        ks = [draw.randrange(5) for _ in range(3)]
        eager = loss(ks)
        assert bits(compiled(ks)) == bits(eager)
        eager.backward()
        numbers_of = [[x.data for x in row] for row in rows], [x.data for x in bias]
        by_rows, by_bias = step(*numbers_of, ks)
        assert bits([x.grad for x in leaves]) == bits([*itertools.chain(*by_rows), *by_bias])
    assert len(compiled.report().paths) == len(step.report().paths) == 1


@both
def test_forward_mode_hessians_and_loops_over_indices(backend):
    draw = random.Random(5)
    rows, bias = numbers(draw, 3, 2, 2)
    direction, _ = numbers(draw, 3, 2, 2)
    kinds = {
        "jvp": lambda ks: ag.jvp(lambda rows: of_computed(rows, bias, ks), (rows,), (direction,)),
        "hessian": lambda ks: ag.hessian(of_leaves)(rows, bias, ks),
        "vmap": lambda ks: ag.vmap(lambda k: of_leaves([*map(tuple, rows)], bias, [k, 1]))(ks),
        "jacobian": lambda ks: ag.jacobian(lambda rows: ag.take(rows, ks[0]))(rows),
    }
    for name, f in kinds.items():
        compiled = ag.compile(f, backend=backend)
        for ks in itertools.product(range(3), repeat=2):
            assert bits(compiled([*ks])) == bits(f([*ks])), (name, ks)
        # Of second derivatives the edges that are not there are guards: see docs/compile.md.
        assert name == "hessian" or len(compiled.report().paths) == 1, name


@both
def test_a_table_of_floats_and_an_index_that_is_computed(backend):
    heights = [0.5, -1.5, 2.0, math.inf]
    pairs = [(0.5, 1.0), (-2.0, 3.0), (-0.0, 5.0)]

    def f(x, n, m):
        half, low = ag.take(pairs, (n + m) / 2)
        return x * ag.take(heights, n) + ag.take([low, n / 4, half], m % 3) ** 2 / half

    compiled = ag.compile(f, backend=backend)
    for n, m, x in itertools.product((0, 2, 1, 3), (0, 2, 1), (0.5, -3.0)):
        right = outcome(f, Value(x), n, m)
        assert outcome(compiled, x, n, m) == right, (n, m)
    assert isinstance(compiled(1.0, 0, 0), float)


def outcome(f, *args):
    try:
        return bits(f(*args))
    except (TypeError, ValueError, ZeroDivisionError) as error:
        return type(error), str(error)


@both
def test_an_index_that_is_none_is_refused_as_in_eager_mode(backend):
    for rows in ([1.0, 2.0, 3.0], [Value(1.0), Value(2.0), Value(3.0)]):
        f = lambda x, n, m: x * ag.take(rows, n / m)  # noqa: B023, E731
        compiled = ag.compile(f, backend=backend)
        for n, m in ((0, 1), (1, 1), (3, 1), (1, 2), (4, 2), (-1, 1), (2, 1), (1, 0), (-0, 3)):
            assert outcome(compiled, 2.0, n, m) == outcome(f, Value(2.0), n, m), (n, m)


@both
def test_a_row_not_taken_may_be_anything(backend):
    def f(rows, k):
        return ag.take(rows, k) * ag.take([ag.log(x) for x in rows], k)

    g = ag.value_and_grad(f)
    compiled = ag.compile(g, backend=backend)
    rows = [0.0, -1.0, math.inf, math.nan, 2.0, 3.0]
    for _ in range(2):
        for k in range(6):
            assert bits(compiled(rows, k)) == bits(g(rows, k)), k


@both
def test_tables_that_no_program_serves_for_all(backend):
    """Too many numbers, ints, rows of several layouts, arrays of floats, and no numbers at all."""
    large = [[float(i)] for i in range(MOST_NUMBERS + 1)]
    a, b = Value(1.0), Value(2.0)
    functions = [ag.exp, ag.tanh, ag.sin]
    tables = [
        lambda x, k: ag.take([[row[0] * x] for row in large], k)[0],
        lambda x, k: x ** ag.take([1, 2, 3], k),
        lambda x, k: ag.sum(ag.take([[x], [x, a], [b, x, x]], k)),
        lambda x, k: ag.take([a, 2.0, b], k) * x,
        lambda x, k: ag.sum(np.exp(ag.take(np.array([[0.5, 1.0], [2.0, 3.0], [4.0, 5.0]]), k)) * x),
        lambda x, k: ag.take(functions, k)(x),
        lambda x, k: x * len(ag.take(["a", "bcd", ""], k)),
    ]
    for f in tables:
        compiled = ag.compile(f, backend=backend)
        for k in (0, 1, 2, 0, 2, 1):
            assert bits(compiled(0.5, k)) == bits(f(Value(0.5), k)), k
        assert len(compiled.report().paths) == 3


class Tagged(list):
    tag = 3.0


@both
def test_a_row_of_floats_is_the_row_itself(backend):
    """Who writes into it, or asks what it is, has it changed, and has its class."""

    def written(x, k):
        rows = [[1.0], [2.0], [3.0]]
        ag.take(rows, k)[0] = 9.0
        return x * rows[1][0]

    given, tagged = [[1.0], [2.0], [3.0]], [Tagged([0.0]), Tagged([1.0]), Tagged([2.0])]
    tagged[0].tag = 7.0
    functions = (
        written,
        lambda x, k: x if ag.take(given, k) is given[0] else 2.0 * x,
        lambda x, k: x * ag.take(tagged, k).tag,
    )
    for f in functions:
        compiled = ag.compile(f, backend=backend)
        for k in (1, 2, 1, 2, 0, 1):
            assert bits(compiled(1.5, k)) == bits(f(Value(1.5), k)), k


@both
def test_columns_of_floats_leaves_and_computed_numbers(backend):
    """Floats are Values in a program: the order of the sums must not depend on it."""
    draw = random.Random(2)
    w = [Value(draw.gauss(0.0, 1.0)) for _ in range(3)]

    def f(x, p, ks):
        deep = [ag.tanh(a * b) for a, b in zip(x, w, strict=True)]
        rows = [(p[0] * p[1], x[0]), (p[0], deep[0]), (deep[1] * x[2], w[1]), (deep[2], p[1])]
        taken = [y for k in ks for y in ag.take(rows, k)]
        return ag.sum([y * z * d for y, z in itertools.pairwise(taken) for d in deep])

    g = ag.value_and_grad(f)
    compiled = ag.compile(g, backend=backend)
    for _ in range(RANKS):
        x, p = ([draw.gauss(0.0, 1.0) for _ in range(n)] for n in (3, 2))
        ks = [draw.randrange(4) for _ in range(4)]
        assert bits(compiled(x, p, ks)) == bits(g(x, p, ks)), ks
        assert bits(g(x, p, ks)) == bits(g(x, [Value(y) for y in p], ks)), ks
    assert len(compiled.report().paths) == 1


@both
def test_arrays_of_values_and_arrays_of_indices(backend):
    def f(rows, ks):
        taken = [ag.take(rows, k) for k in ks]
        return ag.sum([x * y for row in taken for x, y in zip(row, row[::-1], strict=True)])

    g = ag.grad(f)
    compiled = ag.compile(g, backend=backend)
    draw = np.random.default_rng(1)
    for _ in range(RANKS):
        rows, ks = draw.normal(size=(6, 3)), draw.integers(0, 6, size=4)
        assert bits(compiled(rows, ks)) == bits(g(rows, ks))
    assert len(compiled.report().paths) == 1


def test_more_indices_than_ways_are_no_reason_to_warn():
    compiled = ag.compile(ag.grad(lambda rows, k: ag.take(rows, k) ** 2))
    rows = [float(i) for i in range(100)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(100):
            assert compiled(rows, k) == [2.0 * k if i == k else 0.0 for i in range(100)]
    assert not compiled.report().n_eager


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_row_that_is_a_plain_number_stays_one(backend):
    """In a transform an argument is bound to a node of its own, which is no history."""
    g = ag.value_and_grad(lambda x: x * x + (ag.take([0.0, x], x > 1.0) == x * 2.0))
    compiled = ag.compile(g, backend=backend)
    for x in (0.0, 2.0, 0.0, 0.5, 0.0):
        assert compiled(x) == g(x)
    inverse = ag.value_and_grad(lambda x, q: x + 1.0 / ag.take([q, x], 0))
    compiled = ag.compile(inverse, backend=backend)
    for q in (2.0, 3.0, 4.0):
        assert compiled(1.0, q) == inverse(1.0, q)
    with pytest.raises(ZeroDivisionError):
        compiled(1.0, 0.0)
