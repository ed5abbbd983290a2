"""Programs that nothing shows to be used: of many layouts and ways, each met a few times.

Owns that they are not made, and that those which are used are.
"""

import re
import warnings
from itertools import pairwise

import pytest

import autograd as ag
from autograd import modes
from autograd.replay.calls import allowance, making
from autograd.replay.calls.layout import Layout
from autograd.replay.calls.report import Report
from tests.replay.eager import bits

LENGTHS = range(2, 140)


def rosenbrock(x):
    return ag.sum([100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


def points(n):
    return [0.1 * k for k in range(n)]


def test_of_many_layouts_met_once_few_are_made():
    eager = ag.value_and_grad(rosenbrock)
    compiled = ag.compile(eager)
    for n in LENGTHS:
        assert bits(compiled(points(n))) == bits(eager(points(n)))
    made = compiled.report().paths
    assert sum(one.nodes + allowance.BESIDE for one in made[:-1]) <= allowance.FREE
    assert 5 < len(made) < 40
    assert compiled.n_eager == len(LENGTHS) - len(made)


@pytest.mark.parametrize("n", [100, 101])
def test_a_layout_that_is_used_has_a_program_in_the_end(n):
    compiled = ag.compile(ag.value_and_grad(rosenbrock))
    for k in LENGTHS:
        compiled(points(k))
    right, before = bits(ag.value_and_grad(rosenbrock)(points(n))), len(compiled.report().paths)
    found = [bits(compiled(points(n))) for _ in range(300)]
    assert set(map(str, found)) == {str(right)}
    assert len(compiled.report().paths) == before + 1
    n_eager = compiled.n_eager
    compiled(points(n))
    assert compiled.n_eager == n_eager


def test_the_ways_of_a_loop_that_ends_when_it_has_converged(monkeypatch):
    asked = allowance.Allowance.price
    monkeypatch.setattr(  # however quick or busy the machine is
        allowance.Allowance, "price", property(lambda self: 1e9 if asked.fget(self) else 0.0)
    )

    def root(a):
        x = ag.Value(1.0)
        while abs(x * x - a) > 1e-9:
            x = x - 0.03 * (x * x - a) * 2.0 * x / a
        return x

    compiled = ag.compile(root)
    numbers = [1.0 + 0.2 * k for k in range(60)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is no use to say that it had too many ways
        assert [compiled(a) for a in numbers] == [root(ag.Value(a)).data for a in numbers]
    assert 1 < len(compiled.report().paths) < 30
    assert compiled.n_eager > 20
    _, note, waits = compiled.report().notes  # the first names the line that asks
    assert re.search(r"\(float\): \d+ calls since the last program went another way", note)
    assert re.fullmatch(
        r"\(float\): another program is made when calls that found none have taken \d+\.\d m?s, as "
        r"long as one takes to make in the mean \(\d+\.\d m?s so far\)",
        waits,
    )
    assert "autograd.take choose without one" in str(compiled.report())


def test_calls_that_wait_for_a_way_are_no_slower_than_the_function():
    """Nobody looks at their operations one by one, as while something is recorded."""
    seen = []

    def f(xs, k):
        seen.append(modes.active)
        return ag.sum([ag.tanh(x * xs[k]) for x in xs])

    compiled = ag.compile(ag.grad(f))
    for k in range(20):
        compiled([0.5] * 300, k)
    assert compiled.n_eager > 5
    seen.clear()
    compiled([0.5] * 300, 99)
    assert seen == [0]


@pytest.mark.parametrize(
    ("needed", "taken", "price", "so_far"),
    [
        (0.025, [0.0004], "25.0 ms", "0.4 ms"),
        (2.04, [0.5, 1.96], "2.0 s", "500.0 ms to 2.0 s"),
    ],
)
def test_times_are_told_in_seconds_or_their_thousandths(needed, taken, price, so_far):
    layouts = {}
    for n, seconds in enumerate(taken):
        layouts[1, (list, n)] = layout = Layout()
        layout.seconds_missed = seconds
    report = Report.of("f", "exact", None, layouts, lambda _: needed, {})
    said = f"have taken {price}, as long as one takes to make in the mean ({so_far} so far)"
    assert said in str(report)


def test_calls_wait_as_long_as_the_mean_program_took():
    one, layout = allowance.Allowance(), Layout()
    assert one.price == 0.0
    one.spend(allowance.FREE - allowance.BESIDE, 2.0)
    assert one.price == 0.0  # all of it may be spent
    one.spend(1, 1.0)
    assert one.price == 1.5
    assert one.has_to_wait(layout)
    layout.seconds_missed = 1.4
    assert one.has_to_wait(layout)
    layout.seconds_missed = 1.5
    assert not one.has_to_wait(layout)
    assert layout.n_missed == 3


def test_the_time_of_calls_without_a_program_is_counted():
    compiled = ag.compile(ag.value_and_grad(rosenbrock))
    for n in LENGTHS:
        compiled(points(n))
    (last, *_) = [layout for layout in compiled._layouts.values() if not layout.paths][::-1]
    before = last.seconds_missed
    compiled(points(LENGTHS[-1]))
    assert last.seconds_missed > before > 0.0


def test_a_function_that_runs_as_it_stands_is_differentiated_once():
    """Gradients of Values are Values, ten times the work: here they are of numbers."""
    seen = []

    def rule(y, x):
        seen.append(type(x))
        return (2.0 * x,)

    square = ag.Op("square_of_test", lambda x: x * x, rule)
    factors = iter(range(1, 100))
    compiled = ag.compile(ag.grad(lambda x, k: square(x) * (k * next(factors))))
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        compiled(3.0, 2.0), compiled(4.0, 2.0)
    seen.clear()
    factor = next(factors)
    assert compiled(5.0, 2.0) == 2.0 * 5.0 * 2.0 * (factor + 1)
    assert set(seen) == {float}


def test_what_no_program_may_do_is_refused_in_each_call():
    def f(x):
        (x * x).backward()
        return x

    compiled = ag.compile(f)
    for x in range(50):
        with pytest.raises(ValueError, match=r"adds to \.grad inside the compiled"):
            compiled(float(x))
    assert not compiled.n_eager


@pytest.mark.parametrize("n", [(), (3,)], ids=["floats", "with an int"])
def test_a_function_that_goes_on_to_raise_is_not_recorded_each_time(n, monkeypatch):
    runs, recorded = [], []

    def counted(*args):
        recorded.append(args)
        return record(*args)

    record = making.record
    monkeypatch.setattr(making, "record", counted)

    def root(x, *n):
        runs.append(x)
        total = x
        for k in range(60):
            total = total + ag.sin(x + k)
        if x < 0.0:
            raise ValueError("no root of a negative number")
        return total

    compiled = ag.compile(ag.grad(root))
    for k in range(1000):
        with pytest.raises(ValueError, match="no root"):
            compiled(-1.0 - k, *n)
    assert 3 < len(recorded) < 400
    assert len(runs) <= 1000 + len(recorded)
    good = [compiled(1.0 + k, *n) for k in range(1000)]
    assert good == [ag.grad(root)(1.0 + k) for k in range(1000)]
    assert len(compiled.report().paths) == 1
    before = len(runs)
    assert compiled(0.5, *n) == ag.grad(root)(0.5)
    assert len(runs) == before + 1  # of eager mode's, beside a program's
