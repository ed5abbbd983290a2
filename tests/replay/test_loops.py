"""What a function does round after round runs as a loop of native code, with eager mode's bits.

Owns random tapes that repeat, functions with loops as people write them, and that loops are found
where there are some, are taken where they pay, and are not where packs or samples are better.
"""

from __future__ import annotations

import math
import random
from array import array
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd.replay.llvm.program import NativeProgram, Plan
from autograd.replay.programs import LONG
from autograd.replay.python.program import interpret
from autograd.replay.tapes.rolling import Loop, find_loops
from autograd.replay.tapes.tape import Tape
from tests.replay.eager import SPECIAL, agree, bits
from tests.replay.random_rounds import TWO, random_rounds


@given(seed=st.integers(0, 2**32), size=st.integers(1, 12), n=st.integers(8, 40))
@settings(max_examples=60, deadline=None)
def testrandom_rounds(seed, size, n):
    draw = random.Random(seed)
    tape = random_rounds(draw, size, n)
    plan = Plan(tape, None, find_loops(tape, worth=1), False, len(tape.rows))
    n_listed = draw.randrange(tape.n_inputs)  # the others come in an array
    program = NativeProgram(plan, [n_listed, tape.n_inputs - n_listed])
    for _ in range(3):
        numbers = [
            draw.choice((draw.uniform(-2.0, 2.0), draw.choice(SPECIAL)))
            for _ in range(tape.n_inputs)
        ]
        in_array = memoryview(array("d", numbers[n_listed:]))
        found = program.run(numbers[:n_listed], [in_array])
        assert bits([*found]) == bits(interpret(tape, numbers))


def test_random_rounds_are_found():
    draw, n_found = random.Random(0), 0
    for _ in range(50):
        tape = random_rounds(draw, draw.randint(6, 12), 30)
        (n_left_out,) = [sum(loop.n_left_out for loop in find_loops(tape, worth=1))]
        n_found += n_left_out > 0.8 * len(tape.rows)
    assert n_found == 50


def _chain(n):
    def f(x, a, b):
        for _ in range(n):
            x = a / (b + x)
        return x

    return f


def _oscillator(n):
    """A spring with friction, by the classical method of Runge and Kutta; how far from 1 it was."""

    def slope(x, v, k, c):
        return v, -k * x - c * v

    def f(x, v, k, c):
        h, cost = 0.01, 0.0
        for _ in range(n):
            a, p = slope(x, v, k, c)
            b, q = slope(x + h / 2 * a, v + h / 2 * p, k, c)
            d, r = slope(x + h / 2 * b, v + h / 2 * q, k, c)
            e, s = slope(x + h * d, v + h * r, k, c)
            x = x + h / 6 * (a + 2 * b + 2 * d + e)
            v = v + h / 6 * (p + 2 * q + 2 * r + s)
            cost = cost + (x - 1.0) ** 2
        return cost

    return f


def _pendulum(n):
    def f(angle, speed):
        for _ in range(n):
            angle, speed = angle + 0.01 * speed, speed - 0.01 * ag.sin(angle)
        return angle

    return f


def _recurrent(xs, w):
    """A recurrent neuron that is asked for the next number at each time."""
    state = loss = 0.0
    for x, y in pairwise(xs):
        state = ag.tanh(w[0] * state + w[1] * x + w[2])
        loss = loss + (state - y) ** 2
    return loss


def _all_states(x, n=150):
    states = [x, 0.5 * x]
    for _ in range(n):
        states.append(1.4 - 0.3 * states[-1] ** 2 + 0.2 * states[-2])  # two rounds back
    return states


READ = [random.Random(3).randrange(9) for _ in range(200)]
SEEN = [random.Random(4).gauss(0.0, 1.0) for _ in range(200)]


def _letters(table, w):
    """A state that reads a table at places which go on in no order, and constants."""
    state, loss = [0.0, 0.0], 0.0
    for letter, seen in zip(READ, SEEN, strict=True):
        a, b = table[letter]
        state = [ag.tanh(w[0] * state[1] + a), ag.sigmoid(w[1] * state[0] + b)]
        loss = loss + ag.relu(state[0] - seen) * state[1]
    return loss


def _branching(xs, w):
    """Leaky integration that is reset: a way for each answer."""
    charge = spikes = 0.0
    for x in xs:
        charge = 0.9 * charge + w * x
        if charge > 1.0:
            spikes, charge = spikes + charge, charge - 1.0
    return spikes


def _network(xs, w, u):
    """Six recurrent neurons, of which each round is long."""
    state, loss = [0.0] * 6, 0.0
    for x in xs:
        state = [ag.tanh(ag.dot(row, state, v * x)) for row, v in zip(w, u, strict=True)]
        loss = loss + (state[0] - x) ** 2
    return loss


def _numbers(n, seed=1):
    draw = random.Random(seed)
    return [draw.uniform(-1.0, 1.0) for _ in range(n)]


WEIGHTS = [_numbers(6, seed) for seed in range(6)]
CASES = {
    "chain": (_chain(300), (0.5, 1.3, 1.1), (0, 1, 2)),
    "a power at the end": (lambda x: ag.exp(_chain(400)(x, x, 2.0)), (0.5,), 0),
    "oscillator": (_oscillator(60), (1.0, 0.0, 2.0, 0.1), (0, 1, 2, 3)),
    "pendulum": (_pendulum(100), (1.0, 0.3), (0, 1)),
    "recurrent": (_recurrent, (_numbers(120), [0.5, 0.2, 0.1]), (0, 1)),
    "letters": (_letters, ([_numbers(2, i) for i in range(9)], [0.3, -0.7]), (0, 1)),
    "branching": (_branching, (_numbers(300), 0.8), (0, 1)),
    "network": (_network, (_numbers(40), WEIGHTS, _numbers(6)), (0, 1, 2)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_function_with_a_loop(case):
    f, args, argnums = CASES[case]
    g = ag.value_and_grad(f, argnums)
    in_native, _ = agree(g, args, of=g)
    (path,) = in_native.report().paths
    assert path.loops, path
    assert f" in {path.loops} loop" in str(in_native.report())


@pytest.mark.parametrize("case", CASES)
def test_a_function_with_a_loop_in_fast_mode(case):
    f, args, argnums = CASES[case]
    g = ag.value_and_grad(f, argnums)
    compiled = ag.compile(g, mode="fast")
    for _ in range(3):
        assert _flat(compiled(*args)) == pytest.approx(_flat(g(*args)), rel=1e-9, abs=1e-12)
    assert compiled.report().paths[0].loops


def _flat(x):
    return [number for part in x for number in _flat(part)] if not isinstance(x, float) else [x]


def test_what_each_round_leaves_is_returned():
    jacobian = ag.jacobian(_all_states)
    agree(_all_states, (0.3,), (-0.7,))
    agree(jacobian, (0.3,), (-0.7,), of=jacobian)


def test_second_derivatives():
    hessian = ag.hessian(lambda p: _chain(200)(*p))
    agree(hessian, ([0.5, 1.3, 1.1],), ([0.1, 0.2, 0.7],), of=hessian)


def test_nan_and_infinity_on_the_way():
    g = ag.value_and_grad(_chain(400))
    agree(g, (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (math.inf, 1.0, 1.0), of=g)


def test_operations_of_ones_own_in_a_loop():
    def f(x, w):
        for _ in range(200):
            x = softened(w * x + 0.1)
        return x

    softened = ag.Op(
        "softened",
        lambda x: float(str(x / (1.0 + abs(x)))),
        lambda y, x: (1.0 / ((1.0 + abs(x)) * (1.0 + abs(x))),),
    )
    agree(ag.value_and_grad(f, (0, 1)), (0.5, 1.5), (-0.5, 0.7), of=ag.value_and_grad(f, (0, 1)))


def _in_rows(xs, w):
    """The same of many numbers, of which each reads its neighbour: packs of eight serve it."""
    ys = [ag.tanh(w[0] * x + w[1]) for x in xs]
    return ag.sum([(y - x) ** 2 for y, x in zip(ys, [*xs[1:], xs[0]], strict=True)])


def test_packs_that_are_full_are_better_than_loops():
    compiled = ag.compile(ag.value_and_grad(_in_rows, (0, 1)))
    compiled(_numbers(1000), [0.5, 0.1])
    (path,) = compiled.report().paths
    assert path.operations > 10_000
    assert not path.loops


def test_a_tape_that_does_not_repeat_has_no_loops():
    draw = random.Random(5)
    rows = [draw.choice(TWO) for _ in range(4000)]
    operands = [(draw.randrange(10 + k), draw.randrange(10 + k)) for k in range(4000)]
    assert find_loops(Tape(10, [], rows, operands, [4009], [])) == []


def test_a_long_loop_is_translated_at_once_where_a_long_program_is_interpreted_first():
    g = ag.value_and_grad(_oscillator(400), (0, 1, 2, 3))
    compiled = ag.compile(g)
    assert bits(compiled(1.0, 0.0, 2.0, 0.1)) == bits(g(1.0, 0.0, 2.0, 0.1))
    (path,) = compiled.report().paths
    assert path.operations > LONG
    assert path.loops
    assert not path.tier


def test_loops_instead_of_a_few_samples_that_leave_much_once():
    def heat(u, k):
        n = len(u)
        for _ in range(80):
            u = [u[i] + k * (u[i - 1] - 2.0 * u[i] + u[(i + 1) % n]) for i in range(n)]
        return ag.sum([x * x for x in u])

    g = ag.value_and_grad(heat, (0, 1))
    in_native, _ = agree(g, (_numbers(20), 0.1), of=g)
    assert in_native.report().paths[0].loops


def test_slots_of_a_loop():
    loop = Loop(10, 3, 4)
    assert (loop.end, loop.n_left_out) == (22, 9)
    assert [*loop.slots(1)] == [11, 14, 17, 20]
