"""Rolling: where a tape does the same again and again, as a function with a loop has left it.

Owns finding these stretches: instructions that repeat, round after round, each reading what its own
round or an earlier one has made. What a round reads from elsewhere may stand anywhere.
"""

import re
from collections import Counter
from collections.abc import Sequence
from operator import is_
from typing import NamedTuple

from autograd.op import Op
from autograd.replay.tapes.tape import Tape

FEWEST_ROUNDS = 4
MOST_IN_A_ROUND = 2048  # instructions: they become one function
# Instructions that loops leave out: of a tape, and one of them; with fewer they are not worth it.
WORTH, WORTH_ONE = 1000, 64
CANDIDATES = 16  # distances after which instructions may repeat
WORDS = (3, 6)  # of 2**3 and 2**6 instructions: by the next one of the same, distances are found


class Loop(NamedTuple):
    """A stretch of a tape that repeats.

    Attributes:
        first: the slot of its first instruction.
        size: how many instructions a round has.
        n: how many rounds.
        waits: whether a round needs what the one before it has made.
    """

    first: int
    size: int
    n: int
    waits: bool = True

    @property
    def end(self) -> int:
        """The slot after its last instruction."""
        return self.first + self.size * self.n

    @property
    def n_left_out(self) -> int:
        """How many instructions need not be written."""
        return self.size * (self.n - 1)

    def slots(self, j: int) -> range:
        """The slots of an instruction, round by round."""
        return range(self.first + j, self.end, self.size)


def find_loops(tape: Tape, worth: int = WORTH) -> list[Loop]:
    """The stretches of a tape that repeat, in its order; none if they leave out less than that."""
    sizes = _sizes(tape.rows)
    marks = _marks(tape) if sizes else []
    found = [loop for size in sizes for loop in _loops(tape, marks, size)]
    found.sort(key=lambda loop: (-loop.n_left_out, loop.size))
    taken: list[Loop] = []
    is_free = bytearray(b"\1") * len(tape.rows)
    for loop in found:
        start, end = loop.first - tape.first, loop.end - tape.first
        if is_free.count(1, start, end) == end - start:
            is_free[start:end] = bytes(end - start)
            taken.append(loop)
    if sum(loop.n_left_out for loop in taken) < worth:
        return []
    return [loop._replace(waits=_waits(tape, loop)) for loop in sorted(taken)]


def between(tape: Tape, loops: Sequence[Loop]) -> list[list[int]]:
    """The slots that are in no loop: before the first one, before the second ... at the end."""
    starts = [tape.first, *[loop.end for loop in loops]]
    ends = [*[loop.first for loop in loops], tape.n_slots]
    return [[*range(start, end)] for start, end in zip(starts, ends, strict=True)]


def _waits(tape: Tape, loop: Loop) -> bool:
    second = loop.first - tape.first + loop.size
    read = [i for operands in tape.operands[second : second + loop.size] for i in operands]
    return any(loop.first <= i < loop.first + loop.size for i in read)


def _sizes(rows: Sequence[Op]) -> list[int]:
    """How many instructions rounds may have: after how many the same rows follow most often."""
    counts: Counter[int] = Counter()
    words, length = [*map(id, rows)], 1
    for doubling in range(1, max(WORDS) + 1):
        known: dict[tuple[int, int], int] = {}
        pairs = zip(words, words[length:], strict=False)
        words, length = [known.setdefault(pair, len(known)) for pair in pairs], 2 * length
        if len(known) > len(words) // FEWEST_ROUNDS:  # nearly none comes again
            break
        if doubling in WORDS:
            before: dict[int, int] = {}
            for k, word in enumerate(words):
                counts[k - before.get(word, k)] += 1
                before[word] = k
    found = [size for size in counts if 0 < size <= MOST_IN_A_ROUND]
    return sorted(found, key=lambda size: size * counts[size], reverse=True)[:CANDIDATES]


def _loops(tape: Tape, marks: Sequence[int], size: int) -> list[Loop]:
    """The longest stretches in which each instruction repeats the one `size` before it."""
    found = list[Loop]()
    first, operands = tape.first, tape.operands
    same_rows = bytes(map(is_, tape.rows[size:], tape.rows))
    for stretch in re.finditer(b"\1{%d,}" % ((FEWEST_ROUNDS - 1) * size), same_rows):
        start, n = stretch.start(), 0
        for k in range(size + stretch.start(), size + stretch.end()):
            before = k - size
            if marks[k] == marks[before] or _repeats(operands[k], operands[before], first, k, size):
                n += 1
            else:
                found.append(Loop(first + start, size, 1 + n // size))
                start, n = before + 1, 0
        found.append(Loop(first + start, size, 1 + n // size))
    return [x for x in found if x.n >= FEWEST_ROUNDS and x.n_left_out >= WORTH_ONE]


def _marks(tape: Tape) -> list[int]:
    """A number for each instruction: the same for those of a row that read from as far back.

    Inputs and constants count for one.
    """
    known: dict[tuple[int, ...], int] = {}
    found: list[int] = []
    for slot, (row, operands) in enumerate(zip(tape.rows, tape.operands, strict=True), tape.first):
        mark = id(row), *[slot - i if i >= tape.first else 0 for i in operands]
        found.append(known.setdefault(mark, len(known)))
    return found


def _repeats(
    operands: tuple[int, ...], before: tuple[int, ...], first: int, k: int, size: int
) -> bool:
    """Whether an instruction reads what the one before it reads, a round later, or from afar.

    From afar is what cannot be of its own round: inputs, constants, what is a round back or more.
    """
    if len(operands) != len(before):
        return False
    far = max(first, first + k - size + 1)
    for i, j in zip(operands, before, strict=True):
        if i - j != size and (i >= far or j >= max(first, far - size)):
            return False
    return True
