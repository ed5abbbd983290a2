"""How far a number of a sample can be from what it was: no sample is further, nor much less far.

Owns the comparison of the bounds with what the numbers of all samples are then, and with the same
bounds made in Python; and how many products and neurons of them are made in lanes.
"""

from __future__ import annotations

import ctypes
import operator
import random
from itertools import pairwise

import pytest

import autograd as ag
from autograd.replay.llvm import remembered
from autograd.replay.llvm.samples import kept
from autograd.replay.tapes import screening
from tests.replay.gated import LOSSES, cost_of
from tests.replay.screened import ACTIVATIONS, Training, moons


@pytest.fixture(autouse=True)
def written(monkeypatch):
    """What is kept of each pass that is written, of small networks, too; and what decides."""
    monkeypatch.setattr(screening, "LEAST", 1)
    monkeypatch.setattr(screening, "FEWEST", 3)
    remembered.forget()
    found = []
    init = kept.Kept.__init__

    def noted(self, memory, samples, screening, columns):
        init(self, memory, samples, screening, columns)
        found.append((self, screening.decisive))

    monkeypatch.setattr(kept.Kept, "__init__", noted)
    yield found
    remembered.forget()


def of_all_samples(training, sizes, activation, rows, targets):
    """1 - y t of each sample with the weights of now, in eager mode."""
    found = []

    def noted(y, t):
        found.append(float((1.0 - y[0] * t).data))
        return y[0]

    cost_of(sizes, noted, activation=activation)[0](training.weights, rows, targets)
    return found


def of_absolute_values(weights, sizes, activation, largest):
    """What 1 - y t is at most, t being 1 or -1, with all terms above 0."""
    left, bounds = iter(weights), largest
    for layer, n in enumerate(sizes[1:], 1):
        rows = [[abs(next(left)) for _ in range(len(bounds) + 1)] for _ in range(n)]
        bounds = [row[-1] + sum(map(operator.mul, row, bounds)) for row in rows]
        if layer < len(sizes) - 1 and activation is ag.tanh:
            bounds = [min(x, 1.0) for x in bounds]
    return 1.0 + bounds[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("sizes", "scale", "near"),  # the share of its bound that a sample moves
    [
        ((2, 1), 1.0, 0.2),
        ((2, 1), 10.0, 0.2),
        ((2, 6, 1), 1.0, 0.2),
        ((2, 6, 1), 10.0, 0.2),
        ((2, 6, 5, 4, 1), 1.0, 0.2),
        ((2, 9, 18, 1), 1.0, 0.2),
        ((2, 8, 17, 9, 1), 1.0, 0.05),
    ],
)
@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_no_sample_has_moved_further(activation, sizes, mode, scale, near, written):
    """Nor one whose inputs are ten times as large as those of the others."""
    activation = ACTIVATIONS[activation]
    rows, targets = moons(40)
    rows[30] = [scale * x for x in rows[30]]
    options = {"mode": mode, "activation": activation}
    training = Training(sizes, LOSSES["hinge"], rows, targets, **options)
    draw = random.Random(len(sizes))
    training.go(600, 0.03, answers=False)
    ((place, p),) = written
    (step,) = [each for some in training.steps._steps.values() for each in some]
    eights = place._drift._eights
    in_lanes = [8 * len(terms.lanes) for terms in eights.sums.values()]
    assert sum(in_lanes) == sum(n // 8 * 8 * m for n, m in pairwise(sizes))
    # Of the layers between, whose neurons read as many: sums and activations.
    together = [m // 8 for n, m in pairwise(sizes[:-1]) if n >= 8]
    assert len(eights.by_last) == 2 * sum(together)
    largest = [max(abs(x) for x in column) for column in zip(*rows, strict=True)]
    ratios, notes, ups = [], [], []
    for _ in range(400):
        training.go(draw.randint(1, 4), 10.0 ** draw.uniform(-4.0, -1.0), answers=False)
        now = of_all_samples(training, sizes, activation, rows, targets)
        least = of_absolute_values([w.data for w in training.weights], sizes, activation, largest)
        before = training.n_left_out
        training.go(1, 0.01, answers=False)
        if training.n_left_out == before:  # all took part, and are noted
            continue
        size = step.program.bytes // 8 - 8
        memory = (ctypes.c_double * size).from_address(step.program.work)
        then, further = (
            memory[start[p] : start[p] + len(rows)] for start in (place.numbers, place.further)
        )
        since = memory[place._drift.found[p]] - memory[place._bounds[p]]  # 0 after a note
        ups.append(memory[place._drift.up])
        assert least * (1.0 - 1e-12) <= memory[place._drift.found[p]] <= 3.0 * least
        moved = [abs(a - b) for a, b in zip(now, then, strict=True)]
        # Fast mode rounds otherwise than `now`, which what a later bound is larger by allows for.
        distances = [since + by + (1e-12 if mode == "fast" else 0.0) for by in further]
        assert all(a <= b for a, b in zip(moved, distances, strict=True))
        notes.append(since == 0.0)
        ratios += [a / b for a, b in zip(moved, distances, strict=True) if b > 1e-9]
    assert sum(notes) > 10
    assert len(notes) - sum(notes) > 10
    assert max(ratios) > near
    assert 1.0 < min(ups) < 1.0 + 2.0**-39 < max(ups)  # the larger, the more notes since one anew
