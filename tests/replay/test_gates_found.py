"""When a program has a gate, and what the samples that it lets through bring with them.

Owns what is found in the tape; that it changes no bit is for `test_gates`.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd import ops
from autograd.replay import Descent
from autograd.replay.llvm.remembered import forget
from autograd.replay.llvm.samples import condense, strips
from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.gates import gate_of
from tests.replay.gated import LOSSES, cost_of, numbers, selects_some
from tests.replay.test_reassociation import tape_of


def _samples(cost, weights, rows, targets):
    """Those of a step of a training, which knows whose inputs are whose."""
    parameters, found = [ag.Value(w) for w in weights], []

    def look(*args):
        tape, samples = find_samples(*args)
        found.append(samples)
        return tape, samples

    def cost_of_batch(rows, targets):
        return cost(parameters, rows, targets), [0.0 for _ in rows]

    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.replay.llvm.program.find_samples", look)
        steps = Descent(cost_of_batch, parameters, lambda w, g, v, r: (w - g, v), rows, targets)
        n = len(rows)
        steps.run([*range(n)], [(n, 1)], [0.1], [None] * len(weights))
    assert found[0].n == n
    return found[0]


def _gate(loss, sizes=(2, 6, 1), activation=ag.relu):
    draw = random.Random(0)
    cost, n_weights = cost_of(sizes, loss, activation=activation)
    rows = [numbers(draw, sizes[0]) for _ in range(20)]
    samples = _samples(cost, numbers(draw, n_weights), rows, numbers(draw, 20))
    chains = [chain for _, chain in samples.chains]
    descending = sum(chain.is_descending for chain in chains) * 2 > len(chains)
    along = [chain for chain in chains if chain.is_descending == descending]
    later = {p for chain in chains if chain not in along for p in chain.positions}
    return samples, along, gate_of(samples, range(len(samples.rows)), along, later)


@pytest.mark.parametrize("loss", ["hinge", "by maximum", "squared", "weighted", "scaled"])
def test_all_of_backpropagation_waits_at_the_gate(loss):
    samples, along, gate = _gate(LOSSES[loss])
    names = [samples.rows[p].name for p in gate.conditions]
    assert names in (["gt"], ["heaviside"])
    assert len(gate.chains) == len(along)  # the loss is added up the other way
    assert gate.positions[-1] == len(samples.rows) - 1
    after = {*range(gate.positions[0], len(samples.rows))} - {*gate.conditions}
    assert {*gate.positions} == after


def test_each_output_of_a_sample_may_be_a_condition():
    assert len(_gate(selects_some, (2, 6, 3))[2].conditions) == 3


def test_hidden_neurons_are_no_gate():
    """Hardly ever all of them are dead, and asking costs time."""
    assert _gate(lambda y, t: (y[0] - t) * (y[0] - t))[2] is None
    assert _gate(LOSSES["beside another"])[2] is None


def test_what_is_needed_elsewhere_is_computed_for_all():
    samples, along, gate = _gate(LOSSES["hinge"])
    p = gate.positions[len(gate.positions) // 2]
    while samples.rows[p] is not ops.mul:
        p += 1
    less = gate_of(samples, range(len(samples.rows)), along, {p})
    operands = samples.operands[p]
    assert p not in less.positions
    assert not [i for i in operands if i in less.positions]


def test_a_program_has_the_gate():
    draw = random.Random(0)
    cost, n_weights = cost_of((2, 6, 1), LOSSES["hinge"])
    rows = [numbers(draw, 2) for _ in range(20)]
    with pytest.MonkeyPatch.context() as patch:
        calls = []
        original = condense.condense
        patch.setattr(
            "autograd.replay.llvm.samples.passes.condense",
            lambda *args: calls.append(args) or original(*args),
        )
        ag.compile(ag.value_and_grad(cost))(numbers(draw, n_weights), rows, numbers(draw, 20))
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("sizes", "activation", "n_brought"),
    [
        ((2, 16, 16, 1), ag.relu, 2 + 16 + 2),  # neurons of two inputs are made of these again
        ((2, 16, 16, 1), ag.tanh, 2 + 16 + 16 + 2),  # what took long is not
        ((3, 16, 1), ag.relu, 3 + 16 + 2),  # nor are neurons of more inputs, but for their relu
    ],
)
def test_what_takes_a_few_instructions_is_made_again_not_moved(sizes, activation, n_brought):
    """Beside the inputs, the target and the condition come the numbers of the layers."""
    cost, n_weights = cost_of(sizes, LOSSES["hinge"], activation=activation)
    draw = random.Random(5)
    rows, targets = [numbers(draw, sizes[0]) for _ in range(20)], numbers(draw, 20)
    tape = tape_of(ag.grad(cost), numbers(draw, n_weights), rows, targets)
    _, samples = find_samples(tape)
    positions = [p for p, phase in enumerate(samples.phases) if phase == 0]
    chains = [chain for phase, chain in samples.chains if phase == 0]
    brought, again = condense.crossing(samples, gate_of(samples, positions, chains, ()), ())
    assert len(brought) == n_brought
    assert {*brought}.isdisjoint(again)
    there = {*brought}
    for p in again:  # each of what is there, and in order
        assert all(i in there for i in samples.operands[p] if strips.varies(samples, i))
        there.add(p)
    _, made = condense.crossing(samples, gate_of(samples, positions, chains, ()), {*again})
    assert made == []  # what all samples need stays as it is
