"""glassgrad in the contests: compiled in both modes, and as it runs without being compiled."""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle, groupby, islice
from typing import Any, NamedTuple

import autograd as ag
import nn
from autograd.replay import Descent
from benchmarks.replay.functions import FUNCTIONS, Language, repeat
from benchmarks.replay.run import Run
from benchmarks.replay.tasks import TASKS, Batch, Task

LANGUAGE = Language(ag.relu, ag.tanh, ag.sum, repeat)
ACTIVATIONS = {"relu": ag.relu, "tanh": ag.tanh}
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "hinge": nn.hinge_loss,
    "cross_entropy": nn.cross_entropy,
}


def _numbers(found: Any) -> list[float]:
    """The value, then the gradient by each argument, in one list."""
    value, gradients = found
    return [value, *[x for g in gradients for x in (g if hasattr(g, "__len__") else [g])]]


def _value_and_gradients(name: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    function = FUNCTIONS[name]()
    places = tuple(range(len(function.point)))
    return ag.value_and_grad(function.on_numbers(LANGUAGE), argnums=places), function.point


def eager_call(name: str) -> Run:
    """The graph is built and backpropagated through at each call."""
    return Run(*_value_and_gradients(name), _numbers)


def compiled_call(
    name: str,
    mode: str,
    backend: str | None = None,
    as_arrays: bool = False,
    first_tier: bool = False,
) -> Run:
    """The compiled function, past the second call, which compares it with the function itself.

    A long one is called until it is translated, unless it is its first tier that is wanted.
    """
    f, arguments = _value_and_gradients(name)
    compiled = ag.compile(f, mode=mode, backend=backend)

    def given(factor: float) -> tuple[Any, ...]:
        lists = [[x * factor for x in a] if isinstance(a, list) else a * factor for a in arguments]
        if not as_arrays:
            return tuple(lists)
        import numpy as np

        return tuple(map(np.array, lists))

    for factor in (0.999, 1.001):
        compiled(*given(factor))
    while compiled.report().paths[0].tier and not first_tier:
        compiled(*given(1.0))
    return Run(compiled, given(1.0), _numbers)


def model_of(task: Task) -> Any:
    """A model with the initial weights."""
    sizes = list(task.sizes)
    model = nn.MLP(sizes[0], sizes[1:], activation=task.activation, seed=0)
    for layer, (rows, biases) in zip(model.layers, task.weights, strict=True):
        for neuron, weights, bias in zip(layer.neurons, rows, biases, strict=True):
            neuron.bias.data = bias
            for weight, number in zip(neuron.weights, weights, strict=True):
                weight.data = number
    return model


class Beginning:
    """The weights with which a training begins, put back when it is over.

    Args:
        parameters: of a model that has them.
    """

    def __init__(self, task: Task, parameters: Sequence[Any]) -> None:
        self._parameters, self._numbers = parameters, [p.data for p in parameters]
        self._training, self._steps = task.training, 0

    def again(self) -> None:
        """Now."""
        for p, number in zip(self._parameters, self._numbers, strict=True):
            p.data = number

    def calls(self, most: int, steps: int) -> int:
        """How many calls of so many steps follow each other until the training is over."""
        if not self._training:
            return most
        left = self._training - self._steps if self._steps < self._training else self._training
        return min(most, -(-left // steps))

    def before(self, steps: int) -> None:
        """Now, if the training is over, which goes on for so many steps, or begins with them."""
        if self._training and self._steps >= self._training:
            self.again()
            self._steps = 0
        self._steps += steps


def gradients_of(task: Task, model: Any) -> Callable[[Any], Sequence[float]]:
    """The model's parameters as `Task.summed_gradients` wants them: rows, then biases."""

    def numbers(_: Any) -> Sequence[float]:
        after: list[float] = []
        for layer in model.layers:
            after += [w.data for neuron in layer.neurons for w in neuron.weights]
            after += [neuron.bias.data for neuron in layer.neurons]
        return task.summed_gradients(after)

    return numbers


def eager_step(name: str) -> Run:
    """A step as a user writes it: model, loss, backward, optimiser."""
    task = TASKS[name]
    model, loss_of, batches = model_of(task), LOSSES[task.loss], task.batches()
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, lr=task.lr)

    def once() -> None:
        rows, labels = next(batches)
        loss = loss_of([model(row) for row in rows], labels)
        if task.l2:
            loss = loss + task.l2 * ag.sum([p * p for p in parameters])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return Run(once, (), gradients_of(task, model))


class Training:
    """A training by `autograd.replay.Descent`.

    Args:
        name: of the task.
        mode: as for `compile`.
    """

    def __init__(self, name: str, mode: str) -> None:
        from autograd.replay.llvm.remembered import forget

        self._name, task = name, TASKS[name]
        forget()  # what was made before: the time until this one is ready is told
        self.model, self.lr = model_of(task), task.lr
        loss_of, parameters = LOSSES[task.loss], self.model.parameters()

        def cost(rows: list[Any], labels: list[Any]) -> tuple[Any, list[Any]]:
            outputs = [self.model(row) for row in rows]
            loss = loss_of(outputs, labels)
            if task.l2:
                loss = loss + task.l2 * ag.sum([p * p for p in parameters])
            return loss, outputs

        def update(
            weight: Any, gradient: Any, velocity: Any, rates: Sequence[Any]
        ) -> tuple[Any, Any]:
            return weight - rates[0] * gradient, velocity

        self._steps = Descent(cost, parameters, update, *task.samples(), mode=mode)
        self._no_velocities = [None] * len(parameters)
        self._sizes, self._samples = _in_order(task)
        self.n_batches = sum(n for _, n in self._sizes)

    def epochs(self, answers: bool = False) -> list[Any]:
        """Some epochs, in one call once the first ones have ended after a batch each.

        Returns what `Descent.run` does.
        """
        first, left, to_come, found = 0, deque(self._sizes), self.n_batches, []
        while to_come:
            order = self._samples[first % len(self._samples) :] if first else self._samples
            done = self._steps.run(order, left, [self.lr], self._no_velocities, answers=answers)
            found.append(done)
            n = len(done.costs)
            if n == 0:
                raise RuntimeError(
                    f"{self._name}: a batch was left to eager mode. {self._steps.refusal}"
                )
            to_come -= n
            while n:
                size, there = left.popleft()
                taken = min(n, there)
                n, first = n - taken, first + taken * size
                if taken < there:
                    left.appendleft((size, there - taken))
        return found


def descent(name: str, mode: str, rests: bool = False) -> Run:
    """Some epochs by `autograd.replay.Descent`.

    Args:
        rests: whether weights stay where a training begins, and all samples have a loss: after the
            first call, the learning rate is 0.
    """
    task = TASKS[name]
    training = Training(name, mode)
    beginning = Beginning(task, training.model.parameters())

    def once() -> None:
        beginning.before(training.n_batches)
        training.epochs()

    def numbers(result: Any) -> Sequence[float]:
        gradients = gradients_of(task, training.model)(result)
        if rests:
            training.lr = 0.0
            beginning.again()
        return gradients

    return Run(once, (), numbers, training.n_batches)


def outputs_of(name: str) -> list[list[float]]:
    """Of the model, for all samples, in each step of a training on all of them."""
    n = len(TASKS[name].samples()[0])
    numbers: list[float] = []
    for done in Training(name, "exact").epochs(answers=True):
        for returned in done.returned:
            numbers += returned.numbers
    return [numbers[i : i + n] for i in range(0, len(numbers), n)]


def _in_order(task: Task) -> tuple[list[tuple[int, int]], "array[int]"]:
    """The batches of all epochs: how large, and how many alike follow each other; the samples.

    A step on all samples is on one and the same batch, as it is for the others.
    """
    batches = [batch for epoch in task.epochs_of_samples for batch in epoch]
    if task.is_full:
        n = len(batches[0])
        return [(n, len(batches))], array("q", range(n))
    sizes = [(size, len(list(alike))) for size, alike in groupby(map(len, batches))]
    return sizes, array("q", [i for batch in batches for i in batch])


def _pure_step(task: Task) -> Callable[[Any, Any, Any], Any]:
    """(parameters, rows, labels) -> (parameters after the step, loss).

    The parameters are one list: layer by layer the rows of weights, then the biases.
    """
    activation, loss_of = ACTIVATIONS[task.activation], LOSSES[task.loss]
    shapes = [(len(layer.rows), len(layer.rows[0])) for layer in task.weights]

    def loss(parameters: Any, rows: Any, labels: Any) -> Any:
        flat = iter(parameters)
        layers = []
        for n_outputs, n_inputs in shapes:
            weights = [list(islice(flat, n_inputs)) for _ in range(n_outputs)]
            layers.append((weights, list(islice(flat, n_outputs))))
        outputs = []
        for row in rows:
            values = list(row)
            for k, (weights, biases) in enumerate(layers):
                values = [ag.dot(w, values, b) for w, b in zip(weights, biases, strict=True)]
                if k < len(layers) - 1:
                    values = list(map(activation, values))
            outputs.append(values if len(values) > 1 else values[0])
        total = loss_of(outputs, labels)
        return total + task.l2 * ag.sum([p * p for p in parameters]) if task.l2 else total

    def step(parameters: Any, rows: Any, labels: Any) -> Any:
        value, gradients = ag.value_and_grad(loss)(parameters, rows, labels)
        return [p - task.lr * g for p, g in zip(parameters, gradients, strict=True)], value

    return step


def compiled_step(name: str, mode: str) -> Run:
    """A step as a compiled function of the parameters and a batch, one call for each."""
    import numpy as np

    task = TASKS[name]
    step = ag.compile(_pure_step(task), mode=mode)
    parameters = [x for layer in task.weights for row in [*layer.rows, layer.biases] for x in row]

    def arrays(batch: Batch) -> tuple[Any, Any]:
        return np.array(batch.rows), batch.labels

    next_batch = task.batches(arrays).__next__
    trained, sizes = parameters, {len(batch.rows) for batch in task.epochs_of_batches[0]}
    epochs, compared = cycle(task.epochs_of_batches), 0
    while compared < 3:  # a size that comes seldom has its program late
        compared += len(step.report().paths) >= len(sizes)
        for batch in next(epochs):
            trained, _ = step(trained, *arrays(batch))

    first, n_steps = parameters, 0

    def once() -> Any:
        nonlocal parameters, n_steps
        if task.training and n_steps == task.training:  # as `Beginning` does for a model
            parameters, n_steps = first, 0
        n_steps += 1
        parameters, loss = step(parameters, *next_batch())
        return loss

    return Run(once, (), lambda _: task.summed_gradients(parameters))


class Made(NamedTuple):
    """A program as `compile` has just made it.

    Args:
        operations: of plain arithmetic, those of all samples counted; written: those that the
            program consists of, in which a sample's stand once.
        samples: how many run in lanes; 0 if none do.
        seconds: recording, differentiating, finding the samples and translating took.
    """

    operations: int
    written: int
    samples: int
    seconds: float


def _made(compiled: Any) -> Made:
    from autograd.replay.llvm.program import Plan

    (layout,) = compiled._layouts.values()
    (path,) = layout.paths
    plan = Plan.of(path.tape, compiled.mode == "fast")
    n_samples = plan.samples.n if plan.samples is not None else 0
    return Made(plan.n_operations, plan.n_written, n_samples, path.seconds)


def made_function(name: str, mode: str) -> Made:
    """A function with its derivatives."""
    f, arguments = _value_and_gradients(name)
    compiled = ag.compile(f, mode=mode)
    compiled(*arguments)
    return _made(compiled)


def made_step(name: str, mode: str) -> Made:
    """A step of training."""
    task = TASKS[name]
    step = ag.compile(_pure_step(task), mode=mode)
    parameters = [x for layer in task.weights for row in [*layer.rows, layer.biases] for x in row]
    step(parameters, *next(task.batches()))
    return _made(step)
