"""gradcheck: gradients against finite differences, and who is wrong where they disagree.

Owns the order of the questions: is each node's rule right by itself (`rules.py`), did the sweeps
add up all uses (`sweeps.py`), does the whole agree with differences of the whole. For a higher
order the same is asked of the graph of the derivative.
"""

import math
import random
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from autograd.check import words
from autograd.check.blame import Function, blamed_rule, derivative_of, run, weighed
from autograd.check.differences import EPS, Comparison, compare
from autograd.check.recorded import Recorded, operands_of, side
from autograd.check.rules import Finding, check_rules
from autograd.check.sweeps import Gradients, chain_rule, check_backward, check_forward
from autograd.check.verdict import Verdict
from autograd.containers import flatten
from autograd.linearize import check_function, convert
from autograd.special import total
from autograd.transforms import grad, jvp
from autograd.value import Value

MOST_WORK = 200_000  # nodes times leaves, up to which each leaf is varied alone
MOST_AT_ALL_STEPS = 300  # nodes up to which every step is tried, however short


def gradcheck(what: Any, arguments: Any = None, *, order: int = 1) -> Verdict:
    """Check derivatives against finite differences, and say who is wrong.

        gradcheck(f, (x, y))            # a function and its positional arguments
        gradcheck(loss)                 # a finished graph, by its leaves

    Rules are checked node by node, so a wrong one is found and named in a graph of any size; the
    reverse sweep, forward mode and the differences of the whole are compared as well. Nothing of
    the graph changes. Steps and error bars are those of `autograd.check.differences`.

    Args:
        what: a Value, or a function of numbers in any containers, returning one number or several
            (several are checked together, with random weights).
        arguments: for a function: a tuple of its positional arguments; anything else is the one
            argument.
        order: 1, 2 or 3: up to which order of derivative.

    Returns a Verdict: true when all passed, else false; its text names the operation and the node.
    Raises TypeError for what is neither a Value nor a function, ValueError for another order.
    """
    if order not in (1, 2, 3) or isinstance(order, bool):
        raise ValueError(f"gradcheck: order must be 1, 2 or 3, got {order!r}")
    if isinstance(what, Value):
        if arguments is not None:
            raise TypeError("gradcheck: a Value is checked by its leaves; leave the arguments out")
        recorded = Recorded(what)
        numbers = [leaf.data for leaf in recorded.leaves]
        return _orders(recorded.on_values, numbers, order, recorded)
    check_function("gradcheck", what)
    if arguments is None:
        raise TypeError("gradcheck: give the arguments of the function, too: gradcheck(f, (x, y))")
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    numbers, shape = flatten(given)
    numbers = [x.data if isinstance(x, Value) else x for x in numbers]
    convert(numbers, shape, "gradcheck: argument ", if_none="give a number")

    def function(values: list[Any]) -> Any:
        outputs, layout = flatten(what(*shape.rebuild(values)))
        convert(
            outputs, layout, "gradcheck: what the function returned",
            if_none="a function without a return statement returns None",
        )  # fmt: skip
        return outputs[0] if layout.kind is None else weighed(outputs)

    return _orders(function, numbers, order, None)


def assert_gradients(what: Any, arguments: Any = None, *, order: int = 1) -> None:
    """Raise an AssertionError with the sentence of `gradcheck` unless the gradients passed.

    Takes the arguments of `gradcheck`. For tests.
    """
    __tracebackhide__ = True
    verdict = gradcheck(what, arguments, order=order)
    if not verdict:
        raise AssertionError(str(verdict))


def _orders(
    function: Function, numbers: list[float], order: int, finished: Recorded | None
) -> Verdict:
    verdict = _One(function, numbers, 1, finished).verdict()
    lower = function
    for k in range(2, order + 1):
        if not verdict:
            return verdict
        higher = derivative_of(lower)
        verdict = _One(higher, numbers, k, None).verdict()
        if not verdict:
            whose = finished or Recorded(*run(function, numbers))
            blamed = blamed_rule(whose, k, verdict)
            return verdict if blamed is None else blamed
        lower = higher
    return verdict


class _One:
    """The check at one order: `function` is the function, or a derivative of it."""

    def __init__(
        self, function: Function, numbers: list[float], order: int, finished: Recorded | None
    ) -> None:
        self.function, self.numbers, self.order = function, numbers, order
        self.recorded = finished or Recorded(*run(function, numbers))
        self.is_finished = finished is not None

    def verdict(self) -> Verdict:
        recorded = self.recorded
        for node in recorded.order:
            if not math.isfinite(node.data) and (node in recorded.live):
                return words.not_finite(recorded, node, self.order)
        if self.is_finished and any(map(_is_stale, recorded.order)):
            return words.stale(recorded, self.order)
        findings = list(check_rules(recorded))
        wrong = [one for one in findings if one.comparison.status == "wrong"]
        if wrong:
            return words.wrong_rules(recorded, wrong, self.order)
        gradients = chain_rule(recorded)
        fault = check_backward(recorded, gradients)
        if fault is None:
            fault = check_forward(recorded, _seeds(len(recorded.leaves)))
        if fault is not None:
            return words.wrong_sweep(recorded, fault, self.order)
        for node in reversed(recorded.order):
            if not math.isfinite(gradients.by_node[node]):
                return words.not_finite_gradient(recorded, node, gradients, self.order)
        disagreement = self._transforms(gradients)
        if disagreement is not None:
            return disagreement
        return self._with_the_whole(findings, gradients)

    def _transforms(self, gradients: Gradients) -> Verdict | None:
        """grad and jvp beside backward()."""
        if len(self.recorded.order) * 2 > MOST_WORK or not self._repeats():
            return None
        found = grad(self.function)(list(self.numbers))
        seeds = _seeds(len(self.numbers))
        along = size = 0.0
        for k, (leaf, number) in enumerate(zip(self.recorded.leaves, found, strict=True)):
            expected = gradients.by_node.get(leaf, 0.0)
            bound = gradients.size.get(leaf, 0.0)
            if not abs(number - expected) <= 1e-9 * bound:
                return words.transforms_differ("grad", k, number, expected, self.order)
            along, size = along + expected * seeds[k], size + bound * abs(seeds[k])
        tangent = jvp(self.function, (list(self.numbers),), (seeds,))[1]
        if not abs(tangent - along) <= 1e-9 * size:
            return words.transforms_differ("jvp", None, tangent, along, self.order)
        return None

    def _repeats(self) -> bool:
        """Whether the function gives the same number again."""
        return bool(self._called(self.numbers)[0] == self.recorded.root.data)

    def _called(self, numbers: Sequence[float]) -> tuple[float, Hashable]:
        """The function itself at other numbers, and which way it took there."""
        root, leaves = run(self.function, numbers)
        there = Recorded(root, leaves)
        sides: list[Any] = []
        for node in there.order:
            sides.append(None if node.op is None else node.op.name)
            if node.op is not None and node.op.kinks and node in there.live:
                sides += side(node.op, operands_of(node))
        return root.data, tuple(sides)

    def _with_the_whole(self, findings: list[Finding], gradients: Gradients) -> Verdict:
        recorded = self.recorded
        if not self._repeats():
            return words.unrepeatable(self.order)
        is_graph = self._is_its_graph()
        at = recorded.at if is_graph else self._called
        compared: list[tuple[int | None, float, Comparison]] = []
        levels = 2200 if len(recorded.order) <= MOST_AT_ALL_STEPS else 120
        for place, claim, slack, noise, line, x in self._lines(at, gradients):
            compared.append((place, claim, compare(line, x, claim, slack, noise, levels)))
        statuses = {one.status for _, _, one in compared}
        if statuses <= {"passed"}:
            return words.passed(recorded, [one for _, _, one in compared], self.order)
        doubtful = [
            one
            for one in findings
            if one.comparison.status != "passed"
            and gradients.by_node[one.node] != 0.0
        ]  # fmt: skip
        if not is_graph:
            by_graph = [
                compare(line, x, claim, slack, noise, levels).status
                for _, claim, slack, noise, line, x in self._lines(recorded.at, gradients)
            ]
            # Differences of the graph confirm the gradient, those of the function do not.
            for one, status in zip(compared, by_graph, strict=True):
                if one[2].status == "wrong" and status == "passed":
                    return words.wrong_whole(one, self.order)
        # Rounding along a long way can mislead differences of the whole; then the parts decide.
        is_told_by_parts = not doubtful and (is_graph or "wrong" not in statuses)
        if is_told_by_parts and statuses <= {"passed", "inconclusive", "wrong"}:
            return words.passed(recorded, [one.comparison for one in findings], self.order)
        if doubtful:
            return words.doubtful(recorded, doubtful, self.order)
        return words.doubtful_whole(
            next(c for c in compared if c[2].status != "passed"), self.order
        )

    def _is_its_graph(self) -> bool:
        """Whether the function does at other numbers what its graph does."""
        if self.is_finished:
            return True
        draw = random.Random(7)
        for size in (1e-6, 1e-2):
            near = [x + draw.choice((-1.0, 1.0)) * size * (abs(x) or 1.0) for x in self.numbers]
            here, there = self._called(near)[0], self.recorded.at(near)[0]
            if here != there and not (here != here and there != there):
                return False
        return True

    def _lines(
        self, at: Callable[[Sequence[float]], tuple[float, Hashable]], gradients: Gradients
    ) -> list[tuple[int | None, float, float, float, Any, float]]:
        """Along each leaf, or if these are too many along three directions through all."""
        recorded, numbers = self.recorded, self.numbers
        depth = 8.0 + 2.0 * math.sqrt(len(recorded.order))
        by_leaf = [gradients.by_node.get(leaf, 0.0) for leaf in recorded.leaves]
        slacks = [depth * EPS * gradients.size.get(leaf, 0.0) for leaf in recorded.leaves]
        lines: list[tuple[int | None, float, float, float, Any, float]] = []
        if len(numbers) * len(recorded.order) <= MOST_WORK:
            for k, x in enumerate(numbers):

                def line(x: float, k: int = k) -> tuple[float, Hashable]:
                    return at([*numbers[:k], x, *numbers[k + 1 :]])

                lines.append((k, by_leaf[k], slacks[k], 0.0, line, x))
            return lines
        for seed in range(3):
            draw = random.Random(seed)
            way = [draw.choice((-1.0, 1.0)) * (abs(x) or 1.0) for x in numbers]

            def through(t: float, way: list[float] = way) -> tuple[float, Hashable]:
                return at([x + t * d for x, d in zip(numbers, way, strict=True)])

            claim = total(*[g * d for g, d in zip(by_leaf, way, strict=True)])
            terms = [abs(g * d) for g, d in zip(by_leaf, way, strict=True)]
            slack = total(*[s * abs(d) for s, d in zip(slacks, way, strict=True)])
            lines.append((None, claim, slack, EPS * total(*terms), through, 0.0))
        return lines


def _is_stale(node: Value) -> bool:
    """Whether an operand's number was assigned after the operation ran."""
    if node.op is None:
        return False
    again = node.op.compute(operands_of(node))
    return again != node.data and not (again != again and node.data != node.data)


def _seeds(n: int) -> list[float]:
    draw = random.Random(n)
    return [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) for _ in range(n)]
