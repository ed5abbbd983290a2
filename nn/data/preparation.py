"""Preparation: from the cells of a table to the inputs of a network, and from its output back.

Owns standardising, one-hot encoding and the encodings of a target, as plain data that a model file
keeps, so that a prediction needs nothing but that file.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import autograd as ag
from autograd import Value
from nn.data.cells import check_label, is_missing, is_number, label_of, number_in, number_label
from nn.data.problem import CLASSIFY, Problem
from nn.data.samples import DataSet
from nn.data.table import Table

# How classes become targets -> how many outputs the network has for it, None: one for each class.
ENCODINGS: dict[str, int | None] = {
    "index": None,  # 0, 1, 2, ...: cross_entropy
    "one_hot": None,  # [0, 1, 0]: mse
    "sign": 1,  # -1, +1: hinge
    "logit": 1,  # 0, 1: binary_cross_entropy_with_logits
    "probability": 1,  # 0, 1 after a sigmoid: binary_cross_entropy
}


@dataclass(frozen=True)
class NumberColumn:
    """A feature that is a number x; the network sees (x - mean) / deviation."""

    name: str
    mean: float
    deviation: float

    def __post_init__(self) -> None:
        _check_scale(self.name, self.mean, self.deviation)


@dataclass(frozen=True)
class CategoryColumn:
    """A feature that is one of `categories`; the network sees 1 for it and 0 for each other.

    Two categories are two inputs as well: one rule, and each category has weights of its own.
    """

    name: str
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_labels(self.name, self.categories, least=1)


@dataclass(frozen=True)
class ClassTarget:
    """A target that is one of `classes`, given to the network in an encoding of `ENCODINGS`."""

    name: str
    classes: tuple[str, ...]
    encoding: str

    def __post_init__(self) -> None:
        _check_labels(self.name, self.classes, least=2)
        if self.encoding not in ENCODINGS:
            raise ValueError(
                f"encoding must be one of {', '.join(ENCODINGS)}; got {self.encoding!r:.40}"
            )
        if ENCODINGS[self.encoding] == 1 and len(self.classes) != 2:
            raise ValueError(
                f"the encoding {self.encoding} is for 2 classes, there are {len(self.classes)}; "
                "use index, with cross_entropy"
            )


@dataclass(frozen=True)
class NumberTarget:
    """A target that is a number y; the network learns (y - mean) / deviation."""

    name: str
    mean: float
    deviation: float

    def __post_init__(self) -> None:
        _check_scale(self.name, self.mean, self.deviation)


Column = NumberColumn | CategoryColumn
Target = ClassTarget | NumberTarget


@dataclass(frozen=True)
class Preparation:
    """How the cells of a row become inputs of a network, and what its output means.

    Make one with `Preparation.of(training)`. Raises ValueError for parts that do not fit.
    """

    columns: tuple[Column, ...]
    target: Target

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not names or len(set(names)) < len(names) or self.target.name in names:
            raise ValueError("Preparation: there must be columns, and names must differ")

    @classmethod
    def of(cls, problem: Problem, scale: bool = True, encoding: str = "index") -> "Preparation":
        """Return the preparation that suits the rows of `problem`, the training part.

        Args:
            problem: mean and population deviation of each column of numbers come from its rows
                alone; its categories and classes are those of the whole problem. A column that
                never changes gets the deviation 1, so its input is 0.
            scale: False leaves numbers, and the targets of a regression, as they are.
            encoding: of the classes, a name of `ENCODINGS`; a regression has none.
        """
        columns: list[Column] = []
        for i, (name, texts) in enumerate(zip(problem.features, problem.categories, strict=True)):
            if texts is None:
                columns.append(NumberColumn(name, *_scale([row[i] for row in problem.rows], scale)))
            else:
                columns.append(CategoryColumn(name, texts))
        target: Target
        if problem.task == CLASSIFY:
            target = ClassTarget(problem.target, problem.classes, encoding)
        else:
            target = NumberTarget(problem.target, *_scale(problem.targets, scale))
        return cls(tuple(columns), target)

    @property
    def input_names(self) -> list[str]:
        """A name for each input of the network: `width`, or `colour=red` of a category."""
        names = []
        for column in self.columns:
            if isinstance(column, NumberColumn):
                names.append(column.name)
            else:
                names += [f"{column.name}={text}" for text in column.categories]
        return names

    @property
    def output_names(self) -> list[str]:
        """A name for each output: the classes, the second of two classes, or the target's name."""
        if isinstance(self.target, NumberTarget):
            return [self.target.name]
        one = ENCODINGS[self.target.encoding] == 1
        return [self.target.classes[1]] if one else list(self.target.classes)

    @property
    def n_inputs(self) -> int:
        """How many inputs the network has."""
        return sum(
            1 if isinstance(column, NumberColumn) else len(column.categories)
            for column in self.columns
        )

    @property
    def n_outputs(self) -> int:
        """How many outputs the network has."""
        return len(self.output_names)

    def row(self, cells: Sequence[float | str], line: int | None = None) -> list[float]:
        """Return the inputs of the network for one row.

        Args:
            cells: one for each of `columns`, in their order; a number may be written as text.
            line: of the file, for the message.

        Raises ValueError, naming the column, for a missing value, a text where a number belongs,
        or a category that the training data did not have.
        """
        if len(cells) != len(self.columns):
            raise ValueError(
                f"{_at(line)}a row has {len(cells)} cells; give {len(self.columns)}: "
                f"{_listed([column.name for column in self.columns])}"
            )
        inputs: list[float] = []
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                inputs += _inputs(column, cell)
            except ValueError as error:
                raise ValueError(
                    f"{_at(line)}column {column.name!r:.40}: the value {error}"
                ) from None
        return inputs

    def data(self, problem: Problem) -> DataSet:
        """Return (X, y) as `nn.fit` takes them: inputs and encoded targets of each sample."""
        order = self._places(problem.features, "the problem")
        X = [self.row([row[i] for i in order]) for row in problem.rows]
        return X, [self.encoded(target) for target in problem.targets]

    def inputs(self, table: Table) -> list[list[float]]:
        """Return the inputs of the network for each row of a table to predict.

        Its columns may be in any order, others are ignored. Raises ValueError, in one line that
        names file, line and column.
        """
        try:
            order = self._places(table.names, "the table")
            return [
                self.row([row[i] for i in order], line)
                for row, line in zip(table.rows, table.lines, strict=True)
            ]
        except ValueError as error:
            raise ValueError(f"{table.source}: {error}") from None

    def actual(self, table: Table) -> list[str] | list[float] | None:
        """Return the actual values if the table to predict has them in each row, else None.

        They are what `answer` is to be compared with.
        """
        if self.target.name not in table.names:
            return None
        place = table.names.index(self.target.name)
        cells = [row[place] for row in table.rows]
        if any(map(is_missing, cells)):
            return None
        if isinstance(self.target, ClassTarget):
            return [_class_of(cell, self.target.classes) for cell in cells]
        return [number_in(cell) for cell in cells] if all(map(is_number, cells)) else None

    def encoded(self, target: float | str) -> Any:
        """Return one target as the loss function takes it: a class by its encoding, or scaled."""
        if isinstance(self.target, NumberTarget):
            return (number_of(target) - self.target.mean) / self.target.deviation
        classes = self.target.classes
        if target not in classes:
            raise ValueError(
                f"column {self.target.name!r:.40}: unknown class {target!r:.40}; "
                f"known are {_listed(classes)}"
            )
        index = classes.index(str(target))
        if self.target.encoding == "one_hot":
            return [1.0 if i == index else 0.0 for i in range(len(classes))]
        return 2 * index - 1 if self.target.encoding == "sign" else index

    def answer(self, output: Any) -> str | float:
        """Return what an output of the network means: a class, or a number in the target's units.

        Args:
            output: a number or `Value`, or the list of as many as there are outputs.

        The class is that of the largest of several outputs, the first of equal ones; of one
        output the second class above 0 (above 0.5 for a probability). Raises ValueError for nan.
        """
        outputs = self._outputs(output)
        if isinstance(self.target, NumberTarget):
            return outputs[0] * self.target.deviation + self.target.mean
        classes = self.target.classes
        if ENCODINGS[self.target.encoding] is None:
            return classes[max(range(len(classes)), key=outputs.__getitem__)]
        border = 0.5 if self.target.encoding == "probability" else 0.0
        return classes[1] if outputs[0] > border else classes[0]

    def probabilities(self, output: Any) -> list[float] | None:
        """Return the probability of each class; None where the encoding gives none.

        index: the softmax of the outputs; logit: the sigmoid; probability: the output itself.
        """
        outputs = self._outputs(output)
        if isinstance(self.target, NumberTarget) or self.target.encoding in ("sign", "one_hot"):
            return None
        if self.target.encoding == "index":
            return [float(p) for p in ag.softmax(outputs)]
        p = outputs[0]
        if self.target.encoding == "logit":
            return [float(ag.sigmoid(-p)), float(ag.sigmoid(p))]
        return [1.0 - p, p]

    def _outputs(self, output: Any) -> list[float]:
        listed = output if isinstance(output, (list, tuple)) else [output]
        outputs = [float(o.data if isinstance(o, Value) else o) for o in listed]
        if len(outputs) != self.n_outputs:
            raise ValueError(
                f"the network has {len(outputs)} outputs, but {self.target.name!r:.40} needs "
                f"{self.n_outputs}"
            )
        if any(map(math.isnan, outputs)):
            raise ValueError("an output of the network is nan; were its weights trained?")
        return outputs

    def _places(self, names: Sequence[str], what: str) -> list[int]:
        """Where each of `columns` stands among `names`, or ValueError."""
        lacking = [column.name for column in self.columns if column.name not in names]
        if lacking:
            raise ValueError(
                f"{what} lacks the column{'s' * (len(lacking) > 1)} {_listed(lacking)} that the "
                f"model was trained on; it has {_listed(names)}"
            )
        return [names.index(column.name) for column in self.columns]

    def to_json(self) -> str:
        """Return it as JSON, from which `from_json` makes an equal one."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Preparation":
        """Return the preparation that `text` describes; ValueError for anything inconsistent."""
        try:
            parts = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise ValueError("damaged preparation: it is not JSON") from None
        try:
            columns, target = _fields(parts, "columns", "target")
            if not isinstance(columns, list):
                raise ValueError("columns must be a list")
            return cls(tuple(map(_column_of, columns)), _target_of(target))
        except ValueError as error:
            raise ValueError(f"damaged preparation: {error}") from None


def number_of(cell: float | str) -> float:
    """Return the number that a cell or target holds; ValueError as `number_in`."""
    if isinstance(cell, str):
        return number_in(cell.strip())
    if not math.isfinite(cell):
        raise ValueError(f"is {cell!r:.40}, not a finite number")
    return float(cell)


def _inputs(column: Column, cell: float | str) -> list[float]:
    """The inputs that one cell becomes; ValueError in words that complete "the value ..."."""
    if isinstance(column, NumberColumn):
        # Not (x - mean) / deviation first: the difference of two huge numbers may overflow.
        number = (number_of(cell) - column.mean) / column.deviation
        if not math.isfinite(number):
            raise ValueError(f"is {cell!r:.40}, too far from the training data")
        return [number]
    if not isinstance(cell, str) or is_missing(cell):
        raise ValueError(
            f"is missing ({cell!r:.20})"
            if isinstance(cell, str)
            else f"is {cell!r:.40}, not a text"
        )
    label = label_of(cell)
    if label not in column.categories:
        raise ValueError(
            f"is {label!r:.40}, which the training data did not have; "
            f"known are {_listed(column.categories)}"
        )
    return [1.0 if label == text else 0.0 for text in column.categories]


def _class_of(cell: str, classes: tuple[str, ...]) -> str:
    """The class a cell names; 1.0 names the class 1 of a target in numbers."""
    label = label_of(cell)
    if label not in classes and is_number(label):
        return number_label(number_in(label))
    return label


def _scale(values: Sequence[Any], scale: bool) -> tuple[float, float]:
    """Mean and population deviation; deviation 1 where the values never change."""
    low, high = min(values), max(values)
    if not scale:
        return 0.0, 1.0
    if low == high:
        return float(low), 1.0
    # Times a power of two, which is exact, so that neither sum nor squares leave the doubles.
    _, exponent = math.frexp(max(-low, high))
    scaled = [math.ldexp(value, -exponent) for value in values]
    mean = math.fsum(scaled) / len(scaled)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in scaled) / len(scaled))
    return math.ldexp(mean, exponent), math.ldexp(deviation, exponent) or 1.0


def _check_scale(name: object, mean: object, deviation: object) -> None:
    check_label(name, "the name of a column")
    for number in (mean, deviation):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise ValueError(f"mean and deviation must be numbers, got {number!r:.40}")
        if not math.isfinite(number):
            raise ValueError("mean and deviation must be finite")
    if not isinstance(deviation, (int, float)) or deviation <= 0:
        raise ValueError("the deviation must be above 0")


def _check_labels(name: object, labels: object, least: int) -> None:
    check_label(name, "the name of a column")
    if not isinstance(labels, tuple) or len(labels) < least:
        raise ValueError(f"{name!r:.40} must have at least {least} categories or classes")
    for label in labels:
        check_label(label, "a category or class")
    if len(set(labels)) < len(labels):
        raise ValueError(f"a category or class of {name!r:.40} stands twice")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _fields(parts: Any, *names: str) -> list[Any]:
    if not isinstance(parts, dict) or sorted(parts) != sorted(names):
        raise ValueError(f"an object with {', '.join(names)} is expected")
    return [parts[name] for name in names]


def _column_of(parts: Any) -> Column:
    if isinstance(parts, dict) and "categories" in parts:
        name, texts = _fields(parts, "name", "categories")
        return CategoryColumn(name, tuple(texts) if isinstance(texts, list) else texts)
    return NumberColumn(*_numbers(parts))


def _target_of(parts: Any) -> Target:
    if isinstance(parts, dict) and "classes" in parts:
        name, texts, encoding = _fields(parts, "name", "classes", "encoding")
        if not isinstance(encoding, str):
            raise ValueError("the encoding must be a text")
        return ClassTarget(name, tuple(texts) if isinstance(texts, list) else texts, encoding)
    return NumberTarget(*_numbers(parts))


def _numbers(parts: Any) -> tuple[str, float, float]:
    name, mean, deviation = _fields(parts, "name", "mean", "deviation")
    _check_scale(name, mean, deviation)
    return name, float(mean), float(deviation)


def _at(line: int | None) -> str:
    return "" if line is None else f"line {line}, "


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"{name:.40}" for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if names[20:] else shown
