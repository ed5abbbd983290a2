"""What a compiled function depends on beside its arguments, and what may go wrong meanwhile.

Owns leaves, closures, modes, nesting, exceptions, threads, copies and other processes.
"""

from __future__ import annotations

import copy
import functools
import itertools
import math
import pickle
import random
import subprocess
import sys
import warnings

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.op import TABLE
from tests.replay.eager import BACKENDS, bits, on_values
from tests.threads import in_threads

both = pytest.mark.parametrize("backend", BACKENDS)
NUMBERS = (1.0, 2.0, 1.0, -0.5, 3.0, 3.0)


def cubic(x):
    """x cubed, less x."""
    return x**3 - x


def _cube(x):
    if x > 5.0:
        raise KeyError("more than 5")
    return x * x * x


@pytest.fixture(autouse=True)
def _table_as_before():
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


def make_cube():
    return ag.Op("cube", _cube, lambda y, x: (3.0 * x * x,))


@both
def test_leaves_are_read_at_each_call(backend):
    w, hidden = Value(2.0), []

    def f(x):
        if not hidden:
            hidden.append(Value(3.0))
        own = Value(0.25)
        with ag.no_grad():
            shift = own * w
        return x * w + hidden[0] * shift + x.detach() * own

    g = ag.value_and_grad(f)
    compiled, slope = ag.compile(f, backend=backend), ag.compile(g, backend=backend)
    for i, x in enumerate(NUMBERS):
        assert bits(compiled(x)) == bits(f(Value(x)).data)
        assert bits(slope(x)) == bits(g(x))
        w.data, hidden[0].data = -1.5 * i, 0.3 + i
    assert {path.leaves for path in compiled.report().paths} == {2}
    assert not compiled.report().n_eager


@both
def test_what_a_function_makes_and_returns_is_no_leaf(backend):
    """Nobody else has it; as the gradient of what the function does not read."""
    kept = Value(5.0)
    functions = [
        (ag.grad(lambda x, _: x[0] ** 2), 0),
        (lambda x, _: [Value(2.0), x[1], -0.0, (own := Value(3.0)), own], 0),
        (lambda x, _: [kept, Value(2.0), kept * x[0]], 1),
    ]
    for f, leaves in functions:
        compiled = ag.compile(f, backend=backend)
        for x in NUMBERS:
            given = [x, 2.0], [1.0, -x, 3.0]
            assert bits(compiled(*given)) == bits(f(*on_values(given)))
            kept.data += 1.0
        assert {path.leaves for path in compiled.report().paths} == {leaves}


@both
def test_what_is_in_no_graph_is_found_at_the_second_call(backend):
    w, state, draw = Value(2.0), [1.0], random.Random(0)

    def remembers(x):
        state[0] += 1.0
        return x * state[0]

    def draws(x):
        return x + draw.random()

    def alone():
        return w * draw.random()

    for f, calls in [
        (remembers, [(1.0,)] * 4),
        (draws, [(x,) for x in NUMBERS]),
        (alone, [()] * 4),
    ]:
        compiled = ag.compile(f, backend=backend)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for call in calls:
                w.data += 1.0
                before, remembered = draw.getstate(), state[0]
                got = compiled(*call)
                draw.setstate(before)
                state[0] = remembered
                assert got == f(*map(Value, call)).data
        assert [w.category for w in caught] == [RuntimeWarning], f.__name__
        assert "no operation on Values" in str(caught[0].message)
        assert "runs as it stands" in str(compiled.report())


class Holding(nn.Module):
    def __init__(self, w):
        self.w = w


@both
@pytest.mark.parametrize("change", [
    lambda w, y: y.backward(),
    lambda w, y: setattr(w, "data", 7.0),
    lambda w, y: y.zero_grad(),
    lambda w, y: nn.SGD([w], lr=0.1).zero_grad(),
    lambda w, y: Holding(w).zero_grad(),
], ids=["backward", "data", "zero_grad", "SGD.zero_grad", "Module.zero_grad"])  # fmt: skip
def test_a_change_in_place_is_refused_and_nothing_changes(backend, change):
    w = Value(2.0)
    w.grad = 0.5

    def f(x):
        y = x * w
        change(w, y)
        return y

    compiled = ag.compile(f, backend=backend)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^compile: .* inside the compiled function"):
            compiled(1.0)
        assert (w.data, w.grad) == (2.0, 0.5)
    w.data = 3.0  # outside all is as before
    assert w.data == 3.0


@both
def test_what_the_function_raises_comes_out_and_leaves_no_trace(backend):
    def f(x):
        y = x * 2.0
        if x > 1.0:
            raise KeyError("more than 1")
        return y

    compiled = ag.compile(f, backend=backend)
    for x in (0.5, 2.0, 0.7, 3.0, 0.5):
        if x > 1.0:
            with pytest.raises(KeyError, match="more than 1"):
                compiled(x)
        else:
            assert compiled(x) == 2.0 * x
    assert isinstance(Value(1.0) * 2.0, Value)
    assert ag.modes._context.recorder is None
    assert not ag.modes.in_transform()


@both
def test_what_a_row_in_python_raises_comes_out(backend):
    calls, cube = [], make_cube()

    def f(xs):
        calls.append(xs)
        return ag.sum([cube(x) for x in xs])

    g = ag.value_and_grad(f)
    compiled = ag.compile(g, backend=backend)
    for i in range(4):
        xs = [0.25 * i + k / 10 for k in range(11)]
        assert bits(compiled(xs)) == bits(g(xs))
        with pytest.raises(KeyError, match="more than 5"):
            compiled([*xs[:5], 9.0, *xs[6:]])
    n_calls = len(calls)
    compiled([0.125] * 11)
    assert len(calls) == n_calls
    assert compiled.report().paths[0].calls_back == 11


@both
def test_a_row_in_python_may_call_the_function_itself(backend):
    def forward(x):
        return compiled([x - 1.0, 0.5]) if x > 1.0 else x

    inner = ag.Op(f"inner_of_a_test_{backend}", forward, lambda y, x: (1.0,))

    def f(xs):
        return inner(xs[0]) * 3.0 + inner(xs[1]) + ag.exp(xs[1])

    compiled = ag.compile(f, backend=backend)
    for xs in ([0.5, 0.25], [0.75, -1.0], [3.5, 0.5], [2.0, 4.5]):
        assert compiled(xs) == f([Value(x) for x in xs]).data


@both
def test_two_rows_of_one_name_are_two(backend):
    first = ag.Op("same", lambda x: x + 1.0, lambda y, x: (1.0,))
    second = ag.Op("same", lambda x: x * 3.0, lambda y, x: (3.0,))
    f = ag.value_and_grad(lambda x: first(x) * second(x) + first(second(x)))
    compiled = ag.compile(f, backend=backend)
    assert [compiled(x) for x in NUMBERS] == [f(x) for x in NUMBERS]


@both
def test_compiled_functions_nest(backend):
    def plain(x):
        return ag.sin(x) * x

    make = functools.partial(ag.compile, backend=backend)
    f = make(plain)
    assert [f(x) for x in NUMBERS] == [plain(Value(x)).data for x in NUMBERS]
    assert isinstance(f(Value(1.0)), Value)
    for transform in (ag.grad, ag.value_and_grad, ag.hessian, lambda g: ag.grad(ag.grad(g))):
        outer, twice = make(transform(f)), make(make(transform(f)))
        mapped = make(ag.vmap(outer))
        for x in NUMBERS:
            right = bits(transform(plain)(x))
            assert bits(outer(x)) == bits(twice(x)) == bits(transform(f)(x)) == right
            xs = [x, x + 1.0, 0.5]
            assert bits(mapped(xs)) == bits(ag.vmap(transform(plain))(xs))
    w = Value(3.0)
    inner = make(lambda x: x * w)
    for x in NUMBERS:
        inner(x)
    outer = make(lambda x: x + inner(2.0) * inner(x))
    for x in NUMBERS:
        w.data += 0.5
        assert outer(x) == x + (2.0 * w.data) * (x * w.data)


@both
def test_modes_around_a_call(backend):
    compiled = ag.compile(ag.grad(lambda x: ag.exp(x) * x), backend=backend)
    right = [ag.grad(lambda x: ag.exp(x) * x)(x) for x in NUMBERS]
    assert [compiled(x) for x in NUMBERS] == right
    with ag.no_grad(), ag.scope("around"):
        assert [compiled(x) for x in NUMBERS] == right
    overflows = ag.compile(lambda x: ag.exp(x) - 1.0, backend=backend)
    assert [overflows(x) for x in (1.0, 2.0, 1000.0)][2] == math.inf
    with ag.detect_anomaly():
        assert overflows(2.0) == math.exp(2.0) - 1.0
        with pytest.raises(ArithmeticError, match="exp"):
            overflows(1000.0)
    assert overflows(1000.0) == math.inf
    assert overflows.report().n_eager == 2


@both
def test_threads_get_their_own_numbers(backend):
    w, cube = Value(0.5), make_cube()

    def f(x, ys):
        return ag.value_and_grad(lambda x: cube(x * w) + ag.sum([y * x for y in ys]))(x)

    def g(x, ys):
        return [[x * w, x + ys[0]], [ys[0] * x], ag.exp(ys[1])]

    compiled = [ag.compile(h, backend=backend) for h in (f, g)]
    wrong = []

    def work(seed):
        draw = random.Random(seed)
        for _ in range(150):
            x, ys = draw.uniform(0.0, 2.0), [draw.uniform(-1.0, 1.0) for _ in range(3)]
            for h, c in zip((f, g), compiled, strict=True):
                right = h(x, ys) if h is f else [
                    [x * 0.5, x + ys[0]], [ys[0] * x], math.exp(ys[1])
                ]  # fmt: skip
                if bits(c(x, ys)) != bits(right) or bits(c(np64(x), ys)) != bits(right):
                    wrong.append((x, ys))

    in_threads(work, 4, interval=1e-6)
    assert wrong == []


class np64(float):
    """A float that native code leaves to Python."""


@both
def test_a_copy_is_compiled_anew_and_another_process_too(backend):
    compiled = ag.compile(ag.value_and_grad(cubic), backend=backend)
    plain = ag.compile(cubic, backend=backend)
    assert [plain(x) for x in NUMBERS] == [cubic(Value(x)).data for x in NUMBERS]
    for twin in (copy.copy(plain), copy.deepcopy(plain)):
        assert twin is not plain
        assert (twin.mode, twin.backend) == ("exact", backend)
        assert not twin.report().paths
        assert [twin(x) for x in NUMBERS] == [plain(x) for x in NUMBERS]
    rows = ag.compile(ag.softmax, backend=backend)
    right = [rows([x, 1.0]) for x in NUMBERS]
    text = pickle.dumps(rows)
    code = f"import pickle; f = pickle.loads({text!r}); print([f([x, 1.0]) for x in {NUMBERS}])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str(right)
    assert compiled(2.0) == (6.0, 11.0)


@both
def test_it_stands_in_for_the_function(backend):
    compiled = ag.compile(cubic, backend=backend)
    assert (compiled.__name__, compiled.__doc__) == ("cubic", "x cubed, less x.")
    assert compiled.__wrapped__ is cubic

    class Model:
        def __init__(self, scale):
            self.scale = Value(scale)

        @functools.partial(ag.compile, backend=backend)
        def answer(self, x, power=2.0):
            return self.scale * x**power

        half = functools.partialmethod(answer, 0.5)

    one, two = Model(2.0), Model(-3.0)
    for model, x in itertools.product((one, two), NUMBERS):
        model.scale.data += 0.5
        assert model.answer(x) == model.scale.data * x**2.0
        assert model.answer(x, power=3.0) == model.scale.data * x**3.0
        assert model.half() == model.scale.data * 0.25
    fixed = functools.partial(compiled, 2.0)
    assert [fixed() for _ in range(3)] == [6.0] * 3
    assert list(map(compiled, NUMBERS)) == [cubic(Value(x)).data for x in NUMBERS]
    with pytest.raises(TypeError, match=r"cubic\(\)"):
        compiled(1.0, 2.0)
    with pytest.raises(TypeError, match=r"cubic\(\)"):
        compiled()


def test_it_decorates_with_its_options():
    @ag.compile(mode="fast", backend="python")
    def cube(x):
        return x * x * x

    assert (cube(2.0), cube.mode, cube.backend, cube.__name__) == (8.0, "fast", "python", "cube")
    with pytest.raises(ValueError, match="mode must be one of"):
        ag.compile(mode="quick")
    with pytest.raises(TypeError, match="must be a function, got NoneType"):
        ag.compile(None)


@pytest.mark.parametrize(("bad", "kind", "match"), [
    ((3.0,), TypeError, "first argument must be a function, got float"),
    ((cubic, "quick"), ValueError, "mode must be one of exact, fast, got 'quick'"),
    ((cubic, "exact", "gcc"), ValueError, "backend must be one of llvm, python, got 'gcc'"),
])  # fmt: skip
def test_bad_arguments_of_compile(bad, kind, match):
    with pytest.raises(kind, match=match):
        ag.compile(*bad)


@both
def test_anomalies_are_those_of_the_function_alone(backend):
    def watched(x):
        with ag.detect_anomaly():
            return ag.log(x) + x

    compiled = ag.compile(watched, backend=backend)
    for x in (1.0, 2.0, 1.0, 3.0):  # of log(1), which is 0, nobody is to divide by it
        assert bits(compiled(x)) == bits(watched(Value(x)).data)
    with pytest.raises(ag.AnomalyError, match="log"):
        compiled(0.0)


@both
@pytest.mark.parametrize(
    "block", [lambda: ag.scope("around"), ag.recording], ids=["scope", "lines"]
)
def test_a_block_that_only_marks_nodes_lets_programs_run(backend, block):
    compiled = ag.compile(ag.value_and_grad(lambda x: ag.tanh(x) * x), backend=backend)
    with block():
        inside = [compiled(x) for x in (0.5, 0.25, 0.125)]
    assert compiled.n_eager == 0
    assert inside == [compiled(x) for x in (0.5, 0.25, 0.125)]
    with block(), ag.detect_anomaly():  # which wants to hear of each operation
        compiled(0.5)
    assert compiled.n_eager == 1
