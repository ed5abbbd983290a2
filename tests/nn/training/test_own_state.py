"""Optimisers of one's own: a training that is resumed has their state, too."""

import json
import math
from collections import Counter

import pytest

import nn
from nn.safetensors import from_bytes
from nn.training.checkpoint import Checkpoint, read_checkpoint

X, Y = nn.moons(24, noise=0.1, seed=0)


class Adam(nn.SGD):
    """Kingma and Ba 2015, its state in lists, and in dicts by parameter."""

    def __init__(self, parameters, lr, beta=(0.9, 0.999)):
        super().__init__(parameters, lr)
        self.betas, self.t = beta, 0
        self.first = [0.0] * len(self.parameters)
        self.second = dict.fromkeys(self.parameters, 0.0)
        self.told = {"steps": {"of": None}, 7: [True, (0.5,)]}
        self.rule = max  # what can be called is no state

    def step(self):
        self.t += 1
        self.told["steps"]["of"] = f"step {self.t}"
        b1, b2 = self.betas
        for i, p in enumerate(self.parameters):
            self.first[i] = b1 * self.first[i] + (1 - b1) * p.grad
            self.second[p] = b2 * self.second[p] + (1 - b2) * p.grad**2
            m, v = self.first[i] / (1 - b1**self.t), self.second[p] / (1 - b2**self.t)
            p.data -= self.lr * m / (math.sqrt(v) + 1e-8)


def trained(epochs, kind=Adam, **options):
    model = nn.MLP(2, [4, 2], activation="tanh", seed=0)
    optimizer = kind(model.parameters(), lr=0.05)
    options = {"batch_size": 8, "seed": 1, "verbose": False} | options
    history = nn.fit(model, (X, Y), "cross_entropy", optimizer, epochs=epochs, **options)
    return history, optimizer, [p.data for p in model.parameters()]


@pytest.mark.parametrize("from_file", [True, False])
def test_a_resumed_training_goes_on_to_the_bit(tmp_path, from_file):
    path = tmp_path / "training.checkpoint"
    history, _, _ = trained(3, checkpoint=path)
    whole, right, weights = trained(7)
    again, found, resumed = trained(7, resume=path if from_file else history)
    assert resumed == weights
    assert again.rows == whole.rows
    assert (found.t, found.first, found.told) == (21, right.first, right.told)
    assert [*found.second] == found.parameters
    assert [*found.second.values()] == [*right.second.values()]
    assert read_checkpoint(path).own.keys() == {"betas", "t", "first", "second", "told"}


class Slower(nn.SGD):
    """Its state in slots, one of them private."""

    __slots__ = ("__told", "n_steps")

    def __init__(self, parameters, lr):
        super().__init__(parameters, lr)
        self.n_steps, self.__told = 0, Counter()

    def step(self):
        self.n_steps += 1
        self.__told["steps"] += 1
        for p in self.parameters:
            p.data -= self.lr / self.n_steps * p.grad


def test_what_stands_in_slots_is_kept_or_said_to_be_lost(tmp_path):
    path = tmp_path / "training.checkpoint"
    trained(3, Slower, checkpoint=path)
    _, _, weights = trained(7, Slower)
    with pytest.warns(RuntimeWarning, match="resumed without _Slower__told of Slower"):
        _, optimizer, resumed = trained(7, Slower, resume=path)
    assert (optimizer.n_steps, resumed) == (21, weights)


def test_what_a_checkpoint_cannot_keep_is_said(tmp_path):
    class Counting(nn.SGD):
        def __init__(self, parameters, lr):
            super().__init__(parameters, lr)
            self.n_steps, self.seen, self.pairs = 0, Counter(), {1.0, 2.0}

        def step(self):
            self.seen["steps"] += 1
            super().step()

    path = tmp_path / "training.checkpoint"
    trained(2, Counting, checkpoint=path)
    with pytest.warns(RuntimeWarning, match="resumed without seen, pairs of Counting"):
        _, optimizer, _ = trained(3, Counting, resume=path)
    assert optimizer.seen == {"steps": 3}  # of this process alone


def test_a_file_sets_nothing_that_the_class_has():
    history, _, _ = trained(2)
    history.checkpoint.own.update({"step": 1, "__class__": "x", "new": 3.0})
    _, optimizer, _ = trained(3, resume=history)
    assert (optimizer.t, optimizer.new, type(optimizer)) == (9, 3.0, Adam)


def test_plain_sgd_keeps_no_more_than_before():
    history, _, _ = trained(2, nn.SGD)
    assert history.checkpoint.own == {}


@pytest.mark.parametrize(
    "own",
    [
        [], {"a b": 1}, {"parameters": 1}, {"_lr": 2.0}, {"t": [1]}, {"t": {}}, {"t": {"set": []}},
        {"t": {"list": 3}}, {"t": {"dict": [[{"parameter": 99}, 1]]}}, {"t": {"parameter": 0}},
        {"t": {"dict": [[None, 1]]}}, {"t": {"list": [], "dict": []}}, {"t": {"dict": [["a"]]}},
    ],
)  # fmt: skip
def test_a_damaged_state_is_refused(own):
    history, _, _ = trained(2)
    metadata, tensors = from_bytes(history.checkpoint.to_bytes())
    assert Checkpoint.of(metadata, tensors) == history.checkpoint
    state = json.loads(metadata["training"]) | {"own": own}
    with pytest.raises(ValueError, match=r"^damaged: "):
        Checkpoint.of(metadata | {"training": json.dumps(state)}, tensors)


@pytest.mark.parametrize("name", ["lr", "momentum", "dampening", "weight_decay"])
def test_a_rate_that_is_none_is_refused_when_it_is_assigned(name):
    optimizer = nn.SGD(nn.Neuron(2).parameters(), lr=0.1)
    setattr(optimizer, name, 0.25)
    for bad in (-1.0, math.nan, math.inf, "0.1", None):
        with pytest.raises((ValueError, TypeError), match=f"SGD: {name}"):
            setattr(optimizer, name, bad)
    assert getattr(optimizer, name) == 0.25
