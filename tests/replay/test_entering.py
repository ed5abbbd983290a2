"""Native code that is entered while it runs, or is replaced meanwhile, and where memory ends.

Owns what finalisers and operations do that call a compiled function within its own call, and
arrays that end where no memory is.
"""

import functools
import subprocess
import sys

import pytest

import autograd as ag
from autograd.replay.calls.compiled import Compiled
from tests.replay.entering import called_meanwhile


def rows(x):
    return [[v * 2.0 for v in x] for _ in range(20)]


def test_a_call_within_a_call_has_numbers_of_its_own():
    compiled = ag.compile(rows)
    for k in range(4):
        compiled([float(k)] * 3)
    assert "native code takes the arguments itself" in str(compiled.report())
    inner = []
    outer = called_meanwhile(compiled, [1.0] * 3, lambda: inner.append(compiled([100.0] * 3)))
    assert outer == [[2.0] * 3] * 20
    assert inner == [[[200.0] * 3] * 20]


GIVEN_UP = """
import gc, warnings
import autograd as ag
from autograd.replay.calls.compiled import Compiled
from tests.replay.entering import called_meanwhile
warnings.simplefilter("ignore")
factor = [1.0]
compiled = ag.compile(lambda x: [[v * factor[0] for v in x] for _ in range(20)])
for n in (3, 3, 3, 5, 5, 6, 6):
    compiled([float(n)] * n)

def act():
    gc.disable()
    factor[0] = 2.0
    compiled([4.0, 5.0, 6.0])  # other numbers: the program that is running is given up
    factor[0] = 1.0
    compiled([2.0] * 5)  # proven: the ways into native code are made anew
    compiled([2.0] * 6)
    junk = [bytearray(4096) for _ in range(2000)]

class Finaliser:
    def __del__(self):
        act()

argument = [3.0] * 3
gc.collect()
gc.disable()
one = Finaliser()
one.me = one
del one
gc.set_threshold(1)
gc.enable()
found = compiled(argument)
gc.disable()
print(found == [argument] * 20)
"""


def python(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_code_that_is_given_up_while_it_runs_runs_to_its_end():
    assert python(GIVEN_UP).stdout == "True\n"


NO_MEMORY = """
import resource
import numpy as np
import autograd as ag
from autograd.replay.calls.compiled import Compiled
from tests.replay.entering import called_meanwhile
n = 30_000
compiled = ag.compile(lambda x: np.array([x * 2.0] * n, dtype=object))
for k in range(4):
    found = compiled(float(k))
assert "native code takes the arguments itself" in str(compiled.report())
kept = []
now = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (now + 100_000, now + 100_000))
try:
    for _ in range(50):
        kept.append(compiled(1.0))
except MemoryError:
    print("MemoryError")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="another system has no /proc to ask")
def test_no_memory_for_a_result_is_pythons_error():
    assert python(NO_MEMORY).stdout == "MemoryError\n"


AT_THE_END_OF_MEMORY = """
import ctypes, mmap, random, sys
import numpy as np
import autograd as ag
from autograd.replay.calls.compiled import Compiled
from tests.replay.entering import called_meanwhile
page, libc, kept = mmap.PAGESIZE, ctypes.CDLL(None), []

def guarded(n, at_end):
    size = -(-8 * n // page) * page
    room = mmap.mmap(-1, size + 2 * page)
    kept.append(room)
    base = ctypes.addressof(ctypes.c_char.from_buffer(room))
    for offset in (0, size + page):
        assert libc.mprotect(ctypes.c_void_p(base + offset), page, 0) == 0
    return np.frombuffer(room, count=n, offset=page + (size - 8 * n if at_end else 0))

draw = random.Random(1)
shapes = (12, 7, [1, 2, 3, 4, 5, 6]), (39, 14, [*range(14)]), (8, 1, [0]), (17, 2, [1])
for n, k, columns in shapes:
    def f(w, x, y):
        found = []
        for row, target in zip(x, y, strict=True):
            sums = [ag.sum([w[j * k + c] * row[c] for c in columns]) for j in range(4)]
            found.append((ag.sum([ag.tanh(one) for one in sums]) - target) ** 2)
        return ag.mean(found)
    eager = ag.value_and_grad(f)
    compiled = ag.compile(eager, mode=sys.argv[1])
    for at_end in (True, False):
        for _ in range(3):
            w, x, y = [guarded(size, at_end) for size in (4 * k, n * k, n)]
            for block in (w, x, y):
                block[:] = [draw.uniform(-1.0, 1.0) for _ in block]
            x = x.reshape(n, k)
            value, gradients = compiled(w, x, y)
            expected, others = eager(w, x, y)
            np.testing.assert_allclose([value, *gradients], [expected, *others], 1e-9)
print("all there")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="another system protects memory otherwise")
@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_nothing_is_read_before_or_after_an_array(mode):
    found = python(AT_THE_END_OF_MEMORY, mode)
    assert (found.stdout, found.stderr[-500:]) == ("all there\n", "")


is_inside = []


def _passed_on(v):
    if not is_inside:
        is_inside.append(True)
        compiled([9.0, 8.0, 7.0])
        is_inside.clear()
    return v


passed_on = ag.Op("passed_on_after_a_call", _passed_on, lambda y, v: (1.0,))
del ag.op.TABLE[passed_on.name]  # not for the tests of every row


@ag.compile
def compiled(x):
    terms = [ag.sin(x[0] * (k + 1)) for k in range(900)]
    middle = passed_on(ag.sum(terms) * x[1])
    products = ag.sum([p * q for p, q in zip(terms, terms[7:], strict=False)])
    return ag.sum([p * middle * x[2] for p in terms]) + products


def test_a_call_within_an_operation_works_in_memory_of_its_own():
    for x in ([1.0, 2.0, 3.0], [1.5, 2.0, 3.0], [1.25, 2.5, 3.5]):
        found = compiled(x)
        is_inside.append(True)
        assert found == compiled.__wrapped__([ag.Value(v) for v in x]).data
        is_inside.clear()


@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled")
def test_each_layout_is_compared_on_other_numbers_before_it_is_believed():
    factor = [2.0]
    other = ag.compile(lambda x: [v * factor[0] for v in x])
    other([1.0])
    other([1.0, 2.0])
    other([1.0, 3.0])
    factor[0] = 5.0
    assert other([2.0]) == [10.0]


def test_sums_in_running_totals_leave_the_guards_where_they_are():
    def f(x):
        cubes = [v * v * v for v in x]
        total = ag.sum(cubes) * 2.0 if cubes[20] > 0.0 else ag.sum(cubes)
        return total + (1.0 if cubes[30] > 0.0 else 5.0)

    fast = ag.compile(f, mode="fast")
    for k in range(60):
        x = [((7 * k + 3 * i) % 11 - 5.25) / 5.0 for i in range(40)]
        assert fast(x) == pytest.approx(f([ag.Value(v) for v in x]).data, rel=1e-12)
    assert fast.n_eager == 0


def test_it_is_called_without_a_tuple_of_the_arguments():
    """As a partial is, of which it is one."""
    vectorcall = 1 << 11
    assert bool(type(ag.compile(rows)).__flags__ & vectorcall) == bool(
        functools.partial.__flags__ & vectorcall
    )


def test_a_class_may_call_it_in_its_own_way():
    class Counted(Compiled):
        calls = 0

        def __call__(self, *args):
            type(self).calls += 1
            return super().__call__(*args)

    class Named(Compiled):
        name = "triple"

    counted, named = Counted(lambda x: 3.0 * x), Named(lambda x: 3.0 * x)
    assert [counted(x) for x in (1.0, 2.0, 3.0)] == [3.0, 6.0, 9.0]
    assert [named(x) for x in (1.0, 2.0, 3.0)] == [3.0, 6.0, 9.0]
    assert (Counted.calls, named.name) == (3, "triple")
