"""fit(compiled=True) where model, loss and callbacks hold the training itself, or parts of it.

Owns the optimiser, the training and its history in the hands of a loss; callbacks that are made
while the program runs; containers of the standard library that a loss fills; and what a model
returns that is no list of numbers made of its parameters.
"""

import queue
import random
from collections import OrderedDict

import numpy as np
import pytest

import nn
from nn.training.replay.put_back import set_names
from nn.training.replay.reach import ModelKey
from tests.nn.training.both_modes import CLASSES, NUMBERS, ROWS, SIGNS, both, mlp


def _with_optimizer(made, **rates):
    def make():
        made["model"] = model = mlp()
        made["optimizer"] = nn.SGD(model.parameters(), lr=0.05, **rates)
        return model, {"optimizer": made["optimizer"]}

    return make


def test_a_loss_that_changes_the_learning_rate(monkeypatch):
    made = {}

    def loss(outputs, targets):
        made["optimizer"].lr *= 0.99
        return nn.mse_loss(outputs, targets)

    found = both(_with_optimizer(made), (ROWS, NUMBERS), loss, monkeypatch)
    assert found.n_steps == 0
    assert len(found.said) == 1


def test_a_loss_that_reads_the_learning_rate(monkeypatch):
    made = {}

    def loss(outputs, targets):
        return nn.mse_loss(outputs, targets) * (20.0 * made["optimizer"].lr)

    make = _with_optimizer(made, momentum=0.5)
    assert both(make, (ROWS, NUMBERS), loss, monkeypatch).n_steps > 0
    both(make, (ROWS, NUMBERS), loss, monkeypatch, schedule=lambda epoch: 0.05 / epoch)


class _Keeps(nn.Callback):
    def on_train_begin(self, training):
        self.training = training


@pytest.mark.parametrize("of", [lambda t: t.epoch, lambda t: 1 + len(t.history)])
def test_a_loss_that_reads_the_epoch(of, monkeypatch):
    kept = _Keeps()

    def loss(outputs, targets):
        return nn.mse_loss(outputs, targets) * (1.0 / of(kept.training))

    both(mlp, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[kept])


class _Trainer:
    """What holds a model, its optimiser and its loss, and asks the loss for nothing else."""

    def __init__(self):
        self.model = mlp()
        self.optimizer = nn.SGD(self.model.parameters(), lr=0.05, momentum=0.9)

    def loss(self, outputs, targets):
        return nn.mse_loss(outputs, targets)

    def by_hand(self):
        self.optimizer.step()
        return self.optimizer.lr


def test_a_trainer_that_holds_its_optimizer_is_compiled(monkeypatch):
    trainers = []

    def make():
        trainers.append(_Trainer())
        return trainers[-1].model, {"optimizer": trainers[-1].optimizer}

    def loss(outputs, targets):
        return trainers[-1].loss(outputs, targets)

    found = both(make, (ROWS, NUMBERS), loss, monkeypatch)
    assert found.n_steps > 0
    assert found.said == []


def test_velocities_count_where_they_are_named():
    optimizer = nn.SGD(mlp().parameters(), lr=0.05, momentum=0.9)

    def rate():
        return optimizer.lr

    def velocity():
        return optimizer.velocities[0]

    before = ModelKey([rate]), ModelKey([velocity])
    optimizer.velocities = [1.0] * len(optimizer.velocities)
    assert ModelKey([rate]) == before[0]
    assert ModelKey([velocity]) != before[1]
    optimizer.lr = 0.5
    assert ModelKey([rate]) != before[0]


def test_a_callback_set_on_an_object_is_called_after_each_batch(monkeypatch):
    def make():
        callback = nn.Callback()

        def after(training):
            training.optimizer.lr *= 0.99

        callback.on_batch_end = after
        return mlp(), {"callbacks": [callback]}

    both(make, (ROWS, SIGNS), "hinge", monkeypatch)


@pytest.mark.parametrize("kind", [queue.Queue, queue.LifoQueue, queue.PriorityQueue])
def test_a_loss_that_fills_a_queue(kind, monkeypatch):
    filled = []

    def make():
        filled.append(kind())
        return mlp()

    def loss(outputs, targets):
        filled[-1].put(len(outputs))
        return nn.mse_loss(outputs, targets)

    both(make, (ROWS, NUMBERS), loss, monkeypatch)
    assert filled[0].qsize() == filled[1].qsize()


def test_a_loss_that_keeps_the_last_ones_in_an_ordered_dict(monkeypatch):
    kept = []

    def make():
        kept.append(OrderedDict({0: 0}))
        return mlp()

    def loss(outputs, targets):
        last = kept[-1]
        last[1 + max(last)] = len(outputs)
        if len(last) > 3:
            last.popitem(last=False)
        return nn.mse_loss(outputs, targets)

    both(make, (ROWS, NUMBERS), loss, monkeypatch)
    assert [*kept[0].items()] == [*kept[1].items()]


@pytest.mark.parametrize("kind", [dict, OrderedDict])
@pytest.mark.parametrize("now", ["", "ab", "ba", "abc", "cab", "b", "c", "cb", "bca"])
@pytest.mark.parametrize("before", ["", "ab", "a"])
def test_names_are_put_back_in_their_order(kind, now, before):
    names = kind.fromkeys(now, 1)
    set_names(names, dict.fromkeys(before, 2))
    assert [*names.items()] == [(name, 2) for name in before]
    assert [*reversed(names)] == [*before[::-1]]
    assert len(names) == len(before)


class _OnItsWay(nn.Module):
    """Does something of its own for some rows that are held out, not for the first one."""

    def __init__(self, does):
        self.neuron, self.does, self.seen = nn.Neuron(3, "tanh", seed=1), does, []

    def __call__(self, row):
        found = self.neuron(row)
        return self.does(self, found) if not self.training and row[0] > 0.5 else found


def _append(model, found):
    model.seen.append(1.0)
    return found


@pytest.mark.parametrize(
    "does",
    [
        lambda _, found: found + 0.01 * random.random(),
        lambda _, found: (random.random(), found)[1],
        _append,
    ],
)
def test_what_later_rows_do_in_validation(does, monkeypatch):
    held_out = sorted(ROWS)[:1] + sorted(ROWS)[-3:]
    models, after = [], []

    def make():
        random.seed(5)
        models.append(_OnItsWay(does))
        return models[-1]

    def see(training):
        after.append(random.random())

    both(
        make, (ROWS, SIGNS), "hinge", monkeypatch,
        validation=(held_out, [1, -1, 1, -1]), callbacks=[see],
    )  # fmt: skip
    assert models[0].seen == models[1].seen
    assert after[: len(after) // 2] == after[len(after) // 2 :]


class _Array(nn.Module):
    def __init__(self):
        self.layer = nn.Layer(3, 3, "tanh", seed=1)

    def __call__(self, row):
        return np.array(self.layer(row))


def test_an_array_of_scores_of_classes(monkeypatch):
    def loss(outputs, targets):
        return nn.cross_entropy([list(row) for row in outputs], targets)

    found = both(_Array, (ROWS, CLASSES), loss, monkeypatch, validation=0.25)
    assert found.n_steps > 0


class _WithParameter(nn.Module):
    """Of two scores the second one is a parameter."""

    def __init__(self):
        self.layer, self.score = nn.Layer(3, 1, "tanh", seed=1), nn.Neuron(1, seed=2).bias

    def __call__(self, row):
        return [*self.layer(row), self.score]


def test_a_parameter_among_the_outputs_is_counted_as_it_was(monkeypatch):
    labels = [int(sign > 0) for sign in SIGNS]
    found = both(_WithParameter, (ROWS, labels), "cross_entropy", monkeypatch, lr=0.5)
    assert found.n_steps > 0


def test_a_loss_that_empties_its_lists(monkeypatch):
    def loss(outputs, targets):
        total = 0.0
        while outputs:
            total = total + (outputs.pop() - targets.pop()) ** 2
        return total

    both(mlp, (ROWS, NUMBERS), loss, monkeypatch, lr=0.001)


class _OwnSGD(nn.SGD):
    factor = 1.0


class _OwnQueue(queue.Queue):
    factor = 1.0


@pytest.mark.parametrize(
    "make", [lambda: _OwnSGD(mlp().parameters(), lr=0.1), _OwnQueue], ids=["optimizer", "queue"]
)
def test_the_class_of_ones_own_is_looked_at(make, monkeypatch):
    thing = make()

    def loss():
        return thing.factor

    before = ModelKey([loss])
    assert ModelKey([loss]) == before
    monkeypatch.setattr(type(thing), "factor", 2.0)
    assert ModelKey([loss]) != before
