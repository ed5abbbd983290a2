"""Neural networks on the scalar engine `autograd`: neurons, layers, losses, training.

    import nn

    model = nn.MLP(2, [16, 16, 1], seed=1)
    X, y = nn.moons(100, seed=1)
    data = X, [2 * label - 1 for label in y]
    nn.fit(model, data, nn.hinge_loss, nn.SGD(model.parameters(), lr=0.1), epochs=20)
    nn.accuracy(model, data)

`python -m nn train digits` does the same on handwritten digits, and leaves the model and pictures.
"""

from nn import _engine as _engine  # first of all: is the package `autograd` ours?
from nn.activations import ACTIVATIONS
from nn.data import digits, moons, split
from nn.evaluate import accuracy, predict
from nn.history import History
from nn.init import INITIALISERS
from nn.layers import MLP, Layer, Neuron
from nn.losses import cross_entropy, hinge_loss, mse_loss
from nn.module import Module
from nn.optim import SGD
from nn.serialize import load, save
from nn.train import fit

__all__ = [
    "ACTIVATIONS",
    "INITIALISERS",
    "MLP",
    "SGD",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "accuracy",
    "cross_entropy",
    "digits",
    "fit",
    "hinge_loss",
    "load",
    "moons",
    "mse_loss",
    "predict",
    "save",
    "split",
]
