"""The training step of micrograd's demo: a multi-layer perceptron 2-16-16-1 on two moons.

A step is what the demo repeats: 100 samples made into Values, forward propagation, the hinge loss
and its L2 penalty, zero_grad, backpropagation, the update of 337 parameters. Its program is the
same for every engine, written in the idioms of the demo; each brings its own Value and MLP. The
moons are plain floats, so that the engines are timed and not NumPy's scalars. A step returns
nothing: a training loop pays for freeing the last step's graph, and so does the clock.
"""

import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.peers import ValueEngine
from benchmarks.workload import Contestant, Run, Target, Workload

SAMPLES = 100
LAYERS = [16, 16, 1]
ALPHA = 1e-4  # of the L2 penalty
LEARNING_RATE = 0.01  # below the demo's, so that the loss is still falling after many steps


def moons(
    samples: int, noise: float = 0.1, seed: int = 1337
) -> tuple[list[list[float]], list[int]]:
    """Two half circles that reach into each other, and for each point the moon: -1 or 1."""
    source = random.Random(seed)
    points, labels = [], []
    for k in range(samples):
        angle = math.pi * source.random()
        label = 1 if k % 2 else -1
        x, y = math.cos(angle), math.sin(angle)
        if label == 1:
            x, y = 1.0 - x, 0.5 - y
        points.append([x + source.gauss(0.0, noise), y + source.gauss(0.0, noise)])
        labels.append(label)
    return points, labels


def loss_of(new_value: Callable[[float], Any], model: Any, points: Any, labels: Any) -> Any:
    """The mean hinge loss of a batch, and the L2 penalty of all parameters."""
    scores = [model(list(map(new_value, point))) for point in points]
    margins = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    penalty = sum(p * p for p in model.parameters())
    return sum(margins) * (1.0 / len(margins)) + ALPHA * penalty


def workload(
    name: str, what: str, engines: Sequence[ValueEngine], targets: tuple[Target, ...] = ()
) -> Workload:
    """The step on the whole batch of 100 samples."""
    contestants = [Contestant(engine.name, engine, partial(prepare, engine)) for engine in engines]
    return Workload(name, what, tuple(contestants), targets)


def prepare(engine: ValueEngine) -> Run:
    """The step with an engine's Value and MLP, from micrograd's initial weights."""
    new_value = engine.value()
    random.seed(1337)
    model = engine.mlp()(2, LAYERS)
    points, labels = moons(SAMPLES)

    def once() -> None:
        loss = loss_of(new_value, model, points, labels)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= LEARNING_RATE * p.grad

    return Run(once, lambda _: [p.grad for p in model.parameters()])
