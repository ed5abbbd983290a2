"""The steps of a C library: which of several ways it goes, told by comparing bits.

Owns `Rounding`, how a library was compiled, and the choice among ways that are known.
"""

from collections.abc import Callable, Sequence

import llvmlite.binding as llvm

from autograd.replay.llvm.rows.lanes import Number, Operand, fma
from autograd.replay.llvm.rows.twins.agreeing import Range, agrees


class Rounding:
    """How a library was compiled.

    Args:
        is_fused: whether a product and a sum are rounded once, or each of them.
    """

    def __init__(self, is_fused: bool) -> None:
        self.is_fused = is_fused

    def sum(self, a: Number, b: Operand, c: Operand) -> Number:
        """a b + c."""
        return fma(a, b, c) if self.is_fused else a * b + c


Steps = Callable[[Rounding, Number], Number]


def rounding_of(symbol: str, steps: Steps, asked: Sequence[Range]) -> Rounding | None:
    """How the library of this process rounds the steps of a function; None if they are not its.

    Args:
        symbol: the function.
        steps: writes them.
        asked: the numbers for which they must give the bits of the library.
    """
    features = llvm.get_host_cpu_features()
    can_fuse = features.get("fma") or features.get("neon")
    for rounding in map(Rounding, [True, False] if can_fuse else [False]):
        if agrees(symbol, lambda x, rounding=rounding: steps(rounding, x), asked):
            return rounding
    return None
