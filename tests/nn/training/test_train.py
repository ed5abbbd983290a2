"""fit: the loop step by step, its history, learning, and every refusal."""

import random
import sys
import time

import pytest

import nn
from autograd import Value
from nn import MLP, SGD, Module, accuracy, cross_entropy, fit, hinge_loss, moons, mse_loss
from nn.training.progress import progress_bar


def signed_moons(n, seed):
    X, y = moons(n, seed=seed)
    return X, [2 * label - 1 for label in y]


def test_fit_is_the_loop_one_would_write():
    X, y = signed_moons(10, seed=3)
    model, other = MLP(2, [4, 1], seed=1), MLP(2, [4, 1], seed=1)
    history = fit(
        model,
        (X, y),
        hinge_loss,
        SGD(model.parameters(), lr=0.05, momentum=0.9),
        epochs=2,
        batch_size=4,
        seed=7,
        verbose=False,
    )
    optimizer = SGD(other.parameters(), lr=0.05, momentum=0.9)
    source = random.Random(7)
    for epoch in range(2):
        order = list(range(10))
        source.shuffle(order)
        total, right = 0.0, 0
        for batch in (order[:4], order[4:8], order[8:]):
            scores = [other(X[i]) for i in batch]
            cost = hinge_loss(scores, [y[i] for i in batch])
            other.zero_grad()
            cost.backward()
            optimizer.step()
            total += cost.data * len(batch)
            right += sum((s.data > 0) == (y[i] > 0) for s, i in zip(scores, batch, strict=True))
        assert history.rows[epoch] == {
            "epoch": epoch + 1,
            "loss": total / 10,
            "accuracy": right / 10,
        }
    assert model.state_dict() == other.state_dict()


def test_the_same_seed_gives_the_same_bits():
    def run(seed):
        model = MLP(2, [3, 1], seed=0)
        optimizer = SGD(model.parameters(), lr=0.1)
        data = signed_moons(12, seed=0)
        history = fit(model, data, hinge_loss, optimizer, 2, 3, seed=seed, verbose=False)
        return history.rows, model.state_dict()

    state = random.getstate()
    assert run(5) == run(5)
    assert run(5) == run(random.Random(5))
    assert run(5) != run(6)
    assert random.getstate() == state


@pytest.mark.parametrize("batch_size", [None, 1, 7, 100])
def test_every_batch_size_sees_every_sample_once_an_epoch(batch_size):
    seen = []

    class Counting(Module):
        def __init__(self):
            self.w = Value(0.0)

        def __call__(self, inputs):
            if self.training:
                seen.append(inputs[0])
            return self.w * inputs[0]

    model = Counting()
    sizes = []

    def loss(outputs, targets):
        sizes.append(len(outputs))
        return mse_loss(outputs, targets)

    X = [[float(i)] for i in range(10)]
    fit(model, (X, [0.5] * 10), loss, SGD([model.w], lr=1e-3), 2, batch_size, 0, verbose=False)
    assert sorted(seen[:10]) == sorted(seen[10:]) == [float(i) for i in range(10)]
    expected = {None: [10], 1: [1] * 10, 7: [7, 3], 100: [10]}[batch_size]
    assert sizes == expected * 2


def test_moons_are_learnt():
    data = signed_moons(120, seed=1)
    model = MLP(2, [8, 8, 1], seed=1, init="he")
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    history = fit(model, data, hinge_loss, optimizer, 40, 16, seed=1, verbose=False)
    assert accuracy(model, data) >= 0.97
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    assert len(history) == 40


def test_three_classes_with_cross_entropy_and_one_hot_targets():
    source = random.Random(2)
    centres = [(0.0, 2.0), (-2.0, -1.0), (2.0, -1.0)]
    y = [k % 3 for k in range(60)]
    X = [[centres[k][0] + source.gauss(0, 0.3), centres[k][1] + source.gauss(0, 0.3)] for k in y]
    rows = [[float(k == j) for j in range(3)] for k in y]
    for targets in (y, rows):
        model = MLP(2, [3], seed=1)
        optimizer = SGD(model.parameters(), lr=0.3)
        history = fit(model, (X, targets), cross_entropy, optimizer, 10, 8, 0, verbose=False)
        assert accuracy(model, (X, targets)) == 1.0
        assert history["accuracy"][-1] == 1.0


def test_regression_has_no_accuracy():
    X = [[i / 10] for i in range(20)]
    y = [2 * x[0] + 1 for x in X]
    model = MLP(1, [1], seed=0)
    history = fit(model, (X, y), mse_loss, SGD(model.parameters(), lr=0.1), 200, verbose=False)
    assert set(history.rows[0]) == {"epoch", "loss"}
    assert model.layers[0].weights[0][0].data == pytest.approx(2.0, abs=1e-3)
    assert model.layers[0].bias[0].data == pytest.approx(1.0, abs=1e-3)


def on_logits(outputs, targets):
    return nn.binary_cross_entropy_with_logits(outputs, targets)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_accuracy_of_logits_in_a_loss_of_ones_own(compiled):
    X, y = nn.moons(40, noise=0.1, seed=0)

    def accuracies(loss, **options):
        model = MLP(2, [6, 1], activation="tanh", seed=0)
        settings = {"lr": 0.1, "epochs": 20, "seed": 0, "verbose": False, "compiled": compiled}
        history = fit(model, (X, y), loss, **settings, **options)
        return history["accuracy"] if "accuracy" in history.rows[0] else None

    right = accuracies("binary_cross_entropy_with_logits")
    with pytest.warns(UserWarning, match=r"^fit: the loss pulls .*threshold=0 for logits") as w:
        assert accuracies(on_logits) != right
    assert w[0].filename == __file__
    assert accuracies(on_logits, threshold=0) == right
    assert accuracies(on_logits, threshold=False) is None
    assert accuracies("mse") == accuracies("mse", threshold=0.5)  # and no word about it
    assert accuracies(lambda o, t: nn.mse_loss(o, t)) == accuracies("mse")


@pytest.mark.parametrize(
    ("n_outputs", "threshold", "message"),
    [
        (1, True, "must be a finite number; got True"),
        (1, "half", "must be a finite number; got 'half'"),
        (2, 0.5, "is for a single output; the model has 2, of which"),
    ],
)
def test_a_threshold_that_cannot_be_one(n_outputs, threshold, message):
    model, data = MLP(2, [n_outputs], seed=0), ([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    with pytest.raises(ValueError, match=rf"^fit: threshold \(False for no accuracy\) {message}"):
        fit(model, data, "cross_entropy", lr=0.1, threshold=threshold, verbose=False)
    if n_outputs == 2:
        with pytest.raises(ValueError, match=f"^accuracy: threshold {message}"):
            nn.accuracy(model, data, threshold=threshold)


def test_integer_features_train_too():
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1]
    model = MLP(2, [8, 1], activation="tanh", seed=3)
    fit(model, (X, y), mse_loss, SGD(model.parameters(), lr=0.1), 500, 4, 0, verbose=False)
    assert accuracy(model, (X, y)) == 1.0


def test_a_diverging_training_stops_before_the_weights_are_lost():
    X, y = [[1.0], [2.0]], [1e200, -1e200]
    model = MLP(1, [1], seed=0)
    with pytest.raises(FloatingPointError) as caught:
        fit(model, (X, y), mse_loss, SGD(model.parameters(), lr=1.0), 9, None, 0, verbose=False)
    assert str(caught.value) == (
        "fit: the loss is inf in epoch 1, batch 1, before any weight update: scale X and y to "
        "numbers around -1 to 1, or begin with smaller weights (init=...)"
    )
    assert model.state_dict() == MLP(1, [1], seed=0).state_dict()


def test_the_model_is_in_training_mode_meanwhile():
    model = MLP(2, [1], seed=0).eval()
    modes = []

    def loss(outputs, targets):
        modes.append(model.training)
        return hinge_loss(outputs, targets)

    fit(model, signed_moons(4, 0), loss, SGD(model.parameters(), 0.1), 1, 2, 0, verbose=False)
    assert modes == [True, True]


DATA = [[0.0, 1.0], [1.0, 0.0]], [1, -1]


def fit_quietly(data=DATA, loss=hinge_loss, epochs=1, batch_size=None, model=None, optimizer=None):
    model = model or MLP(2, [1], seed=0)
    optimizer = optimizer or SGD(model.parameters(), lr=0.1)
    return fit(model, data, loss, optimizer, epochs, batch_size, 0, verbose=False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_quietly(epochs=0), "fit: epochs must be a whole number, at least 1; got 0"),
        (lambda: fit_quietly(epochs=1.5), "fit: epochs must be a whole number"),
        (
            lambda: fit_quietly(batch_size=0),
            "samples) must be a whole number, at least 1; got 0",
        ),
        (lambda: fit_quietly(batch_size=2.0), "fit: batch_size (None for all samples) must be"),
        (lambda: fit_quietly(data=([[1.0, 2.0]], [1, -1])), "X has 1 samples, but y has 2"),
        (lambda: fit_quietly(data=([[1.0]], [1])), "inputs must have length 2, got 1"),
        (lambda: fit_quietly(data=DATA[0]), "X[0] must be a row of numbers"),
        (lambda: fit_quietly(loss=lambda outputs, targets: 1.0), "loss must return a Value"),
        (lambda: fit_quietly(loss=lambda outputs, targets: Value(1.0)), "loss must return a Value"),
        (lambda: fit_quietly(loss=cross_entropy), "logits[0] must be a row"),
        (lambda: fit_quietly(data=(DATA[0], [0, 1])), "targets[0] must be +1 or -1"),
        (
            lambda: fit_quietly(optimizer=SGD(MLP(2, [1]).parameters(), lr=0.1)),
            "fit: the optimizer holds none of this model's parameters",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_progress_bar(capsys):
    model = MLP(2, [1], seed=0)
    fit(model, signed_moons(8, 0), hinge_loss, SGD(model.parameters(), lr=0.1), 2, 4, 0)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "4/4" in captured.err
    assert "epoch=2" in captured.err
    assert "accuracy=" in captured.err
    assert "val_loss" not in captured.err


def test_the_progress_bar_does_not_take_the_making_of_a_program_for_a_slow_batch(capsys):
    with progress_bar(100, 0, True) as bar:
        bar.update(1)
        with bar.compiling():
            time.sleep(0.3)
        bar.update(1)
        assert bar._bar._ema_dt() < 0.2
        assert "compiling:" in capsys.readouterr().err
        time.sleep(0.2)
        bar.update(50)
    assert "compiling" not in capsys.readouterr().err


@pytest.mark.parametrize("verbose", [True, False])
def test_a_compiled_training_says_that_it_is_compiling(verbose, capsys, monkeypatch):
    for name in ("PRICE_IN_BATCHES", "PRICE_IN_SAMPLES"):
        monkeypatch.setattr(f"nn.training.replay.worth.{name}", 0.0)
    fit(
        MLP(2, [1], seed=0), signed_moons(8, 0), "hinge", lr=0.1, epochs=20, batch_size=4,
        verbose=verbose, compiled=True,
    )  # fmt: skip
    assert ("compiling" in capsys.readouterr().err) == verbose


def test_the_progress_bar_shows_the_validation_too(capsys):
    fit(MLP(2, [1], seed=0), signed_moons(8, 0), "hinge", lr=0.1, epochs=2, validation=0.25)
    captured = capsys.readouterr()
    assert "val_loss=" in captured.err
    assert "2/2" in captured.err


def test_without_tqdm_it_trains_and_says_so_in_one_line(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    model = MLP(2, [1], seed=0)
    history = fit(model, signed_moons(8, 0), hinge_loss, SGD(model.parameters(), 0.1), 2, 4, 0)
    assert len(history) == 2
    captured = capsys.readouterr()
    assert captured.err == 'no progress bar without tqdm: pip install "glassgrad[train]"\n'


def test_quiet_means_quiet(capsys):
    fit_quietly()
    assert capsys.readouterr() == ("", "")
