"""The score of an engine: run in a child process, property by property.

Owns the time limits, what is said of a child that hangs or dies, and how the score reads.
"""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from autograd.check.conformance.engine import EngineError
from autograd.check.conformance.functions import PROPERTIES
from autograd.check.conformance.judge import FAILED, NOT_OFFERED, PASSED, Result

LOADING = 60.0  # seconds: an engine may import something large
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[-1])['path']; "
    "from autograd.check.conformance.child import main; main()"
)


@dataclass(frozen=True)
class Report:
    """The score of an engine.

    Attributes:
        target: the file or module.
        results: one for each property, in the order of the list.
    """

    target: str
    results: tuple[Result, ...]

    def __bool__(self) -> bool:
        """Whether everything offered passes."""
        return not self.of(FAILED)

    def of(self, status: str) -> list[Result]:
        """The results with that status."""
        return [result for result in self.results if result.status == status]

    def as_dict(self) -> dict[str, Any]:
        """The score for JSON: counts, and every property."""
        return {
            "engine": self.target,
            **{s.replace(" ", "_"): len(self.of(s)) for s in (PASSED, FAILED, NOT_OFFERED)},
            "properties": [result.as_dict() for result in self.results],
        }

    def __str__(self) -> str:
        """A line for each property, then each failure with the program that shows it."""
        width = max(len(result.name) for result in self.results)
        counts = ", ".join(f"{len(self.of(s))} {s}" for s in (PASSED, FAILED, NOT_OFFERED))
        lines = [f"{self.target}: {counts}", ""]
        for result in self.results:
            status = "FAILED" if result.status == FAILED else result.status
            lines.append(f"{status:<12} {result.name:<{width}}  {result.claim}")
        for result in self.of(FAILED):
            lines += ["", f"# {result.name}: {result.claim}",
                      f"# expected {result.expected}, got {result.came}"]  # fmt: skip
            lines += [result.code] * bool(result.code)
        return "\n".join(lines)


def check_engine(
    target: str,
    *,
    value: str = "Value",
    data: str = "data",
    grad: str = "grad",
    backward: str = "backward",
    operations: Mapping[str, str] | None = None,
    resets: bool = False,
    tolerance: float = 1e-9,
    seconds: float = 10.0,
    only: Collection[str] | None = None,
) -> Report:
    """Load an engine in a child process, run every property there, and return the score.

    Args:
        target: a file ("./engine.py") or an installed module ("micrograd.engine"). It is run.
        value: the class of its numbers.
        data, grad, backward: the attributes and the method.
        operations: the kit's name of an operation -> the engine's.
        resets: backward() is meant to start from zero gradients.
        tolerance: the relative error allowed.
        seconds: what a property may take.
        only: the names of the properties to run; default: all.

    Raises EngineError (a ValueError) where there is nothing to drive: no such file or class, an
    error in it, a constructor that refuses a number, an unknown property.
    """
    settings = {"data": data, "grad": grad, "backward": backward, "resets": resets,
                "operations": dict(operations or {}), "tolerance": tolerance}  # fmt: skip
    request = {"path": sys.path, "target": target, "value": value, "engine": settings}
    wanted = [prop.name for prop in PROPERTIES if only is None or prop.name in only]
    for name in only or ():
        if name not in wanted:
            known = ", ".join(prop.name for prop in PROPERTIES)
            raise EngineError(f"only: unknown property {name!r}; there are {known}")
    results: dict[str, Result] = {}
    while len(results) < len(wanted):
        left = [name for name in wanted if name not in results]
        for result in _run(request | {"properties": left}, seconds):
            results[result.name] = result
    return Report(target, tuple(results[name] for name in wanted))


def _run(request: dict[str, Any], seconds: float) -> Iterator[Result]:
    """What one child finds, until it is done, hangs or dies; the last two are a failure."""
    claims = {prop.name: prop.claim for prop in PROPERTIES}
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", START, json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(child.stdout, lines), daemon=True)
    reader.start()
    running, code = "", ""
    deadline = time.monotonic() + LOADING
    try:
        while True:
            try:
                line = lines.get(timeout=max(deadline - time.monotonic(), 0.0))
            except queue.Empty:
                came = f"no answer within {seconds if running else LOADING:g} seconds"
                if not running:
                    raise EngineError(
                        f"{request['target']}: loading it gave {came}; it is to load by itself"
                    ) from None
                yield Result(running, claims[running], FAILED, "an answer", came, code)
                return
            if not line:  # the child is gone
                came = _end(child.wait())
                if not running:
                    raise EngineError(
                        f"{request['target']}: loading it ended the interpreter ({came}); "
                        "it is to load by itself"
                    )
                yield Result(running, claims[running], FAILED, "an answer", came, code)
                return
            said = json.loads(line)
            if "error" in said:
                raise EngineError(said["error"])
            if "start" in said:
                running, code = said["start"], ""
                deadline = time.monotonic() + seconds
            code = said.get("running", code)
            if "result" in said:
                deadline = time.monotonic() + LOADING  # until the next property is begun
                found = said["result"]
                yield Result(**found | {"missing": tuple(found["missing"])})
            if "done" in said:
                return
    finally:
        child.kill()
        child.wait()
        reader.join(timeout=1.0)  # a process that the engine forked may hold the pipe open


def _read(stream: IO[str], lines: "queue.Queue[str]") -> None:
    """Put each line of `stream` in the queue, and at its end an empty one; close it."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put("")


def _end(code: int) -> str:
    """How a child ended, in words."""
    if code < 0:
        return f"the interpreter died of {signal.Signals(-code).name}"
    return f"the interpreter ended with exit code {code}"
