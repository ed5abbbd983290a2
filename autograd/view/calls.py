"""Which calls returned each node: those that left a note, and those inside of modules.

A network leaves one note for a whole call, so that it need not pay for one at each neuron. Which
layer and neuron made a node is found here: by the parameters that it uses, and whose they are.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.origin import Call, origin_of


def calls_of(order: Sequence[Any]) -> dict[Any, tuple[Call, ...]]:
    """Return the calls that returned each node of a topological order, the innermost first.

    Nodes that no call returned are left out. A module inside the module that was called counts as
    called if its `parameters()` were used: its call returned what others used of the nodes that
    were made from them.
    """
    noted = {node: origin.calls for node in order if (origin := origin_of(node)) and origin.calls}
    returned: dict[Call, list[Any]] = {}
    for node, calls in noted.items():
        for call in calls:
            returned.setdefault(call, []).append(node)
    regions = {call: between(outputs, call.inputs) for call, outputs in returned.items()}
    users, place = _users(order), {node: k for k, node in enumerate(order)}
    owners: dict[int, dict[Any, tuple[Any, ...]]] = {}
    taken: set[Any] = set()
    # The smaller region is inside; of two that are equal, the one that returned first.
    for call in sorted(regions, key=lambda call: len(regions[call])):
        own = sorted(regions[call] - taken, key=place.__getitem__)
        taken.update(own)
        if hasattr(call.owner, "named_parameters"):
            if id(call.owner) not in owners:
                owners[id(call.owner)] = _owners(call.owner)
            found = _inside(own, {*returned[call]}, users, owners[id(call.owner)])
            for node, inner in found.items():
                noted[node] = (*inner, *noted.get(node, ()))
    return noted


def between(outputs: Iterable[Any], inputs: Iterable[Any]) -> set[Any]:
    """Return the nodes with operands that `outputs` were made from, no further than `inputs`."""
    known = set(inputs)
    found: set[Any] = set()
    pending = list(outputs)
    while pending:
        node = pending.pop()
        if node not in found and node not in known and node.inputs:
            found.add(node)
            pending += [x for x in node.inputs if x.__class__ is not float]
    return found


def _users(order: Sequence[Any]) -> dict[Any, list[Any]]:
    """The nodes that use each node."""
    users: dict[Any, list[Any]] = {node: [] for node in order}
    for node in order:
        for x in node.inputs:
            if x.__class__ is not float:
                users[x].append(node)
    return users


def _inside(
    region: list[Any],
    outputs: set[Any],
    users: dict[Any, list[Any]],
    owners: dict[Any, tuple[Any, ...]],
) -> dict[Any, list[Call]]:
    """The calls of modules inside the one that made `region`, at what they returned."""
    paths: dict[Any, tuple[Any, ...]] = {}
    members: dict[Any, set[Any]] = {}
    # A node belongs to the module whose parameters it uses; one that uses none, such as that of an
    # activation function, to the module that all its operands belong to.
    for node in region:
        operands = [x for x in node.inputs if x.__class__ is not float]
        used = [owners[x] for x in operands if x in owners]
        used = used or [paths[x] for x in operands if x in paths]
        path = paths[node] = _common(used)
        for module in path:
            members.setdefault(module, set()).add(node)
    found: dict[Any, list[Call]] = {}
    inner_first = list(members)[::-1]  # each module was met before those inside it
    parameters: dict[Any, set[Any]] = {module: set() for module in members}
    for parameter, path in owners.items():
        for module in path:
            if module in parameters:
                parameters[module].add(parameter)
    for module in sorted(inner_first, key=lambda module: len(members[module])):
        inside = members[module]
        used_inside = dict.fromkeys(x for node in inside for x in node.inputs)
        known = inside | parameters[module]
        given = [x for x in used_inside if x.__class__ is not float and x not in known]
        call = Call((module, given, {}))
        for node in inside:
            if node in outputs or any(user not in inside for user in users[node]):
                found.setdefault(node, []).append(call)
    return found


def _owners(module: Any) -> dict[Any, tuple[Any, ...]]:
    """Each parameter with the modules inside `module` that hold it, from the outermost."""
    owners = {}
    for path, parameter in module.named_parameters():
        held, thing = [], module
        for name in path.split(".")[:-1]:
            thing = _member(thing, name)
            if hasattr(thing, "named_parameters"):
                held.append(thing)
        owners[parameter] = tuple(held)
    return owners


def _member(thing: Any, name: str) -> Any:
    """The attribute or item that a path of `named_parameters` names."""
    if isinstance(thing, (list, tuple)):
        return thing[int(name)]
    if isinstance(thing, dict):
        return next(item for key, item in thing.items() if str(key) == name)
    return getattr(thing, name)


def _common(paths: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The modules with which all paths begin."""
    if not paths:
        return ()
    shared = []
    for modules in zip(*paths, strict=False):
        if any(module is not modules[0] for module in modules):
            break
        shared.append(modules[0])
    return tuple(shared)
