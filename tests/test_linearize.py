"""One run of a function, swept in two directions on two kinds of number: they say the same.

Floats against Values to the bit, forward against reverse, selected against dead inputs, and what
is said of numbers that were assigned between the run and the sweep.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Op, Value
from autograd.linearize import Run, _same, _without_data
from autograd.ops import TABLE

INF, NAN = math.inf, math.nan
EDGES = (0.0, -0.0, 1.0, -2.5, INF, -INF, NAN, 5e-324, 1e308, -745.5)
FEW_EDGES = (0.0, -0.0, 1.0, -2.5, INF, NAN, 1e308)
FEWER_EDGES = (0.0, -0.0, 1.0, INF, NAN)
# Parameters, which stay numbers: an exponent and an order.
LIVE = {"power": (0,), "polygamma": (1,)}


def bits(numbers: Any) -> list[str]:
    """The numbers to the bit, the sign of zero included; every nan is one."""
    return [(x.data if isinstance(x, Value) else x).hex() for x in numbers]


def points(name: str) -> list[tuple[float, ...]]:
    arity = TABLE[name].arity or 3
    edges = {1: EDGES, 2: FEW_EDGES}.get(arity, FEWER_EDGES)
    if name == "polygamma":  # its first operand is an order
        return list(product((0.0, 1.0, 2.0), edges))
    return list(product(edges, repeat=arity))


def of_live(name: str, point: tuple[float, ...]) -> tuple[Callable[..., Any], tuple[float, ...]]:
    """The row as a function of its live operands, and these."""
    live = LIVE.get(name, tuple(range(len(point))))

    def f(*xs: Any) -> Any:
        operands: list[Any] = list(point)
        for i, x in zip(live, xs, strict=True):
            operands[i] = x
        return TABLE[name](*operands)

    return f, tuple(point[i] for i in live)


def of_one(f: Callable[..., Any], xs: tuple[float, ...], k: int) -> Callable[[Any], Any]:
    """`f` as a function of its operand `k`; the others are plain floats."""
    return lambda x: f(*[x if i == k else xs[i] for i in range(len(xs))])


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_row_gives_the_same_bits_on_floats_and_on_values(name: str) -> None:
    for point in points(name):
        f, xs = of_live(name, point)
        places = tuple(range(len(xs)))
        value, gradient = ag.value_and_grad(f, places)(*xs)
        assert {type(g) for g in (value, *gradient)} == {float}
        on_values = ag.value_and_grad(f, places)(*map(Value, xs))
        assert bits([value, *gradient]) == bits([on_values[0], *on_values[1]]), point
        leaves = [Value(x) for x in xs]
        f(*leaves).backward()
        assert bits(gradient) == bits([leaf.grad for leaf in leaves]), point
        for k in places:
            one = of_one(f, xs, k)
            forward = ag.jvp(one, (xs[k],), (1.0,))
            assert bits(forward) == bits(ag.jvp(one, (Value(xs[k]),), (1.0,))), point
            assert bits(forward) == bits([value, gradient[k]]), point


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_row_gives_the_same_second_derivative_by_reverse_and_by_backward(name: str) -> None:
    for point in points(name)[:60]:
        f, xs = of_live(name, point)
        places = tuple(range(len(xs)))
        for i in places:
            row = ag.grad(ag.grad(f, i), places)(*xs)
            leaves = [Value(x) for x in xs]
            ag.grad(f, i)(*leaves).backward()
            assert bits(row) == bits([leaf.grad for leaf in leaves]), (point, i)


# Random programs: a step appends a function of two earlier numbers.
SMOOTH: tuple[Callable[[Any, Any], Any], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - 0.5 * b,
    lambda a, b: ag.tanh(a) * b,
    lambda a, b: ag.sin(a),
    lambda a, b: a / (1.0 + b * b),
    lambda a, b: ag.hypot(a, 1.0 + b * b),
    lambda a, b: ag.dot([ag.sigmoid(a), 0.5], [b, a], b),
    lambda a, b: ag.logsumexp([a, b, 0.0]),
    lambda a, b: ag.where(a > 0, b, ag.cos(a)),
)
EXACT: tuple[Callable[[Any, Any], Any], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: -a,
    lambda a, b: a * 3.0 + b,
    lambda a, b: ag.maximum(a, b + 0.5),
    lambda a, b: ag.relu(a),
    lambda a, b: abs(b),
    lambda a, b: ag.sum([a, b, a]),
    lambda a, b: ag.where(a > b, a, 2.0 * b),
)
steps = st.lists(st.tuples(*[st.integers(0, 40)] * 3), min_size=1, max_size=9)
whole = st.integers(-5, 5).map(float)
small = st.floats(-2, 2)


def program(rows: tuple[Callable[[Any, Any], Any], ...], drawn: Any) -> Callable[[Any], Any]:
    def f(xs: Any) -> Any:
        values = list(xs)
        for row, a, b in drawn:
            values.append(rows[row % len(rows)](values[a % len(values)], values[b % len(values)]))
        return values[-3:]

    return f


@given(steps, st.lists(st.tuples(whole, whole), min_size=2, max_size=3), st.tuples(*[whole] * 3))
def test_the_product_with_the_jacobian_in_whole_numbers(
    drawn: Any, point: Any, cotangent: tuple[float, ...]
) -> None:
    f, xs, v = program(EXACT, drawn), [p[0] for p in point], [p[1] for p in point]
    jacobian = np.array(ag.jacobian(f)(xs))
    out, tangent = ag.jvp(f, xs, v)
    assert out == f(xs)
    assert tangent == (jacobian @ v).tolist()
    w = list(cotangent[: len(out)])
    assert ag.vjp(f, xs)[1](w)[0] == (w @ jacobian).tolist()


@given(steps, st.lists(st.tuples(small, small), min_size=2, max_size=3), st.tuples(*[small] * 3))
def test_the_product_with_the_jacobian(drawn: Any, point: Any, cotangent: Any) -> None:
    f, xs, v = program(SMOOTH, drawn), [p[0] for p in point], [p[1] for p in point]
    jacobian = np.array(ag.jacobian(f)(xs))
    out, tangent = ag.jvp(f, xs, v)
    size = 1 + np.abs(jacobian).max()
    np.testing.assert_allclose(tangent, jacobian @ v, rtol=0, atol=1e-11 * size)
    w = list(cotangent[: len(out)])
    np.testing.assert_allclose(ag.vjp(f, xs)[1](w)[0], w @ jacobian, rtol=0, atol=1e-11 * size)
    scalar = lambda xs: ag.sum(f(xs))  # noqa: E731
    hessian = np.array(ag.hessian(scalar)(xs))
    size = 1 + np.abs(hessian).max()
    np.testing.assert_allclose(hessian, hessian.T, rtol=0, atol=1e-10 * size)
    np.testing.assert_allclose(ag.hvp(scalar, xs, v), hessian @ v, rtol=0, atol=1e-10 * size)


@given(steps, st.lists(small, min_size=2, max_size=3))
def test_random_programs_give_the_same_bits_on_floats_and_on_values(drawn: Any, xs: Any) -> None:
    f = program(SMOOTH, drawn)
    on_floats = ag.jacobian(f)(xs)
    on_values = ag.jacobian(f)([Value(x) for x in xs])
    assert [bits(row) for row in on_floats] == [bits(row) for row in on_values]
    scalar = lambda xs: ag.sum(f(xs))  # noqa: E731
    leaves = [Value(x) for x in xs]
    scalar(leaves).backward()
    assert bits(ag.grad(scalar)(xs)) == bits([leaf.grad for leaf in leaves])


@pytest.fixture
def table() -> Iterator[None]:
    """Operations of one's own, defined in a test, leave the table again."""
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


# Rules whose plain Python arithmetic raises on a number that stands beside a Value.
RAISES: dict[str, tuple[Callable[[Any], Any], float]] = {
    "x / 0": (lambda x: x / 0.0, INF),
    "x / -0": (lambda x: x / -0.0, -INF),
    "a quotient not selected": (lambda x: ag.where(x > 9, x / 0.0, x * 3), 3.0),
    "a rule of one's own that divides": (
        lambda x: Op("quotient_", lambda a, n: a / n, lambda y, a, n: (1 / n, -y / n))(x, 0.0),
        INF,
    ),
    "a rule of one's own that overflows": (
        lambda x: Op("huge_", lambda a, n: a * n, lambda y, a, n: (n**400, a))(x, 10.0),
        INF,
    ),
}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", RAISES)
def test_arithmetic_that_raises_is_ieee_in_every_sweep(name: str) -> None:
    f, slope = RAISES[name]
    x = Value(2.0)
    assert ag.grad(f)(2.0) == slope
    assert ag.jvp(f, 2.0, 1.0)[1] == slope
    assert ag.grad(f)(x).data == slope
    assert ag.jvp(f, x, 1.0)[1].data == slope
    assert ag.hessian(f)(2.0) == 0.0
    assert ag.hvp(f, 2.0, 1.0) == 0.0


# Each has an input that is not selected, where its derivative is infinite or nan.
DEAD: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "where, the second": (lambda x: ag.where(x > 0, ag.log(x), 3 * x), 0.0, 3.0),
    "where, the first": (lambda x: ag.where(x <= 0, 3 * x, ag.sqrt(x)), 0.0, 3.0),
    "relu": (lambda x: ag.relu(-ag.sqrt(x)) + x, 0.0, 1.0),
    "maximum": (lambda x: ag.maximum(ag.log(x), 2 * x), 0.0, 2.0),
    "minimum": (lambda x: ag.minimum(1 / x, 2 * x), 0.0, 2.0),
    "clip": (lambda x: ag.clip(ag.log(x), -1.0, 1.0) + x, 0.0, 1.0),
    "max": (lambda x: ag.max([ag.log(x), 2 * x, -1.0]), 0.0, 2.0),
    "min": (lambda x: ag.min([ag.sqrt(x) + 1, 2 * x]), 0.0, 2.0),
    "sign": (lambda x: ag.sign(ag.sqrt(x)) + x, 0.0, 1.0),
    "floor": (lambda x: ag.floor(ag.sqrt(x)) + x, 0.0, 1.0),
    "x**0": (lambda x: ag.log(x) ** 0 + x, 0.0, 1.0),
    "a condition": (lambda x: ag.where(ag.log(x), x, -x), 0.0, 1.0),
    "two dead ends": (
        lambda x: ag.where(x > 0, ag.relu(ag.log(x)) * ag.sqrt(x), x * x + x), 0.0, 1.0
    ),
}  # fmt: skip
BY = {
    "grad": lambda f, x: ag.grad(f)(x),
    "grad of Value": lambda f, x: ag.grad(f)(Value(x)).data,
    "jvp": lambda f, x: ag.jvp(f, (x,), (1.0,))[1],
    "jvp of Value": lambda f, x: ag.jvp(f, (Value(x),), (1.0,))[1].data,
    "jacobian": lambda f, x: ag.jacobian(f)(x),
    "jvp in grad": lambda f, x: ag.grad(lambda t: ag.jvp(f, (x,), (t,))[1])(2.0),
}


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("name", DEAD)
def test_what_is_not_selected_sends_nothing_either_way(name: str, by: str) -> None:
    f, x, slope = DEAD[name]
    assert BY[by](f, x) == slope


@pytest.mark.parametrize("name", sorted(set(DEAD) - {"two dead ends"}))
def test_what_is_not_selected_sends_nothing_to_second_derivatives(name: str) -> None:
    f, x, _ = DEAD[name]
    forward = lambda x: ag.jvp(f, (x,), (1.0,))[1]  # noqa: E731
    assert ag.hessian(f)(x) == 0.0
    assert ag.hvp(f, x, 1.0) == 0.0
    assert ag.grad(forward)(x) == 0.0
    assert ag.jvp(forward, (x,), (1.0,))[1] == 0.0


@pytest.mark.parametrize("by", [name for name in BY if name != "jvp in grad"])
def test_a_live_nan_stays(by: str) -> None:
    assert math.isnan(BY[by](lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0))
    assert math.isnan(BY[by](lambda x: ag.sqrt(x) * 0.0 + x, 0.0))


def test_a_zero_weight_is_no_dead_edge() -> None:
    _, pullback = ag.vjp(lambda x: [ag.sqrt(x), x], 0.0)
    assert math.isnan(pullback([0.0, 1.0])[0])
    assert ag.jacobian(lambda x: [ag.sqrt(x), x])(0.0) == [INF, 1.0]  # rows keep to themselves


def test_a_graph_that_is_there_is_swept_on_values() -> None:
    x, w, other = Value(2.0), Value(3.0), Value(5.0)
    cost = x * x * w + ag.sin(x)
    run = Run.of_graph("fit", [x, w, other], cost)
    assert run.value() is cost
    by_x, by_w, by_other = run.pull([1.0])
    assert all(isinstance(p, Value) for p in (by_x, by_w, by_other))
    assert bits([by_x, by_w, by_other]) == bits([12.0 + math.cos(2.0), 4.0, 0.0])
    by_x.backward()  # the second derivative
    assert bits([x.grad, w.grad]) == bits([6.0 - math.sin(2.0), 4.0])
    (along,) = Run.of_graph("fit", [x, w, other], cost).push([1.0, 2.0, 7.0])
    assert along.data == pytest.approx(12.0 + math.cos(2.0) + 8.0, rel=1e-15)


def test_seeds_are_as_many_as_what_they_are_for() -> None:
    x = Value(2.0)
    run = Run.of_graph("fit", [x], x * x)
    for seeds in ([], [1.0, 1.0]):
        with pytest.raises(ValueError, match="zip"):
            run.pull(seeds)
        with pytest.raises(ValueError, match="zip"):
            run.push(seeds)


@pytest.mark.parametrize("label", ["total", ""])
def test_an_operand_assigned_where_no_derivative_tells(label: str) -> None:
    """The derivatives of a sum are 1 whatever its operands are: only its number differs."""
    constant = Value(3.0)

    def f(x: Any) -> Any:
        total = x + constant
        total.label = label
        result = total * total
        constant.data = 5.0
        return result

    name = "node 'total'" if label else r"the node Value\(data=5\.0"
    with pytest.raises(ValueError, match=f"^grad: .data of an operand of {name}.* was assigned"):
        ag.grad(ag.grad(f))(2.0)


def test_two_numbers_are_one() -> None:
    for a, b in ((1.0, 1.0), (NAN, NAN), (None, None), (0.0, -0.0)):
        assert _same(a, b)
    for a, b in ((1.0, 2.0), (NAN, 1.0), (1.0, NAN), (None, 1.0), (NAN, None)):
        assert not _same(a, b)


def test_a_derivative_that_constants_have_made_1_is_a_node() -> None:
    x = Value(3.0)
    found = _without_data((1.0, 2.5, x, None))
    assert isinstance(found[0], Value)
    assert found[0].data == 1.0
    assert found[1:] == [2.5, x, None]

    def of(n: Any) -> Any:
        return ag.hessian(lambda xs: ag.sin(xs[0] * n) * ag.exp(xs[1] / n) + ag.dot([n, n], xs))

    # Whether a constant is 1 changes no shape, and so no order of sums.
    for n in (1.0, 1, 2.0):
        compiled = ag.compile(lambda xs, n: of(n)(xs), backend="python")
        for xs, m in (([0.3, -0.7], 2), ([1.8392212864598358, -0.7858765450211693], n)):
            assert compiled(xs, m) == ag.jacobian(ag.grad(lambda ys, m=m: _of(ys, m)))(xs)

    def f(x: Any) -> Any:
        return x * 1.0 * x + ag.sin(x)

    twice = ag.grad(ag.grad(f))
    assert ag.compile(twice, backend="python")(0.5) == twice(0.5) == 2.0 - math.sin(0.5)


def _of(xs: Any, n: Any) -> Any:
    return ag.sin(xs[0] * n) * ag.exp(xs[1] / n) + ag.dot([n, n], xs)


@pytest.mark.parametrize(
    ("transform", "who"),
    [(ag.grad, "grad"), (ag.value_and_grad, "value_and_grad"), (ag.jacobian, "jacobian"),
     (lambda f: lambda x: ag.vjp(f, x)[1](1.0), "vjp")],
    ids=["grad", "value_and_grad", "jacobian", "vjp"],
)  # fmt: skip
def test_a_function_that_takes_the_given_values_from_outside_is_warned_of(
    transform: Any, who: str
) -> None:
    x, other = Value(2.0), Value(3.0)
    with pytest.warns(UserWarning, match=f"^{who}: the derivative is 0, for what the") as told:
        transform(lambda _: x * x)(x)
    assert told[0].filename == __file__
    with warnings.catch_warnings():  # what does not depend on anything given is 0 by right
        warnings.simplefilter("error")
        transform(lambda _: other * other)(x)
        transform(lambda _: Value(3.0))(x)
        transform(lambda y: x * y)(x)
        transform(lambda y: y)(x)
        ag.grad(lambda z: ag.grad(lambda _: z * z)(z))(2.0)
