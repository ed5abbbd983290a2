"""Each loss and penalty by itself against PyTorch in double: value, gradient, Hessian to 1e-11.

Owns the comparison at ordinary numbers, at kinks and at extreme ones, and the places where PyTorch
bends a number on purpose and the definition is followed instead.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

import autograd as ag
import nn
from autograd import Value
from nn import losses
from tests.pytorch.networks import LOSSES, gap, hinge, tensor


def binary_by_definition(p: Tensor, t: Tensor) -> Tensor:
    """Binary cross-entropy in plain operations: PyTorch's own second derivative has an epsilon."""
    return -(t * torch.log(p) + (1.0 - t) * torch.log1p(-p)).mean()


# Outputs, and our loss and PyTorch's as functions of the outputs; the last once more, for the
# Hessian.
Loss = Callable[[Tensor], Tensor]
Case = tuple[Any, Callable[[Any], Any], Loss, Loss]


def cases() -> dict[str, Case]:
    source = random.Random(9)

    def draw(rows: int, columns: int = 0, scale: float = 2.0) -> Any:
        if columns:
            return [draw(columns, scale=scale) for _ in range(rows)]
        return [source.gauss(0.0, scale) for _ in range(rows)]

    def unit(n: int) -> Any:
        return [source.random() for _ in range(n)]

    found: dict[str, Case] = {}

    def add(name: str, outputs: Any, targets: Any, ours: Any, theirs: Any, **options: Any) -> None:
        whole = ours is nn.cross_entropy and not isinstance(targets[0], list)
        answers = torch.tensor(targets, dtype=torch.int64 if whole else torch.float64)
        twice = binary_by_definition if ours is losses.binary_cross_entropy else theirs
        found[name] = (
            outputs,
            lambda x: ours(x, targets, **options),
            lambda x: theirs(x, answers, **options),
            lambda x: twice(x, answers, **options),
        )

    for name in ("mse", "l1", "huber"):
        ours, theirs = losses.LOSSES[name], LOSSES[name]
        add(name, draw(7), draw(7), ours, theirs)
        add(f"{name} of rows", draw(4, 3), draw(4, 3), ours, theirs)
        add(f"{name} of one", draw(1), draw(1), ours, theirs)
        add(f"{name}, huge", draw(3, 2, 1e100), draw(3, 2), ours, theirs)
        add(f"{name}, tiny", draw(3, 2, 1e-160), draw(3, 2, 1e-160), ours, theirs)
        add(f"{name}, exact", [1.0, 2.0, -0.5], [1.0, 3.0, -0.5], ours, theirs)
    for delta in (0.25, 1.0, 3.0, 1e-9, 1e9):
        add(f"huber, delta {delta}", draw(9), draw(9), losses.huber_loss, functional.huber_loss,
            delta=delta)  # fmt: skip
    at_delta = [1.5, -1.5, math.nextafter(1.5, 0), math.nextafter(-1.5, -2), 0.0]
    zeros = [0.0] * len(at_delta)
    add("huber at delta", at_delta, zeros, losses.huber_loss, functional.huber_loss, delta=1.5)

    plus_minus = [1, -1, -1, 1, 1, -1, 1]
    add("hinge", draw(7), plus_minus, nn.hinge_loss, hinge)
    add("hinge at the margin", [1.0, -1.0, 0.5], [1, -1, 1], nn.hinge_loss, hinge)
    add("hinge, huge", draw(7, scale=1e300), plus_minus, nn.hinge_loss, hinge)

    entropy, theirs = nn.cross_entropy, functional.cross_entropy
    classes = [source.randrange(4) for _ in range(5)]
    add("indices", draw(5, 4), classes, entropy, theirs)
    add("one class", draw(3, 1), [0, 0, 0], entropy, theirs)
    add("ties", [[0.5, 0.5, 0.5], [2.0, 2.0, -1.0]], [2, 0], entropy, theirs)
    add("far apart", draw(5, 4, 1000.0), classes, entropy, theirs)
    add("huge", draw(5, 4, 1e300), classes, entropy, theirs)
    rows = [[abs(x) for x in row] for row in draw(5, 4)]
    soft = [[x / sum(row) for x in row] for row in rows]
    add("probabilities", draw(5, 4), soft, entropy, theirs)
    add("one-hot", draw(2, 3), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], entropy, theirs)
    add("far apart, soft", draw(5, 4, 1000.0), soft, entropy, theirs)

    hard = [0, 1, 1, 0, 1, 0, 0]
    binary, theirs = losses.binary_cross_entropy, functional.binary_cross_entropy
    add("binary", unit(7), hard, binary, theirs)
    add("binary, soft", unit(7), unit(7), binary, theirs)
    add("binary, rows", [unit(3), unit(3)], [[0, 1, 1], [1, 0, 0]], binary, theirs)
    add("binary, one half", [0.5], [0.5], binary, theirs)
    add("binary, near the ends", [1e-9, 1 - 1e-9, 1e-9, 1 - 1e-9], [0, 1, 0.5, 0.5], binary, theirs)
    add("binary, near and wrong", [1e-6, 1 - 1e-6], [1, 0], binary, theirs)

    logits, theirs = (
        losses.binary_cross_entropy_with_logits,
        functional.binary_cross_entropy_with_logits,
    )
    add("logits", draw(7), hard, logits, theirs)
    add("logits, soft", draw(7), unit(7), logits, theirs)
    add("logits, rows", draw(2, 3), [[0, 1, 1], [1, 0, 0]], logits, theirs)
    add("logits, zero", [0.0, 0.0, -0.0], [0, 1, 0.3], logits, theirs)
    add("logits, far", draw(7, scale=1000.0), hard, logits, theirs)
    add("logits, far, soft", draw(7, scale=1000.0), unit(7), logits, theirs)
    add("logits, huge", draw(7, scale=1e300), hard, logits, theirs)
    add("logits, huge, soft", draw(7, scale=1e300), unit(7), logits, theirs)
    return found


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_value_gradient_and_hessian(name: str) -> None:
    outputs, ours, theirs, twice = CASES[name]
    leaf = tensor(outputs, requires_grad=True)
    value = theirs(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    hessian = torch.autograd.functional.hessian(twice, leaf)  # type: ignore[no-untyped-call]
    value_of_ours, gradient_of_ours = ag.value_and_grad(ours)(outputs)
    assert gap(value_of_ours, value) <= 1e-11
    assert gap(gradient_of_ours, gradient) <= 1e-11
    assert gap(ag.hessian(ours)(outputs), hessian) <= 1e-11
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


PENALTIES: dict[str, Callable[[Tensor], Tensor]] = {
    "l1_penalty": lambda w: w.abs().sum(),
    "l2_penalty": lambda w: (w * w).sum(),
}


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("weights", [[1.5, -0.25, 0.0, 3.0], [1e150, -1e-150], [0.0], [-2.0]])
def test_penalties(name: str, weights: list[float]) -> None:
    ours, theirs = getattr(losses, name), PENALTIES[name]
    leaf = tensor(weights, True)
    value = theirs(leaf)
    (gradient,) = torch.autograd.grad(value, leaf)
    hessian = torch.autograd.functional.hessian(theirs, leaf)  # type: ignore[no-untyped-call]
    assert gap(ours(weights), value) <= 1e-11
    assert gap(ag.grad(ours)(weights), gradient) <= 1e-11
    assert gap(ag.hessian(ours)(weights), hessian) <= 1e-11


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
    compared = [cell.cell_contents for case in CASES.values() for cell in case[1].__closure__ or ()]
    assert all(any(loss is cell for cell in compared) for loss in losses.LOSSES.values())
