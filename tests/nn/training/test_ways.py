"""Samples that take different ways through a model or a loss, in fit(compiled=True).

Owns when programs are made for them: none that would cost more than they save.
"""

import math
import re

import pytest

import autograd as ag
import nn
import nn.training.replay.worth as worth
from autograd.replay import Descent, Ways, too_many_ways_to_pay
from autograd.replay.llvm import remembered
from autograd.replay.llvm.samples import gather
from nn.optim import sgd_update
from tests.nn.training.both_modes import ROWS, both, mlp, train

LEFT = [float(row[0] > 0.0) for row in ROWS]  # which way a sample goes
TOO_FEW = "its samples take different ways through the model or the loss"


class Gate(nn.Module):
    """One network for samples on the left, another for those on the right."""

    def __init__(self):
        self.left, self.right = mlp(2, 1), mlp(3, 1)

    def __call__(self, row):
        return self.left(row) if row[0] > 0.0 else self.right(row)


class Maxout(nn.Module):
    """The larger of two numbers, by Python's max: which one, the weights decide, too."""

    def __init__(self):
        self.net = mlp(2)

    def __call__(self, row):
        return max(self.net(row))


class Chosen(nn.Module):
    """The same by an operation."""

    def __init__(self):
        self.net = mlp(2)

    def __call__(self, row):
        return ag.maximum(*self.net(row))


class Twins(nn.Module):
    """Two networks of one shape, one for each side."""

    def __init__(self):
        self.nets = [mlp(5, 1), nn.MLP(3, [5, 1], activation="tanh", seed=7)]

    def __call__(self, row):
        return self.nets[row[0] > 0.0](row)


def descent(model, rows=ROWS, loss=nn.mse_loss, **options):
    def cost(rows, targets):
        outputs = [model(row) for row in rows]
        return loss(outputs, targets), outputs

    def update(weight, gradient, velocity, rates):
        return sgd_update(weight, gradient, velocity, *rates)

    return Descent(cost, model.parameters(), update, rows, LEFT[: len(rows)], **options)


def prices(monkeypatch, in_batches=80.0, in_samples=1000.0):
    monkeypatch.setattr(worth, "PRICE_IN_BATCHES", in_batches)
    monkeypatch.setattr(worth, "PRICE_IN_SAMPLES", in_samples)


def test_how_samples_go():
    every = range(len(ROWS))
    share = max(sum(LEFT), len(LEFT) - sum(LEFT)) / len(LEFT)
    assert 0.5 < share < 0.8
    assert descent(mlp(1)).ways(every) == Ways(1.0, 1.0, True)
    assert descent(Chosen()).ways(every) == Ways(1.0, 1.0, True)
    assert descent(Gate()).ways(every) == Ways(1.0, share, True)
    found = descent(Maxout()).ways(every)
    assert (found.lasting, found.growth, 0.5 <= found.share < 1.0) == (False, 1.0, True)


def test_few_of_many_samples_are_looked_at():
    seen = []

    def model(row):
        seen.append(row)
        return weight * row[0]

    weight = ag.Value(0.5)
    model.parameters = lambda: [weight]
    rows = [[0.1 * i, 1.0] for i in range(1000)]
    steps = Descent(
        lambda rows, targets: (nn.mse_loss([*map(model, rows)], targets), []),
        [weight], lambda *x: x, rows, [0.0] * len(rows),
    )  # fmt: skip
    assert steps.ways(range(1000)).are_one
    assert 30 < len(seen) < 40
    assert steps.ways([7]).are_one


def test_what_raises_an_error_is_met_when_a_batch_is_run():
    def fails(row):
        raise ZeroDivisionError

    fails.parameters = lambda: [ag.Value(0.5)]
    assert descent(fails).ways(range(5)) == Ways()


class Training:
    """What `Worth` reads of a training."""

    def __init__(self, n, batch_size, epochs):
        self.rows, self.batch_size, self.epochs = [[0.0]] * n, batch_size, epochs
        self.finished, self.position, self.order = 0, 0, list(range(n))
        self.model, self.cost = mlp(1), nn.training.cost.Cost("mse", [], 0.0, 0.0)
        self.optimizer = nn.SGD(self.model.parameters(), lr=0.1)


@pytest.mark.parametrize(
    ("ways", "size", "least"),
    [
        (Ways(), 100, 80 + 1000 / 103),
        (Ways(), 4, 80 + 1000 / 7),
        (Ways(2.5), 100, (80 + 1000 / 103) * 4),
        (Ways(1.0, 0.5, True), 1, 330 * 2),  # each program serves half of the samples
        (Ways(1.0, 0.5, True), 4, (800 + 1000 / 7) * 16),
        (Ways(1.0, 0.5, True), 100, 800 + 1000 / 103),  # all samples: one way in every epoch
        (Ways(1.0, 0.5, False), 100, (800 + 1000 / 103) * 2),
        (Ways(1.0, 1 / 32, True), 400, math.inf),  # of 1,000: 32 ** -400 is no double
    ],
)
def test_how_many_batches_a_program_needs(ways, size, least, monkeypatch):
    prices(monkeypatch)
    n = 1000 if size == 400 else 100
    found = worth.Worth(Training(n, size, 10_000), "exact")
    found.reckon_with(ways)
    assert found.least(size) == pytest.approx(least)
    for epochs in (100, 1000, 10_000):
        found = worth.Worth(Training(n, size, epochs), "exact")
        found.reckon_with(ways)
        assert found.pays(size) == (epochs * (n // size) >= least)


def test_programs_that_would_serve_few_batches_are_not_made(monkeypatch):
    prices(monkeypatch, in_batches=2.0)
    found = both(Gate, (ROWS, LEFT), "mse", monkeypatch, batch_size=4, epochs=80)
    assert found.n_steps == 0
    (said,) = found.said
    assert said.startswith(f"fit: trained uncompiled: {TOO_FEW}")
    assert "choose by where(relu(x), a, b), maximum()" in said
    assert re.search(r"few batches and would pay from [\d,]+ batches on; ", said)
    assert "few batches and never pays; " in too_many_ways_to_pay(math.inf)
    # One batch of all samples takes one way: the same in every epoch.
    found = both(Gate, (ROWS, LEFT), "mse", monkeypatch, batch_size=17, epochs=80)
    assert (found.n_steps, found.said) == (80 - 1, [])  # the first batch is eager
    for model in (Chosen, lambda: mlp(1)):
        found = both(model, (ROWS, LEFT), "mse", monkeypatch, batch_size=4, epochs=80)
        assert (found.n_steps, found.said) == (80 * 4 - 1, [])  # nor do the last ones of one pay


def test_a_short_training_says_nothing(monkeypatch):
    prices(monkeypatch)
    found = both(Gate, (ROWS, LEFT), "mse", monkeypatch, batch_size=4, epochs=10)
    assert (found.n_steps, found.said) == (0, [])


def test_another_way_waits_until_as_many_batches_have_missed_it_as_its_program_costs(monkeypatch):
    rows = [[1.0, 0.5, 0.2], [-1.0, 0.1, 0.4]]
    model = Gate()
    left, right = ([0], [(1, 1)]), ([1], [(1, 1)])
    steps = descent(model, rows, patience=lambda size: {1: 3.0}[size])
    moving = [None] * len(model.parameters())

    def runs(order, sizes):
        rates = nn.SGD(model.parameters(), lr=0.1).rates
        return len(steps.run(order, sizes, rates, moving).costs)

    assert runs(*left) == 1
    assert [runs(*right) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert [runs(*left), runs(*right)] == [1, 1]


def test_there_is_no_other_way_where_too_few_batches_are_left(monkeypatch):
    prices(monkeypatch)
    training = Training(100, 1, 10)
    found = worth.Worth(training, "exact")
    assert found.patience(1) == 330.0
    training.finished = 7
    assert found.patience(1) == math.inf


def test_a_way_that_comes_back_is_served_with_eagers_bits(monkeypatch):
    """Single samples, two ways: the second program is made amid the training."""
    prices(monkeypatch, in_batches=5.0, in_samples=20.0)
    found = both(Gate, (ROWS, LEFT), "mse", monkeypatch, batch_size=1, epochs=20)
    assert found.said == []
    assert found.n_steps == 20 * 17 - 1 - 10  # the first, and those that have missed


@pytest.mark.parametrize("compiled", [True, "fast"])
@pytest.mark.parametrize("most_written", [0, 10**6])
def test_numbers_that_differ_without_order_are_brought_together(
    compiled, most_written, monkeypatch
):
    """Each sample reads the weights of its own network: by lists and loops, or one by one."""
    remembered.forget()
    calls, moved = [], gather._moved_by_list
    monkeypatch.setattr(gather, "MOST_WRITTEN", most_written)
    monkeypatch.setattr(
        gather, "_moved_by_list", lambda code, moves: calls.append(len(moves)) or moved(code, moves)
    )
    options = {"batch_size": 16, "epochs": 20, "momentum": 0.5}
    data = ROWS[:16], LEFT[:16]
    found = [train(c, Twins, data, "mse", monkeypatch, **options) for c in (False, compiled)]
    assert found[1].n_steps == 19
    assert bool(calls) == (most_written == 0)
    if compiled is True:
        assert dict(found[0]) == dict(found[1])
    else:
        losses = [[float.fromhex(row["loss"]) for row in one["rows"]] for one in found]
        assert losses[0] == pytest.approx(losses[1], rel=1e-9)
