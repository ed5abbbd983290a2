"""Networks of ours beside PyTorch's: the same weights, and how far two results are apart.

Owns PyTorch's counterpart of an `nn.MLP` and of every activation function, loss, penalty, optimiser
and initialiser.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional, init

import nn

Function = Callable[[Tensor], Tensor]


def tensor(numbers: Any, requires_grad: bool = False) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=requires_grad)


def gap(ours: Any, theirs: Any) -> float:
    """The largest difference, each relative to PyTorch's number or to 1 if that is smaller."""
    a, b = tensor(ours), torch.as_tensor(theirs, dtype=torch.float64).detach()
    assert a.shape == b.shape
    assert torch.isfinite(a).all()
    return float(((a - b).abs() / b.abs().clamp(min=1.0)).max())


def _softplus(z: Tensor) -> Tensor:
    return functional.softplus(z, threshold=700.0)  # by default it returns z itself above 20


def _step(z: Tensor) -> Tensor:
    return (z > 0.0).double() + 0.0 * z  # with a gradient, which is 0: ours is 0, not None


ACTIVATIONS: dict[str, Function] = {
    "identity": lambda z: z,
    "step": _step,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": _softplus,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softmax": lambda z: torch.softmax(z, -1),
}


def hinge(scores: Tensor, signs: Tensor) -> Tensor:
    return torch.relu(1.0 - signs * scores).mean()


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": functional.mse_loss,
    "l1": functional.l1_loss,
    "huber": functional.huber_loss,
    "cross_entropy": functional.cross_entropy,
    "binary_cross_entropy": functional.binary_cross_entropy,
    "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
    "hinge": hinge,
}

PENALTIES: dict[str, Function] = {
    "l1_penalty": lambda w: w.abs().sum(),
    "l2_penalty": lambda w: (w * w).sum(),
}


def binary_by_definition(p: Tensor, t: Tensor) -> Tensor:
    """Binary cross-entropy in plain operations: PyTorch's own second derivative has an epsilon."""
    return -(t * torch.log(p) + (1.0 - t) * torch.log1p(-p)).mean()


OPTIMIZERS: dict[str, type[torch.optim.SGD]] = {"sgd": torch.optim.SGD}
INITIALISERS: dict[str, Function] = {
    "uniform": lambda w: init.uniform_(w, -1.0, 1.0),
    "zeros": init.zeros_,
    "normal": lambda w: init.normal_(w, 0.0, 1.0),
    "xavier": init.xavier_uniform_,
    "xavier_normal": init.xavier_normal_,
    "he": lambda w: init.kaiming_normal_(w, mode="fan_in", nonlinearity="relu"),
    "he_uniform": lambda w: init.kaiming_uniform_(w, mode="fan_in", nonlinearity="relu"),
}


class Network(torch.nn.Module):
    """PyTorch's counterpart of `model`, with its weights under the same names.

    Args:
        model: an `nn.MLP`.
        activations: the names of its layers' activations, that of the output layer last.
    """

    def __init__(self, model: nn.MLP, activations: Sequence[str]) -> None:
        super().__init__()
        self.functions = [ACTIVATIONS[name] for name in activations]
        self.layers = torch.nn.ModuleList(
            torch.nn.Linear(layer.n_inputs, layer.n_outputs, dtype=torch.float64)
            for layer in model.layers
        )
        self.load_state_dict({name: tensor(x) for name, x in model.state_dict().items()})

    def forward(self, inputs: Tensor) -> Tensor:
        for layer, function in zip(self.layers, self.functions, strict=True):
            inputs = function(layer(inputs))
        return inputs.squeeze(-1)  # one output: a vector with one number for each sample


def assert_same_weights(model: nn.MLP, network: Network) -> None:
    ours, theirs = model.state_dict(), network.state_dict()
    assert list(ours) == list(theirs)
    for name, numbers in ours.items():
        assert gap(numbers, theirs[name]) <= 1e-9, name
