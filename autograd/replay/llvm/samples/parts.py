"""Parts: some of a pass, over the samples strip by strip.

Owns the loops that compute (see `stages`), those that add up after them (`sums`), and what the ones
leave to the others.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.alongside import Alongside
from autograd.replay.llvm.code import I64, Code, Module
from autograd.replay.llvm.fence import fence
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.abreast import abreast
from autograd.replay.llvm.samples.condense import QUICK
from autograd.replay.llvm.samples.stages import Stage, staged
from autograd.replay.llvm.samples.strips import Rooms, Strip, Terms, varies
from autograd.replay.llvm.samples.sums import Sums
from autograd.replay.llvm.scheduling import together
from autograd.replay.tapes.samples import Chain, Samples


class Part:
    """One part, while it is written.

    Args:
        module: the program.
        samples: its division.
        positions: what is computed, in order.
        chains: what is added up; all run over the samples in one direction.
        beside: where numbers stand that outlast a strip (see `Rooms`).
        in_rows: whether terms that stand in rows among the inputs can be read there.
        alongside: a sum that goes on in its longest loop.
    """

    def __init__(
        self,
        module: Module,
        samples: Samples,
        positions: Sequence[int],
        chains: Sequence[Chain],
        beside: Mapping[int, int],
        in_rows: bool = True,
        alongside: Alongside | None = None,
    ) -> None:
        self._module, self._samples = module, samples
        outlasting = beside.keys() | module.memory.spilled.keys()
        products = _products(samples, chains, {*positions} - outlasting)
        self._sums = Sums(module.memory, samples, chains, products, in_rows)
        body = [p for p in positions if p not in products]
        rows, self._numbers = self._sums.turned, self._sums.factors
        self._abreast = abreast(module.memory, samples, body, rows, self._numbers, outlasting)
        if self._abreast is not None:
            body = [p for p in body if p not in self._abreast.positions]
            rows = [t for t in rows if self._abreast.positions.isdisjoint(t)]
            rows += [t for t in self._abreast.turned if t not in rows]
            self._numbers = self._numbers | self._abreast.numbers
        self._rows = rows
        terms = {i for one in rows for i in one}
        self._stages = staged(samples, body, outlasting | terms | self._numbers)
        self._rooms = self._divided(beside)
        self._alongside = alongside
        self._host = max(self._stages, key=lambda stage: len(stage.positions))

    def _divided(self, beside: Mapping[int, int]) -> Rooms:
        """What the loops leave to each other, and where it stands."""
        stage_of = {p: k for k, stage in enumerate(self._stages) for p in stage.positions}
        self._turned: list[list[Terms]] = [[] for _ in self._stages]
        for terms in self._rows:
            self._turned[max([stage_of.get(i, 0) for i in terms])].append(terms)
        kept = {i for i in self._numbers if i in stage_of}
        for k, (stage, turned) in enumerate(zip(self._stages, self._turned, strict=True)):
            read = [i for p in stage.positions for i in self._samples.operands[p]]
            read += [i for terms in turned for i in terms]
            kept.update([i for i in read if stage_of.get(i, k) < k])
        memory = self._module.memory
        kept = kept - memory.spilled.keys() - beside.keys()
        made = self._abreast.kept if self._abreast is not None else ()
        return Rooms(memory, kept, self._rows, made, beside)

    def starts(self) -> dict[tuple[int, ...], int]:
        """What eight of its sums begin with, and where these go on."""
        return self._sums.starts()

    def begin(self, code: Code) -> None:
        """Write what its sums begin with."""
        self._sums.begin(code)
        if self._abreast is not None:
            self._abreast.begin(code)

    def go_over(self, code: Code, origin: ir.Value, n: ir.Value, is_descending: bool) -> None:
        """Write the loop over the strips of n samples.

        Args:
            origin: the number of the first one, where numbers of all samples stand.
        """
        builder = code.builder
        size = ir.Constant(I64, self._rooms.n_blocks * LANES)
        n_strips = builder.udiv(builder.add(n, builder.sub(size, ir.Constant(I64, 1))), size)
        last = builder.sub(n_strips, ir.Constant(I64, 1))
        with loop(builder, n_strips) as count:
            number = builder.sub(last, count) if is_descending else count
            first = builder.mul(number, size)
            left = builder.sub(n, first)
            is_whole = builder.icmp_unsigned(">", left, size)
            here = builder.select(is_whole, size, left)
            strip = Strip(code, self._samples, self._rooms, origin, first, here)
            for stage, turned in zip(self._stages, self._turned, strict=True):
                if stage.positions or turned:
                    self._compute(strip, stage, turned)
            if self._abreast is not None:
                self._abreast.compute(strip)
            self._sums.add_up(strip, is_descending)

    def _compute(self, strip: Strip, stage: Stage, turned: list[Terms]) -> None:
        """The loop of a stage over the blocks of a strip."""
        code, builder = strip.code, strip.code.builder
        with loop(builder, strip.n_blocks()) as number:
            index = builder.mul(number, ir.Constant(I64, LANES))
            lanes: dict[int, ir.Value] = {}

            def vector(i: int) -> ir.Value:
                if i in lanes:
                    return lanes[i]
                if not varies(self._samples, i):
                    # Not kept: an instruction can read it from memory into all lanes.
                    return code.splat(code.read(self._samples.outside[-1 - i][0]))
                lanes[i] = strip.load(i, index)
                return lanes[i]

            def turn(terms: Terms) -> None:
                of_eight = [vector(i) for i in (terms + terms[-1:] * LANES)[:LANES]]
                strip.put_rows(terms, of_eight, index)

            operands = self._samples.operands
            groups = together(
                stage.positions,
                self._kind,
                operands.__getitem__,
                self._module.vector.most_together,
            )
            ready = _ready(groups, turned)
            beside, distance = self._beside(code, stage, len(groups))
            for terms in ready.get(0, ()):
                turn(terms)
            fences = self._fences(groups, stage.begins)
            for k, positions in enumerate(groups, 1):
                if positions[0] in fences:
                    fence(builder, [lanes[p] for p in fences[positions[0]]])
                each = [[vector(i) for i in operands[p]] for p in positions]
                results = code.apply_each(self._samples.rows[positions[0]], each)
                for p, result in zip(positions, results, strict=True):
                    lanes[p] = result
                    strip.put(p, result, index)
                for terms in ready.get(k, ()):
                    turn(terms)
                if k % distance == 0:
                    next(beside, None)
            for _ in beside:
                pass

    def _fences(
        self, groups: Sequence[Sequence[int]], begins: Collection[int]
    ) -> dict[int, list[int]]:
        """Before which positions fences stand: what has been made since the last one, to be read.

        After others than quick rows there is none: while these are made, the next sums begin.
        """
        operands, rows = self._samples.operands, self._samples.rows
        last = {i: k for k, group in enumerate(groups) for p in group for i in operands[p]}
        found, new = dict[int, list[int]](), list[int]()
        for k, group in enumerate(groups):
            if group[0] in begins:
                if all(rows[p] in QUICK for p in new):
                    found[group[0]] = [p for p in new if last.get(p, 0) >= k]
                new = []
            new += group
        return found

    def _beside(self, code: Code, stage: Stage, n: int) -> tuple[Iterator[None], int]:
        """The additions beside a stage, written one by one, and after how many of n groups each."""
        if self._alongside is None or stage is not self._host:
            return iter(()), 1
        in_a_round = self._alongside.in_a_round(len(stage.positions))
        return self._alongside.go_on(code), max(1, n // max(1, in_a_round))

    def _kind(self, position: int) -> Hashable:
        """Of which row it is, if that goes together with others of it."""
        row = self._samples.rows[position]
        return row if self._module.vector.goes_together(row.name) else None


def _ready(groups: Sequence[Sequence[int]], turned: Sequence[Terms]) -> dict[int, list[Terms]]:
    """After how many groups of positions the terms that are to be turned are all there.

    They are turned then, and not at the end: turning keeps one unit of the processor busy, and the
    others have something to do between the arithmetic alone.
    """
    after = {p: k for k, positions in enumerate(groups, 1) for p in positions}
    found: dict[int, list[Terms]] = {}
    for terms in turned:
        found.setdefault(max([after.get(i, 0) for i in terms]), []).append(terms)
    return found


def _products(samples: Samples, chains: Sequence[Chain], here: set[int]) -> set[int]:
    """Products that are read by sums alone, which make them themselves."""
    uses = Counter([i for operands in samples.operands for i in operands])
    found = {
        p
        for p in here
        if samples.rows[p] is ops.mul and not uses[p]
        if any(varies(samples, i) for i in samples.operands[p])  # else it is one for all
    }
    while True:  # what a sum reads that has other terms, too, is computed before
        others = [chain for chain in chains if not found.issuperset(chain.positions)]
        mixed = found & {p for chain in others for p in chain.positions}
        if not mixed:
            return found & {p for chain in chains for p in chain.positions}
        found -= mixed
