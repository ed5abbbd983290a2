"""Kept: what is known of each sample since a run that it took part in, and how far it still holds.

Owns the memory of that, and the code that writes it and that makes the bounds of what can have
changed since (see `drift`). These are of all samples, from note to note: of a sample that took part
in none of the runs in which a note was made, the bounds until these add up.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I32, I64, VECTOR, Code
from autograd.replay.llvm.loops import carried, loop
from autograd.replay.llvm.memory import LANES, WORK, Memory
from autograd.replay.llvm.samples.condense import in_all_lanes, lanes, put_lanes, spread
from autograd.replay.llvm.samples.drift import Drift
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.llvm.samples.strips import varies
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import ROUNDED, Screening

ZERO, ONE = ir.Constant(DOUBLE, 0.0), ir.Constant(DOUBLE, 1.0)
UP = 1.0 + 2.0**-50  # makes a sum of bounds so much larger that roundings do not count


class Kept:
    """What is kept of one pass, while the code is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        screening: what tells.
        columns: what of `samples.outside` differs from sample to sample, and the pass reads.

    Attributes:
        columns: for each of these where it stands as it was.
        numbers: for each position that tells where its numbers of all samples stand, each as it was
            in the last run with a note that the sample took part in.
        further: and where it stands how far they can have moved from then to the last note.
    """

    def __init__(
        self, memory: Memory, samples: Samples, screening: Screening, columns: Sequence[int]
    ) -> None:
        self._memory, self._n = memory, samples.n
        self.columns = {e: memory.reserve(memory.n_padded) for e in columns}
        positions = screening.positions
        read = sorted({i for p in positions for i in samples.operands[p] if i < 0})
        varying = [i for i in read if varies(samples, i)]
        slot_of = {i: samples.outside[-1 - i][0] for i in read if i not in varying}
        self._slots = sorted({*slot_of.values()})
        n_once = len(self._slots)
        self._then, self._before, self._sizes = (memory.reserve(n_once) for _ in range(3))
        self._varying, self._largest = varying, memory.reserve(len(varying))
        ends, self._least = screening.ends, screening.least
        for p in ends:
            memory.spill(p)
        self.numbers, self.further = (
            {p: memory.reserve(memory.n_padded) for p in ends} for _ in range(2)
        )
        self._bounds = {p: memory.reserve(1) for p in ends}
        sizes = {i: self._sizes + self._slots.index(slot) for i, slot in slot_of.items()}
        sizes |= {i: self._largest + k for k, i in enumerate(varying)}
        order = [p for stage in staged(samples, positions, set()) for p in stage.positions]
        self._drift = Drift(memory, samples, order, ends, sizes)

    def begin(self, code: Code) -> None:
        """Write what the code of the other methods calls."""
        self._function = self._drift.write(code.module)
        self._rows = self._side_by_side()

    def distances(self, code: Code) -> dict[int, ir.Value]:
        """By how much each number that tells can have changed since, of any sample."""

        def with_moved(x: ir.Value, k: ir.Value) -> None:
            builder, kind = code.builder, x.type
            then, before = (_load(code, x, k, kind) for x in (self._then, self._before))
            now = builder.fadd(before, size(code, builder.fsub(x, then)))
            _store(code, now, self._sizes, k)

        self._for_each_once(code, with_moved)
        code.builder.call(self._function, [code.blocks, code.work])
        return self._distances(code)

    def keep_columns(self, code: Code) -> None:
        """Write, before a pass that moves them, what differs from sample to sample."""
        for e, place in self.columns.items():
            copy_of_all(code, self._memory.gather(e), place)
        for k, i in enumerate(self._varying):
            largest = self._at_least(code, _largest_of(code, self.columns[-1 - i]))
            code.builder.store(largest, code.address(self._largest + k))

    def note_all(self, code: Code) -> None:
        """Write all else after a pass that all samples took part in."""
        none = code.module.vector.constant(0.0)
        for p, place in self.numbers.items():
            copy_of_all(code, self._memory.spill(p), place)
            self._for_all(code, self.further[p], lambda _: none)
        self._note_once(code)

    def note_some(self, code: Code, noted: ir.Value, n: ir.Value, is_anew: ir.Value) -> None:
        """Write it after a pass that some took part in: of these anew, of the others what is added.

        Args:
            noted: where `condense` has noted who these are.
            n: how many.
            is_anew: whether the bounds go on from the numbers as they are; if not, from how large
                they can be by now, which takes less time, and is more from note to note.
        """
        builder = code.builder
        none, up = (in_all_lanes(builder, ir.Constant(DOUBLE, x)) for x in (0.0, UP))
        distances = self._distances(code)
        by = {p: in_all_lanes(builder, distance) for p, distance in distances.items()}

        def note(index: ir.Value, take_part: ir.Value, brought: Callable[..., ir.Value]) -> None:
            for p, place in self.numbers.items():
                then, further = code.address(place), code.address(self.further[p])
                now = brought(code.address(self._memory.spill(p)))
                number = builder.select(take_part, now, lanes(builder, then, index))
                put_lanes(builder, number, then, index)
                more = builder.fmul(builder.fadd(lanes(builder, further, index), by[p]), up)
                put_lanes(builder, builder.select(take_part, none, more), further, index)

        spread(code, noted, self._n, n, note)
        with builder.if_else(is_anew) as (anew, on):
            with anew:
                self._note_once(code)
            with on:
                self._go_on(code)

    def _note_once(self, code: Code) -> None:
        """What is one for all samples, and its bounds."""
        builder = code.builder

        def noted(x: ir.Value, k: ir.Value) -> None:
            _store(code, x, self._then, k)
            for place in (self._before, self._sizes):
                _store(code, self._at_least(code, size(code, x)), place, k)

        self._for_each_once(code, noted)
        builder.store(ONE, code.address(self._drift.up))
        builder.call(self._function, [code.blocks, code.work])
        self._take_for_then(code)

    def _go_on(self, code: Code) -> None:
        """What is one for all samples, with the bounds of `distances` for those of then."""

        def noted(x: ir.Value, k: ir.Value) -> None:
            _store(code, x, self._then, k)
            _store(code, _load(code, self._sizes, k, x.type), self._before, k)

        self._for_each_once(code, noted)
        self._take_for_then(code)

    def _take_for_then(self, code: Code) -> None:
        """Let the bounds just found be those of then; those of now come out larger."""
        builder = code.builder
        for p, place in self._bounds.items():
            builder.store(builder.load(code.address(self._drift.found[p])), code.address(place))
        up, by = code.address(self._drift.up), ir.Constant(DOUBLE, 1.0 + ROUNDED)
        builder.store(builder.fmul(builder.load(up), by), up)

    def _distances(self, code: Code) -> dict[int, ir.Value]:
        """What `distances` found in this run."""
        found = {}
        for p, place in self._bounds.items():
            now, then = (code.builder.load(code.address(x)) for x in (self._drift.found[p], place))
            found[p] = code.builder.fsub(now, then)
        return found

    def _for_all(self, code: Code, place: int, following: Callable[[ir.Value], ir.Value]) -> None:
        """Write anew a number of all samples, by what it was, eight at a time."""
        with loop(code.builder, ir.Constant(I64, self._memory.n_padded // LANES)) as block:
            index = code.builder.mul(block, ir.Constant(I64, LANES))
            code.store_vector(following(code.load_vector(place, index)), place, index)

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

    def _at_least(self, code: Code, x: ir.Value) -> ir.Value:
        """A size by so much larger that what is made of it is no denormal number."""
        kind = code.module.scalar if x.type == DOUBLE else code.module.vector
        return code.builder.fadd(x, kind.constant(self._least))


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
