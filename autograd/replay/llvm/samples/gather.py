"""Gather: what differs from sample to sample, brought side by side before a pass begins.

Owns the copying of rows of inputs, one for each sample, into columns, one for each number of a row,
and of numbers that stand anywhere.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64, VECTOR, Code
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.memory import LANES, WORK, Memory
from autograd.replay.tapes.samples import Samples

MOST_WRITTEN = 256  # numbers that are copied one by one, without a loop
_BACK = range(LANES - 1, -1, -1)
ENOUGH = 3  # columns for which rows are read as a whole and turned


def gather(code: Code, samples: Samples, columns: Sequence[int]) -> None:
    """Write the instructions for some of `samples.outside`; the last sample stands in for none."""
    tables: dict[tuple[int, int], dict[int, int]] = {}  # block, step -> place of a first -> column
    moves: list[tuple[int, int]] = []  # place, slot
    for e in columns:
        slots = samples.outside[e]
        table = table_of(code.memory, slots)
        if table is None:
            place = code.memory.gather(e)
            last = samples.n - 1
            moves += [(place + s, slots[min(s, last)]) for s in range(code.memory.n_padded)]
        else:
            block, step, first = table
            tables.setdefault((block, step), {})[first] = e
    for (block, step), places in tables.items():
        _Table(code, samples.n, block, step).copy(places)
    if len(moves) > MOST_WRITTEN:
        _move_by_lists(code, moves)
        return
    for place, slot in moves:
        code.builder.store(code.read(slot), code.address(place))


def _move_by_lists(code: Code, moves: Sequence[tuple[int, int]]) -> None:
    """Copy numbers in loops over lists of where from, or of the constants, and where to.

    So many loads and stores one by one take LLVM ever longer to translate.
    """
    lists: dict[int | None, tuple[list[ir.Value], list[ir.Value]]] = {}  # of blocks; of constants
    for place, slot in moves:
        found = code.memory.where(slot)
        sources, goals = lists.setdefault(found.block if found is not None else None, ([], []))
        sources.append(ir.Constant(I64, found.place) if found is not None else code.read(slot))
        goals.append(ir.Constant(I64, place))
    builder = code.builder
    for block, (sources, goals) in lists.items():
        source, goal = code.table(sources), code.table(goals)
        base = None if block is None else code.work if block == WORK else code.block(block)
        with loop(builder, ir.Constant(I64, len(goals))) as i:
            number = builder.load(builder.gep(source, [i]))
            if base is not None:
                number = builder.load(builder.gep(base, [number]))
            builder.store(number, builder.gep(code.work, [builder.load(builder.gep(goal, [i]))]))


def table_of(memory: Memory, slots: Sequence[int]) -> tuple[int, int, int] | None:
    """In which block inputs stand, how far from each other, and where the first; or None."""
    given = [memory.input(slot) for slot in slots]
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
        self._size = code.memory.sizes[block]
        self._last = self._size - LANES - (n - 1) * step

    def copy(self, places: dict[int, int]) -> None:
        """Copy the columns, which begin at these places."""
        n_whole = self._n // LANES
        with loop(self._builder, ir.Constant(I64, n_whole)) as number:
            self._copy_block(places, self._builder.mul(number, ir.Constant(I64, LANES)), True)
        if n_whole * LANES < self._code.memory.n_padded:
            self._copy_block(places, ir.Constant(I64, n_whole * LANES), False)

    def _copy_block(self, places: dict[int, int], first: ir.Value, is_whole: bool) -> None:
        """Copy eight samples from the first one on; the last one again where there are fewer."""
        builder = self._builder
        end, rows = ir.Constant(I64, self._n - 1), []
        for lane in range(LANES):
            sample = builder.add(first, ir.Constant(I64, lane))
            if not is_whole:
                is_over = builder.icmp_unsigned(">", sample, end)
                sample = builder.select(is_over, end, sample)
            offset = builder.mul(sample, ir.Constant(I64, self._step))
            rows.append(builder.gep(self._start, [offset]))
        left = sorted(places)
        while left:
            start = min(left[0], self._last)
            near = [place for place in left if place < start + LANES]
            columns = self._short(rows, left) if is_whole else None
            if columns is not None:
                near = [*columns]
            elif start >= 0 and self._step > 0 and len(near) >= ENOUGH:
                turned = self._code.transposed([self._row(row, start) for row in rows])
                columns = {place: turned[place - start] for place in near}
            else:
                near = left[:1]
                columns = {left[0]: self._column(rows, left[0])}
            for place in near:
                goal = self._code.memory.gather(places[place])
                self._code.store_vector(columns[place], goal, first)
            left = left[len(near) :]

    def _short(self, rows: Sequence[ir.Value], places: Sequence[int]) -> dict[int, ir.Value] | None:
        """The columns of rows of one or two numbers, which fill vectors; None of longer ones.

        Args:
            rows: the eight of them, from the first one on or, where samples go backwards, back.
        """
        base, width = places[0], abs(self._step)
        end = base + width + (self._n - 1) * max(0, self._step)
        if width not in (1, 2) or end > self._size:
            return None
        lowest, order = (rows[0], range(LANES)) if self._step > 0 else (rows[-1], _BACK)
        a, b = [self._row(lowest, base + i * LANES) for i in (0, width - 1)]
        return {
            place: self._code.mixed(a, b, [width * lane + place - base for lane in order])
            for place in places
            if place < base + width
        }

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
