"""Drift: how far numbers of samples can be from what they were, by how far the weights are.

Owns the code of that bound, one for all samples: see `tapes/screening.py`. It is run on absolute
values: on those of then, which makes M, and on these with what they have moved since, which makes
N. A neuron's sum of products is made in lanes where its weights stand side by side, and so do
the bounds that they are multiplied by; the order of its terms is free.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, VECTOR, Code, Module
from autograd.replay.llvm.memory import LANES, WORK, Input, Memory
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import LIMITS, SUMS

FUSED = ("contract",)  # a product and a sum may be rounded once
FREE = ("contract", "reassoc")  # and in any order


class _Sum(NamedTuple):
    """A sum, with the sums that it alone reads.

    Attributes:
        lanes: where the factors of eight products of it begin.
        products: what else it reads of products that it alone reads.
        others: what else it reads.
    """

    lanes: list[tuple[int, int]]
    products: list[int]
    others: list[int]


class Drift:
    """The bound, while it is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        positions: what it bounds, in the order in which it is best computed.
        ends: the positions whose bounds are wanted.
        sizes: for each number from outside, -1 - e, where its absolute value stands.

    Attributes:
        up: where it stands how much larger the bounds are made, that roundings do not count; 1.0 if
            what is bounded are the numbers of then.
        found: for each end where its bound stands.
    """

    def __init__(
        self,
        memory: Memory,
        samples: Samples,
        positions: Sequence[int],
        ends: Sequence[int],
        sizes: Mapping[int, int],
    ) -> None:
        self._samples, self._positions, self._sizes = samples, positions, sizes
        limited = [p for p in positions if LIMITS.get(samples.rows[p], math.inf) < math.inf]
        start = memory.reserve(1 + len(ends) + len(limited))
        self.up = start
        self.found = {p: start + 1 + k for k, p in enumerate(ends)}
        self._above = {p: start + 1 + len(ends) + k for k, p in enumerate(limited)}
        self._places = dict[int, int]()  # of bounds that are read side by side
        self._inner = self._read_by_sums_alone()
        self._sums = {
            p: self._taken_apart(memory, p)
            for p in positions
            if samples.rows[p] in SUMS and p not in self._inner
        }

    def _read_by_sums_alone(self) -> set[int]:
        """The sums and products that one sum reads, and nothing else."""
        operands, rows = self._samples.operands, self._samples.rows
        uses = Counter([i for p in self._positions for i in operands[p]])
        summed = {i for p in self._positions if rows[p] in SUMS for i in operands[p]}
        return {
            p
            for p in self._positions
            if rows[p] in (ops.mul, *SUMS) and uses[p] == 1 and p in summed and p not in self.found
        }

    def _taken_apart(self, memory: Memory, p: int) -> _Sum:
        operands, rows = self._samples.operands, self._samples.rows
        products, others, left = list[int](), list[int](), [*operands[p]]
        while left:
            i = left.pop()
            if i not in self._inner:
                others.append(i)
            elif rows[i] is ops.mul:
                products.append(i)
            else:
                left += operands[i]
        lanes = []
        weight_of = {i: min(operands[i]) for i in products}
        products.sort(key=lambda i: self._sizes.get(weight_of[i], -1))
        alone = []
        while products:
            eight = products[:LANES]
            start = self._side_by_side(memory, eight)
            if start is None:
                alone.append(products.pop(0))
            else:
                lanes.append(start)
                products = products[LANES:]
        return _Sum(lanes, alone, others)

    def _side_by_side(self, memory: Memory, products: Sequence[int]) -> tuple[int, int] | None:
        """Where the factors of eight products begin, if they stand so, or can be made to."""
        pairs = [sorted(self._samples.operands[p]) for p in products]
        weights = [self._sizes.get(a) for a, _ in pairs]
        bounds = [b for _, b in pairs]
        first = weights[0]
        if first is None or weights != [*range(first, first + LANES)] or min(bounds) < 0:
            return None
        if self._places.keys().isdisjoint(bounds) and len({*bounds}) == LANES:
            start = memory.reserve(LANES)
            self._places |= {i: start + k for k, i in enumerate(bounds)}
        places = [self._places.get(i) for i in bounds]
        start_of = places[0]
        if start_of is None or places != [*range(start_of, start_of + LANES)]:
            return None
        return first, start_of

    def write(self, module: Module) -> ir.Function:
        """The function (blocks, work) that computes it."""
        self._code = code = module.function("drift")
        builder = code.builder
        self._up = builder.load(code.address(self.up))
        self._is_then = builder.fcmp_ordered("==", self._up, ir.Constant(DOUBLE, 1.0))
        self._bounds: dict[int, ir.Value] = {}
        for p in self._positions:
            if p not in self._inner:
                self._bounds[p] = found = self._bound(p)
                if p in self._places:
                    builder.store(found, code.address(self._places[p]))
        for p, place in self.found.items():
            builder.store(builder.fmul(self._bounds[p], self._up), code.address(place))
        builder.ret_void()
        return code.function

    def _bound(self, p: int) -> ir.Value:
        builder, row = self._code.builder, self._samples.rows[p]
        read = self._samples.operands[p]
        if row is ops.mul:
            a, b = (self._of(i) for i in read)
            return builder.fmul(a, b, flags=FUSED)
        if row in SUMS:
            return self._summed(self._sums[p])
        found = self._of(read[0])
        if p in self._above:
            limit = ir.Constant(DOUBLE, -LIMITS[row])
            place, zero = self._code.address(self._above[p]), ir.Constant(DOUBLE, 0.0)
            found = builder.fmul(found, self._up)  # what is subtracted takes no rounding with it
            over = builder.fadd(found, limit)
            over = builder.select(builder.fcmp_ordered(">", over, zero), over, zero)
            over = builder.select(self._is_then, over, builder.load(place))
            builder.store(over, place)
            return builder.fsub(found, over)
        return found

    def _summed(self, terms: _Sum) -> ir.Value:
        code, builder = self._code, self._code.builder
        total: ir.Value | None = None
        for place, other in terms.lanes:
            a, b = (code.load_row(Input(WORK, x)) for x in (place, other))
            product = builder.fmul(a, b, flags=FUSED)
            total = product if total is None else builder.fadd(total, product, flags=FUSED)
        if total is not None:
            total = _all_lanes(code, total)
        each = [self._bound(i) for i in terms.products] + [self._of(i) for i in terms.others]
        for x in each:
            total = x if total is None else builder.fadd(total, x, flags=FUSED)
        return total

    def _of(self, i: int) -> ir.Value:
        if i >= 0:
            return self._bounds[i]
        return self._code.builder.load(self._code.address(self._sizes[i]))


def _all_lanes(code: Code, x: ir.Value) -> ir.Value:
    """The sum of eight lanes."""
    name = "llvm.vector.reduce.fadd.v8f64"
    function = code.module.ir.globals.get(name)
    if function is None:
        kind = ir.FunctionType(DOUBLE, [DOUBLE, VECTOR])
        function = ir.Function(code.module.ir, kind, name)
    return code.builder.call(function, [ir.Constant(DOUBLE, -0.0), x], fastmath=FREE)
