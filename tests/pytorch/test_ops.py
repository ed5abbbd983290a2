"""Every row of the op table against PyTorch in double: value, gradient, Hessian.

Owns the comparison at ordinary operands (`regular.py`) and at the edges (`edges.py`), to 1e-12
relatively or 1e-15 absolutely. What may differ stands in `deviations.py`, with what is right.
"""

from __future__ import annotations

import math

import pytest
import torch

import autograd as ag
from tests.golden.comparison import Entries, Point, agree, derivatives, disagreements
from tests.pytorch import edges, reference, regular
from tests.pytorch.deviations import DEVIATIONS, Deviation, expected
from tests.pytorch.reference import REFERENCE

FUNCTIONS = {"softmax", "log_softmax"}  # made of several rows
POINTS = {"regular": regular.POINTS, "edges": edges.POINTS}

every_operation = pytest.mark.parametrize("name", sorted(REFERENCE))


CACHE: dict[str, Entries] = {}  # by text, which tells -0.0 from 0.0


def text(name: str, point: Point) -> str:
    return f"{name}({', '.join(map(repr, point))})"


def theirs(name: str, point: Point) -> Entries:
    key = text(name, point)
    if key not in CACHE:
        CACHE[key] = reference.derivatives(name, point).entries()
    return CACHE[key]


def test_every_row_has_a_reference_and_operands() -> None:
    assert set(ag.ops.TABLE) | FUNCTIONS == set(REFERENCE), "give each row PyTorch's expression"
    for kind, points in POINTS.items():
        assert set(points) == set(REFERENCE), f"give each row its {kind} operands"
    assert all(len(points) >= 3 for points in regular.POINTS.values())


@every_operation
@pytest.mark.parametrize("kind", POINTS)
def test_value_gradient_and_hessian(name: str, kind: str) -> None:
    parameters = REFERENCE[name].parameters
    failures = []
    for point in POINTS[kind][name]:
        right = theirs(name, point) | expected(name, point)
        wrong = disagreements(derivatives(name, point, parameters), right)
        if wrong:
            failures.append(f"{text(name, point)}: {'; '.join(wrong)}")
    assert not failures, f"{len(failures)} points\n" + "\n".join(failures)


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda d: d.reason[:40])
def test_every_deviation_still_differs(deviation: Deviation) -> None:
    for name in deviation.operations:
        points = [*regular.POINTS[name], *edges.POINTS[name]]
        met = [point for point in points if deviation.applies(*point)]
        assert met, f"no operands of {name} meet: {deviation.reason}"
        for point in met:
            pytorch = theirs(name, point)
            right = deviation.expected(name, *point)
            assert any(not agree(right[at], pytorch[at]) for at in right), text(name, point)


def test_deviations_do_not_overlap() -> None:
    for name in REFERENCE:
        for point in (*regular.POINTS[name], *edges.POINTS[name]):
            met = [d.reason for d in DEVIATIONS if name in d.operations and d.applies(*point)]
            assert len(met) <= 1, (text(name, point), met)


def test_relu_keeps_the_sign_of_zero() -> None:
    for x in (0.0, -0.0):
        pytorch = torch.relu(torch.tensor(x, dtype=torch.float64)).item()
        assert math.copysign(1.0, ag.relu(x)) == math.copysign(1.0, pytorch)


def test_the_comparison_tells_numbers_apart() -> None:
    assert agree(math.nan, math.nan)
    assert agree(0.0, -0.0)
    assert agree(1.0, 1.0 + 9e-13)
    for a, b in ((math.inf, -math.inf), (math.inf, 1.7e308), (1.0, 1.0 + 2e-12), (2e-15, 0.0)):
        assert not agree(a, b)
        assert not agree(b, a)
    assert not agree(math.nan, 0.0)
    assert not agree(math.inf, math.nan)
    assert len(disagreements({(): 1.0, (0,): 2.0}, {(): 1.0, (0,): 2.1})) == 1
