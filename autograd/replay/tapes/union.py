"""Union: one program of which samples of several kinds are parts.

Owns how it is made. What one kind alone computes the others compute, too, and nobody reads it of
them; where kinds read different numbers, each sample selects its own, by a condition that is known.
No bit is changed.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.op import BUILTIN, Op
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.alignment import aligned
from autograd.replay.tapes.assembling import assembled
from autograd.replay.tapes.owning import Sum
from autograd.replay.tapes.tape import Tape

OUTSIDE = -1  # an entry that is none


class Kind(NamedTuple):
    """Samples that are the same program.

    Attributes:
        model: one of them.
        samples: all of them.
        signs: what its instructions are known by, in order.
        place: where among these an instruction of the model is.
    """

    model: int
    samples: set[int]
    signs: list[Hashable]
    place: dict[int, int]


class Source(NamedTuple):
    """What each sample reads: an entry of its own, or what its kind reads from outside.

    Attributes:
        entry: the entry, or OUTSIDE.
        outside: for each kind that reads it from outside, which operand it is of which place.
    """

    entry: int
    outside: Mapping[int, tuple[int, int]]


class Chosen(NamedTuple):
    """A condition: 1 for samples of these kinds, 0 for others."""

    kinds: frozenset[int]


class Entry(NamedTuple):
    """One instruction of each sample."""

    row: Op
    reads: tuple[Source | Chosen, ...]


class Union:
    """The program while it is made.

    Args:
        owner: for each instruction of the tape the sample it is of, or -1.
        members: for each sample its instructions.
        sums: the sums over samples.
    """

    def __init__(
        self,
        additions: Additions,
        owner: Sequence[int],
        members: Sequence[list[int]],
        sums: Sequence[Sum],
        kinds: Sequence[Kind],
    ) -> None:
        self._additions, self._owner, self._members = additions, owner, members
        self._sums, self._kinds = sums, kinds
        self._place = [{k: p for p, k in enumerate(mine)} for mine in members]
        self._entries: list[Entry] = []
        self._entry_of: list[dict[int, int]] = [{} for _ in kinds]  # by place
        self._selected: dict[Hashable, Source] = {}

    def tape(self, most: float) -> tuple[Tape, list[int]] | None:
        """The tape with all samples alike, and of which sample each instruction is.

        None if that takes more than so many instructions of each, or if it cannot be done.
        """
        columns = self._columns()
        if len(columns) > most or not all(map(self._append, columns)):
            return None
        terms = self._terms()
        kind_of = {s: number for number, kind in enumerate(self._kinds) for s in kind.samples}
        kinds = [kind_of[sample] for sample in range(len(self._members))]
        reads = self._reads(kinds)
        places = [
            [self._entry_of[kind][p] for p in range(len(mine))]
            for kind, mine in zip(kinds, self._members, strict=True)
        ]
        rows = [entry.row for entry in self._entries]
        return assembled(self._additions, self._members, rows, reads, places, terms)

    def _columns(self) -> list[dict[int, int]]:
        """For each instruction its place in the kinds that have it; in the order of all of them."""
        signs = list(self._kinds[0].signs)
        columns = [{0: p} for p in range(len(signs))]
        for number, kind in enumerate(self._kinds[1:], 1):
            merged: list[dict[int, int]] = []
            merged_signs: list[Hashable] = []
            here = there = 0
            for i, j in [*aligned(signs, kind.signs), (len(signs), len(kind.signs))]:
                merged += [*columns[here:i], *[{number: p} for p in range(there, j)]]
                merged_signs += [*signs[here:i], *kind.signs[there:j]]
                if i < len(signs):
                    merged.append(columns[i] | {number: j})
                    merged_signs.append(signs[i])
                here, there = i + 1, j + 1
            columns, signs = merged, merged_signs
        return columns

    def _append(self, column: Mapping[int, int]) -> bool:
        """Append the entry of a column; whether every sample can compute it."""
        additions, owner = self._additions, self._owner
        at = {kind: self._members[self._kinds[kind].model][p] for kind, p in column.items()}
        first = next(iter(at.values()))
        row = additions.tape.rows[first]
        is_of_all = len(column) == len(self._kinds)
        if not is_of_all and row.name not in BUILTIN:
            return False  # a user's function need not take another sample's numbers
        reads = []
        for j in range(len(additions.operands[first])):
            entries = {}
            for kind, k in at.items():
                i = additions.operands[k][j]
                entries[kind] = self._entry(kind, i) if i >= 0 and owner[i] == owner[k] else OUTSIDE
                if entries[kind] == OUTSIDE and i >= 0 and owner[i] >= 0 and not is_of_all:
                    return False  # it is another sample's
            reads.append(self._source(entries, {kind: (p, j) for kind, p in column.items()}))
        for kind, p in column.items():
            self._entry_of[kind][p] = len(self._entries)
        self._entries.append(Entry(row, tuple(reads)))
        return True

    def _entry(self, kind: int, k: int) -> int:
        """The entry of an instruction of a kind's model."""
        return self._entry_of[kind][self._kinds[kind].place[k]]

    def _source(self, entries: Mapping[int, int], outside: Mapping[int, tuple[int, int]]) -> Source:
        """What kinds read that read these entries: where they differ, what selects each one's."""
        different = [*dict.fromkeys(entries.values())]
        if len(different) == 1:
            return Source(different[0], outside)
        key = tuple(sorted(entries.items()))
        if OUTSIDE not in different and key in self._selected:
            return self._selected[key]
        *others, found = [
            Source(
                entry,
                {kind: outside[kind] for kind in entries if entry == OUTSIDE == entries[kind]},
            )
            for entry in different
        ]
        for source in others:
            chosen = Chosen(frozenset([kind for kind in entries if entries[kind] == source.entry]))
            self._entries.append(Entry(ops.where, (chosen, source, found)))
            found = Source(len(self._entries) - 1, {})
        if OUTSIDE not in different:
            self._selected[key] = found
        return found

    def _terms(self) -> dict[tuple[int, int], tuple[int, int]]:
        """What an addition of a sum over samples reads instead of a term in which kinds differ.

        Keys: the addition and the term. Values: the sample and the entry.
        """
        found = {}
        for total in self._sums:
            of_each: dict[int, list[int]] = {}
            for i in total.terms:
                if i >= 0 and self._owner[i] >= 0:
                    of_each.setdefault(self._owner[i], []).append(i)
            sizes = {len(terms) for terms in of_each.values()}
            if (
                len(of_each) < len(self._members)
                or len(sizes) > 1
                or not self._is_in_one_order(of_each)
            ):
                continue
            instead: dict[int, tuple[int, int]] = {}
            for place in range(sizes.pop()):
                entries = {
                    number: self._entry(number, of_each[kind.model][place])
                    for number, kind in enumerate(self._kinds)
                }
                if len(set(entries.values())) > 1:
                    entry = self._source(entries, {}).entry
                    instead |= {mine[place]: (sample, entry) for sample, mine in of_each.items()}
            for link in total.links:
                for i in self._additions.operands[link]:
                    if i in instead:
                        found[link, i] = instead[i]
        return found

    def _is_in_one_order(self, terms: Mapping[int, list[int]]) -> bool:
        """Whether the terms of each sample are added in the order of its kind's model."""
        return all(
            [kind.place[i] for i in terms[kind.model]]
            == [self._place[sample][i] for i in terms[sample]]
            for kind in self._kinds
            for sample in kind.samples
        )

    def _reads(self, kinds: Sequence[int]) -> list[list[list[tuple[bool, int]]]]:
        """For each sample and entry what it reads: whether that is an entry, and which number."""
        tape = self._additions.tape
        numbers = [x.hex() for x in tape.constants]
        yes, no = [tape.n_inputs - tape.first + numbers.index(x.hex()) for x in (1.0, 0.0)]

        def read(sample: int, source: Source | Chosen) -> tuple[bool, int]:
            kind = kinds[sample]
            if isinstance(source, Chosen):
                return False, yes if kind in source.kinds else no
            if source.entry != OUTSIDE:
                return True, source.entry
            # Of a kind that does not read it, some number will do.
            other = next(iter(source.outside))
            of = sample if kind in source.outside else self._kinds[other].model
            p, j = source.outside[kind if kind in source.outside else other]
            return False, self._additions.operands[self._members[of][p]][j]

        return [
            [[read(sample, source) for source in entry.reads] for entry in self._entries]
            for sample in range(len(kinds))
        ]
