"""Legend: what the inputs and outputs of a training step are, in the words of its text.

Owns these words, and how many lines they take.
"""

from collections.abc import Sequence
from typing import NamedTuple

from autograd.replay.python.text import legend
from autograd.replay.tapes.phases import Outline

MOST_LINES = 40  # for parameters; of more, those of a neuron or of a layer are one


class Words(NamedTuple):
    """What is called how, where somebody knows.

    Attributes:
        rates: of the optimiser.
        parameters: of the model, as paths of Python.
    """

    rates: Sequence[str] = ()
    parameters: Sequence[str] = ()


class Counts(NamedTuple):
    """How many numbers a step has of each kind: what goes in, in order, and what comes out."""

    rates: int
    parameters: int
    velocities: int
    gradients: int
    others: int
    rows: int
    targets: int
    answers: int

    @property
    def outline(self) -> Outline:
        """Which inputs are the optimiser's own, and which outputs are the new state."""
        first = self.rates + self.parameters
        new = self.parameters + self.velocities + self.gradients
        return Outline(self.rates, range(first, first + self.velocities), new)


def legend_of(counts: Counts, words: Words) -> str:
    """The comments at the top of a step's text."""
    rates = [(1, name) for name in words.rates] or [(counts.rates, "the rates of the optimiser")]
    return legend(
        [
            *rates,
            *(grouped(words.parameters) or [(counts.parameters, "the parameters")]),
            (counts.velocities, "their velocities"),
            (counts.gradients, "room for their gradients"),
            (counts.others, "Values from outside"),
            (counts.rows, "the rows of the batch"),
            (counts.targets, "their targets"),
        ],
        [
            (1, "the loss"),
            (counts.parameters, "the new parameters"),
            (counts.velocities, "the new velocities"),
            (counts.gradients, "the gradients"),
            (counts.answers, "what the model returned"),
        ],
    )


def grouped(paths: Sequence[str]) -> list[tuple[int, str]]:
    """Names that follow each other as one, where they differ in their last words alone."""
    stems = [path.rpartition(".")[0] if path[-1:].isdigit() else path for path in paths]
    while True:
        found: list[tuple[int, str]] = []
        for stem in stems:
            if found and found[-1][1] == stem:
                found[-1] = found[-1][0] + 1, stem
            else:
                found.append((1, stem))
        shorter = [stem.rpartition(".")[0] or stem for stem in stems]
        if len(found) <= MOST_LINES or shorter == stems:
            return found
        stems = shorter
