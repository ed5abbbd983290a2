"""Outputs: a program's results, written to where its caller wants them.

Owns when each is written: as soon as it is made, if it stands in one place alone, and those of a
pack side by side; the others, as those of samples, or inputs, at the end.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from llvmlite import ir

from autograd.replay.llvm.code import VECTOR, Code
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.packs import Item


class Outputs:
    """The outputs of a program.

    Args:
        slots: what they are, in order.
        memory: where the numbers of the program stand.
        made: what `write_made` is told of.

    Attributes:
        left: the places of those that are to be written at the end.
    """

    def __init__(self, slots: Sequence[int], memory: Memory, made: Iterable[Item]) -> None:
        self._slots, self._memory = slots, memory
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
        if len(item) == 1:
            code.builder.store_at(code.at_hand[item[0]], code.function.args[2], first)
        else:
            _store_eight(code, code.packs[item], first)

    def write(self, code: Code, places: Sequence[int]) -> None:
        """Write some of those that are left, eight at a time where they stand so."""
        i = 0
        while i < len(places):
            eight = places[i : i + LANES]
            is_row = eight == [*range(places[i], places[i] + LANES)]
            start = self._memory.row([self._slots[place] for place in eight]) if is_row else None
            if start is None:
                number = code.number(self._slots[places[i]])
                code.builder.store_at(number, code.function.args[2], places[i])
                i += 1
            else:
                _store_eight(code, code.load_row(start), places[i])
                i += LANES


def _at(code: Code, place: int) -> ir.Value:
    return code.builder.further(code.function.args[2], place)


def _store_eight(code: Code, numbers: ir.Value, place: int) -> None:
    goal = code.builder.bitcast(_at(code, place), VECTOR.as_pointer())
    code.builder.store(numbers, goal, align=8)
