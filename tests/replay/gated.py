"""Networks whose loss selects nothing of some samples: what tests of gates compile."""

from __future__ import annotations

import autograd as ag

LOSSES = {
    "hinge": lambda y, t: ag.relu(1.0 - y[0] * t),
    "by maximum": lambda y, t: ag.maximum(0.0, 1.0 - y[0] * t),
    "squared": lambda y, t: ag.relu(1.0 - y[0] * t) ** 2,
    "weighted": lambda y, t: (0.5 + t * t) * ag.relu(y[0] - t),
    "scaled": lambda y, t: 3.0 * ag.relu(y[0] - t) - 0.25,
    "divided": lambda y, t: ag.relu(y[0] - t) / 3.0,
    "two": lambda y, t: ag.relu(1.0 - y[0]) + ag.relu(y[0] * t - 2.0),
    "of an inner one": lambda y, t: ag.relu(ag.relu(y[0]) * t - 0.5),
    "beside another": lambda y, t: ag.relu(1.0 - y[0] * t) + 0.1 * y[0] * y[0],
    "of the input, too": lambda y, t: ag.relu(1.0 - y[0] * t) * y[-1],
}  # fmt: skip


def cost_of(sizes, loss, order=1, is_mean=True, activation=ag.relu, penalty=1e-3):
    """(weights, rows, targets) -> a cost with a penalty; and how many weights there are."""
    shapes = [*zip(sizes[1:], sizes, strict=False)]

    def cost(w, rows, targets):
        left = iter(w)
        layers = [
            [([next(left) for _ in range(m)], next(left)) for _ in range(n)] for n, m in shapes
        ]
        losses = []
        for row, t in zip(rows, targets, strict=True):
            x = list(row)
            for k, layer in enumerate(layers):
                x = [ag.dot(ws, x, bias) for ws, bias in layer]
                if k < len(layers) - 1:
                    x = [activation(z) for z in x]
            losses.append(loss([*x, row[0]], t))
        total = ag.mean(losses[::order]) if is_mean else ag.sum(losses[::order])
        return total + penalty * ag.sum([p * p for p in w]) if penalty else total

    return cost, sum(n * (m + 1) for n, m in shapes)


def numbers(draw, n, scale=0.7):
    return [draw.gauss(0.0, scale) for _ in range(n)]


def selects_some(y, t):
    return 0.5 * ag.sum([ag.relu(1.0 + z * t) for z in y[:-1]])
