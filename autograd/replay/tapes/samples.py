"""Samples: the part of a tape that is the same program again and again, for each sample of a batch.

Owns what a tape divided into these is: see `finding` for how they are found. A sum over samples (a
loss, the gradient of a weight) is a chain of additions whose terms are computed alike; what each
term is made of, and what derivatives are made of that in turn, is one sample's part. Where all
parts are the same program, a backend can run several samples at once, one in each lane, and add up
the terms of a chain in its own order.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from autograd.op import Op
from autograd.replay.tapes.tape import Tape

FEWEST = 3  # samples: fewer are no more code one by one, and lanes would stand empty


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

    def read_by(self, number: int) -> set[int]:
        """The slots that a pass reads: what its sums begin with, and what comes from outside."""
        found = {chain.start for phase, chain in self.chains if phase == number}
        for phase, operands in zip(self.phases, self.operands, strict=True):
            if phase == number:
                found.update([slot for i in operands if i < 0 for slot in self.outside[-1 - i]])
        return found

    def made_of(self, ends: Iterable[int], among: Collection[int] | None = None) -> list[int]:
        """The positions that some are made of, and they themselves, in order.

        Args:
            among: where they are looked for; all others are there already.
        """
        found, left = set[int](), [*ends]
        while left:
            p = left.pop()
            if p >= 0 and p not in found and (among is None or p in among):
                found.add(p)
                left += self.operands[p]
        return sorted(found)

    def read_later(self, tape: Tape) -> set[int]:
        """The positions that are read outside of their pass."""
        read = self.read_elsewhere(tape)
        found = {p for mine in self.members for p, slot in enumerate(mine) if slot in read}
        for p, operands in enumerate(self.operands):
            later = [i for i in operands if i >= 0 and self.phases[i] < self.phases[p]]
            found.update(later)
        for phase, chain in self.chains:
            found.update([p for p in chain.positions if self.phases[p] < phase])
        return found

    def read_elsewhere(self, tape: Tape) -> set[int]:
        """The slots that are read by what runs once, by sums, as `outside`, or at the end."""
        once = [slot for group in self.scalars for slot in group]
        found = {i for slot in once for i in tape.operands[slot - tape.first]}
        found.update([slot for slots in self.outside for slot in slots])
        found.update([chain.start for _, chain in self.chains])
        found.update(tape.read_at_the_end())
        return found
