"""Stepper: a computation, one operation at a time, forwards and back.

Owns where in its records one is, how one moves, and the state after each step. `step`, in
`stepping`, makes one.
"""

import functools
import math
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, overload

from autograd.files import write_atomically
from autograd.naming import Names, node_names, pairs_of
from autograd.value import Value
from autograd.view.glossary import Language
from autograd.view.listing import listing
from autograd.view.page import stepper_page
from autograd.view.payload import payload_of
from autograd.view.records import Record
from autograd.view.terminal import interact, text_of
from autograd.view.trace import trace
from autograd.view.widget import show
from autograd.view.words import words


class Stepper:
    """A computation as a list of records, and a place in it; made by `step`.

    In a notebook it is a widget that follows `.index`, and that `.index` follows; `to_html()` is
    the same as a page; `print(stepper)` shows the present step in a terminal, `interact()` lets
    one step with keys there.

    Attributes:
        records: the steps, plain frozen records.
        nodes: the Values in topological order; `record.node` is an index into them.
        names: what they are called.
        code: the blocks of code that the steps stand in.
        lang: "en" or "ko".
    """

    def __init__(
        self,
        root: Value,
        order: list[Value],
        function: Callable[..., Any] | None,
        given: dict[Value, str],
        prediction: list[Value] | None,
        optimizer: Any,
        names: Names,
        lang: Language,
    ) -> None:
        self.nodes = tuple(order)
        self.lang = lang
        pairs = [*pairs_of(names), *((name, x) for x, name in given.items())]
        self.names = tuple(node_names(order, pairs))
        self.records = trace(root, self.names, prediction, optimizer, lang)
        self.code = listing((record.line for record in self.records), function)
        self._data = tuple(node.data for node in order)
        self._index = 0
        self._observers: list[Callable[[int], None]] = []

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    # Where one is

    @property
    def index(self) -> int:
        """The index of the present record; may be assigned; negative counts from the end."""
        return self._index

    @index.setter
    def index(self, index: int) -> None:
        if index.__class__ is not int or not -len(self.records) <= index < len(self.records):
            raise IndexError(
                f"stepper.index: must be a whole number from 0 to {len(self.records) - 1}, "
                f"got {index!r:.40}"
            )
        self._index = index % len(self.records)
        for callback in self._observers:
            callback(self._index)

    @property
    def record(self) -> Record:
        """The present record."""
        return self.records[self._index]

    @property
    def phases(self) -> dict[str, tuple[int, int]]:
        """Each phase that there is with the indices of its first and its last record."""
        spans: dict[str, tuple[int, int]] = {}
        for record in self.records:
            first, _ = spans.get(record.phase, (record.index, 0))
            spans[record.phase] = first, record.index
        return spans

    def title_of(self, phase: str) -> str:
        """What a phase is called on the page and in a terminal.

        A result that no loss was computed for is none: the phase "loss" is the turn alone then.
        """
        first, last = self.phases[phase]
        return words(self.lang)["result" if phase == "loss" and first == last else phase]

    def observe(self, callback: Callable[[int], None]) -> None:
        """Have `callback` called with each new index."""
        self._observers.append(callback)

    # Moving

    def forward(self, steps: int = 1) -> Record:
        """Go `steps` steps on, no further than to the last, and return the record there."""
        self.index = max(0, min(self._index + steps, len(self.records) - 1))
        return self.record

    def back(self, steps: int = 1) -> Record:
        """Go `steps` steps back, no further than to the first, and return the record there."""
        return self.forward(-steps)

    def jump(self, to: Value | str) -> Record:
        """Go to a phase or to the next step about a node, from the beginning if there is none.

        Args:
            to: a Value; the name of one; or "forward", "loss", "backward", "update".

        Raises ValueError for what no step is about.
        """
        if isinstance(to, str) and to in self.phases and to not in self.names:
            self.index = self.phases[to][0]
            return self.record
        if isinstance(to, Value):
            nodes = {i for i, node in enumerate(self.nodes) if node is to}
        else:
            nodes = {i for i, name in enumerate(self.names) if name == to}
        places = [
            record.index
            for record in self.records
            if record.node in nodes or any(one.node in nodes for one in record.additions)
        ]
        if not places:
            known = ", ".join([*self.phases, *dict.fromkeys(r.name for r in self.records)][:20])
            raise ValueError(f"jump: no step is about {to!r:.60}; there are {known}")
        self.index = next((i for i in places if i > self._index), places[0])
        return self.record

    def play(self, seconds: float = 0.5) -> None:
        """Go on to the last step, with a pause after each; print each where no widget shows it."""
        while True:
            if not self._observers:
                print(self, end="\n\n")
            if self._index == len(self.records) - 1:
                return
            time.sleep(seconds)
            self.forward()

    def run(
        self,
        *,
        gradient_above: float | None = None,
        nan: bool = False,
        op: str | None = None,
        where: Callable[[Record], bool] | None = None,
    ) -> Record | None:
        """Go on to the next record at which a condition holds, and return it; None if none does.

        Args:
            gradient_above: stop where the size of a gradient is above this.
            nan: whether to stop where a number is nan.
            op: stop at operations of this name.
            where: stop at records of which this function is true.

        Without a record to stop at, the index stays. Raises ValueError without a condition, and for
        the name of an operation that no record has.
        """
        if gradient_above is None and not nan and op is None and where is None:
            raise ValueError(
                "run: say where to stop: gradient_above=10, nan=True, op='tanh', where="
            )
        if op is not None and all(record.op != op for record in self.records):
            known = dict.fromkeys(record.op for record in self.records if record.op)
            raise ValueError(f"run: no step is a {op!r:.40}; there are {', '.join(known)}")
        for record in self.records[self._index + 1 :]:
            if (
                (gradient_above is not None and _steepest(record) > gradient_above)
                or (nan and any(map(math.isnan, _numbers(record))))
                or (op is not None and record.op == op and not _is_turn(record))
                or (where is not None and where(record))
            ):
                self.index = record.index
                return record
        return None

    # The state after a step

    def data_at(self, index: int | None = None) -> list[float | None]:
        """The number of each node after a step (default: the present); None: not yet computed."""
        data = [
            x if node.op is None else None for x, node in zip(self._data, self.nodes, strict=True)
        ]
        for record in self.records[: self._stop(index)]:
            data[record.node] = record.data
        return data

    def gradients_at(self, index: int | None = None) -> list[float | None]:
        """The gradient of each node after a step (default: the present); None: not yet reached."""
        gradients: list[float | None] = [None] * len(self.nodes)
        for record in self.records[: self._stop(index)]:
            if _is_turn(record):
                gradients[record.node] = 1.0
            for addition in record.additions:
                gradients[addition.node] = addition.after
        return gradients

    def _stop(self, index: int | None) -> int:
        return (self._index if index is None else range(len(self.records))[index]) + 1

    # Faces

    def __repr__(self) -> str:
        return (
            f"<Stepper of {self.names[-1]}: {len(self.records)} steps, at {self._index} "
            f"({self.record.phase})>"
        )

    def __str__(self) -> str:
        return self.text()

    def text(self, index: int | None = None) -> str:
        """A step (default: the present) as lines of text for a terminal, 80 columns wide."""
        return text_of(self, self._stop(index) - 1)

    def interact(self, **conditions: Any) -> None:
        """Step with keys in this terminal; where it is none, print every step.

        Args:
            conditions: as for `run`: where the key c goes on to (default: the next nan), and the
                only steps to be printed where there are no keys.
        """
        given = {name: one for name, one in conditions.items() if one not in (None, False)}
        interact(self, functools.partial(self.run, **given) if given else None)

    def payload(self) -> dict[str, Any]:
        """Everything that the page and the widget show, as JSON."""
        return payload_of(self)

    @overload
    def to_html(self) -> str: ...

    @overload
    def to_html(self, path: str | os.PathLike[str]) -> None: ...

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write the stepper as one HTML page that needs no network and no kernel.

        Args:
            path: of the file, written whole or not at all; without one the page is returned.

        Raises OSError.
        """
        page = stepper_page(self.payload())
        if path is None:
            return page
        write_atomically(path, page.encode())
        return None

    def _ipython_display_(self) -> None:
        show(self)


def _is_turn(record: Record) -> bool:
    """Whether this is the step between the two directions, at which no operation is at work."""
    return record.phase == "loss" and record.gradient is not None


def _steepest(record: Record) -> float:
    sizes = [abs(addition.after) for addition in record.additions]
    if record.gradient is not None:
        sizes.append(abs(record.gradient))
    return max((size for size in sizes if not math.isnan(size)), default=0.0)


def _numbers(record: Record) -> Iterator[float]:
    yield record.data
    if record.gradient is not None:
        yield record.gradient
    for addition in record.additions:
        yield addition.added
        yield addition.after
