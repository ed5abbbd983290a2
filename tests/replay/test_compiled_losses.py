"""Losses and activation functions, compiled with their targets: one program for all numbers.

Owns the comparison with eager mode, bit by bit, of every loss by name on batches it was not
recorded with, and that samples run in lanes: no loss may decide by its data.
"""

from __future__ import annotations

import math
import random

import pytest

import autograd as ag
import nn
from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from tests.replay.eager import BACKENDS, bits

SAMPLES, FEATURES, CLASSES = 10, 2, 3


def soft(draw):
    parts = [draw.random() for _ in range(CLASSES)]
    return [part / math.fsum(parts) for part in parts]


YES_OR_NO = {
    "int": lambda draw: draw.randrange(2),
    "float": lambda draw: float(draw.randrange(2)),
    "soft": lambda draw: draw.choice([0.0, 1.0, draw.random()]),
}
# How a target is drawn: of each kind that a loss takes, all the kinds of numbers it may be.
TARGETS = {
    "mse": {"float": lambda draw: draw.gauss(0.0, 2.0), "int": lambda draw: draw.randrange(-3, 4)},
    "l1": {"float": lambda draw: draw.gauss(0.0, 2.0), "int": lambda draw: draw.randrange(-3, 4)},
    "huber": {"float": lambda draw: draw.gauss(0.0, 2.0), "int": lambda draw: draw.randrange(4)},
    "cross_entropy": {
        "class": lambda draw: draw.randrange(CLASSES),
        "probabilities": soft,
        "one-hot": lambda draw: draw.choice([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    },
    "hinge": {
        "int": lambda draw: draw.choice([-1, 1]),
        "float": lambda draw: draw.choice([-1.0, 1.0]),
    },
    "binary_cross_entropy": YES_OR_NO,
    "binary_cross_entropy_with_logits": YES_OR_NO,
}
CASES = [(name, kind) for name, kinds in TARGETS.items() for kind in kinds]


def outputs(name, params, X):
    """What a linear model gives, in the shape that the loss takes."""
    if name == "cross_entropy":
        return [[ag.dot(row[:-1], x, row[-1]) for row in params] for x in X]
    found = [ag.dot(params[0][:-1], x, params[0][-1]) for x in X]
    return [ag.sigmoid(z) for z in found] if name == "binary_cross_entropy" else found


def batch_loss(name):
    return lambda params, X, y: LOSSES[name](outputs(name, params, X), y)


def batch(draw, target):
    """Parameters, inputs and targets, the outputs far apart in some batches."""
    scale = draw.choice([0.1, 1.0, 10.0])
    params = [[draw.gauss(0.0, scale) for _ in range(FEATURES + 1)] for _ in range(CLASSES)]
    X = [[draw.gauss(0.0, 1.0) for _ in range(FEATURES)] for _ in range(SAMPLES)]
    return params, X, [target(draw) for _ in range(SAMPLES)]


def paths(compiled):
    return [len(layout.paths) for layout in compiled._layouts.values()]


def test_every_loss_is_tried():
    assert set(TARGETS) == set(LOSSES)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_one_program_serves_all_targets(name, kind, backend):
    draw = random.Random(f"{name} {kind}")
    eager = ag.value_and_grad(batch_loss(name))
    compiled = ag.compile(ag.value_and_grad(batch_loss(name)), backend=backend)
    for _ in range(8):
        case = batch(draw, TARGETS[name][kind])
        assert bits(compiled(*case)) == bits(eager(*case))
    assert paths(compiled) == [1]
    assert compiled.n_eager == 0
    if backend == "llvm":
        assert compiled._last.program.samples == SAMPLES


# Some samples are two terms of the loss, and others one.
UNLIKE = ("binary_cross_entropy_with_logits", "soft")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_targets_that_the_loss_knows_are_no_less_alike(name, kind, backend, monkeypatch):
    """As data of the function around it: what a target 0 leaves out makes no other program."""
    monkeypatch.setattr("autograd.replay.llvm.program.are_better", lambda *_: False)
    draw = random.Random(f"{name} {kind}")
    _, _, y = batch(draw, TARGETS[name][kind])
    eager = ag.value_and_grad(lambda params, X: batch_loss(name)(params, X, y))
    compiled = ag.compile(eager, backend=backend)
    for _ in range(4):
        params, X, _ = batch(draw, TARGETS[name][kind])
        assert bits(compiled(params, X)) == bits(eager(params, X))
    assert compiled.n_eager == 0
    if backend == "llvm" and (name, kind) != UNLIKE:
        assert compiled._last.program.samples == SAMPLES


def test_of_samples_so_small_that_packs_are_fewer_there_are_packs():
    """They take two thirds of the time that lanes with what their kinds select would take."""
    draw = random.Random("binary_cross_entropy soft")
    _, _, y = batch(draw, TARGETS["binary_cross_entropy"]["soft"])
    eager = ag.value_and_grad(lambda params, X: batch_loss("binary_cross_entropy")(params, X, y))
    compiled = ag.compile(eager, backend="llvm")
    for _ in range(3):
        params, X, _ = batch(draw, TARGETS["binary_cross_entropy"]["soft"])
        assert bits(compiled(params, X)) == bits(eager(params, X))
    assert compiled._last.program.samples == 0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_one_program_serves_an_activation_function(name):
    draw = random.Random(name)
    activation = ACTIVATIONS[name]

    def loss(params, X, y):
        rows = outputs("cross_entropy", params, X)
        rows = [activation(row) if name == "softmax" else [*map(activation, row)] for row in rows]
        return nn.mse_loss([ag.dot(params[0], row) for row in rows], y)

    eager, compiled = ag.value_and_grad(loss), ag.compile(ag.value_and_grad(loss))
    for _ in range(8):
        case = batch(draw, TARGETS["mse"]["float"])
        assert bits(compiled(*case)) == bits(eager(*case))
    assert paths(compiled) == [1]
    assert compiled._last.program.samples == SAMPLES


WRONG = [
    ("cross_entropy", "class", CLASSES),
    ("cross_entropy", "class", -1),
    ("cross_entropy", "probabilities", [0.5, 0.5, 0.5]),
    ("cross_entropy", "probabilities", [-0.5, 0.5, 1.0]),
    ("cross_entropy", "probabilities", [math.nan, 0.5, 0.5]),
    ("cross_entropy", "one-hot", [1, 1, 0]),
    ("hinge", "int", 0),
    ("hinge", "int", 2),
    ("hinge", "float", 0.5),
    ("hinge", "float", math.nan),
    *[
        (f"binary_cross_entropy{form}", kind, wrong)
        for form in ("", "_with_logits")
        for kind, wrong in (("int", -1), ("int", 2), ("soft", 1.5), ("soft", math.nan))
    ],
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "kind", "wrong"), WRONG)
def test_a_wrong_target_is_refused_at_a_later_call_as_in_eager_mode(name, kind, wrong, backend):
    draw = random.Random(0)
    eager, compiled = batch_loss(name), ag.compile(batch_loss(name), backend=backend)
    for _ in range(3):
        params, X, y = batch(draw, TARGETS[name][kind])
        compiled(params, X, y)
    bad = [*y[:4], wrong, *y[5:]]
    with pytest.raises(ValueError) as expected:
        eager(params, X, bad)
    with pytest.raises(ValueError) as got:
        compiled(params, X, bad)
    assert str(got.value) == str(expected.value)
    assert "targets[4]" in str(got.value)
    assert bits(compiled(params, X, y)) == bits(eager(params, X, y))  # and goes on


def test_a_sure_probability_costs_what_it_costs_in_eager_mode():
    """0 * inf in the half that takes no part would be nan."""
    loss = nn.binary_cross_entropy
    compiled = ag.compile(ag.value_and_grad(loss))
    draw = random.Random(0)
    for _ in range(3):
        case = [draw.random() for _ in range(8)], [float(draw.randrange(2)) for _ in range(8)]
        assert bits(compiled(*case)) == bits(ag.value_and_grad(loss)(*case))
    for p, t in ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.5)):
        probabilities, targets = [p, *case[0][1:]], [t, *case[1][1:]]
        assert bits(compiled(probabilities, targets)) == bits(
            ag.value_and_grad(loss)(probabilities, targets)
        )


def test_second_derivatives_of_a_class_are_of_one_program():
    def loss(row, k):
        return nn.cross_entropy([row], [k])

    compiled = ag.compile(ag.hessian(loss))
    for row in ([1.0, 2.0, 3.0], [40.0, -3.0, 0.5], [0.0, 0.0, 0.0]):
        for k in range(3):
            assert bits(compiled(row, k)) == bits(ag.hessian(loss)(row, k))
    assert paths(compiled) == [1]


def test_errors_on_both_sides_of_delta_are_of_one_program():
    compiled = ag.compile(ag.value_and_grad(nn.huber_loss))
    draw = random.Random(0)
    for _ in range(6):
        case = [draw.gauss(0.0, 1.5) for _ in range(9)], [draw.choice([0.0, 1.0]) for _ in range(9)]
        case[0][0] = case[1][0] + draw.choice([-1.0, 1.0, 0.0])
        assert bits(compiled(*case)) == bits(ag.value_and_grad(nn.huber_loss)(*case))
    assert paths(compiled) == [1]


def test_training_a_classifier_gives_the_same_weights():
    X, y = nn.blobs(60, seed=3)
    trained = []
    for options in ({}, {"compiled": True}):
        model = nn.MLP(2, [6, 3], activation="tanh", seed=1)
        history = nn.fit(
            model, (X, y), "cross_entropy", lr=0.1, momentum=0.9, epochs=4, batch_size=20, seed=0,
            verbose=False, **options,
        )  # fmt: skip
        trained.append(([bits(w.data) for w in model.parameters()], bits(history.rows)))
    assert trained[0] == trained[1]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("wrong", [1.5, -0.5, -5e-324])
def test_a_wrong_probability_is_refused_at_a_later_call_as_in_eager_mode(wrong, backend):
    """Where its half takes no part in the loss, no nan shows that it is wrong."""
    compiled = ag.compile(ag.value_and_grad(nn.binary_cross_entropy), backend=backend)
    for x in (0.25, 0.5, 0.75):
        compiled([x, 0.5], [1.0, 0.0])
    for target in (1.0, 0.0, 0.5):
        with pytest.raises(ValueError, match=r"probabilities\[0\] must lie between 0 and 1, got"):
            compiled([wrong, 0.5], [target, 0.0])
    assert math.isnan(compiled([math.nan, 0.5], [1.0, 0.0])[0])
