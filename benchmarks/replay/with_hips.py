"""HIPS autograd in the contests: a program, run by the Python that has it (elsewhere.py).

In this file `autograd` is HIPS's. Only what imports none of ours can be imported here.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # behind what is installed

from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run, Timed
from benchmarks.replay.tasks import TASKS, Batch, Task

hips: Any = import_module("autograd")
np: Any = import_module("autograd.numpy")

LANGUAGE = Language(lambda x: np.maximum(x, 0.0), np.tanh, np.sum, repeat)


def call(name: str) -> Run:
    """The function is traced and differentiated at each call."""
    function = FUNCTIONS[name]()
    arguments = tuple(np.array(x) if isinstance(x, list) else x for x in function.point)
    places = tuple(range(len(arguments)))

    def numbers(found: Any) -> list[float]:
        value, gradients = found
        return [float(value), *[x for g in gradients for x in np.ravel(g).tolist()]]

    f = hips.value_and_grad(function.on_arrays(LANGUAGE), argnum=places)
    return Run(f, arguments, numbers)


def _loss(task: Task, parameters: Any, rows: Any, labels: Any) -> Any:
    outputs = rows
    for k in range(0, len(parameters), 2):
        outputs = np.dot(outputs, parameters[k].T) + parameters[k + 1]
        if k < len(parameters) - 2:
            is_relu = task.activation == "relu"
            outputs = np.maximum(outputs, 0.0) if is_relu else np.tanh(outputs)
    if task.loss == "hinge":
        total = np.mean(np.maximum(1 - labels * outputs[:, 0], 0.0))
    else:
        shifted = outputs - np.max(outputs, axis=1, keepdims=True)
        logs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        total = -np.mean(logs[np.arange(len(labels)), labels])
    return total + task.l2 * sum(np.sum(p * p) for p in parameters) if task.l2 else total


def step(name: str) -> Run:
    """A step on arrays, updated by hand."""
    task = TASKS[name]
    parameters = [np.array(numbers) for layer in task.weights for numbers in layer]
    value_and_gradients = hips.value_and_grad(lambda *arguments: _loss(task, *arguments))

    def arrays(batch: Batch) -> Any:
        return np.array(batch.rows), np.array(batch.labels)

    next_batch = task.batches(arrays).__next__

    def once() -> None:
        nonlocal parameters
        _, gradients = value_and_gradients(parameters, *next_batch())
        parameters = [p - task.lr * g for p, g in zip(parameters, gradients, strict=True)]

    def numbers(_: Any) -> list[float]:
        return task.summed_gradients([x for p in parameters for x in p.ravel().tolist()])

    return Run(once, (), numbers)


def _answer() -> None:
    """Do what the other side asks, until it asks no more."""
    run: Timed | None = None
    for line in sys.stdin:
        what, *details = json.loads(line)
        answer: Any
        if what == "prepare":
            way, workload = details
            run = {"call": call, "step": step}[way](workload)
            answer = run.steps
        elif run is None:
            raise RuntimeError("nothing is prepared")
        else:
            answer = run.seconds(*details) if what == "seconds" else list(run.result())
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _answer()
