"""Preparation: from the rows of a table to the inputs of a network, and from its output back.

Owns the whole of a table's encodings as plain data, which a model file keeps as JSON, so that a
prediction needs nothing but that file.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograd import Value
from autograd.number import EXACT
from nn.data.cells import is_missing
from nn.data.encodings import (
    ENCODINGS,
    CategoryColumn,
    ClassTarget,
    Column,
    NumberColumn,
    NumberTarget,
    Target,
    listed,
    scale_of,
)
from nn.data.problem import CLASSIFY, Problem
from nn.data.samples import DataSet
from nn.data.table import Table
from nn.nested import as_lists
from nn.strict_json import parse

__all__ = [
    "ENCODINGS",
    "CategoryColumn",
    "ClassTarget",
    "NumberColumn",
    "NumberTarget",
    "Preparation",
]


@dataclass(frozen=True)
class Preparation:
    """How the cells of a row become inputs of a network, and what its output means.

    Make one with `Preparation.of(training)`. Raises ValueError for parts that do not fit.
    """

    columns: tuple[Column, ...]
    target: Target

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not names or len({*names, self.target.name}) <= len(names):
            raise ValueError("a preparation has columns, and a name for each and for the target")

    @classmethod
    def of(cls, problem: Problem, scale: bool = True, encoding: str = "index") -> "Preparation":
        """Return the preparation that suits the rows of `problem`, the training part.

        Args:
            problem: mean and population deviation of each column of numbers come from its rows
                alone; its categories and classes are those of the whole problem. A column that
                never changes gets the deviation 1, so its input is 0.
            scale: False leaves numbers, and the targets of a regression, as they are.
            encoding: of the classes, a name of `ENCODINGS`; a regression has none.

        Raises ValueError for an encoding that does not suit the classes, TypeError for what is no
        Problem.
        """
        given: object = problem
        if not isinstance(given, Problem):
            raise TypeError(
                f"Preparation.of: expected a Problem, got {type(given).__name__}; nn.read_csv and "
                "nn.problem_of give one"
            )

        def scaling(values: Sequence[Any]) -> tuple[float, float]:
            return scale_of(values) if scale else (0.0, 1.0)

        columns: list[Column] = []
        for i, (name, texts) in enumerate(zip(problem.features, problem.categories, strict=True)):
            if texts is None:
                columns.append(NumberColumn(name, *scaling([row[i] for row in problem.rows])))
            else:
                columns.append(CategoryColumn(name, texts))
        target: Target
        if problem.task == CLASSIFY:
            target = ClassTarget(problem.target, problem.classes, encoding)
        else:
            target = NumberTarget(problem.target, *scaling(problem.targets))
        return cls(tuple(columns), target)

    @property
    def input_names(self) -> list[str]:
        """A name for each input of the network: `width`, or `colour=red` of a category."""
        return [name for column in self.columns for name in column.input_names]

    @property
    def output_names(self) -> list[str]:
        """A name for each output: the classes, "target=class" of the second, or the target."""
        return self.target.output_names

    @property
    def n_inputs(self) -> int:
        """How many inputs the network has."""
        return len(self.input_names)

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
        where = "" if line is None else f"line {line}, "
        if len(cells) != len(self.columns):
            raise ValueError(
                f"{where}a row has {len(cells)} cells; give {len(self.columns)}: "
                f"{listed([column.name for column in self.columns])}"
            )
        inputs: list[float] = []
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                inputs += column.inputs(cell)
            except ValueError as error:
                message = f"{where}column {column.name!r:.40}: the value {error}"
                raise ValueError(message) from None
        return inputs

    def data(self, problem: Problem) -> DataSet:
        """Return (X, y) as `nn.fit` takes them: inputs and encoded targets of each sample."""
        order = self._places(problem.features, "the problem")
        X = [self.row([row[i] for i in order]) for row in problem.rows]
        try:
            return X, [self.target.encoded(target) for target in problem.targets]
        except ValueError as error:
            raise ValueError(f"target {self.target.name!r:.40}: the value {error}") from None

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
        return None if any(map(is_missing, cells)) else self.target.actual(cells)

    def answer(self, output: Any) -> str | float:
        """Return what an output of the network means: a class, or a number in the target's units.

        Args:
            output: a number or `Value`, or the list of as many as there are outputs.

        Raises ValueError for nan, or another number of outputs.
        """
        return self.target.answer(self._outputs(output))

    def probabilities(self, output: Any) -> list[float] | None:
        """Return the probability of each class; None where the encoding gives none.

        index: the softmax of the outputs; logit: the sigmoid; probability: the output itself.
        """
        return self.target.probabilities(self._outputs(output))

    def _outputs(self, output: Any) -> list[float]:
        lists = as_lists(output)
        several = lists if isinstance(lists, list) else [lists]
        outputs = [float(o.data if isinstance(o, Value) else o) for o in several]
        if len(outputs) != self.n_outputs:
            raise ValueError(
                f"the network has {len(outputs)} outputs, but the target "
                f"{self.target.name!r:.40} is read from {self.n_outputs}"
            )
        if any(map(math.isnan, outputs)):
            raise ValueError("an output of the network is nan: its weights or inputs are too large")
        return outputs

    def _places(self, names: Sequence[str], what: str) -> list[int]:
        """Where each of `columns` stands among `names`, or ValueError."""
        lacking = [column.name for column in self.columns if column.name not in names]
        if lacking:
            raise ValueError(
                f"{what} lacks the column{'s' * (len(lacking) > 1)} {listed(lacking)} that the "
                f"model was trained on; it has {listed(names)}"
            )
        return [names.index(column.name) for column in self.columns]

    def to_json(self) -> str:
        """Return it as JSON, from which `from_json` makes an equal one."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Preparation":
        """Return the preparation that `text` describes; ValueError for anything inconsistent."""
        try:
            parts = parse(text)
        except ValueError:
            raise ValueError("damaged preparation: not JSON, or a name stands twice") from None
        try:
            columns, target = _fields(parts, "columns", "target")
            if not isinstance(columns, list):
                raise ValueError("columns must be a list")
            return cls(tuple(map(_column_of, columns)), _target_of(target))
        except ValueError as error:
            raise ValueError(f"damaged preparation: {error}") from None


def _fields(parts: Any, *names: str) -> list[Any]:
    if not isinstance(parts, dict) or sorted(parts) != sorted(names):
        raise ValueError(f"an object with {', '.join(names)} is expected")
    return [_as_data(parts[name]) for name in names]


def _as_data(part: Any) -> Any:
    """Numbers as floats and lists of texts as tuples; what they may be, the classes check."""
    if type(part) is int and abs(part) < EXACT:
        return float(part)
    if isinstance(part, list) and all(isinstance(item, str) for item in part):
        return tuple(part)
    return part


def _column_of(parts: Any) -> Column:
    if isinstance(parts, dict) and "categories" in parts:
        return CategoryColumn(*_fields(parts, "name", "categories"))
    return NumberColumn(*_fields(parts, "name", "mean", "deviation"))


def _target_of(parts: Any) -> Target:
    if isinstance(parts, dict) and "classes" in parts:
        return ClassTarget(*_fields(parts, "name", "classes", "encoding"))
    return NumberTarget(*_fields(parts, "name", "mean", "deviation"))
