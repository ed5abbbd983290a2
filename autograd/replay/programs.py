"""What a program is, whichever backend translated it.

Owns the interface between those who call a program and the backends.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from autograd.containers import Shape
from autograd.value import Value

NOTE_STATE = -1  # in a schedule, in place of a kind: the state is noted here
LONG = 20_000  # instructions, in lanes and in loops once: a longer program is interpreted first
MOST_REMEMBERED = 8  # machine code of training steps, for further trainings


class Decision(NamedTuple):
    """How what a model returns for a sample means a class.

    Attributes:
        border: above it one number means class 1, else 0; None: of several the largest, the first
            of equal ones, means the class of its place.
        classes: which one is right, for each sample of a training.
    """

    border: float | None
    classes: "array[int]"


class Kind(NamedTuple):
    """Batches of one size.

    Attributes:
        program: of a step with a batch of that size.
        size: how many samples a batch has.
        width: how many numbers the model returns for a sample.
    """

    program: "StepProgram"
    size: int
    width: int


class Batches(NamedTuple):
    """Samples to be run through programs of training steps, batch after batch.

    Attributes:
        rows, targets: the numbers of all samples, one after another, and how many one has.
        order: the samples of the batches, one batch after another; after the last the first again.
        kinds: the batches by size; all programs are of one backend.
        schedule: which kind, how many batches of it; which kind then, how many ...; or NOTE_STATE.
        n_rates: how many numbers of the state are not changed by a step; they come first.
        n_new: how many are; outputs 1 to n_new are their new numbers, output 0 is the cost.
        answers: what becomes of the outputs after these: they are kept, or left out, or counted.
    """

    rows: "array[float]"
    row_size: int
    targets: "array[float]"
    target_size: int
    order: "array[int]"
    kinds: Sequence[Kind]
    schedule: "array[int]"
    n_rates: int
    n_new: int
    answers: Decision | bool

    @property
    def n_samples(self) -> int:
        """How many samples there are."""
        return min(len(self.rows) // self.row_size, len(self.targets) // self.target_size)

    @property
    def legs(self) -> list[tuple[int, int]]:
        """Which kinds, and how many batches of each follow each other."""
        legs = zip(self.schedule[::2], self.schedule[1::2], strict=True)
        return [(number, n) for number, n in legs if number != NOTE_STATE]

    def n_kept(self, n_done: int) -> int:
        """How often the state is noted before the batch after so many."""
        found = 0
        for number, n in zip(self.schedule[::2], self.schedule[1::2], strict=True):
            if number == NOTE_STATE:
                found += 1
            elif n_done < n:
                break
            else:
                n_done -= n
        return found

    def n_noted(self, n_outputs: int) -> int:
        """How many numbers are noted of a batch for which a program has so many outputs."""
        if isinstance(self.answers, Decision):
            return 2
        return n_outputs - self.n_new if self.answers else 1


def chosen(numbers: "array[float]", size: int, samples: Sequence[int]) -> "array[float]":
    """Of numbers that stand sample after sample, those of some samples."""
    found = array("d")
    for i in samples:
        found.extend(numbers[i * size : (i + 1) * size])
    return found


class Ran(NamedTuple):
    """What running batches has left.

    Attributes:
        n_done: how many were run.
        log: for each its cost, and what becomes of the outputs after the new state.
        kept: the numbers of the state that a step changes, as often as they were noted.
        n_left_out: how many samples were left out of batches, since they could have no loss.
    """

    n_done: int
    log: "array[float]"
    kept: "array[float]"
    n_left_out: int = 0


class Entrance(Protocol):
    """A program as a function of Python: see `Direct`."""

    @property
    def function(self) -> Callable[..., Any]:
        """It."""

    @property
    def is_running(self) -> bool:
        """Whether its code waits for a function of Python's to return."""

    def go_on_with(self, following: Any) -> None:
        """Leave other arguments and other ways through the function to it; None: to `slow`."""

    def serve_only(self, inputs: bytes | None) -> None:
        """Leave calls with other inputs than these, given as doubles, to `slow`; None: none."""


class Program(Protocol):
    """A translated tape."""

    @property
    def backend(self) -> str:
        """Its name."""

    @property
    def tier(self) -> str:
        """What runs for the time being; "" if that is for good."""

    @property
    def seconds_later(self) -> float:
        """How long translating took that was put off until it paid."""

    @property
    def n_operations(self) -> int:
        """How many operations a run has."""

    @property
    def n_calls_back(self) -> int:
        """How many of them Python computes."""

    @property
    def samples(self) -> int:
        """How many samples run in lanes; 0 for none."""

    @property
    def loops(self) -> int:
        """How many loops there are for what repeats otherwise."""

    @property
    def bytes(self) -> int:
        """Of the memory it has."""

    @property
    def direct(self) -> "Entrance | None":
        """The program as a function of Python, if that is possible."""

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """The outputs for inputs in a list and in arrays; None if a guard is answered otherwise."""


class StepProgram(Program, Protocol):
    """A translated tape of a training step."""

    @property
    def text(self) -> str:
        """What it computes, as text of Python."""

    def run_batches(self, batches: Batches, state: "array[float]") -> Ran:
        """Run steps on batch after batch; the first kind's program is asked for all.

        Args:
            batches: what to run.
            state: the numbers that come in a list; the steps change it.

        It stops before a batch for which a guard is answered otherwise, of which an output is not
        finite, or whose samples are not all there.
        """


class Direct(NamedTuple):
    """A call whose result is nothing but numbers: native code may serve it without a detour.

    Attributes:
        arguments: the layout of each, as `take_apart` has it.
        names: of the last ones, which are given by name.
        shape: of the result, in which only numbers stand.
        leaves: the function's own, which are read at each call.
        slow: what serves every other call.
    """

    arguments: tuple[Any, ...]
    names: tuple[str, ...]
    shape: Shape
    leaves: list[Value]
    slow: Callable[..., Any]
