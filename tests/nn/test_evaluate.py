"""Predictions and accuracy: by hand, for every kind of target, and every refusal."""

import random

import numpy as np
import pytest

from autograd import Value
from nn import MLP, Module, accuracy, predict


class Fixed(Module):
    """Returns its input: a row of one as one number."""

    def __call__(self, inputs):
        outputs = [Value(x) * 1.0 for x in inputs]
        return outputs[0] if len(outputs) == 1 else outputs


def test_predict_returns_plain_numbers_and_no_graph():
    model = MLP(2, [3, 2], seed=1)
    X = [[1.0, 2.0], [0.5, -1.0]]
    outputs = predict(model, np.array(X))
    assert outputs == [[y.data for y in model(row)] for row in X]
    assert all(type(y) is float for row in outputs for y in row)
    assert predict(MLP(2, [1], seed=1), X)[0] == MLP(2, [1], seed=1)(X[0]).data
    assert all(p.grad == 0.0 for p in model.parameters())


def test_predict_switches_to_eval_and_back_even_after_an_error():
    seen = []

    class Watching(Module):
        def __call__(self, inputs):
            seen.append(self.training)
            if inputs[0] < 0:
                raise ArithmeticError("no")
            return Value(0.0)

    model = Watching()
    predict(model, [[1.0]])
    assert seen == [False]
    assert model.training
    with pytest.raises(ArithmeticError):
        predict(model, [[-1.0]])
    assert model.training
    model.eval()
    predict(model, [[1.0]])
    assert not model.training


def test_predict_leaves_each_module_as_it_was():
    model = MLP(2, [3, 2], seed=1)
    model.layers[0].eval()  # frozen by hand
    predict(model, [[1.0, 2.0]])
    assert [one.training for one in (model, *model.layers)] == [True, False, True]


def test_outputs_in_a_tuple():
    class Pair(Fixed):
        def __call__(self, inputs):
            return tuple(super().__call__(inputs))

    X = [[0.2, 0.9], [5.0, 1.0]]
    assert predict(Pair(), X) == X
    assert accuracy(Pair(), (X, [1, 1])) == 0.5


@pytest.mark.parametrize(
    ("X", "y", "expected"),
    [
        ([[3.0], [-2.0], [0.1], [-0.1]], [1, -1, -1, -1], 0.75),
        ([[0.9], [0.1], [0.6], [0.4]], [1, 0, 0, 0], 0.75),
        ([[0.2, 0.9, 0.1], [5.0, 1.0, 2.0]], [1, 2], 0.5),
        ([[0.2, 0.9, 0.1], [5.0, 1.0, 2.0]], [[0.1, 0.8, 0.1], [0.2, 0.2, 0.6]], 0.5),
        ([[1.0, 1.0], [1.0, 1.0]], [0, 1], 0.5),  # a tie is the first class
    ],
)
def test_accuracy_by_hand(X, y, expected):
    assert accuracy(Fixed(), (X, y)) == expected
    assert accuracy(Fixed(), (np.array(X), np.array(y))) == expected


def test_a_threshold_of_ones_own():
    data = [[0.2], [0.4], [0.9]], [0, 1, 1]
    assert accuracy(Fixed(), data) == pytest.approx(2 / 3)
    assert accuracy(Fixed(), data, threshold=0.3) == 1.0
    assert accuracy(Fixed(), ([[2.0]], [1]), threshold=0.0) == 1.0


@pytest.mark.parametrize("threshold", ["a", float("nan"), float("inf")])
def test_a_threshold_that_is_no_number(threshold):
    with pytest.raises(ValueError, match="accuracy: threshold must be a finite number; got"):
        accuracy(Fixed(), ([[1.0]], [1]), threshold)


@pytest.mark.parametrize("y", [[0, 0, 1], [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]])
def test_an_output_of_nan_is_of_no_class(y):
    class Broken(Module):
        def __call__(self, inputs):
            nan = Value(float("nan"))
            if isinstance(y[0], list):
                return [nan if inputs[0] == 0.0 else Value(0.5), Value(0.25)]
            return nan if inputs[0] == 0.0 else Value(0.25)

    assert accuracy(Broken(), ([[0.0], [1.0], [2.0]], y)) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("model", "X", "message"),
    [
        (None, [[1.0]], "predict: the model must be a Module, got None"),
        (Fixed(), None, "predict: X must be a list with a row for each sample, got None"),
        (Fixed(), 3, "predict: X must be a list with a row for each sample, got 3"),
    ],
)
def test_what_is_no_model_and_what_are_no_rows(model, X, message):
    with pytest.raises(TypeError, match=message):
        predict(model, X)


def test_outputs_that_are_no_probabilities_are_mentioned():
    data = [[0.4], [1.2], [-3.0]], [1, 1, 0]
    said = r"^accuracy: outputs .* below 0 or above 1; .*give threshold=0 .*or threshold=0\.5"
    with pytest.warns(UserWarning, match=said) as caught:
        assert accuracy(Fixed(), data) == pytest.approx(2 / 3)
    assert caught[0].filename == __file__
    # No word where it is clear: a threshold is given, probabilities, labels -1 and +1, a row.
    assert accuracy(Fixed(), data, threshold=0) == 1.0
    assert accuracy(Fixed(), data, threshold=0.5) == pytest.approx(2 / 3)
    assert accuracy(Fixed(), ([[0.0], [1.0]], [0, 1])) == 1.0
    assert accuracy(Fixed(), ([[-3.0], [1.2]], [-1, 1])) == 1.0
    assert accuracy(Fixed(), ([[-3.0, 1.2]], [1])) == 1.0


def test_an_untrained_model_guesses():
    source = random.Random(1)
    X = [[source.gauss(0, 1), source.gauss(0, 1)] for _ in range(2000)]
    y = [source.choice((-1, 1)) for _ in X]
    assert accuracy(MLP(2, [4, 1], seed=1), (X, y)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0], [2.0]], [0.3, 0.7], "both -1 and +1, or both 0 and 1"),
        ([[1.0], [2.0]], [1, 1], "for one of them alone, give a threshold"),
        ([[1.0, 2.0]], [2], "the class indices 0 to 1; got 2"),
        ([[1.0, 2.0]] * 5, [0, 1, 7, 0, 1], "the class indices 0 to 1; got 0, 1, 7, ..."),
        ([[1.0, 2.0]], [[1.0, 2.0, 3.0]], "the class indices 0 to 1"),
        ([], [], "X is empty"),
    ],
)
def test_targets_that_are_no_classes(X, y, message):
    with pytest.raises(ValueError) as caught:
        accuracy(Fixed(), (X, y))
    assert message in str(caught.value)


@pytest.mark.parametrize("data", [[[1.0]], ([[1.0]],), None, "ab"])
def test_data_that_are_no_pair(data):
    with pytest.raises(ValueError, match="data must be a pair"):
        accuracy(Fixed(), data)
