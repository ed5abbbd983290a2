"""What goes in comes out: numbers in lists, tuples, named tuples, dicts and NumPy arrays.

Owns the layouts of arguments and results of every transform. The expected layouts are built here
without the engine's own flatten.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from autograd.containers import flatten, flatten_like


class Point(NamedTuple):
    x: Any
    y: Any


def numbers_in(tree: Any) -> Iterator[Any]:
    """The numbers of a tree in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, np.ndarray):
        tree = list(tree.flat)
    if isinstance(tree, (list, tuple)):
        for item in tree:
            yield from numbers_in(item)
    else:
        yield tree


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same layout with `function` of each number; arrays hold floats, or else objects."""
    if isinstance(tree, dict):
        return type(tree)((k, mapped(function, x)) for k, x in tree.items())
    if isinstance(tree, Point):
        return Point(*[mapped(function, x) for x in tree])
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(function, x) for x in tree)
    if isinstance(tree, np.ndarray):
        results = [function(x) for x in tree.flat]
        dtype = float if all(isinstance(x, float) for x in results) else object
        return np.array([None] * len(results) + results, dtype)[len(results) :].reshape(tree.shape)
    return function(tree)


def assert_same(got: Any, expected: Any) -> None:
    """The same containers of the same types, and the same numbers."""
    assert type(got) is type(expected), (got, expected)
    if isinstance(expected, dict):
        assert list(got) == list(expected)
        for k in expected:
            assert_same(got[k], expected[k])
    elif isinstance(expected, (list, tuple)):
        assert len(got) == len(expected)
        for a, b in zip(got, expected, strict=True):
            assert_same(a, b)
    elif isinstance(expected, np.ndarray):
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        assert list(got.flat) == list(expected.flat)
    else:
        assert got == expected


def half_sum_of_squares(tree: Any) -> Any:
    """Its gradient is the tree itself."""
    total: Any = 0.0
    for x in numbers_in(tree):
        total = total + 0.5 * x * x
    return total


lengths = st.tuples(st.integers(0, 3), st.integers(0, 2))
whole = st.integers(-50, 50).map(float)
arrays = st.one_of(
    st.lists(whole, max_size=4).map(lambda xs: np.array(xs, float)),
    lengths.map(lambda s: np.arange(float(s[0] * s[1])).reshape(s)),
)
trees = st.recursive(
    whole | arrays,
    lambda items: st.one_of(
        st.lists(items, max_size=3),
        st.lists(items, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("zyxw"), items, max_size=3),
        st.tuples(items, items).map(lambda pair: Point(*pair)),
    ),
    max_leaves=8,
)


@given(trees)
def test_a_gradient_is_laid_out_as_its_argument(tree: Any) -> None:
    assert_same(ag.grad(half_sum_of_squares)(tree), tree)
    value, gradient = ag.value_and_grad(half_sum_of_squares)(tree)
    assert value == half_sum_of_squares(tree)
    assert_same(gradient, tree)


@given(trees)
def test_inside_the_function_the_layout_is_the_same(tree: Any) -> None:
    def f(bound: Any) -> Any:
        assert_same(mapped(lambda x: x.data, bound), tree)
        return 0.0

    ag.grad(f)(tree)


@given(trees)
def test_values_keep_the_layout(tree: Any) -> None:
    leaves = mapped(Value, tree)
    gradient = ag.grad(half_sum_of_squares)(leaves)
    if any(True for _ in numbers_in(tree)):
        assert {type(x) for x in numbers_in(gradient)} == {Value}
    assert_same(mapped(lambda g: g.data, gradient), tree)


@given(trees)
def test_results_keep_the_layout(tree: Any) -> None:
    def double(t: Any) -> Any:
        return mapped(lambda x: 2.0 * x, t)

    expected = double(tree)
    out, tangent = ag.jvp(double, (tree,), (tree,))
    assert_same(out, expected)
    assert_same(tangent, expected)
    out, pullback = ag.vjp(double, tree)
    assert_same(out, expected)
    assert_same(pullback(tree), (expected,))
    assert_same(ag.hvp(half_sum_of_squares, (tree,), (tree,)), tree)


@given(trees, trees)
def test_a_jacobian_has_the_layout_of_the_result_and_inside_that_of_the_argument(
    outer: Any, inner: Any
) -> None:
    def f(t: Any) -> Any:
        total: Any = 0.0
        for k, x in enumerate(numbers_in(t)):
            total = total + (k + 1.0) * x
        return mapped(lambda c: c * total, outer)

    got = ag.jacobian(f)(inner)
    weights = iter(range(1, 100))
    slopes = mapped(lambda x: float(next(weights)), inner)
    assert_same(got, nested(outer, slopes))


def nested(outer: Any, inner: Any) -> Any:
    """Containers of `outer`, then those of `inner`; number times number, or their outer product."""
    if isinstance(outer, (dict, list, tuple)):
        items = outer.values() if isinstance(outer, dict) else outer
        parts = [nested(x, inner) for x in items]
        if isinstance(outer, dict):
            return dict(zip(outer, parts, strict=True))
        return Point(*parts) if isinstance(outer, Point) else type(outer)(parts)
    if isinstance(inner, (dict, list, tuple)):
        items = inner.values() if isinstance(inner, dict) else inner
        parts = [nested(outer, x) for x in items]
        if isinstance(inner, dict):
            return dict(zip(inner, parts, strict=True))
        return Point(*parts) if isinstance(inner, Point) else type(inner)(parts)
    return np.multiply.outer(outer, inner) if np.ndim(outer) or np.ndim(inner) else outer * inner


def test_a_hessian_of_several_arguments_has_blocks_by_argument_and_argument() -> None:
    def f(x: Any, y: Any) -> Any:
        return x[0] * y[0] * y[0] + 10 * x[1] * y[2]

    x, y = np.array([2.0, 3.0]), np.array([5.0, 7.0, 11.0])
    blocks = ag.hessian(f, (0, 1))(x, y)
    assert_same(blocks[0][0], np.zeros((2, 2)))
    assert_same(blocks[0][1], np.array([[10.0, 0, 0], [0, 0, 10.0]]))  # d/dx_i d/dy_j
    assert_same(blocks[1][0], blocks[0][1].T)
    assert_same(blocks[1][1], np.diag([4.0, 0, 0]))


def test_a_jacobian_by_several_arguments_has_the_layout_of_the_result_outside() -> None:
    def f(x: Any, y: Any) -> Any:
        return {"sum": x + y, "product": x * y}

    assert_same(ag.jacobian(f, (0, 1))(2.0, 3.0), {"sum": (1.0, 1.0), "product": (3.0, 2.0)})


def test_a_hessian_of_a_dict_has_entries_by_key_and_key() -> None:
    parameters = {"w": np.array([1.0, 2.0]), "b": 3.0}
    hessian = ag.hessian(lambda p: p["b"] * p["b"] * (p["w"][0] + 2 * p["w"][1]))(parameters)
    assert_same(hessian["b"]["b"], 10.0)
    assert_same(hessian["b"]["w"], np.array([6.0, 12.0]))
    assert_same(hessian["w"]["b"], np.array([6.0, 12.0]))
    assert_same(hessian["w"]["w"], np.zeros((2, 2)))


ARRAYS = {
    "1-D": np.array([1.0, 2.0, 3.0]),
    "2-D": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "3-D": np.arange(8.0).reshape(2, 2, 2),
    "whole numbers": np.array([1, 2, 3]),
    "unsigned bytes": np.array([1, 2, 255], dtype=np.uint8),
    "single precision": np.array([1.5, 2.5], dtype=np.float32),
    "extended precision": np.array([1.5, 2.5], dtype=np.longdouble),
    "truth values": np.array([True, False]),
    "every second": np.arange(6.0)[::2],
    "backwards": np.arange(3.0)[::-1],
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "Fortran order": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "read only": np.broadcast_to(np.array([1.0, 2.0]), (2, 2)),
    "other byte order": np.array([1.0, 2.0], dtype=">f8"),
    "numbers as objects": np.array([1, 2.0, True], dtype=object),
    "empty": np.array([]),
    "empty rows": np.zeros((2, 0)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str) -> None:
    array = ARRAYS[name]
    before = array.copy()
    gradient = ag.grad(half_sum_of_squares)(array)
    assert_same(gradient, np.array(array, dtype=float))
    size = array.size
    hessian = ag.hessian(half_sum_of_squares)(array)
    assert_same(hessian, np.eye(size).reshape(array.shape * 2))
    np.testing.assert_array_equal(array, before)


def test_an_array_of_values_gives_an_array_of_values() -> None:
    array = np.array([[Value(1.0), 2.0], [Value(3.0), 4]], dtype=object)
    gradient = ag.grad(lambda a: (a * a * a).sum())(array)
    assert gradient.shape == (2, 2)
    assert [(type(g), g.data) for g in gradient.flat] == [
        (Value, x) for x in (3.0, 12.0, 27.0, 48.0)
    ]
    gradient.sum().backward()
    assert (array[0, 0].grad, array[1, 0].grad) == (6.0, 18.0)


@pytest.mark.parametrize("number", [2.0, Value(2.0)])
def test_an_array_without_axes_is_a_number(number: Any) -> None:
    holder = np.array(number, dtype=object)
    assert ag.grad(lambda x: x * x)(holder) == 4.0  # a Value compares by its number
    assert ag.grad(lambda x: np.array(x * x, dtype=object))(number) == 4.0
    assert ag.jacobian(lambda x: [np.array(x * x, dtype=object)])(number)[0] == 4.0


def test_functions_written_for_numpy() -> None:
    a = np.array([[1.0, 2.0], [3.0, 5.0]])
    x = np.array([0.5, -1.0])
    assert_same(ag.grad(lambda x: x @ a @ x)(x), (a + a.T) @ x)
    assert_same(ag.jacobian(lambda x: a @ x)(x), a)
    assert_same(ag.jacobian(lambda x: x[::-1])(x), np.eye(2)[::-1])
    assert_same(ag.grad(lambda x: np.exp(x).sum())(x), np.exp(x))
    assert_same(ag.grad(lambda x: (x[:, None] * x[None, :]).sum())(x), np.full(2, -1.0))
    trace_of_square = ag.grad(lambda m: np.trace(m @ m))(a)
    assert_same(trace_of_square, 2 * a.T)


def test_assigning_into_the_array_inside_the_function_stays_there() -> None:
    def f(x: Any) -> Any:
        x[0] = x[1] * x[1]
        return x[0] * x[1]

    array, numbers = np.array([1.0, 2.0]), [1.0, 2.0]
    assert_same(ag.grad(f)(array), np.array([0.0, 12.0]))
    assert_same(ag.grad(f)(numbers), [0.0, 12.0])
    assert (list(array), numbers) == ([1.0, 2.0], [1.0, 2.0])


@pytest.mark.parametrize(
    "mapping",
    [OrderedDict(b=1.0, a=2.0), defaultdict(float, b=1.0, a=2.0), {2: 1.0, (1, "k"): 2.0}],
)
def test_kinds_of_dict_are_kept(mapping: dict[Any, float]) -> None:
    def f(d: Any) -> Any:
        assert type(d) is type(mapping)
        return half_sum_of_squares(d)

    gradient = ag.grad(f)(mapping)
    assert type(gradient) is type(mapping)
    assert gradient == mapping


def test_a_counter_is_not_added_up() -> None:
    jacobian = ag.jacobian(lambda d: {"p": d["a"] * d["b"]})(Counter(a=2, b=3))
    assert jacobian == {"p": Counter(a=3.0, b=2.0)}


def test_a_direction_may_name_its_keys_in_another_order() -> None:
    def f(d: Any) -> Any:
        return {"p": d["a"] * d["b"], "s": d["a"] + d["b"]}

    primal, direction = {"a": 2.0, "b": 3.0}, {"b": 0.0, "a": 1.0}
    assert ag.jvp(f, primal, direction)[1] == {"p": 3.0, "s": 1.0}
    assert ag.vjp(f, primal)[1]({"s": 0.0, "p": 1.0}) == ({"a": 3.0, "b": 2.0},)


def test_named_tuples_are_single_arguments() -> None:
    point = Point(2.0, 3.0)
    out, tangent = ag.jvp(lambda p: p.x * p.y, point, Point(1.0, 0.0))
    assert (out, tangent) == (6.0, 3.0)
    assert_same(ag.hvp(lambda p: p.x * p.x * p.y, point, Point(1.0, 0.0)), Point(6.0, 4.0))


def test_the_same_number_in_two_places_is_two_numbers() -> None:
    row = [2.0]
    assert_same(ag.grad(lambda t: t[0][0] * t[0][0] * t[1][0])([row, row]), [[8.0], [4.0]])


@pytest.mark.parametrize("size", [8, 9])
def test_mixed_numbers_in_lists(size: int) -> None:
    from decimal import Decimal
    from fractions import Fraction

    mixed = [1, True, 2.5, np.float32(0.5), np.int8(3), Fraction(1, 4), Decimal("0.125"), Value(2)]
    gradient = ag.grad(half_sum_of_squares)(mixed[:size])
    assert [g.data for g in gradient] == [1.0, 1.0, 2.5, 0.5, 3.0, 0.25, 0.125, 2.0]


def test_what_a_container_is_called() -> None:
    found = [flatten(tree)[1].describe() for tree in ([1.0], (), {"a": 1.0}, OrderedDict(a=1.0))]
    assert found == ["a list of 1", "a tuple of 0", "a dict of 1", "an OrderedDict of 1"]


def test_attributes_of_own_classes_are_kept() -> None:
    class Weights(list[float]):
        unit = "m"

    w = Weights([2.0, 3.0])
    w.unit = "kg"
    gradient = ag.grad(lambda w: w[0] * w[1])(w)
    assert (type(gradient), gradient, gradient.unit) == (Weights, [3.0, 2.0], "kg")


def test_a_list_where_a_dict_is_expected() -> None:
    with pytest.raises(ValueError, match=r"^f: expected a dict of 2, got a list of 2$"):
        flatten_like([1.0, 2.0], flatten({0: 1.0, 1: 2.0})[1], "f")
    with pytest.raises(ValueError, match=r"^f: expected a list of 2, got a dict of 2$"):
        flatten_like({0: 1.0, 1: 2.0}, flatten([1.0, 2.0])[1], "f")
