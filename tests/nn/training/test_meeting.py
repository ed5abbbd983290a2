"""Losses in which the samples of a batch meet, in fit(compiled=True).

Owns that what is one sample's runs in lanes there, too, and the bits of such programs.
"""

import pytest

import autograd as ag
import nn
from autograd.replay.llvm.program import Plan
from tests.nn.training.both_modes import NUMBERS, ROWS, SIGNS, both, mlp


def standardised(outputs, targets):
    """Of a mean and a variance of the batch."""
    mean = ag.mean([z[0] for z in outputs])
    deviation = ag.sqrt(ag.mean([(z[0] - mean) ** 2 for z in outputs]) + 1e-5)
    terms = zip(outputs, targets, strict=True)
    return ag.mean([((z[0] - mean) / deviation - y) ** 2 + 0.1 * z[1] ** 2 for z, y in terms])


def contrasted(outputs, targets):
    """Of each pair: near if they are alike, apart if not."""
    terms = []
    for i in range(len(outputs)):
        for j in range(i):
            square = ag.sum([(a - b) ** 2 for a, b in zip(outputs[i], outputs[j], strict=True)])
            alike = (1 + targets[i] * targets[j]) / 2
            terms.append(alike * square + (1 - alike) * ag.relu(1.0 - ag.sqrt(square + 1e-9)) ** 2)
    return ag.mean(terms)


def softmax_over_the_batch(outputs, targets):
    """Which sample stands out."""
    shares = ag.softmax([z[0] for z in outputs])
    return -ag.dot(shares, targets) + ag.mean([z[1] ** 2 for z in outputs])


def next_to_each_other(outputs, targets):
    """Of neighbours in the batch; the first one has none before it."""
    terms = [(z[0] - y) ** 2 for z, y in zip(outputs, targets, strict=True)]
    pairs = zip(outputs[1:], outputs, strict=False)
    return ag.mean(terms) + ag.mean([(a[1] - b[1]) ** 2 for a, b in pairs])


def from_the_last(outputs, targets):
    """The samples in another order: sums from the last one to the first, and from the middle."""
    turned = [*zip(outputs, targets, strict=True)][::-1]
    middle = len(turned) // 2
    turned = turned[middle:] + turned[:middle]
    return ag.mean([(z[0] - y) ** 2 + z[1] ** 2 for z, y in turned])


LOSSES = [standardised, contrasted, softmax_over_the_batch, next_to_each_other, from_the_last]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("batch_size", [17, 5, 2, 1])
def test_they_have_eagers_bits(loss, activation, batch_size, monkeypatch):
    targets = SIGNS if loss is contrasted else NUMBERS
    if batch_size in (1, 2) and loss in (contrasted, next_to_each_other):
        batch_size += 2  # a pair, in the last batch of 17, too
    make = lambda: mlp(9, 6, 2, activation=activation)  # noqa: E731
    found = both(make, (ROWS, targets), loss, monkeypatch, batch_size=batch_size, l2=0.01)
    assert found.said == []
    assert found.n_steps


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_one_samples_runs_in_lanes(loss, monkeypatch):
    plans, of = [], Plan.of
    monkeypatch.setattr(Plan, "of", lambda *given: plans.append(of(*given)) or plans[-1])
    targets = SIGNS if loss is contrasted else NUMBERS
    nn.fit(
        mlp(16, 16, 2), (ROWS, targets), loss, lr=0.01, epochs=3, compiled=True, verbose=False,
    )  # fmt: skip
    (plan,) = plans
    assert plan.samples.n == len(ROWS)
    n_weights = len(mlp(16, 16, 2).parameters())
    n_more = 45 * (136 if loss is contrasted else len(ROWS))  # of each pair, or sample
    assert plan.n_once < 2 * n_weights + n_more < 0.2 * plan.n_operations
