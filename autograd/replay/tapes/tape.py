"""Tape: a recorded graph as a flat program, and nothing else: what every backend translates.

Owns the numbering of slots (inputs, then constants, then one for each instruction), how a graph of
Values becomes instructions, and the questions (guards) under which the program may be used.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd.backward import topological_order
from autograd.op import Op
from autograd.value import Value

QUESTIONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


# Rows by which rules select an edge; as an operation of a function, they are factors like others.
CONDITIONS = (ops.gt, ops.heaviside)


class Guard(NamedTuple):
    """A question the function asked of its numbers, and the answer it then went on from."""

    question: str  # a key of QUESTIONS
    a: int  # slots
    b: int
    answer: bool

    @property
    def last(self) -> int:
        """The slot that is there last of the two."""
        return max(self.a, self.b)


class Tape(NamedTuple):
    """A program of rows: instruction k computes slot `first + k` from earlier slots.

    Attributes:
        n_inputs: how many numbers each call brings; they are the first slots.
        constants: the numbers in the slots after them.
        rows, operands: for each instruction its row of the table, and the slots it reads.
        outputs: the slots that are the result.
        guards: what must be answered as before for the program to be the function's.
        compares: whether the function itself, and no rule, has made one of CONDITIONS.
    """

    n_inputs: int
    constants: list[float]
    rows: list[Op]
    operands: list[tuple[int, ...]]
    outputs: list[int]
    guards: list[Guard]
    compares: bool = False

    @property
    def first(self) -> int:
        """The slot of the first instruction."""
        return self.n_inputs + len(self.constants)

    @property
    def n_own(self) -> int:
        """How many instructions are a user's own functions."""
        return sum(row.is_own for row in self.rows)

    def read_at_the_end(self) -> list[int]:
        """The slots of the result, and of what is asked."""
        return [*self.outputs, *[i for guard in self.guards for i in (guard.a, guard.b)]]

    @property
    def n_slots(self) -> int:
        """How many slots there are."""
        return self.first + len(self.rows)


def tape_of(
    inputs: Sequence[Value],
    constants: Mapping[Value, float],
    outputs: Iterable[Value | float],
    asked: Iterable[tuple[str, Any, Any, bool | None]],
    compares: bool = False,
    order: Sequence[Value] | None = None,
) -> Tape:
    """The graph between `inputs` and `outputs` as a program.

    Args:
        inputs: the leaves whose numbers each call brings.
        constants: the other leaves, and inner nodes that are not computed again; their numbers.
        outputs: Values, and numbers that are the same in every call.
        asked: (question, a, b, answer): what the function asked while it was recorded. Without an
            answer it is no guard; but numbered are all slots as if it were.
        compares: see `Tape`.
        order: the nodes in topological order, if it is known: of what is asked, then the outputs.

    Instructions stand in topological order; what is the number that it is made of is none: an
    identity, which binds an argument to a node of its own, and the peak of one, without history.
    """
    results, questions = list(outputs), list(asked)
    asked_of = [x for _, a, b, _ in questions for x in (a, b)]
    inner = [node for node in constants if node.op is not None]
    if order is None:
        roots = [x for x in asked_of + results if isinstance(x, Value)]  # what is asked comes first
        order = topological_order(*roots, stop=inner)

    # Constants by their bits: 0.0 and -0.0 are two numbers, while all nan are one.
    place: dict[str, int] = {}
    used = [constants[node] for node in order if node in constants]
    used += [constants[node] for node in inner]
    used += [x for node in order for x in node.inputs if x.__class__ is float]
    used += [float(x) for x in results + asked_of if not isinstance(x, Value)]
    for number in used:
        place.setdefault(number.hex(), len(inputs) + len(place))
    first = len(inputs) + len(place)

    slots: dict[Any, int] = {x: i for i, x in enumerate(inputs)}
    slots |= {leaf: place[x.hex()] for leaf, x in constants.items() if x.hex() in place}

    def slot(x: Any) -> int:
        return slots[x] if isinstance(x, Value) else place[float(x).hex()]

    rows: list[Op] = []
    operands: list[tuple[int, ...]] = []
    for node in order:
        if node.op is None:
            continue
        read = tuple([slots[x] if x.__class__ is Value else slot(x) for x in node.inputs])
        if node.op is ops.identity or (node.op is ops.peak and len(read) == 1):
            slots[node] = read[0]
        else:
            slots[node] = first + len(rows)
            rows.append(node.op)
            operands.append(read)
    guards = dict.fromkeys(
        [Guard(q, slot(a), slot(b), answer) for q, a, b, answer in questions if answer is not None]
    )
    numbers = [float.fromhex(bits) for bits in place]
    found = [slot(x) for x in results]
    return Tape(len(inputs), numbers, rows, operands, found, list(guards), compares)
