"""`nn.fit`, the loop itself, beside PyTorch: the same history and weights to 1e-9.

Owns the comparison of what fit adds to a written-out step: order and batches, the mean over an
epoch, penalties, the learning rate's schedule, the measure on validation data.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

import nn
from tests.pytorch.networks import LOSSES, Network, assert_same_weights, gap, tensor

EPOCHS = 15
X, LABELS = nn.moons(30, noise=0.1, seed=5)
X_VAL, LABELS_VAL = nn.moons(10, noise=0.1, seed=6)


@dataclass
class Run:
    """A training by PyTorch: as `fit` promises to do it."""

    network: Network
    loss: Callable[[Tensor, Tensor], Tensor]
    targets: Tensor
    options: dict[str, Any]
    batch_size: int
    l1: float = 0.0
    l2: float = 0.0
    schedule: Callable[[int], float] | None = None
    losses: list[float] = field(default_factory=list)
    losses_val: list[float] = field(default_factory=list)

    def cost(self, outputs: Tensor, targets: Tensor) -> Tensor:
        cost = self.loss(outputs, targets)
        for parameter in self.network.parameters():
            cost = cost + self.l1 * parameter.abs().sum() + self.l2 * parameter.square().sum()
        return cost

    def train(self, seed: int, targets_val: Tensor) -> None:
        optimizer = torch.optim.SGD(self.network.parameters(), **self.options)
        source = random.Random(seed)
        for epoch in range(1, EPOCHS + 1):
            if self.schedule is not None:
                optimizer.param_groups[0]["lr"] = self.schedule(epoch)
            order = list(range(len(X)))
            source.shuffle(order)
            total = 0.0
            for batch in torch.split(torch.tensor(order), self.batch_size):
                cost = self.cost(self.network(tensor(X)[batch]), self.targets[batch])
                optimizer.zero_grad()
                cost.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                total += cost.item() * len(batch)
            self.losses.append(total / len(X))
            self.losses_val.append(self.cost(self.network(tensor(X_VAL)), targets_val).item())


def compare(
    loss: str,
    activations: list[str],
    options: dict[str, Any],
    batch_size: int | None = 8,
    targets: Callable[[list[int]], list[Any]] = list,
    validate: bool = True,
    **extras: Any,
) -> None:
    n_outputs = 2 if loss == "cross_entropy" else 1
    *hidden, output = activations
    model = nn.MLP(2, [6, 4, n_outputs], hidden, output, seed=7, init="xavier")
    network = Network(model, activations)
    dtype = torch.int64 if loss == "cross_entropy" else torch.float64
    y, y_val = targets(LABELS), targets(LABELS_VAL)
    theirs = Run(
        network,
        LOSSES[loss],
        torch.tensor(y, dtype=dtype),
        options,
        batch_size or len(X),
        **extras,
    )
    theirs.train(11, torch.tensor(y_val, dtype=dtype))
    validation = {"validation": (X_VAL, y_val)} if validate else {}
    optimizer: Any = "sgd"
    history = nn.fit(
        model, (X, y), loss, optimizer, EPOCHS, batch_size, 11, False,
        **validation, **options, **extras,
    )  # fmt: skip
    assert gap(history["loss"], theirs.losses) <= 1e-9
    if validate:
        assert gap(history["val_loss"], theirs.losses_val) <= 1e-9
    assert_same_weights(model, network)
    assert history["loss"][-1] < history["loss"][0]


def signs(labels: list[int]) -> list[Any]:
    return [2 * label - 1 for label in labels]


PLAIN, MOMENTUM = {"lr": 0.1}, {"lr": 0.05, "momentum": 0.9}
EVERYTHING = {"lr": 0.05, "momentum": 0.8, "dampening": 0.2, "weight_decay": 1e-3}
NESTEROV = {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3, "nesterov": True}


@pytest.mark.parametrize("batch_size", [None, 8, 7, 1])
def test_gradient_descent_mini_batches_and_single_samples(batch_size: int | None) -> None:
    # A rate at which even single samples converge: elsewhere rounding errors grow without end.
    options = {"lr": 0.01, "momentum": 0.9}
    compare("cross_entropy", ["tanh", "tanh", "identity"], options, batch_size)


@pytest.mark.parametrize(
    ("loss", "activations", "targets"),
    [
        ("mse", ["relu", "tanh", "identity"], signs),
        ("l1", ["softplus", "gelu", "identity"], signs),
        ("huber", ["silu", "elu", "identity"], signs),
        ("hinge", ["leaky_relu", "relu", "identity"], signs),
        ("cross_entropy", ["sigmoid", "softmax", "identity"], list),
        ("binary_cross_entropy", ["tanh", "relu", "sigmoid"], list),
        ("binary_cross_entropy_with_logits", ["tanh", "silu", "identity"], list),
    ],
)
@pytest.mark.parametrize("options", [PLAIN, EVERYTHING, NESTEROV], ids=str)
def test_every_loss(
    loss: str,
    activations: list[str],
    targets: Callable[[list[int]], list[Any]],
    options: dict[str, Any],
) -> None:
    compare(loss, activations, options, targets=targets)


@pytest.mark.parametrize(("l1", "l2"), [(1e-3, 0.0), (0.0, 1e-2), (1e-3, 1e-2)])
def test_penalties(l1: float, l2: float) -> None:
    compare("cross_entropy", ["tanh", "relu", "identity"], MOMENTUM, l1=l1, l2=l2)


def test_a_schedule() -> None:
    compare(
        "binary_cross_entropy_with_logits",
        ["tanh", "tanh", "identity"],
        MOMENTUM,
        schedule=lambda epoch: 0.1 * 0.8**epoch,
    )


def test_an_optimiser_made_beforehand() -> None:
    model = nn.MLP(2, [8, 2], activation="tanh", seed=7)
    network = Network(model, ["tanh", "identity"])
    optimizer = nn.SGD(model.parameters(), **MOMENTUM)
    history = nn.fit(model, (X, LABELS), nn.cross_entropy, optimizer, EPOCHS, 7, 11, verbose=False)
    theirs = Run(network, functional.cross_entropy, torch.tensor(LABELS), MOMENTUM, 7)
    theirs.train(11, torch.tensor(LABELS_VAL))
    assert gap(history["loss"], theirs.losses) <= 1e-9
    assert_same_weights(model, network)
