"""Which phase of a training step an instruction is of, in its text."""

from __future__ import annotations

import pytest

import nn
from autograd import ops
from autograd.replay.tapes.phases import BACKWARD, FORWARD, UPDATE, Outline, Phases
from autograd.replay.tapes.tape import Tape


def test_each_instruction_has_its_phase():
    # lr, momentum, w, velocity, x -> loss = (w x)**2, w', velocity', w x
    lr, momentum, w, velocity, x, two = range(6)
    rows = [ops.mul, ops.mul, ops.mul, ops.mul, ops.mul, ops.add, ops.mul, ops.sub]
    operands = [(w, x), (6, 6), (two, 6), (8, x), (momentum, velocity), (10, 9), (lr, 11), (w, 12)]
    tape = Tape(5, [2.0], rows, operands, [7, 13, 11, 6], [])
    phases = Phases(tape, Outline(2, range(3, 4), 2), range(tape.first, tape.n_slots))
    assert [phases.of(slot) for slot in range(tape.first, tape.n_slots)] == [
        FORWARD, FORWARD, BACKWARD, BACKWARD, UPDATE, UPDATE, UPDATE, UPDATE,
    ]  # fmt: skip


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_the_text_of_a_training_has_its_phases_in_order(momentum):
    rows = [[0.1 * i, 0.2 - 0.03 * i] for i in range(30)]
    history = nn.fit(nn.MLP(2, [3, 1], seed=0), (rows, [x for x, _ in rows]), "mse", epochs=300,
                     batch_size=None, lr=0.1, momentum=momentum, compiled=True,
                     verbose=False)  # fmt: skip
    lines = [line.strip() for line in history.compiled.source.splitlines()]
    titles = [line[2:] for line in lines if line.startswith("# ") and "[" not in line]
    # The sum of the losses of all samples is at the end of the forward propagation.
    assert titles == [FORWARD, BACKWARD, FORWARD, UPDATE]
