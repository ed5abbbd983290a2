"""Done: what a run of batches leaves, and how it is read from what programs note of each batch.

Owns which outputs of a model can be counted where they are made, and the layout of the others.
"""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from autograd.containers import Shape
from autograd.replay.programs import Batches, Decision
from autograd.replay.training.step import Step


class Returned(NamedTuple):
    """What the model returned in batches of one size.

    Attributes:
        numbers: of all batches, one after another.
        size: how many samples a batch has.
        shape: how the outputs of a batch are laid out.
        width: how many numbers there are for each sample; 0 if it is a number and no list, None if
            they are no lists, or of different lengths.
    """

    numbers: "array[float]"
    size: int
    shape: Shape
    width: int | None


class Done(NamedTuple):
    """What a run of batches left.

    Attributes:
        costs: one for each batch that was run.
        n_right: for each how many samples are right; () where that was not counted.
        returned: what the model returned, where it was not counted.
        velocities: after the last batch; () where there are none.
        kept: the numbers of the parameters where they were to be kept.
        n_left_out: how many samples were left out of these batches, since they could have no loss.
        refusal: why no further ones will be run by programs; "" if they may be.
    """

    costs: "array[float]"
    n_right: Sequence[float] = ()
    returned: Sequence[Returned] = ()
    velocities: Sequence[float] = ()
    kept: "Sequence[array[float]]" = ()
    n_left_out: int = 0
    refusal: str = ""


NOTHING = Done(array("d"))


def counts(decision: Decision, step: Step) -> bool:
    """Whether the outputs of a step can be counted by a decision."""
    if step.width is None:
        return False
    return (step.width == 0) == (decision.border is not None)


def read(log: "array[float]", n_done: int, kinds: Sequence[Step], batches: Batches) -> Done:
    """What programs have noted of each batch.

    Args:
        kinds: the steps that the programs are of.
    """
    if isinstance(batches.answers, Decision):
        del log[2 * n_done :]
        return Done(log[::2], log[1::2])
    if not batches.answers:
        return Done(log[:n_done])
    costs = array("d")
    returned, start = [], 0
    for number, n_batches in batches.legs:
        step, size = kinds[number], batches.kinds[number].size
        n, width = min(n_batches, n_done - len(costs)), 1 + step.n_outputs
        numbers = log[start : start + n * width]
        start += n * width
        costs += numbers[::width]
        del numbers[::width]
        returned.append(Returned(numbers, size, step.shape, step.width))
    return Done(costs, (), returned)
