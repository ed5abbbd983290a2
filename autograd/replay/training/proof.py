"""Proof: that a program of a training gives the numbers of eager mode.

Owns the comparison, and what a batch takes in eager mode, which is seen on that occasion.
"""

from array import array
from time import perf_counter

from autograd.replay.handlers import pass_on
from autograd.replay.recording.refusals import raised_at
from autograd.replay.recording.trial import close, same
from autograd.replay.training.step import State, Step, Steps
from autograd.replay.training.surroundings import Surroundings


class Proof:
    """Compares programs with eager mode.

    Args:
        steps: of the training.
        surroundings: what else the cost depends on; left as it is.
        mode: "exact", to the bit, or "fast".

    Attributes:
        seconds: what a batch took in eager mode, at last; 0.0 before.
    """

    def __init__(self, steps: Steps, surroundings: Surroundings, mode: str) -> None:
        self._steps, self._surroundings, self._mode = steps, surroundings, mode
        self.seconds = 0.0

    def difference(self, found: list[float], samples: "array[int]", state: State) -> str:
        """Why the outputs of a program are not those of eager mode; "" if they are."""
        try:
            with self._surroundings.kept():
                start = perf_counter()
                expected = self._steps.in_eager_mode(samples, state)
                self.seconds = perf_counter() - start
        except Exception as error:  # noqa: BLE001 - of the user's functions; eager mode meets it
            pass_on(error)
            return why_none(error)
        if (same if self._mode == "exact" else close)(found, expected):
            return ""
        return (
            "its program does not give the numbers of eager mode: the model or the loss uses "
            "something that is no operation on Values, such as random numbers, or that a sample is "
            "an int or a bool and no float"
        )

    def difference_of_kinds(
        self, step: Step, size: int, state: State, given: "array[float]"
    ) -> str:
        """The same for samples of each kind, where some are ints and others floats."""
        for samples in self._steps.unlike(size):
            try:
                found = step.program.run(given, self._steps.blocks(samples))
            except Exception as error:  # noqa: BLE001 - of a row in Python; eager mode meets it
                pass_on(error)
                continue
            if found is not None and (why := self.difference([*found], samples, state)):
                return why
        return ""


def why_none(error: Exception) -> str:
    """Why there is no program of a cost that has raised this."""
    text = " ".join(str(error).split())
    kind = "" if isinstance(error, (ValueError, TypeError)) else f"{type(error).__name__}: "
    return f"no program can be made of its steps: {kind}{text}{raised_at(error)}"
