"""Notes: what happens while a function is recorded that its graph does not show.

Owns what a recording keeps of it: the questions (guards) and the lines that ask, what lost its
history and gets it back, which answers a nan on a dead edge may have changed, and what is refused.
"""

import math
from collections import Counter
from numbers import Complex, Real
from types import CodeType
from typing import Any

from autograd import modes, ops
from autograd.op import Op
from autograd.origin import Line, current_line
from autograd.replay.recording.conditions import Condition, Question
from autograd.replay.recording.traced import Traced
from autograd.replay.tapes.tape import CONDITIONS
from autograd.value import Value, record as apply

# Of how many operands the first may be nan and the result a number all the same.
HIDING = {"where": 1, "eq": 2, "pow": 2, "hypot": 2}


class NotReplayable(ValueError):
    """What a function does once, while it is recorded, and a program would never do again."""


class Notes(modes.Recorder):
    """What happens during a recording that the graph does not show.

    Args:
        exact, guards_reads, asks_all: as for `record`.
        within: its code; the lines of the function's are of what that has called.

    Attributes:
        questions, lines, own, is_doubtful, is_unlike, compares, computes, is_near: see `Recording`.
        refusal: what has been raised, which the function may have caught.
    """

    def __init__(self, exact: bool, guards_reads: bool, asks_all: bool, within: CodeType) -> None:
        super().__init__()
        self._within = within
        self.questions: list[Question] = []
        self.lines: Counter[Line] = Counter()
        self.own: list[Value] = []
        self._cut: list[tuple[Op, tuple[Any, ...], Value]] = []
        self._conditions: list[Condition] = []
        self._computed: set[int] = set()  # what conditions are made of, by id
        self._exact, self._guards_reads, self.asks_all = exact, guards_reads, asks_all
        self._has_masks, self.is_doubtful, self.is_unlike = False, False, False
        self.compares = self.computes = self.is_near = False
        self.refusal: NotReplayable | None = None

    def _line(self) -> Line | None:
        """The line of the function's code that is being run; None: the engine's own."""
        return current_line(within=self._within)

    def _refuse(self, why: str) -> None:
        self.refusal = NotReplayable(why)
        raise self.refusal

    def keeps_dead_edges(self, depth: int) -> bool:
        # At the first order a dead edge adds a zero, which changes no bit. What is differentiated
        # again has other sums with that edge than without it: their last bits would differ.
        keeps = depth == 1 or not self._exact
        self._has_masks |= keeps
        self.is_near |= keeps and depth > 1
        return keeps

    def cut(self, op: Op, inputs: tuple[Any, ...], leaf: Value) -> None:
        # Until the function has run it is a leaf: sweeps must find the graph that eager mode has,
        # for its shape orders their sums.
        self._cut.append((op, inputs, leaf))
        self.made.add(id(leaf))

    def begins(self, leaf: Value, number: Any) -> Any:
        if not isinstance(number, Traced):
            return number
        self.cut(ops.identity, (number.as_value,), leaf)  # `Value(x)` of a number is a leaf
        return number.number

    def mend(self) -> None:
        """Give what was cut its history again, over an edge that carries no derivative.

        `peak` of one number is that number as a constant.
        """

        def mend() -> None:
            for op, inputs, leaf in self._cut:
                leaf.op, leaf.inputs, leaf.partials = ops.peak, (apply(op, inputs),), (None,)

        modes.recorded_by(None, mend)
        self._cut.clear()

    def asked(self, question: str, a: Any, b: Any, answer: bool) -> None:
        if any(isinstance(x, Value) for x in (a, b)):
            self.noted(self._question(question, a, b, answer), self._line())

    def compared(self, question: str, a: Any, b: Any, answer: bool) -> Any:
        asked = self._question(question, a, b, answer)
        if self.asks_all:
            self.noted(asked, self._line())
            return answer
        self._conditions.append(Condition(self, asked, self._line()))
        return self._conditions[-1]

    def _question(self, question: str, a: Any, b: Any, answer: Any) -> Question:
        """The question as a program can ask it: of Values and floats."""
        self.is_unlike |= any(map(_is_short, (a, b)))
        if isinstance(a, Value) and not isinstance(b, Value):
            question, b = _of_floats(question, b)
        a, b = (x if isinstance(x, Value) else float(x) for x in (a, b))
        return Question(question, a, b, bool(answer))

    def noted(self, question: Question, line: Line | None) -> None:
        """A program is one for this answer; the line of the function's code that asked."""
        self.questions.append(question)
        if line is not None:  # else the engine itself asked
            self.lines[line] += 1
        self._doubt(question.a, question.b)

    def computed(self, op: Op, *operands: Any) -> Value:
        """What `op` makes of these: a leaf until the function has run, for in eager mode it is."""
        self.computes = True
        self._doubt(*operands)
        leaf = Value(op.compute([x._data if isinstance(x, Value) else x for x in operands]))
        self.cut(op, operands, leaf)
        self._computed.add(id(leaf))
        return leaf

    def forget_conditions(self) -> None:
        """Let go of them; one that the program does not know is noted, whatever became of it."""
        for condition in self._conditions:
            if not condition.is_used:
                self.computes = True
                condition.decide()
        self._conditions.clear()

    def _doubt(self, *operands: Any) -> None:
        """Ask that no operand is nan, where 0 * inf on a dead edge may have made it one."""
        for x in operands if self._has_masks else ():
            if isinstance(x, Value) and not self._is_given(x):
                self.is_doubtful |= x._data != x._data
                self.questions.append(Question("==", x, x, True))

    def _is_given(self, x: Value) -> bool:
        """Whether it was there before, or is made of what has been doubted: of a condition."""
        while x.op is ops.identity:
            x = x.inputs[0]
        return x.op is None and (id(x) not in self.made or id(x) in self._computed)

    def ran(self, op: Op, inputs: tuple[Any, ...]) -> None:
        self.compares |= op in CONDITIONS
        if self._has_masks:
            self._doubt(*inputs[: len(inputs) if op.is_own else HIDING.get(op.name, 0)])

    def ran_own(self, node: Value) -> None:
        self.own.append(node)

    def read(self, x: Value) -> None:
        # What becomes of the number is in no graph: the program is one for this number alone.
        if not self._guards_reads:
            self._refuse(
                "a number is taken out of its graph, by .data, float() or as text, and a program "
                "does not see what becomes of it; x.detach() is a number without history, "
                "autograd.take(rows, x) reads a list, and autograd.sqrt(x) stays where "
                "math.sqrt(x) does not"
            )
        number = x._data
        if number != number:
            self.noted(Question("==", x, x, False), self._line())
            return
        self.noted(Question("==", x, number, True), self._line())
        if number == 0.0:  # of which sign?
            # pi or -pi: nothing that anybody listens for
            angle = modes.recorded_by(None, lambda: apply(ops.atan2, (x, -1.0)))
            self.questions.append(Question(">", angle, 0.0, angle._data > 0.0))

    def changed(self, what: str) -> None:
        self._refuse(
            f"compile: {what} inside the compiled function; a program would do that once, while "
            "it is recorded, and never again. Return new numbers instead: the gradients by "
            "value_and_grad(f), the weights after a step as results. fit(..., compiled=True) "
            "trains a model in place"
        )


def _is_short(x: Any) -> bool:
    """Whether a float of Python's is rounded to fewer digits to be compared with it, by NumPy."""
    return type(x).__module__ == "numpy" and type(x).__name__ in ("float16", "float32")


def _of_floats(question: str, b: Any) -> tuple[str, float]:
    """The same question of a float: an int or a fraction may lie between two of them."""
    if isinstance(b, Complex) and not isinstance(b, Real):  # it has no order, but may be equal
        return question, float(b.real) if b.imag == 0.0 else math.nan
    try:
        near = float(b)
    except OverflowError:
        near = math.inf if b > 0 else -math.inf
    if near == b or near != near:
        return question, near
    if question in ("==", "!="):  # no float equals it, as none equals nan
        return question, math.nan
    below = near if near < b else math.nextafter(near, -math.inf)
    return (">" if question[0] == ">" else "<="), below
