"""What `autograd.check.differences.compare` answers for many claims, to the last bit.

Owns the cases, all of + - * / and square roots, whose bits are the same on every machine, and the
numbers in differences.json. After a deliberate change of the method:

    python -m tests.golden.differences
"""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from autograd.check.differences import Comparison, compare

NUMBERS = Path(__file__).with_name("differences.json")


class Case(NamedTuple):
    """One claim about one function at one place."""

    name: str
    function: Callable[[float], tuple[float, object]]
    x: float
    claim: float
    slack: float = 0.0
    noise: float = 0.0
    levels: int = 2200

    def answer(self) -> Comparison:
        """What the checker says of it."""
        return compare(self.function, *self[2:])


def smooth(f):
    return lambda x: (f(x), ())


def sided(f, *switches):
    """With the side of each kink, as a node of a graph tells it."""

    def function(x):
        values = [switch(x) for switch in switches]
        return f(x), tuple([float((v > 0.0) - (v < 0.0)) for v in values])

    return function


def horner(*coefficients):
    def f(x):
        y = 0.0
        for c in coefficients:
            y = y * x + c
        return y

    return f


def ripple(x):
    """Smooth from afar, a sawtooth of period 1/64 near by."""
    t = 64.0 * x
    t -= math.floor(t)
    return x + t * (1.0 - t)


def stairs(x):
    return math.floor(x * 4096.0) / 4096.0


def no_left(x):
    if x < 1.0:
        raise ValueError("below the domain")
    return x * x


# name, function, derivative, places
SMOOTH = [
    ("square", lambda x: x * x, lambda x: 2.0 * x, (0.0, 0.3, -1.7, 40.0, 1e-5, 1e9)),
    ("quintic", horner(1.0, -2.0, 0.5, 0.0, 3.0, -1.0),
     lambda x: horner(5.0, -8.0, 1.5, 0.0, 3.0)(x), (0.0, 0.7, -2.5, 12.0)),
    ("inverse", lambda x: 1.0 / x, lambda x: -1.0 / (x * x), (0.3, -2.0, 1e-3, 1e6, 1e-100)),
    ("witch", lambda x: 1.0 / (1.0 + 25.0 * (x * x)),
     lambda x: -50.0 * x / (1.0 + 25.0 * (x * x)) ** 2, (0.0, 0.2, -1.0, 30.0)),
    ("root", math.sqrt, lambda x: 0.5 / math.sqrt(x), (0.5, 2.0, 1e-8, 1e12)),
    ("cancelled", lambda x: (x + 1e8) - 1e8, lambda x: 1.0, (0.5, -3.0)),
    ("large", lambda x: 1e200 * x * x, lambda x: 2e200 * x, (0.5, 3.0)),
    ("small", lambda x: 1e-290 * x * x, lambda x: 2e-290 * x, (0.5, -3.0)),
    ("constant", lambda x: 2.0, lambda x: 0.0, (0.0, 1.0)),
    ("nothing", lambda x: 0.0, lambda x: 0.0, (0.0, 5.0)),
    ("ripple", ripple, lambda x: 1.0, (0.3, 1.1)),
    ("stairs", stairs, lambda x: 0.0, (0.3, 1.00001)),
]  # fmt: skip

# name, function, derivative claimed, places
EDGES = [
    ("abs", sided(abs, lambda x: x), 0.0, (0.0, 1e-9, 0.001, 0.4, -0.0625)),
    ("abs unsaid", smooth(abs), 0.0, (0.0, 1e-9, 0.001, 0.4, -0.0625)),
    ("two kinks", sided(lambda x: abs(x - 0.01) + abs(x + 0.01), lambda x: x - 0.01,
                        lambda x: x + 0.01), 0.0, (0.0, 0.005, 0.02)),
    ("gate", sided(lambda x: x * x if x > 0.25 else 0.25 * x, lambda x: x - 0.25), 0.25,
     (0.25, 0.2499, 0.26)),
    ("root at 0", smooth(lambda x: math.sqrt(x)), 1.0, (0.0, 1e-300, 5e-324)),
    ("nowhere", smooth(lambda x: math.nan), 1.0, (0.0, 1.0)),
    ("pole", smooth(lambda x: math.inf if x == 0.0 else 1.0 / x), 1.0, (0.0, 1e-320)),
    ("no left", smooth(no_left), 2.0, (1.0, 1.0001, 1.5)),
    ("island", smooth(lambda x: 1.0 if x == 0.5 else math.nan), 0.0, (0.5,)),
    ("steep", smooth(lambda x: 1e300 * x * x * x), 1e300, (0.5, 1e3, 1e20)),
    ("cliff", smooth(lambda x: 1e308 if x > 1.0 else -1e308), 0.0, (1.0, 1.01)),
    ("far", smooth(lambda x: x * x), 2e200, (1e100, 1e-200, 1.3e154)),
    ("switching", smooth(lambda x: abs(x) + 1e-4 * x), 1e-4, (0.0, 1e-6)),
    ("nan side", lambda x: (x * x, (math.nan,)), 1.0, (0.5,)),
]  # fmt: skip

OFF = (0.0, 1e-13, -1e-10, 1e-8, 1e-5, 0.01, 1.0)


def cases() -> Iterator[Case]:
    """Every claim: right, a little wrong, wrong, with slack, with noise, with few steps."""
    for name, f, derivative, places in SMOOTH:
        for x in places:
            d = derivative(x)
            size = abs(d) or 1.0
            for off in OFF:
                yield Case(f"{name} at {x} off {off}", smooth(f), x, d + off * size)
            yield Case(f"{name} at {x} slack", smooth(f), x, d + 1e-6 * size, 2e-6 * size)
            yield Case(f"{name} at {x} less slack", smooth(f), x, d + 1e-6 * size, 6e-7 * size)
            yield Case(f"{name} at {x} noise", smooth(f), x, d + 1e-9 * size, 0.0, 1e-12 * size)
            yield Case(f"{name} at {x} few", smooth(f), x, d + 1e-4 * size, 0.0, 0.0, 30)
    for name, function, claim, places in EDGES:
        for x in places:
            for off in (0.0, 1e-6, 0.3, -1.0, 1.0, 4.0):
                yield Case(f"{name} at {x} off {off}", function, x, claim + off)
            yield Case(f"{name} at {x} few", function, x, claim, 0.0, 0.0, 20)
            yield Case(f"{name} at {x} noise", function, x, claim, 1e-7, 1e-9)


def as_texts(answer: Comparison) -> list[str]:
    """The status, and the bits of the numbers."""
    return [answer.status, *[float(x).hex() for x in answer[1:]]]


def main() -> None:
    """Write the numbers."""
    lines = [f"{json.dumps(c.name)}: {json.dumps(as_texts(c.answer()))}" for c in cases()]
    NUMBERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
