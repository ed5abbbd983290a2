"""Phases: which instructions of a training step are forward propagation, backpropagation, update.

Owns telling them by what they read and who reads them, whatever the order in which they stand.
"""

from collections.abc import Iterable
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


class Phases:
    """The phases of a step.

    What the loss or the outputs of the model are made of is forward propagation; of the rest, what
    is made of the optimiser's own numbers is the update.

    Args:
        tape: of the step.
        outline: what its inputs and outputs are.
        once: the slots of what runs once, among which the update is.
    """

    def __init__(self, tape: Tape, outline: Outline, once: Iterable[int]) -> None:
        first = tape.first
        pending = [tape.outputs[0], *tape.outputs[1 + outline.new :]]
        self._forward = {*pending}
        while pending:
            slot = pending.pop()
            if slot >= first:
                new = [i for i in tape.operands[slot - first] if i not in self._forward]
                self._forward.update(new)
                pending += new
        self._of_update = {*range(outline.rates), *outline.velocities}
        for slot in sorted(once):
            if not self._of_update.isdisjoint(tape.operands[slot - first]):
                self._of_update.add(slot)

    def of(self, slot: int) -> str:
        """The phase of an instruction."""
        if slot in self._forward:
            return FORWARD
        return UPDATE if slot in self._of_update else BACKWARD
