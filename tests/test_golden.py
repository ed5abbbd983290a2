"""The engine against PyTorch's numbers in golden.json: every row, at ordinary operands and edges.

Owns the comparison that `make test` makes without PyTorch (tests/pytorch makes it afresh), the
entries in which the engine deviates on purpose, and that all ways to a gradient agree.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from tests.golden.comparison import derivatives, disagreements, every_way, numbers, read
from tests.pytorch.deviations import expected

GOLDEN_JSON = Path(__file__).parent / "golden" / "golden.json"
GOLDEN: dict[str, Any] = json.loads(GOLDEN_JSON.read_text(encoding="ascii"))
OPERATIONS: dict[str, Any] = GOLDEN["operations"]

every_operation = pytest.mark.parametrize("name", OPERATIONS)


def test_every_row_of_the_table_is_there() -> None:
    missing = set(ag.ops.TABLE) - set(OPERATIONS)
    assert not missing, f"run `python -m tests.golden.make` for {sorted(missing)}"
    assert min(len(operation["points"]) for operation in OPERATIONS.values()) >= 7
    assert sum(len(operation["points"]) for operation in OPERATIONS.values()) > 5000


@every_operation
def test_value_gradient_and_hessian_are_pytorchs(name: str) -> None:
    operation = OPERATIONS[name]
    failures = []
    for row in operation["points"]:
        point = numbers(row[0])
        entries, left_out = read(row)
        deviating = expected(name, point)
        assert set(deviating) == left_out, f"{row}: golden.json is older than the deviations"
        ours = derivatives(name, point, operation["parameters"])
        assert set(ours) == set(entries)
        wrong = disagreements(ours, entries | deviating)
        if wrong:
            failures.append(f"{name}({', '.join(row[0].split())}): {'; '.join(wrong)}")
    assert not failures, f"{len(failures)} points\n" + "\n".join(failures)


@every_operation
def test_all_ways_to_a_gradient_agree(name: str) -> None:
    operation = OPERATIONS[name]
    failures = []
    for row in operation["points"]:
        point = numbers(row[0])
        ours = derivatives(name, point, operation["parameters"])
        for way, entries in every_way(name, point, operation["parameters"]):
            wrong = disagreements(ours, entries)
            if wrong:
                failures.append(f"{way} of {name}({row[0]}): {'; '.join(wrong)}")
    assert not failures, f"{len(failures)} points\n" + "\n".join(failures)
