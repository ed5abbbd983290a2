"""Decision boundary and confusion matrix: whose classes, under which names, in which units."""

from itertools import pairwise

import pytest

from nn.data import Preparation
from nn.data.problem import Problem
from nn.plot import confusion_matrix, decision_boundary
from nn.plot.boundary import GRID
from tests.nn.plot.figures import Echo, Quadrant, Sign, Sum, check_png, legend_of

X4 = [[-2.0, 0.0], [-1.0, 1.0], [1.0, 0.0], [3.0, 1.0]]


def problem(classes, rows, targets, features=("length", "width")):
    return Problem("own", features, rows, targets, "kind", "classify", classes=classes)


def points_of(collection):
    return [tuple(point) for path in collection.get_paths() for point in path.vertices]


def regions_of(axes):
    """What is coloured and hatched, class by class; lines have no hatching."""
    return [c for c in axes.collections if list(getattr(c, "hatches", [None])) != [None]]


@pytest.mark.parametrize("labels", [(-1, 1), (0, 1)])
def test_the_boundary_of_one_output(labels):
    y = [labels[x1 > 0] for x1, _ in X4]
    figure = decision_boundary(Sign(), (X4, y))
    (axes,) = figure.axes
    assert legend_of(axes) == [f"class {label}" for label in labels]
    left, border, right = axes.collections[:3]
    points = points_of(border)
    assert len(points) >= GRID
    assert all(abs(x1 - sum(labels) / 2) < 1e-9 for x1, _ in points)
    assert max(x1 for x1, _ in points_of(left)) <= sum(labels) / 2 + 1e-9
    assert min(x1 for x1, _ in points_of(right)) >= sum(labels) / 2 - 1e-9
    check_png(figure)


def test_the_boundary_of_several_outputs():
    X = [[-1.0, 0.0], [1.0, 1.0], [1.0, -1.0]]
    figure = decision_boundary(Quadrant(), (X, [0, 1, 2]))
    (axes,) = figure.axes
    samples = axes.collections[-3:]
    assert len({tuple(map(tuple, c.get_paths()[0].vertices)) for c in samples}) == 3
    regions = regions_of(axes)
    assert len({tuple(region.hatches) for region in regions}) == 3  # never by colour alone
    assert legend_of(axes) == ["class 0", "class 1", "class 2"]
    check_png(figure)


def test_a_class_between_others_gets_no_sliver():
    """Where class 0 borders on class 2 there is nothing of class 1."""
    figure = decision_boundary(Quadrant(), ([[-1.0, -1.0], [1.0, 1.0]], [0, 1]))
    middle = [point for point in points_of(regions_of(figure.axes[0])[1]) if point[1] < -0.2]
    assert middle == []


def test_a_class_that_never_wins_is_in_the_legend_only():
    class First(Echo):
        def __call__(self, inputs):
            return [out * 0.0 + 1.0 - i for i, out in enumerate(super().__call__(inputs))]

    figure = decision_boundary(First(), (X4, [0, 1, 0, 1]))
    assert len(regions_of(figure.axes[0])) == 1
    check_png(figure)


def test_test_samples_are_hollow():
    y = [-1, -1, 1, 1]
    figure = decision_boundary(Sign(), (X4, y), test=([[9.0, 0.5], [-9.0, 0.5]], [1, -1]))
    (axes,) = figure.axes
    assert legend_of(axes) == ["class -1", "class 1", "training", "test"]
    training, test = axes.collections[-4:-2], axes.collections[-2:]
    assert all(c.get_facecolor().tolist()[0][:3] == [1.0, 1.0, 1.0] for c in test)
    assert all(c.get_facecolor().tolist()[0][:3] != [1.0, 1.0, 1.0] for c in training)
    assert [c.get_offsets().tolist() for c in test] == [[[-9.0, 0.5]], [[9.0, 0.5]]]
    assert axes.get_xlim()[0] < -9.0 < 9.0 < axes.get_xlim()[1]  # they are all on the picture


def test_the_boundary_in_the_units_of_the_table():
    rows = [[10.0, 100.0], [20.0, 300.0], [40.0, 200.0], [50.0, 500.0]]
    own = problem(("small", "large"), rows, ["small", "small", "large", "large"])
    preparation = Preparation.of(own, encoding="logit")
    figure = decision_boundary(Sign(), preparation.data(own), preparation)
    (axes,) = figure.axes
    assert legend_of(axes) == ["small", "large"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("length", "width")
    offsets = [point for c in axes.collections[-2:] for point in c.get_offsets().tolist()]
    assert [pytest.approx(row) for row in rows] == offsets
    # The output is the standardised length: its border is the mean length, for logits at 0.
    assert all(abs(x1 - 30.0) < 1e-9 for x1, _ in points_of(axes.collections[1]))
    check_png(figure)


@pytest.mark.parametrize(
    ("encoding", "border"), [("sign", 0.0), ("logit", 0.0), ("probability", 0.5)]
)
def test_the_border_is_that_of_the_encoding(encoding, border):
    own = problem(("a", "b"), [[-1.0, 0.0], [1.0, 1.0]], ["a", "b"])
    preparation = Preparation.of(own, scale=False, encoding=encoding)
    figure = decision_boundary(Sign(), preparation.data(own), preparation)
    assert all(abs(x1 - border) < 1e-9 for x1, _ in points_of(figure.axes[0].collections[1]))


def cells_of(axes):
    return {text.get_position(): text.get_text() for text in axes.texts}


def ticks_of(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_confusion_matrix_counts():
    X = [[-1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [2.0, -1.0], [1.0, 1.0]]
    figure = confusion_matrix(Quadrant(), (X, [0, 1, 2, 1, 1]))
    (axes,) = figure.axes
    assert cells_of(axes) == {(0, 0): "1", (1, 1): "2", (2, 1): "1", (2, 2): "1"}
    parts = axes.images[0].get_array().tolist()
    assert parts == [[1, 0, 0], [0, pytest.approx(2 / 3), pytest.approx(1 / 3)], [0, 0, 1]]
    assert axes.get_title() == "Confusion matrix: 4 of 5 right (80.0%)"
    check_png(figure)


def test_confusion_matrix_of_one_output():
    figure = confusion_matrix(Sign(), (X4, [-1, 1, 1, 1]), classes=["아래", "위"])
    (axes,) = figure.axes
    assert cells_of(axes) == {(0, 0): "1", (0, 1): "1", (1, 1): "2"}
    assert ticks_of(axes.xaxis) == ticks_of(axes.yaxis)
    figure = confusion_matrix(Sign(), (X4, [-1, 1, 1, 1]))
    assert ticks_of(figure.axes[0].xaxis) == ["-1", "1"]


def test_confusion_matrix_of_logits_needs_the_preparation():
    own = problem(("a", "b"), [[0.2, 0.0], [-1.0, 0.0]], ["b", "a"])
    preparation = Preparation.of(own, scale=False, encoding="logit")
    figure = confusion_matrix(Sign(), preparation.data(own), preparation=preparation)
    assert cells_of(figure.axes[0]) == {(0, 0): "1", (1, 1): "1"}
    assert ticks_of(figure.axes[0].yaxis) == ["a", "b"]


def test_confusion_matrix_of_one_hot_targets():
    own = problem(("a", "b"), [[0.2, 0.0], [-1.0, 0.0]], ["b", "a"])
    preparation = Preparation.of(own, scale=False, encoding="one_hot")
    figure = confusion_matrix(Echo(), preparation.data(own), preparation=preparation)
    assert cells_of(figure.axes[0]) == {(0, 1): "1", (1, 0): "1"}


@pytest.mark.parametrize("n_classes", [2, 3, 10, 20])
def test_names_of_many_classes_do_not_overlap(n_classes):
    names = [f"a rather long name {i}" for i in range(n_classes)]
    X = [[float(i == k) for k in range(n_classes)] for i in range(n_classes)]
    figure = confusion_matrix(Echo(), (X, list(range(n_classes))), names)
    check_png(figure)
    (axes,) = figure.axes
    boxes = [label.get_window_extent() for label in axes.yaxis.get_ticklabels()]
    assert all(a.y0 >= b.y1 or b.y0 >= a.y1 for a, b in pairwise(boxes))
    frame = figure.bbox.padded(1.0)
    for label in (*axes.xaxis.get_ticklabels(), *axes.yaxis.get_ticklabels()):
        box = label.get_window_extent()
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1


def own_numbers():
    rows = [[1.0, 2.0], [3.0, 5.0]]
    return Problem("own", ("a", "b"), rows, [1.0, 2.0], "price", "regress")


NUMBERS = Preparation.of(own_numbers())
CLASSES = Preparation.of(problem(("a", "b", "c"), X4, ["a", "b", "c", "a"]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decision_boundary(Sign(), ([[1.0]], [1])), "must have 2 features, got 1"),
        (
            lambda: decision_boundary(Sign(), (X4, [-1, -1, 1, 1]), test=([[1.0]], [1])),
            "must have 2 features, got 1",
        ),
        (lambda: decision_boundary(Sign(), ([[1.0, 2.0]], [0.5])), "both -1 and +1, or both 0 and"),
        (lambda: confusion_matrix(Sum(), ([[1.0]], [1])), "both -1 and +1, or both 0 and 1; got 1"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [3])), "class indices 0 to 2; got 3"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [-1])), "class indices 0 to 2"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], ["a"])), "got 'a' (sample 0)"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [0]), ["a"]), "a list of 3 names"),
        (lambda: confusion_matrix(Quadrant(), ([[1.0, 1.0]], [0]), "abc"), "a list of 3 names"),
        (lambda: decision_boundary(Sum(), (X4, [1.0] * 4), NUMBERS), "'price' is a number, not a"),
        (lambda: decision_boundary(Sign(), (X4, [0] * 4), CLASSES), "is for 3 outputs, but the"),
        (lambda: confusion_matrix(Echo(), (X4, [0] * 4), preparation=CLASSES), "model has 2; give"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
