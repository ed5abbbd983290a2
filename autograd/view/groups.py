"""Which parts of a graph can be folded: what each call of a module or function and each scope made.

Owns `Box` and the tree of boxes. Two boxes are one inside the other, or apart; of two that overlap
otherwise the smaller keeps only what lies where its result does.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.origin import Call, Scope, origin_of
from autograd.view.calls import between, calls_of


class Box:
    """A part of the graph that one box can stand for.

    Attributes:
        kind: what it is a call of (neuron, layer, MLP, mse_loss), or the name of the scope.
        label: kind, with a number where several stand side by side: neuron 3; or, where these are
            calls of one module, MLP call 3.
        owner: the module that was called, or None.
        path: the labels from the outermost box to this one: MLP/layer 2/neuron 3.
        outer: the box around it, or None.
        level: how many boxes are around it.
        nodes: what was computed inside, in topological order.
        inputs: the Values that were arguments of the call.
        parameters: of the module that was called; empty for a function and a scope.
    """

    __slots__ = (
        "inputs", "kind", "label", "level", "nodes", "outer", "owner", "parameters", "path"
    )  # fmt: skip

    def __init__(self, kind: str, nodes: list[Any], outer: "Box | None") -> None:
        self.kind = self.label = self.path = kind
        self.nodes = nodes
        self.outer = outer
        self.level: int = 0 if outer is None else outer.level + 1
        self.owner: Any = None
        self.inputs: frozenset[Any] = frozenset()
        self.parameters: frozenset[Any] = frozenset()

    def chain(self) -> "list[Box]":
        """This box and those around it, from the innermost."""
        found: list[Box] = [self]
        while found[-1].outer is not None:
            found.append(found[-1].outer)
        return found


class Groups:
    """The boxes of a graph.

    Attributes:
        boxes: each after the one around it.
        home: the innermost box that a computed node is in; nodes in none are left out.
        users: for each leaf the nodes whose boxes it goes with: those of the module that it is a
            parameter of, else all that use it.
    """

    def __init__(self, order: Sequence[Any]) -> None:
        self.boxes: list[Box] = []
        self.home: dict[Any, Box] = {}
        self.users: dict[Any, list[Any]] = {}
        place = {node: k for k, node in enumerate(order)}
        parameters: dict[int, frozenset[Any]] = {}
        for source, nodes in _parts(order):
            self._add(source, sorted(nodes, key=place.__getitem__), parameters)
        if self.boxes:
            self._number(place)
            self._find_users(order)

    def _add(
        self, source: Call | Scope, nodes: list[Any], parameters: dict[int, frozenset[Any]]
    ) -> None:
        """Add one box inside those that are there, all of them at least as large."""
        outer = self.home.get(nodes[-1])
        box = Box(_kind(source), [n for n in nodes if self.home.get(n) is outer], outer)
        if isinstance(source, Call):
            box.inputs = frozenset(source.inputs)
            owner: Any = source.owner
            box.owner = owner
            if hasattr(owner, "parameters"):
                if id(owner) not in parameters:
                    parameters[id(owner)] = frozenset(owner.parameters())
                box.parameters = parameters[id(owner)]
        self.boxes.append(box)
        self.home |= dict.fromkeys(box.nodes, box)

    def _number(self, place: dict[Any, int]) -> None:
        """Tell boxes of one kind side by side apart, in the order of their results."""
        alike: dict[tuple[Box | None, str], list[Box]] = {}
        for box in self.boxes:
            alike.setdefault((box.outer, box.kind), []).append(box)
        for boxes in alike.values():
            boxes.sort(key=lambda box: place[box.nodes[-1]])
            of_each: dict[Any, list[Box]] = {}
            for box in boxes:  # two calls of a function are two boxes, of a module one twice
                of_each.setdefault(box if box.owner is None else id(box.owner), []).append(box)
            for k, calls in enumerate(of_each.values(), 1):
                name = f"{boxes[0].kind} {k}" if len(of_each) > 1 else boxes[0].kind
                for j, box in enumerate(calls, 1):
                    box.label = f"{name} call {j}" if len(calls) > 1 else name
        for box in self.boxes:
            box.path = box.label if box.outer is None else f"{box.outer.path}/{box.label}"

    def _find_users(self, order: Sequence[Any]) -> None:
        for node in order:
            for x in node.inputs:
                if x.__class__ is not float and not x.inputs:
                    self.users.setdefault(x, []).append(node)
        for leaf, users in self.users.items():
            own = (n for n in users if any(leaf in box.parameters for box in self.around(n)))
            self.users[leaf] = list(own) or users

    def around(self, node: Any) -> list[Box]:
        """The boxes that a computed node is in, from the innermost."""
        return self.home[node].chain() if node in self.home else []

    def home_of(self, leaf: Any) -> Box | None:
        """The innermost box that a leaf is in: one that all its users are in; it is no input."""
        users = self.users.get(leaf, [])
        if not users:
            return None
        common = self.around(users[0])
        for node in users[1:]:
            here = set(self.around(node))
            common = [box for box in common if box in here]
        passed = [k for k, box in enumerate(common) if leaf in box.inputs]
        common = common[passed[-1] + 1 :] if passed else common
        return common[0] if common else None


def _parts(order: Sequence[Any]) -> Iterable[tuple[Call | Scope, Iterable[Any]]]:
    """What each scope and each call computed, the larger first, of equal ones the outer first."""
    scopes: dict[Scope, list[Any]] = {}
    for node in order:
        origin = origin_of(node)
        scope = None if origin is None else origin.scope
        while scope is not None:
            scopes.setdefault(scope, []).append(node)
            scope = scope.outer
    returned: dict[Call, list[Any]] = {}
    for node, calls in calls_of(order).items():
        for call in reversed(calls):
            returned.setdefault(call, []).append(node)
    parts: list[tuple[Call | Scope, Iterable[Any]]] = [*scopes.items()]
    parts += [(call, between(outputs, call.inputs)) for call, outputs in returned.items()]
    known = set(order)
    found = [(source, known.intersection(nodes)) for source, nodes in parts]
    # Sorting is stable: of two that hold the same, the scope, or the outer call, was met first.
    return sorted(((s, nodes) for s, nodes in found if nodes), key=lambda part: -len(part[1]))


def _kind(source: Call | Scope) -> str:
    """Neuron is shown as neuron, MLP stays MLP; a scope keeps the name that it was given."""
    is_module = isinstance(source, Call) and source.owner is not None
    return source.name.lower() if is_module and source.name.istitle() else source.name
