"""Random tapes that do the same round after round, for the tests of loops and of their text."""

from __future__ import annotations

import random

from autograd import ops
from autograd.replay.tapes.tape import Tape

TWO = (ops.add, ops.sub, ops.mul, ops.div, ops.maximum)
ONE = (ops.neg, ops.relu, ops.sin, ops.abs_)


def random_rounds(draw: random.Random, size: int, n: int) -> Tape:
    """A tape of n rounds: each instruction always reads in the same way, but from other slots.

    The first rounds find inputs and constants where later ones find what was made before.
    """
    n_inputs, constants = 2 * n + 4, [draw.uniform(-1.0, 1.0) for _ in range(5)] + [0.0, -0.0]
    first = n_inputs + len(constants)
    rows = [draw.choice(TWO if draw.random() < 0.7 else ONE) for _ in range(size)]
    ways = [
        [(draw.randrange(8), draw.randrange(size)) for _ in range(2 if row in TWO else 1)]
        for row in rows
    ]
    operands = []
    for i in range(n):
        start = first + i * size
        for j, reads in enumerate(ways):
            slots = []
            for way, p in reads:
                slots.append(
                    (
                        start + p if p < j else start + p - size,  # of this round, of the last one
                        start + p - size,
                        start + p - 2 * size,
                        i,  # an input for each round,
                        2 * n - 1 - i,  # backwards,
                        draw.randrange(n_inputs),  # from anywhere
                        2 * n + p % 4,  # always the same
                        n_inputs + draw.randrange(len(constants)),
                    )[way]
                )
            operands.append(tuple([max(slot, 0) for slot in slots]))
    made = range(first, first + size * n)
    column = made[draw.randrange(size) :: size][:: draw.choice((1, -1))]
    outputs = [made[-1], *draw.sample(made, min(40, len(made))), *column]
    return Tape(n_inputs, constants, rows * n, operands, outputs, [])
