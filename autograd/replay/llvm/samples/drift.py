"""Drift: how far numbers of samples can be from what they were, by how far the weights are.

Owns the code of that bound, one for all samples: see `tapes/screening.py`. It is run on absolute
values twice: on those of then, which makes M, and on these with what they have moved since, which
makes N.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import DOUBLE, Module
from autograd.replay.llvm.memory import Memory
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import LIMITS, SUMS

FUSED = ("contract",)  # a product and a sum may be rounded once


class Drift:
    """The bound, while it is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        positions: what it bounds, in the order in which it is best computed.
        ends: the positions whose bounds are wanted.
        sizes: for each number from outside, -1 - e, where its absolute value stands.

    Attributes:
        is_then: where 1.0 stands if what is bounded are the numbers of then.
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
        self.is_then = start
        self.found = {p: start + 1 + k for k, p in enumerate(ends)}
        self._above = {p: start + 1 + len(ends) + k for k, p in enumerate(limited)}

    def write(self, module: Module) -> ir.Function:
        """The function (blocks, work) that computes it."""
        self._code = code = module.function("drift")
        builder, samples = code.builder, self._samples
        zero = ir.Constant(DOUBLE, 0.0)
        self._is_then = builder.fcmp_ordered("!=", builder.load(code.address(self.is_then)), zero)
        self._bounds: dict[int, ir.Value] = {}
        # A product that one sum alone reads is made with it.
        uses = Counter([i for p in self._positions for i in samples.operands[p]])
        summed = {
            i for p in self._positions if samples.rows[p] in SUMS for i in samples.operands[p]
        }
        self._own = {
            p
            for p in self._positions
            if samples.rows[p] is ops.mul and uses[p] == 1 and p in summed and p not in self.found
        }
        for p in self._positions:
            if p not in self._own:
                self._bounds[p] = self._bound(p)
        for p, place in self.found.items():
            builder.store(self._bounds[p], code.address(place))
        builder.ret_void()
        return code.function

    def _bound(self, p: int) -> ir.Value:
        builder, row = self._code.builder, self._samples.rows[p]
        read = self._samples.operands[p]
        if row is ops.mul:
            a, b = (self._of(i) for i in read)
            return builder.fmul(a, b, flags=FUSED)
        if row in SUMS:
            a, b = (self._bound(i) if i in self._own else self._of(i) for i in read)
            return builder.fadd(a, b, flags=FUSED)
        found = self._of(read[0])
        if p in self._above:
            limit = ir.Constant(DOUBLE, -LIMITS[row])
            place, zero = self._code.address(self._above[p]), ir.Constant(DOUBLE, 0.0)
            over = builder.fadd(found, limit)
            over = builder.select(builder.fcmp_ordered(">", over, zero), over, zero)
            over = builder.select(self._is_then, over, builder.load(place))
            builder.store(over, place)
            return builder.fsub(found, over)
        return found

    def _of(self, i: int) -> ir.Value:
        if i >= 0:
            return self._bounds[i]
        return self._code.builder.load(self._code.address(self._sizes[i]))
