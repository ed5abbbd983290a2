"""Data to learn from: two moons, handwritten digits, and splitting into train and test.

Owns what a data set is: (X, y), X a list of samples, each a row of floats; y the target of each,
for the data sets here its class, counted from 0.
"""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from nn.checks import rate, whole_number
from nn.extras import extra
from nn.init import Seed, random_source
from nn.nested import as_lists, entries, reshape, shape_of

DataSet = tuple[list[Any], list[Any]]


def moons(n_samples: int = 100, noise: float = 0.1, seed: Seed = None) -> DataSet:
    """Return two interleaved half circles with labels 0 (upper) and 1 (lower), in random order.

    Args:
        n_samples: of both together.
        noise: the standard deviation of the normal noise added to each coordinate.
        seed: as for `nn.Neuron`.

    The shape is that of scikit-learn's `make_moons`: class 0 lies on the upper half of the circle
    of radius 1 around (0, 0), class 1 on the lower half of the one around (1, 0.5).
    """
    n_samples = whole_number(n_samples, "moons: n_samples", least=2)
    noise = rate(noise, "moons: noise")
    source = random_source(seed)
    n_upper = n_samples // 2
    samples = []
    for label, n in ((0, n_upper), (1, n_samples - n_upper)):
        for i in range(n):
            angle = math.pi * i / max(n - 1, 1)
            x1, x2 = math.cos(angle), math.sin(angle)
            if label == 1:
                x1, x2 = 1.0 - x1, 0.5 - x2
            samples.append(([x1 + source.gauss(0.0, noise), x2 + source.gauss(0.0, noise)], label))
    source.shuffle(samples)
    return [row for row, _ in samples], [label for _, label in samples]


def digits() -> DataSet:
    """Return the 1,797 handwritten digits of scikit-learn: 64 pixels from 0 to 1, row by row.

    Needs the extra `data`. Source: UCI, Optical Recognition of Handwritten Digits, test set.
    """
    with extra("data", "the digits data set"):
        from sklearn.datasets import load_digits
    pixels, labels = load_digits(return_X_y=True)
    return (pixels / 16.0).tolist(), labels.tolist()


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
                "every sample needs the same features"
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
    if not 0.0 < test_fraction < 1.0:
        raise ValueError(f"split: test_fraction must lie between 0 and 1, got {test_fraction}")
    if len(rows) < 2:
        raise ValueError(f"split: needs at least 2 samples to divide, got {len(rows)}")
    order = list(range(len(rows)))
    random_source(seed).shuffle(order)
    n_test = min(max(round(test_fraction * len(rows)), 1), len(rows) - 1)
    parts = order[n_test:], order[:n_test]
    train, test = (([rows[i] for i in part], [labels[i] for i in part]) for part in parts)
    return train, test
