"""CasADi in the contests: its virtual machine, and the C that it writes, compiled by gcc."""

import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import cycle, groupby, pairwise
from typing import Any, NamedTuple

import casadi
import numpy as np

from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS, Batch, Task

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


def _step(task: Task, count: int) -> tuple[list[Any], list[Any]]:
    """(parameters, rows, labels) and (parameters after the step, loss), in symbols.

    The parameters are one vector: layer by layer the rows of weights, then the biases. A step on
    one sample is written out in operations on numbers; one on a batch in operations on matrices,
    which is faster on the virtual machine and compiles in seconds.
    """
    kind = casadi.SX if count == 1 else casadi.MX
    sizes = list(pairwise(task.sizes))
    parameters = kind.sym("parameters", sum(m * (n + 1) for n, m in sizes))
    rows, labels = kind.sym("rows", task.sizes[0], count), kind.sym("labels", _width(task), count)
    activation = {"relu": _relu, "tanh": casadi.tanh}[task.activation]
    outputs, start = rows, 0
    for k, (n, m) in enumerate(sizes):
        weights = casadi.reshape(parameters[start : start + n * m], n, m)  # column by column
        biases = parameters[start + n * m : start + n * m + m]
        outputs = casadi.mtimes(weights.T, outputs) + casadi.repmat(biases, 1, count)
        start += n * m + m
        if k < len(sizes) - 1:
            outputs = activation(outputs)
    if task.loss == "hinge":
        total = casadi.sum2(_relu(1 - labels * outputs))
    else:
        logs = [casadi.logsumexp(column) for column in casadi.horzsplit(outputs)]
        total = sum(logs) - casadi.dot(labels, outputs)
    loss = total / count + task.l2 * casadi.dot(parameters, parameters)
    after = parameters - task.lr * casadi.gradient(loss, parameters)
    return [parameters, rows, labels], [after, loss]


def _width(task: Task) -> int:
    """How many numbers the label of a sample is."""
    return 1 if task.loss == "hinge" else task.sizes[-1]


def _labels(task: Task, batch: Batch) -> list[float]:
    """The labels as numbers; a class is one-hot."""
    if task.loss == "hinge":
        return list(map(float, batch.labels))
    return [float(k == label) for label in batch.labels for k in range(task.sizes[-1])]


class _Group(NamedTuple):
    """Batches of one size that follow each other: the machine for them, their rows and labels."""

    machine: Machine
    rows: Any
    labels: Any


def _epochs(task: Task, gcc: bool) -> list[list[_Group]]:
    """For each epoch its batches, in as few calls as there are runs of batches of one size."""
    machines: dict[tuple[int, int], Machine] = {}
    epochs = []
    for batches in [[task.full_batch]] if task.is_full else task.epochs_of_batches:
        groups = []
        for size, alike in groupby(batches, lambda batch: len(batch.rows)):
            those = list(alike)
            shape = size, len(those)
            if shape not in machines:
                machines[shape] = Machine(*_step(task, size), gcc, len(those))
            rows = np.array([x for batch in those for row in batch.rows for x in row])
            labels = np.array([y for batch in those for y in _labels(task, batch)])
            groups.append(_Group(machines[shape], rows, labels))
        epochs.append(groups)
    return epochs


def steps(name: str, gcc: bool = False) -> Run:
    """An epoch, or one step on all samples: a call for all batches of one size that follow."""
    task = TASKS[name]
    epochs = _epochs(task, gcc)
    next_epoch = cycle(epochs).__next__
    parameters = np.array(
        [x for layer in task.weights for row in [*layer.rows, layer.biases] for x in row]
    )

    def call() -> None:
        for machine, rows, labels in next_epoch():
            machine.arguments[0][:] = parameters
            machine.arguments[1][:] = rows
            machine.arguments[2][:] = labels
            machine.call()
            # Those after each step lie one after another.
            parameters[:] = machine.results[0][-len(parameters) :]

    def numbers(_: None) -> list[float]:
        return task.summed_gradients(parameters.tolist())

    return Run(call, (), numbers, 1 if task.is_full else len(task.epochs_of_batches[0]))
