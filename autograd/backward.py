"""Backpropagation itself: a topological order, and one sweep along it in each direction.

A node is anything with `.inputs` (nodes and plain floats) and `.partials` (the local derivative by
each input; None where there is no edge). Nothing here changes a node, and nothing recurses.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def topological_order(*roots: Any, stop: Iterable[Any] = ()) -> list[Any]:
    """Every node that `roots` were made from, each after its inputs; the roots included.

    It is the depth-first post-order that visits inputs from left to right, found with an explicit
    stack. The order depends on the graph's shape alone, never on numbers. Nodes in `stop`, and
    what only they were made from, are left out.
    """
    order: list[Any] = []
    seen: set[Any] = set(stop)
    path: list[tuple[Any, Iterator[Any]]] = []  # the way down; an iterator knows how far it is
    node, inputs = None, iter(roots)
    while True:
        for x in inputs:
            if x not in seen and x.__class__ is not float:
                seen.add(x)
                if x.inputs:
                    path.append((node, inputs))
                    node, inputs = x, iter(x.inputs)
                    break
                order.append(x)
        else:
            if not path:
                return order
            order.append(node)
            node, inputs = path.pop()


def pull_back(order: Sequence[Any], cotangents: dict[Any, float]) -> dict[Any, float]:
    """Reverse mode: carry derivatives of the roots from the roots to everything they depend on.

    Args:
        order: a topological order; it is walked backwards.
        cotangents: each root with its seed (1.0 for the derivative of that root itself).

    Returns `cotangents`, in which every node that a live edge reaches now has the derivative by
    it. Sums start at +0.0 and run in the order of the walk, so they are the same bits every time.
    """
    so_far = cotangents.get
    for node in reversed(order):
        inputs = node.inputs
        if not inputs or node not in cotangents:  # a leaf, or no live edge leads here
            continue
        cotangent = cotangents[node]
        if len(inputs) == 2:  # most nodes: the loop below, written out
            a, b = inputs
            by_a, by_b = node.partials
            if by_a is not None:
                cotangents[a] = so_far(a, 0.0) + by_a * cotangent
            if by_b is not None:
                cotangents[b] = so_far(b, 0.0) + by_b * cotangent
        else:
            for x, partial in zip(inputs, node.partials):  # noqa: B905 - strict= costs 200 ns
                if partial is not None:
                    cotangents[x] = so_far(x, 0.0) + partial * cotangent
    return cotangents


def push_forward(order: Iterable[Any], tangents: dict[Any, float]) -> dict[Any, float]:
    """Forward mode: carry derivatives of the inputs on to everything made from them.

    Args:
        order: a topological order; it is walked forwards.
        tangents: each input with its seed, its derivative along the direction chosen.

    Returns `tangents`, in which every node that a live edge reaches now has its derivative.
    """
    for node in order:
        if node in tangents:
            continue
        total = None
        for x, partial in zip(node.inputs, node.partials, strict=True):
            if partial is not None and x in tangents:
                total = (0.0 if total is None else total) + partial * tangents[x]
        if total is not None:
            tangents[node] = total
    return tangents
