"""Neural networks on the scalar engine `autograd`: neurons, layers, losses, training.

    import nn

    model = nn.MLP(2, [16, 16, 2], activation="tanh", seed=1)
    X, y = nn.moons(100, seed=1)
    history = nn.fit(model, (X, y), "cross_entropy", lr=0.1, epochs=20)
    nn.accuracy(model, (X, y))

`glassgrad train digits` does the same on handwritten digits, and leaves the model and pictures.
"""

from nn import (
    _engine as _engine,  # first of all: is the package `autograd` ours?
    plot as plot,  # matplotlib itself is imported by the first plot
)
from nn.activations import ACTIVATIONS
from nn.data import (
    Preparation,
    Problem,
    blobs,
    breast_cancer,
    circles,
    diabetes,
    digits,
    iris,
    linear,
    moons,
    problem_of,
    read_csv,
    sine,
    spirals,
    split,
    wine,
    xor,
)
from nn.evaluate import accuracy, predict
from nn.init import INITIALISERS
from nn.layers import MLP, Layer, Neuron
from nn.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    l1_penalty,
    l2_penalty,
    mse_loss,
)
from nn.module import Module
from nn.optim import OPTIMIZERS, SGD
from nn.serialize import load, load_prepared, save
from nn.training.callbacks import Callback, EarlyStopping
from nn.training.fit import fit
from nn.training.history import History

__all__ = [
    "ACTIVATIONS",
    "INITIALISERS",
    "LOSSES",
    "MLP",
    "OPTIMIZERS",
    "SGD",
    "Callback",
    "EarlyStopping",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Preparation",
    "Problem",
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "blobs",
    "breast_cancer",
    "circles",
    "cross_entropy",
    "diabetes",
    "digits",
    "fit",
    "hinge_loss",
    "huber_loss",
    "iris",
    "l1_loss",
    "l1_penalty",
    "l2_penalty",
    "linear",
    "load",
    "load_prepared",
    "moons",
    "mse_loss",
    "plot",
    "predict",
    "problem_of",
    "read_csv",
    "save",
    "sine",
    "spirals",
    "split",
    "wine",
    "xor",
]


def __dir__() -> list[str]:
    """What the package offers, for completion: not the files behind it, which share its names."""
    return sorted((*__all__, *(name for name in globals() if name[:2] == "__")))
