"""Copying and pickling graphs of any depth: flat, with sharing kept, and without recursion.

A pickled Value carries its whole graph as one flat `Graph`. While that Graph is alive (the pickler
keeps it until it has finished) other roots that reach the same nodes refer to it, so several roots
pickled together in one object still share what they shared.
"""

import copy
import threading
import weakref
from collections.abc import Callable
from typing import Any

from autograd.attributes import attributes_of, give_attributes
from autograd.forking import freed_by_fork

_FIELDS = ("_number", "grad", "op", "partials", "label")


def shallow_copy(node: Any) -> Any:
    """A node like this one, made from the same inputs."""
    twin = _twin(node, node.inputs)
    give_attributes(twin, _attributes(node))
    return twin


def _twin(node: Any, inputs: tuple[Any, ...]) -> Any:
    """A node like this one, made from `inputs`, without what a subclass adds."""
    twin = object.__new__(type(node))
    twin._label = ""  # without an origin, which is about one graph in one program
    for field in _FIELDS:
        setattr(twin, field, getattr(node, field))
    twin.inputs = inputs
    return twin


def _attributes(node: Any) -> dict[str, Any]:
    """What a subclass of Value keeps beside what all have: in its `__dict__` and its slots."""
    kind = type(node)
    value = next(base for base in kind.__mro__ if "_number" in vars(base))
    return {} if kind is value else attributes_of(node, beside=value)


def deepcopy_graph(root: Any, memo: dict[int, Any]) -> Any:
    """Copy `root` and all it was made from; `memo` (copy.deepcopy's) keeps the sharing."""
    for node in _walk(root, lambda node: id(node) in memo):
        inputs = tuple([x if x.__class__ is float else memo[id(x)] for x in node.inputs])
        memo[id(node)] = twin = _twin(node, inputs)
        kept = _attributes(node).items()
        give_attributes(twin, {name: copy.deepcopy(x, memo) for name, x in kept})
    return memo[id(root)]


def _walk(root: Any, is_known: Callable[[Any], bool]) -> list[Any]:
    """The nodes `root` was made from in topological order, no further than to known ones."""
    order: list[Any] = []
    seen: set[Any] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node is None:  # all inputs of the node below this marker are in order
            order.append(stack.pop())
        elif node.__class__ is not float and node not in seen:
            seen.add(node)
            if not is_known(node):
                stack += (node, None, *node.inputs[::-1])
    return order


class Graph:
    """The nodes of one pickled root that no other living Graph held yet, in topological order.

    Attributes:
        nodes: the nodes.
        others: the Graphs that hold the rest of what they were made from.
        inputs: for each node its operands: a float, the place of a node here, or the pair of an
            index into `others` and a place there.
    """

    __slots__ = ("__weakref__", "inputs", "nodes", "others")

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes
        self.others: list[Graph] = []
        self.inputs: list[tuple[Any, ...]] = []

    def link(self) -> None:
        """Find where each operand is held, and hold on to the Graphs that hold them."""
        place = {id(node): k for k, node in enumerate(self.nodes)}
        index: dict[int, int] = {}  # id of another Graph -> its index in `others`
        for node in self.nodes:
            found: list[Any] = []
            for x in node.inputs:
                if x.__class__ is float:
                    found.append(x)
                elif id(x) in place:
                    found.append(place[id(x)])
                else:
                    graph, k = _holder(x)
                    if id(graph) not in index:
                        index[id(graph)] = len(self.others)
                        self.others.append(graph)
                    found.append((index[id(graph)], k))
            self.inputs.append(tuple(found))

    def __reduce__(self) -> tuple[Any, ...]:
        rows = [tuple([getattr(node, field) for field in _FIELDS]) for node in self.nodes]
        kind = type(self.nodes[0])
        unlike = {
            k: (type(node), kept)
            for k, node in enumerate(self.nodes)
            if (kept := _attributes(node)) or type(node) is not kind
        }
        return _rebuild, (kind, rows, self.inputs, self.others, unlike)


# id of a node -> the living Graph that holds it, and its place there
_held: dict[int, tuple[weakref.ref[Graph], int]] = {}
_lock = freed_by_fork(threading.RLock())  # re-entered when a Graph dies, and is forgotten, inside


def _holder(node: Any) -> Any:
    """The living Graph that holds `node` and the place there, or None."""
    reference, k = _held.get(id(node), (None, 0))
    graph = None if reference is None else reference()
    return None if graph is None else (graph, k)


def reduce_node(root: Any) -> tuple[Any, ...]:
    """What `__reduce__` of a Value returns: a Graph and the place of `root` in it."""
    with _lock:
        return _pick, _holder(root) or _hold(root)


def _hold(root: Any) -> tuple[Graph, int]:
    alive = []  # the Graphs met, until link() holds them itself

    def is_held(node: Any) -> bool:
        held = _holder(node)
        alive.append(held)
        return held is not None

    order = _walk(root, is_held)
    graph = Graph(order)
    graph.link()
    keys = [id(node) for node in graph.nodes]
    reference = weakref.ref(graph, lambda dead: _forget(keys, dead))
    _held.update((key, (reference, k)) for k, key in enumerate(keys))
    return graph, len(keys) - 1


def _forget(keys: list[int], dead: Any) -> None:
    with _lock:
        for key in keys:
            if key in _held and _held[key][0] is dead:
                del _held[key]


def _pick(graph: Graph, place: int) -> Any:
    return graph.nodes[place]


def _rebuild(
    kind: type, rows: list[Any], inputs: list[Any], others: list[Graph], unlike: dict[int, Any]
) -> Graph:
    """The Graph of the pickled nodes: of class `kind`, but for those in `unlike`."""
    nodes: list[Any] = []
    for k, (fields, operands) in enumerate(zip(rows, inputs, strict=True)):
        own, attributes = unlike.get(k, (kind, {}))
        node: Any = object.__new__(own)
        give_attributes(node, attributes)
        node._label = ""
        for field, x in zip(_FIELDS, fields, strict=True):
            setattr(node, field, x)
        node.inputs = tuple([_operand(x, nodes, others) for x in operands])
        nodes.append(node)
    return Graph(nodes)


def _operand(x: Any, nodes: list[Any], others: list[Graph]) -> Any:
    if isinstance(x, float):
        return x
    return nodes[x] if isinstance(x, int) else others[x[0]].nodes[x[1]]
