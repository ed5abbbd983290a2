"""Screening: which samples can have no loss, since they were far from one a few steps ago.

Owns finding what tells it, and the rules by which it is told. Where a gate (see `gates`) waits for
one number of a sample to be positive, most of a pass is made only to learn that it is not. But from
step to step a training changes its weights a little. How far that can have moved the number since
it was last computed has a bound, one for all samples; where it was further below 0 than that, it is
not positive now, nothing of the sample but a zero would go into a sum, and no bit is changed by
leaving it out. The others are computed as ever.

The bound. For each number of a sample let M bound its absolute value then, and D how far it is from
that now. Both follow from what it is made of, since

    |(a + b)' - (a + b)| <= D_a + D_b        |(a b)' - a b| <= (M_a + D_a) (M_b + D_b) - M_a M_b

and neither a relu nor tanh lets two numbers be further apart than they were. So with N = M + D, N
is made of the N of the operands as M of their M: by their sum, by their product. What tanh makes is
not above 1, by which M becomes less than that, and N by as much. Each result is rounded: before
something is taken from it, and at the end, N is taken larger by ROUNDED of itself, which is more
than all roundings on the way, of N and M, too, if these are at most ROUNDINGS (N. Higham, Accuracy
and Stability of Numerical Algorithms, 2nd edition, section 3.1). And what comes from outside is
taken so large, if it is next to nothing, that no N comes near the denormal numbers, among which
roundings are larger.

Bounds of one time after the other add up. And those that were N may be the M of what follows: they
bound the numbers of then, too.
"""

from collections.abc import Collection, Iterable
from math import copysign, inf, isfinite
from typing import NamedTuple

from autograd import ops
from autograd.op import Op
from autograd.replay.tapes.gates import Gate
from autograd.replay.tapes.samples import Chain, Samples
from autograd.replay.tapes.tape import Tape

ROUNDED, ROUNDINGS = 2.0**-40, 1000
# Of samples there are so many, and so much is done for each before the gate, or it does not pay.
FEWEST, LEAST = 64, 64
MOST = 8000  # positions
EXACTLY = 8  # positions of which all samples need the number itself
# What f lets apart no further than its operand, with |f(x)| <= |x|, and makes nan of nan: what |f|
# is never above.
LIMITS: dict[Op, float] = {ops.relu: inf, ops.neg: inf, ops.tanh: 1.0}
SUMS = (ops.add, ops.sub)


class ModelOutputs(NamedTuple):
    """What the model returns in a training step.

    Attributes:
        tape: of the step.
        n_first: how many outputs there are before those.
    """

    tape: Tape
    n_first: int


class Screening(NamedTuple):
    """What tells of a sample that it is let through.

    Attributes:
        positions: what that is made of, in order.
        decisive: the one that is then positive.
        returned: the one that the model returns; None if it returns none.
        exactly: positions that are read of all samples, and come before anything else.
        degree: of how many numbers from outside a product on the way consists at most.
    """

    positions: list[int]
    decisive: int
    returned: int | None
    exactly: list[int]
    degree: int

    @property
    def ends(self) -> list[int]:
        """Both that tell, or the one."""
        return [*dict.fromkeys([p for p in (self.decisive, self.returned) if p is not None])]

    @property
    def least(self) -> float:
        """What N of a number from outside is at least, so that no N is below 2^-900."""
        return float(2.0 ** (-900.0 / self.degree))


def screening_of(
    outputs: ModelOutputs,
    samples: Samples,
    gate: Gate,
    positions: Collection[int],
    chains: Iterable[Chain],
    read_later: Collection[int],
) -> Screening | None:
    """What to screen the samples of a pass by; None if that is not possible, or would not pay.

    Args:
        positions: of the pass.
        chains: its sums.
        read_later: the positions whose numbers all samples need.
    """
    tape = outputs.tape
    if len(gate.conditions) > 1 or samples.n < FEWEST or len({*samples.phases}) > 1:
        return None
    (condition,), later = gate.conditions, {*gate.positions}
    decisive, border = samples.operands[condition]
    if decisive < 0 or _constant(tape, samples, border) != 0.0:
        return None
    sums = [chain for chain in chains if chain not in gate.chains]
    zeros = _zeros(tape, samples, [p for p in positions if p not in later], decisive)
    if not all(zeros.issuperset(chain.positions) for chain in sums):
        return None
    if not all(_is_plus_zero(tape, chain.start) for chain in sums):
        return None
    readers = _readers(outputs, samples, {*read_later})
    if readers is None or len(readers.returned) > 1:
        return None
    exactly = samples.made_of(readers.asked)
    others = {i for p in positions if p not in exactly for i in samples.operands[p]}
    others.update([p for chain in [*sums, *gate.chains] for p in chain.positions])
    if len(exactly) > EXACTLY or not others.union(readers.returned).isdisjoint(exactly):
        return None
    telling = samples.made_of({decisive, *readers.returned})
    degree = _degree(samples, telling)
    if not LEAST <= len(telling) <= MOST or degree is None:
        return None
    return Screening(telling, decisive, next(iter(readers.returned), None), exactly, degree)


class _Readers(NamedTuple):
    """The positions of which all samples are read when a pass is over, by who reads them."""

    returned: set[int]
    asked: set[int]


def _readers(
    outputs: ModelOutputs, samples: Samples, read_later: Collection[int]
) -> _Readers | None:
    """Who reads them, if these are guards and what the model returns alone."""
    tape, n_first = outputs
    position_of = {mine[p]: p for mine in samples.members for p in read_later}
    once = [slot for group in samples.scalars for slot in group]
    elsewhere = [i for slot in once for i in tape.operands[slot - tape.first]]
    elsewhere += [slot for slots in samples.outside for slot in slots]
    elsewhere += [chain.start for _, chain in samples.chains]
    elsewhere += tape.outputs[:n_first]
    if not position_of.keys().isdisjoint(elsewhere):
        return None
    asked = [i for guard in tape.guards for i in (guard.a, guard.b)]
    returned, questions = (
        {position_of[slot] for slot in slots if slot in position_of}
        for slots in (tape.outputs[n_first:], asked)
    )
    return _Readers(returned, questions) if returned.isdisjoint(questions) else None


def _constant(tape: Tape, samples: Samples, i: int) -> float | None:
    """The constant that all samples read as -1 - e; None if it is none."""
    slots = {*samples.outside[-1 - i]} if i < 0 else set()
    return _number(tape, slots.pop()) if len(slots) == 1 else None


def _number(tape: Tape, slot: int) -> float | None:
    return tape.constants[slot - tape.n_inputs] if tape.n_inputs <= slot < tape.first else None


def _is_plus_zero(tape: Tape, slot: int) -> bool:
    """Whether it is a sum's beginning after which zeros can be added without a change of bits."""
    number = _number(tape, slot)
    return number == 0.0 and copysign(1.0, number) > 0.0


def _zeros(tape: Tape, samples: Samples, before: Iterable[int], decisive: int) -> set[int]:
    """What is 0.0 or -0.0 where the decisive number is below 0, whatever else the numbers are."""
    found: set[int] = set()
    for p in before:
        row, read = samples.rows[p], samples.operands[p]
        factors = [_constant(tape, samples, i) for i in read if i not in found]
        if row in (ops.relu, ops.maximum) and decisive in read:
            others = [_constant(tape, samples, i) for i in read if i != decisive]
            is_zero = others == [0.0] * (row is ops.maximum)
        elif row is ops.mul:
            is_zero = len(factors) < 2 and all(x is not None and isfinite(x) for x in factors)
        elif row in (ops.power, ops.div):
            (x,) = factors if len(factors) == 1 else (None,)
            is_zero = read[0] in found and x is not None and x > 0.0
        else:
            is_zero = row in (ops.neg, ops.add, ops.sub) and not factors
        if is_zero:
            found.add(p)
    return found


def _degree(samples: Samples, positions: Iterable[int]) -> int | None:
    """The degree; None if there is no rule for one of them, or one way has too many roundings."""
    found: dict[int, tuple[int, int]] = {}  # roundings, degree
    for p in positions:
        row, read = samples.rows[p], samples.operands[p]
        roundings, degrees = zip(*[found.get(i, (0, 1)) for i in read], strict=True)
        if row is ops.mul:
            found[p] = sum(roundings) + 1, sum(degrees)
        elif row in SUMS or row in LIMITS:
            found[p] = max(roundings) + 1, max(degrees)
        else:
            return None
    most, degree = map(max, zip(*found.values(), strict=True))
    return degree if most <= ROUNDINGS else None
