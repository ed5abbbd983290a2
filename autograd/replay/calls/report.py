"""Report: what `compile` made of a function, in numbers and in words.

Owns what is told of its layouts, beside their programs (see `PathReport`).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from autograd.replay.backends import why_python
from autograd.replay.calls.layout import Layout
from autograd.replay.recording.refusals import asked_at
from autograd.replay.reports import PathReport, count

MOST_NAMED = 3  # layouts that wait


class Report(NamedTuple):
    """All programs of a compiled function.

    Attributes:
        name, mode: of the function.
        paths: its programs.
        notes: layouts that have none, and why; where the function asks which way to go.
        eager: how many calls ran the function as it stands, by why; where it goes sample by
            sample, each sample is a call.
    """

    name: str
    mode: str
    paths: list[PathReport]
    notes: list[str]
    eager: dict[str, int]

    @property
    def n_eager(self) -> int:
        """How many calls ran the function as it stands."""
        return sum(self.eager.values())

    @classmethod
    def of(
        cls,
        name: str,
        mode: str,
        backend: str | None,
        layouts: Mapping[Any, "Layout"],
        seconds_to_wait: Callable[[Layout], float],
        eager: Mapping[str, int],
    ) -> "Report":
        """What there is at the moment.

        Args:
            name, mode, backend, layouts: of the function.
            seconds_to_wait: how long calls of a layout run without a program before it has one.
            eager: see `Report`.
        """
        paths: list[PathReport] = []
        notes: list[str] = []
        waiting: dict[str, tuple[float, float]] = {}
        for key, layout in [*layouts.items()]:  # other threads may add some
            kinds = ", ".join([_kind(one) for one in key[1:]])
            if layout.eager:
                notes.append(f"({kinds}): runs as it stands: {layout.eager}")
            if layout.by_sample is not None:
                notes.append(f"({kinds}): sample by sample, each on its own way")
                one: Report = layout.by_sample.one.report()
                of_one = f"{kinds}; a sample: "
                paths += [each._replace(layout=of_one + each.layout) for each in one.paths]
                notes += [f"({kinds}), a sample: {note}" for note in one.notes]
            if lines := layout.lines():
                notes.append(f"({kinds}): asks which way to go at {asked_at(lines)}")
            if layout.n_missed and layout.paths:
                notes.append(
                    f"({kinds}): {count(layout.n_missed, 'call')} since the last program went "
                    "another way: each branch, and each int that is compared or indexes a list, is "
                    "a way of its own; autograd.where(x > 0, a, b) and autograd.take choose "
                    "without one"
                )
            for path in [*layout.paths]:
                tape, program = path.tape, path.program
                why = why_python(backend) if program.backend == "python" else ""
                made = len(path.leaves), len(tape.outputs) - path.n_own
                seconds = path.seconds + program.seconds_later
                paths.append(PathReport.of(kinds, tape, program, *made, seconds, why))
            if layout.raised:
                notes.append(f"({kinds}): no program, for it raised {layout.raised}")
            if layout.seconds_missed and not layout.eager:
                waiting[f"({kinds})"] = layout.seconds_missed, seconds_to_wait(layout)
        if waiting:
            notes.append(_wait(waiting))
        return cls(name, mode, paths, notes, dict(eager))

    def __str__(self) -> str:
        lines = [f"compiled {self.name}, {self.mode}"]
        lines += [f"  {line}" for line in [*map(str, self.paths), *self.notes]]
        if not self.paths and not self.notes:
            lines.append("  not recorded yet: call it")
        if self.eager:
            whys = [f"{n:,} {why}" for why, n in self.eager.items()]
            ran = f"{count(self.n_eager, 'call')} ran the function as it stands"
            lines.append(f"  {ran}: {'; '.join(whys)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def _wait(waiting: Mapping[str, tuple[float, float]]) -> str:
    """That layouts have no program yet: how long their calls have taken, and are to take."""
    named = ", ".join([*waiting][:MOST_NAMED])
    more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
    taken, needed = zip(*waiting.values(), strict=True)
    are_several = len(waiting) > 1
    so_far = f"{_duration(min(taken))} to " * are_several + _duration(max(taken))
    share = "; lists padded to one length share one" if are_several else ""
    return (
        f"{named}{more}: another program{' of each' * are_several} is made when calls that found "
        f"none have taken {_duration(max(needed))}, as long as one takes to make in the mean "
        f"({so_far} so far)"
        f"{share}"
    )


def _duration(seconds: float) -> str:
    """A time to one digit: "1.5 s", "25.0 ms"."""
    return f"{seconds:.1f} s" if seconds >= 1.0 else f"{1e3 * seconds:.1f} ms"


def _kind(key: Any) -> str:
    """The kind of an argument in a few letters."""
    if isinstance(key, str):
        return key
    if key[0] in ("array", "buffer"):
        return f"{key[0]} {key[1]}"
    if isinstance(key[0], str):  # a keyword argument
        return f"{key[0]}={_kind(key[1])}"
    name = key[0].__name__
    if key[0] in (list, tuple) or issubclass(key[0], (list, tuple)):
        return f"{name} of {key[1] if isinstance(key[1], int) else len(key[1])}"
    return f"{name} of {len(key[1])}" if issubclass(key[0], dict) else f"{key[1]!r:.30}"
