"""Writes golden.json, PyTorch's numbers that the engine is compared with where there is no PyTorch.

`python -m tests.golden.make`, in the environment of `make torch`; `make_nn` writes nn.json.
For each operation: the positions of its parameters, and one row a point: operands, value, gradient,
Hessian row by row, each number as Python writes it. A `~` before it marks an entry in which the
engine deviates (tests/pytorch/deviations.py).
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import torch

from tests.golden import make_nn
from tests.golden.comparison import DEVIATES, Point
from tests.pytorch import edges, regular
from tests.pytorch.deviations import expected
from tests.pytorch.reference import REFERENCE, derivatives

GOLDEN = Path(__file__).with_name("golden.json")

Row = list[str]


def golden_row(name: str, point: Point) -> Row:
    """Operands, value, gradient and Hessian at one point, in four texts."""
    entries = derivatives(name, point).entries()
    deviating = expected(name, point)
    words = {at: DEVIATES * (at in deviating) + repr(entries[at]) for at in entries}
    live = range(sum(len(at) == 1 for at in entries))
    first = [words[i,] for i in live]
    second = [words[pair] for pair in itertools.product(live, repeat=2)]
    return [" ".join(map(repr, point)), words[()], " ".join(first), " ".join(second)]


def golden_rows(name: str) -> list[Row]:
    """A row for each operand tuple of the operation, ordinary ones first, none twice."""
    points = {repr(p): p for p in (*regular.POINTS[name], *edges.POINTS[name])}
    return [golden_row(name, point) for point in points.values()]


def golden_text() -> str:
    """All of golden.json, one line a row."""
    operations = []
    for name in sorted(REFERENCE):
        rows = ",\n".join(json.dumps(row) for row in golden_rows(name))
        parameters = json.dumps(sorted(REFERENCE[name].parameters))
        operations.append(f'"{name}": {{"parameters": {parameters}, "points": [\n{rows}]}}')
    version = torch.__version__.partition("+")[0]
    return f'{{"pytorch": "{version}",\n"operations": {{\n' + ",\n".join(operations) + "}}\n"


if __name__ == "__main__":
    GOLDEN.write_text(golden_text(), encoding="ascii")
    print(f"{GOLDEN}: {len(REFERENCE)} operations, PyTorch {torch.__version__}")
    make_nn.write()
    print(f"{make_nn.GOLDEN_NN}: losses, SGD, layers, initial weights and trainings")
