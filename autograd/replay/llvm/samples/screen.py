"""Screen: the samples that can have no loss are left out of a pass, by what is known of them.

Owns that code, and the words of the memory by which it is told whether it may; which samples may be
left out, and why, tells `tapes/screening.py`. In a first run all samples take part, and what tells
is kept (see `kept`). In the runs after that, what differs from sample to sample is brought together
for those alone that may have a loss. The further weights have moved, the more these are; when so
many have been computed in vain as a note costs, what tells of them is noted anew. So one that is
far from a loss is computed rarely, and all take part again only if they are other samples, or if
most may have a loss.
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64, Code
from autograd.replay.llvm.memory import Memory
from autograd.replay.llvm.samples.condense import (
    BYTE,
    Column,
    condense,
    in_all_lanes,
    lanes,
    put_lanes,
    spread,
)
from autograd.replay.llvm.samples.gather import gather
from autograd.replay.llvm.samples.kept import ONE, ZERO, Kept
from autograd.replay.llvm.samples.unchanged import Region, Unchanged
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import Screening

# Words of the memory, from Screen.place on: whether samples may be left out; a border on whose side
# what the model returns is to stay then, or nan; how many runs to wait; whether something is kept;
# in how many runs since all took part not all did; how many samples in vain since something was
# noted; how many notes go on from the last one; whether what the model returns is put back though
# nobody asks for it; how many have been left out of all runs; whether the run before had the same
# inputs, for sure.
WORDS = WANTED, BORDER, WAIT, IS_KEPT, N_RUNS, IN_VAIN, N_NOTES, OWES, N_LEFT_OUT, AGAIN = range(10)
WORTH_A_NOTE = 12.0  # samples, which take about as long
MOST_NOTES = 16.0  # that go on from each other
# Where more than so many of the samples have a loss, or the samples are others in each run, none is
# left out of the next ones; of fewer if more than so many may have one soon after all took part.
MOST_LIVE, PAUSE = 0.75, 16.0
MOST, FEWEST_RUNS, SHORT_PAUSE = 0.9, 2.0, 4.0
BIT = ir.IntType(1)
NO, YES = ir.Constant(BIT, 0), ir.Constant(BIT, 1)


class Run(NamedTuple):
    """What a pass is to go over.

    Attributes:
        n: how many samples.
        is_less: whether these are not all.
        keeps: whether what is computed is to be kept.
    """

    n: ir.Value
    is_less: ir.Value
    keeps: ir.Value


class Screen:
    """The screen of a pass, while it is written.

    Args:
        memory: is given the places of its numbers.
        samples: the division of the program.
        screening: what tells.
        columns: what of `samples.outside` differs from sample to sample, and the pass reads.
        regions: where among the inputs that stands.

    Attributes:
        place: where its words stand.
    """

    def __init__(
        self,
        memory: Memory,
        samples: Samples,
        screening: Screening,
        columns: Sequence[int],
        regions: Sequence[Region],
    ) -> None:
        self._memory, self._samples, self._screening = memory, samples, screening
        self.place = memory.reserve(len(WORDS))
        self._inputs = Unchanged(memory, regions)
        self._kept = Kept(memory, samples, screening, columns)
        self._who = memory.reserve(-(-memory.n_padded // 8))  # bytes: who takes part

    def write(self, code: Code) -> Run:
        """Write what comes before the pass: it brings together what this reads."""
        self._kept.begin(code)
        builder, n = code.builder, ir.Constant(I64, self._samples.n)
        with builder.goto_entry_block():
            left, is_less, keeps = (builder.alloca(kind) for kind in (I64, BIT, BIT))
        is_wanted = self._is_positive(code, WANTED)
        waits = builder.and_(is_wanted, self._is_positive(code, WAIT))
        looks = builder.and_(is_wanted, builder.not_(waits))
        for place, value in ((left, n), (is_less, NO), (keeps, looks)):
            builder.store(value, place)
        with builder.if_then(waits):
            self._set(code, WAIT, builder.fsub(self._get(code, WAIT), ONE))
        with builder.if_then(builder.and_(looks, self._is_positive(code, IS_KEPT))):
            is_same = self._are_same_inputs(code)
            with builder.if_then(builder.not_(is_same)):
                self._pause(code)
                builder.store(NO, keeps)
            with builder.if_then(is_same):
                found = self._bring_together(code)
                most = ir.Constant(I64, int(MOST * self._samples.n))
                is_worthwhile = builder.icmp_unsigned("<=", found, most)
                with builder.if_then(is_worthwhile):
                    self._count(code, found)
                    for place, value in ((left, found), (is_less, YES), (keeps, NO)):
                        builder.store(value, place)
                n_runs, fewest = self._get(code, N_RUNS), ir.Constant(DOUBLE, FEWEST_RUNS)
                is_vain = builder.fcmp_ordered("<", n_runs, fewest)
                with builder.if_then(builder.and_(builder.not_(is_worthwhile), is_vain)):
                    self._pause(code, SHORT_PAUSE)
                    builder.store(NO, keeps)
        run = Run(*[builder.load(place) for place in (left, is_less, keeps)])
        with builder.if_then(builder.not_(run.is_less)):
            gather(code, self._samples, [*self._kept.columns])
        with builder.if_then(run.keeps):
            self._inputs.keep(code)
            self._kept.keep_columns(code)
        return run

    def finish(self, code: Code, run: Run, n_live: ir.Value) -> None:
        """Write what comes after the pass.

        Args:
            n_live: how many samples had a loss.
        """
        with code.builder.if_then(run.keeps):
            self._kept.note_all(code)
            self._keep(code, n_live)
        with code.builder.if_then(run.is_less):
            self._note_if_worthwhile(code, run.n, n_live)
            if self._screening.returned is not None:
                self._put_back_if_asked(code, self._screening.returned, run.n)

    def _are_same_inputs(self, code: Code) -> ir.Value:
        """Whether the inputs are those that were kept.

        The run before has kept or compared them, or nothing is kept: what it had need not be
        compared again.
        """
        builder, is_again = code.builder, self._is_positive(code, AGAIN)
        with builder.goto_entry_block():
            found = builder.alloca(BIT)
        builder.store(is_again, found)
        with builder.if_then(builder.not_(is_again)):
            builder.store(self._inputs.is_so(code), found)
        return builder.load(found)

    def _bring_together(self, code: Code) -> ir.Value:
        """What the pass reads of the samples that may have a loss; returns how many there are."""
        columns = [
            Column(code.address(place), code.address(self._memory.gather(e)))
            for e, place in self._kept.columns.items()
        ]
        n, noted = ir.Constant(I64, self._samples.n), self._noted(code)
        return condense(code, self._may_have_a_loss(code), [], columns, n, noted=noted)

    def _noted(self, code: Code) -> ir.Value:
        """Points to who takes part."""
        return code.builder.bitcast(code.address(self._who), BYTE.as_pointer())

    def _may_have_a_loss(self, code: Code) -> Callable[[ir.Value], ir.Value]:
        """What `condense` asks for."""
        builder, screening = code.builder, self._screening
        distances = self._kept.distances(code)
        lines, further = (
            {p: code.address(place) for p, place in places.items()}
            for places in (self._kept.numbers, self._kept.further)
        )
        below = in_all_lanes(builder, builder.fneg(distances[screening.decisive]))
        none = in_all_lanes(builder, ZERO)
        border = above = under = counts = None
        if screening.returned is not None:
            number = self._get(code, BORDER)
            is_there = builder.fcmp_ordered("==", number, number)
            border = in_all_lanes(builder, builder.select(is_there, number, ZERO))
            counts = in_all_lanes(builder, is_there)
            # Without one, whatever the model returns may stay as it was, unless it is nan.
            no_distance = ir.Constant(DOUBLE, -1.0)
            far = builder.select(is_there, distances[screening.returned], no_distance)
            above, under = (in_all_lanes(builder, x) for x in (far, builder.fneg(far)))

        def are_open(index: ir.Value) -> ir.Value:
            then, by = (lanes(builder, x[screening.decisive], index) for x in (lines, further))
            is_out = builder.fcmp_ordered("<", builder.fadd(then, by), below)
            if screening.returned is not None:
                then, by = (lanes(builder, x[screening.returned], index) for x in (lines, further))
                off, by = builder.fsub(then, border), builder.select(counts, by, none)
                is_above = builder.fcmp_ordered(">", builder.fsub(off, by), above)
                is_under = builder.fcmp_ordered("<", builder.fadd(off, by), under)
                is_out = builder.and_(is_out, builder.or_(is_above, is_under))
            return builder.not_(is_out)

        return are_open

    def _note_if_worthwhile(self, code: Code, n: ir.Value, n_live: ir.Value) -> None:
        """Count those that took part in vain; note what tells of all, if they are many by now."""
        builder = code.builder
        more = builder.sitofp(builder.sub(n, n_live), DOUBLE)
        in_vain = builder.fadd(self._get(code, IN_VAIN), more)
        self._set(code, IN_VAIN, in_vain)
        enough = ir.Constant(DOUBLE, WORTH_A_NOTE)
        with builder.if_then(builder.fcmp_ordered(">=", in_vain, enough)):
            n_notes = self._get(code, N_NOTES)
            is_anew = builder.fcmp_ordered(">=", n_notes, ir.Constant(DOUBLE, MOST_NOTES))
            self._kept.note_some(code, self._noted(code), n, is_anew)
            following = builder.select(is_anew, ZERO, builder.fadd(n_notes, ONE))
            for word, value in ((IN_VAIN, ZERO), (N_NOTES, following)):
                self._set(code, word, value)

    def _count(self, code: Code, n: ir.Value) -> None:
        """Note a run of n samples."""
        all_of_them = ir.Constant(I64, self._samples.n)
        n_out = code.builder.sitofp(code.builder.sub(all_of_them, n), DOUBLE)
        for word, more in ((N_RUNS, ONE), (N_LEFT_OUT, n_out)):
            self._set(code, word, code.builder.fadd(self._get(code, word), more))

    def _put_back_if_asked(self, code: Code, returned: int, n: ir.Value) -> None:
        """Once in any case, too: or a nan of an earlier training may stand there."""
        border = self._get(code, BORDER)
        is_asked = code.builder.fcmp_ordered("==", border, border)
        with code.builder.if_then(code.builder.or_(is_asked, self._is_positive(code, OWES))):
            self._put_back(code, returned, n)
        self._set(code, OWES, ZERO)

    def _put_back(self, code: Code, returned: int, n: ir.Value) -> None:
        """What the model returns of the samples: of those left out, what is kept."""
        builder, column = code.builder, code.address(self._memory.spill(returned))
        kept = code.address(self._kept.numbers[returned])

        def put(index: ir.Value, take_part: ir.Value, brought: Callable[..., ir.Value]) -> None:
            number = builder.select(take_part, brought(column), lanes(builder, kept, index))
            put_lanes(builder, number, column, index)

        spread(code, self._noted(code), self._samples.n, n, put)

    def _keep(self, code: Code, n_live: ir.Value) -> None:
        """Say that something is kept; of too many with a loss it is not worth while."""
        for word, value in ((IS_KEPT, ONE), *[(x, ZERO) for x in (N_RUNS, IN_VAIN, N_NOTES)]):
            self._set(code, word, value)
        most = ir.Constant(I64, int(MOST_LIVE * self._samples.n))
        with code.builder.if_then(code.builder.icmp_unsigned(">", n_live, most)):
            self._pause(code)

    def _pause(self, code: Code, n_runs: float = PAUSE) -> None:
        self._set(code, WAIT, ir.Constant(DOUBLE, n_runs))
        self._set(code, IS_KEPT, ZERO)

    def _get(self, code: Code, word: int) -> ir.Value:
        return code.builder.load(code.address(self.place + word))

    def _set(self, code: Code, word: int, value: ir.Value) -> None:
        code.builder.store(value, code.address(self.place + word))

    def _is_positive(self, code: Code, word: int) -> ir.Value:
        return code.builder.fcmp_ordered(">", self._get(code, word), ZERO)


def say(builder: ir.IRBuilder, words: ir.Value, is_wanted: ir.Value, border: ir.Value) -> None:
    """Say in the words at an address whether samples may be left out of the next runs.

    Args:
        border: on whose side what the model returns is to stay; nan: there is none.
    """
    wanted = builder.uitofp(is_wanted, DOUBLE)
    for word, value in ((WANTED, wanted), (BORDER, border), (OWES, wanted)):
        _put(builder, words, word, value)


def say_again(builder: ir.IRBuilder, words: ir.Value, is_again: ir.Value) -> None:
    """Say in the words at an address whether the next run has the inputs of the one before."""
    _put(builder, words, AGAIN, builder.uitofp(is_again, DOUBLE))


def _put(builder: ir.IRBuilder, words: ir.Value, word: int, value: ir.Value) -> None:
    builder.store(value, builder.gep(words, [ir.Constant(I64, word)]))


def n_left_out(address: int) -> int:
    """How many samples have been left out of all runs, by the words at an address."""
    return int(ctypes.c_double.from_address(address + 8 * N_LEFT_OUT).value)
