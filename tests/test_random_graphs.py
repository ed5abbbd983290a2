"""Random expression graphs, evaluated a second time by an interpreter in 60-digit arithmetic.

Owns seeded graphs with sharing and fan-out, hundreds of nodes deep, and long chains: gradients
agree with central differences of the mpmath interpreter to 1e-9 relative, or to 64 eps times a
condition number that is measured by disturbing every node of the graph at random.
"""

import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import Value
from tests.differences import differences, error, multi_indices
from tests.oracle import DEFINITIONS

EPS = sys.float_info.epsilon
DISTURBANCE = mpf(2) ** -100  # of each node, relatively, when a condition number is measured
STEP = mpf(2) ** -90  # of the central differences: h*h is 26 digits below a double's last

# Cheap rows often, so that graphs mix; every other elementwise row now and then.
_OFTEN = ("add", "sub", "mul", "div", "sin", "cos", "tanh", "sigmoid", "exp", "sqrt", "hypot")
_LEFT_OUT = {
    *("sign", "floor", "floordiv"),  # no derivative
    *("identity", "softmax", "log_softmax"),  # no row of their own, or nothing to compute
}
_NUMBER_FIRST = ("polygamma", "where", "nll")
_NUMBERS = {"power": (2.0, 3.0, -1.0, 0.5, 1.7), "leaky_relu": (0.01,), "elu": (1.0, 0.7)}


@dataclass(frozen=True)
class Step:
    """One node: an operation on earlier nodes (their indices) and on numbers (as they are)."""

    name: str
    nodes: tuple[int, ...]
    numbers: tuple[float, ...] = ()

    def operands(self, values: Sequence[Any], number: Callable[[float], Any]) -> list[Any]:
        """The flat operands in order: some have their number first, every other row last."""
        nodes, numbers = [values[i] for i in self.nodes], [number(x) for x in self.numbers]
        return numbers + nodes if self.name in _NUMBER_FIRST else nodes + numbers


@dataclass(frozen=True)
class Graph:
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, leaves: Sequence[Any]) -> Any:
        """Evaluate on the engine: on `Value`s, or on numbers."""
        values = list(leaves)
        for step in self.steps:
            call = DEFINITIONS[step.name].call
            values.append(call(getattr(ag, step.name), *step.operands(values, float)))
        return values[-1]

    def interpret(self, leaves: Sequence[Any], disturbed: Sequence[Any] | None = None) -> Any:
        """Evaluate in mpmath; multiply node i by 1 + disturbed[i], if given."""
        values = list(leaves)
        for i, step in enumerate(self.steps):
            value = DEFINITIONS[step.name].function(*step.operands(values, mpf))
            values.append(value if disturbed is None else value * (1 + disturbed[i]))
        return values[-1]

    def gradient(self, disturbed: Sequence[Any] | None = None) -> list[Any]:
        """The gradient by central differences at 100 digits."""
        point = [mpf(x) for x in self.leaves]
        gradient = []
        for i, x in enumerate(point):
            h = mpf(2) ** (math.frexp(float(x))[1]) * STEP
            above = self.interpret([*point[:i], x + h, *point[i + 1 :]], disturbed)
            below = self.interpret([*point[:i], x - h, *point[i + 1 :]], disturbed)
            gradient.append((above - below) / (2 * h))
        return gradient

    def condition(self, exact: Sequence[Any], seed: int, trials: int = 3) -> list[Any]:
        """How far each entry of the gradient moves, per relative disturbance of all nodes.

        Every node is multiplied by 1 ± d, signs at random: what rounding each operation does
        to a computation in doubles, seen through a magnifying glass.
        """
        signs = random.Random(seed)
        largest = [abs(g) for g in exact]
        for _ in range(trials):
            moved = self.gradient([signs.choice((-1, 1)) * DISTURBANCE for _ in self.steps])
            shifts = [abs(m - g) / DISTURBANCE for m, g in zip(moved, exact, strict=True)]
            largest = [max(pair) for pair in zip(largest, shifts, strict=True)]
        return largest


def random_graph(seed: int, n_steps: int, names: Sequence[str] = ()) -> Graph:
    """Draw a graph whose nodes stay of moderate size and off kinks and edges of domains.

    Half of the operands are among the last five nodes, which makes it deep; the others are any
    earlier node, which makes it share. The last step sums the nodes that nothing else used.
    """
    draw = random.Random(seed)
    names = names or sorted(set(DEFINITIONS) - _LEFT_OUT)
    leaves = tuple(draw.uniform(0.3, 2.0) * draw.choice((-1, 1)) for _ in range(3))
    values, steps = list(leaves), []
    unused = set(range(len(leaves)))
    while len(steps) < n_steps:
        name = draw.choice(_OFTEN if draw.random() < 0.6 else names)
        if name not in names:
            continue
        step = _random_step(draw, name, len(values))
        value = _try(step, values)
        if value is None:
            continue
        unused -= set(step.nodes)
        unused.add(len(values))
        steps.append(step)
        values.append(value)
    steps.append(Step("sum", tuple(sorted(unused))))
    return Graph(leaves, tuple(steps))


def _random_step(draw: random.Random, name: str, n_nodes: int) -> Step:
    def node() -> int:
        if draw.random() < 0.05:
            return draw.randrange(3)  # a leaf: fan-out
        return draw.randrange(max(0, n_nodes - 5) if draw.random() < 0.5 else 0, n_nodes)

    if name in _NUMBERS:
        return Step(name, (node(),), (draw.choice(_NUMBERS[name]),))
    if name == "polygamma":
        return Step(name, (node(),), (float(draw.randint(1, 3)),))
    if name == "nll":
        return Step(name, (node(), node(), node()), (float(draw.randint(0, 2)),))
    if name == "where":
        return Step(name, (node(), node()), (float(draw.randint(0, 1)),))
    if name == "clip":
        return Step(name, (node(),), (-1.5, 2.5))
    n_operands = len(DEFINITIONS[name].box)
    # Now and then a number in the last place: a mix of Value and number.
    if n_operands == 2 and draw.random() < 0.2:
        return Step(name, (node(),), (draw.uniform(0.5, 3.0),))
    return Step(name, tuple(node() for _ in range(n_operands)))


def _try(step: Step, values: Sequence[float]) -> float | None:
    """The value in doubles, or None where it is too large, too near a kink or undefined."""
    definition = DEFINITIONS[step.name]
    boxes = definition.box[1:] if step.name in _NUMBER_FIRST else definition.box
    for i, (low, high) in zip(step.nodes, boxes, strict=False):
        if not low < values[i] < high:
            return None
    nudged = [step.operands([x * (1 + k * 1e-4) for x in values], float) for k in (-1, 0, 1)]
    if not all(definition.smooth(*xs) for xs in nudged):
        return None
    try:
        low, value, high = (float(definition.function(*(mpf(x) for x in xs))) for xs in nudged)
    except (ValueError, ZeroDivisionError, TypeError):  # outside the domain, or complex
        return None
    # A jump between the neighbours is a kink that `smooth` at three points could not see.
    steep = abs(high - low) > 0.1 * (abs(value) + 1)
    return value if 1e-3 < abs(value) < 30 and not steep else None


def _disagreements(graph: Graph, seed: int) -> tuple[list[str], float]:
    """What is wrong with the engine's gradient, and its largest relative error."""
    leaves = [Value(x) for x in graph.leaves]
    result = graph.run(leaves)
    result.backward()
    with mp.workdps(100):
        exact = graph.gradient()
        value = graph.interpret([mpf(x) for x in graph.leaves])
        condition: list[Any] = []
        wrong, largest = [], 0.0
        functional = ag.grad(graph.run)(list(graph.leaves))
        for i, (leaf, expected) in enumerate(zip(leaves, exact, strict=True)):
            assert functional[i] == leaf.grad
            relative, absolute = error(leaf.grad, expected)
            largest = max(largest, relative)
            if relative > 1e-9:
                condition = condition or graph.condition(exact, seed)
                if absolute > 64 * EPS * condition[i]:
                    wrong.append(
                        f"seed {seed}, leaf {i}: expected {mpmath.nstr(expected, 20)}, got "
                        f"{leaf.grad!r}, 64 eps cond {float(64 * EPS * condition[i]):.3g}"
                    )
        if error(result.data, value)[0] > 1e-6:
            wrong.append(f"seed {seed}: value {mpmath.nstr(value, 20)}, got {result.data!r}")
    return wrong, largest


@pytest.mark.parametrize("size", [20, 100, 400])
def test_random_graphs(size: int) -> None:
    wrong: list[str] = []
    errors = []
    for seed in range(4000 // size // 10 + 6):
        found, largest = _disagreements(random_graph(seed + size, size), seed)
        wrong += found
        errors.append(largest)
    assert not wrong, "\n".join(wrong)
    # The allowance for bad conditioning is not what makes this test pass.
    assert sorted(errors)[len(errors) // 2] < 1e-9


def test_every_row_takes_part() -> None:
    met: set[str] = set()
    for seed in range(40):
        met |= {step.name for step in random_graph(seed, 100).steps}
    assert met == set(DEFINITIONS) - _LEFT_OUT


def test_fan_out_is_wide() -> None:
    graph = random_graph(1, 400)
    uses = [0] * (len(graph.steps) + len(graph.leaves))
    for step in graph.steps:
        for i in step.nodes:
            uses[i] += 1
    assert max(uses) >= 8
    assert sum(n > 1 for n in uses) > 100


@pytest.mark.parametrize("seed", range(6))
def test_hessians_and_third_derivatives_of_random_graphs(seed: int) -> None:
    graph = random_graph(seed + 9000, 12)
    n = len(graph.leaves)
    wanted = [o for o in multi_indices(n, tuple(range(n)), 3) if sum(o) > 1]
    exact = differences(lambda *leaves: graph.interpret(leaves), graph.leaves, wanted)
    hessian = ag.hessian(graph.run)(list(graph.leaves))
    third = ag.jacobian(ag.hessian(graph.run))(list(graph.leaves))
    for i, j, k in product(range(n), repeat=3):
        for got, path in ((hessian[i][j], (i, j)), (third[i][j][k], (i, j, k))):
            expected = exact[tuple(path.count(m) for m in range(n))]
            assert error(got, expected)[1] <= 1e-9 * max(1, abs(expected)), path


# Chains: a number, repeated application of one step to a state, differentiated end to end.
CHAINS: dict[str, tuple[Callable[[Any, Any, Any], tuple[Any, Any]], int]] = {
    "rotation": (lambda m, x, y: (x * 0.8 - y * 0.6, x * 0.6 + y * 0.8), 500),
    "pendulum": (lambda m, x, y: (x + 0.01 * y, y - 0.01 * m.sin(x)), 300),
    "logistic map": (lambda m, x, y: (2.9 * x * (1 - x), y + x * x), 200),
    "newton for sqrt": (lambda m, x, y: ((x + y / x) / 2, y), 100),
    "tanh recurrence": (lambda m, x, y: (m.tanh(0.9 * x + 0.3 * y), m.tanh(y - 0.5 * x)), 300),
    "continued fraction": (lambda m, x, y: (y + 1 / (1 + x * x), y), 300),
    "fibonacci": (lambda m, x, y: (y, x + y), 400),
    "means": (lambda m, x, y: ((x + y) / 2, m.sqrt(x * y)), 30),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chains(name: str) -> None:
    step, length = CHAINS[name]

    def run(m: Any, x: Any, y: Any) -> Any:
        for _ in range(length):
            x, y = step(m, x, y)
        return x + 2 * y

    start = (0.7, 0.4)
    leaves = [Value(x) for x in start]
    run(ag, *leaves).backward()
    exact = differences(lambda x, y: run(mpmath, x, y), start, [(1, 0), (0, 1)])
    for leaf, expected in zip(leaves, exact.values(), strict=True):
        relative, absolute = error(leaf.grad, expected)
        assert relative < 1e-9 or absolute < 1e-14, (leaf.grad, expected)


def test_a_ladder_has_more_paths_than_can_be_counted() -> None:
    x = Value(1.5)
    rung = x
    for _ in range(1000):
        rung = rung + rung
        rung = rung * 0.5
    rung.backward()
    assert x.grad == 1.0
    doubled = y = Value(3.0)
    for _ in range(1000):
        doubled = doubled + doubled
    doubled.backward()
    assert y.grad == 2.0**1000


def test_one_leaf_used_many_times() -> None:
    n = 2000
    x = Value(1.0 + 2**-10)
    power = Value(1.0)
    for _ in range(n):
        power = power * x
    power.backward()
    exact = n * mpf(x.data) ** (n - 1)
    assert error(x.grad, exact)[0] < n * EPS
