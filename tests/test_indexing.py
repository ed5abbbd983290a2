"""take: a row of a table by its index, and what the graph of it looks like."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.backward import topological_order
from autograd.indexing import MOST_NUMBERS

Pair = namedtuple("Pair", "a b")


def table(*numbers):
    return [[Value(x) for x in row] for row in numbers]


def test_the_gradient_goes_to_the_row_taken():
    rows = table([1.0, 2.0], [3.0, 4.0])
    taken = ag.take(rows, 0)
    assert type(taken) is list
    assert [x.data for x in taken] == [1.0, 2.0]
    (ag.sum(taken) * 2.0).backward()
    assert [[x.grad for x in row] for row in rows] == [[2.0, 2.0], [0.0, 0.0]]


def test_of_leaves_only_the_one_taken_is_in_the_graph():
    rows = table([1.0, 2.0], [3.0, 4.0])
    y = ag.sum(ag.take(rows, 1))
    leaves = {node for node in topological_order(y) if node.op is None}
    assert leaves == {*rows[1]}
    assert [x.op for x in y.inputs] == [ag.ops.identity] * 2


def test_each_taking_is_a_node_of_its_own():
    rows = [Value(1.0), Value(2.0)]
    first, second = ag.take(rows, 1), ag.take(rows, 1)
    assert first is not second
    assert first is not rows[1]
    (first * second).backward()
    assert (first.grad, second.grad, rows[1].grad, rows[0].grad) == (2.0, 2.0, 4.0, 0.0)


@pytest.mark.parametrize("k", range(3))
def test_of_computed_rows_all_are_in_the_graph_whatever_the_index(k):
    def nodes(k):
        x = [Value(0.5), Value(-1.0), Value(2.0)]
        order = topological_order(ag.exp(ag.take(ag.log_softmax(x), k)))
        place = {node: i for i, node in enumerate(order)}
        return [
            (node.op, [x if type(x) is float else place[x] for x in node.inputs][-3:])
            for node in order
        ]

    assert nodes(k) == nodes(0)
    rows = [x * 1.0 for x in (Value(1.0), Value(2.0), Value(3.0))]
    taken = ag.take(rows, k)
    assert taken.op is ag.ops.take
    assert taken.inputs == (float(k), *rows)
    assert taken.partials == (None, *[1.0 if i == k else None for i in range(3)])


def test_where_one_row_was_computed_all_are_in_the_graph():
    w, x = Value(2.0), Value(3.0) * 1.0
    for k in range(3):
        taken = ag.take([w, 5, x], k)
        assert taken.inputs == (float(k), w, 5.0, x)
    large = [w] * MOST_NUMBERS + [x]  # which is not looked through at each taking
    assert ag.take(large, 1).inputs == (w,)
    assert ag.take(large, MOST_NUMBERS).inputs[-1] is x


def test_what_is_not_taken_may_be_anything():
    x = Value(0.0)
    y = ag.take([ag.log(x), x * 3.0, 1.0 / x], 1)
    y.backward()
    assert x.grad == 3.0


@pytest.mark.parametrize("k", range(3))
def test_derivatives_of_any_order(k):
    def f(x):
        return ag.take([x[0] ** 3, x[0] * x[1] ** 2, ag.sin(x[1])], k) * x[1]

    def same(x):
        return [x[0] ** 3, x[0] * x[1] ** 2, ag.sin(x[1])][k] * x[1]

    at = [0.7, -1.3]
    assert ag.grad(f)(at) == pytest.approx(ag.grad(same)(at), rel=1e-15)
    for ours, right in zip(ag.hessian(f)(at), ag.hessian(same)(at), strict=True):
        assert ours == pytest.approx(right, rel=1e-14)
    assert ag.jvp(f, (at,), ([1.0, 0.5],)) == pytest.approx(ag.jvp(same, (at,), ([1.0, 0.5],)))


def test_the_gradient_by_a_table_that_is_an_argument():
    f = lambda rows, k: ag.prod(ag.take(rows, k))  # noqa: E731
    assert ag.grad(f)([[2.0, 3.0], [4.0, 5.0]], 1) == [[0.0, 0.0], [5.0, 4.0]]
    found = ag.grad(f)(np.array([[2.0, 3.0], [4.0, 5.0]]), 0)
    assert found.tolist() == [[3.0, 2.0], [0.0, 0.0]]


@pytest.mark.parametrize("computed", [False, True])
def test_a_row_keeps_its_container(computed):
    def v(x):
        return Value(x) * 1.0 if computed else Value(x)

    pair = ag.take([Pair(v(1.0), 2.0), Pair(v(3.0), 4.0)], 1)
    assert type(pair) is Pair
    assert (pair.a.data, pair.b) == (3.0, 4.0)
    both = ag.take([{"w": [v(1.0)], "b": v(2.0)}, {"w": [v(3.0)], "b": v(4.0)}], 0)
    assert (both["w"][0].data, both["b"].data, [*both]) == (1.0, 2.0, ["w", "b"])
    array = ag.take(np.array([[v(1.0), v(2.0)], [v(3.0), v(4.0)]]), 1)
    assert (array.shape, array.dtype) == ((2,), object)
    assert [x.data for x in array] == [3.0, 4.0]
    odd = ag.take([[v(1.0)], [v(2.0), v(3.0)]], 1)  # of rows of two layouts, the one
    assert [x.data for x in odd] == [2.0, 3.0]
    mixed = ag.take([v(1.0), 5.0, "text"], 0)
    assert mixed.data == 1.0


def test_a_row_without_values_is_given_as_it_is():
    x = Value(1.0)
    rows = [[1.0, 2.0], ("a",), {"b": 1}, np.eye(2), math.sin, x]
    for k, row in enumerate(rows[:-1]):
        assert ag.take(rows, k) is row
    assert ag.take(np.eye(2), 1).tolist() == [0.0, 1.0]
    numbers = ["a", "b"]
    for index in (1, 1.0, True, np.int64(1), np.uint8(1), np.array(1), Value(1.0), np.float64(1)):
        assert ag.take(numbers, index) == "b"


def test_under_no_grad_a_number_is_a_leaf():
    rows = [Value(1.0), Value(2.0) * 3.0]
    with ag.no_grad():
        assert [ag.take(rows, k).op for k in range(2)] == [None, None]
        assert [ag.take(rows[1:] * 2, k).data for k in range(2)] == [6.0, 6.0]


@pytest.mark.parametrize(
    "index", [2, -1, 10**30, -0.5, 1.5, math.nan, math.inf, "0", None, [0], 1j]
)
@pytest.mark.parametrize("rows", [[1.0, 2.0], [Value(1.0), Value(2.0)]], ids=["floats", "values"])
def test_any_other_index_is_refused(rows, index):
    whole = isinstance(index, int)
    message = "index .* is outside 0..1, the rows there are" if whole else "must be a whole number"
    with pytest.raises(ValueError if whole else TypeError, match=f"^take: .*{message}"):
        ag.take(rows, index)


def test_from_nothing_or_from_what_has_no_length():
    with pytest.raises(ValueError, match=r"^take: .*no rows|^take: .*empty"):
        ag.take([], 0)
    with pytest.raises(TypeError, match=r"^take: "):
        ag.take((x for x in [1.0]), 0)


def test_the_row_of_the_table_itself():
    assert ag.ops.take(1, 5.0, 6.0) == 6.0
    for k in (-1.0, 2.0, 0.5, math.nan, math.inf):
        assert math.isnan(ag.ops.take(k, 5.0, 6.0)), k
