"""`python -m tests.approximations [N] [name ...]`: how many ulp fast mode's functions are off.

Owns the measure of what `autograd.replay.llvm.rows.approximations` promises. N operands of each
kind (every binade, those of usual size, those where a function is hard) go through the row as fast
mode and as exact mode writes it; where the two are furthest apart, and at as many others, mpmath
says how far the fast one is from the exact number (`tests/ulp.py`). Prints the worst of each row.
"""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import NamedTuple

import numpy as np

from autograd.op import TABLE
from autograd.replay.llvm.rows.approximations import SMALL_POWERS
from autograd.replay.llvm.rows.lowering import APPROXIMATED
from tests import ulp
from tests.compiled_rows import Case, Library

LIMIT = 2.0
# Where its parts cancel, an ulp of an operand is worth many: counted in 1 + its condition number.
CANCELLING = "logaddexp"
CASES = (
    *[Case(name, TABLE[name].arity) for name in sorted(APPROXIMATED)],
    *[Case(name, 1, (n,)) for name in ("power", "pow") for n in SMALL_POWERS],
)
MEASURED = 10_000  # operands of each row that mpmath is asked about


@cache
def library(width: int, fast: bool = True) -> Library:
    """These rows alone, compiled: quicker to make than every row of the table."""
    return Library(CASES, width, fast)


def title(case: Case) -> str:
    """The row as a reader writes it."""
    return " ".join([case.name, *[f"{n:g}" for n in case.known]])


def error(case: Case, numbers: tuple[float, ...], got: float) -> float | None:
    """How many ulp a number that a compiled row gave is off, by `ulp.error`."""
    found = ulp.error(case.name, (*numbers, *case.known), got)
    if found is None or case.name != CANCELLING:
        return found and found[0]
    return found[0] / (1.0 + found[1])


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether all are alike; one nan is like another."""
    alike = a.view(np.int64) == b.view(np.int64)
    return bool(np.all(alike | (np.isnan(a) & np.isnan(b))))


def _numbers(draw: np.random.Generator, n: int) -> np.ndarray:
    """n of every binade, of usual sizes, beside 1, and beside the multiples of pi/2."""
    sign = draw.choice((-1.0, 1.0), (4, n))
    exponents = draw.permutation(np.resize(np.arange(-1073, 1025), n))
    quarters = np.rint(2.0 ** draw.uniform(0.0, 40.0, n))
    return np.concatenate(
        [
            sign[0] * np.ldexp(draw.uniform(0.5, 1.0, n), exponents),
            sign[1] * 2.0 ** draw.uniform(-60.0, 12.0, n),
            1.0 + sign[2] * 2.0 ** draw.uniform(-52.0, 0.0, n),
            sign[3] * quarters * (0.5 * math.pi),
            draw.uniform(-800.0, 800.0, n),
            draw.uniform(-40.0, 40.0, 2 * n),
            draw.uniform(-3.0, 3.0, 2 * n),
            draw.uniform(-1.0, 1.0, n),
        ]
    )


def operands(case: Case, n: int, seed: int = 1) -> np.ndarray:
    """A row of numbers for each operand; of two, also such as are near, or nearly cancel."""
    draw = np.random.default_rng(seed)
    first = _numbers(draw, n)
    if case.arity == 1:
        return first[np.newaxis]
    top = draw.uniform(-3.0, 1.0, n)
    below = draw.uniform(-0.7, -1e-3, n)
    return np.concatenate(
        [
            [first, draw.permutation(_numbers(draw, n))],
            [first, first - draw.uniform(0.0, 40.0, len(first))],
            [top, top - draw.uniform(0.0, 3.0, n)],
            [below, np.log(-np.expm1(below))],  # e^a + e^b is 1, but for roundings
        ],
        axis=1,
    )


def _suspicion(case: Case, columns: np.ndarray) -> np.ndarray:
    """How many ulp the fast row and the exact one are apart."""
    fast, exact = (library(8, is_fast)(case, columns) for is_fast in (True, False))
    with np.errstate(all="ignore"):
        apart = np.abs(fast - exact) / np.spacing(np.abs(exact))
        if case.name == CANCELLING:
            slopes = np.exp(columns - exact)
            apart /= 1.0 + np.sum(np.abs(columns) * slopes, axis=0) / np.abs(exact)
    return np.where(np.isfinite(exact), np.nan_to_num(apart, nan=math.inf), -1.0)


class Worst(NamedTuple):
    """The largest error in ulp, and at how many operands there is an exact number."""

    off: float
    at: tuple[float, ...]
    points: int


def worst(case: Case, n: int, seed: int = 1, measured: int = MEASURED) -> Worst:
    """Measure at n operands of each kind, exactly at `measured` of them."""
    columns = operands(case, n, seed)
    fast = library(8)(case, columns)
    draw = np.random.default_rng(seed)
    suspicious = np.argsort(-_suspicion(case, columns), kind="stable")[: measured // 2]
    off, at, points = 0.0, (), 0
    for i in [*suspicious, *draw.integers(0, len(fast), measured // 2)]:
        numbers = tuple(columns[:, i].tolist())
        found = error(case, numbers, float(fast[i]))
        if found is not None:
            points += 1
            if found > off:
                off, at = found, numbers
    return Worst(off, at, points)


def main() -> None:
    """Print the worst of each row."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for case in CASES:
        if sys.argv[2:] and case.name not in sys.argv[2:]:
            continue
        found = worst(case, n)
        unit = "(1 + condition number) ulp" if case.name == CANCELLING else "ulp"
        mark = "" if found.off <= LIMIT else "  BEYOND"
        print(f"{title(case):12} {found.off:.2f} {unit} at {' '.join(map(repr, found.at))}{mark}")
        one, eight = (library(width)(case, operands(case, n)) for width in (1, 8))
        if not same_bits(one, eight):
            print("BEYOND: one lane and eight give different bits")


if __name__ == "__main__":
    main()
