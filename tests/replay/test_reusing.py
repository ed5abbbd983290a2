"""Results given again: nobody who keeps a result, or a part of it, sees it change.

Owns what of a result is kept from call to call, and who else may hold it meanwhile.
"""

import gc
import random
import subprocess
import sys
import weakref

import pytest

import autograd as ag
from autograd.replay.llvm.cpython import pool
from tests.replay.eager import bits
from tests.replay.entering import called_meanwhile, functions_called, proven


def tiny(a, b):
    return ((a + b) - (a * b + b**3)) ** 2 / 2


SHAPES = {
    "value and two gradients": (ag.value_and_grad(tiny, argnums=(0, 1)), True),
    "value and gradient": (ag.value_and_grad(tiny), True),
    "numbers in tuples in tuples": (lambda a, b: (((a,), a + b), b, ((a - b, a * b), a)), True),
    "one number": (lambda a, b: (a * b,), True),
    "the same number twice": (lambda a, b: (a, a, (a,)), True),
    "eight": (lambda a, b: tuple(a * k + b for k in range(8)), True),
    "nine": (lambda a, b: tuple(a * k + b for k in range(9)), False),
    "with a list": (lambda a, b: (a, [b]), False),
    "with a dict": (lambda a, b: (a, {"b": b}), False),
    "with nothing in it": (lambda a, b: (a, (), b), True),
    "a list": (lambda a, b: [a * k + b for k in range(5)], False),
    "lists": (lambda a, b: [[a * k + j for k in range(j + 2)] + [b] for j in range(4)], False),
    "a number and a list": (lambda a, b: (a * b, [a * k + b for k in range(20)]), False),
    "a dict of lists": (lambda a, b: {"w": [a, b, a * b], "b": (a, [b, a, a])}, False),
}
CALLS = [(1.5, 2.0), (2.5, -3.0), (0.5, 7.0)]


def parts(found):
    """A result, all that stands in it, and so on."""
    yield found
    if isinstance(found, (tuple, list)):
        for item in found:
            yield from parts(item)
    elif isinstance(found, dict):
        yield from parts([*found.values()])


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_kept_of_results_stays_as_it_was(name):
    """Of each call something else, or nothing, for some calls, at random."""
    f, _ = SHAPES[name]
    compiled = proven(f, *CALLS)
    draw = random.Random(name)
    kept = []
    for _ in range(2000):
        a, b = draw.uniform(-2.0, 2.0), draw.uniform(-2.0, 2.0)
        found = compiled(a, b)
        assert bits(found) == bits(f(a, b))
        kept += [(part, bits(part)) for part in parts(found) if draw.random() < 0.3]
        del found
        while len(kept) > 12:
            kept.pop(draw.randrange(len(kept)))
        assert all(bits(part) == before for part, before in kept)
    assert compiled.n_eager == 0


@pytest.mark.parametrize("name", SHAPES)
def test_small_results_in_tuples_are_given_again(name):
    f, is_given_again = SHAPES[name]
    compiled = proven(f, *CALLS)
    found = [compiled(*CALLS[0]) for _ in range(3)]  # all of them new
    assert len({*map(id, found)}) == 3
    numbers = [id(part) for part in parts(found[1])]
    del found
    entered, again = functions_called(compiled, *CALLS[1])
    assert entered == []
    other = (*again, 0.0)
    counts = sys.getrefcount(again), sys.getrefcount(other)
    assert counts[0] - counts[1] == is_given_again
    if is_given_again:
        assert [id(part) for part in parts(again)] == numbers, "no new object was made"
    assert bits(again) == bits(f(*CALLS[1]))


def rows(a, b):
    return a * b, [a * k + b for k in range(40)]


def test_floats_of_lists_are_given_again_and_lists_are_not():
    compiled = proven(rows, *CALLS)
    places = set()
    for k in range(50):
        value, row = compiled(1.5 + k, 2.0)
        assert (value, row) == rows(1.5 + k, 2.0)
        places |= {*map(id, row)}
        row.clear()  # by whom it belongs to
        row.append("changed")
    assert len(places) == 80, "of two results"


@pytest.mark.parametrize(("most", "held"), [(40, 0), (41, 1)])
def test_of_a_large_result_nothing_is_kept(monkeypatch, most, held):
    monkeypatch.setattr(pool, "MOST", most)
    compiled = proven(rows, *CALLS)
    _, row = compiled(*CALLS[0])
    own = [x * 2.0 for x in row]
    counts = [sys.getrefcount(x) for x in row]
    assert counts == [sys.getrefcount(x) + held for x in own]


def test_a_list_may_be_changed_and_kept():
    compiled = proven(rows, *CALLS)
    kept = []
    for k in range(100):
        _, row = compiled(1.5 + k, 2.0)
        row[k % 40] = None
        row.reverse()
        kept.append(row)
    for k, row in enumerate(kept):
        expected = rows(1.5 + k, 2.0)[1]
        expected[k % 40] = None
        assert row[::-1] == expected


def test_who_assigns_results_to_a_name_has_each_second_one_again():
    compiled = proven(ag.value_and_grad(tiny), *CALLS)
    places = set()
    for k in range(20):
        value, gradient = found = compiled(1.5 + k, 2.0)
        assert (value, gradient) == ag.value_and_grad(tiny)(1.5 + k, 2.0)
        places.add(id(found))
    assert len(places) == 2


def test_results_that_are_all_kept_are_all_others():
    compiled = proven(ag.value_and_grad(tiny, argnums=(0, 1)), *CALLS)
    f = ag.value_and_grad(tiny, argnums=(0, 1))
    found = [compiled(float(k), 2.0) for k in range(500)]
    assert [*map(bits, found)] == [bits(f(float(k), 2.0)) for k in range(500)]


def test_its_hash_is_that_of_its_numbers():
    """Which tuples remember from Python 3.14 on."""
    compiled = proven(lambda a, b: (a + b, (a * b,)), *CALLS)
    for k in range(6):
        found = compiled(float(k), 2.0)
        assert hash(found) == hash((k + 2.0, (k * 2.0,)))
        assert hash(found[1]) == hash((k * 2.0,))
        del found


def test_a_result_may_be_the_next_arguments():
    compiled = proven(lambda a, b: (a + b, a * b), *CALLS)
    a, b = 1.0, 0.5
    found = compiled(a, b)
    for _ in range(30):
        a, b = a + b, a * b
        assert found == (a, b)
        found = compiled(*found)


def test_a_function_that_is_no_more_keeps_no_result():
    """At once: nothing of it is in a circle, in which it would wait for the garbage collector."""
    gc.disable()
    try:
        compiled = proven(lambda a, b: (a + b, (a * b,)), *CALLS)
        found = [compiled(*CALLS[0]) for _ in range(2)]
        before = [sys.getrefcount(part) for one in found for part in parts(one)]
        was = weakref.ref(compiled)
        del compiled
        assert was() is None
        after = [sys.getrefcount(part) for one in found for part in parts(one)]
    finally:
        gc.enable()
    own = [n - m for n, m in zip(before, after, strict=True)]
    assert own == [1, 0, 0, 0] * 2, "of what was kept, the outer tuples; these keep the rest"


def test_a_function_that_is_no_more_keeps_no_float():
    gc.disable()
    try:
        compiled = proven(rows, *CALLS)
        _, row = compiled(*CALLS[0])
        before = [sys.getrefcount(x) for x in row]
        del compiled
        after = [sys.getrefcount(x) for x in row]
    finally:
        gc.enable()
    assert [n - m for n, m in zip(before, after, strict=True)] == [1] * 40


def test_two_results_are_all_that_is_kept():
    compiled = proven(lambda a, b: (a + b, (a * b,)), *CALLS)
    kept = [compiled(float(k), 2.0) for k in range(50)]
    counts = [sys.getrefcount(one) for one in kept]
    assert counts[-2:] == [counts[0] + 1] * 2
    assert set(counts[:-2]) == {counts[0]}


@pytest.mark.parametrize("f", [ag.value_and_grad(tiny, argnums=(0, 1)), rows])
def test_memory_does_not_grow(f):
    compiled = proven(f, *CALLS)
    held = None
    before = 0
    for k in range(30_000):
        if k == 10_000:
            before = sys.getallocatedblocks()
        found = compiled(float(k), 2.0)
        if k % 3 == 0:
            held = found
        elif k % 3 == 1:
            held = found[0], found[1][1]
        del found
    assert sys.getallocatedblocks() - before < 100
    assert held is not None


def test_a_call_within_a_call_has_a_result_of_its_own():
    """While a new one is made: the garbage collector is called by whoever makes a tuple."""
    compiled = proven(lambda a: (a * 2.0, (a * 3.0, (a * 4.0,))), (1.0,), (2.0,), (3.0,))
    gc.collect()
    kept = [compiled(float(k)) for k in range(3)]
    inner = []
    outer = called_meanwhile(compiled, 5.0, lambda: inner.append(compiled(7.0)))
    assert outer == (10.0, (15.0, (20.0,)))
    assert inner == [(14.0, (21.0, (28.0,)))]
    assert kept == [(2.0 * k, (3.0 * k, (4.0 * k,))) for k in range(3)]


NO_MEMORY = """
import resource
import autograd as ag
compiled = ag.compile(lambda a: (a * 2.0, RESULT))
for k in range(5):
    compiled(float(k))
kept, n, x = [None] * 10**6, 0, 0.1
now = int(open("/proc/self/statm").read().split()[0]) * 4096
_, most = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (now + 3_000_000, most))
try:
    while True:
        _, (kept[n], kept[n + 1], *_) = compiled(x)
        n += 2
except MemoryError:
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
right = all(one == x * (3.0 + i % 2) for i, one in enumerate(kept[:n]))
kept.clear()
print(n > 10_000, right, [*compiled(1.5)[1]][:2] == [4.5, 6.0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="another system has no /proc to ask")
@pytest.mark.parametrize("result", ["(a * 3.0, a * 4.0)", "[a * 3.0, a * 4.0, a, a, a]"])
def test_no_memory_for_a_float_is_pythons_error_and_changes_nothing_that_is_kept(result):
    command = [sys.executable, "-c", NO_MEMORY.replace("RESULT", result)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("True True True\n", "")
