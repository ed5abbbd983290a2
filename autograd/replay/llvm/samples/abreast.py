"""Abreast: the neurons of a layer in the lanes of a vector, for one sample after another.

Owns finding what can be computed so, and the loop that does. In lanes of samples each neuron is a
vector of its own, and sums over the samples, which read neuron by neuron (see `sums`), want all of
them turned. What is alike for eight neurons, as backpropagation through a layer is, can be computed
for these at once: nothing of it is turned, no lane is without a sample, and the program is an
eighth as long. Each lane does what it would do alone, so that no bit changes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from llvmlite import ir

from autograd import ops
from autograd.replay.llvm.code import I64, Code
from autograd.replay.llvm.loops import loop
from autograd.replay.llvm.machine import n_registers
from autograd.replay.llvm.memory import LANES, Input, Memory
from autograd.replay.llvm.rows.lowering import is_lowered
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.llvm.samples.strips import Strip, Terms, varies
from autograd.replay.tapes.samples import Samples

FULL = 0.75  # of the lanes have a number of their own
TURNED = 0.5  # as many rows are turned, at most, as without it
AT_ONCE = (1, 2, 4)  # samples; whole blocks are a multiple


class Abreast:
    """What is computed so in one part of a pass.

    Args:
        memory: is given the places of what is one for all samples and not side by side.
        samples: the division of the program.
        packs: positions that are computed together, in an order in which they can run.
        rows: terms that are read as rows elsewhere.
        factors: positions of which a number of one sample is read elsewhere.

    Attributes:
        positions: all that is computed.
        turned: the rows it reads of what is computed in lanes of samples.
        numbers: the positions of which it reads one number for all lanes.
        kept: the packs that are read elsewhere, or number by number.
    """

    def __init__(
        self,
        memory: Memory,
        samples: Samples,
        packs: Sequence[Terms],
        rows: Collection[Terms],
        factors: Collection[int],
    ) -> None:
        self._samples, self._packs = samples, packs
        self._places: dict[Terms, Input | int] = {}  # of what is one for all samples
        self._at_once = _at_once(samples, packs)
        self.positions = {p for terms in packs for p in terms}
        self.turned, self.numbers = _read(samples, packs)
        for of in {of: None for terms in packs for of in _operands(samples, terms)}:
            if self._is_one_for_all(of):
                self._places[of] = memory.row(self._slots(of)) or memory.reserve(LANES)
        one_by_one = self.numbers.union(factors)
        self.kept = [t for t in packs if t in rows or not one_by_one.isdisjoint(t)]

    def begin(self, code: Code) -> None:
        """Bring side by side what is one for all samples."""
        for of, place in self._places.items():
            if isinstance(place, int):
                for lane, slot in enumerate(self._slots(of)):
                    code.builder.store(code.read(slot), code.address(place + lane))

    def compute(self, strip: Strip) -> None:
        """Write the loop over the samples of a strip; it has rows for a few more, too."""
        code, builder = strip.code, strip.code.builder
        size = ir.Constant(I64, self._at_once)
        up = builder.add(strip.n, ir.Constant(I64, self._at_once - 1))
        with loop(builder, builder.udiv(up, size)) as number:
            first = builder.mul(number, size)
            samples = [builder.add(first, ir.Constant(I64, k)) for k in range(self._at_once)]
            lanes: dict[Terms, list[ir.Value]] = {}
            for terms in self._packs:
                row = self._samples.rows[terms[0]]
                read = _operands(self._samples, terms)
                each = [lanes.get(of) or self._vectors(strip, of, samples) for of in read]
                lanes[terms] = [
                    code.apply(row, mine, in_lanes=True) for mine in zip(*each, strict=True)
                ]
                if terms in self.kept:
                    for sample, value in zip(samples, lanes[terms], strict=True):
                        strip.put_row(terms, value, sample)

    def _vectors(self, strip: Strip, of: Terms, samples: Sequence[ir.Value]) -> list[ir.Value]:
        """What the lanes read, of each of some samples, from memory."""
        code = strip.code
        if self._is_one_for_all(of):
            return [self._side_by_side(code, of)] * len(samples)
        if len({*of}) > 1:
            return [strip.row(of, sample) for sample in samples]
        if varies(self._samples, of[0]):
            return [code.splat(strip.number(of[0], sample)) for sample in samples]
        return [code.splat(code.read(self._samples.outside[-1 - of[0]][0]))] * len(samples)

    def _side_by_side(self, code: Code, of: Terms) -> ir.Value:
        """What is one for all samples."""
        place = self._places[of]
        return code.load_vector(place) if isinstance(place, int) else code.load_row(place)

    def _is_one_for_all(self, of: Terms) -> bool:
        """Whether the lanes read different numbers, which no sample has of its own."""
        return len({*of}) > 1 and not any(varies(self._samples, i) for i in of)

    def _slots(self, of: Terms) -> list[int]:
        padded = (of + of[-1:] * LANES)[:LANES]
        return [self._samples.outside[-1 - i][0] for i in padded]


def abreast(
    memory: Memory,
    samples: Samples,
    body: Sequence[int],
    rows: Sequence[Terms],
    factors: Collection[int],
    apart: Collection[int],
) -> Abreast | None:
    """What of a part is computed so; None if nothing is, or it were not better.

    Args:
        body: the positions of the part, in order.
        rows: the terms that are to stand in rows.
        factors: the positions of which a number of one sample is read.
        apart: those whose numbers are wanted in lanes of samples.
    """
    may = {p for p in body if p not in apart and is_lowered(samples.rows[p].name)}
    while True:
        packs = _packs(samples, may, rows)
        packed = {p for terms in packs for p in terms}
        turned, _ = _read(samples, packs)
        left = {*rows, *turned}.difference(packs)
        # In lanes of samples all is computed before, and can read nothing of these.
        missing = {i for terms in left for i in terms}
        missing |= {i for p in body if p not in packed for i in samples.operands[p]}
        missing &= packed
        if not missing:
            break
        may.difference_update(samples.made_of(missing, among=may))
    if not packs or len(packed) < FULL * LANES * len(packs) or len(left) > TURNED * len(rows):
        return None
    ordered = _ordered(samples, packs)
    return Abreast(memory, samples, ordered, rows, factors) if ordered else None


def _packs(samples: Samples, may: Collection[int], rows: Iterable[Terms]) -> list[Terms]:
    """What rows are made of, as far as it is alike in all lanes."""
    taken, found = set[int](), list[Terms]()
    left, seen = [*rows], set[Terms]()
    while left:
        terms = left.pop()
        is_new = terms not in seen and len({*terms}) == len(terms) > 1
        seen.add(terms)
        is_alike = all(p in may and samples.rows[p] is samples.rows[terms[0]] for p in terms)
        if is_new and is_alike and taken.isdisjoint(terms):
            taken.update(terms)
            found.append(terms)
            left += _operands(samples, terms)
    return found


def _operands(samples: Samples, terms: Terms) -> list[Terms]:
    """What the lanes read: the first operand of each, the second ..."""
    return [*zip(*[samples.operands[p] for p in terms], strict=True)]


def _read(samples: Samples, packs: Sequence[Terms]) -> tuple[list[Terms], set[int]]:
    """The rows that packs read of other numbers, and of which positions all lanes read one."""
    made, turned, numbers = {*packs}, dict[Terms, None](), set[int]()
    for of in [of for terms in packs for of in _operands(samples, terms)]:
        if len({*of}) == 1:
            numbers.add(of[0])
        elif of not in made and any(varies(samples, i) for i in of):
            turned[of] = None
    return [*turned], {i for i in numbers if i >= 0}


def _ordered(samples: Samples, packs: Sequence[Terms]) -> list[Terms]:
    """The packs, each after what it reads, sums side by side; none if they need each other."""
    number = {p: n for n, terms in enumerate(packs) for p in terms}
    needs = {
        n: {number[i] for p in terms for i in samples.operands[p] if i in number}
        for n, terms in enumerate(packs)
    }
    try:
        ordered = [packs[n] for n in TopologicalSorter(needs).static_order()]
    except CycleError:
        return []
    alike = _as_positions(samples, ordered)
    stages = staged(alike, range(len(ordered)), set())
    return [ordered[n] for stage in stages for n in stage.positions]


def _as_positions(samples: Samples, packs: Sequence[Terms]) -> Samples:
    """A division whose positions are packs, in order."""
    number = {p: n for n, terms in enumerate(packs) for p in terms}
    return samples._replace(
        rows=[samples.rows[terms[0]] for terms in packs],
        operands=[
            tuple([number.get(of[0], -1) for of in _operands(samples, terms)]) for terms in packs
        ],
    )


def _at_once(samples: Samples, packs: Sequence[Terms]) -> int:
    """How many samples at once: as many as keep registers busy with the sums of one side by side.

    A sum goes on when its last addition is done; meanwhile there is room for others.
    """
    alike, depth = _as_positions(samples, packs), list[int]()
    for operands in alike.operands:
        depth.append(1 + max([depth[i] for i in operands if i >= 0], default=0))
    sums = Counter([n for n, row in zip(depth, alike.rows, strict=True) if row is ops.add])
    width = max(sums.values(), default=1)
    return max([n for n in AT_ONCE if n <= max(1, n_registers() // 2 // width)])
