"""Memory: programs are freed with the function, and neither calls nor compilations make it grow.

Owns the life of native code, the size of the process, and how many programs are kept.
The issue's own figures, 100,000 replays and 1,000 compilations, are reached by
`python -m tests.replay.grows 1000 100000`.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from autograd.replay.calls.compiled import MOST_PATHS
from autograd.replay.calls.layout import MOST_LAYOUTS
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def users_row(x):
    return x * 2.0


@both
@pytest.mark.parametrize("kind", ["direct", "arrays", "leaves", "called back", "samples", "dict"])
@pytest.mark.usefixtures("no_collector")
def test_a_program_is_freed_with_its_function(backend, kind):
    w, row = Value(2.0), ag.Op(f"freed_{backend}", users_row, lambda y, x: (2.0,))
    f, args = {
        "direct": (lambda x: x * 2.0, (1.0,)),
        "arrays": (lambda xs: ag.sum([x * x for x in xs]), ([1.0] * 20,)),
        "leaves": (lambda x: x * w, (1.0,)),
        "called back": (lambda x: row(x) * x, (1.0,)),
        "samples": (lambda xs: ag.mean([ag.tanh(x) * w for x in xs]), ([0.5] * 33,)),
        "dict": (lambda x: {"a": x * 2.0}, (1.0,)),
    }[kind]
    compiled = ag.compile(ag.value_and_grad(f) if kind != "dict" else f, backend=backend)
    for k in range(4):
        compiled(*[[k + 0.5] * len(x) if isinstance(x, list) else x + k for x in args])
    (path,) = [path for layout in compiled._layouts.values() for path in layout.paths]
    seen = [weakref.ref(thing) for thing in (compiled, path.program, f)]
    del path
    assert all(thing() is not None for thing in seen)
    del compiled, f
    assert [thing() for thing in seen] == [None] * len(seen)


@pytest.mark.usefixtures("no_collector")
def test_native_code_outlives_the_call_that_gives_it_up():
    """What leaves the native code is the last that is done: nothing returns into it."""
    draw = iter(range(1000))

    def f(x):
        if x > 10.0:  # another way, which cannot be compiled
            return x * float(next(draw))
        return x * 2.0

    for _ in range(20):
        compiled = ag.compile(f, backend="llvm")
        assert [compiled(x) for x in (1.0, 2.0, 3.0, 4.0)] == [2.0, 4.0, 6.0, 8.0]
        (path,) = next(iter(compiled._layouts.values())).paths
        code = weakref.ref(path.program)
        del path
        assert compiled.func is code().direct.function
        compiled(11.0)
        with pytest.warns(RuntimeWarning, match="runs uncompiled"):
            compiled(12.0)
        assert code() is None
        assert [compiled(x) for x in (1.0, 2.0)] == [2.0, 4.0]


@both
def test_a_call_may_drop_the_function_itself(backend):
    def f(x):
        if x > 0.0:
            return x * 2.0
        holder.clear()
        return x * 3.0

    for _ in range(5):
        holder = [ag.compile(f, backend=backend)]
        assert [holder[0](x) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]
        last = weakref.ref(holder[0])
        assert holder.pop()(-1.0) == -3.0
        assert last() is None


@both
def test_how_many_programs_are_kept(backend):
    compiled = ag.compile(lambda x, name: x * float(len(name)), backend="python")
    for k in range(2 * MOST_LAYOUTS):
        for x in (1.0, 2.0, 3.0):
            assert compiled(x, "a" * k) == x * k
        assert len(compiled._layouts) <= MOST_LAYOUTS
    with pytest.raises(ReferenceError, match="does not exist any more"):
        ag.compile(lambda x: x, backend=backend).func(1.0)
    ways = ag.compile(lambda x: x * float(sum(1 for k in range(40) if x > k)), backend=backend)
    for k in range(MOST_PATHS):
        assert ways(k + 0.5) == (k + 0.5) * (k + 1.0)
    assert len(ways.report().paths) == MOST_PATHS
    assert ways(0.25) == 0.25  # the one recorded first is still there
    with pytest.warns(RuntimeWarning, match="more than 32 ways"):
        assert ways(MOST_PATHS + 0.5) == (MOST_PATHS + 0.5) * (MOST_PATHS + 1.0)
    assert not ways.report().paths
    assert [ways(k + 0.5) for k in range(40)] == [(k + 0.5) * (k + 1.0) for k in range(40)]


@pytest.mark.parametrize(
    ("backend", "compilations", "replays"), [("llvm", 100, 100_000), ("python", 1000, 20_000)]
)
def test_the_process_does_not_grow(backend, compilations, replays):
    sizes = [str(compilations), str(replays), backend]
    command = [sys.executable, "-m", "tests.replay.grows", *sizes]
    found = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    grown = {line.split(":")[0]: float(line.split()[-2]) for line in found.stdout.splitlines()}
    assert list(grown) == [f"{compilations} compilations", f"{replays} replays"]
    assert max(grown.values()) < 2.5, found.stdout
