"""Alongside: long sums that run once, while a pass goes over the samples.

Owns which they are, and their code. Each addition waits for the one before, as in the penalty of an
exact program, so that alone they leave the processor idle. A few of them in each round of a loop
that has much else to do take no time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I64, Code
from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.memory import WORK, Input, Memory
from autograd.replay.llvm.reassociation import long_sums
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.tape import Tape

BESIDE = 8  # other instructions, in lanes, for each addition: while these run it is done


class Sum(NamedTuple):
    """A sum that runs beside a pass: start + term + term ...

    Attributes:
        group: the pass; what is made once and comes before it has this number, too.
        links: the slots of the additions.
        followers: of that group, what is made of the sum: now after the pass.
    """

    group: int
    start: int
    terms: tuple[int, ...]
    links: tuple[int, ...]
    followers: tuple[int, ...]


def sums_alongside(tape: Tape, samples: Samples) -> list[Sum]:
    """The sums that can run beside a pass: at most one for each."""
    group_of = {slot: p for p, slots in enumerate(samples.scalars) for slot in slots}
    passes, found = {*samples.phases}, dict[int, Sum]()
    for ks in long_sums(Additions(tape), samples):
        links = tuple([k + tape.first for k in ks])
        group = group_of[links[0]]
        followers = _followers(tape, samples.scalars[group], links[-1])
        needed = samples.read_by(group)
        if group in passes and group not in found and needed.isdisjoint([links[-1], *followers]):
            start, first = tape.operands[ks[0]]
            terms = (first, *[tape.operands[k][1] for k in ks[1:]])
            found[group] = Sum(group, start, terms, links, followers)
    return [*found.values()]


def _followers(tape: Tape, group: Sequence[int], result: int) -> tuple[int, ...]:
    """What of a group is made of a number of it."""
    made = {result}
    for slot in group:
        if not made.isdisjoint(tape.operands[slot - tape.first]):
            made.add(slot)
    return tuple(sorted(made - {result}))


def without(once: Sequence[Sequence[int]], sums: Sequence[Sum]) -> list[list[int]]:
    """The groups of what is made once, less these sums, and what is made of them a group later."""
    groups = [[*group] for group in once]
    for found in sums:
        gone = {*found.links, *found.followers}
        groups[found.group] = [slot for slot in groups[found.group] if slot not in gone]
        groups[found.group + 1] = sorted([*groups[found.group + 1], *found.followers])
    return groups


class Alongside:
    """The code of one of them, in the function of the pass.

    Args:
        memory: is given the place of the sum.
        found: the sum.
        rounds: how often the loops go round that it is made in.
        is_about: whether they may go round more often, or less.
    """

    def __init__(self, memory: Memory, found: Sum, rounds: int, is_about: bool) -> None:
        self._memory, self._sum, self._rounds = memory, found, rounds
        self._is_about = is_about
        self._each = 0  # additions in a round
        self._place = memory.reserve(1)
        memory.put(found.links[-1], self._place)

    def reads(self) -> list[int]:
        """The slots that it reads."""
        return [self._sum.start, *self._sum.terms]

    def begin(self, code: Code) -> None:
        """Write what comes before the loop."""
        builder, terms = code.builder, self._sum.terms
        builder.store(code.read(self._sum.start), code.address(self._place))
        row = self._memory.row(terms)
        if row is None:  # then they are brought side by side
            row = Input(WORK, self._memory.reserve(len(terms)))
            for i, slot in enumerate(terms):
                builder.store(code.read(slot), code.address(row.place + i))
        base = code.work if row.block == WORK else code.block(row.block)
        self._terms = builder.gep(base, [ir.Constant(I64, row.place)])
        with builder.goto_entry_block():
            self._done = builder.alloca(I64)
        builder.store(ir.Constant(I64, 0), self._done)

    def in_a_round(self, n_beside: int) -> int:
        """How many additions there are in a round that has so many other instructions."""
        self._each = min(len(self._sum.terms) // self._rounds, n_beside // BESIDE)
        return self._each

    def go_on(self, code: Code) -> Iterator[None]:
        """Write the additions of a round: one each time when the next item is asked for."""
        builder = code.builder
        done, total = builder.load(self._done), builder.load(code.address(self._place))
        first, following = self._next(code, done)
        for i in range(self._each):
            term = builder.load(builder.gep(first, [ir.Constant(I64, i)]))
            total = code.apply(ops.add, [total, term], in_lanes=False)
            yield
        builder.store(total, code.address(self._place))
        builder.store(following, self._done)

    def _next(self, code: Code, done: ir.Value) -> tuple[ir.Value, ir.Value]:
        """Where the terms of a round stand, and how many additions are done after it.

        Where too few are left, they are of -0.0, which changes no bit.
        """
        builder, each = code.builder, ir.Constant(I64, self._each)
        first, following = builder.gep(self._terms, [done]), builder.add(done, each)
        if not self._is_about or not self._each:
            return first, following
        nothing = code.table([ir.Constant(DOUBLE, -0.0)] * self._each)
        n = ir.Constant(I64, len(self._sum.terms))
        are_there = builder.icmp_signed("<=", following, n)
        return (
            builder.select(are_there, first, nothing),
            builder.select(are_there, following, done),
        )

    def finish(self, code: Code) -> None:
        """Write the additions that are left when the loops have gone round."""
        builder, done = code.builder, code.builder.load(self._done)
        rest = builder.gep(self._terms, [done])

        def added(i: ir.Value, total: ir.Value) -> ir.Value:
            term = builder.load(builder.gep(rest, [i]))
            return code.apply(ops.add, [total, term], in_lanes=False)

        n = builder.sub(ir.Constant(I64, len(self._sum.terms)), done)
        total = carried(builder, n, builder.load(code.address(self._place)), added)
        builder.store(total, code.address(self._place))
