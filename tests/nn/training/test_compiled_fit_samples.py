"""fit(compiled=True) with samples that are not what a program takes them for: same bits, or eager.

Owns ints, bools and floats among each other, signs of zeros, samples that are not there, and the
optimiser's or a parameter's own class.
"""

import pytest

import autograd as ag
from autograd import Value
from nn import SGD, Module
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp


def mean_of(function):
    def loss(outputs, targets):
        return ag.mean([function(a, b) for a, b in zip(outputs, targets, strict=True)])

    return loss


def squared(a, b):
    return (a - b) ** 2


def by_identity(a, b):
    return squared(a, 1.0 if b is True else -1.0)


def by_class(a, b):
    return squared(a, 2 * b if isinstance(b, int) else b)


class Half(float):
    """A float of a class of its own."""


def by_own_class(a, b):
    return squared(a, 2.0 * b if isinstance(b, Half) else b)


def by_remainder(a, b):
    return squared(a, b % 7)


def by_sign(a, b):
    return squared(a, ag.atan2(b * -5, -1.0 + 0 * a))


N = len(ROWS)
BOOLS = [i % 2 == 0 for i in range(N)]
MIXED = [i % 3 if i % 4 else i % 3 + 0.5 for i in range(N)]
ONE_INT = [0.5] * (N - 1) + [1]
LARGE = [2**60 + 1 if i == N - 2 else i for i in range(N)]


@pytest.mark.parametrize(
    ("function", "targets"),
    [
        (by_identity, BOOLS),
        (by_identity, [True] * 8 + [0] * (N - 8)),
        (by_class, MIXED),
        (by_class, ONE_INT),
        (by_class, ONE_INT[::-1]),
        (by_remainder, LARGE),
        (by_sign, [0 if i == 9 else 0.5 for i in range(N)]),
    ],
)
def test_a_loss_that_tells_ints_from_floats_is_eager(function, targets, monkeypatch):
    options = {"threshold": 0.0} if function is by_identity else {}  # it takes 0 for -1
    found = both(mlp, (ROWS, targets), mean_of(function), monkeypatch, **options)
    assert "that a sample is an int or a bool and no float" in found.said[0]


def test_a_float_of_a_class_of_its_own_is_another_layout(monkeypatch):
    targets = [Half(0.5) if i == 15 else 1.0 for i in range(N)]
    found = both(mlp, (ROWS, targets), mean_of(by_own_class), monkeypatch)
    assert "y[15] is 0.5, a Half, y[0] 1.0, a float" in found.said[0]


@pytest.mark.parametrize("targets", [BOOLS, MIXED, ONE_INT, LARGE], ids=str)
def test_a_loss_that_does_not_is_compiled(targets, monkeypatch):
    found = both(mlp, (ROWS, targets), mean_of(squared), monkeypatch)
    assert found.n_steps >= 50
    assert found.said == []


def test_rows_that_hold_ints_among_floats_are_compiled(monkeypatch):
    rows = [[1 if i % 3 else 0.5, i % 2, float(i)] for i in range(N)]
    found = both(mlp, (rows, NUMBERS), mean_of(squared), monkeypatch)
    assert found.n_steps >= 50


def test_a_zero_of_the_other_sign_is_another_sample(monkeypatch):
    def callback(training):
        if training.epoch == 5:
            training.targets[:] = [-0.0] * N

    found = both(mlp, (ROWS, [0.0] * N), mean_of(by_sign), monkeypatch, callbacks=[callback])
    assert found.n_steps >= 50


@pytest.mark.parametrize(
    "order",
    [[10**9] * N, [*range(N - 1), N], [-1] * N, [0] * N, [N - 1] * N, [-1, 0], [0, 10**9]],
)
@pytest.mark.parametrize("backend", ["llvm", "python"])
def test_samples_that_are_not_there_are_eager_modes(order, backend, monkeypatch):
    if backend == "python":
        monkeypatch.setattr("autograd.replay.training.step.step_program_of", _in_python)

    def callback(training):
        if training.epoch >= 5:
            training.order = [*order]

    both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, callbacks=[callback], batch_size=3)


def _in_python(tape, sizes, mode, _, *others):
    from autograd.replay.backends import step_program_of

    return step_program_of(tape, sizes, mode, "python", *others)


def test_more_rows_than_targets_are_eager_modes(monkeypatch):
    def callback(training):
        if training.epoch == 5:
            training.rows = training.rows * 1000

    found = both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, callbacks=[callback])
    assert "IndexError" in found["error"]


class OfProperties(SGD):
    @property
    def weight_decay(self):
        return 0.1 if self.n % 2 else 0.0

    @weight_decay.setter
    def weight_decay(self, rate):
        self.n = 0

    def zero_grad(self):
        self.n += 1
        super().zero_grad()


LARGE = 1_700_000_000 * 10**9  # nanoseconds since 1970


@pytest.mark.parametrize(
    ("targets", "function"),
    [
        ([LARGE + 512 * k for k in range(16)] + [LARGE + 100], lambda t: (t - LARGE) / 1e3),
        ([0.5, 1, 2.5, 94906267, *range(3, 16)], lambda t: 0.1 * (t * t - (t - 1) * (t + 1))),
        ([0.5, 1, 2.5, 0, *range(3, 16)], lambda t: ag.atan2(-t, -1.0)),
        ([0.5, *range(15), -(2**52) - 1], lambda t: 1e-9 * (t // 3)),
    ],
    ids=["all beyond doubles", "a square among many", "the sign of zero", "the least"],
)
def test_an_int_that_is_a_float_for_the_program_is_compared(targets, function, monkeypatch):
    loss = mean_of(lambda a, b: squared(a, function(b)))
    both(mlp, (ROWS, targets), loss, monkeypatch, epochs=30, batch_size=1)


class Clipping:
    def __setattr__(self, name, new):
        if name == "velocities" and None not in new:
            new = [max(-0.01, min(0.01, velocity)) for velocity in new]
        super().__setattr__(name, new)


class ClippedBeside(SGD, Clipping):
    pass


def test_a_step_that_is_changed_beside_sgd_or_in_it_is_eager(monkeypatch):
    def make():
        model = mlp()
        return model, {"optimizer": ClippedBeside(model.parameters(), lr=0.1, momentum=0.9)}

    found = both(make, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "ClippedBeside has a step of its own" in found.said[0]
    step = SGD.step

    def halved(self):
        for parameter in self.parameters:
            parameter.grad *= 0.5
        step(self)

    monkeypatch.setattr(SGD, "step", halved)
    found = both(mlp, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "SGD has a step of its own" in found.said[0]


class OfClass(SGD):
    @property
    def velocities(self):
        return self.kept

    @velocities.setter
    def velocities(self, numbers):
        self.kept = [None if x is None else 0.5 * x for x in numbers]


@pytest.mark.parametrize("kind", [OfProperties, OfClass])
def test_an_optimiser_with_properties_of_its_own_is_eager(kind, monkeypatch):
    def make():
        model = mlp()
        return model, {"optimizer": kind(model.parameters(), lr=0.02, momentum=0.5)}

    found = both(make, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "has a step of its own" in found.said[0]


class Clamped(Value):
    def __setattr__(self, name, number):
        super().__setattr__(name, min(number, 0.2) if name == "data" else number)


class WithClamped(Module):
    def __init__(self):
        self.net, self.w = mlp(), Clamped(0.1)

    def __call__(self, x):
        return self.net(x) + self.w


def test_a_parameter_that_sets_its_number_itself_is_eager(monkeypatch):
    found = both(WithClamped, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "has a .data of its own" in found.said[0]


def test_a_rate_that_is_no_number_is_eager_modes(monkeypatch):
    def callback(training):
        if training.epoch == 5:
            training.optimizer._weight_decay = None  # assigned, it is refused

    found = both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, callbacks=[callback])
    assert "is no number" in found.said[0]


def test_another_model_is_measured_as_it_is(monkeypatch):
    other = mlp(2, 1)

    def callback(training):
        if training.epoch == 5:
            training.model = other

    held_out = {"validation": (ROWS[:5], NUMBERS[:5]), "callbacks": [callback]}
    found = both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, **held_out)
    assert found.n_steps >= 50


class Wide(Module):
    """It takes rows of three numbers, and what follows as a factor."""

    def __init__(self):
        self.net = mlp(4, 2)

    def __call__(self, row):
        return [x * (1.0 + sum(row[3:])) for x in self.net(row[:3])]


def test_rows_of_another_layout_have_programs_of_their_own(monkeypatch):
    def callback(training):
        if training.epoch == 5:
            training.rows[:] = [[*row, 0.25] for row in training.rows]

    pairs = [[y, -y] for y in NUMBERS]
    found = both(Wide, (ROWS, pairs), "mse", monkeypatch, callbacks=[callback])
    assert found.n_steps >= 50
    assert found.said == []
