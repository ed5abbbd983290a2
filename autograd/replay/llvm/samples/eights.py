"""Eights: which of the bounds that `drift` makes are made eight at a time, in lanes.

Owns finding them. What a sum reads are products of weights that stand side by side and of bounds
that others read side by side, too; eight such sums, and what is made of them, are one vector.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.strips import Terms
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import LIMITS, SUMS


class Sum(NamedTuple):
    """A sum, with the sums that it alone reads.

    Attributes:
        lanes: of eight products of it where the sizes of the weights begin, and the others.
        products: what else it reads of products that it alone reads.
        others: what else it reads.
    """

    lanes: list[tuple[int, Terms]]
    products: list[int]
    others: list[int]


class Eights:
    """What is made how.

    Args:
        samples: the division of the program.
        positions: what is bounded, in order.
        wanted: the positions whose bounds others want.
        sizes: for each number from outside, -1 - e, where its absolute value stands.
        above: where it stands for a position what a limit takes from its bound.

    Attributes:
        sums: those that are made, by their last addition.
        inner: the sums and products that one sum reads, and nothing else.
        by_last: what is made eight at a time, by the last of the eight: all who read one follow it.
        in_lanes: for each position of these which eight, and its lane.
    """

    def __init__(
        self,
        samples: Samples,
        positions: Sequence[int],
        wanted: Collection[int],
        sizes: Mapping[int, int],
        above: Mapping[int, int],
    ) -> None:
        self._samples, self._positions, self._sizes = samples, positions, sizes
        self._packs = dict[Terms, None]()  # of bounds that are read side by side
        self.inner = self._read_by_sums_alone(wanted)
        self.sums = {
            p: self._taken_apart(p)
            for p in positions
            if samples.rows[p] in SUMS and p not in self.inner
        }
        self.by_last = self._made_in_lanes(above)
        self.in_lanes = {p: (t, lane) for t in self.by_last.values() for lane, p in enumerate(t)}

    def _read_by_sums_alone(self, wanted: Collection[int]) -> set[int]:
        operands, rows = self._samples.operands, self._samples.rows
        uses = Counter([i for p in self._positions for i in operands[p]])
        summed = {i for p in self._positions if rows[p] in SUMS for i in operands[p]}
        return {
            p
            for p in self._positions
            if rows[p] in (ops.mul, *SUMS) and uses[p] == 1 and p in summed and p not in wanted
        }

    def _made_in_lanes(self, above: Mapping[int, int]) -> dict[int, Terms]:
        """Sums that have lanes, and what is made of them before others read it side by side."""
        place = {p: k for k, p in enumerate(self._positions)}
        operands, rows = self._samples.operands, self._samples.rows
        readers: dict[int, set[int]] = {}
        for p in place:
            for i in operands[p]:
                readers.setdefault(i, set()).add(p)

        found: dict[int, Terms] = {}
        taken = set[int]()
        for pack in self._packs:
            steps = [pack]
            if len({rows[p] for p in pack}) == 1 and rows[pack[0]] in LIMITS:
                steps.append(tuple([operands[p][0] for p in pack]))
            are_sums = all(p in self.sums and self.sums[p].lanes for p in steps[-1])
            places = [above.get(p, 0) for p in pack]
            is_row = not any(places) or places == [*range(places[0], places[0] + LANES)]
            if not (are_sums and is_row and taken.isdisjoint(steps[-1])):
                continue
            ends = {max(terms, key=place.__getitem__): terms for terms in steps}
            if all(
                place[r] > place[last]
                for last, terms in ends.items()
                for p in terms
                for r in readers.get(p, set()).difference(pack)
            ):
                found |= ends
                taken.update(steps[-1])
        return found

    def _taken_apart(self, p: int) -> Sum:
        operands, rows = self._samples.operands, self._samples.rows
        products, others, left = list[int](), list[int](), [*operands[p]]
        while left:
            i = left.pop()
            if i not in self.inner:
                others.append(i)
            elif rows[i] is ops.mul:
                products.append(i)
            else:
                left += operands[i]
        lanes = []
        weight_of = {i: min(operands[i]) for i in products}
        products.sort(key=lambda i: self._sizes.get(weight_of[i], -1))
        alone = []
        while products:
            eight = products[:LANES]
            start = self._side_by_side(eight)
            if start is None:
                alone.append(products.pop(0))
            else:
                lanes.append(start)
                products = products[LANES:]
        return Sum(lanes, alone, others)

    def _side_by_side(self, products: Sequence[int]) -> tuple[int, Terms] | None:
        """Where the sizes of the weights in eight products begin, if they stand so; the others."""
        pairs = [sorted(self._samples.operands[p]) for p in products]
        weights = [self._sizes.get(a) for a, _ in pairs]
        bounds = tuple([b for _, b in pairs])
        first = weights[0]
        if first is None or weights != [*range(first, first + LANES)] or min(bounds) < 0:
            return None
        if bounds not in self._packs:
            taken = {i for pack in self._packs for i in pack}
            if not taken.isdisjoint(bounds) or len({*bounds}) < LANES:
                return None
            self._packs[bounds] = None
        return first, bounds
