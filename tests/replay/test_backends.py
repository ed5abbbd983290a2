"""What is said of a program, with and without llvmlite, and that nothing grows.

Owns the report, the source, fast mode, long programs, and the memory of many calls and programs.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys

import pytest

import autograd as ag
from autograd import Value, ops
from tests.replay.eager import BACKENDS, bits

both = pytest.mark.parametrize("backend", BACKENDS)


def run(code, *options):
    found = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


WITHOUT = """
import sys
import warnings
import importlib.util

warnings.simplefilter("error")
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "llvmlite" else find(name, *more)
sys.modules["llvmlite"] = None
import autograd as ag

compiled = ag.compile(ag.value_and_grad(lambda x: ag.tanh(x) * x))
print([compiled(x) == compiled.__wrapped__(x) for x in (0.5, 1.5, 2.5)])
print(compiled.report().paths[0].backend)
asked = ag.compile(ag.tanh, backend="llvm")
for _ in range(2):
    try:
        asked(1.0)
    except ImportError as error:
        print(type(error).__name__, error)
print(ag.compile(ag.tanh, backend="python")(0.0))
"""


def test_without_llvmlite_python_serves_and_says_why():
    lines = run(WITHOUT).splitlines()
    message = (
        'ImportError compile: backend "llvm": llvmlite is not installed: '
        'pip install "glassgrad[compile]"'
    )
    assert lines == [
        "[True, True, True]", "python, for llvmlite is not installed", message, message, "0.0",
    ]  # fmt: skip


def test_without_the_interpreters_lock_python_serves_and_says_why(monkeypatch):
    monkeypatch.setattr("sysconfig.get_config_var", {"Py_GIL_DISABLED": 1}.get)
    compiled = ag.compile(ag.tanh)
    assert compiled(0.0) == 0.0
    said = "native code counts on the interpreter's lock, and this Python has none"
    assert compiled.report().paths[0].backend == f"python, for {said}"
    with pytest.raises(ImportError, match=f'^compile: backend "llvm": {said}$'):
        ag.compile(ag.tanh, backend="llvm")(0.0)


def test_importing_the_engine_loads_neither_llvmlite_nor_numpy():
    code = "import sys, autograd as ag; ag.compile(ag.tanh, backend='python')(0.5)\n"
    assert run(code + "print([n for n in ('llvmlite', 'numpy') if n in sys.modules])") == "[]\n"


@both
def test_the_report_tells_true_numbers(backend):
    w = [Value(0.5), Value(-0.25)]

    def f(x, ys):
        total = w[0] * x + w[1] * ys[1]
        return (total if total > 0.0 else -total), total * ag.lgamma(ys[0])

    compiled = ag.compile(f, backend=backend)
    assert "not recorded yet: call it" in str(compiled.report())
    assert compiled.report().paths == []
    for x in (1.0, 2.0, -3.0):
        compiled(x, [2.0, 0.5, 1.0])
    second, first = compiled.report().paths  # the one used last first
    assert (first.inputs, first.leaves, first.outputs, first.guards) == (4, 2, 2, 1)
    assert (first.nodes, second.nodes) == (5, 6)  # 2 products, a sum, lgamma, a product; - total
    assert first.operations == 5
    assert first.calls_back == (1 if backend == "llvm" else 0)
    assert first.layout == second.layout == "float, list of 3"
    assert first.backend == ("llvm" if backend == "llvm" else "python, as asked")
    assert (first.samples, first.tier) == (0, "")
    assert first.seconds > 0.0
    assert first.bytes > 0
    text = str(compiled.report())
    assert text.startswith("compiled f, exact\n  (float, list of 3): 6 nodes, 6 operations; 4 numb")
    assert ("; 1 call back into Python" in text) == (backend == "llvm")
    with ag.detect_anomaly():
        compiled(1.0, [2.0, 0.5, 1.0])
    assert compiled.report().n_eager == 1
    assert "1 call ran the function as it stands" in str(compiled.report())


@both
def test_the_source_is_the_program(backend):
    def f(xs, s):
        total = ag.sum([ag.tanh(x * s) for x in xs]) * 0.1 - math.inf * 0.0 * s
        total = ag.sum([ag.softplus(x - s) for x in xs]) + ag.dot(xs, xs, -0.0) / s**3
        return total if s > 0.0 else -total

    for count in (3, 700):  # the longer one is cut into several functions
        g = ag.value_and_grad(f, (0, 1))
        compiled = ag.compile(g, backend=backend)
        with pytest.raises(ValueError, match="is recorded when it is called; call it"):
            _ = compiled.source
        xs = [0.01 * i - 0.3 for i in range(count)]
        compiled(xs, 0.5)
        functions = {f"f_{name}": row for name, row in ops.TABLE.items()}
        space = dict(functions)
        exec(compiled.source, space)
        for s in (0.5, 1.75):
            value, (slopes, slope) = g(xs, s)
            assert bits(space["program"]([*xs, s])) == bits([value, *slopes, slope])
        assert space["program"]([*xs, -0.5]) is None


def close(a, b):
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(close, a, b))
    return bits(a) == bits(b) or abs(a - b) <= 1e-12 * max(abs(a), abs(b))


@both
def test_fast_mode_is_close_and_agrees_about_nan_and_infinity(backend):
    rows = ("exp", "log", "tanh", "sigmoid", "softplus", "sqrt", "sin", "cos", "relu", "atan")

    def f(w, xs):
        found = []
        for x in xs:
            hidden = [ops.TABLE[name](w[k % 5] * x + 0.75) for k, name in enumerate(rows)]
            found.append(ag.logsumexp(hidden[3:]) + ag.dot(hidden, w + w, 0.5))
        return ag.mean(found)

    g = ag.value_and_grad(f)
    compiled = ag.compile(g, mode="fast", backend=backend)
    draw = random.Random(0)
    for n in (1, 7, 8, 21):
        for _ in range(3):
            w, xs = [draw.uniform(0.1, 1.0) for _ in range(5)], [draw.random() for _ in range(n)]
            assert close(compiled(w, xs), g(w, xs))
        for bad in (math.nan, math.inf, -math.inf, -5.0, 800.0):
            right, got = g(w, [*xs[1:], bad]), compiled(w, [*xs[1:], bad])
            for x, y in zip([right[0], *right[1]], [got[0], *got[1]], strict=True):
                assert (math.isnan(x), math.isinf(x)) == (math.isnan(y), math.isinf(y)), bad


def test_a_long_chain_and_a_large_graph_are_compiled_tier_by_tier():
    draw = random.Random(1)
    turns = [draw.random() < 0.5 for _ in range(100_000)]  # no two stretches are alike

    def chain(x):
        for turn in turns:
            x = x * 0.999 + 0.001 if turn else ag.sin(x)
        return x

    steps = [(draw.choice("+-*t"), draw.random(), draw.random()) for _ in range(30_000)]

    def graph(xs):
        nodes = list(xs)
        for kind, a, b in steps:
            x, y = nodes[int(a * len(nodes))], nodes[-1 - int(b * min(40, len(nodes)))]
            new = x + y if kind == "+" else x - y if kind == "-" else x * y
            nodes.append(ag.tanh(x if kind == "t" else new))
        return ag.sum(nodes)

    for f, calls in ((chain, (0.5, 0.75)), (graph, ([0.5, -0.25], [0.75, 0.125]))):
        compiled = ag.compile(f)
        for x in calls:
            assert bits(compiled(x)) == bits(f(x))  # of floats, which have the same operations
        (path,) = compiled.report().paths
        assert path.tier.startswith("interpreted so far")
        assert path.nodes > 29_000
        assert path.calls_back == 0
        assert "s to record, " in str(path)


def test_a_long_program_is_translated_when_interpreting_has_cost_as_much(monkeypatch):
    monkeypatch.setattr("autograd.replay.backends.LONG", 1_000)
    monkeypatch.setattr("autograd.replay.tiers.SECONDS_EACH", 1e-9)

    draw = random.Random(1)
    turns = [draw.random() < 0.5 for _ in range(3_000)]

    def chain(x):
        for turn in turns:
            x = x * 0.999 + 0.001 if turn else ag.sin(x)
        return x

    compiled = ag.compile(chain)
    assert compiled(0.5) == chain(0.5)
    (recorded,) = compiled.report().paths
    for k in range(5):
        assert compiled(0.5 + k) == chain(0.5 + k)
    (path,) = compiled.report().paths
    assert (path.tier, path.backend, path.direct) == ("", "llvm", True)
    assert path.seconds > recorded.seconds > 0.0  # translating has been added
    assert compiled.func.__class__ is type(len)  # calls enter native code by themselves


GROWTH = """
import gc
import sys

import autograd as ag

w = ag.Value(0.5)
calls = [ag.compile(ag.value_and_grad(f), backend=sys.argv[1]) for f in (
    lambda x: ag.tanh(x * w) + x * x, lambda xs: ag.sum([x * x * w for x in xs]))]


def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def replay(n):
    for i in range(n):
        calls[0](i * 0.5)
        calls[1]([0.5, i * 1.0, -1.0])
        calls[i % 2]([0.5, 1] if i % 2 else 2)


def compile_anew(n):
    for i in range(n):
        f = ag.compile(lambda xs: ag.sum([ag.tanh(x * w) * i for x in xs]), backend=sys.argv[1])
        for x in (0.5, 1.0, 1.5):
            f([x, 1.0])


for what, warm, n in ((replay, 2000, 20_000), (compile_anew, 40, 60)):
    what(warm)
    before, blocks = resident(), sys.getallocatedblocks()
    what(n)
    after = resident()
    print(sys.getallocatedblocks() - blocks, after - before)
"""


@both
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory of Linux")
def test_memory_does_not_grow(backend):
    found = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", GROWTH, backend],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for line in found.stdout.splitlines():
        blocks, size = map(int, line.split())
        assert blocks < 500
        assert size < 3_000_000
