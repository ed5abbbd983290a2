"""What a computation did, step by step: plain frozen records in four phases.

Owns what a record says; how records are made, `trace.py` decides.
"""

from dataclasses import dataclass
from typing import Any, Literal

from autograd.origin import Line

Phase = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True, slots=True)
class Operand:
    """An input of an operation: the index of its node (None: a constant), its name, its number.

    The name of a constant is its number to six digits.
    """

    node: int | None
    name: str
    data: float


@dataclass(frozen=True, slots=True)
class Addition:
    """What backpropagation added to the gradient of one operand.

    Attributes:
        node: the index of the node that received it.
        operand: which input of the record's operation it is.
        partial: the local derivative of the operation by that input.
        rule: the same as a formula; "" where that is only the number, or cannot be written.
        upstream: the gradient of the operation's result.
        added: partial * upstream.
        before, after: the gradient of the node before and after the addition.
    """

    node: int
    operand: int
    partial: float
    rule: str
    upstream: float
    added: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Record:
    """One step.

    Attributes:
        index: of the record.
        phase: "forward", "loss", "backward" or "update".
        node: the index of the node that the step is about.
        name: of that node.
        op: the name of the operation that made it; None for a leaf.
        inputs: the operands of that operation.
        data: the number of the node after the step.
        gradient: the derivative of the result by the node, in the phases that know it.
        formula, latex: what is computed, with names.
        numbers: the same with numbers, every digit of them.
        additions: in backpropagation, what was added to whose gradient, in the engine's order.
        line: the user's line of code, where one was recorded.
        message: the step in one sentence.
    """

    index: int
    phase: Phase
    node: int
    name: str
    op: str | None
    inputs: tuple[Operand, ...]
    data: float
    gradient: float | None
    formula: str
    latex: str
    numbers: str
    additions: tuple[Addition, ...]
    line: Line | None
    message: str

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In IPython and in a notebook: the step in one sentence."""
        printer.text(f"{self.index} {self.phase}: {self.message}")
