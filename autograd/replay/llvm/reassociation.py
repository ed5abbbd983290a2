"""Reassociation: the long sums of a fast program in as many running totals as there are lanes.

Owns which sums these are, and the tape in which each of them is eight sums side by side, or more of
them, and then the sum of these. Each addition of a sum waits for the one before: so an eighth as
often. A sum over samples is none of them: its terms stand in lanes as they are.
"""

from collections import Counter
from collections.abc import Sequence

from autograd.op import Op
from autograd.replay.llvm.memory import LANES
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.samples import Chain, Samples
from autograd.replay.tapes.tape import Guard, Tape

FEWEST = 4 * LANES  # terms; of fewer, adding up the totals takes what they save
MANY = 16 * LANES  # terms; of so many the totals fill several vectors, which do not wait either
SIDE_BY_SIDE = 4


def reassociated(tape: Tape, samples: Samples | None) -> tuple[Tape, Samples | None]:
    """The same program with as many instructions, in which each long sum is one of many totals.

    The bound on its error becomes smaller: Higham, Accuracy and Stability of Numerical Algorithms,
    2nd edition, section 4.2. Sums of one length are left alone where they fill the lanes together.

    Args:
        tape: in plain arithmetic.
        samples: its division, if it has one.
    """
    sums = long_sums(Additions(tape), samples)
    if not sums:
        return tape, samples
    rows: list[Op] = []
    operands: list[tuple[int, ...]] = []
    slots = list(range(tape.first)) + [-1] * len(tape.rows)
    sum_of = {link: links for links in sums for link in links}
    # A constant with which a sum begins, as most do with 0, is added at the end: before the terms
    # it would shift them all against the lanes in which they are made.
    constants = range(tape.n_inputs, tape.first)
    totals: dict[int, list[int]] = {}  # of each sum, by its first addition
    made: dict[int, list[int]] = {}  # its new additions

    def append(row: Op, *read: int) -> int:
        rows.append(row)
        operands.append(read)
        return tape.first + len(rows) - 1

    for k, (row, read) in enumerate(zip(tape.rows, tape.operands, strict=True)):
        links = sum_of.get(k)
        if links is None:
            slots[tape.first + k] = append(row, *[slots[i] for i in read])
            continue
        a, term = read
        mine = totals.setdefault(links[0], [])
        new = made.setdefault(links[0], [])
        if k == links[0] and a not in constants:
            mine.append(slots[a])
        if len(mine) < n_totals(links):
            mine.append(slots[term])
        else:
            new.append(append(row, mine.pop(0), slots[term]))
            mine.append(new[-1])
        if k == links[-1]:
            while len(mine) > LANES:  # those in a vector and those in another, lane by lane
                half = len(mine) // 2
                mine = [append(row, a, b) for a, b in zip(mine[:half], mine[half:], strict=True)]
                new += mine
            while len(mine) > 1:
                new.append(append(row, mine.pop(0), mine.pop(0)))
                mine.append(new[-1])
            start = tape.operands[links[0]][0]
            if start in constants:
                new.append(append(row, start, mine.pop()))
            for link, slot in zip(links, new, strict=True):
                slots[tape.first + link] = slot
    guards = [Guard(g.question, slots[g.a], slots[g.b], g.answer) for g in tape.guards]
    outputs = [slots[i] for i in tape.outputs]
    new_tape = tape._replace(rows=rows, operands=operands, outputs=outputs, guards=guards)
    return new_tape, _renumbered(samples, slots) if samples is not None else None


def n_totals(links: Sequence[int]) -> int:
    """In how many running totals a sum is made."""
    return LANES * (SIDE_BY_SIDE if len(links) >= MANY - 1 else 1)


def long_sums(additions: Additions, samples: Samples | None) -> list[list[int]]:
    """The chains of additions that run once and are worth it, each in order."""
    tape = additions.tape
    group_of = dict.fromkeys(range(len(tape.rows)), 0)
    if samples is not None:
        once = enumerate(samples.scalars)
        group_of = {slot - tape.first: p for p, slots in once for slot in slots}
    chains = [additions.links(tail) for tail in additions.tails]
    n_alike = Counter(map(len, chains))
    return [
        links
        for links in chains
        if len(links) >= FEWEST - 1
        and n_alike[len(links)] < LANES
        and links[0] in group_of
        and len({group_of.get(link) for link in links}) == 1
    ]


def _renumbered(samples: Samples, slots: list[int]) -> Samples:
    """The same division of a tape whose instructions have other slots."""

    def new(many: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([slots[i] for i in many])

    def moved(chain: Chain) -> Chain:
        return chain._replace(start=slots[chain.start], result=slots[chain.result])

    return samples._replace(
        outside=[new(each) for each in samples.outside],
        members=[[slots[i] for i in mine] for mine in samples.members],
        chains=[(phase, moved(chain)) for phase, chain in samples.chains],
        scalars=[sorted([slots[i] for i in group]) for group in samples.scalars],
    )
