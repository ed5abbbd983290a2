"""Recording: a function run once on fresh Values, with everything a program must know of the run.

Owns `record`. The graph alone does not tell what a program needs: what the function asked of its
numbers (guards), which results lost their history (detach, no_grad), and which leaves it met. The
one hook in `modes` tells that.
"""

import gc
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from numbers import Complex, Real
from typing import Any, NamedTuple, TypeVar

from autograd import modes, ops
from autograd.backward import topological_order
from autograd.containers import Shape, flatten
from autograd.op import Op
from autograd.origin import Line, current_line
from autograd.replay.handlers import pass_on
from autograd.replay.recording.arguments import is_other_array
from autograd.replay.recording.conditions import Condition, Question
from autograd.replay.recording.in_arrays import begin
from autograd.replay.recording.traced import Traced, Whole
from autograd.replay.tapes.tape import CONDITIONS
from autograd.value import Value, record as apply

_Found = TypeVar("_Found")
# Of how many operands the first may be nan and the result a number all the same.
HIDING = {"where": 1, "eq": 2, "pow": 2, "hypot": 2}


class NotReplayable(ValueError):
    """What a function does once, while it is recorded, and a program would never do again."""


class Recording(NamedTuple):
    """What one run of a function left.

    Attributes:
        leaves: the leaves it met and did not make, such as a model's parameters.
        constants: the leaves that it made itself, which nobody else can reach, and the inner nodes
            of graphs that were there before; their numbers.
        outputs: what it returned, taken apart: Values, numbers, and whatever else stands there.
        shape: the container of the outputs.
        wholes: the places of the outputs that are whole numbers.
        asked: what a program must find answered as before, in order.
        lines: of the function's code: those that asked, and how often each did.
        own: the nodes made by operations of the user's own that nothing of this needs.
        is_doubtful: whether it asked about a nan that eager mode may not have: of a derivative with
            an edge that is absent there.
        is_unlike: whether it asked about numbers that do not compare as floats do.
        compares: whether it made a condition by an operation, as rules do.
        computes: whether it compared what a program computes, or nobody asked for: with what it did
            by a bool itself the program may go wrong.
        is_near: whether sums of second derivatives have edges that eager mode leaves out, and so
            other last digits.
    """

    leaves: list[Value]
    constants: dict[Value, float]
    outputs: list[Any]
    shape: Shape
    wholes: set[int]
    asked: list[Question]
    lines: "Counter[Line]"
    own: list[Value]
    is_doubtful: bool
    is_unlike: bool
    compares: bool
    computes: bool
    is_near: bool

    @property
    def parts_ways(self) -> bool:
        """Whether other numbers may take another way, of which none is nan."""
        return any(asked.a is not asked.b for asked in self.asked)


def record(
    f: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    inputs: Sequence[Value],
    exact: bool = True,
    guards_reads: bool = False,
    asks_all: bool = False,
) -> Recording:
    """Run `f` on `args`, in which the fresh leaves `inputs` stand where numbers will, and note all.

    With `exact`, second derivatives have eager's bits, too: which edges are dead is a question
    then, and each answer a program of its own. With `guards_reads`, a number that `f` takes out of
    a Value, by `.data` or as text, is a question as well: whether it is that number again. Without,
    no number may be taken out. With `asks_all`, each comparison is a question, whose answer is a
    bool; without, a program may compute it, see `Condition`.

    Raises what `f` raises, and ValueError where it changes a Value in place, which a program would
    do once and never again, or takes a number out that it may not.
    """
    notes = _Notes(exact, guards_reads, asks_all)
    begin()

    def call() -> Any:
        result = f(*args, **kwargs)
        if notes.refusal is not None:  # which the function has caught
            raise notes.refusal
        notes.mend()
        return result

    try:
        result = modes.recorded_by(notes, call, is_transform=True)
    except NotReplayable:
        raise
    except Exception as error:
        pass_on(error)
        notes.forget_conditions()
        if not notes.computes:
            raise
        asks_all = True  # it may be able to do with a bool what it did
    if asks_all and not notes.asks_all:
        return record(f, args, kwargs, inputs, exact, guards_reads, asks_all)
    outputs, shape = flatten(result, whole=is_other_array)
    del result
    outputs = [x.decide() if isinstance(x, Condition) else x for x in outputs]
    notes.forget_conditions()
    wholes = {i for i, x in enumerate(outputs) if isinstance(x, Whole)}
    outputs = [x.as_value if isinstance(x, Traced) else x for x in outputs]
    own = _not_among(notes.own, outputs, notes.questions)
    leaves, constants = _met(outputs, own, notes, inputs)
    asked, lines = notes.questions, notes.lines
    flags = notes.is_doubtful, notes.is_unlike, notes.compares, notes.computes, notes.is_near
    return Recording(leaves, constants, outputs, shape, wholes, asked, lines, own, *flags)


def uncollected(call: Callable[[], _Found]) -> _Found:
    """What `call` returns, with no garbage collection: all that a recording makes is used."""
    was_enabled = gc.isenabled()
    try:
        gc.disable()
        return call()
    finally:
        if was_enabled:
            gc.enable()


def run(
    f: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], is_inside: bool = True
) -> Any:
    """What `f` returns for fresh Values in eager mode, while a recording may be under way.

    Args:
        f, args, kwargs: the call.
        is_inside: whether transforms give Values, as inside of another one; else numbers.
    """
    if not modes.active:  # with nothing to look for each operation is quicker
        return modes.counted("transforms", lambda: f(*args, **kwargs), is_inside)
    return modes.recorded_by(None, lambda: f(*args, **kwargs), is_transform=is_inside)


class _Notes(modes.Recorder):
    """What happens during a recording that the graph does not show."""

    def __init__(self, exact: bool, guards_reads: bool, asks_all: bool) -> None:
        super().__init__()
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
            self.noted(self._question(question, a, b, answer), _line())

    def compared(self, question: str, a: Any, b: Any, answer: bool) -> Any:
        asked = self._question(question, a, b, answer)
        if self.asks_all:
            self.noted(asked, _line())
            return answer
        self._conditions.append(Condition(self, asked, _line()))
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
            self.noted(Question("==", x, x, False), _line())
            return
        self.noted(Question("==", x, number, True), _line())
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


def _line() -> Line | None:
    """The line of the function's code that is being run; None: the engine's own."""
    return current_line(within=record.__code__)


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


def _not_among(own: list[Value], outputs: list[Any], asked: list[Question]) -> list[Value]:
    """Those of some nodes that outputs and questions do not need."""
    if not own:
        return []
    roots = [*outputs, *[x for _, a, b, _ in asked for x in (a, b)]]
    needed = set(topological_order(*[x for x in roots if isinstance(x, Value)]))
    return [node for node in own if node not in needed]


def _met(
    outputs: list[Any], own: list[Value], notes: _Notes, given: Sequence[Value]
) -> tuple[list[Value], dict[Value, float]]:
    """The leaves that a function met, apart from those that it made: nobody else holds these.

    A leaf that only the recorded graph refers to cannot be assigned by anybody: it is a constant.
    So is an inner node of a graph that was there before: its number was computed once, then.
    """
    asked_of = [x for _, a, b, _ in notes.questions for x in (a, b)]
    roots = [x for x in outputs + own + asked_of if isinstance(x, Value)]
    bound = set(given)
    order = topological_order(*roots)
    before = _made_before(order, notes.made, bound)
    if before:
        order = topological_order(*roots, stop=before)
    met = [node for node in order if node.op is None and node not in bound]
    uses = Counter([id(x) for node in order for x in node.inputs])
    uses.update([id(x) for x in outputs + asked_of if isinstance(x, Value)])
    del order, roots, asked_of, bound
    leaves: list[Value] = []
    constants: dict[Value, float] = {node: node._data for node in before}
    for leaf, count in _references(met):
        if count > uses[id(leaf)]:
            leaves.append(leaf)
        else:
            constants[leaf] = leaf._data
    return leaves, constants


def _made_before(order: list[Value], made: set[int], given: set[Value]) -> list[Value]:
    """The inner nodes that no operation has made during the recording.

    What depends on an input of it has been made, by whatever: a copy of a graph is no operation.
    """
    before = [node for node in order if node.op is not None and id(node) not in made]
    if before:
        depends = set(given)
        for node in order:
            if not depends.isdisjoint(node.inputs):
                depends.add(node)
        before = [node for node in before if node not in depends]
    return before


def _references(met: list[Value]) -> list[tuple[Value, int]]:
    """For each Value of `met`, which is emptied, how many references there are from elsewhere."""
    met.append(Value(0.0))  # one that nobody refers to: what is counted on the way
    counts = []
    while met:
        leaf = met.pop()
        counts.append((leaf, sys.getrefcount(leaf)))
        del leaf
    own = counts[0][1]
    return [(leaf, count - own) for leaf, count in counts[:0:-1]]
