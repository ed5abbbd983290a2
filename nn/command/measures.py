"""How good predictions are, in words: the part of them that is right, or how far off they are.

Owns accuracy, RMSE, MAE and R2 of answers in the target's own units, and what a constant
prediction would get, without which none of them says much.
"""

import math
from collections import Counter
from collections.abc import Sequence

from nn.evaluate import rmse


def describe_classes(
    answers: Sequence[str], actual: Sequence[str], known: Sequence[str] | None = None
) -> str:
    """Return the accuracy, and that of always choosing one class.

    Args:
        answers: the predicted classes.
        actual: the true ones.
        known: those the model was trained on, whose largest class is the baseline; none: `actual`.
    """
    n_right = [a == t for a, t in zip(answers, actual, strict=True)].count(True)
    counts = Counter(actual if known is None else known)
    largest = min(counts, key=lambda name: (-counts[name], name))
    baseline = list(actual).count(largest) / len(actual)
    return (
        f"accuracy {100 * n_right / len(actual):.1f} % ({n_right} of {len(actual)}; "
        f"always {largest}: {100 * baseline:.1f} %)"
    )


def describe_numbers(
    answers: Sequence[float], actual: Sequence[float], known: Sequence[float] | None = None
) -> str:
    """Return RMSE, MAE and R2, and the RMSE of always predicting one mean.

    Args:
        answers: the predicted numbers.
        actual: the true ones.
        known: those the model was trained on, whose mean is the baseline; none: `actual`.

    R2 = 1 - sum (y - answer)**2 / sum (y - mean of actual)**2; without a spread there is none.
    """
    n = len(actual)
    mae = math.fsum(abs(a - t) for a, t in zip(answers, actual, strict=True)) / n
    means = [math.fsum(values) / len(values) for values in (actual, known or actual)]
    spread, constant = (rmse([mean] * n, actual) for mean in means)
    error = rmse(answers, actual)
    r2 = f", R2 {1.0 - (error / spread) ** 2:.3f}" if spread > 0.0 else ""
    return (
        f"RMSE {_shown(error)}, MAE {_shown(mae)}{r2} "
        f"(always {_shown(means[1])}: RMSE {_shown(constant)})"
    )


def _shown(x: float) -> str:
    """Four significant digits; large numbers, such as prices, written out."""
    return f"{float(f'{x:.4g}'):.12g}"
