"""Screen: the samples that can have no loss are left out of a pass, by what is known of them.

Owns that code, and the words of the memory by which it is told whether it may; which samples may be
left out, and why, tells `tapes/screening.py`. From time to time all samples take part, and what
tells is kept (see `kept`). In the runs after that, what differs from sample to sample is brought
together for those alone that may have a loss. The further weights have moved, the more these are;
when so many have been computed in vain as there are others, all take part again.
"""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64, VECTOR, Code
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.samples.condense import Column, condense
from autograd.replay.llvm.samples.kept import ONE, ZERO, Kept, copy_of_all, of_all, size
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import Screening

# Words of the memory, from Screen.place on: whether samples may be left out; a border on whose side
# what the model returns is to stay then, or nan; how many runs to wait; whether something is kept;
# of the samples then, how many had a loss; in how many runs since not all took part, and how many
# samples in vain; how many have been left out of all runs.
WORDS = WANTED, BORDER, WAIT, IS_KEPT, N_LIVE, N_RUNS, IN_VAIN, N_LEFT_OUT = range(8)
# Where more than so many of the samples have a loss, or the samples are others in each run, none is
# left out of the next ones; of fewer if what is kept serves fewer runs than that.
MOST_LIVE, PAUSE = 0.75, 16.0
FEWEST_RUNS, SHORT_PAUSE = 2.0, 4.0
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

    Attributes:
        place: where its words stand.
    """

    def __init__(self, memory: Memory, samples: Samples, screening: Screening) -> None:
        self._memory, self._samples, self._screening = memory, samples, screening
        self.place = memory.reserve(len(WORDS))
        self._kept = Kept(memory, samples, screening)
        n = memory.n_padded
        self._is_open, self._numbers, self._moved = (memory.reserve(n) for _ in range(3))

    def write(self, code: Code, gathered: Sequence[int]) -> Run:
        """Write what comes before the pass.

        Args:
            gathered: what is to be brought together, as -1 - e for `outside[e]`.
        """
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
            is_same = self._kept.are_the_same(code)
            with builder.if_then(builder.not_(is_same)):
                self._pause(code)
                builder.store(NO, keeps)
            with builder.if_then(is_same):
                is_worthwhile = self._is_worthwhile(code, self._choose(code))
                with builder.if_then(is_worthwhile):
                    found = self._bring_together(code, gathered)
                    for place, value in ((left, found), (is_less, YES), (keeps, NO)):
                        builder.store(value, place)
                n_runs, fewest = self._get(code, N_RUNS), ir.Constant(DOUBLE, FEWEST_RUNS)
                is_vain = builder.fcmp_ordered("<", n_runs, fewest)
                with builder.if_then(builder.and_(builder.not_(is_worthwhile), is_vain)):
                    self._pause(code, SHORT_PAUSE)
                    builder.store(NO, keeps)
        run = Run(*[builder.load(place) for place in (left, is_less, keeps)])
        with builder.if_then(run.keeps):  # now: the pass brings together what it needs of them
            self._kept.keep_columns(code)
        return run

    def finish(self, code: Code, run: Run) -> None:
        """Write what comes after the pass."""
        with code.builder.if_then(run.keeps):
            self._keep(code, self._kept.keep(code))
        answer = self._screening.answer
        if answer is not None:
            with code.builder.if_then(run.is_less):
                self._put_back(code, answer, run.n)

    def _choose(self, code: Code) -> ir.Value:
        """Which samples may have a loss; returns how many."""
        builder, screening = code.builder, self._screening
        distances = self._kept.distances(code)
        below = code.splat(builder.fneg(distances[screening.decisive]))
        border = sure = None
        if screening.answer is not None:
            number = self._get(code, BORDER)
            is_there = builder.fcmp_ordered("==", number, number)
            border = code.splat(builder.select(is_there, number, ZERO))
            # Without one, whatever the model returns may stay as it was, unless it is nan.
            no_distance = ir.Constant(DOUBLE, -1.0)
            far = builder.select(is_there, distances[screening.answer], no_distance)
            sure = code.splat(far)
        bits = ir.IntType(LANES)

        def chosen(index: ir.Value, count: ir.Value) -> ir.Value:
            then = code.load_vector(self._kept.numbers[screening.decisive], index)
            is_out = builder.fcmp_ordered("<", then, below)
            if screening.answer is not None:
                answer = code.load_vector(self._kept.numbers[screening.answer], index)
                off = size(code, builder.fsub(answer, border))
                is_out = builder.and_(is_out, builder.fcmp_ordered(">", off, sure))
            is_open = builder.not_(is_out)
            code.store_vector(builder.uitofp(is_open, VECTOR), self._is_open, index)
            first = code.splat(builder.sitofp(index, DOUBLE))
            lanes = ir.Constant(VECTOR, [ir.Constant(DOUBLE, float(k)) for k in range(LANES)])
            code.store_vector(builder.fadd(first, lanes), self._numbers, index)
            n_open = builder.ctpop(builder.bitcast(is_open, bits))
            return builder.add(count, builder.zext(n_open, I64))

        return of_all(code, ir.Constant(I64, 0), chosen)

    def _is_worthwhile(self, code: Code, count: ir.Value) -> ir.Value:
        """Whether to go over these alone; notes how many of them had no loss then."""
        builder, n_live = code.builder, self._get(code, N_LIVE)
        more = builder.fsub(builder.sitofp(count, DOUBLE), n_live)
        in_vain = builder.fadd(self._get(code, IN_VAIN), more)
        self._set(code, IN_VAIN, in_vain)
        others = builder.fsub(ir.Constant(DOUBLE, float(self._samples.n)), n_live)
        return builder.fcmp_ordered("<", in_vain, others)

    def _bring_together(self, code: Code, gathered: Sequence[int]) -> ir.Value:
        """What the pass reads of the samples that may have a loss; returns how many there are."""
        places = [self._numbers, *[self._memory.of_all(i) for i in gathered]]
        columns = [Column(code.address(place), code.address(place)) for place in places]
        n = ir.Constant(I64, self._samples.n)
        found = condense(code, [code.address(self._is_open)], columns, [], n)
        n_out = code.builder.sitofp(code.builder.sub(n, found), DOUBLE)
        for word, more in ((N_RUNS, ONE), (N_LEFT_OUT, n_out)):
            self._set(code, word, code.builder.fadd(self._get(code, word), more))
        return found

    def _put_back(self, code: Code, answer: int, n: ir.Value) -> None:
        """What the model returns of the samples: of those left out, what is kept."""
        builder, place = code.builder, self._memory.spill(answer)
        copy_of_all(code, place, self._moved)
        copy_of_all(code, self._kept.numbers[answer], place)
        with loop(builder, n) as k:
            number = builder.fptosi(builder.load(code.address(self._numbers, k)), I64)
            builder.store(builder.load(code.address(self._moved, k)), code.address(place, number))

    def _keep(self, code: Code, n_live: ir.Value) -> None:
        """Say that something is kept; of too many with a loss it is not worth while."""
        most = ir.Constant(DOUBLE, MOST_LIVE * self._samples.n)
        for word, value in ((IS_KEPT, ONE), (N_LIVE, n_live), (N_RUNS, ZERO), (IN_VAIN, ZERO)):
            self._set(code, word, value)
        with code.builder.if_then(code.builder.fcmp_ordered(">", n_live, most)):
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
    for word, value in ((WANTED, builder.uitofp(is_wanted, DOUBLE)), (BORDER, border)):
        builder.store(value, builder.gep(words, [ir.Constant(I64, word)]))


def n_left_out(address: int) -> int:
    """How many samples have been left out of all runs, by the words at an address."""
    return int(ctypes.c_double.from_address(address + 8 * N_LEFT_OUT).value)
