"""Compiled: a function of Values as programs that give the same bits, hundreds of times faster.

Owns which program serves a call, when a function is recorded again, and when it runs as it stands.
"""

import math
import sys
import time
import warnings
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from inspect import iscoroutine
from operator import attrgetter
from types import MethodType
from typing import Any

from autograd import modes
from autograd.containers import Shape, flatten
from autograd.recipe import made_again, recipe_of, taken_down
from autograd.replay.calls.allowance import Allowance
from autograd.replay.calls.entered import Entered
from autograd.replay.calls.layout import GONE, MOST_LAYOUTS_EVER, Layout, Layouts, changing
from autograd.replay.calls.path import Path, path_of, source_of
from autograd.replay.calls.report import Report
from autograd.replay.handlers import pass_on
from autograd.replay.python.program import interpret
from autograd.replay.recording.arguments import Parts, is_other_array, take_apart
from autograd.replay.recording.binding import Bound, bind, which_items
from autograd.replay.recording.notes import NotReplayable, WantsBools
from autograd.replay.recording.recorder import Recording, record, run, uncollected
from autograd.replay.recording.refusals import (
    CHANGES_ARGUMENTS,
    HAS_NONE,
    LISTENED_TO,
    MADE_ROOM,
    NAN,
    OTHER_NUMBERS,
    RAISED,
    RETURNS_OBJECTS,
    TOO_MANY_LAYOUTS,
    WAITS,
    compares_by_identity,
    mistranslated,
    no_int,
    too_many_layouts,
    too_many_ways,
    what_was_raised,
)
from autograd.replay.recording.results import holds_of_recording
from autograd.replay.recording.trial import Trial, difference, is_number, is_translation, plain
from autograd.vectorize import vmap

MOST_NAN = 3  # calls in which programs of a layout give one that may not be the function's
MOST_PATHS = 32  # through the comparisons of a function, for one layout of its arguments

_AGAIN: Any = object()  # in place of a result: to be recorded once more

_data = attrgetter("_data")
_is_nan = math.isnan


class Compiled(Entered):
    """A function that is replayed; made by `compile`.

    Calling it is calling the function. `report()` says what was made of it, `source` shows the
    program.

    Args:
        f, mode, backend: as for `compile`.
        are_plain: whether floats are plain numbers for `f`, no Values: it is differentiated by
            leaves alone, if at all.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        mode: str = "exact",
        backend: str | None = None,
        are_plain: bool = False,
    ) -> None:
        super().__init__(f)
        self._function = f
        self.mode, self.backend = mode, backend
        self._are_plain, self._values = are_plain, _differentiated(f)
        if self._values is not None:
            self._are_plain = True
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
        return _compiled_again, (taken_down(self._function), self.mode, self.backend)

    def _call(self, /, *args: Any, **kwargs: Any) -> Any:
        """The function's result, as numbers: with Values, or inside a transform, a graph."""
        parts = take_apart(args, kwargs)
        if parts.has_values or modes.in_transform():
            bound = self._bound(args, kwargs, is_recorded=False)
            return self._function(*bound.args, **bound.kwargs)
        if modes.is_listened_to():
            return self._eager(args, kwargs, LISTENED_TO)
        layout = self._layouts.of(parts.key)
        if layout is None:
            self._say_once(too_many_layouts(MOST_LAYOUTS_EVER), stacklevel=4)
            return self._eager(args, kwargs, TOO_MANY_LAYOUTS)
        tried = [*layout.paths]
        for i, path in enumerate(tried):
            numbers = [*parts.numbers, *map(_data, path.leaves)]
            before = path.program.seconds_later
            try:
                found = path.program.run(numbers, parts.arrays)
            except Exception as error:  # noqa: BLE001 - of a row in Python: a guard may come first
                pass_on(error)
                outputs, shape = self._of_function(args, kwargs)  # raises what this does
                self._eager_calls[RAISED] += 1
                return shape.rebuild(map(plain, outputs))
            if path.program.seconds_later != before:  # just translated: as unproven as a new one
                with changing:
                    trial = layout.unproven.get(id(path))
                    known = trial.inputs if trial is not None else b""
                    layout.unproven[id(path)] = Trial(known, False)
            if found is None:
                continue
            found = found[: len(found) - path.n_own]
            if i:  # the next call is likely to take the same way
                layout.put_first(path)
            self._last = path
            if not path.owns_nan and any(map(_is_nan, found)):
                return self._instead_of_nan(layout, args, kwargs)
            trial = layout.unproven.get(id(path))
            if trial is None:
                if path.program.direct is not None and id(path) not in layout.entered:
                    with changing:  # translated in another thread's call
                        self._open(self._layouts.beginning_with(layout))
                return path.build(found)
            right = self._result_instead(layout, path, trial, parts, found, args, kwargs)
            return right[0] if right else path.build(found)
        if layout.eager:
            return self._eager(args, kwargs, MADE_ROOM if layout is GONE else HAS_NONE)
        if layout.by_sample is not None:
            return layout.by_sample(*args, **kwargs)
        return self._record(layout, tried, parts, args, kwargs)

    def _say_once(self, what: str, stacklevel: int) -> None:
        """Warn of something that is so once and for all."""
        with changing:
            is_known = what in self._told
            self._told.add(what)
        if not is_known:
            text = f"compile: {self._name} {what}"
            warnings.warn(text, RuntimeWarning, stacklevel=stacklevel)

    def _record(
        self, layout: Layout, tried: list[Path], parts: Parts, args: Any, kwargs: Any
    ) -> Any:
        """Run the function once on fresh nodes, keep the program, return the result."""
        if len(tried) >= MOST_PATHS:
            self._give_up(layout, too_many_ways(MOST_PATHS, layout.lines()))
            return self._eager(args, kwargs, HAS_NONE)
        start = time.perf_counter()
        if self._allowance.has_to_wait(layout):
            try:
                return self._eager(args, kwargs, WAITS)
            finally:
                with changing:
                    layout.seconds_missed += time.perf_counter() - start
        try:
            result = _AGAIN
            while result is _AGAIN:
                result = uncollected(
                    lambda: self._recorded(layout, tried, parts, args, kwargs, start)
                )
            return result
        except Exception as error:
            if not isinstance(error, NotReplayable):  # which the function itself does not raise
                self._allowance.spend_in_vain(layout, time.perf_counter() - start)
            layout.raised = what_was_raised(error)
            raise

    def _recorded(
        self,
        layout: Layout,
        tried: list[Path],
        parts: Parts,
        args: Any,
        kwargs: Any,
        start: float,
    ) -> Any:
        bound = self._bound(args, kwargs)
        inputs = [*bound.scalars, *[x for block in bound.arrays for x in block]]
        if bound.is_unlike:
            self._give_up(layout, OTHER_NUMBERS, stacklevel=8)
            return self._eager(args, kwargs, HAS_NONE)
        given = which_items([*bound.args, *bound.kwargs.values()])
        try:
            how = layout.how._replace(exact=self.mode == "exact")
            recording = record(self._function, bound.args, bound.kwargs, inputs, how)
        except NotReplayable:
            raise
        except WantsBools:
            return self._again(layout, asks_all=True)
        except Exception as error:
            pass_on(error)
            if not bound.has_plain:
                raise
            result = self._eager(args, kwargs, HAS_NONE)  # raises what the function itself does
            self._give_up(layout, no_int(error), stacklevel=8)
            return result
        if given != which_items([*bound.args, *bound.kwargs.values()]):
            self._give_up(layout, CHANGES_ARGUMENTS, stacklevel=8)
            return self._eager(args, kwargs, HAS_NONE)
        recipe = recipe_of(self._function)
        if recipe is not None and recipe.transform is vmap and recording.parts_ways:
            one = Compiled(recipe.function, self.mode, self.backend, self._are_plain)
            layout.by_sample = vmap(one, *recipe.settings)
            return layout.by_sample(*args, **kwargs)
        if recording.is_doubtful:
            return self._eager(args, kwargs, NAN)
        why = recording.why_not or (OTHER_NUMBERS if recording.is_unlike else "")
        if why or holds_of_recording(recording.outputs, recording.shape, inputs):
            for coroutine in filter(iscoroutine, recording.outputs):
                coroutine.close()  # nobody is going to await it
            if recording.computes:
                return self._again(layout, asks_all=True)
            self._give_up(layout, why or RETURNS_OBJECTS, stacklevel=8)
            return self._eager(args, kwargs, HAS_NONE)
        if recording.identities and self._values is None:
            self._say_once(compares_by_identity(recording.identities), stacklevel=8)
        results = [float(plain(x)) for x in recording.outputs if is_number(x)]
        # Which an edge that is not there may have made:
        has_nan = not recording.owns_nan and any(map(_is_nan, results))
        # In a recording are no plain numbers and no bools: is their class asked for?
        if (bound.has_plain or recording.computes) and not has_nan:
            right = self._instead_of_recorded(layout, bound, recording, results, args, kwargs)
            if right is not None:
                return right[0]
        asked = recording.asked + layout.answers.asked(recording.held)
        path, trial, numbers = path_of(
            recording._replace(asked=asked),
            bound,
            self.mode,
            self.backend,
            parts.key,
            self._slow,
            start,
            self._function,
        )
        self._allowance.spend(len(path.tape.rows) + len(path.tape.guards), path.seconds)
        if layout.add(path, trial, tried):
            self._last = path
        if has_nan:
            return self._instead_of_nan(layout, args, kwargs)
        return path.build(numbers)

    def _instead_of_recorded(
        self,
        layout: Layout,
        bound: Bound,
        recording: Recording,
        results: list[float],
        args: Any,
        kwargs: Any,
    ) -> list[Any] | None:
        """Nothing, if what was recorded has the numbers of the function itself; else its result.

        That may be that it is to be recorded once more.
        """
        try:
            right, shape = self._of_function(args, kwargs)
        except Exception as error:
            pass_on(error)
            if bound.has_plain:
                raise
            return None  # what can be run once alone, as it reads an iterator: the next call tells
        why = difference(recording, results, right, shape)
        if not why:
            layout.answers.see(recording.held)
            return None
        if recording.computes:
            return [self._again(layout, asks_all=True)]
        self._give_up(layout, why, stacklevel=9)
        self._eager_calls[HAS_NONE] += 1
        return [shape.rebuild(map(plain, right))]

    def _instead_of_nan(self, layout: Layout, args: Any, kwargs: Any) -> Any:
        """The function's own result where a program gives nan: of an edge that is not there?

        If that happens again, the next program leaves out what such edges lead to.
        """
        with changing:
            layout.n_nan += 1
            has_to_mask = layout.n_nan == MOST_NAN
        if has_to_mask:
            self._again(layout, masks=True)
        return self._eager(args, kwargs, NAN)

    def _again(self, layout: Layout, **how: bool) -> Any:
        """Throw the programs of a layout away, which is to be recorded otherwise."""
        with changing:
            layout.clear(**how)
            self._open(self._layouts.beginning_with(layout))
        return _AGAIN

    def _result_instead(
        self,
        layout: Layout,
        path: Path,
        trial: Trial,
        parts: Parts,
        found: Sequence[float],
        args: Any,
        kwargs: Any,
    ) -> list[Any]:
        """Nothing, if the program gives the function's bits; else the function's result.

        Asked at the second call, and at the first with other numbers. A program that does not is
        thrown away: the function uses something that is not in its graph, such as a random number;
        or what was `found` is another number than the tape itself gives, interpreted.
        """
        given = array("d", [*parts.numbers, *map(_data, path.leaves)])
        for block in parts.arrays:
            given.frombytes(block.tobytes())
        inputs = given.tobytes()
        is_other = inputs != trial.inputs
        if trial.is_repeated and not is_other:
            return []  # the same numbers again would prove nothing
        right, shape = self._of_function(args, kwargs)
        tape = interpret(path.tape, given)
        if tape is not None:
            tape = tape[: len(tape) - path.n_own]
        why = difference(path, tape, right, shape)
        if not why and tape is not None and not is_translation(found, tape, self.mode):
            why = mistranslated(self.mode)
        if why:
            # With a nan nothing is proven: an edge that is not there may have made it. Native code
            # may have none, where it leaves out what is made of that edge.
            has_nan = not path.owns_nan and tape is not None and any(map(_is_nan, tape))
            if not has_nan:
                self._give_up(layout, why)
            self._eager_calls[NAN if has_nan else HAS_NONE] += 1
            return [shape.rebuild(map(plain, right))]
        if any(map(_is_nan, found)):
            return []  # a wrong number may be hidden in it
        with changing:
            direct = path.program.direct
            if direct is not None:
                direct.serve_only(None if is_other else inputs)
            if is_other:
                layout.unproven.pop(id(path), None)
            elif not layout.eager:
                layout.unproven[id(path)] = Trial(inputs, True)
            self._open(self._layouts.beginning_with(layout))
        return []

    def _give_up(self, layout: Layout, why: str, stacklevel: int = 5) -> None:
        """Run the function as it stands from now on, for arguments of this layout."""
        with changing:
            is_known = bool(layout.eager)
            layout.eager = why
            layout.clear()
            self._open(self._layouts.beginning_with(layout))
        if is_known:  # another thread has told
            return
        warnings.warn(
            f"compile: {self._name} runs uncompiled: {why}", RuntimeWarning, stacklevel=stacklevel
        )

    def _eager(self, args: Any, kwargs: Any, why: str) -> Any:
        """The function's own result, as numbers, in a call that no program serves."""
        self._eager_calls[why] += 1
        if self._values is None:
            outputs, shape = self._of_function(args, kwargs)
        else:  # of numbers, for gradients of Values are Values: ten times the work
            bound = bind(args, kwargs, are_plain=True, is_recorded=False)
            found = run(self._function, bound.args, bound.kwargs, is_inside=False)
            outputs, shape = flatten(found, whole=is_other_array)
        return shape.rebuild(map(plain, outputs))

    def _of_function(self, args: Any, kwargs: Any) -> tuple[list[Any], Shape]:
        """What the function itself returns, taken apart."""
        bound = self._bound(args, kwargs, is_recorded=False)
        return flatten(run(self._function, bound.args, bound.kwargs), whole=is_other_array)

    def _bound(self, args: Any, kwargs: Any, is_recorded: bool = True) -> Bound:
        return bind(args, kwargs, self._are_plain, is_recorded, self._values or ())

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def report(self) -> "Report":
        """What was made of the function: print it."""
        of_layouts = self._layouts, self._allowance.seconds_to_wait
        return Report.of(self._name, self.mode, self.backend, *of_layouts, self._eager_calls)

    @property
    def n_eager(self) -> int:
        """How many calls ran the function as it stands."""
        return self._eager_calls.total()

    @property
    def source(self) -> str:
        """The program used last, as Python text: what native code computes, in the same order.

        Raises ValueError before the first call.
        """
        if self._last is None:
            why = " ".join(self.report().notes) or "is recorded when it is first called; call it"
            raise ValueError(f"compile: {self._name} {why}")
        last, (of_path, text) = self._last, self._text
        if of_path is not last:
            text = source_of(last)
            self._text = last, text
        return text

    @property
    def _name(self) -> str:
        return str(getattr(self, "__name__", "the function"))

    def __repr__(self) -> str:
        return f"<compiled {self._name}: {self.mode}>"


def _differentiated(f: Any) -> tuple[int, ...] | None:
    """The arguments by which a transform that has made `f` differentiates; None if there is none.

    It leaves the numbers in the others plain for its function.
    """
    recipe = recipe_of(f)
    if recipe is None:
        return None
    if recipe.transform is vmap:
        return _differentiated(recipe.function)
    (argnums,) = recipe.settings
    return argnums if isinstance(argnums, tuple) else (argnums,)


def _compiled_again(source: Any, mode: str, backend: str | None) -> Compiled:
    return Compiled(made_again(source), mode, backend)
