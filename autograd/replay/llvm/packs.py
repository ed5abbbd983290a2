"""Packs: what a program computes once, eight instructions at a time where they are alike.

Owns finding them: instructions of one row, none of which needs another, whose operands stand side
by side in memory, or are one number for all eight. Each lane does what the instruction alone does,
so that no bit changes; what fits in no pack remains an instruction of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from autograd.op import Op
from autograd.replay.llvm.machine import n_registers
from autograd.replay.llvm.memory import LANES, WORK, Memory
from autograd.replay.llvm.rows.lowering import APPROXIMATED, is_lowered
from autograd.replay.llvm.scheduling import in_order
from autograd.replay.tapes.tape import Tape

# Slots that are computed together: one, or as many as there are lanes.
Item = tuple[int, ...]
# How deep an instruction stands, what it does, to how many operands, behind which call of Python.
_Kind = tuple[int, int, int, int]
# Where a number stands: in which row of numbers, at which place of it.
_Place = tuple[int, int]
# Instructions, each with the places of its operands.
_Order = list[tuple[int, list[_Place]]]
FEW = 2  # numbers that are left of a run and not worth a pack, which reads what two have written
# Of the instructions so many must be in packs: packs bring others out of the order in which most
# is at hand, and take longer to translate. A function of the C library counts for many.
ENOUGH, FUNCTION = 0.3, 8
# How an operand goes on from lane to lane: it is the same, the next one beside it, the one in the
# same place of the next run, or one from anywhere.
SAME, NEXT, ACROSS, ANYHOW = range(4)
_RUNS = 1 << 40  # the first of the runs found here; inputs and the work memory are rows, too


class Packer:
    """The packs of a program, found group by group.

    Args:
        tape: the program, in plain arithmetic.
        memory: where inputs and the sums of passes stand.
    """

    def __init__(self, tape: Tape, memory: Memory) -> None:
        self._tape, self._memory, self._first = tape, memory, tape.first
        self._runs: list[list[int]] = []
        self._place_in_runs: dict[int, _Place] = {}
        self._elsewhere: dict[int, _Place] = {}  # of what is in no run, asked for again and again
        self._rows: dict[int, int] = {}  # the run that follows a run of its kind
        self._kind: dict[int, _Kind] = {}
        self._readers: defaultdict[int, list[int]] = defaultdict(list)
        self._wanted: dict[int, Item] = {}  # by their first slot

    def items(self, group: Sequence[int], wanted: Iterable[Item] = ()) -> list[Item]:
        """The instructions of a group in an order in which they can run, alike ones together.

        A slot may be in two packs: the last pack of a run that is no multiple of the lanes begins
        earlier, and computes some numbers once more.

        Args:
            wanted: packs as which numbers of the group are read, if they can be made so.
        """
        for slot in group:
            for i in self._operands(slot):
                self._readers[i].append(slot)
        self._wanted = self._made_of(wanted, {*group})
        found = self._found(group)
        if found is None:
            for slot in group:
                self._place_in_runs.pop(slot, None)
            return [(slot,) for slot in group]  # in the order in which most is at hand
        for item in found:
            if len(item) > 1:
                self._memory.put_in_pack(item)
        return self._ordered(found)

    def _found(self, group: Sequence[int]) -> list[Item] | None:
        """The instructions of a group, alike ones together; None if too few are in packs."""
        groups = self._alike(group)
        hopes = [self._work(alike) if len(alike) >= LANES else 0 for alike in groups]
        missing, hope = ENOUGH * self._work(group), sum(hopes)
        found: list[Item] = []
        for alike, its_hope in zip(groups, hopes, strict=True):
            if hope < missing:  # whatever the others are
                return None
            items = self._together(alike) if len(alike) >= LANES else [(slot,) for slot in alike]
            in_packs = {slot for item in items if len(item) > 1 for slot in item}
            missing, hope = missing - self._work(in_packs), hope - its_hope
            found += items
        return found if missing <= 0 else None

    def _together(self, alike: list[int]) -> list[Item]:
        """Instructions that are alike, in packs where their operands go on from lane to lane."""
        found: list[Item] = []
        here = {*alike}
        for item in [self._wanted[slot] for slot in alike if slot in self._wanted]:
            if here.issuperset(item):
                found += self._packed([*item])
        for run in self._best([self._cut(order) for order in self._orders(alike)]):
            found += self._packed(run)
        left = [slot for slot in alike if slot not in self._place_in_runs]
        for order in self._orders(left):
            for run in self._cut(order, is_loose=True):
                if self._n_beside([run]) >= len(run) // 2:
                    found += self._packed(run)
            left = [slot for slot in left if slot not in self._place_in_runs]
        self._lay(left)  # side by side, too, for those who read them
        return found + [(slot,) for slot in left]

    def is_alone(self, item: Item) -> bool:
        """Whether it is a pack that has no slot in common with another one."""
        place = self._place_in_runs.get(item[0])
        return place is not None and self._runs[place[0] - _RUNS] == [*item]

    def keep(self, read: Iterable[int], as_row: Iterable[int]) -> None:
        """Give memory to the packs of which a slot is read there, and to runs as a whole.

        Args:
            read: slots that are read from memory: a pack is written there as a whole.
            as_row: those that are read side by side.
        """
        pack = self._memory.pack
        left = [s for s in read if s in pack and self._memory.place(s) is None]
        run_of = {s: self._place_in_runs[s][0] for s in left}
        whole = {self._place_in_runs[s][0] for s in as_row if s in self._place_in_runs}
        # The last two packs of some have slots in common.
        whole |= {run for run in run_of.values() if len(self._runs[run - _RUNS]) % LANES > FEW}
        packs = {pack[s][0] for s, run in run_of.items() if run not in whole}
        for slots in [*[self._runs[run - _RUNS] for run in sorted(whole)], *sorted(packs)]:
            start = self._memory.reserve(len(slots))
            for i, slot in enumerate(slots):
                self._memory.put(slot, start + i)

    def _alike(self, group: Sequence[int]) -> list[list[int]]:
        """The instructions by what they do and how deep they stand: none needs one beside it.

        Nor do they need it by what Python computes, which stays in its order: all that stand
        together come after the same of these.
        """
        level: dict[int, int] = {}
        after: dict[int, int] = {}  # how many calls of Python an instruction waits for
        n_called = 0
        alike: dict[_Kind, list[int]] = {}
        for slot in group:
            operands, row = self._operands(slot), self._row(slot)
            level[slot] = here = 1 + max([level.get(i, -1) for i in operands], default=0)
            is_called = not is_lowered(row.name)
            called = 0
            if is_called:
                n_called = called = n_called + 1
            elif n_called:
                called = max([after.get(i, 0) for i in operands], default=0)
            after[slot] = called
            kind = id(row) if operands and not is_called else -1 - slot
            key = self._kind[slot] = here, kind, len(operands), called
            alike.setdefault(key, []).append(slot)
        return [alike[key] for key in sorted(alike, key=lambda key: (key[0], alike[key][0]))]

    def _made_of(self, wanted: Iterable[Item], group: set[int]) -> dict[int, Item]:
        """Packs that are wanted and those of which they are made, as far as there can be such."""
        left, taken, found = [*wanted], set[int](), dict[int, Item]()
        while left:
            item = left.pop()
            is_free = len({*item}) == LANES and group.issuperset(item) and taken.isdisjoint(item)
            if is_free and len({(self._row(s), len(self._operands(s))) for s in item}) == 1:
                taken.update(item)
                found[item[0]] = item
                left += zip(*map(self._operands, item), strict=True)
        return found

    def _orders(self, alike: list[int]) -> Iterable[_Order]:
        """The same by the place of their first operand, of their second, ..."""
        places = {s: [self._place(i) for i in self._operands(s)] for s in alike}
        for j in range(len(self._operands(alike[0])) if alike else 0):
            order = [(s, places[s]) for s in alike if s not in self._place_in_runs]
            order.sort(key=lambda one: (one[1][j], one[1]))
            yield order

    def _cut(self, order: _Order, is_loose: bool = False) -> list[list[int]]:
        """The parts, of a pack at least, in which each operand goes on in one way.

        Args:
            is_loose: whether an operand may also be inputs from anywhere.
        """
        runs: list[list[int]] = []
        run: list[int] = []
        before: list[_Place] = []
        steps: list[int] | None = None
        for slot, places in order:
            found = self._steps(before, places, slot if is_loose else None) if run else None
            if found is not None and (len(run) == 1 or found == steps):
                run.append(slot)
            else:
                if len(run) >= LANES:
                    runs.append(run)
                run = [slot]
            before, steps = places, found
        return [*runs, run] if len(run) >= LANES else runs

    def _steps(
        self, these: list[_Place], those: list[_Place], loose: int | None
    ) -> list[int] | None:
        """How each operand goes on from one instruction to the next; None if one does not.

        Args:
            loose: the next one, if inputs among its operands may be from anywhere beside others.
        """
        found = []
        for place, (a, b) in enumerate(zip(these, those, strict=True)):
            step = self._step(a, b)
            if step is None:
                if loose is None or self._memory.input(self._operands(loose)[place]) is None:
                    return None
                step = ANYHOW
            found.append(step)
        return found if ANYHOW not in found or NEXT in found or ACROSS in found else None

    def _step(self, a: _Place, b: _Place) -> int | None:
        """How an operand goes on from one instruction to the next."""
        if a[0] == b[0]:
            step = b[1] - a[1]
            return step if step in (SAME, NEXT) else None
        return ACROSS if self._rows.get(a[0]) == b[0] and a[1] == b[1] else None

    def _best(self, cuts: list[list[list[int]]]) -> list[list[int]]:
        """The runs of most instructions; of as many, those of which most readers may be in turn."""
        sizes = [sum(map(len, runs)) for runs in cuts]
        most = max(sizes)
        found = [runs for runs, size in zip(cuts, sizes, strict=True) if size == most]
        are_alike = all(runs == found[0] for runs in found)
        return found[0] if are_alike else max(found, key=self._n_beside)

    def _n_beside(self, runs: list[list[int]]) -> int:
        """How many readers of neighbours may be neighbours in turn."""
        n_beside = 0
        for run in runs:
            for a, b in pairwise(run):
                for reader, other in zip(self._readers[a], self._readers[b], strict=False):
                    n_beside += self._may_be_beside(reader, other, a)
        return n_beside

    def _may_be_beside(self, reader: int, other: int, read: int) -> bool:
        """Whether each operand of one goes on in the other, but for the one that is `read`."""
        these, those = self._operands(reader), self._operands(other)
        if len(these) != len(those):
            return False
        for i, j in zip(these, those, strict=True):
            if i != read and self._step(self._place(i), self._place(j)) is None:
                return False
        return True

    def _work(self, slots: Iterable[int]) -> int:
        names = [self._row(slot).name for slot in slots]
        return sum([FUNCTION if name in APPROXIMATED else 1 for name in names])

    def _row(self, slot: int) -> Op:
        return self._tape.rows[slot - self._first]

    def _operands(self, slot: int) -> tuple[int, ...]:
        return self._tape.operands[slot - self._first]

    def _lay(self, run: list[int]) -> None:
        number = _RUNS + len(self._runs)
        self._runs.append(run)
        self._place_in_runs |= {slot: (number, i) for i, slot in enumerate(run)}

    def _packed(self, run: list[int]) -> list[Item]:
        before = self._runs[-1] if self._runs else []
        if before and self._is_like(before, run):
            self._rows[_RUNS + len(self._runs) - 1] = _RUNS + len(self._runs)
        self._lay(run)
        n_left = len(run) % LANES
        starts = [*range(0, len(run) - LANES + 1, LANES)]
        if n_left > FEW:
            starts.append(len(run) - LANES)
        items: list[Item] = [tuple(run[start : start + LANES]) for start in starts]
        return items + [(slot,) for slot in run[len(run) - n_left :] if n_left <= FEW]

    def _is_like(self, a: list[int], b: list[int]) -> bool:
        """Whether two runs are rows of one table: as long, of the same row, as deep."""
        return len(a) == len(b) and self._kind[a[0]] == self._kind[b[0]]

    def _place(self, slot: int) -> _Place:
        found = self._place_in_runs.get(slot)
        if found is None and (found := self._elsewhere.get(slot)) is None:
            found = self._memory.where(slot) or (WORK - 1 - slot, 0)  # beside nothing
            self._elsewhere[slot] = found
        return found

    def _ordered(self, items: list[Item]) -> list[Item]:
        owner: dict[int, int] = {}
        for n, item in enumerate(items):
            for slot in item:
                owner.setdefault(slot, n)
        needs = [
            {owner[i] for s in item for i in self._operands(s) if i in owner} - {n}
            for n, item in enumerate(items)
        ]
        # What Python computes is called in the order of the function itself.
        called = [n for n, (s, *_) in enumerate(items) if not is_lowered(self._row(s).name)]
        called.sort(key=lambda n: items[n])
        for before, after in pairwise(called):
            needs[after].add(before)
        return [items[n] for n in in_order(needs, n_registers())]
