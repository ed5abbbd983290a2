"""Random programs, compiled: eager's bits, on ordinary and on special numbers, to second order.

Owns random computations of all rows, alone, under transforms and over many samples.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import ops
from autograd.check.strategies import LEFT_OUT, operands, programs
from autograd.op import BUILTIN
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits

MANY = settings(max_examples=60, deadline=None, derandomize=True)
FEW = settings(max_examples=25, deadline=None, derandomize=True)
ROWS = [ops.TABLE[name] for name in sorted(BUILTIN) if name not in LEFT_OUT]

numbers = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0), st.floats())
cheap = [ops.TABLE[name] for name in ("add", "sub", "mul", "div", "neg", "exp", "tanh", "relu",
         "abs", "maximum", "where", "power", "square", "sum", "mean", "dot", "logsumexp", "log",
         "clip") if name in ops.TABLE]  # fmt: skip


def lists(program):
    return st.lists(numbers, min_size=len(program.numbers), max_size=len(program.numbers))


def transforms(program):
    """Functions of a list of leaves, of first and second order."""

    def along(xs):
        return ag.jvp(program, (xs,), ([1.5] * len(xs),))

    def back(xs):
        value, pullback = ag.vjp(program, xs)
        return value, pullback(-0.75)

    def product(xs):
        return ag.hvp(program, xs, [0.5] * len(xs))

    return [
        ag.value_and_grad(program), ag.grad(program), along, back, product, ag.hessian(program),
        ag.jacobian(ag.grad(program)),
    ]  # fmt: skip


@MANY
@given(st.data())
def test_a_random_program_gives_the_bits_of_eager_mode(data):
    edges = data.draw(st.booleans())
    program = data.draw(programs(max_size=12, max_leaves=4, operations=ROWS, edges=edges))
    calls = [(list(program.numbers),), (data.draw(lists(program)),), (data.draw(lists(program)),)]
    agree(program, *calls)


@MANY
@given(st.data())
def test_its_first_and_second_derivatives_do_too(data):
    edges = data.draw(st.booleans())
    program = data.draw(programs(max_size=8, max_leaves=3, operations=ROWS, edges=edges))
    calls = [(list(program.numbers),), (data.draw(lists(program)),), (data.draw(lists(program)),)]
    f = data.draw(st.sampled_from(transforms(program)))
    agree(f, *calls, of=f)


@MANY
@given(st.data())
def test_samples_run_in_lanes_have_the_same_bits(data):
    program = data.draw(programs(max_size=8, max_leaves=3, operations=cheap))
    n = data.draw(st.sampled_from((*range(1, 20), 24, 33, 40)))
    k = len(program.numbers)
    many = st.lists(st.lists(numbers, min_size=k, max_size=k), min_size=n, max_size=n)
    moderate = [[float(i - 3 * j) / 7 + 0.1 for j in range(k)] for i in range(n)]

    def total(rows, scale):
        weights = [scale * (i + 1.0) for i in range(k)]
        found = [program([w * x for w, x in zip(weights, row, strict=True)]) for row in rows]
        return ag.sum(found) * scale

    f = data.draw(st.sampled_from([ag.value_and_grad(total, 1), ag.value_and_grad(total, (0, 1)),
                                   ag.hessian(total, 1)]))  # fmt: skip
    scale = data.draw(numbers)
    agree(f, (moderate, 0.5), (moderate, -1.25), (data.draw(many), scale), of=f)


@MANY
@given(st.data())
def test_vmap_of_a_random_program_does_too(data):
    program = data.draw(programs(max_size=6, max_leaves=2, operations=cheap))
    n, k = data.draw(st.integers(1, 19)), len(program.numbers)
    many = st.lists(st.lists(numbers, min_size=k, max_size=k), min_size=n, max_size=n)
    inner = data.draw(st.sampled_from([ag.value_and_grad(program), ag.grad(program)]))
    f = ag.vmap(inner)
    agree(f, ([list(program.numbers)] * n,), (data.draw(many),), (data.draw(many),), of=f)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_and_its_derivatives_at_edges(row, backend):
    size = None if row.arity is not None else 3
    drawn = operands(row, edges=True, size=size)

    @settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(st.lists(drawn, min_size=6, max_size=6))
    def compare(samples):
        def f(xs):
            return row.apply(tuple(xs))

        for g in (ag.value_and_grad(f), ag.hessian(f)):
            compiled = ag.compile(g, backend=backend)
            for xs in samples:
                try:
                    right = g(list(xs))
                except ValueError as error:  # an order that polygamma does not have
                    with pytest.raises(ValueError, match=str(error)[:20]):
                        compiled(list(xs))
                    continue
                assert bits(compiled(list(xs))) == bits(right), (row.name, xs)

    compare()


def test_the_special_numbers_in_all_pairs():
    def f(x, y):
        return ag.tanh(x * y) + ag.maximum(x, y) * ag.exp(-x) + x / y

    g = ag.value_and_grad(f, (0, 1))
    agree(g, *[(x, y) for x in SPECIAL for y in SPECIAL], of=g)
    assert any(math.isnan(x) for x in SPECIAL)
