"""The data sets by name: each as (X, y), and as a problem with the names of everything in it.

Owns the table of names that the command offers.
"""

import difflib
from collections.abc import Callable
from typing import Any

from nn.data import real, toy
from nn.data.problem import CLASSIFY, REGRESS, Problem
from nn.data.real import Named
from nn.data.samples import DataSet
from nn.init import Seed

TOY_SETS: dict[str, Callable[..., DataSet]] = {
    "moons": toy.moons,
    "circles": toy.circles,
    "spirals": toy.spirals,
    "blobs": toy.blobs,
    "xor": toy.xor,
    "linear": toy.linear,
    "sine": toy.sine,
}
REAL_SETS: dict[str, Callable[[], Named]] = {
    "iris": real.iris_named,
    "wine": real.wine_named,
    "breast_cancer": real.breast_cancer_named,
    "diabetes": real.diabetes_named,
    "digits": real.digits_named,
}
REGRESSIONS = frozenset({"linear", "sine", "diabetes"})
DATA_SETS = (*TOY_SETS, *REAL_SETS)


def problem_of(name: str, seed: Seed = None, **settings: Any) -> Problem:
    """Return the data set `name`, one of `DATA_SETS`, with its features, classes and task.

    Args:
        name: of the function that gives it as (X, y).
        seed: of a made-up data set, as for `nn.Neuron`; a real one is always the same.
        settings: of a made-up data set, such as `n_samples` and `noise`.

    Classes are texts, in the order of the indices that the function gives: "0" and "1", or names.
    Raises ValueError for an unknown name, TypeError for a setting that the data set lacks.
    """
    if name not in DATA_SETS:
        near = difflib.get_close_matches(str(name), DATA_SETS, n=1)
        suggestion = f"did you mean {near[0]}? " if near else ""
        raise ValueError(
            f"problem_of: unknown data set {name!r:.40}; {suggestion}"
            f"choose one of {', '.join(DATA_SETS)}"
        )
    if name in TOY_SETS:
        X, y = TOY_SETS[name](**settings, seed=seed)
        features = ("x",) if len(X[0]) == 1 else tuple(f"x{i + 1}" for i in range(len(X[0])))
        named = Named(X, y, features, "y" if name in REGRESSIONS else "class")
    elif settings:
        raise TypeError(f"problem_of: {name} has no settings, got {', '.join(settings)}")
    else:
        named = REAL_SETS[name]()
    rows: list[list[float | str]] = [list(row) for row in named.X]
    if name in REGRESSIONS:
        targets = [float(target) for target in named.y]
        return Problem(name, named.features, rows, targets, named.target, REGRESS)
    classes = named.classes or tuple(map(str, sorted(set(named.y))))
    labels = [classes[index] for index in named.y]
    return Problem(name, named.features, rows, labels, named.target, CLASSIFY, classes=classes)
