"""The sweeps against the chain rule written once more: every use of a node must have counted.

Owns the check of `backward()` and of forward mode, node by node, on a copy of the graph: nothing of
the user's graph changes.
"""

import copy
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.backward import push_forward
from autograd.check.recorded import Recorded
from autograd.value import Value

TOLERANCE = 1e-9  # of the sum of the sizes of what is added up


class Fault(NamedTuple):
    """A node at which a sweep and the chain rule differ."""

    node: Value
    where: str  # "backward()", "forward mode"
    got: float
    expected: float


class Gradients(NamedTuple):
    """The derivative of the root by each node, added up anew.

    Attributes:
        by_node: 0.0 for a node that no live edge reaches.
        size: the same with every term taken positive: what rounding is measured by.
    """

    by_node: dict[Any, float]
    size: dict[Any, float]


def chain_rule(recorded: Recorded) -> Gradients:
    """Add up, from the root back, what each use of each node contributes."""
    total: dict[Any, float] = dict.fromkeys(recorded.order, 0.0)
    size = dict.fromkeys(recorded.order, 0.0)
    total[recorded.root] = size[recorded.root] = 1.0
    for node in reversed(recorded.order):
        if node not in recorded.live:
            continue
        for x, partial in zip(node.inputs, node.partials, strict=True):
            if partial is not None:
                total[x] += partial * total[node]
                size[x] += abs(partial) * size[node]
    return Gradients(total, size)


def check_backward(recorded: Recorded, gradients: Gradients) -> Fault | None:
    """Let `backward()` run on a copy; the first node, from the root back, where it is wrong."""
    memo: dict[int, Any] = {}
    twin = copy.deepcopy(recorded.root, memo)
    twins = [memo[id(node)] for node in recorded.order]
    for node in twins:
        node.grad = 0.0
    twin.backward()
    for node, other in zip(reversed(recorded.order), reversed(twins), strict=True):
        if not _agree(other.grad, gradients.by_node[node], gradients.size[node]):
            return Fault(node, "backward()", other.grad, gradients.by_node[node])
    return None


def check_forward(recorded: Recorded, seeds: Sequence[float]) -> Fault | None:
    """Let forward mode run along `seeds`; the first node where it is wrong."""
    start = dict(zip(recorded.leaves, seeds, strict=True))
    tangents = push_forward(recorded.order, dict(start))
    expected: dict[Any, float] = dict(start)
    size = {leaf: abs(seed) for leaf, seed in start.items()}
    for node in recorded.order:
        if node in start:
            continue
        total = bound = 0.0
        for x, partial in zip(node.inputs, node.partials, strict=True):
            if partial is not None and x in expected:
                total += partial * expected[x]
                bound += abs(partial) * size[x]
        expected[node], size[node] = total, bound
        if not _agree(tangents.get(node, 0.0), total, bound):
            return Fault(node, "forward mode", tangents.get(node, 0.0), total)
    return None


def _agree(got: float, expected: float, size: float) -> bool:
    if got == expected or not (math.isfinite(expected) and math.isfinite(size)):
        return True
    return abs(got - expected) <= TOLERANCE * size
