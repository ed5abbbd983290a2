"""Assembly: a whole program as an LLVM module.

Owns the division of what runs once into functions short enough to be translated in a time that
grows no faster than their number, the order of these and of the passes, and when guards are asked.
"""

from collections import Counter
from collections.abc import Sequence

from llvmlite import ir

from autograd.op import Op
from autograd.replay.llvm.alongside import Sum, sums_alongside, without
from autograd.replay.llvm.code import BLOCKS, I32, POINTER, VECTOR, Code, Module
from autograd.replay.llvm.guards import differ
from autograd.replay.llvm.memory import Memory
from autograd.replay.llvm.outputs import Outputs
from autograd.replay.llvm.packs import Item, Packer
from autograd.replay.llvm.rolled import Rolled
from autograd.replay.llvm.samples.passes import Pass
from autograd.replay.tapes.rolling import Loop, between
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.screening import ModelOutputs
from autograd.replay.tapes.tape import Tape

PER_FUNCTION = 1024  # instructions of the tape
OTHERWISE = 1  # what a program returns where a guard is not answered as before


_Home = tuple[int, int]  # of which group a function is, and which one of it


class Assembly:
    """A program as a module; its function `program(blocks, work, outputs)` returns 0 or OTHERWISE.

    Args:
        tape: the program, in plain arithmetic.
        sizes: how many inputs stand in each block.
        samples: its division, if there is one.
        loops: what of it repeats, if it has no samples.
        fast: as for `Lowering`.
        call_back: see `Module`.
        n_first: of a training step, how many outputs come before what the model returns.

    Attributes:
        program: the function.
        memory: where its numbers stand.
        called_back: the rows that Python runs.
        screen: where the words of its screen stand in that memory, if it has one.
    """

    def __init__(
        self,
        tape: Tape,
        sizes: Sequence[int],
        samples: Samples | None,
        loops: Sequence[Loop],
        fast: bool,
        call_back: int,
        n_first: int | None = None,
    ) -> None:
        self._tape, self._first = tape, tape.first
        self.screen: int | None = None
        self.memory = Memory(tape, sizes, samples)
        self.called_back: list[Op] = []
        self._module = Module(self.memory, fast, call_back, self.called_back)
        once = samples.scalars if samples is not None else between(tape, loops)
        read_later = samples.read_later(tape) if samples is not None else set[int]()
        passes: list[Pass] | list[Rolled] = [Rolled(self._module, tape, loop) for loop in loops]
        alongside = dict[int, Sum]()
        if samples is not None:
            if not fast:  # whose long sums are eight side by side
                alongside = {each.group: each for each in sums_alongside(tape, samples)}
            once = without(once, [*alongside.values()])
            # Who multiplies by a condition otherwise than a rule of the table's has a zero there.
            has_gates = not (tape.n_own or tape.compares)
            outputs = ModelOutputs(tape, n_first) if n_first is not None else None
            passes = [
                Pass(self._module, samples, p, read_later, has_gates, alongside.get(p), outputs)
                for p in range(len(once))
            ]
            found = [each.screen.place for each in passes if each.screen is not None]
            self.screen = found[0] if found else None  # of a step, which has one pass then
        is_short = (
            samples is None and not loops and max(tape.n_slots, len(tape.outputs)) <= PER_FUNCTION
        )
        self._packer = Packer(tape, self.memory)
        starts = [each.starts() if isinstance(each, Pass) else {} for each in passes]
        starts += [{}] * (len(once) - len(passes))
        groups = [self._packer.items(*each) for each in zip(once, starts, strict=True)]
        self._begin_in_place(starts)
        made = [] if is_short else [item for group in groups for item in group]
        self._outputs = Outputs(tape.outputs, self.memory, made, tells=n_first is not None)
        self.told = self._outputs.told
        parts = [
            [group[i : i + PER_FUNCTION] for i in range(0, len(group), PER_FUNCTION)]
            for group in groups
        ]
        self._keep_shared(parts, passes)
        functions: list[ir.Function] = []
        for p, group in enumerate([] if is_short else parts):
            functions += [self._part(f"part.{p}.{i}", items) for i, items in enumerate(group)]
            if p < len(passes) and passes[p].reads():
                functions.append(passes[p].write(f"pass.{p}"))
        self.program = self._program(functions, parts[0][0] if is_short and parts[0] else [])

    @property
    def text(self) -> str:
        """The module."""
        return str(self._module.ir)

    def _begin_in_place(self, starts: Sequence[dict[Item, int]]) -> None:
        """Let what sums alone read be computed where these go on."""
        slots = {slot for each in starts for item in each for slot in item}
        if not slots:  # or to look through a long program takes its time for nothing
            return
        read = Counter([i for operands in self._tape.operands for i in operands if i in slots])
        read.update(self._tape.outputs)
        read.update([i for guard in self._tape.guards for i in (guard.a, guard.b)])
        for each in starts:
            for item, place in each.items():
                if self._packer.is_alone(item) and all(read[slot] == 1 for slot in item):
                    for lane, slot in enumerate(item):
                        self.memory.put(slot, place + lane)

    def _keep_shared(self, parts: list[list[list[Item]]], passes: Sequence[Pass | Rolled]) -> None:
        """Give a place to each number that runs once and that another function reads."""
        home = {
            slots: (p, i)
            for p, group in enumerate(parts)
            for i, s in enumerate(group)
            for slots in s
        }
        alone = {slots[0]: here for slots, here in home.items() if len(slots) == 1}
        read = self._outputs.read_at_the_end()
        read |= {i for guard in self._tape.guards for i in (guard.a, guard.b)}
        as_row: set[int] = set()
        for slots, here in home.items():
            if len(slots) == 1:
                operands = self._tape.operands[slots[0] - self._first]
                read.update([i for i in operands if alone.get(i) != here])
                continue
            for operand in self._operands(slots):
                found = self._not_at_hand(operand, here, home, alone)
                read.update(found)
                if len(set(operand)) > 1:
                    as_row.update(found)
        for each in passes:
            read.update(each.reads())
        loops = [each for each in passes if isinstance(each, Rolled)]
        if loops:
            returned = {slot: n for n, slot in enumerate(self._tape.outputs)}
            in_order = sorted(read)
            for loop in loops:
                loop.keep(in_order, returned)
        self._packer.keep(read, as_row)
        kept = [s for s in alone if s in read and self.memory.place(s) is None]
        place = self.memory.reserve(len(kept))
        for i, slot in enumerate(kept):
            self.memory.put(slot, place + i)

    def _not_at_hand(
        self, operand: Item, here: _Home, home: dict[Item, _Home], alone: dict[int, _Home]
    ) -> Sequence[int]:
        """Which slots of an operand are read from memory."""
        if operand in home:
            return () if home[operand] == here else operand
        if self.memory.column(operand) is not None or self.memory.two_packs(operand) is not None:
            packs = {self.memory.pack[slot][0] for slot in operand}
            return [slot for pack in packs if home.get(pack) != here for slot in pack]
        return [slot for slot in operand if alone.get(slot) != here]

    def _operands(self, slots: Item) -> list[Item]:
        """What instructions read: of each operand as many slots."""
        read = [self._tape.operands[slot - self._first] for slot in slots]
        return [*zip(*read, strict=True)]

    def _part(self, name: str, items: Sequence[Item]) -> ir.Function:
        """A function of what runs once."""
        code = self._module.function(name, n_pointers=3)
        for slots in items:
            self._compute(code, slots)
            self._outputs.write_made(code, slots)
        self._outputs.finish(code)
        code.builder.ret_void()
        return code.function

    def _compute(self, code: Code, slots: Item) -> None:
        first = slots[0]
        row, place = self._tape.rows[first - self._first], self.memory.place(first)
        if len(slots) == 1:
            operands = [code.number(i) for i in self._tape.operands[first - self._first]]
            code.at_hand[first] = code.apply(row, operands, in_lanes=False)
            if place is not None:
                code.builder.store_at(code.at_hand[first], code.work, place)
            return
        operands = [code.vector(operand) for operand in self._operands(slots)]
        code.packs[slots] = code.apply(row, operands, in_lanes=True)
        if place is not None:
            goal = code.builder.bitcast(code.address(place), VECTOR.as_pointer())
            code.builder.store(code.packs[slots], goal, align=8)

    def _program(self, functions: list[ir.Function], inside: list[Item]) -> ir.Function:
        """The function that calls all others, asks the guards and writes the outputs.

        Args:
            functions: what it calls.
            inside: the instructions of a program that is short: it is this one function.
        """
        kind = ir.FunctionType(I32, [BLOCKS, POINTER, POINTER])
        function = ir.Function(self._module.ir, kind, "program")
        code = Code(self._module, function)
        # Of numbers that are given: no other way waits until this one has been computed in vain.
        asked_first = [guard for guard in self._tape.guards if guard.last < self._tape.first]
        if asked_first:
            with code.builder.if_then(differ(code, asked_first), likely=False):
                code.builder.ret(ir.Constant(I32, OTHERWISE))
        self._outputs.begin(code)
        if inside:
            for slots in inside:
                self._compute(code, slots)
            self._outputs.write(code, self._outputs.left)
            self._outputs.finish(code)
        for part in [] if inside else [*functions, *self._ends()]:
            code.builder.call(part, function.args[: len(part.args)])
        asked_last = [guard for guard in self._tape.guards if guard.last >= self._tape.first]
        code.builder.ret(code.builder.zext(differ(code, asked_last), I32))
        return function

    def _ends(self) -> list[ir.Function]:
        """Functions that write the outputs that are left."""
        found, left = [], self._outputs.left
        for start in range(0, len(left), PER_FUNCTION):
            code = self._module.function(f"outputs.{start}", n_pointers=3)
            self._outputs.write(code, left[start : start + PER_FUNCTION])
            self._outputs.finish(code)
            code.builder.ret_void()
            found.append(code.function)
        return found
