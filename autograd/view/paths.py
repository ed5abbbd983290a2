"""How a derivative adds up: the paths it runs along, and the order in which they must be taken.

Owns the counting and listing of paths, and the replay of the naive order beside the right one.
Everything is read from the graph's local derivatives.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

MOST_PUSHES = 2_000  # after which the replay of the naive order stops
UNCOUNTED = 10**30  # so many paths are not counted further: each digit would cost memory


class Path(NamedTuple):
    """One way from a Value to the result.

    Attributes:
        nodes: places in the topological order, from the Value to the result.
        operands: as which operand it enters each node after the first; None where that is the only
            one through which it can.
        partials: the local derivative at each edge, in that order.
        product: of them: what this path contributes.
    """

    nodes: tuple[int, ...]
    operands: tuple[int | None, ...]
    partials: tuple[float, ...]
    product: float


class Consumer(NamedTuple):
    """One use of a Value, with all paths that begin with it.

    Attributes:
        node: the place of what uses it.
        operand: as which operand.
        paths: how many paths begin so.
        partial: the local derivative at that edge.
        upstream: the derivative of the result by `node`.
        product: of both: what these paths contribute.
    """

    node: int
    operand: int
    paths: int
    partial: float
    upstream: float
    product: float


class Push(NamedTuple):
    """One step of backpropagation: a node adds to the gradient of an operand.

    Attributes:
        node, operand: places in the topological order.
        added: local derivative times the gradient of `node` at that moment.
        after: the gradient of the operand then.
    """

    node: int
    operand: int
    added: float
    after: float


class Order(NamedTuple):
    """Backpropagation in two orders.

    Attributes:
        naive: the pushes if each node passes its gradient on as soon as something arrives, depth
            first; at most MOST_PUSHES.
        naive_gradient: the gradient of the Value in question after them.
        is_whole: whether the naive order came to its end.
        right: the pushes in reverse topological order: a node waits until all has arrived.
        gradient: of the Value in question after those.
        shared: the nodes between the two that get their gradient in several parts: the naive order
            passes the first of these on again with the second.
    """

    naive: tuple[Push, ...]
    naive_gradient: float
    is_whole: bool
    right: tuple[Push, ...]
    gradient: float
    shared: tuple[int, ...]


def live_operands(node: Any) -> Iterator[tuple[int, Any, float]]:
    """The operands that a gradient flows to: place, Value and local derivative."""
    for k, x in enumerate(node.inputs):
        if x.__class__ is not float and (partial := node.partials[k]) is not None:
            yield k, x, partial


class Paths:
    """All paths from `start` to the last node of `order`.

    Attributes:
        count: how many there are, or UNCOUNTED if there are at least so many.
    """

    def __init__(self, order: Sequence[Any], start: Any) -> None:
        self.order = order
        self.start = start
        self.place = {node: i for i, node in enumerate(order)}
        ways = {order[-1]: 1}  # how many paths lead from each node to the result
        for node in reversed(order):
            if node in ways and node is not start:
                for _, x, _ in live_operands(node):
                    ways[x] = min(ways.get(x, 0) + ways[node], UNCOUNTED)
        self.count = ways.get(start, 0)
        self._ways = ways
        below = {start}
        self._uses: dict[Any, list[tuple[Any, int, float]]] = {}
        for node in order:
            if node in ways:
                for k, x, partial in live_operands(node):
                    if x in below:
                        below.add(node)
                        self._uses.setdefault(x, []).append((node, k, partial))

    def each(self) -> list[Path]:
        """Return every path; ask only where `count` is small."""
        found = []
        root = self.order[-1]
        # Linked lists: a path may be long, and others may begin in the same way.
        pending: list[tuple[Any, Any]] = [(self.start, None)]
        while pending:
            node, before = pending.pop()
            if node is root:
                found.append(self._path(before))
                continue
            uses = self._uses.get(node, ())
            times = Counter(user for user, _, _ in uses)
            for user, k, partial in reversed(uses):
                place = k if times[user] > 1 else None
                pending.append((user, (node, place, partial, before)))
        return found

    def _path(self, last: Any) -> Path:
        nodes, operands, partials = [len(self.order) - 1], [], []
        while last is not None:
            node, operand, partial, last = last
            nodes.append(self.place[node])
            operands.append(operand)
            partials.append(partial)
        product = 1.0
        for partial in partials:  # from the result down, as backpropagation multiplies
            product = partial * product
        return Path(tuple(nodes[::-1]), tuple(operands[::-1]), tuple(partials[::-1]), product)

    def consumers(self, gradients: dict[Any, float]) -> list[Consumer]:
        """Return the uses of `start`, each with all paths that begin so.

        Args:
            gradients: of the result by each node, as `pull_back` leaves them.
        """
        return [
            Consumer(
                self.place[node], k, self._ways[node], partial, gradients[node],
                partial * gradients[node],
            )
            for node, k, partial in reversed(self._uses.get(self.start, ()))
        ]  # fmt: skip


def replay(order: Sequence[Any], start: Any) -> Order:
    """Replay backpropagation from the last node of `order` in the naive and in the right order.

    Args:
        order: a topological order.
        start: whose gradient is asked for.
    """
    place = {node: i for i, node in enumerate(order)}
    root = order[-1]
    gradients = {root: 1.0}
    naive: list[Push] = []
    pending = [(root, live_operands(root))]
    while pending and len(naive) < MOST_PUSHES:
        node, operands = pending[-1]
        for _, x, partial in operands:
            naive.append(_push(place, gradients, node, x, partial))
            pending.append((x, live_operands(x)))
            break
        else:
            pending.pop()
    is_whole = not pending
    naive_gradient = gradients.get(start, 0.0)
    gradients = {root: 1.0}
    right = [
        _push(place, gradients, node, x, partial)
        for node in reversed(order)
        if node in gradients
        for _, x, partial in live_operands(node)
    ]
    return Order(
        tuple(naive), naive_gradient, is_whole, tuple(right), gradients.get(start, 0.0),
        _shared(right, place[start]),
    )  # fmt: skip


def _shared(pushes: Sequence[Push], start: int) -> tuple[int, ...]:
    """The nodes above `start` that are pushed to several times; `pushes` are in the right order."""
    times = Counter(one.operand for one in pushes)
    above: dict[int, None] = {}
    for one in reversed(pushes):
        if one.operand == start or one.operand in above:
            above[one.node] = None
    return tuple(i for i in above if times[i] > 1)


def _push(
    place: dict[Any, int], gradients: dict[Any, float], node: Any, x: Any, partial: float
) -> Push:
    added = partial * gradients[node]
    gradients[x] = gradients.get(x, 0.0) + added
    return Push(place[node], place[x], added, gradients[x])
