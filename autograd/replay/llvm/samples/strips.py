"""Strips: a few blocks of eight samples, over which all loops of a pass go before the next ones.

Owns where the numbers of samples stand meanwhile: in columns, one sample after another; or, turned,
in rows, the terms of up to eight sums for each sample. What a pass needs of a strip is written over
by the next one, so that it stays in the processor's nearest memory.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from llvmlite import ir

from autograd.replay.llvm.code import I64, VECTOR, Code
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.tapes.samples import Samples

Terms = tuple[int, ...]  # up to eight positions, or -1 - e for `outside[e]`
FITS = 320  # vectors of eight doubles, of the 48 KB of that memory
FEWEST = 2  # blocks


class Rooms:
    """The memory of strips.

    Args:
        kept: the positions whose numbers a later loop reads.
        turned: the terms that stand in rows.
        abreast: those of which a number may be read, too.
        beside: where those stand that outlast a strip, of as many samples as go on together.

    Attributes:
        n_blocks: how many blocks a strip has at most.
    """

    def __init__(
        self,
        memory: Memory,
        kept: Iterable[int],
        turned: Iterable[Terms],
        abreast: Collection[Terms],
        beside: Mapping[int, int],
    ) -> None:
        columns, rows = sorted(kept), [*turned, *abreast]
        of_a_block = len(columns) + LANES * len(rows) + len(beside)
        fitting = max(FEWEST, FITS // max(1, of_a_block))
        self.n_blocks = min(fitting, memory.n_padded // LANES)
        size = self.n_blocks * LANES
        self.columns = {p: memory.reserve(size) for p in columns}
        self.rows = {terms: memory.reserve(size * LANES) for terms in rows}
        self.lanes = {
            p: self.rows[terms] + lane for terms in abreast for lane, p in enumerate(terms)
        }
        self.beside = beside


class Strip:
    """One strip, while loops over it are written.

    Args:
        origin: the number of the first sample of those that go on together.
        first: of its own first one, among these.
        n: how many samples it has; the last block may have fewer than eight.
    """

    def __init__(
        self,
        code: Code,
        samples: Samples,
        rooms: Rooms,
        origin: ir.Value,
        first: ir.Value,
        n: ir.Value,
    ) -> None:
        self.code, self.samples, self.n = code, samples, n
        self._rooms, self._first = rooms, first
        self._number = code.builder.add(origin, first)

    def n_blocks(self) -> ir.Value:
        """How many blocks of eight it has."""
        builder = self.code.builder
        up = builder.add(self.n, ir.Constant(I64, LANES - 1))
        return builder.udiv(up, ir.Constant(I64, LANES))

    def load(self, i: int, index: ir.Value) -> ir.Value:
        """The lanes from a sample of the strip on, of a position or of -1 - e."""
        place, index = self._place(i, index)
        return self.code.load_vector(place, index)

    def number(self, i: int, sample: ir.Value) -> ir.Value:
        """The double of one sample."""
        if not varies(self.samples, i):
            return self.code.read(self.samples.outside[-1 - i][0])
        if i in self._rooms.lanes:
            place = self._rooms.lanes[i]
            sample = self.code.builder.mul(sample, ir.Constant(I64, LANES))
        else:
            place, sample = self._place(i, sample)
        return self.code.builder.load(self.code.address(place, sample))

    def put(self, p: int, value: ir.Value, index: ir.Value) -> None:
        """Keep the lanes of a position that is read elsewhere."""
        kept = self._rooms.columns, self._rooms.beside, self.code.memory.spilled
        if any(p in places for places in kept):
            place, index = self._place(p, index)
            self.code.store_vector(value, place, index)

    def put_rows(self, terms: Terms, lanes: Sequence[ir.Value], index: ir.Value) -> None:
        """Keep the terms of eight samples, each in a row of its own."""
        start = self.code.builder.mul(index, ir.Constant(I64, LANES))
        for sample, row in enumerate(self.code.transposed(lanes)):
            self.code.store_vector(row, self._rooms.rows[terms] + sample * LANES, start)

    def put_row(self, terms: Terms, row: ir.Value, sample: ir.Value) -> None:
        """Keep the terms of one sample."""
        start = self.code.builder.mul(sample, ir.Constant(I64, LANES))
        self.code.store_vector(row, self._rooms.rows[terms], start)

    def row(self, terms: Terms, sample: ir.Value) -> ir.Value:
        """The terms of one sample."""
        builder = self.code.builder
        if terms in self._rooms.rows:
            start = builder.mul(sample, ir.Constant(I64, LANES))
            return self.code.load_vector(self._rooms.rows[terms], start)
        block, place, step = inputs_in_rows(self.code.memory, self.samples, terms) or (0, 0, 0)
        offset = builder.mul(builder.add(self._number, sample), ir.Constant(I64, step))
        start = builder.add(offset, ir.Constant(I64, place))
        pointer = builder.gep(self.code.block(block), [start])
        return builder.load(builder.bitcast(pointer, VECTOR.as_pointer()), align=8)

    def _place(self, i: int, index: ir.Value) -> tuple[int, ir.Value]:
        """From where on the samples of a position stand, and how far one of this strip is."""
        memory = self.code.memory
        if i in self._rooms.columns:
            return self._rooms.columns[i], index
        if i in self._rooms.beside:
            return self._rooms.beside[i], self.code.builder.add(self._first, index)
        return memory.of_all(i), self.code.builder.add(self._number, index)


def varies(samples: Samples, i: int) -> bool:
    """Whether a position, or -1 - e for `outside[e]`, may differ from sample to sample."""
    return i >= 0 or len(set(samples.outside[-1 - i])) > 1


def inputs_in_rows(memory: Memory, samples: Samples, terms: Terms) -> tuple[int, int, int] | None:
    """Where terms stand as rows among the inputs: block, place of the first, from row to row."""
    if len(terms) < LANES or any(i >= 0 for i in terms):
        return None
    given = [[memory.input(slot) for slot in samples.outside[-1 - i]] for i in terms]
    start, following = given[0][0], given[0][1]
    if start is None or following is None:
        return None
    step = following.place - start.place
    for lane, column in enumerate(given):
        for s, found in enumerate(column):
            if found != (start.block, start.place + s * step + lane):
                return None
    return start.block, start.place, step
