"""Judging one property: run its programs on the engine, and compare with the kit's definitions.

Owns what counts as equal, and the message about the smallest program that fails.
"""

import contextlib
import math
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from autograd.check.conformance.engine import Engine, described
from autograd.check.conformance.programs import Program
from autograd.check.conformance.properties import Property
from autograd.check.conformance.random_programs import expressions, first_disagreement
from autograd.check.conformance.reference import Slopes

PASSED, FAILED, NOT_OFFERED = "passed", "failed", "not offered"

Watch = Callable[[str], None]


def _nobody(code: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Result:
    """How an engine did on one property.

    Attributes:
        status: "passed", "failed" or "not offered".
        expected, came: of the smallest failing program, such as "a.grad = 6.0" and "3.0".
        code: that program, ready to be pasted; "" where none was reached.
        missing: the operations that the engine does not offer, of those the property needs.
    """

    name: str
    claim: str
    status: str
    expected: str = ""
    came: str = ""
    code: str = ""
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @property
    def message(self) -> str:
        """One line on what failed, or is missing."""
        if self.status == FAILED:
            return f"{self.claim}: expected {self.expected}, got {self.came}"
        if self.status == NOT_OFFERED:
            return f"{self.claim}: the engine offers no {', '.join(self.missing)}"
        return self.claim


def judge(prop: Property, engine: Engine, watch: Watch = _nobody) -> Result:
    """Run the programs of `prop` that the engine can run; the first that fails decides.

    `watch` is given the code of each program before it runs: it may be the last.
    """
    if not prop.programs:
        return _judge_random(prop, engine, watch)
    missing: dict[str, None] = {}
    tried = False
    for program in prop.programs:
        lacking = sorted(program.operations - engine.offered)
        if lacking:
            missing |= dict.fromkeys(lacking)
            continue
        tried = True
        expected = program.run(Slopes(resets=engine.resets, inner=program.reads_inner))
        watch(code(program, engine, program.what[-1]))
        wrong = difference(program, engine, expected, engine.tolerance)
        if wrong is not None:
            return _failure(prop, program, engine, *wrong)
    return Result(prop.name, prop.claim, PASSED if tried else NOT_OFFERED, missing=(*missing,))


def difference(
    program: Program, engine: Engine, expected: dict[str, float], tolerance: float
) -> tuple[str, str, str] | None:
    """What differs first: what was read, what was expected, and what came; None if nothing."""
    try:
        came = program.run(engine)
    except (KeyboardInterrupt, TimeLimitError):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever an engine raises is the finding
        read = program.what[-1]
        return read, f"{read} = {expected[read]!r}", described(error)
    for read, number in expected.items():
        if not agree(number, came[read], tolerance):
            return read, f"{read} = {number!r}", repr(came[read])
    return None


def agree(expected: float, came: float, tolerance: float) -> bool:
    """Whether two numbers are the same within a relative error; near 0, a thousandth of it."""
    if math.isnan(expected) or math.isnan(came):
        return math.isnan(expected) and math.isnan(came)
    if math.isinf(expected) or math.isinf(came):
        return expected == came
    return abs(expected - came) <= tolerance * max(abs(expected), 1e-3)


def _failure(
    prop: Property, program: Program, engine: Engine, read: str, expected: str, came: str
) -> Result:
    return Result(prop.name, prop.claim, FAILED, expected, came, code(program, engine, read))


def code(program: Program, engine: Engine, read: str) -> str:
    """The program as the engine's own, with what it imports; the last line prints `read`."""
    lines = program.written(engine, read)
    imports = engine.imports(program.operations, any("math." in line for line in lines))
    return "\n".join([*imports, *lines])


def _judge_random(prop: Property, engine: Engine, watch: Watch) -> Result:
    def wrong(program: Program, expected: dict[str, float]) -> tuple[str, str, str] | None:
        watch(code(program, engine, program.what[-1]))
        return difference(program, engine, expected, max(engine.tolerance, 1e-7))

    offered = engine.offered - engine.lacking
    if next(expressions(offered), None) is None:
        return Result(prop.name, prop.claim, NOT_OFFERED, missing=("operation to make them of",))
    found = first_disagreement(offered, wrong)
    if found is None:
        return Result(prop.name, prop.claim, PASSED)
    program, problem = found
    return _failure(prop, program, engine, *problem)


class TimeLimitError(BaseException):
    """Raised in an engine that takes too long; an engine's `except Exception` lets it through."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeLimitError after `seconds` where a signal can: main thread, POSIX, alarm unused."""
    usable = (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    )
    if not usable:
        yield
        return

    def stop(*_: Any) -> None:
        raise TimeLimitError(f"no answer within {seconds:g} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
