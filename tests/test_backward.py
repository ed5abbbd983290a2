"""Backpropagation: the order of the walk, what it adds up and where, and what it leaves alone.

Owns section 1's "the reverse sweep returns cotangents; only backward() mutates" and section 4's
"order is fixed". Interrupts have test_interrupt.py; depth, test_depth.py.
"""

import copy
import math
import random
import struct

import pytest

import autograd as ag
from autograd import Value
from autograd.backward import pull_back, push_forward, topological_order


def bits(x):
    return struct.pack("<d", x)


def recursive_post_order(root):
    """The definition itself: depth first, inputs from left to right, each node once."""
    order, seen = [], set()

    def visit(node):
        if isinstance(node, Value) and node not in seen:
            seen.add(node)
            for x in node.inputs:
                visit(x)
            order.append(node)

    visit(root)
    return order


def random_graph(seed, size=60):
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(0.5, 1.5), label=f"x{i}") for i in range(4)]
    for _ in range(size):
        a, b, c = (draw.choice(nodes[-8:]) for _ in range(3))
        nodes.append(
            draw.choice(
                [
                    lambda a, b, c: a * b,
                    lambda a, b, c: a - 0.5 * b,
                    lambda a, b, c: ag.tanh(a),
                    lambda a, b, c: ag.dot([a, b, a], [b, 0.25, c], c) * 0.1,
                    lambda a, b, c: ag.hypot(a, c),
                    lambda a, b, c: ag.logsumexp([a, b, c, 1.0]),
                ]
            )(a, b, c)
        )
    return nodes[-1]


# The order


@pytest.mark.parametrize("seed", range(20))
def test_the_order_is_the_depth_first_post_order(seed):
    root = random_graph(seed)
    order = topological_order(root)
    expected = recursive_post_order(root)
    assert [id(x) for x in order] == [id(x) for x in expected]
    place = {node: i for i, node in enumerate(order)}
    for node in order:
        for x in node.inputs:
            assert isinstance(x, float) or place[x] < place[node]


def test_the_order_of_several_roots_and_a_stop():
    x = Value(1.0)
    a = x * 2.0
    b = a * 3.0
    c = a + b
    assert topological_order(b, a, c) == [x, a, b, c]
    assert topological_order(c, b) == [x, a, b, c]
    assert topological_order(c, stop=[a]) == [b, c]
    assert topological_order(c, stop=[c]) == []
    assert topological_order() == []


def test_the_order_does_not_depend_on_the_numbers():
    def labels(start):
        x = Value(start, label="x")
        y = ag.maximum(x, 0.0) * x + ag.where(x, x, -x)
        return [(node.op and node.op.name, node.label) for node in topological_order(y)]

    assert labels(1.0) == labels(-1.0) == labels(math.nan)


def test_leaves_and_constants_alone():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0
    y = ag.dot([2.0, 3.0], [x, 1.0], 5.0)
    y.backward()
    assert (y.data, x.grad) == (12.0, 3.0)


# What is added, and where


def test_every_node_on_the_way_gets_its_gradient():
    x, w, b = Value(2.0), Value(-3.0), Value(0.5)
    z = w * x
    y = ag.tanh(z + b)
    y.backward()
    slope = 1 - math.tanh(-5.5) ** 2
    assert y.grad == 1.0
    assert z.grad == pytest.approx(slope, rel=1e-9)
    assert (x.grad, w.grad, b.grad) == (-3.0 * z.grad, 2.0 * z.grad, z.grad)


def test_a_second_backward_adds_the_same_again():
    root = random_graph(3)
    root.backward()
    once = [node.grad for node in topological_order(root)]
    root.backward()
    assert [node.grad for node in topological_order(root)] == [g + g for g in once]


def test_two_outputs_that_share_nodes():
    x, w = Value(2.0), Value(3.0)
    shared = x * w
    first, second = shared * shared, shared + x
    first.backward()
    after_first = (x.grad, w.grad, shared.grad)
    assert after_first == (36.0, 24.0, 12.0)
    second.backward()
    assert (x.grad, w.grad, shared.grad) == (36.0 + 4.0, 24.0 + 2.0, 12.0 + 1.0)
    assert (first.grad, second.grad) == (1.0, 1.0)


def test_backward_from_an_inner_node_then_from_the_root():
    x = Value(2.0)
    inner = x * x
    root = inner * 5.0
    inner.backward()
    root.backward()
    assert (x.grad, inner.grad, root.grad) == (4.0 + 20.0, 1.0 + 5.0, 1.0)


def test_backward_touches_nothing_but_gradients():
    root = random_graph(5)
    nodes = topological_order(root)
    before = [(n.data, n.op, n.inputs, n.partials, n.label) for n in nodes]
    root.backward()
    assert [(n.data, n.op, n.inputs, n.partials, n.label) for n in nodes] == before


def test_zero_grad_clears_the_whole_graph():
    root = random_graph(7)
    root.backward()
    root.zero_grad()
    assert {node.grad for node in topological_order(root)} == {0.0}
    assert all(type(node.grad) is float for node in topological_order(root))


def test_an_operand_repeated_many_times():
    x = Value(3.0)
    y = ag.sum([x] * 5) + x * x * x + ag.dot([x, x], [x, 2.0], x)
    y.backward()
    assert x.grad == 5 + 27 + 6 + 2 + 1


def test_the_sweeps_change_no_node():
    x, w = Value(2.0), Value(3.0)
    y = x * w + x
    cotangents = pull_back(topological_order(y), {y: 1.0})
    assert (cotangents[x], cotangents[w]) == (4.0, 2.0)
    tangents = push_forward(topological_order(y), {x: 1.0})
    assert tangents[y] == 4.0
    assert {node.grad for node in topological_order(y)} == {0.0}


def test_several_seeds_pull_back_at_once():
    x = Value(2.0)
    a, b = x * 3.0, x * x
    assert pull_back(topological_order(a, b), {a: 10.0, b: 1.0})[x] == 34.0


# Bits


@pytest.mark.parametrize("seed", range(10))
def test_every_way_to_the_gradient_gives_the_same_bits(seed):
    def function(*inputs):
        draw = random.Random(seed)
        nodes = list(inputs)
        for _ in range(40):
            a, b = draw.choice(nodes[-6:]), draw.choice(nodes[-6:])
            kind = draw.randrange(4)
            nodes.append(
                a * b if kind == 0
                else ag.sin(a) if kind == 1
                else a - b if kind == 2
                else ag.dot([a, b], [b, 0.3])
            )  # fmt: skip
        return nodes[-1]

    point = [0.7, -1.3, 0.2]
    leaves = [Value(x) for x in point]
    function(*leaves).backward()
    expected = [bits(leaf.grad) for leaf in leaves]
    again = [Value(x) for x in point]
    copy.deepcopy(function(*again)).backward()
    function(*again).backward()
    assert [bits(leaf.grad) for leaf in again] == expected
    assert [bits(g) for g in ag.grad(function, (0, 1, 2))(*point)] == expected
    on_values = ag.grad(function, (0, 1, 2))(*[Value(x) for x in point])
    assert [bits(g.data) for g in on_values] == expected


def test_sums_run_from_left_to_right():
    terms = [0.1] * 10 + [1e16, 1.0, -1e16]
    by_hand = 0.0
    for x in terms:
        by_hand += x
    leaves = [Value(x) for x in terms]
    assert ag.sum(leaves).data == ag.sum(terms) == sum(leaves).data == by_hand
    assert by_hand != math.fsum(terms), "the numbers are chosen so that the order shows"


def test_cotangents_add_up_in_the_order_of_the_walk():
    x = Value(1.0)
    partials = [1e16, 1.0, -1e16]
    y = x * partials[0]
    for p in partials[1:]:
        y = y + x * p
    y.backward()
    by_hand = 0.0
    for p in reversed(partials):
        by_hand += p
    assert x.grad == by_hand == 0.0
    assert bits(x.grad) == bits(0.0)


def test_sums_of_cotangents_start_at_plus_zero():
    x = Value(2.0)
    y = x * -0.0
    y.backward()
    assert bits(x.grad) == bits(0.0)
    assert bits(ag.grad(lambda x: x * -0.0)(2.0)) == bits(0.0)
    assert bits(ag.grad(lambda x: x * -0.0)(Value(2.0)).data) == bits(0.0)
    assert bits(ag.jvp(lambda x: x * -0.0, (2.0,), (1.0,))[1]) == bits(0.0)
    assert bits(ag.vjp(lambda x: x * 2.0, 1.0)[1](-0.0)[0]) == bits(0.0)


def test_a_dot_opened_into_products_keeps_the_bits_of_its_value():
    draw = random.Random(0)
    for _ in range(50):
        ws = [draw.gauss(0, 1) * 10 ** draw.randint(-8, 8) for _ in range(9)]
        xs = [draw.gauss(0, 1) for _ in range(9)]
        bias = draw.gauss(0, 1)
        opened = Value(bias)
        for w, x in zip(ws, xs, strict=True):
            opened = opened + Value(w) * x
        whole = ag.dot([Value(w) for w in ws], xs, bias)
        assert bits(whole.data) == bits(opened.data) == bits(ag.dot(ws, xs, bias))
