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
RELATIONS = {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", ">=": "ge", ">": "gt"}
PREFIX = "%_"  # of names; llvmlite's own have none of these


class Written(ir.Value):  # type: ignore[misc]
    """What an instruction makes.

    Args:
        kind: its type.
        word: the same as text.
        name: of it.
        text: the instruction.
    """

    __slots__ = ("name", "text", "type", "word")

    def __init__(self, kind: ir.Type, word: str, name: str, text: str) -> None:
        self.type, self.word, self.name, self.text = kind, word, name, text

    def get_reference(self) -> str:
        """Its name: what llvmlite's instructions ask for."""
        return self.name

    def __str__(self) -> str:
        return self.text


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
        word = _word(x)
        return self._named(x.type, word, f"fneg {word} {x.get_reference()}")

    def fcmp_ordered(self, relation: str, a: ir.Value, b: ir.Value) -> ir.Value:
        """Whether a is so to b, and neither is nan."""
        return self._compared("o" + RELATIONS[relation], a, b)

    def fcmp_unordered(self, relation: str, a: ir.Value, b: ir.Value) -> ir.Value:
        """Whether a is so to b, or one is nan."""
        return self._compared("u" + RELATIONS[relation], a, b)

    def and_(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The bits that both have."""
        return self._of_two("and", a, b)

    def or_(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The bits that one has."""
        return self._of_two("or", a, b)

    def select(self, condition: ir.Value, a: ir.Value, b: ir.Value) -> ir.Value:
        """a where the condition holds, else b."""
        text = f"select {_operand(condition)}, {_operand(a)}, {_operand(b)}"
        return self._named(a.type, _word(a), text)

    def bitcast(self, x: ir.Value, kind: ir.Type) -> ir.Value:
        """The same bits as another type."""
        if x.type == kind:
            return x
        word = str(kind)
        return self._named(kind, word, f"bitcast {_operand(x)} to {word}")

    def further(self, pointer: ir.Value, n: int) -> ir.Value:
        """Points n items further on."""
        kind = pointer.type
        text = f"getelementptr {kind.pointee}, {_operand(pointer)}, i64 {n}"
        return self._named(kind, _word(pointer), text)

    def load(self, pointer: ir.Value, align: int | None = None) -> ir.Value:
        """What stands there."""
        kind = pointer.type.pointee
        word = str(kind)
        text = f"load {word}, {_operand(pointer)}"
        return self._named(kind, word, text if align is None else f"{text}, align {align}")

    def store(self, x: ir.Value, pointer: ir.Value, align: int | None = None) -> None:
        """Put it there."""
        text = f"store {_operand(x)}, {_operand(pointer)}"
        self._insert(text if align is None else f"{text}, align {align}")

    def load_at(self, pointer: ir.Value, n: int) -> ir.Value:
        """What stands n items further on: two instructions, since most of a program is such."""
        kind = pointer.type.pointee
        word, at = str(kind), self._next_name()
        start = f"{at} = getelementptr {word}, {_operand(pointer)}, i64 {n}\n  "
        return self._named(kind, word, f"load {word}, {_word(pointer)} {at}", start)

    def store_at(self, x: ir.Value, pointer: ir.Value, n: int) -> None:
        """Put it n items further on."""
        at = self._next_name()
        start = f"{at} = getelementptr {_word(x)}, {_operand(pointer)}, i64 {n}\n  "
        self._insert(f"{start}store {_operand(x)}, {_word(pointer)} {at}")

    def _of_two(self, name: str, a: ir.Value, b: ir.Value, flags: Sequence[str] = ()) -> ir.Value:
        word = _word(a)
        words = f"{name} {word}" if not flags else f"{name} {' '.join(flags)} {word}"
        return self._named(a.type, word, f"{words} {a.get_reference()}, {b.get_reference()}")

    def _compared(self, relation: str, a: ir.Value, b: ir.Value) -> ir.Value:
        kind = I1 if a.type == DOUBLE else ir.VectorType(I1, a.type.count)
        return self._named(kind, str(kind), f"fcmp {relation} {_operand(a)}, {b.get_reference()}")

    def _next_name(self) -> str:
        self._n += 1
        return f"{PREFIX}{self._n}"

    def _named(self, kind: ir.Type, word: str, text: str, start: str = "") -> ir.Value:
        name = self._next_name()
        made = Written(kind, word, name, f"{start}{name} = {text}")
        self._insert(made)
        return made

    def _insert(self, instruction: Any) -> None:
        self._block.instructions.insert(self._anchor, instruction)
        self._anchor += 1


def _word(x: ir.Value) -> str:
    """Its type as text."""
    return x.word if type(x) is Written else str(x.type)


def _operand(x: ir.Value) -> str:
    """Its type and its name."""
    return f"{x.word} {x.name}" if type(x) is Written else f"{x.type} {x.get_reference()}"
