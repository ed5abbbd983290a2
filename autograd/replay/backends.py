"""Which backend translates a program.

Owns the choice between native code and straight-line Python.
"""

import sysconfig
from array import array
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from autograd.containers import Shape
from autograd.replay.python import PythonProgram
from autograd.replay.tape import Tape


class Batches(NamedTuple):
    """Samples to be run through the program of a training step, batch after batch.

    Attributes:
        rows, targets: the numbers of all samples, one after another, and how many one has.
        order: the samples of the batches, one batch after another.
        size: of a batch.
        n_rates: how many numbers of the state are not changed by a step; they come first.
        n_new: how many are; outputs 1 to n_new are their new numbers, output 0 is the cost.
    """

    rows: "array[float]"
    row_size: int
    targets: "array[float]"
    target_size: int
    order: "array[int]"
    size: int
    n_rates: int
    n_new: int


class Program(Protocol):
    """A translated tape."""

    backend: str
    n_calls_back: int
    n_operations: int
    samples: int
    bytes: int
    source: str
    direct: Callable[..., Any] | None

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """The outputs for inputs in one list and in arrays; None if a guard is answered otherwise."""

    def run_batches(self, batches: Batches, state: Sequence[float]) -> tuple[int, "array[float]"]:
        """Run the program of a step on batch after batch, from the state given.

        Returns how many batches were run, and for each its cost and the outputs after the new
        state. It stops before a batch for which a guard is answered otherwise, or an output is not
        finite.
        """

    def state(self, n: int) -> list[float]:
        """The first n numbers of the state, after the last batch that was run."""


class Direct(NamedTuple):
    """A call of floats alone, by position: native code can serve it without a detour."""

    shape: Shape  # of the result, in which only numbers stand
    slow: Callable[..., Any]  # what serves every other call


def program_of(
    tape: Tape, sizes: Sequence[int], mode: str, backend: str | None, direct: Direct | None = None
) -> Program:
    """Translate a tape.

    Args:
        tape: the program.
        sizes: how many of its inputs come in a list, and then in each array.
        mode: "exact" or "fast".
        backend: "llvm", "python", or None for the best there is.
        direct: set if all that it is called with is floats, and nothing else is read.

    Raises ImportError, which says what to install, if "llvm" is asked for and missing.
    """
    if backend == "python" or (backend is None and not has_llvm()):
        return PythonProgram(tape)
    if not has_llvm():
        raise ImportError('compile: backend "llvm" needs llvmlite: pip install "glassgrad[compile]"')
    from autograd.replay.llvm.program import NativeProgram

    return NativeProgram(tape, sizes, mode == "fast", direct)


def has_llvm() -> bool:
    """Whether native code can be made here: it counts on the interpreter's lock."""
    return find_spec("llvmlite") is not None and not sysconfig.get_config_var("Py_GIL_DISABLED")
