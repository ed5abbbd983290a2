"""NativeProgram: a tape as machine code of this process.

Owns translating by LLVM, the memory that the code works in, and calling it.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import llvmlite.binding as llvm

from autograd.op import Op
from autograd.replay.llvm.assembly import OTHERWISE, Assembly
from autograd.replay.llvm.memory import LANES
from autograd.replay.samples import find_samples
from autograd.replay.straighten import straightened
from autograd.replay.tape import Tape

# These keep the interpreter's lock: a program has one memory.
_Call = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_CallBack = ctypes.PYFUNCTYPE(
    ctypes.c_double, ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_int
)


class NativeProgram:
    """A tape as machine code.

    Args:
        tape: the program.
        sizes: how many of its inputs come in a list, and then in each array.
        fast: whether the last bits may differ from eager's.

    Attributes:
        n_calls_back: how many rows are the user's own functions, or have no native code.
        samples: how many samples run in lanes; 0 for none.
        bytes: of the memory it works in.
    """

    backend = "llvm"

    def __init__(self, tape: Tape, sizes: Sequence[int], fast: bool) -> None:
        plain = straightened(tape, fast)
        samples = find_samples(plain)
        self._rows: list[Op] = []
        self._error: BaseException | None = None
        self._call_back = _CallBack(self._called_back)
        address = ctypes.cast(self._call_back, ctypes.c_void_p).value or 0
        assembly = Assembly(plain, sizes, samples, fast, address)
        self._rows = assembly.called_back
        self.n_calls_back = sum(row in self._rows for row in plain.rows)
        self.n_operations = len(plain.rows)
        self.samples = samples.n if samples is not None else 0
        self.source = assembly.text
        self._engine = _translated(assembly.text)
        self.address = self._engine.get_function_address("program")
        self._run = _Call(self.address)
        self.bytes = 8 * (assembly.memory.size + LANES)
        self._room = ctypes.create_string_buffer(self.bytes)
        start = ctypes.addressof(self._room)
        self.work = start + -start % (8 * LANES)
        self._blocks = (ctypes.c_void_p * len(sizes))()
        self._given = (ctypes.c_double * max(1, sizes[0]))()
        self._blocks[0] = ctypes.addressof(self._given)
        self._outputs = (ctypes.c_double * max(1, len(tape.outputs)))()
        self._is_running = False

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """The outputs; None if a guard is answered otherwise."""
        if self._is_running:
            raise RuntimeError(
                "compile: a function that compiled code calls back has called the compiled "
                "function itself; call the function as it was before compile"
            )
        self._given[: len(numbers)] = numbers
        kept = [_address(block) for block in arrays]
        for i, (address, _) in enumerate(kept, start=1):
            self._blocks[i] = address
        self._is_running = True
        try:
            status = self._run(
                ctypes.addressof(self._blocks), self.work, ctypes.addressof(self._outputs)
            )
        finally:
            self._is_running = False
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return None if status == OTHERWISE else list(self._outputs)

    def _called_back(self, row: int, operands: Any, count: int) -> float:
        """Run a row in Python; what it raises waits until native code has come to its end."""
        try:
            return self._rows[row].compute(operands[:count])
        except BaseException as error:  # noqa: BLE001 - run() raises it
            self._error = self._error or error
            return float("nan")


def _address(block: Any) -> tuple[int, Any]:
    """Where the doubles of an array or buffer stand, and what keeps them there."""
    if hasattr(block, "ctypes"):
        return block.ctypes.data, block
    if block.readonly:
        copy = (ctypes.c_double * len(block))(*block)
        return ctypes.addressof(copy), copy
    view = (ctypes.c_double * len(block)).from_buffer(block)
    return ctypes.addressof(view), view


@cache
def _machine() -> llvm.TargetMachine:
    """This processor, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=1,
        jit=True,
    )


def _translated(text: str) -> llvm.ExecutionEngine:
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine
