"""Which backend translates a program.

Owns the choice between native code and a program of Python.
"""

import sys
import sysconfig
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.forking import LateLock, awaited_by_fork
from autograd.replay.handlers import pass_on, put_off
from autograd.replay.programs import LONG, Direct, Program, StepProgram
from autograd.replay.python.program import PythonProgram
from autograd.replay.tapes.phases import Outline
from autograd.replay.tapes.tape import Tape
from autograd.replay.tiers import TieredProgram

if TYPE_CHECKING:
    from autograd.replay.llvm.program import Plan

_Found = TypeVar("_Found")


def _lock_of_llvmlite() -> Any:
    """What llvmlite holds during each call of LLVM, which may last seconds; None before it is used.

    A child of a fork would wait for ever for a thread that has it and does not exist there.
    """
    binding = sys.modules.get("llvmlite.binding.ffi")
    return getattr(getattr(binding, "lib", None), "_lock", None)


# Made here, before any lock under which programs are made: a fork takes first what came last.
awaited_by_fork(LateLock(_lock_of_llvmlite))


def program_of(
    tape: Tape,
    sizes: Sequence[int],
    mode: str,
    backend: str | None,
    direct: Direct | None = None,
    guesses: Sequence[Sequence[int]] = (),
) -> Program:
    """Translate a tape, at once or when it has been run often enough.

    Args:
        tape: the program.
        sizes: how many of its inputs come in a list, and then in each array.
        mode: "exact" or "fast".
        backend: "llvm", "python", or None for the best there is.
        direct: how its arguments and its result are laid out, if these are nothing but numbers.
        guesses: of which samples its inputs may be, as for `find_samples`.

    Raises ImportError, which says what to install, if "llvm" is asked for and missing or broken.
    """
    native = _native(backend)
    if native is None:
        return PythonProgram(tape, guesses=guesses)
    plan = native.of(tape, mode == "fast", guesses=guesses)
    if plan.n_once > LONG:
        return TieredProgram(
            tape, plan.n_operations, plan.n_written, lambda: plan.translated(sizes, direct)
        )
    return plan.translated(sizes, direct)


def step_program_of(
    tape: Tape,
    sizes: Sequence[int],
    mode: str,
    backend: str | None,
    n_samples: int,
    outline: Outline,
) -> StepProgram:
    """Translate the tape of a training step, at once: a training has many. As `program_of`.

    Each of its arrays holds the numbers of so many samples, one after another. `outline`: what its
    inputs and outputs are, for its text.
    """
    of_inputs = [-1] * sizes[0]
    for size in sizes[1:]:
        of_inputs += [i // (size // n_samples) for i in range(size)]
    native = _native(backend)
    if native is None:
        return PythonProgram(tape, of_inputs, outline=outline)
    return native.step(tape, sizes, mode == "fast", of_inputs, outline)


def _native(backend: str | None) -> "type[Plan] | None":
    """What makes native code; None if it is to be Python."""
    if backend == "python" or (backend is None and not has_llvm()):
        return None
    if not has_llvm():
        remedy = "" if _has_no_lock() else ': pip install "glassgrad[compile]"'
        raise ImportError(f'compile: backend "llvm": {_why_no_llvm()}{remedy}')
    try:
        return _undisturbed(_imported, "autograd.replay.llvm.program")
    except (ImportError, OSError) as error:  # llvmlite is there and broken
        pass_on(error)
        if backend == "llvm":
            raise ImportError(
                f'compile: backend "llvm": llvmlite does not load: {error}'
            ) from error
        return None


def _imported() -> "type[Plan]":
    from autograd.replay.llvm.program import Plan

    return Plan


def _undisturbed(look: Callable[[], _Found], module: str) -> _Found:
    """What `look` finds, which looks for a module, with no handler of a signal in between.

    If one raises an OSError there, as a timeout is, Python takes a file for missing that is there.
    """
    return look() if module in sys.modules else put_off(look)


def why_python(backend: str | None) -> str:
    """Why a program is no native code."""
    if backend == "python":
        return ", as asked"
    return f", for {_why_no_llvm()}"


def has_llvm() -> bool:
    """Whether native code can be made here: it counts on the interpreter's lock."""
    return _is_installed() and not _has_no_lock()


def _is_installed() -> bool:
    return _undisturbed(lambda: find_spec("llvmlite"), "llvmlite") is not None


def _why_no_llvm() -> str:
    if _has_no_lock():
        return "native code counts on the interpreter's lock, and this Python has none"
    return f"llvmlite {'does not load' if _is_installed() else 'is not installed'}"


def _has_no_lock() -> bool:
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
