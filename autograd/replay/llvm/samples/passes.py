"""Passes over the samples: the program of one sample, written once, runs on eight at a time.

Owns what a pass consists of. A number of each sample stands in a lane of a vector. All samples go
through a first part; where there is a gate (see `tapes/gates.py`), those that it lets through are
brought together and go on to a second one.
"""

from collections.abc import Iterable, Sequence

from llvmlite import ir

from autograd.replay.llvm.alongside import Alongside, Sum
from autograd.replay.llvm.code import I64, Module
from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.memory import LANES
from autograd.replay.llvm.samples.against import Against
from autograd.replay.llvm.samples.condense import (
    Column,
    at_once,
    condense,
    crossing,
    where_not_zero,
)
from autograd.replay.llvm.samples.gather import gather
from autograd.replay.llvm.samples.parts import Part
from autograd.replay.llvm.samples.screen import Screen
from autograd.replay.llvm.samples.strips import varies
from autograd.replay.llvm.samples.unchanged import regions_of
from autograd.replay.tapes.gates import gate_of
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import ModelOutputs, screening_of

FEW_ROUNDS = 4  # over blocks of samples, where most are left out


class Pass:
    """One pass over the samples, while it is written.

    Args:
        module: the program.
        samples: its division.
        number: which pass.
        read_later: the positions whose numbers are needed when the pass is over.
        has_gates: whether samples may be left out of what is computed of them in vain.
        alongside: a sum that is made meanwhile.
        outputs: of a training step, by which samples may be screened.
    """

    def __init__(
        self,
        module: Module,
        samples: Samples,
        number: int,
        read_later: set[int],
        has_gates: bool,
        alongside: Sum | None = None,
        outputs: ModelOutputs | None = None,
    ) -> None:
        self._module, self._memory = module, module.memory
        self._samples, self._number = samples, number
        self._positions = [p for p, phase in enumerate(samples.phases) if phase == number]
        chains = [chain for phase, chain in samples.chains if phase == number]
        descending = sum(chain.is_descending for chain in chains) * 2 > len(chains)
        self._descending = descending
        against = [chain for chain in chains if chain.is_descending != descending]
        along = [chain for chain in chains if chain.is_descending == descending]
        here = set(self._positions)
        spilled = {p for p in read_later if p in here}
        spilled |= {p for chain in against for p in chain.positions if p in here}
        self._against = Against(self._memory, against)
        for p in spilled:
            self._memory.spill(p)
        self._beside_it: Alongside | None = None
        self._gate = gate_of(samples, self._positions, along, spilled) if has_gates else None
        self._columns = _varying(samples, self._positions)
        self.screen: Screen | None = None
        screening = None
        if self._gate is not None and outputs is not None:
            regions = regions_of(self._memory, samples, self._columns)
            if regions is not None:
                screening = screening_of(
                    outputs, samples, self._gate, self._positions, chains, read_later
                )
            if regions is not None and screening is not None:
                self.screen = Screen(self._memory, samples, screening, self._columns, regions)
                spilled |= {*screening.ends}
        rounds = FEW_ROUNDS if self.screen is not None else self._memory.n_padded // LANES
        if alongside is not None:
            is_about = self.screen is not None
            self._beside_it = Alongside(self._memory, alongside, rounds, is_about)
        if self._gate is None:
            self._first = Part(
                module, samples, self._positions, along, {}, alongside=self._beside_it
            )
            return
        later, summed_later = {*self._gate.positions}, {*self._gate.chains}
        self._brought, again = crossing(samples, self._gate, spilled)
        own = [p for p in self._brought if p >= 0]
        own += [p for p in self._gate.conditions if p not in own]
        self._at_once = at_once(len(own), self._memory.n_padded)
        self._beside = {p: self._memory.reserve(self._at_once + LANES) for p in own}
        self._of_all = screening.exactly if screening is not None else []
        self._exactly = Part(module, samples, self._of_all, [], {}) if self._of_all else None
        self._first = Part(
            module,
            samples,
            [p for p in self._positions if p not in later and p not in self._of_all],
            [chain for chain in along if chain not in summed_later],
            {p: i for p, i in self._beside.items() if p not in self._memory.spilled},
            in_rows=screening is None,
            alongside=self._beside_it,
        )
        self._second = Part(
            module,
            samples,
            sorted([*later, *again]),
            self._gate.chains,
            self._beside,
            in_rows=False,
            alongside=self._beside_it if self.screen is not None else None,
        )

    def reads(self) -> set[int]:
        """The slots that it reads; none if there is nothing to do."""
        found = self._samples.read_by(self._number)
        return found if self._beside_it is None else found.union(self._beside_it.reads())

    def starts(self) -> dict[tuple[int, ...], int]:
        """What eight of its sums begin with, and where these go on."""
        found = self._first.starts()
        return found if self._gate is None else found | self._second.starts()

    def write(self, name: str) -> ir.Function:
        """The function of this pass."""
        self._code = code = self._module.function(name)
        samples = self._samples
        if self.screen is None:
            gather(code, samples, self._columns)
        self._first.begin(code)
        self._against.begin(code)
        if self._beside_it is not None:
            self._beside_it.begin(code)
        zero, n = ir.Constant(I64, 0), ir.Constant(I64, samples.n)
        if self._gate is None:
            self._first.go_over(code, zero, n, self._descending)
        else:
            self._second.begin(code)
            if self._exactly is not None:
                gather(code, samples, _varying(samples, self._of_all))
                self._exactly.go_over(code, zero, n, self._descending)
            if self.screen is not None:
                run = self.screen.write(code)
                n = run.n
            n_through = self._through_the_gate(self._gate.conditions, n)
        if self._beside_it is not None:
            self._beside_it.finish(code)
        self._against.finish(code, n)
        if self.screen is not None:  # at last: it puts back what the sums may read
            self.screen.finish(code, run, n_through)
        code.builder.ret_void()
        return code.function

    def _through_the_gate(self, conditions: Sequence[int], n_all: ir.Value) -> ir.Value:
        """Both parts, over as many samples at once as there is room for.

        Returns how many are let through.
        """
        code, builder = self._code, self._code.builder
        one, size = ir.Constant(I64, 1), ir.Constant(I64, self._at_once)
        is_once = self._samples.n <= self._at_once
        n_times = builder.udiv(builder.add(n_all, builder.sub(size, one)), size)

        def over_some(time: ir.Value, n_before: ir.Value) -> ir.Value:
            last = builder.sub(n_times, one)
            number = builder.sub(last, time) if self._descending else time
            origin = builder.mul(number, size)
            left = builder.sub(n_all, origin)
            n = builder.select(builder.icmp_unsigned("<", left, size), left, size)
            self._first.go_over(code, origin, n, self._descending)
            columns = {i: self._column(i, origin) for i in {*self._brought, *conditions}}
            moved = [columns[i] for i in self._brought]
            let_through = condense(
                code,
                where_not_zero(code, [columns[p].source for p in conditions]),
                [column for column in moved if column.goal is column.source],
                [column for column in moved if column.goal is not column.source],
                n,
                self._against if is_once and self._against.ascend else None,
            )
            self._second.go_over(code, origin, let_through, self._descending)
            return builder.add(n_before, let_through)

        return carried(builder, n_times, ir.Constant(I64, 0), over_some)

    def _column(self, i: int, origin: ir.Value) -> Column:
        """Where a number of the samples from `origin` on stands, and is to stand."""
        if i in self._beside:
            goal = self._code.address(self._beside[i])
            if i not in self._memory.spilled:
                return Column(goal, goal)
            return Column(self._code.address(self._memory.of_all(i), origin), goal)
        source = self._code.address(self._memory.of_all(i), origin)
        return Column(source, source)  # gathered for this pass alone


def _varying(samples: Samples, positions: Iterable[int]) -> list[int]:
    """What of `samples.outside` differs from sample to sample, and is read by some positions."""
    used = {-1 - i for p in positions for i in samples.operands[p] if i < 0}
    return [e for e in sorted(used) if varies(samples, -1 - e)]
