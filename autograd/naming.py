"""What the nodes of a graph are called where each needs a name: in formulas, records and programs.

Owns the order of the sources: the label, the names given, the recorded line that assigned it, the
parameters of the modules that were called, and last v0, v1, ... by the place in topological order.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.origin import Line, origin_of
from autograd.value import Value

# How the operations are written that have a sign of their own in Python.
_SIGNS = {
    ast.Add: ("add",), ast.Sub: ("sub",), ast.Mult: ("mul",), ast.Div: ("div",),
    ast.Pow: ("power", "pow"), ast.Mod: ("mod",), ast.FloorDiv: ("floordiv",), ast.USub: ("neg",),
}  # fmt: skip

MOST_INDICES = 3  # of the name of a Value in nested lists: w[0][1][2]; a list may hold itself

Names = Mapping[str, Any] | Iterable[tuple[str, Any]] | None


def node_names(order: Sequence[Any], names: Names = None) -> list[str]:
    """Return a name for each node of a topological order.

    Args:
        order: the nodes.
        names: names for Values without a label, as for `draw`.

    A parameter of a module is called by its place, counted from 1: layer1.neuron2.w1.
    """
    return [name or f"v{i}" for i, name in enumerate(known_names(order, names))]


def known_names(order: Sequence[Any], names: Names = None) -> list[str]:
    """Return the name of each node as `node_names` does, and "" for a node that has none."""
    given = {} if names is None else _given(names)
    given = _assigned(order) | given
    if any(node.op is None and not node.label and node not in given for node in order):
        given = _parameters(order) | given
    return [str(node.label or "") or given.get(node, "") for node in order]


def _assigned(order: Sequence[Any]) -> dict[Any, str]:
    """The results of recorded lines such as `z = w * x + b`."""
    made: dict[Line, list[Any]] = {}
    for node in order:
        origin = origin_of(node)
        if origin is not None and origin.line is not None:
            made.setdefault(origin.line, []).append(node)
    found: dict[Any, str] = {}
    for line, nodes in made.items():
        used = {x for node in nodes for x in node.inputs if x.__class__ is not float}
        results = [node for node in nodes if node not in used]
        if len(results) == 1 and (name := _target(line.text, results[0].op.name)) is not None:
            found[results[0]] = name
    return found


def _target(text: str, op: str) -> str | None:
    """The name that a line assigns to, if what it assigns is surely the result of `op`."""
    try:
        body = ast.parse(text).body
    except SyntaxError:  # a part of a longer statement
        return None
    statement = body[0] if len(body) == 1 else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target, made = statement.targets[0], statement.value
    if isinstance(made, (ast.BinOp, ast.UnaryOp)):
        is_result = op in _SIGNS.get(type(made.op), ())
    elif isinstance(made, ast.Call):
        called = made.func
        is_result = op == getattr(called, "attr", getattr(called, "id", None))
    else:
        is_result = False
    return target.id if is_result and isinstance(target, ast.Name) else None


def _given(names: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[Value, str]:
    """The name of each Value in `names`: the first one met, for an item of a list `ws` as ws[0].

    What is not a Value or a list of them is passed over, and so is a name that begins with "_":
    `names=globals()` in a notebook holds its earlier results under such names.
    """
    found: dict[Value, str] = {}
    for name, thing in pairs_of(names):
        if not name.startswith("_"):
            _give(name, thing, found, MOST_INDICES)
    return found


def pairs_of(names: Names) -> list[tuple[str, Any]]:
    """What was given as `names`, as pairs; TypeError for what is none."""
    given: Any = names.items() if isinstance(names, Mapping) else () if names is None else names
    found = []
    for pair in given if isinstance(given, Iterable) else [given]:
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[0], str):
            raise TypeError(
                f"names: expected names and their Values, got {pair!r:.60}; write "
                'names={"w": w}, or names=locals()'
            )
        found.append(pair)
    return found


def _give(name: str, thing: Any, found: dict[Value, str], most_indices: int) -> None:
    if isinstance(thing, Value):
        found.setdefault(thing, name)
    elif isinstance(thing, (list, tuple)) and most_indices:
        for k, item in enumerate(thing):
            if isinstance(item, (Value, list, tuple)):
                _give(f"{name}[{k}]", item, found, most_indices - 1)


def _parameters(order: Sequence[Any]) -> dict[Any, str]:
    """The parameters of the outermost modules that were called, with short names."""
    owners: dict[int, Any] = {}
    for node in order:
        origin = origin_of(node)
        calls = () if origin is None else origin.calls
        outermost = [call.owner for call in calls if hasattr(call.owner, "named_parameters")][-1:]
        owners |= {id(owner): owner for owner in outermost}
    found: dict[Any, str] = {}
    # The module with the most parameters first: those of its parts are called by their place in it.
    modules = [list(owner.named_parameters()) for owner in owners.values()]
    for parameters in sorted(modules, key=len, reverse=True):
        for path, parameter in parameters:
            found.setdefault(parameter, short_path(path))
    return found


def short_path(path: str) -> str:
    """Return the path of a parameter, counted from 1: layer1.neuron2.w1.

    Args:
        path: of `named_parameters()`: layers.0.neurons.1.weights.0.
    """
    counted = re.sub(
        r"([^.]+?)s?\.(\d+)(?=\.|$)", lambda match: f"{match[1]}{int(match[2]) + 1}", path
    )
    return re.sub(r"(?<![^.])(?:weight(\d*)|bias)$", _letter, counted)


def _letter(match: re.Match[str]) -> str:
    return "b" if match[1] is None else f"w{match[1]}"
