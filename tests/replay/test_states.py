"""The room for the states before and after a batch: where they stand, and that none is lost.

Owns that; what trainings come to is compared with eager mode elsewhere.
"""

from __future__ import annotations

import ctypes
import random
from array import array

import pytest

import autograd as ag
import nn
from autograd.replay.llvm.rows.lanes import ALIGNED
from autograd.replay.llvm.training.states import LINE, States


def at(address, n):
    return [*(ctypes.c_double * n).from_address(address)]


@pytest.mark.parametrize("n_rates", [0, 1, 2, 9])
@pytest.mark.parametrize(("n_new", "n_others"), [(1, 0), (7, 0), (8, 3), (16, 40), (0, 2)])
@pytest.mark.parametrize("n_answers", [0, 1, 30])
def test_both_begin_alike_and_what_changes_at_a_line(n_rates, n_new, n_others, n_answers):
    state = array("d", range(n_rates + n_new + n_others))
    states = States(state, n_rates, 1 + n_new + n_answers)
    for address in (states.first, states.second):
        assert (address + 8 * n_rates) % (8 * LINE) == 0
        assert at(address, len(state)) == [*state]


@pytest.mark.parametrize("n_rates", [0, 1, 2])
@pytest.mark.parametrize("n_others", [0, 9])
@pytest.mark.parametrize("n_answers", [0, 1, 30])
def test_what_is_written_to_one_is_not_in_the_other(n_rates, n_others, n_answers):
    n_new = 5
    state = array("d", [1.0] * (n_rates + n_new + n_others))
    n_outputs = 1 + n_new + n_answers
    for order in (1, -1):
        states = States(state, n_rates, n_outputs)
        mine, other = (states.first, states.second)[::order]
        ctypes.memset(other + 8 * (n_rates - 1), 0, 8 * n_outputs)  # as a program writes
        assert at(mine, len(state)) == [*state]
        found = array("d", state)
        states.take(other, found)
        assert [*found[:n_rates]] == [1.0] * n_rates
        assert [*found[n_rates : n_rates + n_new]] == [0.0] * n_new


def test_no_vector_on_the_stack_lies_across_two_lines(monkeypatch):
    """Trainings took twice as long where the stack of their thread began elsewhere."""
    texts = []
    from autograd.replay.llvm import machine

    original = machine._engine
    monkeypatch.setattr(
        machine, "_engine", lambda text, *more: texts.append(text) or original(text, *more)
    )
    draw = random.Random(0)
    model = nn.MLP(2, [5, 1], seed=0)
    rows = [[draw.gauss(0.0, 1.0) for _ in range(2)] for _ in range(20)]

    def cost(rows):
        return ag.sum([ag.relu(1.0 - ag.tanh(model(row))) for row in rows])

    ag.compile(cost)(rows)
    functions = [line for line in "".join(texts).splitlines() if line.startswith("define internal")]
    in_lanes = [line for line in functions if "tanh" in line or "pass" in line]
    assert in_lanes
    assert all(f"alignstack({ALIGNED})" in line for line in in_lanes)
