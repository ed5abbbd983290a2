"""Dividing: a whole tape by samples, when some instructions of each are known.

Owns what else is a sample's, whether all samples are the same program, which sums run over them,
and in how many passes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.samples import Chain, Samples
from autograd.replay.tapes.tape import Tape

COMMUTATIVE = (ops.add, ops.mul)  # of which all numbers but nan have the same bits, turned
FEWEST = 3  # samples: fewer are no more code one by one, and lanes would stand empty
MOST_GATHERED = 0.34  # numbers that differ from sample to sample, for each instruction


def divided(additions: Additions, owner: list[int]) -> Samples | None:
    """The whole tape by samples, beginning with those known; None if they are not alike."""
    n = max(owner, default=-1) + 1
    if n < FEWEST or not _may_be_alike(additions, owner, n):
        return None
    chains = owned(additions, owner)
    _renumber(owner, chains)
    members = members_of(owner)
    program = _program(additions.tape, additions.operands, members)
    if program is None:  # they may be the same in another order
        members = _in_one_order(additions, members, owner)
        program = _program(additions.tape, additions.operands, members)
    if program is None:
        return None
    operands, outside = program
    varying = [e for e in outside if len(set(e)) > 1]
    if len(varying) > MOST_GATHERED * len(operands):
        return None
    position = {k: p for mine in members for p, k in enumerate(mine)}
    sums: dict[int, Chain] = {}
    inside: set[int] = set()
    for total in chains:
        found = _regular(additions, total, owner, position, n)
        if found is not None:  # otherwise its additions run once
            sums[total.links[-1]] = found
            inside.update(total.links)
    rows = [additions.tape.rows[k] for k in members[0]]
    first = additions.tape.first
    samples = Samples(
        n,
        rows,
        operands,
        [tuple([i + first for i in slots]) for slots in outside],
        [[k + first for k in mine] for mine in members],
        [],
        [],
        [],
    )
    return _phased(additions, samples, owner, position, sums, inside)


def owned(additions: Additions, owner: list[int]) -> list["Sum"]:
    """Give samples all that is made of them alone; return the sums over samples."""
    _give_the_first_its_sums(additions, owner)
    sums = _extend(additions, owner)
    _adopt(additions, owner, {k for total in sums for k in total.links})
    return sums


def members_of(owner: Sequence[int]) -> list[list[int]]:
    """For each sample its instructions, in order."""
    members: list[list[int]] = [[] for _ in range(max(owner) + 1)]
    for k, sample in enumerate(owner):
        if sample >= 0:
            members[sample].append(k)
    return members


def readers_of_others(
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


def _may_be_alike(additions: Additions, owner: list[int], n: int) -> bool:
    """Whether each sample has as many instructions of each kind: quick to see if not.

    Apart from additions, of which the first may be given more.
    """
    counts: dict[int, set[int]] = {}
    n_samples: Counter[int] = Counter()
    for (sample, row), count in Counter(zip(owner, additions.kinds, strict=True)).items():
        if sample >= 0 and row != id(ops.add):
            counts.setdefault(row, set()).add(count)
            n_samples[row] += 1
    return all(len(found) == 1 and n_samples[row] == n for row, found in counts.items())


def _in_one_order(
    additions: Additions, members: list[list[int]], owner: list[int]
) -> list[list[int]]:
    """The members of each sample in an order that depends on what they compute alone."""
    readers = readers_of_others(additions, members, owner)
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


def _extend(additions: Additions, owner: list[int]) -> list["Sum"]:
    """Give samples what is made of them alone; return the sums over samples."""
    sums = []
    linked = {k for tail in additions.tails for k in additions.links(tail)}
    tails = set(additions.tails)
    for k, operands in enumerate(additions.operands):
        if owner[k] >= 0:
            continue
        if k not in linked:
            owner[k] = _one({owner[i] for i in operands if i >= 0})
            continue
        if k not in tails:
            continue
        links = additions.links(k)
        n_own = _n_own(owner, links)
        if n_own:  # of the first sample, whose term is their sum
            added = [links[n_own - 1], *additions.added(links)[n_own + 1 :]]
            links = links[n_own:]
        else:
            added = additions.added(links)
        places = [j for j, i in enumerate(added) if i >= 0 and owner[i] >= 0]
        if len({owner[added[j]] for j in places}) > 1:
            first, last = places[0], places[-1]
            # A sum that begins with its first term begins with -0.0, which changes no number.
            start = additions.operands[links[first - 1]][0] if first else additions.minus_zero
            inner = links[max(first - 1, 0) : last]
            sums.append(Sum(start, added[first : last + 1], inner))
        else:
            for link in links:
                if owner[link] < 0:
                    owner[link] = _one({owner[i] for i in additions.operands[link] if i >= 0})
    return sums


def _give_the_first_its_sums(additions: Additions, owner: list[int]) -> None:
    """Give the first sample what a sum over samples begins with, where all terms are sums."""
    for links, added in additions.long:
        terms = [i for i in added if i >= 0 and owner[i] >= 0]
        others = [i for i in terms if owner[i] != owner[terms[0]]]
        if owner[links[-1]] >= 0 or not others:
            continue
        n_own = additions.n_of_the_first(links, others[0])
        own = links[:n_own]
        if own and {owner[i] for i in additions.added(own) if i >= 0} == {owner[terms[0]]}:
            for link in own:
                owner[link] = owner[terms[0]]


def _n_own(owner: list[int], links: Sequence[int]) -> int:
    """How many links of a chain, which itself is no sample's, one has been given."""
    return sum(owner[link] >= 0 for link in links)


def _adopt(additions: Additions, owner: list[int], summed: set[int]) -> None:
    """Give samples what is made of no sample's and read by one alone, if it is the same for all.

    Such as the condition by which the gradient of a row is that of its index or 0.
    """
    readers: list[int | None] = [None] * len(owner)  # the sample; -1 for none, or several
    for i in [slot - additions.tape.first for slot in additions.tape.read_at_the_end()]:
        if i >= 0:
            readers[i] = -1
    adopted: dict[int, int] = {}
    for k in range(len(owner) - 1, -1, -1):
        reader = readers[k]
        if owner[k] < 0 and reader is not None and reader >= 0 and k not in summed:
            adopted[k] = reader
        mine = adopted.get(k, owner[k])
        for i in additions.operands[k]:
            if i >= 0:
                readers[i] = mine if readers[i] in (None, mine) else -1
    rows = additions.tape.rows
    kinds = Counter([(sample, id(rows[k])) for k, sample in adopted.items()])
    n, kinds_of_rows = max(owner) + 1, {row for _, row in kinds}
    if all(kinds[sample, row] == kinds[0, row] for row in kinds_of_rows for sample in range(n)):
        for k, sample in adopted.items():
            owner[k] = sample


def _renumber(owner: list[int], chains: Sequence["Sum"]) -> None:
    """Number the samples in the order in which most sums have them, one way or the other."""
    orders: Counter[tuple[int, ...]] = Counter()
    for total in chains:
        order = tuple(dict.fromkeys([owner[i] if i >= 0 else -1 for i in total.terms]))
        orders[min(order, order[::-1])] += 1
    n = max(owner) + 1
    likely = [order for order, _ in orders.most_common() if sorted(order) == [*range(n)]]
    if likely and likely[0] != (*range(n),):
        number = {sample: i for i, sample in enumerate(likely[0])}
        owner[:] = [number.get(sample, -1) for sample in owner]


def _regular(
    additions: Additions, total: "Sum", owner: list[int], position: dict[int, int], n: int
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
    inside: set[int],
) -> Samples | None:
    """The same with the pass in which each part runs; None if one would wait for itself.

    A number that runs once has a level: it is there before the pass of that number. All samples
    are the same program, so that a position stands for the instructions of all of them. What a
    sample reads of others is there when an earlier pass has made it.
    """
    first = additions.tape.first
    phases = [0] * len(samples.rows)
    once = [k for k, sample in enumerate(owner) if sample < 0 and (k in sums or k not in inside)]
    level = dict.fromkeys(once, 0)
    pass_of = dict.fromkeys(sums, 0)

    def apart(slots: Iterable[int]) -> tuple[list[int], list[int]]:
        """The positions and what runs once among the instructions in some slots."""
        made = {slot - first for slot in slots if slot >= first}
        mine = {position[k] for k in made if owner[k] >= 0}
        return [*mine], [k for k in made if owner[k] < 0]

    outside = [apart(slots) for slots in samples.outside]
    # Where it stands, what it is, what it reads: of the same sample or all, of others, run once.
    reads: list[tuple[int, int, list[int], list[int], list[int]]] = []
    for p, operands in enumerate(samples.operands):
        beside = [outside[-1 - i] for i in operands if i < 0]
        of_others = [i for mine, _ in beside for i in mine]
        ks = [k for _, ks in beside for k in ks]
        place = samples.members[0][p] - first
        reads.append((place, p, [i for i in operands if i >= 0], of_others, ks))
    for k in once:
        slots = [sums[k].start] if k in sums else [i + first for i in additions.operands[k]]
        positions, ks = apart(slots)
        reads.append((k, -1, [*sums[k].positions] if k in sums else positions, [], ks))
    reads.sort()
    changed = True
    while changed:
        changed = False
        for k, p, positions, of_others, ks in reads:
            here = max([level[i] for i in ks], default=0)
            there = max([phases[i] for i in positions], default=-1)
            there = max([there, *[phases[i] + 1 for i in of_others]])
            if there > len(reads):
                return None
            if p >= 0:
                found, before = max(phases[p], here, there), phases[p]
                phases[p] = found
            elif k in sums:
                pass_of[k] = max(here, there)
                found, before = pass_of[k] + 1, level[k]
                level[k] = found
            else:
                found, before = max(here, there + 1), level[k]
                level[k] = found
            changed |= found != before
    count = max([*phases, *pass_of.values(), 0]) + 2
    scalars: list[list[int]] = [[] for _ in range(max(count, max(level.values(), default=0) + 1))]
    for k in once:
        if k not in sums:
            scalars[level[k]].append(k + first)
    chains = [(pass_of[k], chain) for k, chain in sums.items()]
    return samples._replace(phases=phases, chains=chains, scalars=scalars)


class Sum(NamedTuple):
    """Additions one after another: start + term + term ..., and where they stand."""

    start: int
    terms: list[int]
    links: list[int]


def _one(samples: set[int]) -> int:
    """The one sample of some operands; -1 if there is none, or more than one."""
    samples.discard(-1)
    return samples.pop() if len(samples) == 1 else -1


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
