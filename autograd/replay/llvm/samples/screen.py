"""Screen: the samples that can have no loss are left out of a pass, by what is known of them.

Owns that code, and what of a run it keeps for later ones; what may be left out, and why, tells
`tapes/screening.py`. From time to time all samples take part, and the numbers that tell are kept,
with the weights they were made of. In the runs after that their bounds are made (see `drift`), and
what differs from sample to sample is brought together for those alone that may have a loss. The
further weights have moved, the more these are; when so many have been computed in vain as there are
others, all take part again.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I32, I64, VECTOR, Code
from autograd.replay.llvm.loops import carried, loop
from autograd.replay.llvm.memory import LANES, WORK, Memory
from autograd.replay.llvm.samples.condense import Column, condense
from autograd.replay.llvm.samples.drift import Drift
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.llvm.samples.strips import varies
from autograd.replay.programs import Decision
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import ROUNDED, Screening

# Words of the memory, from Screen.place on: whether samples may be left out; whether what the model
# returns is to stay on its side of a border then, and of which one; how many runs to wait; whether
# something is kept; of the samples then, how many had a loss; how many were computed in vain since;
# how many have been left out of all runs.
WORDS = WANTED, HAS_BORDER, BORDER, WAIT, IS_KEPT, N_LIVE, IN_VAIN, N_LEFT_OUT = range(8)
# Where more than so many of the samples have a loss, none is left out of the next runs.
MOST_LIVE, PAUSE = 0.75, 16.0
LEAST_SIZE = 2.0**-300  # of a number from outside: what is lost below the normal ones is nothing
BIT = ir.IntType(1)
NO, YES = ir.Constant(BIT, 0), ir.Constant(BIT, 1)
ZERO, ONE = ir.Constant(DOUBLE, 0.0), ir.Constant(DOUBLE, 1.0)


class Run(NamedTuple):
    """What a pass is to go over.

    Attributes:
        n: how many samples.
        is_less: whether these are not all.
        keeps: whether what is computed is to be kept.
    """

    n: ir.Value
    is_less: ir.Value
    keeps: ir.Value


class Screen:
    """The screen of a pass, while it is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        screening: what tells.

    Attributes:
        place: where its words stand.
    """

    def __init__(self, memory: Memory, samples: Samples, screening: Screening) -> None:
        self._memory, self._samples, self._screening = memory, samples, screening
        positions = screening.positions
        read = sorted({i for p in positions for i in samples.operands[p] if i < 0})
        varying = [i for i in read if varies(samples, i)]
        once = {samples.outside[-1 - i][0] for i in read if i not in varying}
        self._slots = sorted(once)
        n = memory.n_padded
        self.place = memory.reserve(len(WORDS))
        self._then, self._sizes = memory.reserve(len(once)), memory.reserve(len(once))
        self._columns = {i: memory.reserve(n) for i in varying}
        self._largest = memory.reserve(len(varying))
        self._is_open, self._numbers = memory.reserve(n), memory.reserve(n)
        ends = [*dict.fromkeys([p for p in screening[1:3] if p is not None])]
        self._kept = {p: memory.reserve(n) for p in ends}
        self._moved = memory.reserve(n)
        self._bounds_then = {p: memory.reserve(1) for p in ends}
        sizes = {i: self._largest + k for k, i in enumerate(varying)}
        number = {slot: k for k, slot in enumerate(self._slots)}
        for i in read:
            if i not in sizes:
                sizes[i] = self._sizes + number[samples.outside[-1 - i][0]]
        order = [p for stage in staged(samples, positions, set()) for p in stage]
        self._drift = Drift(memory, samples, order, ends, sizes)
        for p in ends:
            memory.spill(p)

    def write(self, code: Code, gathered: Sequence[int]) -> Run:
        """Write what comes before the pass.

        Args:
            gathered: what is to be brought together, as -1 - e for `outside[e]`.
        """
        self._function = self._drift.write(code.module)
        builder, n = code.builder, ir.Constant(I64, self._samples.n)
        with builder.goto_entry_block():
            left, is_less, keeps = (builder.alloca(kind) for kind in (I64, BIT, BIT))
        is_wanted = self._is_positive(code, WANTED)
        waits = builder.and_(is_wanted, self._is_positive(code, WAIT))
        looks = builder.and_(is_wanted, builder.not_(waits))
        for place, value in ((left, n), (is_less, NO), (keeps, looks)):
            builder.store(value, place)
        with builder.if_then(waits):
            self._set(code, WAIT, builder.fsub(self._get(code, WAIT), ONE))
        with builder.if_then(builder.and_(looks, self._is_positive(code, IS_KEPT))):
            is_same = self._are_the_same(code)
            with builder.if_else(is_same) as (same, others):
                with same:
                    self._bound(code)
                    with builder.if_then(self._is_worthwhile(code, self._choose(code))):
                        found = self._bring_together(code, gathered)
                        builder.store(found, left)
                        n_out = builder.sitofp(builder.sub(n, found), DOUBLE)
                        self._set(
                            code, N_LEFT_OUT, builder.fadd(self._get(code, N_LEFT_OUT), n_out)
                        )
                        builder.store(YES, is_less)
                        builder.store(NO, keeps)
                with others:
                    self._pause(code)
                    builder.store(NO, keeps)
        run = Run(*[builder.load(place) for place in (left, is_less, keeps)])
        with builder.if_then(run.keeps):  # now: the pass brings together what it needs of them
            for i, place in self._columns.items():
                self._copy(code, self._memory.of_all(i), place)
        return run

    def finish(self, code: Code, run: Run) -> None:
        """Write what comes after the pass."""
        with code.builder.if_then(run.keeps):
            self._keep(code)
        answer = self._screening.answer
        if answer is not None:
            with code.builder.if_then(run.is_less):
                self._put_back(code, answer, run.n)

    def _are_the_same(self, code: Code) -> ir.Value:
        """Whether the samples are those of which numbers are kept."""
        builder, bits = code.builder, ir.IntType(LANES)
        found: ir.Value = ir.Constant(bits, 0)
        for i, kept in self._columns.items():
            place = self._memory.of_all(i)

            def compared(
                index: ir.Value, differ: ir.Value, places: tuple[int, int] = (place, kept)
            ) -> ir.Value:
                now, then = (code.load_vector(place, index) for place in places)
                other = builder.fcmp_unordered("!=", now, then)
                return builder.or_(differ, builder.bitcast(other, bits))

            found = self._carried(code, found, compared)
        return builder.icmp_unsigned("==", found, ir.Constant(bits, 0))

    def _bound(self, code: Code) -> None:
        """By how much the numbers that tell can have moved since."""

        def with_moved(x: ir.Value, k: ir.Value) -> None:
            builder, kind = code.builder, x.type
            then = _load(code, self._then, k, kind)
            moved = _size(code, builder.fsub(x, then))
            both = builder.fadd(_size(code, then), moved)
            _store(code, _larger(builder, both), self._sizes, k)

        self._for_each_once(code, with_moved)
        code.builder.call(self._function, [code.blocks, code.work])

    def _choose(self, code: Code) -> ir.Value:
        """Which samples may have a loss; returns how many."""
        builder, screening = code.builder, self._screening
        distance = {p: self._distance(code, p) for p in self._kept}
        below = code.splat(builder.fneg(distance[screening.decisive]))
        border = sure = None
        if screening.answer is not None:
            border = code.splat(self._get(code, BORDER))
            # Without one, whatever the model returns may stay as it was, unless it is nan.
            far = builder.select(
                self._is_positive(code, HAS_BORDER),
                distance[screening.answer],
                ir.Constant(DOUBLE, -1.0),
            )
            sure = code.splat(far)
        bits = ir.IntType(LANES)

        def chosen(index: ir.Value, count: ir.Value) -> ir.Value:
            then = code.load_vector(self._kept[screening.decisive], index)
            is_out = builder.fcmp_ordered("<", then, below)
            if screening.answer is not None:
                answer = code.load_vector(self._kept[screening.answer], index)
                off = _size(code, builder.fsub(answer, border))
                is_out = builder.and_(is_out, builder.fcmp_ordered(">", off, sure))
            is_open = builder.not_(is_out)
            code.store_vector(builder.uitofp(is_open, VECTOR), self._is_open, index)
            first = code.splat(builder.sitofp(index, DOUBLE))
            lanes = ir.Constant(VECTOR, [ir.Constant(DOUBLE, float(k)) for k in range(LANES)])
            code.store_vector(builder.fadd(first, lanes), self._numbers, index)
            n_open = builder.ctpop(builder.bitcast(is_open, bits))
            return builder.add(count, builder.zext(n_open, I64))

        return self._carried(code, ir.Constant(I64, 0), chosen)

    def _distance(self, code: Code, p: int) -> ir.Value:
        now, then = (
            code.builder.load(code.address(place))
            for place in (self._drift.found[p], self._bounds_then[p])
        )
        return code.builder.fsub(now, then)

    def _is_worthwhile(self, code: Code, count: ir.Value) -> ir.Value:
        """Whether to go over these alone; notes how many of them had no loss then."""
        builder, n_live = code.builder, self._get(code, N_LIVE)
        more = builder.fsub(builder.sitofp(count, DOUBLE), n_live)
        in_vain = builder.fadd(self._get(code, IN_VAIN), more)
        self._set(code, IN_VAIN, in_vain)
        others = builder.fsub(ir.Constant(DOUBLE, float(self._samples.n)), n_live)
        return builder.fcmp_ordered("<", in_vain, others)

    def _bring_together(self, code: Code, gathered: Sequence[int]) -> ir.Value:
        """What the pass reads of the samples that may have a loss; returns how many there are."""
        places = [self._numbers, *[self._memory.of_all(i) for i in gathered]]
        columns = [Column(code.address(place), code.address(place)) for place in places]
        n = ir.Constant(I64, self._samples.n)
        return condense(code, [code.address(self._is_open)], columns, [], n)

    def _put_back(self, code: Code, answer: int, n: ir.Value) -> None:
        """What the model returns of the samples: of those left out, what is kept."""
        builder, place = code.builder, self._memory.spill(answer)
        self._copy(code, place, self._moved)
        self._copy(code, self._kept[answer], place)
        with loop(builder, n) as k:
            number = builder.fptosi(builder.load(code.address(self._numbers, k)), I64)
            builder.store(builder.load(code.address(self._moved, k)), code.address(place, number))

    def _keep(self, code: Code) -> None:
        """Keep the numbers that tell, and what they are made of."""
        builder = code.builder

        def kept(x: ir.Value, k: ir.Value) -> None:
            _store(code, x, self._then, k)
            _store(code, _size(code, x), self._sizes, k)

        self._for_each_once(code, kept)
        largest = [self._largest_of(code, place) for place in self._columns.values()]
        for k, x in enumerate(largest):
            builder.store(x, code.address(self._largest + k))
        for p, place in self._kept.items():
            self._copy(code, self._memory.spill(p), place)
        builder.store(ONE, code.address(self._drift.is_then))
        builder.call(self._function, [code.blocks, code.work])
        builder.store(ZERO, code.address(self._drift.is_then))
        for p, place in self._bounds_then.items():
            found = builder.load(code.address(self._drift.found[p]))
            builder.store(found, code.address(place))
        for k, x in enumerate(largest):
            builder.store(_larger(builder, x), code.address(self._largest + k))
        n_live = self._n_live(code)
        most = ir.Constant(DOUBLE, MOST_LIVE * self._samples.n)
        for word, value in ((IS_KEPT, ONE), (N_LIVE, n_live), (IN_VAIN, ZERO)):
            self._set(code, word, value)
        with builder.if_then(builder.fcmp_ordered(">", n_live, most)):
            self._pause(code)

    def _largest_of(self, code: Code, place: int) -> ir.Value:
        """The largest absolute value of a column."""
        builder = code.builder

        def larger(index: ir.Value, largest: ir.Value) -> ir.Value:
            size = _size(code, code.load_vector(place, index))
            return builder.select(builder.fcmp_unordered(">", size, largest), size, largest)

        lanes = self._carried(code, ir.Constant(VECTOR, [ZERO] * LANES), larger)
        found: ir.Value = ZERO
        for lane in range(LANES):
            x = builder.extract_element(lanes, ir.Constant(I32, lane))
            found = builder.select(builder.fcmp_unordered(">", x, found), x, found)
        return found

    def _n_live(self, code: Code) -> ir.Value:
        """How many samples have a loss; of the last one as often as it fills up the lanes."""
        builder, place = code.builder, self._kept[self._screening.decisive]
        zeros = ir.Constant(VECTOR, [ZERO] * LANES)

        def counted(index: ir.Value, count: ir.Value) -> ir.Value:
            is_live = builder.fcmp_unordered(">", code.load_vector(place, index), zeros)
            n = builder.ctpop(builder.bitcast(is_live, ir.IntType(LANES)))
            return builder.add(count, builder.zext(n, I64))

        return builder.sitofp(self._carried(code, ir.Constant(I64, 0), counted), DOUBLE)

    def _pause(self, code: Code) -> None:
        self._set(code, WAIT, ir.Constant(DOUBLE, PAUSE))
        self._set(code, IS_KEPT, ZERO)

    def _get(self, code: Code, word: int) -> ir.Value:
        return code.builder.load(code.address(self.place + word))

    def _set(self, code: Code, word: int, value: ir.Value) -> None:
        code.builder.store(value, code.address(self.place + word))

    def _is_positive(self, code: Code, word: int) -> ir.Value:
        return code.builder.fcmp_ordered(">", self._get(code, word), ZERO)

    def _carried(
        self, code: Code, start: ir.Value, following: Callable[[ir.Value, ir.Value], ir.Value]
    ) -> ir.Value:
        """What a loop over the samples, eight at a time, makes of a number: from which one on."""
        builder, lanes = code.builder, ir.Constant(I64, LANES)

        def of_block(block: ir.Value, x: ir.Value) -> ir.Value:
            return following(builder.mul(block, lanes), x)

        n = ir.Constant(I64, self._memory.n_padded // LANES)
        return carried(builder, n, start, of_block)

    def _copy(self, code: Code, source: int, goal: int) -> None:
        """Copy a column."""
        with loop(code.builder, ir.Constant(I64, self._memory.n_padded // LANES)) as block:
            index = code.builder.mul(block, ir.Constant(I64, LANES))
            code.store_vector(code.load_vector(source, index), goal, index)

    def _for_each_once(self, code: Code, body: Callable[[ir.Value, ir.Value], None]) -> None:
        """Go over what is one for all samples: each number with its place among these, or eight."""
        builder = code.builder
        for first, n in self._rows():
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

    def _rows(self) -> list[tuple[int, int]]:
        """Which of these stand side by side: the first of them, and how many."""
        found: list[tuple[int, int]] = []
        for k in range(len(self._slots)):
            if found:
                first, n = found[-1]
                if self._memory.row(self._slots[first : k + 1]) is not None:
                    found[-1] = first, n + 1
                    continue
            found.append((k, 1))
        return found


def say(address: int, answers: Decision | bool) -> None:
    """Say in the words at an address whether samples may be left out.

    Args:
        answers: see `Batches`; where all are kept, or compared with each other, none is.
    """
    border = answers.border if isinstance(answers, Decision) else None
    is_wanted = answers is False or border is not None
    words = (ctypes.c_double * WAIT).from_address(address)
    words[:] = [float(is_wanted), float(border is not None), border or 0.0]


def n_left_out(address: int) -> int:
    """How many samples have been left out of all runs, by the words at an address."""
    return int(ctypes.c_double.from_address(address + 8 * N_LEFT_OUT).value)


def _larger(builder: ir.IRBuilder, size: ir.Value) -> ir.Value:
    """A size by so much larger that roundings do not count."""
    by = _splat(size.type, 1.0 + ROUNDED)
    return builder.fadd(builder.fmul(size, by), _splat(size.type, LEAST_SIZE))


def _splat(kind: ir.Type, x: float) -> ir.Constant:
    number = ir.Constant(DOUBLE, x)
    return number if kind == DOUBLE else ir.Constant(kind, [number] * LANES)


def _size(code: Code, x: ir.Value) -> ir.Value:
    """|x|, of a double or eight."""
    name = "llvm.fabs.f64" if x.type == DOUBLE else f"llvm.fabs.v{LANES}f64"
    names = code.module.ir.globals
    function = names.get(name)
    if function is None:
        function = ir.Function(code.module.ir, ir.FunctionType(x.type, [x.type]), name)
    return code.builder.call(function, [x])


def _load(code: Code, place: int, k: ir.Value, kind: ir.Type) -> ir.Value:
    return code.builder.load(_at(code, place, k, kind), align=8)


def _store(code: Code, x: ir.Value, place: int, k: ir.Value) -> None:
    code.builder.store(x, _at(code, place, k, x.type), align=8)


def _at(code: Code, place: int, k: ir.Value, kind: ir.Type) -> ir.Value:
    return code.builder.bitcast(code.address(place, k), kind.as_pointer())
