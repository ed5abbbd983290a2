"""Random expression graphs, deep and shared, on the engine and on PyTorch in double.

Owns the comparison of whole gradients, to 1e-9 relatively or 64 eps times a condition number that
is measured by disturbing every node. Every row that has a derivative takes part, off its kinks.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

import autograd as ag
from autograd import Value
from tests.golden.comparison import evaluate
from tests.pytorch.reference import REFERENCE

EPS = sys.float_info.epsilon
DISTURBANCE = 2.0**-20  # of each node, relatively, when a condition number is measured
LARGEST = 4.0  # values above it are scaled down to about 1
N_LEAVES = 4

Box = tuple[float, float]
NO_DERIVATIVE = {"gt", "eq", "heaviside", "peak", "floor", "floordiv", "sign"}

# The operands that each row gets, a box for each: where the row is smooth, and PyTorch accurate
# (its trigamma, the derivative of digamma, only for large operands). A row may have several.
BOXES: dict[str, tuple[tuple[Box, ...], ...]] = {
    **dict.fromkeys("identity neg sin cos atan tanh sigmoid log_sigmoid".split(), (((-4, 4),),)),
    **dict.fromkeys("gelu silu softplus asinh erf expm1".split(), (((-3, 3),),)),
    **dict.fromkeys("exp sinh cosh erfc co_square".split(), (((-2, 2),),)),
    **dict.fromkeys("log log2 log10 sqrt".split(), (((0.2, 9),),)),
    **dict.fromkeys("asin acos atanh".split(), (((-0.9, 0.9),),)),
    **dict.fromkeys("cbrt abs relu".split(), (((0.2, 4),), ((-4, -0.2),))),
    "log1p": (((-0.8, 5),),),
    "tan": (((-1.2, 1.2),), ((2, 4),)),
    "acosh": (((1.2, 9),),),
    "lgamma": (((0.3, 9),),),
    "digamma": (((20, 40),),),
    "polygamma": (((2, 2), (0.7, 4)), ((3, 3), (0.7, 4))),
    **dict.fromkeys("add sub mul logaddexp".split(), (((-3, 3), (-3, 3)),)),
    "div": (((-3, 3), (0.4, 3)), ((-3, 3), (-3, -0.4))),
    **dict.fromkeys(("hypot", "atan2"), (((-3, 3), (0.3, 3)), ((0.3, 3), (-3, 3)))),
    "mod": (((3.3, 3.7), (1, 1.05)), ((-3.7, -3.3), (1, 1.05))),
    "pow": (((0.4, 2.5), (-2, 2)),),
    "power": (((0.4, 2.5), (1.7, 1.7)), ((-2, 2), (3, 3)), ((0.4, 2), (-0.5, -0.5))),
    "leaky_relu": (((0.2, 4), (0.1, 0.1)), ((-4, -0.2), (0.1, 0.1))),
    "elu": (((0.2, 4), (0.7, 0.7)), ((-4, -0.2), (0.7, 0.7))),
    **dict.fromkeys(("maximum", "minimum"), (((-2, 0), (0.2, 2)), ((0.2, 2), (-2, 0)))),
    "clip": tuple((x, (-0.8, -0.6), (0.6, 0.8)) for x in ((-2, -1), (-0.5, 0.5), (1, 2))),
    "where": (((1, 1), (-2, 2), (-2, 2)), ((0, 0), (-2, 2), (-2, 2))),
    **dict.fromkeys("sum mean logsumexp softmax log_softmax".split(), (((-2, 2),) * 3,)),
    **dict.fromkeys(("nll", "take"), tuple(((k, k), *((-2, 2),) * 3) for k in range(3))),
    "prod": (((-1.5, 1.5),) * 3,),
    "dot": (((-2, 2),) * 5,),
    **dict.fromkeys(("max", "min"), (((-2, -1), (-0.8, 0.8), (1, 2)), ((1, 2), (-1, 0.8)))),
}


@dataclass(frozen=True)
class Step:
    """One node: a row applied to earlier nodes, each moved into its box by adding a number.

    A node index None stands for no node: the number alone is the operand. The result is
    multiplied by `scale`.
    """

    name: str
    nodes: tuple[int | None, ...]
    numbers: tuple[float, ...]
    scale: float = 1.0

    def run(self, values: Sequence[Any], apply: Callable[[str, list[Any]], Any]) -> Any:
        operands = [
            number if node is None else values[node] + number
            for node, number in zip(self.nodes, self.numbers, strict=True)
        ]
        result = apply(self.name, operands)
        return result if self.scale == 1.0 else result * self.scale


@dataclass(frozen=True)
class Graph:
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def on_engine(self, leaves: Sequence[Any]) -> Any:
        values = list(leaves)
        for step in self.steps:
            values.append(step.run(values, evaluate))
        return values[-1]

    def on_pytorch(self, leaves: Sequence[Tensor], factors: Sequence[float] = ()) -> Tensor:
        """Evaluate with tensors; multiply the node of step i by factors[i], if given."""
        values = list(leaves)
        for i, step in enumerate(self.steps):
            value = step.run(values, _apply_on_pytorch)
            values.append(value * factors[i] if factors else value)
        return values[-1]

    def pytorch_gradient(self, factors: Sequence[float] = ()) -> list[float]:
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in self.leaves]
        gradient = torch.autograd.grad(self.on_pytorch(leaves, factors), leaves)
        return [g.item() for g in gradient]

    def condition(self, gradient: Sequence[float], seed: int) -> list[float]:
        """How far each entry of the gradient moves, per relative disturbance of all nodes."""
        draw = random.Random(seed)
        largest = [abs(g) for g in gradient]
        for _ in range(3):
            factors = [1.0 + draw.choice((-1, 1)) * DISTURBANCE for _ in self.steps]
            moved = self.pytorch_gradient(factors)
            shifts = [abs(m - g) / DISTURBANCE for m, g in zip(moved, gradient, strict=True)]
            largest = [max(pair) for pair in zip(largest, shifts, strict=True)]
        return largest

    def depth(self) -> int:
        """The number of steps on the longest way from a leaf to the result."""
        depths = [0] * len(self.leaves)
        for step in self.steps:
            depths.append(1 + max(depths[i] for i in step.nodes if i is not None))
        return depths[-1]

    def uses(self) -> list[int]:
        """How many operands each node is."""
        counts = [0] * (len(self.leaves) + len(self.steps))
        for step in self.steps:
            for i in step.nodes:
                if i is not None:
                    counts[i] += 1
        return counts


def _apply_on_pytorch(name: str, operands: list[Any]) -> Tensor:
    reference = REFERENCE[name]
    arguments = [
        torch.tensor(x, dtype=torch.float64)
        if isinstance(x, float) and i not in reference.parameters
        else x
        for i, x in enumerate(operands)
    ]
    return reference.function(*arguments)


def random_graph(seed: int, n_steps: int, names: Sequence[str] = tuple(BOXES)) -> Graph:
    """Draw a graph: each step's first node is one of the last two, the others are anywhere."""
    draw = random.Random(seed)
    leaves = tuple(draw.uniform(-2.0, 2.0) for _ in range(N_LEAVES))
    values, steps = list(leaves), []
    unused = set(range(N_LEAVES))
    for _ in range(n_steps):
        step = _random_step(draw, draw.choice(names), values)
        value = step.run(values, evaluate)
        unused.difference_update(node for node in step.nodes if node is not None)
        unused.add(len(values))
        steps.append(step)
        values.append(value)
    last = tuple(sorted(unused))
    return Graph(leaves, (*steps, Step("sum", last, (0.0,) * len(last))))


def _random_step(draw: random.Random, name: str, values: Sequence[float]) -> Step:
    boxes = draw.choice(BOXES[name])
    nodes: list[int | None] = []
    numbers = []
    for low, high in boxes:
        target = draw.uniform(low, high)
        is_first = all(n is None for n in nodes)
        is_leaf = not is_first and draw.random() < 0.1  # fan-out
        start = max(0, len(values) - 2) if is_first else 0
        node = draw.randrange(start, N_LEAVES if is_leaf else len(values))
        # Parameters are numbers; another operand now and then, if a node remains.
        is_number = low == high or (not is_first and draw.random() < 0.15)
        nodes.append(None if is_number else node)
        inside = low <= values[node] <= high
        numbers.append(target if is_number else 0.0 if inside else target - values[node])
    step = Step(name, tuple(nodes), tuple(numbers))
    value = step.run(values, evaluate)
    scale = 1.0 if abs(value) <= LARGEST else 1.0 / abs(value)
    return Step(name, step.nodes, step.numbers, scale)


def engine_gradient(graph: Graph) -> list[float]:
    leaves = [Value(x) for x in graph.leaves]
    output = graph.on_engine(leaves)
    output.backward()
    tensors = [torch.tensor(x, dtype=torch.float64) for x in graph.leaves]
    assert output.data == pytest.approx(graph.on_pytorch(tensors).item(), rel=1e-9)
    gradient = [leaf.grad for leaf in leaves]
    assert ag.grad(graph.on_engine)(list(graph.leaves)) == gradient
    return gradient


def relative_error(ours: float, theirs: float) -> float:
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / abs(theirs) if theirs else math.inf


def compare(graph: Graph, ours: list[float]) -> tuple[list[str], list[float]]:
    """What is wrong with the gradient `ours`, and the relative errors of its entries."""
    theirs = graph.pytorch_gradient()
    errors = [relative_error(a, b) for a, b in zip(ours, theirs, strict=True)]
    if max(errors) <= 1e-9:
        return [], errors
    allowed = [64 * EPS * c for c in graph.condition(theirs, 0)]
    wrong = [
        f"leaf {i}: ours {a!r}, PyTorch's {b!r}, allowed {tolerance:.3g}"
        for i, (a, b, tolerance) in enumerate(zip(ours, theirs, allowed, strict=True))
        if not abs(a - b) <= max(tolerance, 1e-9 * abs(b))
    ]
    return wrong, errors


@pytest.mark.parametrize(("size", "count"), [(20, 60), (120, 20), (800, 6)])
def test_gradients_are_pytorchs(size: int, count: int) -> None:
    wrong, errors = [], []
    for seed in range(count):
        graph = random_graph(1000 * size + seed, size)
        found, relative = compare(graph, engine_gradient(graph))
        wrong += [f"seed {seed}, {words}" for words in found]
        errors += relative
    assert not wrong, "\n".join(wrong)
    # The allowance for bad conditioning is not what makes this test pass.
    assert statistics.median(errors) < 1e-12
    assert sum(e > 1e-9 for e in errors) <= len(errors) // 10


@pytest.mark.parametrize("size", [20, 120, 800])
def test_a_wrong_gradient_is_noticed(size: int) -> None:
    graph = random_graph(1001 * size, size)  # one that depends on each leaf
    gradient = engine_gradient(graph)
    assert not compare(graph, gradient)[0]
    for i, derivative in enumerate(gradient):
        gradient[i] = derivative * (1.0 + 1e-6)
        assert compare(graph, gradient)[0], f"leaf {i}"
        gradient[i] = derivative


@pytest.mark.parametrize("seed", range(8))
def test_hessians_are_pytorchs(seed: int) -> None:
    inaccurate = {"lgamma", "digamma", "polygamma", "prod"}  # PyTorch's second derivatives
    graph = random_graph(seed + 50, 15, sorted(set(BOXES) - inaccurate))
    ours = ag.hessian(graph.on_engine)(list(graph.leaves))
    leaves = torch.tensor(graph.leaves, dtype=torch.float64)
    theirs = torch.autograd.functional.hessian(  # type: ignore[no-untyped-call]
        lambda x: graph.on_pytorch(list(x)), leaves
    )
    scale = max(1.0, theirs.abs().max().item())
    for i, row in enumerate(ours):
        for j, entry in enumerate(row):
            assert abs(entry - theirs[i, j].item()) <= 1e-10 * scale, (i, j)
            assert abs(entry - ours[j][i]) <= 1e-10 * scale, (i, j)


def test_every_row_takes_part() -> None:
    rows = set(ag.ops.TABLE) | {"softmax", "log_softmax"}
    assert set(BOXES) == rows - NO_DERIVATIVE, "give each row boxes to draw operands from"
    met = {step.name for seed in range(20) for step in random_graph(120_000 + seed, 120).steps}
    assert met == set(BOXES)


def test_graphs_are_deep_and_shared() -> None:
    graph = random_graph(800_005, 800)  # one of those compared above
    uses = graph.uses()
    assert graph.depth() >= 200
    assert min(uses[:N_LEAVES]) >= 8
    assert max(uses) >= 12
    assert sum(n > 1 for n in uses) >= 200
