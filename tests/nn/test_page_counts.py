"""What training.html counts is what the model says: classes, errors, and their units."""

import math
from random import Random

import pytest

import nn
from nn.data.preparation import Preparation
from nn.page.build import training_page
from tests.nn.pages import blobs, contents, numbers, trained


def test_the_matrix_of_each_epoch_is_that_of_predict():
    test = blobs(3, n=40, seed=2)
    history = trained(nn.MLP(2, [4, 3], seed=1), blobs(3), "cross_entropy", lr=0.2)
    known = contents(training_page(history, test=test))
    assert known["epochs"] == [0, 1, 2, 3]
    counts = numbers(known["outcome"]["counts"], "I")
    for k, epoch in enumerate(known["epochs"]):
        model = nn.MLP(2, [4, 3])
        for parameter, number in zip(model.parameters(), history.snapshots[epoch], strict=True):
            parameter.data = number
        expected = [0] * 9
        for output, actual in zip(nn.predict(model, test[0]), test[1], strict=True):
            expected[3 * actual + output.index(max(output))] += 1
        assert counts[9 * k : 9 * k + 9] == expected
        assert known["outcome"]["right"][k] == sum(expected[::4])
    assert known["facts"]["right"] == [round(40 * nn.accuracy(history.model, test)), 40]
    assert known["sets"][1]["name"] == "test"


@pytest.mark.parametrize(
    ("encoding", "loss", "n_outputs", "ends_in"),
    [
        ("index", "cross_entropy", 2, None),
        ("one_hot", "mse", 2, None),
        ("sign", "hinge", 1, None),
        ("logit", "binary_cross_entropy_with_logits", 1, None),
        ("probability", "binary_cross_entropy", 1, "sigmoid"),
    ],
)
def test_each_encoding_is_read_as_the_preparation_reads_it(encoding, loss, n_outputs, ends_in):
    problem = nn.problem_of("moons", n_samples=60, seed=1)
    preparation = nn.Preparation.of(problem, encoding=encoding)
    X, y = preparation.data(problem)
    model = nn.MLP(2, [4, n_outputs], output_activation=ends_in, seed=3)
    history = trained(model, (X, y), loss)
    known = contents(training_page(history, preparation=preparation))
    answers = [preparation.answer(output) for output in nn.predict(model, X)]
    right = sum(a == b for a, b in zip(answers, problem.targets, strict=True))
    assert known["facts"]["right"] == [right, 60]
    assert right > 0
    assert known["task"]["classes"] == list(problem.classes)
    scores = numbers(known["outcome"]["scores"])[-60:]
    probabilities = [preparation.probabilities(output) for output in nn.predict(model, X)]
    if probabilities[0] is not None:
        expected = [
            p[problem.classes.index(target)]
            for p, target in zip(probabilities, problem.targets, strict=True)
        ]
        assert scores == pytest.approx(expected, abs=1e-6)
    else:
        won = [score > 0 for score in scores]
        assert won == [a == b for a, b in zip(answers, problem.targets, strict=True)]


@pytest.mark.parametrize(
    ("labels", "loss", "border"),
    [
        ((-1, 1), "hinge", 0.0),
        ((0, 1), "binary_cross_entropy_with_logits", 0.0),
        ((0, 1), "mse", 0.5),
    ],
)
def test_two_classes_without_a_preparation(labels, loss, border):
    X, y = blobs()
    history = trained(nn.MLP(2, [3, 1], seed=1), (X, [labels[i] for i in y]), loss)
    known = contents(training_page(history))
    assert known["task"]["border"] == border
    assert known["task"]["classes"] == [str(label) for label in labels]
    actual = numbers(known["sets"][0]["targets"], "I")
    assert actual == y


def test_numbers_are_predicted_in_python():
    source = Random(1)
    X = [[source.uniform(-1, 1) for _ in range(3)] for _ in range(20)]
    y = [sum(row) for row in X]
    history = trained(nn.MLP(3, [1], seed=1), (X, y), "mse")
    known = contents(training_page(history, test=(X[:5], y[:5])))
    assert known["task"]["classes"] is None
    assert known["outcome"]["shown"] == [20, 5]
    last = numbers(known["outcome"]["answers"][0])[-20:]
    assert last == pytest.approx(nn.predict(history.model, X), rel=1e-6)
    errors = [p - t for p, t in zip(nn.predict(history.model, X[:5]), y[:5], strict=True)]
    error = known["facts"]["error"]
    assert error["rmse"] == pytest.approx(math.sqrt(sum(e * e for e in errors) / 5))
    mean = sum(y[:5]) / 5
    assert error["spread"] == pytest.approx(math.sqrt(sum((t - mean) ** 2 for t in y[:5]) / 5))


def test_the_error_of_a_table_is_in_its_units():
    problem = nn.problem_of("diabetes")
    preparation = Preparation.of(problem)
    X, y = preparation.data(problem)
    history = trained(nn.MLP(len(X[0]), [1], seed=1), (X, y), "mse")
    known = contents(training_page(history, preparation=preparation))
    outputs = nn.predict(history.model, X)
    deviation = preparation.target.deviation
    expected = deviation * math.sqrt(nn.mse_loss(outputs, y))
    assert known["facts"]["error"]["rmse"] == pytest.approx(expected)
    assert known["facts"]["error"]["spread"] == pytest.approx(deviation)


def test_the_error_of_each_epoch_is_that_of_its_weights():
    X, y = [[0.1 * i] for i in range(20)], [0.3 * i - 1.0 for i in range(20)]
    history = trained(nn.MLP(1, [3, 1], seed=1), (X, y), "mse", epochs=4)
    known = contents(training_page(history, test=(X[:7], y[:7])))
    found = numbers(known["outcome"]["rmse"])
    assert len(found) == len(known["epochs"]) == 5
    for epoch, error in zip(known["epochs"], found, strict=True):
        model = nn.MLP(1, [3, 1])
        for parameter, number in zip(model.parameters(), history.snapshots[epoch], strict=True):
            parameter.data = number
        expected = math.sqrt(nn.mse_loss(nn.predict(model, X[:7]), y[:7]))
        assert error == pytest.approx(expected, rel=1e-6)
    assert found[-1] == pytest.approx(known["facts"]["error"]["rmse"], rel=1e-6)
    many = [[0.001 * i] for i in range(600)], [0.0] * 600  # of which a page shows a part
    assert contents(training_page(history, test=many))["outcome"]["rmse"] is None
    pairs = trained(nn.MLP(1, [2], seed=1), (X, [[t, t] for t in y]), "mse")
    assert contents(training_page(pairs))["outcome"]["rmse"] is None


def test_the_settings_of_a_training_are_on_its_page():
    data = blobs(2, n=40)
    history = trained(nn.MLP(2, [1], seed=1), data, "mse", momentum=0.5, batch_size=8)
    facts = contents(training_page(history))["facts"]
    assert (facts["optimizer"], facts["batch"]) == ("SGD", 8)
    assert facts["rates"] == {"lr": 0.05, "momentum": 0.5}
    whole = trained(nn.MLP(2, [1], seed=1), data, "mse", batch_size=None, validation=0.25)
    assert (whole.batch_size, whole.rates) == (30, {"lr": 0.05})
    again = nn.fit(whole.model, data, "mse", epochs=5, lr=0.1, batch_size=None, validation=0.25,
                   resume=whole, verbose=False)  # fmt: skip
    assert (again.batch_size, again.rates["lr"]) == (30, 0.1)
    assert (nn.History().optimizer, nn.History().rates, nn.History().batch_size) == ("", {}, 0)


def test_a_diverged_model_has_no_error_to_show():
    X, y = [[1.0], [2.0]], [1.0, 2.0]
    history = trained(nn.MLP(1, [1], seed=1), (X, y), "mse")
    for parameter in history.model.parameters():
        parameter.data = math.nan
    assert contents(training_page(history))["facts"]["error"] is None


# The loss before the training and now


def losses_of(history, **options):
    packed = contents(training_page(history, **options))["facts"]["losses"]
    return None if packed is None else numbers(packed, "d")


@pytest.mark.parametrize(
    ("n_outputs", "loss"),
    [(1, "mse"), (1, "binary_cross_entropy_with_logits"), (2, "mse"), (2, "cross_entropy")],
)
def test_the_loss_before_and_now_is_that_of_the_model(n_outputs, loss):
    X, y = nn.moons(50, seed=1)
    y = [[k, 1 - k] for k in y] if (n_outputs, loss) == (2, "mse") else y
    model = nn.MLP(2, [4, n_outputs], seed=1)

    def now():
        return float(nn.LOSSES[loss](nn.predict(model, X), y))

    before = now()
    history = trained(model, (X, y), loss)
    assert losses_of(history) == [before, now()]


def test_there_is_no_loss_where_nothing_says_what_it_is():
    history = trained(nn.MLP(2, [2], seed=1), blobs(2), lambda o, y: nn.cross_entropy(o, y))
    assert losses_of(history) is None

    def mse(outputs, targets):  # of classes, under a name that the table has for numbers
        return nn.cross_entropy(outputs, targets)

    assert losses_of(trained(nn.MLP(2, [2], seed=1), blobs(2), mse)) is None


def test_an_axis_of_losses_is_logarithmic_where_they_span_decades():
    history = trained(nn.MLP(2, [2], seed=1), blobs(2), "cross_entropy")
    for losses, expected in (
        ([1.0, 0.5, 0.01], False),
        ([1.01, 0.5, 0.01], True),
        ([5e18, math.nan, 60.0], True),
        ([5.0, 0.0, 0.0], False),
    ):
        for row, loss in zip(history.rows, losses, strict=True):
            row["loss"] = loss
        assert contents(training_page(history))["curves"]["decades"] is expected
