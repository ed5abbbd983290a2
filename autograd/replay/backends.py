"""Which backend translates a program.

Owns the choice between native code and straight-line Python.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from autograd.replay.python import PythonProgram
from autograd.replay.tape import Tape


class Program(Protocol):
    """A translated tape."""

    backend: str
    n_calls_back: int
    source: str

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """The outputs for inputs in one list and in arrays; None if a guard is answered otherwise."""


def program_of(tape: Tape, sizes: Sequence[int], mode: str, backend: str | None) -> Program:
    """Translate a tape.

    Args:
        tape: the program.
        sizes: how many of its inputs come in a list, and then in each array.
        mode: "exact" or "fast".
        backend: "llvm", "python", or None for the best there is.
    """
    if backend == "python" or (backend is None and not has_llvm()):
        return PythonProgram(tape)
    if not has_llvm():
        raise ImportError('compile: backend "llvm" needs llvmlite: pip install "glassgrad[compile]"')
    from autograd.replay.llvm.program import NativeProgram

    return NativeProgram(tape, sizes, mode == "fast")


def has_llvm() -> bool:
    """Whether native code can be made here."""
    return find_spec("llvmlite") is not None
