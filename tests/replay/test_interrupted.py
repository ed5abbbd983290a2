"""Errors on the way: one, the function's own, and afterwards everything is as it was.

Owns wrong shapes and types, rows of the user's that raise, Ctrl-C, and running out of stack.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import autograd as ag
from autograd import Value, modes
from tests.replay.eager import BACKENDS, bits

both = pytest.mark.parametrize("backend", BACKENDS)


def state():
    return (
        modes.active,
        modes.listeners[0],
        modes._context.recorder is not None,
        modes.in_transform(),
        gc.isenabled(),
    )


def outcome(f, *args):
    try:
        return bits(f(*args))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)


@both
@pytest.mark.parametrize("case", [
    (lambda xs: ag.dot(xs, [1.0, 2.0]), [[1.0, 2.0], [1.0], [1.0, 2.0, 3.0], [], [3.0, 4.0]]),
    (lambda xs: xs[0] * xs[2], [[1.0, 2.0, 3.0], [1.0, 2.0], [4.0, 2.0, 3.0], [[1.0]] * 3]),
    (lambda w: ((np.arange(6.0).reshape(2, 3) @ w) ** 2).sum(),
     [np.ones(3), np.ones(2), np.arange(3.0), np.ones((3, 1)), np.ones((2, 3))]),
    (lambda d: d["a"] * d["b"], [{"a": 1.0, "b": 2.0}, {"a": 1.0}, {"b": 2.0, "a": 3.0}, {}]),
    (lambda x: x * x, [1.0, "a", None, 2.0, b"a", 1j, object, {1.0}, [1.0], 10**400, 3.0]),
    (lambda xs: [x * 2.0 for x in xs], [[1.0], [2.0]]),
    (lambda x: ag.softmax([x, "a"]), [1.0, 2.0]),
    (lambda x: x.missing, [1.0, 2.0]),
    (lambda xs: ag.sum([x * x for x in xs]), [[1.0, "a"], [1.0, None], [1.0, 2.0], [1.0, [2.0]]]),
], ids=range(9))  # fmt: skip
def test_wrong_shapes_and_types_are_refused_as_in_eager_mode(backend, case):
    f, calls = case
    before = state()
    for transform in (ag.value_and_grad, ag.hessian):
        g = transform(f)
        compiled = ag.compile(g, backend=backend)
        for args in calls + calls:
            found, right = outcome(compiled, args), outcome(g, args)
            if found != right:  # what is no number and no key is refused before the function
                assert "which is neither a number nor hashable" in found[1]
                assert right[0] is TypeError
            assert state() == before


class Failing:
    """A row of the user's that raises when it is told to."""

    def __init__(self, name):
        self.error = None
        self.row = ag.Op(name, self.forward, lambda y, x: (2.0 * x,))

    def forward(self, x):
        if self.error is not None:
            raise self.error
        return x * x


@both
def test_a_row_that_raises_at_any_time_leaves_the_function_as_it_was(backend):
    failing = Failing(f"failing_{backend}")

    def f(xs):
        return ag.sum([failing.row(x) * 0.5 for x in xs if x > 0.0])

    for compiled, right in (
        (ag.compile(f, backend=backend), lambda xs: f([Value(x) for x in xs]).data),
        (ag.compile(ag.value_and_grad(f), backend=backend), ag.value_and_grad(f)),
    ):
        before = state()
        for k, error in enumerate([KeyError("a"), KeyboardInterrupt(), None] * 4):
            xs = [k + 0.5, 1.5 if k < 6 else -1.0, 2.0]
            failing.error = error
            if error is not None:
                for _ in range(2):
                    with pytest.raises(type(error)) as caught:
                        compiled(xs)
                    assert caught.value is error
                    assert state() == before
            failing.error = None
            assert bits(compiled(xs)) == bits(right(xs))
        assert len(compiled.report().paths) == 2
        assert not compiled.n_eager


@both
def test_a_recording_too_deep_for_python_is_an_error_and_no_more(backend):
    def f(x, n):
        return x if n <= 0 else f(x, n - 1) * 0.5

    compiled = ag.compile(f, backend=backend)
    before = state()
    with pytest.raises(RecursionError):
        compiled(1.0, 10**6)
    assert state() == before
    assert [compiled(x, 3) for x in (1.0, 2.0, 3.0)] == [0.125, 0.25, 0.375]


INTERRUPTED = """
import gc, signal, sys, time
import autograd as ag
from autograd import modes
backend, kind = sys.argv[1:]
def wait(x):
    time.sleep(0.0005)
    return x * 0.999
slow = ag.Op("slow", wait, lambda y, x: (0.999,))
n = {"recorded": 4_000, "replayed": 400, "called back": 60}[kind]
def f(xs):
    y = xs[0]
    for i in range(n):
        y = slow(y) if kind == "called back" else ag.tanh(y * 1.01 + xs[1])
    return y
g = ag.value_and_grad(f)
compiled = ag.compile(g, backend=backend)
if kind != "recorded":
    for k in range(3):
        compiled([0.5 + k, 0.25])
print("ready", flush=True)
end = time.monotonic() + 30.0
try:
    while time.monotonic() < end:
        if kind == "recorded":
            compiled = ag.compile(g, backend=backend)
        compiled([1.25, 0.25])
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(modes.active, modes.listeners[0], modes._context.recorder is not None, modes.in_transform())
print(gc.isenabled())
n = n if kind != "recorded" else 50
compiled = compiled if kind != "recorded" else ag.compile(g, backend=backend)
print(all(compiled([x, 0.25]) == g([x, 0.25]) for x in (1.25, 2.5, -1.0)))
"""


@both
@pytest.mark.parametrize("kind", ["recorded", "replayed", "called back"])
def test_ctrl_c_ends_a_call_and_leaves_all_in_order(backend, kind):
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, backend, kind], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    assert text.splitlines() == ["interrupted", "0 0 False False", "True", "True"]


TORN = """
import gc, signal, sys
from autograd.replay.llvm import machine
TEXT = "define double @f(double %x) {\\n %y = fadd double %x, 1.0\\n ret double %y\\n}"
def interrupted_at(n):
    line = 0
    def trace(frame, event, _):
        nonlocal line
        if "llvmlite" in frame.f_code.co_filename or frame.f_code is machine._engine.__code__:
            line += event == "line"
            if line == n and event == "line":
                signal.raise_signal(signal.SIGINT)
            return trace
    sys.settrace(trace)
    try:
        kept = machine.translated(TEXT, is_optimised=True)  # freed untraced
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert line < n, "Ctrl-C is lost"
    return False
machine.translated(TEXT)
n = 1
while interrupted_at(n):
    gc.collect()
    n += 1
print(n > 150)
"""


def test_ctrl_c_at_any_line_of_a_translation_is_only_ctrl_c():
    """In a process of its own: LLVM ends it if something is freed twice."""
    command = [sys.executable, "-c", TORN]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (child.returncode, child.stdout, child.stderr) == (0, "True\n", "")
