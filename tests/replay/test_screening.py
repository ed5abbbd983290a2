"""Samples left out of a step since they were far from a loss a few steps ago: no bit is changed.

Owns the comparison of trainings by programs that leave samples out with the same trainings by
programs that do not, over many steps, and with eager mode over some; and when none is left out.
"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd.replay.llvm.samples import condense
from tests.nn.training.both_modes import both
from tests.replay.gated import LOSSES, cost_of, numbers
from tests.replay.screened import ACTIVATIONS, Training, alike, left_out, made, moons

SCREENED = ("hinge", "by maximum", "squared", "divided", "of an inner one")
pytestmark = pytest.mark.usefixtures(made.__name__)


def eager(sizes, loss, rows, targets, n_steps, rate, momentum=0.0, **options):
    """What is left of the weights after so many steps in eager mode."""
    cost, n = cost_of(sizes, loss, **options)
    weights = [ag.Value(x) for x in numbers(random.Random(n), n)]
    optimizer = nn.SGD(weights, lr=rate, momentum=momentum)
    for _ in range(n_steps):
        optimizer.zero_grad()
        cost(weights, rows, targets).backward()
        optimizer.step()
    return [w.data.hex() for w in weights]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("loss", "mode"), [*[(loss, "exact") for loss in SCREENED], ("hinge", "fast")]
)
def test_a_training_of_thousands_of_steps(activation, loss, mode):
    rows, targets = moons(100)
    options = {"mode": mode, "activation": ACTIVATIONS[activation]}
    alike((2, 8, 8, 1), LOSSES[loss], rows, targets, [(2000, 0.05), (300, 1.0)], **options)
    assert left_out() > 300 * 50


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_training_has_the_bits_of_eager_mode(activation):
    rows, targets = moons(40)
    options = {"activation": ACTIVATIONS[activation], "momentum": 0.5}
    training = Training((2, 4, 1), LOSSES["hinge"], rows, targets, **options)
    training.go(200, 0.1, answers=False)
    found = eager((2, 4, 1), LOSSES["hinge"], rows, targets, 200, 0.1, **options)
    assert training.bits() == found
    assert left_out() > 1000


@pytest.mark.parametrize("rate", [0.001, 0.3, 2.0])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_of_any_size(rate, momentum):
    """Also such as move the weights so far that each sample may have a loss again."""
    rows, targets = moons(67, noise=0.1)
    legs = [(300, 0.05), (200, rate), (100, 0.01)]
    alike((2, 6, 1), LOSSES["hinge"], rows, targets, legs, momentum=momentum)
    assert left_out() > 0


def test_weights_may_be_changed_between_runs():
    """What is known of samples is of other weights then."""
    rows, targets = moons(64)
    screened, whole = (Training((2, 6, 1), LOSSES["hinge"], rows, targets) for _ in range(2))
    draw = random.Random(5)
    for _ in range(20):
        for training, answers in ((screened, False), (whole, True)):
            training.go(50, 0.1, answers)
        assert screened.bits() == whole.bits()
        k, x = draw.randrange(len(whole.weights)), draw.gauss(0.0, 3.0)
        screened.weights[k].data = whole.weights[k].data = x
    assert left_out() > 0


def test_another_training_by_the_same_machine_code():
    """What is known is kept where the code works, of samples that are others now."""
    found = []
    for seed in (0, 1, 0):
        rows, targets = moons(64, seed)
        alike((2, 6, 1), LOSSES["hinge"], rows, targets, [(300, 0.1)])
        found.append(left_out())
    assert 0 < found[0] < found[1] < found[2]


def test_batches_of_others_are_not_screened():
    """Each batch has other samples than the one before."""
    rows, targets = moons(96)
    made = [Training((2, 6, 1), LOSSES["hinge"], rows, targets) for _ in range(2)]
    orders = [k for i in range(0, 96, 48) for k in range(i, i + 48)]
    for training, answers in zip(made, (False, True), strict=True):
        for _ in range(3):
            n = 0
            while n < 40:
                order = orders[48 * (n % 2) :] + orders[: 48 * (n % 2)]
                done = training.steps.run(
                    order, [(48, 40 - n)], [0.1], training.speeds, answers=answers
                )
                n += len(done.costs)
                training.n_left_out += done.n_left_out
    assert made[0].bits() == made[1].bits()
    assert left_out() == 0


@pytest.mark.parametrize("n", [67, 69, 71, 72])
def test_what_tells_may_be_needed_by_backpropagation_too(n):
    """Of relu(d) and of what is returned the derivative is made, and both of d again."""
    rows, targets = moons(n, 1)

    def loss(y, t):
        return ag.relu(0.5 - ag.tanh(y[0]) * t) ** 2

    legs = [(400, 0.1), (200, 0.5)]
    alike((2, 6, 1), loss, rows, targets, legs, answer=lambda y, t, w: ag.tanh(y[0]))
    assert left_out() > 1000


def test_not_every_maximum_is_a_hinge():
    rows, targets = moons(90)

    def loss(y, t):
        d = 1.0 - y[0] * t
        with ag.no_grad():
            itself = ag.maximum(d, d)
        return ag.relu(d) + itself

    alike((2, 6, 1), loss, rows, targets, [(300, 0.1)])


def test_numbers_near_the_smallest_have_a_bound_too():
    """Products of four numbers of which each is far from it: 3 times the last bit, or 2 times."""
    found, e = [], 2.0**-268
    for answers in (False, True):
        weights = []

        def loss(y, t, w=weights):
            product = [((y[-1] * w[k]) * w[4]) * w[5] for k in range(4)]
            return ag.relu(product[3] - product[0] - product[1] - product[2])

        options = {"is_mean": False, "penalty": 0.0}
        training = Training((3, 1, 1), loss, [[e, 0.0, 0.0]] * 70, [1.0] * 70, **options)
        weights += training.weights
        costs = []
        for size in (3.1, 2.5001, 2.4999):
            for w, x in zip(weights, [size / 4 * e] * 3 + [2 * e, e, e], strict=True):
                w.data = x
            costs += training.go(50, 0.0, answers)[0]
        found.append(costs)
    assert found[0] == found[1]
    assert len({*found[0]}) > 1


@pytest.mark.parametrize("special", [math.nan, math.inf, -math.inf, 1e200, 1e-320])
def test_samples_and_weights_that_are_extreme(special):
    rows, targets = moons(64)
    for place in (0, 40, 63):
        changed = [row[:] for row in rows]
        changed[place][0] = special
        compare((2, 6, 1), changed, targets)
    for k in (0, 7, 20):
        compare((2, 6, 1), rows, targets, (k, special))


def compare(sizes, rows, targets, weight=None):
    """Both ways of running batches do the same, and leave the same batch to eager mode."""
    found = []
    for answers in (False, True):
        training = Training(sizes, LOSSES["hinge"], rows, targets)
        costs = training.go(60, 0.1, answers)
        if weight is not None:
            training.weights[weight[0]].data = weight[1]
        found.append((costs[0], training.go(60, 0.1, answers)[0], training.bits()))
    assert found[0] == found[1]


def test_none_is_left_out_where_all_have_a_loss():
    rows, targets = moons(64)
    legs = [(200, 0.0)]
    alike((2, 6, 1), LOSSES["hinge"], rows, [100.0 * t for t in targets], legs)
    assert left_out() == 0


@pytest.mark.parametrize("order", [1, -1])
def test_samples_that_go_on_a_few_at_a_time(order, monkeypatch):
    """Those with a loss are counted, and what tells is noted, of all of them."""
    monkeypatch.setattr(condense, "AT_ONCE", 24)
    rows, targets = moons(90)
    options = {"order": order, "activation": ag.tanh}
    alike((2, 8, 1), LOSSES["hinge"], rows, targets, [(400, 0.1), (100, 0.5)], **options)
    assert left_out() > 400 * 20


def test_one_sample_moves_a_hundred_times_as_far_as_the_others():
    """The bound is of the one that moves most."""
    rows, targets = moons(61)
    rows[30] = [100.0 * x for x in rows[30]]
    alike((2, 4, 1), LOSSES["hinge"], rows, targets, [(600, 1e-3), (300, 1e-2), (50, 0.1)])
    assert left_out() > 1000


def test_fit_leaves_samples_out_and_has_the_bits_of_eager_mode(monkeypatch):
    rows, targets = moons(60)
    labels = [int(t) for t in targets]

    def make():
        model = nn.MLP(2, [5, 1], activation="relu", seed=4)
        return model, {"optimizer": nn.SGD(model.parameters(), lr=0.5, weight_decay=1e-4)}

    both(make, (rows, labels), "hinge", monkeypatch, epochs=120, batch_size=60)
    model, more = make()
    options = {"epochs": 120, "batch_size": 60, "seed": 3, "verbose": False, "compiled": True}
    history = nn.fit(model, (rows, labels), "hinge", **options, **more)
    n = history.compiled.n_left_out
    assert n > 200
    assert str(history.compiled).splitlines()[0] == (
        f"compiled training, exact: 119 of 120 batches by programs; {n:,} times a sample left out"
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9))
def test_random_trainings(seed):
    draw = random.Random(seed)
    sizes = (2, *[draw.randint(2, 10) for _ in range(draw.randint(1, 2))], 1)
    rows, targets = moons(draw.randint(9, 90), seed, draw.choice((0.05, 0.3)))
    options = {
        "activation": ACTIVATIONS[draw.choice([*ACTIVATIONS])],
        "mode": draw.choice(("exact", "fast")),
        "momentum": draw.choice((0.0, 0.9)),
        "order": draw.choice((1, -1)),
        "is_mean": draw.random() < 0.8,
    }
    rate = 0.3 if options["is_mean"] else 0.005
    legs = [
        (draw.randint(1, 200), rate * 10.0 ** draw.uniform(-2.0, 0.5))
        for _ in range(draw.randint(1, 4))
    ]
    loss = LOSSES[draw.choice(SCREENED)]
    alike(sizes, loss, rows, targets, legs, **options)
