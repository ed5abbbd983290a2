"""Indexing: a row of a table taken by a number, as an embedding does.

Owns `take`: which nodes it makes, so that one program can serve every index, with eager's bits.

What a graph looks like must not depend on the index, for the order in which derivatives are added
depends on it. Leaves have no history: only the one taken is an input, over an identity, so that
what its users send back is one derivative before it is added to those of other takings. Where some
rows were computed all are inputs of a `take` node. A program, which does not know the index, has
such nodes for both.
"""

import operator
from collections.abc import Sequence
from itertools import chain
from numbers import Integral, Real
from typing import Any

from autograd import ops
from autograd.containers import Shape, flatten
from autograd.number import type_name
from autograd.value import Value

MOST_NUMBERS = 2048  # in a table that a program may take from without being one for the row
_HISTORY = operator.attrgetter("op")


def take(rows: Sequence[Any], index: Any) -> Any:
    """rows[index], as for an embedding: the derivatives go to the row taken.

    A row is a number, or numbers in lists, tuples, dicts or arrays; each `Value` comes as a node
    of its own. A row without Values, such as a text or a module, is given as it is.

    Raises TypeError unless `index` is a whole number, ValueError unless 0 <= index < len(rows).
    """
    if isinstance(index, Value):
        index = index.data
    if hasattr(index, "as_value"):  # what stands in a recording for the index of each call
        found = _of_any(rows, index)
        if found is not None:
            return found
        index = index.number if index == index.number else index  # a program for this row alone
    place = _place(rows, index)
    row = rows[place]
    numbers, shape = flatten(row)
    columns = _columns(rows, shape) if _may_hold_history(rows, row, numbers) else None
    found = []
    for i, x in enumerate(numbers):
        if columns is not None and _is_computed(columns[i]):
            found.append(ops.take.apply((float(place), *columns[i])))
        else:
            found.append(ops.identity(x) if isinstance(x, Value) else x)
    if all(new is old for new, old in zip(found, numbers, strict=True)):
        return row
    return shape.rebuild(found)


def _place(rows: Any, index: Any) -> int:
    """The index as an int of Python's, or the errors of `take`."""
    if isinstance(index, float) and index.is_integer():
        index = int(index)
    try:
        place = operator.index(index)
    except TypeError:
        raise TypeError(f"take: index must be a whole number, got {index!r}") from None
    if not hasattr(rows, "__len__"):
        raise TypeError(f"take: rows must be a list or another sequence, got {type_name(rows)}")
    if len(rows) == 0:
        raise ValueError("take: there are no rows to take from")
    if not 0 <= place < len(rows):
        raise ValueError(f"take: index {place} is outside 0..{len(rows) - 1}, the rows there are")
    return place


def _of_any(rows: Any, index: Any) -> Any:
    """What is taken, as nodes that hold for every index; None where there are none such."""
    if not hasattr(rows, "__len__") or not 0 <= index < len(rows):
        return None
    numbers, shape = flatten(rows[0])
    if len(rows) * len(numbers) > MOST_NUMBERS:
        return None
    columns = _columns(rows, shape)
    if columns is None or not all(map(_serves_all, columns)):
        return None
    if not (_is_unchangeable(shape) or any(isinstance(x, Value) for x in chain(*columns))):
        return None  # eager mode gives the row itself, which somebody may write into
    if not (isinstance(index, Integral) or index % 1 == 0):
        return None
    return shape.rebuild([ops.take.apply((index, *column)) for column in columns])


def _columns(rows: Any, shape: Shape) -> list[tuple[Any, ...]] | None:
    """For each number of a row those of all rows; None unless all have one layout."""
    listed = []
    is_flat = shape.kind in (list, tuple) and all(item.kind is None for item in shape.items)
    for i in range(len(rows)):
        row = rows[i]
        if is_flat and type(row) is shape.kind and all(x.__class__ is Value for x in row):
            numbers, is_alike = row, len(row) == len(shape.items)  # as most are: seen quickly
        else:
            numbers, found = flatten(row)
            is_alike = found == shape
        if not is_alike:
            return None
        listed.append(numbers)
    return list(zip(*listed, strict=True))


def _may_hold_history(rows: Any, row: Any, numbers: Sequence[Any]) -> bool:
    """Whether any number of the rows may have been computed; of a large table, one of those taken.

    It is asked at every taking: of Values, and lists of them, in the time that C takes.
    """
    if len(rows) * len(numbers) > MOST_NUMBERS:
        return any(isinstance(x, Value) and x.op is not None for x in numbers)
    try:
        return any(map(_HISTORY, rows if isinstance(row, Value) else chain.from_iterable(rows)))
    except (AttributeError, TypeError):  # other numbers, deeper lists, no numbers
        return True


def _serves_all(column: Sequence[Any]) -> bool:
    """Whether nodes can be made that hold for every index."""
    if _is_computed(column) or all(isinstance(x, Value) for x in column):
        return True
    return all(map(_is_float, column))


def _is_computed(column: Sequence[Any]) -> bool:
    """Whether they are numbers, and one has a history; to be bound as an argument is none."""
    has_history = any(
        isinstance(x, Value) and x.op is not None and x.op is not ops.identity for x in column
    )
    return has_history and all(isinstance(x, (Value, Real)) for x in column)


def _is_float(x: Any) -> bool:
    return x.__class__ is float or (hasattr(x, "as_value") and not isinstance(x, Integral))


def _is_unchangeable(shape: Shape) -> bool:
    """Whether it is a number, or numbers in tuples and nothing else."""
    return shape.kind is None or (shape.kind is tuple and all(map(_is_unchangeable, shape.items)))
