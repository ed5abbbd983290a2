"""Batches at which every loss and penalty is compared with PyTorch: ordinary, kinks, extremes.

Owns the batches, as plain numbers; PyTorch's answers are nn.json's, or are asked for afresh in
tests/pytorch.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class LossCase:
    """A loss by its name in `nn.LOSSES`, and what it is given."""

    loss: str
    outputs: Any
    targets: Any
    options: dict[str, float] = field(default_factory=dict)


def _cases() -> dict[str, LossCase]:
    source = random.Random(9)
    found: dict[str, LossCase] = {}

    def draw(rows: int, columns: int = 0, scale: float = 2.0) -> Any:
        if columns:
            return [draw(columns, scale=scale) for _ in range(rows)]
        return [source.gauss(0.0, scale) for _ in range(rows)]

    def unit(n: int) -> Any:
        return [source.random() for _ in range(n)]

    def add(name: str, loss: str, outputs: Any, targets: Any, **options: float) -> None:
        found[name] = LossCase(loss, outputs, targets, options)

    for name in ("mse", "l1", "huber"):
        add(name, name, draw(7), draw(7))
        add(f"{name} of rows", name, draw(4, 3), draw(4, 3))
        add(f"{name} of one", name, draw(1), draw(1))
        add(f"{name}, huge", name, draw(3, 2, 1e100), draw(3, 2))
        add(f"{name}, tiny", name, draw(3, 2, 1e-160), draw(3, 2, 1e-160))
        add(f"{name}, exact", name, [1.0, 2.0, -0.5], [1.0, 3.0, -0.5])
    for delta in (0.25, 1.0, 3.0, 1e-9, 1e9):
        add(f"huber, delta {delta}", "huber", draw(9), draw(9), delta=delta)
    at_delta = [1.5, -1.5, math.nextafter(1.5, 0), math.nextafter(-1.5, -2), 0.0]
    add("huber at delta", "huber", at_delta, [0.0] * len(at_delta), delta=1.5)

    plus_minus = [1, -1, -1, 1, 1, -1, 1]
    add("hinge", "hinge", draw(7), plus_minus)
    add("hinge at the margin", "hinge", [1.0, -1.0, 0.5], [1, -1, 1])
    add("hinge, huge", "hinge", draw(7, scale=1e300), plus_minus)

    entropy = "cross_entropy"
    classes = [source.randrange(4) for _ in range(5)]
    add("indices", entropy, draw(5, 4), classes)
    add("one class", entropy, draw(3, 1), [0, 0, 0])
    add("ties", entropy, [[0.5, 0.5, 0.5], [2.0, 2.0, -1.0]], [2, 0])
    add("far apart", entropy, draw(5, 4, 1000.0), classes)
    add("huge", entropy, draw(5, 4, 1e300), classes)
    rows = [[abs(x) for x in row] for row in draw(5, 4)]
    soft = [[x / sum(row) for x in row] for row in rows]
    add("probabilities", entropy, draw(5, 4), soft)
    add("one-hot", entropy, draw(2, 3), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    add("far apart, soft", entropy, draw(5, 4, 1000.0), soft)

    hard = [0, 1, 1, 0, 1, 0, 0]
    binary = "binary_cross_entropy"
    add("binary", binary, unit(7), hard)
    add("binary, soft", binary, unit(7), unit(7))
    add("binary, rows", binary, [unit(3), unit(3)], [[0, 1, 1], [1, 0, 0]])
    add("binary, one half", binary, [0.5], [0.5])
    add("binary, near the ends", binary, [1e-9, 1 - 1e-9, 1e-9, 1 - 1e-9], [0, 1, 0.5, 0.5])
    add("binary, near and wrong", binary, [1e-6, 1 - 1e-6], [1, 0])

    logits = "binary_cross_entropy_with_logits"
    add("logits", logits, draw(7), hard)
    add("logits, soft", logits, draw(7), unit(7))
    add("logits, rows", logits, draw(2, 3), [[0, 1, 1], [1, 0, 0]])
    add("logits, zero", logits, [0.0, 0.0, -0.0], [0, 1, 0.3])
    add("logits, far", logits, draw(7, scale=1000.0), hard)
    add("logits, far, soft", logits, draw(7, scale=1000.0), unit(7))
    add("logits, huge", logits, draw(7, scale=1e300), hard)
    add("logits, huge, soft", logits, draw(7, scale=1e300), unit(7))
    return found


LOSS_CASES = _cases()
PENALTY_WEIGHTS = [[1.5, -0.25, 0.0, 3.0], [1e150, -1e-150], [0.0], [-2.0], [1e-12, 5.0, -0.0]]
