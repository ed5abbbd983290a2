"""Questions: the comparisons by which a program is chosen, as text of Python.

Owns that many alike, such as one for each sample, are one line.
"""

from collections.abc import Iterator, Sequence

from autograd.replay.python.names import Names, runs, sliced
from autograd.replay.tapes.tape import Guard

ELSEWHERE = "    return None  # another program's way"
FEWEST = 4  # in a line: fewer are written one by one


def asked(names: Names, guards: Sequence[Guard]) -> Iterator[str]:
    """The lines that end a program where one of these is answered otherwise."""
    alike: dict[tuple[str, str, bool], list[int]] = {}
    no_nan = {g.a for g in guards if g.a != g.b and g.answer != (g.question == "!=")}
    for question, a, b, answer in guards:
        if a == b and (question, answer) == ("==", True) and a in no_nan:
            continue  # the answers to others say so already
        alike.setdefault((question, names.here(b), answer), []).append(a)
    for (question, other, answer), slots in alike.items():
        taken: set[int] = set()
        for several in _side_by_side(names, slots, taken):
            asks = f"a {question} {other} for a in {several}"
            yield f"if not all({asks}):" if answer else f"if any({asks}):"
            yield ELSEWHERE
        for slot in dict.fromkeys(slots):
            if slot not in taken:
                yield f"if {'not ' if answer else ''}{names.here(slot)} {question} {other}:"
                yield ELSEWHERE


def _side_by_side(names: Names, slots: Sequence[int], taken: set[int]) -> Iterator[str]:
    """Those that stand at even distances in a list, and which slots these are."""
    places: dict[str, dict[int, int]] = {}
    for slot in slots:
        if (found := names.in_list(slot)) is not None:
            places.setdefault(found[0], {})[found[1]] = slot
    for name, slot_at in places.items():
        for run in runs(sorted(slot_at)):
            if len(run) >= FEWEST:
                taken.update([slot_at[place] for place in run])
                yield sliced(name, run)
