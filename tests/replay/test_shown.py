"""The program that `source` shows is one that serves: one that was refused is not shown, nor kept.

Owns what `source` says where there is no program.
"""

from __future__ import annotations

import gc
import math
import weakref
from itertools import count

import pytest

import autograd as ag
from autograd import Value
from autograd.replay.calls.compiled import MOST_NAN
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)


class Weight(Value):
    """One that can be referred to weakly."""


@both
def test_a_program_that_was_refused_is_not_shown_and_not_kept(backend):
    draw, weight = count(1), Weight(2.0)
    compiled = ag.compile(lambda x: x * held[0] * float(next(draw)), backend=backend)
    held = [weight]
    compiled(1.0)
    assert "return" in compiled.source
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        compiled(2.0)
    with pytest.raises(ValueError, match=r"\(float\): runs as it stands: its program does not"):
        _ = compiled.source
    kept = weakref.ref(weight)
    held[0] = 1.0
    del weight
    gc.collect()
    assert kept() is None


@both
def test_programs_that_are_thrown_away_to_be_recorded_otherwise_are_not_shown(backend):
    def f(x, y):  # of second derivatives, whose edges eager mode leaves out
        return ag.relu(x) * y

    compiled = ag.compile(ag.grad(f, (0, 1)), backend=backend)
    compiled(1.0, 2.0)
    assert compiled.source
    for _ in range(MOST_NAN):
        compiled(-1.0, math.inf)
    with pytest.raises(ValueError, match="is recorded when it is called; call it"):
        _ = compiled.source
    compiled(-1.0, math.inf)
    assert compiled.source


@both
def test_a_layout_that_is_given_up_leaves_the_program_of_another_shown(backend):
    draw = count(1)

    def f(x, name):
        return x * float(next(draw)) if name == "draws" else x * 2.0

    compiled = ag.compile(f, backend=backend)
    compiled(1.0, "draws")
    compiled(1.0, "doubles"), compiled(2.0, "doubles")
    shown = compiled.source
    with pytest.warns(RuntimeWarning, match="runs uncompiled"):
        compiled(2.0, "draws")
    assert compiled.source == shown  # which has served last
