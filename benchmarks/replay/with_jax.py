"""JAX in the contests: a jitted call a step, and loops inside of one; doubles, one thread."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.replay.functions import FUNCTIONS, Language
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS, Batch, Task

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)
# A call computes in the caller's thread: on one core, handing small work to another thread and
# waiting for it costs more than the work (a step of `moons-relu-full` took twice as long).
jax.config.update("jax_cpu_enable_async_dispatch", False)


def _repeat(times: int, function: Callable[[Any], Any], x: Any) -> Any:
    return jax.lax.scan(lambda x, _: (function(x), None), x, None, length=times)[0]


LANGUAGE = Language(jax.nn.relu, jnp.tanh, jnp.sum, _repeat)
ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh}


def _numbers(found: Any) -> list[float]:
    """The value, then the gradient by each argument, in one list."""
    value, gradients = found
    return [float(value), *[x for g in gradients for x in g.reshape(-1).tolist()]]


def _jitted(name: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Value and gradient of a function, jitted, and its arguments."""
    function = FUNCTIONS[name]()
    places = tuple(range(len(function.point)))
    f = jax.jit(jax.value_and_grad(function.on_arrays(LANGUAGE), argnums=places))
    return f, tuple(map(jnp.array, function.point))


def awaited_call(name: str) -> Run:
    """Arrays that are there already go in; the result is there when the call returns.

    Waiting is what JAX's documentation asks of a benchmark.
    """
    f, arguments = _jitted(name)
    return Run(lambda *arguments: jax.block_until_ready(f(*arguments)), arguments, _numbers)


def call_with_floats(name: str) -> Run:
    """Python's floats go in, and come out, as with ours."""
    f, arguments = _jitted(name)

    def call(*arguments: float) -> tuple[float, list[float]]:
        value, gradients = f(*arguments)
        return float(value), list(map(float, gradients))

    return Run(call, tuple(map(float, arguments)), lambda found: [found[0], *found[1]])


def packed_call(name: str) -> Run:
    """One array of all numbers goes in, one comes out: the least to hand over."""
    f, arguments = _jitted(name)

    def packed(x: Any) -> Any:
        value, gradients = f(*x)
        return jnp.stack([value, *gradients])

    return Run(jax.jit(packed), (jnp.stack(arguments),), lambda found: list(found.tolist()))


Step = Callable[[Any, Any, Any], tuple[Any, Any]]


def _parameters(task: Task) -> list[Any]:
    """For each layer the matrix of its weights, then its biases."""
    return [jnp.array(numbers) for layer in task.weights for numbers in layer]


def _flat(parameters: Sequence[Any]) -> Any:
    return jnp.concatenate([p.reshape(-1) for p in parameters])


def _loss(task: Task, parameters: Sequence[Any], rows: Any, labels: Any) -> Any:
    outputs = rows
    for k in range(0, len(parameters), 2):
        outputs = outputs @ parameters[k].T + parameters[k + 1]
        if k < len(parameters) - 2:
            outputs = ACTIVATIONS[task.activation](outputs)
    if task.loss == "hinge":
        total = jnp.mean(jax.nn.relu(1 - labels * outputs[:, 0]))
    else:  # labels are one-hot: a sum is faster here than picking
        total = -jnp.mean((jax.nn.log_softmax(outputs) * labels).sum(1))
    return total + task.l2 * sum((p * p).sum() for p in parameters) if task.l2 else total


def _step(task: Task) -> Step:
    """(parameters, rows, labels) -> (parameters after the step, loss)."""

    def step(parameters: Any, rows: Any, labels: Any) -> tuple[Any, Any]:
        loss, gradients = jax.value_and_grad(partial(_loss, task))(parameters, rows, labels)
        return [p - task.lr * g for p, g in zip(parameters, gradients, strict=True)], loss

    return step


def _flat_step(task: Task) -> Step:
    """The same on one flat array: less to hand over."""
    shapes = [p.shape for p in _parameters(task)]

    def shaped(flat: Any) -> list[Any]:
        parts, start = [], 0
        for shape in shapes:
            stop = start + shape[0] * (shape[1] if len(shape) > 1 else 1)
            parts.append(flat[start:stop].reshape(shape))
            start = stop
        return parts

    def step(flat: Any, rows: Any, labels: Any) -> tuple[Any, Any]:
        def loss_of(flat: Any) -> Any:
            return _loss(task, shaped(flat), rows, labels)

        loss, gradient = jax.value_and_grad(loss_of)(flat)
        return flat - task.lr * gradient, loss

    return step


def _arrays(task: Task, batch: Batch) -> tuple[Any, Any]:
    labels = jnp.array(batch.labels)
    if task.loss == "cross_entropy":
        labels = jax.nn.one_hot(labels, task.sizes[-1], dtype=jnp.float64)
    return jnp.array(batch.rows), labels


def step(name: str, flat: bool = False) -> Run:
    """A jitted step that may overwrite the parameters it is given, a call a step."""
    task = TASKS[name]
    jitted = jax.jit(_flat_step(task) if flat else _step(task), donate_argnums=0)
    parameters: Any = _flat(_parameters(task)) if flat else _parameters(task)
    next_batch = task.batches(partial(_arrays, task)).__next__

    def call() -> Any:
        nonlocal parameters
        parameters, loss = jitted(parameters, *next_batch())
        return loss.block_until_ready()  # as a loop that shows the loss does

    def numbers(_: Any) -> Sequence[float]:
        return task.summed_gradients((parameters if flat else _flat(parameters)).tolist())

    return Run(call, (), numbers)


def whole(name: str, flat: bool = False) -> Run:
    """A whole training as one jitted program: loops over epochs and batches inside of it."""
    task = TASKS[name]
    one_step = _flat_step(task) if flat else _step(task)
    parameters: Any = _flat(_parameters(task)) if flat else _parameters(task)

    def on_all_samples(parameters: Any, data: Any) -> Any:
        return jax.lax.scan(lambda p, _: one_step(p, *data), parameters, None, length=task.epochs)

    def epoch(parameters: Any, data: Any) -> Any:
        batches, rest = data
        parameters, losses = jax.lax.scan(lambda p, b: one_step(p, *b), parameters, batches)
        return one_step(parameters, *rest) if rest else (parameters, losses)

    def on_batches(parameters: Any, data: Any) -> Any:
        return jax.lax.scan(epoch, parameters, data)

    data: Any = _arrays(task, task.full_batch) if task.is_full else _epochs(task)
    train = jax.jit(on_all_samples if task.is_full else on_batches, donate_argnums=0)

    def call() -> Any:
        nonlocal parameters
        parameters, losses = train(parameters, data)
        return losses.block_until_ready()

    def numbers(_: Any) -> Sequence[float]:
        return task.summed_gradients((parameters if flat else _flat(parameters)).tolist())

    return Run(call, (), numbers, task.epochs * len(task.epochs_of_batches[0]))


def _epochs(task: Task) -> Any:
    """For each epoch, stacked, its whole batches and the smaller one at its end, if any."""
    whole_ones, last_ones = [], []
    for batches in task.epochs_of_batches:
        alike = [b for b in batches if len(b.rows) == task.batch_size]
        whole_ones.append(_stacked([_arrays(task, b) for b in alike]))
        last_ones += [_arrays(task, b) for b in batches[len(alike) :]]
    return _stacked(whole_ones), _stacked(last_ones) if last_ones else ()


def _stacked(pairs: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    return jnp.stack([rows for rows, _ in pairs]), jnp.stack([labels for _, labels in pairs])
