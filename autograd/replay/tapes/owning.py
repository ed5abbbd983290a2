"""Owning: of which sample each instruction of a tape is, when some are known.

Owns what else is made of one sample's alone, or for one alone, and which sums run over samples.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from autograd.replay.tapes.additions import Additions


class Sum(NamedTuple):
    """Additions one after another: start + term + term ..., and where they stand."""

    start: int
    terms: list[int]
    links: list[int]


def owned(additions: Additions, owner: list[int]) -> list[Sum]:
    """Give samples all that is made of them alone; return the sums over samples."""
    sums = _extend(additions, owner)
    _adopt(additions, owner, {k for total in sums for k in total.links})
    return sums


def members_of(owner: Sequence[int]) -> list[list[int]]:
    """For each sample its instructions, in order."""
    members: list[list[int]] = [[] for _ in range(max(owner, default=-1) + 1)]
    for k, sample in enumerate(owner):
        if sample >= 0:
            members[sample].append(k)
    return members


def counted(additions: Additions, members: Sequence[list[int]]) -> list[Counter[int]]:
    """For each sample how many instructions of each kind it has."""
    return [Counter([additions.kinds[k] for k in mine]) for mine in members]


def _extend(additions: Additions, owner: list[int]) -> list[Sum]:
    """Give samples what is made of them alone; return the sums over samples."""
    sums = []
    tail_of = additions.tail_of
    reads_one = bytearray(len(owner))  # whether it, or a sum that ends in it, reads a sample's

    def give(k: int, sample: int) -> None:
        owner[k] = sample
        if sample >= 0:
            for reader in additions.readers[k]:
                reads_one[tail_of.get(reader, reader)] = 1

    for k, sample in enumerate(owner):
        give(k, sample)
    k = -1
    while (k := reads_one.find(1, k + 1)) >= 0:
        if owner[k] >= 0:
            continue
        if k not in tail_of:
            give(k, _one({owner[i] for i in additions.operands[k] if i >= 0}))
            continue
        links = additions.links(k)
        n_own = _n_own(additions, owner, links)
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
                    give(link, _one({owner[i] for i in additions.operands[link] if i >= 0}))
    return sums


def _n_own(additions: Additions, owner: list[int], links: Sequence[int]) -> int:
    """How many links of a chain over samples are the first one's own, which it is given.

    If all terms are sums, the chain begins with the additions of the first.
    """
    known = sum([owner[link] >= 0 for link in links])
    if known:
        return known
    terms = [i for i in additions.added(links) if i >= 0 and owner[i] >= 0]
    others = [i for i in terms if owner[i] != owner[terms[0]]]
    n = additions.n_of_the_first(links, others[0]) if others else 0
    own = links[:n]
    if not own or {owner[i] for i in additions.added(own) if i >= 0} != {owner[terms[0]]}:
        return 0
    for link in own:
        owner[link] = owner[terms[0]]
    return n


def _adopt(additions: Additions, owner: list[int], summed: set[int]) -> None:
    """Give samples what is made of no sample's and read by one alone, if it is the same for all.

    Such as the condition by which the gradient of a row is that of its index or 0.
    """
    adopted: dict[int, int] = {}
    is_read = bytearray(len(owner))  # whether a sample reads it
    for k, sample in enumerate(owner):
        if sample >= 0:
            for i in additions.operands[k]:
                if i >= 0:
                    is_read[i] = 1
    k = len(owner)
    while (k := is_read.rfind(1, 0, k)) >= 0:
        if owner[k] >= 0 or k in summed or k in additions.at_the_end:
            continue
        readers = {adopted.get(i, owner[i]) for i in additions.readers[k]}
        if len(readers) == 1 and (sample := readers.pop()) >= 0:
            adopted[k] = sample
            for i in additions.operands[k]:
                if i >= 0:
                    is_read[i] = 1
    rows = additions.tape.rows
    kinds = Counter([(sample, id(rows[k])) for k, sample in adopted.items()])
    n, kinds_of_rows = max(owner) + 1, {row for _, row in kinds}
    if all(kinds[sample, row] == kinds[0, row] for row in kinds_of_rows for sample in range(n)):
        for k, sample in adopted.items():
            owner[k] = sample


def _one(samples: set[int]) -> int:
    """The one sample of some operands; -1 if there is none, or more than one."""
    samples.discard(-1)
    return samples.pop() if len(samples) == 1 else -1
