"""Numbers at the edges: DESIGN section 4, sentence by sentence.

Owns IEEE values out of arithmetic, conventions at kinks in first and second order, powers, and
deadness that is structural. test_golden.py compares every row with PyTorch; here the rules are
stated one by one, in reverse mode, forward mode and through nested transforms.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value

INF, NAN = math.inf, math.nan


def same(got, expected):
    """Equal numbers; nan is nan; the signs of zeros are not compared."""
    return got == expected or (math.isnan(got) and math.isnan(expected))


def every_derivative(f, x):
    """The derivative of f at x, each way there is to it."""
    leaf = Value(x)
    y = f(leaf)
    if isinstance(y, Value):
        y.backward()
    return {
        "backward": leaf.grad,
        "grad": ag.grad(f)(x),
        "grad on a Value": ag.grad(f)(Value(x)).data,
        "jvp": ag.jvp(f, (x,), (1.0,))[1],
        "jvp on a Value": ag.jvp(f, (Value(x),), (1.0,))[1].data,
        "vjp": ag.vjp(f, x)[1](1.0)[0],
    }


def check(f, x, expected):
    for way, got in every_derivative(f, x).items():
        assert same(got, expected), f"{way}: {got!r}, expected {expected!r}"


def second(f, x):
    """The second derivative of f at x: reverse on reverse, forward on reverse, forward twice."""
    found = {
        ag.grad(ag.grad(f))(x),
        ag.hessian(f)(x),
        ag.jvp(ag.grad(f), (x,), (1.0,))[1],
        ag.jvp(lambda t: ag.jvp(f, (t,), (1.0,))[1], (x,), (1.0,))[1],
        ag.grad(lambda t: ag.jvp(f, (t,), (1.0,))[1])(x),
    }
    finite = {x for x in found if not math.isnan(x)}
    assert len(finite) <= 1 and (not finite or len(found) == 1), found  # noqa: PT018
    return found.pop()


# IEEE-754 values, never an exception


@pytest.mark.parametrize(
    ("f", "x", "value", "derivative"),
    [
        (ag.log, 0.0, -INF, INF),
        (ag.log, -0.0, -INF, -INF),
        (ag.log, -1.0, NAN, -1.0),
        (ag.log, INF, INF, 0.0),
        (lambda x: 1 / x, 0.0, INF, -INF),
        (lambda x: 1 / x, -0.0, -INF, -INF),
        (lambda x: x / 0.0, 1.0, INF, INF),
        (lambda x: x / 0.0, 0.0, NAN, INF),
        (lambda x: x / INF, 1.0, 0.0, 0.0),
        (ag.exp, 710.0, INF, INF),
        (ag.exp, -800.0, 0.0, 0.0),
        (ag.exp, INF, INF, INF),
        (ag.expm1, 710.0, INF, INF),
        (ag.sinh, -711.0, -INF, INF),
        (ag.cosh, -711.0, INF, -INF),
        (ag.sqrt, -1.0, NAN, NAN),
        (ag.sqrt, 0.0, 0.0, INF),
        (ag.sin, INF, NAN, NAN),
        (ag.asin, 2.0, NAN, NAN),
        (ag.asin, 1.0, math.pi / 2, INF),
        (ag.acosh, 1.0, 0.0, INF),
        (ag.atanh, 1.0, INF, INF),
        (ag.atanh, -1.0, -INF, INF),
        (ag.lgamma, 0.0, INF, -INF),
        (lambda x: x ** (1 / 3), -8.0, NAN, NAN),
        (lambda x: x**-1, 0.0, INF, -INF),
        (lambda x: x**-1, -0.0, -INF, -INF),
        (lambda x: x**400, 1e10, INF, INF),
        (lambda x: x**401, -1e10, -INF, INF),
        (lambda x: x % 0.0, 1.0, NAN, 1.0),
        (lambda x: x * 1e308, 1e10, INF, 1e308),
        (lambda x: 2.0**x, 2000.0, INF, INF),
        (lambda x: 0.0**x, -1.0, INF, None),
    ],
)
def test_arithmetic_gives_ieee_values(f, x, value, derivative):
    assert same(f(Value(x)).data, value)
    if derivative is not None:
        check(f, x, derivative)


@pytest.mark.parametrize("name", sorted(set(ag.ops.TABLE) - {"polygamma"}))
def test_no_row_raises_at_any_edge(name):
    """Values, gradients and second derivatives at every pair of awkward numbers."""
    edges = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 710.0, 1e308, -1e308, 5e-324, INF, -INF, NAN]
    row = ag.ops.TABLE[name]
    arity = row.arity if row.arity is not None else 3
    if arity == 3:
        points = list(itertools.product(edges[::2], edges[1::2], edges[::3]))
    else:
        points = list(itertools.product(edges, repeat=arity))
    for point in points:
        leaves = [Value(x) for x in point]
        y = row(*leaves)
        assert type(y.data) is float
        assert same(y.data, row(*point)), point
        assert all(p is None or type(p) is float for p in y.partials)
        y.backward()
        assert all(type(x.grad) is float for x in leaves)
        for k in range(arity):
            one = row(*[x if i == k else x.data for i, x in enumerate(leaves)])
            assert same(one.data, y.data)


@pytest.mark.parametrize("name", sorted(set(ag.ops.TABLE) - {"polygamma"}))
def test_no_second_derivative_raises_at_any_edge(name):
    """By one operand, the others being numbers, and by all of them."""
    edges = [0.0, -0.0, 1.0, -2.5, 710.0, 1e308, 5e-324, INF, -INF, NAN]
    row = ag.ops.TABLE[name]
    arity = row.arity if row.arity is not None else 2 + (name == "dot")
    if arity == 3:
        points = list(itertools.product(edges[::3], edges[1::3], edges[::2]))
    else:
        points = list(itertools.product(edges, repeat=arity))
    failures = []
    for point in points:
        for argnums in (*range(arity), tuple(range(arity))):
            try:
                ag.hessian(row, argnums)(*point)
            except (ArithmeticError, ValueError) as error:
                failures.append(f"{name}{point} by {argnums}: {error!r}")
    assert not failures, "\n".join(failures[:5])


# Kinks


@pytest.mark.parametrize(
    ("f", "at", "first"),
    [
        (ag.relu, 0.0, 0.0),
        (ag.relu, -0.0, 0.0),
        (ag.abs, 0.0, 0.0),
        (lambda x: ag.abs(-x), 0.0, 0.0),
        (ag.leaky_relu, 0.0, 0.01),
        (lambda x: ag.leaky_relu(x, 0.3), 0.0, 0.3),
        (lambda x: ag.clip(x, -1.0, 1.0), 1.0, 1.0),
        (lambda x: ag.clip(x, -1.0, 1.0), -1.0, 1.0),
        (lambda x: ag.clip(x, -1.0, 1.0), 1.0 + 1e-15, 0.0),
        (lambda x: ag.clip(x, 2.0, None), 2.0, 1.0),
        (lambda x: ag.maximum(x, 1.0), 1.0, 0.5),
        (lambda x: ag.minimum(x, 1.0), 1.0, 0.5),
        (lambda x: ag.maximum(x, x), 3.0, 1.0),
        (lambda x: ag.max([x, 2.0, 2.0, 1.0]), 2.0, 1 / 3),
        (lambda x: ag.min([x, 2.0, 2.0, 3.0, 2.0]), 2.0, 1 / 4),
        (ag.sign, 0.0, 0.0),
        (ag.floor, 2.0, 0.0),
    ],
)
def test_conventions_at_kinks_and_second_derivatives_zero(f, at, first):
    check(f, at, first)
    assert second(f, at) == 0.0
    smooth = lambda x: f(x) * 3.0 + x * x  # noqa: E731 - the kink inside something curved
    check(smooth, at, 3.0 * first + 2.0 * at)
    assert second(smooth, at) == 2.0


def test_the_square_of_a_kinked_function_curves_by_its_slope():
    assert second(lambda x: ag.relu(x) ** 2, 0.0) == 0.0
    assert second(lambda x: ag.leaky_relu(x, 0.5) ** 2, 0.0) == 0.5
    assert second(lambda x: ag.maximum(x, 1.0) ** 2, 1.0) == 0.5
    assert second(lambda x: abs(x) ** 2, 0.0) == 0.0


@pytest.mark.parametrize("ties", [2, 3, 5])
def test_ties_share_equally(ties):
    for select in (ag.max, ag.min):
        leaves = [Value(2.0) for _ in range(ties)] + [Value(9.0 if select is ag.min else -9.0)]
        y = select(leaves)
        y.backward()
        assert [x.grad for x in leaves] == [1 / ties] * ties + [0.0]
        hessian = ag.hessian(select)([x.data for x in leaves])
        assert hessian == [[0.0] * (ties + 1)] * (ties + 1)


def test_a_nan_passes_through_value_and_gradient():
    one_operand = (ag.relu, ag.abs, ag.leaky_relu, lambda x: ag.clip(x, 0.0, 1.0), ag.sign)
    for f in one_operand:
        assert math.isnan(f(Value(NAN)).data)
    for f in one_operand[:-1]:
        check(f, NAN, NAN)
    for f in (ag.maximum, ag.minimum):
        for a, b in ((NAN, 1.0), (1.0, NAN), (NAN, NAN)):
            leaves = [Value(a), Value(b)]
            y = f(*leaves)
            y.backward()
            assert math.isnan(y.data)
            assert all(math.isnan(x.grad) for x in leaves), "in both"
    assert math.isnan(ag.max([1.0, NAN, 2.0]))
    assert math.isnan(ag.min([NAN, 1.0]))


def test_comparison_rows_carry_no_derivative():
    gt, heaviside = ag.ops.TABLE["gt"], ag.ops.TABLE["heaviside"]
    assert [gt(1.0, 0.0), gt(0.0, 0.0), gt(-1.0, 0.0)] == [1.0, 0.0, 0.0]
    assert [heaviside(x, 0.0) for x in (1.0, 0.0, -0.0, -1.0)] == [1.0, 0.5, 0.5, 0.0]
    for row in (gt, heaviside):
        assert math.isnan(row(NAN, 0.0))
        assert math.isnan(row(0.0, NAN))
        x = Value(0.0)
        assert row(x, x).partials == (None, None)


# Powers


@pytest.mark.parametrize("x", [0.0, -0.0, 2.0, -2.0, INF, -INF, NAN, 5e-324, 1e308])
@pytest.mark.parametrize("zero", [0, 0.0, -0.0, False, Fraction(0), np.int64(0), np.float32(0)])
def test_a_power_of_zero_is_flat_everywhere(x, zero):
    for f in (lambda x: x**zero, lambda x: ag.power(x, zero)):
        assert f(Value(x)).data == 1.0
        check(f, x, 0.0)
        assert second(f, x) == 0.0


def test_small_whole_powers_at_zero():
    check(lambda x: x**1, 0.0, 1.0)
    check(lambda x: x**2, 0.0, 0.0)
    assert second(lambda x: x**1, 0.0) == 0.0
    assert second(lambda x: x**2, 0.0) == 2.0
    assert second(lambda x: x**3, 0.0) == 0.0
    assert ag.grad(ag.grad(ag.grad(lambda x: x**3)))(0.0) == 6.0
    assert ag.grad(ag.grad(ag.grad(lambda x: x**2)))(0.0) == 0.0
    assert second(lambda x: x**3, -2.0) == -12.0


def test_an_exponent_that_is_a_number_is_a_parameter():
    y = Value(-2.0) ** 3
    assert y.partials == (12.0, None)
    check(lambda x: x**3, -2.0, 12.0)


def partials_of_pow(x, n):
    base, exponent = Value(x), Value(n)
    y = base**exponent
    y.backward()
    gradient = ag.grad(lambda x, n: x**n, (0, 1))(x, n)
    assert same(gradient[0], base.grad)
    assert same(gradient[1], exponent.grad)
    return base.grad, exponent.grad


def test_value_to_a_value_in_its_base():
    assert partials_of_pow(0.0, 0.0)[0] == 0.0
    assert partials_of_pow(NAN, 0.0)[0] == 0.0
    assert partials_of_pow(0.0, 1.0)[0] == 1.0
    assert partials_of_pow(0.0, 0.5)[0] == INF
    assert partials_of_pow(0.0, 2.0)[0] == 0.0
    assert partials_of_pow(-2.0, 3.0)[0] == 12.0
    assert partials_of_pow(3.0, 0.0)[0] == 0.0
    assert math.isnan(partials_of_pow(-8.0, 1 / 3)[0])


def test_value_to_a_value_in_its_exponent():
    assert partials_of_pow(0.0, 0.0)[1] == 0.0
    assert partials_of_pow(0.0, 2.0)[1] == 0.0
    assert partials_of_pow(0.0, -1.0)[1] == -INF
    assert math.isnan(partials_of_pow(-2.0, 2.0)[1])
    assert math.isnan(partials_of_pow(-2.0, 3.0)[1])
    assert partials_of_pow(2.0, 3.0)[1] == 8.0 * math.log(2.0)


def test_mixed_second_derivatives_of_a_power():
    def hessian(x, n):
        return ag.hessian(lambda x, n: x**n, (0, 1))(x, n)

    assert hessian(2.0, 0.0)[0][1] == hessian(2.0, 0.0)[1][0] == 0.5
    x, n = 1.7, 2.3
    by_hand = x ** (n - 1) * (1 + n * math.log(x))
    (_, by_xn), (by_nx, by_nn) = hessian(x, n)
    assert by_xn == pytest.approx(by_hand, rel=1e-14)
    assert by_nx == pytest.approx(by_hand, rel=1e-14)
    assert by_nn == pytest.approx(x**n * math.log(x) ** 2, rel=1e-14)
    assert hessian(2.0, 0.0)[0][0] == 0.0
    assert hessian(3.0, 1.0)[0][0] == 0.0


# Deadness is structural


def test_what_is_not_selected_sends_nothing():
    check(lambda x: ag.where(x > 0, ag.log(x), 0.0), 0.0, 0.0)
    check(lambda x: ag.where(x > 0, ag.sqrt(x), x * 2.0), 0.0, 2.0)
    check(lambda x: ag.where(x == 0, 1.0, ag.sin(x) / x), 0.0, 0.0)
    check(lambda x: ag.relu(ag.log(x)), 0.0, 0.0)
    check(lambda x: ag.maximum(ag.sqrt(x) - 1.0, x), 0.0, 1.0)
    check(lambda x: ag.minimum(1.0 / x, 5.0), 0.0, 0.0)
    check(lambda x: ag.clip(1.0 / x, -1.0, 1.0), 0.0, 0.0)
    check(lambda x: ag.max([ag.log(x), 0.0, x]), 0.0, 0.5)
    check(lambda x: ag.floor(ag.sqrt(x)), 0.0, 0.0)
    check(lambda x: ag.sign(ag.sqrt(x)) + x, 0.0, 1.0)
    check(lambda x: ag.where(ag.sqrt(x), x, 3.0 * x), 0.0, 3.0)
    check(lambda x: ag.sqrt(x) ** 0 + x, 0.0, 1.0)
    check(lambda x: (x * 0.0) // ag.sqrt(x), 0.0, 0.0)


def test_a_live_zero_times_infinity_stays_nan():
    check(lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0, NAN)
    check(lambda x: ag.sqrt(x) * 0.0, 0.0, NAN)
    check(lambda x: ag.abs(ag.sqrt(x)), 0.0, NAN)
    check(lambda x: ag.sqrt(x) ** 2, 0.0, NAN)
    check(lambda x: ag.where(x >= 0, ag.sqrt(x), 0.0), 0.0, INF)

    def shared(x):
        root = ag.sqrt(x)
        return root * root

    check(shared, 0.0, NAN)


def test_deadness_holds_in_second_order():
    assert second(lambda x: ag.where(x > 0, ag.log(x), x * x), 0.0) == 2.0
    assert second(lambda x: ag.where(x > 0, ag.log(x), x * x), 2.0) == -0.25
    assert second(lambda x: ag.maximum(x * x, -1.0 / (x * x)), 0.0) == 2.0
    assert second(lambda x: ag.relu(ag.log(x)) + x * x, 0.0) == 2.0
    assert math.isnan(second(lambda x: ag.sqrt(x) * ag.sqrt(x), 0.0))


def test_the_other_operand_still_gets_its_gradient():
    x, w = Value(0.0), Value(3.0)
    y = ag.where(x > 0, ag.log(x), w * x + w)
    y.backward()
    assert (x.grad, w.grad) == (3.0, 1.0)
    dead = y.inputs[1]
    assert dead.grad == 0.0
    assert y.partials[0] is None
    assert y.partials[1] is None


def test_nodes_that_no_live_edge_reaches_keep_their_gradient():
    x = Value(4.0)
    dead = ag.sqrt(x)
    dead.grad = 7.0
    y = ag.where(False, dead, x)
    y.backward()
    assert (dead.grad, x.grad) == (7.0, 1.0)


def test_identically_zero_partials_are_no_edges():
    x = Value(2.5)
    for node in (ag.sign(x), ag.floor(x), x // 1.0, 7.0 // x, x**0):
        assert set(node.partials) == {None}, node
    assert ag.where(x, 1.0, 2.0).partials == (None, None, None)
    assert (x * 3.0).partials == (3.0, None)


def test_where_chooses_by_truth():
    a, b = Value(1.0), Value(2.0)
    for condition, expected in (
        (True, 1.0),
        (False, 2.0),
        (0.0, 2.0),
        (-0.0, 2.0),
        (-3, 1.0),
        (NAN, 1.0),
        (a > 0, 1.0),
        (Value(0.0), 2.0),
    ):
        assert ag.where(condition, a, b).data == expected
    assert ag.where(True, 1.0, NAN) == 1.0


# Stable over the whole range


@pytest.mark.parametrize("x", [-1e308, -800.0, -50.0, 0.0, 50.0, 800.0, 1e308, INF, -INF])
def test_stable_functions_have_finite_honest_numbers(x):
    sigmoid = ag.sigmoid(Value(x))
    assert 0.0 <= sigmoid.data <= 1.0
    check(ag.sigmoid, x, sigmoid.data * (1.0 - sigmoid.data))
    check(ag.softplus, x, sigmoid.data)
    assert ag.softplus(x) >= max(x, 0.0)
    assert ag.log_sigmoid(x) <= min(x, 0.0)
    assert ag.logsumexp([x, x]) == pytest.approx(x + math.log(2.0))
    assert ag.logaddexp(x, -INF) == x
    if math.isfinite(x):
        assert ag.softmax([x, x]) == [0.5, 0.5]
        assert ag.log_softmax([x, 0.0])[0] <= 0.0
        assert sum(ag.softmax([x, 0.0, -x])) == pytest.approx(1.0)


def test_softmax_and_logsumexp_far_apart():
    logits = [Value(x) for x in (1000.0, 0.0, -1000.0)]
    y = ag.logsumexp(logits)
    y.backward()
    assert (y.data, [x.grad for x in logits]) == (1000.0, [1.0, 0.0, 0.0])
    assert ag.softmax([1e308, -1e308]) == [1.0, 0.0]
    assert ag.log_softmax([0.0, 1e300]) == [-1e300, 0.0]
    jacobian = ag.jacobian(ag.softmax)([800.0, -800.0])
    assert jacobian == [[0.0, 0.0], [0.0, 0.0]]
