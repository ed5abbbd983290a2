"""Samples: the part of a tape that is the same program again and again, for each sample of a batch.

Owns how it is found. A sum over samples (a loss, the gradient of a weight) is a chain of additions
whose terms are computed alike; what each term is made of, and what derivatives are made of that in
turn, is one sample's part. Where all parts are the same program, a backend can run several samples
at once, one in each lane, and add up the terms of a chain in its own order.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.op import Op
from autograd.replay.tape import Tape

FEWEST = 3  # samples: fewer are no more code one by one, and lanes would stand empty
ENOUGH = 0.3  # of a tape may be no sample's; if it is more, other samples are looked for
LENGTHS, SIZES = 4, 4  # numbers of samples that are tried, and for each rows of so many sizes
MOST_OUTPUTS = 8  # of each sample, among which its parts are looked for
MOST_GATHERED = 0.34  # numbers that differ from sample to sample, for each instruction


class Chain(NamedTuple):
    """A sum over the samples: start + the terms of one sample + the terms of the next ..."""

    start: int  # the slot it begins with
    positions: tuple[int, ...]  # the terms of each sample, in order
    is_descending: bool  # from the last sample to the first
    result: int  # the slot of the sum


class Samples(NamedTuple):
    """A tape divided into what happens for each sample and what happens once.

    Attributes:
        n: how many samples there are.
        rows, operands: the program of one sample; an operand is an earlier position, or -1 - e for
            `outside[e]`.
        outside: what the program reads: for each sample a slot.
        members: for each sample the slots of its positions.
        phases: for each position in which of several passes over the samples it can run.
        chains: the sums, each with its own pass.
        scalars: the instructions that run once, in groups: group p comes before pass p.
    """

    n: int
    rows: list[Op]
    operands: list[tuple[int, ...]]
    outside: list[tuple[int, ...]]
    members: list[list[int]]
    phases: list[int]
    chains: list[tuple[int, Chain]]
    scalars: list[list[int]]


def find_samples(tape: Tape) -> Samples | None:
    """The samples of a tape in plain arithmetic (see `straighten`), if there are any."""
    finder = _Finder(tape)
    best, fewest = None, len(tape.rows)
    for terms in finder.candidates():
        samples = finder.divided(finder.owners(terms))
        left = sum(map(len, samples.scalars)) if samples is not None else fewest
        if left < fewest:
            best, fewest = samples, left
            if left < ENOUGH * len(tape.rows):
                break
    return best


class _Finder:
    """A tape, and who reads what. Instructions are numbered from 0; a negative one is none."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.operands = [tuple([i - tape.first for i in slots]) for slots in tape.operands]
        self.n_uses = Counter([i for operands in self.operands for i in operands])
        read = [*tape.outputs, *[i for g in tape.guards for i in (g.a, g.b)]]
        self.n_uses.update([i - tape.first for i in read])
        self.before: dict[int, int] = {}  # the link of a chain that each link continues
        for k, row in enumerate(tape.rows):
            if row is ops.add:
                left = self.operands[k][0]
                if left >= 0 and tape.rows[left] is ops.add and self.n_uses[left] == 1:
                    self.before[k] = left
        self.minus_zero = tape.n_inputs + [x.hex() for x in tape.constants].index((-0.0).hex())
        self.minus_zero -= tape.first
        inner = set(self.before.values())
        self.tails = [k for k, row in enumerate(tape.rows) if row is ops.add and k not in inner]

    def links(self, tail: int) -> list[int]:
        """The additions of the chain that ends in `tail`, in order."""
        found = [tail]
        while found[-1] in self.before:
            found.append(self.before[found[-1]])
        return found[::-1]

    def candidates(self) -> list[list[int]]:
        """Instructions that may be of one sample each: terms of sums, operands, outputs.

        First of the number by which most is added up; and of these first those made of least: where
        samples meet (as in the variance of a batch), only what comes before shows them.
        """
        size: list[float] = []
        for operands in self.operands:
            size.append(1.0 + sum([size[i] for i in operands if i >= 0]))
        by_length: dict[int, dict[float, list[int]]] = {}
        weight: Counter[int] = Counter()
        for made in self._rows_of_instructions():
            # terms that were there before the samples, such as a penalty's, are made of little
            largest = max([size[i] for i in made], default=0.0)
            terms = [i for i in made if size[i] * 4.0 > largest]
            if len(terms) >= FEWEST and len(set(terms)) == len(terms):
                by_length.setdefault(len(terms), {}).setdefault(largest, terms)
                weight[len(terms)] += len(terms)
        found = []
        for length, _ in weight.most_common(LENGTHS):
            known = by_length[length]
            sizes = sorted(known)
            places = {round((len(sizes) - 1) * j / (SIZES - 1)) for j in range(SIZES)}
            found += [known[sizes[j]] for j in sorted(places)]
        return found

    def _rows_of_instructions(self) -> Iterator[list[int]]:
        """The terms of each sum, the operands of each wide row, the outputs, one or all of each."""
        for tail in self.tails:
            links = self.links(tail)
            if len(links) >= FEWEST - 1:
                added = [self.operands[links[0]][0], *[self.operands[k][1] for k in links]]
                yield [i for i in added if i >= 0]
        for operands in self.operands:
            if len(operands) >= FEWEST:
                yield [i for i in operands if i >= 0]
        outputs = [slot - self.tape.first for slot in self.tape.outputs]
        for step in range(1, MOST_OUTPUTS + 1):  # of each sample; one of them shows it
            if len(outputs) % step == 0:
                yield [i for i in outputs[::step] if i >= 0]

    def owners(self, terms: Sequence[int]) -> list[int]:
        """For each instruction the sample of which it alone is made; -1 for none or several."""
        owner = [-1] * len(self.operands)
        for sample, term in enumerate(terms):
            pending = [term]
            while pending:
                k = pending.pop()
                if owner[k] < 0:
                    owner[k] = sample
                    pending += [i for i in self.operands[k] if i >= 0 and owner[i] < 0]
        is_shared = [False] * len(owner)
        for k in reversed(range(len(owner))):
            if owner[k] < 0:
                continue
            for i in self.operands[k]:
                if i >= 0 and (is_shared[k] or owner[i] != owner[k]):
                    is_shared[i] = True
        return [-1 if shared else sample for sample, shared in zip(owner, is_shared, strict=True)]

    def divided(self, owner: list[int]) -> Samples | None:
        """The whole tape by samples, beginning with those known; None if they are not alike."""
        n = max(owner, default=-1) + 1
        if n < FEWEST or not self._may_be_alike(owner):
            return None
        chains = self._extend(owner)
        members: list[list[int]] = [[] for _ in range(n)]
        for k, sample in enumerate(owner):
            if sample >= 0:
                members[sample].append(k)
        program = _program(self.tape, self.operands, members)
        if program is None:  # they may be the same in another order
            members = self._in_one_order(members, owner)
            program = _program(self.tape, self.operands, members)
        if program is None:
            return None
        operands, outside = program
        varying = [e for e in outside if len(set(e)) > 1]
        if len(varying) > MOST_GATHERED * len(operands):
            return None
        position = {k: p for mine in members for p, k in enumerate(mine)}
        sums: dict[int, Chain] = {}
        for total in chains:
            found = self._regular(total, owner, position, n)
            if found is None:
                return None
            sums[total.links[-1]] = found
        rows = [self.tape.rows[k] for k in members[0]]
        first = self.tape.first
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
        inside = {k for total in chains for k in total.links}
        return self._phased(samples, owner, position, sums, inside)

    def _may_be_alike(self, owner: list[int]) -> bool:
        """Whether each sample has as many instructions of each kind: quick to see if not."""
        kinds = Counter(zip(owner, map(id, self.tape.rows), strict=True))
        counts: dict[int, set[int]] = {}
        n_samples: Counter[int] = Counter()
        for (sample, row), count in kinds.items():
            if sample >= 0:
                counts.setdefault(row, set()).add(count)
                n_samples[row] += 1
        n = max(owner) + 1
        return all(len(found) == 1 and n_samples[row] == n for row, found in counts.items())

    def _in_one_order(self, members: list[list[int]], owner: list[int]) -> list[list[int]]:
        """The members of each sample in an order that depends on what they compute alone."""
        readers: dict[int, int] = {}  # of what is no sample's: the sample, or -1 for several
        for mine in members:
            for k in mine:
                for i in self.operands[k]:
                    if i < 0 or owner[i] < 0:
                        readers[i] = owner[k] if readers.get(i, owner[k]) == owner[k] else -1
        kinds: dict[tuple[Any, ...], int] = {}
        kind: dict[int, int] = {}
        depth: dict[int, int] = {}
        ordered = []
        for mine in members:
            for k in mine:
                inner = [i for i in self.operands[k] if i >= 0 and owner[i] == owner[k]]
                depth[k] = 1 + max([depth[i] for i in inner], default=0)
                read = [
                    (0, kind[i]) if i in kind else (1, i) if readers.get(i) == -1 else (2, 0)
                    for i in self.operands[k]
                ]
                what = (id(self.tape.rows[k]), *read)
                kind[k] = kinds.setdefault(what, len(kinds))
            ordered.append(sorted(mine, key=lambda k: (depth[k], kind[k], k)))
        return ordered

    def _extend(self, owner: list[int]) -> list["_Sum"]:
        """Give samples what is made of them alone; return the sums over samples."""
        sums = []
        linked = {k for tail in self.tails for k in self.links(tail)}
        tails = set(self.tails)
        for k, operands in enumerate(self.operands):
            if owner[k] >= 0:
                continue
            if k not in linked:
                owner[k] = _one({owner[i] for i in operands if i >= 0})
                continue
            if k not in tails:
                continue
            links = self.links(k)
            added = [self.operands[links[0]][0], *[self.operands[link][1] for link in links]]
            places = [j for j, i in enumerate(added) if i >= 0 and owner[i] >= 0]
            if len({owner[added[j]] for j in places}) > 1:
                first, last = places[0], places[-1]
                # A sum that begins with its first term begins with -0.0, which changes no number.
                start = self.operands[links[first - 1]][0] if first else self.minus_zero
                inner = links[max(first - 1, 0) : last]
                sums.append(_Sum(start, added[first : last + 1], inner))
            else:
                for link in links:
                    if owner[link] < 0:
                        owner[link] = _one({owner[i] for i in self.operands[link] if i >= 0})
        return sums

    def _regular(
        self, total: "_Sum", owner: list[int], position: dict[int, int], n: int
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
        first = self.tape.first
        return Chain(
            total.start + first, tuple(places[:size]), order != up, total.links[-1] + first
        )

    def _phased(
        self,
        samples: Samples,
        owner: list[int],
        position: dict[int, int],
        sums: dict[int, Chain],
        inside: set[int],
    ) -> Samples:
        """The same with the pass in which each part runs."""
        level = [0] * len(self.operands)
        phases = [0] * len(samples.rows)
        pass_of: dict[int, int] = {}
        changed = True
        while changed:
            changed = False
            for k, operands in enumerate(self.operands):
                made = [i for i in operands if i >= 0]
                if owner[k] >= 0:
                    p = position[k]
                    reads = [phases[position[i]] if owner[i] >= 0 else level[i] for i in made]
                    phase = max([phases[p], *reads])
                    changed |= phase != phases[p]
                    phases[p] = phase
                elif k in sums:
                    chain = sums[k]
                    start = chain.start - self.tape.first
                    pass_of[k] = max(
                        [phases[p] for p in chain.positions] + [level[start] if start >= 0 else 0]
                    )
                    changed |= level[k] != pass_of[k] + 1
                    level[k] = pass_of[k] + 1
                else:
                    reads = [phases[position[i]] + 1 if owner[i] >= 0 else level[i] for i in made]
                    found = max([level[k], *reads])
                    changed |= found != level[k]
                    level[k] = found
        count = max([*phases, *[pass_of[k] for k in sums], 0]) + 2
        scalars: list[list[int]] = [[] for _ in range(max(count, max(level, default=0) + 1))]
        for k, sample in enumerate(owner):
            if sample < 0 and k not in inside:
                scalars[level[k]].append(k + self.tape.first)
        chains = [(pass_of[k], chain) for k, chain in sums.items()]
        return samples._replace(phases=phases, chains=chains, scalars=scalars)


class _Sum(NamedTuple):
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
        for j in range(len(operands[k])):
            sources = [operands[mine[p]][j] for mine in members]
            inner = {place.get(i, -1) for place, i in zip(places, sources, strict=True)}
            if len(inner) > 1:
                return None
            found = inner.pop()
            if found < 0:
                found = -1 - outside.setdefault(tuple(sources), len(outside))
            read.append(found)
        if any(len(operands[mine[p]]) != len(operands[k]) for mine in others):
            return None
        program.append(tuple(read))
    return program, list(outside)
