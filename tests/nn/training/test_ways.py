"""Samples that take different ways through a model or a loss, in fit(compiled=True).

Owns when programs are made for them: none that would cost more than they save.
"""

import math
import re
from collections import Counter

import pytest

import autograd as ag
import autograd.replay.training.descent
import autograd.replay.training.proof
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


class Selected(Gate):
    """The same by an operation: both are computed."""

    def __call__(self, row):
        chosen = ag.where(row[0] > 0.0, self.left(row), self.right(row))
        return ag.where((row[0] < 0.9) & (row[1] >= -0.9), chosen, chosen * (row[1] > 0.0))


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
    for room in (autograd.replay.training.descent, autograd.replay.training.proof):
        monkeypatch.setattr(room, "perf_counter", lambda: 0.0)


def test_how_samples_go():
    every = range(len(ROWS))
    share = max(sum(LEFT), len(LEFT) - sum(LEFT)) / len(LEFT)
    assert 0.5 < share < 0.8
    for model, way in (
        (mlp(1), Ways(1.0, 1.0, True)),
        (Chosen(), Ways(1.0, 1.0, True)),
        (Gate(), Ways(1.0, share, True, 1)),
    ):
        found = descent(model).ways(every)
        assert found.n_operands > 10
        assert found._replace(n_operands=0) == way
    found = descent(Selected()).ways(every)
    assert (found.are_one, found.lasting, found.n_guards, 1.0 < found.growth < 1.5) == (
        True, True, 0, True,
    )  # fmt: skip
    found = descent(Maxout()).ways(every)
    assert (found.lasting, found.growth, 0.5 <= found.share < 1.0) == (False, 1.0, True)


# Losses in which the samples of a batch are compared with each other, or that are of a few alone


def hardest(outputs, targets):
    errors = [(o - t) ** 2 for o, t in zip(outputs, targets, strict=True)]
    return ag.mean(sorted(errors, reverse=True)[:2])


def of_the_left(outputs, targets):
    errors = [(o - t) ** 2 for o, t in zip(outputs, targets, strict=True) if t]
    return ag.sum(errors) / len(errors)  # of a sample on the right alone there is none


def of_pairs(outputs, targets):
    pairs = [(a - b) ** 2 for k, a in enumerate(outputs) for b in outputs[:k]]
    return ag.mean([*pairs, *[(o - t) ** 2 for o, t in zip(outputs, targets, strict=True)]])


def test_what_is_of_no_sample_alone_costs_more():
    alone = descent(mlp(1)).ways(range(len(ROWS)), 8)
    assert alone.between < 0.02
    found = [descent(mlp(1), loss=of_pairs).ways(range(len(ROWS)), n).between for n in (2, 4, 16)]
    assert 0.0 < found[0] < found[1] < 0.5 < found[2] < 0.9


def test_batches_are_looked_at_where_their_samples_meet():
    order = sorted(range(len(ROWS)), key=LEFT.__getitem__)  # the right ones first
    for loss, whole in ((hardest, False), (of_the_left, True)):
        steps = descent(mlp(1), loss=loss)
        found = steps.ways(range(len(ROWS)), 8)
        assert (found.meet, found.share, found.share_of_batches) == (True, 1.0, 0.0)
        found = steps.ways(range(len(ROWS)), len(ROWS))  # one batch: the same one in each epoch
        assert (found.meet, found.lasting, found.share_of_batches) == (True, whole, 1.0)
    same = [order[0], order[-1]] * 8
    found = descent(mlp(1), loss=of_the_left).ways(same, 4)
    assert (found.meet, found.lasting, found.share_of_batches) == (True, True, 1.0)
    for model in (Gate(), Chosen(), Maxout(), mlp(1)):  # what is compared is a sample's own
        assert not descent(model).ways(range(len(ROWS)), 4).meet


@pytest.mark.parametrize("loss", [hardest, of_the_left])
def test_no_program_is_made_for_batches_that_each_go_a_way_of_their_own(loss, monkeypatch):
    prices(monkeypatch, in_batches=2.0, in_samples=10.0)
    found = both(lambda: mlp(1), (ROWS, LEFT), loss, monkeypatch, batch_size=8, epochs=80)
    assert found.n_steps == 0
    (said,) = found.said
    assert said.startswith("fit: trained uncompiled: its batches take different ways through")
    assert "few batches and never pays; " in said


def test_other_surroundings_wait_as_another_way_does(monkeypatch):
    """A factor that changes in each epoch is another program in each."""
    prices(monkeypatch, in_batches=12.0, in_samples=0.0)
    factor = {"of": 1.0}

    def loss(outputs, targets):
        return factor["of"] * nn.mse_loss(outputs, targets)

    def smaller(training):
        factor["of"] = 1.0 / (1 + training.epoch)

    def fresh():
        factor["of"] = 1.0
        return mlp(1)

    options = {"batch_size": 4, "epochs": 12, "callbacks": [smaller]}
    found = both(fresh, (ROWS, LEFT), loss, monkeypatch, **options)
    # Three batches of the first epoch, and one after each twelve that find no program.
    assert 3 <= found.n_steps <= 3 + 4 * 4


def test_what_a_program_has_cost_is_known_when_another_is_to_be_made(monkeypatch):
    asked, clock = [], iter([0.0, 10.0, 20.0, 22.0, *map(float, range(100, 1000))])
    for room in (autograd.replay.training.descent, autograd.replay.training.proof):
        monkeypatch.setattr(room, "perf_counter", lambda: next(clock))
    rows = [[1.0, 0.5, 0.2], [-1.0, 0.1, 0.4]]
    model = Gate()
    steps = descent(model, rows, patience=lambda size, price: asked.append((size, price)) or 0.0)
    rates, moving = nn.SGD(model.parameters(), lr=0.1).rates, [None] * len(model.parameters())
    for order in ([0], [1], [0]):
        assert len(steps.run(order, [(1, 1)], rates, moving).costs) == 1
    assert asked == [(1, 5.0)]  # making it took 10 s, a batch in eager mode 2 s


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
        (Ways(meet=True), 4, 240 + 1000 / 7),
        (Ways(between=0.5), 4, 240 + 1000 / 7),
        (Ways(between=0.25, meet=True), 4, 320 + 1000 / 7),
        (Ways(meet=True, lasting=False), 100, 800 + 1000 / 103),
        (Ways(meet=True, share_of_batches=0.5), 4, (240 + 1000 / 7) * 2),
        (Ways(meet=True, share_of_batches=0.0), 4, math.inf),
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


@pytest.mark.parametrize("loss", ["mse", "margin"])
def test_a_model_and_a_loss_that_select_are_one_program(monkeypatch, loss):
    def margin(outputs, targets):
        pairs = zip(outputs, targets, strict=True)
        return ag.mean([ag.where(o > t, (o - t) * 3.0, ag.abs(o - t)) for o, t in pairs])

    loss = margin if loss == "margin" else loss
    found = both(Selected, (ROWS, LEFT), loss, monkeypatch, batch_size=4, epochs=10)
    assert found.n_steps == 10 * math.ceil(len(ROWS) / 4) - 1  # the first is eager mode's
    assert not found.said


def test_a_bool_that_decides_where_nobody_sees_it(monkeypatch):
    """Of one sample alone, in a batch after those with which the first program is compared."""

    def loss(outputs, targets):
        terms = []
        for o, t in zip(outputs, targets, strict=True):
            is_rare = t > 0.5
            terms.append((o - t) ** 2 * (1 + is_rare) + (o * 0.5 if is_rare is True else 0.0))
        return ag.mean(terms)

    rows = [[0.1 * k, 1.0, -0.5] for k in range(16)]
    prices(monkeypatch, in_batches=0.0, in_samples=0.0)
    for rare in (1, 6, 11, 15):
        targets = [float(k == rare) for k in range(16)]
        found = both(lambda: mlp(1), (rows, targets), loss, monkeypatch, batch_size=2, epochs=3)
        print(rare, found.n_steps, found.said)


def test_programs_that_would_serve_few_batches_are_not_made(monkeypatch):
    prices(monkeypatch, in_batches=2.0)
    found = both(Gate, (ROWS, LEFT), "mse", monkeypatch, batch_size=4, epochs=80)
    assert found.n_steps == 0
    (said,) = found.said
    assert said.startswith(f"fit: trained uncompiled: {TOO_FEW}")
    assert "choose by where(x > 0, a, b), maximum()" in said
    assert re.search(r"few batches and would pay from [\d,]+ batches on; ", said)
    assert "few batches and never pays; " in too_many_ways_to_pay(math.inf, "samples", Counter())
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
    steps = descent(model, rows, patience=lambda size, price: {1: 3.0}[size])
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
    assert found.patience(1, 0.0) == 330.0
    assert found.patience(1, 500.0) == 500.0  # what the last one took
    training.epochs = 100
    assert worth.Worth(training, "exact").patience(1, 1e9) == 3300.0
    training.epochs = 10
    training.finished = 7
    assert found.patience(1, 0.0) == math.inf


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
    calls, moved = [], gather._move_by_lists
    monkeypatch.setattr(gather, "MOST_WRITTEN", most_written)
    monkeypatch.setattr(
        gather, "_move_by_lists", lambda code, moves: calls.append(len(moves)) or moved(code, moves)
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
