"""Problem: a data set with the names of its features, its target and its classes.

Owns what a table to learn from is once its columns are understood, and dividing it so that each
class is on both sides.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nn.data.cells import check_label
from nn.data.samples import check_fraction, n_held_out
from nn.init import Seed, random_source
from nn.nested import as_lists

CLASSIFY, REGRESS = "classify", "regress"
TASKS = (CLASSIFY, REGRESS)
SHOWN = 8  # features in its repr


@dataclass(frozen=True)
class Problem:
    """Samples with named features, and the named target to predict from them.

    Args:
        name: of the data, as reports show it.
        features: the names of the columns of `rows`.
        rows: a list for each sample; a cell is a float or, in a categorical column, a text. Arrays
            and their numbers become lists and Python's.
        targets: for each sample the text of its class, or a float; likewise.
        target: the name of what the targets are.
        task: "classify" or "regress".
        notes: what was guessed, in words.
        classes: the texts of all classes, in the order of their indices; () sorts those of the
            targets. A part of a problem keeps the classes of the whole.
        categories: for each feature None (numbers) or the texts it may have; () takes them from
            the rows, sorted. A part of a problem keeps them too.

    Raises ValueError for parts that do not fit together.
    """

    name: str
    features: tuple[str, ...]
    rows: list[list[float | str]]
    targets: list[float] | list[str]
    target: str
    task: str
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...] | None, ...] = ()

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(
                f"Problem: task must be one of {', '.join(TASKS)}; got {self.task!r:.40}"
            )
        # A frozen dataclass fills in its own attributes in this way.
        object.__setattr__(self, "rows", as_lists(self.rows))
        object.__setattr__(self, "targets", as_lists(self.targets))
        if not self.rows or len(self.rows) != len(self.targets):
            raise ValueError(
                f"Problem: {len(self.rows)} rows, {len(self.targets)} targets; give a target for "
                "each of at least one row"
            )
        names = (*self.features, self.target)
        for name in names:
            check_label(name, "Problem: the name of a column")
        if not self.features or len(set(names)) < len(names):
            raise ValueError("Problem: there must be features, and names must differ")
        for i, row in enumerate(self.rows):
            if len(row) != len(self.features):
                raise ValueError(
                    f"Problem: rows[{i}] has {len(row)} cells for {len(self.features)} features"
                )
        if not self.categories:
            columns = zip(*self.rows, strict=True)
            object.__setattr__(self, "categories", tuple(map(_categories, columns)))
        if not self.classes and self.task == CLASSIFY:
            object.__setattr__(self, "classes", _classes(self.targets))
        self._check_cells()

    def __repr__(self) -> str:
        return (
            f"Problem({self.name!r}, {len(self.rows)} rows of {', '.join(self.features[:SHOWN])}"
            f"{', ...' * (len(self.features) > SHOWN)}; {self.task} {self.target!r})"
        )

    def _check_cells(self) -> None:
        if len(self.categories) != len(self.features):
            raise ValueError("Problem: categories must have an entry for each feature")
        for i, row in enumerate(self.rows):
            for name, cell, texts in zip(self.features, row, self.categories, strict=True):
                if not (_is_finite(cell) if texts is None else cell in texts):
                    expected = "a finite number" if texts is None else f"one of {texts!r:.60}"
                    raise ValueError(
                        f"Problem: rows[{i}], column {name!r:.40} holds {cell!r:.40}, "
                        f"not {expected}"
                    )
        for i, target in enumerate(self.targets):
            if not (_is_finite(target) if self.task == REGRESS else target in self.classes):
                kind = "a finite number" if self.task == REGRESS else f"one of {self.classes!r:.60}"
                raise ValueError(f"Problem: targets[{i}] is {target!r:.40}, not {kind}")

    def split(self, fraction: float = 0.2, seed: Seed = None) -> tuple["Problem", "Problem"]:
        """Return (training, test): the samples shuffled and divided.

        The test part gets `round(fraction * n)` of the n samples; of a classification it gets that
        part of each class, and each class with at least 2 samples is on both sides; a class of one
        sample is for training. Raises ValueError if a side would stay empty.
        """
        check_fraction(fraction, "split: fraction")
        source = random_source(seed)
        order = list(range(len(self.rows)))
        source.shuffle(order)
        groups: dict[Any, list[int]] = {}
        for i in order:
            groups.setdefault(self.targets[i] if self.task == CLASSIFY else None, []).append(i)
        chosen: set[int] = set()
        for group in groups.values():
            chosen.update(group[: n_held_out(fraction, len(group))])
        if not chosen:
            raise ValueError(
                f"split: {len(self.rows)} samples cannot be divided; give at least 2 of a class"
            )
        training = self._part([i for i in order if i not in chosen])
        return training, self._part([i for i in order if i in chosen])

    def _part(self, indices: Sequence[int]) -> "Problem":
        targets: Any = [self.targets[i] for i in indices]
        return replace(self, rows=[self.rows[i] for i in indices], targets=targets)


def _is_finite(cell: object) -> bool:
    # Comparing, unlike `math.isfinite`, takes an int of any size.
    return isinstance(cell, (int, float)) and abs(cell) <= sys.float_info.max


def _categories(column: Sequence[float | str]) -> tuple[str, ...] | None:
    """The sorted texts of a column; None if it holds numbers."""
    return _sorted_texts(column) if isinstance(column[0], str) else None


def _classes(targets: Sequence[Any]) -> tuple[str, ...]:
    """The sorted texts of the targets, or ValueError that says how others become texts."""
    for target in targets:
        if not isinstance(target, str):
            raise ValueError(
                f"Problem: a class must be a text, got {target!r:.40}; name the classes: "
                "targets=[str(k) for k in y]"
            )
    return _sorted_texts(targets)


def _sorted_texts(values: Sequence[Any]) -> tuple[str, ...]:
    for value in values:
        check_label(value, "Problem: a category or class")
    return tuple(sorted(set(values)))
