"""Loops: what a program does again and again, as one loop.

Owns that text. What is the same in each round is read before the loop; what a round hands on to the
next one is a variable; what is another number in each stands in a list, at a place that goes on
evenly, or that a table tells.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from autograd.replay.python.names import Names, runs, sliced
from autograd.replay.tapes.rounds import Carried, Operand, Own, Rounds, Same, Stream

_Line = tuple[int, str]  # a slot, and what computes it
_Item = TypeVar("_Item")
IN_A_LINE = 8  # numbers; and Python reads no expression of thousands of terms


class Loops:
    """The loop of some rounds, while it is written.

    Args:
        names: what its numbers are called.
        rounds: what it does.
    """

    def __init__(self, names: Names, rounds: Rounds) -> None:
        self._names, self._rounds = names, rounds
        self._made = [names.local(min(column[0], column[-1])) for column in rounds.slots]
        self._before: list[str] = []  # the loop
        self._first: list[str] = []  # in a round
        self._last: list[str] = []
        self._at_hand: dict[Operand, str] = {}
        self._descends = False  # through the inputs
        self._read_once: dict[str, set[int]] = {"x": set(), "s": set()}  # before the loop
        self._n_tables = 0
        read = rounds.operands_read()
        self._own = {x.position for x in read if isinstance(x, (Own, Carried))}
        for operand, n_uses in Counter(read).items():
            self._at_hand[operand] = self._operand(operand, n_uses)

    def lines(self) -> Iterator[str]:
        """All that stands in the function because of it."""
        rounds, names = self._rounds, self._names
        always, gated, after = list[_Line](), list[_Line](), list[str]()
        starts: dict[str, list[str]] = {}  # which sums begin with the same number
        for j, line in enumerate(self._instructions()):
            slot = min(rounds.slots[j][0], rounds.slots[j][-1])
            (gated if rounds.gate and j >= rounds.n_always else always).append((slot, line))
        for total in rounds.totals:
            its_name = names.local(total.result)
            starts.setdefault(names.here(total.start), []).append(its_name)
            terms = [self._at_hand[operand] for operand in total.terms]
            mine = gated if rounds.gate and total.is_gated else always
            for some in cut(terms):
                mine.append((total.result, f"{its_name} = {' + '.join([its_name, *some])}"))
            if (place := names.place(total.result)) is not None:
                after.append(f"s[{place}] = {its_name}")
            names.make(total.result)
        for made, column in zip(self._made, rounds.slots, strict=True):
            if names.place(column[0]) is None and (place := names.place(column[-1])) is not None:
                after.append(f"s[{place}] = {made}")
        yield from self._same()
        yield from self._before
        for start, those in starts.items():
            yield from (" = ".join([*some, start]) for some in cut(those))
        order = ", the last one first" if self._descends else ""
        yield f"for i in range({rounds.n}):  # {rounds.kind}{order}"
        for slot, _ in always[:1]:
            yield from (f"    {line}" for line in names.title(slot))
        yield from (f"    {line}" for line in self._first)
        yield from (f"    {line}" for line in self._with_titles(always))
        if rounds.gate:
            asks = [f"{self._at_hand[operand]} != 0.0" for operand in rounds.gate]
            yield f"    if {' or '.join(asks)}:"
            yield from (f"        {line}" for line in self._with_titles(gated))
        yield from (f"    {line}" for line in self._last)
        yield from after

    def _same(self) -> Iterator[str]:
        """What is the same in all rounds, as variables; side by side, several in a line."""
        for name, places in self._read_once.items():
            for run in runs(sorted(places), IN_A_LINE):
                yield f"{', '.join([f'{name}{place}' for place in run])} = {sliced(name, run)}"

    def _with_titles(self, lines: list[_Line]) -> Iterator[str]:
        for slot, line in lines:
            yield from self._names.title(slot)
            yield line

    def _instructions(self) -> Iterator[str]:
        """The instructions of a round."""
        names, rounds = self._names, self._rounds
        for j, (row, operands) in enumerate(zip(rounds.rows, rounds.operands, strict=True)):
            column = rounds.slots[j]
            first, last = names.place(column[0]), names.place(column[-1])
            is_column = first is not None and last is not None
            goals = [self._made[j]] if j in self._own or not is_column else []
            goals += [f"s[{_going_on(first, 1)}]"] if first is not None else []
            computed = names.computed(row, [self._at_hand[operand] for operand in operands])
            yield f"{' = '.join(goals)} = {computed}"

    def _operand(self, operand: Operand, n_uses: int) -> str:
        """How a round names what it reads."""
        if isinstance(operand, Own):
            return self._made[operand.position]
        if isinstance(operand, Same):
            text = self._names.here(operand.slot)
            if "[" not in text:  # a constant
                return text
            name, _, place = text.rstrip("]").partition("[")
            self._read_once[name].add(int(place))
            return name + place
        if isinstance(operand, Carried):
            name = f"before{len(self._last)}"
            self._before.append(f"{name} = {self._names.here(operand.start)}")
            self._last.append(f"{name} = {self._made[operand.position]}")
            return name
        text = self._of_stream(operand)
        if n_uses == 1:
            return text
        name = f"r{len(self._first)}"
        self._first.append(f"{name} = {text}")
        return name

    def _of_stream(self, operand: Stream) -> str:
        """What is another number in each round."""
        name, places = self._names.column(operand.slots)
        index = _evenly(places) if name else ""
        self._descends |= name == "x" and " - " in index
        if not index:
            table, self._n_tables = f"table{self._n_tables}", self._n_tables + 1
            self._before.append(f"{table} = ({', '.join(map(str, places))})")
            index = f"{table}[i]"
        return f"{name}[{index}]" if name else index


def _evenly(places: Sequence[int | str]) -> str:
    """Places that go on evenly, by the number of the round; "" for others."""
    start, second = int(places[0]), int(places[1])
    step = second - start
    if [*places] != [start + step * i for i in range(len(places))]:
        return ""
    return _going_on(start, step)


def _going_on(start: int, step: int) -> str:
    i = "i" if abs(step) == 1 else f"{abs(step)} * i"
    if step < 0:
        return f"{start} - {i}"
    return f"{i} + {start}" if start else i


def cut(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """As many as one line has, and the next ones."""
    return (items[i : i + IN_A_LINE] for i in range(0, len(items), IN_A_LINE))
