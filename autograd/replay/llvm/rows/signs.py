"""Signs of numbers: what a relu and its gate ask for.

Owns how each is one instruction where the processor has one: what AVX-512 is told to write for each
kind of number, and the larger of two as AVX understands it.
"""

import math

from autograd.replay.llvm.rows.lanes import Number, select
from autograd.replay.llvm.rows.registers import by_kind, fills_registers, larger, n_of_eight

# Intel SDM, VFIXUPIMMPD: a table has four bits for each kind, from the lowest on.
KINDS = ("quiet nan", "nan", "zero", "one", "-inf", "inf", "negative", "positive")
QUIET_NAN, ZERO, ONE = 0b0010, 0b1000, 0b1010  # of what to write
POSITIVE = {"quiet nan": QUIET_NAN, "nan": QUIET_NAN, "one": ONE, "inf": ONE, "positive": ONE}


def is_positive(x: Number) -> Number:
    """1 where x is above 0, 0 where it is not; nan where it is nan."""
    if n_of_eight(x) and x.constant is None:
        return by_kind(x, sum(POSITIVE.get(kind, ZERO) << 4 * i for i, kind in enumerate(KINDS)))
    return select(x > 0.0, 1.0, select(x <= 0.0, 0.0, math.nan))


def not_below_zero(x: Number) -> Number:
    """max(x, 0): 0 where x is below it, else x, which may be -0.0 or nan."""
    if fills_registers(x):
        return larger(0.0, x)
    return select(x < 0.0, 0.0, x)
