"""A model or loss that does more than compute is trained in eager mode: same bits, same effects.

Owns random numbers, state in every place where Python keeps it, `.data`, and printing.
"""

import itertools
import random
import sys
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Value
from nn import SGD, Module, fit, mse_loss
from tests.nn.training.both_modes import NUMBERS, ROWS, mlp, train
from tests.threads import in_threads

DATA = ROWS, NUMBERS


class Around(Module):
    """A network, and a function of it and its input."""

    def __init__(self, function, **more):
        self.net = mlp(3, 1)
        self.function = function
        vars(self).update(more)

    def __call__(self, x):
        return self.function(self, x)


def dropped(model, x):
    return model.net([v * (model.source.random() > 0.3) for v in x] if model.training else x)


def noisy(model, x):
    return model.net([v * random.uniform(0.9, 1.0) for v in x])


def numpy_noise(model, x):
    return model.net([v * float(np.random.uniform(0.9, 1.0)) for v in x])


def counted(model, x):
    model.n += 1
    return model.net(x) * (1.0 if model.n % 2 else 0.5)


def centred(model, x):
    y = model.net(x)
    if model.training:
        model.means[0] = 0.9 * model.means[0] + 0.1 * y.data
    return y - model.means[0]


def buffered(model, x):
    y = model.net(x)
    if model.training:
        model.mean.data = 0.9 * model.mean.data + 0.1 * y.data
    return y - model.mean


def scaled_by_itself(model, x):
    y = model.net(x)
    return y * (1.0 + 0.1 * y.data)


def scaled_unseen(model, x):
    y = model.net(x)
    return y * (1.0 + 0.1 * y._number)


def assigned(model, x):
    model.mean.data = 0.5
    return model.net(x) * model.mean


def halved_below(model, x):
    y = model.net(x)
    return y if y.data > 0.0 else y * 0.5


def chosen(model, x):
    return model.net(x) if x[0] > 0.0 else model.net(x) * 0.5


def in_place(model, x):
    x[0] *= 0.9
    return model.net(x)


def looked_up(model, x):
    return model.net(x) * model.table[int(x[0] > 0.0 and float(x[0]))]


DRAWS = "draws random numbers"
CHANGES = "changes attributes or variables"
NUMBERS_DIFFER = "does not give the numbers of eager mode"
BUFFER = ".data was assigned"
READS = "a number is taken out of its graph"


@pytest.mark.parametrize(
    ("function", "more", "why"),
    [
        (dropped, lambda: {"source": random.Random(4)}, DRAWS),
        (dropped, lambda: {"source": np.random.default_rng(4)}, DRAWS),
        (noisy, dict, DRAWS),
        (numpy_noise, dict, DRAWS),
        (counted, lambda: {"n": 0}, CHANGES),
        (centred, lambda: {"means": [0.0]}, READS),
        (buffered, lambda: {"mean": Value(0.0)}, READS),
        (assigned, lambda: {"mean": Value(0.0)}, BUFFER),
        (scaled_by_itself, dict, READS),
        (scaled_unseen, dict, NUMBERS_DIFFER),
        (halved_below, dict, READS),
        (chosen, dict, "more than 8 ways through the data"),
        (in_place, dict, "changes a sample"),
        (looked_up, lambda: {"table": [0.5] * 9}, READS),
    ],
)
def test_models_that_do_more_than_compute(function, more, why, monkeypatch):
    found, after = [], []
    for compiled in (False, True):
        random.seed(5)
        np.random.seed(5)
        model = Around(function, **more())
        optimizer = SGD(model.net.parameters(), lr=0.02, momentum=0.5)
        make = lambda m=model, o=optimizer: (m, {"optimizer": o})  # noqa: E731
        found.append(train(compiled, make, DATA, "mse", monkeypatch, validation=0.2))
        after.append({name: x for name, x in vars(model).items() if name in ("n", "means")})
        after[-1]["next"] = [random.random(), np.random.rand()]
        if hasattr(model, "source"):
            after[-1]["next"].append(model.source.random())
    assert dict(found[0]) == dict(found[1])
    assert after[0] == after[1]
    (said,) = found[1].said
    what = "the rest is trained" if found[1].n_steps else "trained"
    assert said.startswith(f"fit: {what} uncompiled: ")
    assert why in said
    assert found[1].files[0].endswith("both_modes.py")  # where fit was called


def drawing(make_source):
    def make():
        source = make_source()

        def loss(outputs, targets):
            return mse_loss(outputs, targets) * float(source.uniform(0.5, 1.0))

        return loss, lambda: float(source.uniform(0.0, 1.0))

    return make


def by_its_method():
    draw = random.Random(3).random
    return lambda outputs, targets: mse_loss(outputs, targets) * (0.5 + draw()), draw


def collecting():
    seen = []

    def loss(outputs, targets):
        found = mse_loss(outputs, targets)
        seen.append(found.data)
        return found

    return loss, lambda: seen


def late():
    """Another way that neither the recorded nor the compared batch takes."""

    def loss(outputs, targets):
        found = mse_loss(outputs, targets)
        return found if found.data > 0.3 else found * 0.5

    return loss, lambda: None


def counting():
    n = 0

    def loss(outputs, targets):
        nonlocal n
        n += 1
        return mse_loss(outputs, targets) * (1.0 / n)

    return loss, lambda: n


def in_an_array():
    sums = np.zeros(2)

    def loss(outputs, targets):
        sums[0] += 1.0
        return mse_loss(outputs, targets)

    return loss, sums.tolist


def in_a_set():
    seen = set()

    def loss(outputs, targets):
        seen.add(len(seen))
        return mse_loss(outputs, targets) * (1.0 / len(seen))

    return loss, lambda: seen


def in_a_deque():
    seen = deque([1.0], maxlen=3)

    def loss(outputs, targets):
        seen.append(seen[-1] * 0.5)
        return mse_loss(outputs, targets) * seen[0]

    return loss, lambda: [*seen]


class Slotted:
    __slots__ = ("n",)


def in_a_slot():
    counter = Slotted()
    counter.n = 0

    def loss(outputs, targets):
        counter.n += 1
        return mse_loss(outputs, targets) / counter.n

    return loss, lambda: counter.n


def in_a_namespace():
    counter = SimpleNamespace(n=0)

    def loss(outputs, targets):
        counter.n += 1
        return mse_loss(outputs, targets) / counter.n

    return loss, lambda: counter.n


def in_an_iterator():
    factors = itertools.cycle([1.0, 0.5, 0.25])
    return lambda outputs, targets: mse_loss(outputs, targets) * next(factors), factors.__next__


def of_changed_targets():
    def loss(outputs, targets):
        targets[:] = [y * 0.5 for y in targets]
        return mse_loss(outputs, targets)

    return loss, int


TOTAL = 0


def in_a_global():
    global TOTAL
    TOTAL = 0

    def loss(outputs, targets):
        global TOTAL
        TOTAL += len(outputs)
        return mse_loss(outputs, targets)

    return loss, lambda: TOTAL


class Counter:
    n = 0

    def loss(self, outputs, targets):
        self.n += 1
        return mse_loss(outputs, targets)


def in_an_object():
    counter = Counter()
    return counter.loss, lambda: counter.n


class InItsClass:
    n = 0

    def __call__(self, outputs, targets):
        InItsClass.n += 1
        return mse_loss(outputs, targets)


def in_a_class():
    InItsClass.n = 0
    return InItsClass(), lambda: InItsClass.n


@pytest.mark.parametrize(
    ("make_loss", "why"),
    [
        (drawing(lambda: random.Random(3)), DRAWS),
        (drawing(lambda: np.random.default_rng(3)), DRAWS),
        (drawing(lambda: np.random.RandomState(3)), DRAWS),
        (by_its_method, DRAWS),
        (collecting, READS),
        (late, READS),
        (counting, CHANGES),
        (in_an_array, CHANGES),
        (in_a_set, CHANGES),
        (in_a_deque, CHANGES),
        (in_a_slot, CHANGES),
        (in_a_namespace, CHANGES),
        (in_an_iterator, "holds an iterator"),
        (of_changed_targets, "changes a sample"),
        (in_a_global, CHANGES),
        (in_an_object, CHANGES),
        (in_a_class, CHANGES),
    ],
)
def test_losses_that_do_more_than_compute(make_loss, why, monkeypatch):
    found, after = [], []
    for compiled in (False, True):
        loss, left = make_loss()
        found.append(train(compiled, mlp, DATA, loss, monkeypatch))
        after.append(left())
    assert dict(found[0]) == dict(found[1])
    assert after[0] == after[1]
    assert why in found[1].said[0]


def test_what_a_model_or_loss_prints_is_printed_as_often(monkeypatch, capsys):
    def loss(outputs, targets):
        print("loss", mse_loss(outputs, targets).data)
        return mse_loss(outputs, targets)

    def printed(model, x):
        print(x, flush=True)
        return model.net(x)

    def when_evaluated(model, x):
        return model.net(x) if model.training else printed(model, x)

    cases = [(mlp, loss, 4), (lambda: Around(printed), "mse", 4)]
    cases.append((lambda: Around(when_evaluated), "mse", None))
    for make, of, batch_size in cases:
        said = []
        for compiled in (False, True):
            train(compiled, make, DATA, of, monkeypatch, batch_size=batch_size, validation=0.2)
            said.append(capsys.readouterr().out)
        assert said[0] == said[1] != ""


def test_trainings_in_two_threads_leave_the_output_as_it_was():
    def once(seed):
        model = mlp(2, 1)
        fit(model, DATA, "mse", lr=0.01, epochs=6, batch_size=4, seed=seed, verbose=False,
            compiled=True)  # fmt: skip

    before = sys.stdout
    for _ in range(6):
        in_threads(once, 2)
        assert sys.stdout is before


def test_no_batch_is_trained_by_a_program_that_was_not_compared(monkeypatch):
    """A model that looks at the class of its input computes something else in a program."""
    found = [
        train(
            compiled,
            lambda: Around(lambda m, x: m.net(x) * (2.0 if isinstance(x[0], float) else 1.0)),
            DATA,
            mse_loss,
            monkeypatch,
        )
        for compiled in (False, True)
    ]
    assert dict(found[0]) == dict(found[1])
    assert any("does not give the numbers of eager mode" in said for said in found[1].said)
