"""What of nn is compared with PyTorch's numbers: steps of SGD, layers, initial weights, trainings.

Owns the settings, as plain data; the losses' are in `loss_cases`. PyTorch's answers are nn.json's.
A case without PyTorch's counterpart in tests/pytorch/networks.py cannot be made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import product
from typing import Any

# SGD, on gradients that do not depend on the weights.

START = (1.5, -0.3, 0.0, 20.0)
N_STEPS = 30
LR_CHANGES = {20: 0.1}  # before that step the learning rate is multiplied by this


def drawn_gradients(seed: int, n_steps: int = N_STEPS, n: int = len(START)) -> list[list[float]]:
    source = random.Random(seed)
    return [[source.gauss(0.0, 1.0) for _ in range(n)] for _ in range(n_steps)]


def sgd_options() -> list[dict[str, Any]]:
    """Every combination that SGD takes: it refuses nesterov without momentum or with dampening."""
    found = []
    for lr, momentum, dampening, weight_decay, nesterov in product(
        (0.05, 1.0), (0.0, 0.5, 0.99), (0.0, 0.3, 1.0), (0.0, 0.01, 1.5), (False, True)
    ):
        if nesterov and (not momentum or dampening):
            continue
        options = {"lr": lr, "momentum": momentum, "dampening": dampening}
        found.append({**options, "weight_decay": weight_decay, "nesterov": nesterov})
    return found


# Layers: the public classes of nn, each with every activation function that it takes.


@dataclass(frozen=True)
class LayerCase:
    """A module, its weights, the samples it is given, and what its outputs are weighed with.

    What is differentiated is the sum of the outputs of all samples, each times its factor.
    """

    module: str
    sizes: list[Any]
    activations: list[str]
    state: dict[str, Any]
    inputs: list[list[float]]
    factors: list[float]


def layer_case(
    module: str, sizes: list[Any], activations: list[str], seed: int, scale: float = 1.0
) -> LayerCase:
    """The case with weights drawn; one sample in three is zeros, where z is the bias alone."""
    source = random.Random(seed)

    def row(n: int, scale: float = scale) -> list[float]:
        return [source.gauss(0.0, scale) for _ in range(n)]

    n_inputs = sizes[0]
    widths = {"Neuron": [1], "Layer": sizes[1:], "MLP": sizes[-1]}[module]
    state: dict[str, Any] = {}
    fan_in = n_inputs
    for i, width in enumerate(widths):
        prefix = f"layers.{i}." if module == "MLP" else ""
        state[f"{prefix}weight"] = [row(fan_in) for _ in range(width)]
        state[f"{prefix}bias"] = [0.0, *row(width - 1)]  # the first neuron is at its kink there
        fan_in = width
    inputs = [row(n_inputs, 1.0), [0.0] * n_inputs, row(n_inputs, 1.0)]
    return LayerCase(module, sizes, activations, state, inputs, row(fan_in, 1.0))


def layer_cases(activations: list[str]) -> dict[str, LayerCase]:
    """The cases of every activation function named, alone in each module, and of some mixed."""
    found = {}
    for seed, name in enumerate(activations):
        for scale in (1.0, 30.0):
            at = name if scale == 1.0 else f"{name}, far out"
            if name != "softmax":  # needs the outputs of a layer
                found[f"Neuron, {at}"] = layer_case("Neuron", [3], [name], seed, scale)
            found[f"Layer, {at}"] = layer_case("Layer", [3, 4], [name], 100 + seed, scale)
        names = [name, name, "identity"]
        found[f"MLP, {name}"] = layer_case("MLP", [2, [4, 3, 2]], names, 200 + seed)
    for seed, (first, second, last) in enumerate(
        [("tanh", "relu", "sigmoid"), ("relu", "gelu", "softmax"), ("softmax", "silu", "tanh")]
    ):
        names = [first, second, last]
        found[f"MLP, {', '.join(names)}"] = layer_case("MLP", [2, [3, 4, 2]], names, 300 + seed)
    found["MLP, one output"] = layer_case("MLP", [4, [1]], ["identity"], 400)
    return found


# Initial weights: inputs and outputs of the layer.

FANS = [(2, 8000), (60, 300), (300, 60), (1, 1), (7, 3)]


# Whole trainings, all samples in each step.


@dataclass(frozen=True)
class TrainingCase:
    """A network, what it learns and how; `penalties` are the factors of the L1 and L2 penalty."""

    loss: str
    activations: list[str]
    targets: list[Any]
    options: dict[str, Any]
    loss_options: dict[str, float] = field(default_factory=dict)
    penalties: tuple[float, float] = (0.0, 0.0)

    @property
    def n_outputs(self) -> int:
        if isinstance(self.targets[0], list):
            return len(self.targets[0])
        return 2 if self.loss == "cross_entropy" else 1


TRAINING_STEPS = 20
SAMPLES = [
    [1.1, 0.4], [-0.7, 0.9], [0.3, -0.6], [1.9, 0.2], [-1.2, -0.1], [0.6, 1.3], [0.1, 0.5],
]  # fmt: skip
LABELS = [1, 0, 1, 1, 0, 0, 1]
SIGNS = [2 * label - 1 for label in LABELS]
SOFT = [[0.1, 0.9] if label else [0.8, 0.2] for label in LABELS]
CURVE = [3.0 * a * b + a for a, b in SAMPLES]
LINEAR = "identity"
MOMENTUM = {"lr": 0.02, "momentum": 0.9}
TRAININGS = {
    "mse": TrainingCase("mse", ["tanh", "tanh", LINEAR], CURVE, {"lr": 0.1}),
    "mse of rows": TrainingCase("mse", ["relu", "gelu", "softmax"], SOFT, MOMENTUM),
    "l1": TrainingCase("l1", ["elu", "sigmoid", LINEAR], CURVE, {"lr": 0.1, "weight_decay": 1e-2}),
    "huber": TrainingCase("huber", ["softplus", "relu", LINEAR], CURVE, {"lr": 0.05}),
    "huber, delta": TrainingCase("huber", ["silu", "tanh", LINEAR], CURVE, MOMENTUM,
                                 {"delta": 0.3}),
    "hinge": TrainingCase("hinge", ["leaky_relu", "tanh", LINEAR], SIGNS,
                          {**MOMENTUM, "nesterov": True}),
    "hinge, L2": TrainingCase("hinge", ["tanh", "relu", LINEAR], SIGNS, {"lr": 0.05},
                              penalties=(0.0, 1e-2)),
    "indices": TrainingCase("cross_entropy", ["relu", "relu", LINEAR], LABELS,
                            {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}),
    "probabilities": TrainingCase("cross_entropy", ["tanh", "step", LINEAR], SOFT, MOMENTUM,
                                  penalties=(3e-3, 1e-2)),
    "logits": TrainingCase("binary_cross_entropy_with_logits", ["gelu", "elu", LINEAR], LABELS,
                           {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 1e-2}),
    "sigmoid": TrainingCase("binary_cross_entropy", ["tanh", "silu", "sigmoid"], LABELS,
                            {**MOMENTUM, "weight_decay": 1e-2, "nesterov": True}),
}  # fmt: skip


def first_weights(case: TrainingCase) -> dict[str, Any]:
    """The weights a training starts from, the same for the cases of one shape."""
    sizes = [2, [5, 4, case.n_outputs]]
    return layer_case("MLP", sizes, case.activations, 1337, 0.6).state
