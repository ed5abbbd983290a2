"""Drift: how far numbers of samples can be from what they were, by how far the weights are.

Owns the code of that bound, one for all samples: see `tapes/screening.py`. It is run on absolute
values: on those of then, which makes M, and on these with what they have moved since, which makes
N. A neuron's sum of products is made in lanes where its weights stand side by side; the order of
its terms is free. Of eight neurons that are read together the lanes are added up together, and so
their bounds are in lanes, too, for the sums of the next layer.
"""

import math
from collections.abc import Mapping, Sequence

from llvmlite import ir

from autograd import ops
from autograd.op import Op
from autograd.replay.llvm.code import (
    DOUBLE,
    EVEN,
    FIRST_PAIRS,
    FUSED,
    I32,
    LOWER,
    ODD,
    SECOND_PAIRS,
    UPPER,
    VECTOR,
    Code,
    Module,
)
from autograd.replay.llvm.memory import WORK, Input, Memory
from autograd.replay.llvm.samples.eights import Eights, Sum
from autograd.replay.llvm.samples.strips import Terms
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import LIMITS, SUMS

FREE = (*FUSED, "reassoc")  # and in any order


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
        self._eights = Eights(samples, positions, self.found, sizes, self._above)

    def write(self, module: Module) -> ir.Function:
        """The function (blocks, work) that computes it."""
        self._code = code = module.function("drift")
        builder = code.builder
        self._up = builder.load(code.address(self.up))
        self._is_then = builder.fcmp_ordered("==", self._up, ir.Constant(DOUBLE, 1.0))
        self._bounds: dict[int, ir.Value] = {}
        self._vectors: dict[Terms, ir.Value] = {}
        for p in self._positions:
            if p in self._eights.by_last:
                terms = self._eights.by_last[p]
                self._vectors[terms] = self._eight(terms)
            elif p not in self._eights.inner and p not in self._eights.in_lanes:
                self._bounds[p] = self._bound(p)
        for p, place in self.found.items():
            builder.store(builder.fmul(self._of(p), self._up), code.address(place))
        builder.ret_void()
        return code.function

    def _bound(self, p: int) -> ir.Value:
        builder, row = self._code.builder, self._samples.rows[p]
        read = self._samples.operands[p]
        if row is ops.mul:
            a, b = (self._of(i) for i in read)
            return builder.fmul(a, b, flags=FUSED)
        if row in SUMS:
            terms = self._eights.sums[p]
            lanes, total = self._products(terms), self._others(terms)
            if lanes is None:
                return total
            lanes = _all_lanes(self._code, lanes)
            return lanes if total is None else builder.fadd(lanes, total, flags=FUSED)
        return self._limited(self._of(read[0]), row, self._above.get(p))

    def _eight(self, terms: Terms) -> ir.Value:
        """The bounds of eight in lanes."""
        code, builder = self._code, self._code.builder
        row = self._samples.rows[terms[0]]
        if row in LIMITS:
            read = tuple([self._samples.operands[p][0] for p in terms])
            return self._limited(self._vectors[read], row, self._above.get(terms[0]))
        each = []
        for p in terms:
            lanes, total = self._products(self._eights.sums[p]), self._others(self._eights.sums[p])
            if total is not None:  # whichever lane it is added to
                zeros = code.module.vector.constant(0.0)
                total = builder.insert_element(zeros, total, ir.Constant(I32, 0))
                lanes = builder.fadd(lanes, total, flags=FUSED)
            each.append(lanes)
        return _all_lanes_of(code, each)

    def _limited(self, found: ir.Value, row: Op, above: int | None) -> ir.Value:
        """What lets nothing further apart makes of a bound, or of eight.

        Args:
            above: where it stands how much a limit takes from the bounds of then; None if there is
                no limit.
        """
        if above is None:
            return found
        builder = self._code.builder
        place = builder.bitcast(self._code.address(above), found.type.as_pointer())
        kind = self._code.module.scalar if found.type == DOUBLE else self._code.module.vector
        limit, zero = (kind.constant(x) for x in (-LIMITS[row], 0.0))
        up = self._up if found.type == DOUBLE else self._code.splat(self._up)
        found = builder.fmul(found, up)  # what is subtracted takes no rounding with it
        over = builder.fadd(found, limit)
        over = builder.select(builder.fcmp_ordered(">", over, zero), over, zero)
        over = builder.select(self._is_then, over, builder.load(place, align=8))
        builder.store(over, place, align=8)
        return builder.fsub(found, over)

    def _products(self, terms: Sum) -> ir.Value | None:
        """The products that are made in lanes, added up lane by lane; None if there are none."""
        code, builder = self._code, self._code.builder
        total: ir.Value | None = None
        for place, others in terms.lanes:
            a, b = code.load_row(Input(WORK, place)), self._vector(others)
            product = builder.fmul(a, b, flags=FUSED)
            total = product if total is None else builder.fadd(total, product, flags=FUSED)
        return total

    def _others(self, terms: Sum) -> ir.Value | None:
        """The sum of all else; None if there is nothing."""
        total: ir.Value | None = None
        for x in [*map(self._bound, terms.products), *map(self._of, terms.others)]:
            total = x if total is None else self._code.builder.fadd(total, x, flags=FUSED)
        return total

    def _vector(self, terms: Terms) -> ir.Value:
        """The bounds of eight side by side."""
        if terms not in self._vectors:
            found = ir.Constant(VECTOR, ir.Undefined)
            for lane, p in enumerate(terms):
                at = ir.Constant(I32, lane)
                found = self._code.builder.insert_element(found, self._of(p), at)
            self._vectors[terms] = found
        return self._vectors[terms]

    def _of(self, i: int) -> ir.Value:
        if i < 0:
            return self._code.builder.load(self._code.address(self._sizes[i]))
        if i not in self._bounds:
            terms, lane = self._eights.in_lanes[i]
            at = ir.Constant(I32, lane)
            self._bounds[i] = self._code.builder.extract_element(self._vectors[terms], at)
        return self._bounds[i]


def _all_lanes(code: Code, x: ir.Value) -> ir.Value:
    """The sum of eight lanes."""
    name = "llvm.vector.reduce.fadd.v8f64"
    function = code.module.ir.globals.get(name)
    if function is None:
        kind = ir.FunctionType(DOUBLE, [DOUBLE, VECTOR])
        function = ir.Function(code.module.ir, kind, name)
    return code.builder.call(function, [ir.Constant(DOUBLE, -0.0), x], fastmath=FREE)


def _all_lanes_of(code: Code, v: Sequence[ir.Value]) -> ir.Value:
    """The sums of the lanes of eight vectors: half as many instructions as for one after another.

    Neighbours are added, then pairs, then halves; see `Code.transposed`.
    """
    for masks in ((EVEN, ODD), (FIRST_PAIRS, SECOND_PAIRS), (LOWER, UPPER)):
        found = []
        for a, b in zip(v[::2], v[1::2], strict=True):
            first, second = (code.mixed(a, b, mask) for mask in masks)
            found.append(code.builder.fadd(first, second, flags=FUSED))
        v = found
    return v[0]
