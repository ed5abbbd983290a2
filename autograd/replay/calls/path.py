"""Path: one way through a function, from the recording of it to a program.

Owns what is kept of a recording, and whether native code may take its arguments itself.
"""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from itertools import chain
from typing import Any, NamedTuple

from autograd.containers import Shape
from autograd.node import number_of
from autograd.origin import Line
from autograd.replay.backends import program_of
from autograd.replay.programs import Direct, Program
from autograd.replay.python.text import legend as comments, preamble, written
from autograd.replay.recording.binding import Bound
from autograd.replay.recording.recorder import Recording
from autograd.replay.recording.results import Builder, builder_of
from autograd.replay.recording.trial import Trial, is_number
from autograd.replay.tapes.repeating import repeating
from autograd.replay.tapes.tape import Tape, tape_of
from autograd.value import Value

MOST_GUESSES = 3  # of how many samples there are, by the lengths of arguments


class Path(NamedTuple):
    """One way through a function: a program, and what it is made of.

    Attributes:
        tape, program: what runs.
        leaves: the leaves of the function's own that are read at each call.
        shape: the containers of a result.
        fixed: what stands in a result and is no number of the program, by its place.
        wholes: the places of a result that hold a whole number.
        build: puts a result together.
        seconds: how long recording and translating took.
        is_near: whether the tape itself need not give the last digits of the function's numbers.
        owns_nan: whether a nan is the function's own, of no edge that eager mode does not have.
        n_own: how many outputs stand at the end that are no result: of operations of the user's
            own, which are to be called, as they may raise.
        lines: of the function's code: where it asked which way to go, and how often each.
        guesses: of which samples its inputs may be, as for `find_samples`.
        legend: of its text.
    """

    tape: Tape
    program: Program
    leaves: list[Value]
    shape: Shape
    fixed: dict[int, Any]
    wholes: set[int]
    build: Builder
    seconds: float
    is_near: bool
    owns_nan: bool
    n_own: int
    lines: "Counter[Line]"
    guesses: Sequence[Sequence[int]]
    legend: str


class Made(NamedTuple):
    """A path as it was recorded.

    Attributes:
        path: it.
        trial: that it is yet to be compared on other numbers than these.
        result: the numbers of the result.
        advice: what the user is to be told of the function; "" if nothing is.
    """

    path: Path
    trial: Trial
    result: list[float]
    advice: str = ""


def path_of(
    recording: Recording,
    bound: Bound,
    mode: str,
    backend: str | None,
    key: tuple[Any, ...],
    slow: Callable[..., Any],
    start: float,
    function: Callable[..., Any],
) -> Made:
    """The program of a recording.

    Args:
        recording: of a call with the arguments `bound`.
        mode, backend: as for `compile`.
        key: what the program is made for, as `take_apart` has it.
        slow: what serves the calls that native code cannot take itself.
        start: when the recording began, in seconds of `time.perf_counter`.
        function: what was recorded.
    """
    fixed = recording.fixed
    outputs = [x for x in recording.outputs if is_number(x)]
    inputs = [*bound.scalars, *recording.leaves, *[x for block in bound.arrays for x in block]]
    outputs_and_own = outputs + recording.own
    tape = tape_of(
        inputs,
        recording.constants,
        outputs_and_own,
        recording.asked,
        recording.compares,
        recording.order,
    )
    sizes = [len(bound.scalars) + len(recording.leaves), *map(len, bound.arrays)]
    direct = None
    if not fixed and not recording.wholes:
        layouts, named = key[1 : 1 + key[0]], dict(key[1 + key[0] :])
        arguments, names = (*layouts, *named.values()), tuple(named)
        direct = Direct(arguments, names, recording.shape, recording.leaves, slow)
    guesses = _guesses(bound, sizes)
    program = program_of(tape, sizes, mode, backend, direct, guesses)
    build = builder_of(recording.shape, fixed, recording.wholes)
    shape, wholes, seconds = recording.shape, recording.wholes, time.perf_counter() - start
    n_own = len(recording.own)
    flags = recording.is_near, recording.owns_nan
    made = shape, fixed, wholes, build, seconds, *flags, n_own, recording.lines
    legend = _legend(bound, recording, len(outputs), _parameters(function))
    path = Path(tape, program, recording.leaves, *made, guesses, legend)
    numbers = array("d", [x._number for x in inputs]).tobytes()
    result = [*map(number_of, outputs)]
    return Made(path, Trial(numbers, False), result)


def source_of(path: Path) -> str:
    """The program as text of Python, which runs by itself."""
    text, called = written(*repeating(path.tape, guesses=path.guesses))
    return path.legend + preamble(called) + text


def _parameters(f: Any) -> list[str]:
    """The names of its parameters that are given by place, if Python knows them."""
    try:
        found = signature(f).parameters.values()
    except (TypeError, ValueError):  # of built-in functions
        return []
    by_place = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
    return [each.name for each in found if each.kind in by_place]


def _legend(bound: Bound, recording: Recording, n_outputs: int, names: Sequence[str]) -> str:
    """What the inputs and outputs of the program are."""

    def name(where: int | str) -> str:
        if isinstance(where, str):
            return where
        return names[where] if where < len(names) else f"argument {where}"

    scalars = [(n, name(where)) for where, n, _ in bound.shares]
    arrays = [name(where) for where, _, n in bound.shares for _ in range(n)]
    sizes = map(len, bound.arrays)
    leaves = len(recording.leaves), "Values from outside, such as weights"
    own = len(recording.own), "of operations of one's own that nothing needs"
    return comments(
        [*scalars, leaves, *zip(sizes, arrays, strict=True)], [(n_outputs, "the result"), own]
    )


def _guesses(bound: Bound, sizes: Sequence[int]) -> list[list[int]]:
    """Of which sample each input may be, or -1: as many samples as arguments have items."""
    numbers: Counter[int] = Counter()
    for span in bound.spans:
        numbers[span.n] += len(span.scalars) + sum([sizes[1 + i] for i in span.arrays])
    found = []
    for n, _ in numbers.most_common(MOST_GUESSES):
        of_arrays = [[-1] * size for size in sizes[1:]]
        of_numbers = [-1] * sizes[0]
        for span in bound.spans:
            each, left = divmod(len(span.scalars), n)
            if span.n != n or left:
                continue
            for place, i in enumerate(span.scalars):
                of_numbers[i] = place // each
            for place, i in enumerate(span.arrays):
                size = sizes[1 + i]
                if len(span.arrays) == n:
                    of_arrays[i] = [place] * size
                elif len(span.arrays) == 1 and size % n == 0:
                    of_arrays[i] = [k // (size // n) for k in range(size)]
        found.append([*of_numbers, *chain.from_iterable(of_arrays)])
    return found
