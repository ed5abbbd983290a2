"""Target classes: how many outputs of a batch that a program has run mean the target's class.

Owns what a program is told to count itself, and counting what it returns.
"""

from array import array
from collections.abc import Sequence
from operator import eq
from typing import Any

from autograd.replay import Decision, Done, Returned
from nn.evaluate import DecisionRule, numbers_of


class TargetClasses:
    """The classes of the targets of a training.

    Args:
        rule: by which outputs and targets mean classes; None where they mean none.
        targets: all of them.

    Attributes:
        wanted: what becomes of the outputs, as for `Descent.run`.
    """

    def __init__(self, rule: DecisionRule | None, targets: Sequence[Any]) -> None:
        self._rule = rule
        self._classes = [] if rule is None else [rule.of_target(y) for y in targets]
        self.wanted: Decision | bool = rule is not None
        if rule is not None and all(map(_is_class, self._classes)):
            self.wanted = Decision(rule.border, array("q", self._classes))

    def n_right(self, done: Done, samples: Sequence[int]) -> Sequence[float]:
        """How many outputs of each batch mean the class of their target."""
        rule = self._rule
        if rule is None or not done.returned:
            return done.n_right
        counts, start = [], 0
        for returned in done.returned:
            outputs = _outputs(returned)
            places = range(start, start + len(outputs))
            answers = [self._classes[samples[i % len(samples)]] for i in places]
            start += len(outputs)
            right = list(map(eq, map(rule.of_output, map(numbers_of, outputs)), answers))
            size = returned.size
            counts += [right[i : i + size].count(True) for i in range(0, len(right), size)]
        return counts


def _is_class(answer: Any) -> bool:
    """Whether native code can compare it: a callback may put anything in the place of a class."""
    return isinstance(answer, int) and abs(answer) < 2**31


def _outputs(returned: Returned) -> Sequence[Any]:
    """What the model returned, one entry for each sample."""
    numbers, width, shape = returned.numbers, returned.width, returned.shape
    if width == 0:
        return numbers
    if width is not None:
        return _rows(numbers, width)
    batches = [shape.rebuild(batch) for batch in _rows(numbers, shape.size)]
    return [output for batch in batches for output in batch]


def _rows(numbers: "array[float]", width: int) -> list[list[float]]:
    listed = numbers.tolist()
    return [listed[i : i + width] for i in range(0, len(listed), width)]
