"""Neutral factors: multiplications by a 1 that is the same for all samples.

Owns taking them out of a sample's program, which changes no bit. On the tape they stay, for there
one sample may have another number in that place, as among labels of 1 and -1. Where all have 1, as
in the gradient of a bias, a sum adds the other factor itself, which other sums have in it, too.
"""

from autograd import ops
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.tape import Tape


def without_ones(tape: Tape, samples: Samples) -> Samples:
    """The same samples; what reads a product with 1 reads the other factor."""
    ones = {tape.n_inputs + i for i, x in enumerate(tape.constants) if x == 1.0}
    ones = {-1 - e for e, slots in enumerate(samples.outside) if ones.issuperset(slots)}
    factor: dict[int, int] = {}  # of the products with 1
    for p, (row, operands) in enumerate(zip(samples.rows, samples.operands, strict=True)):
        if row is ops.mul and not ones.isdisjoint(operands):
            other = max(operands)  # a position, if one of them is
            if other >= 0:
                factor[p] = factor.get(other, other)
    if not factor:
        return samples
    read_elsewhere = samples.read_elsewhere(tape)
    kept = [
        p for p in range(len(samples.rows))
        if p not in factor or not read_elsewhere.isdisjoint([one[p] for one in samples.members])
    ]  # fmt: skip
    place = {p: k for k, p in enumerate(kept)}

    def now(i: int) -> int:
        return i if i < 0 else place[factor.get(i, i)]

    return samples._replace(
        rows=[samples.rows[p] for p in kept],
        operands=[tuple([now(i) for i in samples.operands[p]]) for p in kept],
        members=[[mine[p] for p in kept] for mine in samples.members],
        phases=[samples.phases[p] for p in kept],
        chains=[
            (phase, chain._replace(positions=tuple([now(p) for p in chain.positions])))
            for phase, chain in samples.chains
        ],
    )
