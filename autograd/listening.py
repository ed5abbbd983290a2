"""What those who listen are told: a `Listener` of operations and sweeps, a `Recorder` of much more.

Owns these two interfaces, and none of what is done with them: `modes.py` knows who listens in each
thread, and tells them.
"""

from typing import Any


class Listener:
    """What wants to know, in one thread, of operations and sweeps while a with-block is open.

    Attributes:
        only_marks: whether it does nothing but leave a note at each node, of which there are none
            where a program runs.
    """

    only_marks = False

    def ran(self, op: Any, inputs: tuple[Any, ...], node: Any) -> None:
        """`op` has run on `inputs` and made `node`; under no_grad that is a leaf."""

    def swept(self, order: Any, derivatives: dict[Any, Any], direction: str) -> None:
        """A sweep along `order` has found `derivatives`; direction: "backward" or "forward"."""


class Recorder:
    """What records a function as a program, in one thread, is told of what no graph remembers.

    Of threads in which nothing is recorded it is told what they use (`elsewhere`).

    Attributes:
        made: by id, the nodes that operations have made meanwhile, in any thread.
        masks: whether it is told what each edge sends in a sweep.
    """

    masks = False

    def __init__(self) -> None:
        self.made: set[int] = set()

    def cut(self, op: Any, inputs: tuple[Any, ...], leaf: Any) -> None:
        """`leaf` is the number that `op` made of `inputs`, without its history."""

    def begins(self, leaf: Any, number: Any) -> Any:
        """The number of a new leaf, which may stand for another one in a program."""
        return number

    def asked(self, question: str, a: Any, b: Any, answer: bool) -> None:
        """The function asked whether `a question b`, where question is an operator of Python."""

    def compared(self, question: str, a: Any, b: Any, answer: bool) -> Any:
        """The same; what is returned stands for the answer: it may be asked later, or never."""
        self.asked(question, a, b, answer)
        return answer

    def identified(self, a: Any, b: Any) -> None:
        """The function asked by == or != whether two Values are one."""

    def ran_own(self, node: Any) -> None:
        """An operation of the user's own made `node`: it may raise for other numbers."""

    def ran(self, op: Any, inputs: tuple[Any, ...]) -> None:
        """The function itself, and no sweep, ran an operation."""

    def read(self, x: Any) -> None:
        """The function took the number out of the Value `x`, and may do anything with it."""

    def changed(self, what: str) -> None:
        """The function changed a Value: `what` says how."""

    def elsewhere(self, used: tuple[Any, ...], node: Any) -> None:
        """Another thread made `node` of these, or None where it read or compared them."""

    def keeps_dead_edges(self, depth: int) -> bool:
        """Whether a rule's edge is recorded where it is dead, too, `depth` transforms deep."""
        return True

    def kept(self, partial: Any, condition: Any, of: Any) -> Any:
        """`partial` is made `of` an edge's derivative, which is there where `condition` is not 0.

        What is returned is the edge's derivative then.
        """
        return partial

    def sent(self, dead: dict[Any, Any], source: Any, goal: Any, partial: Any, term: Any) -> Any:
        """A sweep sends `term`, of the edge with this derivative, from one node to another.

        What is returned is sent instead. `dead` belongs to the sweep, and holds its roots.
        """
        return term
