"""Names: what the numbers of a program are called in its text.

Owns the list `s`, in which numbers stand that several functions read, and how Python writes an
instruction.
"""

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import normalize

from autograd.op import Op
from autograd.replay.tapes.phases import Phases
from autograd.replay.tapes.tape import Tape

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


class Names:
    """The names in the text of a tape.

    Args:
        tape: whose numbers they are.
        phases: of a training step.

    Attributes:
        called: the rows that the text calls, by the names it calls them.
        size: how many numbers stand in `s`.
    """

    def __init__(self, tape: Tape, phases: Phases | None) -> None:
        self._tape, self._phases = tape, phases
        self._title = ""
        self.called: dict[str, Op] = {}
        self._names: dict[Op, str] = {}  # two rows of the user's may have one name
        self._places: dict[int, int] = {}
        self._copied: list[int] = []
        self._at_hand: set[int] = set()
        self.size = 0

    def reserve(self, columns: Iterable[Sequence[int]]) -> None:
        """Give a place in `s` to each of these slots; those of a column stand side by side."""
        for column in columns:
            for slot in column:
                self._places[slot] = self.size
                self.size += 1

    def make(self, slot: int) -> str:
        """The function that is being written has it, as a variable, from here on."""
        self._at_hand.add(slot)
        return self.local(slot)

    def begin(self) -> None:
        """Another function begins, which has no variables yet."""
        self._at_hand.clear()
        self._title = ""

    @property
    def has_phases(self) -> bool:
        """Whether it is a training step, of which the first output is the loss."""
        return self._phases is not None

    def title(self, slot: int) -> list[str]:
        """A comment, where another phase of a training step begins with the instruction."""
        if self._phases is None or self._phases.of(slot) == self._title:
            return []
        self._title = self._phases.of(slot)
        return [f"# {self._title}"]

    def place(self, slot: int) -> int | None:
        """Where it stands in `s`, if it does."""
        return self._places.get(slot)

    def in_list(self, slot: int) -> tuple[str, int] | None:
        """In which list it stands, and where; None for a variable or a constant."""
        if slot < self._tape.n_inputs:
            return "x", slot
        place = self._places.get(slot)
        return ("s", place) if place is not None and slot not in self._at_hand else None

    def local(self, slot: int) -> str:
        """It, as a variable of the function that makes it."""
        return f"v{slot - self._tape.first}"

    def here(self, slot: int) -> str:
        """It, wherever it is."""
        tape = self._tape
        if slot < tape.n_inputs:
            return f"x[{slot}]"
        if slot < tape.first:
            return _constant(tape.constants[slot - tape.n_inputs])
        place = self._places.get(slot)
        return self.local(slot) if place is None or slot in self._at_hand else f"s[{place}]"

    def column(self, slots: Sequence[int]) -> tuple[str, Sequence[int | str]]:
        """Where numbers stand of which a loop takes one after another: a list, and the places.

        No list, and the numbers, where all are constants.
        """
        tape = self._tape
        if all(slot < tape.n_inputs for slot in slots):
            return "x", slots
        if all(tape.n_inputs <= slot < tape.first for slot in slots):
            return "", [self.here(slot) for slot in slots]
        for slot in slots:
            if slot < tape.first and slot not in self._places:  # copied, to stand in `s` as well
                self._copied.append(slot)
                self.reserve([[slot]])
        return "s", [self._places[slot] for slot in slots]

    def copies(self) -> list[tuple[int, str]]:
        """The places of inputs and constants in `s`, and these."""
        return [(self._places[slot], self.here(slot)) for slot in self._copied]

    def computed(self, row: Op, operands: Sequence[str]) -> str:
        """An instruction."""
        if row.name in SIGNS:
            return f"{operands[0]} {SIGNS[row.name]} {operands[1]}"
        if row.name == "neg":
            return f"-{operands[0]}"
        if row not in self._names:
            plain = normalize("NFKC", row.name)  # as Python does with its names
            name = f"f_{plain}"
            if name in self.called:
                name = f"f{len(self.called)}_{plain}"
            self._names[row] = name
            self.called[name] = row
        return f"{self._names[row]}({', '.join(operands)})"


def _constant(x: float) -> str:
    """A float as an operand: nan and inf have no literal."""
    if x != x or x in (float("inf"), float("-inf")):
        return f"float('{x!r}')"
    return repr(x) if repr(x)[0] != "-" else f"({x!r})"


def runs(places: Sequence[int | None], most: int | None = None) -> Iterator[Sequence[int]]:
    """Places in a list, cut where their distance changes; nothing for None, which is in no list.

    Two are no run yet: the second may be the first of others.

    Args:
        most: how long a run is; None: as long as it goes on.
    """
    start, n = 0, len(places)
    while start < n:
        end = start + 1
        if (first := places[start]) is not None:
            second = places[end] if end < n else None
            step = second - first if second is not None else 0
            while step and end < n and places[end] == first + step * (end - start):
                end += 1
        if end - start < 3:
            end = start + 1
        elif most is not None:
            end = min(end, start + most)
        yield [place for place in places[start:end] if place is not None]
        start = end


def sliced(name: str, places: Sequence[int]) -> str:
    """What stands at the places of a run: one number, or several."""
    first, last = places[0], places[-1]
    if len(places) == 1:
        return f"{name}[{first}]"
    step = abs(places[1] - first)
    found = f"{name}[{min(first, last)}:{max(first, last) + 1}{f':{step}' if step > 1 else ''}]"
    return found if first < last else f"reversed({found})"
