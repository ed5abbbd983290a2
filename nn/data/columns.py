"""From a table to a problem: which column is the target, what each one holds, which task it is.

Owns the guesses, each of which is told in a note, and the refusals that a user's own data meet.
"""

import difflib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from nn.data.cells import is_missing, is_number, label_of, number_in, number_label, plain_notations
from nn.data.problem import CLASSIFY, REGRESS, TASKS, Problem
from nn.data.table import Table, read_table

MAX_CLASSES = 50
MAX_CATEGORIES = 100  # of one column: each becomes an input
FEW = 10  # so many different whole numbers may be the classes of a target


def read_csv(
    path: str | os.PathLike[str],
    target: str | None = None,
    task: str | None = None,
    encoding: str = "utf-8-sig",
    ignore: str | Iterable[str] = (),
    missing: str = "refuse",
) -> Problem:
    """Read a CSV file of one's own as a problem to learn.

    Args:
        path, encoding: as for `nn.data.table.read_table`.
        target: the name of the column to predict; default: the last.
        task: "classify" or "regress"; default: guessed. Texts are classes, and so are at most 10
            different whole numbers of which each stands there twice on average.
        ignore: names of columns to leave out.
        missing: "refuse" raises ValueError at a missing value, "drop" leaves its row out.

    A column of numbers is a number, any other is categorical. Numbers are written plainly, as in
    -1234.5 or 1e-3: thousands separators, decimal commas, units, percent signs and full-width
    digits are refused, for they mean different numbers to different readers, and so is inf. Missing
    are an empty cell, NA, N/A, NaN, null, None, ? and -. What was guessed stands in the `notes`.
    Raises ValueError, in one line that names file, line and column, and OSError.
    """
    table = read_table(path, encoding)
    try:
        return problem_from(table, target, task, ignore, missing)
    except ValueError as error:
        raise ValueError(f"{table.source}: {error}") from None


def problem_from(
    table: Table,
    target: str | None = None,
    task: str | None = None,
    ignore: str | Iterable[str] = (),
    missing: str = "refuse",
) -> Problem:
    """Return the problem that `table` holds; arguments as for `read_csv`."""
    if task is not None and task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}; got {task!r:.40}")
    if missing not in ("refuse", "drop"):
        raise ValueError(f"missing must be one of refuse, drop; got {missing!r:.40}")
    notes = list(table.notes)
    ignored = {
        _column(table, name, "ignore") for name in ([ignore] if isinstance(ignore, str) else ignore)
    }
    kept = [i for i in range(len(table.names)) if i not in ignored]
    if len(kept) < 2:
        raise ValueError(
            f"{len(kept)} column{'s' * (len(kept) != 1)} to learn from; a table needs at least "
            "one feature and the target, separated by commas, semicolons or tabs"
        )
    place = kept[-1] if target is None else _column(table, target, "target")
    if place in ignored:
        raise ValueError(f"the target {target!r:.40} is among the columns to ignore")
    name = table.names[place]
    if target is None:
        notes.append(f"target: {name}, the last column (another: --target COLUMN)")
    kept.remove(place)
    rows, lines = _without_missing(table, [*kept, place], missing, notes)
    columns: list[Sequence[float | str]] = []
    for i in kept:
        column = _Column(table.names[i], [row[i] for row in rows], lines)
        columns.append(column.feature(notes))
    answers = _Column(name, [row[place] for row in rows], lines)
    task, targets, classes = _target(answers, task, notes)
    return Problem(
        name=Path(table.source).name,
        features=tuple(table.names[i] for i in kept),
        rows=[list(row) for row in zip(*columns, strict=True)],
        targets=targets,
        target=name,
        task=task,
        notes=tuple(notes),
        classes=classes,
    )


def _column(table: Table, name: object, argument: str) -> int:
    """The index of the column `name`, or ValueError with the columns there are."""
    wanted = label_of(name) if isinstance(name, str) else name
    if wanted in table.names:
        return table.names.index(wanted)
    near = difflib.get_close_matches(str(wanted), table.names, n=1)
    suggestion = f"did you mean {near[0]!r:.40}? " if near else ""
    shown = ", ".join(f"{known:.40}" for known in table.names[:20])
    more = f" and {len(table.names) - 20} more" if table.names[20:] else ""
    raise ValueError(
        f"{argument}: there is no column {name!r:.40}; {suggestion}the columns are {shown}{more}"
    )


def _leave_out(name: str) -> str:
    quoted = name if re.fullmatch(r"[\w.-]+", name) else f'"{name}"'  # as a shell takes it
    return f"ignore=[{name!r}] (--ignore {quoted})"


def _without_missing(
    table: Table, used: list[int], missing: str, notes: list[str]
) -> tuple[list[list[str]], list[int]]:
    """The rows without a missing value in the columns `used`, and their lines."""
    counts = Counter(i for row in table.rows for i in used if is_missing(row[i]))
    for i in used:
        if counts[i] == len(table.rows):
            raise ValueError(
                f"column {table.names[i]!r:.40} has no values; "
                f"leave it out: {_leave_out(table.names[i])}"
            )
    whole = [k for k, row in enumerate(table.rows) if not any(is_missing(row[i]) for i in used)]
    n_left_out = len(table.rows) - len(whole)
    if n_left_out and missing == "refuse":
        k = next(k for k in range(len(table.rows)) if k >= len(whole) or whole[k] != k)
        i = next(i for i in sorted(used) if is_missing(table.rows[k][i]))
        raise ValueError(
            f"line {table.lines[k]}, column {table.names[i]!r:.40}: the value is missing "
            f"({table.rows[k][i]!r:.20}; {counts.total()} missing in all, in {n_left_out} of "
            f'{len(table.rows)} rows); fill it in, or leave such rows out: missing="drop" '
            "(--missing drop)"
        )
    if not whole:
        raise ValueError(
            "every row has a missing value; leave out the column that most are in: "
            f"{_leave_out(table.names[counts.most_common(1)[0][0]])}"
        )
    if n_left_out:
        notes.append(f"missing values: {n_left_out} of {len(table.rows)} rows left out")
    return [table.rows[k] for k in whole], [table.lines[k] for k in whole]


class _Column:
    """The cells of one column, none missing, and what they hold."""

    def __init__(self, name: str, cells: list[str], lines: list[int]) -> None:
        self.name, self.cells, self.lines = name, cells, lines
        self.n_numbers = sum(map(is_number, cells))
        others = [cell for cell in cells if not is_number(cell)]
        n_like = self.n_numbers + sum(bool(plain_notations(cell)) for cell in others)
        # A column of numbers with a slip in it is not a column of texts.
        self.is_numeric = 2 * n_like > len(cells)

    def numbers(self, remedy: str) -> list[float]:
        """The cells as numbers; ValueError for the first that is none."""
        found = []
        for line, cell in zip(self.lines, self.cells, strict=True):
            try:
                found.append(number_in(cell))
            except ValueError as error:
                if str(error).endswith("not a number"):
                    others = f" like {self.n_numbers} of the {len(self.cells)} in this column"
                else:
                    others = ""
                raise ValueError(
                    f"line {line}, column {self.name!r:.40}: the value {error}{others}; "
                    f"correct it, or {remedy}"
                ) from None
        return found

    def feature(self, notes: list[str]) -> Sequence[float | str]:
        """The cells as numbers, or as categories."""
        if self.is_numeric:
            numbers = self.numbers(f"leave the column out: {_leave_out(self.name)}")
            first, n = numbers[0], len(numbers)
            self._note_if_constant(f"{first:g}" if numbers == [first] * n else None, notes)
            if n > FEW and numbers == [first + i for i in range(n)]:
                notes.append(
                    f"column {self.name} counts the rows, which is no feature; "
                    f"leave it out: {_leave_out(self.name)}"
                )
            return numbers
        labels = [label_of(cell) for cell in self.cells]
        different = set(labels)
        if len(different) > MAX_CATEGORIES or _almost_all_different(labels):
            unit = (
                "; if they are numbers with a unit, write the numbers alone"
                if re.match(r"[+-]?[0-9]", self.cells[0])
                else ""
            )
            raise ValueError(
                f"column {self.name!r:.40} has {len(different)} different texts in {len(labels)} "
                f"rows, such as {labels[0]!r:.40}: a name, date or number of one row teaches "
                f"nothing; leave it out: {_leave_out(self.name)}{unit}"
            )
        self._note_if_constant(labels[0] if len(different) == 1 else None, notes)
        shown = ", ".join(
            f"{label!r:.22}" if "," in label else f"{label:.20}" for label in sorted(different)[:5]
        )
        more = f" and {len(different) - 5} more" if len(different) > 5 else ""
        notes.append(f"column {self.name}: categories {shown}{more}")
        return labels

    def _note_if_constant(self, value: str | None, notes: list[str]) -> None:
        if value is not None:
            notes.append(
                f"column {self.name}: {value:.20} in every row, which teaches nothing; "
                f"leave it out: {_leave_out(self.name)}"
            )


def _almost_all_different(labels: list[str]) -> bool:
    return len(set(labels)) >= max(5, 0.9 * len(labels))


def _target(
    column: _Column, task: str | None, notes: list[str]
) -> tuple[str, list[float] | list[str], tuple[str, ...]]:
    """The task, the targets and, of a classification, the classes."""
    name = column.name
    if not column.is_numeric:
        if task == REGRESS:
            raise ValueError(
                f"line {column.lines[0]}, column {name!r:.40}: the target is "
                f"{column.cells[0]!r:.40}, not a number, so there is nothing to regress; "
                "choose the task classify, or another target"
            )
        labels = [label_of(cell) for cell in column.cells]
        classes = tuple(sorted(set(labels)))
        if task is None:
            notes.append(
                f"task: classify, because the target {name} has {len(classes)} different texts"
            )
        return CLASSIFY, labels, _checked(column, labels, classes, notes)
    numbers = column.numbers("choose another target")
    different = sorted(set(numbers))
    few = len(different) <= FEW and 2 * len(different) <= len(numbers)
    are_whole = all(number.is_integer() for number in numbers)
    if task is None and (len(different) == 1 or (few and are_whole)):
        task = CLASSIFY
        notes.append(
            f"task: classify, because the target {name} has {len(different)} different whole "
            "numbers (for numbers to estimate: --task regress)"
        )
    elif task is None:
        task = REGRESS
        kind = "different" if are_whole else "fractional"
        notes.append(
            f"task: regress, because the target {name} has {len(different)} {kind} numbers "
            "(for classes: --task classify)"
        )
    if task == CLASSIFY:
        labels = [number_label(number) for number in numbers]
        classes = tuple(map(number_label, different))
        return CLASSIFY, labels, _checked(column, labels, classes, notes)
    if len(different) == 1:
        raise ValueError(
            f"column {name!r:.40}: the target is {different[0]:g} in every row, so there is "
            "nothing to learn; choose another target"
        )
    return REGRESS, numbers, ()


def _checked(
    column: _Column, labels: list[str], classes: tuple[str, ...], notes: list[str]
) -> tuple[str, ...]:
    """The classes, or ValueError if nothing can be learned from such; notes where it is hard."""
    where = f"column {column.name!r:.40}: the target"
    if len(classes) == 1:
        raise ValueError(
            f"{where} is {classes[0]!r:.40} in every row; a classification needs rows of at least "
            "two classes: add some, or choose another target"
        )
    if len(classes) == len(labels) > 2:
        raise ValueError(
            f"{where} is different in every row, such as {labels[0]!r:.40}: a name or number of "
            "one row cannot be predicted; choose another target"
        )
    if len(classes) > MAX_CLASSES:
        raise ValueError(
            f"{where} has {len(classes)} classes, more than {MAX_CLASSES}; join some, or choose "
            "another target (numbers to estimate: the task regress)"
        )
    for label, n_rows in sorted(Counter(labels).items()):
        if n_rows == 1:
            line = column.lines[labels.index(label)]
            notes.append(
                f"class {label}: only line {line} has it, so no test can say whether it was "
                "learned; is it a slip?"
            )
    return classes
