"""Properties of every loss: never negative, 0 at the target, the mean of its samples, derivatives.

The derivatives are compared with differences of the definitions in arbitrary precision, which share
no code with the engine.
"""

import math
from dataclasses import dataclass
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings, strategies as st

import autograd as ag
from autograd import Value
from nn.losses import LOSSES
from tests.differences import differences

NUMBER = st.floats(-30.0, 30.0)
UNIT = st.floats(0.0, 1.0)
INSIDE = st.floats(1e-6, 1.0 - 1e-6)


@dataclass
class Case:
    """How to draw one sample of a loss, and the loss of that sample by its definition."""

    output: Any  # strategy
    target: Any  # strategy
    definition: Any  # (output in mpf, target) -> mpf
    perfect: Any = None  # target -> an output that costs nothing
    kink: Any = lambda output, target: 1.0  # how far the sample is from a kink


def huber(p, t):
    distance = abs(p - t)
    return distance**2 / 2 if distance < 1 else distance - mpmath.mpf(1) / 2


def cross_entropy(row, k):
    return mpmath.log(mpmath.fsum(map(mpmath.exp, row))) - row[k]


def binary(p, t):
    return -t * mpmath.log(p) - (1 - mpmath.mpf(t)) * mpmath.log(1 - p)


def with_logits(z, t):
    return binary(1 / (1 + mpmath.exp(-z)), t)


CASES = {
    "mse": Case(NUMBER, NUMBER, lambda p, t: (p - t) ** 2, lambda t: t),
    "l1": Case(NUMBER, NUMBER, lambda p, t: abs(p - t), lambda t: t, lambda p, t: abs(p - t)),
    "huber": Case(NUMBER, NUMBER, huber, lambda t: t, lambda p, t: abs(abs(p - t) - 1.0)),
    "cross_entropy": Case(
        st.lists(NUMBER, min_size=3, max_size=3),
        st.integers(0, 2),
        cross_entropy,
        lambda k: [1000.0 * (i == k) for i in range(3)],
    ),
    "binary_cross_entropy": Case(INSIDE, UNIT, binary, lambda t: float(round(t))),
    "binary_cross_entropy_with_logits": Case(
        NUMBER, UNIT, with_logits, lambda t: 1000.0 if round(t) else -1000.0
    ),
    "hinge": Case(
        NUMBER,
        st.sampled_from([-1, 1]),
        lambda s, t: max(1 - t * s, mpmath.mpf(0)),
        lambda t: 3.0 * t,
        lambda s, t: abs(1.0 - t * s),
    ),
}


def samples(case, n=4):
    return st.lists(st.tuples(case.output, case.target), min_size=1, max_size=n)


def test_every_loss_is_tested():
    assert list(CASES) == list(LOSSES)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_never_negative_and_the_mean_of_its_samples(name, data):
    pairs = data.draw(samples(CASES[name]))
    outputs, targets = [o for o, _ in pairs], [t for _, t in pairs]
    loss = LOSSES[name](outputs, targets)
    assert loss >= 0.0
    each = [LOSSES[name]([output], [target]) for output, target in pairs]
    assert loss == pytest.approx(math.fsum(each) / len(each), rel=1e-13, abs=1e-300)
    assert LOSSES[name](outputs[::-1], targets[::-1]) == pytest.approx(loss, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_zero_at_the_target(name, data):
    case = CASES[name]
    targets = data.draw(st.lists(case.target, min_size=1, max_size=4))
    if case.target is UNIT:  # a target in between has a loss of its own entropy, its minimum
        targets = [float(round(t)) for t in targets]
    outputs = [case.perfect(t) for t in targets]
    loss, gradient = ag.value_and_grad(LOSSES[name])(outputs, targets)
    assert loss == 0.0
    if name != "binary_cross_entropy":  # at a bound of its domain
        assert not any(x for row in gradient for x in (row if isinstance(row, list) else [row]))


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
@given(t=INSIDE, other=INSIDE)
def test_a_target_in_between_costs_least_where_the_probability_is_the_target(name, t, other):
    def loss(p):
        return LOSSES[name]([p if name == "binary_cross_entropy" else math.log(p / (1 - p))], [t])

    assert loss(t) <= loss(other) * (1 + 1e-13)


def test_the_differences_see_beyond_the_rounding_of_a_tiny_operand():
    """Both steps of 7e-193 gave -0.5 where the precision was too low to show the rest."""
    case, at = CASES["cross_entropy"], (0.0, 7.175429822804268e-193, -21.0)
    orders = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 0)]
    found = differences(lambda *logits: case.definition(logits, 0), at, orders)
    assert float(found[1, 0, 0]) == pytest.approx(-1.0 + 1.0 / (2.0 + math.exp(-21.0)), rel=1e-15)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
@settings(max_examples=25)
def test_derivatives_are_those_of_the_definition(name, data):
    case = CASES[name]
    output, target = data.draw(st.tuples(case.output, case.target))
    assume(case.kink(output, target) > 1e-9)
    row = output if isinstance(output, list) else [output]

    def definition(*numbers):
        return case.definition(numbers if isinstance(output, list) else numbers[0], target)

    def loss(numbers):
        return LOSSES[name]([numbers if isinstance(output, list) else numbers[0]], [target])

    n = len(row)
    value, gradient = ag.value_and_grad(loss)(row)
    hessian = ag.hessian(loss)(row)
    got = {(0,) * n: value}
    for i in range(n):
        got[tuple(int(i == k) for k in range(n))] = gradient[i]
        for j in range(n):
            got[tuple((i == k) + (j == k) for k in range(n))] = hessian[i][j]
    expected = differences(definition, tuple(row), list(got))
    scale = max(1.0, *(abs(float(x)) for x in expected.values()))
    for orders, number in got.items():
        assert number == pytest.approx(float(expected[orders]), rel=1e-11, abs=1e-13 * scale)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_backward_grad_and_forward_mode_agree(name, data):
    pairs = data.draw(samples(CASES[name], n=3))
    outputs, targets = [o for o, _ in pairs], [t for _, t in pairs]
    nodes = [[Value(x) for x in o] if isinstance(o, list) else Value(o) for o in outputs]
    loss = LOSSES[name](nodes, targets)
    loss.backward()
    backward = [[v.grad for v in o] if isinstance(o, list) else o.grad for o in nodes]
    assert (loss.data, backward) == ag.value_and_grad(LOSSES[name])(outputs, targets)
    ones = [[1.0] * len(o) if isinstance(o, list) else 1.0 for o in outputs]
    _, tangent = ag.jvp(lambda x: LOSSES[name](x, targets), outputs, ones)
    flat = [g for row in backward for g in (row if isinstance(row, list) else [row])]
    scale = max(1.0, math.fsum(map(abs, flat)))
    assert tangent == pytest.approx(math.fsum(flat), rel=1e-12, abs=1e-13 * scale)
