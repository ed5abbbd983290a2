"""fit(compiled=True): how often it is looked for what somebody may have changed.

Owns that it is once where nobody's code has run in between, and not at all where to look takes
longer than programs save.
"""

import pytest

import autograd as ag
import nn
import nn.training.replay.steps as steps
from autograd.replay import Descent
from nn.training.callbacks import Callback
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp

EPOCHS = 12
DATA = ROWS, NUMBERS


class Chosen(nn.Module):
    """Of two networks the one for its row: batches of one go two ways."""

    def __init__(self):
        self.each = [mlp(3, 1), mlp(2, 1)]

    def __call__(self, row):
        return self.each[row[0] > 0.0](row)


class AfterEach(Callback):
    """A callback after each batch."""

    def on_batch_end(self, training):
        pass


@pytest.fixture
def looked(monkeypatch):
    """How often programs were told to look, as a list of so many items."""
    found, look_again = [], Descent.look_again

    def counted(descent):
        found.append(descent)
        look_again(descent)

    monkeypatch.setattr(Descent, "look_again", counted)
    for name in ("PRICE_IN_BATCHES", "PRICE_IN_SAMPLES"):
        monkeypatch.setattr(f"nn.training.replay.worth.{name}", 0.0)
    return found


def test_batches_of_two_ways_are_looked_at_once_an_epoch(looked, monkeypatch):
    found = both(Chosen, DATA, "mse", monkeypatch, batch_size=1, validation=0.3, epochs=EPOCHS)
    n_batches = 12 * EPOCHS
    n_eager = n_batches - found.n_steps
    assert found.n_steps > 0.8 * n_batches
    assert len(looked) <= EPOCHS + n_eager


def test_after_a_callback_of_each_batch_each_is_looked_at(looked, monkeypatch):
    found = both(
        mlp, DATA, "mse", monkeypatch, batch_size=4, callbacks=[AfterEach()], epochs=EPOCHS
    )
    assert len(looked) >= found.n_steps - 1 > 4 * EPOCHS


def test_a_change_in_the_middle_of_an_epoch_is_seen(looked, monkeypatch):
    def make():
        factor = [1.0]

        class Change(Callback):
            def on_batch_end(self, training):
                factor[0] += 0.125 * ((training.epoch, training.batch) == (2, 3))

        return Scaled(factor), {"callbacks": [Change()]}

    found = both(make, DATA, "mse", monkeypatch, batch_size=4, epochs=EPOCHS)
    assert found.n_steps > 3 * EPOCHS


class Scaled(nn.Module):
    """A network times a number that somebody else holds, too."""

    def __init__(self, factor):
        self.inner, self.factor = mlp(), factor

    def __call__(self, row):
        return self.inner(row) * self.factor[0]


@pytest.mark.parametrize(
    ("callback", "how_often", "seldom"),
    [(AfterEach(), "batch", "at the end of an epoch"), (lambda _: None, "epoch", "")],
    ids=["batch", "epoch"],
)
def test_what_takes_longer_to_look_at_than_it_saves_is_trained_in_eager_mode(
    callback, how_often, seldom, looked, monkeypatch
):
    monkeypatch.setattr(steps, "LEAST_LOOKING", 0.0)
    monkeypatch.setattr(Descent, "seconds_saved", 0.0)
    options = {"batch_size": 4, "callbacks": [callback], "epochs": EPOCHS}
    found = both(mlp, DATA, "mse", monkeypatch, **options)
    assert len(looked) == 1
    (said,) = found.said
    assert said.startswith("fit: the rest is trained uncompiled: model and loss reach so much")
    assert f"after each {how_often}, for what a callback" in said
    assert seldom in said


@pytest.mark.parametrize("block", [lambda: ag.scope("training"), ag.recording])
def test_a_training_inside_a_scope_is_compiled(block, looked, monkeypatch):
    with block():
        inside = both(mlp, DATA, "mse", monkeypatch, batch_size=4, epochs=EPOCHS)
    assert inside.n_steps > 3 * EPOCHS
    assert dict(inside) == dict(both(mlp, DATA, "mse", monkeypatch, batch_size=4, epochs=EPOCHS))
