"""Gather: what differs from sample to sample, brought side by side before a pass begins.

Owns the copying of rows of inputs, one for each sample, into columns, one for each number of a row.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64, VECTOR, Code
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.memory import LANES
from autograd.replay.tapes.samples import Samples

ENOUGH = 3  # columns for which rows are read as a whole and turned


def gather(code: Code, samples: Samples, columns: Sequence[int]) -> None:
    """Write the instructions for some of `samples.outside`; the last sample stands in for none."""
    tables: dict[tuple[int, int], dict[int, int]] = {}  # block, step -> place of a first -> column
    for e in columns:
        slots = samples.outside[e]
        table = _table(code, slots)
        if table is None:
            place = code.memory.gather(e)
            for s in range(code.memory.n_padded):
                number = code.read(slots[min(s, samples.n - 1)])
                code.builder.store(number, code.address(place + s))
        else:
            block, step, first = table
            tables.setdefault((block, step), {})[first] = e
    for (block, step), places in tables.items():
        _Table(code, samples.n, block, step).copy(places)


def _table(code: Code, slots: Sequence[int]) -> tuple[int, int, int] | None:
    """In which block inputs stand, how far from each other, and where the first; or None."""
    given = [code.memory.input(slot) for slot in slots]
    places = [x.place for x in given if x is not None]
    blocks = {x.block for x in given if x is not None}
    if None in given or len(blocks) != 1:
        return None
    step = places[1] - places[0]
    is_regular = places == [places[0] + s * step for s in range(len(slots))]
    return (blocks.pop(), step, places[0]) if is_regular else None


class _Table:
    """Rows of inputs, `step` numbers from each other."""

    def __init__(self, code: Code, n: int, block: int, step: int) -> None:
        self._code, self._builder, self._step = code, code.builder, step
        self._n = n
        self._start = code.block(block)
        # The last place from which eight numbers of the last row are numbers of the block.
        self._last = code.memory.sizes[block] - LANES - (n - 1) * step

    def copy(self, places: dict[int, int]) -> None:
        """Copy the columns, which begin at these places."""
        builder, n_blocks = self._builder, self._code.memory.n_padded // LANES
        with loop(builder, ir.Constant(I64, n_blocks)) as number:
            first = builder.mul(number, ir.Constant(I64, LANES))
            end = ir.Constant(I64, self._n - 1)
            rows = []
            for lane in range(LANES):
                sample = builder.add(first, ir.Constant(I64, lane))
                is_over = builder.icmp_unsigned(">", sample, end)
                sample = builder.select(is_over, end, sample)
                offset = builder.mul(sample, ir.Constant(I64, self._step))
                rows.append(builder.gep(self._start, [offset]))
            left = sorted(places)
            while left:
                start = min(left[0], self._last)
                near = [place for place in left if place < start + LANES]
                if start >= 0 and self._step > 0 and len(near) >= ENOUGH:
                    vectors = [self._row(row, start) for row in rows]
                    turned = self._code.transposed(vectors)
                    for place in near:
                        goal = self._code.memory.gather(places[place])
                        self._code.store_vector(turned[place - start], goal, first)
                else:
                    near = left[:1]
                    goal = self._code.memory.gather(places[left[0]])
                    self._code.store_vector(self._column(rows, left[0]), goal, first)
                left = left[len(near) :]

    def _row(self, row: ir.Value, place: int) -> ir.Value:
        start = self._builder.gep(row, [ir.Constant(I64, place)])
        pointer = self._builder.bitcast(start, VECTOR.as_pointer())
        return self._builder.load(pointer, align=8)

    def _column(self, rows: Sequence[ir.Value], place: int) -> ir.Value:
        column = ir.Constant(VECTOR, ir.Undefined)
        for lane, row in enumerate(rows):
            number = self._builder.load(self._builder.gep(row, [ir.Constant(I64, place)]))
            column = self._builder.insert_element(column, number, ir.Constant(I32, lane))
        return column
