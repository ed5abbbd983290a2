"""Plots: what is in each figure, that nothing global changes, and one neuron's graph."""

import sys

import matplotlib as mpl
import pytest

from autograd import Value
from nn import MLP, Module, Neuron, moons
from nn.graph import can_draw, draw_neuron
from nn.history import History
from nn.plot import confusion_matrix, decision_boundary, loss_curve, to_png
from nn.plot.boundary import GRID


class Sign(Module):
    """Decides by the sign of x1."""

    def __call__(self, inputs):
        return Value(inputs[0]) * 1.0


class Quadrant(Module):
    """Three classes: left, right above, right below."""

    def __call__(self, inputs):
        x1, x2 = inputs
        return [Value(x) * 1.0 for x in (-x1, x1 if x2 > 0 else -9.0, x1 if x2 <= 0 else -9.0)]


def history_of(*losses, accuracy=True):
    history = History()
    for loss in losses:
        history.append(loss=loss, **({"accuracy": 1 - loss} if accuracy else {}))
    return history


def check_png(figure):
    content = to_png(figure)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 5000


def test_loss_curve_shows_the_history():
    figure = loss_curve(history_of(0.9, 0.5, 0.25))
    left, right = figure.axes
    assert list(left.lines[0].get_xdata()) == [1, 2, 3]
    assert list(left.lines[0].get_ydata()) == [0.9, 0.5, 0.25]
    assert list(right.lines[0].get_ydata()) == [1 - 0.9, 0.5, 0.75]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["loss", "accuracy"]
    assert right.lines[0].get_linestyle() == "--"  # not told apart by colour alone
    check_png(figure)


def test_loss_curve_of_one_epoch_without_accuracy():
    figure = loss_curve(history_of(0.9, accuracy=False))
    (axes,) = figure.axes
    assert axes.lines[0].get_marker() == "o"  # a line through one point is invisible
    check_png(figure)


def test_loss_curve_below_zero_is_not_cut():
    (axes,) = loss_curve(history_of(0.5, -0.5, accuracy=False)).axes
    assert axes.get_ylim()[0] <= -0.5


def test_loss_curve_of_nothing():
    with pytest.raises(ValueError, match="the history is empty; train for an epoch first"):
        loss_curve(History())


@pytest.mark.parametrize("labels", [(-1, 1), (0, 1)])
def test_decision_boundary_of_one_output(labels):
    X = [[-2.0, 0.0], [-1.0, 1.0], [1.0, 0.0], [3.0, 1.0]]
    y = [labels[x1 > 0] for x1, _ in X]
    figure = decision_boundary(Sign(), (X, y))
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        f"class {label}" for label in labels
    ]
    _, border = axes.collections[:2]
    threshold = sum(labels) / 2
    points = [point for path in border.get_paths() for point in path.vertices]
    assert len(points) >= GRID
    assert all(abs(x1 - threshold) < 1e-9 for x1, _ in points)
    check_png(figure)


def test_decision_boundary_of_several_outputs():
    X = [[-1.0, 0.0], [1.0, 1.0], [1.0, -1.0]]
    figure = decision_boundary(Quadrant(), (X, [0, 1, 2]))
    (axes,) = figure.axes
    markers = {tuple(map(tuple, c.get_paths()[0].vertices)) for c in axes.collections[2:]}
    assert len(axes.collections[2:]) == len(markers) == 3  # a marker of its own for each class
    check_png(figure)


def test_confusion_matrix_counts():
    X = [[-1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, -1.0], [1.0, 1.0]]
    figure = confusion_matrix(Quadrant(), (X, [0, 1, 2, 1, 1]))
    (axes,) = figure.axes
    assert axes.images[0].get_array().tolist() == [[1, 0, 0], [0, 2, 1], [0, 0, 1]]
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(0, 0): "1", (1, 1): "2", (2, 1): "1", (2, 2): "1"}
    assert axes.get_title() == "Confusion matrix: 4 of 5 right"
    check_png(figure)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decision_boundary(Sign(), ([[1.0]], [1])), "must have 2 features, got 1"),
        (lambda: decision_boundary(Sign(), ([[1.0, 2.0]], [0.5])), "must be -1 and +1, or 0 and 1"),
        (lambda: confusion_matrix(Sign(), ([[1.0]], [1])), "an output for each class, got one"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [3])), "class indices 0 to 2; got 3"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [-1])), "class indices 0 to 2"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)


def test_nothing_global_changes():
    settings = dict(mpl.rcParams)
    had_pyplot = "matplotlib.pyplot" in sys.modules
    X, y = moons(10, seed=1)
    to_png(decision_boundary(MLP(2, [2], seed=0), (X, y)))
    to_png(loss_curve(history_of(0.5)))
    assert dict(mpl.rcParams) == settings
    assert ("matplotlib.pyplot" in sys.modules) == had_pyplot


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        loss_curve(history_of(0.5))
    assert str(caught.value).endswith('matplotlib.figure: pip install "glassgrad[plot]"')


def test_the_graph_of_a_neuron_names_its_parts():
    neuron = Neuron(2, "tanh", seed=1)
    neuron.weights[0].grad = 7.0
    source = draw_neuron(neuron, [0.5, -1.0]).source
    for name in ("x1", "x2", "w1", "w2", "b", "z", "y"):
        assert f"<B>{name}</B>" in source
    assert "tanh" in source
    assert f"{neuron.weights[0].data:.4g}" in source
    assert "more" not in source
    assert neuron.weights[0].grad == 7.0  # drawing leaves the neuron as it was


def test_the_graph_of_a_linear_neuron():
    source = draw_neuron(Neuron(2, None, seed=1), [0.5, -1.0]).source
    assert "<B>y</B>" in source
    assert "<B>z</B>" not in source
    assert "relu" not in source


def test_the_graph_of_a_wide_neuron_shows_its_largest_products():
    neuron = Neuron(64, "tanh", seed=1)
    inputs = [0.01] * 64
    for i in (3, 17, 40, 63):
        inputs[i] = 10.0 * i
    source = draw_neuron(neuron, inputs).source
    for i in (3, 17, 40, 63):
        assert f"<B>w{i + 1}*x{i + 1}</B>" in source
    assert "<B>w1</B>" not in source
    assert "<B>b + 60 products</B>" in source
    assert "121 more" in source  # 60 weights, 60 inputs and the bias
    assert "<B>b + 1 product</B>" in draw_neuron(Neuron(5, None, seed=1), [1.0] * 5).source


def test_the_graph_of_a_neuron_refuses_other_inputs():
    with pytest.raises(ValueError, match="inputs must have length 2, got 3"):
        draw_neuron(Neuron(2, seed=1), [1.0, 2.0, 3.0])


def test_whether_graphs_can_be_drawn(monkeypatch):
    assert can_draw() == draws()
    monkeypatch.setattr("nn.graph.neuron.draw", lambda value: Undrawable())
    assert not can_draw()


class Undrawable:
    def svg(self):
        from autograd.view import RendererNotFound

        raise RendererNotFound


def draws():
    from autograd.view.render import find_renderer

    return find_renderer() is not None
