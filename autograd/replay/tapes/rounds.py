"""Rounds: instructions that a program does again and again, each time on other numbers.

Owns what an instruction of a round reads: what its own round has made, what the one before has, the
same number in each, or another one in each. A loop that a function has left is such rounds, and so
is a pass over the samples of a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograd.op import Op
from autograd.replay.tapes.gates import Gate, gate_of
from autograd.replay.tapes.rolling import Loop
from autograd.replay.tapes.samples import Chain, Samples
from autograd.replay.tapes.tape import Tape


@dataclass(frozen=True)
class Own:
    """An operand that an earlier instruction of the same round has made."""

    position: int


@dataclass(frozen=True)
class Carried:
    """An operand that the round before has made; for the first round it stands in a slot."""

    position: int
    start: int


@dataclass(frozen=True)
class Same:
    """An operand that is one slot in all rounds."""

    slot: int


@dataclass(frozen=True)
class Stream:
    """An operand that is another slot in each round."""

    slots: Sequence[int]


Operand = Own | Carried | Same | Stream


class Total(NamedTuple):
    """A sum over the rounds: start + the terms of the first + the terms of the next ..."""

    start: int  # a slot
    terms: tuple[Operand, ...]
    result: int  # the slot of the sum
    is_gated: bool = False  # whether it gets nothing of rounds that a gate shortens


class Rounds(NamedTuple):
    """Instructions that are done n times.

    Attributes:
        n: how many rounds there are.
        rows, operands: what is done in one.
        slots: of each instruction, round by round.
        totals: what is added up over them.
        of_samples: whether a round is a sample.
        gate: where all of these are 0, a round ends after its first `n_always` instructions.
    """

    n: int
    rows: list[Op]
    operands: list[tuple[Operand, ...]]
    slots: list[Sequence[int]]
    totals: list[Total]
    of_samples: bool
    gate: tuple[Operand, ...] = ()
    n_always: int = 0

    def operands_read(self) -> list[Operand]:
        """Every operand, as often as it is read."""
        of_totals = [total.terms for total in self.totals]
        return [x for operands in (*self.operands, *of_totals, self.gate) for x in operands]

    @property
    def kind(self) -> str:
        """What a round is."""
        return "samples" if self.of_samples else "rounds"

    def streamed(self) -> set[int]:
        """The slots of which it takes one after another."""
        read = self.operands_read()
        return {slot for x in read if isinstance(x, Stream) for slot in x.slots}

    def reads(self) -> set[int]:
        """The slots that it reads from elsewhere, or that an earlier round has made."""
        found = set[int]()
        for operand in {*self.operands_read()}:
            if isinstance(operand, Stream):
                found.update(operand.slots)
            elif isinstance(operand, Same):
                found.add(operand.slot)
            elif isinstance(operand, Carried):
                found.add(operand.start)
        return found.union([total.start for total in self.totals])


def of_loop(tape: Tape, loop: Loop) -> Rounds:
    """The rounds of a loop."""
    start = loop.first - tape.first
    rows = tape.rows[start : start + loop.size]
    columns = [loop.slots(j) for j in range(loop.size)]
    operands = [
        tuple([_of_loop(loop, slots) for slots in zip(*rounds, strict=True)])
        for rounds in ([tape.operands[slot - tape.first] for slot in slots] for slots in columns)
    ]
    return Rounds(loop.n, rows, operands, [*columns], [], False)


def _of_loop(loop: Loop, slots: tuple[int, ...]) -> Operand:
    if loop.first <= slots[0] < loop.first + loop.size:
        return Own(slots[0] - loop.first)
    position = slots[1] - loop.first
    if 0 <= position < loop.size and slots[1:] == (*loop.slots(position)[:-1],):
        return Carried(position, slots[0])
    return _from_elsewhere(slots)


def _from_elsewhere(slots: Sequence[int]) -> Operand:
    return Same(slots[0]) if len({*slots}) == 1 else Stream(slots)


def of_pass(tape: Tape, samples: Samples, number: int, most: int) -> list[Rounds]:
    """A pass over the samples, in rounds of no more than so many instructions.

    It goes from the last sample to the first where most of its sums do; the others are rounds of
    their own, without instructions.
    """
    chains = [chain for phase, chain in samples.chains if phase == number]
    descends = 2 * sum([chain.is_descending for chain in chains]) > len(chains)
    here = [p for p, phase in enumerate(samples.phases) if phase == number]
    gate = None
    # Who multiplies by a condition otherwise than a rule of the table's has a zero there.
    if here and not (tape.n_own or tape.compares):
        gate = gate_of(samples, here, chains, samples.read_later(tape))
    gated = {*gate.positions} if gate is not None else set()
    always = [p for p in here if p not in gated]
    if len(here) <= most:
        parts = [[*always, *[p for p in here if p in gated]]] if here else []
    else:
        groups = [always, [p for p in here if p in gated]]
        parts = [some[i : i + most] for some in groups for i in range(0, len(some), most)]
    found, left = [], chains
    for part in parts:
        here_alone = {*part}
        mine: list[Chain] = []
        others: list[Chain] = []
        for chain in left:
            is_mine = chain.is_descending == descends and here_alone.issuperset(chain.positions)
            (mine if is_mine else others).append(chain)
        found.append(_of_part(samples, part, mine, descends, gate))
        left = others
    for way in (False, True):
        those = [chain for chain in left if chain.is_descending == way]
        starts = range(0, len(those), most)
        found += [_of_part(samples, [], those[i : i + most], way, None) for i in starts]
    return found


def _of_part(
    samples: Samples,
    part: Sequence[int],
    chains: Sequence[Chain],
    descends: bool,
    gate: Gate | None,
) -> Rounds:
    """Some positions of a pass, and some of its sums."""
    turn = -1 if descends else 1
    place = {p: j for j, p in enumerate(part)}

    def column(p: int) -> list[int]:
        return [mine[p] for mine in samples.members[::turn]]

    def operand(i: int) -> Operand:
        if i < 0:
            return _from_elsewhere(samples.outside[-1 - i][::turn])
        return Own(place[i]) if i in place else Stream(tuple(column(i)))

    gated = {*gate.positions} if gate is not None else set()
    is_gated = not gated.isdisjoint(part)
    return Rounds(
        samples.n,
        [samples.rows[p] for p in part],
        [tuple(map(operand, samples.operands[p])) for p in part],
        [column(p) for p in part],
        [
            Total(
                chain.start,
                tuple(map(operand, chain.positions)),
                chain.result,
                gated.issuperset(chain.positions),
            )
            for chain in chains
        ],
        True,
        tuple(map(operand, gate.conditions)) if gate is not None and is_gated else (),
        sum([p not in gated for p in part]),
    )
