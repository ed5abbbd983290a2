"""What hidden neurons respond to, and how well numbers are predicted."""

import pytest

from nn import MLP, Neuron, moons
from nn.data import Preparation
from nn.data.problem import Problem
from nn.plot import hidden_neurons, regression
from tests.nn.plot.figures import Echo, Sum, check_png, legend_of


def panels(figure):
    """The panels of neurons: title -> axes; scales and empty places have no title."""
    return [axes for axes in figure.axes if axes.get_title()]


def step_like(model):
    """The first hidden neuron of `model` becomes tanh(x1), the second always 0."""
    first, second = model.layers[0].neurons[:2]
    for neuron, weights in ((first, (1.0, 0.0)), (second, (0.0, 0.0))):
        for parameter, w in zip(neuron.weights, weights, strict=True):
            parameter.data = w
    return model


def test_maps_over_the_plane():
    model = step_like(MLP(2, [3, 2, 1], "tanh", seed=1))
    figure = hidden_neurons(model, ([[-1.0, -1.0], [1.0, 1.0]], [0, 1]))
    shown = panels(figure)
    assert [axes.get_title() for axes in shown] == ["1", "2", "3", "1", "2"]
    image = shown[0].images[0].get_array()
    assert all(row[0] < 0.0 < row[-1] for row in image.tolist())  # tanh(x1) grows to the right
    assert image[0].tolist() == image[-1].tolist()  # and does not depend on x2
    assert shown[1].texts[0].get_text() == "always\n0"
    low, high = shown[0].images[0].get_clim()
    assert low == -high  # 0 is white
    assert any(getattr(c, "hatches", None) == ["////"] for c in shown[0].collections)
    assert "hatched: below 0" in figure.get_suptitle()
    never_below = hidden_neurons(
        MLP(2, [3, 1], "relu", seed=1), ([[-1.0, -1.0], [1.0, 1.0]], [0, 1])
    )
    assert "hatched" not in never_below.get_suptitle()
    names = [part.get_supylabel() for part in figure.subfigs]
    assert names == ["hidden layer 1 (tanh)", "hidden layer 2 (tanh)"]
    check_png(figure)


def test_maps_are_in_the_units_of_the_table():
    rows = [[10.0, 100.0], [50.0, 500.0]]
    own = Problem("own", ("length", "width"), rows, ["a", "b"], "kind", "classify")
    preparation = Preparation.of(own)
    figure = hidden_neurons(MLP(2, [2, 2], seed=1), preparation.data(own), preparation)
    left, right, bottom, top = panels(figure)[0].images[0].get_extent()
    assert left < 10.0 < 50.0 < right
    assert bottom < 100.0 < 500.0 < top
    assert "length" in figure.get_suptitle()


def test_curves_over_one_input():
    model = MLP(1, [2, 3, 1], "tanh", seed=1)
    w = model.layers[0].neurons[0].weights[0].data
    figure = hidden_neurons(model, ([[-2.0], [2.0]], [0.0, 1.0]))
    shown = panels(figure)
    assert len(shown) == 5
    xs, ys = (list(values) for values in shown[0].lines[-1].get_data())
    assert xs[0] < -2.0 < 2.0 < xs[-1]
    assert (ys[-1] > ys[0]) == (w > 0.0)
    check_png(figure)


def test_images_of_pixels():
    model = MLP(64, [3, 2], seed=1)
    model.layers[0].neurons[1].weights[9].data = 5.0
    model.layers[0].neurons[1].weights[10].data = -5.0
    figure = hidden_neurons(model, ([[0.0] * 64], [0]))
    image = panels(figure)[1].images[0]
    assert image.get_array().shape == (8, 8)
    assert image.get_array()[1, 1] == 5.0
    assert image.get_array()[1, 2] == -5.0
    assert image.get_clim() == (-5.0, 5.0)
    dashes = panels(figure)[1].collections[0].get_offsets().tolist()
    assert [2.0, 1.0] in dashes  # what is below 0 is marked
    assert [1.0, 1.0] not in dashes
    check_png(figure)


@pytest.mark.parametrize(
    ("names", "is_image"),
    [([f"pixel_{i // 8}_{i % 8}" for i in range(64)], True), (["age", *"x" * 63], False)],
)
def test_only_pixels_are_an_image(names, is_image):
    features = tuple(
        name if is_image else f"{name}{'abc'[i % 3] * i}" for i, name in enumerate(names)
    )
    own = Problem("own", features, [[0.0] * 64, [1.0] * 64], ["a", "b"], "class", "classify")
    preparation = Preparation.of(own)
    figure = hidden_neurons(MLP(64, [2, 2], seed=1), preparation.data(own), preparation)
    assert bool(panels(figure)[0].images) == is_image


def test_bars_of_other_inputs():
    features = ("꽃잎 length", "$width$", "c")
    own = Problem("own", features, [[1.0, 2.0, 3.0], [2.0, 2.5, 1.0]], ["a", "b"], "y", "classify")
    preparation = Preparation.of(own)
    model = MLP(3, [2, 2], seed=1)
    figure = hidden_neurons(model, preparation.data(own), preparation)
    shown = panels(figure)
    widths = [bar.get_width() for bar in shown[1].patches]
    assert widths == [w.data for w in model.layers[0].neurons[1].weights]
    assert [label.get_text() for label in shown[0].get_yticklabels()][1:] == ["$width$", "c"]
    check_png(figure)


def test_of_many_inputs_and_neurons_a_part_is_shown_and_stated():
    model = MLP(50, [40, 2], seed=1)
    model.layers[0].neurons[39].weights[49].data = 9.0
    figure = hidden_neurons(model, ([[0.0] * 50], [0]))
    assert len(panels(figure)) == 32
    assert figure.get_supylabel() == "hidden layer (relu), 32 of 40"
    assert "the 40 of 50 inputs with the largest" in figure.get_suptitle()
    assert panels(figure)[0].get_yticklabels()[-1].get_text() == "x50"


@pytest.mark.parametrize(
    ("model", "X", "error", "words"),
    [
        (Neuron(2), [[1.0, 2.0]], TypeError, "the model must be an MLP, got Neuron"),
        (MLP(2, [1]), [[1.0, 2.0]], ValueError, "no hidden layer; give it one"),
        (MLP(2, [2, 1]), [[1.0]], ValueError, "the samples must have 2 features, got 1"),
    ],
)
def test_what_has_no_hidden_neurons(model, X, error, words):
    with pytest.raises(error, match=words):
        hidden_neurons(model, (X, [0]))


def test_a_preparation_of_another_table():
    own = Problem("own", ("a",), [[1.0], [2.0]], ["a", "b"], "y", "classify")
    with pytest.raises(ValueError, match="the preparation makes 1 inputs, but the samples have 2"):
        hidden_neurons(MLP(2, [2, 1]), moons(10, seed=1), Preparation.of(own))


# Regression


def test_the_curve_of_one_feature_in_the_units_of_the_table():
    own = Problem(
        "own", ("size",), [[10.0], [20.0], [30.0]], [100.0, 300.0, 200.0], "price", "regress"
    )
    preparation = Preparation.of(own)
    figure = regression(Sum(), preparation.data(own), preparation)
    (axes,) = figure.axes
    assert legend_of(axes) == ["samples", "prediction"]
    assert axes.collections[0].get_offsets().tolist() == [
        pytest.approx(point) for point in ([10.0, 100.0], [20.0, 300.0], [30.0, 200.0])
    ]
    xs, ys = axes.lines[0].get_data()
    # The model hands on the standardised size: the mean of the one is the mean of the other.
    scale = preparation.target.deviation / preparation.columns[0].deviation
    assert [y - 200.0 for y in ys] == pytest.approx([(x - 20.0) * scale for x in xs])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("size", "price")
    check_png(figure)


def test_predicted_against_actual():
    X, y = [[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]], [3.0, 6.0, 0.0]
    figure = regression(Sum(), (X, y), test=([[1.0, 1.0], [2.0, 2.0]], [2.0, 4.0]))
    (axes,) = figure.axes
    assert legend_of(axes) == ["training samples", "test samples", "predicted = actual"]
    assert axes.collections[0].get_offsets().tolist() == [[3.0, 3.0], [6.0, 7.0], [0.0, 0.0]]
    diagonal = axes.lines[0].get_data()
    assert list(diagonal[0]) == list(diagonal[1]) == [0.0, 7.0]
    assert axes.get_title() == "Regression: R² = 1.000 of the test samples"
    filled, hollow = axes.collections
    assert hollow.get_facecolor().size == 0
    assert filled.get_facecolor().size == 4
    check_png(figure)


def test_r_squared():
    title = regression(Sum(), ([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]], [1.0, 2.0, 6.0])).axes[0]
    assert title.get_title() == f"Regression: R² = {1 - 9 / 14:.3f}"
    same = regression(Sum(), ([[1.0, 0.0], [2.0, 0.0]], [1.0, 1.0])).axes[0]
    assert same.get_title() == "Regression: R² = undefined (one value)"


CLASSES = Preparation.of(Problem("own", ("a",), [[1.0], [2.0]], ["a", "b"], "kind", "classify"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regression(Echo(), ([[1.0, 2.0]], [1.0])), "must have one output, got 2"),
        (lambda: regression(Sum(), ([[1.0]], ["a"])), "must be numbers; got 'a' (sample 0)"),
        (lambda: regression(Sum(), ([[1.0]], [1.0]), CLASSES), "'kind' is a class; use decision"),
        (
            lambda: regression(Sum(), ([[1.0]], [1.0]), test=([[1.0, 2.0]], [1.0])),
            "the test samples must have 1 features, got 2",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
