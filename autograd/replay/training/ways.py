"""Ways: what a cost does with one sample and with another, before there is a program of a batch.

Owns how that is found out: a few samples are recorded one by one, then, where they go one way, a
few batches, and their tapes compared.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from autograd.backward import topological_order
from autograd.replay.tapes.tape import Tape
from autograd.replay.training.step import Steps

MOST_LOOKED_AT = 32  # samples
BATCHES_LOOKED_AT = 3
MOST_OF_A_BATCH = 16  # samples: if they are compared with each other, some of these are, too


class Ways(NamedTuple):
    """How the samples of a training go through its cost.

    Attributes:
        growth: how many operands the recorded graph of a sample has for each of eager mode's. More
            than one where a program has all rows of a table that eager mode takes one from, or
            computes by what is selected.
        share: of the samples, those that go the way which most of them go; 1 if all go one way.
        lasting: whether a sample goes its way whatever the weights are; where they meet, a batch.
        n_guards: the comparisons of a sample.
        meet: whether a batch compares more than its samples do alone, as where they are sorted.
        share_of_batches: how likely a batch goes the way of another, where they meet in it.
        n_operands: of a sample's recorded graph.
        between: the part of a batch's that is of no sample alone, as where all pairs are compared.
    """

    growth: float = 1.0
    share: float = 1.0
    lasting: bool = True
    n_guards: int = 0
    meet: bool = False
    share_of_batches: float = 1.0
    n_operands: int = 0
    between: float = 0.0

    @property
    def are_one(self) -> bool:
        """Whether all samples go one way: then they run in the lanes of vectors."""
        return self.share == 1.0

    @property
    def serve_all(self) -> bool:
        """Whether one program seems to serve every batch."""
        return self.are_one and self.share_of_batches == 1.0


def few_of(samples: Sequence[int]) -> Sequence[int]:
    """The samples to be looked at, from beginning to end."""
    return samples[:: max(1, -(-len(samples) // MOST_LOOKED_AT))]


def growth_of(steps: Steps, sample: int) -> float:
    """See `Ways.growth`."""
    tape = steps.cost_of([sample])
    needed, recorded = set(tape.outputs), 0  # what is only compared is no part of eager's graph
    for slot, operands in zip(
        reversed(range(tape.first, tape.n_slots)), reversed(tape.operands), strict=True
    ):
        if slot in needed:
            needed.update(operands)
            recorded += len(operands)
    eager = topological_order(steps.eager_cost_of_one(sample))
    return recorded / max(1, sum([len(node.inputs) for node in eager]))


def ways_of(steps: Steps, samples: Iterable[int]) -> Ways:
    """How these samples go; of the growth it says nothing.

    Raises what the cost raises, and what `record` does.
    """
    found: Counter[Hashable] = Counter()
    lasting, n_guards, n_operands = True, 0, 0
    for sample in samples:
        tape = steps.cost_of([sample])
        found[_way(tape)] += 1
        n_guards = max(n_guards, len(tape.guards))
        n_operands = max(n_operands, sum(map(len, tape.operands)))
        lasting = lasting and not any(_are_weighted(tape, len(steps.parameters)))
    share = max(found.values()) / found.total()
    return Ways(share=share, lasting=lasting, n_guards=n_guards, n_operands=n_operands)


def batches_of(samples: Sequence[int], size: int) -> list[Sequence[int]]:
    """The batches to be looked at: the first of them, and of each the first samples."""
    n, most = min(BATCHES_LOOKED_AT, len(samples) // size), min(size, MOST_OF_A_BATCH)
    return [samples[i * size : i * size + most] for i in range(n)]


def with_batches(ways: Ways, steps: Steps, batches: Sequence[Sequence[int]]) -> Ways:
    """The same, with what these batches say: see `Ways.meet`; raises as `ways_of` does."""
    found: Counter[Hashable] = Counter()
    lasting = True
    for batch in batches:
        tape = steps.cost_of(batch)
        n_alone, n_operands = len(batch) * ways.n_operands, sum(map(len, tape.operands))
        ways = ways._replace(between=max(0.0, 1.0 - n_alone / max(1, n_operands)))
        if len(tape.guards) <= len(batch) * ways.n_guards:
            return ways
        found[_way(tape)] += 1
        lasting = lasting and not any(_are_weighted(tape, len(steps.parameters)))
    others = found.total() - 1
    share = (max(found.values()) - 1) / others if others > 0 else 1.0
    return ways._replace(meet=True, lasting=lasting, share_of_batches=share)


def _way(tape: Tape) -> Hashable:
    """The same for samples with which the same is done, whatever their numbers are."""
    return tuple(tape.rows), tuple(tape.operands), tuple(tape.guards), tuple(tape.outputs)


def _are_weighted(tape: Tape, n_weights: int) -> Iterator[bool]:
    """For each guard, whether a weight has a say in the answer; the weights are the first slots."""
    weighted = [i < n_weights for i in range(tape.first)]
    for operands in tape.operands:
        weighted.append(any(weighted[i] for i in operands))
    for guard in tape.guards:
        yield weighted[guard.a] or weighted[guard.b]
