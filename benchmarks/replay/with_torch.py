"""PyTorch in the contests: eager, and compiled by TorchInductor; doubles, one thread."""

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from types import FunctionType
from typing import Any

import torch
from torch.nn import functional

from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS, Batch, Task

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
# With what earlier runs have compiled, this one would be ready sooner than the first on a machine.
_CACHE = tempfile.TemporaryDirectory(prefix="inductor-")
os.environ["TORCHINDUCTOR_CACHE_DIR"] = _CACHE.name

LANGUAGE = Language(torch.relu, torch.tanh, torch.sum, repeat)
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled, and launched by generated C++: less of each call is Python."""

    def program(*arguments: Any) -> Any:
        return function(*arguments)

    # Dynamo keeps what it has compiled by code object. One of its own for each: no workload's
    # programs are looked through, nor do they count as recompilations, when another's is called.
    code = program.__code__.replace()
    fresh = FunctionType(code, globals(), "program", None, program.__closure__)
    compiled: Callable[..., Any] = torch.compile(
        fresh, dynamic=False, fullgraph=True, options={"cpp_wrapper": True}
    )
    return compiled


def _numbers(found: Any) -> list[float]:
    """The value, then the gradient by each argument, in one list."""
    value, gradients = found
    return [value.item(), *[x for g in gradients for x in g.reshape(-1).tolist()]]


def eager_call(name: str) -> Run:
    """The graph is built and backpropagated through at each call."""
    function = FUNCTIONS[name]()
    f = function.on_arrays(LANGUAGE)

    def call(*arguments: Any) -> Any:
        value = f(*arguments)
        return value, torch.autograd.grad(value, arguments)

    arguments = tuple(torch.tensor(x, requires_grad=True) for x in function.point)
    return Run(call, arguments, _numbers)


def compiled_call(name: str) -> Run:
    """Value and gradient as one compiled program, tensors in and out."""
    function = FUNCTIONS[name]()
    places = tuple(range(len(function.point)))
    f = _compiled(torch.func.grad_and_value(function.on_arrays(LANGUAGE), argnums=places))

    @torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore]
    def call(*arguments: Any) -> Any:
        gradients, value = f(*arguments)
        return value, gradients

    return Run(call, tuple(map(torch.tensor, function.point)), _numbers)


def _parameters(task: Task, requires_grad: bool = False) -> list[Any]:
    """For each layer the matrix of its weights, then its biases."""
    return [
        torch.tensor(numbers, requires_grad=requires_grad)
        for layer in task.weights
        for numbers in layer
    ]


def _flat(parameters: Sequence[Any]) -> Any:
    return torch.cat([p.detach().reshape(-1) for p in parameters])


def _data_loss(task: Task, parameters: Sequence[Any], rows: Any, labels: Any) -> Any:
    """The mean loss of a batch, without a penalty."""
    outputs = rows
    for k in range(0, len(parameters), 2):
        outputs = functional.linear(outputs, parameters[k], parameters[k + 1])
        if k < len(parameters) - 2:
            outputs = ACTIVATIONS[task.activation](outputs)
    if task.loss == "hinge":
        return torch.relu(1 - labels * outputs.squeeze(1)).mean()
    return functional.cross_entropy(outputs, labels)


def _tensors(task: Task, batch: Batch) -> tuple[Any, Any]:
    kind = torch.float64 if task.loss == "hinge" else torch.int64
    return torch.tensor(batch.rows), torch.tensor(batch.labels, dtype=kind)


def _batches(task: Task) -> Callable[[], tuple[Any, Any]]:
    """A function that gives the tensors of the next batch."""
    return task.batches(partial(_tensors, task)).__next__


def eager_step(name: str, decay: bool = False) -> Run:
    """A step as in a tutorial; the penalty in the loss, or as the optimiser's weight decay."""
    task = TASKS[name]
    parameters, next_batch = _parameters(task, requires_grad=True), _batches(task)
    weight_decay = 2 * task.l2 if decay else 0.0
    optimizer = torch.optim.SGD(parameters, task.lr, weight_decay=weight_decay, fused=True)

    def step() -> None:
        loss = _data_loss(task, parameters, *next_batch())
        if task.l2 and not decay:
            loss = loss + task.l2 * sum((p * p).sum() for p in parameters)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return Run(step, (), lambda _: task.summed_gradients(_flat(parameters).tolist()))


def _shaper(task: Task) -> Callable[[Any], list[Any]]:
    """A function: one flat tensor -> the parameters as views of it."""
    shapes = [p.shape for p in _parameters(task)]
    sizes = [shape.numel() for shape in shapes]

    def shaped(flat: Any) -> list[Any]:
        return [part.view(shape) for part, shape in zip(flat.split(sizes), shapes, strict=True)]

    return shaped


def eager_flat_step(name: str) -> Run:
    """A step on one flat parameter, updated by hand: fewer and larger operations."""
    task = TASKS[name]
    shaped, next_batch = _shaper(task), _batches(task)
    flat = _flat(_parameters(task)).requires_grad_()

    def step() -> None:
        loss = _data_loss(task, shaped(flat), *next_batch())
        if task.l2:
            loss = loss + task.l2 * flat.dot(flat)
        (gradient,) = torch.autograd.grad(loss, flat)
        with torch.no_grad():
            flat.add_(gradient, alpha=-task.lr)

    return Run(step, (), lambda _: task.summed_gradients(flat.tolist()))


def _pure_step(task: Task) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """(flat parameters, rows, labels) -> (flat parameters after the step, loss)."""
    shaped = _shaper(task)

    def loss_of(flat: Any, rows: Any, labels: Any) -> Any:
        loss = _data_loss(task, shaped(flat), rows, labels)
        return loss + task.l2 * flat.dot(flat) if task.l2 else loss

    gradient_and_loss = torch.func.grad_and_value(loss_of)

    def step(flat: Any, rows: Any, labels: Any) -> tuple[Any, Any]:
        gradient, loss = gradient_and_loss(flat, rows, labels)
        return flat - task.lr * gradient, loss

    return step


def compiled_step(name: str) -> Run:
    """Gradient and update as one compiled program, a call a step."""
    task = TASKS[name]
    step, next_batch = _compiled(_pure_step(task)), _batches(task)
    flat = _flat(_parameters(task))

    @torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore]
    def call() -> Any:
        nonlocal flat
        flat, loss = step(flat, *next_batch())
        return loss

    return Run(call, (), lambda _: task.summed_gradients(flat.tolist()))


def unrolled_steps(name: str) -> Run:
    """An epoch, or some steps on all samples, by calls of programs that do several steps each."""
    task = TASKS[name]
    one_step = _pure_step(task)

    def several(flat: Any, batches: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
        loss = None
        for rows, labels in batches:
            flat, loss = one_step(flat, rows, labels)
        return flat, loss

    steps = _compiled(several)
    flat = _flat(_parameters(task))
    epochs = [
        [[_tensors(task, batch) for batch in group] for group in epoch]
        for epoch in task.unrolled_steps
    ]
    next_epoch = cycle(epochs).__next__

    @torch.inference_mode()  # type: ignore[untyped-decorator, unused-ignore]
    def call() -> Any:
        nonlocal flat
        loss = None
        for group in next_epoch():
            flat, loss = steps(flat, group)
        return loss

    n_steps = sum(map(len, epochs[0]))
    return Run(call, (), lambda _: task.summed_gradients(flat.tolist()), n_steps)
