"""One operation's rule against differences of its own forward, at the numbers of one node.

Owns the local half of the gradient check: it finds the wrong node in a graph of any size, because
no other node's rounding stands between.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.check.differences import EPS, Comparison, compare
from autograd.check.recorded import Recorded, operands_of, side, weights
from autograd.op import Op
from autograd.special import total
from autograd.value import Value

MOST_ALONE = 64  # operands of a node that are varied one by one; more are varied in groups

# A constant by design: softmax subtracts the largest input, and the shift cancels.
CONSTANTS = {ops.peak}

TINY = 1e-290  # derivatives below it are made of subnormal numbers


class Finding(NamedTuple):
    """What the differences say of one operand of one node."""

    node: Value
    argument: int
    rule: float
    comparison: Comparison
    how: str = ""  # in which the rule was run, where it is not on numbers


def check_rules(recorded: Recorded, together: int | None = None) -> Iterator[Finding]:
    """Check each live node's local derivatives, in the order in which the nodes were made.

    Args:
        together: of how many operands at most in one comparison; None: one, of a node of many
            operands as many as make `MOST_ALONE` comparisons.
    """
    known: dict[Any, Comparison] = {}
    for node in recorded.order:
        op = node.op
        if op is None or node not in recorded.live or op in CONSTANTS:
            continue
        numbers = operands_of(node)
        arguments = [i for i, x in enumerate(node.inputs) if x.__class__ is not float]
        claims = [0.0 if p is None else p for p in node.partials]
        for group in groups_of(arguments, together):
            key = (op, tuple(numbers), tuple(claims[i] for i in group), tuple(group))
            if key not in known:
                known[key] = compare_rule(op, numbers, claims, group)
            found = known[key]
            if found.status == "passed" or len(group) == 1:
                yield Finding(node, group[0], claims[group[0]], found)
                continue
            for i in group:
                yield Finding(node, i, claims[i], compare_rule(op, numbers, claims, [i]))


def groups_of(arguments: list[int], together: int | None = None) -> list[list[int]]:
    """The operands of a node that are varied together, for `check_rules`."""
    size = together or -(-len(arguments) // MOST_ALONE) or 1
    return [arguments[k : k + size] for k in range(0, len(arguments), size)]


def compare_rule(
    op: Op, numbers: Sequence[float], claims: Sequence[float], group: Sequence[int]
) -> Comparison:
    """Hold a rule against differences of the forward: one operand alone, or several together.

    Args:
        op, numbers: the operation and its operands.
        claims: the derivative by each operand, as the rule has it.
        group: the places of the operands that are varied.
    """
    if len(group) == 1:
        place = group[0]
        function = along(op, numbers, place)
        found = compare(function, numbers[place], claims[place])
        if found.status == "wrong":  # unless the others' size may hide this one: 1e27 + x - 1e27
            noise = _absorbed(op, numbers, place)
            found = compare(function, numbers[place], claims[place], noise=noise)
        if found.status == "wrong" and (found.size < TINY or any(map(is_extreme, numbers))):
            return found._replace(status="inconclusive")  # something may under- or overflow inside
        return found
    # No two of them alike, so that two errors of one size do not cancel.
    direction = dict(zip(group, weights(len(group), group[0]), strict=True))
    noise = EPS * total(*[abs(claims[i] * numbers[i]) for i in group])

    def moved(t: float) -> tuple[float, tuple[float, ...]]:
        operands = list(numbers)
        for i, weight in direction.items():
            operands[i] += t * weight
        return op.compute(operands), side(op, operands)

    claim = total(*[weight * claims[i] for i, weight in direction.items()])
    return compare(moved, 0.0, claim, noise=noise)


def _absorbed(op: Op, numbers: Sequence[float], place: int) -> float:
    """By how much rounding of what the other operands contribute may move the number."""
    partials = partials_at(op, numbers)
    parts = [abs(p * x) for p, x in zip(partials, numbers, strict=True) if p is not None]
    return 4.0 * EPS * max([x for x in parts if math.isfinite(x)], default=0.0) * (len(parts) > 1)


def partials_at(op: Op, numbers: Sequence[float]) -> tuple[float | None, ...]:
    """What the rule gives for floats; None where there is no edge."""
    y = op.compute(numbers)
    try:
        return op.partials(y, *numbers)
    except (ArithmeticError, ValueError):
        return op.partials_ieee(y, numbers)


def is_extreme(x: float) -> bool:
    """Whether products with such a number may under- or overflow."""
    return x != 0.0 and not 1e-100 < abs(x) < 1e100  # nan and inf, too


def along(
    op: Op, numbers: Sequence[float], place: int
) -> Callable[[float], tuple[float, tuple[float, ...]]]:
    """The operation as a function of one operand, the others as they are."""
    operands = list(numbers)

    def function(x: float) -> tuple[float, tuple[float, ...]]:
        operands[place] = x
        return op.compute(operands), side(op, operands)

    return function
