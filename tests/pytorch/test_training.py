"""Whole trainings beside PyTorch in double: the same losses and weights to 1e-9 over 50 steps.

Owns the comparison of every loss with every activation function, alone and mixed, under the options
of SGD, each step written out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

import nn
from nn import losses
from tests.pytorch.networks import ACTIVATIONS, LOSSES, Network, assert_same_weights, gap, tensor

N_STEPS = 50
X, LABELS = nn.moons(8, noise=0.1, seed=3)


@dataclass(frozen=True)
class Task:
    """What a network learns: its outputs, their activation, the targets, the loss of both."""

    n_outputs: int
    targets: list[Any]
    ours: Callable[[list[Any], list[Any]], Any]
    theirs: Callable[[Tensor, Tensor], Tensor]
    output_activation: str = "identity"


def task(
    n_outputs: int, targets: list[Any], loss: str, output_activation: str = "identity"
) -> Task:
    return Task(n_outputs, targets, losses.LOSSES[loss], LOSSES[loss], output_activation)


SIGNS = [2 * label - 1 for label in LABELS]
SMOOTH = [0.9 if label else 0.1 for label in LABELS]
ROWS = [[1.0 - t, t] for t in SMOOTH]
ONE_HOT = [[1 - label, label] for label in LABELS]
CURVE = [3.0 * a * b + a for a, b in X]


def huber(predictions: Any, targets: Any) -> Any:
    return losses.huber_loss(predictions, targets, delta=0.3)


def huber_of_pytorch(predictions: Tensor, targets: Tensor) -> Tensor:
    return functional.huber_loss(predictions, targets, delta=0.3)


TASKS = {
    "mse": task(1, CURVE, "mse"),
    "mse of rows": task(2, ROWS, "mse"),
    "l1": task(1, CURVE, "l1"),
    "huber": task(1, CURVE, "huber"),
    "huber, delta 0.3": Task(1, CURVE, huber, huber_of_pytorch),
    "hinge": task(1, SIGNS, "hinge"),
    "cross-entropy": task(2, LABELS, "cross_entropy"),
    "cross-entropy of probabilities": task(2, ROWS, "cross_entropy"),
    "logits": task(1, LABELS, "binary_cross_entropy_with_logits"),
    "logits of rows": task(2, ROWS, "binary_cross_entropy_with_logits"),
    "sigmoid and binary": task(1, LABELS, "binary_cross_entropy", "sigmoid"),
    "sigmoid and binary, soft": task(1, SMOOTH, "binary_cross_entropy", "sigmoid"),
    "softmax and mse": task(2, ONE_HOT, "mse", "softmax"),
    "softmax and binary": task(2, ONE_HOT, "binary_cross_entropy", "softmax"),
    "tanh and mse": task(1, SIGNS, "mse", "tanh"),
    "softplus and huber": task(2, ONE_HOT, "huber", "softplus"),
}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "plain": {"lr": 0.1},
    "momentum": {"lr": 0.02, "momentum": 0.9},
    "weight decay": {"lr": 0.1, "weight_decay": 1e-2},
    "dampening": {"lr": 0.05, "momentum": 0.8, "dampening": 0.3},
    "everything": {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 1e-2},
    "nesterov": {"lr": 0.02, "momentum": 0.9, "nesterov": True},
    "nesterov, decay": {"lr": 0.02, "momentum": 0.9, "weight_decay": 1e-2, "nesterov": True},
}
MIXES = [(name, name) for name in ACTIVATIONS if name != "step"]
MIXES += [
    ("tanh", "step"),  # a step of steps is often constant
    ("tanh", "relu"),
    ("relu", "sigmoid"),
    ("leaky_relu", "softmax"),
    ("softmax", "gelu"),
    ("step", "silu"),
    ("elu", "identity"),
]


def train(
    mix: tuple[str, str], learns: Task, options: dict[str, Any], l1: float = 0.0, l2: float = 0.0
) -> None:
    """Train both for 50 steps and compare each loss, and the weights at the end."""
    names = [*mix, learns.output_activation]
    model = nn.MLP(2, [5, 4, learns.n_outputs], list(mix), names[-1], seed=1337, init="xavier")
    network = Network(model, names)
    ours = nn.SGD(model.parameters(), **options)
    theirs = torch.optim.SGD(network.parameters(), **options)
    whole = learns.theirs is functional.cross_entropy and learns.targets is LABELS
    inputs = tensor(X)
    targets = torch.tensor(learns.targets, dtype=torch.int64 if whole else torch.float64)
    first_weights = tensor(model.state_dict()[f"layers.{len(mix)}.weight"])
    seen = []
    for step in range(N_STEPS):
        loss = learns.ours([model(row) for row in X], learns.targets)
        other = learns.theirs(network(inputs), targets)
        if l1:
            loss = loss + l1 * losses.l1_penalty(model.parameters())
            other = other + l1 * sum(p.abs().sum() for p in network.parameters())
        if l2:
            loss = loss + l2 * losses.l2_penalty(model.parameters())
            other = other + l2 * sum(p.square().sum() for p in network.parameters())
        ours.zero_grad()
        loss.backward()
        ours.step()
        theirs.zero_grad()
        other.backward()  # type: ignore[no-untyped-call]
        theirs.step()
        assert gap(loss.data, other) <= 1e-9, f"step {step}"
        seen.append(loss.data)
    assert_same_weights(model, network)
    assert min(seen) < seen[0]
    output_weights = model.state_dict()[f"layers.{len(mix)}.weight"]
    assert gap(output_weights, first_weights) > 1e-3  # those compared are not the first ones


# Every loss with every mix; the options of SGD take turns, and all come up with every loss.
_options = cycle(OPTIMIZERS)
RUNS = [(mix, learns, next(_options)) for learns in TASKS for mix in MIXES]


def test_every_part_is_in_a_run() -> None:
    assert ACTIVATIONS.keys() == nn.ACTIVATIONS.keys()
    assert LOSSES.keys() == losses.LOSSES.keys()
    assert {run.ours for run in TASKS.values()} >= set(losses.LOSSES.values())
    assert {(learns, optimizer) for _, learns, optimizer in RUNS} == {
        (learns, optimizer) for learns in TASKS for optimizer in OPTIMIZERS
    }


@pytest.mark.parametrize(("mix", "learns", "optimizer"), RUNS)
def test_training_follows_pytorch(mix: tuple[str, str], learns: str, optimizer: str) -> None:
    train(mix, TASKS[learns], OPTIMIZERS[optimizer])


@pytest.mark.parametrize("learns", ["mse", "hinge", "cross-entropy", "logits"])
@pytest.mark.parametrize(("l1", "l2"), [(1e-2, 0.0), (0.0, 1e-2), (3e-3, 1e-2)])
def test_penalties_follow_pytorch(learns: str, l1: float, l2: float) -> None:
    train(("tanh", "relu"), TASKS[learns], OPTIMIZERS["momentum"], l1, l2)


def test_a_different_weight_is_noticed() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    network = Network(model, ["relu", "identity"])
    assert_same_weights(model, network)
    model.parameters()[4].data += 1e-8
    with pytest.raises(AssertionError):
        assert_same_weights(model, network)
