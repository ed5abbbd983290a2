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


def test_a_schedule_that_raises_leaves_the_source_before_the_order(drawn, monkeypatch):
    def schedule(epoch):
        if epoch == 3:
            raise RuntimeError("no more")
        return 0.01

    options = {"epochs": 5, "batch_size": 8, "schedule": schedule}
    both(lambda: mlp(2, 1), (MANY, ANSWERS), "mse", monkeypatch, **options)
    assert drawn == []
