"""Every row of the op table against the 60-digit oracle, in every way it can be differentiated.

Owns the proof that values and first partials are right to 1e-12 relative or 1e-15 absolute and
second and third derivatives to 1e-9 of their scale, for every mix of `Value` and number, in
reverse and forward mode. The numbers come from `oracle.py`, which shares no code with the engine.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, combinations_with_replacement, product
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings, strategies as st
from mpmath import mpf

import autograd as ag
from autograd import Value
from tests.differences import Orders, differences, error
from tests.oracle import EVERY, INTERNAL, NOT_ROWS, derivatives, live_positions

EPS = sys.float_info.epsilon
# Comparisons: rows without a derivative of their own, from which other rules are written.
WITHOUT_DERIVATIVE = {"gt", "heaviside", "eq", "peak"}
ROWS = sorted(set(ag.ops.TABLE) - WITHOUT_DERIVATIVE)
NAMES = [name for name in (*ROWS, *NOT_ROWS) if name in EVERY]  # a new row: one test says so
# Doubles lose digits below TINY; beyond HUGE the terms of a derivative may overflow.
TINY, HUGE = 1e-300, 1e300
# The orders of derivative for which 1e-15 absolute is all that is promised, and why. Everything
# else keeps 1e-12 relative everywhere.
ABSOLUTE: dict[str, tuple[int, ...]] = {
    # y (1 - y) and 1 - y y lose digits where y rounds to 1.
    **dict.fromkeys(("sigmoid", "tanh"), (1, 2, 3)),
    # Of several exponentials, where one is almost all of the sum: 1 minus the others, again.
    **dict.fromkeys(("softmax", "log_softmax", "logaddexp", "logsumexp"), (0, 1, 2, 3)),
    # Near a root that is no double.
    **dict.fromkeys(("gelu", "silu"), (1,)),
    "lgamma": (0, 1),
    "digamma": (0,),
}

every_operation = pytest.mark.parametrize("name", NAMES)


def evaluate(name: str, operands: Sequence[Any]) -> Any:
    operation = ag.ops.TABLE[name] if name in INTERNAL else getattr(ag, name)
    return EVERY[name].call(operation, *operands)


def filled(
    operands: tuple[float, ...], subset: tuple[int, ...], values: Sequence[Any]
) -> list[Any]:
    mixed: list[Any] = list(operands)
    for position, value in zip(subset, values, strict=True):
        mixed[position] = value
    return mixed


def mixes(name: str, operands: tuple[float, ...]) -> Iterator[tuple[int, ...]]:
    """Every non-empty subset of the operands that may be `Value`s."""
    live = live_positions(name, operands)
    return chain.from_iterable(combinations(live, n) for n in range(1, len(live) + 1))


def unit(operands: tuple[float, ...], *positions: int) -> Orders:
    return tuple(positions.count(i) for i in range(len(operands)))


def floor(name: str, order: int) -> float:
    """The absolute error that is all right whatever the number."""
    return 1e-15 if order in ABSOLUTE.get(name, ()) else TINY


def partial_is_right(name: str, got: float, expected: Any) -> bool:
    relative, absolute = error(got, expected)
    return relative <= 1e-12 or absolute <= floor(name, 1)


def value_is_right(
    name: str, operands: tuple[float, ...], got: float, exact: dict[Orders, Any]
) -> bool:
    relative, absolute = error(got, exact[unit(operands)])
    if name not in ("sum", "mean", "dot"):
        return relative <= 1e-12 or absolute <= floor(name, 0)
    # A sum from left to right may cancel: its error is eps of its terms.
    terms = sum(abs(x * exact[unit(operands, i)]) for i, x in enumerate(operands))
    return absolute <= len(operands) * EPS * terms


def higher_order_is_right(
    name: str, operands: tuple[float, ...], orders: Orders, got: float, bound: float = 1e-9
) -> bool:
    """Judge a second or third derivative against its scale, or else by its condition.

    The scale is the largest derivative of lower order, each per unit or per |x|, whichever is
    wider: near a root of f'' its rounding error is that of f'. The condition is how far f''
    moves when the operands move by one rounding.
    """
    exact = derivatives(name, operands, 3)
    expected = exact[orders]
    if any(abs(d) > HUGE for other, d in exact.items() if sum(other) == sum(orders)):
        return True
    relative, absolute = error(got, expected)
    if relative <= bound or absolute <= floor(name, sum(orders)):
        return True
    widths = [max(abs(mpf(x)), 1) for x in operands]
    scale = max(
        abs(exact[lower])
        / mpmath.fprod(w ** (n - m) for w, n, m in zip(widths, orders, lower, strict=True))
        for lower in product(*(range(n + 1) for n in orders))
        if any(lower)
    )
    if absolute <= bound * scale:
        return True
    above = [
        tuple(n + (i == position) for i, n in enumerate(orders))
        for position in live_positions(name, operands)
    ]
    moved = differences(EVERY[name].function, operands, above)
    condition = sum(abs(mpf(x)) * max(abs(d) for d in moved.values()) for x in operands)
    return bool(absolute <= 64 * EPS * condition)


def report(name: str, failures: list[str]) -> None:
    assert not failures, f"{name}: {len(failures)} wrong\n" + "\n".join(failures[:20])


def digits(expected: Any) -> str:
    return str(mpmath.nstr(expected, 20))


def test_the_oracle_agrees_with_known_derivatives() -> None:
    for x in (0.3, 1.7, 12.5):
        p = mpf(x)
        known = {
            "sin": (mpmath.cos(p), -mpmath.sin(p), -mpmath.cos(p)),
            "lgamma": tuple(mpmath.psi(n, p) for n in range(3)),
            "erf": tuple(
                c * 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-p * p)
                for c in (1, -2 * p, 4 * p * p - 2)
            ),
            "sqrt": (p**-0.5 / 2, -(p**-1.5) / 4, 3 * p**-2.5 / 8),
        }
        for name, expected in known.items():
            for n in (1, 2, 3):
                assert error(float(derivatives(name, (x,), 3)[(n,)]), expected[n - 1])[0] < 1e-14


def test_every_row_of_the_table_has_an_oracle() -> None:
    missing = set(ROWS) - set(EVERY)
    assert not missing, f"add a definition to tests/oracle.py for {sorted(missing)}"
    stale = set(EVERY) - set(ROWS) - set(NOT_ROWS)
    assert not stale, f"tests/oracle.py defines what is no row: {sorted(stale)}"


@every_operation
def test_value(name: str) -> None:
    failures = []
    for operands in EVERY[name].cases:
        exact = derivatives(name, operands, 3)
        number = evaluate(name, operands)
        assert type(number) is float
        for subset in mixes(name, operands):
            recorded = evaluate(
                name, filled(operands, subset, [Value(operands[i]) for i in subset])
            )
            assert isinstance(recorded, Value)
            assert recorded.data == number, (operands, subset)
        if not value_is_right(name, operands, number, exact):
            expected = digits(exact[unit(operands)])
            failures.append(f"{operands}: expected {expected}, got {number!r}")
    report(name, failures)


@every_operation
def test_first_partials(name: str) -> None:
    failures = []
    for operands in EVERY[name].cases:
        exact = derivatives(name, operands, 3)
        for subset in mixes(name, operands):
            leaves = [Value(operands[i]) for i in subset]
            result = evaluate(name, filled(operands, subset, leaves))
            result.backward()

            def function(*values: Any) -> Any:
                return evaluate(name, filled(operands, subset, values))  # noqa: B023

            numbers = [operands[i] for i in subset]
            for k, position in enumerate(subset):
                leaf = leaves[k]
                got = {"backward": leaf.grad, "grad": ag.grad(function, argnums=k)(*numbers)}
                if name not in NOT_ROWS:
                    pairs = zip(result.inputs, result.partials, strict=True)
                    got["partials"] = math.fsum(p or 0.0 for v, p in pairs if v is leaf)
                expected = exact[unit(operands, position)]
                failures += [
                    f"{operands} by operand {position}, Values {subset}, {how}: "
                    f"expected {digits(expected)}, got {derivative!r}"
                    for how, derivative in got.items()
                    if not partial_is_right(name, derivative, expected)
                ]
    report(name, failures)


@every_operation
def test_second_and_third_derivatives_by_nested_grad(name: str) -> None:
    failures = []
    for operands in EVERY[name].cases:
        for subset in mixes(name, operands):
            numbers = [operands[i] for i in subset]
            for path in chain.from_iterable(
                combinations_with_replacement(subset, order) for order in (2, 3)
            ):

                def nested(*values: Any) -> Any:
                    return evaluate(name, filled(operands, subset, values))  # noqa: B023

                for position in path:
                    nested = ag.grad(nested, argnums=subset.index(position))
                got = nested(*numbers)
                orders = unit(operands, *path)
                if not higher_order_is_right(name, operands, orders, got):
                    expected = derivatives(name, operands, 3)[orders]
                    failures.append(
                        f"{operands} by operands {path}, Values {subset}: "
                        f"expected {digits(expected)}, got {got!r}"
                    )
    report(name, failures)


@every_operation
def test_second_and_third_derivatives_by_jacobian_and_jvp(name: str) -> None:
    failures = []
    for operands in EVERY[name].cases:
        live = live_positions(name, operands)
        numbers = [operands[i] for i in live]

        def function(values: Sequence[Any]) -> Any:
            return evaluate(name, filled(operands, live, values))  # noqa: B023

        second = ag.jacobian(ag.grad(function))(numbers)
        hessian = ag.hessian(function)(numbers)
        third = ag.jacobian(ag.hessian(function))(numbers)
        for i, j in product(range(len(live)), repeat=2):
            tangent = [float(k == j) for k in range(len(live))]
            _, forward = ag.jvp(ag.grad(function), (numbers,), (tangent,))
            found = {
                (i, j, "jacobian"): second[i][j],
                (i, j, "hessian"): hessian[i][j],
                (i, j, "jvp"): forward[i],
            } | {(i, j, k): third[i][j][k] for k in range(len(live))}
            for (*path, last), got in found.items():
                by = [live[p] for p in path] + ([] if isinstance(last, str) else [live[last]])
                orders = unit(operands, *by)
                if not higher_order_is_right(name, operands, orders, got):
                    expected = derivatives(name, operands, 3)[orders]
                    failures.append(
                        f"{operands} by operands {by} ({last}): "
                        f"expected {digits(expected)}, got {got!r}"
                    )
    report(name, failures)


@every_operation
def test_differentiated_and_fixed_values_mix(name: str) -> None:
    """Operands that are `Value`s of the caller's, not differentiated, change no bit."""
    for operands in EVERY[name].cases:
        for subset in mixes(name, operands):

            def function(*values: Any) -> Any:
                return evaluate(name, filled(operands, subset, values))  # noqa: B023

            for k in range(len(subset)):
                numbers: list[Any] = [operands[i] for i in subset]
                plain = ag.grad(function, argnums=k)(*numbers)
                mixed = [x if i == k else Value(x) for i, x in enumerate(numbers)]
                derivative = ag.grad(function, argnums=k)(*mixed)
                got = derivative.data if isinstance(derivative, Value) else derivative
                assert got == plain, (operands, subset, k)


@every_operation
def test_forward_mode_equals_reverse_mode(name: str) -> None:
    failures = []
    for operands in EVERY[name].cases:
        exact = derivatives(name, operands, 3)
        for subset in mixes(name, operands):
            numbers = tuple(operands[i] for i in subset)

            def function(*values: Any) -> Any:
                return evaluate(name, filled(operands, subset, values))  # noqa: B023

            value, pullback = ag.vjp(function, *numbers)
            gradient = pullback(1.0)
            assert value == evaluate(name, operands)
            for k, position in enumerate(subset):
                tangents = tuple(float(i == k) for i in range(len(subset)))
                out, tangent = ag.jvp(function, numbers, tangents)
                assert out == value
                if not math.isclose(tangent, gradient[k], rel_tol=4 * EPS, abs_tol=1e-300):
                    failures.append(
                        f"{operands} by operand {position}, Values {subset}: forward {tangent!r}, "
                        f"reverse {gradient[k]!r}, exact {digits(exact[unit(operands, position)])}"
                    )
    report(name, failures)


@every_operation
def test_vmap_equals_a_loop(name: str) -> None:
    cases = EVERY[name].cases
    for n_operands in {len(operands) for operands in cases}:
        batch = [operands for operands in cases if len(operands) == n_operands]
        live = live_positions(name, batch[0])

        def function(*values: Any) -> Any:
            return evaluate(name, values)

        derivative = ag.grad(function, argnums=live[-1])
        columns = [list(column) for column in zip(*batch, strict=True)]
        assert list(ag.vmap(function)(*columns)) == [function(*operands) for operands in batch]
        assert list(ag.vmap(derivative)(*columns)) == [derivative(*operands) for operands in batch]
        fixed = batch[0]
        in_axes = tuple(0 if i == live[0] else None for i in range(n_operands))
        arguments = [columns[i] if i == live[0] else x for i, x in enumerate(fixed)]
        expected = [function(*filled(fixed, live[:1], [x])) for x in columns[live[0]]]
        assert list(ag.vmap(function, in_axes=in_axes)(*arguments)) == expected


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize(
    "name",
    ["sigmoid", "log_sigmoid", "softplus", "silu", "gelu", "tanh", "erf", "erfc", "relu", "abs"],
)
def test_far_tails_are_straight_lines(name: str, sign: float) -> None:
    """As at 1e4, where the curve has become its asymptote, to the last bit.

    The square of 1e200 overflows, which the first two derivatives must survive.
    """
    exact = derivatives(name, (sign * 1e4,), 3)
    derivative = getattr(ag, name)
    for order, far in ((1, 1e200), (2, 1e200), (3, 1e100)):
        derivative = ag.grad(derivative)
        assert derivative(sign * far) == float(exact[(order,)]), order


@pytest.mark.parametrize("name", sorted(WITHOUT_DERIVATIVE))
def test_rows_without_a_derivative_have_no_edges(name: str) -> None:
    for operands in ((1.0, 2.0), (2.0, 2.0), (3.0, 2.0)):
        a, b = operands
        expected = {
            "gt": a > b,
            "heaviside": (a > b) + (a == b) / 2,
            "eq": a == b,
            "peak": max(a, b),
        }
        leaves = [Value(x) for x in operands]
        node = ag.ops.TABLE[name](*leaves)
        assert node.data == ag.ops.TABLE[name](*operands) == expected[name]
        assert node.partials == (None, None)
        (node * leaves[0]).backward()
        assert [leaf.grad for leaf in leaves] == [node.data, 0.0]


# One operand in every place: x*x, x/x, pow(x, x), and their total derivatives.
REPEATED = {
    "add": 2, "sub": 2, "mul": 2, "div": 2, "pow": 2, "mod": 2, "floordiv": 2, "hypot": 2,
    "atan2": 2, "maximum": 2, "minimum": 2, "logaddexp": 2, "sum": 3, "mean": 3, "prod": 3,
    "dot": 5, "logsumexp": 3, "max": 2, "min": 2, "softmax": 3, "log_softmax": 3,
}  # fmt: skip


@pytest.mark.parametrize("name", REPEATED)
def test_one_value_in_every_place(name: str) -> None:
    n_operands = REPEATED[name]
    one = EVERY[name].function

    def function(x: Any) -> Any:
        return evaluate(name, [x] * n_operands)

    failures = []
    for x in (0.7, 2.0, 31.0, 1e-5):
        exact = differences(lambda t: one(*[t] * n_operands), (x,), [(0,), (1,), (2,), (3,)])
        leaf = Value(x)
        function(leaf).backward()
        first = ag.grad(function)
        second = ag.grad(first)
        third = ag.grad(second)
        # Terms cancel (x/x, mod(x, x)): the scale is that of one of them.
        single = derivatives(name, tuple([x + i for i in range(n_operands)]), 3)
        for n, got in enumerate((function(x), leaf.grad, second(x), third(x))):
            scale = max([abs(d) for o, d in single.items() if sum(o) == n] + [abs(exact[(n,)])])
            _, absolute = error(got, exact[(n,)])
            if absolute > 1e-12 * max(scale, x**-n):
                failures.append(f"{x!r} order {n}: expected {digits(exact[(n,)])}, got {got!r}")
    report(name, failures)


def test_repeated_covers_every_row_of_several_operands() -> None:
    several = {n for n in NAMES if len(live_positions(n, EVERY[n].cases[0])) > 1}
    assert several - {"where", "nll", "take"} <= set(REPEATED)


@every_operation
def test_random_operands(name: str) -> None:
    """Value and gradient at operands that hypothesis draws from the operation's box."""
    definition = EVERY[name]
    axes: list[st.SearchStrategy[float]] = [
        st.floats(low, high).filter(lambda x: x == 0 or abs(x) > 1e-100)
        for low, high in definition.box
    ]
    if name == "polygamma":
        axes[0] = st.integers(1, 5).map(float)
    if name in ("nll", "take"):
        axes[0] = st.integers(0, 2).map(float)

    @settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(st.tuples(*axes))
    def check(operands: tuple[float, ...]) -> None:
        assume(definition.smooth(*operands))
        exact = derivatives(name, operands, 1)
        live = live_positions(name, operands)

        def function(*values: Any) -> Any:
            return evaluate(name, filled(operands, live, values))

        numbers = [operands[i] for i in live]
        value, gradient = ag.value_and_grad(function, argnums=tuple(range(len(live))))(*numbers)
        failures = []
        if not value_is_right(name, operands, value, exact):
            failures.append(f"{operands}: {digits(exact[unit(operands)])}, got {value!r}")
        for position, got in zip(live, gradient, strict=True):
            expected = exact[unit(operands, position)]
            if not partial_is_right(name, got, expected):
                failures.append(f"{operands} by {position}: {digits(expected)}, got {got!r}")
        report(name, failures)

    check()
