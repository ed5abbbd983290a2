"""CasADi in the contests: its virtual machine, and the C that it writes, compiled by gcc."""

import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import cycle
from typing import Any

import casadi
import numpy as np

from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS, Task

FLAGS = ["-O3", "-march=native", "-fno-math-errno"]


def _relu(x: Any) -> Any:
    return casadi.fmax(x, 0.0)


def _total(x: Any) -> Any:
    return sum(x) if isinstance(x, list) else casadi.sum1(x)


LANGUAGE = Language(_relu, casadi.tanh, _total, repeat)


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Where CasADi writes C and libraries; it removes each with its function."""
    return tempfile.TemporaryDirectory()


class Machine:
    """A CasADi function whose arguments and results lie in NumPy arrays, read and written in place.

    Args:
        arguments, results: its symbols and expressions.
        gcc: whether it is compiled, or runs on the virtual machine.
        steps: how many times it is applied in a call, the first result being the first argument
            of the next time, and the other arguments being those of each time side by side.
    """

    def __init__(
        self, arguments: Sequence[Any], results: Sequence[Any], gcc: bool, steps: int = 1
    ) -> None:
        options: dict[str, Any] = {}
        if gcc:
            details = {"compiler": "gcc", "flags": FLAGS, "directory": _folder().name + "/"}
            options = {"jit": True, "compiler": "shell", "jit_options": details}
        if steps == 1:
            function = casadi.Function("f", list(arguments), list(results), options)
        else:
            one = casadi.Function("one", list(arguments), list(results))
            function = one.mapaccum("f", steps, options)
        self._buffer, self.call = function.buffer()
        self._function = function  # neither does `call` keep the buffer alive, nor the buffer this
        self.arguments = [np.zeros(function.nnz_in(i)) for i in range(function.n_in())]
        self.results = [np.zeros(function.nnz_out(i)) for i in range(function.n_out())]
        for i, array in enumerate(self.arguments):
            self._buffer.set_arg(i, array.data)
        for i, array in enumerate(self.results):
            self._buffer.set_res(i, array.data)


def machine_call(name: str, gcc: bool = False) -> Run:
    """The least a call can cost: the numbers lie in its arrays already, and stay in them."""
    function = FUNCTIONS[name]()
    sizes = [len(x) if isinstance(x, list) else 1 for x in function.point]
    symbols = [casadi.SX.sym(f"x{i}", size) for i, size in enumerate(sizes)]
    value = function.on_arrays(LANGUAGE)(*symbols)
    machine = Machine(symbols, [value, casadi.gradient(value, casadi.vertcat(*symbols))], gcc)
    for array, given in zip(machine.arguments, function.point, strict=True):
        array[:] = given

    def numbers(_: None) -> list[float]:  # it keeps the machine alive, which its `call` does not
        return [x for array in machine.results for x in array.tolist()]

    return Run(machine.call, (), numbers)


def python_call(name: str) -> Run:
    """A call as one writes it in Python: floats or arrays go in, matrices of CasADi come out."""
    function = FUNCTIONS[name]()
    arguments = tuple(np.array(x) if isinstance(x, list) else x for x in function.point)
    symbols = [casadi.SX.sym(f"x{i}", np.size(x)) for i, x in enumerate(arguments)]
    value = function.on_arrays(LANGUAGE)(*symbols)
    gradients = [casadi.gradient(value, symbol) for symbol in symbols]
    call = casadi.Function("f", symbols, [value, *gradients])
    return Run(call, arguments, lambda found: [x for m in found for x in m.full().ravel().tolist()])


def _step(task: Task) -> tuple[list[Any], list[Any]]:
    """(parameters, rows, labels) and (parameters after the step, loss), in symbols.

    The parameters are one vector: layer by layer the rows of weights, then the biases.
    """
    if task.loss != "hinge":
        raise ValueError(f"{task.loss} has not been written for CasADi")
    sizes = list(zip(task.sizes, task.sizes[1:], strict=False))
    n_parameters = sum(m * (n + 1) for n, m in sizes)
    count = len(task.full_batch.rows) if task.is_full else task.batch_size
    parameters = casadi.SX.sym("parameters", n_parameters)
    rows, labels = casadi.SX.sym("rows", task.sizes[0], count), casadi.SX.sym("labels", count)
    activation = {"relu": _relu, "tanh": casadi.tanh}[task.activation]
    outputs, start = rows, 0
    for n, m in sizes:
        weights = casadi.reshape(parameters[start : start + n * m], n, m)  # column by column
        biases = parameters[start + n * m : start + n * m + m]
        outputs = casadi.mtimes(weights.T, outputs) + casadi.repmat(biases, 1, count)
        start += n * m + m
        if start < n_parameters:
            outputs = activation(outputs)
    loss = casadi.sum1(_relu(1 - labels * outputs.T)) / count
    loss = loss + task.l2 * casadi.dot(parameters, parameters)
    after = parameters - task.lr * casadi.gradient(loss, parameters)
    return [parameters, rows, labels], [after, loss]


def steps(name: str, gcc: bool = False) -> Run:
    """An epoch of steps on one sample each, or one step on all samples, in one call."""
    task = TASKS[name]
    epochs = [[task.full_batch]] if task.is_full else task.epochs_of_batches
    data = [
        (
            np.array([x for batch in epoch for row in batch.rows for x in row]),
            np.array([float(y) for batch in epoch for y in batch.labels]),
        )
        for epoch in epochs
    ]
    next_epoch, n_steps = cycle(data).__next__, len(epochs[0])
    machine = Machine(*_step(task), gcc, n_steps)
    run, (parameters, rows, labels), (after, _) = machine.call, machine.arguments, machine.results
    parameters[:] = [
        x for layer in task.weights for row in [*layer.rows, layer.biases] for x in row
    ]
    last = after[-len(parameters) :]  # those after each step lie one after another

    def call() -> None:
        rows[:], labels[:] = next_epoch()
        run()
        parameters[:] = last

    def numbers(_: None) -> list[float]:  # it keeps the machine alive, which its `call` does not
        return task.summed_gradients(machine.arguments[0].tolist())

    return Run(call, (), numbers, n_steps)
