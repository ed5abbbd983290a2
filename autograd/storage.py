"""Copying and pickling graphs of any depth: flat, with sharing kept, and without recursion.

A pickled Value carries its whole graph as one flat `Graph`. While that Graph is alive (the pickler
keeps it until it has finished) other roots that reach the same nodes refer to it, so several roots
pickled together in one object still share what they shared.
"""

import weakref
from typing import Any

from autograd.backward import topological_order

_FIELDS = ("_data", "grad", "op", "partials", "label")


def copy_node(node: Any, inputs: tuple[Any, ...]) -> Any:
    """A node like this one, made from `inputs`."""
    twin = object.__new__(type(node))
    for field in _FIELDS:
        setattr(twin, field, getattr(node, field))
    twin.inputs = inputs
    return twin


def deepcopy_graph(root: Any, memo: dict[int, Any]) -> Any:
    """Copy `root` and all it was made from; `memo` (copy.deepcopy's) keeps the sharing."""
    for node in topological_order(root):
        if id(node) not in memo:
            inputs = tuple([x if x.__class__ is float else memo[id(x)] for x in node.inputs])
            memo[id(node)] = copy_node(node, inputs)
    return memo[id(root)]


class Graph:
    """The nodes of one pickled root that no other living Graph holds yet, in topological order."""

    __slots__ = ("__weakref__", "nodes")

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def __reduce__(self) -> tuple[Any, ...]:
        place = {id(node): k for k, node in enumerate(self.nodes)}
        rows = []
        others: list[Any] = []
        for node in self.nodes:
            inputs: list[Any] = []
            for x in node.inputs:
                if x.__class__ is float or id(x) in place:
                    inputs.append(x if x.__class__ is float else place[id(x)])
                else:  # in an earlier Graph: named by that Graph and the place in it
                    owner, k = _held[id(x)]
                    inputs.append((len(others), k))
                    others.append(owner())
            rows.append((*[getattr(node, field) for field in _FIELDS], tuple(inputs)))
        return _rebuild, (_class_of(self.nodes), rows, others)


# id of a node -> the living Graph that holds it, and its place there
_held: dict[int, tuple[weakref.ref[Graph], int]] = {}


def _owner(node: Any) -> tuple[Graph, int] | None:
    entry = _held.get(id(node))
    if entry is None:
        return None
    graph = entry[0]()
    return None if graph is None else (graph, entry[1])


def reduce_node(root: Any) -> tuple[Any, ...]:
    """What `__reduce__` of a Value returns: a Graph and the place of `root` in it."""
    found = _owner(root)
    if found is None:
        nodes = [node for node in topological_order(root) if _owner(node) is None]
        graph = Graph(nodes)
        keys = [id(node) for node in nodes]
        reference = weakref.ref(graph, lambda dead: _forget(keys, dead))
        _held.update((key, (reference, k)) for k, key in enumerate(keys))
        found = (graph, len(nodes) - 1)
    return _pick, found


def _forget(keys: list[int], dead: Any) -> None:
    for key in keys:
        entry = _held.get(key)
        if entry is not None and entry[0] is dead:
            del _held[key]


def _class_of(nodes: list[Any]) -> type:
    return type(nodes[0])


def _pick(graph: Graph, place: int) -> Any:
    return graph.nodes[place]


def _rebuild(kind: type, rows: list[tuple[Any, ...]], others: list[Graph]) -> Graph:
    nodes: list[Any] = []
    for *fields, inputs in rows:
        node: Any = object.__new__(kind)
        for field, x in zip(_FIELDS, fields, strict=True):
            setattr(node, field, x)
        node.inputs = tuple([_input(x, nodes, others) for x in inputs])
        nodes.append(node)
    return Graph(nodes)


def _input(x: Any, nodes: list[Any], others: list[Graph]) -> Any:
    if isinstance(x, float):
        return x
    return nodes[x] if isinstance(x, int) else others[x[0]].nodes[x[1]]
