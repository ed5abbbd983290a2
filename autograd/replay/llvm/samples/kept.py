"""Kept: what is known of all samples since a run that all took part in, and how far it still holds.

Owns the memory of that, and the code that writes it and that makes the bounds of what can have
changed since (see `drift`).
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I32, I64, VECTOR, Code
from autograd.replay.llvm.loops import carried, loop
from autograd.replay.llvm.memory import LANES, WORK, Memory
from autograd.replay.llvm.samples.drift import Drift
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.llvm.samples.strips import varies
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import ROUNDED, Screening

ZERO, ONE = ir.Constant(DOUBLE, 0.0), ir.Constant(DOUBLE, 1.0)


class Kept:
    """What is kept of one pass, while the code is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        screening: what tells.
        columns: what of `samples.outside` differs from sample to sample, and the pass reads.

    Attributes:
        columns: for each of these where it stands as it was.
        numbers: for each position that tells where its numbers of all samples stand.
    """

    def __init__(
        self, memory: Memory, samples: Samples, screening: Screening, columns: Sequence[int]
    ) -> None:
        self._memory, self._decisive = memory, screening.decisive
        self.columns = {e: memory.reserve(memory.n_padded) for e in columns}
        positions = screening.positions
        read = sorted({i for p in positions for i in samples.operands[p] if i < 0})
        varying = [i for i in read if varies(samples, i)]
        slot_of = {i: samples.outside[-1 - i][0] for i in read if i not in varying}
        self._slots = sorted({*slot_of.values()})
        n_once = len(self._slots)
        self._then, self._sizes = memory.reserve(n_once), memory.reserve(n_once)
        self._varying, self._largest = varying, memory.reserve(len(varying))
        ends, self._least = screening.ends, screening.least
        for p in ends:
            memory.spill(p)
        self.numbers = {p: memory.reserve(memory.n_padded) for p in ends}
        self._bounds = {p: memory.reserve(1) for p in ends}
        sizes = {i: self._sizes + self._slots.index(slot) for i, slot in slot_of.items()}
        sizes |= {i: self._largest + k for k, i in enumerate(varying)}
        order = [p for stage in staged(samples, positions, set()) for p in stage]
        self._drift = Drift(memory, samples, order, ends, sizes)

    def begin(self, code: Code) -> None:
        """Write what the code of the other methods calls."""
        self._function = self._drift.write(code.module)
        self._rows = self._side_by_side()

    def distances(self, code: Code) -> dict[int, ir.Value]:
        """By how much each number that tells can have changed since, of any sample."""

        def with_moved(x: ir.Value, k: ir.Value) -> None:
            builder, kind = code.builder, x.type
            then = _load(code, self._then, k, kind)
            moved = size(code, builder.fsub(x, then))
            both = builder.fadd(size(code, then), moved)
            _store(code, self._larger(code, both), self._sizes, k)

        self._for_each_once(code, with_moved)
        code.builder.call(self._function, [code.blocks, code.work])
        found = {}
        for p, place in self._bounds.items():
            now, then = (code.builder.load(code.address(x)) for x in (self._drift.found[p], place))
            found[p] = code.builder.fsub(now, then)
        return found

    def keep_columns(self, code: Code) -> None:
        """Write, before a pass that moves them, what differs from sample to sample."""
        for e, place in self.columns.items():
            copy_of_all(code, self._memory.gather(e), place)

    def keep(self, code: Code) -> ir.Value:
        """Write all else after the pass; returns how many samples had a loss."""
        builder = code.builder

        def kept(x: ir.Value, k: ir.Value) -> None:
            _store(code, x, self._then, k)
            _store(code, size(code, x), self._sizes, k)

        self._for_each_once(code, kept)
        largest = [_largest_of(code, self.columns[-1 - i]) for i in self._varying]
        for k, x in enumerate(largest):
            builder.store(x, code.address(self._largest + k))
        for p, place in self.numbers.items():
            copy_of_all(code, self._memory.spill(p), place)
        builder.store(ONE, code.address(self._drift.is_then))
        builder.call(self._function, [code.blocks, code.work])
        builder.store(ZERO, code.address(self._drift.is_then))
        for p, place in self._bounds.items():
            found = builder.load(code.address(self._drift.found[p]))
            builder.store(found, code.address(place))
        for k, x in enumerate(largest):  # as `distances` wants them
            builder.store(self._larger(code, x), code.address(self._largest + k))
        return self._n_live(code)

    def _n_live(self, code: Code) -> ir.Value:
        """How many samples have a loss; of the last one as often as it fills up the lanes."""
        builder, place = code.builder, self.numbers[self._decisive]
        zeros = code.module.vector.constant(0.0)

        def counted(index: ir.Value, count: ir.Value) -> ir.Value:
            is_live = builder.fcmp_unordered(">", code.load_vector(place, index), zeros)
            n = builder.ctpop(builder.bitcast(is_live, ir.IntType(LANES)))
            return builder.add(count, builder.zext(n, I64))

        return builder.sitofp(of_all(code, ir.Constant(I64, 0), counted), DOUBLE)

    def _for_each_once(self, code: Code, body: Callable[[ir.Value, ir.Value], None]) -> None:
        """Go over what is one for all samples: each number with its place among these, or eight."""
        builder = code.builder
        for first, n in self._rows:
            if n < LANES:
                for k in range(first, first + n):
                    body(code.read(self._slots[k]), ir.Constant(I64, k))
                continue
            block, place = self._memory.where(self._slots[first]) or (WORK, 0)
            base = code.work if block == WORK else code.block(block)
            start = builder.gep(base, [ir.Constant(I64, place)])

            def eight(index: ir.Value, first: int = first, start: ir.Value = start) -> None:
                pointer = builder.bitcast(builder.gep(start, [index]), VECTOR.as_pointer())
                k = builder.add(index, ir.Constant(I64, first))
                body(builder.load(pointer, align=8), k)

            with loop(builder, ir.Constant(I64, n // LANES)) as number:
                eight(builder.mul(number, ir.Constant(I64, LANES)))
            if n % LANES:
                eight(ir.Constant(I64, n - LANES))  # the last ones, some of them again

    def _side_by_side(self) -> list[tuple[int, int]]:
        """Which of these stand side by side: the first of them, and how many."""
        places = [self._memory.where(slot) for slot in self._slots]
        found: list[tuple[int, int]] = []
        for k, place in enumerate(places):
            before = places[k - 1] if k else None
            if before is not None and place == (before.block, before.place + 1):
                first, n = found[-1]
                found[-1] = first, n + 1
            else:
                found.append((k, 1))
        return found

    def _larger(self, code: Code, x: ir.Value) -> ir.Value:
        """A size by so much larger that roundings do not count."""
        kind = code.module.scalar if x.type == DOUBLE else code.module.vector
        by, least = kind.constant(1.0 + ROUNDED), kind.constant(self._least)
        return code.builder.fadd(code.builder.fmul(x, by), least)


def of_all(
    code: Code, start: ir.Value, following: Callable[[ir.Value, ir.Value], ir.Value]
) -> ir.Value:
    """What a loop over all samples, eight at a time, makes of a number: from which one on."""
    builder, lanes = code.builder, ir.Constant(I64, LANES)

    def of_block(block: ir.Value, x: ir.Value) -> ir.Value:
        return following(builder.mul(block, lanes), x)

    n = ir.Constant(I64, code.memory.n_padded // LANES)
    return carried(builder, n, start, of_block)


def copy_of_all(code: Code, source: int, goal: int) -> None:
    """Copy a number of all samples."""
    with loop(code.builder, ir.Constant(I64, code.memory.n_padded // LANES)) as block:
        index = code.builder.mul(block, ir.Constant(I64, LANES))
        code.store_vector(code.load_vector(source, index), goal, index)


def size(code: Code, x: ir.Value) -> ir.Value:
    """|x|, of a double or eight."""
    return code.apply(ops.abs_, [x], in_lanes=x.type != DOUBLE)


def _largest_of(code: Code, place: int) -> ir.Value:
    """The largest absolute value of a column."""
    builder = code.builder

    def larger(index: ir.Value, largest: ir.Value) -> ir.Value:
        x = size(code, code.load_vector(place, index))
        return builder.select(builder.fcmp_unordered(">", x, largest), x, largest)

    lanes = of_all(code, code.module.vector.constant(0.0), larger)
    found: ir.Value = ZERO
    for lane in range(LANES):
        x = builder.extract_element(lanes, ir.Constant(I32, lane))
        found = builder.select(builder.fcmp_unordered(">", x, found), x, found)
    return found


def _load(code: Code, place: int, k: ir.Value, kind: ir.Type) -> ir.Value:
    return code.builder.load(_at(code, place, k, kind), align=8)


def _store(code: Code, x: ir.Value, place: int, k: ir.Value) -> None:
    code.builder.store(x, _at(code, place, k, x.type), align=8)


def _at(code: Code, place: int, k: ir.Value, kind: ir.Type) -> ir.Value:
    return code.builder.bitcast(code.address(place, k), kind.as_pointer())
