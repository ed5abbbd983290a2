"""What the engine gives at a point, in the form in which PyTorch's numbers are kept.

Owns `derivatives`, the engine's value, gradient and Hessian, `every_way`, the other ways to the
same gradient, `agree`, the one meaning of "the same number", and `read`, which takes a row of
golden.json apart. PyTorch is not needed here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import autograd as ag
from autograd import Value

# () is the value, (i,) the derivative by live operand i, (i, j) that of (i,) by live operand j.
Entries = dict[tuple[int, ...], float]
Point = tuple[float, ...]

RELATIVE, ABSOLUTE = 1e-12, 1e-15
DEVIATES = "~"  # before a number of PyTorch's that the engine does not agree with, on purpose


def numbers(text: str) -> Point:
    """The operands of a row."""
    return tuple(float(word) for word in text.split())


def read(row: Sequence[str]) -> tuple[Entries, set[tuple[int, ...]]]:
    """The numbers of one row, and the entries that are left to the deviations."""
    _, value, first, second = row
    words: dict[tuple[int, ...], str] = {(): value}
    words |= {(i,): word for i, word in enumerate(first.split())}
    pairs = itertools.product(range(len(words) - 1), repeat=2)
    words |= dict(zip(pairs, second.split(), strict=True))
    left_out = {at for at, word in words.items() if word.startswith(DEVIATES)}
    return {at: float(word.removeprefix(DEVIATES)) for at, word in words.items()}, left_out


def agree(ours: float, theirs: float) -> bool:
    """Whether two numbers are equal to 1e-12 relatively or 1e-15 absolutely.

    nan equals nan, an infinity only itself; signs of zeros are not compared.
    """
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    return ours == theirs or math.isclose(ours, theirs, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def disagreements(ours: Entries, theirs: Entries) -> list[str]:
    """Each entry of `theirs` that `ours` does not agree with, in words."""
    return [
        f"{'d' + ''.join(map(str, at)) if at else 'value'} {ours[at]!r}, expected {right!r}"
        for at, right in theirs.items()
        if not agree(ours[at], right)
    ]


def evaluate(name: str, operands: Sequence[Any]) -> Any:
    """The named operation of the table, or the first output of softmax or log_softmax."""
    if name in ag.ops.TABLE:
        return ag.ops.TABLE[name](*operands)
    return getattr(ag, name)(list(operands))[0]


def derivatives(name: str, operands: Point, parameters: Collection[int] = ()) -> Entries:
    """The engine's value, gradient (by `backward()`) and Hessian (by `hessian`) at `operands`.

    parameters: positions of the operands that are not differentiated by.
    """
    function, numbers = _of_live_operands(name, operands, parameters)
    leaves = [Value(x) for x in numbers]
    output = function(leaves)
    output.backward()
    found: Entries = {(): output.data}
    hessian = ag.hessian(function)(numbers)
    for i, leaf in enumerate(leaves):
        found[i,] = leaf.grad
        found |= {(i, j): hessian[i][j] for j in range(len(leaves))}
    return found


def every_way(
    name: str, operands: Point, parameters: Collection[int] = ()
) -> Iterator[tuple[str, Entries]]:
    """The value on plain numbers, and the gradient by each transform, with the transform's name."""
    function, numbers = _of_live_operands(name, operands, parameters)
    yield "numbers", {(): evaluate(name, operands)}
    yield "grad", _by_operand(ag.grad(function)(numbers))
    constants = [Value(x) for x in numbers]
    yield "grad on Values", _by_operand([g.data for g in ag.grad(function)(constants)])
    yield "vjp", _by_operand(ag.vjp(function, numbers)[1](1.0)[0])
    tangents = []
    for i, x in enumerate(numbers):
        # One operand at a time: another one's tangent 0 times an infinite partial is nan.
        def one(xi: Any, i: int = i) -> Any:
            return function([*numbers[:i], xi, *numbers[i + 1 :]])

        tangents.append(ag.jvp(one, (x,), (1.0,))[1])
    yield "jvp", _by_operand(tangents)


def _by_operand(gradient: Sequence[float]) -> Entries:
    return {(i,): derivative for i, derivative in enumerate(gradient)}


def _of_live_operands(
    name: str, operands: Point, parameters: Collection[int]
) -> tuple[Callable[[Sequence[Any]], Any], list[float]]:
    live = [i for i in range(len(operands)) if i not in parameters]

    def function(values: Sequence[Any]) -> Any:
        mixed: list[Any] = list(operands)
        for i, value in zip(live, values, strict=True):
            mixed[i] = value
        return evaluate(name, mixed)

    return function, [operands[i] for i in live]
