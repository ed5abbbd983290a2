"""Data sets: their shape, their seeds, splitting, and every refusal."""

import math
import random

import numpy as np
import pytest

from nn import (
    blobs,
    breast_cancer,
    circles,
    diabetes,
    digits,
    iris,
    linear,
    moons,
    sine,
    spirals,
    split,
    wine,
    xor,
)


def test_moons_without_noise_lie_on_two_half_circles():
    X, y = moons(101, noise=0.0, seed=1)
    assert y.count(0) == 50
    assert y.count(1) == 51
    for (x1, x2), label in zip(X, y, strict=True):
        centre = (0.0, 0.0) if label == 0 else (1.0, 0.5)
        assert math.dist((x1, x2), centre) == pytest.approx(1.0)
        assert (x2 >= -1e-12) if label == 0 else (x2 <= 0.5 + 1e-12)


def test_moons_are_scikit_learns_but_for_the_order():
    from sklearn.datasets import make_moons

    X, y = moons(40, noise=0.0, seed=1)
    theirs, labels = make_moons(40, noise=0.0, shuffle=False)
    expected = sorted(zip(labels.tolist(), theirs.tolist(), strict=True))
    for (label, row), (their_label, their_row) in zip(
        sorted(zip(y, X, strict=True)), expected, strict=True
    ):
        assert label == their_label
        assert row == pytest.approx(their_row, abs=1e-12)


def test_moons_noise_and_seed():
    X, y = moons(2000, noise=0.1, seed=4)
    radii = [math.dist(row, (0.0, 0.0)) for row, label in zip(X, y, strict=True) if label == 0]
    assert np.std(radii) == pytest.approx(0.1, rel=0.1)
    state = random.getstate()
    assert moons(2000, noise=0.1, seed=4) == (X, y)
    assert random.getstate() == state
    assert moons(2000, noise=0.1, seed=random.Random(4)) == (X, y)
    assert moons(2000, noise=0.1, seed=5) != (X, y)
    assert y != sorted(y)


def sorted_pairs(X, y):
    return sorted(zip(y, X, strict=True))


def test_circles_without_noise_are_scikit_learns_but_for_the_order():
    from sklearn.datasets import make_circles

    X, y = circles(41, noise=0.0, factor=0.3, seed=1)
    assert (y.count(0), y.count(1)) == (20, 21)
    theirs, labels = make_circles((20, 21), noise=None, factor=0.3, shuffle=False)
    for (label, row), (their_label, their_row) in zip(
        sorted(zip(y, map(tuple, np.round(X, 9)), strict=True)),
        sorted(zip(labels, map(tuple, np.round(theirs, 9)), strict=True)),
        strict=True,
    ):
        assert label == their_label
        assert row == pytest.approx(their_row, abs=1e-8)


def test_spirals_without_noise():
    X, y = spirals(100, n_classes=3, noise=0.0, seed=1)
    assert sorted(y.count(label) for label in range(3)) == [33, 33, 34]
    for label in range(3):
        points = sorted(
            (row for row, other in zip(X, y, strict=True) if other == label),
            key=lambda row: math.hypot(*row),
        )
        for i, (x1, x2) in enumerate(points):
            t = (i + 1) / len(points)
            assert math.hypot(x1, x2) == pytest.approx(t)
            angle = 2.0 * math.pi * (t + label / 3)
            assert (math.cos(angle), math.sin(angle)) == pytest.approx((x1 / t, x2 / t), abs=1e-9)


def test_blobs():
    X, y = blobs(3001, n_classes=4, spread=0.3, seed=1)
    assert sorted(y.count(label) for label in range(4)) == [750, 750, 750, 751]
    corners = [(0.0, 2.0), (-2.0, 0.0), (0.0, -2.0), (2.0, 0.0)]
    for label, corner in enumerate(corners):
        points = np.array([row for row, other in zip(X, y, strict=True) if other == label])
        assert points.mean(axis=0) == pytest.approx(corner, abs=0.05)
        assert points.std(axis=0) == pytest.approx([0.3, 0.3], rel=0.1)
    X, y = blobs(7, spread=0.0, centers=np.array([[1, 2, 3], [4, 5, 6]]), seed=1)
    assert sorted_pairs(X, y) == [(0, [1.0, 2.0, 3.0])] * 3 + [(1, [4.0, 5.0, 6.0])] * 4


def test_xor_is_the_truth_table():
    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    assert xor() == (corners, [0, 1, 1, 0])
    assert xor(8) == (corners * 2, [0, 1, 1, 0] * 2)
    X, y = xor(4000, noise=0.2, seed=1)
    assert y == [0, 1, 1, 0] * 1000
    errors = np.array(X) - np.array(corners * 1000)
    assert errors.std() == pytest.approx(0.2, rel=0.05)
    assert errors.mean() == pytest.approx(0.0, abs=0.01)


def test_linear():
    X, y = linear(50, slope=-3.0, intercept=0.5, noise=0.0, seed=1)
    assert y == [-3.0 * x + 0.5 for (x,) in X]
    X, y = linear(4000, noise=0.3, seed=2)
    assert np.std([t - 2.0 * x - 1.0 for (x,), t in zip(X, y, strict=True)]) == pytest.approx(
        0.3, rel=0.05
    )
    assert min(X)[0] == pytest.approx(-1.0, abs=0.01)
    assert max(X)[0] == pytest.approx(1.0, abs=0.01)


def test_sine():
    X, y = sine(2000, noise=0.0, seed=1)
    assert y == [math.sin(x) for (x,) in X]
    assert min(X)[0] == pytest.approx(-math.pi, abs=0.02)
    assert max(X)[0] == pytest.approx(math.pi, abs=0.02)
    noisy = sine(2000, noise=0.2, seed=1)
    assert noisy[0] == X
    assert np.std(np.array(noisy[1]) - np.array(y)) == pytest.approx(0.2, rel=0.1)


TOYS = [moons, circles, spirals, blobs, linear, sine, lambda seed: xor(50, 0.1, seed=seed)]


@pytest.mark.parametrize("toy", TOYS)
def test_seeds(toy):
    state = random.getstate()
    first = toy(seed=3)
    assert toy(seed=3) == first
    assert toy(seed=random.Random(3)) == first
    assert toy(seed=4) != first
    assert random.getstate() == state
    random.seed(3)
    assert toy(seed=None) == first
    assert random.getstate() != random.Random(3).getstate()
    random.setstate(state)


@pytest.mark.parametrize("toy", TOYS[:4])
def test_classes_come_in_random_order(toy):
    y = toy(seed=3)[1]
    assert y != sorted(y)
    assert all(type(label) is int for label in y)


@pytest.mark.parametrize(
    ("data", "size", "n_features", "classes", "first"),
    [
        (iris, 150, 4, 3, [5.1, 3.5, 1.4, 0.2]),
        (wine, 178, 13, 3, [14.23, 1.71]),
        (breast_cancer, 569, 30, 2, [17.99, 10.38]),
        (diabetes, 442, 10, None, [59.0, 2.0, 32.1, 101.0]),
    ],
)
def test_real_data_are_in_measured_units(data, size, n_features, classes, first):
    X, y = data()
    assert len(X) == len(y) == size
    assert {len(row) for row in X} == {n_features}
    assert X[0][: len(first)] == first
    assert all(type(x) is float for row in X for x in row)
    if classes is None:
        assert all(type(target) is float for target in y)
        assert (min(y), max(y)) == (25.0, 346.0)
    else:
        assert all(type(label) is int for label in y)
        assert set(y) == set(range(classes))


def test_digits():
    X, y = digits()
    assert len(X) == len(y) == 1797
    assert {len(row) for row in X} == {64}
    assert min(map(min, X)) == 0.0
    assert max(map(max, X)) == 1.0
    assert all(type(x) is float for row in X for x in row)
    assert set(y) == set(range(10))
    assert all(type(label) is int for label in y)


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        digits()
    assert 'pip install "glassgrad[data]"' in str(caught.value)
    assert "the digits data set needs sklearn" in str(caught.value)


def test_split_divides_without_loss():
    X, y = [[float(i)] for i in range(50)], list(range(50))
    (X_train, y_train), (X_test, y_test) = split(X, y, 0.3, seed=2)
    assert len(y_test) == 15
    assert sorted(y_train + y_test) == y
    assert [[float(i)] for i in y_train + y_test] == X_train + X_test
    assert split(np.array(X), np.array(y), 0.3, seed=2) == ((X_train, y_train), (X_test, y_test))
    assert y_train != sorted(y_train)


def test_split_leaves_each_set_a_sample():
    (X_train, _), (X_test, _) = split([[0.0], [1.0]], [0, 1], 0.01, seed=0)
    assert (len(X_train), len(X_test)) == (1, 1)
    (X_train, _), (X_test, _) = split([[0.0], [1.0]], [0, 1], 0.99, seed=0)
    assert (len(X_train), len(X_test)) == (1, 1)


PAIR = [[0.0], [1.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moons(1), "moons: n_samples must be a whole number, at least 2; got 1"),
        (lambda: moons(10.5), "moons: n_samples must be a whole number, at least 2; got 10.5"),
        (
            lambda: moons(10, noise=-0.1),
            "noise must be a number, at least 0 and finite; got -0.1",
        ),
        (lambda: moons(10, noise=math.nan), "moons: noise must be a number"),
        (lambda: circles(1), "circles: n_samples must be a whole number, at least 2; got 1"),
        (lambda: circles(10, factor=1.0), "circles: factor must lie between 0 and 1, got 1.0"),
        (lambda: circles(10, factor=0), "circles: factor must lie between 0 and 1, got 0"),
        (lambda: spirals(2), "spirals: n_samples must be a whole number, at least 3; got 2"),
        (lambda: spirals(9, n_classes=1), "spirals: n_classes must be a whole number, at least 2"),
        (lambda: blobs(9, n_classes=0), "blobs: n_classes must be a whole number, at least 2"),
        (lambda: blobs(9, spread=-1), "blobs: spread must be a number, at least 0 and finite"),
        (lambda: blobs(9, centers=[[0.0]]), "blobs: centers must be a list of at least 2 points"),
        (lambda: blobs(9, centers=[[0.0], [1.0, 2.0]]), "centers[1] must be a point with as many"),
        (lambda: blobs(9, centers=[[0.0], ["x"]]), "centers[1] must be a finite number; got 'x'"),
        (lambda: xor(3), "xor: n_samples must be a whole number, at least 4; got 3"),
        (lambda: linear(1), "linear: n_samples must be a whole number, at least 2; got 1"),
        (lambda: linear(9, slope=math.inf), "linear: slope must be a finite number; got inf"),
        (lambda: linear(9, intercept=None), "linear: intercept must be a finite number; got None"),
        (lambda: linear(9, slope=10**400), "linear: slope must be a finite number; got 1000"),
        (lambda: sine(9, noise=math.inf), "sine: noise must be a number, at least 0 and finite"),
        (lambda: split(PAIR, [0]), "X has 2 samples, but y has 1; give a target for each"),
        (lambda: split(PAIR, [0, 1], 0.0), "test_fraction must lie between 0 and 1, got 0.0"),
        (lambda: split(PAIR, [0, 1], 1.0), "test_fraction must lie between 0 and 1"),
        (lambda: split(PAIR[:1], [0]), "needs at least 2 samples to divide, got 1"),
        (lambda: split([], []), "X is empty"),
        (lambda: split(3, [0]), "X must be a list with an entry for each sample, got int"),
        (lambda: split([1.0, 2.0], [0, 1]), "X[0] must be a row of numbers, got float; for one"),
        (lambda: split([[1.0], [1.0, 2.0]], [0, 1]), "X[1] has 2 numbers, X[0] has 1"),
        (lambda: split([[1.0], ["x"]], [0, 1]), "X[1] holds 'x'"),
        (lambda: split([[1.0], [None]], [0, 1]), "X[1] holds None"),
        (lambda: split([[math.nan], [1.0]], [0, 1]), "X[0] holds nan"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
