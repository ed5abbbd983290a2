"""How much a process grows: python -m tests.replay.grows COMPILATIONS REPLAYS [BACKEND].

Owns the measurement: resident memory after warming up, and after that many compilations and calls.
"""

from __future__ import annotations

import sys
from pathlib import Path

import autograd as ag

WARMING_UP = 0.5  # of as many again, at most
MOST_TO_WARM_UP = 200


def resident() -> float:
    """MB of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def compile_and_call(number: float, backend: str) -> None:
    """A function of its own, recorded, compared and called directly."""
    compiled = ag.compile(ag.value_and_grad(lambda x, y: x * y + number), backend=backend)
    for k in range(4):
        assert compiled(k + 1.0, 2.0) == ((k + 1.0) * 2.0 + number, 2.0)


def main(compilations: int, replays: int, backend: str) -> None:
    """Print by how much the process has grown."""
    for k in range(min(MOST_TO_WARM_UP, int(WARMING_UP * compilations))):
        compile_and_call(float(k), backend)
    before = resident()
    for k in range(compilations):
        compile_and_call(float(-k), backend)
    print(f"{compilations} compilations: {resident() - before:.2f} MB")
    w = ag.Value(2.0)
    direct = ag.compile(
        ag.value_and_grad(lambda xs, y: ag.sum([x * w for x in xs]) * y), backend=backend
    )
    through_python = ag.compile(lambda d, n: {"a": d["a"] * n, "b": [n + 1]}, backend=backend)
    for k in range(replays + 1000):
        if k == 1000:
            before = resident()
        direct([float(k), 2.0, 3.0], 0.5)
        assert through_python({"a": 0.5}, k) == {"a": 0.5 * k, "b": [k + 1]}
    print(f"{replays} replays: {resident() - before:.2f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "llvm")
