"""Passes over the samples: the program of one sample, written once, runs on eight at a time.

Owns the loops. A number of each sample stands in a lane of a vector. Sums over the samples are the
same bits as one by one: in each sum the samples follow in their order, and it is eight sums at a
time that lie in the lanes of a vector. A sum of products, which the gradient of each weight is,
needs no product in lanes of samples: the lanes of one factor are turned into lanes of sums, the
other factor is one number for all.
"""

from collections import Counter
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, I64, Module
from autograd.replay.llvm.memory import LANES
from autograd.replay.samples import Chain, Samples

ANEW = 64  # positions of a sample
IN_REGISTERS = 16  # running totals at once, of 32 registers


class Group(NamedTuple):
    """Up to eight sums in the lanes of one running total.

    Attributes:
        chains: the sums.
        factor: the position or -1 - e by which each term is a multiple of `terms`; None: it is not.
        terms: for each term of a sample, what it is (or is multiplied by) in each sum.
    """

    chains: list[Chain]
    factor: int | None
    terms: list[tuple[int, ...]]


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
        single = {chain.positions[0] for chain in along if len(chain.positions) == 1}
        single -= {p for chain in along if len(chain.positions) > 1 for p in chain.positions}
        uses = Counter([i for operands in samples.operands for i in operands])
        here = set(self._positions)
        self._spilled = {p for p in read_later if p in here}
        self._spilled |= {p for chain in self._against for p in chain.positions if p in here}
        # Products that are read by sums alone, which make them themselves.
        self._products = {
            p
            for p in single
            if samples.rows[p] is ops.mul and not uses[p] and p in here and p not in self._spilled
            if any(_varies(samples, i) for i in samples.operands[p])  # else it is one for all
        }
        self._groups = _grouped(along, samples, self._products)
        self._totals = [self._memory.reserve(LANES) for _ in self._groups]
        for total, group in zip(self._totals, self._groups, strict=True):
            for lane, chain in enumerate(group.chains):
                self._memory.put(chain.result, total + lane)
        for chain in self._against:
            self._memory.put(chain.result, self._memory.reserve(1))
        for p in self._spilled:
            self._memory.spill(p)

    def starts(self) -> list[int]:
        """The slots that its sums begin with."""
        chains = [chain for group in self._groups for chain in group.chains]
        return [chain.start for chain in chains + self._against]

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
        self._gather()
        self._begin()
        n_blocks = self._memory.n_padded // LANES
        builder = code.builder
        loop, done = builder.append_basic_block("samples"), builder.append_basic_block("sums")
        entry = builder.block
        builder.branch(loop)
        builder.position_at_end(loop)
        count = builder.phi(I64, "count")
        count.add_incoming(ir.Constant(I64, 0), entry)
        last = ir.Constant(I64, n_blocks - 1)
        number = builder.sub(last, count) if self._descending else count
        self._index = builder.mul(number, ir.Constant(I64, LANES))
        self._lanes: dict[int, ir.Value] = {}
        self._turned: dict[tuple[int, ...], list[ir.Value]] = {}
        for count_here, p in enumerate(self._positions):
            if p not in self._products:
                if count_here % ANEW == ANEW - 1:
                    self._read_anew()
                operands = [self._vector(i) for i in self._samples.operands[p]]
                value = code.apply(self._samples.rows[p], operands, in_lanes=True)
                self._lanes[p] = value
                if p in self._spilled:
                    code.store_vector(value, self._memory.spill(p), self._index)
        self._add_up(number, n_blocks)
        following = builder.add(count, ir.Constant(I64, 1))
        count.add_incoming(following, builder.block)
        is_last = builder.icmp_unsigned("==", following, ir.Constant(I64, n_blocks))
        builder.cbranch(is_last, done, loop)
        builder.position_at_end(done)
        for chain in self._against:
            self._add_up_against(chain)
        builder.ret_void()
        return code.function

    def _read_anew(self) -> None:
        """Let nothing that was read from memory be kept from here on.

        Otherwise LLVM reads a weight once, for forward propagation and for backpropagation much
        later, and as no register is free for so long it writes it down in all lanes and reads that.
        """
        kind = ir.FunctionType(ir.VoidType(), [])
        self._code.builder.asm(kind, "", "~{memory}", [], side_effect=True)

    # Numbers of the samples

    def _gather(self) -> None:
        """Put what differs from sample to sample side by side; the last one stands in for none."""
        code, n = self._code, self._samples.n
        used = {-1 - i for p in self._positions for i in self._samples.operands[p] if i < 0}
        for e in sorted(used):
            slots = self._samples.outside[e]
            if len(set(slots)) == 1:
                continue
            place = self._memory.gather(e)
            given = [self._memory.input(slot) for slot in slots]
            if all(x is not None for x in given):
                blocks = {x.block for x in given if x is not None}
                places = [x.place for x in given if x is not None]
                step = places[1] - places[0]
                if len(blocks) == 1 and places == [places[0] + s * step for s in range(n)]:
                    self._copy(code.block(blocks.pop()), places[0], step, place)
                    continue
            for s in range(self._memory.n_padded):
                code.builder.store(code.read(slots[min(s, n - 1)]), code.address(place + s))

    def _copy(self, base: ir.Value, first: int, step: int, place: int) -> None:
        """A loop that copies every `step`-th number of a block, and the last one once more."""
        builder, n = self._code.builder, self._samples.n
        before = builder.block
        loop, done = builder.append_basic_block("copy"), builder.append_basic_block("copied")
        builder.branch(loop)
        builder.position_at_end(loop)
        s = builder.phi(I64)
        s.add_incoming(ir.Constant(I64, 0), before)
        is_over = builder.icmp_unsigned(">", s, ir.Constant(I64, n - 1))
        mine = builder.select(is_over, ir.Constant(I64, n - 1), s)
        at = builder.add(ir.Constant(I64, first), builder.mul(mine, ir.Constant(I64, step)))
        builder.store(builder.load(builder.gep(base, [at])), self._code.address(place, s))
        following = builder.add(s, ir.Constant(I64, 1))
        s.add_incoming(following, loop)
        n_padded = ir.Constant(I64, self._memory.n_padded)
        builder.cbranch(builder.icmp_unsigned("<", following, n_padded), loop, done)
        builder.position_at_end(done)

    def _vector(self, i: int) -> ir.Value:
        """Eight samples of a position, or of something from outside."""
        found = self._lanes.get(i)
        if found is not None:
            return found
        code = self._code
        if i >= 0:  # of an earlier pass
            found = code.load_vector(self._memory.spill(i), self._index)
        elif len(set(self._samples.outside[-1 - i])) > 1:
            found = code.load_vector(self._memory.gather(-1 - i), self._index)
        else:  # not kept at hand: an instruction can read it from memory into all lanes
            return code.splat(code.read(self._samples.outside[-1 - i][0]))
        self._lanes[i] = found
        return found

    # Sums over the samples

    def _begin(self) -> None:
        """Write what the sums begin with."""
        code = self._code
        for total, group in zip(self._totals, self._groups, strict=True):
            starts = tuple([chain.start for chain in group.chains])
            if len(set(starts)) == 1 or (len(starts) == LANES and code.beside(starts) is not None):
                code.store_vector(code.vector((starts * LANES)[:LANES]), total)
                continue
            for lane, start in enumerate(starts):
                code.builder.store(code.number(start), code.address(total + lane))

    def _add_up(self, number: ir.Value, n_blocks: int) -> None:
        """Add the terms of these eight samples to the running totals, one sample after another."""
        builder = self._code.builder
        turned = [[self._turn(mine) for mine in group.terms] for group in self._groups]
        factors = [self._factor(group.factor) for group in self._groups]
        n_last = self._samples.n % LANES
        if n_last == 0:
            return self._add_lanes(turned, factors, LANES)
        is_last = builder.icmp_unsigned("==", number, ir.Constant(I64, n_blocks - 1))
        with builder.if_else(is_last) as (last, others):
            with last:
                self._add_lanes(turned, factors, n_last)
            with others:
                self._add_lanes(turned, factors, LANES)
        return None

    def _add_lanes(
        self, turned: list[list[list[ir.Value]]], factors: list[ir.Value | None], n: int
    ) -> None:
        """Add the first n of eight samples, tile by tile: its totals stay in registers."""
        code = self._code
        order = range(n)[::-1] if self._descending else range(n)
        for tile in _tiles(self._groups):
            totals = {g: code.load_vector(self._totals[g]) for g in tile}
            for sample in order:
                splats: dict[int | None, ir.Value] = {}
                for g in tile:
                    common, factor = self._groups[g].factor, factors[g]
                    for row in turned[g]:
                        term = row[sample]
                        if factor is not None:
                            if common not in splats:
                                at = code.builder.gep(factor, [ir.Constant(I64, sample)])
                                splats[common] = code.splat(code.builder.load(at))
                            term = code.apply(ops.mul, [splats[common], term], in_lanes=True)
                        totals[g] = code.apply(ops.add, [totals[g], term], in_lanes=True)
            for g in tile:
                code.store_vector(totals[g], self._totals[g])

    def _factor(self, i: int | None) -> ir.Value | None:
        """The address of the eight samples of a factor."""
        if i is None:
            return None
        code = self._code
        if i < 0 and i not in self._lanes:
            return code.address(self._memory.gather(-1 - i), self._index)
        if i >= 0 and i not in self._lanes:
            return code.address(self._memory.spill(i), self._index)
        with code.builder.goto_entry_block():
            room = code.builder.alloca(ir.VectorType(DOUBLE, LANES))
        code.builder.store(self._lanes[i], room)
        return code.builder.bitcast(room, DOUBLE.as_pointer())

    def _turn(self, terms: tuple[int, ...]) -> list[ir.Value]:
        """For each of eight samples the terms of up to eight sums."""
        found = self._turned.get(terms)
        if found is None:
            vectors = [self._vector(i) for i in terms]
            vectors += [vectors[-1]] * (LANES - len(vectors))
            found = self._turned[terms] = self._code.transposed(vectors)
        return found

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


def _varies(samples: Samples, i: int) -> bool:
    """Whether a position, or -1 - e for `outside[e]`, may differ from sample to sample."""
    return i >= 0 or len(set(samples.outside[-1 - i])) > 1


def _tiles(groups: list[Group]) -> list[list[int]]:
    """The places of the groups, those together that multiply the same lanes by other factors."""
    lanes_of: dict[int, list[int]] = {}  # factor -> its groups
    tiles = []
    for g, group in enumerate(groups):
        if group.factor is None:
            tiles.append([g])
        else:
            lanes_of.setdefault(group.factor, []).append(g)
    alike: dict[tuple[tuple[int, ...], ...], list[list[int]]] = {}
    for mine in lanes_of.values():
        alike.setdefault(tuple([groups[g].terms[0] for g in mine]), []).append(mine)
    for terms, many in alike.items():
        at_once = max(1, IN_REGISTERS // len(terms))
        for i in range(0, len(many), at_once):
            tile = [g for mine in many[i : i + at_once] for g in mine]
            tiles += [tile[j : j + IN_REGISTERS] for j in range(0, len(tile), IN_REGISTERS)]
    return tiles


def _grouped(along: list[Chain], samples: Samples, products: set[int]) -> list[Group]:
    """The sums in groups of eight; products with a common factor, which most have, together."""
    by_factor: dict[int, list[tuple[Chain, int]]] = {}
    plain: dict[int, list[Chain]] = {}
    single = [c for c in along if len(c.positions) == 1 and c.positions[0] in products]
    factors = Counter([i for c in single for i in set(samples.operands[c.positions[0]])])
    varies = {i: _varies(samples, i) for i in factors}
    for chain in along:
        if len(chain.positions) > 1 or chain.positions[0] not in products:
            plain.setdefault(len(chain.positions), []).append(chain)
            continue
        a, b = samples.operands[chain.positions[0]]
        common, other = (a, b) if (varies[a], factors[a]) > (varies[b], factors[b]) else (b, a)
        by_factor.setdefault(common, []).append((chain, other))
    groups = []
    for common, mine in by_factor.items():
        mine.sort(key=lambda pair: abs(pair[1]))  # in the order in which samples read them
        for i in range(0, len(mine), LANES):
            part = mine[i : i + LANES]
            chains, others = [c for c, _ in part], tuple([other for _, other in part])
            groups.append(Group(chains, common, [others]))
    for size, chains in plain.items():
        for i in range(0, len(chains), LANES):
            part_of = chains[i : i + LANES]
            terms = [tuple([c.positions[j] for c in part_of]) for j in range(size)]
            groups.append(Group(part_of, None, terms))
    return groups
