"""Text: a program as functions of Python.

Owns which function an instruction stands in, and which numbers stand where several functions read
them. See `loops` for what is done again and again, `names` for what is called how.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from autograd.op import BUILTIN, Op
from autograd.replay.python.loops import Loops
from autograd.replay.python.names import Names, runs, sliced
from autograd.replay.python.questions import asked
from autograd.replay.tapes.phases import Outline, Phases
from autograd.replay.tapes.rolling import Loop, between
from autograd.replay.tapes.rounds import Rounds, of_loop, of_pass
from autograd.replay.tapes.samples import Samples
from autograd.replay.tapes.tape import Guard, Tape

PER_FUNCTION = 1000  # instructions; one function of very many takes Python ever longer to compile

_Part = Sequence[int] | Rounds  # the instructions of a function: slots, or rounds


def written(
    tape: Tape,
    samples: Samples | None = None,
    loops: Sequence[Loop] = (),
    outline: Outline | None = None,
) -> tuple[str, dict[str, Op]]:
    """The program as Python text, and the rows that it calls, by the names it calls them.

    `program(x)` takes the inputs in a list and returns the outputs in a list, or None where a
    guard is answered otherwise. Numbers that several functions read stand in the list `s`.

    Args:
        tape: the program.
        samples, loops: what of it is done again and again, as for `Assembly`.
        outline: of a training step, whose phases are told then.
    """
    parts, phases = _parts(tape, samples, loops), None
    if outline is not None:
        once = [slot for part in parts if not isinstance(part, Rounds) for slot in part]
        phases = Phases(tape, outline, once)
    text = _Text(tape, parts, Names(tape, phases))
    return "\n".join([*text.lines, ""]), text.names.called


def legend(inputs: Sequence[tuple[int, str]], outputs: Sequence[tuple[int, str]]) -> str:
    """What the inputs and the outputs of a program are, as comments of its text.

    Args:
        inputs, outputs: how many there are of a kind, and what these are, in order.
    """
    return "".join(
        [f"# {line}\n" for line in [*_listed("x", inputs), *_listed("returned", outputs)]]
    )


def preamble(called: Mapping[str, Op]) -> str:
    """What makes a text run by itself: the rows that it calls, by the names it calls them."""
    lines = [
        f'{name} = TABLE["{row.name}"]' if row.name in BUILTIN else f"# {name}: yours, {row.name}"
        for name, row in called.items()
    ]
    imports = ["from autograd.ops import TABLE", ""] if lines else []
    return "\n".join([*imports, *lines, "", ""]) if lines else ""


def _listed(name: str, kinds: Sequence[tuple[int, str]]) -> Iterator[str]:
    start = 0
    for n, what in kinds:
        if n:
            yield f"{name}[{start}]: {what}" if n == 1 else f"{name}[{start}:{start + n}]: {what}"
        start += n


def _parts(tape: Tape, samples: Samples | None, loops: Sequence[Loop]) -> list[_Part]:
    """The functions, in the order in which they are called."""
    found: list[_Part] = []
    once = _late(tape, samples) if samples is not None else between(tape, loops)
    for number, group in enumerate(once):
        found += [group[i : i + PER_FUNCTION] for i in range(0, len(group), PER_FUNCTION)]
        if samples is not None:
            found += of_pass(tape, samples, number, PER_FUNCTION)
        elif number < len(loops):
            found.append(of_loop(tape, loops[number]))
    return found


def _late(tape: Tape, samples: Samples) -> list[list[int]]:
    """What runs once, each instruction in the last group that is early enough: where it is read."""
    last = len(samples.scalars) - 1
    group = dict.fromkeys(range(tape.n_slots), last)
    for number in range(last + 1):
        for slot in samples.read_by(number):
            group[slot] = min(group[slot], number)
    found: list[list[int]] = [[] for _ in range(last + 1)]
    for slot in sorted(chain.from_iterable(samples.scalars), reverse=True):
        found[group[slot]].append(slot)
        for i in tape.operands[slot - tape.first]:
            group[i] = min(group[i], group[slot])
    return [slots[::-1] for slots in found]


class _Text:
    """The lines, while they are written.

    A short program is one function, in which all numbers are variables but those of which a loop
    makes or takes one after another; they stand in `s`, as does in a long program what one function
    makes and another one reads.

    Attributes:
        lines: them.
        names: see `Names`.
    """

    def __init__(self, tape: Tape, parts: Sequence[_Part], names: Names) -> None:
        self._tape, self._parts, self.names = tape, parts, names
        self._home = dict(_homes(parts))
        self._is_short = sum(map(_length, parts)) <= PER_FUNCTION
        self.names.reserve(self._columns(self._shared()))
        self._asked: dict[int, list[Guard]] = {}  # by the part after which the numbers are there
        for guard in tape.guards:
            last = max(self._home.get(guard.a, -1), self._home.get(guard.b, -1))
            self._asked.setdefault(last, []).append(guard)
        self.lines: list[str] = []
        called: list[str] = []
        for number, part in enumerate(parts):
            if self._is_short:
                called += self._lines(number)
                continue
            kind = "once" if not isinstance(part, Rounds) else part.kind
            self.lines += [f"def {kind}_{number}(x, s):", *_indented(self._lines(number)), ""]
            self.names.begin()
            called += [f"{kind}_{number}(x, s)", *self._questions(number)]
        first = [*self._questions(-1)]
        if self.names.size or not self._is_short:
            first += [f"s = [0.0] * {self.names.size}"]
        first += [
            f"s[{place}] = {number}  # where a loop reads it"
            for place, number in self.names.copies()
        ]
        last_line = f"return [{', '.join(self._outputs())}]"
        self.lines += ["def program(x):", *_indented([*first, *called, last_line])]

    def _lines(self, number: int) -> Iterator[str]:
        """A part; in a short program with the questions that it answers."""
        part = self._parts[number]
        if not isinstance(part, Rounds):
            yield from self._once(part, self._asked.get(number, []) if self._is_short else [])
            return
        yield from Loops(self.names, part).lines()
        if self._is_short:
            yield from self._questions(number)

    def _once(self, slots: Sequence[int], guards: Sequence[Guard]) -> Iterator[str]:
        """Instructions that are done once; what is asked, as soon as its numbers are there."""
        names, here = self.names, {*slots}
        questions: dict[int, list[Guard]] = {}
        for guard in guards:
            questions.setdefault(max(here.intersection(guard[1:3])), []).append(guard)
        read_here = {i for slot in slots for i in self._operands(slot)}
        for slot in slots:
            computed = names.computed(
                self._tape.rows[slot - self._tape.first], [*map(names.here, self._operands(slot))]
            )
            place, goals = names.place(slot), list[str]()
            if self._is_short or slot in read_here:
                goals.append(names.make(slot))
            if place is not None:
                goals.append(f"s[{place}]")
            yield from names.title(slot)
            yield " = ".join([*goals, computed])
            yield from asked(names, questions.get(slot, ()))

    def _questions(self, number: int) -> Iterator[str]:
        return asked(self.names, self._asked.get(number, ()))

    def _operands(self, slot: int) -> tuple[int, ...]:
        return self._tape.operands[slot - self._tape.first]

    def _shared(self) -> set[int]:
        """The slots that have a place in `s`."""
        columns: set[int] = set()
        streamed: set[int] = set()
        read = {*self._tape.read_at_the_end()}  # by another part, or another round
        for number, part in enumerate(self._parts):
            if isinstance(part, Rounds):
                columns.update(*part.slots)
                streamed |= part.streamed()
                read |= part.reads()
            else:
                read_here = {i for slot in part for i in self._operands(slot)}
                read.update([i for i in read_here if self._home.get(i) != number])
        if self._is_short:
            read &= columns
        return (read | streamed) & self._home.keys()

    def _columns(self, shared: set[int]) -> Iterator[Sequence[int]]:
        """The slots that stand side by side: those of an instruction of which one is shared."""
        for part in self._parts:
            if not isinstance(part, Rounds):
                yield from ([slot] for slot in part if slot in shared)
                continue
            for column in part.slots:
                if not shared.isdisjoint(column):
                    yield column[-1:] if shared.isdisjoint(column[:-1]) else column
            yield from ([total.result] for total in part.totals if total.result in shared)

    def _outputs(self) -> Iterator[str]:
        """The outputs; those that stand at even distances are one slice, but for a loss."""
        outputs, at = self._tape.outputs, 0
        places = [self.names.place(slot) for slot in outputs]
        if self.names.has_phases:
            places[0] = None
        for run in runs(places):
            yield f"*{sliced('s', run)}" if len(run) > 1 else self.names.here(outputs[at])
            at += len(run) or 1


def _length(part: _Part) -> int:
    return len(part.rows) + len(part.totals) if isinstance(part, Rounds) else len(part)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _homes(parts: Sequence[_Part]) -> Iterator[tuple[int, int]]:
    """For each slot the number of its part."""
    for number, part in enumerate(parts):
        columns = [part] if not isinstance(part, Rounds) else part.slots
        yield from ((slot, number) for column in columns for slot in column)
        if isinstance(part, Rounds):
            yield from ((total.result, number) for total in part.totals)
