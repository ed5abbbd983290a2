"""Bounds that are made eight at a time: which ones, and that each is the sum of its own lanes.

Owns what lets neurons be made together: that their activations are read side by side, and nobody
reads one of them, or of their sums, before the last is there.
"""

from __future__ import annotations

import ctypes
import random
from array import array
from types import SimpleNamespace

import pytest
from llvmlite import ir

import autograd as ag
from autograd import ops
from autograd.replay import Descent
from autograd.replay.llvm.code import I64, POINTER, VECTOR, Code
from autograd.replay.llvm.machine import function_of, translated
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.drift import _all_lanes_of
from autograd.replay.llvm.samples.eights import Eights
from tests.replay.screened import made, moons

N = LANES


def eights(
    activations=(ops.relu,) * N,
    *,
    at_once=True,
    early=None,
    late=None,
    again=(),
    above=(),
    n=N,
):
    """Eight neurons of n inputs, read by one more; the sums, activations, and what is made how.

    Args:
        at_once: whether all sums stand before the activations.
        early: of which neuron the sum is read before the last neuron; late: after it.
        again: the neurons whose sums have a second activation, in the order in which it is read.
        above: the places for the activations.
    """
    rows, operands = [], []

    def add(row, *read):
        rows.append(row)
        operands.append(read)
        return len(rows) - 1

    def summed(first, inputs):
        """Of products with the weights -1 - first, and those that follow it."""
        products = [add(ops.mul, -1 - first - j, i) for j, i in enumerate(inputs)]
        total = products[0]
        for product in products[1:]:
            total = add(ops.add, total, product)
        return total

    inputs = [add(ops.relu, -1000 - j) for j in range(n)]
    sums, active, others = [], [], []
    for k, activation in enumerate(activations):
        sums.append(summed(n * k, inputs))
        if not at_once:
            active.append(add(activation, sums[-1]))
        if early is not None and k == max(early, N - 2):
            others.append(add(ops.neg, sums[early]))
    if at_once:
        active = [add(row, total) for row, total in zip(activations, sums, strict=True)]
    if late is not None:
        others.append(add(ops.neg, sums[late]))
    last = summed(500, active)
    if again:
        others.append(summed(600, [add(ops.neg, sums[k]) for k in again]))
    for other in others:
        last = add(ops.add, last, other)
    sizes = {-1 - e: 100 + e for e in range(700)}
    places = dict(zip(active, above, strict=False))
    samples = SimpleNamespace(rows=rows, operands=operands)
    found = Eights(samples, range(len(rows)), {last}, sizes, places)
    return tuple(sums), tuple(active), found


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("late", [None, 0, 7])
@pytest.mark.parametrize("n", [8, 9, 17])
def test_neurons_that_are_read_side_by_side(at_once, late, n):
    sums, active, found = eights(at_once=at_once, late=late, n=n)
    assert found.by_last == {sums[-1]: sums, active[-1]: active}
    assert found.in_lanes[sums[3]] == (sums, 3)
    assert found.in_lanes[active[5]] == (active, 5)
    assert [len(found.sums[p].lanes) for p in sums] == [n // 8] * 8
    assert [len(found.sums[p].products) for p in sums] == [n % 8] * 8


@pytest.mark.parametrize("early", range(7))
def test_none_where_one_is_read_before_the_last_is_there(early):
    assert not eights(early=early)[2].by_last


@pytest.mark.parametrize("again", [range(8), [7, *range(7)], [*range(8)][::-1]])
def test_neurons_with_two_activations_are_made_together_once(again):
    """Whoever reads the second ones beside each other, in the same order or not."""
    sums, active, found = eights(again=again)
    assert found.by_last == {sums[-1]: sums, active[-1]: active}
    assert found.in_lanes.keys() == {*sums, *active}


@pytest.mark.usefixtures(made.__name__)
def test_a_training_of_neurons_with_two_activations():
    """relu(z) and -z, read beside each other in another order: the bits of eager mode."""
    rows, targets = moons(64)
    draw = random.Random(1)
    weights = [ag.Value(draw.uniform(-1.0, 1.0)) for _ in range(9 * 3 + N * 10 + 2 * N + 1)]
    first = [w.data for w in weights]

    def cost(rows, targets):
        left = iter(weights)

        def layer(n, m):
            return [([next(left) for _ in range(m)], next(left)) for _ in range(n)]

        hidden, features = layer(9, 2), layer(N, 9)
        ((last, bias),) = layer(1, 2 * N)
        outputs = []
        for row in rows:
            h = [ag.relu(ag.dot(w, row, b)) for w, b in hidden]
            z = [ag.dot(w, h, b) for w, b in features]
            positive = ag.dot(last[:N], [ag.relu(x) for x in z], bias)
            outputs.append(positive + ag.dot(last[N:], [-x for x in [z[-1], *z[:-1]]]))
        losses = [ag.relu(1.0 - y * t) for y, t in zip(outputs, targets, strict=True)]
        return ag.mean(losses) + 1e-3 * ag.sum([w * w for w in weights]), outputs

    def update(weight, gradient, velocity, rates):
        return weight - rates[0] * gradient, velocity

    steps, n_done, n_left_out = Descent(cost, weights, update, rows, targets), 0, 0
    while n_done < 300:
        sizes, speeds = [(64, 300 - n_done)], [None] * len(weights)
        done = steps.run(range(64), sizes, [0.05], speeds, answers=False)
        assert done.costs, done.refusal
        n_done, n_left_out = n_done + len(done.costs), n_left_out + done.n_left_out
    found = [w.data for w in weights]
    assert n_left_out > 1000
    for w, number in zip(weights, first, strict=True):
        w.data = number
    for _ in range(300):
        for w in weights:
            w.grad = 0.0
        cost(rows, targets)[0].backward()
        for w in weights:
            w.data -= 0.05 * w.grad
    assert found == [w.data for w in weights]


def test_none_of_few_inputs():
    assert not eights(n=7)[2].by_last


def test_none_of_other_activations_beside_each_other():
    assert not eights([ops.relu] * 7 + [ops.neg])[2].by_last


@pytest.mark.parametrize(("above", "are_made"), [(range(40, 48), True), (range(40, 56, 2), False)])
def test_what_a_limit_takes_stands_in_a_row(above, are_made):
    found = eights((ops.tanh,) * N, above=above)[2]
    assert len(found.by_last) == 2 * are_made


def test_lanes_are_added_up_each_with_its_own():
    module = ir.Module("lanes")
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER])
    function = ir.Function(module, kind, "lanes")
    code = SimpleNamespace(builder=ir.IRBuilder(function.append_basic_block()))
    code.mixed = lambda a, b, lanes: Code.mixed(code, a, b, lanes)
    given, goal = function.args

    def at(pointer, k):
        place = code.builder.gep(pointer, [ir.Constant(I64, LANES * k)])
        return code.builder.bitcast(place, VECTOR.as_pointer())

    vectors = [code.builder.load(at(given, k), align=8) for k in range(LANES)]
    code.builder.store(_all_lanes_of(code, vectors), at(goal, 0), align=8)
    code.builder.ret_void()
    native = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    call = function_of(translated(str(module)), native, "lanes")
    draw = random.Random(3)
    numbers = array("d", [draw.randint(-1000, 1000) for _ in range(LANES * LANES)])
    sums = array("d", bytes(8 * LANES))
    call(numbers.buffer_info()[0], sums.buffer_info()[0])
    assert sums.tolist() == [sum(numbers[k : k + LANES]) for k in range(0, 64, LANES)]
