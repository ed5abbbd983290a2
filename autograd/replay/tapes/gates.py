"""Gates: what a sample's program computes in vain where its loss selects nothing of it.

Owns finding that. A hinge loss of a sample that is far enough on its side has no derivative: in
eager mode the edge is dead, and no node below it is visited. On a tape the edge is a product with
its condition, 0 there, and all that is made of it by products and sums is a zero, which a sum over
samples adds and which changes no bit of it. Such samples can be left out of that part.

Why no bit changes: sums that gradients are made of begin at +0.0 (see `linearize`), so that none is
-0.0 at any time, to which +0.0 would make a difference; and a sum in between is a factor of terms
of such sums. Where a zero would have met an infinity, eager mode has no such product either. (Of a
tape whose function makes conditions itself, or has rules of its own, nothing of this is known.)
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.op import Op
from autograd.replay.tapes.samples import Chain, Samples
from autograd.replay.tapes.tape import CONDITIONS

ENOUGH = 0.25  # of what is done for a sample must be in vain, or it is not worth asking
MOST = 16  # conditions


class Gate(NamedTuple):
    """Some of a pass that need not run for the samples of which all conditions are 0.

    Attributes:
        conditions: the positions that tell.
        positions: what is then left out, in order.
        chains: the sums which then get nothing of the sample.
    """

    conditions: tuple[int, ...]
    positions: list[int]
    chains: list[Chain]


def gate_of(
    samples: Samples, positions: Sequence[int], chains: Sequence[Chain], read_later: Collection[int]
) -> Gate | None:
    """The gate of a pass; None if it has none, or none worth while.

    Args:
        positions: of the pass, in order.
        chains: the sums that go on beside them.
        read_later: the positions whose numbers all samples need.
    """
    conditions, zeros = _zeros(samples, positions)
    if not conditions:
        return None
    barred = {*read_later, *conditions}
    while True:
        found = _read_by_zeros_alone(samples, positions, chains, zeros, barred)
        mixed = {
            p
            for chain in chains
            if not found.issuperset(chain.positions)
            for p in found.intersection(chain.positions)
        }
        if not mixed:
            break
        barred |= mixed
    mine = [chain for chain in chains if found.issuperset(chain.positions)]
    if len(found) + len(mine) < ENOUGH * (len(positions) + len(chains)):
        return None
    return Gate(conditions, sorted(found), mine)


def _zeros(samples: Samples, positions: Sequence[int]) -> tuple[tuple[int, ...], set[int]]:
    """The conditions, and what is 0 where these are; no conditions if there are too many.

    Those count that select from what no other one has made a zero. One may select from anything;
    several are asked only where they stand at the beginning, as those of the outputs of one sample
    do, and not for the neurons of a layer, of which hardly ever all are dead.
    """
    rows, operands = samples.rows, samples.operands
    here = set(positions)
    conditions: dict[int, None] = {}
    are_first = True
    zeros: set[int] = set()
    for p in positions:
        read = operands[p]
        if rows[p] is ops.mul:
            if not zeros.isdisjoint(read):
                zeros.add(p)
                continue
            gates = [i for i in read if i in here and rows[i] in CONDITIONS]
            if gates:
                conditions.setdefault(gates[0])
                are_first = are_first and all(i < 0 for i in read if i != gates[0])
                zeros.add(p)
        elif _is_zero_of_zeros(rows[p], read, zeros):
            zeros.add(p)
    if len(conditions) > (MOST if are_first else 1):
        return (), set()
    return tuple(conditions), zeros


def _is_zero_of_zeros(row: Op, read: Sequence[int], zeros: set[int]) -> bool:
    """Whether something that is no product is 0 with these operands."""
    if row in (ops.neg, ops.div):
        return read[0] in zeros
    return row in (ops.add, ops.sub) and zeros.issuperset(read)


def _read_by_zeros_alone(
    samples: Samples,
    positions: Sequence[int],
    chains: Sequence[Chain],
    zeros: set[int],
    barred: set[int],
) -> set[int]:
    """The zeros, and what is needed for nothing else; of sums only zeros are terms."""
    readers: dict[int, list[int]] = {}
    for p in positions:
        for i in samples.operands[p]:
            readers.setdefault(i, []).append(p)
    added = {p for chain in chains for p in chain.positions}
    found: set[int] = set()
    for p in reversed(positions):
        mine = readers.get(p, [])
        if p in barred or (p in added and p not in zeros) or not (mine or p in added):
            continue
        if found.issuperset(mine):
            found.add(p)
    return found
