"""l1_loss and huber_loss by hand and at their kinks; what all losses of numbers refuse."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from nn import MLP
from nn.losses import huber_loss, l1_loss, mse_loss
from tests.nn.nodes import count_nodes


def values(*numbers):
    return [Value(x) for x in numbers]


def test_l1_by_hand():
    predictions = values(1.0, -2.0, 0.5)
    loss = l1_loss(predictions, [0.0, 1.0, 0.5])
    assert loss.data == (1.0 + 3.0 + 0.0) / 3
    loss.backward()
    assert [p.grad for p in predictions] == [1 / 3, -1 / 3, 0.0]


def test_huber_by_hand():
    predictions = values(0.5, -2.0, 4.0, 1.0)
    loss = huber_loss(predictions, [0.0, 1.0, 1.0, 1.0])
    assert loss.data == (0.125 + 2.5 + 2.5 + 0.0) / 4
    loss.backward()
    assert [p.grad for p in predictions] == [0.125, -0.25, 0.25, 0.0]
    assert huber_loss([0.5, -2.0, 4.0, 1.0], [0.0, 1.0, 1.0, 1.0], delta=2) == (
        (0.125 + 2 * (3.0 - 1.0) + 2 * (3.0 - 1.0) + 0.0) / 4
    )


def test_huber_at_the_kink():
    for error in (1.5, -1.5):
        assert huber_loss([error], [0.0], delta=1.5) == 1.5**2 / 2
        assert ag.grad(huber_loss)([error], [0.0], delta=1.5) == [error]
        assert ag.hessian(lambda p: huber_loss(p, [0.0], 1.5))([error]) == [[0.0]]
    inside = math.nextafter(1.5, 0.0)
    assert ag.hessian(lambda p: huber_loss(p, [0.0], 1.5))([inside]) == [[1.0]]


@pytest.mark.parametrize("delta", [1e-300, 1e-9, 1.0, 1e160, 1e300])
def test_huber_of_any_delta(delta):
    assert huber_loss([delta / 4], [0.0], delta) == (delta / 4) * (delta / 4) / 2
    assert huber_loss([3 * delta], [0.0], delta) == pytest.approx(2.5 * delta * delta, rel=1e-15)
    assert ag.grad(huber_loss)([3 * delta, -3 * delta], [0.0, 0.0], delta) == [
        delta / 2,
        -delta / 2,
    ]


@pytest.mark.parametrize("loss", [l1_loss, huber_loss])
def test_the_ends_of_the_numbers(loss):
    assert loss([math.inf], [0.0]) == math.inf
    assert ag.grad(loss)([-math.inf], [0.0]) == [-1.0]
    assert loss([1.7e308], [0.0]) == pytest.approx(1.7e308)
    assert math.isnan(loss([math.nan, 1.0], [0.0, 1.0]))
    assert loss([5e-324], [0.0]) == (5e-324 if loss is l1_loss else 0.0)


@pytest.mark.parametrize("loss", [mse_loss, l1_loss, huber_loss])
def test_rows_arrays_and_plain_numbers(loss):
    rows, targets = [[1.0, 2.5], [3.0, 7.0]], [[0.0, 2.0], [3.0, 1.0]]
    flat = loss([1.0, 2.5, 3.0, 7.0], [0.0, 2.0, 3.0, 1.0])
    assert type(flat) is float
    assert loss(rows, targets) == loss(np.array(rows), np.array(targets)) == flat
    assert loss([values(*row) for row in rows], targets).data == flat
    assert loss(np.array([values(*row) for row in rows]), targets).data == flat
    assert loss(Value(3.0), 1).data == loss([3.0], [1])


@pytest.mark.parametrize("loss", [mse_loss, l1_loss, huber_loss])
def test_targets_are_differentiated_too(loss):
    predictions, targets = [0.3, -4.0], [1.0, 0.5]
    by_prediction, by_target = ag.grad(loss, argnums=(0, 1))(predictions, targets)
    assert by_target == [-g for g in by_prediction]


def test_a_batch_costs_few_nodes():
    near, far = [0.1] * 100, [7.0] * 100
    assert count_nodes(l1_loss(values(*far), [0.0] * 100)) == 100 + 2 * 100 + 1
    for numbers in (near, far):  # the same graph
        assert count_nodes(huber_loss(values(*numbers), [0.0] * 100)) == 100 + 9 * 100 + 2


MODEL = MLP(2, [3, 1], seed=1)
ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize("loss", [mse_loss, l1_loss, huber_loss])
@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (
            lambda: [MODEL(row) for row in ROWS],
            [[1.0], [2.0], [3.0]],
            "targets [3, 1]; the model gives one number for each sample, so write [t for (t,) in",
        ),
        (
            lambda: [[MODEL(row)] for row in ROWS],
            [1.0, 2.0, 3.0],
            "targets [3]; each sample's output is a row of one, so write [[t] for t in targets]",
        ),
        (lambda: ROWS, [0, 1, 0], "for class indices use cross_entropy"),
        (lambda: [1.0, 2.0], [1.0], "have shape [2], targets [1]; give one target for each"),
        (lambda: Value(1.0), [1.0], "predictions have shape of one number, targets [1]"),
        (lambda: [[1.0], [1.0, 2.0]], [1.0, 2.0], "predictions has rows of different lengths"),
        (lambda: [1.0, 2.0], [[1.0], [1.0, 2.0]], "targets has rows of different lengths"),
        (list, [], "predictions is empty"),
        (lambda: [[], []], [[], []], "predictions is empty"),
    ],
)
def test_shapes_that_differ_are_refused_with_the_remedy(loss, predictions, targets, message):
    with pytest.raises(ValueError) as caught:
        loss(predictions(), targets)
    assert str(caught.value).startswith(f"{loss.__name__}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_remedies_work():
    targets = [[1.0], [2.0], [3.0]]
    outputs = [MODEL(row) for row in ROWS]
    loss = mse_loss(outputs, [t for (t,) in targets])
    assert loss.data == mse_loss([[y] for y in outputs], targets).data


@pytest.mark.parametrize("delta", [0, -1.0, math.nan, math.inf, "1", None, True, 10**400])
def test_deltas_that_are_refused(delta):
    with pytest.raises(ValueError, match="huber_loss: delta must be"):
        huber_loss([1.0], [0.0], delta)


@pytest.mark.parametrize("loss", [mse_loss, l1_loss, huber_loss])
@pytest.mark.parametrize("wrong", ["1.0", None, 1j])
def test_what_is_no_number_is_named(loss, wrong):
    with pytest.raises(TypeError) as caught:
        loss([1.0, 2.0], [1.0, wrong])
    assert str(caught.value) == f"{loss.__name__}: targets[1] must be a number, got {wrong!r}"
    with pytest.raises(TypeError) as caught:
        loss([[1.0], [wrong]], [[1.0], [2.0]])
    assert str(caught.value).startswith(f"{loss.__name__}: predictions[1][0] must be a number")
