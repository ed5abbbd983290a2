"""Rows of the table of operations as LLVM instructions, on doubles or on vectors of them.

Owns `Lowering`, which appends them: in exact mode by the row's writer and with the bits of eager
mode, in fast mode by an approximation where there is one.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd.op import TABLE
from autograd.replay.llvm.machine import n_registers
from autograd.replay.llvm.rows.approximations import FUNCTIONS, NARROW, ROWS
from autograd.replay.llvm.rows.lanes import Code, Number, Shape
from autograd.replay.llvm.rows.registers import joined, parts
from autograd.replay.llvm.rows.twins import TOGETHER, TWINS
from autograd.replay.llvm.rows.writers import FAST_WRITERS, WRITERS

FOR_EACH, MOST = 4, 4  # vectors of eight lanes that registers hold; numbers on their way
# Rows that in fast mode are little else than one approximation.
APPROXIMATED = FUNCTIONS.keys() | ROWS.keys()


class Lowering:
    """Writes rows of the table as LLVM instructions, on doubles or on vectors of them.

    Args:
        module: where the functions that the instructions call are declared or defined.
        width: the number of lanes: 1 writes doubles, 8 vectors of eight doubles.
        fast: products and sums may be fused, and some elementary functions are approximated
            (how exactly: docs/compile.md); otherwise the bits are those of `Op.compute`, except
            those of a nan.
    """

    def __init__(self, module: ir.Module, width: int = 1, fast: bool = False) -> None:
        if width < 1:
            raise ValueError(f"Lowering: width must be at least 1, got {width}")
        self.fast = fast
        self._shape = Shape(module, width)
        self._code: Code | None = None  # the one written into last

    @property
    def number(self) -> ir.Type:
        """The type of a number: double, or <width x double>."""
        return self._shape.number

    def constant(self, x: float) -> ir.Constant:
        """x in every lane."""
        return self._shape.constant(x)

    def emit(self, builder: ir.IRBuilder, name: str, operands: Sequence[ir.Value]) -> ir.Value:
        """Append the instructions of a row; the operands and the result are of type `number`."""
        return self._emit(self._shape, builder, name, operands)

    @property
    def most_together(self) -> int:
        """Of how many numbers `emit_together` writes a row at most: registers hold no more."""
        return max(1, min(MOST, n_registers() // FOR_EACH))

    def goes_together(self, name: str) -> bool:
        """Whether `emit_together` takes less time than `emit` for one after the other.

        It does for rows of many instructions, each of which waits for the one before, on a
        processor that has registers for several.
        """
        approximated = APPROXIMATED if self.most_together == MOST else NARROW
        return name in (approximated if self.fast else TOGETHER)

    def emit_together(
        self, builder: ir.IRBuilder, name: str, operands: Sequence[Sequence[ir.Value]]
    ) -> list[ir.Value]:
        """The instructions of a row several times: one goes on while another waits for its result.

        Args:
            operands: those of each, vectors; a power of 2 of them.
        """
        long = [joined(builder, vectors) for vectors in zip(*operands, strict=True)]
        shape = Shape(self._shape.module, len(operands) * self._shape.width)
        return parts(builder, self._emit(shape, builder, name, long), len(operands))

    def _emit(
        self, shape: Shape, builder: ir.IRBuilder, name: str, operands: Sequence[ir.Value]
    ) -> ir.Value:
        if not operands:  # of no numbers: 0 for a sum, 1 for a product
            return shape.constant(TABLE[name].compute(()))
        code = self._code_in(shape, builder)
        numbers = [Number(code, x) for x in operands]
        if not self.fast:
            return WRITERS[name](*numbers).value
        approximation = ROWS.get(name)
        if approximation is not None:
            return code.function(f"fast.{name}", approximation, *numbers).value
        return FAST_WRITERS[name](*numbers).value

    def _code_in(self, shape: Shape, builder: ir.IRBuilder) -> Code:
        """The code there: the same as for the row before, nearly always."""
        code = self._code
        if code is None or code.builder is not builder or code.shape is not shape:
            exact = TWINS if shape.width > 1 else {}
            functions, flags = (FUNCTIONS, ("contract",)) if self.fast else (exact, ())
            code = self._code = Code(shape, builder, functions, flags)
        return code


def is_lowered(name: str) -> bool:
    """Whether the row called `name` can be written; if not, compiled code calls Python back."""
    return name in WRITERS
