"""Builder: instructions as text at once, where programs have many of them.

Owns how arithmetic, reading and writing are put down. llvmlite makes an object of each instruction,
with a name that is looked up and operands that are checked, and in the end text of it: a fifth of
the time that a long program took to be made. What is not here is llvmlite's own, and may be mixed
with it.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

DOUBLE, I1 = ir.DoubleType(), ir.IntType(1)
RELATIONS = {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", ">=": "ge", ">": "gt", "ord": "rd", "uno": "no"}
PREFIX = "%_"  # of names; llvmlite's own have none of these


class Written(ir.Value):  # type: ignore[misc]
    """What an instruction makes.

    Args:
        kind: its type.
        reference: its name.
        text: the instruction.
    """

    __slots__ = ("_reference", "_text", "type")

    def __init__(self, kind: ir.Type, reference: str, text: str) -> None:
        self.type, self._reference, self._text = kind, reference, text

    def get_reference(self) -> str:
        """Its name."""
        return self._reference

    def __str__(self) -> str:
        return self._text


class Builder(ir.IRBuilder):  # type: ignore[misc]
    """Writes into a function of which it is the only one of its kind."""

    def __init__(self, block: ir.Block) -> None:
        super().__init__(block)
        self._n = 0  # instructions so far that have a name

    def fadd(self, a: ir.Value, b: ir.Value, flags: Sequence[str] = ()) -> ir.Value:
        """a + b."""
        return self._of_two("fadd", a, b, flags)

    def fsub(self, a: ir.Value, b: ir.Value, flags: Sequence[str] = ()) -> ir.Value:
        """a - b."""
        return self._of_two("fsub", a, b, flags)

    def fmul(self, a: ir.Value, b: ir.Value, flags: Sequence[str] = ()) -> ir.Value:
        """a b."""
        return self._of_two("fmul", a, b, flags)

    def fdiv(self, a: ir.Value, b: ir.Value, flags: Sequence[str] = ()) -> ir.Value:
        """a / b."""
        return self._of_two("fdiv", a, b, flags)

    def fneg(self, x: ir.Value) -> ir.Value:
        """-x."""
        return self._named(x.type, f"fneg {x.type} {x.get_reference()}")

    def fcmp_ordered(self, relation: str, a: ir.Value, b: ir.Value) -> ir.Value:
        """Whether a is so to b, and neither is nan."""
        return self._compared("o" + RELATIONS[relation], a, b)

    def fcmp_unordered(self, relation: str, a: ir.Value, b: ir.Value) -> ir.Value:
        """Whether a is so to b, or one is nan."""
        return self._compared("u" + RELATIONS[relation], a, b)

    def and_(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The bits that both have."""
        return self._of_two("and", a, b, ())

    def or_(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The bits that one has."""
        return self._of_two("or", a, b, ())

    def select(self, condition: ir.Value, a: ir.Value, b: ir.Value) -> ir.Value:
        """a where the condition holds, else b."""
        operands = [f"{x.type} {x.get_reference()}" for x in (condition, a, b)]
        return self._named(a.type, f"select {', '.join(operands)}")

    def bitcast(self, x: ir.Value, kind: ir.Type) -> ir.Value:
        """The same bits as another type."""
        if x.type == kind:
            return x
        return self._named(kind, f"bitcast {x.type} {x.get_reference()} to {kind}")

    def further(self, pointer: ir.Value, n: int) -> ir.Value:
        """Points n items further on."""
        kind = pointer.type
        start = f"getelementptr {kind.pointee}, {kind} {pointer.get_reference()}"
        return self._named(kind, f"{start}, i64 {n}")

    def load(self, pointer: ir.Value, align: int | None = None) -> ir.Value:
        """What stands there."""
        kind = pointer.type.pointee
        text = f"load {kind}, {pointer.type} {pointer.get_reference()}"
        return self._named(kind, text if align is None else f"{text}, align {align}")

    def store(self, x: ir.Value, pointer: ir.Value, align: int | None = None) -> None:
        """Put it there."""
        text = f"store {x.type} {x.get_reference()}, {pointer.type} {pointer.get_reference()}"
        self._insert(text if align is None else f"{text}, align {align}")

    def _of_two(self, name: str, a: ir.Value, b: ir.Value, flags: Sequence[str]) -> ir.Value:
        words = " ".join((name, *flags, str(a.type)))
        return self._named(a.type, f"{words} {a.get_reference()}, {b.get_reference()}")

    def _compared(self, name: str, a: ir.Value, b: ir.Value) -> ir.Value:
        kind = I1 if a.type == DOUBLE else ir.VectorType(I1, a.type.count)
        text = f"fcmp {name} {a.type} {a.get_reference()}, {b.get_reference()}"
        return self._named(kind, text)

    def _named(self, kind: ir.Type, text: str) -> ir.Value:
        self._n += 1
        reference = f"{PREFIX}{self._n}"
        made: Any = Written(kind, reference, f"{reference} = {text}")
        self._insert(made)
        return made
