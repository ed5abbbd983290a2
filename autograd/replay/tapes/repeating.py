"""Repeating: whether the text of a program has loops, or one instruction after another.

Owns that choice. Native code chooses for itself: it may have several samples in one register.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.rolling import Loop, find_loops
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.straighten import straightened
from autograd.replay.tapes.tape import Tape

SHORT = 256  # instructions: quicker to read, and to run, one after another


class Repeated(NamedTuple):
    """A tape, and what of it is done again and again: samples, or loops, or nothing."""

    tape: Tape
    samples: Samples | None
    loops: Sequence[Loop]


def repeating(
    tape: Tape, of_inputs: Sequence[int] = (), guesses: Sequence[Sequence[int]] = ()
) -> Repeated:
    """The program with its repetitions; as it is, where writing them out is not twice as long.

    Args:
        tape: as it was recorded.
        of_inputs, guesses: as for `find_samples`.
    """
    if len(tape.rows) > SHORT:
        plain = straightened(tape)
        found, samples = find_samples(
            plain, of_inputs, guesses, lambda: straightened(tape, merges=False), math.inf
        )
        if samples is not None:
            n_written = sum(map(len, samples.scalars)) + len(samples.rows)
            if 2 * n_written < len(tape.rows):
                return Repeated(found, samples, ())
        loops = find_loops(plain, len(plain.rows) - len(tape.rows) // 2)
        if loops:
            return Repeated(plain, None, loops)
    return Repeated(tape, None, ())
