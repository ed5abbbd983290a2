"""Made-up data to learn from, drawn from a seed.

Owns the shapes; each function returns (X, y), X a list of rows of floats, y the target of each.
"""

import math

from nn.checks import rate, whole_number
from nn.data.samples import DataSet
from nn.init import Seed, random_source


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
