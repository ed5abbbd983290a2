"""A tape in plain arithmetic: what native code is made of.

Owns the rewriting of a tape that changes no bit: n-ary sums and products of vectors become single
multiplications and additions in their order, what is computed twice is computed once, and what
cannot change a number goes.
"""

import math
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, compress, islice

from autograd import ops
from autograd.op import Op
from autograd.replay.tapes.samples import FEWEST
from autograd.replay.tapes.tape import Guard, Tape

# Of whole exponents up to this one, fast programs make products.
MOST_FACTORS = 4


def straightened(tape: Tape, fast: bool = False, merges: bool = True) -> Tape:
    """The same program in plain arithmetic.

    Args:
        tape: the program.
        fast: whether a power may become a product.
        merges: whether what is computed twice is computed once.
    """
    writer = _Writer(tape, fast, merges)
    in_sums, slots = _subtracted_in_turn(tape), writer.slots
    append, written_otherwise = writer.append, writer.otherwise.get
    for k, (row, operands) in enumerate(zip(tape.rows, tape.operands, strict=True)):
        read = tuple([slots[i] for i in operands])
        if k in in_sums:
            row, read = ops.add, (read[0], append(ops.neg, read[1:]))
        write = written_otherwise(row)
        slots.append(append(row, read) if write is None else write(*read))
    return writer.finished()


def _subtracted_in_turn(tape: Tape) -> set[int]:
    """The subtractions by which a sum goes on, as in `loss -= x` for each sample: a + -b is a - b.

    As many as there are samples at least, with additions or without, one after another; nothing
    else reads any.
    """
    n_uses = Counter([slot for operands in tape.operands for slot in operands])
    n_uses.update(tape.read_at_the_end())
    links: dict[int, list[int]] = {}  # by the last one so far
    for k, row in enumerate(tape.rows):
        if row is ops.sub or row is ops.add:
            left = tape.operands[k][0]
            chain = links.pop(left - tape.first, []) if n_uses[left] == 1 else []
            chain.append(k)
            links[k] = chain
    found = [[k for k in chain if tape.rows[k] is ops.sub] for chain in links.values()]
    return {k for subtractions in found if len(subtractions) >= FEWEST for k in subtractions}


class _Writer:
    """The new tape while it grows. Its constants are negative slots until it is finished.

    Attributes:
        slots: of the old tape's numbers, in order, as far as they are written.
        otherwise: the rows that are not themselves appended, and what appends others for each.
    """

    def __init__(self, tape: Tape, fast: bool, merges: bool) -> None:
        self._tape, self._fast, self._merges = tape, fast, merges
        self._constants: dict[str, int] = {}
        self._numbers: list[float] = []
        self._rows: list[Op] = []
        self._operands: list[tuple[int, ...]] = []
        self._known: dict[tuple[Op, tuple[int, ...]], int] = {}
        self._never_minus_zero: set[int] = set()
        self.zero = self.constant(0.0)
        self.constant(-0.0)  # with which a sum of nothing begins
        self._one = self.constant(1.0)
        self._conditions = {self.zero, self._one}  # what selects an edge: see nll, take, max
        self.slots = [*range(tape.n_inputs), *map(self.constant, tape.constants)]
        self.otherwise: dict[Op, Callable[..., int]] = {
            ops.add: self._add, ops.mul: self._multiply, ops.sum_: self._sum, ops.mean: self._mean,
            ops.dot: self._dot, ops.power: self._power,
        }  # fmt: skip

    def constant(self, x: float) -> int:
        """The slot of a number."""
        slot = self._constants.get(x.hex())
        if slot is None:
            slot = self._constants[x.hex()] = -1 - len(self._numbers)
            self._numbers.append(x)
            if x.hex() != (-0.0).hex():
                self._never_minus_zero.add(slot)
        return slot

    def append(self, row: Op, operands: tuple[int, ...], is_new: bool = False) -> int:
        """Append what computes `row`, unless that is there; return the slot of the result."""
        slot = self._tape.n_inputs + len(self._rows)
        # A user's forward need not give the same number twice.
        if self._merges and not (row.is_own or is_new):
            known = self._known.setdefault((row, operands), slot)
            if known != slot:
                return known
        self._rows.append(row)
        self._operands.append(operands)
        return slot

    def _sum(self, *operands: int) -> int:
        total = self.zero
        for x in operands:
            total = self._add(total, x)
        return total

    def _mean(self, *operands: int) -> int:
        return self.append(ops.div, (self._sum(*operands), self.constant(float(len(operands)))))

    def _dot(self, *operands: int) -> int:
        n, total = len(operands) // 2, operands[-1]
        for w, x in zip(operands[:n], operands[n:-1], strict=True):
            total = self._add(total, self._multiply(w, x))
        return total

    def _add(self, a: int, b: int) -> int:
        # Only -0.0 + 0.0 is not the other operand; and only two -0.0 add up to one.
        if a == self.zero and b in self._never_minus_zero:
            return b
        if b == self.zero and a in self._never_minus_zero:
            return a
        slot = self.append(ops.add, (a, b))
        if a in self._never_minus_zero or b in self._never_minus_zero:
            self._never_minus_zero.add(slot)
        return slot

    def _multiply(self, a: int, b: int) -> int:
        # A factor 1 stays: another sample may have -1 in its place. And two products with 1 or 0,
        # of which the other factor is the same, stay two: another sample's need not be.
        is_new = a in self._conditions or b in self._conditions
        return self.append(ops.mul, (a, b), is_new)

    def _power(self, x: int, exponent: int) -> int:
        n = self._numbers[-1 - exponent] if exponent < 0 else math.nan  # it is no constant
        if n == 1.0:
            return x
        if n == 0.0:
            return self._one
        if self._fast and n.is_integer() and 2.0 <= n <= MOST_FACTORS:
            product = x
            for _ in range(int(n) - 1):
                product = self._multiply(product, x)
            return product
        return self.append(ops.power, (x, exponent))

    def finished(self) -> Tape:
        """The new tape, without instructions that nobody reads."""
        old, n = self._tape, self._tape.n_inputs
        outputs = [self.slots[i] for i in old.outputs]
        guards = [Guard(g.question, self.slots[g.a], self.slots[g.b], g.answer) for g in old.guards]
        first, n_rows = n + len(self._numbers), len(self._rows)
        is_read = bytearray(first + n_rows)  # by slots: those of constants count from the end
        for slot in [*outputs, *[i for guard in guards for i in (guard.a, guard.b)]]:
            is_read[slot] = 1
        for k in reversed(range(n_rows)):
            if is_read[n + k]:
                for slot in self._operands[k]:
                    is_read[slot] = 1
        are_kept = is_read[n : n + n_rows]
        place = accumulate(are_kept, initial=first)  # and one more, behind the last
        new = [*range(n), *islice(place, n_rows), *reversed(range(n, first))]
        return Tape(
            n,
            self._numbers,
            [*compress(self._rows, are_kept)],
            [tuple([new[i] for i in read]) for read in compress(self._operands, are_kept)],
            [new[i] for i in outputs],
            [Guard(g.question, new[g.a], new[g.b], g.answer) for g in guards],
            old.compares,
        )
