"""`python -m tests.ulp N [name ...]`: how many units in the last place each operation is off.

Owns the measure: values over the whole range of doubles against mpmath, by the definitions of
`oracle.py`, in 60 digits or as many more as a definition cancels. A value is well conditioned where
a relative change of an operand changes it at most twice as much; elsewhere the allowance grows with
the condition number. Prints the table of docs/accuracy.md.
"""

import math
import random
import struct
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import mpmath
from mpmath import mp, mpf

import autograd as ag
from tests.oracle import EVERY, INTERNAL, Definition, live_positions

LIMIT = 2.0
OTHER_LIMITS = {
    **dict.fromkeys(("lgamma", "digamma", "polygamma", "erfc", "gelu"), 4.0),
    # No row, but made of rows: a rounded difference, an exponential, additions, a quotient.
    "softmax": 4.0,
    # Of three and more where the largest is near 0: a rest is added to it.
    "logsumexp": 4.0,
}
INF = math.inf
OVERFLOW = mpf(2) ** 1024 - mpf(2) ** 970  # from here on a number rounds to inf
WELL = 2.0  # the condition number up to which a value is well conditioned
# What they give is one of their operands, or a whole number: no rounding at all.
EXACT = set("where clip take floor sign relu abs maximum minimum max min identity neg".split())
# Intermediate products may under- and overflow, and each of their steps rounds: test_rows.py.
LEFT_OUT = {"prod", "dot"}
# Digits for what a formula cancels: x - log(e^x + e^y), and the floor of a quotient.
DIGITS = {
    **dict.fromkeys(("log_softmax", "softmax", "logsumexp", "logaddexp", "nll"), 400),
    **dict.fromkeys(("mod", "floordiv"), 720),
}
NAMES = sorted(set(EVERY) - LEFT_OUT)


def limit(name: str) -> float:
    """How many ulp an operation may be off where it is well conditioned."""
    return 0.0 if name in EXACT else OTHER_LIMITS.get(name, LIMIT)


def operands(name: str, n: int, seed: int = 1) -> Iterator[tuple[float, ...]]:
    """Random operands: any bits, every binade alike, those of usual size, those around 1."""
    draw = random.Random(f"{name} {seed}")
    definition = EVERY[name]

    def number() -> float:
        kind = draw.randrange(5)
        if kind == 0:
            return float(struct.unpack("<d", struct.pack("<Q", draw.getrandbits(64)))[0])
        if kind == 1:
            return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-320.0, 308.0)
        if kind == 2:
            return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-20.0, 4.0)
        return draw.uniform(-40.0, 40.0) if kind == 3 else draw.uniform(-3.0, 3.0)

    for _ in range(n):
        numbers = [number() for _ in definition.box]
        if name == "polygamma":
            numbers[0] = float(draw.randint(1, 5))
        if name in ("nll", "take"):
            numbers[0] = float(draw.randint(0, 2))
        yield tuple(numbers)


def error(
    name: str, numbers: tuple[float, ...], got: float | None = None
) -> tuple[float, float] | None:
    """(error in ulp, condition number), or None where there is no finite real number.

    Args:
        got: what is measured; without it, what the operation gives.
    """
    definition = EVERY[name]
    if not all(map(math.isfinite, numbers)) or not definition.smooth(*numbers):
        return None
    if got is None:
        got = _engine(name, definition, numbers)
    with mp.workdps(DIGITS.get(name, 60)):
        exact = _exact(definition, numbers)
        if exact is None or exact == 0:
            return None
        if not math.isfinite(got):
            return None if abs(exact) >= OVERFLOW and got * mpmath.sign(exact) > 0 else (INF, 1.0)
        size = min(abs(exact), mpf(sys.float_info.max))
        off = abs(mpf(got) - exact) / mpf(math.ulp(float(size)))
        condition = mpf(0)
        for i, x in enumerate(numbers):
            if x == 0.0 or i not in live_positions(name, numbers):
                continue
            step = abs(mpf(x)) * mpf(10) ** -20
            moved = [*numbers]
            moved[i] = mpf(x) + step  # type: ignore[call-overload]
            other = _exact(definition, tuple(moved))
            if other is not None:
                condition += abs((other - exact) / step * mpf(x) / exact)
        return float(off), float(condition)


def _engine(name: str, definition: Definition, numbers: tuple[float, ...]) -> float:
    operation = ag.ops.TABLE[name] if name in INTERNAL else getattr(ag, name)
    return float(definition.call(operation, *numbers))


def _exact(definition: Definition, numbers: tuple[Any, ...]) -> Any:
    try:
        found = definition.function(*[mpf(x) for x in numbers])
    except (ValueError, ZeroDivisionError, OverflowError, TypeError, mpmath.libmp.NoConvergence):
        return None
    return found if mpmath.isfinite(found) and isinstance(found, mpf) else None


def allowed(name: str, condition: float) -> float:
    """The error in ulp that is all right: more where an ulp of an operand is worth several."""
    return limit(name) if condition <= WELL else limit(name) + condition


class Worst(NamedTuple):
    """The largest error where it is well conditioned, and all that are not allowed."""

    off: float
    at: tuple[float, ...]
    points: int
    beyond: list[tuple[float, float, tuple[float, ...]]]  # ulp, condition number, operands


def worst(name: str, n: int, seed: int = 1) -> Worst:
    """Measure at n random operands; `points` of them have a real number for a value."""
    off, at, points = 0.0, (), 0
    beyond = []
    for numbers in operands(name, n, seed):
        found = error(name, numbers)
        if found is None:
            continue
        points += 1
        if found[0] > allowed(name, found[1]):
            beyond.append((*found, numbers))
        if found[1] <= WELL and found[0] >= off:
            off, at = found[0], numbers
    return Worst(off, at, points, beyond)


def main() -> None:
    """Print the worst of each operation, as Markdown."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| operation | worst, ulp | limit | points | at |\n|---|---|---|---|---|")
    for name in sys.argv[2:] or NAMES:
        found = worst(name, n)
        at = " ".join(map(repr, found.at)) if found.off else ""
        print(f"| {name} | {found.off:.2f} | {limit(name):.0f} | {found.points} | {at} |")
        for off, condition, numbers in found.beyond[:4]:
            print(f"BEYOND: {off:.3g} ulp, condition {condition:.3g}, at {numbers}")


if __name__ == "__main__":
    main()
