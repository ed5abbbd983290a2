"""Many at once: threads, other processes, copies. Everybody gets the numbers of the function.

Owns first calls that race, forked and spawned processes, pools, and pickled functions.
"""

from __future__ import annotations

import copy
import functools
import multiprocessing
import os
import pickle
import warnings
from array import array

import pytest

import autograd as ag
from autograd import Value
from autograd.replay.llvm.cpython import slots
from autograd.replay.llvm.training import totals
from tests.replay.eager import BACKENDS, bits
from tests.threads import in_threads

both = pytest.mark.parametrize("backend", BACKENDS)


def loss(xs):
    """Two ways for each number, at most four are taken here."""
    total = xs[0] * xs[0]
    for x in xs[1:]:
        total = total * x + ag.sin(x) if x > 0.5 else total - ag.tanh(x)
    return total


slope = ag.value_and_grad(loss)
SHARED = {backend: ag.compile(slope, backend=backend) for backend in BACKENDS}
SWIFTLY = 1e-6  # seconds between turns
ROWS = [[0.25 + k % 3, 0.3 * (k % 4), *[0.75] * (k % 5)] for k in range(24)]


@both
def test_first_calls_race_with_other_layouts_and_other_ways(backend):
    right = [bits(slope(row)) for row in ROWS]
    compiled = ag.compile(slope, backend=backend)

    def work(thread):
        for step in range(30):
            k = (5 * thread + 7 * step) % len(ROWS)
            assert bits(compiled(ROWS[k])) == right[k]

    in_threads(work, 8, SWIFTLY)
    ways = {}
    for row in ROWS:
        ways.setdefault(len(row), set()).add(tuple(x > 0.5 for x in row[1:]))
    assert len(compiled.report().paths) == sum(map(len, ways.values()))
    assert not compiled.n_eager


@both
def test_a_way_that_many_record_at_once_is_one(backend):
    """Forty programs would be more than the 32 that a function may have."""
    compiled = ag.compile(slope, backend=backend)
    right = bits(slope([0.5, 0.75]))

    def work(thread):
        for _ in range(3):
            assert bits(compiled([0.5, 0.75])) == right

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        in_threads(work, 40, SWIFTLY)
    assert len(compiled.report().paths) == 1
    assert not compiled.n_eager


@both
def test_a_function_is_given_up_in_one_thread_while_others_run_it(backend):
    def f(x):
        return x * float(sum(1 for k in range(40) if x > k))

    compiled = ag.compile(f, backend=backend)
    for x in (0.25, 0.5, 0.125):
        assert compiled(x) == x

    def work(thread):
        for k in range(12 if thread < 2 else 40):
            x = 0.25 if thread > 4 else (7 * k + thread) % 40 + 0.5
            assert compiled(x) == x * float(sum(1 for k in range(40) if x > k))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        in_threads(work, 8, SWIFTLY)
    assert len(caught) == 1


@both
def test_a_thread_with_a_graph_or_without_gradients_disturbs_nobody(backend):
    compiled = ag.compile(slope, backend=backend)
    row = [0.5, 0.75, 0.25]
    right = bits(slope(row))
    wrong = []

    def work(thread):
        for _ in range(25):
            if thread == 0:
                xs = [Value(x) for x in row]
                value, _ = compiled(xs) if thread else (loss(xs), None)
                value.backward()
                if bits([x.grad for x in xs]) != right[1][1]:
                    wrong.append(thread)
            elif thread == 1:
                with ag.no_grad():
                    wrong.extend([thread] * (bits(compiled(row)) != right))
            elif thread == 2:
                with ag.detect_anomaly():
                    wrong.extend([thread] * (bits(compiled(row)) != right))
            else:
                wrong.extend([thread] * (bits(compiled(row)) != right))

    in_threads(work, 6, SWIFTLY)
    assert wrong == []


def call(backend, row):
    return bits(SHARED[backend](row))


def call_given(compiled, row):
    return bits(compiled(row)), len(compiled.report().paths)


@both
@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_a_pool_gives_the_same_bits(backend, how):
    right = [bits(slope(row)) for row in ROWS]
    assert [call(backend, row) for row in ROWS] == right  # native code is inherited by a fork
    context = multiprocessing.get_context(how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork with threads
        pool = context.Pool(2)
    with pool:
        assert pool.starmap(call, [(backend, row) for row in ROWS]) == right
        assert [found for found, _ in pool.starmap(call_given, [
            (SHARED[backend], row) for row in ROWS])] == right  # fmt: skip
        (_, n_paths) = pool.apply(call_given, (SHARED[backend], ROWS[0]))
        assert n_paths == 1  # what is unpickled is compiled anew, there
    assert [call(backend, row) for row in ROWS] == right


@both
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_records_on_its_own(backend):
    compiled = ag.compile(slope, backend=backend)
    for row in ROWS[:3] * 3:
        compiled(row)
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        try:
            os.write(writing, pickle.dumps([bits(compiled(row)) for row in ROWS]))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = pickle.load(pipe)
    os.waitpid(pid, 0)
    assert found == [bits(slope(row)) for row in ROWS]
    assert len(compiled.report().paths) <= 3


@ag.compile
@ag.value_and_grad
def decorated(xs):
    return loss(xs) * 2.0


MADE = [
    lambda: ag.grad(loss), lambda: ag.value_and_grad(loss, (0,)), lambda: ag.jacobian(loss),
    lambda: ag.hessian(loss), lambda: ag.jacobian(ag.grad(loss)), lambda: ag.vmap(ag.grad(loss)),
]  # fmt: skip


def test_a_function_around_one_made_by_a_transform_is_another():
    mapped = ag.vmap(lambda x: x * 2.0 if x > 0.0 else -x)

    @functools.wraps(mapped)
    def shifted(xs):
        return [x + 1.0 for x in mapped(xs)]

    for f in (shifted, functools.partial(shifted)):
        for backend in BACKENDS:
            compiled = ag.compile(f, backend=backend)
            for xs in ([1.0, -2.0], [3.0, -1.0], [-1.0, -1.0], [2.0, 2.0]):
                assert compiled(xs) == [(2.0 * x if x > 0.0 else -x) + 1.0 for x in xs]


@both
def test_copies_and_pickles_have_programs_of_their_own(backend):
    compiled = ag.compile(slope, backend=backend)
    for row in ROWS[:3] * 3:
        compiled(row)
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError), match="lambda"):
        pickle.dumps(ag.compile(lambda x: x, backend=backend))
    module_level = ag.compile(loss, "fast", backend)
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated
    for make in MADE:
        twin = pickle.loads(pickle.dumps(ag.compile(make(), backend=backend)))
        args = ([[0.5, 0.75]] * 3,) if make is MADE[-1] else ([0.5, 0.75],)
        assert bits(twin(*args)) == bits(make()(*args))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps([module_level, {"f": module_level}], protocol))
        assert twin[0] is twin[1]["f"]
        assert (twin[0].mode, twin[0].backend, twin[0].__name__) == ("fast", backend, "loss")
        assert not twin[0].report().paths
    for twin in (copy.copy(compiled), copy.deepcopy([compiled])[0]):
        assert not twin.report().paths
        assert [bits(twin(row)) for row in ROWS] == [bits(compiled(row)) for row in ROWS]


def test_threads_that_are_the_first_to_need_native_code_have_it_until_they_are_through():
    """Each may make it, and all but one find that another's is kept."""
    leaves = [ag.Value(float(k)) for k in range(50)]
    addresses = array("q", map(id, leaves))
    numbers, weights = array("d", [1.0, 2.0, 3.0, 4.0]), array("d", [0.5, 0.25])
    expected = [leaf.data for leaf in leaves], [0.5, 1.25]

    def work(_):
        read = slots.read(addresses, "_number")
        return [*read], [*totals.means(numbers, weights, 2)]

    for _ in range(5):
        slots._code.cache_clear()
        totals._code.cache_clear()
        assert in_threads(work, 6) == [expected] * 6


class Outer:
    class Inner:
        @staticmethod
        @ag.compile
        def cube(x):
            return x * x * x


def test_a_static_method_of_a_class_in_a_class_is_pickled_by_its_name():
    assert pickle.loads(pickle.dumps(Outer.Inner.cube)) is Outer.Inner.cube
