"""What a compiled function can be called with, and what it returns.

Owns containers, arrays and buffers, other numbers, ints, and what is part of the program.
"""

from __future__ import annotations

import array
import ctypes
import math
import operator
from collections import Counter, OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, SPECIAL, agree, bits, plain

both = pytest.mark.parametrize("backend", BACKENDS)
Point = namedtuple("Point", "x y")
floats = st.one_of(st.sampled_from(SPECIAL[:-4]), st.floats(-3.0, 3.0))
names = st.sampled_from(["w", "b", 1, (2, 3), "float"])
trees = st.recursive(
    floats,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(names, inner, max_size=3),
        st.dictionaries(names, inner, max_size=3).map(OrderedDict),
        st.builds(Point, inner, inner),
    ),
    max_leaves=12,
)  # fmt: skip


def mapped(f, tree):
    if isinstance(tree, dict):
        twin = tree.copy()
        twin.update({key: mapped(f, x) for key, x in tree.items()})
        return twin
    if isinstance(tree, (list, tuple)):
        items = [mapped(f, x) for x in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    return f(tree)


def squares(tree):
    numbers = []
    mapped(numbers.append, tree)
    total = ag.sum([x * x for x in numbers])
    return mapped(lambda x: x * 1.5 - total, tree), total


@settings(max_examples=50, deadline=None, derandomize=True)
@given(trees)
def test_what_goes_in_comes_out(tree):
    other = mapped(lambda x: 0.5 * x - 1.0, tree)
    third = mapped(lambda x: x + 1.0, tree)
    agree(squares, (tree,), (other,), (third,))
    f = ag.value_and_grad(lambda tree: squares(tree)[1])
    agree(f, (tree,), (other,), (third,), of=f)


def given_arrays():
    base = np.linspace(-2.0, 2.0, 24)
    fixed = base[:6].copy()
    fixed.flags.writeable = False
    return {
        "1-d": base, "2-d": base.reshape(4, 6), "3-d": base.reshape(2, 3, 4),
        "0-d": np.array(1.5), "empty": base[:0], "Fortran": np.asfortranarray(base.reshape(4, 6)),
        "strided": base[::3], "reversed": base[::-1], "transposed": base.reshape(4, 6).T,
        "float32": base.astype(np.float32), "float16": base.astype(np.float16),
        "big-endian": base.astype(">f8"), "read-only": fixed,
        "broadcast": np.broadcast_to(base[:3], (2, 3)),
        "unaligned": np.frombuffer(b"x" + base.tobytes(), dtype=np.uint8)[1:].view(np.float64),
        "long": base.astype(np.longdouble),
    }  # fmt: skip


@both
@pytest.mark.parametrize("kind", given_arrays())
def test_arrays_of_every_layout(backend, kind):
    def f(x):
        return x * x + 1.0 if x.ndim == 0 else x * np.exp(x)

    def total(x):
        return ag.sum([v * v for v in x.ravel()])

    x = given_arrays()[kind]
    right = ag.value_and_grad(total)
    mapped, slope = (ag.compile(g, backend=backend) for g in (f, right))
    for scale in (1.0, 0.5, -2.0, -2.0):
        given_now = x if scale == 1.0 else x * x.dtype.type(scale)
        if x.ndim == 0:
            assert ag.compile(lambda v: v * v, backend=backend)(given_now) == (1.5 * scale) ** 2
            continue
        nodes = np.array([Value(v) for v in given_now.ravel().tolist()] + [None], dtype=object)
        wanted = f(nodes[:-1].reshape(x.shape))
        got = mapped(given_now)
        assert got.dtype == np.float64
        assert got.shape == x.shape
        assert bits(got.ravel().tolist()) == bits(wanted.ravel().tolist())
        assert bits(slope(given_now)) == bits(right(given_now))


@both
def test_results_are_new_each_time(backend):
    for f, x in [
        (lambda x: x * 2.0, np.arange(4.0)),
        (lambda x: [v * 2.0 for v in x], [1.0, 2.0, 3.0, 4.0]),
        (lambda x: {"a": [x[0]], "b": x}, [1.0, 2.0]),
        (lambda x: x, np.arange(4.0)),
    ]:
        compiled = ag.compile(f, backend=backend)
        for _ in range(4):
            first, before = compiled(x), bits(compiled(x))
            compiled([v + 1.0 for v in x] if isinstance(x, list) else x + 1.0)
            assert bits(first) == before
            if isinstance(first, np.ndarray):
                first[:] = 7.0
                assert not np.shares_memory(first, x)
            assert bits(compiled(x)) == before


@both
def test_buffers_other_numbers_and_what_is_no_number(backend):
    def f(xs, flag, name, nothing, scale=0.5, *, shift=1.0):
        total = scale * xs[0] + shift * xs[1]
        if flag:
            total = total * 2.0
        assert nothing is None
        return total, name, nothing, flag, len(xs)

    compiled = ag.compile(f, backend=backend)
    buffers = (
        [2.0, 3.0], (2.0, 3.0), array.array("d", [2.0, 3.0]), array.array("f", [2.0, 3.0]),
        array.array("i", [2, 3]), memoryview(array.array("d", [2.0, 3.0])),
        memoryview(array.array("d", [2.0, 3.0])).toreadonly(),
        memoryview(array.array("d", [2.0, 0.0, 3.0]))[::2], np.array([2, 3]), np.array([2.0, 3.0]),
        [Fraction(2), Decimal(3)], [np.float32(2.0), np.float64(3.0)], [np.int64(2), 3], [True, 3],
    )  # fmt: skip
    for _ in range(3):
        for xs in buffers:
            first = 1.0 if xs[0] is True else 2.0
            for flag in (True, False, 0.0):
                got = compiled(xs, flag, "a", None)
                total = (0.5 * first + 3.0) * (2.0 if flag else 1.0)
                assert got == (total, "a", None, flag, 2)
                assert compiled(xs, flag, "b", None, 2.0) [:2] == (
                    (2.0 * first + 3.0) * (2.0 if flag else 1.0), "b")  # fmt: skip
                found = compiled(xs, flag, name="c", nothing=None, shift=-1.0, scale=3)
                assert found[:2] == ((3.0 * first - 3.0) * (2.0 if flag else 1.0), "c")


@both
def test_any_number_of_arguments(backend):
    compiled = ag.compile(lambda *xs, **more: ag.sum([*xs, *more.values()]), backend=backend)
    for _ in range(3):
        for xs in ((), (1.0,), (1.0, 2.5), (1, 2.5, 3), (0.5,) * 9):
            assert compiled(*xs) == math.fsum(xs)
            assert compiled(*xs, a=0.25, b=1.0) == math.fsum(xs) + 1.25
            assert compiled(*xs, b=1.0, a=0.5) == math.fsum(xs) + 1.5


@dataclass(frozen=True)
class Settings:
    scale: object


@both
def test_equal_arguments_that_differ_are_told_apart(backend):
    pairs = [
        (lambda s, x: x / min(s), frozenset([0.0]), frozenset([-0.0])),
        (lambda s, x: x * math.copysign(1.0, s.imag), complex(1.0, 0.0), complex(1.0, -0.0)),
        (lambda s, x: x * math.copysign(1.0, s.scale), Settings(0.0), Settings(-0.0)),
        (lambda s, x: x * (2.0 if s is True else 3.0), True, 1),
        (lambda s, x: x * (2.0 if type(s) is str else 3.0), "float", ("float",)),
        (lambda s, x: x * (2.0 if s.dtype.kind == "b" else 3.0), np.array([True]), np.array([1])),
    ]
    for f, first, second in pairs:
        compiled = ag.compile(f, backend=backend)
        for x in (1.0, 2.0, 3.0):
            for given_now in (first, second):
                assert compiled(given_now, x) == plain(f(given_now, Value(x)))


@both
def test_arrays_of_no_numbers_are_part_of_the_program(backend):
    table = np.array([(1.5, 2), (3.0, 4)], dtype=[("a", float), ("b", np.int64)])
    for x in (table, np.array([1, 2], dtype="m8[ns]"), np.array(["a"]), np.array([1j])):
        compiled = ag.compile(lambda t, x: x * float(len(t)), backend=backend)
        assert [compiled(x, v) for v in (1.0, 2.0, 3.0)] == [v * len(x) for v in (1.0, 2.0, 3.0)]
    compiled = ag.compile(lambda t, x: t["a"][0] * x, backend=backend)
    assert [compiled(table, x) for x in (1.0, 2.0, 3.0)] == [1.5, 3.0, 4.5]
    other = table.copy()
    other["a"] += 1.0
    assert compiled(other, 1.0) == 2.5


@both
def test_empty_buffers_are_part_of_the_program(backend):
    compiled = ag.compile(lambda x, block: x + len(block), backend=backend)
    for block in (bytearray(), memoryview(bytearray()), (ctypes.c_wchar * 0)(), bytearray(b"1")):
        assert [compiled(x, block) for x in (1.0, 2.0)] == [1.0 + len(block), 2.0 + len(block)]


@both
@pytest.mark.parametrize("make", [
    lambda n: bytearray(b"12%d" % n), lambda n: memoryview(np.full((2, 2), n)),
    lambda n: (ctypes.c_wchar * 2)("a", chr(65 + n)), lambda n: array.array("q", [2**60 + n, 3]),
    lambda n: array.array("Q", [2**63 + n]),
], ids=["bytearray", "memoryview", "ctypes", "q", "Q"])  # fmt: skip
def test_other_buffers_are_part_of_the_program_by_what_they_hold(backend, make):
    def f(x, block):
        item = block[0, 0] if isinstance(block, memoryview) else block[-1]
        return x * (ord(item) if isinstance(item, str) else item) + len(block)

    compiled, gradient = (ag.compile(g, backend=backend) for g in (f, ag.grad(f)))
    for n in (1, 2, 1, 3, 2):
        block = make(n)
        assert bits(compiled(1.5, block)) == bits(f(Value(1.5), block).data)
        assert bits(gradient(1.5, block)) == bits(ag.grad(f)(1.5, block))
    assert (compiled.n_eager, len(compiled.report().paths)) == (0, 3)


BARE = type("Bare", (), {"__hash__": None, "__slots__": ()})()


@both
@pytest.mark.parametrize("bad", [BARE, [BARE]], ids=lambda x: type(x).__name__)
def test_what_is_neither_a_number_nor_hashable_is_refused(backend, bad):
    compiled = ag.compile(lambda x, y: y, backend=backend)
    refusal = r"^compile: argument 0 holds one of type \w+, which is neither a number nor hashable"
    for _ in range(2):
        with pytest.raises(TypeError, match=refusal):
            compiled(bad, 1.0)
    assert compiled("text", 2.0) == 2.0


@both
def test_other_dicts_keep_their_kind(backend):
    compiled = ag.compile(lambda d: d, backend=backend)
    for x in (1.0, 2.0, 3.0):
        for d in (defaultdict(list, a=x), Counter(a=x), OrderedDict(b=x, a=1.0)):
            found = compiled(d)
            assert (type(found), dict(found)) == (type(d), dict(d))
    assert compiled(defaultdict(list, a=4.0))["new"] == []


# Ints

ints = st.one_of(
    st.integers(-9, 9), st.sampled_from([2**31, -(2**31), 2**53 - 1, 2**53, 2**53 + 1, -(2**60)]),
    st.integers(),
)  # fmt: skip
ARITHMETIC = [getattr(operator, name) for name in "add sub mul floordiv mod".split()]
ARITHMETIC += [getattr(operator, name) for name in "lt le eq ne ge gt".split()]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_whole_numbers_are_whole(data):
    steps = data.draw(st.lists(st.tuples(st.sampled_from(ARITHMETIC), st.integers(0, 5),
                                         st.integers(0, 5)), min_size=1, max_size=5))  # fmt: skip

    def f(x, a, b):
        numbers = [a, b, 3]
        for operation, i, j in steps:
            left, right = numbers[i % len(numbers)], numbers[j % len(numbers)]
            if operation in (operator.floordiv, operator.mod) and not right:
                continue
            result = operation(left, right)
            numbers.append(int(result) if isinstance(result, bool) else result)
        last = numbers[-1]
        return x * 1.5 + (last if abs(last) < 2**60 else 1), ["even", "odd"][last % 2], bool(last)

    calls = [(data.draw(floats), data.draw(ints), data.draw(ints)) for _ in range(5)]
    for backend in BACKENDS:
        compiled = ag.compile(f, backend=backend)
        for x, a, b in calls + calls:
            assert bits(compiled(x, a, b)) == bits(f(Value(x), a, b))


@both
def test_int_arithmetic_stays_exact(backend):
    compiled = ag.compile(lambda x, a, b: (x + (a * b - 1), a + b), backend=backend)
    for a, b in ((2, 3), (4, 5), (94906267, 94906267), (2**52 + 1, 3), (2**53 - 1, 2), (4, -5)):
        assert compiled(0.5, a, b) == (0.5 + float(a * b - 1), a + b)
    assert type(compiled(0.5, 2, 3)[1]) is int


@both
def test_ints_do_what_floats_cannot(backend):
    def f(x, n):
        text = f"w{n} {n:03d} {n!s}"
        found = (divmod(n, 3), divmod(9, n), ~n, round(n), n.bit_length(), pow(n, 2, 5))
        return x * (n & 6) + (n | 1) + (n ^ 3) + (n << 2) + (40 >> n), text, found, [x] * n, 2**n

    compiled = ag.compile(f, backend=backend)
    for n in (1, 2, 3, 2, 1):
        for x in (0.5, -1.5):
            assert bits(compiled(x, n)) == bits(f(Value(x), n))
    for divide in (lambda x, n: x * (5 / n), lambda x, n: x * (n / n), lambda x, n: x * (5 // n)):
        compiled = ag.compile(divide, backend=backend)
        assert [compiled(1.0, n) for n in (2, 5, 2)] == [divide(1.0, n) for n in (2, 5, 2)]
        with pytest.raises(ZeroDivisionError):
            compiled(1.0, 0)


@both
def test_ints_index_loop_hash_and_choose(backend):
    table, names = [0.5, 1.5, -2.0, 4.0], {0: 1.0, 1: 2.0, 2: 3.0, 3: 5.0}

    def f(x, n, i):
        total = x * names[i] + table[i] * x + n
        for k in range(n):
            total = total * table[k % 4] + (1.0 if k == i else x)
        if n > i:
            total = total / 2
        return total + ag.take([[x, x * 2.0], [x * 3.0, x]], i % 2)[0] + x**i + (n << 1) * x

    compiled = ag.compile(f, backend=backend)
    for n in (0, 1, 3, 5, 1, 0):
        for i in (0, 1, 2, 3, -0, 2):
            for x in (0.5, -1.25, 0.5):
                assert bits(compiled(x, n, i)) == bits(f(Value(x), n, i).data), (x, n, i)
    assert not compiled.report().n_eager


@both
def test_an_int_that_only_computes_is_one_program(backend):
    compiled = ag.compile(lambda x, n: (x * n + n / 4) ** n - n, backend=backend)
    for n in (2, 3, -1, 7, 2**40, True, 0):
        right = ((Value(1.5) * float(n) + float(n) / 4) ** Value(float(n)) - float(n)).data
        assert bits(compiled(1.5, n)) == bits(right), n
    layouts = {path.layout for path in compiled.report().paths}
    assert len(compiled.report().paths) == len(layouts) == 2  # True is no number


@both
def test_class_indices_are_read_at_each_call(backend):
    def loss(w, rows, classes):
        found = []
        for x, c in zip(rows, classes, strict=True):
            logits = [w[k] * x[0] + w[k + 3] * x[1] for k in range(3)]
            found.append(ag.take(ag.log_softmax(logits), c))
        return -ag.mean(found)

    g = ag.value_and_grad(loss)
    compiled = ag.compile(g, backend=backend)
    w, rows = [0.1 * k - 0.2 for k in range(6)], [[0.5 * i, 1.0 - i] for i in range(9)]
    for shift in range(4):
        classes = [(i * i + shift) % 3 for i in range(9)]
        for given_now in (classes, np.array(classes)):
            assert bits(compiled(w, rows, given_now)) == bits(g(w, rows, given_now))
