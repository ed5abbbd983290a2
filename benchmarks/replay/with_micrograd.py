"""micrograd in the contests: one node for each operation on numbers, built again at each call."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.moons_step import loss_of
from benchmarks.peers import MICROGRAD
from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python recurse a million deep, as micrograd's sort of a deep graph does."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _no_tanh(_: Any) -> Any:
    raise NotImplementedError("micrograd 0.1.0 has no tanh")


def call(name: str) -> Run:
    """The graph is built and backpropagated through at each call."""
    new_value = MICROGRAD.value()
    function = FUNCTIONS[name]()
    f = function.on_numbers(Language(new_value.relu, _no_tanh, sum, repeat))

    def once(*arguments: Any) -> tuple[Any, list[Any]]:
        leaves = [
            list(map(new_value, x)) if isinstance(x, list) else new_value(x) for x in arguments
        ]
        root = f(*leaves)
        with deep_recursion():
            root.backward()
        return root, leaves

    def numbers(found: tuple[Any, list[Any]]) -> list[float]:
        root, leaves = found
        flat = [v for leaf in leaves for v in (leaf if isinstance(leaf, list) else [leaf])]
        return [root.data, *[v.grad for v in flat]]

    return Run(once, function.point, numbers)


def step(name: str) -> Run:
    """A step as in the demo."""
    task, new_value = TASKS[name], MICROGRAD.value()
    model = MICROGRAD.mlp()(task.sizes[0], list(task.sizes[1:]))
    for layer, (rows, biases) in zip(model.layers, task.weights, strict=True):
        for neuron, weights, bias in zip(layer.neurons, rows, biases, strict=True):
            neuron.b.data = bias
            for weight, number in zip(neuron.w, weights, strict=True):
                weight.data = number
    batches = task.batches()

    def once() -> None:
        loss = loss_of(new_value, model, *next(batches))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= task.lr * p.grad

    def numbers(_: Any) -> list[float]:
        after: list[float] = []
        for layer in model.layers:
            after += [w.data for neuron in layer.neurons for w in neuron.w]
            after += [neuron.b.data for neuron in layer.neurons]
        return task.summed_gradients(after)

    return Run(once, (), numbers)
