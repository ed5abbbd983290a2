"""Each loss and penalty by itself against PyTorch in double: value, gradient, Hessian to 1e-11.

Owns the comparison at ordinary numbers, at kinks and at extreme ones, and the places where PyTorch
bends a number on purpose and the definition is followed instead.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.nn import functional

import autograd as ag
from autograd import Value
from nn import losses
from tests.golden.loss_cases import LOSS_CASES, PENALTY_WEIGHTS
from tests.golden.make_nn import derivatives, loss_answers
from tests.pytorch.networks import LOSSES, PENALTIES, gap, tensor


@pytest.mark.parametrize("name", LOSS_CASES)
def test_value_gradient_and_hessian(name: str) -> None:
    case = LOSS_CASES[name]
    outputs, theirs = case.outputs, loss_answers(case)

    def ours(outputs: Any) -> Any:
        loss: Any = losses.LOSSES[case.loss]
        return loss(outputs, case.targets, **case.options)

    value_of_ours, gradient_of_ours = ag.value_and_grad(ours)(outputs)
    assert gap(value_of_ours, theirs["value"]) <= 1e-11
    assert gap(gradient_of_ours, theirs["gradient"]) <= 1e-11
    assert gap(ag.hessian(ours)(outputs), theirs["hessian"]) <= 1e-11
    values = [[Value(x) for x in row] if isinstance(row, list) else Value(row) for row in outputs]
    ours(values).backward()
    backward = [[v.grad for v in row] if isinstance(row, list) else row.grad for row in values]
    assert backward == gradient_of_ours


UNIT, ROW = [0.3, 0.9, 0.6], [0.2, 0.5, 0.3]
WITH_TARGETS: dict[str, tuple[Any, Any]] = {
    "mse": ([0.3, -1.2, 0.7], [1.0, 0.5, -0.4]),
    "l1": ([0.3, -1.2, 0.7], [1.0, 0.5, -0.4]),
    "huber": ([0.3, -1.2, 0.7], [1.0, 0.5, -0.4]),
    "cross_entropy": ([[0.3, -1.2, 0.7]], [ROW]),
    "binary_cross_entropy": (UNIT, [0.25, 0.0, 1.0]),
    "binary_cross_entropy_with_logits": ([0.3, -1.2, 0.7], [0.25, 0.0, 1.0]),
}


@pytest.mark.parametrize("name", WITH_TARGETS)
def test_gradients_reach_the_targets(name: str) -> None:
    outputs, targets = WITH_TARGETS[name]
    p, t = tensor(outputs, True), tensor(targets, True)
    expected = torch.autograd.grad(LOSSES[name](p, t), (p, t))
    ours = ag.grad(losses.LOSSES[name], argnums=(0, 1))(outputs, targets)
    assert all(gap(a, b) <= 1e-11 for a, b in zip(ours, expected, strict=True))


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("weights", PENALTY_WEIGHTS)
def test_penalties(name: str, weights: list[float]) -> None:
    ours, theirs = getattr(losses, name), derivatives(PENALTIES[name], weights)
    assert gap(ours(weights), theirs["value"]) <= 1e-11
    assert gap(ag.grad(ours)(weights), theirs["gradient"]) <= 1e-11
    assert gap(ag.hessian(ours)(weights), theirs["hessian"]) <= 1e-11


# Where PyTorch ends a number on purpose. Each test fails if PyTorch no longer does.


@pytest.mark.parametrize(("p", "t"), [(0.0, 1.0), (1.0, 0.0), (1e-60, 1.0), (0.0, 0.5)])
def test_the_logarithm_of_a_probability_is_not_ended_at_minus_100(p: float, t: float) -> None:
    assert functional.binary_cross_entropy(tensor([p]), tensor([t])).item() == 100.0 * max(t, 1 - t)
    ours = losses.binary_cross_entropy([p], [t])
    expected = math.inf if p in (0.0, 1.0) else -math.log(p)
    assert ours == expected


def test_the_gradient_by_a_tiny_probability_is_not_ended_at_1e12() -> None:
    leaf = tensor([1e-20], True)
    (gradient,) = torch.autograd.grad(functional.binary_cross_entropy(leaf, tensor([1.0])), leaf)
    assert gradient.item() == pytest.approx(-1e12)
    assert ag.grad(losses.binary_cross_entropy)([1e-20], [1.0]) == pytest.approx([-1e20])


def test_the_second_derivative_has_no_epsilon() -> None:
    p, t = tensor([1e-6], True), tensor([1.0])
    theirs = torch.autograd.functional.hessian(  # type: ignore[no-untyped-call]
        lambda p: functional.binary_cross_entropy(p, t), p
    )
    ours = ag.hessian(lambda p: losses.binary_cross_entropy(p, [1.0]))([1e-6])
    assert ours[0][0] == pytest.approx(1e12, rel=1e-14)
    assert theirs.item() == pytest.approx(1e12, rel=1e-5)
    assert theirs.item() != pytest.approx(1e12, rel=1e-7)


def test_an_infinite_logit_that_is_right_costs_nothing() -> None:
    theirs = functional.binary_cross_entropy_with_logits
    assert math.isnan(theirs(tensor([math.inf]), tensor([1.0])).item())
    assert losses.binary_cross_entropy_with_logits([math.inf], [1.0]) == 0.0


def test_every_loss_is_compared() -> None:
    assert LOSSES.keys() == losses.LOSSES.keys()
    assert {case.loss for case in LOSS_CASES.values()} == losses.LOSSES.keys()
