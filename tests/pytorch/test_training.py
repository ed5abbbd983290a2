"""Training beside PyTorch in double: the same network, weights and data give the same numbers.

Owns the comparison of whole training runs (losses and final weights to 1e-9 over 50 steps), of
each loss and of SGD by itself (1e-11).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

import autograd as ag
import nn
from autograd import Value

N_STEPS = 50
L2 = 1e-4  # the strength of the penalty in micrograd's demo


def tensor(numbers: Any, requires_grad: bool = False) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=requires_grad)


def pytorch_hinge(scores: Tensor, signs: Tensor) -> Tensor:
    return torch.relu(1.0 - signs * scores).mean()


def gap(ours: Any, theirs: Any) -> float:
    """The largest difference, each relative to PyTorch's number or to 1 if that is smaller."""
    a, b = tensor(ours), torch.as_tensor(theirs, dtype=torch.float64).detach()
    assert a.shape == b.shape
    assert torch.isfinite(a).all()
    return float(((a - b).abs() / b.abs().clamp(min=1.0)).max())


# A network, copied to PyTorch.


class Network(torch.nn.Module):
    """PyTorch's counterpart of an `nn.MLP`, with its weights, under the same names."""

    def __init__(self, model: nn.MLP, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.activation = activation
        self.layers = torch.nn.ModuleList(
            torch.nn.Linear(layer.n_inputs, layer.n_outputs, dtype=torch.float64)
            for layer in model.layers
        )
        self.load_state_dict({name: tensor(x) for name, x in model.state_dict().items()})

    def forward(self, inputs: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            inputs = self.activation(layer(inputs))
        outputs: Tensor = self.layers[-1](inputs)
        return outputs.squeeze(-1)  # one output: a vector with one score for each sample


def assert_same_weights(model: nn.MLP, network: Network) -> None:
    ours, theirs = model.state_dict(), network.state_dict()
    assert list(ours) == list(theirs)
    for name, numbers in ours.items():
        assert gap(numbers, theirs[name]) <= 1e-9, name


@dataclass(frozen=True)
class Task:
    """What the network learns: its outputs, targets for both, and the loss of both."""

    n_outputs: int
    targets: Callable[[list[int]], list[Any]]
    dtype: torch.dtype
    loss: Callable[[list[Any], list[Any]], Any]
    pytorch_loss: Callable[[Tensor, Tensor], Tensor]
    penalty: float = 0.0


def signs(labels: list[int]) -> list[Any]:
    return [2 * label - 1 for label in labels]


def probabilities(labels: list[int]) -> list[Any]:
    return [[0.9, 0.1] if label == 0 else [0.1, 0.9] for label in labels]


TASKS = {
    "hinge and L2": Task(1, signs, torch.float64, nn.hinge_loss, pytorch_hinge, L2),
    "mse": Task(1, signs, torch.float64, nn.mse_loss, functional.mse_loss),
    "cross-entropy": Task(2, list, torch.int64, nn.cross_entropy, functional.cross_entropy),
    "soft cross-entropy": Task(
        2, probabilities, torch.float64, nn.cross_entropy, functional.cross_entropy
    ),
}
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "plain": {"lr": 0.1},
    "momentum": {"lr": 0.02, "momentum": 0.9},
    "weight decay": {"lr": 0.1, "weight_decay": 1e-3},
    "everything": {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 1e-3},
    "nesterov": {"lr": 0.02, "momentum": 0.9, "weight_decay": 1e-3, "nesterov": True},
}


RUNS = [
    *product(ACTIVATIONS, ("hinge and L2", "mse", "cross-entropy"), tuple(OPTIMIZERS)[:3]),
    ("relu", "soft cross-entropy", "plain"),
    ("tanh", "mse", "everything"),
    ("relu", "cross-entropy", "nesterov"),
]


@pytest.mark.parametrize(("activation", "learns", "optimizer"), RUNS)
def test_training_follows_pytorch(activation: str, learns: str, optimizer: str) -> None:
    task, options = TASKS[learns], OPTIMIZERS[optimizer]
    X, labels = nn.moons(30, noise=0.1, seed=3)
    y = task.targets(labels)
    model = nn.MLP(2, [16, 16, task.n_outputs], activation=activation, seed=1337)
    network = Network(model, ACTIVATIONS[activation])
    ours = nn.SGD(model.parameters(), **options)
    theirs = torch.optim.SGD(network.parameters(), **options)
    inputs, targets = tensor(X), torch.tensor(y, dtype=task.dtype)
    first = 0.0
    for step in range(N_STEPS):
        loss = task.loss([model(row) for row in X], y)
        if task.penalty:
            loss = loss + task.penalty * ag.sum([p * p for p in model.parameters()])
        ours.zero_grad()
        loss.backward()
        ours.step()
        other = task.pytorch_loss(network(inputs), targets)
        if task.penalty:
            squares = [(p * p).sum() for p in network.parameters()]
            other = other + task.penalty * torch.stack(squares).sum()
        theirs.zero_grad()
        other.backward()  # type: ignore[no-untyped-call]
        theirs.step()
        assert gap(loss.data, other) <= 1e-9, f"step {step}"
        first = first or loss.data
    assert loss.data < 0.7 * first  # it has learnt: the weights compared are not the first ones
    assert_same_weights(model, network)


@pytest.mark.parametrize("batch_size", [None, 8, 7, 1])
def test_fit_follows_pytorch(batch_size: int | None) -> None:
    X, y = nn.moons(30, noise=0.1, seed=5)
    model = nn.MLP(2, [8, 2], activation="tanh", seed=7)
    network = Network(model, torch.tanh)
    options: dict[str, Any] = {"lr": 0.05, "momentum": 0.9}
    optimizer = nn.SGD(model.parameters(), **options)
    data = (X, y)
    history = nn.fit(model, data, nn.cross_entropy, optimizer, 15, batch_size, 11, verbose=False)
    theirs = torch.optim.SGD(network.parameters(), **options)
    source = random.Random(11)
    losses = []
    for _ in range(15):
        order = list(range(len(X)))
        source.shuffle(order)
        total = 0.0
        for batch in torch.split(torch.tensor(order), batch_size or len(X)):
            loss = functional.cross_entropy(network(tensor(X)[batch]), torch.tensor(y)[batch])
            theirs.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            theirs.step()
            total += loss.item() * len(batch)
        losses.append(total / len(X))
    assert gap(history["loss"], losses) <= 1e-9
    assert_same_weights(model, network)


def test_a_different_weight_is_noticed() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    network = Network(model, torch.relu)
    assert_same_weights(model, network)
    model.parameters()[4].data += 1e-8
    with pytest.raises(AssertionError):
        assert_same_weights(model, network)


# Each loss by itself: value, gradient and Hessian.


def losses_by_name() -> dict[str, tuple[Any, Callable[[Any], Any], Callable[[Tensor], Tensor]]]:
    """Name -> the outputs, and our loss and PyTorch's as functions of the outputs."""
    source = random.Random(9)

    def draw(rows: int, columns: int = 0, scale: float = 2.0) -> Any:
        if columns:
            return [draw(columns, scale=scale) for _ in range(rows)]
        return [source.gauss(0.0, scale) for _ in range(rows)]

    found: dict[str, Any] = {}

    def add(name: str, outputs: Any, targets: Any, ours: Any, theirs: Any, dtype: Any) -> None:
        answers = torch.tensor(targets, dtype=dtype)
        found[name] = (
            outputs,
            lambda x: ours(x, targets),
            lambda x: theirs(x, answers),
        )

    double, whole = torch.float64, torch.int64
    add("mse", draw(7), draw(7), nn.mse_loss, functional.mse_loss, double)
    add("mse of rows", draw(4, 3), draw(4, 3), nn.mse_loss, functional.mse_loss, double)
    add("mse of one", draw(1), draw(1), nn.mse_loss, functional.mse_loss, double)
    add("mse, huge", draw(3, 2, 1e100), draw(3, 2), nn.mse_loss, functional.mse_loss, double)
    plus_minus = [1, -1, -1, 1, 1, -1, 1]
    add("hinge", draw(7), plus_minus, nn.hinge_loss, pytorch_hinge, double)
    at_margin = [1.0, -1.0, 0.5]
    add("hinge at the margin", at_margin, [1, -1, 1], nn.hinge_loss, pytorch_hinge, double)
    entropy = functional.cross_entropy
    classes = [source.randrange(4) for _ in range(5)]
    add("indices", draw(5, 4), classes, nn.cross_entropy, entropy, whole)
    add("one class", draw(3, 1), [0, 0, 0], nn.cross_entropy, entropy, whole)
    add("ties", [[0.5, 0.5, 0.5], [2.0, 2.0, -1.0]], [2, 0], nn.cross_entropy, entropy, whole)
    add("far apart", draw(5, 4, 1000.0), classes, nn.cross_entropy, entropy, whole)
    add("huge", draw(5, 4, 1e300), classes, nn.cross_entropy, entropy, whole)
    rows = [[abs(x) for x in row] for row in draw(5, 4)]
    soft = [[x / sum(row) for x in row] for row in rows]
    add("probabilities", draw(5, 4), soft, nn.cross_entropy, entropy, double)
    one_hot = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    add("one-hot", draw(2, 3), one_hot, nn.cross_entropy, entropy, double)
    add("far apart, soft", draw(5, 4, 1000.0), soft, nn.cross_entropy, entropy, double)
    return found


LOSSES = losses_by_name()


@pytest.mark.parametrize("name", LOSSES)
def test_loss_gradient_and_hessian(name: str) -> None:
    outputs, ours, theirs = LOSSES[name]
    leaf = tensor(outputs, requires_grad=True)
    value = theirs(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    hessian = torch.autograd.functional.hessian(theirs, leaf)  # type: ignore[no-untyped-call]
    value_of_ours, gradient_of_ours = ag.value_and_grad(ours)(outputs)
    assert gap(value_of_ours, value) <= 1e-11
    assert gap(gradient_of_ours, gradient) <= 1e-11
    assert gap(ag.hessian(ours)(outputs), hessian) <= 1e-11
    values = [[Value(x) for x in row] if isinstance(row, list) else Value(row) for row in outputs]
    ours(values).backward()
    backward = [[v.grad for v in row] if isinstance(row, list) else row.grad for row in values]
    assert backward == gradient_of_ours


def test_gradients_reach_the_targets() -> None:
    predictions, targets = [0.3, -1.2, 0.7], [1.0, 0.5, -0.4]
    p, t = tensor(predictions, True), tensor(targets, True)
    expected = torch.autograd.grad(functional.mse_loss(p, t), (p, t))
    ours = ag.grad(nn.mse_loss, argnums=(0, 1))(predictions, targets)
    assert all(gap(a, b) <= 1e-11 for a, b in zip(ours, expected, strict=True))
    logits, soft = [[0.3, -1.2, 0.7]], [[0.2, 0.5, 0.3]]
    x, q = tensor(logits, True), tensor(soft, True)
    expected = torch.autograd.grad(functional.cross_entropy(x, q), (x, q))
    ours = ag.grad(nn.cross_entropy, argnums=(0, 1))(logits, soft)
    assert all(gap(a, b) <= 1e-11 for a, b in zip(ours, expected, strict=True))


# SGD by itself, on gradients that do not depend on the weights.


def drawn_gradients(seed: int, n_steps: int, n: int) -> list[list[float]]:
    source = random.Random(seed)
    return [[source.gauss(0.0, 1.0) for _ in range(n)] for _ in range(n_steps)]


def run_ours(start: Sequence[float], gradients: list[list[float]], options: Any) -> Any:
    parameters = [Value(x) for x in start]
    optimizer = nn.SGD(parameters, **options)
    for step, gradient in enumerate(gradients):
        optimizer.zero_grad()
        assert all(p.grad == 0.0 for p in parameters)
        for parameter, g in zip(parameters, gradient, strict=True):
            parameter.grad = g
        if step == 20:
            optimizer.lr *= 0.1
        optimizer.step()
    return [p.data for p in parameters]


def run_pytorchs(start: Sequence[float], gradients: list[list[float]], options: Any) -> Tensor:
    parameter = tensor(list(start), True)
    optimizer = torch.optim.SGD([parameter], **options)
    for step, gradient in enumerate(gradients):
        parameter.grad = tensor(gradient)
        if step == 20:
            optimizer.param_groups[0]["lr"] *= 0.1
        optimizer.step()
    return parameter


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01, 1.5])
@pytest.mark.parametrize("dampening", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
def test_sgd(momentum: float, dampening: float, weight_decay: float, nesterov: bool) -> None:
    options = {
        "lr": 0.05,
        "momentum": momentum,
        "dampening": dampening,
        "weight_decay": weight_decay,
        "nesterov": nesterov,
    }
    start, gradients = (1.5, -0.3, 0.0, 20.0), drawn_gradients(2, 40, 4)
    if nesterov and (momentum == 0.0 or dampening != 0.0):
        for run in (run_ours, run_pytorchs):
            with pytest.raises(ValueError, match=r"(?i)nesterov"):
                run(start, gradients, options)
        return
    assert (
        gap(run_ours(start, gradients, options), run_pytorchs(start, gradients, options)) <= 1e-11
    )
