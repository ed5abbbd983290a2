"""The orders of samples in a compiled training: those that an eager one draws.

Owns epochs that are looked at one by one, of so many samples that programs draw their orders.
"""

import random

import pytest

import nn
import nn.training.state
from tests.nn.training.both_modes import LABELS, ROWS, both, mlp

MANY = ROWS * 24  # 408
ANSWERS = LABELS * 24


@pytest.fixture
def drawn(monkeypatch):
    """How many orders were asked for together, each time."""
    asked = []
    draw = nn.training.state.draw_orders

    def noted(source, n, n_orders):
        asked.append(n_orders)
        return draw(source, n, n_orders)

    monkeypatch.setattr(nn.training.state, "draw_orders", noted)
    return asked


def test_each_epoch_that_is_looked_at_has_its_order(drawn, monkeypatch):
    options = {"epochs": 4, "batch_size": 8}
    both(lambda: mlp(2, 1), (MANY, ANSWERS), "mse", monkeypatch, **options)
    assert drawn == [1, 1, 1]  # of the first epoch, before there is a program, Python draws it


def test_a_source_of_the_users_own_is_left_to_itself(drawn):
    class Own(random.Random):
        pass

    left = []
    for compiled in (False, True):
        source = Own(3)
        options = {"epochs": 3, "batch_size": 8, "seed": source, "lr": 0.01, "compiled": compiled}
        model = mlp(2, 1)
        nn.fit(model, (MANY, ANSWERS), "mse", verbose=False, **options)
        left.append(([p.data.hex() for p in model.parameters()], source.random()))
    assert left[0] == left[1]
    assert drawn == []


REPLACED = {
    "getrandbits": lambda own: own.getrandbits,
    "_randbelow": lambda own: own._randbelow,
    "shuffle": lambda own: list.reverse,
}


@pytest.mark.parametrize("name", REPLACED)
@pytest.mark.parametrize("where", ["source", "class"])
@pytest.mark.parametrize("n_callbacks", [0, 1])
def test_a_method_that_somebody_has_replaced_is_asked(name, where, n_callbacks, monkeypatch):
    """As by who wants the same order each time, or notes what was drawn."""
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 0.0)
    left = []
    for compiled in (False, True):
        source, own = random.Random(3), random.Random(4)
        new = REPLACED[name](own)
        with monkeypatch.context() as patch:
            if where == "source":
                patch.setattr(source, name, new, raising=False)
            else:
                patch.setattr(random.Random, name, lambda self, x, new=new: new(x), raising=False)
            model = mlp(2, 1)
            options = {"epochs": 9, "batch_size": 8, "lr": 0.01, "compiled": compiled}
            callbacks = [lambda training: None] * n_callbacks
            data = MANY, ANSWERS
            nn.fit(model, data, "mse", verbose=False, seed=source, callbacks=callbacks, **options)
        left.append([p.data.hex() for p in model.parameters()])
        left.append([source.getstate(), own.getstate()])
    assert left[:2] == left[2:]


@pytest.mark.parametrize("place", ["in the orders", "after them"])
def test_whoever_interrupts_the_drawing_leaves_the_source_as_it_was(place, monkeypatch):
    """A signal's handler may raise at any moment: then the next order is not yet drawn."""

    class Timeout(BaseException):
        pass

    next_orders = nn.training.state.Training.next_orders

    def interrupted(self, n):
        if n == 1:
            return next_orders(self, n)
        if place == "after them":
            next_orders(self, n)
        else:
            self.source.random()
        raise Timeout

    source = random.Random(3)
    training = []
    with monkeypatch.context() as patch:
        patch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 0.0)
        patch.setattr(nn.training.state.Training, "next_orders", interrupted)
        begin = nn.training.state.Training.begin_epoch
        patch.setattr(
            nn.training.state.Training,
            "begin_epoch",
            lambda self, order=None: (training.append(self), begin(self, order))[1],
        )
        options = {"epochs": 90, "batch_size": 8, "lr": 0.01, "compiled": True}
        with pytest.raises(Timeout):
            nn.fit(mlp(2, 1), (MANY, ANSWERS), "mse", verbose=False, seed=source, **options)
    n_begun = training[-1].finished + bool(training[-1].order)
    alone = random.Random(3)
    for _ in range(n_begun):
        alone.shuffle([*MANY])
    assert source.getstate() == alone.getstate()


def test_a_schedule_that_raises_leaves_the_source_before_the_order(drawn, monkeypatch):
    def schedule(epoch):
        if epoch == 3:
            raise RuntimeError("no more")
        return 0.01

    options = {"epochs": 5, "batch_size": 8, "schedule": schedule}
    both(lambda: mlp(2, 1), (MANY, ANSWERS), "mse", monkeypatch, **options)
    assert drawn == []
