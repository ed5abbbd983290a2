"""Functions of several numbers, power, softmax, take, and those with a default.

Owns how they are called: what they accept, that each is one node, and their errors. Numbers are
judged in test_rows.py.
"""

import array
import itertools
import math
import operator

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.backward import topological_order

REDUCTIONS = {
    "sum": (ag.sum, 6.0, [1.0, 1.0, 1.0]),
    "mean": (ag.mean, 2.0, [1 / 3] * 3),
    "prod": (ag.prod, 6.0, [6.0, 3.0, 2.0]),
    "max": (ag.max, 3.0, [0.0, 0.0, 1.0]),
    "min": (ag.min, 1.0, [1.0, 0.0, 0.0]),
    "logsumexp": (ag.logsumexp, 3.4076059644443806, None),
}
every_reduction = pytest.mark.parametrize("name", REDUCTIONS)


@every_reduction
def test_a_reduction_is_one_node(name):
    function, value, gradient = REDUCTIONS[name]
    leaves = [Value(x) for x in (1.0, 2.0, 3.0)]
    y = function(leaves)
    assert (y.op.name, y.inputs) == (name, tuple(leaves))
    assert y.data == pytest.approx(value, rel=1e-15)
    y.backward()
    found = [x.grad for x in leaves]
    expected = gradient or [s.data for s in ag.softmax(leaves)]
    assert found == pytest.approx(expected, rel=1e-15)


@every_reduction
@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        np.array,
        iter,
        lambda xs: (x for x in xs),
        dict.fromkeys,
        lambda xs: map(abs, xs),
    ],
)
def test_a_reduction_takes_anything_iterable(name, container):
    function, value, _ = REDUCTIONS[name]
    for kind in (float, Value):
        got = function(container([kind(x) for x in (1, 2, 3)]))
        assert type(got) is kind
        assert (got if kind is float else got.data) == pytest.approx(value, rel=1e-15)


@every_reduction
def test_a_reduction_mixes_values_and_numbers(name):
    function, value, _ = REDUCTIONS[name]
    x = Value(2.0)
    y = function([1, x, np.float64(3.0)])
    assert y.inputs == (1.0, x, 3.0)
    assert y.data == pytest.approx(value, rel=1e-15)
    assert y.partials[0] is y.partials[2] is None


@every_reduction
def test_one_number_and_none(name):
    function, *_ = REDUCTIONS[name]
    x = Value(2.5)
    y = function([x])
    y.backward()
    assert (y.data, x.grad) == (2.5, 1.0)
    if name in ("sum", "prod"):
        empty = function([])
        assert (type(empty), empty) == (float, float(name == "prod"))
    else:
        for empty in ([], (), np.array([]), iter([])):
            with pytest.raises(ValueError, match=f"^{name}: the sequence is empty; give at least"):
                function(empty)


@every_reduction
@pytest.mark.parametrize("single", [3.0, 3, Value(3.0), None], ids=repr)
def test_a_reduction_of_what_is_no_sequence(name, single):
    function, *_ = REDUCTIONS[name]
    with pytest.raises(TypeError, match=rf"^{name}: expected a sequence.*write {name}\(\[a, b"):
        function(single)


@every_reduction
@pytest.mark.parametrize("bad", ["a", None, [1.0], 1j])
def test_a_reduction_names_itself_when_a_number_is_none(name, bad):
    with pytest.raises(TypeError, match=f"^{name}: expected a number"):
        REDUCTIONS[name][0]([Value(1.0), bad])


@every_reduction
def test_a_matrix_is_reduced_as_a_whole(name):
    function, *_ = REDUCTIONS[name]
    matrix = np.array([[0.5, 1.5], [2.5, 0.25]])
    assert function(matrix) == function(list(matrix.ravel()))


# Products


def test_products_with_zeros_have_their_gradients():
    leaves = [Value(x) for x in (0.0, 2.0, 3.0)]
    ag.prod(leaves).backward()
    assert [x.grad for x in leaves] == [6.0, 0.0, 0.0]
    leaves = [Value(x) for x in (0.0, 0.0, 3.0)]
    ag.prod(leaves).backward()
    assert [x.grad for x in leaves] == [0.0, 0.0, 0.0]
    assert ag.hessian(ag.prod)([0.0, 0.0, 3.0])[0] == [0.0, 3.0, 0.0]


def test_dot_adds_the_bias_first():
    ws, xs = [Value(2.0), Value(3.0)], [Value(5.0), 7.0]
    bias = Value(0.5)
    y = ag.dot(ws, xs, bias)
    assert (y.op.name, y.inputs, y.data) == ("dot", (*ws, *xs, bias), 31.5)
    y.backward()
    assert [ws[0].grad, ws[1].grad, xs[0].grad, bias.grad] == [5.0, 7.0, 2.0, 1.0]
    assert ag.dot([1e16, 1.0], [1.0, 1.0], 1.0) == 1.0 + 1e16 + 1.0
    assert ag.dot([1e16], [-1.0], bias=1e16) == 0.0
    assert ag.dot([2.0, 3.0], [5.0, 7.0]) == 31.0


def test_dot_takes_any_sequences_of_numbers_anywhere():
    x = Value(2.0)
    for y in (
        ag.dot((x, 1), (3, 4)),
        ag.dot(np.array([x, 1.0]), np.array([3, 4])),
        ag.dot([3.0, 4.0], [x, 1]),
        ag.dot([x, 1.0], [3.0, 0.0], np.float64(4.0)),
    ):
        assert y.data == 10.0
        x.grad = 0.0
        y.backward()
        assert x.grad == 3.0
    assert ag.dot([x, x], [x, 1.0], x).data == 8.0
    assert type(ag.dot([1, 2], [3, 4])) is float


def test_what_can_be_iterated_once_or_is_no_numpy_array_is_taken():
    assert ag.dot([1.0, 2.0], iter([3.0, 4.0])) == 11.0
    assert ag.dot(iter([1.0, 2.0]), [3.0, 4.0]) == 11.0
    assert ag.sum(array.array("d", [1.0, 2.5])) == 3.5


def test_dot_of_nothing_is_the_bias():
    b = Value(3.0)
    assert ag.dot([], []) == 0.0
    y = ag.dot([], [], b)
    y.backward()
    assert (y.data, b.grad) == (3.0, 1.0)


def test_dot_never_zips_silently():
    with pytest.raises(ValueError, match="dot: ws has 2 numbers and xs has 3; give one x for each"):
        ag.dot([1.0, 2.0], [Value(1.0)] * 3)
    with pytest.raises(ValueError, match="ws has 1 numbers and xs has 0"):
        ag.dot([Value(1.0)], [])
    with pytest.raises(TypeError, match=r"^dot: expected a sequence"):
        ag.dot(2.0, [1.0])
    with pytest.raises(TypeError, match=r"^dot: expected a number, got list"):
        ag.dot([Value(1.0)], [1.0], [0.5])
    with pytest.raises(ValueError, match=r"^dot: .*array of shape \(2, 2\); write dot for each"):
        ag.dot(np.ones((2, 2)), np.ones((2, 2)))


# softmax


def test_softmax_sums_to_one_and_is_made_of_primitives():
    leaves = [Value(x) for x in (1.0, 2.0, 3.0)]
    shares = ag.softmax(leaves)
    assert sum(s.data for s in shares) == pytest.approx(1.0, rel=1e-15)
    assert {s.op.name for s in shares} == {"div"}
    shares[0].backward()
    s = [share.data for share in shares]
    expected = [s[0] * ((i == 0) - s[i]) for i in range(3)]
    assert [x.grad for x in leaves] == pytest.approx(expected, rel=1e-13)
    logs = ag.log_softmax(leaves)
    assert [x.data for x in logs] == pytest.approx([math.log(x) for x in s], rel=1e-15)


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax])
def test_softmax_of_numbers_arrays_and_nothing(function):
    expected = function([1.0, 2.0, 3.0])
    assert type(expected) is list
    assert all(type(x) is float for x in expected)
    assert function(np.array([1, 2, 3])) == function((1, 2, 3)) == expected
    assert [x.data for x in function([1.0, Value(2.0), 3.0])] == expected
    with pytest.raises(ValueError, match=f"^{function.__name__}: the sequence is empty"):
        function([])
    with pytest.raises(TypeError, match=f"^{function.__name__}: expected a sequence"):
        function(2.0)
    with pytest.raises(TypeError, match="expected a number, got str 'b'"):
        function([1.0, "b"])
    with pytest.raises(ValueError, match=rf"of shape \(2, 3\); write {function.__name__} for each"):
        function(np.ones((2, 3)))


def test_log_softmax_keeps_the_digits_of_a_probability_near_1():
    near, far = ag.log_softmax([0.0, -40.0])
    assert near == -math.log1p(math.exp(-40.0)) != 0.0
    assert far == -40.0


def test_log_softmax_is_computed_alike_whichever_is_the_largest():
    """So that one compiled program serves all logits."""

    def steps(logits):
        nodes = topological_order(ag.sum(ag.log_softmax([Value(x) for x in logits])))
        return [node.op.name for node in nodes if node.op is not None]

    expected = steps([1.0, 2.0, 3.0])
    assert expected.count("logsumexp") == 1
    for logits in ([3.0, 2.0, 1.0], [2.0, 2.0, 2.0], [math.inf, 0.0, 1.0], [math.nan, 0.0, 1.0]):
        assert steps(logits) == expected


# With a default, or a choice of row


def test_clip_leaves_out_a_bound():
    assert [ag.clip(x, -1.0, 1.0) for x in (-2.0, 0.5, 2.0)] == [-1.0, 0.5, 1.0]
    assert ag.clip(5.0, low=1.0) == 5.0
    assert ag.clip(5.0, high=1.0) == 1.0
    assert ag.clip(5.0) == 5.0
    low = Value(1.0)
    y = ag.clip(Value(0.0), low)
    y.backward()
    assert (y.data, low.grad) == (1.0, 1.0)
    assert ag.clip(0.0, 2.0, 1.0) == 1.0, "as NumPy: the upper bound wins"


def test_parameters_with_defaults():
    assert ag.leaky_relu(-2.0) == -0.02
    assert ag.leaky_relu(-2.0, slope=0.5) == -1.0
    assert ag.elu(-1.0) == math.expm1(-1.0)
    assert ag.elu(-1.0, alpha=2.0) == 2.0 * math.expm1(-1.0)
    slope = Value(0.5)
    ag.leaky_relu(-2.0, slope).backward()
    assert slope.grad == -2.0


def test_methods_have_the_defaults_of_the_functions():
    x = Value(-2.0)
    assert x.leaky_relu().data == ag.leaky_relu(-2.0)
    assert x.leaky_relu(slope=0.5).data == -1.0
    assert x.elu().data == ag.elu(-2.0)
    assert x.elu(alpha=2.0).data == ag.elu(-2.0, 2.0)
    with pytest.raises(TypeError, match="leaky_relu"):
        x.leaky_relu("0.1")


@pytest.mark.parametrize("n", [3, 3.0, np.float64(3), np.float32(3), np.int64(3), np.array(3)])
def test_power_of_any_number_is_value_to_a_number(n):
    x = Value(2.0)
    assert ag.power(x, n).op.name == "power"
    assert (x**n).op.name == "power"
    assert ag.power(x, Value(3.0)).op.name == "pow"
    assert ag.power(2.0, 3) == 8.0
    assert type(ag.power(2.0, 3)) is float


def test_exponents_in_an_array_are_differentiated_by():
    n = Value(3.0)
    (y,) = ag.power(Value(2.0), np.array([n]))
    y.backward()
    assert n.grad == 8.0 * math.log(2.0)
    (y,) = ag.power(Value(2.0), np.array([3.0]))
    assert y.op is ag.ops.pow_


def test_the_functions_and_the_operators_make_the_same_node():
    for name in ("add", "sub", "mul", "mod", "floordiv"):
        x, w = Value(7.5), Value(2.0)
        ours, theirs = getattr(ag, name)(x, w), getattr(operator, name)(x, w)
        assert (ours.data, ours.partials, ours.op) == (theirs.data, theirs.partials, theirs.op)
    x = Value(2.0)
    assert ag.div(x, 4).data == 0.5
    assert ag.neg(x).data == -2.0
    assert ag.pow(2, x).data == 4.0
    assert ag.abs(-x).data == 2.0


class _Named(Value):
    """What derives from Value."""


def test_no_edge_leads_to_a_constant_wherever_it_stands():
    numbers, slopes = (2.0, 3.0, 5.0, 7.0, 11.0), (5.0, 7.0, 2.0, 3.0, 1.0)
    for kinds in itertools.product([Value, float, _Named, np.float64], repeat=5):
        if {Value, _Named}.isdisjoint(kinds):
            continue
        inputs = [kind(number) for kind, number in zip(kinds, numbers, strict=True)]
        y = ag.dot(inputs[:2], inputs[2:4], inputs[4])
        there = [isinstance(x, Value) for x in inputs]
        edges = [slope if x else None for slope, x in zip(slopes, there, strict=True)]
        assert (y.data, y.partials) == (42.0, tuple(edges)), kinds
        for kept, given in zip(y.inputs, inputs, strict=True):
            assert kept is given or (type(kept), kept) == (float, given)
        with ag.no_grad():
            assert ag.dot(inputs[:2], inputs[2:4], inputs[4]).data == 42.0


def test_star_import_rebinds_no_builtin():
    import builtins

    names = {}
    exec("from autograd import *", names)
    rebound = [n for n in names if hasattr(builtins, n) and n != "__builtins__"]
    assert [n for n in rebound if names[n] is not getattr(builtins, n)] == []
    assert set(ag.__all__) <= set(names)
