"""A million nodes deep and fifty thousand terms wide, at the default recursion limit.

Owns "nothing recurses": built, differentiated, deep-copied, pickled, compared and freed. The
collector is off meanwhile, so what is freed is freed by reference counting alone. The chain of a
million takes about 20 seconds.
"""

import copy
import gc
import pickle
import sys
import time
import weakref
from itertools import pairwise

import pytest

import autograd as ag
from autograd import Value
from autograd.backward import topological_order


def living_values():
    return sum(1 for x in gc.get_objects() if type(x) is Value)


@pytest.fixture(autouse=True)
def collector_off_and_limit_default():
    limit = sys.getrecursionlimit()
    gc.collect()
    gc.disable()
    sys.setrecursionlimit(1000)  # Python's default; other tests' tools may have raised it
    yield
    sys.setrecursionlimit(limit)
    gc.enable()


def leaf_of(root):
    return topological_order(root)[0]


def test_a_chain_of_a_million_nodes():
    before = living_values()
    x = Value(0.25)
    y = x
    for _ in range(500_000):
        y = -y * 1.0
    y.backward()
    assert (y.data, x.grad) == (0.25, 1.0)
    twin = copy.deepcopy(y)
    assert living_values() - before == 2 * 1_000_001
    assert repr(twin) == repr(y)
    twin.backward()
    assert leaf_of(twin).grad == 2.0
    assert x.grad == 1.0
    del twin
    assert living_values() - before == 1_000_001
    stored = pickle.dumps(y)
    del y
    assert living_values() - before == 1
    loaded = pickle.loads(stored)
    del stored
    loaded.backward()
    leaf = leaf_of(loaded)
    assert (leaf.data, leaf.grad, loaded.grad) == (0.25, 2.0, 2.0)
    del loaded
    assert living_values() - before == 2


@pytest.mark.parametrize("terms", ["one node", "a chain of additions"])
def test_a_sum_of_fifty_thousand_terms(terms):
    before = living_values()
    leaves = [Value(float(i % 7)) for i in range(50_000)]
    squares = [x * x for x in leaves]
    y = ag.sum(squares) if terms == "one node" else sum(squares)
    y.backward()
    assert y.data == sum((i % 7) ** 2 for i in range(50_000))
    assert all(x.grad == 2.0 * x.data for x in leaves)
    size = len(topological_order(y))
    for twin_of in (copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))):
        twin = twin_of(y)
        twin.backward()
        grads = [n.grad for n in topological_order(twin) if n.op is None]
        assert grads == [2 * x.grad for x in leaves]
        assert living_values() - before == 2 * size
        del twin
        assert living_values() - before == size
    del y, squares
    assert living_values() - before == 50_000
    del leaves
    assert living_values() == before


def test_deep_and_shared_at_every_step():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = (y + y) * 0.5
    y.backward()
    assert x.grad == 1.0
    twin = pickle.loads(pickle.dumps(copy.deepcopy(y)))
    twin.backward()
    assert leaf_of(twin).grad == 2.0
    assert len(topological_order(twin)) == len(topological_order(y)) == 40_001


def test_transforms_of_a_deep_function():
    def deep(x):
        for _ in range(20_000):
            x = x * 1.0001 - 0.0001 * (x * x)
        return x

    before = living_values()
    gradient = ag.grad(deep)(0.5)
    assert ag.jvp(deep, (0.5,), (1.0,))[1] == pytest.approx(gradient, rel=1e-10)
    step = 1e-5
    slope = (ag.grad(deep)(0.5 + step) - ag.grad(deep)(0.5 - step)) / (2 * step)
    assert ag.grad(ag.grad(deep))(0.5) == pytest.approx(slope, rel=1e-6)
    assert living_values() == before


def test_nested_containers_of_every_node_of_a_chain():
    """Each node of the list is a root of its own; all share one graph."""
    x = Value(1.0)
    nodes = [x]
    for _ in range(1500):
        nodes.append(nodes[-1] * 1.0)
    for twin_of in (copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))):
        start = time.perf_counter()
        twin_of(nodes[-1])
        one = time.perf_counter() - start
        start = time.perf_counter()
        twins = twin_of(nodes)
        every = time.perf_counter() - start
        assert all(b.inputs[0] is a for a, b in pairwise(twins))
        assert every < 30 * one, f"{every / one:.0f} times one root: it grows with the square"


def test_a_graph_is_freed_with_its_last_name():
    class Tail:
        """Something weakly referable that lives as long as the graph: held by a label."""

    tail = Tail()
    gone = weakref.ref(tail)
    x = Value(0.5, label=tail)
    y = ag.tanh(x * x) + ag.dot([x, x], [x, 1.0], x)
    y.backward()
    copy.deepcopy(y)
    ag.grad(ag.exp)(y)
    del x, tail
    assert gone() is not None
    del y
    assert gone() is None


def test_a_failed_operation_holds_nothing():
    before = living_values()
    x = Value(1.0)
    for bad in ("a", None, [1]):
        with pytest.raises(TypeError):
            (x * 2.0) + bad
    with pytest.raises(ValueError):
        ag.dot([x, x * 2.0], [x])
    assert living_values() - before == 1
