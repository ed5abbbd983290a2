"""Programs that leave out what a dead edge leads to, where 0 * inf would give a nan.

Owns when a layout gets such programs, and that they have eager's bits, nan for nan: an edge that is
there sends 0 * inf as eager mode does.
"""

from __future__ import annotations

import math
import random
import warnings
from functools import partial

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import ops
from autograd.check.strategies import LEFT_OUT, operands, programs
from autograd.op import BUILTIN, live
from autograd.replay.calls.compiled import MOST_NAN
from autograd.replay.recording.notes import How
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits

both = pytest.mark.parametrize("backend", BACKENDS)
MANY = settings(max_examples=60, deadline=None, derandomize=True)
ROWS = [ops.TABLE[name] for name in sorted(BUILTIN) if name not in LEFT_OUT]
NUMBERS = (1.5, 2.0, -1.0, 3.0, 0.0, -0.0, math.nan, math.inf, -math.inf, -2.0, 0.5, -7.0)


def roots(x):
    return ag.where(x > 0.0, ag.sqrt(x), -ag.sqrt(-x))


GUARDED = [
    roots,
    lambda x: ag.where(x == 0.0, 1.0, ag.sin(x) / x),
    lambda x: ag.where(x > 0.0, x * ag.log(x), 0.0),
    lambda x: ag.where(ag.relu(x), ag.log(x), x) + ag.maximum(ag.sqrt(x), 0.5),
    lambda x: ag.relu(ag.log(x)) * 2.0 + ag.clip(ag.acos(x), -1.0, 1.0),
    lambda x: ag.where(x > 0.0, ag.where(x > 1.0, ag.acosh(x), ag.acos(x)), ag.exp(x) * x),
    lambda x: roots(x * 2.0) * roots(x - 1.0) + ag.where(x < 1.0, x, ag.log(x - 1.0)) * roots(x),
    lambda x: ag.where(x > 0.0, ag.log(x), 0.0) + ag.sqrt(x) * ag.sqrt(x),  # nan at 0
    lambda x: ag.where(x > 0.0, 1.0 / x, x) * (x > 1.0),
]  # fmt: skip


@pytest.mark.parametrize("f", GUARDED)
@pytest.mark.parametrize("transform", [
    ag.grad, ag.value_and_grad,
    lambda f: lambda x: ag.jvp(f, (x,), (2.0,)),
    lambda f: lambda x: ag.vjp(f, x)[1](-0.75),
])  # fmt: skip
def test_a_domain_that_is_guarded_stays_a_program(f, transform):
    g = transform(f)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compiled in agree(g, *[(x,) for x in NUMBERS * 2], of=g):
            assert len(compiled.report().paths) == 1
            assert compiled.n_eager <= MOST_NAN  # from then on a nan is the function's own


@pytest.mark.parametrize("f", GUARDED)
def test_second_derivatives_of_them(f):
    agree(ag.hessian(f), *[(x,) for x in NUMBERS], of=ag.hessian(f))
    agree(ag.hessian(f), *[(x,) for x in NUMBERS[::-1]], of=ag.hessian(f))


def test_many_samples_run_in_lanes():
    def total(xs, w):
        return ag.sum([roots(x * w) for x in xs])

    g, source = ag.value_and_grad(total, (0, 1)), random.Random(1)
    calls = [([source.uniform(-2.0, 2.0) for _ in range(50)], 0.5 + k) for k in range(8)]
    native, python = agree(g, *calls, of=g)
    assert native.n_eager == python.n_eager == MOST_NAN
    assert f"{MOST_NAN} for nan, whose edges eager mode knows" in str(native.report())
    assert len(native.report().paths) == 1


def test_in_fast_mode():
    compiled = ag.compile(ag.value_and_grad(roots), mode="fast")
    for x in (1.5, -1.0, 2.0, -2.0, 4.0, -4.0) * 2:
        assert compiled(x) == pytest.approx(ag.value_and_grad(roots)(x), rel=1e-12)
    assert compiled.n_eager <= MOST_NAN


@both
def test_a_nan_without_such_edges_is_the_functions_own(backend):
    g = ag.value_and_grad(lambda x: ag.log(x) * 2.0)
    compiled = ag.compile(g, backend=backend)
    for x in (1.5, 2.0, -1.0, -2.0, math.nan, -3.0, 4.0):
        assert bits(compiled(x)) == bits(g(x))
    assert compiled.n_eager == 0
    (layout,) = compiled._layouts.values()
    assert not layout.how.masks


def test_an_operation_of_ones_own_says_where_its_edges_are():
    ramp = ag.Op(
        "ramp_of_roots", lambda x: math.sqrt(x) if x > 0.0 else 0.0,
        lambda y, x: (ag.edge(ag.relu(x), 0.5 / ag.sqrt(x)),),
    )  # fmt: skip
    g = ag.value_and_grad(lambda x: ramp(x) * ag.where(x > 0.0, ag.log(x), 3.0))
    agree(g, *[(x,) for x in NUMBERS], of=g)


def test_edges_within_edges_and_a_condition_that_is_a_factor_as_well():
    inside = ag.Op(
        "inside", lambda x, z: z if 0.0 < x < 5.0 else 0.0,
        lambda y, x, z: (None, ag.edge(ops.gt(x, 0.0), ag.edge(ops.gt(5.0, x), 1.0))),
    )  # fmt: skip

    def rule(y, x, z):
        condition = ops.gt(x, 0.0)
        return live(condition), condition

    factor = ag.Op("factor", lambda x, z: x + z if x > 0.0 else 0.0, rule)
    calls = [(2.0, 1.0), (0.0, 6.0), (0.0, -6.0), (0.0, 6.0), (0.0, -6.0), (3.0, 1.0), (4.0, 2.0)]
    for op in (inside, factor):
        g = ag.grad(lambda z, x, op=op: op(x, ag.log(z)))
        agree(g, *calls, *calls, of=g)


@pytest.fixture
def masked(monkeypatch):
    """All programs have masks, from the first one on."""
    monkeypatch.setattr("autograd.replay.calls.layout.How", partial(How, masks=True))


numbers = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0), st.floats())


@pytest.mark.usefixtures("masked")
def test_random_programs_have_eagers_bits():
    @MANY
    @given(st.data())
    def compare(data):
        edges = data.draw(st.booleans())
        program = data.draw(programs(max_size=10, max_leaves=3, operations=ROWS, edges=edges))
        size = len(program.numbers)
        drawn = st.lists(numbers, min_size=size, max_size=size)
        f = data.draw(st.sampled_from([
            ag.value_and_grad(program),
            lambda xs: ag.jvp(program, (xs,), ([1.5] * len(xs),)),
            lambda xs: ag.vjp(program, xs)[1](-0.75),
            ag.hessian(program),
        ]))  # fmt: skip
        agree(f, (list(program.numbers),), (data.draw(drawn),), (data.draw(drawn),), of=f)

    compare()


@pytest.mark.usefixtures("masked")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_at_edges(row):
    drawn = operands(row, edges=True, size=None if row.arity is not None else 3)

    @settings(max_examples=6, deadline=None, derandomize=True, database=None)
    @given(st.lists(drawn, min_size=4, max_size=4))
    def compare(samples):
        g = ag.value_and_grad(lambda xs: row.apply(tuple(xs)))
        compiled = ag.compile(g)
        for xs in samples:
            right = g(list(xs))
            assert bits(compiled(list(xs))) == bits(right), xs

    compare()
