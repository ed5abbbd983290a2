"""Compiled: a function of Values as programs that give the same bits, hundreds of times faster.

Owns which program serves a call, when a function is recorded again, and when it runs as it stands.
"""

import math
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from types import MethodType
from typing import Any

from autograd import modes
from autograd.node import stored_number
from autograd.origin import users_level
from autograd.recipe import Recipe, made_again, taken_down
from autograd.replay.calls.allowance import Allowance
from autograd.replay.calls.entered import Entered
from autograd.replay.calls.layout import (
    GONE,
    MOST_LAYOUTS_EVER,
    BySample,
    Layout,
    Layouts,
    changing,
)
from autograd.replay.calls.making import Maker, Refused
from autograd.replay.calls.original import Call, Original
from autograd.replay.calls.path import Made, Path, source_of
from autograd.replay.calls.report import Report
from autograd.replay.handlers import pass_on
from autograd.replay.recording.arguments import take_apart
from autograd.replay.recording.notes import NotReplayable, WantsBools
from autograd.replay.recording.recorder import uncollected
from autograd.replay.recording.refusals import (
    HAS_NONE,
    LISTENED_TO,
    MADE_ROOM,
    NAN,
    RAISED,
    TOO_MANY_LAYOUTS,
    WAITS,
    too_many_layouts,
    too_many_ways,
    what_was_raised,
)
from autograd.vectorize import vmap

MOST_NAN = 3  # calls in which programs of a layout give one that may not be the function's
MOST_PATHS = 32  # through the comparisons of a function, for one layout of its arguments

_is_nan = math.isnan


class Compiled(Entered):
    """A function that is replayed; made by `compile`.

    Calling it is calling the function. `report()` says what was made of it, `source` shows the
    program.

    Args:
        f, mode, backend: as for `compile`.
        are_plain: as for `Original`.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        mode: str = "exact",
        backend: str | None = None,
        are_plain: bool = False,
    ) -> None:
        super().__init__(f)
        self.mode, self.backend = mode, backend
        self._original = Original(f, are_plain)
        self._maker = Maker(self._original, mode, backend, self._slow)
        self._layouts, self._told = Layouts(), set[str]()
        self._allowance = Allowance()
        self._last: Path | None = None
        self._text: tuple[Path | None, str] = (None, "")  # of the program that was shown last
        self._eager_calls: Counter[str] = Counter()  # by why they ran the function as it stands

    def __reduce__(self) -> str | tuple[Any, ...]:
        name = str(getattr(self, "__qualname__", ""))
        module = sys.modules.get(str(getattr(self, "__module__", "")))
        found: Any = module
        for part in name.split("."):  # `compile` has decorated a function, or one in a class
            found = getattr(found, part, None)
        if name and found is self:
            return name
        return _compiled_again, (taken_down(self._original.function), self.mode, self.backend)

    def _call(self, /, *args: Any, **kwargs: Any) -> Any:
        """The function's result, as numbers: with Values, or inside a transform, a graph."""
        parts = take_apart(args, kwargs)
        if parts.has_values or modes.in_transform():
            return self._original.in_a_graph(Call(args, kwargs, parts))
        if modes.is_listened_to():
            return self._eager(Call(args, kwargs, parts), LISTENED_TO)
        layout = self._layouts.of(parts.key)
        if layout is None:
            self._say_once(too_many_layouts(MOST_LAYOUTS_EVER))
            return self._eager(Call(args, kwargs, parts), TOO_MANY_LAYOUTS)
        tried = [*layout.paths]
        for i, path in enumerate(tried):
            numbers = [*parts.numbers, *map(stored_number, path.leaves)]
            before = path.program.seconds_later
            try:
                found = path.program.run(numbers, parts.arrays)
            except Exception as error:  # noqa: BLE001 - of a row in Python: a guard may come first
                pass_on(error)
                result = self._original.on_values(Call(args, kwargs, parts))  # raises what it does
                self._eager_calls[RAISED] += 1
                return result.as_numbers
            if path.program.seconds_later != before:
                layout.doubt(path)
            if found is None:
                continue
            found = found[: len(found) - path.n_own]
            if i:  # the next call is likely to take the same way
                layout.put_first(path)
            if not path.owns_nan and any(map(_is_nan, found)):
                return self._instead_of_nan(layout, Call(args, kwargs, parts))
            trial = layout.unproven.get(id(path))
            if trial is not None:
                call = Call(args, kwargs, parts)
                verdict = self._maker.judge(path, trial, found, call)
                if isinstance(verdict, Refused):
                    return self._obey(verdict, layout, call)
                if verdict is not None:
                    with changing:
                        layout.trust(path, *verdict)
                        self._open(self._layouts.beginning_with(layout))
            elif path.program.direct is not None and id(path) not in layout.entered:
                with changing:  # translated in another thread's call
                    self._open(self._layouts.beginning_with(layout))
            self._last = path
            return path.build(found)
        call = Call(args, kwargs, parts)
        if layout.eager:
            return self._eager(call, MADE_ROOM if layout is GONE else HAS_NONE)
        if layout.by_sample is not None:
            return self._sample_by_sample(layout.by_sample, call)
        return self._record(layout, tried, call)

    def _record(self, layout: Layout, tried: list[Path], call: Call) -> Any:
        """The result of a call that no program serves; one is made, if it is worth it."""
        if len(tried) >= MOST_PATHS:
            return self._obey(Refused(too_many_ways(MOST_PATHS, layout.lines())), layout, call)
        start = time.perf_counter()
        if self._allowance.has_to_wait(layout):
            try:
                return self._eager(call, WAITS)
            finally:
                with changing:
                    layout.seconds_missed += time.perf_counter() - start
        try:
            made = self._made(layout, call, start)
            if isinstance(made, Refused):
                return self._obey(made, layout, call)
        except Exception as error:
            if not isinstance(error, NotReplayable):  # which the function itself does not raise
                self._allowance.spend_in_vain(layout, time.perf_counter() - start)
            layout.raised = what_was_raised(error)
            raise
        if isinstance(made, Made):
            return self._keep(made, layout, tried, call)
        layout.by_sample = self._by_sample(made)
        return self._sample_by_sample(layout.by_sample, call)

    def _made(self, layout: Layout, call: Call, start: float) -> Made | Refused | Recipe:
        """What `Maker.make` gives, if need be at the second attempt."""
        while True:
            try:
                return uncollected(
                    lambda: self._maker.make(call, layout.how, layout.answers, start)
                )
            except WantsBools:
                self._clear(layout, asks_all=True)

    def _keep(self, made: Made, layout: Layout, tried: list[Path], call: Call) -> Any:
        """Let a new program serve, from this call on; its result."""
        path, trial, numbers, advice = made
        if advice:
            self._say_once(advice)
        self._allowance.spend(len(path.tape.rows) + len(path.tape.guards), path.seconds)
        if layout.add(path, trial, tried):
            self._last = path
        if not path.owns_nan and any(map(_is_nan, numbers)):
            return self._instead_of_nan(layout, call)
        return path.build(numbers)

    def _obey(self, refused: Refused, layout: Layout, call: Call) -> Any:
        """Do what follows from a refusal; the function's own result."""
        if refused.advice:
            self._say_once(refused.advice)
        if refused.for_good:
            self._give_up(layout, refused.for_good)
        if refused.result is None:
            return self._eager(call, refused.why)
        self._eager_calls[refused.why] += 1
        return refused.result.as_numbers

    def _instead_of_nan(self, layout: Layout, call: Call) -> Any:
        """The function's own result where a program gives nan: of an edge that is not there?

        If that happens again, the next program leaves out what such edges lead to.
        """
        with changing:
            layout.n_nan += 1
            has_to_mask = layout.n_nan == MOST_NAN
        if has_to_mask:
            self._clear(layout, masks=True)
        return self._eager(call, NAN)

    def _eager(self, call: Call, why: str) -> Any:
        """The function's own result, as numbers, in a call that no program serves."""
        self._eager_calls[why] += 1
        return self._original.on_numbers(call).as_numbers

    def _by_sample(self, recipe: Recipe) -> BySample:
        """The function, a vmap, as one of the compiled function of a sample."""
        one = Compiled(recipe.function, self.mode, self.backend, self._original.are_plain)
        one._eager_calls = self._eager_calls  # which are counted also when the layout has gone
        return BySample(vmap(one, *recipe.settings), one)

    def _sample_by_sample(self, by_sample: BySample, call: Call) -> Any:
        """The result of a call, by the compiled function of a sample."""
        result = by_sample.mapped(*call.args, **call.kwargs)
        self._last = by_sample.one._last
        return result

    def _give_up(self, layout: Layout, why: str) -> None:
        """Run the function as it stands from now on, for arguments of this layout."""
        with changing:
            is_known = bool(layout.eager)
            layout.eager = why
            self._clear(layout)
        if not is_known:  # else another thread has told
            self._warn(f"runs uncompiled: {why}")

    def _clear(self, layout: Layout, **how: bool) -> None:
        """Throw the programs of a layout away, also what is kept of the one that is shown."""
        with changing:
            if any(path is self._last for path in layout.paths):
                self._last, self._text = None, (None, "")
            layout.clear(**how)
            self._open(self._layouts.beginning_with(layout))

    def _say_once(self, what: str) -> None:
        """Warn of something that is so once and for all."""
        with changing:
            is_known = what in self._told
            self._told.add(what)
        if not is_known:
            self._warn(what)

    def _warn(self, what: str) -> None:
        """Tell the user, at the line that calls."""
        text = f"compile: {self._name} {what}"
        warnings.warn(text, RuntimeWarning, stacklevel=users_level())

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def report(self) -> "Report":
        """What was made of the function: print it."""
        of_layouts = self._layouts, self._allowance.seconds_to_wait
        return Report.of(self._name, self.mode, self.backend, *of_layouts, self._eager_calls)

    @property
    def n_eager(self) -> int:
        """How many calls ran the function as it stands; each sample is one, if it goes by them."""
        return self._eager_calls.total()

    @property
    def source(self) -> str:
        """The program used last, as Python text: what native code computes, in the same order.

        Raises ValueError where none has served a call yet, or that one has been thrown away since.
        """
        last, (of_path, text) = self._last, self._text
        if last is None:
            why = " ".join(self.report().notes) or "is recorded when it is called; call it"
            raise ValueError(f"compile: {self._name} {why}")
        if of_path is not last:
            text = source_of(last)
            self._text = last, text
        return text

    @property
    def _name(self) -> str:
        return str(getattr(self, "__name__", "the function"))

    def __repr__(self) -> str:
        return f"<compiled {self._name}: {self.mode}>"


def _compiled_again(source: Any, mode: str, backend: str | None) -> Compiled:
    return Compiled(made_again(source), mode, backend)
