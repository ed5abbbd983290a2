"""Data sets: their shape, their seeds, splitting, and every refusal."""

import math
import random

import numpy as np
import pytest

from nn import digits, moons, split


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
