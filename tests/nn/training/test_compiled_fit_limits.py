"""fit(compiled=True) when callbacks change things and when the input is wrong: as in eager mode.

Owns what callbacks may change and what they see, and errors.
"""

import numpy
import pytest

import autograd as ag
from autograd import Value
from nn import SGD, Layer, fit, mse_loss, predict
from nn.training.callbacks import Callback
from tests.nn.training.both_modes import CLASSES, NUMBERS, PAIRS, ROWS, bits, both, mlp, train

DATA = ROWS, NUMBERS


def changed_at(*epochs):
    """A callback of a change, made after these epochs."""

    def decorate(change):
        def callback(training):
            if training.epoch in epochs:
                change(training)

        callback.__name__ = change.__name__
        return callback

    return decorate


FACTOR = 1.0


def annealed(outputs, targets):
    return ag.mean([(a - b) ** 2 * FACTOR for a, b in zip(outputs, targets, strict=True)])


@changed_at(2, 5)
def a_global_factor(training):
    global FACTOR
    FACTOR *= 0.5


@changed_at(3)
def fewer_parameters(training):
    optimizer = training.optimizer
    del optimizer.parameters[5:], optimizer.velocities[5:]


@changed_at(3)
def another_list_of_parameters(training):
    optimizer = training.optimizer
    optimizer.parameters = optimizer.parameters[::-1]
    optimizer.velocities = optimizer.velocities[::-1]


@changed_at(3)
def a_new_parameter(training):
    neuron, optimizer = training.model.layers[1].neurons[0], training.optimizer
    optimizer.velocities[optimizer.parameters.index(neuron.bias)] = 0.25
    optimizer.parameters[optimizer.parameters.index(neuron.bias)] = neuron.bias = Value(0.1)


@changed_at(2, 3)
def uneven(training):
    training.optimizer.velocities.pop()


@changed_at(3)
def a_new_leaf(training):
    training.model.layers[1].neurons[0].bias = Value(0.3)


@changed_at(2, 4)
def another_network(training):
    training.model.layers[0].neurons[1].activation = ag.relu
    if training.epoch == 4:
        training.model.layers.insert(1, Layer(4, 4, seed=1))


@changed_at(*range(1, 12))
def rates(training):
    optimizer = training.optimizer
    optimizer.lr *= 0.9
    optimizer.weight_decay = 0.01 * (training.epoch % 3)
    optimizer.momentum = 0.9 if training.epoch % 4 < 2 else 0.0
    optimizer.nesterov = training.epoch % 3 == 0 and optimizer.momentum > 0.0


@changed_at(*range(1, 12))
def clipped_weights(training):
    for parameter in training.model.parameters():
        parameter.data = max(-0.5, min(0.5, parameter.data))


@changed_at(2, 4)
def penalties(training):
    training.cost.l1 = 0.01 * training.epoch


@changed_at(2, 4)
def samples(training):
    training.rows[0][0] += 0.5
    training.targets[1] -= 0.5


@changed_at(2)
def eval_mode(training):
    training.model.eval()


@changed_at(4)
def not_a_number(training):
    training.model.parameters()[0].data = float("nan")


@changed_at(4)
def error(training):
    raise RuntimeError("mine")


CHANGES_MADE = [
    a_global_factor, fewer_parameters, another_list_of_parameters, a_new_parameter, uneven,
    a_new_leaf, another_network, rates, clipped_weights, penalties, samples, eval_mode,
    not_a_number, error,
]  # fmt: skip


@pytest.mark.parametrize("callback", CHANGES_MADE, ids=lambda f: f.__name__)
def test_callbacks_may_change_anything(callback, monkeypatch):
    def make():
        global FACTOR
        FACTOR = 1.0
        return mlp()

    found = both(make, DATA, annealed, monkeypatch, callbacks=[callback], momentum=0.5, l1=1e-4)
    assert found.n_steps >= (5 if "error" in found else 50)
    assert found.said == []


def test_what_changes_in_each_epoch_is_better_a_value(monkeypatch):
    def make(factor):
        def loss(outputs, targets):
            return mse_loss(outputs, targets) * factor[0]

        def callback(training):
            if isinstance(factor[0], Value):
                factor[0].data *= 0.9
            else:
                factor[0] *= 0.9

        return loss, [callback]

    for start, why in ((lambda: 1.0, "changes again and again"), (lambda: Value(1.0), "")):
        found = []
        for compiled in (False, True):
            loss, callbacks = make([start()])
            found.append(train(compiled, mlp, DATA, loss, monkeypatch, callbacks=callbacks))
        assert dict(found[0]) == dict(found[1])
        assert [why in said for said in found[1].said] == [True] * bool(why)
        assert found[1].n_steps == 59 or why


def test_an_optimiser_with_a_step_of_its_own(monkeypatch):
    class Clipped(SGD):
        def step(self):
            for parameter in self.parameters:
                parameter.grad = max(-0.1, min(0.1, parameter.grad))
            super().step()

    def make():
        model = mlp()
        return model, {"optimizer": Clipped(model.parameters(), lr=0.05)}

    found = both(make, DATA, "mse", monkeypatch)
    assert found.said[0].startswith("fit: trained uncompiled: Clipped has a step of its own")


def test_callbacks_see_what_they_see_in_eager_mode(monkeypatch):
    seen = []

    class Watching(Callback):
        def look(self, training):
            model, optimizer = training.model, training.optimizer
            seen.append([training.epoch, training.batch, training.batch_loss, training.total])
            seen.append([[p.data, p.grad] for p in model.parameters()])
            seen.append([*optimizer.velocities, *training.history.rows[-1:], predict(model, ROWS)])

        on_epoch_end = on_train_end = look

    class WatchingAll(Watching):
        def on_batch_end(self, training):
            self.look(training)
            training.stop = (training.epoch, training.batch) == (3, 4)

    for kind, n in ((Watching, 39), (WatchingAll, 45)):
        views = []
        for compiled in (False, True):
            arguments = {"callbacks": [kind()], "momentum": 0.9, "validation": 0.2}
            train(compiled, mlp, DATA, "mse", monkeypatch, **arguments)
            views.append(bits(seen))
            seen.clear()
        assert views[0] == views[1]
        assert len(views[0]) == n


# Errors


@pytest.mark.parametrize(
    ("targets", "loss", "options"),
    [
        (["a"] * 17, "mse", {}),
        ([[0.5, 1.0]] * 12 + [[0.5]] * 5, "mse", {"sizes": (2,), "batch_size": 3}),
        (PAIRS, "mse", {}),
        (NUMBERS, "mse", {"sizes": (2,)}),
        ([i % 4 for i in range(17)], "cross_entropy", {"sizes": (3,)}),
        ([0] * 16 + [3], "cross_entropy", {"sizes": (3,), "batch_size": 1}),
        ([1] * 16 + [3], "hinge", {"batch_size": 1}),
        ([0.5] * 16 + [1.5], "binary_cross_entropy_with_logits", {"batch_size": 1}),
        (NUMBERS, "mse", {"validation": ([], [])}),
        (NUMBERS, "mse", {"schedule": lambda epoch: 0.1 if epoch < 4 else -1.0}),
        (NUMBERS, "mse", {"lr": 1e150}),
        (NUMBERS, "mse", {"lr": 2.5, "momentum": 0.9, "activation": "relu"}),
        (NUMBERS, "mse", {"lr": 3.0, "activation": ag.exp}),
        (NUMBERS, "mse", {"lr": 1e300, "activation": "relu", "batch_size": 1}),
        (NUMBERS, lambda outputs, _: outputs[0] if len(outputs) > 1 else 1.0, {}),
    ],
)
def test_the_same_error_and_the_same_weights(targets, loss, options, monkeypatch):
    sizes = options.get("sizes", (1,))
    activation = options.get("activation", "tanh")
    rest = {name: x for name, x in options.items() if name not in ("sizes", "activation")}
    found = both(
        lambda: mlp(4, *sizes, activation=activation), (ROWS, targets), loss, monkeypatch, **rest
    )
    assert "error" in found
    assert found.said == []


def test_targets_that_are_no_numbers_for_a_loss_that_reads_them(monkeypatch):
    def loss(outputs, targets):
        return mse_loss(outputs, [1.0 if word == "up" else 0.0 for word in targets])

    found = both(mlp, (ROWS, ["up" if y > 0 else "down" for y in NUMBERS]), loss, monkeypatch)
    assert "y[0] is" in found.said[0]


def test_the_smallest_learning_rate(monkeypatch):
    assert both(mlp, DATA, "mse", monkeypatch, lr=5e-324).n_steps == 59


def test_a_wrong_word_for_compiled():
    for wrong in ("quick", 2, [], "Fast", numpy.array(["exact", "fast"])):
        with pytest.raises(ValueError, match="compiled must be True"):
            fit(mlp(), DATA, "mse", lr=0.1, compiled=wrong)


@pytest.mark.parametrize("target", [0.5, 10**30, -(10**30), -1, 2**31])
def test_a_callback_may_make_a_class_of_anything(target, monkeypatch):
    def callback(training):
        if training.epoch == 3:
            training.targets[1] = target

    def loss(outputs, targets):
        return ag.mean([ag.mean([x * x for x in row]) for row in outputs])

    found = []
    for compiled in (False, True):
        data, options = (ROWS, [*CLASSES]), {"callbacks": [callback]}
        found.append(train(compiled, lambda: mlp(2, 3), data, loss, monkeypatch, **options))
    assert "error" not in found[0]
    assert dict(found[0]) == dict(found[1])
