"""vmap: a loop over a batch, its axes in and out, and what it says of batches that do not fit.

Where a batch is made of NumPy arrays, nested lists or dicts the conventions are JAX's; `Point` and
other tuples are containers, as they are everywhere else.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value


class Point(NamedTuple):
    x: Any
    y: Any


def times(a: Any, b: Any) -> Any:
    return a * b


def test_lists() -> None:
    assert ag.vmap(times)([1.0, 2.0], [3.0, 4.0]) == [3.0, 8.0]
    assert ag.vmap(times, in_axes=(0, None))([1.0, 2.0], 5.0) == [5.0, 10.0]
    assert ag.vmap(times, in_axes=(None, 0))(5.0, [1.0, 2.0]) == [5.0, 10.0]
    assert ag.vmap(sum)([[1.0, 2.0], [3.0, 4.0]]) == [3.0, 7.0]
    assert ag.vmap(sum, in_axes=1)([[1.0, 2.0], [3.0, 4.0]]) == [4.0, 6.0]
    assert ag.vmap(sum)([[1.0], [2.0, 3.0]]) == [1.0, 5.0]  # samples of different length


def test_three_levels_of_lists() -> None:
    cube = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
    array = np.array(cube)
    for axis in (0, 1, 2):
        samples: list[Any] = []
        ag.vmap(lambda s, keep=samples: keep.append(s) or 0.0, in_axes=axis)(cube)
        assert samples == [array.take(k, axis).tolist() for k in range(2)]
        assert ag.vmap(lambda s: s, in_axes=axis, out_axes=axis)(cube) == cube


@given(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    st.integers(-3, 2),
    st.integers(-2, 1),
)
def test_arrays_along_any_axis(shape: tuple[int, ...], in_axis: int, out_axis: int) -> None:
    batch = np.arange(float(np.prod(shape))).reshape(shape)
    result = ag.vmap(lambda s: s.sum(axis=0), in_axes=in_axis, out_axes=out_axis)(batch)
    np.testing.assert_array_equal(
        result, np.moveaxis(np.moveaxis(batch, in_axis, 0).sum(axis=1), 0, out_axis)
    )
    assert result.dtype == float


def test_arrays_and_numbers() -> None:
    xs = np.array([1.0, 2.0, 3.0])
    squares = ag.vmap(lambda x: x * x)(xs)
    assert isinstance(squares, np.ndarray)
    assert squares.tolist() == [1.0, 4.0, 9.0]
    both = ag.vmap(times, in_axes=(None, 0))(xs, xs)
    np.testing.assert_array_equal(both, np.multiply.outer(xs, xs))
    np.testing.assert_array_equal(ag.vmap(times)(xs, [2.0, 3.0, 4.0]), [2.0, 6.0, 12.0])
    np.testing.assert_array_equal(ag.vmap(lambda x: x + 1)(np.arange(3)), [1, 2, 3])


def test_dicts_are_mapped_entry_by_entry() -> None:
    batch = {"x": [1.0, 2.0], "y": np.array([[3.0, 4.0], [5.0, 6.0]])}
    result = ag.vmap(lambda d: d["x"] * d["y"])(batch)
    np.testing.assert_array_equal(result, [[3.0, 4.0], [10.0, 12.0]])
    twice = ag.vmap(lambda d: {"a": d["x"], "b": [d["x"], 0.0]})({"x": [1.0, 2.0]})
    assert twice == {"a": [1.0, 2.0], "b": [[1.0, 0.0], [2.0, 0.0]]}


def test_each_entry_of_a_dict_may_have_its_own_axis() -> None:
    batch = {"x": np.array([1.0, 2.0]), "shift": 10.0}
    mapped = ag.vmap(lambda d: d["x"] + d["shift"], in_axes=({"x": 0, "shift": None},))
    np.testing.assert_array_equal(mapped(batch), [11.0, 12.0])


def test_in_axes_may_be_a_list() -> None:
    assert ag.vmap(times, in_axes=[0, None])([1.0, 2.0], 5.0) == [5.0, 10.0]


def test_named_tuples_are_mapped_field_by_field() -> None:
    points = Point([1.0, 2.0], [3.0, 4.0])
    assert ag.vmap(lambda p: p.x * p.y)(points) == [3.0, 8.0]
    swapped = ag.vmap(lambda p: Point(p.y, p.x))(points)
    assert type(swapped) is Point
    assert swapped == Point([3.0, 4.0], [1.0, 2.0])


def test_results_in_named_tuples() -> None:
    result = ag.vmap(lambda x: Point(x, -x))([1.0, 2.0])
    assert type(result) is Point
    assert result == Point([1.0, 2.0], [-1.0, -2.0])


def test_results_in_tuples_and_lists() -> None:
    assert ag.vmap(lambda x: (x, 2 * x))([1.0, 2.0]) == ([1.0, 2.0], [2.0, 4.0])
    assert ag.vmap(lambda x: [x, 2 * x])([1.0, 2.0]) == [[1.0, 2.0], [2.0, 4.0]]
    assert ag.vmap(lambda x: [x, 2 * x], out_axes=1)([1.0, 2.0]) == [[1.0, 2.0], [2.0, 4.0]]
    assert ag.vmap(lambda x: [x, 2 * x, 0], out_axes=1)([1.0, 2.0]) == [
        [1.0, 2.0],
        [2.0, 4.0],
        [0, 0],
    ]
    pair = ag.vmap(lambda x: (x, np.array([x, x])))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(pair[0], [1.0, 2.0])
    np.testing.assert_array_equal(pair[1], [[1.0, 1.0], [2.0, 2.0]])


def test_values() -> None:
    xs = [Value(2.0), Value(3.0)]
    squares = ag.vmap(lambda x: x * x)(xs)
    ag.sum(squares).backward()
    assert [x.grad for x in xs] == [4.0, 6.0]
    array = ag.vmap(lambda x: x * x)(np.array(xs))
    assert (array.shape, array.dtype) == ((2,), object)
    assert [y.data for y in array] == [4.0, 9.0]


def test_keyword_arguments_are_handed_on() -> None:
    assert ag.vmap(lambda x, *, by: x * by[0])([1.0, 2.0], by=[3.0]) == [3.0, 6.0]


@given(st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=4))
def test_a_vmapped_gradient_is_a_loop_of_gradients(xs: list[float]) -> None:
    assert ag.vmap(ag.grad(ag.tanh))(xs) == [ag.grad(ag.tanh)(x) for x in xs]
    per_sample = ag.vmap(ag.grad(lambda w, x: (w["a"] * x + w["b"]) ** 2), in_axes=(None, 0))
    gradients = per_sample({"a": 2.0, "b": 1.0}, np.array(xs))
    np.testing.assert_array_equal(gradients["b"], [2 * (2 * x + 1) for x in xs])
    np.testing.assert_array_equal(gradients["a"], [2 * (2 * x + 1) * x for x in xs])


def test_a_vmap_in_a_vmap() -> None:
    table = ag.vmap(ag.vmap(times, in_axes=(None, 0)), in_axes=(0, None))
    assert table([1.0, 2.0], [3.0, 4.0, 5.0]) == [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]


def test_a_gradient_through_vmap() -> None:
    def loss(w: Any) -> Any:
        return ag.sum(ag.vmap(lambda x, w: (w * x) ** 2, in_axes=(0, None))([1.0, 2.0, 3.0], w))

    assert ag.grad(loss)(2.0) == 56.0
    assert ag.hessian(loss)(2.0) == 28.0


def test_no_samples_give_no_results() -> None:
    def never(x: Any) -> Any:
        raise AssertionError("there is no sample to call it with")

    assert ag.vmap(never)([]) == []
    assert ag.vmap(lambda x, y: never(x), in_axes=(0, None))([], 3.0) == []
    assert ag.vmap(never)({"x": []}) == []


def test_no_samples_in_an_array_give_an_array_without_samples() -> None:
    for batch in (np.array([]), np.zeros((0, 3)), {"x": np.array([])}):
        result = ag.vmap(lambda s: 1.0)(batch)
        assert isinstance(result, np.ndarray)
        assert len(result) == 0


# What is wrong, and the words that the message must have: who, which argument, what to do.
REFUSED: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "different numbers of samples": (
        lambda: ag.vmap(times)([1.0, 2.0], [1.0, 2.0, 3.0]),
        ("vmap", "samples", "2", "3"),
    ),
    "nothing is mapped": (
        lambda: ag.vmap(times, in_axes=None)(1.0, 2.0),
        ("vmap", "no argument is mapped", "in_axes"),
    ),
    "no argument": (lambda: ag.vmap(lambda: 1.0)(), ("vmap", "no argument")),
    "a number is mapped": (
        lambda: ag.vmap(times)([1.0], 2.0),
        ("vmap", "argument 1", "float", "None in in_axes"),
    ),
    "a Value is mapped": (
        lambda: ag.vmap(times)([1.0], Value(2.0)),
        ("vmap", "argument 1", "Value", "None in in_axes"),
    ),
    "no such axis of an array": (
        lambda: ag.vmap(times, in_axes=(0, 2))(np.ones(2), np.ones((2, 2))),
        ("vmap", "argument 1", "axis 2"),
    ),
    "no such level of a list": (
        lambda: ag.vmap(sum, in_axes=1)([1.0, 2.0]),
        ("vmap", "argument 0", "axis"),
    ),
    "rows of different length": (
        lambda: ag.vmap(sum, in_axes=1)([[1.0, 2.0], [3.0]]),
        ("vmap", "argument 0", "rows", "length"),
    ),
    "entries of different length": (
        lambda: ag.vmap(len)({"x": [1.0], "y": [1.0, 2.0]}),
        ("vmap", "argument 0", "samples", "1", "2"),
    ),
    "in_axes of another length": (
        lambda: ag.vmap(times, in_axes=(0,))([1.0], [2.0]),
        ("vmap", "in_axes", "1", "2"),
    ),
    "in_axes that is no axis": (lambda: ag.vmap(sum, in_axes="0")([[1.0]]), ("vmap", "in_axes")),
    "in_axes that is a truth value": (
        lambda: ag.vmap(sum, in_axes=True)([[1.0]]),
        ("vmap", "in_axes"),
    ),
    "no such axis of the results": (
        lambda: ag.vmap(lambda x: x, out_axes=1)(np.ones(2)),
        ("vmap", "out_axes"),
    ),
    "no such level of the results": (
        lambda: ag.vmap(lambda x: x, out_axes=1)([1.0, 2.0]),
        ("vmap", "out_axes"),
    ),
    "out_axes that is no axis": (
        lambda: ag.vmap(lambda x: x, out_axes="0")(np.ones((2, 2))),
        ("vmap", "out_axes"),
    ),
    "results of different shape": (
        lambda: ag.vmap(lambda x: np.ones(int(x)))([1.0, 2.0]),
        ("vmap", "sample"),
    ),
    "results of different length": (
        lambda: ag.vmap(lambda x: [x] * int(x), out_axes=1)([1.0, 2.0]),
        ("vmap", "sample"),
    ),
    "results with different keys": (
        lambda: ag.vmap(lambda x: {"a": x} if x > 1 else {"b": x})([1.0, 2.0]),
        ("vmap", "sample"),
    ),
    "results of different kinds": (
        lambda: ag.vmap(lambda x: (x, x) if x < 2 else x)([1.0, 2.0]),
        ("vmap", "sample"),
    ),
    "no function": (lambda: ag.vmap(3.0)([1.0]), ("vmap", "function", "float")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_in_clear_words(case: str) -> None:
    call, words = REFUSED[case]
    with pytest.raises((ValueError, TypeError)) as refusal:
        call()
    message = str(refusal.value)
    assert [word for word in words if word not in message] == [], message


def test_an_exception_of_the_function_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        ag.vmap(lambda x: 1 / 0)([1.0])


def test_a_tuple_that_comes_out_goes_in_again() -> None:
    pairs = ag.vmap(lambda x: (x, 2 * x))([1.0, 2.0, 3.0])
    assert ag.vmap(lambda p: p[0] * p[1])(pairs) == [2.0, 8.0, 18.0]


def test_a_sample_of_a_vector_is_a_float() -> None:
    seen: list[type] = []
    ag.vmap(lambda x: seen.append(type(x)) or x)(np.array([1.0, 2.0]))
    assert seen == [float, float]


def test_lists_of_arrays_samples_are_lists() -> None:
    found = ag.vmap(lambda x: [x, 2.0 * x])(np.array([1.0, 2.0]))
    assert found == [[1.0, 2.0], [2.0, 4.0]]
    assert type(found) is type(found[0]) is list


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ag.vmap(lambda x: x, in_axes=((0,),))([1.0]),
            "vmap: in_axes[0] must be an int or None: argument 0 is no tuple or dict",
        ),
        (
            lambda: ag.vmap(lambda x, y: x, in_axes=(0,))([1.0], [2.0]),
            "vmap: in_axes must have one entry for each item of the call's positional arguments",
        ),
        (
            lambda: ag.vmap(lambda x: [1.0] * int(x), out_axes=1)([2.0, 3.0]),
            "vmap: results of different samples have the lengths 2 and 3;",
        ),
        (
            lambda: ag.vmap(lambda x: np.ones(int(x)))([2.0, 3.0]),
            "vmap: results of different samples have the shapes (2,) and (3,);",
        ),
        (
            lambda: ag.vmap(lambda x: x, out_axes=-2)(np.array([1.0, 2.0])),
            "vmap: out_axes is -2, but the results have no such axis or level",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_numbers(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        call()
    assert str(raised.value).startswith(message)
