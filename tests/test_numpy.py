"""Values and NumPy: scalars, arrays of numbers, and object arrays of Values.

Owns "object arrays broadcast, @, sum and np.exp like arrays of numbers". Each is compared with
NumPy on the numbers alone, and its gradient with the one known in closed form.
"""

import math
import operator

import numpy as np
import pytest

import autograd as ag
from autograd import Value

SCALARS = [
    np.float64(2.5),
    np.float32(2.5),
    np.float16(2.5),
    np.longdouble(2.5),
    np.int64(3),
    np.int8(-3),
    np.uint8(3),
    np.bool_(True),
    np.array(2.5),
    np.array(3),
]
NUMBERS = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])
OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.mod,
    operator.floordiv,
]
ELEMENTWISE = (
    "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan arcsin arccos arctan sinh cosh tanh "
    "arcsinh arctanh abs absolute negative square reciprocal"
).split()


def values(numbers):
    array = np.empty(numbers.shape, dtype=object)
    array.flat = [Value(x) for x in numbers.flat]
    return array


def data(array):
    return np.vectorize(lambda v: v.data if isinstance(v, Value) else v, otypes=[float])(array)


def grads(array):
    return np.vectorize(lambda v: v.grad, otypes=[float])(array)


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: repr(s))
@pytest.mark.parametrize("apply", [*OPERATORS, operator.pow], ids=lambda f: f.__name__)
def test_numpy_scalars_on_either_side_give_a_value(apply, scalar):
    number = float(scalar)
    for got, expected in (
        (apply(scalar, Value(1.25)), apply(number, 1.25)),
        (apply(Value(1.25), scalar), apply(1.25, number)),
    ):
        assert type(got) is Value
        expected = math.nan if isinstance(expected, complex) else expected
        np.testing.assert_equal(got.data, expected)
        got.backward()


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: repr(s))
def test_numpy_scalars_compare_as_numbers(scalar):
    number = float(scalar)
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        compare = getattr(operator, name)
        for x in (number, number + 1.0, number - 1.0):
            assert bool(compare(scalar, Value(x))) is compare(number, x), name
            assert bool(compare(Value(x), scalar)) is compare(x, number), name


@pytest.mark.parametrize("apply", OPERATORS, ids=lambda f: f.__name__)
def test_a_value_and_an_array_of_numbers_broadcast(apply):
    array, v = np.array([[0.5, 2.0], [-3.0, 1.5]]), Value(1.25)
    for got, expected in (
        (apply(array, v), apply(array, 1.25)),
        (apply(v, array), apply(1.25, array)),
    ):
        assert got.dtype == object
        np.testing.assert_array_equal(data(got), expected)
    (v * array).sum().backward()
    assert v.grad == 1.0


@pytest.mark.parametrize("apply", OPERATORS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("mask", [False, [False, True]])
def test_a_value_and_a_masked_array(apply, mask):
    v, array = Value(1.25), np.ma.array([0.5, 2.0], mask=mask)
    got, expected = apply(v, array), apply(1.25, array)
    assert list(np.ma.getmaskarray(got)) == list(np.ma.getmaskarray(expected))
    assert [x.data for x in got.compressed()] == list(expected.compressed())
    for x in got.compressed():
        assert x.inputs[0] is v
        assert type(x.inputs[1]) is float
    got.sum().backward()


@pytest.mark.parametrize("apply", [*OPERATORS, operator.pow], ids=lambda f: f.__name__)
@pytest.mark.parametrize("mask", [False, [False, True]])
def test_a_masked_array_takes_no_number_out_of_a_value(apply, mask):
    """Where NumPy sees to it that results are finite it refuses objects; else they are Values."""
    v, array = Value(1.25), np.ma.array([0.5, 2.0], mask=mask)
    orders = [(array, v), (v, array)] if apply is operator.pow else [(array, v)]
    for a, b in orders:
        if apply in (operator.truediv, operator.floordiv, operator.pow):
            with pytest.raises(TypeError, match="isfinite"):
                apply(a, b)
        else:
            got, expected = apply(a, b), apply(array, 1.25)
            assert list(np.ma.getmaskarray(got)) == list(np.ma.getmaskarray(expected))
            assert [x.data for x in got.compressed()] == list(expected.compressed())
            assert all(x.inputs[1] is v for x in got.compressed())


@pytest.mark.parametrize("apply", [operator.add, operator.sub, operator.mul])
def test_a_masked_array_of_one_number_before_a_value(apply):
    v = Value(3.0)
    got = apply(np.ma.array(2.0, mask=False), v)
    assert type(got) is Value
    assert (got.data, got.inputs) == (apply(2.0, 3.0), (2.0, v))
    assert apply(np.ma.array(2.0, mask=True), v) is np.ma.masked
    assert apply(np.ma.masked, v) is np.ma.masked
    assert ag.compile(lambda x: apply(np.ma.array(2.0), x))(3.0) == apply(2.0, 3.0)


def test_functions_keep_the_mask_of_numbers():
    array = np.ma.array([[0.5, 2.0], [-1.0, 3.0]], mask=[[False, True], [False, False]])
    got, expected = ag.exp(array), np.ma.exp(array)
    assert got.dtype == float
    assert got.mask.tolist() == expected.mask.tolist()
    np.testing.assert_array_equal(got.compressed(), expected.compressed())
    np.testing.assert_array_equal(got.filled(7.0), expected.filled(7.0))
    assert got.filled()[0, 1] == expected.filled()[0, 1]
    assert ag.maximum(1.0, array).mask.tolist() == array.mask.tolist()
    assert ag.exp(np.ma.array(2.0, mask=True)) is np.ma.masked
    assert float(ag.exp(np.ma.array(2.0))) == math.exp(2.0)


@pytest.mark.parametrize(
    "call",
    [ag.sum, ag.max, ag.softmax, lambda x: ag.dot(x, x), lambda x: Value(x[1])],
)
@pytest.mark.parametrize("kind", [float, object])
def test_what_needs_each_number_refuses_a_masked_one(call, kind):
    items = [0.5, 2.0] if kind is float else [Value(0.5), Value(2.0)]
    with pytest.raises(TypeError, match=r"masked; give .*\.compressed\(\), .*\.filled\(0\.0\)$"):
        call(np.ma.array(items, mask=[False, True], dtype=kind))


def test_what_needs_each_number_takes_a_masked_array_of_which_none_is():
    array = np.ma.array([0.5, 2.0])
    assert ag.sum(array) == 2.5
    assert Value(array[1]).data == Value(np.ma.array(2.0)).data == 2.0
    assert ag.grad(ag.sum)(array).tolist() == [1.0, 1.0]


def test_nobody_differentiates_by_a_masked_number():
    for array in (np.ma.array(2.0, mask=True), np.ma.array([1.0, 2.0], mask=[False, True])):
        with pytest.raises(TypeError, match=r"^grad: argument 0: .* masked; give .*compressed"):
            ag.grad(lambda x: ag.sum(x) if isinstance(x, np.ndarray) else x)(array)


def test_a_masked_array_of_one_number_is_no_operand_itself():
    v = Value(2.0)
    product = (v * np.ma.array(3.0)).item()
    assert product.inputs == (v, 3.0)
    product.backward()
    assert v.grad == 3.0
    assert (v * np.ma.masked) is np.ma.masked


def test_functions_of_several_numbers_take_masked_arrays():
    v, array = Value(1.25), np.ma.array([0.5, 2.0], mask=[False, True])
    for got, expected in (
        (ag.maximum(v, array), 1.25),
        (ag.maximum(array, v), 1.25),
        (ag.where(v, array, v), 0.5),
        (ag.clip(v, array, 9.0), 1.25),
    ):
        assert [x.data for x in got.compressed()] == [expected]


def test_integer_and_boolean_arrays_are_numbers():
    v = Value(2.0)
    assert [x.data for x in v * np.arange(3)] == [0.0, 2.0, 4.0]
    assert [x.data for x in np.array([True, False]) * v] == [2.0, 0.0]
    with pytest.raises(TypeError, match=r"^mul: .*str"):
        v * np.array(["a"])
    with pytest.raises(TypeError, match=r"^sin: .*complex"):
        ag.sin(np.array([1j]))


@pytest.mark.parametrize("exponents", [np.array([0.0, 2.0, 0.5]), np.array([0, 2, 3])])
def test_a_power_of_numbers_in_an_array_is_value_to_a_number(exponents):
    """Broadcasting changes no rule: the exponent is a parameter, as in v**2.0."""
    v = Value(1e-320)
    powers = v**exponents
    assert [p.op.name for p in powers] == ["power"] * 3
    assert all(p.partials[1] is None for p in powers)
    powers[0].backward()
    assert v.grad == 0.0, "x**0 is flat everywhere"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_numpys_functions_on_object_arrays(name):
    function = getattr(np, name)
    numbers = np.array([0.2, 0.5, 0.75])
    got = function(values(numbers))
    np.testing.assert_allclose(data(got), function(numbers), rtol=1e-15)
    single = function(Value(0.5))
    assert type(single) is Value
    single.backward()


def test_two_operand_functions_of_numpy():
    a, b = np.array([0.5, 2.0]), np.array([1.5, -1.0])
    for name in ("arctan2", "hypot"):
        function = getattr(np, name)
        np.testing.assert_allclose(data(function(values(a), b)), function(a, b), rtol=1e-15)
        np.testing.assert_allclose(data(function(values(a), values(b))), function(a, b), rtol=1e-15)


def test_the_engines_functions_take_arrays():
    np.testing.assert_array_equal(ag.tanh(NUMBERS), np.vectorize(math.tanh)(NUMBERS))
    assert ag.tanh(NUMBERS).dtype == float
    array = values(NUMBERS)
    ag.sum(ag.sin(array)).backward()
    np.testing.assert_array_equal(grads(array), np.vectorize(math.cos)(NUMBERS))
    np.testing.assert_array_equal(
        data(ag.where(array > 0, array, -1.0)), np.where(NUMBERS > 0, NUMBERS, -1.0)
    )
    np.testing.assert_array_equal(data(ag.maximum(array, NUMBERS.T[:, :2].T)), NUMBERS)
    assert ag.exp(np.array([])).shape == (0,)
    np.testing.assert_array_equal(ag.clip(NUMBERS, -1.0, 1.0), NUMBERS.clip(-1.0, 1.0))


def test_matrix_products():
    A, x = NUMBERS, np.array([1.0, -2.0, 0.5])
    for left, right in ((values(A), x), (A, values(x)), (values(A), values(x))):
        np.testing.assert_allclose(data(left @ right), A @ x, rtol=1e-15)
        np.testing.assert_allclose(data(np.dot(left, right)), A @ x, rtol=1e-15)
    weights = values(A)
    y = weights @ x
    (y @ y).backward()
    np.testing.assert_allclose(grads(weights), np.outer(2 * A @ x, x), rtol=1e-15)


def test_reductions():
    for reduce, expected in (
        (np.sum, np.ones(6)),
        (np.mean, np.full(6, 1 / 6)),
        (np.prod, NUMBERS.prod() / NUMBERS.ravel()),
    ):
        array = values(NUMBERS)
        y = reduce(array)
        assert y.data == pytest.approx(reduce(NUMBERS), rel=1e-15)
        y.backward()
        np.testing.assert_allclose(grads(array).ravel(), expected, rtol=1e-14)
    rows = values(NUMBERS).sum(axis=0)
    np.testing.assert_array_equal(data(rows), NUMBERS.sum(axis=0))
    np.testing.assert_array_equal(data(np.cumsum(values(NUMBERS))), np.cumsum(NUMBERS))
    np.testing.assert_allclose(data(np.diff(values(NUMBERS))), np.diff(NUMBERS))
    assert np.linalg.norm(values(NUMBERS)).data == pytest.approx(np.linalg.norm(NUMBERS))
    assert np.einsum("ij,ij->", values(NUMBERS), NUMBERS).data == pytest.approx((NUMBERS**2).sum())


def test_variance_and_deviation():
    array = values(NUMBERS)
    y = np.var(array)
    y.backward()
    assert y.data == pytest.approx(NUMBERS.var(), rel=1e-14)
    np.testing.assert_allclose(grads(array), 2 * (NUMBERS - NUMBERS.mean()) / 6, atol=1e-15)
    assert np.std(values(NUMBERS)).data == pytest.approx(NUMBERS.std(), rel=1e-14)


def test_floor_of_an_object_array():
    np.testing.assert_array_equal(data(np.floor(values(NUMBERS))), np.floor(NUMBERS))


def test_selecting_sorting_and_comparing():
    array = values(NUMBERS)
    assert (array > 0).dtype == bool
    np.testing.assert_array_equal(array > 0, NUMBERS > 0)
    np.testing.assert_array_equal(array == 2.0, NUMBERS == 2.0)
    np.testing.assert_array_equal(Value(0.25) <= NUMBERS, NUMBERS >= 0.25)
    np.where(array > 0, array, 0.0).sum().backward()
    np.testing.assert_array_equal(grads(array), NUMBERS > 0)
    np.testing.assert_array_equal(data(np.maximum(array, 0.0)), np.maximum(NUMBERS, 0.0))
    np.testing.assert_array_equal(data(np.sort(array)), np.sort(NUMBERS))
    np.testing.assert_array_equal(np.argsort(array), np.argsort(NUMBERS))
    assert array.max() is array[1, 0]
    assert np.argmin(array) == 1
    assert max(array.ravel()) is array[1, 0]


def test_rosenbrock_in_slices():
    def rosen(x):
        return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()

    point = np.array([-1.2, 1.0, 0.3])
    x = values(point)
    y = rosen(x)
    y.backward()
    assert y.data == pytest.approx(rosen(point), rel=1e-15)
    from scipy.optimize import rosen_der

    np.testing.assert_allclose(grads(x), rosen_der(point), rtol=1e-14)


def test_values_do_not_slip_into_float_arrays():
    v = Value(1.0)
    for convert in (
        lambda: np.array([v], dtype=float),
        lambda: np.float64(v),
        lambda: values(NUMBERS).astype(float),
        lambda: operator.setitem(np.zeros(2), 0, v),
    ):
        with pytest.raises(TypeError, match=r"\.data.*dtype=object"):
            convert()
    assert np.array([v]).dtype == object
    with pytest.raises(TypeError):
        operator.iadd(np.zeros(2), v)
