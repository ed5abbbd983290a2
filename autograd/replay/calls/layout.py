"""Layout: the programs that a compiled function has for arguments of one layout.

Owns the list of them, which many threads may use and change at once, and how many layouts there
may be.
"""

from collections import Counter
from collections.abc import Callable
from threading import RLock
from typing import Any, NamedTuple

from autograd.forking import freed_by_fork
from autograd.origin import Line
from autograd.replay.calls.path import Path
from autograd.replay.programs import Entrance
from autograd.replay.recording.conditions import Answers
from autograd.replay.recording.notes import How
from autograd.replay.recording.refusals import MADE_ROOM
from autograd.replay.recording.trial import Trial, is_same_way, serves_for

MOST_LAYOUTS = 64  # kept at a time
MOST_LAYOUTS_EVER = 512
# Recording takes as long as hundreds of calls of the function itself. A layout that had to go is
# worth another one after so many calls: else of seventy that take turns each would be recorded in
# each turn.
CALLS_UNTIL_AGAIN = 512

# Held while paths are added, moved or thrown away, never while a function of the user runs; but the
# garbage collector may run one, which calls a compiled function.
changing = freed_by_fork(RLock())


class BySample(NamedTuple):
    """A vmap whose samples take different ways.

    Attributes:
        mapped: it, of `one`.
        one: the function of one sample, `Compiled`.
    """

    mapped: Callable[..., Any]
    one: Any


class Layout:
    """The programs for arguments of one layout.

    Attributes:
        paths: the last one used first.
        unproven: the paths that have not yet been compared with the function on other numbers.
        entered: the paths that native code enters by itself.
        eager: why the function runs as it stands; "" while it does not.
        how: it is recorded: with masks, from when programs have given nan in a few calls (`n_nan`);
            each comparison a question, from when the function does with a bool what it cannot do
            with what stands for one.
        answers: of comparisons, for which its programs have been compared with the function.
        raised: what the function raised when it was last recorded in vain; "" if it did not.
        n_raised: how often it has since the last program, and seconds_raised: how long recordings
            in vain have taken, but for the first few.
        n_missed: how many calls have found no program since the last one was made, and
            seconds_missed: how long these took.
        by_sample: what serves instead of programs, for a vmap whose samples take different ways.
    """

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.unproven: dict[int, Trial] = {}
        self.entered: set[int] = set()
        self.eager = self.raised = ""
        self.how, self.n_nan = How(guards_reads=True), 0
        self.answers = Answers()
        self.n_missed, self.seconds_missed = 0, 0.0
        self.n_raised, self.seconds_raised = 0, 0.0
        self.by_sample: BySample | None = None

    def add(self, path: Path, trial: Trial, tried: list[Path]) -> bool:
        """Add a path, unless somebody has added the same way since those were `tried`."""
        with changing:
            old = set(map(id, tried))
            new = [one.tape for one in self.paths if id(one) not in old]
            if self.eager or any(is_same_way(tape, path.tape) for tape in new):
                return False
            self.n_missed, self.seconds_missed, self.n_raised, self.raised = 0, 0.0, 0, ""
            self.paths = [path, *[one for one in self.paths if not serves_for(path.tape, one.tape)]]
            self.unproven[id(path)] = trial
            return True

    def doubt(self, path: Path) -> None:
        """A path has just been translated: it is as unproven as a new one."""
        with changing:
            trial = self.unproven.get(id(path))
            self.unproven[id(path)] = Trial(trial.inputs if trial is not None else b"", False)

    def trust(self, path: Path, inputs: bytes, is_proven: bool) -> None:
        """A path has given the function's bits for some inputs; in `changing`.

        Args:
            path: it.
            inputs: the numbers, as doubles.
            is_proven: whether they are others than those it was recorded with. Native code serves
                these alone until then.
        """
        direct = path.program.direct
        if direct is not None:
            direct.serve_only(None if is_proven else inputs)
        if is_proven:
            self.unproven.pop(id(path), None)
        elif not self.eager:
            self.unproven[id(path)] = Trial(inputs, True)

    def clear(self, **how: bool) -> None:
        """Throw its programs away, and record it otherwise from now on; in `changing`."""
        self.paths.clear()
        self.unproven.clear()
        self.how = self.how._replace(**how)

    def entrances(self) -> list[Entrance]:
        """The ways into native code: of paths that have been compared, on other numbers or not."""
        found = []
        self.entered.clear()
        for path in self.paths:
            trial, direct = self.unproven.get(id(path)), path.program.direct
            if direct is not None and (trial is None or trial.is_repeated):
                found.append(direct)
                self.entered.add(id(path))
        return found

    def lines(self) -> "Counter[Line]":
        """Of the function's code: where it asks which way to go, and how often in one call."""
        found: Counter[Line] = Counter()
        for path in [*self.paths]:
            found |= path.lines
        return found

    def put_first(self, path: Path) -> None:
        """Look for this one first from now on, if it is still there."""
        with changing:
            for i, one in enumerate(self.paths):
                if one is path:
                    self.paths.insert(0, self.paths.pop(i))
                    return


class Layouts(dict[Any, Layout]):
    """The layouts of a compiled function by their keys: those made last."""

    def __init__(self) -> None:
        super().__init__()
        # Of those that had to go, by the hashes of their keys, which may hold on to objects of the
        # user: how often they were asked for since.
        self._gone: dict[int, int] = {}

    def of(self, key: Any) -> Layout | None:
        """The layout of a key, a new one where there is none; None: there have been too many."""
        found = self.get(key)
        if found is not None:
            return found
        with changing:
            n_calls = self._gone.get(hash(key))
            if n_calls is None and len(self) + len(self._gone) >= MOST_LAYOUTS_EVER:
                return None
            if n_calls is not None and n_calls < CALLS_UNTIL_AGAIN:
                self._gone[hash(key)] = n_calls + 1
                return GONE
            self._gone.pop(hash(key), None)
            if len(self) >= MOST_LAYOUTS:  # the first without programs, else the first and its own
                waiting = (key for key, layout in self.items() if not layout.paths)
                first = next(waiting, None) or next(iter(self))
                del self[first]
                self._gone[hash(first)] = 0
            return self.setdefault(key, Layout())

    def beginning_with(self, layout: Layout) -> list[Layout]:
        """All: this one, then the others, the last made first."""
        return [layout, *[each for each in reversed(self.values()) if each is not layout]]


GONE = Layout()  # stands for each of those that had to go
GONE.eager = MADE_ROOM
