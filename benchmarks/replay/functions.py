"""The functions whose value and gradient are computed again and again: what all engines compute.

Owns the formulas, each written once for all engines where that is the best way in each of them.
Nothing here imports an engine: HIPS autograd's process reads this file, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import sin
from typing import Any, NamedTuple

from benchmarks import random_graph

Formula = Callable[..., Any]


class Language(NamedTuple):
    """How an engine writes what is no operator.

    Args:
        relu: max(0, x) of a number.
        tanh: of a number or, in a formula on arrays, of each number of one.
        total: the sum of a list or, in a formula on arrays, of an array.
        repeat: (times, function, x) -> function of function of ... x.
    """

    relu: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    total: Callable[[Any], Any]
    repeat: Callable[[int, Callable[[Any], Any], Any], Any]


def repeat(times: int, function: Callable[[Any], Any], x: Any) -> Any:
    """Apply the function so many times, by a loop of Python."""
    for _ in range(times):
        x = function(x)
    return x


@dataclass(frozen=True)
class Function:
    """A function to be differentiated by all its arguments.

    Args:
        point: its arguments, numbers or lists of numbers: where it is computed.
        of_numbers: (language, *arguments) -> number, on numbers and lists of numbers.
        of_arrays: the same on arrays, where that is shorter; engines that have arrays use it.
    """

    point: tuple[Any, ...]
    of_numbers: Formula
    of_arrays: Formula | None = None

    def on_arrays(self, language: Language) -> Callable[..., Any]:
        """The function for engines that have arrays."""
        formula = self.of_arrays or self.of_numbers
        return lambda *arguments: formula(language, *arguments)

    def on_numbers(self, language: Language) -> Callable[..., Any]:
        """The function for engines of numbers."""
        return lambda *arguments: self.of_numbers(language, *arguments)


def tiny(_: Language, a: Any, b: Any) -> Any:
    """The tiny graph of the BurTorch paper (arXiv 2503.13795, figure 1)."""
    return ((a + b) - (a * b + b**3)) ** 2 / 2


def small(language: Language, a: Any, b: Any) -> Any:
    """The small graph of the BurTorch paper: the expression of micrograd's README."""
    c = a + b
    d = a * b + b**3
    c = c + (c + 1)
    c = c + (1 + c + (-a))
    d = d + (d * 2 + language.relu(b + a))
    d = d + (3 * d + language.relu(b - a))
    e = c - d
    f = e**2
    return f / 2.0 + 10.0 / f


def rosenbrock(language: Language, x: Any) -> Any:
    """The sum of 100 (y - x**2)**2 + (1 - x)**2 over neighbours x, y."""
    return language.total([100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


def rosenbrock_of_arrays(language: Language, x: Any) -> Any:
    """The same in slices."""
    a, b = x[:-1], x[1:]
    return language.total(100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2)


def tanh_sum(language: Language, x: Any) -> Any:
    """The sum of the tanh of each number."""
    return language.total([language.tanh(a) for a in x])


def tanh_sum_of_arrays(language: Language, x: Any) -> Any:
    """The same on an array."""
    return language.total(language.tanh(x))


def _random_graph(operations: int) -> Function:
    drawn = random_graph.recipe(operations, random_graph.MIXED)

    def formula(language: Language, leaves: Sequence[Any]) -> Any:
        def relu(a: Any, _: Any) -> Any:
            return language.relu(a)

        functions = [relu if f is random_graph.relu else f for f in drawn.functions]
        values = [leaves[i] for i in range(len(drawn.leaves))]
        for function, i, j in zip(functions, drawn.first, drawn.second, strict=True):
            values.append(function(values[i], values[j]))
        return values[-1]

    return Function((drawn.leaves,), formula)


def _chain(depth: int) -> Function:
    """A continued fraction a / (b + a / (b + ...)): each division waits for the one before it.

    b is so small that the derivatives, which shrink with each division, do not become subnormal:
    with such numbers, which are eager mode's bits and for which XLA takes 0, a processor takes ten
    times as long.
    """

    def formula(language: Language, x: Any, a: Any, b: Any) -> Any:
        return language.repeat(depth, lambda x: a / (b + x), x)

    return Function((1.0, 1.5, 0.001), formula)


def _numbers(count: int, bound: float) -> list[float]:
    """So many numbers from -bound to bound, none like another."""
    return [bound * (2.0 * k / (count - 1) - 1.0 + 0.01 * sin(k)) for k in range(count)]


# Made when asked for, and once.
FUNCTIONS: dict[str, Callable[[], Function]] = {
    "tiny-graph": cache(lambda: Function((-41.0, 2.0), tiny)),
    "small-graph": cache(lambda: Function((-4.0, 2.0), small)),
    "rosenbrock-100": cache(
        lambda: Function((_numbers(100, 1.0),), rosenbrock, rosenbrock_of_arrays)
    ),
    "tanh-1000": cache(lambda: Function((_numbers(1000, 2.0),), tanh_sum, tanh_sum_of_arrays)),
    "random-1e3": cache(lambda: _random_graph(1_000)),
    "random-3e3": cache(lambda: _random_graph(3_000)),  # for the suite `compiling`
    "random-1e4": cache(lambda: _random_graph(10_000)),
    "random-1e5": cache(lambda: _random_graph(100_000)),
    "chain-1e3": cache(lambda: _chain(1_000)),
    "chain-1e4": cache(lambda: _chain(10_000)),
    "chain-1e5": cache(lambda: _chain(100_000)),
}
