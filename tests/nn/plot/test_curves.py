"""The loss curve: what is shown of a history, and under which name."""

import math

import pytest

from nn import MLP, fit, moons
from nn.plot import loss_curve
from nn.training.history import History
from tests.nn.plot.figures import check_png, legend_of


def history_of(*losses, **others):
    history = History()
    for i, loss in enumerate(losses):
        history.append(loss=loss, **{name: values[i] for name, values in others.items()})
    return history


def test_loss_and_accuracy_have_a_panel_each():
    figure = loss_curve(history_of(0.9, 0.5, 0.25, accuracy=[0.1, 0.5, 0.75]))
    above, below = figure.axes
    assert list(above.lines[0].get_xdata()) == [1, 2, 3]
    assert list(above.lines[0].get_ydata()) == [0.9, 0.5, 0.25]
    assert list(below.lines[0].get_ydata()) == [0.1, 0.5, 0.75]
    assert [above.get_ylabel(), below.get_ylabel()] == ["loss", "accuracy"]
    assert legend_of(above) == legend_of(below) == ["training, while it learns"]
    check_png(figure)


def test_training_and_validation_are_not_told_apart_by_colour_alone():
    history = history_of(
        0.9, 0.5, accuracy=[0.1, 0.5], val_loss=[1.0, 0.7], val_accuracy=[0.2, 0.3]
    )
    history.best_epoch, history.loss_name = 1, "hinge"
    above, below = loss_curve(history).axes
    assert legend_of(above) == ["training, while it learns", "validation", "best epoch: 1"]
    assert [line.get_linestyle() for line in above.lines] == ["-", "--", ":"]
    assert list(above.lines[1].get_ydata()) == [1.0, 0.7]
    assert list(below.lines[1].get_ydata()) == [0.2, 0.3]
    assert list(above.lines[2].get_xdata()) == [1, 1]
    assert above.get_ylabel() == "loss (hinge)"


def test_one_epoch_without_accuracy():
    figure = loss_curve(history_of(0.9))
    (axes,) = figure.axes
    assert axes.lines[0].get_marker() == "o"  # a line through one point is invisible
    check_png(figure)


def test_a_loss_below_zero_is_not_cut():
    (axes,) = loss_curve(history_of(0.5, -0.5)).axes
    assert axes.get_ylim()[0] <= -0.5
    assert axes.get_yscale() == "linear"


def test_a_loss_near_the_largest_float_is_drawn_without_a_warning():
    """Warnings are errors here; matplotlib's margins and ticks would lie beyond it."""
    figure = loss_curve(history_of(1e85, 1e302, val_loss=[1e200, math.nan]))
    check_png(figure)
    low, high = figure.axes[0].get_ylim()
    assert low < 1e85 < 1e302 < high


@pytest.mark.parametrize(
    ("losses", "scale"), [((1.0, 0.02), "linear"), ((1.0, 0.009), "log"), ((1.0, 0.0), "linear")]
)
def test_a_loss_over_decades_is_drawn_on_a_logarithmic_axis(losses, scale):
    figure = loss_curve(history_of(*losses))
    assert figure.axes[0].get_yscale() == scale
    assert figure.axes[0].get_ylabel().endswith("log scale") == (scale == "log")
    check_png(figure)


def test_the_history_of_a_training():
    X, y = moons(20, seed=1)
    model = MLP(2, [4, 1], "tanh", "sigmoid", seed=1)
    history = fit(
        model, (X, y), "binary_cross_entropy", epochs=30, lr=1.0, validation=0.4,
        early_stopping=2, seed=1, verbose=False,
    )  # fmt: skip
    above, below = loss_curve(history).axes
    assert list(above.lines[0].get_ydata()) == history["loss"]
    assert list(below.lines[1].get_ydata()) == history["val_accuracy"]
    assert legend_of(above)[-1] == f"best epoch: {history.best_epoch}"
    assert above.get_ylabel() == "loss (binary_cross_entropy)"


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="the history is empty; train for an epoch first"):
        loss_curve(History())


def test_several_histories_are_refused_with_a_remedy():
    one = history_of(0.9, 0.5)
    for several in ([one, one], {"lr 0.1": one}):
        with pytest.raises(TypeError, match=r'History of one training, .*plot history\["loss"\]'):
            loss_curve(several)
