"""`python -m tests.bits`: a digest of every bit that the engine and a training produce.

Owns what must be the same in two runs, and in every Python on one machine: values, gradients and
Hessians at ordinary operands and at edges, random graphs, trainings. Needs nothing but the engine.
"""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import autograd as ag
import nn
from autograd import Value, ops

GOLDEN = Path(__file__).parent / "golden" / "golden.json"
POINTS = 60  # of each row
LOSSES = {
    "mse": (1, lambda k: 0.3 * k), "l1": (1, lambda k: 0.3 * k), "huber": (1, lambda k: 0.3 * k),
    "cross_entropy": (3, lambda k: k % 3), "binary_cross_entropy_with_logits": (1, lambda k: k % 2),
    "hinge": (1, lambda k: 1 - 2 * (k % 2)),
}  # fmt: skip
OPTIONS: tuple[dict[str, Any], ...] = (
    {}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"weight_decay": 0.01},
    {"momentum": 0.5, "dampening": 0.25},
)  # fmt: skip


class _Bits:
    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.count = 0

    def add(self, *numbers: Any) -> None:
        for x in numbers:
            # The bits of a nan are the processor's; that it is one is ours.
            self.hash.update(b"nan" if x != x else float(x).hex().encode())
            self.count += 1


def digest() -> str:
    """The digest, and of how many numbers."""
    bits = _Bits()
    _rows(bits)
    _graphs(bits)
    _trainings(bits)
    return f"{bits.hash.hexdigest()} of {bits.count} numbers"


def _rows(bits: _Bits) -> None:
    operations = json.loads(GOLDEN.read_text(encoding="ascii"))["operations"]
    for name in sorted(set(operations) & set(ops.TABLE)):
        row, parameters = ops.TABLE[name], operations[name]["parameters"]
        points = operations[name]["points"]
        for point in points[:: max(1, len(points) // POINTS)]:
            numbers = [float(word) for word in point[0].split()]
            live = [i for i in range(len(numbers)) if i not in parameters]

            def function(
                values: Any, row: Any = row, numbers: Any = numbers, live: Any = live
            ) -> Any:
                mixed = list(numbers)
                for i, value in zip(live, values, strict=True):
                    mixed[i] = value
                return row.apply(tuple(mixed))

            leaves = [Value(numbers[i]) for i in live]
            result = function(leaves)
            result.backward()
            bits.add(result.data, *[leaf.grad for leaf in leaves])
            for line in ag.hessian(function)([numbers[i] for i in live]):
                bits.add(*line)


def _graphs(bits: _Bits) -> None:
    draw = random.Random(5)
    binary = [ops.add, ops.sub, ops.mul, ops.hypot, ops.maximum, ops.logaddexp, ops.atan2]
    unary = [ops.sin, ops.tanh, ops.sigmoid, ops.gelu, ops.softplus, ops.relu, ops.erf, ops.atan]
    for _ in range(20):
        nodes = leaves = [Value(draw.uniform(-2.0, 2.0)) for _ in range(4)]
        for _ in range(200):
            recent = nodes[-20:]
            row = draw.choice(binary + unary)
            chosen = [draw.choice(recent) for _ in range(row.arity or 2)]
            nodes = [*nodes, row.apply(tuple(chosen))]
        root = ag.sum(nodes[-30:]) / 30.0
        root.backward()
        bits.add(root.data, *[leaf.grad for leaf in leaves])


def _trainings(bits: _Bits) -> None:
    draw = random.Random(6)
    X = [[draw.uniform(-1.0, 1.0) for _ in range(2)] for _ in range(12)]
    for loss, (n_outputs, target) in LOSSES.items():
        y = [target(k) for k in range(12)]
        for k, options in enumerate(OPTIONS):
            activation = ("tanh", "relu", "gelu", "sigmoid", "silu")[k]
            model = nn.MLP(2, [5, n_outputs], activation=activation, seed=k)
            history = nn.fit(
                model,
                (X, y),
                loss,
                lr=0.05,
                epochs=3,
                batch_size=5,
                seed=k,
                verbose=False,
                **options,
            )
            bits.add(*history["loss"], *[p.data for p in model.parameters()])


if __name__ == "__main__":
    print(digest())
