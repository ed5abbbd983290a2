"""Programs in micrograd's and microgpt's idioms, beside PyTorch in double.

The programs are those of `tests/test_micrograd_programs.py`; here PyTorch states the same again.
"""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor
from torch.func import functionalize
from torch.nn import functional

from autograd import Value
from tests.test_micrograd_programs import (
    CONTEXT,
    EPSILON,
    HEADS,
    SHAPES,
    TOKENS,
    language_loss,
    winding_formula,
)


def double(x: object) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(20))
def test_a_formula_of_all_operators(seed: int) -> None:
    source = random.Random(seed)
    p, q = source.uniform(0.2, 5.0), source.uniform(-4.0, 4.0)
    a, b = Value(p), Value(q)
    ours = winding_formula(a, b, lambda x: x.relu())
    ours.backward()

    def formula(x: Tensor, y: Tensor) -> Tensor:
        result: Tensor = winding_formula(x, y, torch.relu)
        return result

    # `functionalize`: on tensors `t *= t` would overwrite a number that backward needs.
    gradient_and_value = torch.func.grad_and_value(functionalize(formula), argnums=(0, 1))
    gradient, value = gradient_and_value(double(p), double(q))
    assert ours.data == pytest.approx(value.item(), rel=1e-12)
    assert [a.grad, b.grad] == pytest.approx([g.item() for g in gradient], rel=1e-10)


def language_loss_in_pytorch(w: dict[str, Tensor]) -> Tensor:
    """The transformer with PyTorch's own RMS norm, masked attention and cross-entropy."""

    def norm(x: Tensor) -> Tensor:
        return functional.rms_norm(x, x.shape[-1:], eps=EPSILON)

    def heads(x: Tensor) -> Tensor:
        return x.reshape(CONTEXT, HEADS, -1).transpose(0, 1)

    x = norm(w["token"][TOKENS[:-1]] + w["place"])
    q, k, v = (heads(norm(x) @ w[name].T) for name in ("query", "key", "value"))
    mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + mixed.transpose(0, 1).reshape(x.shape) @ w["mix"].T
    x = x + torch.relu(norm(x) @ w["widen"].T) @ w["narrow"].T
    return functional.cross_entropy(x @ w["logits"].T, torch.tensor(TOKENS[1:]))


@pytest.mark.parametrize("seed", range(5))
def test_the_gradients_of_a_transformer(seed: int) -> None:
    source = random.Random(seed)
    ours = {
        name: [[Value(source.gauss(0, 0.5)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SHAPES.items()
    }
    theirs = {
        name: double([[p.data for p in row] for row in matrix]) for name, matrix in ours.items()
    }
    for tensor in theirs.values():
        tensor.requires_grad = True
    loss, expected = language_loss(ours), language_loss_in_pytorch(theirs)
    loss.backward()
    expected.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-12)
    for name, matrix in ours.items():
        gradient = double([[p.grad for p in row] for row in matrix])
        assert theirs[name].grad is not None
        torch.testing.assert_close(gradient, theirs[name].grad, rtol=1e-9, atol=1e-13, msg=name)
