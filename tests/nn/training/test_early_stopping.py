"""Early stopping and validation: the best weights exactly, and samples that teach nothing."""

import random
from array import array

import pytest

from nn import MLP, fit, moons, predict
from nn.evaluate import accuracy
from nn.training.callbacks import Best, Callback, EarlyStopping

X, LABELS = moons(20, noise=0.3, seed=2)
Y = [2 * label - 1 for label in LABELS]


def train(epochs=3, batch_size=8, data=(X, Y), loss="hinge", **arguments):
    model = MLP(2, [4, 1], activation="tanh", seed=1)
    arguments = {"lr": 0.1, "verbose": False, "seed": 0, **arguments}
    return model, fit(model, data, loss, epochs=epochs, batch_size=batch_size, **arguments)


def best_of(history, measure):
    values = history[measure]
    best = max(values) if "accuracy" in measure else min(values)
    return values.index(best) + 1


@pytest.mark.parametrize("measure", ["val_loss", "val_accuracy", "loss", "accuracy"])
@pytest.mark.parametrize("seed", range(4))
def test_the_model_has_exactly_the_weights_of_the_best_epoch(measure, seed):
    weights = {}

    def keep(training):
        weights[training.epoch] = [p.data for p in training.model.parameters()]

    model, history = train(
        epochs=40,
        seed=seed,
        lr=1.0,
        validation=0.4,
        early_stopping=EarlyStopping(3, measure=measure),
        callbacks=[keep],
    )
    best = best_of(history, measure)
    assert history.best_epoch == best
    assert [p.data for p in model.parameters()] == weights[best]
    if history.stopped:
        assert history.stopped == "early stopping"
        assert len(history) == best + 3
    else:
        assert len(history) == 40
    X_kept, y_kept = history.validation
    if measure == "val_loss":
        margins = [max(0.0, 1 - t * s) for t, s in zip(y_kept, predict(model, X_kept), strict=True)]
        assert min(history["val_loss"]) == pytest.approx(sum(margins) / len(margins), rel=1e-12)
    if measure == "val_accuracy":
        assert max(history[measure]) == accuracy(model, (X_kept, y_kept), threshold=0.0)


def test_also_without_stopping_early_the_best_weights_stay():
    model, history = train(epochs=6, lr=2.0, validation=0.4, early_stopping=6)
    assert history.stopped == ""
    assert history.best_epoch == best_of(history, "val_loss")
    assert history.snapshots[history.best_epoch] == array("d", [p.data for p in model.parameters()])
    assert history.best_epoch < 6  # or this shows nothing
    assert history.checkpoint.weights == history.snapshots[6]


def test_on_train_end_sees_the_weights_that_stay():
    seen = []

    class End(Callback):
        def on_train_end(self, training):
            seen.append(training.model.state_dict())

    model, history = train(epochs=9, lr=2.0, validation=0.4, early_stopping=2, callbacks=[End()])
    assert history.stopped == "early stopping"
    assert seen == [model.state_dict()]


def test_stopped_early_it_can_go_on_with_more_patience():
    arguments = {"epochs": 12, "lr": 2.0, "validation": 0.4}
    _, history = train(**arguments, early_stopping=2)
    assert history.stopped == "early stopping"
    again = train(**arguments, early_stopping=2, resume=history)[1]
    assert again.rows == history.rows
    assert (again.stopped, again.best_epoch) == ("early stopping", history.best_epoch)
    whole = train(**arguments, early_stopping=12)[1]
    assert train(**arguments, early_stopping=12, resume=history)[1].rows == whole.rows


def test_improvement_by_hand():
    falling, rising = EarlyStopping(2, 0.1), EarlyStopping(2, 0.1, "accuracy")
    best = Best("loss", 3, 0.5, array("d"))
    assert [falling.improves(v, best) for v in (0.39, 0.45, 0.6, float("nan"))] == [
        True,
        False,
        False,
        False,
    ]
    assert [rising.improves(v, best) for v in (0.61, 0.55, 0.4, float("nan"))] == [
        True,
        False,
        False,
        False,
    ]
    assert falling.improves(9.0, None)
    assert not falling.improves(float("nan"), None)
    assert [falling.is_over(epoch, best) for epoch in (3, 4, 5)] == [False, False, True]
    assert [falling.is_over(epoch, None) for epoch in (0, 1, 2)] == [False, False, True]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: train(early_stopping=3), ValueError, "give validation=0.2, or EarlyStopping("),
        (lambda: train(early_stopping=0, validation=0.2), ValueError, "at least 1; got 0"),
        (lambda: train(early_stopping=1.5), TypeError, "a number of epochs or nn.EarlyStopping"),
        (lambda: train(early_stopping=True), TypeError, "a number of epochs or nn.EarlyStopping"),
        (lambda: EarlyStopping(3, -0.1), ValueError, "EarlyStopping: min_delta"),
        (lambda: EarlyStopping(3, measure="los"), ValueError, "one of loss, accuracy, val_loss"),
        (
            lambda: train(
                data=(X, [x[0] for x in X]),
                loss="mse",
                early_stopping=EarlyStopping(3, measure="accuracy"),
            ),
            ValueError,
            "the targets are no classes, so there is no accuracy",
        ),
    ],
)
def test_refusals(call, kind, message):
    with pytest.raises(kind) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# Validation


def test_validation_samples_are_never_trained_on():
    trained, measured = set(), set()

    class Watched(MLP):
        def __call__(self, inputs):
            (trained if self.training else measured).add(tuple(inputs))
            return super().__call__(inputs)

    model = Watched(2, [4, 1], seed=1)
    history = fit(
        model, (X, Y), "hinge", lr=0.1, epochs=3, batch_size=4, validation=0.3, verbose=False
    )
    kept = {tuple(row) for row in history.validation[0]}
    assert len(kept) == 6
    assert trained == {tuple(row) for row in X} - kept
    assert measured >= kept
    assert model.training


def test_val_loss_is_what_is_minimised_of_the_model_after_the_epoch():
    models = []

    def keep(training):
        models.append(training.model.state_dict())

    X_kept, y_kept = X[:6], Y[:6]
    arguments = {"validation": (X_kept, y_kept), "l1": 0.01, "l2": 0.02, "callbacks": [keep]}
    _, history = train(data=(X[6:], Y[6:]), **arguments)
    for state, row in zip(models, history.rows, strict=True):
        model = MLP(2, [4, 1], activation="tanh")
        model.load_state_dict(state)
        scores = predict(model, X_kept)
        loss = sum(max(0.0, 1 - t * s) for t, s in zip(y_kept, scores, strict=True)) / 6
        weights = [p.data for p in model.parameters()]
        penalty = 0.01 * sum(map(abs, weights)) + 0.02 * sum(w * w for w in weights)
        assert row["val_loss"] == pytest.approx(loss + penalty, rel=1e-12)
        assert row["val_accuracy"] == accuracy(model, (X_kept, y_kept), threshold=0.0)


def test_validation_changes_nothing_of_the_training():
    model, history = train(validation=(X[:3], Y[:3]))
    other, plain = train()
    assert model.state_dict() == other.state_dict()
    assert history["loss"] == plain["loss"]
    assert history["accuracy"] == plain["accuracy"]


@pytest.mark.parametrize(("n", "fraction", "kept"), [(20, 0.3, 6), (2, 0.01, 1), (3, 0.99, 2)])
def test_a_fraction_is_drawn_from_the_seed(n, fraction, kept):
    state = random.getstate()
    first, again, other = (
        train(epochs=1, data=(X[:n], Y[:n]), validation=fraction, seed=seed)[1].validation
        for seed in (1, 1, 2)
    )
    assert len(first[0]) == kept
    assert first == again
    assert n < 20 or other != first
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (0.0, "between 0 and 1, such as 0.2, or a pair"),
        (1.0, "between 0 and 1"),
        (True, "between 0 and 1"),
        (float("nan"), "between 0 and 1"),
        (5, "between 0 and 1"),
        ("half", "data must be a pair (X, y)"),
        ((X, Y[:-1]), "validation: data: X has 20 samples, but y has 19"),
        (([[1.0]], [1]), "validation: its rows have 1 numbers, those of the data 2"),
        ((X[:2], [1.0, float("inf")]), "validation: y[1] holds inf"),
    ],
)
def test_what_cannot_be_validated_on(validation, message):
    with pytest.raises(ValueError) as caught:
        train(validation=validation)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_sample_cannot_be_divided():
    with pytest.raises(ValueError, match="validation needs at least 2 samples"):
        train(data=([[1.0, 2.0]], [1]), validation=0.5)
