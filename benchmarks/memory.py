"""Live memory after backward, in bytes a node, measured in fresh processes.

A node is what the engine itself keeps for a number: leaves, results and, where an engine wraps
them, constants. One process asks tracemalloc what Python allocated; another, undisturbed by that,
asks the system how much its resident set grew.
"""

import gc
import multiprocessing
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import random_graph
from benchmarks.peers import ValueEngine

OPERATIONS = 100_000


class Usage(NamedTuple):
    """What a random graph of mixed operations takes.

    Args:
        nodes: how many the engine made of it.
        allocated: bytes a node, by tracemalloc.
        resident: bytes a node, by the system; None where it does not tell.
    """

    nodes: int
    allocated: float
    resident: float | None


def measure(engine: ValueEngine, operations: int = OPERATIONS) -> Usage:
    """Build the graph, backpropagate, and weigh what stays."""
    nodes, allocated = _in_fresh_process(_allocated, engine, operations)
    _, resident = _in_fresh_process(_resident, engine, operations)
    return Usage(nodes, allocated / nodes, None if resident is None else resident / nodes)


def _in_fresh_process(
    function: Callable[[ValueEngine, int], Any], engine: ValueEngine, operations: int
) -> Any:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, engine, operations).result()


def _allocated(engine: ValueEngine, operations: int) -> tuple[int, int]:
    drawn = _ready(engine, operations)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    root = _backpropagated(drawn, engine)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return _count(root, engine), after - before


def _resident(engine: ValueEngine, operations: int) -> tuple[int, int | None]:
    drawn = _ready(engine, operations)
    before = _resident_set()
    root = _backpropagated(drawn, engine)
    after = _resident_set()
    grown = None if before is None or after is None else after - before
    return _count(root, engine), grown


def _ready(engine: ValueEngine, operations: int) -> random_graph.Recipe:
    drawn = random_graph.recipe(operations, random_graph.MIXED)
    _backpropagated(random_graph.recipe(1000, random_graph.MIXED), engine)  # imports and caches
    return drawn


def _backpropagated(drawn: random_graph.Recipe, engine: ValueEngine) -> Any:
    new_value = engine.value()
    root = drawn.build([new_value(number) for number in drawn.leaves])
    root.backward()
    gc.collect()  # what backward needed only while it ran is not live
    return root


def _count(root: Any, engine: ValueEngine) -> int:
    kind, seen, pending = type(root), {id(root)}, [root]
    while pending:
        for node in getattr(pending.pop(), engine.inputs_name):
            if isinstance(node, kind) and id(node) not in seen:
                seen.add(id(node))
                pending.append(node)
    return len(seen)


def _resident_set() -> int | None:
    """The bytes of physical memory this process holds; None where the system does not tell."""
    try:
        import resource

        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except (ImportError, OSError):
        return None
    return int(pages) * resource.getpagesize()
