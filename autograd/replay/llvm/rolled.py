"""Rolled: a stretch of a program that repeats, as a loop of native code.

Owns that code, and where the numbers of its rounds stand. What a round hands on to the next one
stays in a register. What is read elsewhere stands in columns, one number for each round, or is
written once, after the last round. What a round reads from elsewhere is found at a place that goes
on evenly, or in a table of places.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64, Module
from autograd.replay.llvm.memory import WORK
from autograd.replay.tapes.rolling import Loop
from autograd.replay.tapes.rounds import Carried, Own, Same, Stream, of_loop
from autograd.replay.tapes.tape import Tape


class Rolled:
    """One loop, while it is written.

    Args:
        module: the program.
        tape: its instructions, in plain arithmetic.
        loop: which of them.
    """

    def __init__(self, module: Module, tape: Tape, loop: Loop) -> None:
        self._module, self._memory, self._loop = module, module.memory, loop
        self._rounds = of_loop(tape, loop)
        self._columns: dict[int, tuple[int, int]] = {}  # place of the first round, from one on
        self._after: dict[int, int] = {}  # places of what is written after the last round

    def reads(self) -> set[int]:
        """The slots that it reads from memory, its own as well."""
        return self._rounds.reads()

    def keep(self, read: Sequence[int], returned: Mapping[int, int]) -> None:
        """Give a place to each of its numbers that is read from memory.

        Args:
            read: all slots that are, in order.
            returned: for each slot of the result, at which place of it.
        """
        loop, memory = self._loop, self._memory
        last = loop.end - loop.size
        mine = read[bisect_left(read, loop.first) : bisect_left(read, loop.end)]
        in_rounds = {(slot - loop.first) % loop.size for slot in mine if slot < last}
        for j in sorted({(slot - loop.first) % loop.size for slot in mine}):
            if j not in in_rounds:
                self._after[j] = memory.reserve(1)
                memory.put(last + j, self._after[j])
                continue
            place, slots = memory.reserve(loop.n), loop.slots(j)
            # Side by side as they are returned: gradients of the last rounds are made first.
            descends = returned.get(slots[0], -1) > returned.get(slots[1], -1)
            self._columns[j] = (place + loop.n - 1, -1) if descends else (place, 1)
            first, step = self._columns[j]
            for i, slot in enumerate(slots):
                memory.put(slot, first + step * i)

    def write(self, name: str) -> ir.Function:
        """The function of this loop."""
        self._code = code = self._module.function(name, n_pointers=3)
        builder = code.builder
        operands = {operand for operands in self._rounds.operands for operand in operands}
        same = {x: code.number(x.slot) for x in operands if isinstance(x, Same)}
        starts = {x: code.number(x.start) for x in operands if isinstance(x, Carried)}
        streams = {x: self._places(x.slots) for x in operands if isinstance(x, Stream)}
        before, body = builder.block, builder.append_basic_block("body")
        builder.branch(body)
        builder.position_at_end(body)
        i = builder.phi(I64)
        carried = {x: builder.phi(DOUBLE) for x in starts}
        read = {x: places.read(builder, i) for x, places in streams.items()}
        at_hand: dict[Any, ir.Value] = {**same, **carried, **read}
        values: list[ir.Value] = []
        for j, (row, read_here) in enumerate(
            zip(self._rounds.rows, self._rounds.operands, strict=True)
        ):
            mine = [values[x.position] if isinstance(x, Own) else at_hand[x] for x in read_here]
            values.append(code.apply(row, mine, in_lanes=False))
            if j in self._columns:
                first, step = self._columns[j]
                builder.store(values[j], code.address(first, _times(builder, i, step)))
        following = builder.add(i, ir.Constant(I64, 1))
        i.add_incoming(ir.Constant(I64, 0), before)
        i.add_incoming(following, builder.block)
        for x, number in carried.items():
            number.add_incoming(starts[x], before)
            number.add_incoming(values[x.position], builder.block)
        goes_on = builder.icmp_signed("<", following, ir.Constant(I64, self._loop.n))
        done = builder.append_basic_block("done")
        builder.cbranch(goes_on, body, done)
        builder.position_at_end(done)
        for j, place in self._after.items():
            builder.store(values[j], code.address(place))
        builder.ret_void()
        return code.function

    def _places(self, slots: Sequence[int]) -> "_Places":
        """Where a stream stands: in one block of inputs, or in the work memory.

        Of one that stands in several, what is elsewhere is copied to the work memory.
        """
        memory, code = self._memory, self._code
        constants = [x for slot in slots if (x := memory.constant(slot)) is not None]
        if len(constants) == len(slots):
            numbers = [code.module.scalar.constant(x) for x in constants]
            return _Places(code.table(numbers), 0, 1)
        found = [memory.where(slot) for slot in slots]
        blocks = {place.block if place is not None else None for place in found}
        block = found[0].block if len(blocks) == 1 and found[0] is not None else WORK
        copies: dict[int, int] = {}
        places: list[int] = []
        for slot, place in zip(slots, found, strict=True):
            if place is not None and place.block == block:
                places.append(place.place)
                continue
            if slot not in copies:
                copies[slot] = memory.reserve(1)
                code.builder.store(code.number(slot), code.address(copies[slot]))
            places.append(copies[slot])
        base = code.work if block == WORK else code.block(block)
        start, step = places[0], places[1] - places[0]
        if places == [start + step * i for i in range(len(places))]:
            return _Places(base, start, step)
        return _Places(base, 0, 0, code.table([ir.Constant(I64, place) for place in places]))


class _Places(NamedTuple):
    """Where the numbers of a stream stand: one a step behind the other, or as a table has it."""

    base: ir.Value
    start: int
    step: int
    table: ir.Value | None = None

    def read(self, builder: ir.IRBuilder, i: ir.Value) -> ir.Value:
        """The number of a round."""
        if self.table is not None:
            place = builder.load(builder.gep(self.table, [i]))
            return builder.load(builder.gep(self.base, [place]))
        start = builder.gep(self.base, [ir.Constant(I64, self.start)])
        return builder.load(builder.gep(start, [_times(builder, i, self.step)]))


def _times(builder: ir.IRBuilder, i: ir.Value, step: int) -> ir.Value:
    return i if step == 1 else builder.mul(i, ir.Constant(I64, step))
