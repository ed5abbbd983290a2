"""What a data set is, and dividing it: (X, y), X a list of samples, y the target of each.

Owns the check that X and y fit together, and the split into training and test set.
"""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from nn.init import Seed, random_source
from nn.nested import as_lists, entries, reshape, shape_of

DataSet = tuple[list[Any], list[Any]]


def samples_of(data: Any) -> tuple[list[Any], list[Any]]:
    """Return (X, y) as lists, or raise ValueError if they do not fit together."""
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise ValueError("data must be a pair (X, y): the rows of all samples, and their targets")
    rows, targets = as_lists(data[0]), as_lists(data[1])
    for name, values in (("X", rows), ("y", targets)):
        if not isinstance(values, list):
            raise ValueError(
                f"data: {name} must be a list with an entry for each sample, got "
                f"{type(values).__name__}"
            )
    if len(rows) != len(targets):
        raise ValueError(
            f"data: X has {len(rows)} samples, but y has {len(targets)}; give a target for each"
        )
    if not rows:
        raise ValueError("data: X is empty; give at least one sample")
    shape = shape_of(rows[0])
    for i, row in enumerate(rows):
        if not isinstance(row, list):
            raise ValueError(
                f"data: X[{i}] must be a row of numbers, got {type(row).__name__}; "
                "for one feature write [x]"
            )
        if shape_of(row) != shape or shape is None:
            raise ValueError(
                f"data: X[{i}] has {len(row)} numbers, X[0] has {len(rows[0])}; "
                "every sample needs the same features; pad what is shorter, such as sequences"
            )
        rows[i] = reshape([_feature(x, i) for x in entries(row)], shape)
    return rows, targets


def _feature(x: Any, i: int) -> float:
    if not isinstance(x, Real) or not math.isfinite(x):
        raise ValueError(f"data: X[{i}] holds {x!r:.40}; every feature must be a finite number")
    return float(x)


def split(
    X: Sequence[Any], y: Sequence[Any], test_fraction: float = 0.2, seed: Seed = None
) -> tuple[DataSet, DataSet]:
    """Return (X_train, y_train), (X_test, y_test): the samples shuffled and divided.

    The test set gets `round(test_fraction * n)` of the n samples, and each set at least one.
    Raises ValueError if that is impossible.
    """
    rows, labels = samples_of((X, y))
    check_fraction(test_fraction, "split: test_fraction")
    if len(rows) < 2:
        raise ValueError(f"split: needs at least 2 samples to divide, got {len(rows)}")
    order = list(range(len(rows)))
    random_source(seed).shuffle(order)
    n_test = n_held_out(test_fraction, len(rows))
    parts = order[n_test:], order[:n_test]
    train, test = (([rows[i] for i in part], [labels[i] for i in part]) for part in parts)
    return train, test


def n_held_out(fraction: float, n: int) -> int:
    """Return how many of n samples a fraction of them is: at least one, and not all; none of 1."""
    return min(max(round(fraction * n), 1), n - 1)


def check_fraction(fraction: Any, name: str) -> None:
    """Raise ValueError unless `fraction` lies between 0 and 1."""
    if not isinstance(fraction, Real) or not 0.0 < float(fraction) < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, got {fraction!r:.40}")
