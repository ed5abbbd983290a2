"""Making: a program for a call, and whether it gives what the function itself gives.

Owns what is refused, when a function is recorded and when its program is compared with it. Nothing
is changed here but what comparisons are known to answer: `Compiled` does what is found.
"""

import math
from array import array
from collections.abc import Callable, Sequence
from inspect import iscoroutine
from typing import NamedTuple

from autograd.node import stored_number
from autograd.recipe import Recipe, recipe_of
from autograd.replay.calls.original import Call, Original, Result
from autograd.replay.calls.path import Made, Path, path_of
from autograd.replay.handlers import pass_on
from autograd.replay.python.program import interpret
from autograd.replay.recording.binding import Bound, which_items
from autograd.replay.recording.conditions import Answers
from autograd.replay.recording.notes import How, NotReplayable, WantsBools
from autograd.replay.recording.recorder import Recording, record
from autograd.replay.recording.refusals import (
    CHANGES_ARGUMENTS,
    HAS_NONE,
    NAN,
    OTHER_NUMBERS,
    RETURNS_OBJECTS,
    compares_by_identity,
    mistranslated,
    no_int,
)
from autograd.replay.recording.results import holds_of_recording
from autograd.replay.recording.trial import Trial, difference, is_number, is_translation, plain
from autograd.vectorize import vmap

_is_nan = math.isnan


class Refused(NamedTuple):
    """No program serves a call.

    Attributes:
        for_good: why none is to serve calls of its layout from now on; "" if others may be.
        why: none serves this one.
        result: of the function itself, if it has been run.
        advice: see `Made`.
    """

    for_good: str = ""
    why: str = HAS_NONE
    result: Result | None = None
    advice: str = ""


class Passed(NamedTuple):
    """A program has given the function's bits.

    Attributes:
        inputs: the numbers, as doubles.
        is_proven: whether they are others than those it was recorded with.
    """

    inputs: bytes
    is_proven: bool


class Maker:
    """Makes the programs of a function, and compares them with it.

    Args:
        original: the function.
        mode, backend: as for `compile`.
        slow: what serves the calls that native code cannot take itself.
    """

    def __init__(
        self, original: Original, mode: str, backend: str | None, slow: Callable[..., object]
    ) -> None:
        self._original, self._mode, self._backend, self._slow = original, mode, backend, slow

    def make(self, call: Call, how: How, answers: Answers, start: float) -> Made | Refused | Recipe:
        """Run the function once on fresh nodes, and translate what that leaves.

        A Recipe is that of the function, a vmap, which is to go sample by sample.

        Args:
            call: for which a program is made.
            how: it is recorded.
            answers: of comparisons, which have been seen in its layout.
            start: when the call began, in seconds of `time.perf_counter`.

        Raises what the function raises, NotReplayable for what no program may do, and WantsBools
        where it is to be recorded once more, each comparison a question.
        """
        original = self._original
        bound = original.bound(call, is_recorded=True)
        inputs = [*bound.scalars, *[x for block in bound.arrays for x in block]]
        if bound.is_unlike:
            return Refused(OTHER_NUMBERS)
        given = which_items([*bound.args, *bound.kwargs.values()])
        how = how._replace(exact=self._mode == "exact")
        try:
            recording = record(original.function, bound.args, bound.kwargs, inputs, how)
        except (NotReplayable, WantsBools):
            raise
        except Exception as error:
            pass_on(error)
            if not bound.has_plain:
                raise
            result = original.on_numbers(call)  # raises what the function itself does
            return Refused(no_int(error), result=result)
        if given != which_items([*bound.args, *bound.kwargs.values()]):
            return Refused(CHANGES_ARGUMENTS)
        recipe = recipe_of(original.function)
        if recipe is not None and recipe.transform is vmap and recording.parts_ways:
            return recipe
        if recording.is_doubtful:
            return Refused(why=NAN)
        why = recording.why_not or (OTHER_NUMBERS if recording.is_unlike else "")
        if why or holds_of_recording(recording.outputs, recording.shape, inputs):
            for coroutine in filter(iscoroutine, recording.outputs):
                coroutine.close()  # nobody is going to await it
            if recording.computes:
                raise WantsBools
            return Refused(why or RETURNS_OBJECTS)
        advice = ""
        if recording.identities and not original.is_transformed:
            advice = compares_by_identity(recording.identities)
        refused = self._compared(call, bound, recording, answers)
        if refused is not None:
            return refused._replace(advice=advice)
        asked = recording.asked + answers.asked(recording.held)
        return path_of(
            recording._replace(asked=asked),
            bound,
            self._mode,
            self._backend,
            call.parts.key,
            self._slow,
            start,
            original.function,
        )._replace(advice=advice)

    def _compared(
        self, call: Call, bound: Bound, recording: Recording, answers: Answers
    ) -> Refused | None:
        """None if what was recorded has the numbers of the function itself.

        In a recording are no plain numbers and no bools, nor one object twice: is that asked for?
        Where there are none, or a nan may be of an edge that is not there, later calls tell.
        """
        results = [float(plain(x)) for x in recording.outputs if is_number(x)]
        has_nan = not recording.owns_nan and any(map(_is_nan, results))
        if has_nan or not (bound.has_plain or recording.computes or bound.has_twins):
            return None
        try:
            result = self._original.on_values(call)
        except Exception as error:
            pass_on(error)
            if bound.has_plain:
                raise
            return None  # what can be run once alone, as it reads an iterator: the next call tells
        why = difference(recording, results, *result)
        if not why:
            answers.see(recording.held)
            return None
        if recording.computes:
            raise WantsBools
        return Refused(why, result=result)

    def judge(
        self, path: Path, trial: Trial, found: Sequence[float], call: Call
    ) -> Refused | Passed | None:
        """Whether a program gives the function's bits; None if that cannot be told.

        Asked at the second call, and at the first with other numbers. One that does not is refused:
        the function uses something that is not in its graph, such as a random number; or what was
        `found` is another number than the tape itself gives, interpreted.

        Args:
            path, trial: the program's.
            found: what it has given.
            call: with which.
        """
        given = array("d", [*call.parts.numbers, *map(stored_number, path.leaves)])
        for block in call.parts.arrays:
            given.frombytes(block.tobytes())
        inputs = given.tobytes()
        is_other = inputs != trial.inputs
        if trial.is_repeated and not is_other:
            return None  # the same numbers again would prove nothing
        result = self._original.on_values(call)
        tape = interpret(path.tape, given)
        if tape is not None:
            tape = tape[: len(tape) - path.n_own]
        why = difference(path, tape, *result)
        if not why and tape is not None and not is_translation(found, tape, self._mode):
            why = mistranslated(self._mode)
        if why:
            # With a nan nothing is proven: an edge that is not there may have made it. Native code
            # may have none, where it leaves out what is made of that edge.
            has_nan = not path.owns_nan and tape is not None and any(map(_is_nan, tape))
            return Refused(why=NAN, result=result) if has_nan else Refused(why, result=result)
        if any(map(_is_nan, found)):
            return None  # a wrong number may be hidden in it
        return Passed(inputs, is_other)
