"""Wherever a Ctrl-C, or another handler that raises, breaks in: afterwards nothing is left on.

Owns trying every place: an error is raised at one function's entry, or one return from C, after
another, which is where Python runs handlers.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import warnings
from itertools import pairwise

import pytest

import autograd as ag
import nn
from autograd import Value, modes
from tests.replay.eager import BACKENDS, bits

# What breaks into a generator that is being freed is told and lost, as by Python itself.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Pressed(BaseException):
    pass


def state():
    return modes.active, modes.listeners[0], modes._recorders, {**modes.here()}, gc.isenabled()


class Breaking:
    """Raises at the event of a number, in the engine's own files.

    Attributes:
        has_come: whether there were as many.
    """

    def __init__(self, number):
        self._left, self.has_come = number, False

    def __call__(self, frame, event, arg):
        # A handler does not run between a function's last line and the caller's next.
        is_ours = "/autograd/" in frame.f_code.co_filename and frame.f_code.co_name != "_close"
        if self.has_come or event not in ("call", "c_return") or not is_ours:
            return
        self._left -= 1
        if self._left < 0:
            self.has_come = True
            sys.setprofile(None)
            raise Pressed


def broken_off(run, number):
    """Whether `run` was broken off at the event of that number."""
    breaking = Breaking(number)
    try:
        sys.setprofile(breaking)
        run()
    except Pressed:
        pass
    finally:
        sys.setprofile(None)
    return breaking.has_come


X = [0.1, 0.2, 0.3]


def g(x):
    return ag.sum([ag.sin(a) * b for a, b in pairwise(x)])


TRANSFORMS = {
    "grad": lambda: ag.grad(g)(X),
    "hessian": lambda: ag.hessian(g)(X),
    "jvp": lambda: ag.jvp(g, (X,), ([1.0, 0.0, 0.0],)),
    "vmap": lambda: ag.vmap(ag.grad(g))([X, X]),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_in_a_transform(name):
    run, before, number, n_broken = TRANSFORMS[name], state(), 0, 0
    right = bits(run())
    while broken_off(run, number):
        assert state() == before, number
        number, n_broken = number + 1, n_broken + 1
    assert n_broken > 20
    assert bits(run()) == right


@pytest.mark.parametrize("backend", BACKENDS)
def test_in_a_compiled_function(backend):
    """Its first calls: recorded, translated, compared."""
    slope = ag.value_and_grad(g)
    right, before = bits(slope(X)), state()

    def run():
        compiled = ag.compile(slope, backend=backend)
        for k in (1.0, 1.0, 2.0):
            compiled([k * x for x in X])

    run()
    number, n_broken = 0, 0
    while broken_off(run, number):
        assert state() == before, number
        number, n_broken = number + (13 if backend == "python" else 29), n_broken + 1
    assert n_broken > 50
    assert bits(ag.compile(slope, backend=backend)(X)) == right
    (Value(2.0) * 3.0).backward()


def test_in_a_training():
    rows, targets = [[0.1 * k, 0.2] for k in range(12)], [0.3 * k for k in range(12)]
    before = state()

    def run():
        model = nn.MLP(2, [2, 1], seed=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nn.fit(model, (rows, targets), "mse", lr=0.01, epochs=150, batch_size=None,
                   compiled=True, verbose=False)  # fmt: skip

    run()
    number, n_broken = 0, 0
    while broken_off(run, number):
        assert state() == before, number
        number, n_broken = number + 503, n_broken + 1
    assert n_broken > 10


HANDLED = """
import random, signal
import autograd as ag

class TimeOut(Exception):
    pass

def handler(number, frame):
    raise TimeOut

signal.signal(signal.SIGALRM, handler)
ag.compile(lambda x: x * 2.0)(1.0)
draw, n_broken = random.Random(1), 0
for _ in range(400):
    try:
        compiled = ag.compile(lambda x: ag.sin(x) * x)
        signal.setitimer(signal.ITIMER_REAL, draw.uniform(5e-4, 6e-3))
        compiled(1.0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeOut:
        n_broken += 1
signal.setitimer(signal.ITIMER_REAL, 0)
assert n_broken > 50, n_broken
assert signal.getsignal(signal.SIGALRM) is handler
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(compiled(2.0) == (lambda x: ag.sin(x) * x)(2.0))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_time_out_while_llvm_is_at_work_does_not_end_the_process():
    found = subprocess.run(
        [sys.executable, "-c", HANDLED], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "True\n"), found.stderr


FIRST = """
import signal
import autograd as ag

def handler(number, frame):
    raise TimeoutError("too slow")  # which is an OSError

signal.signal(signal.SIGALRM, handler)
compiled = ag.compile(lambda x: ag.sin(x) * x)
signal.setitimer(signal.ITIMER_REAL, 0.02)  # the first import of llvmlite takes longer
try:
    print(compiled(1.0))
except TimeoutError:
    print("too slow")
print(compiled(1.0) == ag.sin(1.0), compiled.report().paths[0].backend)
"""


# A time-out while Python asks whether a file is there, which then is missing to it.
MISSING = """
import signal, importlib._bootstrap_external as files
import autograd as ag

def handler(number, frame):
    raise TimeoutError("too slow")

signal.signal(signal.SIGALRM, handler)
compiled = ag.compile(lambda x: ag.sin(x) * x)
stat, is_heard = files._path_stat, []

def with_alarm(path):
    if "llvm" in path and path.endswith(WHERE) and not is_heard:
        is_heard.append(path)
        signal.raise_signal(signal.SIGALRM)
    return stat(path)

files._path_stat = with_alarm
try:
    print(compiled(1.0))
except TimeoutError:
    print("too slow")
print(compiled(1.0) == ag.sin(1.0), compiled.report().paths[0].backend)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    "code",
    [FIRST, *[MISSING.replace("WHERE", repr(end)) for end in ("__init__.py", "ffi.py")]],
    ids=["at any time", "looking for the package", "looking for a file of it"],
)
def test_a_time_out_is_not_taken_for_a_broken_llvmlite(code):
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "too slow\nTrue llvm\n"), found.stderr
