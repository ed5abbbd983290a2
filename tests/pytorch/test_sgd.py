"""SGD by itself against PyTorch's, on gradients that do not depend on the weights, to 1e-11.

Owns the comparison of every option and of the learning rate assigned between steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

import nn
from autograd import Value
from tests.golden.nn_cases import START, drawn_gradients, sgd_options
from tests.pytorch.networks import gap, tensor


def run_ours(start: Sequence[float], gradients: list[list[float]], options: Any) -> Any:
    parameters = [Value(x) for x in start]
    optimizer = nn.SGD(parameters, **options)
    for step, gradient in enumerate(gradients):
        optimizer.zero_grad()
        assert all(p.grad == 0.0 for p in parameters)
        for parameter, g in zip(parameters, gradient, strict=True):
            parameter.grad = g
        if step == 20:
            optimizer.lr *= 0.1
        optimizer.step()
    return [p.data for p in parameters]


def run_pytorchs(start: Sequence[float], gradients: list[list[float]], options: Any) -> Tensor:
    parameter = tensor(list(start), True)
    optimizer = torch.optim.SGD([parameter], **options)
    for step, gradient in enumerate(gradients):
        parameter.grad = tensor(gradient)
        if step == 20:
            optimizer.param_groups[0]["lr"] *= 0.1
        optimizer.step()
    return parameter


REFUSED = [
    {"lr": 0.05, "momentum": momentum, "dampening": dampening, "nesterov": True}
    for momentum, dampening in ((0.0, 0.0), (0.0, 0.3), (0.5, 0.3), (0.99, 1.0))
]


@pytest.mark.parametrize("options", sgd_options(), ids=str)
def test_every_option(options: dict[str, Any]) -> None:
    gradients = drawn_gradients(2, 40, len(START))
    ours, theirs = run_ours(START, gradients, options), run_pytorchs(START, gradients, options)
    assert gap(ours, theirs) <= 1e-11


@pytest.mark.parametrize("options", REFUSED, ids=str)
def test_what_pytorch_refuses_is_refused(options: dict[str, Any]) -> None:
    for run in (run_ours, run_pytorchs):
        with pytest.raises(ValueError, match=r"(?i)nesterov"):
            run(START, drawn_gradients(2, 1, len(START)), options)


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9, 1e150])
def test_gradients_of_any_size(scale: float) -> None:
    options = {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}
    gradients = [[scale * g for g in row] for row in drawn_gradients(4, 30, len(START))]
    ours, theirs = run_ours(START, gradients, options), run_pytorchs(START, gradients, options)
    assert gap(ours, theirs) <= 1e-11


def test_no_learning_rate() -> None:
    options = {"lr": 0.0, "momentum": 0.9}
    assert run_ours(START, drawn_gradients(2, 30, 4), options) == list(START)
    assert run_pytorchs(START, drawn_gradients(2, 30, 4), options).tolist() == list(START)
