"""Sums over the samples: the same bits as one by one, eight sums at a time.

Owns which sums lie in the lanes of one running total, and the loops that add. In each sum the
samples follow in their order. A sum of products, which the gradient of each weight is, needs no
product in lanes of samples: the lanes of one factor are turned into lanes of sums, the other factor
is one number for all.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import I64, Code
from autograd.replay.llvm.machine import n_registers
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.samples.strips import Strip, Terms, inputs_in_rows, varies
from autograd.replay.tapes.samples import Chain, Samples

# Running totals at once, of 32 registers 16, and more of them if they add what is at hand.
IN_REGISTERS = n_registers() // 2
SPARE = n_registers() // 8


class Group(NamedTuple):
    """Up to eight sums in the lanes of one running total.

    Attributes:
        chains: the sums.
        terms: for each term of a sample, what it is (or is multiplied by) in each sum.
        factors: for each term the position or -1 - e by which it is multiplied in all of them;
            () where they are no products.
    """

    chains: list[Chain]
    terms: list[Terms]
    factors: tuple[int, ...] = ()


class Sums:
    """The sums of one pass.

    Args:
        chains: what they are; all run over the samples in one direction.
        products: the positions that are products and read by them alone; of a sum all or none.
        in_rows: whether terms that stand in rows among the inputs can be read there.
    """

    def __init__(
        self,
        memory: Memory,
        samples: Samples,
        chains: Sequence[Chain],
        products: set[int],
        in_rows: bool,
    ) -> None:
        self._memory = memory
        self._groups = _grouped(chains, samples, products)
        self._totals = [memory.reserve(LANES) for _ in self._groups]
        for total, group in zip(self._totals, self._groups, strict=True):
            for lane, chain in enumerate(group.chains):
                memory.put(chain.result, total + lane)
        terms = dict.fromkeys([terms for group in self._groups for terms in group.terms])
        self.factors = {factor for group in self._groups for factor in group.factors}
        self.factors |= {one[0] for one in terms if len(one) == 1}
        rows = [one for one in terms if len(one) > 1]
        self.turned = [
            one for one in rows if not in_rows or inputs_in_rows(memory, samples, one) is None
        ]

    def starts(self) -> dict[tuple[int, ...], int]:
        """What the sums of whole groups begin with, and where their totals stand."""
        each = zip(self._groups, self._totals, strict=True)
        return {_starts(group): total for group, total in each if len(group.chains) == LANES}

    def begin(self, code: Code) -> None:
        """Write what the sums begin with, unless it is there."""
        for total, group in zip(self._totals, self._groups, strict=True):
            starts = _starts(group)
            if self._memory.place(starts[0]) == total:
                continue
            code.store_vector(code.vector((starts + starts[-1:] * LANES)[:LANES]), total)

    def add_up(self, strip: Strip, is_descending: bool) -> None:
        """Add the terms of a strip, one sample after another."""
        for tile in _tiles(self._groups):
            self._add_tile(strip, tile, is_descending)

    def _add_tile(self, strip: Strip, tile: list[int], is_descending: bool) -> None:
        """The loop for some of the totals, which stay in registers."""
        code = strip.code
        builder = code.builder
        starts = [code.load_vector(self._totals[g]) for g in tile]
        before, one = builder.block, ir.Constant(I64, 1)
        loop, done = builder.append_basic_block("sum"), builder.append_basic_block("summed")
        builder.branch(loop)
        builder.position_at_end(loop)
        count = builder.phi(I64)
        count.add_incoming(ir.Constant(I64, 0), before)
        totals: list[ir.Value] = [builder.phi(start.type) for start in starts]
        phis = list(totals)
        for phi, start in zip(phis, starts, strict=True):
            phi.add_incoming(start, before)
        following = builder.add(count, one)
        sample = builder.sub(strip.n, following) if is_descending else count
        rows: dict[Terms, ir.Value] = {}

        def row(terms: Terms) -> ir.Value:
            if terms not in rows:
                if len(terms) == 1:
                    rows[terms] = code.splat(strip.number(terms[0], sample))
                else:
                    rows[terms] = strip.row(terms, sample)
            return rows[terms]

        for k, g in enumerate(tile):
            group = self._groups[g]
            for t, terms in enumerate(group.terms):
                term = row(terms)
                if group.factors:
                    factor = row((group.factors[t],))
                    term = code.apply(ops.mul, [factor, term], in_lanes=True)
                totals[k] = code.apply(ops.add, [totals[k], term], in_lanes=True)
        count.add_incoming(following, builder.block)
        for phi, total in zip(phis, totals, strict=True):
            phi.add_incoming(total, builder.block)
        builder.cbranch(builder.icmp_unsigned("<", following, strip.n), loop, done)
        builder.position_at_end(done)
        for g, total in zip(tile, totals, strict=True):
            code.store_vector(total, self._totals[g])


def _starts(group: Group) -> tuple[int, ...]:
    return tuple([chain.start for chain in group.chains])


def _tiles(groups: list[Group]) -> list[list[int]]:
    """The places of the groups in as many loops as registers ask for.

    Those that multiply the same lanes by other factors are together, with those that add them.
    """
    lanes_of: dict[tuple[int, ...], list[int]] = {}  # factors -> their groups
    plain = []
    for g, group in enumerate(groups):
        if group.factors:
            lanes_of.setdefault(group.factors, []).append(g)
        else:
            plain.append(g)
    alike: dict[tuple[tuple[Terms, ...], ...], list[list[int]]] = {}
    for mine in lanes_of.values():
        alike.setdefault(tuple([tuple(groups[g].terms) for g in mine]), []).append(mine)
    tiles: list[list[int]] = []
    for terms, many in alike.items():
        at_once = max(1, IN_REGISTERS // len(terms))
        for i in range(0, len(many), at_once):
            tile = [g for mine in many[i : i + at_once] for g in mine]
            tiles += [tile[j : j + IN_REGISTERS] for j in range(0, len(tile), IN_REGISTERS)]
    left = []
    for g in plain:
        rows = set(groups[g].terms)
        reading = [t for t in tiles if rows <= {one for h in t for one in groups[h].terms}]
        fewest = min(reading, key=len, default=None)
        if fewest is None or len(fewest) >= IN_REGISTERS + SPARE:
            left.append(g)
        else:
            fewest.append(g)
    for i in range(0, len(left), IN_REGISTERS):
        part = left[i : i + IN_REGISTERS]
        small = next((tile for tile in tiles if len(tile) + len(part) <= IN_REGISTERS), None)
        if small is None:
            tiles.append(part)
        else:
            small += part
    return tiles


def _grouped(along: Sequence[Chain], samples: Samples, products: set[int]) -> list[Group]:
    """The sums in groups of eight; products with a common factor, which most have, together."""
    plain: dict[int, list[Chain]] = {}
    alone: dict[int, Chain] = {}
    multiples = []
    for chain in along:
        size, p = len(chain.positions), chain.positions[0]
        if p in products:
            multiples.append(chain)
        elif size > 1 or p in alone:
            plain.setdefault(size, []).append(chain)
        else:
            alone[p] = chain
    operands = samples.operands
    factors = Counter([i for c in multiples for p in c.positions for i in set(operands[p])])
    rank = {i: (varies(samples, i), n) for i, n in factors.items()}
    by_factors: dict[tuple[int, ...], list[tuple[tuple[int, ...], Chain]]] = {}
    for chain in multiples:
        pairs = [sorted(operands[p], key=rank.__getitem__) for p in chain.positions]
        others, common = zip(*pairs, strict=True)
        by_factors.setdefault(common, []).append((others, chain))
    groups = []
    for common, mine in by_factors.items():
        mine.sort(key=lambda pair: [*map(abs, pair[0])])  # in the order in which samples read them
        for i in range(0, len(mine), LANES):
            rows, chains = zip(*mine[i : i + LANES], strict=True)
            groups.append(Group([*chains], [*zip(*rows, strict=True)], common))
    rows_of_products = [group.terms[0] for group in groups if len(group.terms) == 1]
    for terms in rows_of_products:  # what they multiply is added up beside, where a sum does
        if all(i in alone for i in terms) and len(set(terms)) == len(terms):
            beside = Group([alone.pop(i) for i in terms], [terms])
            groups.append(beside)
    for many in ([*alone.values()], *plain.values()):
        for i in range(0, len(many), LANES):
            part = many[i : i + LANES]
            groups.append(Group(part, [*zip(*[c.positions for c in part], strict=True)]))
    return groups
