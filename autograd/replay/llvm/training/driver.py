"""Driver: many batches of samples through the programs of training steps, in one call.

Owns the loop over batches, which is one piece of native code for all programs, made once, and the
memory that a batch passes through.
"""

import ctypes
from array import array
from collections.abc import Sequence
from functools import cache
from math import nan
from typing import Any, NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import BLOCKS, DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.loops import copy, loop
from autograd.replay.llvm.machine import function_of, translated
from autograd.replay.llvm.outputs import all_finite
from autograd.replay.llvm.rows.lanes import ALIGNED
from autograd.replay.llvm.samples.screen import say, say_again
from autograd.replay.llvm.training.choice import are_beside, are_there, choose
from autograd.replay.llvm.training.right import n_right
from autograd.replay.llvm.training.states import States
from autograd.replay.programs import NOTE_STATE, Batches, Decision, Ran

PROGRAM = ir.FunctionType(I32, [BLOCKS, POINTER, POINTER])
WORDS, BIT = I64.as_pointer(), ir.IntType(1)
KIND = ("program", "work", "screen", "told", "size", "n_outputs", "width")  # a row of words
# What becomes of outputs; the last two count them.
ALL_KEPT, LEFT_OUT, OVER_BORDER, LARGEST = range(4)
# In order, as `drive` names them.
ARGUMENTS = {
    "kinds": WORDS,
    "n_kinds": I64,
    "schedule": WORDS,  # which kind, how many batches of it, which kind then ...
    "n_legs": I64,  # half its length
    "blocks": BLOCKS,  # the state, the rows of a batch, its targets
    "rows": POINTER,  # room for the rows of a batch, its targets
    "targets": POINTER,
    "other": POINTER,  # where the next state is to stand, and behind it the outputs of the model
    "all_rows": POINTER,
    "row_size": I64,
    "all_targets": POINTER,
    "target_size": I64,
    "n_samples": I64,
    "order": WORDS,  # the samples of the batches, over and over
    "n_in_order": I64,
    "n_rates": I64,  # the numbers of the state before those that a step changes
    "n_new": I64,
    "n_others": I64,  # those after them, which it reads only
    "answers": I64,
    "border": DOUBLE,
    "classes": WORDS,  # of all samples
    "log": POINTER,  # for each batch its cost, and the outputs of the model or how many are right
    "kept": POINTER,  # the numbers of the state that a step changes, as often as they are noted
}
_KINDS: dict[ir.Type, Any] = {I64: ctypes.c_longlong, DOUBLE: ctypes.c_double}
_Drive = ctypes.PYFUNCTYPE(
    ctypes.c_longlong, *[_KINDS.get(kind, ctypes.c_void_p) for kind in ARGUMENTS.values()]
)


def drive(
    batches: Batches,
    places: Sequence[tuple[int, int, int, int]],
    n_outputs: Sequence[int],
    state: "array[float]",
) -> Ran:
    """Run batches: see `StepProgram.run_batches`.

    Args:
        places: for each kind where its program, the memory that this works in, the words of its
            screen, 0 where it has none, and what is told of its outputs stand.
        n_outputs: how many outputs it has.
    """
    kinds, answers = batches.kinds, batches.answers
    words = array("q")
    for kind, place, n in zip(kinds, places, n_outputs, strict=True):
        words.extend([*place, kind.size, n, kind.width])
    n_noted = [batches.n_noted(n) for n in n_outputs]
    log = array("d", bytes(8 * sum([n_noted[number] * n for number, n in batches.legs])))
    kept = array("d", bytes(8 * batches.n_new * batches.schedule[::2].count(NOTE_STATE)))
    largest = max(kind.size for kind in kinds)
    rows = array("d", bytes(8 * largest * batches.row_size + ALIGNED))
    targets = array("d", bytes(8 * largest * batches.target_size + ALIGNED))
    in_rows, in_targets = _at_a_line(rows), _at_a_line(targets)
    states = States(state, batches.n_rates, max(n_outputs))
    blocks = array("q", [states.first, in_rows, in_targets])
    what, border, classes = ALL_KEPT if answers else LEFT_OUT, nan, 0
    if isinstance(answers, Decision):
        what, classes = LARGEST, _start(answers.classes)
        if answers.border is not None:
            what, border = OVER_BORDER, answers.border
    n_done = _driver()(
        _start(words),
        len(kinds),
        _start(batches.schedule),
        len(batches.schedule) // 2,
        _start(blocks),
        in_rows,
        in_targets,
        states.second,
        _start(batches.rows),
        batches.row_size,
        _start(batches.targets),
        batches.target_size,
        batches.n_samples,
        _start(batches.order),
        len(batches.order),
        batches.n_rates,
        batches.n_new,
        len(state) - batches.n_rates - batches.n_new,
        what,
        border,
        classes,
        _start(log),
        _start(kept),
    )
    states.take(blocks[0], state)
    del kept[batches.n_new * batches.n_kept(n_done) :]
    return Ran(n_done, log, kept)


def _start(numbers: "array[Any]") -> int:
    return numbers.buffer_info()[0]


def _at_a_line(numbers: "array[Any]") -> int:
    """The first of their addresses at which a line of memory begins."""
    return _start(numbers) + -_start(numbers) % ALIGNED


@cache
def _driver() -> Any:
    """The loop as a function of ctypes, which returns how many batches it ran.

    It stops before a batch whose program answers a guard otherwise, or whose outputs are not all
    finite, or whose samples are not all there: the state is then as it was before that batch.
    """
    module = ir.Module("driver")
    function = ir.Function(module, ir.FunctionType(I64, list(ARGUMENTS.values())), "drive")
    for name in ("rows", "targets", "log", "kept"):  # room of this call's alone
        function.args[[*ARGUMENTS].index(name)].add_attribute("noalias")
    _write(function)
    return function_of(translated(str(module), is_optimised=True), _Drive, "drive")


class _At(NamedTuple):
    """Where the driver stands: words in memory."""

    n_done: ir.Value
    order: ir.Value  # the samples of the next batch
    log: ir.Value  # where it is noted
    kept: ir.Value
    other: ir.Value  # where the next state is to stand
    last: ir.Value  # the samples of the batch before, of the same kind
    beside: ir.Value  # whether those of this one follow each other


def _write(function: ir.Function) -> None:
    named = dict(zip(ARGUMENTS, function.args, strict=True))
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    stopped = function.append_basic_block("stopped")
    at = _At(
        *[builder.alloca(kind) for kind in (I64, WORDS, POINTER, POINTER, POINTER, WORDS, BIT)]
    )
    builder.store(ir.Constant(I64, 0), at.n_done)
    for name in ("order", "log", "kept", "other"):
        builder.store(named[name], getattr(at, name))
    is_decided = builder.icmp_unsigned("==", named["answers"], ir.Constant(I64, OVER_BORDER))
    is_nothing = builder.icmp_unsigned("==", named["answers"], ir.Constant(I64, LEFT_OUT))
    _say(builder, named, builder.or_(is_decided, is_nothing))
    with loop(builder, named["n_legs"]) as i:
        leg = builder.gep(named["schedule"], [builder.mul(i, ir.Constant(I64, 2))])
        number = builder.load(leg)
        is_to_keep = builder.icmp_signed("==", number, ir.Constant(I64, NOTE_STATE))
        with builder.if_else(is_to_keep) as (kept, run):
            with kept:
                goal = builder.load(at.kept)
                state = builder.gep(builder.load(named["blocks"]), [named["n_rates"]])
                copy(builder, state, goal, named["n_new"])
                builder.store(builder.gep(goal, [named["n_new"]]), at.kept)
            with run:
                n_batches = builder.load(builder.gep(leg, [ir.Constant(I64, 1)]))
                _write_leg(builder, named, at, number, n_batches, stopped)
    builder.branch(stopped)
    builder.position_at_end(stopped)
    _say(builder, named, ir.Constant(BIT, 0))
    builder.ret(builder.load(at.n_done))


def _say(builder: ir.IRBuilder, named: dict[str, ir.Value], is_wanted: ir.Value) -> None:
    """Say to the programs whether they may leave out samples; none runs for another call now."""
    with loop(builder, named["n_kinds"]) as i:
        kind = builder.gep(named["kinds"], [builder.mul(i, ir.Constant(I64, len(KIND)))])
        screen = builder.load(builder.gep(kind, [ir.Constant(I64, KIND.index("screen"))]))
        with builder.if_then(builder.icmp_unsigned("!=", screen, ir.Constant(I64, 0))):
            say(builder, builder.inttoptr(screen, POINTER), is_wanted, named["border"])


def _write_leg(
    builder: ir.IRBuilder,
    named: dict[str, ir.Value],
    at: _At,
    number: ir.Value,
    n_batches: ir.Value,
    stopped: ir.Block,
) -> None:
    """The loop over batches of one kind."""
    zero, one = ir.Constant(I64, 0), ir.Constant(I64, 1)
    end = builder.gep(named["order"], [named["n_in_order"]])
    last_rate = builder.sub(named["n_rates"], one)
    kind = builder.gep(named["kinds"], [builder.mul(number, ir.Constant(I64, len(KIND)))])
    word = {
        name: builder.load(builder.gep(kind, [ir.Constant(I64, j)])) for j, name in enumerate(KIND)
    }
    program = builder.inttoptr(word["program"], PROGRAM.as_pointer())
    work = builder.inttoptr(word["work"], POINTER)
    builder.store(ir.Constant(WORDS, None), at.last)
    with loop(builder, n_batches):
        samples = builder.load(at.order)
        _take(builder, named, at, samples, word, stopped)
        state, other = builder.load(named["blocks"]), builder.load(at.other)
        outputs = builder.gep(other, [last_rate])
        status = builder.call(program, [named["blocks"], work, outputs])
        is_same_way = builder.icmp_unsigned("==", status, ir.Constant(I32, 0))
        _stop_unless(builder, is_same_way, stopped)
        told = builder.inttoptr(word["told"], POINTER)
        _stop_unless(builder, all_finite(builder, told), stopped)
        line = builder.load(at.log)
        builder.store(builder.load(outputs), line)
        answer, n_before = builder.gep(line, [one]), builder.add(named["n_rates"], named["n_new"])
        answers, others = builder.gep(other, [n_before]), builder.gep(state, [n_before])
        n_answers = builder.sub(builder.sub(word["n_outputs"], one), named["n_new"])
        beside = builder.load(at.beside)
        is_border = builder.icmp_unsigned("==", named["answers"], ir.Constant(I64, OVER_BORDER))
        is_kept = builder.icmp_unsigned("<=", named["answers"], ir.Constant(I64, LEFT_OUT))
        with builder.if_else(is_kept) as (kept, counted):
            with kept:
                is_none = builder.icmp_unsigned("==", named["answers"], ir.Constant(I64, LEFT_OUT))
                n_kept = builder.select(is_none, zero, n_answers)
                copy(builder, answers, answer, n_kept)
                builder.store(builder.gep(answer, [n_kept]), at.log)
            with counted:
                right = n_right(builder, named, word, samples, beside, answers, is_border)
                builder.store(builder.sitofp(right, DOUBLE), answer)
                builder.store(builder.gep(answer, [one]), at.log)
        builder.store(builder.load(builder.gep(state, [last_rate])), outputs)
        copy(builder, others, answers, named["n_others"])
        builder.store(other, named["blocks"])
        builder.store(state, at.other)
        following = builder.gep(samples, [word["size"]])
        is_last = builder.icmp_unsigned(">=", following, end)
        builder.store(builder.select(is_last, named["order"], following), at.order)
        builder.store(builder.add(builder.load(at.n_done), one), at.n_done)


def _take(
    builder: ir.IRBuilder,
    named: dict[str, ir.Value],
    at: _At,
    samples: ir.Value,
    word: dict[str, ir.Value],
    stopped: ir.Block,
) -> None:
    """Let the blocks be the rows and targets of a batch, as they are if it is the last one again.

    As steps on all samples are: nobody changes rows, targets or the order during a call.
    """
    is_again = builder.icmp_unsigned("==", samples, builder.load(at.last))
    with builder.if_then(builder.not_(is_again)):
        beside = are_beside(builder, samples, word["size"])
        there = are_there(builder, named, samples, word["size"], beside)
        _stop_unless(builder, there, stopped)
        choose(builder, named, samples, word["size"], beside)
        builder.store(samples, at.last)
        builder.store(beside, at.beside)
    has_screen = builder.icmp_unsigned("!=", word["screen"], ir.Constant(I64, 0))
    with builder.if_then(has_screen):
        say_again(builder, builder.inttoptr(word["screen"], POINTER), is_again)


def _stop_unless(builder: ir.IRBuilder, condition: ir.Value, stopped: ir.Block) -> None:
    following = builder.append_basic_block()
    builder.cbranch(condition, following, stopped)
    builder.position_at_end(following)
