"""A rule that gives right numbers, and is wrong when it is differentiated again: which one.

Owns how a function of Values is run and differentiated for a check, and the search for the rules
that are wrong at a higher order only.
"""

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from autograd import ops
from autograd.check.differences import EPS, Comparison, compare
from autograd.check.recorded import (
    Recorded,
    nearby,
    numbers_at,
    operands_of,
    same,
    side,
    topological_order,
    weights,
)
from autograd.check.rules import (
    CONSTANTS,
    Finding,
    compare_rule,
    groups_of,
    is_extreme,
    partials_at,
)
from autograd.check.sweeps import chain_rule
from autograd.ieee import IEEE
from autograd.op import Op
from autograd.special import total
from autograd.transforms import grad, jvp
from autograd.value import Value

Function = Callable[[list[Any]], Any]  # of a flat list of Values


def weighed(numbers: Sequence[Any]) -> Any:
    """One number made of several: no two of them cancel, and none is left out."""
    terms = [weight * x for weight, x in zip(weights(len(numbers)), numbers, strict=True)]
    return ops.sum_.apply(tuple(terms)) if terms else 0.0


def derivative_of(function: Function) -> Function:
    """The gradient of `function`, its parts weighed together."""
    return lambda values: weighed(grad(function)(values))


def along(function: Function) -> Function:
    """The same number as `derivative_of`, found in forward mode."""
    return lambda values: jvp(function, (values,), (weights(len(values)),))[1]


def run(function: Function, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
    """Call `function` on fresh leaves: its result, as a Value, and the leaves."""
    leaves = [Value(x) for x in numbers]
    result = function(list(leaves))
    return result if isinstance(result, Value) else Value(result), leaves


def called(function: Function, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
    """`run` at other numbers; ValueError where the function refuses them, in whatever way."""
    try:
        return run(function, numbers)
    except Exception as error:
        raise ValueError(f"the function is not defined at {numbers!r:.60}") from error


def check_rules_again(recorded: Recorded, order: int) -> Iterator[Finding]:
    """Check each live node's rule as a function that is itself differentiated, order - 1 times.

    What a rule makes of its operands is a graph, whose operations are checked in the graph of the
    derivative. What remains is a number that a rule keeps outside of its graph, as `.data` does:
    then the rule, run again at other operands, gives what its graph does not. Only such rules are
    held against differences. The `argument` of a finding is the place of the derivative that is
    wrong.
    """
    known: dict[Any, list[tuple[int, float, Comparison, str]]] = {}
    for node in recorded.order:
        op = node.op
        if op is None or node not in recorded.live or op in CONSTANTS:
            continue
        numbers = operands_of(node)
        places = [i for i, x in enumerate(node.inputs) if x.__class__ is not float]
        key = (op, tuple(numbers), tuple(places))
        if key not in known:
            known[key] = list(_Again(op, numbers, places, order).wrong())
        for finding in known[key]:
            yield Finding(node, *finding)


class _Again:
    """One operation's rule as a function of its operands in `places`, the others as they are."""

    def __init__(self, op: Op, numbers: list[float], places: list[int], order: int) -> None:
        self.op, self.numbers, self.places, self.order = op, numbers, places, order
        self.here = [numbers[i] for i in places]

    def wrong(self) -> Iterator[tuple[int, float, Comparison, str]]:
        """The arguments whose derivative is wrong on Values: its number, or differentiated."""
        if not self.places or any(map(is_extreme, self.numbers)):
            return
        if self.order == 2:
            yield from self._elsewhere()
        leaves = [Value(x) for x in self.here]
        partials = self._rule(leaves)
        yield from self._other_numbers([0.0 if p is None else _number(p) for p in partials])
        if self._is_its_graph(leaves, partials):
            return
        for argument in self.places:
            function = self._differentiated(argument)
            recorded = Recorded(*run(function, self.here))
            found = chain_rule(recorded).by_node
            noise = _rounding(recorded, found)
            for k, leaf in enumerate(recorded.leaves):
                line, claim = self._line(function, argument, k), found.get(leaf, 0.0)
                compared = compare(line, self.here[k], claim, noise=noise, levels=120)
                if compared.status == "wrong":
                    by = f" by argument {self.places[k]}" if len(self.numbers) > 1 else ""
                    yield argument, claim, compared, f"differentiated again{by}, at order "
                    break

    def _elsewhere(self) -> Iterator[tuple[int, float, Comparison, str]]:
        """The arguments whose derivative is wrong at operands nearby.

        A rule that is right at one point alone, as 3x of x**3 is at 1, is wrong differentiated.
        """
        known: set[int] = set()
        for size in (1e-2, -1e-2):
            numbers = self._with(nearby(self.here, size))
            try:
                claims = self._derivatives(numbers)
            except (ArithmeticError, ValueError):  # the operation is not defined there
                continue
            for group in groups_of(self.places):
                together = compare_rule(self.op, numbers, claims, group)
                if together.status == "passed":
                    continue
                for i in group:
                    compared = compare_rule(self.op, numbers, claims, [i])
                    if compared.status == "wrong" and i not in known:
                        known.add(i)
                        at = ", ".join(f"{x:.6g}" for x in numbers[:6])
                        yield i, claims[i], compared, f"at operands {at} nearby, at order "

    def _with(self, here: Sequence[Any]) -> list[Any]:
        """All operands, with other numbers, or Values, in the places."""
        numbers: list[Any] = list(self.numbers)
        for i, number in zip(self.places, here, strict=True):
            numbers[i] = number
        return numbers

    def _derivatives(self, numbers: list[float]) -> list[float]:
        """What the rule gives for floats; 0 where there is no edge."""
        return [0.0 if p is None else p for p in partials_at(self.op, numbers)]

    def _other_numbers(self, claims: list[float]) -> Iterator[tuple[int, float, Comparison, str]]:
        """The arguments for which the rule makes another number of Values than of floats."""
        floats = self._derivatives(self.numbers)
        for argument in self.places:
            claim, number = claims[argument], floats[argument]
            if abs(claim - number) > 1e-9 * abs(number):
                compared = compare_rule(self.op, self.numbers, claims, [argument])
                if compared.status == "wrong":
                    yield argument, claim, compared, "run on Values, at order "

    def _rule(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """What the rule makes of Values."""
        mixed = self._with(values)
        y = self.op.apply(tuple(mixed))
        try:
            return self.op.partials(y, *mixed)
        except (ArithmeticError, ValueError):  # among the floats that stand beside Values
            return self.op.partials(y, *[IEEE(x) if x.__class__ is float else x for x in mixed])

    def _differentiated(self, argument: int) -> Function:
        """The derivative by one argument, differentiated itself up to the order before the last."""

        def partial(values: Sequence[Any]) -> Any:
            found = self._rule(values)[argument]
            return 0.0 if found is None else found

        function: Function = partial
        for _ in range(self.order - 2):
            function = derivative_of(function)
        return function

    def _line(self, function: Function, argument: int, k: int) -> Any:
        """`function` along one operand, with the sides of the kinks and of a missing edge."""

        def line(x: float) -> tuple[float, Hashable]:
            there = [*self.here[:k], x, *self.here[k + 1 :]]
            has_edge = self._rule([Value(x) for x in there])[argument] is not None
            return run(function, there)[0].data, (has_edge, *side(self.op, self._with(there)))

        return line

    def _is_its_graph(self, leaves: list[Value], partials: tuple[Any, ...]) -> bool:
        """Whether the rule does at other operands what its graph does."""
        order = topological_order(*[p for p in partials if isinstance(p, Value)])
        for size in (1e-6, -1e-2):
            near = nearby(self.here, size)
            try:
                there = self._rule([Value(x) for x in near])
            except (ArithmeticError, ValueError):  # refused there
                continue
            known = numbers_at(order, dict(zip(leaves, near, strict=True)))
            for p, q in zip(partials, there, strict=True):
                expected = known[p] if isinstance(p, Value) else p
                if (q is None) != (p is None) or not same(_number(q), expected):
                    return False
        return True


def _number(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _rounding(recorded: Recorded, found: dict[Any, float]) -> float:
    """By how much rounding inside of a graph may move its number; `found`: its derivatives."""
    moved = [abs(found[node] * node.data) for node in recorded.order if node.op is not None]
    return EPS * total(*moved) if all(map(math.isfinite, moved)) else math.inf
