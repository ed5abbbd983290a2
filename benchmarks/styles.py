"""The suite `styles`: losses as people write them, compiled and as they stand.

Owns the losses. Each is written as a script would have it: plain loops, Python's sums, labels and
tables that the function around knows. What `compile` makes of them depends on what it recognises
(samples of several kinds, tables, sums by subtraction), and this is where that shows.
"""

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from benchmarks.peers import OURS
from benchmarks.suite import Suite
from benchmarks.workload import Contestant, Run, Workload

CALLS = 10  # of the value and the gradient, in each repetition
Loss = Callable[[Any], Any]
Weights = dict[str, list[list[float]]]


def _numbers(draw: random.Random, n: int, size: float) -> list[float]:
    return [draw.gauss(0.0, size) for _ in range(n)]


def _table(draw: random.Random, rows: int, columns: int, size: float = 0.3) -> list[list[float]]:
    return [_numbers(draw, columns, size) for _ in range(rows)]


def _linear(rows: Any, x: Any) -> list[Any]:
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in rows]


def _convolution(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    images = [_table(draw, 8, 8, 1.0) for _ in range(16)]
    labels = [draw.randrange(3) for _ in images]

    def loss(p: Any) -> Any:
        total = 0.0
        for image, label in zip(images, labels, strict=True):
            hidden = [
                ag.relu(sum(k[3 * a + b] * image[i + a][j + b] for a in range(3) for b in range(3)))
                for k in p["kernels"]
                for i in range(6)
                for j in range(6)
            ]
            total -= ag.log_softmax(_linear(p["scores"], hidden))[label]
        return total / len(images)

    return loss, {"kernels": _table(draw, 4, 9), "scores": _table(draw, 3, 144)}


def _characters(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    contexts = [[draw.randrange(27) for _ in range(3)] for _ in range(32)]
    labels = [draw.randrange(27) for _ in contexts]

    def loss(p: Any) -> Any:
        total = 0.0
        for context, label in zip(contexts, labels, strict=True):
            x = [number for i in context for number in p["table"][i]]
            hidden = [ag.tanh(y) for y in _linear(p["hidden"], [*x, 1.0])]
            total -= ag.log_softmax(_linear(p["scores"], [*hidden, 1.0]))[label]
        return total / len(contexts)

    weights = {"table": (27, 2), "hidden": (16, 7), "scores": (27, 17)}
    return loss, {name: _table(draw, *shape) for name, shape in weights.items()}


def _autoencoder(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    rows = _table(draw, 16, 6, 1.0)
    noise = _table(draw, 16, 2, 1.0)

    def loss(p: Any) -> Any:
        total = 0.0
        for row, e in zip(rows, noise, strict=True):
            hidden = [ag.tanh(y) for y in _linear(p["encoder"], row)]
            mean, scale = _linear(p["mean"], hidden), _linear(p["scale"], hidden)
            code = [m + ag.exp(s) * x for m, s, x in zip(mean, scale, e, strict=True)]
            found = _linear(p["out"], [ag.tanh(y) for y in _linear(p["decoder"], code)])
            total += sum((a - b) ** 2 for a, b in zip(found, row, strict=True)) + 0.5 * sum(
                m * m + ag.exp(2.0 * s) - 1.0 - 2.0 * s for m, s in zip(mean, scale, strict=True)
            )
        return total / len(rows)

    weights = {"encoder": (8, 6), "mean": (2, 8), "scale": (2, 8), "decoder": (8, 2), "out": (6, 8)}
    return loss, {name: _table(draw, *shape) for name, shape in weights.items()}


def _recurrent(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    sequences = [_table(draw, 12, 4, 1.0) for _ in range(8)]
    targets = _numbers(draw, 8, 1.0)

    def loss(p: Any) -> Any:
        total = 0.0
        for sequence, target in zip(sequences, targets, strict=True):
            state = [0.0] * 16
            for x in sequence:
                state = [ag.tanh(y) for y in _linear(p["hidden"], [*x, *state, 1.0])]
            total += (_linear(p["out"], state)[0] - target) ** 2
        return total / len(sequences)

    return loss, {"hidden": _table(draw, 16, 21), "out": _table(draw, 1, 16)}


def _equation(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    points = [k / 30.0 for k in range(31)]

    def loss(p: Any) -> Any:
        def u(x: Any) -> Any:
            return sum(c * ag.tanh(a * x + b) for a, b, c in p["neurons"])

        curvature = ag.grad(ag.grad(u))
        total = sum((curvature(ag.Value(x)) + ag.sin(x)) ** 2 for x in points)
        return total / len(points) + u(0.0) ** 2 + u(1.0) ** 2

    return loss, {"neurons": _table(draw, 16, 3, 1.0)}


def _transformer(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    tokens, width, n_heads = [26, 4, 12, 0, 26], 16, 4
    size = width // n_heads

    def normed(x: Any) -> list[Any]:
        scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
        return [a * scale for a in x]

    def loss(p: Any) -> Any:
        total, keys, values = 0.0, [], []
        for place, (token, following) in enumerate(pairwise(tokens)):
            x = normed([a + b for a, b in zip(p["token"][token], p["place"][place], strict=True)])
            query, key, value = (_linear(p[name], normed(x)) for name in ("query", "key", "value"))
            keys.append(key)
            values.append(value)
            found: list[Any] = []
            for h in range(0, width, size):
                here = slice(h, h + size)
                alike = [
                    sum(a * b for a, b in zip(query[here], k[here], strict=True)) for k in keys
                ]
                weights = ag.softmax([a / size**0.5 for a in alike])
                found += [
                    sum(w * v[j] for w, v in zip(weights, values, strict=True))
                    for j in range(h, h + size)
                ]
            x = [a + b for a, b in zip(x, _linear(p["out"], found), strict=True)]
            hidden = [ag.relu(y) for y in _linear(p["first"], normed(x))]
            x = [a + b for a, b in zip(x, _linear(p["second"], hidden), strict=True)]
            total -= ag.log_softmax(_linear(p["scores"], x))[following]
        return total / (len(tokens) - 1)

    weights = {"token": (27, 16), "place": (4, 16), "scores": (27, 16), "first": (64, 16)}
    weights |= dict.fromkeys(("query", "key", "value", "out"), (16, 16)) | {"second": (16, 64)}
    return loss, {name: _table(draw, *shape, 0.08) for name, shape in weights.items()}


def _simulation(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    seen = _numbers(draw, 300, 1.0)

    def loss(p: Any) -> Any:
        (x, v), (spring, friction) = p["start"][0], p["force"][0]
        h, total = 0.05, 0.0

        def force(x: Any, v: Any) -> Any:
            return -spring * ag.sin(x) - friction * v

        for y in seen:  # the classical method of Runge and Kutta
            a, p1 = v, force(x, v)
            b, p2 = v + h / 2 * p1, force(x + h / 2 * a, v + h / 2 * p1)
            c, p3 = v + h / 2 * p2, force(x + h / 2 * b, v + h / 2 * p2)
            d, p4 = v + h * p3, force(x + h * c, v + h * p3)
            x += h / 6 * (a + 2 * b + 2 * c + d)
            v += h / 6 * (p1 + 2 * p2 + 2 * p3 + p4)
            total += (x - y) ** 2
        return total

    return loss, {"start": [[1.0, 0.0]], "force": [[2.0, 0.1]]}


def _sequence(ag: Any, draw: random.Random) -> tuple[Loss, Weights]:
    numbers = _numbers(draw, 301, 1.0)

    def loss(p: Any) -> Any:
        state, total = [0.0] * 8, 0.0
        for x, following in pairwise(numbers):
            state = [ag.tanh(y) for y in _linear(p["hidden"], [*state, x, 1.0])]
            total += (_linear(p["out"], state)[0] - following) ** 2
        return total

    return loss, {"hidden": _table(draw, 8, 10), "out": _table(draw, 1, 8)}


def _prepare(made: Callable[..., tuple[Loss, Weights]], compiles: bool) -> Run:
    import autograd as ag

    loss, weights = made(ag, random.Random(1337))
    function = ag.value_and_grad(loss)
    if compiles:
        compiled = ag.compile(function)
        compiled(weights)
        while compiled.report().paths[0].tier:  # until it has been translated
            compiled(weights)
        function = compiled

    def once() -> Any:
        for _ in range(CALLS):
            found = function(weights)
        return found

    return Run(once, _gradients)


def _gradients(found: tuple[float, Weights]) -> Sequence[float]:
    return [x for rows in found[1].values() for row in rows for x in row]


def _workload(name: str, what: str, made: Callable[..., tuple[Loss, Weights]]) -> Workload:
    ours = [
        Contestant(way, OURS, partial(_prepare, made, way == "compiled"))
        for way in ("compiled", "eager")
    ]
    return Workload(name, f"{what}; {CALLS} calls", tuple(ours), tolerance=0.0)


SUITE = Suite(
    "styles",
    "losses as people write them, compiled and as they stand",
    (
        _workload(
            "convolution", "16 images of 8x8, 4 kernels 3x3, labels by list[k]", _convolution
        ),
        _workload("characters", "32 contexts of 3, a table of 27 rows, 27 classes", _characters),
        _workload("autoencoder", "variational 6-8-2-8-6, 16 rows", _autoencoder),
        _workload("recurrent", "16 neurons over 12 steps, 8 sequences", _recurrent),
        _workload("equation", "u'' + sin x by 16 neurons, at 31 points", _equation),
        _workload("transformer", "4 tokens, 4 heads, 4,064 weights", _transformer),
        _workload("simulation", "a pendulum by Runge and Kutta, 300 steps", _simulation),
        _workload("sequence", "8 neurons over 300 numbers, one after another", _sequence),
    ),
)
