"""A rule that gives right numbers, and is wrong when it is differentiated again: which one.

Owns how a function of Values is run and differentiated for a check, and the search for the node
whose rule is to blame for a wrong derivative of higher order.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from autograd import ops
from autograd.check import words
from autograd.check.differences import compare
from autograd.check.recorded import Recorded, operands_of, side
from autograd.check.rules import Finding
from autograd.check.verdict import Verdict
from autograd.transforms import grad
from autograd.value import Value

Function = Callable[[list[Any]], Any]  # of a flat list of Values


def weighed(numbers: Sequence[Any]) -> Any:
    """One number made of several: no two of them cancel, and none is left out."""
    draw = random.Random(len(numbers))
    terms = [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) * x for x in numbers]
    return ops.sum_.apply(tuple(terms)) if terms else 0.0


def derivative_of(function: Function) -> Function:
    """The gradient of `function`, its parts weighed together."""
    return lambda values: weighed(grad(function)(values))


def run(function: Function, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
    """Call `function` on fresh leaves: its result, as a Value, and the leaves."""
    leaves = [Value(x) for x in numbers]
    result = function(list(leaves))
    return result if isinstance(result, Value) else Value(result), leaves


def blamed_rule(recorded: Recorded, order: int, found: Verdict) -> Verdict | None:
    """The node of the function whose rule, differentiated again, is wrong."""
    if not found.accuses:
        return None
    for node in recorded.order:
        if node.op is None or node not in recorded.live or len(node.inputs) > 16:
            continue
        places = [i for i, x in enumerate(node.inputs) if x.__class__ is not float]
        operands = operands_of(node)

        def alone(values: list[Any], node: Any = node, places: Any = places) -> Any:
            mixed: list[Any] = operands_of(node)
            for i, value in zip(places, values, strict=True):
                mixed[i] = value
            return node.op.apply(tuple(mixed))

        function: Function = alone
        for _ in range(order - 1):
            function = derivative_of(function)
        numbers = [operands[i] for i in places]
        claims = grad(function)(list(numbers))
        for k, claim in enumerate(claims):

            def line(x: float, k: int = k, f: Any = function, n: Any = numbers) -> Any:
                root, _ = run(f, [*n[:k], x, *n[k + 1 :]])
                mixed = list(operands)  # noqa: B023 - used at once
                mixed[places[k]] = x  # noqa: B023
                return root.data, side(node.op, mixed)  # noqa: B023

            compared = compare(line, numbers[k], claim, levels=120)
            if compared.status == "wrong":
                finding = Finding(node, places[k], claim, compared)
                return words.wrong_derivative_of_rule(recorded, finding, found, order)
    return None
