"""Signs of numbers, as numbers.

Owns what AVX-512 is told to write for each kind of number: there, a gate of a relu is one
instruction, not four.
"""

import math

from autograd.replay.llvm.rows.lanes import Number, select
from autograd.replay.llvm.rows.registers import by_kind, n_of_eight

# Intel SDM, VFIXUPIMMPD: a table has four bits for each kind, from the lowest on.
KINDS = ("quiet nan", "nan", "zero", "one", "-inf", "inf", "negative", "positive")
QUIET_NAN, ZERO, ONE = 0b0010, 0b1000, 0b1010  # of what to write
POSITIVE = {"quiet nan": QUIET_NAN, "nan": QUIET_NAN, "one": ONE, "inf": ONE, "positive": ONE}


def is_positive(x: Number) -> Number:
    """1 where x is above 0, 0 where it is not; nan where it is nan."""
    if n_of_eight(x) and x.constant is None:
        return by_kind(x, sum(POSITIVE.get(kind, ZERO) << 4 * i for i, kind in enumerate(KINDS)))
    return select(x > 0.0, 1.0, select(x <= 0.0, 0.0, math.nan))
