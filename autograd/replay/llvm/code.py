"""Code: a function of native code while it is written, and how it reads and writes numbers.

Owns the way from a slot to an LLVM value, a double or one in all lanes, and the instructions of
one row. Rows that have no instructions call Python back.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from autograd.op import Op
from autograd.replay.llvm.builder import Builder
from autograd.replay.llvm.memory import LANES, WORK, Input, Memory
from autograd.replay.llvm.rows.lanes import ALIGNED
from autograd.replay.llvm.rows.lowering import Lowering, is_lowered

DOUBLE = ir.DoubleType()
I32, I64 = ir.IntType(32), ir.IntType(64)
POINTER = DOUBLE.as_pointer()
BLOCKS = POINTER.as_pointer()
VECTOR = ir.VectorType(DOUBLE, LANES)
# Three steps turn eight vectors into the eight of their first, second ... lanes: neighbours, pairs,
# halves change places.
EVEN, ODD = [0, 8, 2, 10, 4, 12, 6, 14], [1, 9, 3, 11, 5, 13, 7, 15]
FIRST_PAIRS, SECOND_PAIRS = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
LOWER, UPPER = [0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]
FUSED = ("contract",)  # a product and a sum may be rounded once: one instruction, if there is one
CALL_BACK = ir.FunctionType(DOUBLE, [I32, POINTER, I32])


class Module:
    """All functions of a program.

    Args:
        memory: where its numbers are.
        fast: as for `Lowering`.
        call_back: the address of the C function (row, operands, how many) -> double that runs a
            row in Python, of the type CALL_BACK.
        rows: the rows that are called back; the number of one is its place here.
    """

    def __init__(self, memory: Memory, fast: bool, call_back: int, rows: list[Op]) -> None:
        self.ir = ir.Module("program")
        self.memory = memory
        self.scalar = Lowering(self.ir, 1, fast)
        self.vector = Lowering(self.ir, LANES, fast)
        self.call_back = ir.Constant(I64, call_back)
        self.rows = rows

    def function(self, name: str, n_pointers: int = 2) -> "Code":
        """A new function (blocks, work, ...) without a result."""
        kind = ir.FunctionType(ir.VoidType(), [BLOCKS] + [POINTER] * (n_pointers - 1))
        function = ir.Function(self.ir, kind, name)
        function.linkage = "internal"
        function.attributes.add("nounwind")
        function.attributes.alignstack = ALIGNED
        for argument in function.args[1:]:
            argument.add_attribute("noalias")
        return Code(self, function)


class Code:
    """One function: where the next instruction goes, and what is at hand."""

    def __init__(self, module: Module, function: ir.Function) -> None:
        self.module, self.memory = module, module.memory
        self.function = function
        self.builder = Builder(function.append_basic_block("entry"))
        self.blocks, self.work = function.args[:2]
        self._block: dict[int, ir.Value] = {}  # pointers to the blocks of inputs
        self.at_hand: dict[int, ir.Value] = {}  # numbers of slots
        self.packs: dict[tuple[int, ...], ir.Value] = {}  # those of eight slots in lanes
        self._turned: dict[tuple[tuple[int, ...], ...], list[ir.Value]] = {}

    def address(self, place: int, index: ir.Value | None = None) -> ir.Value:
        """Where a number of the work memory stands, `index` doubles further on."""
        start = self.builder.further(self.work, place)
        return start if index is None else self.builder.gep(start, [index])

    def table(self, constants: Sequence[ir.Value]) -> ir.Value:
        """Points to the first of some constants of one type, which are part of the program."""
        names, kind = self.module.ir, constants[0].type
        array = ir.ArrayType(kind, len(constants))
        table = ir.GlobalVariable(names, array, names.get_unique_name("table"))
        table.linkage, table.global_constant = "internal", True
        table.initializer = ir.Constant(array, constants)
        return self.builder.bitcast(table, kind.as_pointer())

    def block(self, number: int) -> ir.Value:
        """The address of a block of inputs."""
        found = self._block.get(number)
        if found is None:
            with self.builder.goto_entry_block():
                found = self._block[number] = self.builder.load_at(self.blocks, number)
        return found

    def number(self, slot: int) -> ir.Value:
        """The double in a slot; read once in straight-line code."""
        found = self.at_hand.get(slot)
        if found is None:
            pack, lane = self.memory.pack.get(slot, ((), 0))
            if lane == 0 and pack in self.packs:
                found = self.builder.extract_element(self.packs[pack], ir.Constant(I32, 0))
            else:
                found = self.read(slot)
            self.at_hand[slot] = found
        return found

    def read(self, slot: int) -> ir.Value:
        """The double in a slot, from memory."""
        place = self.memory.place(slot)
        if place is not None:
            return self.builder.load_at(self.work, place)
        given = self.memory.input(slot)
        if given is not None:
            return self.builder.load_at(self.block(given.block), given.place)
        constant = self.memory.constant(slot)
        if constant is None:
            raise LookupError(f"slot {slot} is read where it has no place")
        return self.module.scalar.constant(constant)

    def vector(self, slots: tuple[int, ...]) -> ir.Value:
        """The doubles in as many slots as there are lanes."""
        found = self.packs.get(slots)
        if found is not None:
            return found
        if len(set(slots)) == 1:
            return self.splat(self.number(slots[0]))
        lane = self.memory.column(slots)
        if lane is not None:
            rows = tuple([self.memory.pack[slot][0] for slot in slots])
            if rows not in self._turned:
                self._turned[rows] = self.transposed([self.vector(row) for row in rows])
            return self._turned[rows][lane]
        two = self.memory.two_packs(slots)
        if two is not None:
            # Not read as they stand: what was just written in two pieces cannot be read as one
            # before it has left the processor's queue of stores.
            places = [self.memory.pack[slot] for slot in slots]
            mask = [lane + LANES * two.index(pack) for pack, lane in places]
            return self.mixed(self.vector(two[0]), self.vector(two[1]), mask)
        is_at_hand = all(slot in self.at_hand for slot in slots)
        start = None if is_at_hand else self.memory.row(slots)
        if start is not None:
            return self.load_row(start)
        found = ir.Constant(VECTOR, ir.Undefined)
        for i, slot in enumerate(slots):
            found = self.builder.insert_element(found, self.number(slot), ir.Constant(I32, i))
        return found

    def mixed(self, a: ir.Value, b: ir.Value, lanes: Sequence[int]) -> ir.Value:
        """A vector of lanes of two; those of the second follow those of the first."""
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(I32, LANES), lanes))

    def transposed(self, v: Sequence[ir.Value]) -> list[ir.Value]:
        """Eight vectors of the first, the second ... lanes of eight vectors."""
        mix = self.mixed
        neighbours = [mix(v[i], v[i + 1], m) for m in (EVEN, ODD) for i in (0, 2, 4, 6)]
        halves = []
        for start in (0, 2):  # the first four vectors, the last four
            quarter = []
            for pairs in (FIRST_PAIRS, SECOND_PAIRS):
                for parity in (0, 4):
                    a, b = neighbours[parity + start], neighbours[parity + start + 1]
                    quarter.append(mix(a, b, pairs))
            halves.append(quarter)
        pairs_of_halves = [*zip(*halves, strict=True)]
        return [mix(a, b, half) for half in (LOWER, UPPER) for a, b in pairs_of_halves]

    def load_row(self, start: Input) -> ir.Value:
        """The lanes from where `Memory.row` has found them on."""
        base = self.work if start.block == WORK else self.block(start.block)
        first = self.builder.further(base, start.place)
        return self.builder.load(self.builder.bitcast(first, VECTOR.as_pointer()), align=8)

    def splat(self, number: ir.Value) -> ir.Value:
        """A double in all lanes."""
        if isinstance(number, ir.Constant):
            return self.module.vector.constant(number.constant)
        empty = ir.Constant(VECTOR, ir.Undefined)
        first = self.builder.insert_element(empty, number, ir.Constant(I32, 0))
        zeros = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
        return self.builder.shuffle_vector(first, empty, zeros)

    def load_vector(self, place: int, index: ir.Value | None = None) -> ir.Value:
        """The lanes from `place + index`, a multiple of the lanes, on."""
        pointer = self.builder.bitcast(self.address(place, index), VECTOR.as_pointer())
        return self.builder.load(pointer, align=ALIGNED)

    def store_vector(self, value: ir.Value, place: int, index: ir.Value | None = None) -> None:
        """Put lanes where `load_vector` finds them."""
        pointer = self.builder.bitcast(self.address(place, index), VECTOR.as_pointer())
        self.builder.store(value, pointer, align=ALIGNED)

    def apply(self, row: Op, operands: Sequence[ir.Value], in_lanes: bool) -> ir.Value:
        """The instructions of a row."""
        if is_lowered(row.name):
            lowering = self.module.vector if in_lanes else self.module.scalar
            return lowering.emit(self.builder, row.name, operands)
        if not in_lanes:
            return self._called_back(row, operands)
        result: Any = ir.Constant(VECTOR, ir.Undefined)
        for lane in range(LANES):
            at = ir.Constant(I32, lane)
            mine = [self.builder.extract_element(x, at) for x in operands]
            result = self.builder.insert_element(result, self._called_back(row, mine), at)
        return result

    def apply_each(self, row: Op, operands: Sequence[Sequence[ir.Value]]) -> list[ir.Value]:
        """The instructions of a row in lanes, for each of some operands."""
        if len(operands) > 1:
            return self.module.vector.emit_together(self.builder, row.name, operands)
        return [self.apply(row, each, in_lanes=True) for each in operands]

    def _called_back(self, row: Op, operands: Sequence[ir.Value]) -> ir.Value:
        rows = self.module.rows
        if row not in rows:
            rows.append(row)
        with self.builder.goto_entry_block():
            arguments = self.builder.alloca(DOUBLE, size=max(1, len(operands)))
        for i, x in enumerate(operands):
            self.builder.store(x, self.builder.gep(arguments, [ir.Constant(I64, i)]))
        number = ir.Constant(I32, rows.index(row))
        count = ir.Constant(I32, len(operands))
        # An instruction, since llvmlite calls no constants.
        function = self.builder.inttoptr(self.module.call_back, CALL_BACK.as_pointer())
        return self.builder.call(function, [number, arguments, count])
