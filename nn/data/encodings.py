"""Encodings: what the cell of one column is for a network, and what its output means.

Owns standardising, one-hot encoding and the encodings of a target. A column refuses a cell with a
ValueError in words that complete "the value ...".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import autograd as ag
from nn.data.cells import (
    FILL_IN,
    check_label,
    is_missing,
    is_number,
    label_of,
    number_in,
    number_label,
)

# How classes become targets -> how many outputs the network has for it, None: one for each class.
ENCODINGS: dict[str, int | None] = {
    "index": None,  # 0, 1, 2, ...: cross_entropy
    "one_hot": None,  # [0, 1, 0]: mse
    "sign": 1,  # -1, +1: hinge
    "logit": 1,  # 0, 1: binary_cross_entropy_with_logits
    "probability": 1,  # 0, 1, after a sigmoid: binary_cross_entropy
}


@dataclass(frozen=True)
class NumberColumn:
    """A feature that is a number x; the network sees (x - mean) / deviation."""

    name: str
    mean: float
    deviation: float

    def __post_init__(self) -> None:
        _check_scale(self.name, self.mean, self.deviation)

    @property
    def input_names(self) -> list[str]:
        """The one name of its one input."""
        return [self.name]

    def inputs(self, cell: float | str) -> list[float]:
        """Return the scaled number; ValueError for a cell that is none."""
        number = _scaled(number_of(cell), self.mean, self.deviation)
        if not math.isfinite(number):
            raise ValueError(f"is {cell!r:.40}: too far from those of the training data")
        return [number]


@dataclass(frozen=True)
class CategoryColumn:
    """A feature that is one of `categories`; the network sees 1 for it and 0 for each other.

    Two categories are two inputs as well: one rule, and each category has weights of its own.
    """

    name: str
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_labels(self.name, self.categories, least=1)

    @property
    def input_names(self) -> list[str]:
        """A name for each category: `colour=red`."""
        return [f"{self.name}={text}" for text in self.categories]

    def inputs(self, cell: float | str) -> list[float]:
        """Return 1 at the category's place and 0 elsewhere; ValueError for an unknown one."""
        if not isinstance(cell, str):
            raise ValueError(f"is the number {cell!r:.40}, not one of {listed(self.categories)}")
        label = label_of(cell)
        if label not in self.categories:
            if is_missing(label):
                raise ValueError(f"is missing ({cell!r:.20}); {FILL_IN}")
            raise ValueError(
                f"is {label!r:.40}, which the training data did not have; "
                f"known are {listed(self.categories)}; write one of them, or leave the row out"
            )
        return [1.0 if label == text else 0.0 for text in self.categories]


@dataclass(frozen=True)
class ClassTarget:
    """A target that is one of `classes`, given to the network in an encoding of `ENCODINGS`."""

    name: str
    classes: tuple[str, ...]
    encoding: str

    def __post_init__(self) -> None:
        _check_labels(self.name, self.classes, least=2)
        encoding: object = self.encoding  # a file may have anything there
        if not isinstance(encoding, str) or encoding not in ENCODINGS:
            raise ValueError(
                f"encoding must be one of {', '.join(ENCODINGS)}; got {self.encoding!r:.40}"
            )
        if self._has_one_output and len(self.classes) != 2:
            raise ValueError(
                f"the encoding {self.encoding} is for 2 classes, there are {len(self.classes)}; "
                "use index, with cross_entropy"
            )

    @property
    def _has_one_output(self) -> bool:
        return ENCODINGS[self.encoding] == 1

    @property
    def output_names(self) -> list[str]:
        """The classes; for a single output "target=class" of the second, for which it is large."""
        if self._has_one_output:
            return [f"{self.name}={self.classes[1]}"]
        return list(self.classes)

    @property
    def border(self) -> float | None:
        """What a single output is above where it means the second class; None for several."""
        if not self._has_one_output:
            return None
        return 0.5 if self.encoding == "probability" else 0.0

    def encoded(self, target: float | str) -> Any:
        """Return a class as the loss function takes it."""
        if target not in self.classes:
            raise ValueError(f"is {target!r:.40}, no known class; known are {listed(self.classes)}")
        index = self.classes.index(str(target))
        if self.encoding == "one_hot":
            return [1.0 if i == index else 0.0 for i in range(len(self.classes))]
        return 2 * index - 1 if self.encoding == "sign" else index

    def answer(self, outputs: Sequence[float]) -> str:
        """Return the class that the outputs of a network mean.

        The largest of several, the first of equal ones; of one output the second class above 0, or
        above 0.5 for a probability.
        """
        if self.border is None:
            return self.classes[max(range(len(self.classes)), key=outputs.__getitem__)]
        return self.classes[1] if outputs[0] > self.border else self.classes[0]

    def probabilities(self, outputs: Sequence[float]) -> list[float] | None:
        """Return the probability of each class; None where the encoding gives none.

        index: the softmax of the outputs; logit: the sigmoid; probability: the output itself.
        """
        if self.encoding == "index":
            return [float(p) for p in ag.softmax(outputs)]
        if self.encoding == "logit":
            return [float(ag.sigmoid(-outputs[0])), float(ag.sigmoid(outputs[0]))]
        return [1.0 - outputs[0], outputs[0]] if self.encoding == "probability" else None

    def actual(self, cells: Sequence[str]) -> list[str]:
        """Return the classes that cells name; 1.0 names the class 1 of a target in numbers."""
        return [_class_of(cell, self.classes) for cell in cells]


@dataclass(frozen=True)
class NumberTarget:
    """A target that is a number y; the network learns (y - mean) / deviation."""

    name: str
    mean: float
    deviation: float

    def __post_init__(self) -> None:
        _check_scale(self.name, self.mean, self.deviation)

    @property
    def output_names(self) -> list[str]:
        """The one name of its one output."""
        return [self.name]

    def encoded(self, target: float | str) -> float:
        """Return the scaled number."""
        return _scaled(number_of(target), self.mean, self.deviation)

    def answer(self, outputs: Sequence[float]) -> float:
        """Return the number, in the units of the table, that the output of a network means."""
        return outputs[0] * self.deviation + self.mean

    def probabilities(self, outputs: Sequence[float]) -> None:
        """Return None: a number is no class."""

    def actual(self, cells: Sequence[str]) -> list[float] | None:
        """Return the numbers in the cells, None if one is none."""
        return [float(cell) for cell in cells] if all(map(is_number, cells)) else None


Column = NumberColumn | CategoryColumn
Target = ClassTarget | NumberTarget


def scale_of(values: Sequence[Any]) -> tuple[float, float]:
    """Return mean and population deviation; deviation 1 where the values never change."""
    low, high = min(values), max(values)
    if low == high:
        return float(low), 1.0
    # Times a power of two, which is exact, so that neither sum nor squares leave the doubles.
    _, exponent = math.frexp(max(-low, high))
    scaled = [math.ldexp(value, -exponent) for value in values]
    mean = math.fsum(scaled) / len(scaled)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in scaled) / len(scaled))
    return math.ldexp(mean, exponent), math.ldexp(deviation, exponent) or 1.0


def number_of(cell: object) -> float:
    """Return the number that a cell or a target holds; ValueError as `number_in`."""
    if isinstance(cell, str):
        return number_in(cell.strip())
    if not isinstance(cell, Real) or not math.isfinite(cell):
        raise ValueError(f"is {cell!r:.40}, not a finite number")
    return float(cell)


def listed(names: Sequence[str]) -> str:
    """Return names for a message: at most 20 of them, each cut short."""
    shown = ", ".join(f"{name:.40}" for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if names[20:] else shown


def _scaled(x: float, mean: float, deviation: float) -> float:
    scaled = (x - mean) / deviation
    # Of two huge numbers the difference may overflow where the quotients do not.
    return scaled if math.isfinite(scaled) else x / deviation - mean / deviation


def _class_of(cell: str, classes: tuple[str, ...]) -> str:
    label = label_of(cell)
    if label not in classes and is_number(label) and math.isfinite(float(label)):
        return number_label(float(label))
    return label


def _check_scale(name: object, mean: object, deviation: object) -> None:
    check_label(name, "the name of a column")
    for what, number in (("mean", mean), ("deviation", deviation)):
        if type(number) is not float or not math.isfinite(number):
            raise ValueError(f"the {what} of {name!r:.40} must be a finite float")
        if what == "deviation" and number <= 0.0:
            raise ValueError(f"the deviation of {name!r:.40} must be above 0")


def _check_labels(name: object, labels: object, least: int) -> None:
    check_label(name, "the name of a column")
    if not isinstance(labels, tuple) or len(labels) < least:
        raise ValueError(f"{name!r:.40} must have at least {least} categories or classes")
    for label in labels:
        check_label(label, "a category or class")
    if len(set(labels)) < len(labels):
        raise ValueError(f"a category or class of {name!r:.40} stands twice")
