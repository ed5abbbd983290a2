"""Additions: a tape seen as sums, each a chain of additions that nothing else reads.

Owns who reads what, and the chains.
"""

from collections.abc import Sequence

from autograd import ops
from autograd.replay.tapes.tape import Tape


class Additions:
    """A tape, and who reads what. Instructions are numbered from 0; a negative one is none.

    Args:
        tape: in plain arithmetic (see `straighten`).

    Attributes:
        operands: what each instruction reads.
        readers: what reads each instruction, in order.
        at_the_end: what is read when all is done.
        tails: the last addition of each chain.
        tail_of: for each addition of a chain the last one.
        minus_zero: -0.0, which changes no number it is added to.
        kinds: by which rows are told apart.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape, first = tape, tape.first
        self.operands = [tuple([i - first for i in slots]) for slots in tape.operands]
        self.readers: list[list[int]] = [[] for _ in tape.rows]
        for k, operands in enumerate(self.operands):
            for i in operands:
                if i >= 0:
                    self.readers[i].append(k)
        self.at_the_end = {i - first for i in tape.read_at_the_end()}
        self._links: dict[int, list[int]] = {}  # by the last one so far
        for k, row in enumerate(tape.rows):
            if row is ops.add:
                left = self.operands[k][0]
                goes_on = left in self._links and len(self.readers[left]) == 1
                links = self._links.pop(left) if goes_on and left not in self.at_the_end else []
                links.append(k)
                self._links[k] = links
        self.tails = [*self._links]
        self.minus_zero = tape.n_inputs + [x.hex() for x in tape.constants].index((-0.0).hex())
        self.minus_zero -= first
        self.tail_of = {link: tail for tail, links in self._links.items() for link in links}
        self.kinds = [*map(id, tape.rows)]

    def added(self, links: Sequence[int]) -> list[int]:
        """What a chain adds: what it begins with, then the term of each link."""
        return [self.operands[links[0]][0], *[self.operands[link][1] for link in links]]

    def n_of_the_first(self, links: Sequence[int], other: int) -> int:
        """How many links of a chain are its first term's own sum, as `other`, a term of it, is one.

        A sum of sums such as (a + b + c) + (d + e + f) + ... is one chain with the first of them.
        """
        own = self._links.get(other, [])
        if not 0 < len(own) < len(links):
            return 0
        first, its_first = self.added(links[: len(own)])[0], self.added(own)[0]
        are_alike = first == its_first or (first >= 0 and its_first >= 0)
        return len(own) if are_alike else 0

    def links(self, tail: int) -> list[int]:
        """The additions of the chain that ends in `tail`, in order."""
        return self._links[tail]
