"""Made-up data to learn from, drawn from a seed.

Owns the shapes; each function returns (X, y), X a list of rows of floats, y the target of each:
a class index, or a float in `linear` and `sine`. `noise` is the standard deviation of the normal
noise, `seed` is as for `nn.Neuron`, and the samples are in random order unless said otherwise.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

from nn.checks import finite_number, rate, whole_number
from nn.data.samples import DataSet
from nn.init import Seed, random_source
from nn.nested import as_lists


def moons(n_samples: int = 100, noise: float = 0.1, seed: Seed = None) -> DataSet:
    """Return two interleaved half circles with labels 0 (upper) and 1 (lower), in random order.

    Args:
        n_samples: of both together.
        noise: the standard deviation of the normal noise added to each coordinate.
        seed: as for `nn.Neuron`.

    The shape is that of scikit-learn's `make_moons`: class 0 lies on the upper half of the circle
    of radius 1 around (0, 0), class 1 on the lower half of the one around (1, 0.5).
    """
    sizes = _sizes(n_samples, 2, "moons")
    noise = rate(noise, "moons: noise")
    points = []
    for label, n in enumerate(sizes):
        for i in range(n):
            angle = math.pi * i / max(n - 1, 1)
            x1, x2 = math.cos(angle), math.sin(angle)
            points.append(([1.0 - x1, 0.5 - x2] if label else [x1, x2], label))
    return _shuffled(points, noise, random_source(seed))


def circles(
    n_samples: int = 100, noise: float = 0.1, factor: float = 0.5, seed: Seed = None
) -> DataSet:
    """Return a circle around another, with labels 0 (outer) and 1 (inner).

    Args:
        n_samples: of both together.
        noise: added to each coordinate.
        factor: the radius of the inner circle, between 0 and 1; that of the outer one is 1.
        seed: as for `nn.Neuron`.

    Sample i of n on the circle of radius r is (r cos(2 pi i / n), r sin(2 pi i / n)), as in
    scikit-learn's `make_circles`.
    """
    sizes = _sizes(n_samples, 2, "circles")
    noise = rate(noise, "circles: noise")
    if not 0.0 < rate(factor, "circles: factor") < 1.0:
        raise ValueError(f"circles: factor must lie between 0 and 1, got {factor!r:.40}")
    points = [
        (_polar(radius, 2.0 * math.pi * i / n), label)
        for label, (n, radius) in enumerate(zip(sizes, (1.0, float(factor)), strict=True))
        for i in range(n)
    ]
    return _shuffled(points, noise, random_source(seed))


def spirals(
    n_samples: int = 150, n_classes: int = 3, noise: float = 0.02, seed: Seed = None
) -> DataSet:
    """Return spirals around (0, 0), one for each class, each turning once.

    Args:
        n_samples: of all classes together.
        n_classes: how many spirals, at least 2.
        noise: added to each coordinate.
        seed: as for `nn.Neuron`.

    Sample i of the n of class c has t = (i + 1) / n and lies at the radius t and the angle
    2 pi (t + c / n_classes).
    """
    sizes = _sizes(n_samples, whole_number(n_classes, "spirals: n_classes", least=2), "spirals")
    noise = rate(noise, "spirals: noise")
    points = []
    for label, n in enumerate(sizes):
        for i in range(n):
            t = (i + 1) / n
            points.append((_polar(t, 2.0 * math.pi * (t + label / len(sizes))), label))
    return _shuffled(points, noise, random_source(seed))


def blobs(
    n_samples: int = 100,
    n_classes: int = 3,
    spread: float = 0.5,
    centers: Sequence[Sequence[float]] | None = None,
    seed: Seed = None,
) -> DataSet:
    """Return normally distributed clouds of points, one for each class.

    Args:
        n_samples: of all classes together, divided as evenly as possible.
        n_classes: how many clouds, at least 2; with `centers` their number counts.
        spread: the standard deviation of each coordinate around the centre.
        centers: a point for each class, in any number of dimensions. Default: n_classes points
            on the circle of radius 2 around (0, 0), class c at the angle 2 pi (1/4 + c/n_classes).
        seed: as for `nn.Neuron`.
    """
    spread = rate(spread, "blobs: spread")
    if centers is None:
        n_classes = whole_number(n_classes, "blobs: n_classes", least=2)
        turns = [0.25 + label / n_classes for label in range(n_classes)]
        points = [_polar(2.0, 2.0 * math.pi * turn) for turn in turns]
    else:
        points = _centres(centers)
    sizes = _sizes(n_samples, len(points), "blobs")
    samples = [
        (point, label)
        for label, (n, point) in enumerate(zip(sizes, points, strict=True))
        for _ in range(n)
    ]
    return _shuffled(samples, spread, random_source(seed))


def xor(n_samples: int = 4, noise: float = 0.0, seed: Seed = None) -> DataSet:
    """Return the corners (0, 0), (0, 1), (1, 0), (1, 1), over and over, with the label a xor b.

    Args:
        n_samples: of all corners together; 4 without noise is the truth table.
        noise: added to each coordinate.
        seed: as for `nn.Neuron`; without noise nothing is random.

    The samples stay in this order. A single neuron cannot learn them (Minsky and Papert,
    Perceptrons, 1969), a network with a hidden layer can.
    """
    n_samples = whole_number(n_samples, "xor: n_samples", least=4)
    noise = rate(noise, "xor: noise")
    source = random_source(seed)
    corners = [divmod(i % 4, 2) for i in range(n_samples)]
    X = [_noisy([float(a), float(b)], noise, source) for a, b in corners]
    return X, [a ^ b for a, b in corners]


def linear(
    n_samples: int = 100,
    slope: float = 2.0,
    intercept: float = 1.0,
    noise: float = 0.1,
    seed: Seed = None,
) -> DataSet:
    """Return y = slope * x + intercept + noise at x drawn from U(-1, 1).

    Args:
        n_samples: how many.
        slope, intercept: of the line.
        noise: added to y.
        seed: as for `nn.Neuron`.
    """
    n_samples = whole_number(n_samples, "linear: n_samples", least=2)
    slope = finite_number(slope, "linear: slope")
    intercept = finite_number(intercept, "linear: intercept")
    noise = rate(noise, "linear: noise")
    source = random_source(seed)
    X = [[source.uniform(-1.0, 1.0)] for _ in range(n_samples)]
    return X, [_noisy([slope * x + intercept], noise, source)[0] for (x,) in X]


def sine(n_samples: int = 100, noise: float = 0.1, seed: Seed = None) -> DataSet:
    """Return y = sin(x) + noise at x drawn from U(-pi, pi).

    Args:
        n_samples: how many.
        noise: added to y.
        seed: as for `nn.Neuron`.
    """
    n_samples = whole_number(n_samples, "sine: n_samples", least=2)
    noise = rate(noise, "sine: noise")
    source = random_source(seed)
    X = [[source.uniform(-math.pi, math.pi)] for _ in range(n_samples)]
    return X, [_noisy([math.sin(x)], noise, source)[0] for (x,) in X]


def _sizes(n_samples: int, n_classes: int, who: str) -> list[int]:
    """How many samples each class gets; where it does not divide, the last ones get one more."""
    n_samples = whole_number(n_samples, f"{who}: n_samples", least=n_classes)
    bounds = [n_samples * i // n_classes for i in range(n_classes + 1)]
    return [high - low for low, high in pairwise(bounds)]


def _polar(radius: float, angle: float) -> list[float]:
    return [radius * math.cos(angle), radius * math.sin(angle)]


def _noisy(point: list[float], noise: float, source: Random) -> list[float]:
    return [x + source.gauss(0.0, noise) for x in point] if noise else point


def _shuffled(points: list[tuple[list[float], int]], noise: float, source: Random) -> DataSet:
    """The points with noise added to each coordinate, in random order."""
    samples = [(_noisy([*point], noise, source), label) for point, label in points]
    source.shuffle(samples)
    return [row for row, _ in samples], [label for _, label in samples]


def _centres(centers: Any) -> list[list[float]]:
    points = as_lists(centers)
    if not isinstance(points, list) or len(points) < 2:
        raise ValueError(f"blobs: centers must be a list of at least 2 points, got {centers!r:.40}")
    for i, point in enumerate(points):
        if not isinstance(point, list) or not point or len(point) != len(points[0]):
            raise ValueError(
                f"blobs: centers[{i}] must be a point with as many coordinates as centers[0], "
                f"got {point!r:.40}"
            )
    return [[finite_number(x, f"blobs: centers[{i}]") for x in p] for i, p in enumerate(points)]
