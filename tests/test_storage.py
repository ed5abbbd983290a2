"""Copying and pickling graphs: the same nodes, the same sharing, whatever holds them.

Owns small graphs of every shape; test_depth.py owns a million nodes.
"""

import copy
import io
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import Op, Value
from autograd.backward import topological_order
from tests.threads import in_threads

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


def slow_pickle(x):
    """The pickler and the unpickler written in Python."""
    stream = io.BytesIO()
    pickle._Pickler(stream).dump(x)
    stream.seek(0)
    return pickle._Unpickler(stream).load()


ways = pytest.mark.parametrize("twin_of", [copy.deepcopy, through_pickle, slow_pickle])


def described(*roots):
    """Everything about a graph, nodes named by their place: equal for equal graphs."""
    order = topological_order(*roots)
    place = {id(node): i for i, node in enumerate(order)}
    nodes = [
        (
            node.data,
            node.grad,
            node.op and node.op.name,
            node.partials,
            node.label,
            tuple([x if isinstance(x, float) else (place[id(x)],) for x in node.inputs]),
        )
        for node in order
    ]
    return nodes, [place[id(root)] for root in roots]


def random_graph(seed):
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(0.5, 2.0), label=f"x{i}") for i in range(3)]
    for i in range(40):
        a, b = draw.choice(nodes), draw.choice(nodes)
        node = draw.choice(
            [lambda a, b: a * b, lambda a, b: ag.tanh(a), lambda a, b: ag.sum([a, b, 2.0, a])]
        )(a, b)
        node.label = f"n{i}"
        nodes.append(node)
    nodes[-1].backward()
    return nodes


@ways
@pytest.mark.parametrize("seed", range(5))
def test_a_graph_and_its_twin_are_equal_and_apart(twin_of, seed):
    root = random_graph(seed)[-1]
    before = described(root)
    twin = twin_of(root)
    assert described(twin) == before
    assert not {id(n) for n in topological_order(root)} & {id(n) for n in topological_order(twin)}
    twin.backward()
    for leaf in topological_order(twin):
        if leaf.op is None:
            leaf.data = 7.0
    assert described(root) == before


@ways
def test_a_leaf_and_its_attributes(twin_of):
    x = Value(2.0, label="가중치")
    x.grad = -0.0
    twin = twin_of(x)
    assert type(twin) is Value
    assert repr(twin) == repr(x)
    twin.data = 3.0
    assert x.data == 2.0


class Mixed:
    __slots__ = ()


class Slotted(Value):
    __slots__ = ("__secret", "extra", "unset")

    def __init__(self, data, extra, secret):
        super().__init__(data)
        self.extra, self.__secret = extra, secret

    @property
    def secret(self):
        return self.__secret


class Further(Slotted, Mixed):
    __slots__ = "note"


class Free(Slotted):
    """Has a `__dict__` as well."""


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, through_pickle, slow_pickle])
@pytest.mark.parametrize("kind", [Slotted, Further, Free])
def test_what_a_subclass_keeps_in_slots(twin_of, kind):
    x = kind(2.0, ["more"], 5)
    if kind is not Slotted:
        x.note = "한"
    twin = twin_of(x) if twin_of is copy.copy else twin_of(x * 3.0).inputs[0]
    assert type(twin) is kind
    assert (twin.data, twin.extra, twin.secret) == (2.0, ["more"], 5)
    assert not hasattr(twin, "unset")
    assert getattr(twin, "note", "한") == "한"
    assert (twin.extra is x.extra) == (twin_of is copy.copy)


@ways
def test_the_twin_goes_on_computing(twin_of):
    x = Value(0.5)
    y = ag.exp(x) * x
    twin = twin_of(y)
    (twin * twin).backward()
    leaf = next(n for n in topological_order(twin) if n.op is None)
    z = y * y
    z.backward()
    assert leaf.grad == x.grad
    assert twin.inputs[0].op is ag.exp


@ways
def test_infinities_and_nans_survive(twin_of):
    y = ag.log(Value(0.0)) * Value(float("nan"))
    twin = twin_of(y)
    assert repr(twin) == repr(y)
    assert repr(twin.partials) == repr(y.partials)


@ways
@pytest.mark.parametrize("seed", range(5))
def test_sharing_between_roots_in_one_object(twin_of, seed):
    nodes = random_graph(seed)
    draw = random.Random(seed)
    roots = draw.choices(nodes, k=12)  # roots, inner nodes, leaves, some of them twice
    assert described(*twin_of(roots)) == described(*roots)


@ways
def test_sharing_in_either_order(twin_of):
    x, w = Value(2.0), Value(3.0)
    inner = x * w
    first, second = inner + x, inner * inner
    named = {"first": first, "second": second, "inner": inner, "x": x, "w": w}
    for names in ("first second inner x w", "x inner second w first", "w second first x inner"):
        objects = {name: named[name] for name in names.split()}
        twin = twin_of({"outer": [objects], "again": tuple(objects.values())})
        got = twin["outer"][0]
        assert twin["again"] == tuple(got.values())
        assert got["second"].inputs == (got["inner"], got["inner"])
        assert got["first"].inputs == (got["inner"], got["x"])
        assert got["inner"].inputs == (got["x"], got["w"])


@ways
def test_sharing_with_a_model_and_its_optimiser(twin_of):
    model = nn.MLP(2, [3, 1], seed=0)
    optimiser = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss = model([1.0, -2.0]) ** 2
    loss.backward()
    optimiser.step()
    for objects in ((model, optimiser, loss), (loss, optimiser, model), (optimiser, loss, model)):
        twins = twin_of(objects)
        twin = {type(x): x for x in twins}
        parameters = twin[nn.MLP].parameters()
        assert set(parameters) <= set(topological_order(twin[Value]))
        assert [p.data for p in parameters] == [p.data for p in model.parameters()]
        before = [p.data for p in parameters]
        twin[nn.SGD].step()
        assert [p.data for p in parameters] != before, "the optimiser moves the model's parameters"
    assert [p.grad for p in model.parameters()] == [p.grad for p in parameters]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol(protocol):
    nodes = random_graph(1)
    assert described(*pickle.loads(pickle.dumps(nodes, protocol))) == described(*nodes)


def test_one_pickler_for_several_dumps_keeps_the_sharing():
    nodes = random_graph(2)
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream)
    for node in (nodes[20], nodes[-1], nodes[0]):
        pickler.dump(node)
    stream.seek(0)
    unpickler = pickle.Unpickler(stream)
    twins = [unpickler.load() for _ in range(3)]
    assert described(*twins) == described(nodes[20], nodes[-1], nodes[0])


def test_dumps_of_their_own_share_nothing():
    x = Value(2.0)
    y = x * x
    size = len(pickle.dumps(x))
    first, second = pickle.loads(pickle.dumps(y)), pickle.loads(pickle.dumps(x))
    assert first.inputs[0] is not second
    assert len(pickle.dumps(x)) == size, "a leaf does not drag along what was pickled before"


def test_a_leaf_is_small_after_a_failed_dump():
    x = Value(2.0)
    y = ag.sum([x * float(i) for i in range(100)])
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps([y, lambda: None])
    assert len(pickle.dumps(x)) < 300


def test_threads_pickle_graphs_that_share_leaves():
    """As a checkpoint in the background does, and the queues of multiprocessing."""
    w = Value(1.001)
    y = w
    for _ in range(2000):
        y = y * w
    expected = described(y, w)

    def work(k):
        is_swapped = k % 2
        for _ in range(10):
            twins = through_pickle((w, y) if is_swapped else (y, w))
            assert described(*(twins[::-1] if is_swapped else twins)) == expected

    in_threads(work, interval=1e-4)


def test_a_shallow_copy_has_the_same_inputs_and_its_own_gradient():
    x = Value(2.0, label="x")
    y = x * x
    y.label = "y"
    twin = copy.copy(y)
    assert twin is not y
    assert (twin.inputs, twin.op, twin.partials, twin.label) == (y.inputs, y.op, y.partials, "y")
    twin.backward()
    assert (x.grad, twin.grad, y.grad) == (4.0, 1.0, 0.0)
    leaf = copy.copy(x)
    leaf.data = 5.0
    assert x.data == 2.0


def test_a_deep_copy_inside_a_deep_copy_keeps_the_sharing():
    x = Value(2.0)
    y = x * x
    memo = {}
    first = copy.deepcopy(y, memo)
    assert copy.deepcopy(x, memo) is first.inputs[0]
    assert copy.deepcopy([y, {"x": x}], memo)[1]["x"] is first.inputs[0]


def test_a_users_operation_is_pickled_by_its_name():
    cube = Op("stored_cube", lambda x: x**3, lambda y, x: (3.0 * x * x,))
    assert through_pickle(cube) is cube
    assert copy.deepcopy(cube) is cube
    y = cube(Value(2.0))
    assert through_pickle(y).op is cube
    again = Op("stored_cube", lambda x: x * x * x, lambda y, x: (3.0 * x * x,))
    assert through_pickle(y).op is again, "the row that now has the name"


def test_loading_elsewhere_needs_the_operation(tmp_path: Path):
    """In a new process: the engine's operations are there, a user's must be defined first."""
    Op("only_here", lambda x: x, lambda y, x: (1.0,))
    engine, user = tmp_path / "engine.pickle", tmp_path / "user.pickle"
    engine.write_bytes(pickle.dumps(ag.sin(Value(2.0)) * 3.0))
    user.write_bytes(pickle.dumps(ag.ops.TABLE["only_here"](Value(2.0))))
    code = (
        "import pickle, sys\n"
        "y = pickle.load(open(sys.argv[1], 'rb')); y.backward()\n"
        "print(y.inputs[0].inputs[0].grad)\n"
        "try: pickle.load(open(sys.argv[2], 'rb'))\n"
        "except LookupError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code, str(engine), str(user)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    gradient, message = output.splitlines()
    x = Value(2.0)
    (ag.sin(x) * 3.0).backward()
    assert float(gradient) == x.grad
    assert "only_here" in message
    assert "define its Op" in message
