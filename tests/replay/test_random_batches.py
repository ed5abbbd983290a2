"""Random functions of many samples: stages of one program a sample, and what joins the samples.

Owns the comparison of their values and gradients with eager mode, bit by bit.
"""

from __future__ import annotations

import random

from hypothesis import given, settings, strategies as st

import autograd as ag
from tests.replay.eager import SPECIAL, agree

ONE = (lambda x: -x, ag.tanh, ag.relu, ag.exp, lambda x: x * x, lambda x: x * 1.0, abs)
TWO = (lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / (y * y + 1.0),
       ag.maximum)  # fmt: skip


def stage(draw):
    """A program of one sample: what it has, the weights and the totals go in, numbers come out."""
    steps = [(draw.randrange(3), draw.choice(ONE), draw.choice(TWO), draw.random(), draw.random())
             for _ in range(draw.randint(1, 5))]  # fmt: skip

    def run(own, shared):
        found = [*own]
        for kind, one, two, a, b in steps:
            x, other = found[int(a * len(found))], shared[int(b * len(shared))]
            y = found[int(b * len(found))]
            found.append(one(x) if kind == 0 else two(x, other) if kind == 1 else two(x, y))
        return found[-2:]

    return run


def join(draw):
    """What makes one number, or one for each sample, of a number of each."""
    kind, step, weight = draw.randrange(9), draw.choice((1, -1)), draw.uniform(-1.0, 1.0)

    def run(xs):
        if kind == 0:
            return [ag.sum(xs[::step])]
        if kind == 1:
            return [ag.mean(xs)]
        if kind == 2:
            return [ag.logsumexp(xs)]
        if kind == 3:
            return ag.softmax(xs)[:2]
        if kind == 4:
            return [ag.dot(xs, xs[::step], weight)]
        if kind == 5:
            total = weight
            for i, x in enumerate(xs[::step]):
                total = total + x if i % 3 or step > 0 else total - x
            return [total]
        if kind == 6:
            return [ag.sum([*xs, *xs[: len(xs) // 2]])]
        if kind == 7:
            return [ag.max(xs), ag.sum([x for x in xs for _ in range(2)])]
        return [xs[0], xs[-1], xs[len(xs) // 2]]

    return run


def function(seed):
    """Stages and what joins them, as the seed has it."""
    draw = random.Random(seed)
    parts = [(stage(draw), join(draw), join(draw)) for _ in range(draw.randint(1, 3))]
    shuffles, drop = draw.random() < 0.3, draw.random() < 0.3

    def f(w, rows):
        samples, shared = [list(row) for row in rows], list(w)
        order = list(range(len(rows)))
        if shuffles:
            random.Random(seed).shuffle(order)
        for program, first, second in parts:
            samples = [program(own, shared) + own[:1] for own in samples]
            made = [samples[i][0] for i in order]
            shared = shared + first(made) + second([own[-1] for own in samples[drop:] or samples])
        return ag.sum(shared[len(w) :]) + ag.mean([own[0] for own in samples]) * w[0]

    return f


def calls_of(draw, n, special):
    """Weights and n rows, three times; the last time with a special number among the rows."""
    calls = []
    for i in range(3):
        rows = [[draw.uniform(-1.5, 1.5) for _ in range(2)] for _ in range(n)]
        if i == 2:
            rows[draw.randrange(n)][draw.randrange(2)] = special
        calls.append(([draw.uniform(-1.0, 1.0) for _ in range(3)], rows))
    return calls


@settings(max_examples=70, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(1, 26), st.sampled_from(SPECIAL))
def test_a_random_function_of_a_batch(seed, n, special):
    f, draw = function(seed), random.Random(seed + 1)
    argnums = draw.choice((0, (0, 1)))
    g = ag.value_and_grad(f, argnums)
    agree(g, *calls_of(draw, n, special), of=g)
