"""fit(compiled=True) leaves every bit that fit() leaves; fast comes near it.

Owns models, losses, options and batch sizes, resuming, and where no llvmlite is installed.
"""

import random
import sys

import pytest

import autograd as ag
import autograd.replay.backends
import nn
import nn.training.replay.steps
from autograd import Value
from autograd.replay import STATE_NOTED
from nn import SGD, EarlyStopping, Layer, Module, Neuron, fit
from nn.activations import ACTIVATIONS
from nn.training.replay.course import Course
from tests.nn.training.both_modes import (
    CLASSES,
    LABELS,
    NUMBERS,
    PAIRS,
    ROWS,
    SHARES,
    SIGNS,
    bits,
    both,
    mlp,
    train,
)
from tests.nn.training.resumable import StopAfter, outcome

EPOCHS = {1: 6, 7: 31, None: 61}  # by batch size: sixty steps or more, of a part of the samples

CASES = {
    "mse": ("mse", NUMBERS, 1, None),
    "mse of rows": ("mse", PAIRS, 2, None),
    "l1": ("l1", NUMBERS, 1, None),
    "l1 of rows": ("l1", PAIRS, 2, "sigmoid"),
    "huber": ("huber", NUMBERS, 1, None),
    "cross_entropy": ("cross_entropy", CLASSES, 3, None),
    "cross_entropy of shares": ("cross_entropy", SHARES, 3, None),
    "binary_cross_entropy": ("binary_cross_entropy", LABELS, 1, "sigmoid"),
    "with_logits": ("binary_cross_entropy_with_logits", LABELS, 1, None),
    "hinge": ("hinge", SIGNS, 1, None),
}
OPTIONS = {
    "plain": {},
    "nesterov": {
        "momentum": 0.9,
        "nesterov": True,
        "l1": 1e-3,
        "validation": 0.2,
        "schedule": lambda epoch: 0.02 / epoch,
    },
    "decay": {"momentum": 0.8, "dampening": 0.1, "weight_decay": 0.01, "l2": 1e-3},
    "stop": {"validation": 0.3, "early_stopping": EarlyStopping(3, 0.001), "weight_decay": 0.1},
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_at_every_depth(activation, monkeypatch):
    for sizes, batch_size in (((1,), 7), ((5, 4, 3, 2), None)):
        data = (ROWS, PAIRS if sizes[-1] == 2 else NUMBERS)
        found = both(
            lambda sizes=sizes: mlp(*sizes, activation=activation),
            data,
            "mse",
            monkeypatch,
            batch_size=batch_size,
            epochs=EPOCHS[batch_size],
        )
        assert (found.n_steps >= 60, found.said) == (True, [])


@pytest.mark.parametrize("number", range(len(OPTIONS)), ids=OPTIONS)
@pytest.mark.parametrize("case", CASES)
def test_every_loss_with_every_option(case, number, monkeypatch):
    loss, targets, n_outputs, last = CASES[case]
    name = [*OPTIONS][number]
    batch_size = [*EPOCHS][(number + [*CASES].index(case)) % 3]
    found = both(
        lambda: mlp(3, n_outputs, activation="relu", output_activation=last),
        (ROWS, targets),
        loss,
        monkeypatch,
        lr=0.01,
        batch_size=batch_size,
        epochs=EPOCHS[batch_size],
        **OPTIONS[name],
    )
    assert found.said == []
    assert found.n_steps >= (60 if name != "stop" else 2)


class Tied(Module):
    """Two layers with the same weights, and an output that shares a row of them."""

    def __init__(self):
        self.first = self.second = Layer(3, 3, "tanh", seed=1)
        self.out = Neuron(3, None, seed=4)
        self.out.weights = self.first.neurons[0].weights

    def __call__(self, x):
        return self.out(self.second(self.first(x)))


class Gated(Module):
    """One way or the other, by what the weights make of a sample."""

    def __init__(self):
        self.one, self.other = Neuron(3, "tanh", seed=1), Neuron(3, None, seed=2)

    def __call__(self, x):
        y = self.one(x)
        return y if y > 0.1 else self.other(x)


class Nested(Module):
    """Outputs that are neither a number nor a row, with an operation of C and one that is not."""

    def __init__(self):
        self.net = mlp(2)

    def __call__(self, x):
        a, b = self.net(x)
        return [[a], (b, ag.lgamma(a * b + 4.0))]


def of_nested(outputs, targets):
    return nn.mse_loss([y[0][0] + y[1][0] * y[1][1] for y in outputs], targets)


def hardest(outputs, targets):
    return ag.max([ag.abs(a - b) for a, b in zip(outputs, targets, strict=True)])


def frozen():
    model = mlp(4, 3, 1)
    layers = model.layers[0].parameters() + model.layers[2].parameters()
    return model, {"optimizer": SGD(layers, lr=0.05, momentum=0.5), "l2": 1e-3}


def with_weights_of_the_loss():
    model, weight = mlp(), Value(0.5)

    def loss(outputs, targets):
        return nn.mse_loss([y * weight for y in outputs], targets) + weight * weight

    return model, loss, SGD([*model.parameters(), weight], lr=0.02, momentum=0.9)


@pytest.mark.parametrize(
    ("make", "loss"),
    [
        (Tied, "mse"),
        (frozen, "l1"),
        (Nested, of_nested),
        (mlp, hardest),
        (lambda: mlp(2, 2, 2, 2, 2, 1), "mse"),
        (lambda: mlp(5, 4, 1, activation=["softmax", ag.sin]), "huber"),
    ],
)
def test_other_models(make, loss, monkeypatch):
    found = both(make, (ROWS, NUMBERS), loss, monkeypatch)
    assert (found.n_steps >= 58, found.said) == (True, [])


def test_weights_of_the_loss_are_trained_too(monkeypatch):
    found = []
    for compiled in (False, True):
        model, loss, optimizer = with_weights_of_the_loss()
        given = model, {"optimizer": optimizer}
        found.append(train(compiled, lambda g=given: g, (ROWS, NUMBERS), loss, monkeypatch))
    assert dict(found[0]) == dict(found[1])
    assert found[1].n_steps == 59


def test_each_way_through_a_model_has_its_program(monkeypatch):
    found = both(Gated, (ROWS, NUMBERS), "mse", monkeypatch, batch_size=1)
    assert (found.n_steps, found.said) == (203, [])


@pytest.mark.parametrize(
    ("rows", "targets"),
    [
        (ROWS, [round(x) for x in NUMBERS]),
        (ROWS, [round(x) if i % 2 else x for i, x in enumerate(NUMBERS)]),
        (ROWS, [x > 0.0 for x in NUMBERS]),
        ([[i % 4, i % 3, 1] for i in range(17)], NUMBERS),
        (ROWS[:1], NUMBERS[:1]),
        (ROWS, [2**60 + i for i in range(17)]),
    ],
    ids=["ints", "mixed", "bools", "whole rows", "one sample", "large ints"],
)
def test_kinds_of_numbers(rows, targets, monkeypatch):
    found = both(mlp, (rows, targets), "mse", monkeypatch, lr=1e-30 if targets[0] > 2**59 else 0.02)
    assert (found.n_steps >= 11, found.said) == (True, [])


@pytest.mark.parametrize("case", CASES)
def test_fast_comes_near(case, monkeypatch):
    loss, targets, n_outputs, last = CASES[case]
    found = [
        train(
            compiled,
            lambda: mlp(4, n_outputs, output_activation=last),
            (ROWS, targets),
            loss,
            monkeypatch,
            batch_size=9,
            epochs=4,
            validation=0.2,
        )
        for compiled in (False, "fast")
    ]
    for key in ("weights", "rows"):
        assert found[0].keys() == found[1].keys(), key
    assert found[1].n_steps == 7
    near = [[float.fromhex(x) for row in f["rows"] for x in row.values() if isinstance(x, str)]
            for f in found]  # fmt: skip
    assert near[1] == pytest.approx(near[0], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n_batches", [1, 7, 12])
@pytest.mark.parametrize("ways", [(False, True), (True, False)])
def test_a_checkpoint_of_either_mode_goes_on_in_either(ways, n_batches, tmp_path):
    arguments = {
        "momentum": 0.9, "validation": 0.2, "early_stopping": 20, "l2": 1e-3, "lr": 0.02,
        "batch_size": 6, "epochs": 5, "seed": 3, "verbose": False,
        "schedule": lambda epoch: 0.05 / epoch,
    }  # fmt: skip

    def run(**more):
        model = mlp(activation="relu")
        return model, fit(model, (ROWS, NUMBERS), "mse", **arguments, **more)

    whole = bits(outcome(*run()))
    path = tmp_path / "run"
    _, cut = run(callbacks=[StopAfter(n_batches)], checkpoint=path, compiled=ways[0])
    for start in (cut, path):
        assert bits(outcome(*run(resume=start, compiled=ways[1]))) == whole


def test_saved_files_have_the_same_bytes_after_each_epoch(tmp_path):
    for compiled in (False, True):

        def save(training, name=str(compiled)):
            nn.save(training.model, tmp_path / f"{name}{training.epoch}")
            (tmp_path / f"{name}{training.epoch}.csv").write_text(training.history.to_csv())

        data = ROWS, SIGNS
        fit(mlp(), data, "hinge", lr=0.05, epochs=3, seed=1, verbose=False, callbacks=[save],
            compiled=compiled)  # fmt: skip
    for epoch in "123":
        for end in ("", ".csv"):
            names = [tmp_path / f"{compiled}{epoch}{end}" for compiled in (False, True)]
            assert names[0].read_bytes() == names[1].read_bytes()


def test_without_llvmlite_python_gives_the_same_bits_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(autograd.replay.backends, "has_llvm", lambda: False)
    monkeypatch.setattr(nn.training.replay.steps, "is_installed", lambda name: name != "llvmlite")
    for case in ("mse", "cross_entropy", "hinge"):
        loss, targets, n_outputs, _ = CASES[case]
        options = {"momentum": 0.9, "l1": 1e-3, "validation": 0.2}
        make = lambda n=n_outputs: mlp(4, n)  # noqa: E731
        found = both(make, (ROWS, targets), loss, monkeypatch, batch_size=7, **options)
        assert (found.n_steps, found.said) == (23, [])
    assert capsys.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    fit(mlp(), (ROWS, NUMBERS), "mse", lr=0.1, epochs=1, compiled=True)
    assert "compiled to Python, not native code, without llvmlite" in capsys.readouterr().err
    fit(mlp(), (ROWS, NUMBERS), "mse", lr=0.1, epochs=1)
    assert "llvmlite" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("epochs", "n_steps"),
    # 4 batches of 4 and one of 1: worth it from 223 batches and 330 epochs on; the first is eager
    [(55, 0), (56, 4 * 56 - 1), (329, 4 * 329 - 1), (330, 5 * 330 - 1)],
)
def test_short_trainings_make_no_program(epochs, n_steps, monkeypatch):
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 80.0)
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_SAMPLES", 1000.0)
    found = train(
        True, lambda: mlp(2, 1), (ROWS, NUMBERS), "mse", monkeypatch, epochs=epochs, lr=1e-3
    )
    assert found.n_steps == n_steps
    assert found.said == []


@pytest.mark.parametrize("epochs", [60, 110, 230])
def test_epochs_of_one_batch_run_several_at_once(epochs, monkeypatch):
    data, asked = (ROWS[:5], LABELS[:5]), []
    run = nn.training.replay.steps.Descent.run

    def noted(self, order, sizes, *arguments):
        asked.append(sum(n for _, n in sizes))
        assert len(order) == 5  # the samples of one of them, over and over
        return run(self, order, sizes, *arguments)

    monkeypatch.setattr(nn.training.replay.steps.Descent, "run", noted)
    options = {"epochs": epochs, "batch_size": None, "momentum": 0.5}
    both(lambda: mlp(2, 1), data, "mse", monkeypatch, **options)
    assert max(asked) >= 8  # though a history keeps the weights of each, or of every second one
    asked.clear()
    both(lambda: mlp(2, 1), data, "mse", monkeypatch, **options, callbacks=[lambda training: None])
    assert max(asked) == 1


@pytest.mark.parametrize("kind", ["border", "largest", "none"])
def test_epochs_of_many_batches_run_several_at_once(kind, monkeypatch):
    lengths = []
    run = nn.training.replay.steps.Descent.run

    def noted(self, order, sizes, *arguments):
        done = run(self, order, sizes, *arguments)
        lengths.append((len(done.costs), bool(done.n_right), sizes))
        return done

    monkeypatch.setattr(nn.training.replay.steps.Descent, "run", noted)
    make, targets, loss = {
        "border": (lambda: mlp(2, 1), SIGNS, "hinge"),
        "largest": (lambda: mlp(2, 3), CLASSES, "cross_entropy"),
        "none": (lambda: mlp(2, 1), NUMBERS, "mse"),
    }[kind]
    options = {"epochs": 230, "batch_size": 5, "momentum": 0.5, "lr": 1e-3}
    both(make, (ROWS, targets), loss, monkeypatch, **options)
    n, is_counted, sizes = max(lengths)
    assert n >= 32  # epochs of 4: though a history keeps the weights of some of them
    assert {*sizes} == {(5, 3), (2, 1), STATE_NOTED}
    assert is_counted == (kind != "none")


def test_weights_are_kept_of_a_model_of_which_a_part_is_trained(monkeypatch):
    """In an order of the optimiser's own, with a parameter that is the loss's."""

    def make():
        model, scale = mlp(2, 1), Value(1.5)
        mine = model.parameters()
        trained = [scale, *reversed(mine[3:])]

        def loss(outputs, targets):
            return nn.mse_loss(outputs, targets) + (scale - 1.0) ** 2

        return model, {"optimizer": SGD(trained, lr=1e-3, momentum=0.5), "loss": loss}

    def run(compiled):
        model, options = make()
        loss = options.pop("loss")
        history = fit(
            model, (ROWS, NUMBERS), loss, epochs=240, batch_size=5, verbose=False, seed=3,
            compiled=compiled, **options
        )  # fmt: skip
        return {epoch: [*row] for epoch, row in history.snapshots.items()}, history.rows

    eager, compiled = run(False), run(True)
    assert eager == compiled
    assert len(eager[0]) > 50


def test_a_way_that_only_a_later_epoch_takes_leaves_the_orders_as_they_were(monkeypatch):
    """A run that ends early has drawn the orders of epochs that it did not reach."""

    def loss(outputs, targets):
        total = ag.mean([(y - t) ** 2 for y, t in zip(outputs, targets, strict=True)])
        return total * 2.0 if total < 0.3 else total

    for source in (lambda: 3, lambda: random.Random(5), lambda: Drawing(5)):
        found = []
        for compiled in (False, True):
            mine = source()
            options = {"epochs": 330, "batch_size": 5, "lr": 3e-3, "seed": mine}
            found.append(
                train(compiled, lambda: mlp(2, 1), (ROWS, NUMBERS), loss, monkeypatch, **options)
            )
            if not isinstance(mine, int):
                found[-1]["next"] = mine.random()
        assert dict(found[0]) == dict(found[1])
        assert found[1].n_steps > 1000


class Drawing(random.Random):
    """A source that may do anything when it is asked for its state."""

    def getstate(self):
        return super().getstate()


def test_programs_that_read_other_leaves_run_in_calls_of_their_own(monkeypatch):
    def make():
        whole, rest = Value(1.0), Value(0.25)

        def loss(outputs, targets):
            factor = whole if len(targets) == 5 else rest
            return nn.mse_loss(outputs, targets) * factor

        return loss

    found = []
    for compiled in (False, True):
        options = {"epochs": 230, "batch_size": 5, "lr": 1e-3}
        data = (ROWS, NUMBERS)
        found.append(train(compiled, lambda: mlp(2, 1), data, make(), monkeypatch, **options))
    assert dict(found[0]) == dict(found[1])
    assert found[1].n_steps > 800


def test_a_last_batch_that_does_not_pay_is_eager_in_each_of_many_epochs(monkeypatch):
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 300.0)
    options = {"epochs": 230, "batch_size": 5, "lr": 1e-3}
    found = both(lambda: mlp(2, 1), (ROWS, NUMBERS), "mse", monkeypatch, **options)
    assert found.n_steps == 230 * 3 - 1  # the first batch of all is eager


def test_a_course_goes_on_into_epochs_of_which_all_pays():
    seen = []

    class Looking(nn.Callback):
        def on_batch_end(self, training):
            if training.batch == 1:
                before = training.source.getstate()
                for pays in (lambda size: True, lambda size: size == 5, lambda size: size == 2):
                    course = Course(training, 8, 9, pays)
                    course.draw()
                    seen.append((course.sizes, len(course.samples)))
                    course.count([], (), [])  # none was run: the orders are taken back
                assert training.source.getstate() == before

    options = {"epochs": 2, "batch_size": 5, "seed": 1, "verbose": False, "lr": 0.1}
    nn.fit(mlp(2, 1), (ROWS, NUMBERS), "mse", callbacks=[Looking()], **options)
    all_pays = [(5, 2), (2, 1), STATE_NOTED, (5, 3), (2, 1)], 29  # STATE_NOTED after an epoch
    assert seen == [all_pays, ([(5, 2)], 10), ([], 0)] * 2
