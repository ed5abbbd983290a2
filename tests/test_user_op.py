"""An operation of a user's own: one row, and it works everywhere the engine's rows do.

Owns the promise of `Op` for rows outside the table: every transform to third order, NumPy arrays,
IEEE values where Python raises, and clear words where a row breaks the contract.
"""

import cmath
import copy
import inspect
import itertools
import math

import numpy as np
import pytest

import autograd as ag
from autograd import Op, Value
from autograd.op import TABLE, Kink

number = itertools.count()


def row(forward, partials, **more):
    """An Op under a name that no other test has."""
    return Op(f"users_{next(number)}", forward, partials, **more)


@pytest.fixture(autouse=True)
def table_as_it_was():
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


@pytest.fixture
def cube():
    return row(lambda x: x * x * x, lambda y, x: (3.0 * x * x,))


@pytest.fixture
def area():
    """a² · sin(b): two operands, a rule in the engine's operations."""
    return row(
        lambda a, b: a * a * math.sin(b),
        lambda y, a, b: (2.0 * a * ag.sin(b), a * a * ag.cos(b)),
        notation="{0}**2 * sin({1})",
    )


def test_on_numbers_and_on_values(cube):
    assert cube(2.0) == 8.0
    assert type(cube(2)) is float
    x = Value(2.0)
    y = cube(x)
    y.backward()
    assert (y.data, y.op, y.inputs, x.grad) == (8.0, cube, (x,), 12.0)
    with ag.no_grad():
        assert cube(x).op is None


def test_in_every_transform_to_third_order(cube):
    first = ag.grad(cube)
    second = ag.grad(first)
    third = ag.grad(second)
    assert [f(2.0) for f in (first, second, third, ag.grad(third))] == [12.0, 12.0, 6.0, 0.0]
    assert ag.value_and_grad(cube)(2.0) == (8.0, 12.0)
    assert ag.hessian(cube)(2.0) == 12.0
    assert ag.jvp(cube, (2.0,), (10.0,)) == (8.0, 120.0)
    assert ag.jvp(lambda x: ag.jvp(cube, (x,), (1.0,))[1], (2.0,), (1.0,)) == (12.0, 12.0)
    assert ag.vjp(cube, 2.0)[1](10.0) == (120.0,)
    assert ag.hvp(cube, 2.0, 5.0) == 60.0
    assert ag.vmap(ag.grad(cube))([1.0, 2.0]) == [3.0, 12.0]


def test_two_operands_in_every_mix(area):
    a, b = 1.5, 0.7
    expected = (2 * a * math.sin(b), a * a * math.cos(b))
    assert ag.grad(area, (0, 1))(a, b) == pytest.approx(expected, rel=1e-15)
    hessian = ag.hessian(area, (0, 1))(a, b)
    mixed = 2 * a * math.cos(b)
    assert hessian[0] == pytest.approx((2 * math.sin(b), mixed), rel=1e-15)
    assert hessian[1] == pytest.approx((mixed, -a * a * math.sin(b)), rel=1e-15)
    x = Value(a)
    y = area(x, b)
    assert y.partials[1] is None
    y = area(a, Value(b))
    assert y.partials[0] is None
    assert area(x, x).inputs == (x, x)


def test_any_number_of_operands():
    squares = row(
        lambda *xs: math.fsum(x * x for x in xs), lambda y, *xs: tuple([2.0 * x for x in xs])
    )
    assert squares.arity is None
    leaves = [Value(1.0), Value(2.0), Value(3.0)]
    y = squares(*leaves, 4.0)
    y.backward()
    assert (y.data, [x.grad for x in leaves]) == (30.0, [2.0, 4.0, 6.0])
    hessian = ag.hessian(lambda xs: squares(*xs))([1.0, 2.0])
    assert hessian == [[2.0, 0.0], [0.0, 2.0]]


def test_inside_a_larger_expression_and_beside_constants(cube, area):
    def f(x, y):
        return cube(area(x, y) + 2.0) * ag.tanh(cube(y))

    step = 1e-6
    for k, got in enumerate(ag.grad(f, (0, 1))(0.8, 0.4)):
        ends = [f(*[v + s * step * (i == k) for i, v in enumerate((0.8, 0.4))]) for s in (1, -1)]
        assert got == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-8)


def test_numpy_arrays(cube, area):
    numbers = np.array([[1.0, 2.0], [3.0, -1.0]])
    np.testing.assert_array_equal(cube(numbers), numbers**3)
    assert cube(numbers).dtype == float
    array = np.array([Value(1.0), Value(2.0)])
    cubes = cube(array)
    cubes.sum().backward()
    assert [v.grad for v in array] == [3.0, 12.0]
    assert area(numbers, np.array([0.5, 1.0])).shape == (2, 2)
    assert cube(np.float64(2.0)) == cube(np.int64(2)) == 8.0
    np.testing.assert_array_equal(
        ag.grad(lambda x: cube(x).sum())(np.array([1.0, 2.0])), [3.0, 12.0]
    )


def test_no_edge_where_the_rule_says_none():
    step = row(lambda x: float(x > 0), lambda y, x: (None,))
    x = Value(0.0)
    y = step(ag.sqrt(x))
    y.backward()
    assert x.grad == 0.0
    assert ag.grad(step)(1.0) == 0.0
    picked = row(
        lambda a, b: max(a, b), lambda y, a, b: (ag.edge(a > b, 1.0), ag.edge(b >= a, 1.0))
    )
    assert ag.grad(lambda x: picked(x, ag.sqrt(x) - 9.0))(0.0) == 1.0


def test_callable_objects_and_methods_are_functions():
    class Square:
        def __call__(self, x):
            return x * x

        def slope(self, y, x):
            return (2.0 * x,)

    square = Square()
    assert ag.grad(ag.grad(row(square, square.slope)))(3.0) == 2.0


def test_defining_it_again_replaces_it():
    first = Op("run_twice", lambda x: x, lambda y, x: (1.0,))
    second = Op("run_twice", lambda x: 2.0 * x, lambda y, x: (2.0,))
    assert TABLE["run_twice"] is second
    x = Value(1.0)
    y = first(x) + second(x)
    y.backward()
    assert (y.data, x.grad) == (3.0, 3.0), "what was computed before stays as it was"


# Numbers that a row gives


def test_every_real_number_is_a_derivative_and_becomes_a_float():
    for one in (1, True, np.float64(1.0), np.float32(1.0), np.int64(1), ag.ops.mul(1.0, 1.0)):
        x = Value(2.0)
        y = row(lambda x: x, lambda y, x, one=one: (one,), domain=(ag.Interval(),))(x)
        y.backward()
        assert type(y.partials[0]) is float, repr(one)
        assert type(x.grad) is float, repr(one)
        assert x.grad == 1.0


def test_every_real_number_is_a_result_and_becomes_a_float():
    for two in (2, np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0)):
        constant = row(lambda x, two=two: two, lambda y, x: (None,))
        assert type(constant(1.0)) is float
        assert type(constant(Value(1.0)).data) is float
        assert constant(1.0) == 2.0


def test_a_row_written_with_numpys_functions():
    tanh = row(np.tanh, lambda y, x: (1.0 - y * y,))
    assert ag.grad(ag.grad(tanh))(0.5) == pytest.approx(ag.grad(ag.grad(ag.tanh))(0.5), rel=1e-12)


def test_a_rule_whose_numbers_differ_in_the_last_bit_from_the_engines():
    """np.tanh and math.tanh are different functions; nobody has assigned any .data."""
    tanh = row(np.tanh, lambda y, x: (1.0 - np.tanh(x) ** 2,))
    for k in range(200):
        x = 0.1 * k  # far out the rule has no digit left: 1 - (1 - eps)
        expected = ag.grad(ag.grad(ag.tanh))(x)
        assert ag.grad(ag.grad(tanh))(x) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_a_rule_that_uses_builtin_sum():
    """Python 3.12 and later add floats more precisely there than they add Values."""
    norm = row(
        lambda *xs: math.sqrt(math.fsum(x * x for x in xs)),
        lambda y, *xs: tuple([x * (sum(x * x for x in xs) ** -0.5) for x in xs]),
    )
    point = [0.1 * k + 0.01 for k in range(9)]
    hessian = ag.hessian(lambda xs: norm(*xs))(point)
    r = math.hypot(*point)
    for i, j in itertools.product(range(9), repeat=2):
        expected = ((i == j) - point[i] * point[j] / r**2) / r
        assert hessian[i][j] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("scale", [1.0, 1e-8, 1e-150])
def test_an_operand_assigned_since_is_noticed_at_every_scale(scale):
    """Otherwise the pullback would answer for other numbers than the function was called with."""
    product = row(lambda a, b: a * b * b, lambda y, a, b: (b * b, 2.0 * a * b))
    w = Value(scale, label="w")
    _, pullback = ag.vjp(lambda x: product(x, w), Value(scale))
    assert pullback(1.0)[0].data == scale * scale
    w.data = 2.0 * scale
    with pytest.raises(ValueError, match="was assigned after the operation ran"):
        pullback(1.0)


def test_an_operand_assigned_so_that_another_one_is_selected_is_noticed():
    gate = row(
        lambda a, b: a if b > 0 else 0.0, lambda y, a, b: (ag.edge(b > 0, 1.0), ag.edge(b > 9, b))
    )
    w = Value(-1.0)
    _, pullback = ag.vjp(lambda x: gate(x, w), Value(3.0))
    w.data = 1.0
    with pytest.raises(ValueError, match="was assigned after the operation ran"):
        pullback(1.0)


# IEEE where Python raises


def test_raising_arithmetic_gives_ieee_values():
    inverse = row(lambda x: 1 / x, lambda y, x: (-1 / x**2,))
    assert inverse(0.0) == math.inf
    assert inverse(-0.0) == -math.inf
    x = Value(0.0)
    y = inverse(x)
    y.backward()
    assert (y.data, x.grad) == (math.inf, -math.inf)
    large = row(lambda x: x**400 % 7.0, lambda y, x: (400 * x**399,))
    assert math.isnan(large(1e10))
    assert large(Value(1e10)).partials == (math.inf,)
    assert ag.grad(ag.grad(large))(1e10) == math.inf


def test_a_complex_result_is_nan():
    root = row(lambda x: x ** (1 / 3), lambda y, x: (1 / 3 * x ** (-2 / 3),))
    for got in (root(-8.0), root(Value(-8.0)).data, ag.grad(root)(-8.0)):
        assert math.isnan(got)
    assert ag.grad(root)(0.0) == math.inf
    by_cmath = row(cmath.sqrt, lambda y, x: (0.5 / y,))
    assert math.isnan(by_cmath(-1.0))


def test_a_complex_derivative_is_nan():
    row_with_complex_rule = row(lambda x: x, lambda y, x: (cmath.sqrt(x) if x < 0 else 1.0,))
    x = Value(-1.0)
    y = row_with_complex_rule(x)
    y.backward()
    assert math.isnan(x.grad)


def test_the_engines_functions_inside_a_row_follow_ieee():
    product = row(lambda x: x * ag.exp(x), lambda y, x: (ag.exp(x) + y,))
    assert product(1000.0) == math.inf
    assert product(Value(1000.0)).partials == (math.inf,)
    assert product(-math.inf) != product(-math.inf), "inf * 0"


def test_a_function_of_math_that_raises_is_named_with_its_remedy():
    product = row(lambda x: x * math.exp(x), lambda y, x: (ag.exp(x) + y,))
    assert product(1.0) == math.e
    with pytest.raises(OverflowError, match=product.name):
        product(1000.0)
    with pytest.raises(OverflowError, match=product.name):
        product(Value(1000.0))


def test_a_random_forward_is_not_taken_for_an_assignment():
    draws = iter(range(100))
    noise = row(lambda x: x + next(draws), lambda y, x: (1.0,))
    assert ag.grad(noise)(1.0) == 1.0
    assert ag.grad(ag.grad(lambda x: noise(x) * x * x))(1.0) != 0.0


def test_shown_and_copied(cube, area):
    assert repr(area) == f"<Op {area.name}: {{0}}**2 * sin({{1}})>"
    assert cube.name in repr(cube(Value(1.0)))
    assert copy.copy(cube) is copy.deepcopy(cube) is cube
    assert ag.draw(cube(Value(2.0))).source


def test_how_it_is_written(cube, area):
    assert inspect.getsourcelines(cube.partials) == inspect.getsourcelines(
        cube.partials.__wrapped__
    )
    assert cube.notation == f"{cube.name}({{...}})"
    assert cube.latex == rf"\operatorname{{{cube.name}}}({{...}})"
    assert area.notation == "{0}**2 * sin({1})"
    assert area.latex == rf"\operatorname{{{area.name}}}({{...}})"
    both = row(lambda x: 2.0 * x, lambda y, x: (2.0,), notation=("2*{0}", r"2 \cdot {0}"))
    assert (both.notation, both.latex) == ("2*{0}", r"2 \cdot {0}")


def test_a_kink_without_pieces():
    assert Kink("x = 0", lambda x: x, "derivative 0").piece is None


def test_every_number_that_it_computes_is_a_float():
    for forward in (lambda x: 3, lambda x: np.float32(3.0), lambda x: True + 2, lambda x: 3.0):
        found = row(forward, lambda y, x: (0.0,)).compute([1.0])
        assert (type(found), found) == (float, 3.0)


def test_another_kind_of_operand_beside_a_value_has_its_say():
    class Word:
        @staticmethod
        def _apply_op(op, inputs):
            return op.name, inputs

    word, x = Word(), Value(2.0)
    assert ag.add(x, word) == ("add", (x, word))
    assert ag.add(word, x) == ("add", (word, x))
    assert ag.hypot(1, word) == ("hypot", (1, word))
