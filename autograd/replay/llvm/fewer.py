"""Fewer: whether a program is fewer instructions in packs, or with its samples in lanes.

Owns counting both.
"""

from autograd.replay.llvm.memory import LANES, Memory
from autograd.replay.llvm.packs import Packer
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.tape import Tape

MOST_ALONE = 20_000  # instructions; of more, samples are worth it
FULL = 1.25  # times as many packs as full ones would be: no tape is found in fewer


def are_better(plain: Tape, tape: Tape, samples: Samples) -> bool:
    """Whether a tape is fewer instructions if all of it is in packs, and no samples in lanes.

    Args:
        plain: as it was recorded.
        tape: with these samples; another one if they are of several kinds.
    """
    if len(plain.rows) > MOST_ALONE:
        return False
    in_lanes = n_in_lanes(tape, samples)
    if in_lanes <= FULL * len(plain.rows) / LANES:  # to look for packs takes long
        return False
    return n_in_packs(plain) <= in_lanes


def n_in_packs(tape: Tape) -> int:
    """How many instructions a tape is if all of it is in packs, which takes long to find out."""
    packer = Packer(tape, Memory(tape, [tape.n_inputs], None))
    return len(packer.items(range(tape.first, tape.n_slots)))


def n_in_lanes(tape: Tape, samples: Samples) -> int:
    """How many instructions a tape is if its samples run in lanes and the rest is in packs."""
    packer = Packer(tape, Memory(tape, [tape.n_inputs], samples))
    once = sum([len(packer.items(group)) for group in samples.scalars])
    n_gathered = samples.n * sum([len(set(slots)) > 1 for slots in samples.outside])
    return once + len(samples.rows) * -(-samples.n // LANES) + 2 * n_gathered
