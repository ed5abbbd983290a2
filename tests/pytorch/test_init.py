"""Every initialiser against PyTorch's: the same distribution, by its moments and as a whole.

The seeds are fixed. Two samples of n numbers are compared: moments within five standard errors of
their difference, the whole by the two-sample test of Kolmogorov and Smirnov.
"""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats
from torch import Tensor

import nn
from tests.pytorch.networks import INITIALISERS

N_SIGMA = 5.0
SHAPES = [(60, 300), (300, 60), (2, 8000)]  # inputs and outputs of the layer


def ours(name: str, fan_in: int, fan_out: int) -> Tensor:
    layer = nn.Layer(fan_in, fan_out, seed=17, init=name)
    return torch.tensor([w.data for row in layer.weights for w in row], dtype=torch.float64)


def theirs(name: str, fan_in: int, fan_out: int) -> Tensor:
    torch.manual_seed(17)
    return INITIALISERS[name](torch.empty(fan_out, fan_in, dtype=torch.float64)).flatten()


def differences(a: Tensor, b: Tensor) -> list[str]:
    """In what two samples differ by more than chance allows."""
    scale = b.square().mean().sqrt()
    found = []
    for name, power in (("mean", 1), ("variance", 2), ("kurtosis", 4)):
        x, y = (a / scale) ** power, (b / scale) ** power
        error = math.sqrt((x.var().item() + y.var().item()) / len(a))
        if abs(x.mean().item() - y.mean().item()) > N_SIGMA * error:
            found.append(name)
    if stats.ks_2samp(a.numpy(), b.numpy()).pvalue < 1e-5:
        found.append("distribution")
    return found


def test_every_initialiser_is_compared() -> None:
    assert INITIALISERS.keys() == nn.INITIALISERS.keys()


@pytest.mark.parametrize(("fan_in", "fan_out"), SHAPES)
@pytest.mark.parametrize("name", sorted(INITIALISERS.keys() - {"zeros"}))
def test_the_distribution_is_pytorchs(name: str, fan_in: int, fan_out: int) -> None:
    a, b = ours(name, fan_in, fan_out), theirs(name, fan_in, fan_out)
    assert differences(a, b) == []
    is_uniform = name in ("uniform", "xavier", "he_uniform")
    if is_uniform:  # the bounds themselves, which the largest of many nearly reaches
        assert float(a.abs().max()) == pytest.approx(float(b.abs().max()), rel=2e-3)


def test_zeros() -> None:
    assert torch.equal(ours("zeros", 3, 4), theirs("zeros", 3, 4))


@pytest.mark.parametrize(("name", "other"), [("he", "xavier_normal"), ("xavier", "he_uniform")])
def test_another_spread_would_be_noticed(name: str, other: str) -> None:
    assert "variance" in differences(ours(name, 60, 300), theirs(other, 60, 300))


@pytest.mark.parametrize(("name", "other"), [("he", "he_uniform"), ("xavier", "xavier_normal")])
def test_another_form_would_be_noticed(name: str, other: str) -> None:
    found = differences(ours(name, 60, 300), theirs(other, 60, 300))
    assert "distribution" in found
    assert "kurtosis" in found
    assert "variance" not in found
