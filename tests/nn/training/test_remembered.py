"""Trainings whose steps were translated before: the machine code of an equal tape serves again.

Owns that the code is the same only where the step is, and that trainings may share it.
"""

from __future__ import annotations

from threading import Thread

import pytest

import nn
import nn.training.replay.worth
from autograd import Op, Value, ops
from autograd.replay.llvm import remembered
from autograd.replay.llvm.program import Plan
from autograd.replay.tapes.phases import Outline
from autograd.replay.tapes.tape import Guard, Tape
from tests.nn.training.both_modes import NUMBERS, ROWS, SIGNS, bits, both, mlp


@pytest.fixture
def made(monkeypatch):
    """The tapes that were translated; a short training is worth a program."""
    found = []
    of = Plan.of
    monkeypatch.setattr(Plan, "of", lambda tape, *more: (found.append(tape), of(tape, *more))[1])
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 0.0)
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_SAMPLES", 0.0)
    return found


def other(seed, *sizes, **options):
    """A network as `mlp` makes it, of other weights."""
    return nn.MLP(3, list(sizes or (4, 1)), seed=seed, **{"activation": "tanh"} | options)


def test_another_model_of_the_same_sizes_needs_no_other_program(made, monkeypatch):
    both(mlp, (ROWS, NUMBERS), "mse", monkeypatch)
    n = len(made)
    assert n == 2  # 17 samples: batches of 4, and one of 1
    shifted = [[x + 0.25 for x in row] for row in ROWS], [-2.0 * y for y in NUMBERS]
    found = both(lambda: other(7), shifted, "mse", monkeypatch, lr=0.003, seed=11, epochs=7)
    assert found.n_steps
    assert len(made) == n


def test_a_model_that_is_trained_again(made):
    eager, compiled = mlp(), mlp()
    for model, mode in ((eager, False), (compiled, True)):
        for lr in (0.05, 0.02, 0.01):
            nn.fit(
                model, (ROWS, NUMBERS), "mse", lr=lr, momentum=0.5, epochs=6, seed=1,
                batch_size=17, compiled=mode, verbose=False,
            )  # fmt: skip
    assert len(made) == 1
    assert bits([p.data for p in compiled.parameters()]) == bits(
        [p.data for p in eager.parameters()]
    )


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        (lambda: other(2, activation="relu"), {}),
        (lambda: other(2, 5, 1), {}),
        (mlp, {"momentum": 0.5}),
        (mlp, {"l2": 0.01}),
        (mlp, {"l1": 0.01}),
        (mlp, {"loss": "huber"}),
        (mlp, {"loss": lambda outputs, targets: 0.5 * nn.mse_loss(outputs, targets)}),
    ],
    ids=["activation", "size", "momentum", "l2", "l1", "loss", "factor"],
)
def test_another_step_is_another_program(changed, options, made, monkeypatch):
    options = {"batch_size": 17, **options}
    loss = options.pop("loss", "mse")
    both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, batch_size=17)
    assert len(made) == 1
    assert both(changed, (ROWS, NUMBERS), loss, monkeypatch, **options).n_steps
    assert len(made) == 2


def test_a_constant_is_part_of_the_step(made, monkeypatch):
    for factor in (0.0, -0.0, 1.5, 1.5000000000000002):

        def loss(outputs, targets, factor=factor):
            return nn.mse_loss(outputs, targets) + factor * outputs[0]

        both(mlp, (ROWS, NUMBERS), loss, monkeypatch, batch_size=17)
    assert len(made) == 4


def test_a_shorter_training_is_worth_a_program_that_is_there(monkeypatch):
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 80.0)
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_SAMPLES", 1000.0)

    def n_steps(epochs, *sizes, loss="mse"):
        return both(lambda: mlp(*sizes), (ROWS, NUMBERS), loss, monkeypatch, epochs=epochs).n_steps

    # 4 batches of 4 an epoch; worth it from 223 batches on, and from 90 where it is there
    assert n_steps(30, 2, 1) == 0
    assert n_steps(60, 2, 1) > 0
    assert n_steps(30, 2, 1) > 0
    assert n_steps(30, 3, 1) == 0
    assert n_steps(30, 2, 1, loss="huber") == 0
    assert n_steps(20, 2, 1) == 0


def test_what_is_not_remembered_is_not_counted_as_if_it_were(monkeypatch):
    monkeypatch.setattr("autograd.replay.backends.has_llvm", lambda: False)
    assert both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, batch_size=17).n_steps
    assert not nn.training.replay.worth.made_lately


def test_exact_and_fast_are_two(made):
    for mode in (True, "fast", True, "fast"):
        nn.fit(
            mlp(), (ROWS, NUMBERS), "mse", lr=0.01, epochs=4, batch_size=17, compiled=mode,
            verbose=False,
        )  # fmt: skip
    assert len(made) == 2


OUTLINE = Outline(1, range(0), 1)
TAPE = Tape(
    n_inputs=3,
    constants=[0.5, -0.0],
    rows=[ops.add, ops.mul, ops.relu],
    operands=[(0, 1), (5, 3), (6,)],
    outputs=[7, 6],
    guards=[Guard("<", 0, 1, True)],
)


@pytest.mark.parametrize(
    "changed",
    [
        {"n_inputs": 2},
        {"compares": True},
        {"constants": [0.5, 0.0]},
        {"constants": [0.5]},
        {"rows": [ops.mul, ops.add, ops.relu]},
        {"rows": [ops.add, ops.mul, ops.tanh]},
        {"operands": [(1, 0), (5, 3), (6,)]},
        {"operands": [(0, 1, 5), (3,), (6,)]},
        {"outputs": [6, 7]},
        {"outputs": [7]},
        {"guards": []},
        {"guards": [Guard("<", 0, 1, False)]},
        {"guards": [Guard("<=", 0, 1, True)]},
        {"guards": [Guard("<", 1, 0, True)]},
        {"guards": [Guard("<", 0, 2, True)]},
    ],
    ids=str,
)
def test_each_part_of_a_tape_is_part_of_what_it_is_known_by(changed):
    key = remembered._key
    assert key(TAPE._replace(**changed), [2, 1], False, OUTLINE) != key(
        TAPE, [2, 1], False, OUTLINE
    )


def test_so_are_the_blocks_of_its_inputs_and_the_mode():
    key = remembered._key
    ways = [([3], False, OUTLINE), ([2, 1], False, OUTLINE), ([2, 1], True, OUTLINE)]
    ways += [([3], False, OUTLINE._replace(rates=2)), ([3], False, OUTLINE._replace(new=2))]
    found = {key(TAPE, *way) for way in ways}
    assert len(found) == 5
    assert key(TAPE._replace(), *ways[0]) in found


def test_a_program_that_calls_python_is_not_shared():
    class Made:
        n_calls_back = 1

    made = [remembered.remembered(TAPE, [3], False, OUTLINE, Made) for _ in range(2)]
    assert made[0] is not made[1]
    Made.n_calls_back = 0
    made = [remembered.remembered(TAPE, [3], False, OUTLINE, Made) for _ in range(2)]
    assert made[0] is made[1]


def test_another_way_is_another_program(made, monkeypatch):
    """The guards of two ways differ in their answers alone."""

    class Sided(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, row):
            _ = self.w > 0.0
            return self.w * row[0]

    for start in (0.5, -0.5):

        def make(start=start):
            model = Sided()
            model.w.data = start
            return model

        both(make, (ROWS, NUMBERS), "mse", monkeypatch, batch_size=17, lr=1e-4)
    assert len(made) == 2


def test_a_row_in_python_is_of_its_training(made, monkeypatch):
    """Its function may be another under the same name."""

    def loss_of(factor):
        row = Op("scaled_here", lambda x: factor * x, lambda y, x: (factor + 0.0 * x,))
        return lambda outputs, targets: row(nn.mse_loss(outputs, targets))

    for factor in (2.0, 3.0):
        loss = loss_of(factor)
        assert both(mlp, (ROWS, NUMBERS), loss, monkeypatch, batch_size=17).n_steps
    assert len(made) == 2


def test_trainings_in_threads_share_a_program(made):
    def train(seed, found):
        model = other(seed)
        nn.fit(
            model, (ROWS, SIGNS), "hinge", lr=0.01, epochs=300, batch_size=4, seed=seed,
            compiled=True, verbose=False,
        )  # fmt: skip
        found[seed] = bits([p.data for p in model.parameters()])

    expected, found = {}, {}
    for seed in range(6):
        train(seed, expected)
        remembered.forget()
    train(0, found)
    n = len(made)
    threads = [Thread(target=train, args=(seed, found)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected
    assert len(made) == n


def test_how_many_are_kept(made, monkeypatch):
    monkeypatch.setattr(remembered, "MOST_REMEMBERED", 2)
    for size in (2, 3, 2, 4, 2, 3):
        nn.fit(
            other(1, size, 1), (ROWS, NUMBERS), "mse", lr=0.01, epochs=3, batch_size=17,
            compiled=True, verbose=False,
        )  # fmt: skip
    assert len(made) == 4  # 2, 3, 4, and 3 again, which was used least lately when 4 came
    assert len(remembered._programs) == 2
