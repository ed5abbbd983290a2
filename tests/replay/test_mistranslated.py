"""Machine code that gives wrong numbers at the second call is found, told, and not used.

Owns that, and that what a fast program may round otherwise is no mistake.
"""

from __future__ import annotations

import math
import warnings

import pytest

import autograd as ag

llvm = pytest.importorskip("autograd.replay.llvm.program")


def f(x, y):
    return x * y + ag.tanh(x)


@pytest.fixture
def wrong(monkeypatch):
    """Native code gives the first output a little too large, by as much as asked for."""
    run, wrongs = llvm.NativeProgram.run, [0.0]

    def badly(self, *arguments):
        found = run(self, *arguments)
        return [found[0] * (1.0 + wrongs[0]), *found[1:]]

    monkeypatch.setattr(llvm.NativeProgram, "run", badly)
    return wrongs


@pytest.mark.parametrize(
    ("mode", "by", "said"),
    [
        ("exact", 2.0**-52, "its machine code does not give the numbers of its program"),
        ("fast", 1e-3, "in fast mode its numbers are off by more than a millionth of the largest"),
    ],
)
def test_wrong_numbers_are_told_and_eager_mode_goes_on(mode, by, said, wrong):
    g = ag.value_and_grad(f, (0, 1))
    compiled = ag.compile(g, mode=mode, backend="llvm")
    wrong[0] = by
    assert compiled(0.5, 2.0) == g(0.5, 2.0)
    with pytest.warns(RuntimeWarning, match=said):
        assert compiled(0.75, -3.0) == g(0.75, -3.0)
    assert compiled(0.25, 4.0) == g(0.25, 4.0)
    assert not compiled.report().paths
    assert said in str(compiled.report())


@pytest.mark.parametrize("is_same", [True, False])
@pytest.mark.parametrize("by", [0.0, 2.0**-52])
def test_a_program_that_is_translated_later_is_compared_then(by, is_same, wrong, monkeypatch):
    """With numbers that are the same in all calls, too, as under %timeit; then calls enter it."""
    monkeypatch.setattr("autograd.replay.backends.LONG", 0)
    monkeypatch.setattr("autograd.replay.tiers.SECONDS_EACH", 1e-5)
    g = ag.value_and_grad(lambda xs: f(xs[0] * xs[1], xs[2]))
    compiled = ag.compile(g, backend="llvm")
    wrong[0] = by
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for k in range(10_000):
            xs = [0.5, 0.25, 0.5 if is_same else 0.001 * k]
            assert compiled(xs) == g(xs)
            # The call that translates may have a nan, of which nothing is proven.
            compiled([0.5, 0.25, math.nan])
            if told or not compiled.report().paths[0].tier:
                break
        assert compiled(xs) == g(xs)
    if by:
        (warning,) = told
        assert "its machine code does not give the numbers" in str(warning.message)
        assert not compiled.report().paths
    else:
        assert not told
        assert compiled.report().paths[0].direct
        monkeypatch.setattr(type(compiled), "_call", None)  # which nobody needs any more
        assert compiled(xs) == g(xs)


@pytest.mark.parametrize("by", [0.0, 1e-12])
def test_a_fast_program_may_round_otherwise(by, wrong):
    compiled = ag.compile(f, mode="fast", backend="llvm")
    wrong[0] = by
    for x in (0.5, 0.75, 0.25):
        assert compiled(x, 2.0) == pytest.approx(f(ag.Value(x), 2.0).data, rel=1e-9)
    assert compiled.report().paths


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_infinities_are_the_same(mode):
    compiled = ag.compile(lambda x: [ag.exp(x), x * x, x], mode=mode, backend="llvm")
    for x in (1.0, 800.0, 1e200, float("inf"), 2.0):
        exact = [ag.exp(ag.Value(x)).data, (ag.Value(x) * x).data, x]
        assert compiled(x) == pytest.approx(exact, rel=1e-12)
    assert compiled.report().paths
