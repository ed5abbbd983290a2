"""Strategies for hypothesis: operands of an operation, Values, expressions, programs.

Owns what random tests of an engine draw from. Networks and data are drawn by `nn.strategies`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import ops
from autograd.op import Interval, Op
from autograd.program import source
from autograd.value import Value

try:
    from hypothesis import assume, note, strategies as st
    from hypothesis.control import currently_in_test_context
except ModuleNotFoundError:  # pragma: no cover - the tests have it
    raise ModuleNotFoundError(
        "autograd.check.strategies needs hypothesis: pip install hypothesis", name="hypothesis"
    ) from None

__all__ = ["Program", "expressions", "operands", "programs", "values"]

INF = math.inf
LARGEST = 100.0  # of an operand, where edges are not asked for
NEAR = 1e-3  # a kink, closer than which no operands are drawn where edges are not asked for
BOUND = 1e6  # of a number inside an expression

# Operands that are no measurements: a condition, the order of a derivative.
CHOICES: dict[str, dict[int, Sequence[float]]] = {
    "where": {0: (0.0, 1.0)},
    "polygamma": {0: (0.0, 1.0, 2.0, 3.0)},
}
EDGES = (
    0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-300,
    1e-17, 1e-8, 1e8, 9007199254740992.0, 1e154, 1e200, -1e200, 1.7976931348623157e308,
    -1.7976931348623157e308, 709.782712893384, 745.2, -745.2, math.pi, math.pi / 2, -math.pi /
    2, INF, -INF, math.nan,
)  # fmt: skip

# The operations that expressions are made of: all but those that stop a derivative or need a shape.
LEFT_OUT = ("peak", *ops.INTERNAL)


def operands(op: Op, *, edges: bool = False, size: int | None = None) -> st.SearchStrategy[Any]:
    """Tuples of floats that `op` can be applied to.

    Args:
        op: a row of the table, or an operation of one's own.
        edges: draw at the ends of the domain, at kinks, at signed zeros, subnormals, huge numbers,
            infinities and nan; otherwise inside the domain, off the kinks, with a finite result.
        size: how many operands, for an operation that takes any number; default: 1 to 6.

    Raises TypeError for anything but an operation.
    """
    _check(op, "operands")
    return _operands(op, edges, size)


def _check(op: Any, who: str) -> None:
    if not isinstance(op, Op):
        got = f"{op!r:.40}" if isinstance(op, str) else getattr(op, "__name__", type(op).__name__)
        raise TypeError(f"{who}: expected an operation, such as autograd.log, got {got}")


@st.composite
def _operands(draw: Any, op: Op, edges: bool, size: int | None) -> tuple[float, ...]:
    intervals = [one for one in op.domain if isinstance(one, Interval)]
    count = op.arity or size or draw(st.integers(1, 6))
    if op is ops.dot and count % 2 == 0:
        count += 1
    if op.has_index:
        count = max(count, 2)
    intervals = (intervals + [intervals[-1]] * count)[:count]
    choices = CHOICES.get(op.name, {})
    if op.has_index:
        choices = {0: [float(k) for k in range(count - 1)]}
    found = [
        draw(st.sampled_from(choices[i]) if i in choices else _number(interval, edges))
        for i, interval in enumerate(intervals)
    ]
    if not edges:
        assume(_is_smooth(op, found))
        return tuple(found)
    how = draw(st.integers(0, 3))
    if how == 1:  # ties
        place = draw(st.integers(0, count - 1))
        found = [x if i in choices else found[place] for i, x in enumerate(found)]
    elif how == 2 and op.kinks:
        place = draw(st.integers(0, count - 1))
        other = draw(_number(intervals[place], edges=False))
        if place not in choices:
            found = _at_kink(op, found, place, other)
    return tuple(found)


def _number(interval: Interval, edges: bool) -> st.SearchStrategy[float]:
    if edges:
        ends = [x for x in (interval.low, interval.high) if math.isfinite(x)]
        near = [math.nextafter(x, way) for x in ends for way in (INF, -INF)]
        return st.one_of(
            st.sampled_from([*EDGES, *ends, *near]),
            st.integers(-6, 6).map(float),
            st.floats(),
        )
    low, high = max(interval.low, -LARGEST), min(interval.high, LARGEST)
    whole = [float(n) for n in range(-4, 5) if float(n) in interval]
    inside = st.floats(
        low, high,
        exclude_min=low == interval.low and not interval.includes_low,
        exclude_max=high == interval.high and not interval.includes_high,
    )  # fmt: skip
    return st.one_of(st.sampled_from(whole), inside) if whole else inside


def _is_smooth(op: Op, numbers: Sequence[float]) -> bool:
    """Whether the result is finite and no kink is near."""
    try:
        if not math.isfinite(op.compute(numbers)):
            return False
    except ValueError:  # the operation refuses them
        return False
    intervals = [one for one in op.domain if isinstance(one, Interval)]
    for interval, x in zip(intervals, numbers, strict=False):
        if min(abs(x - interval.low), abs(x - interval.high)) < NEAR:
            return False
    return op is ops.where or all(_is_off(kink.switch, numbers) for kink in op.kinks)


def _is_off(switch: Callable[..., float], numbers: Sequence[float]) -> bool:
    try:
        return abs(switch(*numbers)) >= NEAR
    except (ArithmeticError, ValueError):
        return False


def _at_kink(op: Op, found: list[float], place: int, other: float) -> list[float]:
    """Operands at a kink between `found` and the same with `other`, by bisection."""
    for kink in op.kinks:

        def switch(x: float, kink: Any = kink) -> float:
            try:
                return float(kink.switch(*found[:place], x, *found[place + 1 :]))
            except (ArithmeticError, ValueError):
                return math.nan

        a, b = found[place], other
        if not (math.isfinite(a) and math.isfinite(b) and switch(a) * switch(b) < 0.0):
            continue
        for _ in range(2200):  # halvings between any two floats
            middle = 0.5 * a + 0.5 * b
            if middle in (a, b):
                break
            if switch(middle) == 0.0:
                a = middle
                break
            a, b = (middle, b) if switch(a) * switch(middle) > 0.0 else (a, middle)
        return [*found[:place], a, *found[place + 1 :]]
    return found


def values(
    min_value: float | None = None, max_value: float | None = None, *, edges: bool = False
) -> st.SearchStrategy[Value]:
    """Leaves.

    Args:
        min_value, max_value: bounds of the number; default: -100 and 100.
        edges: any float there is, nan and infinities included, between the bounds if given.
    """
    if edges:
        return st.floats(min_value, max_value).map(Value)
    low = -LARGEST if min_value is None else min_value
    high = LARGEST if max_value is None else max_value
    return st.floats(low, high).map(Value)


@dataclass(frozen=True)
class Program:
    """A random computation: called with Values (or numbers) for its leaves, it gives a result.

    Attributes:
        numbers: what its leaves were when it was drawn.
        steps: operations on earlier results (their places, leaves first) and plain floats.
    """

    numbers: tuple[float, ...]
    steps: tuple[tuple[Op, tuple[int | float, ...]], ...]

    def __call__(self, leaves: Sequence[Any]) -> Any:
        """Compute it; takes one Value or number for each of `numbers`, in a list."""
        results = list(leaves)
        for op, inputs in self.steps:
            results.append(op.apply(tuple([results[x] if type(x) is int else x for x in inputs])))
        return results[-1]

    def __repr__(self) -> str:
        leaves = [Value(x, label=f"x{i}") for i, x in enumerate(self.numbers)]
        root = self(leaves)
        return source(root if isinstance(root, Value) else Value(root))  # of constants alone


def programs(
    *, max_size: int = 10, max_leaves: int = 3, operations: Sequence[Op] | None = None,
    edges: bool = False,
) -> st.SearchStrategy[Program]:  # fmt: skip
    """Programs: what `gradcheck(program, (list(program.numbers),))` and transforms take.

    Args:
        max_size: of operations, at most.
        max_leaves: of leaves, at most.
        operations: which; default: every row that has a derivative.
        edges: any operands; otherwise numbers stay finite, moderate and off kinks.

    Results are used again, by later operations and twice by one. A failing one shrinks to few
    operations on simple numbers, and is printed as a program that can be run.
    """
    for op in operations or ():
        _check(op, "programs: operations")
    rows = [row for row in ops.TABLE.values() if row.name not in LEFT_OUT]
    return _programs(max_size, max_leaves, list(operations or rows), edges)


@st.composite
def _programs(
    draw: Any, max_size: int, max_leaves: int, rows: list[Op], edges: bool
) -> Program:  # fmt: skip
    number = st.floats() if edges else st.one_of(
        st.integers(-3, 3).map(float), st.floats(-3.0, 3.0)
    )  # fmt: skip
    numbers = draw(st.lists(number, min_size=1, max_size=max_leaves))
    results = list(numbers)
    steps: list[tuple[Op, tuple[int | float, ...]]] = []
    for _ in range(draw(st.integers(0, max_size))):
        op = draw(st.sampled_from(rows))
        counts = (2, 3, 4) if op.has_index else (1, 3, 5) if op is ops.dot else (2, 1, 3, 4)
        count = op.arity or draw(st.sampled_from(counts))
        chosen: list[int | float] = []
        for place in range(count):
            back = draw(st.integers(0, len(results) - 1))
            is_constant = place > 0 and draw(st.integers(0, 4)) == 4
            chosen.append(draw(number) if is_constant else len(results) - 1 - back)
        for place, options in CHOICES.get(op.name, {}).items():
            chosen[place] = draw(st.sampled_from(options))
        if not any(type(x) is int for x in chosen):  # a number without history
            chosen[-1] = len(results) - 1
        if op.name == "power":
            chosen[1] = draw(st.sampled_from((2.0, 3.0, 0.5, -1.0, 0.0)))
        operands_here = [results[x] if type(x) is int else x for x in chosen]
        if not edges and not _is_tame(op, operands_here):
            continue
        try:
            result = op.compute(operands_here)
        except ValueError:  # refused, such as a derivative of order 0.5
            continue
        steps.append((op, tuple(chosen)))
        results.append(result)
    return Program(tuple(numbers), tuple(steps))


def _is_tame(op: Op, numbers: Sequence[float]) -> bool:
    return _is_smooth(op, numbers) and abs(op.compute(numbers)) <= BOUND


def expressions(
    *, max_size: int = 10, max_leaves: int = 3, operations: Sequence[Op] | None = None,
    edges: bool = False,
) -> st.SearchStrategy[Value]:  # fmt: skip
    """The results of random computations, with the graphs that lead to them; as `programs`."""

    def run(program: Program) -> Value:
        root: Value = program([Value(x, label=f"x{i}") for i, x in enumerate(program.numbers)])
        if currently_in_test_context():
            note(source(root))
        return root

    return programs(
        max_size=max_size, max_leaves=max_leaves, operations=operations, edges=edges
    ).map(run)
