"""Against: the sums of a pass that run over the samples the other way than the pass does.

Owns their code. Each addition waits for the one before, and all terms are there before the first
of them can be made. So they are made beside something else that goes over the samples in their
direction, if there is something, and else alone.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import I64, Code
from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.memory import Memory
from autograd.replay.tapes.samples import Chain


class Against:
    """Some sums of one pass.

    Args:
        memory: is given the places of the sums, and keeps their terms.
        chains: what they are, all in one direction.

    Attributes:
        ascend: whether there are some, and they begin with the first sample.
    """

    def __init__(self, memory: Memory, chains: Sequence[Chain]) -> None:
        self._memory, self._chains = memory, chains
        self._places = [memory.reserve(1) for _ in chains]
        for place, chain in zip(self._places, chains, strict=True):
            memory.put(chain.result, place)
        self.ascend = any(not chain.is_descending for chain in chains)
        self._size = 0  # how many samples at once are gone through in a loop

    def begin(self, code: Code) -> None:
        """Write what the sums begin with."""
        for place, chain in zip(self._places, self._chains, strict=True):
            code.builder.store(code.number(chain.start), code.address(place))

    def go_on(self, code: Code, n: ir.Value, first: ir.Value, size: int) -> None:
        """Write into a loop over the first n samples what it adds of `size` of them.

        Fewer than that at the end are left over.
        """
        builder = code.builder
        end = builder.add(first, ir.Constant(I64, size))
        with builder.if_then(builder.icmp_unsigned("<=", end, n)):
            for place, chain in zip(self._places, self._chains, strict=True):
                total = builder.load(code.address(place))
                for i in range(size):
                    index = builder.add(first, ir.Constant(I64, i))
                    total = self._added(code, chain, total, index)
                builder.store(total, code.address(place))
        self._size = size

    def finish(self, code: Code, n: ir.Value) -> None:
        """Write the additions that are left of n samples."""
        for place, chain in zip(self._places, self._chains, strict=True):
            self._finish(code, n, place, chain)

    def _finish(self, code: Code, n: ir.Value, place: int, chain: Chain) -> None:
        builder, n_done = code.builder, ir.Constant(I64, 0)
        if self._size:
            size = ir.Constant(I64, self._size)
            n_done = builder.mul(builder.udiv(n, size), size)
        first = builder.sub(n, ir.Constant(I64, 1)) if chain.is_descending else n_done
        go = builder.sub if chain.is_descending else builder.add

        def added(count: ir.Value, total: ir.Value) -> ir.Value:
            return self._added(code, chain, total, go(first, count))

        n_left = builder.sub(n, n_done)
        total = carried(code.builder, n_left, code.builder.load(code.address(place)), added)
        code.builder.store(total, code.address(place))

    def _added(self, code: Code, chain: Chain, total: ir.Value, index: ir.Value) -> ir.Value:
        """A total and the terms of one sample."""
        for p in chain.positions:
            term = code.builder.load(code.address(self._memory.spill(p), index))
            total = code.apply(ops.add, [total, term], in_lanes=False)
        return total
