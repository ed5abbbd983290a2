"""Samples whose loss selects nothing of them: left out of backpropagation, and no bit is changed.

Owns the comparison with eager mode, bit by bit, of losses with such gates, whoever and how many of
the samples are let through.
"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import ops
from autograd.op import Op
from autograd.replay.llvm.machine import lanes_in_order
from autograd.replay.llvm.samples import condense, strips
from tests.replay.eager import SPECIAL, agree
from tests.replay.gated import LOSSES, cost_of, numbers, selects_some
from tests.replay.test_random_batches import calls_of, stage


@pytest.fixture(params=["as it is", "short", "four at a time", "one by one"])
def length(request, monkeypatch):
    if request.param != "as it is":
        monkeypatch.setattr(strips, "FITS", 1)  # strips of two blocks
        monkeypatch.setattr(condense, "AT_ONCE", 1)  # eight samples
    if request.param == "four at a time":  # as with AVX2, which a processor with AVX-512 has, too
        monkeypatch.setattr(condense, "lanes_in_order", lambda: min(4, lanes_in_order()))
    if request.param == "one by one":  # as where no lanes can be brought into another order
        monkeypatch.setattr(condense, "lanes_in_order", lambda: 1)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("n", "order", "is_mean"), [(9, 1, True), (40, -1, True), (67, 1, False), (32, -1, False)]
)
def test_a_network_with_a_gate(loss, n, order, is_mean, length):
    draw = random.Random(n)
    cost, n_weights = cost_of((2, 5, 1), LOSSES[loss], order, is_mean)
    rows, targets = [numbers(draw, 2) for _ in range(n)], numbers(draw, n)
    g = ag.value_and_grad(cost)
    calls = [(numbers(draw, n_weights, scale), rows, targets) for scale in (0.3, 1.0, 5.0)]
    agree(g, *calls, of=g)


@pytest.mark.parametrize("live", [0.0, 0.03, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("n", [8, 17, 67])
@pytest.mark.parametrize("order", [1, -1])
def test_any_share_of_samples_is_let_through(live, n, order, length):
    let_through(live, n, order)


@pytest.mark.parametrize("live", [0.03, 0.9])
def test_some_of_many_samples_are_let_through(live):
    let_through(live, 260, 1)


def let_through(live, n, order):
    """A training step of samples of which such a share has a loss."""
    draw = random.Random(n)
    cost, n_weights = cost_of((3, 4, 2, 1), LOSSES["scaled"], order, activation=ag.tanh)
    rows = [numbers(draw, 3) for _ in range(n)]
    targets = [-50.0 if draw.random() < live else 50.0 for _ in range(n)]
    g = ag.value_and_grad(cost)
    agree(g, *[(numbers(draw, n_weights), rows, targets) for _ in range(2)], of=g)


@pytest.mark.parametrize("special", SPECIAL)
def test_whatever_a_sample_or_a_weight_is(special, length):
    """Where nothing is selected eager mode multiplies nothing; nor is 0 * inf nan here."""
    draw = random.Random(3)
    cost, n_weights = cost_of((2, 3, 1), LOSSES["hinge"])
    rows, targets = [numbers(draw, 2) for _ in range(19)], [1.0, -1.0, 30.0] * 6 + [-1.0]
    weights = numbers(draw, n_weights)
    g = ag.value_and_grad(cost, (0, 1))
    calls = [
        (weights[:k] + [special] + weights[k + 1 :], rows, targets) for k in (0, 4, n_weights - 1)
    ]
    for s in (0, 7, 18):
        calls.append((weights, rows[:s] + [[special, 0.5]] + rows[s + 1 :], targets))
        calls.append((weights, rows, targets[:s] + [special] + targets[s + 1 :]))
    agree(g, *calls, of=g)


def test_weights_of_minus_zero_have_eager_modes_zeros(length):
    """All samples are dead: what the gradient is of the penalty's -0.0 alone."""
    cost, n_weights = cost_of((2, 3, 1), LOSSES["scaled"])
    rows, targets = [[0.5, -0.5] for _ in range(11)], [9.0] * 11
    g = ag.value_and_grad(cost)
    agree(g, ([-0.0] * n_weights, rows, targets), ([0.0] * n_weights, rows, targets), of=g)


@pytest.mark.parametrize("n", [5, 16, 67])
def test_hidden_neurons_that_are_results_too_stay_those_of_all_samples(n, length):
    draw = random.Random(n)

    def hidden(w, x):
        return [ag.relu(w[2 * k] * x[0] + w[2 * k + 1] * x[1]) for k in range(4)]

    def cost(w, rows):
        return ag.sum([ag.relu(ag.dot(w[8:12], hidden(w, x), w[12])) for x in rows])

    def both(w, rows):
        return ag.grad(cost)(w, rows), [hidden(w, x) for x in rows]

    rows = [numbers(draw, 2) for _ in range(n)]
    agree(both, *[(numbers(draw, 13, scale), rows) for scale in (0.3, 1.0, 5.0)], of=both)


@pytest.mark.parametrize("n", [5, 16, 67])
def test_products_that_are_results_too_stay_those_of_all_samples(n, length):
    """The neuron that is made of them again is not."""
    draw = random.Random(n)

    def products(w, x):
        return [[w[2 * k] * x[0], w[2 * k + 1] * x[1]] for k in range(4)]

    def cost(w, rows):
        hidden = [[ag.relu(a + b) for a, b in products(w, x)] for x in rows]
        return ag.sum([ag.relu(ag.dot(w[8:12], h, w[12])) for h in hidden])

    def both(w, rows):
        return ag.grad(cost)(w, rows), [products(w, x) for x in rows]

    rows = [numbers(draw, 2) for _ in range(n)]
    agree(both, *[(numbers(draw, 13, scale), rows) for scale in (0.3, 1.0, 5.0)], of=both)


@pytest.mark.parametrize("n_outputs", [2, 3, 7])
def test_several_conditions_of_a_sample(n_outputs, length):
    """As those of the outputs of a hinge loss of several classes: one is enough."""
    draw = random.Random(n_outputs)
    cost, n_weights = cost_of((2, 4, n_outputs), selects_some)
    rows, targets = [numbers(draw, 2) for _ in range(45)], numbers(draw, 45, 3.0)
    g = ag.value_and_grad(cost)
    agree(g, *[(numbers(draw, n_weights), rows, targets) for _ in range(2)], of=g)


@pytest.mark.parametrize("n", [9, 40, 100])
@pytest.mark.parametrize("returns_outputs", [False, True])
def test_samples_that_meet_before_the_gate(n, returns_outputs, length):
    """What is computed before their mean is there is kept for all, and read after the gate."""
    draw = random.Random(n)

    def f(w, rows, targets):
        hidden = [[ag.tanh(ag.dot(w[2 * k : 2 * k + 2], row)) for k in range(5)] for row in rows]
        outputs = [ag.dot(w[10:15], h) for h in hidden]
        center = ag.mean(outputs).detach()
        losses = [ag.relu((y - center) * y * t) for y, t in zip(outputs, targets, strict=True)]
        return ag.sum(losses[::-1]) + w[15] * center * w[15]

    g = ag.value_and_grad(f)

    def with_outputs(w, rows, targets):
        value, gradient = g(w, rows, targets)
        return value, gradient, [ag.tanh(w[0] * row[0]) * w[10] for row in rows]

    h = with_outputs if returns_outputs else g
    rows, targets = [numbers(draw, 2) for _ in range(n)], numbers(draw, n)
    agree(
        h,
        *[(numbers(draw, 16), rows, targets) for _ in range(3)],
        of=None if returns_outputs else g,
    )


GATES = (ag.relu, lambda x: ag.maximum(x, 0.0), lambda x: ag.relu(x) ** 2, lambda x: ag.relu(-x),
         lambda x: ag.clip(x, 0.0, 1e9), lambda x: ag.relu(x) + x * 1e-3)  # fmt: skip


def function(seed):
    """Programs of a sample that share some numbers, a gate between them, and sums of what is."""
    draw = random.Random(seed)
    before, after, gate = stage(draw), stage(draw), draw.choice(GATES)
    reads_after, by_scale, step = draw.random() < 0.5, draw.random() < 0.5, draw.choice((1, -1))

    def f(w, rows):
        scale = ag.tanh(w[0]) if by_scale else 1.0
        losses, beside = [], []
        for row in rows:
            own = before(list(row), w)
            y = after(own, [scale * x if by_scale else x for x in w])[-1]
            losses.append(gate(y - w[1]))
            beside.append(own[-1])
        total = ag.sum(losses[::step])
        return total + ag.mean(beside) * w[2] if reads_after else total

    return f


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(3, 30), st.sampled_from(SPECIAL))
def test_a_random_function_with_a_gate(seed, n, special):
    f, draw = function(seed), random.Random(seed + 1)
    g = ag.value_and_grad(f, draw.choice((0, (0, 1))))
    agree(g, *calls_of(draw, n, special), of=g)


def test_a_rule_that_multiplies_by_a_condition_means_it():
    """An operation of one's own may do so: then 0 * inf is nan, and a dead edge is none."""
    half = Op("half", lambda x: max(x, 0.0), lambda y, x: (ops.gt(x, 0.0) * 2.0,))
    rows, targets = [[0.25 * k - 1.0] for k in range(12)], [9.0] * 12
    rows[3] = [math.inf]
    for loss, is_nan in ((lambda y, t: half(y[0] - t), True), (LOSSES["scaled"], False)):
        cost, _ = cost_of((1, 1, 1), loss)
        g = ag.value_and_grad(cost)
        weights = [1.0, 0.0, -1.0, 0.0]  # the output of an infinite row is -inf: not selected
        assert math.isnan(g(weights, rows, targets)[1][0]) == is_nan
        agree(g, (weights, rows, targets), of=g)


@pytest.mark.parametrize("row", [ops.gt, ops.heaviside])
def test_a_function_that_multiplies_by_a_condition_means_it(row):
    """The loss itself is 0 * inf then, and so are its derivatives."""
    draw = random.Random(6)
    cost, n_weights = cost_of((2, 6, 1), lambda y, t: row(y[0] - t, 0.0) * y[0] * y[0])
    rows, targets = [numbers(draw, 2) for _ in range(24)], [9.0] * 24
    infinite = [[math.inf, 0.5] if k == 3 else each for k, each in enumerate(rows)]
    weights = [0.5 + 0.01 * k for k in range(n_weights)]
    weights[-7:-1] = [-1.0] * 6  # the output of an infinite row is -inf: not above any target
    assert math.isnan(ag.value_and_grad(cost)(weights, infinite, targets)[0])
    for g in (ag.value_and_grad(cost), ag.grad(cost)):
        agree(g, (weights, rows, targets), (weights, infinite, targets), of=g)


@pytest.mark.parametrize("special", SPECIAL)
def test_gradients_alone_show_what_a_sample_was(special):
    """No loss is there to be nan."""
    draw = random.Random(5)
    for loss in (LOSSES["hinge"], LOSSES["by maximum"]):
        cost, n_weights = cost_of((2, 3, 1), loss, activation=ag.tanh)
        rows, targets = [numbers(draw, 2) for _ in range(11)], [30.0, -1.0] * 5 + [30.0]
        weights = numbers(draw, n_weights)
        g = ag.grad(cost)
        calls = []
        for s in (4, 5, 10):
            calls.append((weights, rows[:s] + [[special, 0.5]] + rows[s + 1 :], targets))
            calls.append((weights, rows, targets[:s] + [special] + targets[s + 1 :]))
        agree(g, *calls, of=g)


def test_a_gradient_inside_of_a_function_may_be_divided_by():
    """The sign of its zero shows."""
    draw = random.Random(8)
    cost, n_weights = cost_of((2, 3, 1), LOSSES["scaled"])

    def f(w, rows, targets):
        return [
            1.0 / (x - 2e-3 * p) for x, p in zip(ag.grad(cost)(w, rows, targets), w, strict=True)
        ]

    rows = [numbers(draw, 2) for _ in range(12)]
    weights = numbers(draw, n_weights)
    agree(f, (weights, rows, [9.0] * 12), (weights, rows, [0.0] * 12))


def test_fast_mode_is_close():
    draw = random.Random(4)
    cost, n_weights = cost_of((2, 9, 1), LOSSES["hinge"])
    rows, targets = [numbers(draw, 2) for _ in range(70)], [1.0, -1.0] * 35
    g = ag.value_and_grad(cost)
    fast = ag.compile(g, mode="fast")
    for _ in range(3):
        w = numbers(draw, n_weights, 2.0)
        (value, gradient), (right, exact) = fast(w, rows, targets), g(w, rows, targets)
        assert value == pytest.approx(right, rel=1e-12)
        assert gradient == pytest.approx(exact, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_training_until_hardly_any_sample_has_a_loss(momentum):
    X, y = nn.moons(60, noise=0.1, seed=2)
    found = []
    for compiled in (True, False):
        model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=1)
        history = nn.fit(
            model, (X, [2 * k - 1 for k in y]), "hinge", lr=0.3, l2=1e-4, epochs=60,
            momentum=momentum, batch_size=20, seed=0, verbose=False, compiled=compiled,
        )  # fmt: skip
        found.append(([p.data.hex() for p in model.parameters()], history["loss"]))
    assert found[0] == found[1]
    outputs = [model(row).data * (2 * k - 1) for row, k in zip(X, y, strict=True)]
    assert sum(z < 1.0 for z in outputs) < 30  # most are dead at the end


@pytest.mark.parametrize("n", [24, 100])
@pytest.mark.parametrize("order", [1, -1])
def test_the_sum_of_the_losses_goes_on_while_samples_are_moved(n, order, length):
    """It runs from the first sample to the last, or back; the last ones may be fewer."""
    draw = random.Random(n)
    cost, n_weights = cost_of((2, 16, 1), LOSSES["hinge"], order)
    g = ag.value_and_grad(cost)
    rows = [numbers(draw, 2) for _ in range(n)]
    targets = [draw.choice((-1.0, 1.0)) for _ in range(n)]
    agree(g, *[(numbers(draw, n_weights), rows, targets) for _ in range(3)], of=g)
