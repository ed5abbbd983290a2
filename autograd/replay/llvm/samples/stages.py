"""Stages: in which order a sample's numbers are computed, and in how many loops.

Owns both. Sums that read the same numbers, as those of the neurons of a layer do, go on side by
side: each number is read from memory once for several of them, and none waits for its own last
addition. A loop is no longer than what the processor's memory for instructions holds; and it ends
where all that follows must wait for one number after another, as for a loss: while these are made,
the processor begins with the next samples instead.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from autograd import ops
from autograd.replay.llvm.machine import n_registers
from autograd.replay.tapes.samples import Samples

AT_ONCE = min(8, 3 * n_registers() // 4)  # sums side by side
AHEAD = 200  # units among which they are looked for
MOST = 2000  # positions in a loop, some nine bytes each, of 32 KB
EACH_CYCLE, CYCLES, SEEN = 2.0, 4.0, 200  # positions; each is about two instructions

# Positions that are computed together, step by step.
_Unit = list[list[int]]


class Stage(NamedTuple):
    """What one loop computes.

    Attributes:
        positions: in order.
        begins: those of them with which sums begin that go on side by side.
    """

    positions: list[int]
    begins: set[int]


def staged(samples: Samples, body: Sequence[int], apart: set[int]) -> list[Stage]:
    """The positions of `body` in the loops that compute them; at least one loop.

    Args:
        apart: the positions that are read elsewhere, too.
    """
    ordered, begins = _side_by_side(samples, body, apart)
    crossing = _crossing(samples, ordered)
    cuts = [0]
    for end in [*_waists(samples, ordered, crossing), len(ordered)]:
        begin, n_stages = cuts[-1], -(-(end - cuts[-1]) // MOST)
        size = (end - begin) / max(1, n_stages)
        for k in range(1, n_stages):
            near = range(begin + int((k - 0.25) * size), begin + int((k + 0.25) * size))
            middle = begin + k * size
            cuts.append(min(near, key=lambda i: (crossing[i], abs(i - middle))))
        cuts.append(end)
    return [Stage(ordered[a:b], begins.intersection(ordered[a:b])) for a, b in pairwise(cuts)]


def _waists(samples: Samples, ordered: Sequence[int], crossing: Sequence[int]) -> list[int]:
    """Where it pays to end a loop, for the processor has nothing to do but to wait: one, or none.

    It is told by a model of it: so many instructions begin in a cycle, so many cycles pass until
    the result is there, and it looks so far ahead of what is not done.
    """
    done: dict[int, float] = {}
    all_done: list[float] = []
    worst, now, begin, segment = 0.0, 0.0, 0, (0, 0)
    for i, p in enumerate(ordered):
        start = max(i / EACH_CYCLE, all_done[i - SEEN] if i >= SEEN else 0.0)
        start = max([start, *[done[k] for k in samples.operands[p] if k in done]])
        done[p] = start + CYCLES
        before = all_done[-1] if all_done else CYCLES
        all_done.append(max(before, done[p]))
        if now <= 0.0:
            now, begin = 0.0, i
        now += all_done[-1] - before - 1.0 / EACH_CYCLE
        if now > worst:
            worst, segment = now, (begin, i)
    first, last = segment
    late = range(first + 2 * (last - first) // 3, last + 1)
    cut = min(late, key=crossing.__getitem__)
    return [cut] if worst > crossing[cut] else []


def _crossing(samples: Samples, ordered: Sequence[int]) -> list[int]:
    """For each place how many numbers computed before it are read there or later."""
    place = {p: i for i, p in enumerate(ordered)}
    last = {p: i for i, p in enumerate(ordered)}
    for i, p in enumerate(ordered):
        last |= {read: i for read in samples.operands[p] if read in place}
    change = [0] * (len(ordered) + 1)
    for p, i in place.items():
        change[min(i + 1, len(ordered))] += 1
        change[min(last[p] + 1, len(ordered))] -= 1
    return [*accumulate(change)]


def _side_by_side(
    samples: Samples, body: Sequence[int], apart: set[int]
) -> tuple[list[int], set[int]]:
    """The positions so that several sums that are alike go on together; and where some begin."""
    units = _units(samples, body, apart)
    unit_of = {p: n for n, unit in enumerate(units) for step in unit for p in step}
    needs = [
        {unit_of.get(i, n) for step in unit for p in step for i in samples.operands[p]} - {n}
        for n, unit in enumerate(units)
    ]
    kinds = [(len(unit), *[len(step) for step in unit]) for unit in units]
    order = sorted(range(len(units)), key=lambda n: units[n][-1][-1])
    is_done = [False] * len(units)
    found, begins = list[int](), set[int]()
    for i, n in enumerate(order):
        if is_done[n]:
            continue
        alike = [n]
        if len(units[n]) > 1:
            near = [m for m in order[i + 1 : i + 1 + AHEAD] if not is_done[m]]
            near = [m for m in near if kinds[m] == kinds[n]]
            alike += [m for m in near if all(is_done[k] for k in needs[m])]
        n_groups = -(-len(alike) // AT_ONCE)  # about as many in each: a few alone would wait
        group = alike[: -(-len(alike) // n_groups)]
        if len(group) > 1:
            begins.add(units[n][0][0])
        for steps in zip(*[units[m] for m in group], strict=True):
            found += [p for step in steps for p in step]
        for m in group:
            is_done[m] = True
    return found, begins


def _units(samples: Samples, body: Sequence[int], apart: set[int]) -> list[_Unit]:
    """Sums with the products that are theirs alone; and each other position."""
    here, rows, operands = set(body), samples.rows, samples.operands
    uses = Counter([i for read in operands for i in read])

    def is_own(i: int) -> bool:
        return i in here and uses[i] == 1 and i not in apart

    before = {
        p: operands[p][0]
        for p in body
        if rows[p] is ops.add and is_own(operands[p][0]) and rows[operands[p][0]] is ops.add
    }
    inner = set(before.values())
    units: list[_Unit] = []
    taken: set[int] = set()
    for p in body:
        if p in before and p not in inner:
            links = [p]
            while links[-1] in before:
                links.append(before[links[-1]])
            unit = []
            for link in reversed(links):
                own = [i for i in operands[link] if is_own(i) and rows[i] is ops.mul]
                unit.append([*own, link])
            units.append(unit)
            taken.update([q for step in unit for q in step])
    return units + [[[p]] for p in body if p not in taken]
