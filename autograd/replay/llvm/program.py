"""NativeProgram: a tape as machine code of this process.

Owns translating by LLVM, the memory that the code works in, and calling it.
"""

import ctypes
from array import array
from collections.abc import Sequence
from threading import Lock, get_ident
from typing import Any, NamedTuple

from autograd.op import Op
from autograd.replay.llvm.assembly import OTHERWISE, Assembly
from autograd.replay.llvm.cpython.entry import Entry
from autograd.replay.llvm.cpython.layouts import is_possible
from autograd.replay.llvm.cpython.taking import Addresses
from autograd.replay.llvm.fewer import are_better, n_in_packs
from autograd.replay.llvm.machine import translated
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.reassociation import reassociated
from autograd.replay.llvm.remembered import remembered
from autograd.replay.llvm.samples.screen import n_left_out
from autograd.replay.llvm.training.driver import drive
from autograd.replay.programs import LONG, Batches, Direct, Ran, StepProgram
from autograd.replay.python.text import preamble, written
from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.phases import Outline
from autograd.replay.tapes.repeating import repeating
from autograd.replay.tapes.rolling import Loop, find_loops
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.straighten import straightened
from autograd.replay.tapes.tape import Tape

# These keep the interpreter's lock: only what a program calls back may give it away.
_Call = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_CallBack = ctypes.PYFUNCTYPE(
    ctypes.c_double, ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_int
)


MOST_IN_PACKS = 50_000  # instructions; of more, rounds that wait for each other have few packs
MOST_SEARCHED = 20_000  # instructions, for what repeats in their text alone
LEFT_OVER = 2  # a way of fewer instructions is taken if others have so many times as many


class Plan(NamedTuple):
    """What there is to translate.

    Attributes:
        tape: in plain arithmetic; fast: as for `compile`.
        samples: its samples, whose instructions are written once for all.
        loops: what else repeats, and is written for one round.
        n_once: how many instructions are written that are no sample's.
    """

    tape: Tape
    samples: Samples | None
    loops: Sequence[Loop]
    fast: bool
    n_once: int

    @classmethod
    def of(
        cls,
        tape: Tape,
        fast: bool,
        of_inputs: Sequence[int] = (),
        guesses: Sequence[Sequence[int]] = (),
    ) -> "Plan":
        """The plan for a tape; `of_inputs` and `guesses` as for `find_samples`."""
        plain = straightened(tape, fast)
        found, samples = find_samples(
            plain, of_inputs, guesses, lambda: straightened(tape, fast, merges=False)
        )
        if samples is None:
            return cls._without_samples(plain, fast)
        if are_better(plain, found, samples):
            return cls._unrolled(plain, None, fast)
        in_lanes = cls._unrolled(found, samples, fast)
        if in_lanes.n_once > max(LONG, len(plain.rows) / LEFT_OVER):  # the samples are little of it
            rolled = cls._without_samples(plain, fast)
            if LEFT_OVER * rolled.n_once < in_lanes.n_once:
                return rolled
        return in_lanes

    @classmethod
    def _unrolled(cls, tape: Tape, samples: Samples | None, fast: bool) -> "Plan":
        if fast:
            tape, samples = reassociated(tape, samples)
        once = samples.scalars if samples is not None else [tape.rows]
        return cls(tape, samples, [], fast, sum(map(len, once)))

    @classmethod
    def _without_samples(cls, tape: Tape, fast: bool) -> "Plan":
        """The plan for a tape without samples: packs are quicker than loops, if they are full."""
        plan = cls._unrolled(tape, None, fast)
        loops = find_loops(plan.tape)
        n_once = plan.n_once - sum(loop.n_left_out for loop in loops)
        if LEFT_OVER * n_once > plan.n_once:
            return plan
        n_waiting = sum(loop.n_left_out for loop in loops if loop.waits)
        if plan.n_once <= MOST_IN_PACKS or n_waiting < plan.n_once / LEFT_OVER:
            n_packed = n_in_packs(plan.tape)
            if n_packed <= LONG and LEFT_OVER * n_packed < plan.n_once:
                return plan._replace(n_once=n_packed)
        return plan._replace(loops=loops, n_once=n_once)

    @classmethod
    def step(
        cls,
        tape: Tape,
        sizes: Sequence[int],
        fast: bool,
        of_inputs: Sequence[int],
        outline: Outline,
    ) -> StepProgram:
        """Machine code for a step, which may have been made for another training."""

        def make() -> StepProgram:
            return cls.of(tape, fast, of_inputs).with_text(sizes, of_inputs, outline)

        return remembered(tape, sizes, fast, outline, make)

    def with_text(
        self, sizes: Sequence[int], of_inputs: Sequence[int], outline: Outline
    ) -> "NativeProgram":
        """Machine code of a step, and its text: nothing else is kept, of which it could be made."""
        program = NativeProgram(self, sizes, n_first=1 + outline.new)
        tape, samples, loops = self.tape, self.samples, self.loops
        if samples is None and not loops and len(tape.rows) < MOST_SEARCHED:
            tape, samples, loops = repeating(tape, of_inputs)  # which do not pay in native code
        text, called = written(tape, samples, loops, outline)
        program.text = preamble(called) + text
        return program

    @property
    def n_written(self) -> int:
        """How many instructions are written."""
        return self.n_once + (len(self.samples.rows) if self.samples is not None else 0)

    @property
    def n_operations(self) -> int:
        """How many operations a run has."""
        return len(self.tape.rows)

    def translated(self, sizes: Sequence[int], direct: Direct | None = None) -> "NativeProgram":
        """Machine code."""
        return NativeProgram(self, sizes, direct)


class NativeProgram:
    """A tape as machine code.

    Args:
        plan: the program.
        sizes: how many of its inputs come in a list, and then in each array.
        direct: how its arguments and its result are laid out, and what serves the calls that native
            code cannot take itself.
        n_first: of a training step, how many outputs come before what the model returns.

    Attributes:
        n_calls_back: how many rows are the user's own functions, or have no native code.
        samples: how many samples run in lanes; 0 for none.
        loops: how many loops there are for what repeats otherwise.
        bytes: of the memory it works in.
        text: of Python, of a step; source: of LLVM.
        direct: the program as a function of Python, if that is possible.
    """

    backend = "llvm"
    tier = text = ""
    seconds_later = 0.0

    def __init__(
        self,
        plan: Plan,
        sizes: Sequence[int],
        direct: Direct | None = None,
        n_first: int | None = None,
    ) -> None:
        tape, samples, loops, fast, _ = plan
        rows: list[Op] = []
        self._errors: dict[int, BaseException] = {}  # of threads
        call_back = _called_back(rows, self._errors)
        address = ctypes.cast(call_back, ctypes.c_void_p).value or 0
        assembly = Assembly(tape, sizes, samples, loops, fast, address, n_first)
        rows += assembly.called_back
        self.n_calls_back = sum(row in rows for row in tape.rows)
        self.n_operations = len(tape.rows)
        self.samples = samples.n if samples is not None else 0
        self.loops = len(loops)
        self.bytes = 8 * (assembly.memory.size + LANES)
        self._room, self.work = _room(self.bytes)
        self._screen = 0 if assembly.screen is None else self.work + 8 * assembly.screen
        self._told = 0 if assembly.told is None else self.work + 8 * assembly.told
        self._work_is_free = Lock()
        self._blocks = (ctypes.c_void_p * len(sizes))()
        self._given = (ctypes.c_double * max(1, sizes[0]))()
        self._blocks[0] = ctypes.addressof(self._given)
        self._outputs = (ctypes.c_double * len(tape.outputs))()
        # What native code refers to, which does not refer to this object: whatever is freed by the
        # count of references alone is freed at once.
        self._kept: list[Any] = [call_back, self._room, self._blocks, self._given, self._outputs]
        self.direct: Entry | None = None
        if direct is not None and self.n_calls_back == 0 and is_possible(direct):
            at = Addresses(
                self._blocks[0] or 0,
                ctypes.addressof(self._blocks),
                self.work,
                ctypes.addressof(self._outputs),
            )
            self.direct = Entry(assembly.program, direct, sizes, at, self._kept)
        self.source = assembly.text
        engine = translated(self.source)
        self._kept.append(engine)
        self.address = engine.get_function_address("program")
        self._run = _Call(self.address)
        if self.direct is not None:
            self.direct.begin_at(engine.get_function_address("entry"))

    def run(self, numbers: Sequence[float], arrays: Sequence[Any]) -> Sequence[float] | None:
        """The outputs; None if a guard is answered otherwise.

        May overlap with other runs: of other threads, or of what a row in Python calls.
        """
        kept = [_address(block) for block in arrays]
        given, outputs = type(self._given)(), type(self._outputs)()
        given[: len(numbers)] = list(numbers)
        blocks = type(self._blocks)(ctypes.addressof(given), *[address for address, _ in kept])
        before = self._errors.pop(get_ident(), None)
        is_first = self._work_is_free.acquire(blocking=False)
        room, work = (None, self.work) if is_first else _room(self.bytes)
        try:
            status = self._run(ctypes.addressof(blocks), work, ctypes.addressof(outputs))
            self._raise_what_was_raised()
        finally:
            del room
            if is_first:
                self._work_is_free.release()
            if before is not None:
                self._errors[get_ident()] = before
        return None if status == OTHERWISE else list(outputs)

    def run_batches(self, batches: Batches, state: "array[float]") -> Ran:
        """See `StepProgram.run_batches`."""
        programs: list[Any] = [kind.program for kind in batches.kinds]  # of this backend, too
        n_outputs = [len(program._outputs) for program in programs]
        places = [(each.address, each.work, each._screen, each._told) for each in programs]
        before = [program._n_left_out for program in programs]
        found = drive(batches, places, n_outputs, state)
        after = [program._n_left_out for program in programs]
        errors = [program._errors.pop(get_ident(), None) for program in programs]
        for error in errors:
            if error is not None:
                raise error
        return found._replace(n_left_out=sum(after) - sum(before))

    @property
    def _n_left_out(self) -> int:
        """How many samples have been left out of batches so far."""
        return n_left_out(self._screen) if self._screen else 0

    def _raise_what_was_raised(self) -> None:
        error = self._errors.pop(get_ident(), None)
        if error is not None:
            raise error


def _called_back(rows: Sequence[Op], errors: dict[int, BaseException]) -> Any:
    """What native code calls to run one of the rows in Python.

    What that raises waits in `errors`, by its thread, until native code has come to its end.
    """

    def run(row: int, operands: Any, count: int) -> float:
        if get_ident() in errors:  # this run has no result any more
            return float("nan")
        try:
            return rows[row].compute(operands[:count])
        except BaseException as error:  # noqa: BLE001 - run() of the program raises it
            errors[get_ident()] = error
            return float("nan")

    return _CallBack(run)


def _room(size: int) -> tuple[Any, int]:
    """Memory of that many bytes, and its first address at a multiple of the lanes."""
    room = ctypes.create_string_buffer(size)
    start = ctypes.addressof(room)
    return room, start + -start % (8 * LANES)


def _address(block: Any) -> tuple[int, Any]:
    """Where the doubles of an array or buffer stand, and what keeps them there."""
    if hasattr(block, "ctypes"):
        return block.ctypes.data, block
    if block.readonly:
        copy = (ctypes.c_double * len(block))(*block)
        return ctypes.addressof(copy), copy
    view = (ctypes.c_double * len(block)).from_buffer(block)
    return ctypes.addressof(view), view
