"""The check at one order: the function itself, or a derivative of it, at one point.

Owns the order of the questions: is each node's rule right by itself (`rules.py`), did the sweeps
add up all uses (`sweeps.py`), do the transforms agree, does the whole agree with differences.
"""

import math
import random
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from autograd.check import words
from autograd.check.blame import Function, along, called, run
from autograd.check.differences import EPS, Comparison, compare
from autograd.check.recorded import Recorded, nearby, operands_of, same, side, weights
from autograd.check.rules import Finding, check_rules, is_extreme
from autograd.check.sweeps import Gradients, chain_rule, check_backward, check_forward
from autograd.check.verdict import Verdict
from autograd.special import total
from autograd.transforms import grad, jvp
from autograd.value import Value

MOST_WORK = 200_000  # nodes times leaves, up to which each leaf is varied alone
MOST_AT_ALL_STEPS = 300  # nodes up to which every step is tried, however short


class OneOrder:
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
            fault = check_forward(recorded, weights(len(recorded.leaves)))
        if fault is not None:
            return words.wrong_sweep(recorded, fault, self.order)
        for node in reversed(recorded.order):
            if not math.isfinite(gradients.by_node[node]):
                return words.not_finite_gradient(recorded, node, gradients, self.order)
        disagreement = self._transforms(gradients)
        if disagreement is not None:
            return disagreement
        return self._with_the_whole(findings, gradients)

    def against(self, lower: Function, graph: Recorded) -> Verdict | None:
        """This derivative, which sweeps run on Values, against the sweeps on numbers before it.

        Args:
            lower: what this is the derivative of.
            graph: the graph of `lower`.
        """
        before = chain_rule(graph)
        if not _is_moderate(graph, before):
            return None
        expected = _sum(graph.leaves, before.by_node)
        size = _sum(graph.leaves, before.size, abs)
        number = self.recorded.root.data
        if _differ(number, expected, size):
            return words.values_differ("grad", number, expected, self.order)
        forward = Recorded(*run(along(lower), self.numbers))
        number = forward.root.data
        if _differ(number, expected, size):
            return words.values_differ("jvp", number, expected, self.order)
        if _is_its_graph(along(lower), forward, self.numbers) or not self._is_its_graph():
            return None
        # A number that forward mode keeps outside of its graph: is a derivative lost with it?
        here, there = chain_rule(self.recorded), chain_rule(forward)
        for k, (leaf, other) in enumerate(zip(self.recorded.leaves, forward.leaves, strict=True)):
            number, expected = there.by_node.get(other, 0.0), here.by_node.get(leaf, 0.0)
            size = there.size.get(other, 0.0) + here.size.get(leaf, 0.0)
            if _differ(number, expected, 1e3 * size):
                return words.transforms_differ("jvp", k, number, expected, self.order)
        return None

    def _transforms(self, gradients: Gradients) -> Verdict | None:
        """grad and jvp beside backward()."""
        if len(self.recorded.order) * 2 > MOST_WORK or not self._repeats():
            return None
        if not _is_moderate(self.recorded, gradients):
            return None
        found = grad(self.function)(list(self.numbers))
        seeds = weights(len(self.numbers))
        slope = size = 0.0
        for k, (leaf, number) in enumerate(zip(self.recorded.leaves, found, strict=True)):
            expected = gradients.by_node.get(leaf, 0.0)
            bound = gradients.size.get(leaf, 0.0)
            if _differ(number, expected, bound):
                return words.transforms_differ("grad", k, number, expected, self.order)
            slope, size = slope + expected * seeds[k], size + bound * abs(seeds[k])
        tangent = jvp(self.function, (list(self.numbers),), (seeds,))[1]
        if _differ(tangent, slope, size):
            return words.transforms_differ("jvp", None, tangent, slope, self.order)
        return None

    def _repeats(self) -> bool:
        """Whether the function gives the same number again."""
        return bool(self._called(self.numbers)[0] == self.recorded.root.data)

    def _called(self, numbers: Sequence[float]) -> tuple[float, Hashable]:
        """The function itself at other numbers, and which way it took there."""
        root, leaves = called(self.function, numbers)
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
        if is_graph and not doubtful and statuses <= {"passed", "inconclusive", "wrong"}:
            if "wrong" in statuses:  # unless it is a part that was looked at among others
                one_by_one = check_rules(recorded, together=1)
                wrong = [one for one in one_by_one if one.comparison.status == "wrong"]
                if wrong:
                    return words.wrong_rules(recorded, wrong, self.order)
            return words.passed_by_parts(recorded, findings, self.order)
        if doubtful:
            return words.doubtful(recorded, doubtful, self.order)
        return words.doubtful_whole(
            next(c for c in compared if c[2].status != "passed"), self.order
        )

    def _is_its_graph(self) -> bool:
        """Whether the function does at other numbers what its graph does."""
        return self.is_finished or _is_its_graph(self.function, self.recorded, self.numbers)

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


def _is_its_graph(function: Function, graph: Recorded, numbers: Sequence[float]) -> bool:
    for size in (1e-6, -1e-6, 1e-2, -1e-2):  # to both sides: it may take another branch
        near = nearby(numbers, size)
        try:
            if not same(called(function, near)[0].data, graph.at(near)[0]):
                return False
        except ValueError:  # one of them is not defined there
            return False
    return True


def _sum(leaves: Sequence[Value], numbers: dict[Any, float], of: Any = float) -> float:
    """The `numbers` of the leaves, added up with the weights of a derivative."""
    draw = weights(len(leaves))
    return total(*[of(w) * numbers.get(x, 0.0) for w, x in zip(draw, leaves, strict=True)])


def _is_moderate(recorded: Recorded, gradients: Gradients) -> bool:
    """Whether nothing can over- or underflow when its terms are multiplied in another order."""
    for node in recorded.order:
        if any(is_extreme(p) for p in node.partials if p is not None):
            return False
        if is_extreme(node.data) or is_extreme(gradients.size[node]):
            return False
    return True


def _differ(number: float, expected: float, size: float) -> bool:
    """Whether two sums of the same terms differ by more than rounding; `size`: of their sizes."""
    return not abs(number - expected) <= 1e-9 * size


def _is_stale(node: Value) -> bool:
    """Whether an operand's number was assigned after the operation ran."""
    if node.op is None:
        return False
    return not same(node.op.compute(operands_of(node)), node.data)
