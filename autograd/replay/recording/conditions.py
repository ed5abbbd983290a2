"""Conditions: the answers of comparisons in a recording, which a program may compute.

Owns what stands there for the bool that `x > 0` is in eager mode. Where the function goes another
way by it (`if`, `and`, `max`), it is a question, and the program one for this answer alone. Where
it is a number (`where(x > 0, a, b)`, `x * (x > 0)`, `sum(x > 0 for x in xs)`), the program computes
it and serves both answers. But `is` and `match` may decide by one where nobody sees that. In code
in which they may (see `unseen`) a comparison answers with a bool, and is a question; else until
it has been seen with both answers where the program was compared with the function (`Answers`).
"""

import operator
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, Protocol

from autograd import ops
from autograd.op import Op
from autograd.origin import Line, Step
from autograd.replay.recording.plain_numbers import Whole
from autograd.value import Value

# In the function's code, and in that which has called it: the rounds of a loop are one place.
Place = tuple[Step, ...]
DEPTH = 4


class Question(NamedTuple):
    """Whether `a question b`, where question is an operator of Python.

    Attributes:
        answer: what a program must find, too; None: it need not ask.
    """

    question: str
    a: Any
    b: Any
    answer: bool | None


class Asking(Protocol):
    """What a condition needs of the recording in which it stands."""

    def noted(self, question: Question, line: Line | None) -> None:
        """A program is one for this answer; the line of the function's code that asked."""

    def answered(self, question: Question, node: Value | None = None) -> Any:
        """What stands for the answer, and for `node`, which is 1 or 0 by it."""

    def computed(self, op: Op, *operands: Any) -> Value:
        """What `op` makes of these: a leaf until the function has run, for in eager mode it is."""


class Condition(Whole):
    """A bool: noted where it decides, computed where it is a number.

    Args:
        asking: the recording.
        question: which it answers.
        line, place: of the function's code, that compares; None where the engine does.
        node: it as 1 or 0, where that is there already.
    """

    __slots__ = ("_asking", "_node", "is_noted", "line", "place", "question")

    def __init__(
        self,
        asking: Asking,
        question: Question,
        line: Line | None,
        place: Place,
        node: Value | None = None,
    ) -> None:
        self._asking, self.question, self._node = asking, question, node
        self.line, self.place = line, place
        self.is_noted = self.in_array = False
        self.most = 1

    @property
    def number(self) -> bool:
        """The bool itself, where no program depends on it."""
        return bool(self.question.answer)

    @property
    def as_value(self) -> Value:  # type: ignore[override]  # made when somebody needs it
        """It, as a node of the graph."""
        if self._node is None:
            asked, made = self.question, self._asking.computed
            self._node = _COMPUTED[asked.question](made, asked.a, asked.b)
        return self._node

    def decide(self) -> bool:
        """It, as Python's own; from here on the program is one for this answer."""
        if not self.is_noted:
            self.is_noted = True
            self._asking.noted(self.question, self.line)
        return self.number

    _decides = __bool__ = decide

    def __getattr__(self, name: str) -> Any:
        if name == "__array_struct__":  # NumPy asks; it puts bools into arrays as what they are
            raise AttributeError(name)
        return super().__getattr__(name)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy  # loaded already: it asks

        return numpy.array(self.decide(), dtype=dtype)

    def __pos__(self) -> Whole:
        return Whole(self.as_value, most=1)  # of a bool it is an int

    def __and__(self, other: Any) -> Any:
        if isinstance(other, bool):
            return self if other else False
        return self._combined(operator.and_, ops.mul, other)

    def __or__(self, other: Any) -> Any:
        if isinstance(other, bool):
            return True if other else self
        return self._combined(operator.or_, ops.maximum, other)

    def __xor__(self, other: Any) -> Any:
        if isinstance(other, (bool, Condition)):
            return self != other
        return self.decide() ^ other if isinstance(other, int) else NotImplemented

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def _combined(self, combine: Callable[[Any, Any], Any], row: Op, other: Any) -> Any:
        """This bool and another one, as `row` makes them of 1 and 0."""
        if not isinstance(other, Condition):
            return combine(self.decide(), other) if isinstance(other, int) else NotImplemented
        node = self._asking.computed(row, self.as_value, other.as_value)
        question = Question("!=", node, 0.0, combine(self.number, other.number))
        return self._asking.answered(question, node)


# How each is computed, as 1 or 0 whatever is nan: `gt` itself is nan then.
_COMPUTED: dict[str, Callable[[Callable[..., Value], Any, Any], Value]] = {
    ">": lambda made, a, b: made(ops.eq, made(ops.gt, a, b), 1.0),
    "<": lambda made, a, b: made(ops.eq, made(ops.gt, b, a), 1.0),
    ">=": lambda made, a, b: made(ops.eq, made(ops.gt, b, a), 0.0),
    "<=": lambda made, a, b: made(ops.eq, made(ops.gt, a, b), 0.0),
    "==": lambda made, a, b: made(ops.eq, a, b),
    "!=": lambda made, a, b: made(ops.eq, made(ops.eq, a, b), 0.0),
}


class Held(NamedTuple):
    """What a condition answers that did not decide, as far as anybody can see."""

    question: Question
    place: Place


class Answers:
    """Which comparisons have been seen with both answers.

    Where a recording has been compared with the function, its conditions were what bools would have
    been, for these answers. What is one thing for both is left to the program.
    """

    def __init__(self) -> None:
        # By the ids of code: its hash changes with what Python finds out about its instructions.
        self._seen: dict[Hashable, tuple[Place, set[bool | None]]] = {}

    def see(self, held: Sequence[Held]) -> None:
        """These are of a recording that has been compared, or will be before it serves."""
        for question, place in held:
            self._seen.setdefault(_key(place), (place, set()))[1].add(question.answer)

    def asked(self, held: Sequence[Held]) -> list[Question]:
        """The questions; without an answer those of which both have been seen."""
        return [
            question._replace(answer=None) if self._has_both(place) else question
            for question, place in held
        ]

    def _has_both(self, place: Place) -> bool:
        _, answers = self._seen.get(_key(place), (place, ()))
        return len(answers) == 2


def _key(place: Place) -> Hashable:
    return tuple([(id(code), where) for code, where in place])
