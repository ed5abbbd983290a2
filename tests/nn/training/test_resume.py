"""Resuming: a training that went on is bit for bit one that never stopped.

The twin of every training here is stopped after some batch by a callback, captured, and resumed
with a fresh model and optimiser.
"""

import random
import re

import pytest

from nn import MLP, SGD, fit
from tests.nn.training.resumable import StopAfter, X, Y, outcome, train

CASES = {
    "plain": {"lr": 0.05},
    "gradient descent": {"lr": 0.05, "batch_size": None},
    "one sample": {"lr": 0.02, "batch_size": 1},
    "momentum": {"lr": 0.03, "momentum": 0.9, "dampening": 0.1, "weight_decay": 1e-3},
    "validation": {"lr": 0.05, "validation": 0.3},
    "own validation": {"lr": 0.05, "validation": (X[:5], Y[:5])},
    "early stopping": {"lr": 0.3, "validation": 0.3, "early_stopping": 2, "momentum": 0.9},
    "schedule": {"schedule": lambda epoch: 0.1 / epoch, "momentum": 0.5},
    "penalties": {"lr": 0.05, "l1": 1e-3, "l2": 1e-2},
}


@pytest.mark.parametrize("through", ["history", "file"])
@pytest.mark.parametrize("case", CASES)
def test_resumed_after_any_batch_it_gives_the_same_bits(case, through, tmp_path):
    arguments = CASES[case]
    counter = StopAfter(0)
    expected = outcome(*train(**arguments, callbacks=[counter]))
    n_batches = -counter.n_batches
    assert n_batches >= 4
    for k in range(1, n_batches, 7 if case == "one sample" else 1):
        path = tmp_path / f"{k}.ckpt"
        _, history = train(**arguments, callbacks=[StopAfter(k)], checkpoint=path)
        assert history.stopped == "callback"
        # The seed is not used again: the random state is that of the checkpoint.
        start = history if through == "history" else path
        assert outcome(*train(**arguments, seed=99, resume=start)) == expected


@pytest.mark.parametrize("kind", ["global", "source"])
def test_resumed_with_another_source_of_random_numbers(kind):
    def seed():
        if kind == "source":
            return random.Random(8)
        random.seed(8)
        return None

    before = random.getstate()
    try:
        expected = outcome(*train(seed=seed(), lr=0.05, validation=0.2))
        for k in (2, 5):
            _, part = train(seed=seed(), lr=0.05, validation=0.2, callbacks=[StopAfter(k)])
            random.seed(12345)
            source = None if kind == "global" else random.Random(1)
            assert outcome(*train(seed=source, lr=0.05, validation=0.2, resume=part)) == expected
    finally:
        random.setstate(before)


def test_a_source_without_state_trains_and_resumes():
    _, history = train(seed=random.SystemRandom(), lr=0.05, epochs=2)
    assert history.checkpoint.random is None
    assert len(train(seed=random.SystemRandom(), lr=0.05, epochs=3, resume=history)[1]) == 3


def test_stopped_many_times_also_through_files(tmp_path):
    arguments = {**CASES["validation"], "momentum": 0.9, "epochs": 6}
    expected = outcome(*train(**arguments))
    path, start = tmp_path / "run", None
    for _ in range(40):
        model, history = train(**arguments, callbacks=[StopAfter(2)], checkpoint=path, resume=start)
        if not history.stopped:
            break
        start = path
    assert outcome(model, history) == expected


def test_some_epochs_and_then_more_are_as_many_at_once():
    arguments = CASES["momentum"]
    _, first = train(epochs=3, **arguments)
    assert outcome(*train(epochs=7, resume=first, **arguments)) == outcome(
        *train(epochs=7, **arguments)
    )
    model, same = train(epochs=2, resume=first, **arguments)  # all of it is done already
    assert outcome(model, same)["rows"] == first.rows
    assert model.state_dict() == train(epochs=3, **arguments)[0].state_dict()


@pytest.mark.parametrize(
    ("given", "difference"),
    [
        ({}, "momentum was 0.9, is 0.0"),
        ({"momentum": 0.9, "weight_decay": 0.1}, "weight_decay was 0.0, is 0.1"),
        ({"momentum": 0.9, "nesterov": True}, "nesterov was False, is True"),
        ({"momentum": 0.9, "dampening": 0.5}, "dampening was 0.0, is 0.5"),
        ({"momentum": 0.9, "threshold": 0.25}, r"threshold was 0\.0, is 0\.25"),
    ],
)
def test_another_step_is_another_training(given, difference):
    _, history = train(epochs=1, lr=0.1, momentum=0.9)
    with pytest.raises(ValueError, match=f"of another training: {difference}; give what"):
        train(epochs=2, lr=0.1, resume=history, **given)


def test_the_first_history_stays_as_it_was():
    _, first = train(epochs=2, lr=0.05)
    before = outcome(train(epochs=2, lr=0.05)[0], first)
    _, second = train(epochs=4, lr=0.05, resume=first)
    assert outcome(train(epochs=2, lr=0.05)[0], first) == before
    assert len(second) == 4


def test_with_the_same_optimizer_object():
    def run(epochs, model, optimizer, **arguments):
        return fit(model, (X, Y), "hinge", optimizer, epochs, 6, 3, verbose=False, **arguments)

    model = MLP(2, [4, 1], seed=1)
    whole = run(4, model, SGD(model.parameters(), lr=0.05, momentum=0.9))
    other = MLP(2, [4, 1], seed=1)
    optimizer = SGD(other.parameters(), lr=0.05, momentum=0.9)
    part = run(4, other, optimizer, callbacks=[StopAfter(6)])
    resumed = run(4, other, optimizer, resume=part)
    assert outcome(other, resumed) == outcome(model, whole)


def test_a_learning_rate_set_by_a_callback_is_kept_unless_another_is_given():
    def halve(training):
        training.optimizer.lr /= 2

    whole = outcome(*train(lr=0.1, callbacks=[halve]))
    _, part = train(lr=0.1, callbacks=[halve], epochs=2)
    assert part.checkpoint.lr == 0.025
    assert outcome(*train(lr=0.1, callbacks=[halve], resume=part)) == whole
    assert train(lr=0.2, epochs=3, resume=part)[1].checkpoint.lr == 0.2


def test_parameters_of_the_loss_belong_to_it():
    from autograd import Value

    def run(**arguments):
        model, scale = MLP(2, [3, 1], activation="tanh", seed=1), Value(1.0)

        def loss(outputs, targets):
            errors = [scale * y - t for y, t in zip(outputs, targets, strict=True)]
            return sum((e * e for e in errors), start=Value(0.0)) / len(errors)

        optimizer = SGD([*model.parameters(), scale], lr=0.05, momentum=0.9)
        history = fit(model, (X, Y), loss, optimizer, 3, 8, 0, verbose=False, **arguments)
        return outcome(model, history), scale.data, history

    *expected, whole = run()
    assert len(whole.snapshots[3]) == 13
    assert len(whole.checkpoint.weights) == 14
    assert list(run(resume=run(callbacks=[StopAfter(4)])[2])[:2]) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (5, 1)}, "parameters was 17, is 21"),
        ({"data": (X[:-1], Y[:-1])}, "samples was 22, is 21"),
        ({"data": (X[::-1], Y[::-1])}, "the data has other numbers"),
        ({"data": (X, [-y for y in Y])}, "the data has other numbers"),
        ({"batch_size": 5}, "batch_size was 6, is 5"),
        ({"loss": "mse"}, "loss was hinge, is mse"),
        ({"l2": 0.5}, "l2 was 0.0, is 0.5"),
        ({"validation": 0.2}, "validation was None, is 0.2"),
        ({"schedule": lambda epoch: 0.1}, "measures was loss, accuracy, is loss, accuracy, lr"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(change, message):
    _, history = train(epochs=1, lr=0.1)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        train(**{"epochs": 2, "lr": 0.1, "resume": history, **change})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_another_activation_is_another_training():
    _, history = train(epochs=1, lr=0.1)
    with pytest.raises(ValueError, match=r"model was \.\.\..*'tanh.*, is \.\.\..*'relu"):
        fit(MLP(2, [4, 1]), (X, Y), "hinge", lr=0.1, batch_size=6, verbose=False, resume=history)
