"""`python -m tests.ulp`: how many units in the last place each operation is off, and where.

Owns the measure: values over the whole range of doubles against mpmath at 60 digits, by the
definitions of `oracle.py`. A value is well conditioned where a relative change of an operand
changes it at most twice as much; elsewhere the allowance grows with the condition number.
"""

import math
import random
import struct
import sys
from collections.abc import Iterator
from typing import Any

import mpmath
from mpmath import mp, mpf

import autograd as ag
from tests.oracle import EVERY, Definition, live_positions

LIMIT, LOOSE = 2.0, 4.0
LOOSE_ONES = ("lgamma", "digamma", "erfc", "gelu", "polygamma")
WELL = 2.0  # the condition number up to which a value is well conditioned
LEFT_OUT = {
    "where", "clip", "take", "floor", "floordiv", "sign", "relu", "abs", "maximum", "minimum",
    "max", "min", "identity", "neg",  # exact
    "mod",  # fmod of libm, tested with its own cases in test_rows.py
    "sum", "mean", "prod", "dot",  # their error is that of their order of operations: test_rows.py
}  # fmt: skip
NAMES = sorted(set(EVERY) - LEFT_OUT)


def limit(name: str) -> float:
    """How many ulp an operation may be off where it is well conditioned."""
    return LOOSE if name in LOOSE_ONES else LIMIT


def operands(name: str, n: int, seed: int = 1) -> Iterator[tuple[float, ...]]:
    """Random operands: any bits, every binade alike, and those of usual size."""
    draw = random.Random(f"{name} {seed}")
    definition = EVERY[name]

    def number() -> float:
        kind = draw.randrange(4)
        if kind == 0:
            return float(struct.unpack("<d", struct.pack("<Q", draw.getrandbits(64)))[0])
        if kind == 1:
            return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-320.0, 308.0)
        if kind == 2:
            return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-20.0, 4.0)
        return draw.uniform(-40.0, 40.0)

    for _ in range(n):
        numbers = [number() for _ in definition.box]
        if name == "polygamma":
            numbers[0] = float(draw.randint(1, 5))
        if name == "nll":
            numbers[0] = float(draw.randint(0, 2))
        yield tuple(numbers)


def error(name: str, numbers: tuple[float, ...]) -> tuple[float, float] | None:
    """(error in ulp, condition number), or None where there is no finite real number."""
    definition = EVERY[name]
    if not all(map(math.isfinite, numbers)) or not definition.smooth(*numbers):
        return None
    got = _engine(name, definition, numbers)
    if not math.isfinite(got):
        return None
    # Enough for what an oracle's formula cancels, such as x - log(e^x + e^y).
    digits = 400 if name in ("log_softmax", "softmax", "logsumexp", "logaddexp") else 60
    with mp.workdps(digits):
        exact = _exact(definition, numbers)
        if exact is None or exact == 0:
            return None
        unit = mpf(math.ulp(float(exact))) if abs(exact) > sys.float_info.min else mpf(5e-324)
        off = abs(mpf(got) - exact) / unit
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
    operation = getattr(ag, name) if hasattr(ag, name) else ag.ops.TABLE[name]
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


def main() -> None:
    """Print the worst of each operation."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{'operation':<14}{'worst ulp':>10}{'allowed':>9}{'points':>8}  at")
    for name in NAMES:
        worst, at, count, beyond = 0.0, (), 0, []
        for numbers in operands(name, n):
            found = error(name, numbers)
            if found is None:
                continue
            off, condition = found
            count += 1
            if off > allowed(name, condition):
                beyond.append((off, condition, numbers))
            if condition <= WELL and off > worst:
                worst, at = off, numbers
        print(f"{name:<14}{worst:>10.2f}{limit(name):>9.0f}{count:>8}  {at}")
        for off, condition, numbers in beyond[:4]:
            print(f"   BEYOND {off:.3g} ulp, condition {condition:.3g}, at {numbers}")


if __name__ == "__main__":
    main()
