"""Dividing: a whole tape by samples, when some instructions of each are known.

Owns whether all samples are the same program, which sums run over them in one order, and in how
many passes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.owning import Sum, counted, members_of, owned
from autograd.replay.tapes.samples import FEWEST, Chain, Samples
from autograd.replay.tapes.tape import Tape

COMMUTATIVE = (ops.add, ops.mul)  # of which all numbers but nan have the same bits, turned
MOST_GATHERED = 0.34  # numbers that differ from sample to sample, for each instruction


class Alike(NamedTuple):
    """Samples that are all the same program, before it is known in how many passes they can run.

    Attributes:
        owner: for each instruction of the tape the sample it is of, or -1.
        members: for each sample its instructions, in order.
        sums: the sums over samples.
        operands: what each instruction of a sample reads: an earlier position, or -1 - e for
            `outside[e]`.
        outside: for each sample an instruction.
    """

    owner: list[int]
    members: list[list[int]]
    sums: list[Sum]
    operands: list[tuple[int, ...]]
    outside: list[tuple[int, ...]]


def alike(additions: Additions, owner: list[int]) -> Alike | None:
    """The samples of which some instructions are known; None if they are not the same program.

    Args:
        owner: for each instruction the sample it is known to be of, or -1; is completed.
    """
    sums = owned(additions, owner)
    _renumber(owner, sums)
    members = members_of(owner)
    program = _program(additions.tape, additions.operands, members)
    if program is None:  # they may be the same in another order
        members = _in_one_order(additions, members, owner)
        program = _program(additions.tape, additions.operands, members)
    return Alike(owner, members, sums, *program) if program is not None else None


def divided(
    additions: Additions, found: Alike, below: int, gathered: float = MOST_GATHERED
) -> Samples | None:
    """The whole tape by samples.

    None if they read too much that differs, if they wait for each other, or if not fewer than
    `below` instructions run once. `gathered`: how much is too much, for each instruction.
    """
    owner, members = found.owner, found.members
    varying = [e for e in found.outside if len(set(e)) > 1]
    if len(varying) > gathered * len(found.operands):
        return None
    position = {k: p for mine in members for p, k in enumerate(mine)}
    sums: dict[int, Chain] = {}
    inside: set[int] = set()
    for total in found.sums:
        chain = _regular(additions, total, owner, position, len(members))
        if chain is not None:  # otherwise its additions run once
            sums[total.links[-1]] = chain
            inside.update(total.links)
    once = [k for k, sample in enumerate(owner) if sample < 0 and k not in inside]
    if len(once) >= below:
        return None
    first = additions.tape.first
    samples = Samples(
        len(members),
        [additions.tape.rows[k] for k in members[0]],
        found.operands,
        [tuple([i + first for i in slots]) for slots in found.outside],
        [[k + first for k in mine] for mine in members],
        [],
        [],
        [],
    )
    return _phased(additions, samples, owner, position, sums, once)


def _readers_of_others(
    additions: Additions, members: Sequence[list[int]], owner: Sequence[int]
) -> dict[int, int]:
    """Which sample reads what is no sample's; -1 if it is several."""
    readers: dict[int, int] = {}
    for mine in members:
        for k in mine:
            for i in additions.operands[k]:
                if i < 0 or owner[i] < 0:
                    readers[i] = owner[k] if readers.get(i, owner[k]) == owner[k] else -1
    return readers


def may_be_alike(additions: Additions, members: Sequence[list[int]]) -> bool:
    """Whether each of some samples has as many instructions of each kind: quick to see if not.

    Apart from additions, of which the first may be given more.
    """
    if len(members) < FEWEST:
        return False
    first = None
    for mine in members:  # most that are not alike differ from the first at once
        (count,) = counted(additions, [mine])
        del count[id(ops.add)]
        if first is not None and count != first:
            return False
        first = count
    return True


def _in_one_order(
    additions: Additions, members: list[list[int]], owner: list[int]
) -> list[list[int]]:
    """The members of each sample in an order that depends on what they compute alone."""
    readers = _readers_of_others(additions, members, owner)
    kinds: dict[tuple[Any, ...], int] = {}
    kind: dict[int, int] = {}
    depth: dict[int, int] = {}
    ordered = []
    for mine in members:
        for k in mine:
            inner = [i for i in additions.operands[k] if i >= 0 and owner[i] == owner[k]]
            depth[k] = 1 + max([depth[i] for i in inner], default=0)
            read = [
                (0, kind[i]) if i in kind else (1, i) if readers.get(i) == -1 else (2, 0)
                for i in additions.operands[k]
            ]
            row = additions.tape.rows[k]
            what = (id(row), *(sorted(read) if row in COMMUTATIVE else read))
            kind[k] = kinds.setdefault(what, len(kinds))
        ordered.append(sorted(mine, key=lambda k: (depth[k], kind[k], k)))
    return ordered


def _renumber(owner: list[int], chains: Sequence[Sum]) -> None:
    """Number the samples in the order in which most sums have them, one way or the other."""
    orders: Counter[tuple[int, ...]] = Counter()
    for total in chains:
        order = tuple(dict.fromkeys([owner[i] if i >= 0 else -1 for i in total.terms]))
        orders[min(order, order[::-1])] += 1
    as_they_are = (*range(max(owner) + 1),)
    of_all = (
        order for order, _ in orders.most_common()
        if len(order) == len(as_they_are) and -1 not in order
    )  # fmt: skip
    likely = next(of_all, as_they_are)
    if likely != as_they_are:
        number = {sample: i for i, sample in enumerate(likely)}
        owner[:] = [number.get(sample, -1) for sample in owner]


def _regular(
    additions: Additions, total: Sum, owner: list[int], position: dict[int, int], n: int
) -> Chain | None:
    """The sum as one over samples, each with the same terms, or None."""
    terms = total.terms
    if any(i < 0 or owner[i] < 0 for i in terms) or len(terms) % n:
        return None
    size = len(terms) // n
    places = [position[i] for i in terms]
    order = [owner[i] for i in terms]
    up = [sample for sample in range(n) for _ in range(size)]
    if places != places[:size] * n or order not in (up, up[::-1]):
        return None
    first = additions.tape.first
    return Chain(total.start + first, tuple(places[:size]), order != up, total.links[-1] + first)


def _phased(
    additions: Additions,
    samples: Samples,
    owner: list[int],
    position: dict[int, int],
    sums: dict[int, Chain],
    once: list[int],
) -> Samples | None:
    """The same with the pass in which each part runs; None if one would wait for itself.

    A number that runs once has a level: it is there before the pass of that number. All samples
    are the same program, so that a position stands for the instructions of all of them. What a
    sample reads of others is there when an earlier pass has made it.
    """
    first, size = additions.tape.first, len(samples.rows)
    # Positions are numbered as they are; what runs once, and the sums, behind them.
    number = {k: size + i for i, k in enumerate([*once, *sums])}

    def numbers(slots: Iterable[int]) -> list[int]:
        made = {slot - first for slot in slots if slot >= first}
        return [*{number[k] if owner[k] < 0 else position[k] for k in made}]

    outside = [numbers(slots) for slots in samples.outside]
    total = size + len(number)
    at = [0] * total  # the phase of a position; the level of what runs once
    waits = [0] * total  # for how many others
    readers: list[list[tuple[int, int]]] = [[] for _ in range(total)]  # and how much later they are

    def wait(reader: int, read: Iterable[int], after_positions: int, after_others: int) -> None:
        for i in read:
            readers[i].append((reader, after_positions if i < size else after_others))
            waits[reader] += 1

    for p, operands in enumerate(samples.operands):
        wait(p, [i for i in operands if i >= 0], 0, 0)
        for i in operands:
            if i < 0:
                wait(p, outside[-1 - i], 1, 0)
    for k in once:
        wait(number[k], numbers([i + first for i in additions.operands[k]]), 1, 0)
    for k, chain in sums.items():  # is there after the pass in which it is added up
        at[number[k]] = 1
        wait(number[k], [*chain.positions, *numbers([chain.start])], 1, 1)

    ready = [i for i, count in enumerate(waits) if not count]
    for i in ready:
        for reader, later in readers[i]:
            at[reader] = max(at[reader], at[i] + later)
            waits[reader] -= 1
            if not waits[reader]:
                ready.append(reader)
    if len(ready) < total:
        return None
    phases = at[:size]
    chains = [(at[number[k]] - 1, chain) for k, chain in sums.items()]
    last = max([*phases, *[phase for phase, _ in chains]])
    scalars: list[list[int]] = [[] for _ in range(max(last + 1, *at) + 1)]
    for k in once:
        scalars[at[number[k]]].append(k + first)
    return samples._replace(phases=phases, chains=chains, scalars=scalars)


def _program(
    tape: Tape, operands: Sequence[tuple[int, ...]], members: list[list[int]]
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]] | None:
    """What every sample computes: operands by position, and what is read from outside.

    None if samples differ.
    """
    first, *others = members
    if any(len(mine) != len(first) for mine in others) or not first:
        return None
    places = [{k: p for p, k in enumerate(mine)} for mine in members]
    outside: dict[tuple[int, ...], int] = {}
    program = []
    for p, k in enumerate(first):
        row = tape.rows[k]
        if any(tape.rows[mine[p]] is not row for mine in others):
            return None
        read = []
        if any(len(operands[mine[p]]) != len(operands[k]) for mine in others):
            return None
        of_each = [operands[mine[p]] for mine in members]
        if row in COMMUTATIVE:
            of_each = _turned(of_each, places)
        for sources in zip(*of_each, strict=True):
            inner = {place.get(i, -1) for place, i in zip(places, sources, strict=True)}
            if len(inner) > 1:
                return None
            found = inner.pop()
            if found < 0:
                found = -1 - outside.setdefault(sources, len(outside))
            read.append(found)
        program.append(tuple(read))
    return program, list(outside)


def _turned(
    of_each: Sequence[tuple[int, ...]], places: Sequence[dict[int, int]]
) -> list[tuple[int, ...]]:
    """The two operands of each sample in the order in which the first sample has them."""
    first = [places[0].get(i, -1) for i in of_each[0]]
    return [
        (a, b) if first == [place.get(a, -1), place.get(b, -1)] else (b, a)
        for (a, b), place in zip(of_each, places, strict=True)
    ]
