"""Notes: what happens while a function is recorded that its graph does not show.

Owns what a recording keeps of it: the questions (guards) and the lines that ask, what lost its
history and gets it back, which answers a nan on a dead edge may have changed, and what is refused.
"""

import math
from collections import Counter
from collections.abc import Sequence
from numbers import Complex, Real
from types import CodeType
from typing import Any, NamedTuple

from autograd import modes, ops
from autograd.listening import Recorder
from autograd.node import number_of
from autograd.op import Op
from autograd.origin import Line, current_line, steps_of, users_frames
from autograd.replay.recording.conditions import DEPTH, Condition, Held, Question
from autograd.replay.recording.in_arrays import is_operator_of_comparison
from autograd.replay.recording.refusals import in_another_thread
from autograd.replay.recording.traced import Traced
from autograd.replay.recording.unseen import may_decide
from autograd.replay.tapes.tape import CONDITIONS
from autograd.value import Value, record as apply

# Of how many operands the first may be nan and the result a number all the same.
HIDING = {"where": 1, "eq": 2, "pow": 2, "hypot": 2}


class How(NamedTuple):
    """How a function is recorded.

    Attributes:
        exact: second derivatives have eager's bits, too: which edges are dead is a question then,
            and each answer a program of its own.
        guards_reads: a number that the function takes out of a Value, by `.data` or as text, is a
            question as well: whether it is that number again. Else no number may be taken out.
        asks_all: each comparison is a question, whose answer is a bool. Else a program may compute
            it, see `Condition`.
        masks: what a dead edge leads to is left out by where, so that no 0 * inf arises there; it
            takes operations. Else it is multiplied by 0, which may give a nan that eager mode has
            not.
    """

    exact: bool = True
    guards_reads: bool = False
    asks_all: bool = False
    masks: bool = False


class NotReplayable(ValueError):
    """What a function does once, while it is recorded, and a program would never do again."""


class WantsBools(Exception):
    """A function has raised what caused this, and something stood for a bool in it: ask all."""


class Notes(Recorder):
    """What happens during a recording that the graph does not show.

    Args:
        how: what it keeps.
        within: the code of `record`; the lines of the function's are of what that has called.
        fresh: the inputs that were made for this recording, by id: nobody else has them.

    Attributes:
        questions, held, lines, identities, own, is_doubtful, is_unlike, compares, computes,
            is_near, why_not: see `Recording`.
        may_be_nan: whether an edge is kept that may be dead, and multiplied by 0 then.
        refusal: what has been raised, which the function may have caught.
    """

    def __init__(self, how: How, within: CodeType, fresh: set[int]) -> None:
        super().__init__()
        self.how, self.masks, self._within, self._fresh = how, how.masks, within, fresh
        self.questions: list[Question] = []
        self.lines: Counter[Line] = Counter()
        self.identities: Counter[Line] = Counter()
        self.own: list[Value] = []
        self._cut: dict[int, tuple[Op, tuple[Any, ...], Value]] = {}  # by the id of the last
        self.held: list[Held] = []
        self._conditions: list[Condition] = []
        self._places: dict[tuple[int, int], Any] = {}
        self._deciding: dict[tuple[int, frozenset[int]], bool] = {}
        self._computed: set[int] = set()  # what conditions are made of, by id
        self._edges: dict[int, tuple[Any, Value]] = {}  # derivatives of those kept; whether dead
        self.may_be_nan, self.is_doubtful, self.is_unlike = False, False, False
        self.compares = self.computes = self.is_near = False
        self.refusal: NotReplayable | None = None
        # What threads in which nothing is recorded have made, and what they compared or read, by
        # id. (All is kept: another one must not have the id of one that is gone.)
        self._of_others: dict[int, Value] = {}
        self._asked_elsewhere: dict[int, Value] = {}
        self.why_not = ""

    def _line(self) -> Line | None:
        """The line of the function's code that is being run; None: the engine's own."""
        return current_line(within=self._within)

    def _refuse(self, why: str) -> None:
        self.refusal = NotReplayable(why)
        raise self.refusal

    def keeps_dead_edges(self, depth: int) -> bool:
        # At the first order a dead edge adds a zero, which changes no bit. What is differentiated
        # again has other sums with that edge than without it: their last bits would differ.
        keeps = depth == 1 or not self.how.exact
        self.may_be_nan |= keeps and not self.masks
        self.is_near |= keeps and depth > 1
        return keeps

    def kept(self, partial: Any, condition: Any, of: Any) -> Any:
        if not self.masks or partial is None:
            return partial
        if partial is condition:  # as an edge a node of its own: it may be a factor as well
            partial = ops.identity(condition)
        _, inner = self._edges.get(id(of), (None, None))
        self._edges[id(partial)] = partial, _either(inner, ops.eq(condition, 0.0))
        return partial

    def sent(self, dead: dict[Any, Any], source: Any, goal: Any, partial: Any, term: Any) -> Any:
        _, of_edge = self._edges.get(id(partial), (None, None))
        is_dead = _either(dead.get(source), of_edge)
        # What anything else is sent to is not dead, and what nothing has been sent to is.
        dead[goal] = _both(dead[goal], is_dead) if goal in dead else is_dead
        return term if is_dead is None else ops.where(is_dead, 0.0, term)

    def cut(self, op: Op, inputs: tuple[Any, ...], leaf: Value) -> None:
        # Until the function has run it is a leaf: sweeps must find the graph that eager mode has,
        # for its shape orders their sums.
        self._cut[id(leaf)] = op, inputs, leaf
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
            for op, inputs, leaf in self._cut.values():
                leaf.op, leaf.inputs, leaf.partials = ops.peak, (apply(op, inputs),), (None,)

        modes.recorded_by(None, mend)
        self._cut.clear()

    def asked(self, question: str, a: Any, b: Any, answer: bool) -> None:
        if any(isinstance(x, Value) for x in (a, b)):
            self.noted(self._question(question, a, b, answer), self._line())

    def compared(self, question: str, a: Any, b: Any, answer: bool) -> Any:
        return self.answered(self._question(question, a, b, answer))

    def answered(self, question: Question, node: Value | None = None) -> Any:
        """What stands for the answer, and for `node`, which is 1 or 0 by it."""
        line = self._line()
        frames = [] if self.how.asks_all else [*users_frames(self._within)]
        if self.how.asks_all or any(may_decide(frame, self._deciding) for frame in frames):
            self.noted(question, line)
            return question.answer
        self.computes = True
        place = steps_of(frames[:DEPTH], self._places)
        self._conditions.append(Condition(self, question, line, place, node))
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
        self._doubt(*operands)
        leaf = Value(op.compute([*map(number_of, operands)]))
        self.cut(op, operands, leaf)
        self._computed.add(id(leaf))
        return leaf

    def let_go(self) -> None:
        """Let go of the conditions; hold on to the questions of those that did not decide."""
        for condition in self._conditions:
            if not condition.is_noted:
                self._doubt(condition.question.a, condition.question.b)
                self.held.append(Held(condition.question, condition.place))
        self._conditions.clear()

    def _doubt(self, *operands: Any) -> None:
        """Ask that no operand is nan, where 0 * inf on a dead edge may have made it one."""
        for x in operands if self.may_be_nan else ():
            if isinstance(x, Value) and not self._is_given(x):
                self.is_doubtful |= x._number != x._number
                self.questions.append(Question("==", x, x, True))

    def _is_given(self, x: Value) -> bool:
        """Whether it was there before, or is made of what has been doubted: of a condition."""
        while x.op is ops.identity:
            x = x.inputs[0]
        return x.op is None and (id(x) not in self.made or id(x) in self._computed)

    def ran(self, op: Op, inputs: tuple[Any, ...]) -> None:
        self.compares |= op in CONDITIONS
        if self.may_be_nan:
            self._doubt(*inputs[: len(inputs) if op.is_own else HIDING.get(op.name, 0)])

    def identified(self, a: Any, b: Any) -> None:
        if a is not b and is_operator_of_comparison():
            line = self._line()
            if line is not None:
                self.identities[line] += 1

    def ran_own(self, node: Value) -> None:
        self.own.append(node)

    def read(self, x: Value) -> None:
        # What becomes of the number is in no graph: the program is one for this number alone.
        if not self.how.guards_reads:
            self._refuse(
                "a number is taken out of its graph, by .data, float() or as text, and a program "
                "does not see what becomes of it; x.detach() is a number without history, "
                "autograd.take(rows, x) reads a list, and autograd.sqrt(x) stays where "
                "math.sqrt(x) does not"
            )
        number = x._number
        if number != number:
            self.noted(Question("==", x, x, False), self._line())
            return
        self.noted(Question("==", x, number, True), self._line())
        if number == 0.0:  # of which sign?
            # pi or -pi: nothing that anybody listens for
            angle = modes.recorded_by(None, lambda: apply(ops.atan2, (x, -1.0)))
            self.questions.append(Question(">", angle, 0.0, angle._number > 0.0))

    def elsewhere(self, used: tuple[Any, ...], node: Any) -> None:
        # Who else computes meanwhile, for reasons of its own, uses nothing that was made here.
        if not self.why_not and any(isinstance(x, Value) and self._is_made_here(x) for x in used):
            self.why_not = in_another_thread(current_line())
        if node is not None:
            self._of_others[id(node)] = node
        else:
            self._asked_elsewhere.update({id(x): x for x in used if isinstance(x, Value)})

    def look_for_others(self, order: Sequence[Value]) -> None:
        """Note whether what other threads made of weights hangs on what they compared, too."""
        found = [node for node in order if id(node) in self._of_others] if self._of_others else []
        has_lost_history = any(node.op is None for node in found)
        if has_lost_history or (found and any(id(x) in self._asked_elsewhere for x in order)):
            self.why_not = self.why_not or in_another_thread(None)

    def _is_made_here(self, x: Value) -> bool:
        """Whether it is fresh, or the thread that is recorded has made it, as far as one can tell.

        Of a leaf, the id may be that of a node which is gone.
        """
        if id(x) in self._fresh or id(x) in self._cut:
            return True
        return x.op is not None and id(x) in self.made and id(x) not in self._of_others

    def changed(self, what: str) -> None:
        self._refuse(
            f"compile: {what} inside the compiled function; a program would do that once, while "
            "it is recorded, and never again. Return new numbers instead: the gradients by "
            "value_and_grad(f), the weights after a step as results. fit(..., compiled=True) "
            "trains a model in place"
        )


def _either(a: Value | None, b: Value | None) -> Any:
    """1 where one of two conditions holds, else 0; None is one that never holds."""
    if a is None or b is None:
        return b if a is None else a
    return ops.maximum(a, b)


def _both(a: Value | None, b: Value | None) -> Any:
    """1 where both hold."""
    return None if a is None or b is None else a * b


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
