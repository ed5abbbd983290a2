"""How many nodes a graph has: what a loss costs.

Owns the count.
"""

from autograd import Value


def count_nodes(root: Value) -> int:
    """Return the number of different `Value`s that `root` was made from, itself included."""
    seen, pending = set(), [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Value) and node not in seen:
            seen.add(node)
            pending += node.inputs
    return len(seen)
