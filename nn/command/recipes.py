"""Recipes: what `python -m nn train NAME` trains unless told otherwise.

Owns, for each data set, its loss function, the shape of the output and settings that work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from nn.data import DataSet, digits, moons
from nn.layers import MLP
from nn.losses import cross_entropy, hinge_loss
from nn.plot import confusion_matrix, decision_boundary
from nn.train import Loss


@dataclass(frozen=True)
class Recipe:
    """A data set with the training that suits it; the settings are the command's defaults."""

    data: Callable[[Random], DataSet]
    loss: Loss
    n_outputs: int
    hidden: tuple[int, ...]
    epochs: int
    batch_size: int
    lr: float
    picture: str  # the name of its file
    plot: Callable[[MLP, DataSet], Any]  # draws it, from the samples kept for testing


def _signed_moons(source: Random) -> DataSet:
    """Two moons with the labels -1 and +1, as hinge_loss wants them."""
    X, y = moons(200, noise=0.1, seed=source)
    return X, [2 * label - 1 for label in y]


RECIPES = {
    "moons": Recipe(
        data=_signed_moons,
        loss=hinge_loss,
        n_outputs=1,
        hidden=(16, 16),
        epochs=40,
        batch_size=16,
        lr=0.05,
        picture="boundary.png",
        plot=decision_boundary,
    ),
    "digits": Recipe(
        data=lambda source: digits(),
        loss=cross_entropy,
        n_outputs=10,
        hidden=(32,),
        epochs=5,
        batch_size=16,
        lr=0.02,
        picture="confusion.png",
        plot=confusion_matrix,
    ),
}
