"""Callbacks: when they are called, on what, and what they may change."""

from array import array

import pytest

from nn import MLP, SGD, fit, moons, mse_loss
from nn.training.callbacks import Callback
from nn.training.state import Training

X, LABELS = moons(20, noise=0.3, seed=2)
Y = [2 * label - 1 for label in LABELS]


def train(epochs=3, batch_size=8, data=(X, Y), loss="hinge", **arguments):
    model = MLP(2, [4, 1], activation="tanh", seed=1)
    arguments = {"lr": 0.1, "verbose": False, "seed": 0, **arguments}
    return model, fit(model, data, loss, epochs=epochs, batch_size=batch_size, **arguments)


def test_a_training_says_where_it_stands_and_not_all_that_it_holds():
    seen = []

    class Noting(Callback):
        def on_train_begin(self, training):
            seen.append(repr(training))

        def on_batch_end(self, training):
            seen.append((repr(training), training.batch_loss))

    train(epochs=1, validation=0.2, callbacks=[Noting()])
    sizes = "16 training and 4 validation samples, 17 parameters)"
    assert seen[0] == f"Training(epoch 0 of 1, batch 0 of 2, batch_loss=nan; {sizes}"
    told, loss = seen[2]
    assert told == f"Training(epoch 1 of 1, batch 2 of 2, batch_loss={loss:.4g}; {sizes}"


class Recording(Callback):
    """Notes what is called and what it sees."""

    def __init__(self):
        self.calls = []

    def on_train_begin(self, training):
        self.calls.append(("begin", training.epoch, training.batch))

    def on_batch_end(self, training):
        assert training.batch_loss >= 0.0
        self.calls.append(("batch", training.epoch, training.batch))

    def on_epoch_end(self, training):
        assert training.history.rows[-1]["epoch"] == training.epoch
        self.calls.append(("epoch", training.epoch, training.batch))

    def on_train_end(self, training):
        self.calls.append(("end", training.epoch, training.batch))


def test_when_each_method_is_called():
    recording = Recording()
    train(epochs=2, callbacks=[recording])
    assert recording.calls == [
        ("begin", 0, 0),
        ("batch", 1, 1),
        ("batch", 1, 2),
        ("batch", 1, 3),
        ("epoch", 1, 0),
        ("batch", 2, 1),
        ("batch", 2, 2),
        ("batch", 2, 3),
        ("epoch", 2, 0),
        ("end", 2, 0),
    ]


def test_a_function_sees_the_training_after_each_epoch():
    seen = []

    def look(training):
        assert isinstance(training, Training)
        assert training.epochs == 3
        assert isinstance(training.model, MLP)
        assert isinstance(training.optimizer, SGD)
        seen.append((training.epoch, len(training.history), training.history.rows[-1]["loss"]))

    _, history = train(callbacks=look)  # one alone need not stand in a list
    assert seen == [(k, k, loss) for k, loss in enumerate(history["loss"], 1)]


def test_stop_after_an_epoch_and_within_one():
    def after_two(training):
        training.stop = training.epoch == 2

    class AfterTwoBatches(Callback):
        def on_batch_end(self, training):
            training.stop = training.batch == 2

    _, history = train(callbacks=[after_two])
    assert (len(history), history.stopped) == (2, "callback")
    _, history = train(callbacks=[AfterTwoBatches()])
    assert (len(history), history.stopped) == (0, "callback")
    assert history.checkpoint.position == 16
    assert "stopped" not in repr(train()[1])
    assert "callback" in repr(history)


def test_an_exception_leaves_model_and_history_right_and_a_training_to_resume():
    kept = []

    class Failing(Callback):
        def on_batch_end(self, training):
            kept[:] = [training.history, training.model]
            if (training.epoch, training.batch) == (2, 2):
                raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        train(callbacks=[Failing()], momentum=0.9)
    history, model = kept
    whole_model, whole = train(momentum=0.9)
    assert history.rows == whole.rows[:1]
    assert history.checkpoint.weights == array("d", [p.data for p in model.parameters()])
    resumed_model, resumed = train(momentum=0.9, resume=history)
    assert resumed.rows == whole.rows
    assert resumed_model.state_dict() == whole_model.state_dict()


def test_an_exception_of_the_loss_within_an_epoch_is_between_two_updates():
    calls, kept = [], []

    def loss(outputs, targets):
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("no")
        return mse_loss(outputs, targets)

    class Keep(Callback):
        def on_batch_end(self, training):
            kept[:] = [training, [p.data for p in training.model.parameters()]]

    with pytest.raises(RuntimeError, match="no"):
        train(loss=loss, callbacks=[Keep()])
    training, weights = kept
    assert [p.data for p in training.model.parameters()] == weights
    assert training.history.checkpoint.position == 8
    assert train(loss=loss, resume=training.history)[1].rows == train(loss=loss)[1].rows


def test_a_callback_may_change_the_learning_rate():
    def halve(training):
        training.optimizer.lr /= 2

    rates = []
    train(callbacks=[halve, lambda training: rates.append(training.optimizer.lr)])
    assert rates == [0.05, 0.025, 0.0125]


@pytest.mark.parametrize("callbacks", [5, [5], ["print"], [Callback], None])
def test_what_is_no_callback(callbacks):
    with pytest.raises(TypeError, match=r"fit: (a callback is|callbacks must be)"):
        train(callbacks=callbacks)
