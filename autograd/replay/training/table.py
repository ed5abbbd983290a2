"""Table: the samples of a training as one array of doubles, from which programs take batches.

Owns the layout that all samples share.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.replay.programs import chosen
from autograd.replay.recording.arguments import is_whole, take_apart
from autograd.replay.recording.binding import bind
from autograd.value import Value

MOST_COMPARED = 100  # different ints of one place that are floats here, each in both ways


class Table:
    """All rows, or all targets.

    Args:
        samples: numbers, or lists of numbers of one layout. What is a whole number in some samples
            and a float in others is a float in all.
        name: of these samples, for messages.

    Attributes:
        numbers: of all samples, one after another.
        size: how many one has.
        key: the layout of one.
        unlike: a sample of each kind, where not all hold ints, floats or bools in the same places,
            and those that hold an int which is a float here: many of each place.

    Raises TypeError, which names the sample, for anything else.
    """

    def __init__(self, samples: Sequence[Any], name: str) -> None:
        self._samples, self._alike = samples, _of_one_kind(samples)
        self.unlike = [] if _are_floats(samples) else _one_of_each(samples)
        if self._alike is not samples:
            self.unlike = sorted({*self.unlike, *_made_floats(samples, self._alike)})
        self.numbers = array("d")
        self.key: Any = None
        for i, sample in enumerate(self._alike):
            try:
                parts = take_apart((sample,), {})
            except (TypeError, OverflowError) as error:
                raise _refusal(name, i, sample) from error
            if parts.has_values or parts.arrays or not parts.numbers:
                raise _refusal(name, i, sample)
            self.key = parts.key if i == 0 else self.key
            if parts.key != self.key:
                raise TypeError(
                    f"fit: compiled=True needs samples of one layout; {name}[{i}] is {sample!r:.40}"
                    f", a {type(sample).__name__}, {name}[0] {self._samples[0]!r:.40}, a "
                    f"{type(self._samples[0]).__name__}: train without compiled"
                )
            self.numbers.extend(parts.numbers)
        self.size = len(self.numbers) // max(1, len(samples))

    def __len__(self) -> int:
        return len(self._samples)

    def of(self, samples: Sequence[int]) -> "array[float]":
        """The numbers of some samples, one after another."""
        return chosen(self.numbers, self.size, samples)

    def plain(self, samples: Sequence[int]) -> list[Any]:
        """Some samples as they are."""
        return [self._samples[i] for i in samples]

    def bound(
        self, samples: Sequence[int], is_recorded: bool = True
    ) -> tuple[list[Any], list[Value]]:
        """Some samples, plain numbers as in eager mode, and the fresh nodes behind these.

        If they are not recorded: a copy.
        """
        alike = [self._alike[i] for i in samples]
        found = bind((alike,), {}, are_plain=True, is_recorded=is_recorded)
        return found.args[0], found.scalars


def _refusal(name: str, i: int, sample: Any) -> TypeError:
    return TypeError(
        f"fit: compiled=True needs samples that are numbers, or lists of them; {name}[{i}] is "
        f"{sample!r:.40}: train without compiled"
    )


def _of_one_kind(samples: Sequence[Any]) -> Sequence[Any]:
    """The samples, where a place that holds both ints and floats holds floats alone.

    Bools count as ints do; an int too large for a float to tell from its neighbours is a float.
    """
    kinds = set(map(type, samples))
    if kinds == {list} and len(set(map(len, samples))) == 1:
        columns = [list(column) for column in zip(*samples, strict=True)]
        alike = [_of_one_kind(column) for column in columns]
        if all(new is old for new, old in zip(alike, columns, strict=True)):
            return samples
        return [list(row) for row in zip(*alike, strict=True)]
    if kinds <= {int, float, bool} and not (kinds == {float} or _are_whole(samples)):
        return [float(x) for x in samples]
    return samples


def _are_floats(samples: Sequence[Any]) -> bool:
    """Whether all samples are floats, or lists of floats: quick to see."""
    if set(map(type, samples)) == {list}:
        return all(set(map(type, sample)) <= {float} for sample in samples)
    return set(map(type, samples)) == {float}


def _one_of_each(samples: Sequence[Any]) -> list[int]:
    """The first sample of each kind; none if all are of one."""
    first: dict[Any, int] = {}
    for i, sample in enumerate(samples):
        first.setdefault(_kind_of(sample), i)
    return [*first.values()] if len(first) > 1 else []


def _made_floats(samples: Sequence[Any], alike: Sequence[Any]) -> set[int]:
    """For each place samples that hold different ints there which are floats now.

    Of very many the least, the largest, and some between: at those it shows what an int can do.
    """
    found: dict[Any, dict[int, int]] = {}
    for i, (sample, now) in enumerate(zip(samples, alike, strict=True)):
        for place, number in _ints_of(sample, now):
            found.setdefault(place, {}).setdefault(number, i)
    chosen: set[int] = set()
    for first in found.values():
        numbers = sorted(first)
        step = max(1, len(numbers) // MOST_COMPARED)
        few = {numbers[-1], *numbers[::step], *[x for x in (0, 1) if x in first]}
        chosen.update([first[x] for x in few])
    return chosen


def _ints_of(sample: Any, now: Any, *place: int) -> Iterator[tuple[Any, int]]:
    """Where an int has become a float, and which."""
    if isinstance(sample, (list, tuple)):
        for k, (x, y) in enumerate(zip(sample, now, strict=True)):
            yield from _ints_of(x, y, *place, k)
    elif isinstance(sample, int) and isinstance(now, float):
        yield place, sample


def _kind_of(sample: Any) -> Any:
    if isinstance(sample, (list, tuple)):
        return tuple([_kind_of(x) for x in sample])
    return type(sample), isinstance(sample, int) and is_whole(sample)


def _are_whole(samples: Sequence[Any]) -> bool:
    return all(is_whole(x) for x in samples)
