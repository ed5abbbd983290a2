"""Passes over the samples: the program of one sample, written once, runs on eight at a time.

Owns the loops. A number of each sample stands in a lane of a vector. A pass goes over the samples
strip by strip: first in the loops that compute (see `stages`), then in those that add (`sums`).
"""

from collections import Counter
from collections.abc import Hashable

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I64, Module
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.gather import gather
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.llvm.samples.strips import Rooms, Strip, Terms, varies
from autograd.replay.llvm.samples.sums import Sums
from autograd.replay.llvm.scheduling import together
from autograd.replay.tapes.samples import Chain, Samples


class Pass:
    """One pass over the samples, while it is written.

    Args:
        module: the program.
        samples: its division.
        number: which pass.
        read_later: the positions whose numbers are needed when the pass is over.
    """

    def __init__(self, module: Module, samples: Samples, number: int, read_later: set[int]) -> None:
        self._module, self._memory = module, module.memory
        self._samples = samples
        self._positions = [p for p, phase in enumerate(samples.phases) if phase == number]
        chains = [chain for phase, chain in samples.chains if phase == number]
        descending = sum(chain.is_descending for chain in chains) * 2 > len(chains)
        self._descending = descending
        self._against = [chain for chain in chains if chain.is_descending != descending]
        along = [chain for chain in chains if chain.is_descending == descending]
        self._along = along
        here = set(self._positions)
        spilled = {p for p in read_later if p in here}
        spilled |= {p for chain in self._against for p in chain.positions if p in here}
        products = _products(samples, along, here - spilled)
        self._sums = Sums(self._memory, samples, along, products)
        for chain in self._against:
            self._memory.put(chain.result, self._memory.reserve(1))
        for p in spilled:
            self._memory.spill(p)
        body = [p for p in self._positions if p not in products]
        terms = {i for one in self._sums.turned for i in one}
        self._stages = staged(samples, body, spilled | terms | self._sums.factors)
        self._rooms = self._divided()

    def _divided(self) -> Rooms:
        """What the loops leave to each other, and where it stands."""
        stage_of = {p: k for k, stage in enumerate(self._stages) for p in stage}
        self._turned: list[list[Terms]] = [[] for _ in self._stages]
        for terms in self._sums.turned:
            self._turned[max([stage_of.get(i, 0) for i in terms])].append(terms)
        kept = {i for i in self._sums.factors if i in stage_of}
        for k, (stage, turned) in enumerate(zip(self._stages, self._turned, strict=True)):
            read = [i for p in stage for i in self._samples.operands[p]]
            read += [i for terms in turned for i in terms]
            kept.update([i for i in read if stage_of.get(i, k) < k])
        return Rooms(self._memory, kept - self._memory.spilled.keys(), self._sums.turned)

    def starts(self) -> list[int]:
        """The slots that its sums begin with."""
        return [chain.start for chain in self._along + self._against]

    def reads(self) -> list[int]:
        """The slots that all samples read alike, or one by one."""
        found: list[int] = []
        for p in self._positions:
            for i in self._samples.operands[p]:
                if i < 0:
                    found += self._samples.outside[-1 - i]
        return found

    def write(self, name: str) -> ir.Function:
        """The function of this pass."""
        self._code = code = self._module.function(name)
        builder, samples = code.builder, self._samples
        used = {-1 - i for p in self._positions for i in samples.operands[p] if i < 0}
        gather(code, samples, [e for e in sorted(used) if len(set(samples.outside[e])) > 1])
        self._sums.begin(code)
        size = self._rooms.n_blocks * LANES
        n_strips = -(-samples.n // size)
        with loop(builder, ir.Constant(I64, n_strips)) as count:
            last = ir.Constant(I64, n_strips - 1)
            number = builder.sub(last, count) if self._descending else count
            first = builder.mul(number, ir.Constant(I64, size))
            left = builder.sub(ir.Constant(I64, samples.n), first)
            is_whole = builder.icmp_unsigned(">", left, ir.Constant(I64, size))
            n = builder.select(is_whole, ir.Constant(I64, size), left)
            strip = Strip(code, samples, self._rooms, first, n)
            for stage, turned in zip(self._stages, self._turned, strict=True):
                if stage or turned:
                    self._compute(strip, stage, turned)
            self._sums.add_up(strip, self._descending)
        for chain in self._against:
            self._add_up_against(chain)
        builder.ret_void()
        return code.function

    def _compute(self, strip: Strip, stage: list[int], turned: list[Terms]) -> None:
        """The loop of a stage over the blocks of a strip."""
        code, builder = self._code, self._code.builder
        n_blocks = builder.udiv(
            builder.add(strip.n, ir.Constant(I64, LANES - 1)), ir.Constant(I64, LANES)
        )
        with loop(builder, n_blocks) as number:
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

            operands = self._samples.operands
            for positions in together(stage, self._kind, operands.__getitem__):
                each = [[vector(i) for i in operands[p]] for p in positions]
                results = code.apply_each(self._samples.rows[positions[0]], each)
                for p, result in zip(positions, results, strict=True):
                    lanes[p] = result
                    strip.put(p, result, index)
            for terms in turned:
                of_eight = [vector(i) for i in (terms + terms[-1:] * LANES)[:LANES]]
                strip.put_rows(terms, of_eight, index)

    def _kind(self, position: int) -> Hashable:
        """Of which row it is, if that goes together with others of it."""
        row = self._samples.rows[position]
        return row if self._module.vector.goes_together(row.name) else None

    def _add_up_against(self, chain: Chain) -> None:
        """A sum that runs the other way: over the numbers kept, one after another."""
        code = self._code
        builder = code.builder
        before = builder.block
        start = code.number(chain.start)
        loop, done = builder.append_basic_block("sum"), builder.append_basic_block("summed")
        builder.branch(loop)
        builder.position_at_end(loop)
        count, total = builder.phi(I64), builder.phi(DOUBLE)
        count.add_incoming(ir.Constant(I64, 0), before)
        total.add_incoming(start, before)
        last = ir.Constant(I64, self._samples.n - 1)
        index = builder.sub(last, count) if chain.is_descending else count
        value: ir.Value = total
        for p in chain.positions:
            term = builder.load(code.address(self._memory.spill(p), index))
            value = code.apply(ops.add, [value, term], in_lanes=False)
        following = builder.add(count, ir.Constant(I64, 1))
        count.add_incoming(following, loop)
        total.add_incoming(value, loop)
        n = ir.Constant(I64, self._samples.n)
        builder.cbranch(builder.icmp_unsigned("<", following, n), loop, done)
        builder.position_at_end(done)
        place = self._memory.place(chain.result)
        builder.store(value, code.address(place if place is not None else 0))


def _products(samples: Samples, chains: list[Chain], here: set[int]) -> set[int]:
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
