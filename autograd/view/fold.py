"""What of a graph is shown: which boxes are folded, which nodes are left out.

Owns `Scene`, the graph as it is drawn. It has numbers (Values), and folded boxes between them; it
knows nothing of how they look.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from autograd import ops
from autograd.view.groups import Box, Groups

# A dot of at most this many pairs is drawn as its products and their sum.
OPENED_PAIRS = 4


class Folded:
    """Boxes of one kind side by side that are drawn as one; or parameters that several share.

    Attributes:
        boxes: one or more; none for parameters.
        nodes: what was computed inside them.
        leaves: the leaves inside.
        result: the only Value of them that is used outside, or None if there are several.
        sources: what flows in: for each operand from outside, and each folded box, which nodes
            inside use it, each with the place of the operand.
    """

    def __init__(self, boxes: list[Box]) -> None:
        self.boxes = boxes
        self.nodes = [node for box in boxes for node in box.nodes]
        self.leaves: list[Any] = []
        self.result: Any = None
        self.sources: dict[Any, list[tuple[Any, int]]] = {}

    @property
    def title(self) -> str:
        """What it is called: neuron ×16, or, where these are calls of one module, MLP ×16 calls."""
        if not self.boxes:
            return "parameters"
        first, *others = self.boxes
        if not others:
            return first.label
        is_one = first.owner is not None and all(box.owner is first.owner for box in others)
        return f"{first.kind} ×{len(self.boxes)}{' calls' * is_one}"

    @property
    def outer(self) -> Box | None:
        """The opened box that it is in."""
        return self.boxes[0].outer if self.boxes else None

    @property
    def parameters(self) -> int:
        """How many of its leaves are parameters of modules."""
        if not self.boxes:
            return len(self.leaves)
        owned = frozenset().union(*{box.parameters for box in self.boxes})
        return sum(leaf in owned for leaf in self.leaves)


class Scene:
    """The graph of `order` with all boxes folded that `opened` does not hold.

    Attributes:
        order: all nodes, in topological order.
        included: the nodes that are drawn, or are in a box that is.
        opened: the boxes that are not folded.
        folded: the boxes that are drawn.
        inside: for each node in a folded box, that box.
    """

    def __init__(
        self,
        order: Sequence[Any],
        groups: Groups,
        opened: Collection[Box],
        included: Collection[Any] | None = None,
        pinned: Collection[Any] = (),
    ) -> None:
        self.order = order
        self.included = set(order) if included is None else included
        self.is_slice = included is not None
        self.opened: Collection[Box] = opened
        self.inside: dict[Any, Folded] = {}
        self.folded: list[Folded] = []
        if groups.boxes:
            self.opened = set(opened)
            self._fold(groups, self.opened, set(pinned))

    # Folding

    def _fold(self, groups: Groups, opened: set[Box], pinned: set[Any]) -> None:
        while True:
            folded = _outermost(groups.boxes, opened)
            item = {node: folded[box] for node, box in groups.home.items() if box in folded}
            if self.is_slice:
                item = {node: box for node, box in item.items() if node in self.included}
            rank, cyclic = _ranks([n for n in self.order if n in self.included], item)
            if not cyclic:
                break
            opened.update(cyclic)  # what it returned went in again: it cannot be one box
        merged: dict[tuple[Box | None, str, int], list[Box]] = {}
        for box in dict.fromkeys(item.values()):
            merged.setdefault((box.outer, box.kind, rank[box]), []).append(box)
        whole = {boxes[0]: Folded(boxes) for boxes in merged.values()}
        whole |= {box: whole[boxes[0]] for boxes in merged.values() for box in boxes}
        self.inside = {node: whole[item[node]] for node in self.order if node in item}
        given = {one: {x for b in one.boxes for x in b.inputs} for one in {*whole.values()}}
        shared: dict[frozenset[Folded], Folded] = {}
        for leaf, users in groups.users.items():
            if leaf in pinned or leaf not in self.included:
                continue
            places = {self.inside.get(user) for user in users}
            boxes = frozenset(place for place in places if place is not None)
            if len(boxes) < len(places) or any(leaf in given.get(one, ()) for one in boxes):
                continue  # a node that is drawn uses it, or it is an argument
            if len(boxes) == 1:
                (place,) = boxes
            elif any(leaf in b.parameters for b in groups.around(users[0])):
                place = shared.setdefault(boxes, Folded([]))
            else:
                continue
            place.leaves.append(leaf)
            self.inside[leaf] = place
        self.folded = list(dict.fromkeys(self.inside.values()))
        for one in self.folded:
            one.nodes = [node for node in one.nodes if self.inside.get(node) is one]
        self._join()

    def _join(self) -> None:
        """Find what flows into each folded box, and the result of each that has only one."""
        root = self.order[-1]
        used: dict[Folded, dict[Any, None]] = {one: {} for one in self.folded}
        if root in self.inside:
            used[self.inside[root]][root] = None
        for node in self.order:
            there = self.inside.get(node)
            for x in node.inputs if node in self.included else ():
                if x.__class__ is not float and x in self.inside and self.inside[x] is not there:
                    used[self.inside[x]][x] = None
        for one, results in used.items():
            if len(one.boxes) == len(results) == 1:
                (one.result,) = results
        for one in self.folded:
            for node in one.nodes:
                for k, x in enumerate(node.inputs):
                    if x.__class__ is float or self.inside.get(x) is one:
                        continue
                    if x in self.included:
                        one.sources.setdefault(self.source(x), []).append((node, k))

    def source(self, x: Any) -> Any:
        """What an edge from the Value `x` starts at: `x` itself, or the folded box it is in."""
        box = self.inside.get(x)
        return x if box is None or box.result is x else box

    # What is drawn

    def operands(self, node: Any) -> Sequence[int]:
        """The positions of the inputs that are drawn.

        Of a slice, what lies outside of it is drawn only at operations of a few operands.
        """
        kept = positions(node)
        if self.is_slice and len(node.inputs) > 2 * OPENED_PAIRS + 1:
            kept = [k for k in kept if self.is_included(node.inputs[k])]
        return kept

    def is_included(self, x: Any) -> bool:
        """Whether `x` is a Value that is drawn with what it was made from, or is in a box."""
        return x.__class__ is not float and (not self.is_slice or x in self.included)

    def parts(self) -> Iterator[Any]:
        """The Values, and folded boxes, in the order in which they are drawn: operands first."""
        left = {one: sum(n in self.inside for n in one.nodes) for one in self.folded}
        for node in self.order:
            if node not in self.included:
                continue
            box = self.inside.get(node)
            if box is None:
                yield node
            elif not box.boxes:
                if node is box.leaves[0]:
                    yield box
            elif node.inputs:
                left[box] -= 1
                if not left[box]:
                    yield box
                    if box.result is not None:
                        yield box.result

    def is_full(self, part: Any) -> bool:
        """Whether a part is a Value that is drawn with the operation that made it."""
        return not isinstance(part, Folded) and bool(part.inputs) and part not in self.inside

    def size(self) -> int:
        """How many boxes there are to draw: Values, constants and folded boxes."""
        return sum(1 + self._own(part) for part in self.parts())

    def _own(self, part: Any) -> int:
        """How many boxes are drawn for a part alone: its constants, and what a slice leaves out."""
        if not self.is_full(part):
            return 0
        return sum(not self.is_included(part.inputs[k]) for k in self.operands(part))

    def nearest(self, limit: int | None) -> dict[Any, list[Any]]:
        """Choose what to draw, breadth first from the result, each with what it is joined to.

        For a Value these are the positions of its operands, for a folded box its sources, and for
        the result of a folded box, that box.
        """
        root = self.order[-1]
        shown: dict[Any, list[Any]] = {}
        seen = {root}
        queue = deque([root])
        boxes = 1
        while queue:
            part = queue.popleft()
            kept: list[Any] = []
            for joint, other in self._joints(part):
                if other is None or other not in seen:
                    if boxes == limit:
                        continue
                    boxes += 1
                    if other is not None:
                        seen.add(other)
                        queue.append(other)
                kept.append(joint)
            shown[part] = kept
        return shown

    def _joints(self, part: Any) -> Iterable[tuple[Any, Any]]:
        """What leads to a part: how it is called there, and the part; None for a constant."""
        if isinstance(part, Folded):
            return ((source, source) for source in part.sources)
        if part in self.inside:
            return [(self.inside[part], self.inside[part])]
        return (
            (k, self.source(x) if self.is_included(x := part.inputs[k]) else None)
            for k in self.operands(part)
        )

    def is_whole(self, part: Any, kept: Sequence[Any]) -> bool:
        """Whether all that leads to a part is among what was kept."""
        if self.is_full(part):
            return len(kept) == len(positions(part))
        return len(kept) == sum(1 for _ in self._joints(part))

    def hidden(self, shown: dict[Any, list[Any]]) -> int:
        """How many Values and constants are neither drawn nor in a box that is."""
        left = sum(self._weight(node) for node in self.order if node in self.included)
        for part, kept in shown.items():
            if isinstance(part, Folded):
                left -= sum(map(self._weight, part.nodes)) + len(part.leaves)
            elif part in self.inside:
                left -= self.inside[part] not in shown
            else:
                left -= 1 + sum(not self.is_included(part.inputs[k]) for k in kept)
        return left

    def _weight(self, node: Any) -> int:
        """A Value and its constants."""
        return 1 + sum(not self.is_included(node.inputs[k]) for k in positions(node))


def positions(node: Any) -> Sequence[int]:
    """Return the positions of the inputs that a picture has, in the order a limit keeps them.

    A dot keeps its bias, then w1 and x1, w2 and x2, ...; a bias of 0.0 that is no Value is none.
    """
    if node.op is not ops.dot:
        return range(len(node.inputs))
    pairs, bias = len(node.inputs) // 2, node.inputs[-1]
    kept = [] if bias.__class__ is float and bias == 0.0 else [2 * pairs]
    for i in range(pairs):
        kept += (i, pairs + i)
    return kept


def _outermost(boxes: Iterable[Box], opened: Collection[Box]) -> dict[Box, Box]:
    """For each box in a folded one, that one; boxes come after those around them."""
    found: dict[Box, Box] = {}
    for box in boxes:
        if box.outer in found:
            found[box] = found[box.outer]
        elif box not in opened:
            found[box] = box
    return found


def _ranks(order: Sequence[Any], item: dict[Any, Box]) -> tuple[dict[Any, int], set[Box]]:
    """How many steps each folded box is from the inputs at most, and the boxes of any cycle."""
    if not item:
        return {}, set()
    known = set(order)
    sources: dict[Any, set[Any]] = {}
    targets: dict[Any, set[Any]] = {}
    for node in order:
        here: Any = item.get(node, node)
        sources.setdefault(here, set())
        for x in node.inputs:
            if x.__class__ is float or x not in known:
                continue
            if (there := item.get(x, x)) is not here:
                sources[here].add(there)
                targets.setdefault(there, set()).add(here)
    left = {part: len(before) for part, before in sources.items()}
    ready = [part for part, count in left.items() if not count]
    rank = dict.fromkeys(ready, 0)
    for part in ready:  # grows while it is gone through
        for other in targets.get(part, ()):
            left[other] -= 1
            rank[other] = max(rank.get(other, 0), rank[part] + 1)
            if not left[other]:
                ready.append(other)
    return rank, {part for part, count in left.items() if count and isinstance(part, Box)}
