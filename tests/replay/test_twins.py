"""A function of the C library, written once more in lanes, has its bits or is not used.

Owns that the comparison finds every small mistake in the steps, and what happens where a library
is not known.
"""

from __future__ import annotations

import platform

import pytest

import autograd as ag
from autograd.replay.llvm import twins
from autograd.replay.llvm.agreeing import EVERYWHERE, LANES, agrees, around, between
from autograd.replay.llvm.lanes import select
from autograd.replay.llvm.twins import Steps, asked_of_tanh, steps_of_tanh

# By how much of itself; of a late term less shows.
OFF = {
    "LN2_HIGH": 2.0**-48, "LN2_LOW": 2.0**-20, "LOG2_E": 2.0**-48, "HALF_LN2": 2.0**-40,
    "Q1": 2.0**-48, "Q2": 2.0**-40, "Q3": 2.0**-30, "Q4": 2.0**-20, "Q5": 2.0**-10, "LARGEST": -0.2,
}  # fmt: skip
KNOWN = platform.libc_ver()[0] == "glibc" and platform.machine() == "x86_64"


def _agree(steps):
    return agrees("tanh", steps.tanh, asked_of_tanh())


def test_the_library_agrees_with_itself_and_not_with_others():
    assert agrees("tanh", lambda x: x.code.libm("tanh", x), asked_of_tanh())
    assert not agrees("tanh", lambda x: x.code.libm("sinh", x), asked_of_tanh())


@pytest.mark.parametrize("where", [1e-300, 0.5, 1.0, 21.0, 1e300])
def test_one_wrong_number_is_found_where_it_is_asked(where):
    def wrong(x):
        return select(abs(x).equals(where), 2.0, x.code.libm("tanh", x))

    assert not agrees("tanh", wrong, [around(where)])
    assert agrees("tanh", wrong, [around(2.0 * where), between(1.5 * where, 2.5 * where, 80)])


def test_numbers_are_asked_all_over_the_doubles():
    for low, high in ((0.0, 1e-300), (1e-9, 1e-8), (1e8, 1e9), (1e300, 1e308)):

        def wrong(x, low=low, high=high):
            here = (abs(x) > low) & (abs(x) < high)
            return select(here, 0.25, x.code.libm("tanh", x))

        assert not agrees("tanh", wrong, [])
    assert EVERYWHERE % LANES == 0


@pytest.mark.skipif(not KNOWN, reason="another C library may take other steps")
class TestOfThisLibrary:
    """Of the GNU C library, on the processors it is compared on."""

    def test_its_steps_are_known(self):
        assert steps_of_tanh() is not None

    def test_steps_that_round_otherwise_differ(self):
        other = Steps(not steps_of_tanh().is_fused)
        assert not _agree(other)

    @pytest.mark.parametrize(("name", "by"), OFF.items())
    def test_a_constant_off_by_a_little_differs(self, monkeypatch, name, by):
        steps = steps_of_tanh()
        monkeypatch.setattr(twins, name, getattr(twins, name) * (1.0 + by))
        assert not _agree(steps)


def test_where_no_steps_are_known_the_library_is_called(monkeypatch):
    monkeypatch.setattr(twins, "steps_of_tanh", lambda: None)

    def f(xs):
        return ag.sum([ag.tanh(0.1 * x) for x in xs])

    xs = [0.5 * i for i in range(40)]
    compiled = ag.compile(ag.grad(f), backend="llvm")
    assert [*map(float.hex, compiled(xs))] == [*map(float.hex, ag.grad(f)(xs))]
