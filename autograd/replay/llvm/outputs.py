"""Outputs: a program's results, written to where its caller wants them.

Owns when each is written: as soon as it is made, if it stands in one place alone, and those of a
pack side by side; the others, as those of samples, or inputs, at the end. And owns telling whether
all are finite, while they are at hand: 0 x is 0 unless x is nan or infinite. To read them again
takes longer, for what was just written in pieces cannot be read at once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, FUSED, I32, VECTOR, Code
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.packs import Item

N_SUMS = 4  # that are made at once: each addition waits for the one before in its sum
ZERO = ir.Constant(DOUBLE, 0.0)
ZEROS = ir.Constant(VECTOR, [ZERO] * LANES)


class Outputs:
    """The outputs of a program.

    Args:
        slots: what they are, in order.
        memory: where the numbers of the program stand; is given a place.
        made: what `write_made` is told of.
        tells: whether it is told if all are finite.

    Attributes:
        left: the places of those that are to be written at the end.
        told: where eight numbers stand after a run, each 0 if all outputs are finite; None if that
            is not told.
    """

    def __init__(
        self, slots: Sequence[int], memory: Memory, made: Iterable[Item], tells: bool
    ) -> None:
        self._slots, self._memory = slots, memory
        self.told = memory.reserve(LANES) if tells else None
        self._alone: list[ir.Value] = []  # sums of 0 x, in the function that is written
        self._eights: list[ir.Value] = []
        n_places, place = Counter(slots), {slot: i for i, slot in enumerate(slots)}
        self._firsts: dict[Item, int] = {}
        for item in made:
            first = place.get(item[0])
            if first is None or tuple(slots[first : first + len(item)]) != item:
                continue
            if all(n_places[slot] == 1 for slot in item):
                self._firsts[item] = first
        written = {slot for item in self._firsts for slot in item}
        self.left = [i for i, slot in enumerate(slots) if slot not in written]

    def read_at_the_end(self) -> set[int]:
        """The slots that must still be there then."""
        return {self._slots[place] for place in self.left}

    def write_made(self, code: Code, item: Item) -> None:
        """Write what was just computed, if it goes where it is to stand."""
        first = self._firsts.get(item)
        if first is None:
            return
        self._put(code, code.at_hand[item[0]] if len(item) == 1 else code.packs[item], first)

    def write(self, code: Code, places: Sequence[int]) -> None:
        """Write some of those that are left, eight at a time where they stand so."""
        i = 0
        while i < len(places):
            eight = places[i : i + LANES]
            is_row = eight == [*range(places[i], places[i] + LANES)]
            start = self._memory.row([self._slots[place] for place in eight]) if is_row else None
            if start is None:
                self._put(code, code.number(self._slots[places[i]]), places[i])
                i += 1
            else:
                self._put(code, code.load_row(start), places[i])
                i += LANES

    def begin(self, code: Code) -> None:
        """Write, at the beginning of a run, that nothing is told yet."""
        if self.told is not None:
            code.store_vector(ZEROS, self.told)

    def finish(self, code: Code) -> None:
        """Write, at the end of a function, what is told of the outputs that it has written."""
        if self.told is not None:
            total = code.load_vector(self.told)
            for x in self._eights:
                total = code.builder.fadd(total, x)
            if self._alone:
                alone = reduce(code.builder.fadd, self._alone)
                first = code.builder.insert_element(ZEROS, alone, ir.Constant(I32, 0))
                total = code.builder.fadd(total, first)
            code.store_vector(total, self.told)
            self._alone, self._eights = [], []

    def _put(self, code: Code, x: ir.Value, place: int) -> None:
        """Write one output, or eight that follow each other."""
        builder = code.builder
        goal = builder.further(code.function.args[2], place)
        builder.store(x, builder.bitcast(goal, x.type.as_pointer()), align=8)
        if self.told is None:
            return
        sums, zero = (self._alone, ZERO) if x.type == DOUBLE else (self._eights, ZEROS)
        product = builder.fmul(x, zero, FUSED)
        if len(sums) == N_SUMS:
            product = builder.fadd(sums.pop(0), product, FUSED)
        sums.append(product)


def all_finite(builder: ir.IRBuilder, told: ir.Value) -> ir.Value:
    """Whether all outputs of the run before are, by what is told at an address."""
    numbers = builder.load(builder.bitcast(told, VECTOR.as_pointer()), align=8)
    bits = ir.IntType(LANES)
    are_zero = builder.bitcast(builder.fcmp_ordered("==", numbers, ZEROS), bits)
    return builder.icmp_unsigned("==", are_zero, ir.Constant(bits, -1))
