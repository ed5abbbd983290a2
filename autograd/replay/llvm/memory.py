"""Where each number of a program lives while native code runs.

Owns the layout of the one block of doubles that a program works in, and the way from a slot of the
tape to an address. What a function computes and nobody else reads has no place here.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.tape import Tape

LANES = 8
WORK = -1


class Input(NamedTuple):
    """A number that a call brings: in which block, and at which place of it."""

    block: int
    place: int


class Memory:
    """The places of a program's numbers.

    Args:
        tape: the program, in plain arithmetic.
        sizes: how many of its inputs stand in each block that a call brings.
        samples: its part for each sample, if it has one.

    Attributes:
        n_padded: the samples, up to a multiple of the lanes.
        sizes: how many inputs stand in each block.
        spilled: for each position that is read outside of its own pass, where its samples stand.
        gathered: the same for each number that differs from sample to sample.
        pack: for each slot that is computed in a pack, which one, and in which lane of it.
        size: how many doubles there are.
    """

    def __init__(self, tape: Tape, sizes: Sequence[int], samples: Samples | None) -> None:
        self._tape = tape
        self._inputs = [Input(b, i) for b, size in enumerate(sizes) for i in range(size)]
        self.sizes = list(sizes)
        self.size = 0
        self._places: dict[int, int] = {}  # of slots
        self.n_padded = -(-samples.n // LANES) * LANES if samples is not None else 0
        self.spilled: dict[int, int] = {}
        self.gathered: dict[int, int] = {}
        self.pack: dict[int, tuple[tuple[int, ...], int]] = {}
        self._packs: set[tuple[int, ...]] = set()
        self._member: dict[int, tuple[int, int]] = {}  # slot -> position, sample
        if samples is not None:
            for s, mine in enumerate(samples.members):
                for p, slot in enumerate(mine):
                    self._member[slot] = p, s

    def input(self, slot: int) -> Input | None:
        """Which input a slot is; None if it is none."""
        return self._inputs[slot] if slot < self._tape.n_inputs else None

    def constant(self, slot: int) -> float | None:
        """Which constant a slot is; None if it is none."""
        i = slot - self._tape.n_inputs
        return self._tape.constants[i] if 0 <= i < len(self._tape.constants) else None

    def member(self, slot: int) -> tuple[int, int] | None:
        """Of which position and sample a slot is; None if it runs once."""
        return self._member.get(slot)

    def put_in_pack(self, slots: tuple[int, ...]) -> None:
        """Say that some slots are computed together."""
        self._packs.add(slots)
        for lane, slot in enumerate(slots):
            self.pack.setdefault(slot, (slots, lane))

    def column(self, slots: tuple[int, ...]) -> int | None:
        """The one lane in which each of some slots stands in a pack of its own, if that is so."""
        if not all(slot in self.pack for slot in slots):
            return None
        found = [self.pack[slot] for slot in slots]
        packs, lanes = map(set, zip(*found, strict=True))
        return lanes.pop() if len(packs) == LANES and len(lanes) == 1 else None

    def two_packs(self, slots: tuple[int, ...]) -> list[tuple[int, ...]] | None:
        """The two packs in which some slots stand, if that is so and they are none themselves."""
        if slots in self._packs or not all(slot in self.pack for slot in slots):
            return None
        found = [*dict.fromkeys([self.pack[slot][0] for slot in slots])]
        return found if len(found) == 2 else None

    def where(self, slot: int) -> Input | None:
        """Where a slot stands: in a block, or in the work memory, then as if that were WORK."""
        found = self.input(slot)
        if found is None and self.constant(slot) is None:
            place = self.place(slot)
            return None if place is None else Input(WORK, place)
        return found

    def row(self, slots: Sequence[int]) -> Input | None:
        """Where the first of some slots stands, if the others follow it; None if they do not."""
        places = [self.where(slot) for slot in slots]
        first = places[0]
        if first is None or places != [(first.block, first.place + i) for i in range(len(slots))]:
            return None
        return first

    def reserve(self, count: int) -> int:
        """Give out `count` places, the first at a multiple of the lanes."""
        start = self.size
        self.size += -(-count // LANES) * LANES
        return start

    def spill(self, position: int) -> int:
        """The place of a position's samples, made when first asked for."""
        if position not in self.spilled:
            self.spilled[position] = self.reserve(self.n_padded)
        return self.spilled[position]

    def gather(self, e: int) -> int:
        """The place of what sample after sample reads as `outside[e]`."""
        if e not in self.gathered:
            self.gathered[e] = self.reserve(self.n_padded)
        return self.gathered[e]

    def of_all(self, i: int) -> int:
        """The place of the first sample's, of a spilled position or of -1 - e for `outside[e]`."""
        return self.spilled[i] if i >= 0 else self.gathered[-1 - i]

    def keep(self, slots: Iterable[int]) -> None:
        """Give each of these slots a place of its own."""
        for slot in slots:
            self._places.setdefault(slot, len(self._places))

    def put(self, slot: int, place: int) -> None:
        """Say where a slot stands already."""
        self._places[slot] = place

    def place(self, slot: int) -> int | None:
        """Where a slot stands; None if it has no place."""
        found = self._member.get(slot)
        if found is not None:
            position, sample = found
            return self.spill(position) + sample
        return self._places.get(slot)
