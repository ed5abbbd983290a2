"""mse_loss, cross_entropy and hinge_loss by hand, at the edges, every refusal; losses by name."""

import math

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from nn import MLP
from nn.losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    loss_function,
    loss_name,
    mse_loss,
)
from tests.nn.nodes import count_nodes


def values(*numbers):
    return [Value(x) for x in numbers]


def test_mse_by_hand():
    predictions = values(1.0, -2.0, 0.5)
    loss = mse_loss(predictions, [0.0, 1.0, 0.5])
    assert loss.data == (1.0 + 9.0 + 0.0) / 3
    loss.backward()
    assert [p.grad for p in predictions] == pytest.approx([2 / 3, -2.0, 0.0])


def test_mse_of_rows_is_the_mean_over_all_entries():
    rows = [values(1.0, 2.0), values(3.0, 4.0)]
    assert mse_loss(rows, np.array([[0.0, 2.0], [3.0, 1.0]])).data == (1.0 + 9.0) / 4


def test_mse_of_one_pair_and_of_plain_numbers():
    assert mse_loss(Value(3.0), 1).data == 4.0
    assert mse_loss([3.0, 1.0], [1, 1]) == 2.0


def test_cross_entropy_by_hand():
    row = values(1.0, 2.0, 3.0)
    loss = cross_entropy([row], [1])
    total = math.exp(1) + math.exp(2) + math.exp(3)
    assert loss.data == pytest.approx(-math.log(math.exp(2) / total), rel=1e-15)
    loss.backward()
    expected = [math.exp(1) / total, math.exp(2) / total - 1, math.exp(3) / total]
    assert [x.grad for x in row] == pytest.approx(expected, rel=1e-14)


def test_cross_entropy_is_the_mean_over_the_batch():
    rows = [values(0.0, 0.0), values(0.0, math.log(3.0))]
    loss = cross_entropy(rows, np.array([0, 0]))
    assert loss.data == pytest.approx((math.log(2) + math.log(4)) / 2, rel=1e-15)


def test_cross_entropy_with_probabilities():
    row = values(0.5, -1.0, 2.0)
    hard = cross_entropy([row], [2]).data
    assert cross_entropy([row], [[0.0, 0.0, 1.0]]).data == pytest.approx(hard, rel=1e-15)
    soft = cross_entropy([row], [[0.25, 0.25, 0.5]])
    parts = [cross_entropy([row], [k]).data for k in range(3)]
    expected = 0.25 * parts[0] + 0.25 * parts[1] + 0.5 * parts[2]
    assert soft.data == pytest.approx(expected, rel=1e-14)
    soft.backward()
    exponentials = [math.exp(x.data) for x in row]
    shares = [e / sum(exponentials) for e in exponentials]
    expected = [s - t for s, t in zip(shares, [0.25, 0.25, 0.5], strict=True)]
    assert [x.grad for x in row] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("logits", "target", "expected"),
    [
        ([1e308, 1e308], 0, math.log(2)),
        ([-1e308, -1e308], 1, math.log(2)),
        ([1000.0, 0.0], 0, 0.0),
        ([1000.0, 0.0], 1, 1000.0),
        ([1e6, 1e6 + 1], 0, math.log1p(math.e)),
        ([0.0, -math.inf], 0, 0.0),
        ([0.0, -math.inf], 1, math.inf),
        ([5e-324, 0.0], 0, math.log(2)),
    ],
)
def test_cross_entropy_is_stable_for_logits_of_any_size(logits, target, expected):
    row = values(*logits)
    loss = cross_entropy([row], [target])
    assert loss.data == pytest.approx(expected, rel=1e-12)
    loss.backward()
    assert not any(math.isnan(x.grad) for x in row)


def test_hinge_by_hand():
    scores = values(2.0, 0.25, -0.5, 1.0)
    loss = hinge_loss(scores, [1, 1, -1, -1])
    assert loss.data == (0.0 + 0.75 + 0.5 + 2.0) / 4
    loss.backward()
    assert [s.grad for s in scores] == [0.0, -0.25, 0.25, 0.25]


def test_hinge_takes_floats_and_numpy_labels():
    assert hinge_loss(values(0.5), [-1.0]).data == 1.5
    assert hinge_loss(values(0.5, 0.5), np.array([1, -1])).data == 1.0


def test_a_batch_costs_few_nodes():
    assert count_nodes(mse_loss(values(*range(100)), [0.0] * 100)) == 100 + 100 + 2
    assert count_nodes(hinge_loss(values(*range(100)), [1] * 100)) == 100 + 3 * 100 + 1


ROW = [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: cross_entropy([ROW], [3]),
            "targets[0] is class 3, but there are 3 logits, for the classes 0 to 2",
        ),
        (lambda: cross_entropy([ROW, ROW], [0, -1]), "targets[1] is class -1"),
        (lambda: cross_entropy([ROW], [1.5]), "targets[0] must be a class index"),
        (lambda: cross_entropy([ROW], ["1"]), "targets[0] must be a class index"),
        (lambda: cross_entropy([ROW, ROW], [0]), "2 logits, but 1 targets"),
        (lambda: cross_entropy([], []), "logits is empty"),
        (lambda: cross_entropy([Value(1.0)], [0]), "logits[0] must be a row"),
        (lambda: cross_entropy([[]], [0]), "logits[0] must be a row"),
        (lambda: cross_entropy([ROW], 1), "targets must be a list with an entry for each sample"),
        (lambda: cross_entropy(Value(1.0), [1]), "logits must be a list"),
        (lambda: cross_entropy([ROW], [[0.5, 0.5]]), "targets[0] has 2 probabilities for 3 logits"),
        (lambda: cross_entropy([ROW], [[0.5, 0.5, 0.5]]), "at least 0 and with the sum 1"),
        (lambda: cross_entropy([ROW], [[-0.5, 1.0, 0.5]]), "at least 0 and with the sum 1"),
        (lambda: cross_entropy([ROW], [[math.nan, 1.0, 0.0]]), "at least 0 and with the sum 1"),
        (
            lambda: cross_entropy([ag.softmax(values(*ROW))], [0]),
            "logits[0] is the result of softmax already; give the outputs before softmax",
        ),
        (lambda: hinge_loss(values(1.0), [0]), "[2 * label - 1 for label in y]"),
        (lambda: hinge_loss(values(1.0), [2]), "targets[0] must be +1 or -1, got 2"),
        (lambda: hinge_loss(values(1.0), [Value(0.5)]), "must be +1 or -1, got 0.5; from"),
        (lambda: hinge_loss([values(1.0, 2.0)], [1]), "scores[0] is a row of 2"),
        (lambda: hinge_loss(values(1.0, 2.0), [1]), "2 scores, but 1 targets"),
        (lambda: hinge_loss([], []), "scores is empty"),
        (lambda: hinge_loss(Value(1.0), 1), "scores must be a list"),
        (lambda: mse_loss(values(1.0, 2.0), [1.0]), "predictions have shape [2], targets [1]"),
        (lambda: mse_loss([values(1.0)], [1.0]), "predictions have shape [1, 1], targets [1]"),
        (
            lambda: cross_entropy([[1.0, 2.0], [1.0]], [1, 0]),
            "cross_entropy: logits has rows of different lengths",
        ),
        (lambda: mse_loss([[1.0], [1.0, 2.0]], [1.0, 2.0]), "predictions has rows of different"),
        (lambda: mse_loss([1.0, 2.0], [[1.0], [1.0, 2.0]]), "targets has rows of different"),
        (lambda: mse_loss([], []), "predictions is empty"),
    ],
)
def test_refusals_name_the_argument_and_the_remedy(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    text = str(caught.value)
    assert message in text
    assert text.startswith(("cross_entropy: ", "hinge_loss: ", "mse_loss: "))
    assert "\n" not in text


def test_what_only_looks_like_softmax_is_taken():
    xs = values(1.0, 2.0)
    exponentials = [ag.exp(x) for x in xs]
    total = exponentials[0] + exponentials[1]
    other = [e / Value(7.0) for e in exponentials]
    assert math.isfinite(cross_entropy([other], [0]).data)
    assert math.isfinite(cross_entropy([[e / total for e in xs]], [0]).data)


def test_a_model_that_ends_in_softmax_is_refused():
    model, ending = MLP(2, [3], seed=0), MLP(2, [3], output_activation="softmax", seed=0)
    for probabilities in (ag.softmax(model([1.0, 2.0])), ending([1.0, 2.0])):
        with pytest.raises(ValueError, match="softmax already"):
            cross_entropy([probabilities], [0])


# The losses by name

BY_NAME = {
    "mse": mse_loss,
    "l1": l1_loss,
    "huber": huber_loss,
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge": hinge_loss,
}


def test_the_table_of_losses():
    assert BY_NAME == LOSSES
    for name, function in LOSSES.items():
        assert loss_function(name) is loss_function(function) is function
        assert loss_function(function.__name__) is function  # "mse_loss" as "mse"
        assert loss_name(function) == name


def test_a_loss_of_ones_own():
    def squared(outputs, targets):
        return mse_loss(outputs, targets) * 2

    assert loss_function(squared) is squared
    assert loss_name(squared) == "squared"
    assert loss_name(MLP(2, [1])) == "MLP"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("MSE", "mse"),
        ("mae", "l1"),
        ("MAE_loss", "l1"),
        ("cross-entropy", "cross_entropy"),
        ("crossentropy", "cross_entropy"),
        ("bce", "binary_cross_entropy"),
        ("hinge loss", "hinge"),
        ("smooth_l1", "huber"),
        ("BCEWithLogits", "binary_cross_entropy_with_logits"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(wrong, near):
    with pytest.raises(ValueError) as caught:
        loss_function(wrong)
    message = f"loss: unknown name {wrong!r}; did you mean {near!r}? Or choose one of mse, l1, "
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ("zzz", ValueError, "loss: unknown name 'zzz'; choose one of mse, l1, huber, cross_"),
        ("", ValueError, "loss: unknown name ''; choose one of"),
        ("x" * 10**6, ValueError, "or give a function (outputs, targets) -> Value"),
        (None, TypeError, "loss: expected a name such as 'mse' or a function"),
        (3, TypeError, "such as nn.cross_entropy, got 3"),
    ],
)
def test_what_is_no_loss(wrong, error, message):
    with pytest.raises(error) as caught:
        loss_function(wrong)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300
