"""A recorded graph, run again: on other numbers, or on Values.

Owns `Recorded`: which nodes count for a gradient, the graph's number at other leaves, and on which
side of its kinks it is there.
"""

import math
import random
from collections.abc import Hashable, Sequence
from typing import Any

from autograd.op import Op
from autograd.value import Value


class Recorded:
    """The graph of `root` as a function of `leaves`.

    Args:
        root: a result.
        leaves: what it is a function of; None: all its leaves. Others keep their numbers.

    Attributes:
        order: the nodes in topological order.
        number: of each node, its place in `order` from 1.
        live: the nodes that a gradient of `root` runs through.
    """

    def __init__(self, root: Value, leaves: Sequence[Value] | None = None) -> None:
        self.root = root
        self.order = topological_order(root)
        if leaves is None:
            leaves = [node for node in self.order if node.op is None]
        self.leaves = list(leaves)
        self.number = {node: k for k, node in enumerate(self.order, start=1)}
        self.live = {root}
        for node in reversed(self.order):
            if node in self.live:
                pairs = zip(node.inputs, node.partials, strict=True)
                self.live.update(x for x, p in pairs if p is not None and isinstance(x, Value))

    def at(self, numbers: Sequence[float]) -> tuple[float, Hashable]:
        """The root's number where the leaves have `numbers`, and the side of the live kinks."""
        known = numbers_at(self.order, dict(zip(self.leaves, numbers, strict=True)))
        sides: list[Any] = []
        for node in self.order:
            if node.op is not None and node.op.kinks and node in self.live:
                operands = [x if x.__class__ is float else known[x] for x in node.inputs]
                sides += side(node.op, operands)
        return known[self.root], tuple(sides)

    def on_values(self, values: Sequence[Any]) -> Any:
        """The graph built again on other Values in place of the leaves."""
        known: dict[Any, Any] = dict(zip(self.leaves, values, strict=True))
        for node in self.order:
            if node in known:
                continue
            if node.op is None:
                known[node] = node.data
            else:
                operands = [x if x.__class__ is float else known[x] for x in node.inputs]
                known[node] = node.op.apply(tuple(operands))
        return known[self.root]


def topological_order(*roots: Value) -> list[Value]:
    """Every node that `roots` were made from, each after its inputs.

    The order is that of `autograd.backward`, found in another way: what is checked does not say
    what there is to check.
    """
    order: list[Value] = []
    seen: set[Value] = set()
    pending: list[tuple[Any, bool]] = [(root, False) for root in reversed(roots)]
    while pending:
        node, inputs_are_done = pending.pop()
        if inputs_are_done:
            order.append(node)
        elif node.__class__ is not float and node not in seen:
            seen.add(node)
            pending.append((node, True))
            pending += [(x, False) for x in reversed(node.inputs)]
    return order


def numbers_at(order: Sequence[Value], known: dict[Any, float]) -> dict[Any, float]:
    """The number of every node of a topological order, where some have the `known` numbers."""
    for node in order:
        if node in known:
            continue
        if node.op is None:
            known[node] = node.data
            continue
        operands = [x if x.__class__ is float else known[x] for x in node.inputs]
        known[node] = node.op.compute(operands)
    return known


def weights(n: int, after: int = 0) -> list[float]:
    """The direction in which n numbers are added up, or moved together: one for each `after`."""
    draw = random.Random(n)
    return [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) for _ in range(after + n)][after:]


def nearby(numbers: Sequence[float], size: float) -> list[float]:
    """Other numbers in the neighbourhood, moved each by its own share: no ratio is kept."""
    draw = random.Random(7)
    shares = [draw.choice((-1.0, 1.0)) * draw.uniform(0.5, 1.5) * size for _ in numbers]
    return [x + share * (abs(x) or 1.0) for x, share in zip(numbers, shares, strict=True)]


def same(a: float | None, b: float | None) -> bool:
    """Whether two numbers are one, or both are nan."""
    return a == b or (a != a and b != b)


def operands_of(node: Value) -> list[float]:
    """The numbers that an operation ran on."""
    return [x if x.__class__ is float else x.data for x in node.inputs]


def side(op: Op, operands: Sequence[float]) -> tuple[float, ...]:
    """On which side of each of its kinks an operation is, and on which piece where that is told."""
    pieces = [float(kink.piece(*operands)) for kink in op.kinks if kink.piece is not None]
    return (*signs(op, operands), *pieces)


def signs(op: Op, operands: Sequence[float]) -> list[float]:
    """The sign of each kink's switch: -1, 0, 1; nan, equal to none, unknown."""
    found = []
    for kink in op.kinks:
        try:
            switch = kink.switch(*operands)
        except (ArithmeticError, ValueError):
            switch = math.nan
        found.append(float("nan") if switch != switch else float((switch > 0) - (switch < 0)))
    return found
