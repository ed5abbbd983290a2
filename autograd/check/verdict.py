"""What a gradient check found: true or false as a bool, one sentence as a text."""

import math
from dataclasses import dataclass, field
from typing import Any

from autograd.op import Op
from autograd.value import Value


@dataclass(frozen=True, eq=False)
class Verdict:
    """The result of `gradcheck`: true only when the gradients passed.

    Attributes:
        status: "passed"; "wrong", which accuses; "kink", "domain edge", "not finite" and
            "inconclusive", which are false but accuse nobody.
        message: the finding in one sentence, with the numbers; `str()` gives it too.
        op: the operation concerned, or None.
        node: the Value that it made, in the graph that was checked, or None.
        number: of the node, its place in topological order from 1, or None.
        argument: which operand of the operation, or which argument of the function, from 0.
        rule: the derivative by the engine.
        differences: the derivative by finite differences.
        error: what the differences may be off by.
        margin: passed: how many times larger a disagreement would have been allowed.
        order: the order of derivative at which this was found; passed: the highest one checked.
        accused: every operation whose rule is wrong, each with a Verdict of its own.
    """

    status: str
    message: str
    op: Op | None = None
    node: Value | None = None
    number: int | None = None
    argument: int | None = None
    rule: float = math.nan
    differences: float = math.nan
    error: float = math.inf
    margin: float = math.nan
    order: int = 1
    accused: tuple["Verdict", ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.status == "passed"

    def __str__(self) -> str:
        return self.message

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In IPython and in a notebook: the finding as one sentence."""
        printer.text(self.message)

    @property
    def accuses(self) -> bool:
        """Whether a gradient is wrong, beyond doubt."""
        return self.status == "wrong"
