"""The call of fit: loss and optimiser by name, settings, penalties, schedule; every wrong call."""

import re

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from nn import MLP, SGD, fit, hinge_loss, moons, mse_loss
from nn.training.callbacks import Callback
from nn.training.history import History

X, LABELS = moons(12, noise=0.1, seed=3)
Y = [2 * label - 1 for label in LABELS]


def new_model(**arguments):
    return MLP(2, [4, 1], activation="tanh", seed=1, **arguments)


def train(model=None, data=(X, Y), loss="mse", **arguments):
    model = model or new_model()
    arguments = {"lr": 0.1, "epochs": 2, "seed": 0, "verbose": False, **arguments}
    return model, fit(model, data, loss, **arguments)


def test_the_smallest_call(capsys):
    model = new_model()
    history = fit(model, (X, Y), "mse", lr=0.1)
    assert len(history) == 100
    assert history["loss"][-1] < history["loss"][0]
    assert capsys.readouterr().out == ""


def test_names_and_settings_are_the_objects():
    model, history = train(
        loss="hinge", optimizer="sgd", lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True
    )
    other = new_model()
    optimizer = SGD(other.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True)
    same = fit(other, (X, Y), hinge_loss, optimizer, epochs=2, seed=0, verbose=False)
    assert model.state_dict() == other.state_dict()
    assert history.rows == same.rows


def test_numpy_arrays_are_data():
    model, history = train(data=(np.array(X), np.array(Y)), validation=(np.array(X), np.array(Y)))
    other, plain = train(validation=(X, Y))
    assert model.state_dict() == other.state_dict()
    assert history.rows == plain.rows
    assert history.data == (X, Y)


def test_penalties_are_part_of_the_cost():
    model, history = train(loss="hinge", epochs=1, batch_size=None, l1=0.01, l2=0.02)
    other = new_model()
    parameters = other.parameters()
    penalty = 0.01 * ag.sum([ag.abs(p) for p in parameters])
    penalty = penalty + 0.02 * ag.dot(parameters, parameters)
    scores = [other(row) for row in X]
    cost = hinge_loss(scores, Y) + penalty
    cost.backward()
    for p in parameters:
        p.data -= 0.1 * p.grad
    assert history["loss"] == [pytest.approx(cost.data, rel=1e-12)]
    for p, q in zip(model.parameters(), parameters, strict=True):
        assert p.data == pytest.approx(q.data, rel=1e-12)


def test_l2_shrinks_and_l1_makes_sparse():
    def weights(**penalty):
        model, _ = train(epochs=150, **penalty)
        return [abs(p.data) for p in model.parameters()]

    plain, small, sparse = weights(), weights(l2=0.1), weights(l1=0.1)
    assert sum(small) < 0.7 * sum(plain)
    assert sum(w < 0.02 for w in sparse) > sum(w < 0.02 for w in plain)


def test_the_schedule_gives_the_rate_of_each_epoch():
    rates = []

    def schedule(epoch):
        return 0.3 / (1 + epoch)

    class Watching(SGD):
        def step(self):
            rates.append(self.lr)
            super().step()

    model = new_model()
    optimizer = Watching(model.parameters(), lr=99.0)
    history = fit(model, (X, Y), "mse", optimizer, 4, 6, seed=0, verbose=False, schedule=schedule)
    assert history["lr"] == [0.3 / 2, 0.3 / 3, 0.3 / 4, 0.3 / 5]
    assert rates == [rate for rate in history["lr"] for _ in range(2)]
    other, same = train(epochs=4, batch_size=6, lr=1.0, schedule=schedule)
    assert same.rows == history.rows
    assert other.state_dict() == model.state_dict()
    assert "lr" not in train()[1].rows[0]


def test_with_a_schedule_no_rate_is_needed():
    model = new_model()
    history = fit(
        model, (X, Y), "mse", epochs=2, verbose=False, schedule=lambda epoch: np.float64(0.25)
    )
    assert history["lr"] == [0.25, 0.25]
    assert type(history["lr"][0]) is float


@pytest.mark.parametrize("bad", [-0.1, float("nan"), float("inf"), "0.1", None, Value(0.1)])
def test_a_rate_that_is_none_is_refused_before_the_epoch_begins(bad):
    states = []
    model = new_model()
    with pytest.raises(ValueError) as caught:
        train(
            model,
            schedule=lambda epoch: 0.1 if epoch < 3 else bad,
            epochs=5,
            callbacks=[lambda training: states.append(model.state_dict())],
        )
    assert str(caught.value).startswith("fit: schedule(3), a rate, must be a number, at least 0")
    assert "\n" not in str(caught.value)
    assert len(states) == 2
    assert model.state_dict() == states[-1]


def test_a_relu_network_that_is_dead_at_first_is_not_refused():
    model = MLP(1, [1], output_activation="relu", seed=0)
    model.load_state_dict({"layers.0.weight": [[-1.0]], "layers.0.bias": [0.0]})
    fit(model, ([[1.0], [2.0]], [0.5, 1.0]), "mse", lr=0.1, epochs=1, verbose=False)
    assert model.layers[0].weights[0][0].data == -1.0


def test_a_step_in_the_hidden_layer_leaves_the_output_layer_to_train():
    model = MLP(2, [4, 1], activation="step", seed=1)
    before = model.state_dict()
    _, history = train(model, epochs=20, lr=0.05)
    assert model.state_dict()["layers.0.weight"] == before["layers.0.weight"]
    assert history["loss"][-1] < history["loss"][0]


def test_a_model_that_no_gradient_enters_is_refused_at_the_first_batch():
    for model in (
        MLP(2, [1], output_activation="step", seed=1),
        MLP(2, [4, 1], "sigmoid", output_activation=ag.floor, seed=1),
        MLP(2, [4, 1], output_activation=lambda z: 1.0 if z > 0 else 0.0, seed=1),
    ):
        before = model.state_dict()
        for penalty in (0.0, 0.1):
            with pytest.raises(ValueError, match="an activation such as step has the derivative 0"):
                train(model, l2=penalty)
        assert model.state_dict() == before


def test_a_loss_cut_off_from_the_outputs_is_refused():
    def cut(outputs, targets):
        return mse_loss([Value(output.data) for output in outputs], targets)

    for loss in (cut, lambda outputs, targets: 0.5):
        with pytest.raises(ValueError, match="loss must return a Value computed from the outputs"):
            train(loss=loss, l2=0.1)


def test_inside_no_grad_it_says_so():
    with ag.no_grad(), pytest.raises(RuntimeError, match=r"inside no_grad\(\) nothing can"):
        train()


def test_a_diverging_training_keeps_the_last_weights_and_names_the_batch():
    states, model = [], new_model(output_activation="identity")

    class States(Callback):
        def on_batch_end(self, training):
            states.append((training.epoch, training.batch, model.state_dict()))

    with pytest.raises(FloatingPointError) as caught:
        train(model, lr=1e60, batch_size=5, epochs=50, callbacks=[States()])
    epoch, batch, weights = states[-1]
    following = (epoch, batch + 1) if batch < 3 else (epoch + 1, 1)
    assert re.fullmatch(
        r"fit: the loss became (inf|nan) in epoch {}, batch {}; the weights are those before it: "
        r"train again with a smaller learning rate".format(*following),
        str(caught.value),
    )
    assert model.state_dict() == weights


SGD_OF_MODEL = "nn.SGD(model.parameters(), lr=0.1)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: fit(m, X, Y), "X and y belong together in one pair"),
        (lambda m: fit(m, np.array(X), np.array(Y)), "X and y belong together in one pair"),
        (lambda m: fit(m, X, Y, "mse"), "X and y belong together in one pair"),
        (lambda m: fit(m, (X, Y), SGD(m.parameters(), 0.1)), "the loss comes before the optimizer"),
        (
            lambda m: fit(m, (X, Y), SGD(m.parameters(), 0.1), "mse"),
            "the loss comes before the optimizer",
        ),
        (lambda m: fit(m, (X, Y), "sgd", "mse", lr=0.1), "the loss comes before the optimizer"),
        (lambda m: fit((X, Y), m, "mse", lr=0.1), "the model comes first"),
        (lambda m: fit(MLP, (X, Y), "mse", lr=0.1), "the model comes first"),
        (lambda m: fit(m, (X, Y), "mse"), "no learning rate; give lr=..., such as 0.1"),
        (lambda m: fit(m, (X, Y), "mse", 0.1), "give the learning rate by name: fit(model"),
        (
            lambda m: fit(m, (X, Y), "mse", SGD),
            f"such as {SGD_OF_MODEL}, or an nn.SGD with a step() of your own, got class SGD",
        ),
        (lambda m: fit(m, (X, Y), "mse", None), "optimizer must be a name (sgd) or one such as"),
        (lambda m: fit(m, (X, Y), "mse", hinge_loss), "optimizer must be a name (sgd) or one"),
        (lambda m: fit(m, (X, Y), "mse", "adam", lr=0.1), "unknown optimizer 'adam'; choose one"),
        (lambda m: fit(m, (X, Y), "mze", lr=0.1), "did you mean 'mse'?"),
        (lambda m: fit(m, (X, Y), 5, lr=0.1), "loss: expected a name such as 'mse' or a function"),
        (lambda m: fit(m, (X, Y), None, lr=0.1), "loss: expected a name such as 'mse'"),
        (
            lambda m: fit(m, (X, Y), "mse", lr=0.1, learning_rate=1),
            "unknown argument 'learning_rate'; SGD takes lr, momentum, dampening, weight_decay,",
        ),
        (
            lambda m: fit(m, (X, Y), "mse", SGD(m.parameters(), 0.1), epoch=3),
            "unknown argument 'epoch'; did you mean 'epochs'? SGD takes lr,",
        ),
        (
            lambda m: fit(m, (X, Y), "mse", SGD(m.parameters(), 0.1), lr=0.1, momentum=0.9),
            "lr, momentum given beside an optimizer that has its own",
        ),
        (lambda m: train(m, lr=-1), "SGD: lr must be a number, at least 0"),
        (lambda m: train(m, lr="0.1"), "SGD: lr must be a number, at least 0"),
        (lambda m: train(m, nesterov=True), "nesterov needs a momentum > 0"),
        (lambda m: train(m, l1=-1.0), "fit: l1 must be a number, at least 0"),
        (lambda m: train(m, l2=float("nan")), "fit: l2 must be a number, at least 0"),
        (lambda m: train(m, schedule=0.1), "schedule must be a function of the epoch, got 0.1"),
        (lambda m: train(m, data=(X, [[y] for y in Y])), "y is a column, a row of one number for"),
        (
            lambda m: train(m, validation=(X, [[y] for y in Y]), data=(X, [[y] for y in Y])),
            "[row[0] for row in y] (in NumPy y.ravel())",
        ),
        (lambda m: train(m, data=(X, [*Y[:-1], float("nan")])), "y[11] holds nan"),
        (lambda m: train(m, data=([*X[:-1], [0.0, float("nan")]], Y)), "X[11] holds nan"),
        (lambda m: train(m, data=([], [])), "X is empty"),
        (lambda m: train(m, data="ab"), "data must be a pair (X, y)"),
        (lambda m: train(m, checkpoint=3), "fit: checkpoint must be the path of a file, got 3"),
        (lambda m: train(m, resume=History()), "the history to resume is not one that fit"),
        (lambda m: train(m, seed="x"), "seed: expected an int"),
        (lambda m: train(m, seed=-1), "seed: must be at least 0, got -1"),
    ],
)
def test_every_wrong_call_is_one_clear_line(call, message):
    model = new_model()
    with pytest.raises((TypeError, ValueError)) as caught:
        call(model)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert model.state_dict() == new_model().state_dict()
