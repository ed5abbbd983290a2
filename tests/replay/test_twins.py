"""A function of the C library, written once more in lanes, has its bits or is not used.

Owns that the comparison finds every small mistake in the steps, and what happens where a library
is not known.
"""

from __future__ import annotations

import decimal
import platform

import pytest

import autograd as ag
from autograd.replay.llvm.rows.lanes import select
from autograd.replay.llvm.rows.twins import TWINS, exponential, hyperbolic
from autograd.replay.llvm.rows.twins.agreeing import EVERYWHERE, LANES, agrees, around, between
from autograd.replay.llvm.rows.twins.steps import Rounding, rounding_of

MODULES = {"exp": exponential, "tanh": hyperbolic}
# A constant, and by how much of itself it is off; of a late term less shows.
OFF = [
    ("tanh", "LN2_HIGH", 2.0**-48), ("tanh", "LN2_LOW", 2.0**-20), ("tanh", "LOG2_E", 2.0**-48),
    ("tanh", "HALF_LN2", 2.0**-40), ("tanh", "Q1", 2.0**-48), ("tanh", "Q2", 2.0**-40),
    ("tanh", "Q3", 2.0**-30), ("tanh", "Q4", 2.0**-20), ("tanh", "Q5", 2.0**-10),
    ("tanh", "LARGEST", -0.2),
    ("exp", "STEPS_TO_ONE", 2.0**-48), ("exp", "STEP_HIGH", 2.0**-48), ("exp", "STEP_LOW", 2.0**-4),
    ("exp", "C2", 2.0**-40), ("exp", "C3", 2.0**-36), ("exp", "C4", 2.0**-20),
    ("exp", "C5", 2.0**-10), ("exp", "LARGEST", 0.5),
]  # fmt: skip
KNOWN = platform.libc_ver()[0] == "glibc" and platform.machine() == "x86_64"


def _is_found(name):
    module = MODULES[name]
    return rounding_of(name, module.steps, module.asked()) is not None


def test_every_twin_is_tried_here():
    assert MODULES.keys() == TWINS.keys()


@pytest.mark.parametrize("name", MODULES)
def test_the_library_agrees_with_itself_and_not_with_others(name):
    asked = MODULES[name].asked()
    assert agrees(name, lambda x: x.code.libm(name, x), asked)
    assert not agrees(name, lambda x: x.code.libm("sinh", x), asked)


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


def test_a_range_is_of_whole_blocks():
    for module in MODULES.values():
        assert all(each.n % LANES == 0 and each.step > 0 for each in module.asked())


@pytest.mark.skipif(not KNOWN, reason="another C library may take other steps")
class TestOfThisLibrary:
    """Of the GNU C library, on the processors it is compared on."""

    @pytest.mark.parametrize("name", MODULES)
    def test_its_steps_are_known(self, name):
        assert MODULES[name].rounding() is not None
        assert _is_found(name)

    @pytest.mark.parametrize("name", MODULES)
    def test_steps_that_round_otherwise_differ(self, name):
        module = MODULES[name]
        other = Rounding(not module.rounding().is_fused)
        assert not agrees(name, lambda x: module.steps(other, x), module.asked())

    @pytest.mark.parametrize(("name", "constant", "by"), OFF)
    def test_a_constant_off_by_a_little_differs(self, monkeypatch, name, constant, by):
        value = getattr(MODULES[name], constant) * (1.0 + by)
        monkeypatch.setattr(MODULES[name], constant, value)
        assert not _is_found(name)

    def test_one_word_of_the_table_off_by_a_bit_differs(self, monkeypatch):
        powers, lost = exponential.table()
        for k in (0, 77, 127):
            wrong = powers[:k] + (powers[k] ^ 1,) + powers[k + 1 :]
            monkeypatch.setattr(exponential, "table", lambda wrong=wrong: (wrong, lost))
            assert not _is_found("exp")


def test_the_table_is_the_same_whatever_decimals_the_user_works_with():
    found = exponential.table()
    with decimal.localcontext() as context:
        context.prec, context.traps[decimal.Inexact] = 4, True
        assert exponential.table.__wrapped__() == found


@pytest.mark.parametrize("name", MODULES)
def test_where_no_steps_are_known_the_library_is_called(monkeypatch, name):
    monkeypatch.setattr(MODULES[name], "rounding", lambda: None)
    row = getattr(ag, name)

    def f(xs):
        return ag.sum([row(0.1 * x) for x in xs])

    xs = [0.5 * i for i in range(40)]
    compiled = ag.compile(ag.grad(f), backend="llvm")
    assert [*map(float.hex, compiled(xs))] == [*map(float.hex, ag.grad(f)(xs))]
