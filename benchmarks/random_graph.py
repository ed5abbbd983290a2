"""Random graphs with sharing and fan-out: build one, then backpropagate through it.

A graph is drawn once, as a list of operations on the places of earlier values, and every engine
builds the same. Each operation takes one value that nothing has used yet, so that nothing is dead,
and, if it has two operands, any earlier value for the other: sharing and fan-out. Operations whose
result would leave 1/8 .. 8 in size (0 for relu) are drawn again. The unused values are summed at
the end, in pairs. The graph of 1e5 operations is about a hundred deep: micrograd, which recurses,
survives it at Python's default recursion limit.
"""

import operator
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from benchmarks.peers import ValueEngine
from benchmarks.workload import Contestant, Run, Target, Workload

Function = Callable[[Any, Any], Any]


def relu(a: Any, _: Any) -> Any:
    """max(0, a), by the method that both engines have."""
    return a.relu()


def square(a: Any, _: Any) -> Any:
    """a**2: the exponent is a number."""
    return a**2


def inverse_root(a: Any, _: Any) -> Any:
    """a**-0.5."""
    return a**-0.5


# Operation -> the same on plain floats. One node each in every engine:
SINGLE: dict[Function, Function] = {
    operator.add: operator.add,
    operator.mul: operator.mul,
    square: square,
    inverse_root: lambda a, _: a**-0.5 if a > 0.0 else 0.0,
    relu: lambda a, _: max(a, 0.0),
}
# micrograd makes these of several: a - b is a + b * -1, and a / b is a * b**-1.
MIXED: dict[Function, Function] = SINGLE | {
    operator.sub: operator.sub,
    operator.truediv: lambda a, b: a / b if b else 0.0,
}


@dataclass(frozen=True)
class Recipe:
    """A graph to build: the leaves' numbers, then for each operation its function and operands."""

    leaves: list[float]
    functions: list[Function]
    first: list[int]
    second: list[int]

    def build(self, leaves: Sequence[Any]) -> Any:
        """The graph on these leaves: its root."""
        values = list(leaves)
        append = values.append
        for function, i, j in zip(self.functions, self.first, self.second, strict=True):
            append(function(values[i], values[j]))
        return values[-1]


def recipe(operations: int, kinds: dict[Function, Function], seed: int = 0) -> Recipe:
    """Draw a graph of so many operations of these kinds; one leaf for every fifty of them."""
    source = random.Random(seed)
    drawn = Recipe([source.uniform(0.5, 1.5) for _ in range(operations // 50)], [], [], [])
    numbers = list(drawn.leaves)
    unused = list(range(len(numbers)))
    choices = list(kinds.items())
    while len(drawn.functions) + len(unused) - 1 < operations:
        k = source.randrange(len(unused))
        function, on_floats = source.choice(choices)
        i, j = unused[k], source.randrange(len(numbers))
        number = on_floats(numbers[i], numbers[j])
        if 0.125 <= abs(number) <= 8.0 or (function is relu and number == 0.0):
            unused[k] = len(numbers)
            _add(drawn, numbers, function, i, j, number)
    while len(unused) > 1:  # a balanced tree of sums
        i, j = unused.pop(0), unused.pop(0)
        unused.append(len(numbers))
        _add(drawn, numbers, operator.add, i, j, numbers[i] + numbers[j])
    return drawn


def _add(
    drawn: Recipe, numbers: list[float], function: Function, i: int, j: int, number: float
) -> None:
    drawn.functions.append(function)
    drawn.first.append(i)
    drawn.second.append(j)
    numbers.append(number)


def workload(
    name: str,
    what: str,
    kinds: dict[Function, Function],
    engines: Sequence[ValueEngine],
    targets: tuple[Target, ...] = (),
    operations: int = 100_000,
) -> Workload:
    """Building the graph of so many operations and backpropagating through it."""

    drawn = cache(partial(recipe, operations, kinds))  # once, and only when it is run
    contestants = [
        Contestant(engine.name, engine, partial(prepare, engine, drawn)) for engine in engines
    ]
    return Workload(name, what, tuple(contestants), targets)


def prepare(engine: ValueEngine, recipe_of: Callable[[], Recipe]) -> Run:
    """The drawn graph, ready for an engine to build; it stays alive until the clock has stopped."""
    new_value, drawn = engine.value(), recipe_of()

    def once() -> list[Any]:
        leaves = [new_value(number) for number in drawn.leaves]
        root = drawn.build(leaves)
        root.backward()
        return [root, *leaves]

    return Run(once, lambda kept: [leaf.grad for leaf in kept[1:]])
