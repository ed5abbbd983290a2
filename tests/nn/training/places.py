"""A place that a loss reads a factor from: what a callback, and the loss itself, set there.

Owns what the tests of such places share.
"""

import autograd as ag
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp


def scaled(read):
    """A loss that is multiplied by what `read()` gives."""

    def loss(outputs, targets):
        return ag.mean([(a - b) ** 2 for a, b in zip(outputs, targets, strict=True)]) * read()

    return loss


def check_that_a_change_is_seen(read, put, monkeypatch):
    """What a callback puts there counts from the next batch on, and programs run the rest."""
    assert n_run_while_it_changes(put, mlp, scaled(read), monkeypatch) >= 50


def n_run_while_it_changes(put, model, loss, monkeypatch, **arguments):
    """How many batches programs run of a training in which a callback puts other numbers there.

    The weights are those of eager mode, and nothing is said.
    """

    def make():
        put(1.0)
        return model()

    def callback(training):
        if training.epoch in (2, 5):
            put(1.0 / training.epoch)

    found = both(make, (ROWS, NUMBERS), loss, monkeypatch, callbacks=[callback], **arguments)
    assert found.said == []
    return found.n_steps


def check_that_it_is_put_back(read, put, monkeypatch):
    """What the loss puts there is done for each batch, and as often as in eager mode."""

    def make():
        put(1.0)
        return mlp()

    def counting(outputs, targets):
        put(min(10.0, read() + 0.5))
        return scaled(read)(outputs, targets)

    after = []
    for _ in range(2):
        found = both(make, (ROWS, NUMBERS), counting, monkeypatch, epochs=2)
        after.append(read())
    assert after == [6.0, 6.0]
    assert "changes attributes or variables" in found.said[0]
