"""How a plot reads a model's outputs, and the targets, as classes with names.

Owns that reading: by the preparation of the data if there is one, else by the targets, as
`nn.accuracy` does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nn.data.encodings import ClassTarget
from nn.data.preparation import Preparation
from nn.evaluate import binary_threshold, largest
from nn.plot.style import name_of


@dataclass(frozen=True)
class Classes:
    """The classes of a classification.

    Args:
        names: of the classes.
        border: above it a single output means the second class; None where there are several
            outputs, of which the largest decides.
        who: the function that plots, for its errors.
    """

    names: list[str]
    border: float | None
    who: str

    def predicted(self, output: Any) -> int:
        """Return the class that an output means."""
        return largest(output) if self.border is None else int(output > self.border)

    def actual(self, target: Any, i: int) -> int:
        """Return the class that the target of sample i means; ValueError if it is none."""
        if self.border is not None and target in (-1, 0, 1):
            return int(target > 0)
        if self.border is None and isinstance(target, list) and len(target) == len(self.names):
            return largest(target)
        if self.border is None and target in range(len(self.names)):
            return int(target)
        expected = (
            "-1 and +1, or 0 and 1"
            if self.border is not None
            else f"class indices 0 to {len(self.names) - 1}"
        )
        raise ValueError(
            f"{self.who}: the targets must be {expected}; got {target!r:.40} (sample {i})"
        )

    def margins(self, output: Any) -> list[float]:
        """Return for each class how far it is ahead of the others, in units of the outputs."""
        if self.border is not None:
            return [self.border - output, output - self.border]
        return [
            score - max(output[:i] + output[i + 1 :], default=-math.inf)
            for i, score in enumerate(output)
        ]


def classes_of(
    output: Any,
    targets: Sequence[Any],
    names: Sequence[object] | None,
    preparation: Preparation | None,
    who: str,
) -> Classes:
    """Return how outputs like `output` are read as classes.

    Args:
        output: of the model, a float or a list.
        targets: of the samples; without a preparation they tell the border of a single output.
        names: of the classes; None takes those of the preparation, or what the targets are.
        preparation: of the data, or None.
        who: the function that plots, for its errors.

    Raises ValueError where these are no classes, or the names are not as many.
    """
    several = isinstance(output, list)
    n_classes = len(output) if several else 2
    border = None if several else binary_threshold(list(targets))
    if preparation is not None:
        target = preparation.target
        if not isinstance(target, ClassTarget):
            raise ValueError(f"{who}: the target {target.name!r:.40} is a number, not a class")
        if len(target.output_names) != (n_classes if several else 1):
            raise ValueError(
                f"{who}: the preparation is for {len(target.output_names)} outputs, but the model "
                f"has {n_classes if several else 1}; give those that belong together"
            )
        names, border = names or target.classes, target.border
    elif not several and border is None:
        shown = ", ".join(sorted({f"{target!r:.20}" for target in targets})[:3])
        raise ValueError(
            f"{who}: for a model with one output the targets must be both -1 and +1, or both 0 "
            f"and 1; got {shown}"
        )
    if names is None:
        names = range(n_classes) if several else sorted(set(targets))
    if isinstance(names, str) or len(names) != n_classes:
        raise ValueError(
            f"{who}: classes must be a list of {n_classes} names, one for each class; "
            f"got {names!r:.40}"
        )
    return Classes([name_of(name) for name in names], border, who)
