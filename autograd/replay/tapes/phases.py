"""Phases: which instructions of a training step are forward propagation, backpropagation, update.

Owns telling them by what they read and who reads them, whatever the order in which they stand.
"""

from typing import NamedTuple

from autograd.replay.tapes.tape import Tape

FORWARD = "forward propagation and loss"
BACKWARD = "backpropagation"
UPDATE = "weight update"


class Outline(NamedTuple):
    """What the inputs and outputs of a step are.

    Attributes:
        rates: how many of the first inputs are of the optimiser alone.
        velocities: which inputs are.
        new: how many outputs after the first one, the loss, are the new state; what the model
            returned comes after these.
    """

    rates: int
    velocities: range
    new: int


def phases_of(tape: Tape, outline: Outline) -> list[str]:
    """For each instruction its phase.

    What the loss or the outputs of the model are made of is forward propagation; of the rest, what
    is made of the optimiser's own numbers is the update.
    """
    first = tape.first
    is_forward = bytearray(len(tape.rows))
    for slot in [tape.outputs[0], *tape.outputs[1 + outline.new :]]:
        if slot >= first:
            is_forward[slot - first] = 1
    for k in reversed(range(len(tape.rows))):
        if is_forward[k]:
            for slot in tape.operands[k]:
                if slot >= first:
                    is_forward[slot - first] = 1
    is_of_update = bytearray(tape.n_slots)
    for slot in (*range(outline.rates), *outline.velocities):
        is_of_update[slot] = 1
    for slot, operands in enumerate(tape.operands, first):
        is_of_update[slot] = 1 in [is_of_update[i] for i in operands]
    return [
        FORWARD if is_forward[k] else UPDATE if is_of_update[first + k] else BACKWARD
        for k in range(len(tape.rows))
    ]
